//! JSON as configuration files have it: with comments, trailing commas, single quotes and several documents in a file.
//!
//! The tokens come from `jsonc-parser`; they are put together here without recursion and without giving up at the first
//! mistake, so that depth costs no stack and a broken file is read as far as it can be.

use std::borrow::Cow;

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use crate::facts::{Facts, Kind, Span};
use crate::language::Language;
use crate::language::interpolation::Dialect;
use crate::language::tree::{self, Node, NodeId, Pair, Path, Scalar, Tree};

/// How many mistakes are worked around before the rest is read line by line. Each can cost a look at the whole rest.
const MISTAKE_LIMIT: usize = 64;

/// Reads a JSON file.
pub fn parse(text: &str) -> Facts {
    parse_at(text, 0)
}

pub(crate) fn parse_at(text: &str, depth: usize) -> Facts {
    let mut facts = Facts::new(Language::Json);
    let mut builder = Builder { text, tree: Tree::default(), roots: Vec::new(), stack: Vec::new(), mistakes: 0 };
    let rest = builder.tokens(&mut facts);
    if !builder.stack.is_empty() && builder.mistakes == 0 {
        facts.problems.push("the file ends inside an object or list".to_owned());
    }
    let Builder { tree, roots, .. } = builder;
    tree::read(&tree, &roots, &mut facts, Dialect::JSON, &Path::default(), depth);
    if let Some(from) = rest {
        lines(text, from, &mut facts, depth);
    }
    facts
}

/// An object or list that is not closed yet.
struct Open<'a> {
    node: NodeId,
    map: bool,
    /// The key whose value comes next.
    key: Option<(Cow<'a, str>, Span)>,
    /// Whether the colon behind the key was there.
    colon: bool,
}

struct Builder<'a> {
    text: &'a str,
    tree: Tree<'a>,
    roots: Vec<NodeId>,
    stack: Vec<Open<'a>>,
    mistakes: usize,
}

impl<'a> Builder<'a> {
    /// Reads all tokens. Returns the offset where it gave up, if it did.
    fn tokens(&mut self, facts: &mut Facts) -> Option<usize> {
        let text = self.text;
        let options = ScannerOptions::default();
        let mut base = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        loop {
            let rest = text.get(base..)?;
            let mut scanner = Scanner::new(rest, &options);
            let failed_at = loop {
                match scanner.scan() {
                    Ok(None) => return None,
                    Ok(Some(token)) => {
                        let span = base + scanner.token_start()..base + scanner.token_end();
                        if matches!(token, Token::String(_)) && self.runs_over(span.start, span.end) {
                            break span.start;
                        }
                        self.token(facts, token, span.start, span.end);
                    }
                    Err(_) => break base + scanner.token_start(),
                }
            };
            if self.mistakes >= MISTAKE_LIMIT {
                return Some(failed_at);
            }
            base = self.recover(facts, failed_at);
        }
    }

    /// Whether a string goes over the end of its line and then on to the opening quote of another: it is not closed.
    fn runs_over(&self, start: usize, end: usize) -> bool {
        self.text.get(start..end).is_some_and(|raw| raw.contains('\n'))
            && self.text.get(end..).is_some_and(|rest| {
                let rest = rest.trim_start();
                !(rest.is_empty() || rest.starts_with([',', '}', ']', ':', '/']))
            })
    }

    /// Reads what stands at `at` without the scanner and returns where to go on.
    fn recover(&mut self, facts: &mut Facts, at: usize) -> usize {
        let text = self.text;
        let rest = text.get(at..).unwrap_or("");
        let Some(first) = rest.chars().next() else { return text.len() };
        let line = rest.find('\n').unwrap_or(rest.len());
        if matches!(first, '"' | '\'') {
            let mut end = None;
            let mut escaped = false;
            for (offset, byte) in rest.bytes().enumerate().take(line).skip(1) {
                if !escaped && byte == first as u8 {
                    end = Some(offset);
                    break;
                }
                escaped = !escaped && byte == b'\\';
            }
            let problem = if end.is_some() { "a string has an invalid escape" } else { "a string is not closed" };
            self.mistake(facts, at, problem);
            let stop = end.unwrap_or_else(|| rest.get(..line).map_or(line, |line| line.trim_end().len()).max(1));
            if let Some(content) = text.get(at + 1..at + stop) {
                self.string(content, Scalar::exact(content, at + 1));
            }
            return at + end.map_or(stop, |end| end + 1);
        }
        if rest.starts_with("/*") {
            self.mistake(facts, at, "a comment is not closed");
            facts.comments.push(Span::new(at, text.len()));
            return text.len();
        }
        self.mistake(facts, at, "unexpected character");
        // A run of the same mistake is one mistake.
        let strange =
            |character: char| !matches!(character, '{' | '}' | '[' | ']' | ',' | ':' | '"' | '\'' | '\n' | '/');
        let run =
            rest.char_indices().skip(1).find(|(_, character)| !strange(*character)).map_or(rest.len(), |(end, _)| end);
        at + run.max(first.len_utf8())
    }

