//! The one shape of a finding, whatever rule made it and whatever report shows it.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::facts::Span;
use crate::source::history::Counts;

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
    Reachable { Refs => "refs", Reflog => "reflog", Nowhere => "nowhere" }
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

/// A commit, without a word of who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id, in hex.
    pub id: String,
    /// When it was made (committed, not authored), in seconds since 1970.
    pub date: i64,
}

impl Commit {
    /// Its date as reports write it: Coordinated Universal Time to the second (RFC 3339). Before 1970 and behind 9999 there is
    /// nothing to write; the nearest is written.
    pub fn date_text(&self) -> String {
        let seconds = u64::try_from(self.date).unwrap_or_default().min(253_402_300_799);
        humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
    }

    /// Its day.
    pub fn day(&self) -> String {
        self.date_text().chars().take("0000-00-00".len()).collect()
    }

    /// The beginning of its id, as git shows it.
    pub fn short_id(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }
}

/// What keeps a commit from being thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reachable {
    /// A branch, a tag or another ref.
    Refs,
    /// Only the log of a ref.
    Reflog,
    /// Nothing.
    Nowhere,
}

/// What a repository's history says of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// The commit that brought it; none where no commit did, as for what was only ever staged.
    pub first: Option<Commit>,
    /// The commit that brought the last version of a file in which it stands.
    pub last: Option<Commit>,
    /// Whether it stands in the commit that is checked out.
    pub at_head: bool,
    /// Whether it stands in the working tree, where the finding's place then is; else that is in the first commit.
    pub in_working_tree: bool,
    /// How the first commit is reached.
    pub reachable: Reachable,
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
    /// What the history says of it, where that was asked.
    pub past: Option<Past>,
}

impl Finding {
    /// Whether it is one of the past: it does not stand in the working tree any more.
    pub fn is_past(&self) -> bool {
        self.past.as_ref().is_some_and(|past| !past.in_working_tree)
    }
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
    /// What was looked at of the history, where that was asked.
    pub history: Option<Counts>,
    /// What was not looked at.
    pub skipped: Vec<Skipped>,
    /// Wall time, milliseconds.
    pub elapsed_ms: u64,
}

impl Summary {
    /// Whether nothing was looked at.
    pub fn is_empty(&self) -> bool {
        self.files == 0 && self.history.as_ref().is_none_or(|history| history.blobs == 0)
    }
}

/// A fingerprint made of these parts: 16 bytes of their SHA-256, in hexadecimal.
pub fn fingerprint(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
