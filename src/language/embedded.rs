//! Text that stands inside another file: a code block in Markdown, a script in a component, a whole configuration file
//! in a block scalar. It is cut out, read by its own front-end, and its spans are mapped back to the file it stands in.

use std::path::Path;

use crate::facts::{Argument, BindingId, ClassId, Facts, FunctionId, Kind, Property, Span, ValueId};
use crate::language::{Language, dockerfile, dotenv, json, properties, terraform, toml, yaml};

/// How deep configuration may stand inside configuration (JSON in a value of a file in a block scalar is two deep).
pub(crate) const EMBEDDING_LIMIT: usize = 3;

/// One run of bytes that stands in both texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    /// Byte offset in the cut-out text.
    generated: usize,
    /// Byte offset in the file.
    original: usize,
    /// Length in the cut-out text, bytes.
    length: usize,
    /// Length in the file, bytes. Where it differs from `length` only the piece's ends can be told.
    original_length: usize,
}

impl Piece {
    fn start(&self, offset: usize) -> usize {
        if self.length == self.original_length { self.original + (offset - self.generated) } else { self.original }
    }

    fn end(&self, offset: usize) -> usize {
        if self.length == self.original_length {
            self.original + (offset - self.generated)
        } else {
            self.original + self.original_length
        }
    }
}

/// Where each byte of a cut-out text stands in the file it was cut from. Offsets are bytes in both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetMap {
    pieces: Vec<Piece>,
}

impl OffsetMap {
    /// The map of a text that stands in one piece, `length` bytes long, at byte `original` of the file.
    pub fn shifted(original: usize, length: usize) -> Self {
        OffsetMap { pieces: vec![Piece { generated: 0, original, length, original_length: length }] }
    }

    /// The file's span of a span of the cut-out text. A span that begins or ends inside text that was written
    /// differently in the file is widened to the whole of that text.
    pub fn span(&self, span: Span) -> Span {
        let (start, end) = (span.start as usize, span.end as usize);
        let Some(first) = self.piece_from(start).or(self.pieces.last()) else {
            return Span::default();
        };
        if start >= end {
            // An empty span at the end of a line belongs to that line, not to the next one's indentation.
            let before = self.pieces.partition_point(|piece| piece.generated < start).checked_sub(1);
            let offset = match before.and_then(|index| self.pieces.get(index)) {
                Some(piece) => piece.end(start.min(piece.generated + piece.length)),
                None => first.original,
            };
            return Span::new(offset, offset);
        }
        let start = first.start(start.clamp(first.generated, first.generated + first.length));
        let end = match self.piece_from(end - 1).or(self.pieces.last()) {
            Some(last) => last.end(end.clamp(last.generated, last.generated + last.length)),
            None => start,
        };
        Span::new(start, end)
    }

    /// The piece that holds the byte at `offset`, or the first behind it.
    fn piece_from(&self, offset: usize) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.generated + piece.length <= offset);
        self.pieces.get(index)
    }

    /// Rewrites every span of `facts`, which were read from the cut-out text, to the file's.
    pub fn apply(&self, facts: &mut Facts) {
        relocate(facts, |span| self.span(span));
    }

    /// This map seen from one file further out: `outer` maps what this one maps to.
    pub fn within(&self, outer: &OffsetMap) -> OffsetMap {
        let mut pieces = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let mut done = 0;
            let end = piece.original + piece.original_length;
            if piece.length != piece.original_length {
                let span = outer.span(Span::new(piece.original, end));
                pieces.push(Piece {
                    original: span.start as usize,
                    original_length: (span.end - span.start) as usize,
                    ..*piece
                });
                continue;
            }
            while done < piece.length {
                let from = piece.original + done;
                let Some(through) = outer.piece_from(from) else { break };
                let from = from.max(through.generated);
                let to = end.min(through.generated + through.length);
                if from >= to {
                    break;
                }
                let span = outer.span(Span::new(from, to));
                pieces.push(Piece {
                    generated: piece.generated + (from - piece.original),
                    original: span.start as usize,
                    length: to - from,
                    original_length: (span.end - span.start) as usize,
                });
                done = to - piece.original;
            }
        }
        OffsetMap { pieces }
    }
}

/// A text being cut out of a file, piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    /// What was cut out so far.
    pub text: String,
    /// Where it stands in the file.
    pub map: OffsetMap,
}