    fn mistake(&mut self, facts: &mut Facts, at: usize, problem: &str) {
        if self.mistakes == 0 {
            let line =
                self.text.as_bytes().get(..at).map_or(0, |before| before.iter().filter(|b| **b == b'\n').count());
            facts.problems.push(format!("line {}: {problem}", line + 1));
        }
        self.mistakes += 1;
    }

    fn token(&mut self, facts: &mut Facts, token: Token<'a>, start: usize, end: usize) {
        let span = Span::new(start, end);
        match token {
            Token::OpenBrace => self.open(true),
            Token::OpenBracket => self.open(false),
            Token::CloseBrace | Token::CloseBracket => {
                let map = token == Token::CloseBrace;
                match self.stack.last() {
                    Some(open) if open.map == map => {
                        self.stack.pop();
                    }
                    _ => self.mistake(facts, start, "unexpected closing bracket"),
                }
            }
            Token::Comma => {
                if let Some(open) = self.stack.last_mut() {
                    let dangling = open.key.take().is_some();
                    open.colon = false;
                    if dangling {
                        self.mistake(facts, start, "a key has no value");
                    }
                }
            }
            Token::Colon => match self.stack.last_mut() {
                Some(open) if open.map && open.key.is_some() && !open.colon => open.colon = true,
                _ => self.mistake(facts, start, "unexpected `:`"),
            },
            Token::String(content) => {
                let inner = Span::new(start + 1, end - 1);
                let raw = self.text.get(inner.range()).unwrap_or("");
                let scalar = if raw == content {
                    Scalar::exact(raw, start + 1)
                } else {
                    Scalar::escaped(content.clone(), raw, start + 1)
                };
                self.string(content, scalar);
            }
            Token::Word(word) => {
                let at_key = self.stack.last().is_some_and(|open| open.map && open.key.is_none());
                if !at_key {
                    self.mistake(facts, start, "a value has no quotes");
                }
                self.string(word, Scalar::exact(word, start));
            }
            Token::Number(number) => self.string(number, Scalar::exact(number, start)),
            Token::Boolean(value) => self.constant(facts, Kind::Boolean(value), span),
            Token::Null => self.constant(facts, Kind::Null, span),
            Token::CommentLine(_) | Token::CommentBlock(_) => facts.comments.push(span),
        }
    }

    fn constant(&mut self, facts: &mut Facts, kind: Kind, span: Span) {
        let word = self.text.get(span.range()).unwrap_or("");
        if self.stack.last().is_some_and(|open| open.map && open.key.is_none()) {
            self.string(word, Scalar::exact(word, span.start as usize));
        } else {
            let value = facts.add(kind, span);
            let node = self.tree.add(Node::Value(value));
            self.attach(node);
        }
    }

    /// A string is a key where one is due, else a value.
    fn string(&mut self, content: impl Into<Cow<'a, str>>, scalar: Scalar<'a>) {
        if let Some(open) = self.stack.last_mut()
            && open.map
            && !open.colon
        {
            open.key = Some((content.into(), scalar.span));
            return;
        }
        let node = self.tree.add(Node::Text(scalar));
        self.attach(node);
    }

    fn open(&mut self, map: bool) {
        let node = self.tree.add(if map { Node::Map(Vec::new()) } else { Node::List(Vec::new()) });
        self.attach(node);
        self.stack.push(Open { node, map, key: None, colon: false });
    }

    fn attach(&mut self, node: NodeId) {
        let Some(open) = self.stack.last_mut() else {
            self.roots.push(node);
            return;
        };
        open.colon = false;
        if open.map {
            let (key, key_span) = open.key.take().unwrap_or_default();
            if let Some(pairs) = self.tree.map_mut(open.node) {
                pairs.push(Pair { key, key_span, value: node });
            }
        } else if let Some(items) = self.tree.list_mut(open.node) {
            items.push(node);
        }
    }
}

