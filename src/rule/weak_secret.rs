//! A key can be guessed, or is shorter than its algorithm asks.

use super::{Drafts, called, literal_draft};
use crate::analysis::Analysis;
use crate::finding::Severity;
use crate::language::Language;
use crate::name;
use crate::secret::strength::Verdict;

/// The rule's id.
pub const ID: &str = "weak-secret";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    for secret in &analysis.secrets {
        let Some(strength) = &secret.strength else { continue };
        if strength.verdict == Verdict::Strong || drafts.has(secret.span) {
            continue;
        }
        // What opens a private key is no key of an algorithm, and only has to be hard to guess.
        if strength.verdict == Verdict::Short && secret.name.as_deref().is_some_and(is_passphrase) {
            continue;
        }
        let (severity, message) = match strength.verdict {
            // Where everybody can read the key, it being short is the least that is wrong with it.
            Verdict::Short if analysis.facts.language == Language::Dotenv => {
                (Severity::Warning, format!("{} is shorter than its algorithm needs", called(secret)))
            }
            Verdict::Short => (
                Severity::Error,
                format!("{} stands in this file, and is shorter than its algorithm needs", called(secret)),
            ),
            _ => (Severity::Error, format!("{} can be guessed", called(secret))),
        };
        drafts.add_literal(literal_draft(analysis, ID, secret, severity, message));
    }
}

fn is_passphrase(name: &str) -> bool {
    let tokens = name::tokens(&[name]);
    tokens.ends_with(&["passphrase".to_owned()]) || tokens.ends_with(&["pass".to_owned(), "phrase".to_owned()])
}
