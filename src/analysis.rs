//! What a file does with tokens and keys: the calls of JWT libraries in it, and the secrets that stand in it.
//!
//! Rules judge what is gathered here. A literal is gathered once, however many calls use it.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::algorithm;
use crate::definition::Keys;
use crate::facts::{Entry, Facts, Kind, Span, ValueId};
use crate::finding::Context;
use crate::language::Language;
use crate::library::{Condition, Encoding, Library, Locator, Missing, Models, OneOrMany, Setting, Use};
use crate::manifest::{Manifest, version};
use crate::name::{self, Tier};
use crate::repository::FileStatus;
use crate::resolve::{End, Literal, Located, Resolved, Resolver};
use crate::secret::pem;
use crate::secret::published::published;
use crate::secret::reference::{Reference, bare_name, is_hole, is_reference, reference};
use crate::secret::strength::{self, ProjectNames, Strength};
use crate::vocabulary::Source;

/// How many of the calls that use one secret are kept: more tell a reader nothing more.
const MAX_USES: usize = 20;

/// How many names may lead to a setting that code looks up as one.
const MAX_SETTING_NAMES: usize = 5;

/// A call that signs, verifies or decodes.
#[derive(Clone, Copy, Debug)]
pub struct UseSite {
    /// The call.
    pub call: ValueId,
    /// The library it calls.
    pub library: &'static Library,
    /// What the call means.
    pub model: &'static Use,
}

/// An entry that a library goes by.
#[derive(Clone, Copy, Debug)]
pub struct SettingSite {
    /// Its position in [`Facts::entries`].
    pub entry: usize,
    /// The library.
    pub library: &'static Library,
    /// What the entry means.
    pub model: &'static Setting,
}

/// What kind of key a literal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A shared secret, for HMAC.
    Shared,
    /// A private key.
    Private,
}

/// A literal that is a key.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its text. Never shown.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// What kind of key it is.
    pub kind: KeyKind,
    /// The name it has: of its constant, setting or variable.
    pub name: Option<String>,
    /// What its name says of it.
    pub tier: Option<Tier>,
    /// Whether it is what an environment or configuration look-up falls back to.
    pub fallback: bool,
    /// The variable it is the fallback of.
    pub fallback_of: Option<String>,
    /// The algorithm it is used with, if a call says so.
    pub algorithm: Option<String>,
    /// The calls that use it, each with the places that lead from the literal to it.
    pub uses: Vec<(UseSite, Vec<Span>)>,
    /// Where else it is used, in words for people.
    pub used_elsewhere: Option<String>,
    /// The library that a setting hands it to.
    pub setting_of: Option<&'static Library>,
    /// What a guesser needs, for a shared secret.
    pub strength: Option<Strength>,
}

/// A source of randomness that is not random enough, where it makes a key.
#[derive(Clone, Debug)]
pub struct RandomKey {
    /// What makes it.
    pub source: &'static Source,
    /// The call of it.
    pub call: ValueId,
    /// The name of what it makes.
    pub name: Option<String>,
    /// The call that uses the key, if one is seen.
    pub used_by: Option<UseSite>,
}

/// What is known about a file besides its text.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The names a guesser would try first: of the folder, the package, the repository.
    pub project: &'a ProjectNames,
    /// What the manifests around the file say for its language.
    pub manifest: Option<&'a Manifest>,
    /// The models its calls are known by.
    pub models: &'static Models,
    /// What kind of text the whole file is.
    pub context: Context,
    /// What git says of the file, for env and key files in a repository.
    pub status: Option<FileStatus>,
    /// What code elsewhere uses as keys of what is defined in the file.
    pub keys: Option<&'a Keys>,
    /// Environment variables that code elsewhere uses as keys.
    pub key_variables: &'a FxHashSet<String>,
}

/// One file, ready for the rules.
pub struct Analysis<'f> {
    /// What it says.
    pub facts: &'f Facts,
    /// What is known about it.
    pub surroundings: Surroundings<'f>,
    /// Follows its names.
    pub resolver: Resolver<'f>,
    /// The calls of JWT libraries in it.
    pub uses: Vec<UseSite>,
    /// The settings of JWT libraries in it, in the order of the entries.
    pub settings: Vec<SettingSite>,
    /// The keys in it.
    pub secrets: Vec<Secret>,
    /// The badly made keys in it.
    pub random_keys: Vec<RandomKey>,
    /// What is used as a key and defined elsewhere, each with what it is used by.
    pub taken: Vec<(ValueId, String)>,
    /// The environment variables that are used as keys in it.
    pub key_variables: FxHashSet<String>,
    /// Where the secrets stand.
    places: Places,
    /// The calls that make the badly made keys.
    random_calls: FxHashSet<ValueId>,
    /// The first entry that names each value, once it is asked for.
    named: OnceCell<FxHashMap<ValueId, usize>>,
    /// The first entry whose name stands at each place, once it is asked for.
    keyed: OnceCell<FxHashMap<Span, usize>>,
    /// The same for values.
    valued: OnceCell<FxHashMap<Span, usize>>,
    /// Where the values of entries stand that are examples, in order; none within another.
    examples: Vec<Span>,
    /// The same for those that configure tests.
    tests: Vec<Span>,
}

