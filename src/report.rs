//! How findings are shown: one file a format. A report never opens a file, and everything it shows of a secret is masked
//! before it comes here.

pub mod explain;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod line_hash;
pub mod rules;
pub mod sarif;
pub mod text;

use crate::finding::{Context, Finding, Past, Reachable, Severity, Summary};

/// Where the tool is at home.
pub const HOME_PAGE: &str = "https://crates.io/crates/jotlint";

/// The tool's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a check came to.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What is wrong, in the order in which it is shown.
    pub findings: &'a [Finding],
    /// What was looked at.
    pub summary: &'a Summary,
}

/// How many findings there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Notes about code and configuration that runs.
    pub notes: usize,
    /// Notes about tests, examples and documentation.
    pub elsewhere: usize,
}

impl Report<'_> {
    /// Counts the findings.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in self.findings {
            let count = match finding.severity {
                Severity::Error => &mut counts.errors,
                Severity::Warning => &mut counts.warnings,
                Severity::Note if finding.context == Context::Production => &mut counts.notes,
                Severity::Note => &mut counts.elsewhere,
            };
            *count += 1;
        }
        counts
    }
}

/// `text` as a sentence: with a full stop, unless it has an end already, and with a capital letter, unless it begins with
/// something that is not a plain word.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let first = text.split_whitespace().next().unwrap_or_default();
    let plain = first.chars().all(|c| c.is_ascii_lowercase());
    let mut sentence = String::with_capacity(text.len() + 1);
    for (index, letter) in text.chars().enumerate() {
        sentence.push(if index == 0 && plain { letter.to_ascii_uppercase() } else { letter });
    }
    if !text.is_empty() && !text.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// What a finding says, as sentences on one line: the message, where it comes from, the notes, what to do.
fn sentences(finding: &Finding) -> String {
    let past = finding.past.as_ref().map(origin);
    let parts = std::iter::once(&finding.message).chain(&past).chain(&finding.notes);
    let parts = parts.chain(std::iter::once(&finding.help));
    let sentences: Vec<String> = parts.map(|part| one_line(&sentence(part))).filter(|part| !part.is_empty()).collect();
    sentences.join(" ")
}

/// Which commit brought a finding, and what has become of it since.
fn origin(past: &Past) -> String {
    let Some(first) = &past.first else {
        return "no commit has it: it was added with `git add` once, and git has not thrown it away yet".to_owned();
    };
    let mut text = format!("commit {} of {} brought it", first.short_id(), first.day());
    if let Some(last) = past.last.as_ref().filter(|last| *last != first) {
        text += &format!(", {} of {} was the last to bring a file with it", last.short_id(), last.day());
    }
    text += match (past.in_working_tree, past.at_head) {
        (true, _) => "",
        (false, true) => ", and the same stands at HEAD still",
        (false, false) => ", and it stands at HEAD no more: whoever has the history has it",
    };
    text += match past.reachable {
        Reachable::Refs => "",
        Reachable::Reflog => " (only the log of a ref leads to that commit)",
        Reachable::Nowhere => " (no branch or tag leads to that commit)",
    };
    text
}

/// `text` with every run of white space and control characters as one space.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// A number of things: `1 file`, `2 files`.
fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::finding::Snippet;

    #[test]
    fn counts_tell_production_from_elsewhere() {
        let findings = fixture::findings();
        let summary = fixture::summary();
        let counts = Report { findings: &findings, summary: &summary }.counts();
        assert_eq!(counts, Counts { errors: 3, warnings: 1, notes: 1, elsewhere: 2 });
    }

    #[test]
    fn sentences_begin_and_end_once() {
        assert_eq!(sentence("the key"), "The key.");
        assert_eq!(sentence("the key. "), "The key.");
        assert_eq!(sentence("why not?"), "Why not?");
        assert_eq!(sentence("jwt.verify is called"), "jwt.verify is called.");
        assert_eq!(sentence("`x` é"), "`x` é.");
        assert_eq!(sentence(""), "");
        assert_eq!(one_line(" a\r\n b\u{1b}[0m\tc "), "a b [0m c");
    }

    /// Source stands in findings only as a masked snippet, and a snippet is only for people.
    #[test]
    fn only_the_report_for_people_shows_source() {
        const SOURCE: &str = "the-source-of-the-line";
        let mut findings = fixture::findings();
        for finding in &mut findings {
            let snippets = std::iter::once(&mut finding.snippet);
            for snippet in snippets.chain(finding.related.iter_mut().map(|related| &mut related.snippet)) {
                *snippet = Snippet { line: 1, text: SOURCE.to_owned(), start: 0, end: 3 };
            }
        }
        let summary = fixture::summary();
        let report = Report { findings: &findings, summary: &summary };
        let scan = gitlab::Scan { commit: None, started: SystemTime::UNIX_EPOCH };
        let machine = [
            fixture::written_of(&report, json::write),
            fixture::written_of(&report, json::write_lines),
            fixture::written_of(&report, sarif::write),
            fixture::written_of(&report, github::write),
            fixture::written_of(&report, |report, out| gitlab::write(report, scan, out)),
        ];
        for text in machine {
            assert!(text.contains("src/auth.js") && !text.contains(SOURCE), "{text}");
        }
        let people = fixture::written_of(&report, |report, out| text::write(report, &text::Options::default(), out));
        assert!(people.contains(SOURCE));
    }
}
