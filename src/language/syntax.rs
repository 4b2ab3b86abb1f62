//! Source code parsed with a tree-sitter grammar, within limits.
//!
//! tree-sitter recovers from whatever it cannot read, so that half-written files are read as far as they go. What it is
//! not given is endless time.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};
use tree_sitter_language::LanguageFn;

use crate::facts::Span;

/// How long a file may take to parse. Real code takes a second for each 5 to 10 MB; what takes longer is no code.
const PATIENCE: Duration = Duration::from_secs(4);

/// Parses a text.
///
/// # Errors
/// A text that takes too long, or a grammar that the library does not take; in words for a person.
pub fn parse(text: &str, grammar: LanguageFn) -> Result<Tree, String> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.into()).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let mut patience = |_: &ParseState| match started.elapsed() < PATIENCE {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let options = ParseOptions::new().progress_callback(&mut patience);
    let bytes = text.as_bytes();
    let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
    tree.ok_or_else(|| format!("given up on after {} seconds of parsing", PATIENCE.as_secs()))
}

/// Where the comments of a tree stand, and how many bytes of the text the grammar made nothing of.
pub fn comments_and_errors(tree: &Tree) -> (Vec<Span>, usize) {
    let mut comments = Vec::new();
    let mut lost = 0;
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let comment = node.kind().contains("comment") && node.is_named();
        if comment {
            comments.push(span(node));
        } else if node.is_error() {
            lost += node.byte_range().len();
        }
        // What stands in an error is read, but it is lost as a whole.
        if !(comment || node.is_error()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return (comments, lost);
            }
        }
    }
}

/// The bodies of here-documents, by where the nodes begin that announce them. They follow in the same order.
pub fn heredocs(root: Node) -> FxHashMap<usize, Node> {
    let mut announced = VecDeque::new();
    let mut bodies = FxHashMap::default();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        match node.kind() {
            "heredoc_beginning" => announced.push_back(node.start_byte()),
            "heredoc_body" => {
                if let Some(at) = announced.pop_front() {
                    bodies.insert(at, node);
                }
            }
            _ => {}
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return bodies;
            }
        }
    }
}

/// Where a node stands.
pub fn span(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// The named children of a node without comments.
pub fn children(node: Node) -> Vec<Node> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.kind().contains("comment")).collect()
}

/// The first named child of one of these kinds.
pub fn child<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    children(node).into_iter().find(|child| kinds.contains(&child.kind()))
}

/// The children in a field.
pub fn fields<'t>(node: Node<'t>, name: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor).collect()
}

/// The operands of a chain of the same binary operator, `a + b + c`, in order. Such chains nest to the left, as deep as
/// they are long.
pub fn operands<'t>(node: Node<'t>, text: &str, operator: &str) -> Vec<Node<'t>> {
    let kind = node.kind();
    let mut operands = Vec::new();
    let mut node = node;
    loop {
        let is_chain = node.kind() == kind
            && node.child_by_field_name("operator").is_some_and(|sign| text.get(sign.byte_range()) == Some(operator));
        let sides = (node.child_by_field_name("left"), node.child_by_field_name("right"));
        let (true, (Some(left), Some(right))) = (is_chain, sides) else { break };
        operands.push(right);
        node = left;
    }
    operands.push(node);
    operands.reverse();
    operands
}

/// The text of a string in which backslashes escape.
pub fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escaped) = rest.chars().next() else {
            text.push('\\');
            break;
        };
        rest = &rest[escaped.len_utf8()..];
        let digits = match escaped {
            'x' => number(rest, 2),
            'u' => number(rest, 4),
            'U' => number(rest, 8),
            _ => None,
        };
        match (escaped, digits) {
            (_, Some((character, length))) => {
                text.push(character);
                rest = &rest[length..];
            }
            ('n', _) => text.push('\n'),
            ('r', _) => text.push('\r'),
            ('t', _) => text.push('\t'),
            ('0', _) => text.push('\0'),
            // The line goes on.
            ('\n', _) => {}
            ('\\' | '"' | '\'' | '`' | '$' | '#' | '/' | '{' | '}', _) => text.push(escaped),
            _ => {
                text.push('\\');
                text.push(escaped);
            }
        }
    }
    text.push_str(rest);
    text
}

/// The character that hexadecimal digits, bare or in braces, stand for, and how long they are.
fn number(rest: &str, digits: usize) -> Option<(char, usize)> {
    let (code, length) = match rest.strip_prefix('{') {
        Some(inner) => {
            let end = inner.find('}')?;
            (inner.get(..end)?, end + 2)
        }
        None => (rest.get(..digits)?, digits),
    };
    if code.len() > 8 || !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(unescape(r#"a\n\"b\" \x41\u0042\u{43}\\"#), "a\n\"b\" ABC\\");
        assert_eq!(unescape(r"\d \u12 \"), r"\d \u12 \");
        assert_eq!(unescape("é\\é"), "é\\é");
    }

    #[test]
    fn a_chain_of_operators_is_flat() {
        let text = "a + b + c * d";
        let tree = parse(text, tree_sitter_python::LANGUAGE).unwrap();
        let binary = tree.root_node().named_child(0).and_then(|statement| statement.named_child(0)).unwrap();
        let operands = operands(binary, text, "+");
        assert_eq!(operands.iter().map(|node| &text[node.byte_range()]).collect::<Vec<_>>(), ["a", "b", "c * d"]);
    }

    #[test]
    fn comments_and_what_is_lost_are_told() {
        let tree = parse("x = 1 # one\n", tree_sitter_python::LANGUAGE).unwrap();
        assert_eq!(comments_and_errors(&tree), (vec![Span::new(6, 11)], 0));
        let tree = parse("x = 1\n)]}}", tree_sitter_python::LANGUAGE).unwrap();
        assert!(comments_and_errors(&tree).1 > 0);
    }
}
