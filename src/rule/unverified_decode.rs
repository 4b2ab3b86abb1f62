//! A token is read without being verified, and what it says is used.

use std::cell::OnceCell;
use std::fmt::Write;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Draft, Drafts, call_draft};
use crate::analysis::{Analysis, UseSite};
use crate::facts::{BindingId, Facts, FunctionId, Kind, Span, ValueId};
use crate::finding::{Confidence, Severity};
use crate::library::Does;

/// The rule's id.
pub const ID: &str = "unverified-decode";

/// What may be read of a token before it is verified, [`plain`]: how and with whose key to verify it, and when it is over.
const HARMLESS: [&str; 20] = [
    "header",
    "iss",
    "issuer",
    "exp",
    "iat",
    "nbf",
    // As getters name them, and what is in a header.
    "alg",
    "algorithm",
    "kid",
    "keyid",
    "type",
    "expiresat",
    "issuedat",
    "notbefore",
    "expiration",
    "expirationtime",
    "issuetime",
    "notbeforetime",
    "validto",
    "validfrom",
];

/// What holds the claims of a token that was decoded whole.
const CLAIMS: [&str; 4] = ["payload", "claims", "jwtclaimsset", "body"];

/// How deep an expression for a token may nest, and how long it may be, in bytes of its own form, to be known again.
const MAX_WRITTEN_DEPTH: usize = 16;
const MAX_WRITTEN: usize = 4_096;

const MADE_UP: &str = "everything in such a token may be made up by whoever sent it";

/// What a member is called without what a language puts around the names of getters: `getExpiresAtAsInstant`.
fn plain(name: &str) -> String {
    let name = name.strip_prefix("get").filter(|rest| rest.starts_with(char::is_uppercase)).unwrap_or(name);
    name.strip_suffix("AsInstant").unwrap_or(name).to_ascii_lowercase()
}

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    if analysis.is_library_source() {
        return;
    }
    let reads = OnceCell::new();
    for site in &analysis.uses {
        let excused = || {
            let reads = reads.get_or_init(|| Reads::of(analysis));
            reads.only_harmless(analysis, site) || reads.verifies_too(analysis, site)
        };
        let mut told: Option<(Span, String)> = None;
        let (span, how): (Span, _) = if site.model.does == Does::Decode {
            if excused() {
                continue;
            }
            (analysis.call_span(site.call), "reads a token without verifying it")
        } else if let Some(condition) = analysis.holding(site, &site.model.unverified) {
            // Who only wants to look at a token gives no key.
            if !has_key(analysis, site) && excused() {
                continue;
            }
            told = Some((analysis.place_of(site, condition), "this turns verification off".to_owned()));
            (analysis.call_span(site.call), "is told not to verify the token")
        } else {
            continue;
        };
        let severity = if site.library.client { Severity::Note } else { Severity::Warning };
        let mut draft = call_draft(ID, severity, span, site, format!("{} {how}", site.library.name));
        draft.related.extend(told.filter(|(place, _)| !place.contains(span)));
        draft.notes.push(MADE_UP.to_owned());
        draft.help = if site.library.client {
            "decide nothing by it: the server has to verify the token".to_owned()
        } else {
            "verify the token and use what the verification returns".to_owned()
        };
        drafts.add(draft);
    }
    for site in &analysis.settings {
        let Some((entry, off)) = analysis.facts.entries.get(site.entry).zip(site.model.unverified.as_ref()) else {
            continue;
        };
        if analysis.resolver.equals(entry.value, off) {
            drafts.add(Draft {
                rule: ID,
                severity: Severity::Warning,
                confidence: Confidence::High,
                span: entry.key_span,
                message: format!("{} is told not to verify tokens", site.library.name),
                notes: vec![MADE_UP.to_owned()],
                help: "leave the setting out: tokens are then verified".to_owned(),
                library: Some(site.library.name.clone()),
                secret: None,
                related: Vec::new(),
            });
        }
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
    /// What is used as a whole (returned, passed on), and so may be read anywhere; how often.
    whole: FxHashMap<Held, usize>,
    /// Where tokens are verified, by how the token is written there.
    verified: FxHashMap<String, Places>,
    /// The same, by what the token can be: what decoding it gave.
    verified_from: FxHashMap<ValueId, Places>,
}

