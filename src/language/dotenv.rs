//! Env files: `NAME=value` lines as dotenv, Docker Compose, direnv and shells read them.

use std::borrow::Cow;

use crate::facts::{Entry, Facts, Kind, Span};
use crate::language::Language;
use crate::language::interpolation::{self, Dialect};
use crate::language::tree::{self, Path, Scalar};

/// Reads an env file: `export` and spaces around `=` are allowed, `NAME: value` is too; values in double, single or
/// backtick quotes may span lines; a `#` ends an unquoted value only after white space.
pub fn parse(text: &str) -> Facts {
    parse_at(text, 0)
}

pub(crate) fn parse_at(text: &str, depth: usize) -> Facts {
    let mut reader = Reader { text, facts: Facts::new(Language::Dotenv), depth, unclosed: Vec::new(), unread: 0 };
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < text.len() {
        at = reader.line(at);
    }
    if reader.unread > 1 {
        reader.facts.problems.push(format!("{} lines were not read", reader.unread));
    }
    reader.facts
}

struct Reader<'a> {
    text: &'a str,
    facts: Facts,
    depth: usize,
    /// Quotes that are not closed anywhere in the rest of the file.
    unclosed: Vec<u8>,
    unread: usize,
}

/// How a value is written.
struct Written<'a> {
    scalar: Scalar<'a>,
    /// Whether look-ups in it are followed.
    expands: bool,
    /// Where the line goes on.
    end: usize,
}

impl<'a> Reader<'a> {
    /// Reads the line that begins at `start`, and the lines a quoted value runs over. Returns where the next begins.
    fn line(&mut self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or("");
        let length = rest.find('\n').unwrap_or(rest.len());
        let next = start + (length + 1).min(rest.len()).max(1);
        let line = rest.get(..length).unwrap_or("");
        let line = line.strip_suffix('\r').unwrap_or(line);
        let blank = line.len() - line.trim_start().len();
        let body = line.trim();
        if body.is_empty() {
            return next;
        }
        if body.starts_with('#') {
            self.facts.comments.push(Span::new(start + blank, start + line.len()));
            return next;
        }
        let mut at = start + blank;
        let exported = body.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
        if let Some(rest) = exported.or(body.strip_prefix("set -gx")).or(body.strip_prefix("set -x")) {
            at += body.len() - rest.trim_start().len();
        }
        let Some((key, value_at)) = self.key(at, start + line.len()) else {
            self.unread += 1;
            if self.unread == 1 {
                let number = self.text.as_bytes().get(..start).map_or(0, |b| b.iter().filter(|b| **b == b'\n').count());
                self.facts.problems.push(format!("line {}: not of the form NAME=value", number + 1));
            }
            return next;
        };
        let name = self.text.get(key.range()).unwrap_or("").to_owned();
        let written = self.value(value_at, start + line.len());
        let span = written.scalar.span;
        let value = if written.expands {
            interpolation::lower(&mut self.facts, &written.scalar, Dialect::DOTENV)
        } else if interpolation::is_reference(&written.scalar.text) {
            self.facts.add(Kind::Reference, span)
        } else {
            self.facts.add(Kind::Literal(written.scalar.text.clone().into_owned()), span)
        };
        let path = Path::of(&[name]);
        self.facts.entries.push(Entry { path: path.names().to_vec(), key_span: key, value });
        tree::expand_json(&mut self.facts, &path, &written.scalar, self.depth);

        // A comment may stand behind the value.
        let tail = self.text.get(written.end..).unwrap_or("");
        let tail_length = tail.find('\n').unwrap_or(tail.len());
        if let Some(tail) = tail.get(..tail_length)
            && let Some(mark) = tail.find('#')
        {
            self.facts.comments.push(Span::new(written.end + mark, written.end + tail.trim_end().len()));
        }
        (written.end + tail_length + 1).min(self.text.len()).max(next)
    }

