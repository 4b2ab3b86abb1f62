//! Drafts written down as findings: lines and columns, masked source, fingerprints.

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

/// Writes the findings of one file down for people: lines and columns, masked source, fingerprints.
pub(super) struct Writer<'w, 'f> {
    file: &'w Candidate,
    analyses: &'w [Analysis<'f>],
    lines: Lines<'w>,
    masks: Vec<Span>,
    line_hashes: LineHashes,
    token_spans: HashSet<Span>,
}

impl<'w, 'f> Writer<'w, 'f> {
    pub(super) fn new(
        file: &'w Candidate,
        analyses: &'w [Analysis<'f>],
        tokens: &[Token],
        line_hashes: LineHashes,
    ) -> Self {
        let secrets = || analyses.iter().flat_map(|analysis| &analysis.secrets);
        let mut masks: Vec<Span> = secrets().map(|secret| secret.span).collect();
        masks.extend(tokens.iter().map(|token| token.span));
        masks.extend(pem::find(file.text.as_bytes()).iter().map(|key| key.span));
        // As it reads, and as it is written: with escapes, in base64.
        let texts = secrets().map(|secret| secret.text.as_str());
        let written = secrets().filter_map(|secret| file.text.get(secret.span.range()));
        masks.extend(copies(&file.text, texts.chain(written)));
        masks.sort();
        // One mask where several overlap.
        let mut merged: Vec<Span> = Vec::new();
        for mask in masks {
            match merged.last_mut() {
                Some(last) if mask.start < last.end => last.end = last.end.max(mask.end),
                _ => merged.push(mask),
            }
        }
        let token_spans = tokens.iter().map(|token| token.span).collect();
        Writer { file, analyses, lines: Lines::new(&file.text), masks: merged, line_hashes, token_spans }
    }

    pub(super) fn write(&self, drafts: Vec<(usize, Draft)>) -> Vec<(Finding, Option<Identity>)> {
        let mut ordinals: HashMap<(&'static str, Option<String>), usize> = HashMap::new();
        drafts
            .into_iter()
            .map(|(part, draft)| {
                let name = draft.secret.as_ref().and_then(|secret| secret.name.clone());
                let ordinal = ordinals.entry((draft.rule, name.clone())).or_default();
                *ordinal += 1;
                let fingerprint = fingerprint(draft.rule, &self.file.path, name.as_deref(), *ordinal);
                let secret = self.secret_of(&self.analyses[part], &draft);
                (self.finding(&self.analyses[part], draft, fingerprint), secret)
            })
            .collect()
    }

    /// The secret a draft is about: the literal or token it stands on, or that of the entry whose name it stands on.
    fn secret_of(&self, analysis: &Analysis, draft: &Draft) -> Option<Identity> {
        if self.token_spans.contains(&draft.span) {
            return Some(Identity::new(self.file.text.get(draft.span.range())?, None));
        }
        let value_span = || Some(analysis.facts.value(analysis.entry_at(draft.span)?.value).span);
        let span = analysis.secret_at(draft.span).map(|secret| secret.span).or_else(value_span)?;
        let secret = analysis.secret_overlapping(span)?;
        Some(Identity::new(&secret.text, secret.name.as_deref()))
    }

    fn finding(&self, analysis: &Analysis, draft: Draft, fingerprint: String) -> Finding {
        let context = analysis.context(draft.span);
        let region = self.lines.region(draft.span);
        Finding {
            rule: draft.rule,
            severity: if context == Context::Production { draft.severity } else { Severity::Note },
            confidence: draft.confidence,
            context,
            message: draft.message,
            notes: draft.notes,
            help: draft.help,
            path: self.file.path.clone(),
            snippet: self.lines.snippet(draft.span, &self.masks),
            language: Some(analysis.facts.language.as_str()),
            library: draft.library,
            secret: draft.secret,
            related: draft.related.into_iter().map(|(span, message)| self.related(span, message)).collect(),
            fingerprint,
            line_hash: self.line_hashes.of_line(region.line).unwrap_or_default(),
            region,
            past: None,
        }
    }

    fn related(&self, span: Span, message: String) -> Related {
        Related {
            path: self.file.path.clone(),
            region: self.lines.region(span),
            message,
            snippet: self.lines.snippet(span, &self.masks),
        }
    }
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
