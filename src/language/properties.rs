//! Java properties and INI files, and the flat part of HOCON (`.conf`).
//!
//! The three are told apart by what stands in the file: a `[section]` makes it INI, a line that ends in `{` HOCON.

use std::borrow::Cow;

use crate::facts::{Entry, Facts, Span};
use crate::language::Language;
use crate::language::embedded::Cut;
use crate::language::interpolation::{self, Dialect};
use crate::language::tree::{self, DEPTH_LIMIT, Path, Place, Scalar};

/// Reads a properties or INI file. Keys are not split at their dots: the path is the section and the key.
pub fn parse(text: &str) -> Facts {
    parse_at(text, 0)
}

pub(crate) fn parse_at(text: &str, depth: usize) -> Facts {
    let mut facts = Facts::new(Language::Properties);
    let mut ini = false;
    let mut section: Option<String> = None;
    // The objects of HOCON that are open; `None` where a name was too deep to be kept.
    let mut objects: Vec<String> = Vec::new();
    let mut unnamed = 0usize;
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < text.len() {
        let (line, end) = physical_line(text, at);
        let body = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        if body.is_empty() {
            at = end;
            continue;
        }
        if body.starts_with(['#', '!', ';']) || body.starts_with("//") {
            facts.comments.push(Span::new(start, start + body.len()));
            at = end;
            continue;
        }
        let without_comment = body.split(['#', ';']).next().unwrap_or("").trim_end();
        if let Some(name) = without_comment.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
            && !name.contains(['"', ','])
        {
            ini = true;
            section = Some(name.trim().to_owned());
            objects.clear();
            if body.len() > without_comment.len() {
                let comment = body.get(without_comment.len()..).unwrap_or("").trim_start();
                facts.comments.push(Span::new(start + body.len() - comment.len(), start + body.len()));
            }
            at = end;
            continue;
        }
        if let Some(name) = body.strip_suffix('{') {
            let name = name.trim_end().trim_end_matches(['=', ':']).trim().trim_matches('"');
            if objects.len() < DEPTH_LIMIT {
                objects.push(name.to_owned())
            } else {
                unnamed += 1
            }
            at = end;
            continue;
        }
        if body.bytes().all(|byte| matches!(byte, b'}' | b',' | b';' | b' ')) {
            for _ in body.bytes().filter(|byte| *byte == b'}') {
                if unnamed > 0 {
                    unnamed -= 1;
                } else {
                    objects.pop();
                }
            }
            at = end;
            continue;
        }
        let (logical, next) = logical_line(text, at);
        at = next;
        let relaxed = ini || !objects.is_empty();
        let Some((key, value)) = split(&logical.text, relaxed) else { continue };
        let mut names: Vec<String> = section.iter().cloned().collect();
        names.extend(objects.iter().filter(|name| !name.is_empty()).cloned());
        let raw_key = logical.text.get(key.clone()).unwrap_or("");
        names.push(unescape(raw_key.trim_matches('"')).into_owned());
        let path = Path::of(&names);
        let key_span = logical.map.span(Span::new(key.start, key.end));

        let value_end = comment_start(&logical.text, value.clone(), relaxed);
        if value_end < value.end
            && let Some(comment) = logical.text.get(value_end..value.end)
        {
            let lead = comment.len() - comment.trim_start().len();
            facts.comments.push(logical.map.span(Span::new(value_end + lead, value.end)));
        }
        let value = unquoted(&logical.text, value.start..value_end);
        let raw = logical.text.get(value.clone()).unwrap_or("");
        let span = logical.map.span(Span::new(value.start, value.end));
        let scalar = match unescape(raw) {
            Cow::Borrowed(raw) => Scalar {
                text: Cow::Borrowed(raw),
                span,
                place: Place::Mapped(Cow::Borrowed(&logical.map), value.start),
            },
            Cow::Owned(decoded) => Scalar::changed(decoded, span),
        };
        let id = interpolation::lower(&mut facts, &scalar, Dialect::PROPERTIES);
        facts.entries.push(Entry { path: path.names().to_vec(), key_span, value: id });
        tree::expand_json(&mut facts, &path, &scalar, depth);
    }
    facts
}

