//! Dockerfiles: what `ENV`, `ARG` and `LABEL` say, and what the commands of `RUN`, `CMD` and `ENTRYPOINT` set.

use std::borrow::Cow;
use std::ops::Range;

use crate::facts::{Entry, Facts, Span};
use crate::language::Language;
use crate::language::command;
use crate::language::embedded::Cut;
use crate::language::interpolation::{self, Dialect};
use crate::language::tree::{self, Path, Place, Scalar};

/// Reads a Dockerfile. The path of an entry is the instruction and the name: `["ENV", "JWT_SECRET"]`.
pub fn parse(text: &str) -> Facts {
    parse_at(text, 0)
}

pub(crate) fn parse_at(text: &str, depth: usize) -> Facts {
    let mut facts = Facts::new(Language::Dockerfile);
    let escape = escape_character(text);
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    // Delimiters of here-documents that are open, with whether tabs may stand before the end.
    let mut heredocs: Vec<(String, bool)> = Vec::new();
    while at < text.len() {
        if let Some((delimiter, tabs)) = heredocs.first() {
            let (line, end) = line_at(text, at);
            let line = if *tabs { line.trim_start_matches('\t') } else { line };
            if line == delimiter {
                heredocs.remove(0);
            }
            at = end;
            continue;
        }
        let (instruction, end) = instruction(text, at, escape, &mut facts.comments);
        at = end;
        let line = instruction.text.as_str();
        let start = line.len() - line.trim_start().len();
        let word_end =
            line.get(start..).and_then(|rest| rest.find(char::is_whitespace)).map_or(line.len(), |n| start + n);
        let keyword = line.get(start..word_end).unwrap_or("").to_ascii_uppercase();
        match keyword.as_str() {
            "ENV" | "ARG" | "LABEL" => variables(&mut facts, &instruction, &keyword, word_end, escape, depth),
            "ONBUILD" => {
                let rest = line.get(word_end..).unwrap_or("");
                let lead = rest.len() - rest.trim_start().len();
                let inner = rest.trim_start();
                let end = inner.find(char::is_whitespace).unwrap_or(inner.len());
                let keyword = inner.get(..end).unwrap_or("").to_ascii_uppercase();
                if matches!(keyword.as_str(), "ENV" | "ARG") {
                    variables(&mut facts, &instruction, &keyword, word_end + lead + end, escape, depth);
                }
            }
            "RUN" | "CMD" | "ENTRYPOINT" => {
                command(&mut facts, &instruction, &keyword, word_end, depth);
                heredocs = delimiters(line);
            }
            "COPY" | "ADD" => heredocs = delimiters(line),
            _ => {}
        }
    }
    facts
}

/// The escape character: a backslash, unless the `escape` directive on top of the file says backtick.
fn escape_character(text: &str) -> u8 {
    for line in text.trim_start_matches('\u{feff}').lines() {
        let Some((name, value)) = line.trim().strip_prefix('#').and_then(|rest| rest.split_once('=')) else { break };
        if name.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { b'`' } else { b'\\' };
        }
    }
    b'\\'
}

fn line_at(text: &str, at: usize) -> (&str, usize) {
    let rest = text.get(at..).unwrap_or("");
    let length = rest.find('\n').unwrap_or(rest.len());
    let line = rest.get(..length).unwrap_or("");
    (line.strip_suffix('\r').unwrap_or(line), at + (length + 1).min(rest.len()).max(1))
}

/// One instruction with the lines it goes on in; comment lines between them are no part of it.
fn instruction(text: &str, mut at: usize, escape: u8, comments: &mut Vec<Span>) -> (Cut, usize) {
    let mut cut = Cut::default();
    while at < text.len() {
        let (line, end) = line_at(text, at);
        let trimmed = line.trim();
        if trimmed.starts_with('#') {
            let start = at + (line.len() - line.trim_start().len());
            comments.push(Span::new(start, start + trimmed.len()));
            at = end;
            if cut.text.is_empty() {
                break;
            }
            continue;
        }
        if trimmed.is_empty() {
            at = end;
            if cut.text.is_empty() {
                break;
            }
            continue;
        }
        let body = line.trim_end();
        let goes_on = body.as_bytes().last() == Some(&escape);
        cut.push(if goes_on { body.get(..body.len() - 1).unwrap_or("") } else { body }, at);
        at = end;
        if !goes_on {
            break;
        }
    }
    (cut, at)
}

