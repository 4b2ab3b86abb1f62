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
const HARMLESS: [&str; 5] = ["header", "payload", "exp", "iat", "nbf"];

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    if analysis.is_library_source() {
        return;
    }
    let flow = OnceCell::new();
    for site in &analysis.uses {
        let mut told: Option<(Span, String)> = None;
        let (span, how): (Span, _) = if site.model.does == Does::Decode {
            let flow = flow.get_or_init(|| Flow::of(analysis));
            if flow.reads_only_harmless(site.call) || flow.is_verified_too(analysis, site) {
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

/// Where a file's values go: gathered once, since it can decode many tokens.
#[derive(Default)]
struct Flow<'f> {
    /// The names each value is written to.
    bound: HashMap<ValueId, Vec<BindingId>>,
    /// Where each name is read.
    read: HashMap<BindingId, Vec<ValueId>>,
    /// Where each value is one of several.
    choices: HashMap<ValueId, Vec<ValueId>>,
    /// The members that are taken of each value.
    members: HashMap<ValueId, Vec<(&'f str, ValueId)>>,
    /// What is returned or passed on, and so may be read anywhere.
    leaves: HashSet<ValueId>,
    /// The tokens that are verified.
    verified: Vec<Verified>,
}

struct Verified {
    call: ValueId,
    token: ValueId,
    /// What the token can be.
    from: Vec<ValueId>,
}

impl<'f> Flow<'f> {
    fn of(analysis: &Analysis<'f>) -> Self {
        let facts = analysis.facts;
        let mut flow = Flow::default();
        for (index, binding) in (0..).zip(&facts.bindings) {
            for write in &binding.writes {
                flow.bound.entry(*write).or_default().push(BindingId(index));
            }
        }
        for (index, value) in (0..).zip(&facts.values) {
            let id = ValueId(index);
            match &value.kind {
                Kind::Name(binding) => flow.read.entry(*binding).or_default().push(id),
                Kind::Choice(choices) => {
                    for choice in choices {
                        flow.choices.entry(*choice).or_default().push(id);
                    }
                }
                Kind::Member { object, name, .. } => flow.members.entry(*object).or_default().push((name, id)),
                _ => {}
            }
        }
        let passed = facts.calls.iter().filter_map(|call| facts.call(*call)).flat_map(|call| &call.arguments);
        flow.leaves.extend(passed.map(|argument| argument.value));
        flow.leaves.extend(facts.functions.iter().flat_map(|function| &function.returns));
        for site in analysis.uses.iter().filter(|site| site.model.does.verifies()) {
            if let Some(token) = token_of(analysis, site) {
                let from = analysis.resolver.constants(token);
                flow.verified.push(Verified { call: site.call, token, from });
            }
        }
        flow
    }

    /// Whether all that is taken from a decoded token is harmless.
    fn reads_only_harmless(&self, call: ValueId) -> bool {
        // The values that are the decoded token or its payload, through names and alternatives.
        let mut decoded = HashSet::from([call]);
        let mut open = vec![call];
        let mut taken = false;
        while let Some(value) = open.pop() {
            if self.leaves.contains(&value) {
                return false;
            }
            let members = self.members.get(&value).into_iter().flatten();
            for (name, _) in members.clone() {
                if !HARMLESS.contains(name) {
                    return false;
                }
                taken = true;
            }
            let payloads = members.filter(|(name, _)| *name == "payload").map(|(_, member)| member);
            let names = self.bound.get(&value).into_iter().flatten();
            let reads = names.filter_map(|name| self.read.get(name)).flatten();
            let choices = self.choices.get(&value).into_iter().flatten();
            open.extend(payloads.chain(reads).chain(choices).filter(|next| decoded.insert(**next)));
        }
        taken
    }

    /// Whether the same token is verified where it is decoded.
    fn is_verified_too(&self, analysis: &Analysis, site: &UseSite) -> bool {
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