/// Secrets by where they stand, so that one more is not held against all that are known.
#[derive(Debug, Default)]
struct Places {
    by_span: BTreeMap<Span, usize>,
    longest: u32,
}

impl Places {
    fn add(&mut self, span: Span, index: usize) {
        self.longest = self.longest.max(span.end.saturating_sub(span.start));
        self.by_span.entry(span).or_insert(index);
    }

    fn at(&self, span: Span) -> Option<usize> {
        self.by_span.get(&span).copied()
    }

    fn overlapping(&self, span: Span) -> Option<usize> {
        let from = Span { start: span.start.saturating_sub(self.longest), end: 0 };
        let to = Span { start: span.end, end: 0 };
        self.by_span.range(from..to.max(from)).find(|(known, _)| known.overlaps(span)).map(|(_, index)| *index)
    }
}

/// The calls of JWT libraries in a file.
fn uses(resolver: &Resolver) -> Vec<UseSite> {
    resolver.facts().calls.iter().filter_map(|call| use_of(resolver, *call)).collect()
}

fn use_of(resolver: &Resolver, call: ValueId) -> Option<UseSite> {
    let origin = resolver.origin(resolver.facts().call(call)?.callee);
    let mut known = resolver.models().uses.find(&origin);
    known
        .find(|(_, model)| model.requires.iter().all(|condition| resolver.holds(call, condition)))
        .map(|(library, model)| UseSite { call, library, model })
}

/// The entries of a file that libraries in use go by.
fn settings(facts: &Facts, models: &'static Models) -> Vec<SettingSite> {
    /// Where a setting counts in the file: everywhere, or in entries that these names lead to.
    enum Counts<'f> {
        Everywhere,
        Within(FxHashSet<&'f [String]>),
    }
    let named = |names: &'static OneOrMany<String>| {
        facts.entries.iter().map(|entry| entry.path.as_slice()).filter(|path| Setting::is_named(names, path))
    };
    let counts = |library: &'static Library, setting: &'static Setting| {
        if named(&setting.unless).next().is_some() {
            return Counts::Within(FxHashSet::default());
        }
        if library.packages.iter().any(|package| facts.mentions(package)) {
            return Counts::Everywhere;
        }
        // What stands beside it, and what it stands in.
        Counts::Within(named(&setting.beside).flat_map(|path| [parent(path), path]).collect())
    };
    let mut known: FxHashMap<*const Setting, Counts> = FxHashMap::default();
    let mut found = Vec::new();
    for (index, entry) in facts.entries.iter().enumerate() {
        let meant = models.settings.iter().find(|(library, setting)| {
            Setting::is_named(&setting.name, &entry.path)
                && match known.entry(std::ptr::from_ref(*setting)).or_insert_with(|| counts(library, setting)) {
                    Counts::Everywhere => true,
                    Counts::Within(paths) => paths.contains(parent(&entry.path)),
                }
        });
        found.extend(meant.map(|(library, model)| SettingSite { entry: index, library, model }));
    }
    found
}

/// The names that lead to what the last one stands in.
fn parent(path: &[String]) -> &[String] {
    path.split_last().map_or(&[], |(_, parent)| parent)
}

/// What the keys of a call come down to.
fn key_ends(resolver: &Resolver, site: &UseSite) -> Vec<Resolved> {
    let mut ends = Vec::new();
    for locator in site.model.key.as_slice() {
        for value in resolver.locate(site.call, locator).values() {
            let mut found = resolver.ends(value);
            for resolved in &mut found {
                resolved.encodings.extend(locator.encoding);
            }
            ends.extend(found);
        }
    }
    ends
}

