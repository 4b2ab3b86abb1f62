//! A key has been in the history for longer than keys should live.

use super::{Drafts, called, literal_draft};
use crate::analysis::{Analysis, KeyKind};
use crate::finding::{Context, Severity};
use crate::past::{Ages, Identity};

/// The rule's id.
pub const ID: &str = "stale-secret";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, ages: &Ages, drafts: &mut Drafts) {
    for secret in &analysis.secrets {
        if analysis.context(secret.span) != Context::Production {
            continue;
        }
        let previous = secret.name.as_deref().filter(|name| is_previous(name));
        let identity = match previous {
            // The value is as old as it may be; what counts is how long it has been the previous one.
            Some(name) => Identity::named(&secret.text, name),
            None => Identity::new(&secret.text, secret.name.as_deref()),
        };
        let Some((days, commit)) = ages.overdue(identity) else { continue };
        let message = match (previous, secret.kind) {
            (Some(_), _) => format!("{} has been kept beside its successor for {days} days", called(secret)),
            (None, KeyKind::Shared) => format!("{} has not changed for {days} days", called(secret)),
            (None, KeyKind::Private) => format!("the private key has not changed for {days} days"),
        };
        let mut draft = literal_draft(analysis, ID, secret, Severity::Warning, message);
        draft.notes = vec![
            format!("commit {} of {} brought it", commit.short_id(), commit.day()),
            format!(
                "everybody who has seen it since then can sign tokens; it should change every {} days",
                ages.rotation_days
            ),
        ];
        if previous.is_some() {
            draft.help = "take it out: the tokens it signed have long expired".to_owned();
        }
        // The literal has a finding of its own; where it has a name, this one stands there.
        draft.span = analysis.entry_with(secret.span).map_or(secret.span, |entry| entry.key_span);
        drafts.add(draft);
    }
}

/// Whether a name says that the key is kept only for what was signed before it changed.
fn is_previous(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["previous", "prev", "old"].iter().any(|word| {
        let at = name.strip_suffix(word).or_else(|| name.strip_prefix(word));
        at.is_some_and(|rest| rest.ends_with(['_', '-', '.']) || rest.starts_with(['_', '-', '.']))
            || name.ends_with(word) && *word == "previous"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_previous_keys() {
        for name in ["JWT_SECRET_PREVIOUS", "jwtSecretPrevious", "OLD_JWT_SECRET", "jwt.secret.old", "JWT_SECRET_PREV"]
        {
            assert!(is_previous(name), "{name}");
        }
        for name in ["JWT_SECRET", "THRESHOLD", "GOLD_KEY", "previousness", "BOLD"] {
            assert!(!is_previous(name), "{name}");
        }
    }
}