impl Cut {
    /// Appends `text`, which stands like that at byte `original` of the file.
    pub fn push(&mut self, text: &str, original: usize) {
        self.push_changed(text, original, text.len());
    }

    /// Appends what was cut out of the same file.
    pub fn append(&mut self, other: Cut) {
        let base = self.text.len();
        self.text.push_str(&other.text);
        let moved = other.map.pieces.into_iter().map(|piece| Piece { generated: piece.generated + base, ..piece });
        self.map.pieces.extend(moved);
    }

    /// Appends `text`, which the file writes differently, in `original_length` bytes at byte `original`.
    pub fn push_changed(&mut self, text: &str, original: usize, original_length: usize) {
        if text.is_empty() {
            return;
        }
        let generated = self.text.len();
        self.text.push_str(text);
        let exact = text.len() == original_length;
        if let Some(last) = self.map.pieces.last_mut()
            && exact
            && last.length == last.original_length
            && last.original + last.length == original
        {
            last.length += text.len();
            last.original_length += text.len();
            return;
        }
        self.map.pieces.push(Piece { generated, original, length: text.len(), original_length });
    }
}

/// Code or configuration cut out of a file.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is written in; [`Language::Text`] where nothing says.
    pub language: Language,
    /// The text as its own front-end reads it.
    pub text: String,
    /// Where the text stands in the file.
    pub map: OffsetMap,
}

/// Rewrites every span of `facts`.
pub fn relocate(facts: &mut Facts, map: impl Fn(Span) -> Span) {
    for value in &mut facts.values {
        value.span = map(value.span);
        match &mut value.kind {
            Kind::Member { name_span, .. } => *name_span = map(*name_span),
            Kind::Object(properties) => {
                for property in properties {
                    property.key_span = map(property.key_span);
                }
            }
            _ => {}
        }
    }
    for binding in &mut facts.bindings {
        binding.span = map(binding.span);
        for settled in &mut binding.settled {
            settled.span = map(settled.span);
        }
    }
    for function in &mut facts.functions {
        function.span = map(function.span);
    }
    for member in facts.classes.iter_mut().flat_map(|class| &mut class.members) {
        member.name_span = map(member.name_span);
    }
    for entry in &mut facts.entries {
        entry.key_span = map(entry.key_span);
    }
    for comment in facts.comments.iter_mut().chain(&mut facts.tests) {
        *comment = map(*comment);
    }
}

/// Takes over all that `inner` says. Its spans must already be those of the outer file; `prefix` is put before the path
/// of each of its entries.
pub fn merge(outer: &mut Facts, inner: Facts, prefix: &[String]) {
    let base = Bases {
        value: outer.values.len() as u32,
        binding: outer.bindings.len() as u32,
        function: outer.functions.len() as u32,
        class: outer.classes.len() as u32,
    };
    outer.values.extend(inner.values.into_iter().map(|mut value| {
        value.function = value.function.map(|id| base.function(id));
        value.kind = base.kind(value.kind);
        value
    }));
    outer.bindings.extend(inner.bindings.into_iter().map(|mut binding| {
        base.values(&mut binding.writes);
        binding.parameter = binding.parameter.map(|(function, position)| (base.function(function), position));
        binding.type_name = binding.type_name.map(|id| base.value(id));
        binding
    }));
    outer.functions.extend(inner.functions.into_iter().map(|mut function| {
        for parameter in &mut function.parameters {
            *parameter = parameter.map(|id| base.binding(id));
        }
        base.values(&mut function.returns);
        function.parent = function.parent.map(|id| base.function(id));
        function
    }));
    outer.classes.extend(inner.classes.into_iter().map(|mut class| {
        class.extends = class.extends.map(|id| base.value(id));
        for member in &mut class.members {
            member.value = member.value.map(|id| base.value(id));
            member.type_name = member.type_name.map(|id| base.value(id));
        }
        class
    }));
    outer.assignments.extend(inner.assignments.into_iter().map(|mut assignment| {
        assignment.target = base.value(assignment.target);
        assignment.value = base.value(assignment.value);
        assignment
    }));
    outer.entries.extend(inner.entries.into_iter().map(|mut entry| {
        entry.path.splice(0..0, prefix.iter().cloned());
        entry.value = base.value(entry.value);
        entry
    }));
    outer.calls.extend(inner.calls.into_iter().map(|id| base.value(id)));
    outer.comments.extend(inner.comments);
    outer.tests.extend(inner.tests);
    outer.problems.extend(inner.problems);
}

