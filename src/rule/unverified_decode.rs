//! A token is read without being verified, and what it says is used.

use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::OnceCell;

use super::{Drafts, call_draft};
use crate::analysis::{Analysis, UseSite};
use crate::facts::{BindingId, Facts, Kind, Span, ValueId};
use crate::finding::Severity;
use crate::library::Does;

/// The rule's id.
pub const ID: &str = "unverified-decode";

/// What may be read of a token before it is verified: how to verify it, and when it is over.
const HARMLESS: [&str; 4] = ["header", "exp", "iat", "nbf"];

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

impl Held {
    fn of(facts: &Facts, value: ValueId) -> Self {
        match facts.kind(value) {
            Kind::Name(binding) => Held::Name(*binding),
            _ => Held::Value(value),
        }
    }
}

/// What a file does with its values: gathered once, since it can decode many tokens.
#[derive(Default)]
struct Reads<'f> {
    /// The names a value is bound to, and the alternatives it is one of: what else it is then called.
    also: FxHashMap<Held, Vec<Held>>,
    /// The members that are taken of it.
    members: FxHashMap<Held, Vec<(&'f str, ValueId)>>,
    /// What is used as a whole (returned, passed on), and so may be read anywhere.
    whole: FxHashSet<Held>,
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
                reads.also.entry(Held::of(facts, *write)).or_default().push(Held::Name(BindingId(index)));
            }
        }
        for (index, value) in (0..).zip(&facts.values) {
            match &value.kind {
                Kind::Member { object, name, .. } => {
                    reads.members.entry(Held::of(facts, *object)).or_default().push((name, ValueId(index)));
                }
                Kind::Choice(choices) => {
                    for choice in choices {
                        let choice = Held::of(facts, *choice);
                        reads.also.entry(choice).or_default().push(Held::Value(ValueId(index)));
                    }
                }
                _ => {}
            }
        }
        let arguments = facts.calls.iter().filter_map(|call| facts.call(*call)).flat_map(|call| &call.arguments);
        let returned = facts.functions.iter().flat_map(|function| &function.returns);
        let whole = arguments.map(|argument| &argument.value).chain(returned);
        reads.whole.extend(whole.map(|value| Held::of(facts, *value)));
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
        let mut seen = FxHashSet::default();
        let mut open = vec![Held::Value(call)];
        let mut taken = false;
        while let Some(held) = open.pop() {
            if !seen.insert(held) {
                continue;
            }
            if self.whole.contains(&held) {
                return false;
            }
            for (name, member) in self.members.get(&held).into_iter().flatten() {
                // The payload is what a token decoded whole (`{ complete: true }`) holds in the decoded token's place.
                if *name == "payload" {
                    open.push(Held::Value(*member));
                } else if HARMLESS.contains(name) {
                    taken = true;
                } else {
                    return false;
                }
            }
            open.extend(self.also.get(&held).into_iter().flatten());
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
