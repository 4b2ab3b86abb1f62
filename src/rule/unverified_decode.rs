//! A token is read without being verified, and what it says is used.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::{Drafts, call_draft};
use crate::analysis::{Analysis, UseSite};
use crate::facts::{BindingId, Kind, Span, ValueId};
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
    let reads = OnceCell::new();
    for site in &analysis.uses {
        let mut told: Option<(Span, String)> = None;
        let (span, how): (Span, _) = if site.model.does == Does::Decode {
            let reads = reads.get_or_init(|| Reads::of(analysis));
            if reads.only_harmless(site.call) || reads.verifies_too(analysis, site) {
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

/// A value, or a name it is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Held {
    Value(ValueId),
    Name(BindingId),
}

/// What a file does with its values: gathered once, since it can decode many tokens.
#[derive(Default)]
struct Reads<'f> {
    /// The names a value is bound to.
    bound: HashMap<ValueId, Vec<BindingId>>,
    /// The members that are taken of it.
    members: HashMap<Held, Vec<&'f str>>,
    /// What is used as a whole (returned, passed on), and so may be read anywhere.
    whole: HashSet<Held>,
    /// The tokens that are verified.
    verified: Vec<Verified>,
}

struct Verified {
    call: ValueId,
    token: ValueId,
    /// What the token can be.
    from: Vec<ValueId>,
}

impl<'f> Reads<'f> {
    fn of(analysis: &Analysis<'f>) -> Self {
        let facts = analysis.facts;
        let mut reads = Reads::default();
        for (index, binding) in (0..).zip(&facts.bindings) {
            for write in &binding.writes {
                reads.bound.entry(*write).or_default().push(BindingId(index));
            }
        }
        for value in &facts.values {
            if let Kind::Member { object, name, .. } = &value.kind {
                reads.members.entry(Held::Value(*object)).or_default().push(name);
                if let Kind::Name(binding) = facts.kind(*object) {
                    reads.members.entry(Held::Name(*binding)).or_default().push(name);
                }
            }
        }
        let arguments = facts.calls.iter().filter_map(|call| facts.call(*call)).flat_map(|call| &call.arguments);
        let returned = facts.functions.iter().flat_map(|function| &function.returns);
        reads.whole.extend(returned.clone().map(|value| Held::Value(*value)));
        for value in arguments.map(|argument| &argument.value).chain(returned) {
            if let Kind::Name(binding) = facts.kind(*value) {
                reads.whole.insert(Held::Name(*binding));
            }
        }
        for site in analysis.uses.iter().filter(|site| site.model.does.verifies()) {
            if let Some(token) = token_of(analysis, site) {
                let from = analysis.resolver.constants(token);
                reads.verified.push(Verified { call: site.call, token, from });
            }
        }
        reads
    }

    /// Whether all that is taken from a decoded token is harmless.
    fn only_harmless(&self, call: ValueId) -> bool {
        let names = self.bound.get(&call).into_iter().flatten().map(|binding| Held::Name(*binding));
        let mut taken = false;
        for held in names.chain([Held::Value(call)]) {
            let members = self.members.get(&held).map_or(&[][..], Vec::as_slice);
            if self.whole.contains(&held) || !members.iter().all(|name| HARMLESS.contains(name)) {
                return false;
            }
            taken |= !members.is_empty();
        }
        taken
    }

    /// Whether the same token is verified where it is decoded.
    fn verifies_too(&self, analysis: &Analysis, site: &UseSite) -> bool {
        let Some(token) = token_of(analysis, site) else { return false };
        self.verified.iter().any(|verified| {
            analysis.run_together(site.call, verified.call)
                // The token itself, or what decoding it gave.
                && (same(analysis, token, verified.token, 16) || verified.from.contains(&site.call))
        })
    }
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
