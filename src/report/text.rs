//! The report for people: errors and warnings like a compiler's, notes one line each, one line of summary.

use std::io::{self, Write};

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet as Source, normalize_untrusted_str,
};
use anstyle::AnsiColor;
use indicatif::{DecimalBytes, HumanCount};
use zeroize::Zeroizing;

use super::{Report, count, one_line, origin};
use crate::finding::{Finding, Region, Severity, Snippet};
use crate::rule_document::prose::{FAINT, HEADING, paint};

/// Stands where a generated secret will be written, so that no buffer but the caller's ever holds the secret. Both are
/// private use characters (Unicode §23.5) and are taken out of everything else that is shown.
const SECRET: char = '\u{E000}';
/// Stands for the path of a place. What the renderer makes of line and column behind it is that of the snippet, in which
/// secrets are masked and long lines cut; the place in the file is written instead.
const PLACE: char = '\u{E001}';
/// What the longest `= note: ` takes of a line, with line numbers of five digits.
const LABEL: usize = 15;
/// Columns of a report that goes to no terminal: enough for every line a snippet holds.
const UNLIMITED: usize = 500;
/// Text is never wrapped narrower than this, in columns.
const NARROWEST: usize = 40;

/// How the report looks.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Whether ANSI escape codes colour it.
    pub color: bool,
    /// Columns of the terminal; without it long text stays on one line.
    pub width: Option<usize>,
    /// Whether notes are shown in full like errors and warnings, and not one line each.
    pub full_notes: bool,
    /// Makes a fresh secret of as many bits as it is given, as text; `None` if it cannot. Each error and warning about an
    /// HMAC key shows one. Give it only when the report goes to a terminal: a log would keep the secret.
    pub generate: Option<&'a dyn Fn(u32) -> Option<Zeroizing<String>>>,
}

