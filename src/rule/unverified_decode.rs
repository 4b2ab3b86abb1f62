//! A token is read without being verified, and what it says is used.

use std::collections::HashSet;

use super::{Drafts, call_draft};
use crate::analysis::{Analysis, UseSite};
use crate::facts::{Kind, Span, ValueId};
use crate::finding::Severity;
use crate::library::Does;

/// The rule's id.
pub const ID: &str = "unverified-decode";

/// What may be read of a token before it is verified: how to verify it, and when it is over.
const HARMLESS: [&str; 5] = ["header", "payload", "exp", "iat", "nbf"];

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    if analysis.is_library_source() {
        return;
    }
    for site in &analysis.uses {
        let mut told: Option<(Span, String)> = None;
        let (span, how): (Span, _) = if site.model.does == Does::Decode {
            if reads_only_harmless(analysis, site.call) || is_verified_too(analysis, site) {
                continue;
            }
            (analysis.call_span(site.call), "reads a token without verifying it")
        } else if let Some(condition) = analysis.holding(site, &site.model.unverified) {
            told = Some((analysis.place_of(site, condition), "this turns verification off".to_owned()));
            (analysis.call_span(site.call), "is told not to verify the token")
        } else {
            continue;
        };
        let severity = if site.library.client { Severity::Note } else { Severity::Warning };
        let mut draft = call_draft(ID, severity, span, site, format!("{} {how}", site.library.name));
        draft.related.extend(told.filter(|(place, _)| !place.contains(span)));
        draft.notes.push("everything in such a token may be made up by whoever sent it".to_owned());
        draft.help = if site.library.client {
            "decide nothing by it: the server has to verify the token".to_owned()
        } else {
            "verify the token and use what the verification returns".to_owned()
        };
        drafts.add(draft);
    }
}

/// Whether all that is taken from a decoded token is harmless.
fn reads_only_harmless(analysis: &Analysis, call: ValueId) -> bool {
    let facts = analysis.facts;
    // The values that are the decoded token or its payload, through names and alternatives.
    let mut decoded: HashSet<ValueId> = HashSet::from([call]);
    let mut names: Vec<&str> = Vec::new();
    let mut known = 0;
    while known != decoded.len() {
        known = decoded.len();
        names.clear();
        for (index, value) in facts.values.iter().enumerate() {
            let is = match &value.kind {
                Kind::Name(binding) => {
                    facts.bindings[binding.index()].writes.iter().any(|write| decoded.contains(write))
                }
                Kind::Choice(choices) => choices.iter().any(|choice| decoded.contains(choice)),
                Kind::Member { object, name, .. } if decoded.contains(object) => {
                    names.push(name);
                    name == "payload"
                }
                _ => false,
            };
            if is {
                decoded.insert(ValueId(index as u32));
            }
        }
    }
    // What is returned or passed on may be read anywhere.
    let returned = facts.functions.iter().flat_map(|function| &function.returns);
    let passed = facts.calls.iter().filter_map(|call| facts.call(*call)).flat_map(|call| &call.arguments);
    let leaves = returned.chain(passed.map(|argument| &argument.value)).any(|value| decoded.contains(value));
    !names.is_empty() && !leaves && names.iter().all(|name| HARMLESS.contains(name))
}

/// Whether the same token is verified where it is decoded.
fn is_verified_too(analysis: &Analysis, site: &UseSite) -> bool {
    let Some(token) = token_of(analysis, site) else { return false };
    analysis.uses.iter().any(|other| {
        other.model.does.verifies()
            && analysis.run_together(site.call, other.call)
            && token_of(analysis, other).is_some_and(|verified| {
                // The token itself, or what decoding it gave.
                same(analysis, token, verified, 16) || analysis.resolver.constants(verified).contains(&site.call)
            })
    })
}

fn token_of(analysis: &Analysis, site: &UseSite) -> Option<ValueId> {
    analysis.resolver.locate(site.call, site.model.token.as_ref()?).values().into_iter().next()
}

/// Whether two expressions are the same text of names, members and calls.
fn same(analysis: &Analysis, one: ValueId, other: ValueId, depth: usize) -> bool {
    if depth == 0 {
        return false;
    }
    let same = |one: ValueId, other: ValueId| same(analysis, one, other, depth - 1);
    match (analysis.facts.kind(one), analysis.facts.kind(other)) {
        (Kind::Name(one), Kind::Name(other)) => one == other,
        (Kind::Global(one), Kind::Global(other)) | (Kind::Literal(one), Kind::Literal(other)) => one == other,
        (Kind::This(one), Kind::This(other)) => one == other,
        (Kind::Member { object: one, name, .. }, Kind::Member { object: other, name: other_name, .. }) => {
            name == other_name && same(*one, *other)
        }
        (Kind::Call(one), Kind::Call(other)) => {
            one.arguments.len() == other.arguments.len()
                && same(one.callee, other.callee)
                && one.arguments.iter().zip(&other.arguments).all(|(one, other)| same(one.value, other.value))
        }
        (Kind::Choice(one), Kind::Choice(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(*one, *other))
        }
        _ => false,
    }
}
