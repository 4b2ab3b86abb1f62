//! Drafts written down as findings: lines and columns, masked source, fingerprints.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;

use super::candidate::Candidate;
use crate::analysis::Analysis;
use crate::facts::Span;
use crate::finding::{self, Context, Finding, Related, Severity};
use crate::lines::Lines;
use crate::past::Identity;
use crate::report::line_hash::LineHashes;
use crate::rule::Draft;
use crate::secret::pem;
use crate::secret::token::Token;

/// Whether there is something new in a finding about this secret, by this rule and this severe.
pub(super) type IsNews<'n> = dyn Fn(Option<Identity>, &'static str, Severity) -> bool + Sync + 'n;

/// Writes the findings of one file down for people: lines and columns, masked source, fingerprints.
pub(super) struct Writer<'w, 'f> {
    file: &'w Candidate,
    analyses: &'w [Analysis<'f>],
    tokens: &'w [Token],
    has_line_hashes: bool,
    source: OnceCell<Source<'w>>,
}

/// The text of a file, prepared to be shown.
struct Source<'w> {
    lines: Lines<'w>,
    masks: Vec<Span>,
    line_hashes: LineHashes,
}

impl<'w, 'f> Writer<'w, 'f> {
    pub(super) fn new(
        file: &'w Candidate,
        analyses: &'w [Analysis<'f>],
        tokens: &'w [Token],
        has_line_hashes: bool,
    ) -> Self {
        Writer { file, analyses, tokens, has_line_hashes, source: OnceCell::new() }
    }

    /// The findings that are news, or all if nobody asks, each with the secret it is about.
    pub(super) fn write(
        &self,
        drafts: Vec<(usize, Draft)>,
        is_news: Option<&IsNews>,
    ) -> Vec<(Finding, Option<Identity>)> {
        let token_spans: HashSet<Span> = self.tokens.iter().map(|token| token.span).collect();
        let mut ordinals: HashMap<(&'static str, Option<String>), usize> = HashMap::new();
        drafts
            .into_iter()
            .filter_map(|(part, draft)| {
                let name = draft.secret.as_ref().and_then(|secret| secret.name.clone());
                let ordinal = ordinals.entry((draft.rule, name.clone())).or_default();
                *ordinal += 1;
                let analysis = &self.analyses[part];
                let secret = self.secret_of(analysis, &draft, &token_spans);
                if is_news.is_some_and(|is_news| !is_news(secret, draft.rule, severity(analysis, &draft))) {
                    return None;
                }
                let fingerprint = fingerprint(draft.rule, &self.file.path, name.as_deref(), *ordinal);
                Some((self.finding(analysis, draft, fingerprint), secret))
            })
            .collect()
    }

    fn source(&self) -> &Source<'w> {
        self.source.get_or_init(|| {
            let text = &self.file.text;
            let secrets = || self.analyses.iter().flat_map(|analysis| &analysis.secrets);
            let mut masks: Vec<Span> = secrets().map(|secret| secret.span).collect();
            masks.extend(self.tokens.iter().map(|token| token.span));
            masks.extend(pem::find(text.as_bytes()).iter().map(|key| key.span));
            // As it reads, and as it is written: with escapes, in base64.
            let texts = secrets().map(|secret| secret.text.as_str());
            let written = secrets().filter_map(|secret| text.get(secret.span.range()));
            masks.extend(copies(text, texts.chain(written)));
            masks.sort();
            // One mask where several overlap.
            let mut merged: Vec<Span> = Vec::new();
            for mask in masks {
                match merged.last_mut() {
                    Some(last) if mask.start < last.end => last.end = last.end.max(mask.end),
                    _ => merged.push(mask),
                }
            }
            let line_hashes = if self.has_line_hashes { LineHashes::new(text) } else { LineHashes::default() };
            Source { lines: Lines::new(text), masks: merged, line_hashes }
        })
    }

    /// The secret a draft is about: the literal or token it stands on, or that of the entry whose name it stands on.
    fn secret_of(&self, analysis: &Analysis, draft: &Draft, token_spans: &HashSet<Span>) -> Option<Identity> {
        if token_spans.contains(&draft.span) {
            return Some(Identity::new(self.file.text.get(draft.span.range())?, None));
        }
        let value_span = || Some(analysis.facts.value(analysis.entry_at(draft.span)?.value).span);
        let span = analysis.secret_at(draft.span).map(|secret| secret.span).or_else(value_span)?;
        let secret = analysis.secret_overlapping(span)?;
        Some(Identity::new(&secret.text, secret.name.as_deref()))
    }

    fn finding(&self, analysis: &Analysis, draft: Draft, fingerprint: String) -> Finding {
        let Source { lines, masks, line_hashes } = self.source();
        let region = lines.region(draft.span);
        Finding {
            rule: draft.rule,
            severity: severity(analysis, &draft),
            confidence: draft.confidence,
            context: analysis.context(draft.span),
            message: draft.message,
            notes: draft.notes,
            help: draft.help,
            path: self.file.path.clone(),
            snippet: lines.snippet(draft.span, masks),
            language: Some(analysis.facts.language.as_str()),
            library: draft.library,
            secret: draft.secret,
            related: draft.related.into_iter().map(|(span, message)| self.related(span, message)).collect(),
            fingerprint,
            line_hash: line_hashes.of_line(region.line).unwrap_or_default(),
            region,
            past: None,
        }
    }

    fn related(&self, span: Span, message: String) -> Related {
        let Source { lines, masks, .. } = self.source();
        Related {
            path: self.file.path.clone(),
            region: lines.region(span),
            message,
            snippet: lines.snippet(span, masks),
        }
    }
}

