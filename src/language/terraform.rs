//! Terraform and other HCL: `.tf` and `.tfvars`.
//!
//! `hcl-edit` parses the file whole; where it refuses, each top-level block is parsed on its own, and of a block that is
//! refused too the attributes with a plain string are read.

use std::borrow::Cow;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{BlockLabel, Body, Structure};
use hcl_edit::template::{Element, Template};

use crate::facts::{Facts, Kind, Span, ValueId};
use crate::language::Language;
use crate::language::embedded::Cut;
use crate::language::interpolation;
use crate::language::interpolation::Dialect;
use crate::language::tree::{self, DEPTH_LIMIT, Node, NodeId, Pair, Path, Place, Scalar, Tree};

/// Reads a Terraform file. A variable's default and an output's value are entries of the variable and output themselves:
/// `["variable", "jwt_secret"]`.
pub fn parse(text: &str) -> Facts {
    parse_at(text, 0)
}

pub(crate) fn parse_at(text: &str, depth: usize) -> Facts {
    let mut facts = Facts::new(Language::Terraform);
    let outline = Outline::of(text);
    facts.comments = outline.comments.clone();
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if outline.deepest <= NESTING_LIMIT && block(text, bom..text.len(), &mut facts, depth) {
        return facts;
    }
    let mut refused = 0;
    let mut first_line = 0;
    for range in &outline.structures {
        if range.nesting > NESTING_LIMIT || !block(text, range.start..range.end, &mut facts, depth) {
            if refused == 0 {
                let before = text.as_bytes().get(..range.start).unwrap_or(&[]);
                first_line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            }
            refused += 1;
            plain_attributes(text, range.start..range.end, &outline, &mut facts, depth);
        }
    }
    if refused > 0 {
        facts.problems.push(format!(
            "line {first_line}: not valid HCL; of {refused} such blocks only attributes with a plain string were read"
        ));
    }
    facts
}

/// How deep brackets may be nested for the recursive parser to be asked.
const NESTING_LIMIT: usize = 40;

/// How many words in front of a brace are kept as its block's names.
const LABEL_LIMIT: usize = 8;

/// Parses one stretch of the file; `false` if the parser refuses it.
fn block(text: &str, range: Range<usize>, facts: &mut Facts, depth: usize) -> bool {
    let base = range.start;
    let Some(source) = text.get(range) else { return false };
    let Ok(body) = hcl_edit::parser::parse_body(source) else { return false };
    let mut lowering = Lowering { text, base, facts, tree: Tree::default() };
    let root = lowering.body(&body, None, 0);
    let Lowering { tree, .. } = lowering;
    tree::read(&tree, &[root], facts, DIALECT, &Path::default(), depth);
    true
}

/// Texts are lowered with their templates resolved, so what is left in them is text.
const DIALECT: Dialect = Dialect { shell: false, bare: true, spring: false, percent: false };

struct Lowering<'a, 'f> {
    text: &'a str,
    /// Where the parsed stretch begins in the file.
    base: usize,
    facts: &'f mut Facts,
    tree: Tree<'a>,
}

