//! An environment or configuration look-up falls back to a literal key.

use super::{Drafts, called, literal_draft};
use crate::analysis::Analysis;
use crate::finding::Severity;

/// The rule's id.
pub const ID: &str = "fallback-secret";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    for secret in analysis.secrets.iter().filter(|secret| secret.fallback) {
        let message = format!("{} falls back to a key that stands in this file", called(secret));
        let mut draft = literal_draft(analysis, ID, secret, Severity::Error, message);
        let unset = match &secret.fallback_of {
            Some(variable) => {
                format!("wherever `{variable}` is not set, whoever reads this file can sign valid tokens")
            }
            None => "wherever the setting is missing, whoever reads this file can sign valid tokens".to_owned(),
        };
        draft.notes.insert(0, unset);
        draft.help = "leave the fallback out and refuse to start without the key".to_owned();
        drafts.add_literal(draft);
    }
}
