//! Git tracks an env or key file that holds a key.

use super::{Drafts, called, literal_draft};
use crate::analysis::{Analysis, Secret};
use crate::facts::Span;
use crate::finding::{Context, Severity};
use crate::repository::FileStatus;

/// The rule's id.
pub const ID: &str = "committed-env-file";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    let what = match analysis.surroundings.status {
        Some(FileStatus::Tracked) => "git tracks this file",
        Some(FileStatus::Kept) => "git keeps this file",
        _ => return,
    };
    file_findings(analysis, drafts, ID, Severity::Error, what, |draft| {
        draft.notes.push(
            "everybody with a copy of the repository has the key, and deleting the file leaves it in the history"
                .to_owned(),
        );
        draft.help = "replace the key first, then `git rm --cached` the file and add it to .gitignore".to_owned();
    });
}

/// One finding for every key of an env file that has none yet. Where all have one, the file gets its own, on the name
/// of the first: that the file is in git is not mended with the keys.
pub fn file_findings(
    analysis: &Analysis,
    drafts: &mut Drafts,
    rule: &'static str,
    severity: Severity,
    what: &str,
    complete: impl Fn(&mut super::Draft),
) {
    // Templates are made to be committed.
    if analysis.surroundings.context == Context::Example {
        return;
    }
    let open: Vec<&Secret> = analysis.secrets.iter().filter(|secret| !drafts.has(secret.span)).collect();
    let add = |secret: &Secret, span: Option<Span>, drafts: &mut Drafts| {
        let message = format!("{what}, and {} is in it", called(secret));
        let mut draft = literal_draft(analysis, rule, secret, severity, message);
        complete(&mut draft);
        match span {
            Some(span) => {
                draft.span = span;
                drafts.add(draft);
            }
            None => drafts.add_literal(draft),
        }
    };
    if open.is_empty() {
        if let Some(first) = analysis.secrets.first() {
            let entry =
                analysis.facts.entries.iter().find(|entry| analysis.facts.value(entry.value).span.overlaps(first.span));
            add(first, entry.map(|entry| entry.key_span), drafts);
        }
        return;
    }
    for secret in open {
        add(secret, None, drafts);
    }
}
