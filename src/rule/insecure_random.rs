//! A key is made by a source of randomness that can be predicted.

use super::{Draft, Drafts};
use crate::analysis::Analysis;
use crate::finding::{Confidence, SecretSummary};
use crate::secret;
use crate::vocabulary;

/// The rule's id.
pub const ID: &str = "insecure-random";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    for key in &analysis.random_keys {
        let named = key.name.as_ref().map_or_else(|| "a key".to_owned(), |name| format!("`{name}`"));
        let used = key.used_by.map(|site| {
            (analysis.call_span(site.call), format!("it is used as the key of {} here", site.library.name))
        });
        drafts.add(Draft {
            rule: ID,
            severity: key.source.severity,
            confidence: if key.used_by.is_some() { Confidence::High } else { Confidence::Medium },
            span: analysis.facts.value(key.call).span,
            message: format!("{named} is made from a predictable source"),
            notes: vec![key.source.what.clone()],
            help: replacement(analysis),
            library: key.used_by.map(|site| site.library.name.clone()),
            secret: key.name.as_ref().map(|name| SecretSummary {
                name: Some(name.clone()),
                masked: secret::mask(""),
                bits: None,
                required_bits: None,
                algorithm: None,
            }),
            related: used.into_iter().collect(),
        });
    }
}

fn replacement(analysis: &Analysis) -> String {
    match vocabulary::random(analysis.facts.language.family()) {
        Some(random) => {
            format!("make it with `{}`, once, and keep it in the environment or a secret store", random.replacement)
        }
        None => "make it with `jotlint generate`".to_owned(),
    }
}
