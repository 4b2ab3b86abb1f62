//! A verification does not say which algorithms it accepts, and the library then goes by something else.

use rustc_hash::FxHashSet;

use super::{Drafts, call_draft};
use crate::analysis::{Analysis, UseSite};
use crate::facts::{Kind, ValueId};
use crate::finding::Severity;
use crate::library::{Does, Locator, Missing};
use crate::origin::Step;
use crate::resolve::Located;

/// The rule's id.
pub const ID: &str = "missing-algorithms";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    if analysis.is_library_source() {
        return;
    }
    let decodes = |site: &&UseSite| matches!(site.model.does, Does::Decode | Does::ReadHeader);
    let decoded: FxHashSet<ValueId> = analysis.uses.iter().filter(decodes).map(|site| site.call).collect();
    for site in analysis.uses.iter().filter(|site| site.model.does.verifies()) {
        let mut missing = analysis.missing(site);
        if missing == Missing::Safe {
            continue;
        }
        let locators = site.model.algorithms.as_slice();
        let given = |locator| analysis.resolver.locate(site.call, locator) != Located::Absent;
        let by_token = locators.iter().any(|locator| is_of_token(analysis, &decoded, site, locator));
        // Where there is no way to say it, it is not said.
        if (locators.iter().any(given) && !by_token)
            || analysis.holding(site, &site.model.pinned).is_some()
            || analysis.holding(site, &site.model.unverified).is_some()
        {
            continue;
        }
        let keys: Vec<ValueId> = site
            .model
            .key
            .as_slice()
            .iter()
            .flat_map(|key| analysis.resolver.locate(site.call, key).values())
            .collect();
        // A middleware that is given no key is configured elsewhere, and so are its algorithms.
        if keys.is_empty() && site.model.does.signs() {
            continue;
        }
        // Whatever the library does otherwise, here it is told to obey the header.
        if by_token {
            missing = Missing::Header;
        }
        if !by_token && keys.iter().any(|key| pins_algorithm(analysis, *key)) {
            continue;
        }
        let (severity, note) = match missing {
            Missing::NoneRisk => (Severity::Error, "in this version a token without a signature can then pass"),
            Missing::Header => (
                Severity::Error,
                "the token's own header then decides, and a public key can be taken for an HMAC key (RFC 8725 §3.1)",
            ),
            _ => (
                Severity::Warning,
                "the kind of key then decides: any algorithm that fits it is accepted (RFC 8725 §3.1)",
            ),
        };
        let message = format!("{} verifies a token without saying which algorithms it accepts", site.library.name);
        let mut draft = call_draft(ID, severity, analysis.call_span(site.call), site, message);
        draft.notes.push(note.to_owned());
        draft.help = "say which algorithm you accept where the token is verified: the one you sign with, and no other"
            .to_owned();
        drafts.add(draft);
    }
}

/// Whether a key says itself which algorithm it is for (a key set, a key imported for one algorithm).
fn pins_algorithm(analysis: &Analysis, key: ValueId) -> bool {
    let pins = |constant: &ValueId| analysis.resolver.conversion(*constant).is_some_and(|conversion| conversion.pins);
    analysis.resolver.constants(key).iter().any(pins)
}

/// Whether the algorithms that are accepted are read from a token that was only decoded: `[header.alg]`.
fn is_of_token(analysis: &Analysis, decoded: &FxHashSet<ValueId>, site: &UseSite, locator: &'static Locator) -> bool {
    let located = analysis.resolver.locate(site.call, locator).values();
    let items = located.into_iter().flat_map(|value| match analysis.facts.kind(value) {
        Kind::List(items) => items.clone(),
        _ => vec![value],
    });
    items.into_iter().any(|item| {
        let origin = analysis.resolver.origin(item);
        let is_decoded = |step: &Step| matches!(step, Step::Call(call) if decoded.contains(call));
        let is_algorithm = match origin.steps.last() {
            Some(Step::Member(name)) => *name == "alg",
            Some(Step::Call(call)) => analysis.resolver.entry_taken(*call).is_some_and(|(_, name)| name == "alg"),
            _ => false,
        };
        is_algorithm && origin.steps.iter().any(is_decoded)
    })
}