/// The line at `at` without its end, and where the next begins. A lone carriage return ends a line too.
fn physical_line(text: &str, at: usize) -> (&str, usize) {
    let rest = text.get(at..).unwrap_or("");
    let Some(length) = rest.find(['\n', '\r']) else { return (rest, text.len()) };
    let end = if rest.get(length..).is_some_and(|end| end.starts_with("\r\n")) { length + 2 } else { length + 1 };
    (rest.get(..length).unwrap_or(""), at + end)
}

/// The line at `at` with the lines it goes on in after a backslash at its end, whose leading white space is dropped.
fn logical_line(text: &str, mut at: usize) -> (Cut, usize) {
    let mut cut = Cut::default();
    loop {
        let (line, end) = physical_line(text, at);
        let lead = line.len() - line.trim_start().len();
        let body = line.get(lead..).unwrap_or("");
        let backslashes = body.len() - body.trim_end_matches('\\').len();
        let goes_on = backslashes % 2 == 1 && end < text.len();
        let kept = if goes_on { body.get(..body.len() - 1).unwrap_or("") } else { body };
        // A continued value may end in meant spaces; the last line's are layout to everybody but Java.
        cut.push(if goes_on { kept } else { kept.trim_end() }, at + lead);
        at = end;
        if !goes_on {
            break;
        }
    }
    (cut, at)
}

/// Splits a line into key and value: byte ranges of it. In INI a key may have spaces in it.
fn split(line: &str, relaxed: bool) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let bytes = line.as_bytes();
    let separator = |byte: u8| byte == b'=' || byte == b':';
    let last_separator = bytes.iter().rposition(|byte| separator(*byte));
    let mut end = 0;
    let mut quoted = false;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 1,
            b'"' => quoted = !quoted,
            byte if !quoted && separator(*byte) => break,
            b' ' | b'\t' | 0x0c if !(quoted || relaxed && last_separator.is_some_and(|last| last > end)) => {
                break;
            }
            _ => {}
        }
        end += 1;
    }
    let end = end.min(line.len());
    let key_end = line.get(..end)?.trim_end().len();
    if key_end == 0 {
        return None;
    }
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | 0x0c);
    let mut start = end;
    while bytes.get(start).is_some_and(is_blank) {
        start += 1;
    }
    if bytes.get(start).copied().is_some_and(separator) {
        start += 1;
        // `+=` and `:=` of HOCON and make.
        if bytes.get(start) == Some(&b'=') && bytes.get(start - 1) == Some(&b':') {
            start += 1;
        }
    }
    while bytes.get(start).is_some_and(is_blank) {
        start += 1;
    }
    let start = start.min(line.len());
    Some((0..key_end, start..line.len()))
}

/// Where the value in `range` ends and a comment behind it begins. Only INI and HOCON have such comments.
fn comment_start(line: &str, range: std::ops::Range<usize>, relaxed: bool) -> usize {
    let Some(value) = line.get(range.clone()) else { return range.end };
    let bytes = value.as_bytes();
    let mut quote = bytes.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    if let Some(mark) = quote
        && !bytes.iter().skip(1).any(|byte| *byte == mark)
    {
        quote = None;
    }
    let mut at = usize::from(quote.is_some());
    while let Some(byte) = bytes.get(at) {
        if let Some(mark) = quote {
            if *byte == b'\\' {
                at += 1;
            } else if *byte == mark {
                quote = None;
            }
        } else {
            let blank = at == 0 || matches!(bytes.get(at - 1), Some(b' ' | b'\t' | b'"' | b'\''));
            let comment = matches!(byte, b'#' | b';') || bytes.get(at..).is_some_and(|rest| rest.starts_with(b"//"));
            if relaxed && blank && comment && value.is_char_boundary(at) {
                return range.start + at;
            }
        }
        at += 1;
    }
    range.end
}

