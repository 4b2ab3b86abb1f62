//! The rules, one file each, named after what they find.
//!
//! A rule reads an [`Analysis`] and adds [`Draft`]s. What it says of itself (title, severity, help) is in its document,
//! `rules/<rule>.md`.

pub mod algorithm_confusion;
pub mod committed_env_file;
pub mod fallback_secret;
pub mod hardcoded_secret;
pub mod insecure_random;
pub mod leaked_token;
pub mod missing_algorithms;
pub mod none_algorithm;
pub mod stale_secret;
pub mod unignored_env_file;
pub mod unverified_decode;
pub mod weak_secret;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::{Analysis, KeyKind, Secret, UseSite};
use crate::facts::Span;
use crate::finding::{Confidence, SecretSummary, Severity};
use crate::language::Language;
use crate::past::Ages;
use crate::secret::token::Token;
use crate::secret::{self, generate};

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its id, which is also the name of its document.
    pub id: &'static str,
    /// Adds what it finds in a file.
    pub check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// What a file, or a piece of code in it, says.
    Facts(fn(&Analysis, &mut Drafts)),
    /// The whole tokens in its text, whatever it is written in.
    Tokens(fn(&[Token], &mut Drafts)),
    /// What a file that git tracks says, and how old its secrets are.
    Ages(fn(&Analysis, &Ages, &mut Drafts)),
}

/// Every rule. Of the rules that judge a literal the worst comes first, since a literal gets one finding.
pub static RULES: &[Rule] = &[
    Rule { id: fallback_secret::ID, check: Check::Facts(fallback_secret::check) },
    Rule { id: weak_secret::ID, check: Check::Facts(weak_secret::check) },
    Rule { id: committed_env_file::ID, check: Check::Facts(committed_env_file::check) },
    Rule { id: unignored_env_file::ID, check: Check::Facts(unignored_env_file::check) },
    Rule { id: hardcoded_secret::ID, check: Check::Facts(hardcoded_secret::check) },
    Rule { id: insecure_random::ID, check: Check::Facts(insecure_random::check) },
    Rule { id: none_algorithm::ID, check: Check::Facts(none_algorithm::check) },
    Rule { id: algorithm_confusion::ID, check: Check::Facts(algorithm_confusion::check) },
    Rule { id: missing_algorithms::ID, check: Check::Facts(missing_algorithms::check) },
    Rule { id: unverified_decode::ID, check: Check::Facts(unverified_decode::check) },
    Rule { id: leaked_token::ID, check: Check::Tokens(leaked_token::check) },
    Rule { id: stale_secret::ID, check: Check::Ages(stale_secret::check) },
];

/// A finding before its place is written down for people: spans are bytes, and the context is not taken into account.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad it is in production.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// Why, and what follows.
    pub notes: Vec<String>,
    /// What to do.
    pub help: String,
    /// The library concerned.
    pub library: Option<String>,
    /// The secret concerned.
    pub secret: Option<SecretSummary>,
    /// Other places.
    pub related: Vec<(Span, String)>,
}

/// What the rules found in one file.
#[derive(Debug, Default)]
pub struct Drafts {
    /// The drafts, in the order they were added.
    pub drafts: Vec<Draft>,
    taken: FxHashSet<Span>,
    /// The first draft of each rule at each place.
    placed: FxHashMap<(&'static str, Span), usize>,
}

impl Drafts {
    /// Adds a finding. What several calls share is one finding, with the other calls beside it.
    pub fn add(&mut self, draft: Draft) {
        let known = self.placed.get(&(draft.rule, draft.span));
        match known.and_then(|index| self.drafts.get_mut(*index)) {
            Some(known) => {
                let new = draft.related.into_iter().filter(|place| !known.related.contains(place));
                known.related.extend(new.collect::<Vec<_>>());
            }
            None => self.push(draft),
        }
    }

    /// Adds the finding of a literal, which then has its one.
    pub fn add_literal(&mut self, draft: Draft) {
        self.taken.insert(draft.span);
        self.push(draft);
    }