impl<'a> Lowering<'a, '_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        Span::new(self.base + range.start, self.base + range.end)
    }

    /// `owner` is the block whose body it is.
    fn body(&mut self, body: &Body, owner: Option<&str>, level: usize) -> NodeId {
        let mut pairs = Vec::new();
        let mut together = Vec::new();
        for structure in body.iter().filter(|_| level <= DEPTH_LIMIT) {
            match structure {
                Structure::Attribute(attribute) => {
                    let value = self.expression(&attribute.value, level + 1);
                    let key = attribute.key.as_str();
                    if matches!((owner, key), (Some("variable"), "default") | (Some("output"), "value")) {
                        together.push(value);
                        continue;
                    }
                    let key_span = self.span(attribute.key.span());
                    pairs.push(Pair { key: Cow::Owned(key.to_owned()), key_span, value });
                }
                Structure::Block(block) => {
                    let ident = block.ident.as_str();
                    let mut node = self.body(&block.body, Some(ident), level + 1);
                    for label in block.labels.iter().rev() {
                        let (name, span) = match label {
                            BlockLabel::Ident(name) => (name.as_str(), name.span()),
                            BlockLabel::String(name) => (name.as_str(), name.span()),
                        };
                        let span = self.span(span);
                        let quoted = self.text.get(span.range()).is_some_and(|raw| raw.starts_with('"'));
                        let key_span = if quoted {
                            Span::new(span.start as usize + 1, (span.end as usize).saturating_sub(1))
                        } else {
                            span
                        };
                        node = self.tree.add(Node::Map(vec![Pair {
                            key: Cow::Owned(name.to_owned()),
                            key_span,
                            value: node,
                        }]));
                    }
                    let key_span = self.span(block.ident.span());
                    pairs.push(Pair { key: Cow::Owned(ident.to_owned()), key_span, value: node });
                }
            }
        }
        let map = self.tree.add(Node::Map(pairs));
        if together.is_empty() {
            return map;
        }
        together.push(map);
        self.tree.add(Node::Together(together))
    }

    fn expression(&mut self, expression: &Expression, level: usize) -> NodeId {
        let span = self.span(expression.span());
        if level > DEPTH_LIMIT {
            let value = self.facts.add(Kind::Unknown, span);
            return self.tree.add(Node::Value(value));
        }
        let node = match expression {
            Expression::String(content) => Node::Text(self.string(content, span)),
            Expression::Number(_) => {
                Node::Text(Scalar::exact(self.text.get(span.range()).unwrap_or("").trim(), span.start as usize))
            }
            Expression::HeredocTemplate(heredoc) if is_plain(&heredoc.template) => {
                Node::Text(self.heredoc(&heredoc.template, heredoc.indent().is_some()))
            }
            Expression::Array(items) => {
                let items = items.iter().map(|item| self.expression(item, level + 1)).collect();
                Node::List(items)
            }
            Expression::Object(object) => {
                let mut pairs = Vec::new();
                for (key, value) in object.iter() {
                    let (name, span) = self.key(key);
                    let value = self.expression(value.expr(), level + 1);
                    pairs.push(Pair { key: Cow::Owned(name), key_span: span, value });
                }
                Node::Map(pairs)
            }
            Expression::Parenthesis(inner) => return self.expression(inner.inner(), level + 1),
            Expression::FuncCall(call) if is_transparent(call.name.name.as_str()) => {
                let nodes: Vec<NodeId> = call.args.iter().map(|item| self.expression(item, level + 1)).collect();
                match nodes.as_slice() {
                    [only] => return *only,
                    _ => Node::Together(nodes),
                }
            }
            _ => Node::Value(self.value(expression, level)),
        };
        self.tree.add(node)
    }

    fn key(&self, key: &ObjectKey) -> (String, Span) {
        match key {
            ObjectKey::Ident(name) => (name.as_str().to_owned(), self.span(name.span())),
            ObjectKey::Expression(expression) => {
                let span = self.span(expression.span());
                match expression.as_str() {
                    Some(name) => {
                        (name.to_owned(), Span::new(span.start as usize + 1, (span.end as usize).saturating_sub(1)))
                    }
                    None => (self.text.get(span.range()).unwrap_or("").trim().to_owned(), span),
                }
            }
        }
    }

    /// A quoted string; `span` includes the quotes.
    fn string(&self, content: &str, span: Span) -> Scalar<'a> {
        let inner = Span::new(span.start as usize + 1, (span.end as usize).saturating_sub(1));
        let raw = self.text.get(inner.range()).unwrap_or("");
        if raw == content {
            Scalar::exact(raw, inner.start as usize)
        } else {
            Scalar::changed(content.to_owned(), inner)
        }
    }

    /// A here-document without templates, its last line end left out.
    fn heredoc(&self, template: &Template, indented: bool) -> Scalar<'a> {
        let mut content = String::new();
        let mut span: Option<Span> = None;
        for element in template.iter() {
            if let Element::Literal(literal) = element {
                content.push_str(literal.as_str());
                let part = self.span(literal.span());
                span = Some(span.map_or(part, |whole| Span::new(whole.start as usize, part.end as usize)));
            }
        }
        let span = span.unwrap_or_default();
        let raw = self.text.get(span.range()).unwrap_or("");
        let trimmed = raw.trim_end_matches(['\n', '\r']);
        let content = content.trim_end_matches(['\n', '\r']);
        if trimmed == content && !indented {
            return Scalar::exact(trimmed, span.start as usize);
        }
        let start = span.start as usize;
        let lead = if indented { trimmed.len() - trimmed.trim_start().len() } else { 0 };
        // Taking off the indentation leaves the end of every line.
        let mut cut = Cut::default();
        let mut at = start;
        for (raw, kept) in trimmed.split_inclusive('\n').zip(content.split_inclusive('\n')) {
            if raw.ends_with(kept) {
                cut.push(kept, at + raw.len() - kept.len());
            }
            at += raw.len();
        }
        if cut.text == content {
            let span = Span::new(start + lead, start + trimmed.len());
            return Scalar { text: Cow::Owned(cut.text), span, place: Place::Mapped(Cow::Owned(cut.map), 0) };
        }
        Scalar::changed(content.to_owned(), Span::new(start + lead, start + trimmed.len()))
    }

    fn value(&mut self, expression: &Expression, level: usize) -> ValueId {
        let span = self.span(expression.span());
        if level > DEPTH_LIMIT {
            return self.facts.add(Kind::Unknown, span);
        }
        let kind = match expression {
            Expression::Null(_) => Kind::Null,
            Expression::Bool(value) => Kind::Boolean(*value.value()),
            Expression::String(content) => {
                let scalar = self.string(content, span);
                return interpolation::lower(self.facts, &scalar, DIALECT);
            }
            Expression::Number(_) => Kind::Literal(self.text.get(span.range()).unwrap_or("").trim().to_owned()),
            Expression::StringTemplate(template) => return self.template(template, span, level),
            Expression::HeredocTemplate(heredoc) => return self.template(&heredoc.template, span, level),
            Expression::Parenthesis(inner) => return self.value(inner.inner(), level + 1),
            Expression::Conditional(conditional) => {
                let values =
                    [&conditional.true_expr, &conditional.false_expr].map(|branch| self.value(branch, level + 1));
                Kind::Choice(values.to_vec())
            }
            Expression::FuncCall(call) => {
                let name = call.name.name.as_str();
                let arguments = || call.args.iter();
                if matches!(name, "coalesce" | "try" | "lookup") {
                    // `lookup(map, key, default)`: only the default is a value.
                    let skip = if name == "lookup" { 2 } else { 0 };
                    let values: Vec<ValueId> =
                        arguments().skip(skip).map(|argument| self.value(argument, level + 1)).collect();
                    if values.is_empty() { Kind::Unknown } else { Kind::Choice(values) }
                } else if is_transparent(name) {
                    match (arguments().next(), arguments().count()) {
                        (Some(argument), 1) => return self.value(argument, level + 1),
                        _ => Kind::Unknown,
                    }
                } else {
                    Kind::Unknown
                }
            }
            Expression::Traversal(traversal) => match &traversal.expr {
                Expression::Variable(root) => match root.as_str() {
                    "var" | "local" | "each" | "count" | "path" | "self" | "terraform" => Kind::Unknown,
                    // An attribute of a resource or data source: the provider knows it, the file does not.
                    _ if traversal.operators.iter().any(|operator| {
                        matches!(operator.value(), TraversalOperator::GetAttr(_) | TraversalOperator::FullSplat(_))
                    }) =>
                    {
                        Kind::Reference
                    }
                    _ => Kind::Unknown,
                },
                _ => Kind::Unknown,
            },
            Expression::Array(items) => Kind::List(items.iter().map(|item| self.value(item, level + 1)).collect()),
            _ => Kind::Unknown,
        };
        self.facts.add(kind, span)
    }

    fn template(&mut self, template: &Template, span: Span, level: usize) -> ValueId {
        let mut parts = Vec::new();
        for element in template.iter() {
            let part = match element {
                Element::Literal(literal) => {
                    let at = self.span(literal.span());
                    self.facts.add(Kind::Literal(literal.as_str().to_owned()), at)
                }
                Element::Interpolation(interpolation) => self.value(&interpolation.expr, level + 1),
                Element::Directive(_) => {
                    let at = self.span(element.span());
                    self.facts.add(Kind::Unknown, at)
                }
            };
            parts.push(part);
        }
        match parts.as_slice() {
            [only] => *only,
            _ => self.facts.add(Kind::Concat(parts), span),
        }
    }
}

