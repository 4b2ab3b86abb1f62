//! A key, however strong, stands in code or in configuration.

use super::{Drafts, called, literal_draft};
use crate::analysis::{Analysis, KeyKind};
use crate::finding::Severity;
use crate::language::Language;

/// The rule's id.
pub const ID: &str = "hardcoded-secret";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    // Env and key files are where keys belong; what is wrong with them is git's to say.
    if matches!(analysis.facts.language, Language::Dotenv | Language::Key) {
        return;
    }
    for secret in &analysis.secrets {
        if drafts.has(secret.span) {
            continue;
        }
        let what = match secret.kind {
            KeyKind::Shared => "key",
            KeyKind::Private => "private key",
        };
        let message = match &secret.name {
            Some(_) => format!("{} is a {what} that stands in this file", called(secret)),
            None => format!("a {what} stands in this file"),
        };
        let mut draft = literal_draft(analysis, ID, secret, Severity::Error, message);
        draft.notes.push("whoever reads this file, or any copy or old version of it, can sign valid tokens".to_owned());
        drafts.add_literal(draft);
    }
}
