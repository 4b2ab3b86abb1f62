//! The pipeline: sources in, findings out; the only place that knows all the steps.

use std::fmt;
use std::time::Instant;

use crate::finding::{Finding, Summary};
use crate::source::{File, tree};

/// What to check.
#[derive(Clone, Debug)]
pub enum Input {
    /// These files and folders.
    Tree(Vec<std::path::PathBuf>),
    /// This file.
    File(File<'static>),
}

/// How to check it.
pub struct Options<'a> {
    /// What to check.
    pub input: Input,
    /// How folders are walked.
    pub tree: tree::Options,
    /// The rules that count; all if empty.
    pub select: Vec<String>,
    /// The rules that do not.
    pub ignore: Vec<String>,
    /// Called after each file, on the thread that read it.
    pub progress: &'a (dyn Fn() + Sync),
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub summary: Summary,
}

/// Why nothing was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The tree could not be walked.
    Tree(tree::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Tree(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<tree::Error> for Error {
    fn from(error: tree::Error) -> Self {
        Error::Tree(error)
    }
}

/// Checks.
///
/// # Errors
/// A path that does not exist.
pub fn check(options: &Options) -> Result<Outcome, Error> {
    let started = Instant::now();
    let mut summary = Summary::default();
    match &options.input {
        Input::Tree(paths) => {
            let walked = tree::walk(paths, &options.tree, |_| {
                (options.progress)();
                Ok(())
            })?;
            (summary.files, summary.bytes, summary.skipped) = (walked.files, walked.bytes, walked.skipped);
        }
        Input::File(file) => (summary.files, summary.bytes) = (1, file.bytes.len() as u64),
    }
    summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Outcome { findings: Vec::new(), summary })
}