impl<'f> Analysis<'f> {
    /// Gathers what a file does with tokens and keys.
    pub fn new(facts: &'f Facts, surroundings: Surroundings<'f>) -> Self {
        let resolver = Resolver::new(facts, surroundings.models);
        let uses = uses(&resolver);
        let mut analysis = Analysis {
            facts,
            surroundings,
            resolver,
            uses,
            settings: settings(facts, surroundings.models),
            secrets: Vec::new(),
            random_keys: Vec::new(),
            taken: Vec::new(),
            key_variables: FxHashSet::default(),
            places: Places::default(),
            random_calls: FxHashSet::default(),
            named: OnceCell::new(),
            keyed: OnceCell::new(),
            valued: OnceCell::new(),
            examples: spans_of(facts, |path| path.iter().any(|name| matches!(name.as_str(), "example" | "examples"))),
            tests: spans_of(facts, |path| {
                facts.language.is_configuration() && path.first().is_some_and(|section| section == "test")
            }),
        };
        analysis.gather_used();
        analysis.gather_settings();
        analysis.gather_named();
        analysis.gather_fallbacks();
        analysis.secrets.sort_by_key(|secret| secret.span);
        analysis.places = Places::default();
        for (index, secret) in analysis.secrets.iter().enumerate() {
            analysis.places.add(secret.span, index);
        }
        analysis
    }

