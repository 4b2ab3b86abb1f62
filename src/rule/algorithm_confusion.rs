//! A verification accepts HMAC and public-key algorithms together, or is given a public key for HMAC.

use super::{Drafts, call_draft};
use crate::analysis::Analysis;
use crate::facts::ValueId;
use crate::finding::Severity;
use crate::name;

/// The rule's id.
pub const ID: &str = "algorithm-confusion";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    if analysis.is_library_source() {
        return;
    }
    for site in analysis.uses.iter().filter(|site| site.model.does.verifies()) {
        let algorithms = analysis.algorithms(site);
        let Some((_, place)) = algorithms.first() else { continue };
        let hmac = algorithms.iter().any(|(name, _)| is_hmac(name));
        let asymmetric = algorithms.iter().any(|(name, _)| is_asymmetric(name));
        let keys = site.model.key.as_slice().iter().flat_map(|key| analysis.resolver.locate(site.call, key).values());
        let message = if hmac && asymmetric {
            format!("{} accepts HMAC and public-key algorithms with one key", site.library.name)
        } else if hmac && keys.into_iter().any(|key| is_public(analysis, key)) {
            format!("{} is given a public key for an HMAC algorithm", site.library.name)
        } else {
            continue;
        };
        let mut draft = call_draft(ID, Severity::Error, analysis.facts.value(*place).span, site, message);
        draft
            .notes
            .push("whoever has the public key can sign tokens with it as the HMAC key (RFC 8725 §2.1)".to_owned());
        draft.help = "accept only the one algorithm you sign with".to_owned();
        draft.related.push((analysis.call_span(site.call), "tokens are verified here".to_owned()));
        drafts.add(draft);
    }
}

fn is_hmac(algorithm: &str) -> bool {
    matches!(algorithm, "HS256" | "HS384" | "HS512")
}

fn is_asymmetric(algorithm: &str) -> bool {
    matches!(
        algorithm,
        "RS256" | "RS384" | "RS512" | "ES256" | "ES256K" | "ES384" | "ES512" | "PS256" | "PS384" | "PS512" | "EdDSA"
    )
}

/// Whether a key is a public one: by its text, or by its name.
fn is_public(analysis: &Analysis, key: ValueId) -> bool {
    let public_text = |text: &str| text.contains("-----BEGIN PUBLIC KEY") || text.contains("-----BEGIN CERTIFICATE");
    analysis.resolver.texts(key).iter().any(|(text, _)| public_text(text))
        || analysis.resolver.name_of(key).is_some_and(|name| {
            let tokens = name::tokens(&[name]);
            tokens.iter().any(|token| token == "public") && tokens.iter().any(|token| token == "key")
        })
}
