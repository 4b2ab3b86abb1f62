//! The one shape of a finding, whatever rule made it and whatever report shows it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::facts::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; fails nothing by default.
    Note,
    /// Should be mended.
    Warning,
    /// Somebody can use it.
    Error,
}

/// How sure we are that the finding is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess from circumstance.
    Low,
    /// By name: nothing shows the value being used.
    Medium,
    /// The value reaches a call that signs or verifies, or there is no other way to read it.
    High,
}

/// What kind of text the finding stands in. Outside production the severity is a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Context {
    /// Code and configuration that runs.
    Production,
    /// Tests and what they use.
    Test,
    /// Examples, samples, templates.
    Example,
    /// Documentation and comments.
    Documentation,
}

macro_rules! display_lowercase {
    ($($type:ty { $($variant:ident => $text:literal),* $(,)? })*) => {$(
        impl $type {
            /// The word reports use for it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    )*};
}

display_lowercase! {
    Severity { Note => "note", Warning => "warning", Error => "error" }
    Confidence { Low => "low", Medium => "medium", High => "high" }
    Context { Production => "production", Test => "test", Example => "example", Documentation => "documentation" }
}

/// A place in a file. Lines and columns are 1-based, columns in Unicode characters; the end is exclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The same place in bytes of the file.
    pub span: Span,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column one past the last character.
    pub end_column: usize,
}

/// The source a report may show: masked, so that no secret of the file is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The number of its first line, 1-based.
    pub line: usize,
    /// One or a few lines, without the last line's end, every secret masked, overlong lines cut.
    pub text: String,
    /// The bytes of `text` the finding is about.
    pub start: usize,
    /// One past the last of them.
    pub end: usize,
}

/// Another place that belongs to the finding: where the literal is used, where its twin stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file, as [`Finding::path`].
    pub path: String,
    /// The place in it.
    pub region: Region,
    /// What this place is, in a few words.
    pub message: String,
    /// The masked source.
    pub snippet: Snippet,
}

/// What is known of a secret. Never the value.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretSummary {
    /// The name it has in the file.
    pub name: Option<String>,
    /// The masked value: at most its first character, then five dots.
    pub masked: String,
    /// Bits a guesser needs, where the value could be judged.
    pub bits: Option<f64>,
    /// Bits its algorithm needs (RFC 7518 §3.2).
    pub required_bits: Option<u32>,
    /// The algorithm it is used with, or the one assumed.
    pub algorithm: Option<String>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad it is, its context taken into account.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// What kind of text it stands in.
    pub context: Context,
    /// One sentence that says what is wrong here. Without the secret.
    pub message: String,
    /// Why it is so, and what follows from it, each one sentence. Without the secret.
    pub notes: Vec<String>,
    /// What to do about it, one sentence. Without the secret.
    pub help: String,
    /// The file, relative to where the check ran, with `/` between its parts.
    pub path: String,
    /// The place in it.
    pub region: Region,
    /// The masked source.
    pub snippet: Snippet,
    /// The language or format the file was read as.
    pub language: Option<&'static str>,
    /// The JWT library whose call is concerned.
    pub library: Option<String>,
    /// The secret, where one is concerned.
    pub secret: Option<SecretSummary>,
    /// Other places, in the order in which they lead to the use.
    pub related: Vec<Related>,
    /// Hex digest of rule, path, name and ordinal: it survives moved lines, and holds nothing of the value.
    pub fingerprint: String,
    /// GitHub's `primaryLocationLineHash` of the finding's line; empty unless it was asked for.
    pub line_hash: String,
}

/// A file or folder that could not be looked at, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The path as in findings.
    pub path: String,
    /// Why, in a few words.
    pub reason: String,
    /// Whether it is a fault somebody should see (an unreadable file) and not a stated limit (a binary file).
    #[serde(skip)]
    pub fault: bool,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files read.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// What was not looked at.
    pub skipped: Vec<Skipped>,
    /// Wall time, milliseconds.
    pub elapsed_ms: u64,
}