/// Whether a template has no look-ups.
fn is_plain(template: &Template) -> bool {
    template.iter().all(|element| matches!(element, Element::Literal(_)))
}

/// Functions whose result holds their arguments' values as they are (or in another spelling).
fn is_transparent(name: &str) -> bool {
    matches!(
        name,
        "jsonencode"
            | "yamlencode"
            | "base64encode"
            | "sensitive"
            | "nonsensitive"
            | "tostring"
            | "tomap"
            | "tolist"
            | "toset"
            | "trimspace"
            | "chomp"
            | "merge"
            | "concat"
            | "flatten"
    )
}

/// A top-level attribute or block: its bytes, and how deep brackets nest in it.
struct Stretch {
    start: usize,
    end: usize,
    nesting: usize,
}

/// A token that matters for reading around mistakes.
enum Piece {
    Open(usize),
    Close(usize),
    /// A quoted string: the text between the quotes, and whether it has a template or escape in it.
    Text(Range<usize>, bool),
    Word(Range<usize>),
    Equals(usize),
    LineEnd(usize),
}

impl Piece {
    fn offset(&self) -> usize {
        match self {
            Piece::Open(at) | Piece::Close(at) | Piece::Equals(at) | Piece::LineEnd(at) => *at,
            Piece::Text(inner, _) | Piece::Word(inner) => inner.start,
        }
    }
}

