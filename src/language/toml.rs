//! TOML, read by a parser that recovers from mistakes.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use crate::facts::{Facts, Kind, Span};
use crate::language::Language;
use crate::language::interpolation::Dialect;
use crate::language::tree::{self, DEPTH_LIMIT, Node, NodeId, Pair, Path, Scalar, Tree};

/// Reads a TOML file.
pub fn parse(text: &str) -> Facts {
    parse_at(text, 0)
}

pub(crate) fn parse_at(text: &str, depth: usize) -> Facts {
    let mut facts = Facts::new(Language::Toml);
    let (document, mistakes) = DeTable::parse_recoverable(text);
    let mut lowering =
        Lowering { text, facts: &mut facts, tree: Tree::default(), strings: Vec::new(), too_deep: false };
    let root = lowering.table(document.get_ref(), 0);
    let Lowering { tree, mut strings, too_deep, .. } = lowering;
    // The parser's own words may quote the file.
    if let Some(first) = mistakes.first() {
        let at = first.span().map_or(0, |span| span.start);
        let line = text.as_bytes().get(..at).map_or(0, |before| before.iter().filter(|byte| **byte == b'\n').count());
        facts.problems.push(format!(
            "line {}: not valid TOML; {} such mistakes were skipped",
            line + 1,
            mistakes.len()
        ));
    }
    if too_deep {
        facts.problems.push(format!("values nested deeper than {DEPTH_LIMIT} levels were not read"));
    }
    strings.sort_unstable_by_key(|span| span.start);
    comments(text, &strings, &mut facts);
    tree::read(&tree, &[root], &mut facts, Dialect::TOML, &Path::default(), depth);
    facts
}

struct Lowering<'a, 'f> {
    text: &'a str,
    facts: &'f mut Facts,
    tree: Tree<'a>,
    /// Where keys and strings stand, quotes included: there is no comment in them.
    strings: Vec<Span>,
    too_deep: bool,
}

impl<'a> Lowering<'a, '_> {
    fn table(&mut self, table: &DeTable<'_>, level: usize) -> NodeId {
        let mut pairs = Vec::new();
        if level <= DEPTH_LIMIT {
            for (key, value) in table.iter() {
                let span = Span::new(key.span().start, key.span().end);
                self.strings.push(span);
                let inner = self.inner(span);
                let range = value.span();
                let node = self.value(value.get_ref(), Span::new(range.start, range.end), level + 1);
                pairs.push(Pair { key: Cow::Owned(key.get_ref().to_string()), key_span: inner, value: node });
            }
        } else {
            self.too_deep |= !table.is_empty();
        }
        // The parser sorts by name.
        pairs.sort_by_key(|pair| pair.key_span.start);
        self.tree.add(Node::Map(pairs))
    }

    fn value(&mut self, value: &DeValue<'_>, span: Span, level: usize) -> NodeId {
        let node = match value {
            DeValue::String(content) => {
                self.strings.push(span);
                let inner = self.inner(span);
                let raw = self.text.get(inner.range()).unwrap_or("");
                Node::Text(if raw == content.as_ref() {
                    Scalar::exact(raw, inner.start as usize)
                } else {
                    Scalar::escaped(content.to_string(), raw, inner.start as usize)
                })
            }
            DeValue::Boolean(value) => Node::Value(self.facts.add(Kind::Boolean(*value), span)),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => {
                Node::Text(Scalar::exact(self.text.get(span.range()).unwrap_or(""), span.start as usize))
            }
            DeValue::Array(items) => {
                if level > DEPTH_LIMIT {
                    self.too_deep |= !items.is_empty();
                    return self.tree.add(Node::List(Vec::new()));
                }
                let items = items
                    .iter()
                    .map(|item| {
                        let range = item.span();
                        self.value(item.get_ref(), Span::new(range.start, range.end), level + 1)
                    })
                    .collect();
                Node::List(items)
            }
            DeValue::Table(table) => return self.table(table, level),
        };
        self.tree.add(node)
    }

    /// The span without its quotes, and without the line end right behind three of them (TOML 1.0, String).
    fn inner(&self, span: Span) -> Span {
        let raw = self.text.get(span.range()).unwrap_or("");
        for quote in ["\"\"\"", "'''", "\"", "'"] {
            if raw.len() >= 2 * quote.len() && raw.starts_with(quote) && raw.ends_with(quote) {
                let start = span.start as usize + quote.len();
                let rest = raw.get(quote.len()..).unwrap_or("");
                let line_end = match quote.len() {
                    3 if rest.starts_with("\r\n") => 2,
                    3 if rest.starts_with('\n') => 1,
                    _ => 0,
                };
                return Span::new(start + line_end, span.end as usize - quote.len());
            }
        }
        span
    }
}