/// The delimiters of the here-documents that begin on this line.
fn delimiters(line: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("<<") {
        rest = rest.get(at + 2..).unwrap_or("");
        // `<<<` is a here-string.
        if rest.starts_with('<') {
            rest = rest.trim_start_matches('<');
            continue;
        }
        let tabs = rest.starts_with('-');
        let word = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(['"', '\'']);
        let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(word.len());
        if let Some(delimiter) = word.get(..end).filter(|delimiter| !delimiter.is_empty()) {
            found.push((delimiter.to_owned(), tabs));
        }
        rest = word.get(end..).unwrap_or("");
    }
    found
}

/// Reads what a command sets.
fn command(facts: &mut Facts, instruction: &Cut, keyword: &str, from: usize, depth: usize) {
    let map = &instruction.map;
    let Some(text) = instruction.text.get(from..) else { return };
    for part in command::assigned(text) {
        let (Some(name), Some(value)) = (text.get(part.name.clone()), text.get(part.value.clone())) else { continue };
        let span = map.span(Span::new(from + part.value.start, from + part.value.end));
        let place = Place::Mapped(Cow::Borrowed(map), from + part.value.start);
        let scalar = Scalar { text: Cow::Borrowed(value), span, place };
        let id = interpolation::lower(facts, &scalar, Dialect::DOCKERFILE);
        let path = Path::of(&[keyword.to_owned(), name.to_owned()]);
        let key_span = map.span(Span::new(from + part.name.start, from + part.name.end));
        facts.entries.push(Entry { path: path.names().to_vec(), key_span, value: id });
        tree::expand_json(facts, &path, &scalar, depth);
    }
}

/// Reads `A=1 B="two words"` or `A the rest of the line`.
fn variables(facts: &mut Facts, instruction: &Cut, keyword: &str, from: usize, escape: u8, depth: usize) {
    let line = instruction.text.as_str();
    let bytes = line.as_bytes();
    let mut at = from;
    let mut first = true;
    loop {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let key_start = at;
        while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
            at += 1;
        }
        if key_start == at {
            break;
        }
        let key = key_start..at;
        if bytes.get(at) == Some(&b'=') {
            let (value, end) = word(line, at + 1, escape);
            entry(facts, instruction, keyword, key, value, escape, depth);
            at = end.max(at + 1);
        } else if first && keyword == "ENV" {
            let rest = line.get(at..).unwrap_or("");
            let start = at + (rest.len() - rest.trim_start().len());
            entry(facts, instruction, keyword, key, start..start.max(line.trim_end().len()), escape, depth);
            break;
        } else if keyword != "ARG" {
            break;
        }
        first = false;
    }
}

/// The word at `start`: its range with quotes, and where it ends.
fn word(line: &str, start: usize, escape: u8) -> (Range<usize>, usize) {
    let bytes = line.as_bytes();
    let mut at = start;
    let mut quote = None;
    while let Some(byte) = bytes.get(at) {
        match (byte, quote) {
            (byte, _) if *byte == escape && quote != Some(b'\'') => at += 1,
            (b'"' | b'\'', None) => quote = Some(*byte),
            (byte, Some(mark)) if *byte == mark => quote = None,
            (byte, None) if byte.is_ascii_whitespace() => break,
            _ => {}
        }
        at += 1;
    }
    let mut end = at.min(line.len());
    while !line.is_char_boundary(end) {
        end += 1;
    }
    (start..end, end)
}