/// Writes the report: what has to be mended, then the notes, then the summary.
pub fn write(report: &Report<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let in_full = |finding: &&Finding| options.full_notes || finding.severity > Severity::Note;
    for finding in report.findings.iter().filter(in_full) {
        write_finding(finding, options, out)?;
    }
    let mut notes = report.findings.iter().filter(|finding| !in_full(finding)).peekable();
    if notes.peek().is_some() {
        for finding in notes {
            write_line(finding, options.color, out)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", paint(&summary_line(report), HEADING, options.color))
}

/// What was found and what was looked at, as one line without colour.
pub fn summary_line(report: &Report<'_>) -> String {
    let counts = report.counts();
    let summary = report.summary;
    if summary.is_empty() && report.findings.is_empty() {
        return format!("No file was looked at{}.", skipped(report));
    }
    let looked = format!(
        "{} ({}){} in {}{}",
        count(summary.files, "file"),
        DecimalBytes(summary.bytes),
        history(report),
        duration(summary.elapsed_ms),
        skipped(report),
    );
    let mut parts = Vec::new();
    for (number, thing) in [(counts.errors, "error"), (counts.warnings, "warning"), (counts.notes, "note")] {
        if number > 0 {
            parts.push(count(number, thing));
        }
    }
    let found = match parts.as_slice() {
        [] => "Nothing to mend".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    match counts.elsewhere {
        0 => format!("{found}: looked at {looked}."),
        1 => format!("{found}; 1 finding in tests, examples or documentation is a note: looked at {looked}."),
        number => format!("{found}; {number} in tests, examples and documentation are notes: looked at {looked}."),
    }
}

/// What was looked at of the history.
fn history(report: &Report<'_>) -> String {
    let Some(history) = &report.summary.history else {
        return String::new();
    };
    let many = |number: usize, thing: &str| {
        format!("{} {thing}{}", HumanCount(number as u64), if number == 1 { "" } else { "s" })
    };
    let elsewhere = match history.reflog_commits + history.unreachable_commits {
        0 => String::new(),
        number => format!(", {} of them in no branch or tag", HumanCount(number as u64)),
    };
    format!(" and {} of {}{elsewhere}", many(history.blobs, "blob"), many(history.commits, "commit"))
}

fn skipped(report: &Report<'_>) -> String {
    let skipped = &report.summary.skipped;
    let faults = skipped.iter().filter(|skipped| skipped.fault).count();
    match (skipped.len(), faults) {
        (0, _) => String::new(),
        (all, 0) => format!(", {all} skipped"),
        (all, faults) => format!(", {all} skipped, of which {faults} could not be read"),
    }
}

fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        _ => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
    }
}

/// One note as `path:line:column: note[rule]: message`, which editors and terminals can follow.
fn write_line(finding: &Finding, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let place = format!("{}:", location(&finding.path, &finding.region));
    let label = format!("{}[{}]:", finding.severity, finding.rule);
    let style = match finding.severity {
        Severity::Error => AnsiColor::BrightRed.on_default().bold(),
        Severity::Warning => AnsiColor::BrightYellow.on_default().bold(),
        Severity::Note => AnsiColor::BrightGreen.on_default().bold(),
    };
    let (place, label) = (paint(&place, FAINT, color), paint(&label, style, color));
    let past = finding.past.as_ref().filter(|past| !past.in_working_tree).and_then(|past| past.first.as_ref());
    let past = past.map_or_else(String::new, |first| format!(" (commit {} of {})", first.short_id(), first.day()));
    writeln!(out, "{place} {label} {}{past}", printable(&finding.message))
}

fn write_finding(finding: &Finding, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut places = vec![location(&finding.path, &finding.region)];
    places.extend(finding.related.iter().map(|related| location(&related.path, &related.region)));
    let mut elements = vec![place(&finding.snippet, AnnotationKind::Primary, &strength(finding))];
    for related in &finding.related {
        elements.push(place(&related.snippet, AnnotationKind::Context, &related.message));
    }
    let origin = finding.past.as_ref().map(origin);
    for note in origin.iter().chain(&finding.notes) {
        elements.push(Level::NOTE.message(wrap(note, options.width)).into());
    }
    if !finding.help.is_empty() {
        elements.push(Level::HELP.message(wrap(&finding.help, options.width)).into());
    }
    let secret = replacement(finding, options);
    if secret.is_some() {
        elements.push(Level::HELP.message(format!("replace it with {SECRET}")).into());
    }
    let title = level.primary_title(printable(&finding.message)).id(finding.rule);
    let group: Group<'_> = title.elements(elements);
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let width = options.width.unwrap_or(UNLIMITED).max(NARROWEST);
    let text = renderer.term_width(width).render(&[group]);

    let mut places = places.iter();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once([SECRET, PLACE]) {
        out.write_all(before.as_bytes())?;
        if rest[before.len()..].starts_with(PLACE) {
            rest = after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
            out.write_all(places.next().map_or("", String::as_str).as_bytes())?;
        } else {
            rest = after;
            out.write_all(secret.as_ref().map_or("", |secret| secret.as_str()).as_bytes())?;
        }
    }
    writeln!(out, "{rest}\n")
}

fn location(path: &str, region: &Region) -> String {
    format!("{}:{}:{}", printable(path), region.line, region.column)
}

/// A place with its masked source, if there is any.
fn place<'a>(snippet: &Snippet, kind: AnnotationKind, label: &str) -> Element<'a> {
    if snippet.text.is_empty() {
        return Origin::path(PLACE.to_string()).into();
    }
    let (start, end) = span(snippet);
    let label = printable(label);
    let annotation = kind.span(start..end).label((!label.is_empty()).then_some(label));
    // The replacement is as long as what it replaces, so that spans stay right.
    let source = snippet.text.replace([SECRET, PLACE], "\u{FFFD}");
    Source::source(source).path(PLACE.to_string()).line_start(snippet.line).annotation(annotation).into()
}

/// What the finding is about, within the text and at character boundaries.
fn span(snippet: &Snippet) -> (usize, usize) {
    let within = |offset: usize| {
        let mut offset = offset.min(snippet.text.len());
        while !snippet.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = within(snippet.start);
    (start, within(snippet.end).max(start))
}

/// How strong the secret is, where it is too weak.
fn strength(finding: &Finding) -> String {
    let secret = finding.secret.as_ref();
    match secret.and_then(|secret| Some((secret.bits?, secret.required_bits?, &secret.algorithm))) {
        Some((bits, required, algorithm)) if bits < f64::from(required) => {
            let bits = bits.max(0.0).floor();
            match algorithm {
                Some(algorithm) => format!("about {bits} bits, {algorithm} needs {required}"),
                None => format!("about {bits} of {required} bits"),
            }
        }
        _ => String::new(),
    }
}

fn replacement(finding: &Finding, options: &Options<'_>) -> Option<Zeroizing<String>> {
    if finding.severity == Severity::Note {
        return None;
    }
    let bits = finding.secret.as_ref()?.required_bits?;
    options.generate?(bits)
}

/// `text` on one line, or wrapped so that it ends within the terminal behind its label.
fn wrap(text: &str, width: Option<usize>) -> String {
    let text = printable(text);
    match width {
        Some(width) => {
            let options = textwrap::Options::new(width.saturating_sub(LABEL).max(NARROWEST))
                .break_words(false)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            textwrap::wrap(&text, options).join("\n")
        }
        None => text,
    }
}

/// `text` without anything that a terminal would obey.
fn printable(text: &str) -> String {
    one_line(&normalize_untrusted_str(text)).replace([SECRET, PLACE], "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{SecretSummary, Summary};
    use crate::report::fixture;

    fn written(options: &Options<'_>) -> String {
        fixture::written(|report, out| write(report, options, out))
    }

    #[test]
    fn report_for_a_log() {
        insta::assert_snapshot!(written(&Options::default()));
    }

    #[test]
    fn report_for_a_narrow_terminal_with_notes_in_full() {
        insta::assert_snapshot!(written(&Options { width: Some(64), full_notes: true, ..Options::default() }));
    }

    #[test]
    fn colour_changes_no_letter() {
        let coloured = written(&Options { color: true, ..Options::default() });
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), written(&Options::default()));
    }

    #[test]
    fn replacements_have_the_right_size_and_are_for_errors_and_warnings() {
        let generate = |bits: u32| Some(Zeroizing::new(format!("<fresh {bits}>")));
        let text = written(&Options { generate: Some(&generate), ..Options::default() });
        assert_eq!(text.matches("= help: replace it with <fresh 256>\n").count(), 2, "{text}");
        assert!(!text.contains([SECRET, PLACE]));
        let failing = |_: u32| None;
        assert_eq!(written(&Options { generate: Some(&failing), ..Options::default() }), written(&Options::default()));
    }

    #[test]
    fn nothing_commands_the_terminal() {
        for full_notes in [false, true] {
            let text = written(&Options { full_notes, ..Options::default() });
            let control = text.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(control, None, "{text}");
        }
    }

    #[test]
    fn any_snippet_can_be_shown() {
        let text = "é = '•••••' \u{7}\nx";
        let summary = fixture::summary();
        for start in 0..text.len() + 3 {
            for end in 0..text.len() + 3 {
                let mut finding = fixture::findings().remove(0);
                finding.snippet = Snippet { line: 1, text: text.to_owned(), start, end };
                let findings = [finding];
                let report = Report { findings: &findings, summary: &summary };
                let shown = fixture::written_of(&report, |report, out| write(report, &Options::default(), out));
                assert!(shown.contains("src/auth.js:3:17"), "{shown}");
            }
        }
    }

    #[test]
    fn what_stands_for_secret_and_place_is_not_taken_from_the_source() {
        let mut finding = fixture::findings().remove(0);
        finding.message = "\u{E001}:1 and \u{E000}".into();
        finding.snippet.text.push_str(" // \u{E000}\u{E001}:7");
        let findings = [finding];
        let summary = fixture::summary();
        let report = Report { findings: &findings, summary: &summary };
        let generate = |_: u32| Some(Zeroizing::new("<fresh>".to_owned()));
        let options = Options { generate: Some(&generate), ..Options::default() };
        let text = fixture::written_of(&report, |report, out| write(report, &options, out));
        assert!(text.starts_with("error[weak-secret]: \u{FFFD}:1 and \u{FFFD}\n"), "{text}");
        assert!(text.contains("// \u{FFFD}\u{FFFD}:7\n"), "{text}");
        assert_eq!((text.matches("<fresh>").count(), text.matches("src/auth.js:3:17").count()), (1, 1), "{text}");
    }

    #[test]
    fn summary_says_what_was_looked_at() {
        let line = |findings: &[Finding], summary: &Summary| summary_line(&Report { findings, summary });
        let mut summary = Summary { history: None, files: 1, bytes: 512, skipped: Vec::new(), elapsed_ms: 2_345 };
        assert_eq!(line(&[], &summary), "Nothing to mend: looked at 1 file (512 B) in 2.3 s.");
        let findings = fixture::findings();
        assert_eq!(line(&findings[..1], &summary), "1 error: looked at 1 file (512 B) in 2.3 s.");
        assert_eq!(
            line(&findings[4..6], &summary),
            "Nothing to mend; 2 in tests, examples and documentation are notes: looked at 1 file (512 B) in 2.3 s."
        );
        summary.files = 0;
        assert_eq!(line(&[], &summary), "No file was looked at.");
    }

    #[test]
    fn strength_is_shown_where_it_is_too_little() {
        let mut finding = fixture::findings().remove(0);
        let secret = |bits, algorithm: Option<&str>| SecretSummary {
            name: None,
            masked: "•••••".into(),
            bits,
            required_bits: Some(256),
            algorithm: algorithm.map(str::to_owned),
        };
        let mut strength_of = |summary| {
            finding.secret = summary;
            strength(&finding)
        };
        assert_eq!(strength_of(Some(secret(Some(4.9), Some("HS256")))), "about 4 bits, HS256 needs 256");
        assert_eq!(strength_of(Some(secret(Some(0.0), None))), "about 0 of 256 bits");
        assert_eq!(strength_of(Some(secret(Some(256.0), None))), "");
        assert_eq!(strength_of(Some(secret(None, None))), "");
        assert_eq!(strength_of(None), "");
    }
}