/// How bad it is where it stands.
fn severity(analysis: &Analysis, draft: &Draft) -> Severity {
    if analysis.context(draft.span) == Context::Production { draft.severity } else { Severity::Note }
}

/// Where secrets are written elsewhere, in a comment perhaps: they are as secret there. All are looked for in one pass,
/// since a file can hold very many; of those that end at one place the longest counts.
fn copies<'s>(text: &str, secrets: impl Iterator<Item = &'s str>) -> Vec<Span> {
    let secrets: HashSet<&str> = secrets.filter(|secret| secret.len() >= 4).collect();
    let mut found = Vec::new();
    let search = (|| -> Result<(), Box<dyn std::error::Error>> {
        let all = NFA::new(secrets)?;
        let mut longest: HashMap<StateID, usize> = HashMap::new();
        let start = all.start_state(Anchored::No)?;
        let mut state = start;
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            // Where none has begun, the search goes on where one can begin.
            if state == start
                && let Some(first) = all.prefilter()
            {
                match first.find_in(text.as_bytes(), (at..text.len()).into()).into_option() {
                    Some(next) if next > at => {
                        at = next;
                        continue;
                    }
                    Some(_) => {}
                    None => break,
                }
            }
            state = all.next_state(Anchored::No, state, byte);
            if all.is_match(state) {
                let matches = 0..all.match_len(state);
                let length = *longest.entry(state).or_insert_with(|| {
                    matches.map(|index| all.pattern_len(all.match_pattern(state, index))).max().unwrap_or_default()
                });
                found.push(Span::new(at + 1 - length, at + 1));
            }
            at += 1;
        }
        Ok(())
    })();
    // More than can be looked for are more than can be told from the text around them.
    if search.is_err() { vec![Span::new(0, text.len())] } else { found }
}

/// What a finding is known by from one run to the next: neither its line nor anything of the secret is in it.
fn fingerprint(rule: &str, path: &str, name: Option<&str>, ordinal: usize) -> String {
    finding::fingerprint(&[rule, path, name.unwrap_or_default(), &ordinal.to_string()])
}