fn entry(
    facts: &mut Facts,
    instruction: &Cut,
    keyword: &str,
    key: Range<usize>,
    value: Range<usize>,
    escape: u8,
    depth: usize,
) {
    let line = instruction.text.as_str();
    let Some(name) = line.get(key.clone()) else { return };
    let mut value = value;
    let mut raw = line.get(value.clone()).unwrap_or("");
    let mut literal = false;
    for quote in ['"', '\''] {
        let inner = raw.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote) || inner.contains(escape as char)) {
            value = value.start + 1..value.end - 1;
            raw = inner;
            literal = quote == '\'';
            break;
        }
    }
    let map = &instruction.map;
    let span = map.span(Span::new(value.start, value.end));
    let scalar = match unescape(raw, escape, literal) {
        Cow::Borrowed(raw) => {
            Scalar { text: Cow::Borrowed(raw), span, place: Place::Mapped(Cow::Borrowed(map), value.start) }
        }
        Cow::Owned(decoded) => Scalar::changed(decoded, span),
    };
    let id = interpolation::lower(facts, &scalar, Dialect::DOCKERFILE);
    let path = Path::of(&[keyword.to_owned(), name.trim_matches('"').to_owned()]);
    let key_span = map.span(Span::new(key.start, key.end));
    facts.entries.push(Entry { path: path.names().to_vec(), key_span, value: id });
    tree::expand_json(facts, &path, &scalar, depth);
}

/// Takes off escapes and inner quotes as the builder does; borrowed where there are none.
fn unescape(raw: &str, escape: u8, literal: bool) -> Cow<'_, str> {
    let escape = escape as char;
    if literal || !raw.contains([escape, '"', '\'']) {
        return Cow::Borrowed(raw);
    }
    let quotes_pair = raw.bytes().filter(|byte| *byte == b'"').count() % 2 == 0 && !raw.trim_start().starts_with('{');
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(character) = chars.next() {
        match character {
            // An escaped `$` must not become a look-up.
            character if character == escape => match chars.next() {
                Some('$') => text.push_str("\\$"),
                Some(escaped) => text.push(escaped),
                None => text.push(escape),
            },
            '"' if quotes_pair => {}
            other => text.push(other),
        }
    }
    if text == raw { Cow::Borrowed(raw) } else { Cow::Owned(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tree::testing::{comments, shown};

    #[test]
    fn reads_both_forms_of_env_and_args() {
        let text = concat!(
            "# syntax=docker/dockerfile:1\n",
            "FROM node:20 AS build\n",
            "ARG JWT_SECRET=build-secret\n",
            "ARG NO_DEFAULT\n",
            "ENV A=1 B=\"two words\" C='single $X' D=es\\ caped\n",
            "ENV OLD style  value here\n",
            "ENV LONG=first \\\n",
            "    # in between\n",
            "    SECOND=\"zweite\" \\\n",
            "    THIRD=${JWT_SECRET:-fallback}\n",
            "RUN <<EOF cat\n",
            "ENV NOT=this\n",
            "EOF\n",
            "env lower=case\n",
            "ENV JSON='{\"type\":\"HS256\",\"key\":\"abc\"}'\n",
            "ONBUILD ENV LATER=on\n",
        );
        let facts = parse(text);
        for (path, expected) in [
            ("ARG/JWT_SECRET", "'build-secret'"),
            ("ENV/A", "'1'"),
            ("ENV/B", "'two words'"),
            ("ENV/D", "'es caped'@'es\\ caped'"),
            ("ENV/OLD", "'style  value here'"),
            ("ENV/LONG", "'first'"),
            ("ENV/SECOND", "'zweite'"),
            ("ENV/THIRD", "env JWT_SECRET or 'fallback'"),
            ("ENV/lower", "'case'"),
            ("ENV/JSON/key", "'abc'"),
            ("ENV/LATER", "'on'"),
        ] {
            assert_eq!(shown(text, &facts, path), expected, "{path}");
        }
        assert!(facts.entries.iter().all(|entry| entry.path[1] != "NOT" && entry.path[1] != "NO_DEFAULT"));
        assert_eq!(comments(text, &facts), ["# syntax=docker/dockerfile:1", "# in between"]);
    }

    #[test]
    fn a_value_broken_over_lines_keeps_its_place() {
        let text = "FROM x\r\nENV S=\"abc\\\r\ndef\" T=ü\r\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "ENV/S"), "'abcdef'@'abc\\\r\ndef'");
        assert_eq!(shown(text, &facts, "ENV/T"), "'ü'");
    }

    #[test]
    fn the_escape_directive_is_obeyed() {
        let text = "# escape=`\nENV P=c:\\dir\\ Q=a`\n R=b\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "ENV/P"), "'c:\\dir\\'");
        assert_eq!(shown(text, &facts, "ENV/R"), "'b'");
    }
}