/// What one pass over the characters tells, whatever the file's mistakes.
#[derive(Default)]
struct Outline {
    comments: Vec<Span>,
    structures: Vec<Stretch>,
    pieces: Vec<Piece>,
    deepest: usize,
}

impl Outline {
    fn of(text: &str) -> Outline {
        let bytes = text.as_bytes();
        let mut outline = Outline::default();
        let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut depth = 0usize;
        let mut nesting = 0usize;
        let mut start: Option<usize> = None;
        while let Some(byte) = bytes.get(at) {
            let here = at;
            match byte {
                b'#' => at = outline.comment(text, at),
                b'/' if bytes.get(at + 1) == Some(&b'/') => at = outline.comment(text, at),
                b'/' if bytes.get(at + 1) == Some(&b'*') => {
                    let end =
                        text.get(at + 2..).and_then(|rest| rest.find("*/")).map_or(text.len(), |end| at + 2 + end + 2);
                    outline.comments.push(Span::new(at, end));
                    at = end;
                }
                b'"' => {
                    start.get_or_insert(here);
                    let (end, inner, plain, deep) = quoted(bytes, at);
                    nesting = nesting.max(depth + deep);
                    outline.pieces.push(Piece::Text(inner, !plain));
                    at = end;
                }
                b'<' if bytes.get(at + 1) == Some(&b'<') => {
                    at = heredoc_end(text, at).unwrap_or(at + 2);
                }
                b'{' | b'[' | b'(' => {
                    start.get_or_insert(here);
                    depth += 1;
                    nesting = nesting.max(depth);
                    outline.pieces.push(Piece::Open(here));
                    at += 1;
                }
                b'}' | b']' | b')' => {
                    depth = depth.saturating_sub(1);
                    outline.pieces.push(Piece::Close(here));
                    at += 1;
                }
                b'\n' => {
                    if depth == 0 {
                        outline.structure(&mut start, at, &mut nesting);
                    }
                    outline.pieces.push(Piece::LineEnd(here));
                    at += 1;
                }
                b'=' => {
                    outline.pieces.push(Piece::Equals(here));
                    at += 1;
                }
                byte if byte.is_ascii_alphanumeric() || *byte == b'_' => {
                    start.get_or_insert(here);
                    while bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
                        at += 1;
                    }
                    outline.pieces.push(Piece::Word(here..at));
                }
                byte => {
                    if !byte.is_ascii_whitespace() {
                        start.get_or_insert(here);
                    }
                    at += 1;
                }
            }
        }
        outline.structure(&mut start, text.len(), &mut nesting);
        outline
    }

    fn structure(&mut self, start: &mut Option<usize>, end: usize, nesting: &mut usize) {
        if let Some(start) = start.take() {
            self.structures.push(Stretch { start, end, nesting: *nesting });
        }
        self.deepest = self.deepest.max(*nesting);
        *nesting = 0;
    }

    fn comment(&mut self, text: &str, at: usize) -> usize {
        let rest = text.get(at..).unwrap_or("");
        let line = rest.get(..rest.find('\n').unwrap_or(rest.len())).unwrap_or("");
        self.comments.push(Span::new(at, at + line.trim_end().len()));
        at + line.len().max(1)
    }
}