/// How much the ids of merged facts move.
struct Bases {
    value: u32,
    binding: u32,
    function: u32,
    class: u32,
}

impl Bases {
    fn value(&self, id: ValueId) -> ValueId {
        ValueId(id.0 + self.value)
    }

    fn binding(&self, id: BindingId) -> BindingId {
        BindingId(id.0 + self.binding)
    }

    fn function(&self, id: FunctionId) -> FunctionId {
        FunctionId(id.0 + self.function)
    }

    fn class(&self, id: ClassId) -> ClassId {
        ClassId(id.0 + self.class)
    }

    fn values(&self, ids: &mut [ValueId]) {
        for id in ids {
            *id = self.value(*id);
        }
    }

    fn kind(&self, kind: Kind) -> Kind {
        match kind {
            Kind::Concat(mut ids) => {
                self.values(&mut ids);
                Kind::Concat(ids)
            }
            Kind::Choice(mut ids) => {
                self.values(&mut ids);
                Kind::Choice(ids)
            }
            Kind::List(mut ids) => {
                self.values(&mut ids);
                Kind::List(ids)
            }
            Kind::Derived(mut ids) => {
                self.values(&mut ids);
                Kind::Derived(ids)
            }
            Kind::Environment { name, fallback } => {
                Kind::Environment { name, fallback: fallback.map(|id| self.value(id)) }
            }
            Kind::Name(id) => Kind::Name(self.binding(id)),
            Kind::Member { object, name, name_span } => Kind::Member { object: self.value(object), name, name_span },
            Kind::Call(mut call) => {
                call.callee = self.value(call.callee);
                call.arguments = call
                    .arguments
                    .into_iter()
                    .map(|argument| Argument { value: self.value(argument.value), ..argument })
                    .collect();
                Kind::Call(call)
            }
            Kind::Object(properties) => Kind::Object(
                properties
                    .into_iter()
                    .map(|property| Property { value: self.value(property.value), ..property })
                    .collect(),
            ),
            Kind::Function(id) => Kind::Function(self.function(id)),
            Kind::Class(id) => Kind::Class(self.class(id)),
            Kind::This(id) => Kind::This(self.class(id)),
            Kind::Super(id) => Kind::Super(self.class(id)),
            kind @ (Kind::Literal(_)
            | Kind::Number(_)
            | Kind::Boolean(_)
            | Kind::Null
            | Kind::Global(_)
            | Kind::Module(_)
            | Kind::Import { .. }
            | Kind::Reference
            | Kind::Unknown) => kind,
        }
    }
}

/// What a configuration file says; `None` for what is not configuration.
pub fn configuration(language: Language, text: &str) -> Option<Facts> {
    configuration_at(language, text, 0)
}

/// As [`configuration`], for a text that stands `depth` files deep.
pub(crate) fn configuration_at(language: Language, text: &str, depth: usize) -> Option<Facts> {
    Some(match language {
        Language::Dotenv => dotenv::parse_at(text, depth),
        Language::Yaml => yaml::parse_at(text, depth),
        Language::Json => json::parse_at(text, depth),
        Language::Toml => toml::parse_at(text, depth),
        Language::Properties => properties::parse_at(text, depth),
        Language::Dockerfile => dockerfile::parse_at(text, depth),
        Language::Terraform => terraform::parse_at(text, depth),
        _ => return None,
    })
}

/// The format of a configuration file that stands under `name` in another file: the key of a ConfigMap's entry.
pub(crate) fn file_format(name: &str) -> Option<Language> {
    let language = Language::of_path(Path::new(name));
    // A bare word like `toml` or a dotted setting like `app.json` in a properties key must not turn every value into a
    // file, so the caller asks only for text of several lines.
    (name.contains('.') && language.is_configuration()).then_some(language)
}

