//! The next `git add` would publish an env or key file that holds a key.

use super::Drafts;
use super::committed_env_file::file_findings;
use crate::analysis::Analysis;
use crate::finding::Severity;
use crate::repository::FileStatus;

/// The rule's id.
pub const ID: &str = "unignored-env-file";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    if analysis.surroundings.status != Some(FileStatus::Unignored) {
        return;
    }
    file_findings(analysis, drafts, ID, Severity::Warning, "the next `git add` would take this file", |draft| {
        draft.help = "add the file's name to .gitignore".to_owned();
    });
}
