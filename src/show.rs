//! What the commands show: each report, list and page is written by the library; here the command line's words for them
//! meet the library's.

use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use jotlint::check::Outcome;
use zeroize::Zeroizing;

use crate::cli::{Algorithm, Encoding, Format, ListFormat};

/// How the place looks in which something is shown.
#[derive(Clone, Copy)]
pub struct Look {
    /// Whether there are colours.
    pub color: bool,
    /// Its columns, where it has a width.
    pub width: Option<usize>,
    /// Whether a person reads it as it comes and nothing keeps it.
    pub is_terminal: bool,
}

/// The ids of all rules.
pub fn rule_ids() -> Vec<&'static str> {
    vec![
        "hardcoded-secret",
        "weak-secret",
        "fallback-secret",
        "insecure-random",
        "missing-algorithms",
        "algorithm-confusion",
        "none-algorithm",
        "unverified-decode",
        "committed-env-file",
        "unignored-env-file",
        "leaked-token",
    ]
}

/// Writes the report of a check of `place`, which began at `started`.
pub fn report(
    format: Format,
    outcome: &Outcome,
    _look: Look,
    _place: &Path,
    _started: SystemTime,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => writeln!(out, "{} findings in {} files", outcome.findings.len(), outcome.summary.files),
        _ => serde_json::to_writer(out, &outcome.summary.skipped).map_err(io::Error::from),
    }
}

/// Writes what there is to say about a rule.
pub fn explain(_rule: &str, _look: Look, _out: &mut dyn Write) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Writes the list of rules.
pub fn rules(_format: ListFormat, _look: Look, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", rule_ids().join("\n"))
}

/// Fresh secrets, one a line.
pub fn secrets(
    _algorithm: Algorithm,
    _encoding: Encoding,
    _name: Option<&str>,
    _count: u32,
) -> io::Result<Zeroizing<String>> {
    Err(io::ErrorKind::Unsupported.into())
}