    fn push(&mut self, draft: Draft) {
        self.placed.entry((draft.rule, draft.span)).or_insert(self.drafts.len());
        self.drafts.push(draft);
    }

    /// Whether a literal has its finding.
    pub fn has(&self, literal: Span) -> bool {
        self.taken.contains(&literal)
    }
}

/// The finding of a literal key: what is the same whatever rule makes it.
fn literal_draft(
    analysis: &Analysis,
    rule: &'static str,
    secret: &Secret,
    severity: Severity,
    message: String,
) -> Draft {
    let first = secret.uses.first().map(|(site, _)| site);
    let mut notes = Vec::new();
    if secret.kind == KeyKind::Shared
        && let Some(strength) = &secret.strength
    {
        notes.extend(strength.reasons.iter().cloned());
    }
    // A name on the way can be the secret's text too.
    notes.extend(secret.used_elsewhere.clone().filter(|note| !note.contains(&secret.text)));
    let library = first.map(|site| site.library).or(secret.setting_of);
    let confidence = match (library, secret.tier) {
        (Some(_), _) => Confidence::High,
        (None, Some(crate::name::Tier::A)) if analysis.facts.language.is_configuration() => Confidence::High,
        _ => Confidence::Medium,
    };
    Draft {
        rule,
        severity,
        confidence,
        span: secret.span,
        message,
        notes,
        help: replacement_help(analysis, secret),
        library: library.map(|library| library.name.clone()),
        secret: Some(summary(secret)),
        related: uses_of(analysis, secret),
    }
}

/// What a report may say of a secret.
pub fn summary(secret: &Secret) -> SecretSummary {
    SecretSummary {
        name: secret.name.clone(),
        masked: secret::mask(&secret.text),
        bits: secret.strength.as_ref().map(|strength| strength.bits),
        required_bits: secret.strength.as_ref().map(|strength| strength.required_bits),
        algorithm: secret.algorithm.clone(),
    }
}

/// How a secret is called in a sentence.
fn called(secret: &Secret) -> String {
    match (&secret.name, secret.kind) {
        (Some(name), _) => format!("`{name}`"),
        (None, KeyKind::Shared) => "the key".to_owned(),
        (None, KeyKind::Private) => "the private key".to_owned(),
    }
}

/// The calls that use a secret and the places on the way to them.
fn uses_of(analysis: &Analysis, secret: &Secret) -> Vec<(Span, String)> {
    let mut related: Vec<(Span, String)> = Vec::new();
    let mut known = FxHashSet::from_iter([secret.span]);
    let mut add = |span: Span, message: String| {
        if known.insert(span) {
            related.push((span, message));
        }
    };
    for (site, way) in &secret.uses {
        for hop in way {
            add(*hop, "it goes through here".to_owned());
        }
        add(analysis.call_span(site.call), format!("it is used as the key of {} here", site.library.name));
    }
    related
}

fn replacement_help(analysis: &Analysis, secret: &Secret) -> String {
    let algorithm = secret.algorithm.as_deref().and_then(|name| name.parse::<generate::Algorithm>().ok());
    let option = match algorithm {
        Some(algorithm) if algorithm != generate::Algorithm::Hs256 => format!(" --alg {}", algorithm.as_str()),
        _ => String::new(),
    };
    let make = format!("make a new one with `jotlint generate{option}`");
    match secret.kind {
        KeyKind::Private => {
            "make a new key pair, keep the private key out of the repository, and stop trusting the old public key"
                .to_owned()
        }
        KeyKind::Shared if analysis.facts.language == Language::Dotenv => make,
        KeyKind::Shared => format!("read it from the environment or a secret store, and {make}"),
    }
}

/// The finding of a call.
fn call_draft(rule: &'static str, severity: Severity, span: Span, site: &UseSite, message: String) -> Draft {
    Draft {
        rule,
        severity,
        confidence: Confidence::High,
        span,
        message,
        notes: Vec::new(),
        help: String::new(),
        library: Some(site.library.name.clone()),
        secret: None,
        related: Vec::new(),
    }
}