/// Every `#` outside a string begins a comment.
fn comments(text: &str, strings: &[Span], facts: &mut Facts) {
    let mut strings = strings.iter().peekable();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('#')) {
        let mark = at + found;
        while strings.peek().is_some_and(|span| span.end as usize <= mark) {
            strings.next();
        }
        if let Some(span) = strings.peek().filter(|span| (span.start as usize) < mark) {
            at = span.end as usize;
            continue;
        }
        let rest = text.get(mark..).unwrap_or("");
        let line = rest.get(..rest.find('\n').unwrap_or(rest.len())).unwrap_or("");
        facts.comments.push(Span::new(mark, mark + line.trim_end().len()));
        at = mark + line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tree::testing::{comments, shown};

    #[test]
    fn reads_all_kinds_of_strings_and_tables() {
        let text = concat!(
            "# top\r\n",
            "title = \"süß # no comment\" # tail\r\n",
            "[auth.jwt]\r\n",
            "secret = 'literal\\n'\r\n",
            "\"quoted key\" = \"esc\\\"aped\"\r\n",
            "multi = \"\"\"\r\nline one\r\nline two\"\"\"\r\n",
            "inline = { key = \"in\", deep.er = \"er\" }\r\n",
            "list = [\"a\", { secret = \"b\" }]\r\n",
            "expires = 3600\r\n",
            "on = true\r\n",
            "[[clients]]\r\n",
            "secret = \"${CLIENT_SECRET:-dev}\"\r\n",
        );
        let facts = parse(text);
        assert_eq!(facts.problems, Vec::<String>::new());
        for (path, expected) in [
            ("title", "'süß # no comment'"),
            ("auth/jwt/secret", "'literal\\n'"),
            ("auth/jwt/quoted key", "'esc\"aped'@'esc\\\"aped'"),
            ("auth/jwt/inline/key", "'in'"),
            ("auth/jwt/inline/deep/er", "'er'"),
            ("auth/jwt/list/0", "'a'"),
            ("auth/jwt/list/1/secret", "'b'"),
            ("auth/jwt/expires", "'3600'"),
            ("auth/jwt/on", "true"),
            ("clients/0/secret", "env CLIENT_SECRET or 'dev'"),
        ] {
            assert_eq!(shown(text, &facts, path), expected, "{path}");
        }
        assert!(shown(text, &facts, "auth/jwt/multi").starts_with("'line one"));
        assert_eq!(comments(text, &facts), ["# top", "# tail"]);
        let names: Vec<_> = facts.entries.iter().map(|entry| entry.path.join(".")).collect();
        assert_eq!(names.first().map(String::as_str), Some("title"), "source order");
    }

    #[test]
    fn a_mistake_hides_only_its_own_line() {
        let text = "a = \"one\"\nb = = nonsense\nc = \"unclosed\n[t]\njwt_secret = \"found\"\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "a"), "'one'");
        assert_eq!(shown(text, &facts, "t/jwt_secret"), "'found'");
        assert!(facts.problems[0].starts_with("line 2"), "{:?}", facts.problems);
    }
}