/// The string whose opening quote stands at `at`: where it ends, the text between the quotes, whether it is plain, and
/// how deep templates nest in it. A string ends with its line if it is not closed.
fn quoted(bytes: &[u8], at: usize) -> (usize, Range<usize>, bool, usize) {
    let mut plain = true;
    let mut deepest = 0;
    // Templates hold expressions, which hold strings again: a string is a `true`, a brace a `false`.
    let mut open = vec![true];
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        let in_string = open.last().copied().unwrap_or(true);
        match byte {
            b'\n' => break,
            b'\\' if in_string => {
                plain = false;
                end += 1;
            }
            b'"' if in_string => {
                open.pop();
                if open.is_empty() {
                    return (end + 1, at + 1..end, plain, deepest);
                }
            }
            b'"' => open.push(true),
            b'$' | b'%' if in_string && bytes.get(end + 1) == Some(byte) => {
                plain = false;
                end += 1;
            }
            b'$' | b'%' if in_string && bytes.get(end + 1) == Some(&b'{') => {
                plain = false;
                open.push(false);
                end += 1;
            }
            b'{' | b'(' | b'[' if !in_string => open.push(false),
            b'}' | b')' | b']' if !in_string => {
                open.pop();
            }
            _ => {}
        }
        deepest = deepest.max(open.len());
        end += 1;
    }
    let end = end.min(bytes.len());
    (end, at + 1..end.max(at + 1), plain, deepest)
}

/// Where the here-document that begins with `<<` at `at` ends; `None` if it is none.
fn heredoc_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at + 2..)?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    let delimiter = rest.get(..length).filter(|delimiter| !delimiter.is_empty())?;
    let mut at = text.len() - rest.len();
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        if number > 0 && line.trim() == delimiter {
            return Some(at + line.trim_end_matches(['\n', '\r']).len());
        }
        at += line.len();
    }
    Some(text.len())
}