/// Functions in which something is done.
#[derive(Default)]
struct Places {
    /// Those it stands in; `None` is outside all of them.
    own: FxHashSet<Option<FunctionId>>,
    /// Those around these, and these.
    around: FxHashSet<FunctionId>,
}

impl Places {
    fn add(&mut self, facts: &Facts, value: ValueId) {
        let function = facts.value(value).function;
        if self.own.insert(function) {
            // What is around a function that is known is known too.
            self.around
                .extend(facts.around(function).take_while(|around| !self.around.contains(around)).collect::<Vec<_>>());
        }
    }

    /// Whether one of them runs together with a value: in one function, or one in a function inside the other's.
    fn run_with(&self, facts: &Facts, value: ValueId) -> bool {
        let function = facts.value(value).function;
        match function {
            // What stands outside all functions runs with nothing but what does too.
            None => self.own.contains(&None),
            Some(id) => {
                self.around.contains(&id) || facts.around(function).any(|around| self.own.contains(&Some(around)))
            }
        }
    }
}

impl<'f> Reads<'f> {
    fn of(analysis: &Analysis<'f>) -> Self {
        let facts = analysis.facts;
        let mut reads = Reads::default();
        // `claims.get('exp')` takes no more of the claims than `claims['exp']`.
        let mut getters = FxHashSet::default();
        for call in &facts.calls {
            if let (Some((object, name)), Some(inner)) = (analysis.resolver.entry_taken(*call), facts.call(*call)) {
                reads.members.entry(Held::of(facts, object)).or_default().push((name, *call));
                getters.insert(inner.callee);
            }
        }
        for (index, binding) in (0..).zip(&facts.bindings) {
            for write in &binding.writes {
                reads.also.entry(Held::of(facts, *write)).or_default().push(Held::Name(BindingId(index)));
            }
        }
        for (index, value) in (0..).zip(&facts.values) {
            match &value.kind {
                Kind::Member { object, name, .. } if !getters.contains(&ValueId(index)) => {
                    let of = Held::of(facts, *object);
                    match analysis.resolver.result(*object, name) {
                        Some(0) => reads.also.entry(of).or_default().push(Held::Value(ValueId(index))),
                        // Behind the token come what it was cut into, and an error.
                        Some(_) => {}
                        None => reads.members.entry(of).or_default().push((name, ValueId(index))),
                    }
                }
                // What a getter gives is what it gets.
                Kind::Call(call) if matches!(facts.kind(call.callee), Kind::Member { .. }) => {
                    reads.also.entry(Held::Value(call.callee)).or_default().push(Held::Value(ValueId(index)));
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
        for value in whole {
            *reads.whole.entry(Held::of(facts, *value)).or_default() += 1;
        }
        let verifies =
            |site: &&UseSite| site.model.does.verifies() && analysis.holding(site, &site.model.unverified).is_none();
        for site in analysis.uses.iter().filter(verifies) {
            if let Some(token) = token_of(analysis, site) {
                if let Some(written) = written(facts, token) {
                    reads.verified.entry(written).or_default().add(facts, site.call);
                }
                for from in analysis.resolver.constants(token) {
                    reads.verified_from.entry(from).or_default().add(facts, site.call);
                }
            }
        }
        reads
    }

    /// Whether all that is taken from a decoded token is harmless.
    fn only_harmless(&self, analysis: &Analysis, site: &UseSite) -> bool {
        let mut seen = FxHashSet::default();
        let mut open = vec![Held::Value(site.call)];
        let filled = site.model.fills.iter().flat_map(|place| analysis.resolver.locate(site.call, place).values());
        let filled = filled.map(|value| Held::of(analysis.facts, value)).filter(|held| matches!(held, Held::Name(_)));
        let filled: Vec<Held> = filled.collect();
        open.extend(&filled);
        let mut taken = false;
        while let Some(held) = open.pop() {
            if !seen.insert(held) {
                continue;
            }
            // To be filled is no use.
            if self.whole.get(&held).copied().unwrap_or_default() > usize::from(filled.contains(&held)) {
                return false;
            }
            for (name, member) in self.members.get(&held).into_iter().flatten() {
                // The payload is what a token decoded whole (`{ complete: true }`) holds in the decoded token's place.
                let name = plain(name);
                if CLAIMS.contains(&name.as_str()) {
                    open.push(Held::Value(*member));
                } else if HARMLESS.contains(&name.as_str()) {
                    taken = true;
                } else {
                    return false;
                }
            }
            open.extend(self.also.get(&held).into_iter().flatten());
        }
        taken
    }

    /// Whether the same token is verified where it is decoded, or, of a function that is given it, wherever that is
    /// called.
    fn verifies_too(&self, analysis: &Analysis, site: &UseSite) -> bool {
        let Some(token) = token_of(analysis, site) else { return false };
        let verified = |call: ValueId, token: ValueId| {
            // The token itself, or what decoding it gave.
            let itself = written(analysis.facts, token).and_then(|written| self.verified.get(&written));
            let mut places = itself.into_iter().chain(self.verified_from.get(&call));
            places.any(|places| places.run_with(analysis.facts, call))
        };
        if verified(site.call, token) {
            return true;
        }
        let callers = analysis.resolver.given_to(token);
        !callers.is_empty() && callers.into_iter().all(|(call, given)| verified(call, given))
    }
}

/// Whether a call is given a key, an empty text being none.
fn has_key(analysis: &Analysis, site: &UseSite) -> bool {
    let keys = site.model.key.as_slice().iter();
    let mut given = keys.flat_map(|key| analysis.resolver.locate(site.call, key).values());
    given.any(|key| !matches!(analysis.facts.kind(key), Kind::Literal(text) if text.is_empty()))
}

fn token_of(analysis: &Analysis, site: &UseSite) -> Option<ValueId> {
    analysis.resolver.locate(site.call, site.model.token.as_ref()?).values().into_iter().next()
}

/// An expression of names, members and calls as a text, the same for those that are the same; `None` for another, and one
/// that is too large to stand for a token.
fn written(facts: &Facts, value: ValueId) -> Option<String> {
    let mut text = String::new();
    write_down(facts, value, MAX_WRITTEN_DEPTH, &mut text).then_some(text)
}

fn write_down(facts: &Facts, value: ValueId, depth: usize, text: &mut String) -> bool {
    if depth == 0 || text.len() > MAX_WRITTEN {
        return false;
    }
    let (kind, name, parts) = match facts.kind(value) {
        Kind::Name(binding) => ("name", binding.index().to_string(), Vec::new()),
        Kind::This(class) => ("this", class.index().to_string(), Vec::new()),
        Kind::Global(name) => ("global", name.clone(), Vec::new()),
        Kind::Literal(literal) if literal.len() > MAX_WRITTEN => return false,
        Kind::Literal(literal) => ("literal", literal.clone(), Vec::new()),
        Kind::Member { object, name, .. } => ("member", name.clone(), vec![*object]),
        Kind::Call(call) => {
            let arguments = call.arguments.iter().map(|argument| argument.value);
            ("call", String::new(), std::iter::once(call.callee).chain(arguments).collect())
        }
        Kind::Choice(choices) => ("choice", String::new(), choices.clone()),
        _ => return false,
    };
    // How long a name is and how many parts follow is written too, so that no text stands for two expressions.
    let _ = write!(text, "{kind} {} {name} {} ", name.len(), parts.len());
    parts.into_iter().all(|part| write_down(facts, part, depth - 1, text))
}