    /// The key at `at` and where its value begins.
    fn key(&self, at: usize, line_end: usize) -> Option<(Span, usize)> {
        let line = self.text.get(at..line_end)?;
        // Some loaders take a name in quotes.
        let quote = line.chars().next().filter(|first| matches!(first, '"' | '\''));
        let inner = line.get(quote.map_or(0, char::len_utf8)..)?;
        let length = inner
            .find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '.' | '-')))
            .unwrap_or(inner.len());
        if length == 0 {
            return None;
        }
        let quoted = quote.map_or(0, char::len_utf8);
        let mut rest = inner.get(length..)?;
        if let Some(quote) = quote {
            rest = rest.strip_prefix(quote)?;
        }
        let spaces = rest.len() - rest.trim_start().len();
        let separator = rest.trim_start();
        let end = if separator.starts_with("+=") || separator.starts_with(":=") || separator.starts_with("?=") {
            2
        } else if separator.starts_with('=') || separator.starts_with(": ") || separator.starts_with(":\t") {
            1
        } else {
            return None;
        };
        let value_at = line_end - rest.len() + spaces + end;
        let after = self.text.get(value_at..line_end)?;
        Some((
            Span::new(at + quoted, at + quoted + length),
            value_at + (after.len() - after.trim_start_matches([' ', '\t']).len()),
        ))
    }

    fn value(&mut self, at: usize, line_end: usize) -> Written<'a> {
        let text = self.text;
        let line = text.get(at..line_end).unwrap_or("");
        let mut chars = line.bytes();
        let mut first = chars.next();
        let mut start = at;
        // The shell's $'...' knows escapes.
        let ansi = first == Some(b'$') && line.as_bytes().get(1) == Some(&b'\'');
        if ansi {
            first = Some(b'\'');
            start += 1;
        }
        if let Some(quote @ (b'"' | b'\'' | b'`')) = first
            && let Some(end) = self.closing(quote, start + 1, quote == b'"' || ansi)
        {
            let rest = text.get(end + 1..).unwrap_or("");
            let rest = rest.get(..rest.find('\n').unwrap_or(rest.len())).unwrap_or("");
            let behind = rest.trim_start();
            // On the quote's own line something may follow, as in a shell.
            let follows = end < line_end && (rest.len() > behind.len() || behind.starts_with([';', '&', '|']));
            if behind.is_empty() || behind.starts_with('#') || follows {
                let raw = text.get(start + 1..end).unwrap_or("");
                let decoded = if quote == b'"' || ansi { unescape(raw) } else { Cow::Borrowed(raw) };
                let scalar = match decoded {
                    Cow::Borrowed(raw) => Scalar::exact(raw, start + 1),
                    Cow::Owned(decoded) => Scalar::changed(decoded, Span::new(start + 1, end)),
                };
                return Written { scalar, expands: quote == b'"' && !raw.contains("\\$"), end: end + 1 };
            }
        }
        let mut start = at;
        let mut line = line;
        if let Some(quote @ (b'"' | b'\'' | b'`')) = first
            && !line.get(1..).unwrap_or("").as_bytes().contains(&quote)
        {
            self.facts.problems.push("a quoted value is not closed".to_owned());
            line = line.get(1..).unwrap_or("");
            start += 1;
        }
        // A `#` begins a comment only after white space, or at once.
        let mut end = line.len();
        let mut blank = true;
        for (offset, byte) in line.bytes().enumerate() {
            if byte == b'#' && blank {
                end = offset;
                break;
            }
            blank = byte == b' ' || byte == b'\t';
        }
        let value = line.get(..end).unwrap_or("").trim_end();
        Written { scalar: Scalar::exact(value, start), expands: true, end: start + value.len() }
    }

    /// The next `quote` from `from` on that no backslash stands before.
    fn closing(&mut self, quote: u8, from: usize, escapes: bool) -> Option<usize> {
        if self.unclosed.contains(&quote) {
            return None;
        }
        let mut escaped = false;
        for (offset, byte) in self.text.as_bytes().get(from..)?.iter().enumerate() {
            if *byte == quote && !escaped {
                return Some(from + offset);
            }
            escaped = escapes && *byte == b'\\' && !escaped;
        }
        self.unclosed.push(quote);
        None
    }
}