/// Reads `"key": "value"` wherever it stands on a line, for the rest of a file that is too broken to be read as a whole.
fn lines(text: &str, from: usize, facts: &mut Facts, depth: usize) {
    facts.problems.push("the rest of the file was read line by line".to_owned());
    let mut offset = from;
    for line in text.get(from..).unwrap_or("").split_inclusive('\n') {
        let mut tree = Tree::default();
        let mut pairs = Vec::new();
        // Every quoted text, as its range in the line.
        let mut quoted: Vec<(usize, usize)> = Vec::new();
        let mut open = None;
        let mut escaped = false;
        for (at, byte) in line.bytes().enumerate() {
            match (byte, open) {
                (b'"', None) => open = Some(at + 1),
                (b'"', Some(start)) if !escaped => {
                    quoted.push((start, at));
                    open = None;
                }
                _ => {}
            }
            escaped = byte == b'\\' && !escaped;
        }
        for pair in quoted.windows(2) {
            let [key, value] = pair else { continue };
            let between = line.get(key.1 + 1..value.0 - 1).unwrap_or("");
            if between.trim() != ":" {
                continue;
            }
            if let (Some(name), Some(content)) = (line.get(key.0..key.1), line.get(value.0..value.1)) {
                let value = tree.add(Node::Text(Scalar::exact(content, offset + value.0)));
                let key_span = Span::new(offset + key.0, offset + key.1);
                pairs.push(Pair { key: Cow::Borrowed(name), key_span, value });
            }
        }
        if !pairs.is_empty() {
            let root = tree.add(Node::Map(pairs));
            tree::read(&tree, &[root], facts, Dialect::JSON, &Path::default(), depth);
        }
        offset += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tree::testing::{comments, shown};

    #[test]
    fn parts_of_a_string_with_escapes_keep_their_places() {
        let text = r#"{"scripts": {"dev": "echo \"caf\u00e9\" && JWT_SECRET=\"two words\" KEY=\u00e9t\u00e9 node app.js"}, "name": "a"}"#;
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "scripts/dev/JWT_SECRET"), "'two words'");
        assert_eq!(shown(text, &facts, "scripts/dev/KEY"), r"'été'@'\u00e9t\u00e9'");
        let text = r#"{"env": {"JWT": "{\"key\": \"inner\"}"}}"#;
        assert_eq!(shown(text, &parse(text), "env/JWT/key"), "'inner'");
    }

    #[test]
    fn reads_json_with_comments_and_trailing_commas() {
        let text = "\u{feff}{\r\n  // appsettings\r\n  \"Jwt\": { \"Key\": \"geheim-☃\", \"Issuer\": \"a\\\"b\", },\r\n  /* b */ \"list\": [ \"x\", { \"k\": 1.50 } ],\r\n  unquoted: 'single', \"no\": null, \"yes\": true\r\n}\r\n";
        let facts = parse(text);
        assert_eq!(facts.problems, Vec::<String>::new());
        for (path, expected) in [
            ("Jwt/Key", "'geheim-☃'"),
            ("Jwt/Issuer", "'a\"b'@'a\\\"b'"),
            ("list/0", "'x'"),
            ("list/1/k", "'1.50'"),
            ("unquoted", "'single'"),
            ("no", "null"),
            ("yes", "true"),
        ] {
            assert_eq!(shown(text, &facts, path), expected, "{path}");
        }
        assert_eq!(comments(text, &facts), ["// appsettings", "/* b */"]);
        let key = facts.entries.iter().find(|entry| entry.path == ["Jwt", "Key"]).unwrap();
        assert_eq!(&text[key.key_span.range()], "Key");
    }

    #[test]
    fn names_and_values_of_task_definitions_and_references() {
        let text = r#"{"containerDefinitions":[{"environment":[{"name":"JWT_SECRET","value":"hunter2"},
            {"name":"OTHER","valueFrom":"arn:aws:ssm:eu-west-1:1:parameter/x"}]}],
            "Secret": {"Ref": "JwtSecret"}, "Url": "${JWT_URL:-http://x}", "R": "{{resolve:secretsmanager:a:SecretString:b}}"}"#;
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "containerDefinitions/0/environment/0/JWT_SECRET"), "'hunter2'");
        assert_eq!(shown(text, &facts, "containerDefinitions/0/environment/1/OTHER"), "reference");
        assert_eq!(shown(text, &facts, "Secret"), "reference");
        assert_eq!(shown(text, &facts, "Url"), "env JWT_URL or 'http://x'");
        assert_eq!(shown(text, &facts, "R"), "reference");
    }

    #[test]
    fn json_inside_a_string_is_read_where_it_stands() {
        let text = r#"{"HASURA": "{\"type\":\"HS256\",\"key\":\"abc\"}", "plain": "{'key': 'def'}"}"#;
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "HASURA/key"), "'abc'");
        assert_eq!(shown(text, &facts, "plain/key"), "'def'");
    }

    #[test]
    fn broken_json_is_read_around_the_mistakes() {
        let text = "{\n  \"a\": \"one\",\n  \"b\": {{ .Values.x }},\n  \"c\": \"unclosed\n  \"d\": \"four\"\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "a"), "'one'");
        assert_eq!(shown(text, &facts, "c"), "'unclosed'");
        assert_eq!(shown(text, &facts, "d"), "'four'");
        assert!(facts.problems[0].starts_with("line 3"), "{:?}", facts.problems);
    }

    #[test]
    fn a_hopeless_file_is_read_line_by_line() {
        let mut text = "@\n".repeat(200);
        text.push_str("  \"jwt_secret\": \"found-me\",\n");
        let facts = parse(&text);
        assert_eq!(shown(&text, &facts, "jwt_secret"), "'found-me'");
        assert!(facts.problems.iter().any(|problem| problem.contains("line by line")));
    }

    #[test]
    fn several_documents_are_all_read() {
        let text = "{\"a\":\"1\"}\n{\"b\":\"2\"}\n";
        let facts = parse(text);
        assert_eq!((shown(text, &facts, "a"), shown(text, &facts, "b")), ("'1'".into(), "'2'".into()));
    }
}
