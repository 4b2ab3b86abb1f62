//! A token is read without being verified, and what it says is used.

use super::{Drafts, call_draft};
use crate::analysis::{Analysis, UseSite};
use crate::facts::{Kind, Span, ValueId};
use crate::finding::Severity;
use crate::library::Does;

/// The rule's id.
pub const ID: &str = "unverified-decode";

/// What may be read of a token before it is verified: how to verify it, and when it is over.
const HARMLESS: [&str; 3] = ["header", "exp", "iat"];

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
    let mut names: Vec<&str> = Vec::new();
    // The names the decoded token is bound to.
    let bound: Vec<_> = analysis
        .facts
        .bindings
        .iter()
        .enumerate()
        .filter(|(_, binding)| binding.writes.contains(&call))
        .map(|(index, _)| index)
        .collect();
    let mut other_use = false;
    for value in &analysis.facts.values {
        if let Kind::Member { object, name, .. } = &value.kind {
            let of_name =
                matches!(analysis.facts.kind(*object), Kind::Name(binding) if bound.contains(&binding.index()));
            if *object == call || of_name {
                names.push(name);
            }
        }
    }
    // A bound token that is used as a whole (returned, passed on) may be read anywhere.
    for call in &analysis.facts.calls {
        if let Some(call) = analysis.facts.call(*call) {
            other_use |= call.arguments.iter().any(|argument| {
                matches!(analysis.facts.kind(argument.value), Kind::Name(binding) if bound.contains(&binding.index()))
            });
        }
    }
    for function in &analysis.facts.functions {
        other_use |= function.returns.iter().any(|value| {
            *value == call
                || matches!(analysis.facts.kind(*value), Kind::Name(binding) if bound.contains(&binding.index()))
        });
    }
    !names.is_empty() && !other_use && names.iter().all(|name| HARMLESS.contains(name))
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