/// Code blocks inside documentation comments: fenced with ``` or ~~~, with the leading ` * ` of each line taken off.
/// `comments` are the spans of the file's comments, delimiters included.
pub fn comment_blocks(text: &str, comments: &[Span]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut last_line_comment_end: Option<usize> = None;
    for span in comments {
        let Some(comment) = text.get(span.range()) else { continue };
        let start = span.start as usize;
        let line_comment = !comment.starts_with("/*");
        let joins = last_line_comment_end
            .is_some_and(|end| line_comment && text.get(end..start).is_some_and(|gap| gap.trim().is_empty()));
        if !joins {
            fenced_blocks(&lines, &mut blocks);
            lines.clear();
        }
        let mut offset = start;
        for line in comment.split_inclusive('\n') {
            let body = strip_decoration(line);
            // `body` is a suffix of `line` but for a comment's end.
            let shift = line.len() - line.trim_start_matches([' ', '\t']).len();
            let shift = shift + (line.len() - shift - body.0);
            lines.push((offset + shift, body.1));
            offset += line.len();
        }
        last_line_comment_end = line_comment.then_some(span.end as usize);
    }
    fenced_blocks(&lines, &mut blocks);
    blocks
}

/// A comment line's text without its decoration, and how many bytes stand from its first byte to the line's end.
fn strip_decoration(line: &str) -> (usize, &str) {
    let trimmed = line.trim_start_matches([' ', '\t']);
    let body = ["/**", "/*!", "/*", "///", "//!", "//", "*", "#"]
        .iter()
        .find_map(|prefix| trimmed.strip_prefix(prefix).filter(|rest| *prefix != "*" || !rest.starts_with('/')))
        .unwrap_or(trimmed);
    let body = body.strip_prefix(' ').unwrap_or(body);
    (body.len(), body.strip_suffix("*/").unwrap_or(body))
}

/// The fenced code blocks of these lines, each with its byte offset in the file.
fn fenced_blocks(lines: &[(usize, &str)], blocks: &mut Vec<Block>) {
    let mut open: Option<(Language, &str, usize, Cut)> = None;
    for (offset, line) in lines {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let trimmed = line.trim();
        match &mut open {
            None => {
                let Some(fence) = fence_of(trimmed) else { continue };
                let info = trimmed.trim_start_matches(['`', '~']);
                open = Some((language_of_info(info), fence, indent, Cut::default()));
            }
            Some((_, fence, _, _)) if trimmed.starts_with(*fence) && trimmed.trim_matches(['`', '~']).is_empty() => {
                if let Some((language, _, _, cut)) = open.take() {
                    blocks.push(Block { language, text: cut.text, map: cut.map });
                }
            }
            Some((_, _, fence_indent, cut)) => {
                let strip = indent.min(*fence_indent);
                if let Some(rest) = line.get(strip..) {
                    cut.push(rest, offset + strip);
                }
            }
        }
    }
    if let Some((language, _, _, cut)) = open {
        blocks.push(Block { language, text: cut.text, map: cut.map });
    }
}

fn fence_of(line: &str) -> Option<&str> {
    for mark in ['`', '~'] {
        let length = line.len() - line.trim_start_matches(mark).len();
        if length >= 3 {
            return line.get(..length);
        }
    }
    None
}