/// The range without white space behind it, a separator `,` or `;` after a quote, and the quotes.
fn unquoted(line: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let Some(value) = line.get(range.clone()) else { return range };
    let trimmed = value.trim_end();
    let bare = trimmed.trim_end_matches([',', ';']);
    for quote in ["\"\"\"", "\"", "'"] {
        if bare.len() >= 2 * quote.len() && bare.starts_with(quote) && bare.ends_with(quote) {
            return range.start + quote.len()..range.start + bare.len() - quote.len();
        }
    }
    range.start..range.start + trimmed.len()
}

/// Resolves a property file's escapes (`java.util.Properties.load`); borrowed where there are none.
fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        let Some(escaped) = rest.chars().next() else { break };
        rest = rest.get(escaped.len_utf8()..).unwrap_or("");
        match escaped {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'f' => text.push('\u{c}'),
            'u' => {
                let code = rest.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                match code.and_then(char::from_u32) {
                    Some(character) => {
                        text.push(character);
                        rest = rest.get(4..).unwrap_or("");
                    }
                    None => text.push_str("\\u"),
                }
            }
            other => text.push(other),
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tree::testing::{comments, shown};

    #[test]
    fn reads_java_properties() {
        let text = concat!(
            "# comment\n",
            "! another\n",
            "jwt.secret=plain # not a comment\n",
            "jwt.issuer : colon\n",
            "spaced value with spaces\n",
            "long = one \\\n    two \\\n    three\n",
            "escaped\\ key=\\u0041b\\tc\n",
            "app.secret=${APP_SECRET:change-me}\n",
            "app.key=${jwt.key}\n",
            "enc=ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)\n",
            "cipher={cipher}682bc583f4641835fa2db009355293665d2647dade3375c0ee201de2a49f7bda\n",
            "empty=\n",
        );
        let facts = parse(text);
        for (path, expected) in [
            ("jwt.secret", "'plain # not a comment'"),
            ("jwt.issuer", "'colon'"),
            ("spaced", "'value with spaces'"),
            ("long", "'one two three'@'one \\\n    two \\\n    three'"),
            ("escaped key", "'Ab\tc'@'\\u0041b\\tc'"),
            ("app.secret", "env APP_SECRET or 'change-me'"),
            ("app.key", "env jwt.key"),
            ("enc", "reference"),
            ("cipher", "reference"),
            ("empty", "''"),
        ] {
            assert_eq!(shown(text, &facts, path), expected, "{path}");
        }
        assert_eq!(comments(text, &facts), ["# comment", "! another"]);
    }

    #[test]
    fn reads_ini_sections_comments_and_quotes() {
        let text = "\u{feff}[auth]\r\n; secret below\r\njwt_secret = \"quoted;value\" ; tail\r\nname with space = x\r\n[other] # y\r\njwt_secret: zwei # tail\r\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "auth/jwt_secret"), "'quoted;value'");
        assert_eq!(shown(text, &facts, "auth/name with space"), "'x'");
        assert_eq!(shown(text, &facts, "other/jwt_secret"), "'zwei'");
        assert_eq!(comments(text, &facts), ["; secret below", "; tail", "# y", "# tail"]);
    }

    #[test]
    fn reads_the_objects_of_hocon() {
        let text = "play.http {\n  secret.key = \"changeme\"\n  secret.key = ${?APPLICATION_SECRET}\n}\njwt { \n  key = \"k\" # c\n}\n";
        let facts = parse(text);
        let found = crate::language::tree::testing::values(&facts, "play.http/secret.key");
        let shown_all: Vec<_> =
            found.iter().map(|id| crate::language::tree::testing::show(text, &facts, *id)).collect();
        assert_eq!(shown_all, ["'changeme'", "env APPLICATION_SECRET"]);
        assert_eq!(shown(text, &facts, "jwt/key"), "'k'");
    }
}