/// Reads `name = "text"` from a stretch the parser refuses, and the names of the blocks around it.
fn plain_attributes(text: &str, range: Range<usize>, outline: &Outline, facts: &mut Facts, depth: usize) {
    // Names of the blocks that are open; a bracket without a name is one too.
    let mut path: Vec<Vec<String>> = Vec::new();
    let mut unnamed = 0usize;
    let mut words: Vec<String> = Vec::new();
    let mut key: Option<Span> = None;
    let mut equals = false;
    let first = outline.pieces.partition_point(|piece| piece.offset() < range.start);
    for piece in outline.pieces.get(first..).unwrap_or(&[]) {
        if piece.offset() >= range.end {
            break;
        }
        match piece {
            Piece::Word(word) => {
                if !equals && words.len() < LABEL_LIMIT {
                    key = Some(Span::new(word.start, word.end));
                    words.push(text.get(word.clone()).unwrap_or("").to_owned());
                }
            }
            Piece::Equals(_) => equals = true,
            Piece::Text(inner, _) if !equals => {
                if words.len() < LABEL_LIMIT {
                    words.push(text.get(inner.clone()).unwrap_or("").to_owned());
                }
            }
            Piece::Text(inner, changed) => {
                if let (Some(key_span), Some(content)) = (key, text.get(inner.clone())) {
                    let mut names: Vec<String> = path.iter().flatten().cloned().collect();
                    let name = text.get(key_span.range()).unwrap_or("").to_owned();
                    let about = path.first().and_then(|names| names.first()).map(String::as_str);
                    if !matches!((about, name.as_str()), (Some("variable"), "default") | (Some("output"), "value")) {
                        names.push(name);
                    }
                    let mut tree = Tree::default();
                    let node = if *changed {
                        let span = Span::new(inner.start, inner.end);
                        Node::Value(facts.add(Kind::Unknown, span))
                    } else {
                        Node::Text(Scalar::exact(content, inner.start))
                    };
                    let last = names.pop().unwrap_or_default();
                    let leaf = tree.add(node);
                    let root = tree.add(Node::Map(vec![Pair { key: Cow::Owned(last), key_span, value: leaf }]));
                    tree::read(&tree, &[root], facts, DIALECT, &Path::of(&names), depth);
                }
                key = None;
                equals = false;
                words.clear();
            }
            Piece::Open(_) => {
                if path.len() < DEPTH_LIMIT {
                    path.push(std::mem::take(&mut words));
                } else {
                    unnamed += 1;
                }
                key = None;
                equals = false;
                words.clear();
            }
            Piece::Close(_) => {
                if unnamed > 0 {
                    unnamed -= 1;
                } else {
                    path.pop();
                }
                words.clear();
            }
            Piece::LineEnd(_) => {
                words.clear();
                key = None;
                equals = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tree::testing::{comments, shown};

    const MAIN: &str = concat!(
        "# main\n",
        "variable \"jwt_secret\" {\n  type    = string // kind\n  default = \"dev-secret\"\n}\n",
        "locals {\n  token_key = \"über-${var.env}-key\"\n  other = var.jwt_secret\n}\n",
        "resource \"aws_lambda_function\" \"api\" {\n",
        "  environment {\n    variables = {\n      JWT_SECRET = \"in-lambda\"\n      \"QUOTED\" = \"q\\\"uote\"\n      GEN = random_password.jwt.result\n",
        "      DATA = data.aws_ssm_parameter.x.value\n      COND = var.prod ? \"p\" : \"d\"\n      CO = coalesce(var.x, \"lit\")\n    }\n  }\n}\n",
        "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([\n    { name = \"app\", environment = [\n      { name = \"JWT_SECRET\", value = \"in-ecs\" }\n    ] }\n  ])\n}\n",
        "resource \"google_cloud_run_service\" \"r\" {\n  env {\n    name  = \"JWT_KEY\"\n    value = \"in-run\"\n  }\n}\n",
        "resource \"helm_release\" \"h\" {\n  set {\n    name  = \"auth.jwtSecret\"\n    value = sensitive(\"in-helm\")\n  }\n}\n",
        "output \"o\" {\n  value = \"out\"\n}\n",
        "/* block */\n",
    );

    #[test]
    fn reads_variables_blocks_objects_and_calls() {
        let facts = parse(MAIN);
        assert_eq!(facts.problems, Vec::<String>::new());
        for (path, expected) in [
            ("variable/jwt_secret", "'dev-secret'"),
            ("locals/token_key", "concat ['über-', unknown, '-key']"),
            ("locals/other", "unknown"),
            ("resource/aws_lambda_function/api/environment/variables/JWT_SECRET", "'in-lambda'"),
            ("resource/aws_lambda_function/api/environment/variables/QUOTED", "'q\"uote'@'q\\\"uote'"),
            ("resource/aws_lambda_function/api/environment/variables/GEN", "reference"),
            ("resource/aws_lambda_function/api/environment/variables/DATA", "reference"),
            ("resource/aws_lambda_function/api/environment/variables/COND", "choice ['p', 'd']"),
            ("resource/aws_lambda_function/api/environment/variables/CO", "choice [unknown, 'lit']"),
            ("resource/aws_ecs_task_definition/t/container_definitions/0/environment/0/JWT_SECRET", "'in-ecs'"),
            ("resource/google_cloud_run_service/r/env/JWT_KEY", "'in-run'"),
            ("resource/helm_release/h/set/auth.jwtSecret", "'in-helm'"),
            ("output/o", "'out'"),
        ] {
            assert_eq!(shown(MAIN, &facts, path), expected, "{path}");
        }
        assert_eq!(comments(MAIN, &facts), ["# main", "// kind", "/* block */"]);
    }

    #[test]
    fn reads_variable_files_with_crlf_and_here_documents() {
        let text = "\u{feff}jwt_secret = \"geheim☃\"\r\nkeys = { a = \"one\" }\r\npem = <<EOT\r\n-----BEGIN-----\r\n-----END-----\r\nEOT\r\n";
        let facts = parse(text);
        assert_eq!(facts.problems, Vec::<String>::new());
        assert_eq!(shown(text, &facts, "jwt_secret"), "'geheim☃'");
        assert_eq!(shown(text, &facts, "keys/a"), "'one'");
        assert!(shown(text, &facts, "pem").contains("-----BEGIN-----"));
    }

    #[test]
    fn a_refused_block_hides_no_other_and_gives_its_plain_strings() {
        let text = "variable \"a\" {\n  default = \"one\"\n}\nresource \"x\" \"y\" {\n  secret = \"two\"\n  broken = = 1\n}\nvariable \"b\" {\n  default = \"three\"\n}\ntwice = \"1\"\ntwice = \"2\"\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "variable/a"), "'one'");
        assert_eq!(shown(text, &facts, "resource/x/y/secret"), "'two'");
        assert_eq!(shown(text, &facts, "variable/b"), "'three'");
        assert_eq!(crate::language::tree::testing::values(&facts, "twice").len(), 2);
        assert!(facts.problems[0].starts_with("line 4"), "{:?}", facts.problems);
    }
}