/// The language that a code block's info string names: its first word, in any case, without the dot or brace some
/// writers put before it (`{.js}`, `.env`), or the extension of the file name that stands there.
pub(crate) fn language_of_info(info: &str) -> Language {
    let word = info
        .trim_start_matches(|character: char| character.is_whitespace() || matches!(character, '{' | '.'))
        .split(|character: char| character.is_whitespace() || matches!(character, ',' | '{' | '}' | ':' | '='))
        .next()
        .unwrap_or("")
        .to_ascii_lowercase();
    match Language::of_extension(&word) {
        Language::Text if word.contains('.') || word == "dockerfile" => Language::of_path(Path::new(&word)),
        language => language,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Binding, Class, ClassMember, Entry, Function};

    #[test]
    fn an_offset_map_follows_pieces() {
        let mut cut = Cut::default();
        cut.push("one\n", 10);
        cut.push("two\n", 20);
        cut.push_changed("x", 30, 6);
        let at = |start, end| cut.map.span(Span::new(start, end));
        assert_eq!(at(0, 3), Span::new(10, 13));
        assert_eq!(at(2, 6), Span::new(12, 22));
        assert_eq!(at(8, 9), Span::new(30, 36));
        assert_eq!(at(4, 4), Span::new(14, 14));
        assert_eq!(at(9, 9), Span::new(36, 36));
        assert_eq!(OffsetMap::default().span(Span::new(3, 4)), Span::new(0, 0));
    }

    #[test]
    fn maps_can_be_put_behind_each_other() {
        let mut outer = Cut::default();
        outer.push("abc", 100);
        outer.push("def", 200);
        let mut inner = Cut::default();
        inner.push("bcde", 1);
        let map = inner.map.within(&outer.map);
        assert_eq!(map.span(Span::new(0, 2)), Span::new(101, 103));
        assert_eq!(map.span(Span::new(2, 4)), Span::new(200, 202));
    }

    #[test]
    fn merged_facts_keep_pointing_at_their_own() {
        let build = |name: &str, offset: usize| {
            let mut facts = Facts::new(Language::JavaScript);
            let at = Span::new(offset, offset + 1);
            let literal = facts.add(Kind::Literal(name.to_owned()), at);
            facts.bindings.push(Binding {
                name: name.to_owned(),
                span: at,
                writes: vec![literal],
                settled: Vec::new(),
                parameter: Some((FunctionId(0), 0)),
                type_name: None,
            });
            let used = facts.add_in(Kind::Name(BindingId(0)), at, Some(FunctionId(0)));
            let this = facts.add(Kind::This(ClassId(0)), at);
            let callee = facts.add(Kind::Member { object: this, name: "f".to_owned(), name_span: at }, at);
            let arguments = vec![Argument { name: None, value: used, spread: false }];
            facts.add(Kind::Call(crate::facts::Call { callee, arguments, construct: false }), at);
            facts.functions.push(Function {
                parameters: vec![Some(BindingId(0))],
                returns: vec![used],
                ..Function::default()
            });
            facts.classes.push(Class {
                members: vec![ClassMember {
                    name: name.to_owned(),
                    name_span: at,
                    value: Some(literal),
                    type_name: None,
                }],
                ..Class::default()
            });
            facts.entries.push(Entry { path: vec![name.to_owned()], key_span: at, value: literal });
            facts
        };
        let mut outer = build("outer", 0);
        merge(&mut outer, build("inner", 50), &["file".to_owned()]);
        let is_inner = |id: ValueId| matches!(outer.kind(id), Kind::Literal(text) if text == "inner");
        assert!(is_inner(outer.bindings[1].writes[0]));
        assert!(is_inner(outer.classes[1].members[0].value.unwrap()));
        assert!(is_inner(outer.entries[1].value));
        assert_eq!(outer.entries[1].path, ["file", "inner"]);
        let call = outer.call(outer.calls[1]).unwrap();
        let argument = outer.value(call.arguments[0].value);
        assert!(matches!(argument.kind, Kind::Name(BindingId(1))), "{argument:?}");
        assert_eq!(argument.function, Some(FunctionId(1)));
        assert!(matches!(outer.kind(call.callee), Kind::Member { object, .. }
            if matches!(outer.kind(*object), Kind::This(ClassId(1)))));
        assert_eq!(outer.functions[1].parameters, [Some(BindingId(1))]);
        assert_eq!(outer.bindings[1].parameter, Some((FunctionId(1), 0)));
    }

    #[test]
    fn finds_code_in_documentation_comments() {
        let text = "/**\n * Signs.\n * ```ts\n * const é = sign(\n *   'x');\n * ```\n */\nf();\n// ```js\n// a('y')\n// ```\n";
        let second = text.find("// ```js").unwrap();
        let mut spans = vec![Span::new(0, text.find("*/").unwrap() + 2)];
        let mut at = second;
        for line in text[second..].lines() {
            spans.push(Span::new(at, at + line.len()));
            at += line.len() + 1;
        }
        let blocks = comment_blocks(text, &spans);
        assert_eq!(blocks.len(), 2, "{blocks:?}");
        assert_eq!(blocks[0].language, Language::TypeScript);
        assert_eq!(blocks[0].text, "const é = sign(\n  'x');\n");
        let quote = blocks[0].text.find("'x'").unwrap();
        assert_eq!(&text[blocks[0].map.span(Span::new(quote, quote + 3)).range()], "'x'");
        assert_eq!(blocks[1].language, Language::JavaScript);
        assert_eq!(blocks[1].text.trim_end(), "a('y')");
    }
}