/// Resolves `\n`, `\r`, `\t`, `\"`, `\\` and the like; borrowed where nothing changes.
fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(character) = chars.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some(escaped @ ('"' | '\'' | '`' | '\\' | '$')) => text.push(escaped),
            Some('\n') => {}
            Some(other) => {
                text.push('\\');
                text.push(other);
            }
            None => text.push('\\'),
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tree::testing::{comments, shown};

    #[test]
    fn reads_the_forms_dotenv_reads() {
        let text = concat!(
            "# service\n",
            "JWT_SECRET=plain-value\n",
            "export EXPORTED = spaced \n",
            "DOUBLE=\"two words # no comment\" # a comment\n",
            "SINGLE='it is $HOME'\n",
            "BACKTICK=`a \"b\" 'c'`\n",
            "HASH=abc#def # tail\n",
            "EMPTY=\n",
            "COLON: yaml-like\n",
            "JWT_SECRET=again\n",
            "FALLBACK=${JWT_KEY:-changeme}\n",
            "MIXED=pre-${NAME}-post\n",
            "BCRYPT=$2b$10$abcdefghijklmnopqrstuv\n",
            "EQUALS=YWJj==\n",
            "URL=https://user:pw@host/#frag\n",
        );
        let facts = parse(text);
        assert_eq!(facts.problems, Vec::<String>::new());
        let twice = crate::language::tree::testing::values(&facts, "JWT_SECRET");
        let twice: Vec<_> = twice.iter().map(|id| crate::language::tree::testing::show(text, &facts, *id)).collect();
        assert_eq!(twice, ["'plain-value'", "'again'"]);
        for (path, expected) in [
            ("EXPORTED", "'spaced'"),
            ("DOUBLE", "'two words # no comment'"),
            ("SINGLE", "'it is $HOME'"),
            ("BACKTICK", "'a \"b\" 'c''"),
            ("HASH", "'abc#def'"),
            ("EMPTY", "''"),
            ("COLON", "'yaml-like'"),
            ("FALLBACK", "env JWT_KEY or 'changeme'"),
            ("MIXED", "concat ['pre-', env NAME, '-post']"),
            ("BCRYPT", "'$2b$10$abcdefghijklmnopqrstuv'"),
            ("EQUALS", "'YWJj=='"),
            ("URL", "'https://user:pw@host/#frag'"),
        ] {
            assert_eq!(shown(text, &facts, path), expected, "{path}");
        }
        assert_eq!(comments(text, &facts), ["# service", "# a comment", "# tail"]);
        assert_eq!(&text[facts.entries[1].key_span.range()], "EXPORTED");
    }

    #[test]
    fn reads_quoted_values_over_several_lines_and_escapes() {
        let text = "KEY=\"-----BEGIN KEY-----\nabc\n-----END KEY-----\"\nNEXT=\"a\\\"b\\nc\"\nLAST=x\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "KEY"), "'-----BEGIN KEY-----\nabc\n-----END KEY-----'");
        assert_eq!(shown(text, &facts, "NEXT"), "'a\"b\nc'@'a\\\"b\\nc'");
        assert_eq!(shown(text, &facts, "LAST"), "'x'");
    }

    #[test]
    fn an_unclosed_quote_swallows_no_other_line() {
        let text = "JWT_SECRET=\"oops\nOTHER=value\nTHIRD='half\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "JWT_SECRET"), "'oops'");
        assert_eq!(shown(text, &facts, "OTHER"), "'value'");
        assert_eq!(shown(text, &facts, "THIRD"), "'half'");
        assert!(!facts.problems.is_empty());
    }

    #[test]
    fn positions_survive_a_byte_order_mark_crlf_and_multi_byte_text() {
        let text = "\u{feff}# café\r\nÄ=ü\r\nJWT_SECRET=sécret☃\r\nQ=\"línea\r\nzwei\"\r\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "JWT_SECRET"), "'sécret☃'");
        assert_eq!(shown(text, &facts, "Q"), "'línea\r\nzwei'");
        assert_eq!(comments(text, &facts), ["# café"]);
    }

    #[test]
    fn members_of_a_json_value_are_entries_too() {
        let text = "HASURA_GRAPHQL_JWT_SECRET='{\"type\":\"HS256\",\"key\":\"super-secret\"}'\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "HASURA_GRAPHQL_JWT_SECRET/key"), "'super-secret'");
        assert_eq!(shown(text, &facts, "HASURA_GRAPHQL_JWT_SECRET/type"), "'HS256'");
    }

    #[test]
    fn encrypted_and_referenced_values_are_no_literals() {
        let text = "A=op://vault/item/field\nB='vault:secret/data/jwt#key'\nC=encrypted:BE9Y7LKANx77X1pv1HnEoil93fPa5c9rpL\nD=$(openssl rand -hex 32)\nE=$OTHER\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "A"), "reference");
        assert_eq!(shown(text, &facts, "B"), "reference");
        assert_eq!(shown(text, &facts, "C"), "reference");
        assert_eq!(shown(text, &facts, "D"), "unknown");
        assert_eq!(shown(text, &facts, "E"), "env OTHER");
    }

    #[test]
    fn a_line_of_another_form_is_told_and_passed_over() {
        let facts = parse("what is this\nif [ x ]; then\nA=1\n");
        assert_eq!(facts.entries.len(), 1);
        assert!(facts.problems[0].contains("line 1"), "{:?}", facts.problems);
    }
}