    /// The first entry whose name stands at a place.
    pub fn entry_at(&self, name: Span) -> Option<&'f Entry> {
        let keyed = self.keyed.get_or_init(|| first_by(&self.facts.entries, |entry| entry.key_span));
        self.facts.entries.get(*keyed.get(&name)?)
    }

    /// The first entry whose value stands at a place.
    pub fn entry_with(&self, value: Span) -> Option<&'f Entry> {
        let span = |entry: &Entry| self.facts.value(entry.value).span;
        let valued = self.valued.get_or_init(|| first_by(&self.facts.entries, span));
        self.facts.entries.get(*valued.get(&value)?)
    }

    /// The secret that stands at a place.
    pub fn secret_at(&self, span: Span) -> Option<&Secret> {
        self.secrets.get(self.places.at(span)?)
    }

    /// The first secret that shares a byte with a place.
    pub fn secret_overlapping(&self, span: Span) -> Option<&Secret> {
        self.secrets.get(self.places.overlapping(span)?)
    }

    /// The algorithms a call accepts, or the one it signs with, each with the value that names it.
    pub fn algorithms(&self, site: &UseSite) -> Vec<(String, ValueId)> {
        let accepted = self.named_by(site, site.model.algorithms.as_slice());
        if accepted.is_empty() { self.named_by(site, site.model.algorithm.as_slice()) } else { accepted }
    }

    /// The texts at the first of these places where anything stands.
    fn named_by(&self, site: &UseSite, locators: &'static [Locator]) -> Vec<(String, ValueId)> {
        let located = locators.iter().find_map(|locator| match self.resolver.locate(site.call, locator) {
            Located::Values(values) => Some(values),
            _ => None,
        });
        located.unwrap_or_default().into_iter().flat_map(|value| self.algorithm_names(value)).collect()
    }

    /// The algorithms a value names: as text, or as a constant or class of that name (`SigningMethodHS256`,
    /// `SecurityAlgorithms.HmacSha256`).
    fn algorithm_names(&self, value: ValueId) -> Vec<(String, ValueId)> {
        let ends = self.resolver.ends(value).into_iter();
        ends.filter_map(|resolved| match resolved.end {
            End::Literal(literal) => Some((literal.text, literal.value)),
            End::LookUp(end) | End::Unknown(end) => {
                let named = self.facts.call(end).map_or(end, |call| call.callee);
                Some((algorithm::of_name(self.resolver.name_of(named)?)?, end))
            }
            _ => None,
        })
        .collect()
    }

    /// The algorithm a shared secret is used with in a call: of several, the one that needs the longest key.
    fn hmac_algorithm(&self, site: &UseSite) -> Option<String> {
        let signing = self.named_by(site, site.model.algorithm.as_slice());
        let accepted = self.named_by(site, site.model.algorithms.as_slice());
        let named = signing.into_iter().chain(accepted).map(|(name, _)| name).filter(|name| name.starts_with("HS"));
        named.max().or_else(|| site.model.default_algorithm.clone())
    }

    /// What the library does in this call when no algorithms are given, in the version in use.
    pub fn missing(&self, site: &UseSite) -> Missing {
        let version = self
            .surroundings
            .manifest
            .and_then(|manifest| site.library.distributions().iter().find_map(|package| manifest.version_of(package)));
        let presumed = || site.model.presumed_version.as_deref().and_then(version::parse);
        let older = version.or_else(presumed).and_then(|version| {
            site.model.version.iter().find(|older| version::parse(&older.below).is_some_and(|below| version < below))
        });
        older.map_or(site.model.missing, |older| older.missing)
    }

    /// Whether the file is the source of a JWT library itself.
    pub fn is_library_source(&self) -> bool {
        let name = self.surroundings.manifest.and_then(|manifest| manifest.name.as_deref());
        self.surroundings.context == Context::Production
            && name.is_some_and(|name| self.surroundings.models.knows(name))
    }

    /// What kind of text a place is: the file's, documentation if it stands in a comment, or a test.
    pub fn context(&self, span: Span) -> Context {
        match self.surroundings.context {
            Context::Production if self.facts.tests.iter().any(|test| test.contains(span)) => Context::Test,
            Context::Production if self.in_comment(span) => Context::Documentation,
            // The example of an interface's description (OpenAPI, JSON Schema).
            Context::Production if is_within(&self.examples, span) => Context::Example,
            // One file can configure several environments: `test:` beside `production:`.
            Context::Production if is_within(&self.tests, span) => Context::Test,
            context => context,
        }
    }

    fn in_comment(&self, span: Span) -> bool {
        let after = self.facts.comments.partition_point(|comment| comment.start <= span.start);
        after.checked_sub(1).is_some_and(|index| self.facts.comments[index].contains(span))
    }

    /// The condition of a model that holds for a call.
    pub fn holding(&self, site: &UseSite, conditions: &'static [Condition]) -> Option<&'static Condition> {
        conditions.iter().find(|condition| self.resolver.holds(site.call, condition))
    }

    /// Where the value of a condition stands, or else the call.
    pub fn place_of(&self, site: &UseSite, condition: &'static Condition) -> Span {
        let located = condition
            .at
            .as_slice()
            .iter()
            .flat_map(|locator| self.resolver.locate(site.call, locator).values())
            .find(|value| !matches!(self.facts.kind(*value), Kind::Null));
        located.map_or_else(|| self.call_span(site.call), |value| self.facts.value(value).span)
    }

    /// The part of a call that names what is called.
    pub fn call_span(&self, call: ValueId) -> Span {
        match self.facts.call(call) {
            Some(inner) => {
                let whole = self.facts.value(call).span;
                let callee = self.facts.value(inner.callee).span;
                // A chain's callee begins with the whole chain before it: only its last name is meant.
                match self.facts.kind(inner.callee) {
                    Kind::Member { object, name_span, .. } if matches!(self.facts.kind(*object), Kind::Call(_)) => {
                        *name_span
                    }
                    _ if whole.contains(callee) => callee,
                    _ => whole,
                }
            }
            None => self.facts.value(call).span,
        }
    }

    /// The literals that reach a call as its key.
    fn gather_used(&mut self) {
        for site in self.uses.clone() {
            let algorithm = self.hmac_algorithm(&site);
            let ends = key_ends(&self.resolver, &site);
            // A signature that is none has no key.
            let only = ends.len() == 1 && self.holding(&site, &site.model.unsecured).is_none();
            for resolved in ends {
                match &resolved.end {
                    // An empty text is a key only where nothing else can be: elsewhere it is what a fallback leaves to
                    // the library to refuse, or what a text begins with that is then built up.
                    End::Literal(literal) if literal.text.is_empty() && !only => {}
                    End::Literal(literal) => self.add_used(&site, algorithm.as_deref(), &resolved, literal),
                    End::Random(source, call) => {
                        let name = self.name_of_last(&resolved.hops);
                        self.add_random(RandomKey { source, call: *call, name, used_by: Some(site) });
                    }
                    End::Environment(variable) if is_variable(variable) => {
                        self.key_variables.insert(variable.clone());
                    }
                    End::LookUp(value) | End::Unknown(value) => self.take(*value, &site.library.name),
                    _ => {}
                }
            }
        }
    }

    /// Notes that a key is defined elsewhere.
    fn take(&mut self, value: ValueId, library: &str) {
        self.taken.push((value, format!("as the key of {library}")));
    }

    fn add_used(&mut self, site: &UseSite, algorithm: Option<&str>, resolved: &Resolved, literal: &Literal) {
        let hops = resolved.hops.iter().rev().map(|hop| self.facts.value(*hop).span);
        let way: Vec<Span> = hops.filter(|hop| !hop.contains(literal.span)).collect();
        if let Some(secret) = self.places.at(literal.span).and_then(|index| self.secrets.get_mut(index)) {
            // A call's keys are added one behind the other.
            let known = secret.uses.last().is_some_and(|(known, _)| known.call == site.call);
            if !known && secret.uses.len() < MAX_USES {
                secret.uses.push((*site, way));
            }
            secret.fallback |= resolved.fallback;
            if secret.algorithm.as_deref() < algorithm {
                secret.algorithm = algorithm.map(str::to_owned);
            }
            return;
        }
        let variable = resolved.fallback_of.clone().filter(|name| !name.is_empty());
        let name = variable.or_else(|| self.name_of_value(literal.value)).or_else(|| self.name_of_last(&resolved.hops));
        let tier = name.as_ref().and_then(|name| name::tier(std::slice::from_ref(name)));
        let decoding =
            if resolved.encodings.is_empty() { vec![site.model.encoding] } else { resolved.encodings.clone() };
        if let Some(secret) = self.secret(resolved, literal, name, tier, &decoding, algorithm) {
            self.add(Secret { uses: vec![(*site, way)], ..secret });
        }
    }

    fn secret(
        &self,
        resolved: &Resolved,
        literal: &Literal,
        name: Option<String>,
        tier: Option<Tier>,
        decoding: &[Encoding],
        algorithm: Option<&str>,
    ) -> Option<Secret> {
        let kind = key_kind(&literal.text, resolved.asymmetric)?;
        let judge = || strength::judge(&literal.text, decoding, algorithm, self.surroundings.project);
        Some(Secret {
            text: literal.text.clone(),
            span: literal.span,
            kind,
            // Reports show names.
            name: name.filter(|name| *name != literal.text),
            tier,
            fallback: resolved.fallback,
            fallback_of: resolved.fallback_of.clone().filter(|name| !name.is_empty()),
            algorithm: algorithm.filter(|_| kind == KeyKind::Shared).map(str::to_owned),
            uses: Vec::new(),
            used_elsewhere: None,
            setting_of: None,
            strength: (kind == KeyKind::Shared).then(judge),
        })
    }

    /// The literals that settings hand to a library as its key.
    fn gather_settings(&mut self) {
        for site in self.settings.clone() {
            let facts = self.facts;
            let Some(entry) = facts.entries.get(site.entry).filter(|_| site.model.unverified.is_none()) else {
                continue;
            };
            let algorithm = self.setting_algorithm(site.model);
            for resolved in self.resolver.ends(entry.value) {
                match &resolved.end {
                    End::Literal(literal) => {
                        let known = self.places.overlapping(literal.span);
                        if let Some(secret) = known.and_then(|index| self.secrets.get_mut(index)) {
                            secret.setting_of.get_or_insert(site.library);
                        } else if !literal.text.trim().is_empty() && !is_reference(&literal.text) {
                            let variable = resolved.fallback_of.clone().filter(|name| !name.is_empty());
                            let name = variable.or_else(|| entry.path.last().cloned());
                            let tier = Some(Tier::A);
                            let encodings = &resolved.encodings;
                            let secret = self.secret(&resolved, literal, name, tier, encodings, algorithm.as_deref());
                            if let Some(secret) = secret {
                                self.add(Secret { setting_of: Some(site.library), ..secret });
                            }
                        }
                    }
                    End::Random(source, call) => {
                        let name = entry.path.last().cloned();
                        self.add_random(RandomKey { source, call: *call, name, used_by: None });
                    }
                    End::Environment(variable) if is_variable(variable) => {
                        self.key_variables.insert(variable.clone());
                    }
                    End::LookUp(value) | End::Unknown(value) => self.take(*value, &site.library.name),
                    _ => {}
                }
            }
        }
    }

    /// The algorithm the key of a setting is for.
    fn setting_algorithm(&self, setting: &'static Setting) -> Option<String> {
        let named = self.facts.entries.iter().filter(|entry| Setting::is_named(&setting.algorithm, &entry.path));
        let told = named.flat_map(|entry| self.resolver.texts(entry.value)).map(|(text, _)| text).next();
        told.filter(|name| name.starts_with("HS")).or_else(|| setting.default_algorithm.clone())
    }

    /// The literals whose name says that they are keys.
    fn gather_named(&mut self) {
        let facts = self.facts;
        self.gather_json_web_keys();
        for entry in &facts.entries {
            // Of a list of values none is the value: they are what is refused, or rotated, or shown.
            if matches!(facts.kind(entry.value), Kind::List(_)) {
                continue;
            }
            let (path, default) = match entry.path.split_last() {
                Some((last, path)) if !path.is_empty() && is_default(last) => (path, true),
                _ => (entry.path.as_slice(), false),
            };
            // A name of several words is what people read.
            if path.last().is_some_and(|name| name.contains(char::is_whitespace)) {
                continue;
            }
            let variable = self.is_key_variable(path);
            let elsewhere = self.surroundings.keys.and_then(|keys| keys.get(entry.path.as_slice()));
            // What code uses as a key is one, however little its name says.
            let used = variable || elsewhere.is_some();
            let Some(tier) = used.then_some(Tier::A).or_else(|| name::tier(path)) else { continue };
            // `def secret(): return 'secret'` does something, and is no value.
            if tier == Tier::C && matches!(facts.kind(entry.value), Kind::Function(_)) {
                continue;
            }
            if !facts.language.is_configuration() && elsewhere.is_none() && name::is_refused(path) {
                continue;
            }
            for mut resolved in self.resolver.ends(entry.value) {
                resolved.fallback |= default;
                match &resolved.end {
                    End::Literal(literal) => {
                        // A name is evidence for the value written beside it, not for one that is only passed on.
                        let beside = resolved.hops.is_empty() || facts.value(entry.value).span.contains(literal.span);
                        let said = || facts.language.is_configuration() || is_value(&literal.text, path.last());
                        if elsewhere.is_some() || (beside && said()) {
                            self.add_named(path, tier, &resolved, literal);
                        }
                        if let Some(used) = elsewhere
                            && let Some(index) = self.places.at(literal.span)
                            && let Some(secret) = self.secrets.get_mut(index)
                        {
                            secret.used_elsewhere = Some(used.clone());
                        }
                    }
                    End::Environment(variable) if elsewhere.is_some() && is_variable(variable) => {
                        self.key_variables.insert(variable.clone());
                    }
                    End::LookUp(value) if tier == Tier::A && !facts.language.is_configuration() => {
                        let name = path.last().map_or_else(String::new, |name| format!("as `{name}`"));
                        self.taken.push((*value, name));
                    }
                    End::Random(source, call) if tier != Tier::C => {
                        let name = path.last().cloned();
                        self.add_random(RandomKey { source, call: *call, name, used_by: None });
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether code elsewhere looks this name up for a key: a variable by its own name, a setting by the names that lead to
    /// it (`Jwt:Key`, `app.jwt.secret`; in the environment .NET writes `Jwt__Key`).
    fn is_key_variable(&self, path: &[String]) -> bool {
        let variables = self.surroundings.key_variables;
        let Some(last) = path.last().filter(|_| !variables.is_empty()) else { return false };
        let ends = (2..=path.len().min(MAX_SETTING_NAMES)).map(|names| &path[path.len() - names..]);
        variables.contains(last)
            || (last.contains("__") && variables.contains(&last.replace("__", ":")))
            // What frameworks call `secret_key_base` is `SECRET_KEY_BASE` in the environment.
            || (name::is_environment(last) && variables.contains(&last.to_ascii_lowercase()))
            || ends
                .flat_map(|names| [":", "."].map(|between| names.join(between)))
                .any(|name| variables.contains(&name))
    }

    /// The private members of JSON Web Keys written down as configuration: `d` (RFC 7518 §6.2.2, §6.3.2), and `k` of a
    /// symmetric key (§6.4.1).
    fn gather_json_web_keys(&mut self) {
        let facts = self.facts;
        if !facts.language.is_configuration() {
            return;
        }
        let mut kinds: FxHashMap<&[String], &str> = FxHashMap::default();
        for entry in &facts.entries {
            if let (Some((last, parent)), Kind::Literal(kind)) = (entry.path.split_last(), facts.kind(entry.value))
                && last == "kty"
            {
                kinds.insert(parent, kind);
            }
        }
        if kinds.is_empty() {
            return;
        }
        for entry in &facts.entries {
            let Some((last, parent)) = entry.path.split_last() else { continue };
            let asymmetric = match (kinds.get(parent).copied(), last.as_str()) {
                (Some("oct"), "k") => false,
                (Some("RSA" | "EC" | "OKP"), "d") => true,
                _ => continue,
            };
            for mut resolved in self.resolver.ends(entry.value) {
                resolved.asymmetric = asymmetric;
                resolved.encodings.push(Encoding::Base64url);
                if let End::Literal(literal) = &resolved.end {
                    self.add_named(&entry.path, Tier::A, &resolved, literal);
                }
            }
        }
    }

    /// The literals that variables fall back to whose name says that they are keys, wherever the look-up stands.
    fn gather_fallbacks(&mut self) {
        for index in 0..self.facts.values.len() {
            let value = ValueId(index as u32);
            let look_up = match self.facts.kind(value) {
                Kind::Choice(_) => true,
                // What configuration falls back to has the name of its entry too.
                Kind::Environment { fallback, .. } => fallback.is_some() && !self.facts.language.is_configuration(),
                Kind::Call(_) => {
                    self.resolver.look_up(value).is_some_and(|(_, fallbacks)| !fallbacks.is_empty())
                        || self.resolver.has_otherwise(value)
                }
                _ => false,
            };
            if !look_up {
                continue;
            }
            for resolved in self.resolver.ends(value) {
                if let (End::Literal(literal), Some(variable)) = (&resolved.end, &resolved.fallback_of)
                    && let Some(tier) = name::tier(std::slice::from_ref(variable))
                    && is_value(&literal.text, Some(variable))
                {
                    self.add_named(std::slice::from_ref(variable), tier, &resolved, literal);
                }
            }
        }
    }

    fn add_named(&mut self, path: &[String], tier: Tier, resolved: &Resolved, literal: &Literal) {
        if literal.text.trim().is_empty() || (is_reference(&literal.text) && !self.stands_as_it_is(&literal.text)) {
            return;
        }
        if let Some(secret) = self.places.overlapping(literal.span).and_then(|index| self.secrets.get_mut(index)) {
            secret.tier = Some(secret.tier.map_or(tier, |known| known.min(tier)));
            return;
        }
        // An application's general secret is a JWT key only where code shows it, or where it is one of those that
        // were published as such.
        if tier == Tier::C && published(&literal.text).is_none() {
            return;
        }
        // `SECRET_KEY = "secretKey"` is the name of a parameter or setting.
        let repeats = |name: &String| name::tokens(&[name]) == name::tokens(&[&literal.text]);
        if tier == Tier::C && !self.facts.language.is_configuration() && path.last().is_some_and(repeats) {
            return;
        }
        let variable = resolved.fallback_of.clone().filter(|name| !name.is_empty());
        // The position in a list, or that it is the value, is no name.
        let tells =
            |name: &&String| !name.bytes().all(|byte| byte.is_ascii_digit()) && !name.eq_ignore_ascii_case("value");
        let name = variable.or_else(|| path.iter().rev().find(tells).cloned());
        if let Some(secret) = self.secret(resolved, literal, name, Some(tier), &resolved.encodings, None) {
            self.add(secret);
        }
    }

    /// Whether a text that elsewhere is a template is the value of a setting as it stands: a hole that nobody filled in, or
    /// signs of a shell where none reads them.
    fn stands_as_it_is(&self, text: &str) -> bool {
        let variable = |name: &str| {
            !name.bytes().any(|byte| byte.is_ascii_lowercase()) || name::tier(std::slice::from_ref(&name)).is_some()
        };
        let no_shell = matches!(self.facts.language, Language::Json | Language::Toml);
        // Where values have types, `"null"` is a text of four letters.
        let quoted = || reference(text) == Some(Reference::Nothing);
        self.facts.language.is_configuration() && is_hole(text)
            || no_shell && (quoted() || bare_name(text).is_some_and(|name| !variable(name)))
    }

    fn add(&mut self, secret: Secret) {
        self.places.add(secret.span, self.secrets.len());
        self.secrets.push(secret);
    }

    fn add_random(&mut self, key: RandomKey) {
        if self.random_calls.insert(key.call) {
            self.random_keys.push(key);
        }
    }

    /// The name a literal is written to.
    fn name_of_value(&self, value: ValueId) -> Option<String> {
        let named = self.named.get_or_init(|| first_by(&self.facts.entries, |entry| entry.value));
        let entry = self.facts.entries.get(*named.get(&value)?)?;
        entry.path.last().cloned()
    }

    /// The last name on the way to a literal.
    fn name_of_last(&self, hops: &[ValueId]) -> Option<String> {
        let names = hops.iter().rev().filter_map(|hop| self.resolver.name_of(*hop));
        names.into_iter().find(|name| name.contains(char::is_alphabetic)).map(str::to_owned)
    }
}

/// The position of the first entry of each kind.
fn first_by<K: Hash + Eq>(entries: &[Entry], kind: impl Fn(&Entry) -> K) -> FxHashMap<K, usize> {
    let mut first = FxHashMap::default();
    for (index, entry) in entries.iter().enumerate() {
        first.entry(kind(entry)).or_insert(index);
    }
    first
}

/// Whether a place is within one of these, which are in order, none within another.
fn is_within(spans: &[Span], span: Span) -> bool {
    let after = spans.partition_point(|outer| outer.start <= span.start);
    after.checked_sub(1).and_then(|index| spans.get(index)).is_some_and(|outer| outer.contains(span))
}

/// Where the values of entries stand with such names, the outermost, in order.
fn spans_of(facts: &Facts, is_meant: impl Fn(&[String]) -> bool) -> Vec<Span> {
    let named = facts.entries.iter().filter(|entry| is_meant(&entry.path));
    let mut spans: Vec<Span> = named.map(|entry| facts.value(entry.value).span).collect();
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut until = 0;
    spans.retain(|span| {
        let outermost = span.end > until;
        until = until.max(span.end);
        outermost
    });
    spans
}

/// Whether a name that is looked up can be that of a variable, and is not only a word of a file or command line: `secret`,
/// `jwt-secret`.
fn is_variable(name: &str) -> bool {
    name.contains(|c: char| matches!(c, '_' | '.' | ':') || c.is_uppercase())
}

/// What kind of key a text is; `None` if it is no secret, as a public key, a certificate or where a file is.
fn key_kind(text: &str, asymmetric: bool) -> Option<KeyKind> {
    if asymmetric || !pem::find(text.as_bytes()).is_empty() {
        Some(KeyKind::Private)
    } else if text.contains("-----BEGIN ") || text.starts_with("file://") {
        None
    } else {
        Some(KeyKind::Shared)
    }
}

/// Whether an entry says what the one around it is when it is not set, as schemas of settings write it.
fn is_default(name: &str) -> bool {
    ["default", "defaultValue", "devDefault", "default_value"].iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// Whether a literal in code is a value where only its name speaks for it, and not the name of a setting
/// (`'JWT_SECRET'`, `'jwt.secret'`, `"Jwt:Secret"`), a sentence for people or the name written out (`'JWT secret is required'`).
fn is_value(text: &str, name: Option<&String>) -> bool {
    if published(text).is_some() || !pem::find(text.as_bytes()).is_empty() {
        return true;
    }
    if name.is_some_and(|name| names_itself(text, name)) {
        return false;
    }
    let words = text.split_whitespace().count();
    let identifier = text.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c == '.' || c.is_ascii_digit())
        || (text.contains(['.', ':'])
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-')));
    let written_out = words > 1 && name.is_some_and(|name| name::tokens(&[text]).starts_with(&name::tokens(&[name])));
    // The name of an item of a module, or what is shown in place of a secret.
    let path = text.contains("::") && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    let masked = text.chars().all(|c| matches!(c, '*' | '•'));
    let label = name.is_some_and(|name| is_key_of(&name::tokens(&[name]), &name::tokens(&[text])));
    !(words > 3 || written_out || path || masked || label || identifier && name::tier(&[text]).is_some())
}

/// Whether the words of a name say that it is the key by which something is found that its value names:
/// `ACCESS_TOKEN_KEY = "access_token"`.
fn is_key_of(name: &[String], text: &[String]) -> bool {
    let secret = |word: &String| matches!(word.as_str(), "secret" | "private" | "sign" | "signing" | "hmac");
    matches!(name.split_last(), Some((last, rest)) if last == "key" && rest.len() > 1 && rest == text)
        && !text.iter().any(secret)
}

/// Whether a literal is the name of a place where a secret or token is kept, which its own name repeats: `TOKEN_KEY =
/// "token"`.
fn names_itself(text: &str, name: &str) -> bool {
    let (text, name) = (name::tokens(&[text]), name::tokens(&[name]));
    let tells = text.iter().any(|token| token == "secret" || token == "key");
    !text.is_empty() && !tells && name.strip_suffix(&["key".to_owned()]).is_some_and(|place| place.ends_with(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{go, rust};

    fn analyse<T>(facts: &Facts, ask: impl FnOnce(&Analysis) -> T) -> T {
        let (project, keys, key_variables) = (ProjectNames::default(), Keys::default(), FxHashSet::default());
        let surroundings = Surroundings {
            project: &project,
            manifest: None,
            models: Models::of(facts.language, false),
            context: Context::Production,
            status: None,
            keys: Some(&keys),
            key_variables: &key_variables,
        };
        ask(&Analysis::new(facts, surroundings))
    }

    #[test]
    fn a_test_among_what_it_tests_is_a_test() {
        let text =
            "const JWT_SECRET: &str = \"s3cr3t\";\n#[cfg(test)]\nmod tests { const JWT_KEY: &str = \"s3cr3t\"; }";
        let facts = rust::parse(text);
        let contexts = analyse(&facts, |analysis| {
            analysis.secrets.iter().map(|secret| analysis.context(secret.span)).collect::<Vec<_>>()
        });
        assert_eq!(contexts, [Context::Production, Context::Test]);
    }

    #[test]
    fn names_that_are_no_variables_make_no_other_file_suspicious() {
        let text = "package a\nimport (\"os\"; \"flag\"; \"github.com/golang-jwt/jwt/v5\")\nfunc f(t *jwt.Token) {\n\
                    t.SignedString([]byte(os.Getenv(\"SIGNER\")))\nt.SignedString([]byte(*flag.String(\"secret\", \"\", \"\")))\n}";
        let facts = go::parse(text);
        let variables = analyse(&facts, |analysis| analysis.key_variables.clone());
        assert_eq!(variables.into_iter().collect::<Vec<_>>(), ["SIGNER"]);
    }

    #[test]
    fn labels_are_no_values() {
        for (name, text) in [
            ("JWT_TOKEN_KEY", "::web::auth_token"),
            ("ACCESS_TOKEN_KEY", "access_token"),
            ("jwtSecret", "****"),
            ("jwtSecret", "JWT_SECRET"),
        ] {
            assert!(!is_value(text, Some(&name.to_owned())), "{name} = {text}");
        }
        for (name, text) in [("JWT_SECRET_KEY", "jwt_secret"), ("jwtSecret", "s3cr3t::x!")] {
            assert!(is_value(text, Some(&name.to_owned())), "{name} = {text}");
        }
    }
}
