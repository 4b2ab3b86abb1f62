//! YAML, with what is put into YAML files: Compose, Kubernetes, Helm and Ansible templates, Spring, CI workflows.
//!
//! `saphyr-parser` gives events with positions; they become a tree. Template actions (`{{ }}`, `{% %}`, `<% %>`) are
//! covered by plain text of the same length before parsing, so that a template reads like the file it makes, and are
//! uncovered again in the values. What the parser refuses is read line by line.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use crate::facts::{Facts, Kind, Span};
use crate::language::Language;
use crate::language::embedded::Cut;
use crate::language::interpolation::Dialect;
use crate::language::tree::{self, DEPTH_LIMIT, Node, NodeId, Pair, Path, Place, Scalar, Tree};

/// Reads a YAML file, all its documents.
pub fn parse(text: &str) -> Facts {
    parse_at(text, 0)
}

pub(crate) fn parse_at(text: &str, depth: usize) -> Facts {
    let mut facts = Facts::new(Language::Yaml);
    let masked = mask(text);
    for range in documents(&masked) {
        let document = Document { text, masked: &masked, range, depth };
        document.read(&mut facts);
    }
    facts
}

/// The byte ranges of the documents. A mistake in one does not keep the others from being read.
fn documents(text: &str) -> Vec<Range<usize>> {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut ranges = Vec::new();
    let mut start = bom;
    let mut at = bom;
    // Comments and directives before the marker belong to the document behind it.
    let mut content = false;
    for line in text.get(bom..).unwrap_or("").split_inclusive('\n') {
        let marker =
            line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if marker && content {
            ranges.push(start..at);
            start = at;
        }
        let trimmed = line.trim();
        content = (marker && trimmed.len() > 3)
            || (content && !(marker && trimmed.len() == 3))
            || !(marker || trimmed.is_empty() || trimmed.starts_with('#') || line.starts_with('%'));
        at += line.len();
    }
    ranges.push(start..text.len());
    ranges
}

/// Covers template actions: those that fill a line by spaces, the others by letters. Every byte keeps its place.
fn mask(text: &str) -> Cow<'_, str> {
    const COVERED: u8 = 1;
    const PAIRS: [(&[u8], &str); 3] = [(b"{{", "}}"), (b"{%", "%}"), (b"<%", "%>")];
    if !PAIRS.iter().any(|(open, _)| std::str::from_utf8(open).is_ok_and(|open| text.contains(open))) {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut absent = [false; 3];
    let mut at = 0;
    while at + 1 < bytes.len() {
        let pair = bytes.get(at..at + 2).unwrap_or(&[]);
        let kind = PAIRS.iter().position(|(open, _)| *open == pair).filter(|kind| !absent[*kind]);
        let Some(kind) = kind else {
            at += 1;
            continue;
        };
        let close = text.get(at + 2..).and_then(|rest| rest.find(PAIRS[kind].1));
        let Some(close) = close else {
            absent[kind] = true;
            at += 1;
            continue;
        };
        let mut end = at + 2 + close + 2;
        while kind == 0 && bytes.get(end) == Some(&b'}') {
            end += 1;
        }
        for byte in bytes.get_mut(at..end).unwrap_or(&mut []) {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = COVERED;
            }
        }
        at = end;
    }
    for line in bytes.split_mut(|byte| *byte == b'\n') {
        let alone = line.iter().all(|byte| *byte == COVERED || byte.is_ascii_whitespace());
        for byte in line.iter_mut().filter(|byte| **byte == COVERED) {
            *byte = if alone { b' ' } else { b'x' };
        }
    }
    match String::from_utf8(bytes) {
        Ok(masked) => Cow::Owned(masked),
        Err(_) => Cow::Borrowed(text),
    }
}

/// One document of a file.
struct Document<'a> {
    text: &'a str,
    /// The whole file with template actions covered.
    masked: &'a str,
    range: Range<usize>,
    depth: usize,
}

/// A collection that is not closed yet.
struct Open<'a> {
    node: NodeId,
    map: bool,
    key: Option<(Cow<'a, str>, Span)>,
    /// Whether it is itself the key of the map around it.
    is_key: bool,
}

/// What the events of a stretch of text gave.
struct Parsed<'a> {
    tree: Tree<'a>,
    roots: Vec<NodeId>,
    /// Where scalars stand, in order, quotes included.
    scalars: Vec<Range<usize>>,
    /// The line (0-based, within the stretch) of the first mistake, if there is one.
    mistake: Option<usize>,
}

impl<'a> Document<'a> {
    fn read(&self, facts: &mut Facts) {
        let parsed = self.events(self.range.clone(), facts);
        tree::read(&parsed.tree, &parsed.roots, facts, Dialect::YAML, &Path::default(), self.depth);
        let covered = match parsed.mistake {
            None => self.range.end,
            Some(_) => parsed.scalars.last().map_or(self.range.start, |last| last.end),
        };
        self.comments(&parsed.scalars, covered, facts);
        if let Some(line) = parsed.mistake {
            let before = self.text.as_bytes().get(..self.range.start).unwrap_or(&[]);
            let line = line + before.iter().filter(|byte| **byte == b'\n').count() + 1;
            facts.problems.push(format!("line {line}: not valid YAML; read line by line from there"));
            Lines { document: self, facts, stack: Vec::new(), name: None, covered }.read();
        }
    }

    /// Parses a stretch of the text and builds its tree.
    fn events(&self, range: Range<usize>, facts: &mut Facts) -> Parsed<'a> {
        let source = self.masked.get(range.clone()).unwrap_or("");
        let offsets = Offsets::new(source, range.start);
        let mut parsed = Parsed { tree: Tree::default(), roots: Vec::new(), scalars: Vec::new(), mistake: None };
        let mut stack: Vec<Open<'a>> = Vec::new();
        let mut anchors: HashMap<usize, NodeId> = HashMap::new();
        let mut parser = Parser::new_from_str(source);
        while let Some(event) = parser.next_event() {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    parsed.mistake = Some(error.marker().line().saturating_sub(1));
                    break;
                }
            };
            match event {
                Event::Scalar(value, style, anchor, tag) => {
                    let at_key = stack.last().is_some_and(|open| open.map && open.key.is_none());
                    let mut raw = offsets.at(span.start)..offsets.at(span.end);
                    if style == ScalarStyle::Plain && value.is_empty() {
                        // An absent value has another token's place.
                        raw.end = raw.start;
                    } else if anchor > 0 || tag.is_some() {
                        raw.start = self.behind_properties(raw.clone());
                    }
                    let quote = match style {
                        ScalarStyle::SingleQuoted => Some(b'\''),
                        ScalarStyle::DoubleQuoted => Some(b'"'),
                        _ => None,
                    };
                    if let Some(quote) = quote {
                        raw.end = self.closing(quote, raw.start + 1..raw.end);
                    }
                    let scalar = self.scalar(&value, style, raw.clone());
                    if raw.start < raw.end {
                        parsed.scalars.push(raw);
                    }
                    if at_key && let Some(open) = stack.last_mut() {
                        let key_span = scalar.span;
                        let key = scalar.text.clone();
                        if anchor > 0 {
                            let node = parsed.tree.add(Node::Text(scalar));
                            anchors.insert(anchor, node);
                        }
                        open.key = Some((key, key_span));
                        continue;
                    }
                    let plain = style == ScalarStyle::Plain && tag.is_none();
                    let node = typed(facts, scalar, plain, tag.as_deref());
                    let node = parsed.tree.add(node);
                    if anchor > 0 {
                        anchors.insert(anchor, node);
                    }
                    attach(&mut parsed, &mut stack, node);
                }
                Event::Alias(anchor) => {
                    let target = anchors.get(&anchor).copied();
                    let at_key = stack.last().is_some_and(|open| open.map && open.key.is_none());
                    let start = offsets.at(span.start);
                    if at_key && let Some(open) = stack.last_mut() {
                        open.key = Some((Cow::Borrowed("*"), Span::new(start, offsets.at(span.end))));
                    } else if let Some(target) = target {
                        let node = parsed.tree.add(Node::Alias(target));
                        attach(&mut parsed, &mut stack, node);
                    }
                }
                Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                    let map = matches!(event, Event::MappingStart(..));
                    let is_key = stack.last().is_some_and(|open| open.map && open.key.is_none());
                    let node = parsed.tree.add(if map { Node::Map(Vec::new()) } else { Node::List(Vec::new()) });
                    if anchor > 0 {
                        anchors.insert(anchor, node);
                    }
                    if !is_key {
                        attach(&mut parsed, &mut stack, node);
                    }
                    stack.push(Open { node, map, key: None, is_key });
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    if let Some(closed) = stack.pop()
                        && closed.is_key
                        && let Some(open) = stack.last_mut()
                    {
                        let start = offsets.at(span.start);
                        open.key = Some((Cow::Borrowed("?"), Span::new(start, start)));
                    }
                }
                Event::DocumentEnd => stack.clear(),
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
            }
        }
        parsed
    }

    /// Where the node itself begins behind its tag and anchor, which the parser counts in.
    fn behind_properties(&self, raw: Range<usize>) -> usize {
        let mut at = raw.start;
        while let Some(rest) = self.masked.get(at..raw.end) {
            let property = rest.starts_with(['!', '&', '#']) && at < raw.end;
            if !property {
                break;
            }
            let length = match rest.starts_with('#') {
                true => rest.find('\n').unwrap_or(rest.len()),
                false => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            };
            let behind = rest.get(length..).unwrap_or("");
            at += length + (behind.len() - behind.trim_start().len());
        }
        at
    }

    /// The scalar that stands in `raw`, quotes included.
    fn scalar(&self, value: &str, style: ScalarStyle, raw: Range<usize>) -> Scalar<'a> {
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block(value, style, raw),
            ScalarStyle::Plain => {
                let length = self.text.get(raw.clone()).map_or(0, |text| text.trim_end().len());
                self.inline(value, raw.start..raw.start + length)
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                self.inline(value, raw.start + 1..raw.end.saturating_sub(1).max(raw.start + 1))
            }
        }
    }

    /// Where a quoted scalar ends, its closing quote included: the parser counts in a comment behind it.
    fn closing(&self, quote: u8, content: Range<usize>) -> usize {
        let bytes = self.masked.as_bytes().get(content.clone()).unwrap_or(&[]);
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' if quote == b'"' => at += 1,
                b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
                byte if *byte == quote => return content.start + at + 1,
                _ => {}
            }
            at += 1;
        }
        content.end.max(content.start)
    }

    fn inline(&self, value: &str, inner: Range<usize>) -> Scalar<'a> {
        let written = self.text.get(inner.clone()).unwrap_or("");
        let covered = self.masked.get(inner.clone()).is_some_and(|masked| masked != written);
        if covered || written == value {
            Scalar::exact(written, inner.start)
        } else {
            Scalar::escaped(value.to_owned(), written, inner.start)
        }
    }

    /// A block scalar. `raw` begins at its first line's content, or at its header if it has a tag or no content.
    fn block(&self, value: &str, style: ScalarStyle, mut raw: Range<usize>) -> Scalar<'a> {
        let mut source = self.text.get(raw.clone()).unwrap_or("");
        let line_start = |at: usize| {
            self.text
                .as_bytes()
                .get(..at)
                .and_then(|before| before.iter().rposition(|byte| *byte == b'\n'))
                .map_or(0, |end| end + 1)
        };
        let indented = self.masked.get(line_start(raw.start)..raw.start).is_some_and(|lead| lead.trim().is_empty());
        if source.starts_with(['|', '>']) && (!indented || value.trim().is_empty()) {
            let header = source.find('\n').map_or(source.len(), |end| end + 1);
            let content = source.get(header..).unwrap_or("");
            let blank = content.len() - content.trim_start().len();
            if blank == content.len() {
                return Scalar::changed("", Span::new(raw.end, raw.end));
            }
            raw.start += header + blank;
            source = self.text.get(raw.clone()).unwrap_or("");
        }
        let indent = raw.start - line_start(raw.start);
        let cut = dedent(source, raw.start, indent);
        let length = cut.text.trim_end_matches(['\n', '\r']).len();
        let span = cut.map.span(Span::new(0, length));
        let mut text = cut.text;
        text.truncate(length);
        if style == ScalarStyle::Folded {
            let folded = value.trim_end_matches('\n');
            if folded.len() != text.len() {
                return Scalar::changed(folded.to_owned(), span);
            }
            if self.masked.get(raw.clone()) == Some(source) {
                text = folded.to_owned();
            } else {
                text = text.replace('\n', " ");
            }
        }
        Scalar { text: Cow::Owned(text), span, place: Place::Mapped(Cow::Owned(cut.map), 0) }
    }

    /// Finds the comments between the scalars up to `end`.
    fn comments(&self, scalars: &[Range<usize>], end: usize, facts: &mut Facts) {
        let mut at = self.range.start;
        let mut gap = |from: usize, to: usize| {
            let Some(text) = self.masked.get(from..to) else { return };
            let mut skip_to = 0;
            for (offset, _) in text.match_indices('#') {
                let before = text.as_bytes().get(offset.wrapping_sub(1));
                let starts = match before {
                    Some(byte) => byte.is_ascii_whitespace(),
                    None => {
                        from == self.range.start
                            || self.masked.as_bytes().get(from - 1).is_some_and(u8::is_ascii_whitespace)
                    }
                };
                if offset < skip_to || !starts {
                    continue;
                }
                let rest = text.get(offset..).unwrap_or("");
                let line = rest.get(..rest.find('\n').unwrap_or(rest.len())).unwrap_or("").trim_end();
                facts.comments.push(Span::new(from + offset, from + offset + line.len()));
                skip_to = offset + line.len();
            }
        };
        for scalar in scalars {
            if scalar.start >= at {
                gap(at, scalar.start);
            }
            at = at.max(scalar.end);
        }
        if at < end {
            gap(at, end);
        }
    }
}

/// Lines of a block scalar without their indentation, CRLF as LF.
fn dedent(source: &str, start: usize, indent: usize) -> Cut {
    let mut cut = Cut::default();
    let mut offset = start;
    for (number, line) in source.split_inclusive('\n').enumerate() {
        let body = line.trim_end_matches(['\n', '\r']);
        let strip = if number == 0 { 0 } else { body.bytes().take(indent).take_while(|byte| *byte == b' ').count() };
        cut.push(body.get(strip..).unwrap_or(""), offset + strip);
        if body.len() < line.len() {
            cut.push_changed("\n", offset + body.len(), line.len() - body.len());
        }
        offset += line.len();
    }
    cut
}

fn attach<'a>(parsed: &mut Parsed<'a>, stack: &mut [Open<'a>], node: NodeId) {
    let Some(open) = stack.last_mut() else {
        parsed.roots.push(node);
        return;
    };
    if open.map {
        let (key, key_span) = open.key.take().unwrap_or_default();
        if let Some(pairs) = parsed.tree.map_mut(open.node) {
            pairs.push(Pair { key, key_span, value: node });
        }
    } else if let Some(items) = parsed.tree.list_mut(open.node) {
        items.push(node);
    }
}

/// The node of a value: plain `true`, `false` and nothing are no text (YAML 1.2 §10.3), and tags can say that the value
/// is kept elsewhere.
fn typed<'a>(facts: &mut Facts, scalar: Scalar<'a>, plain: bool, tag: Option<&Tag>) -> Node<'a> {
    let constant = match scalar.text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Some(Kind::Null),
        "true" | "True" | "TRUE" => Some(Kind::Boolean(true)),
        "false" | "False" | "FALSE" => Some(Kind::Boolean(false)),
        _ => None,
    };
    if let Some(kind) = constant.filter(|_| plain) {
        return Node::Value(facts.add(kind, scalar.span));
    }
    let name = tag.filter(|tag| tag.handle == "!").map(|tag| tag.suffix.as_str());
    match name {
        Some(
            "vault" | "vault-encrypted" | "Ref" | "Sub" | "GetAtt" | "ImportValue" | "FindInMap" | "Join" | "Select"
            | "secret" | "encrypted" | "reference" | "kms" | "ssm",
        ) => Node::Value(facts.add(Kind::Reference, scalar.span)),
        Some("env" | "ENV" | "env_var" | "Env") if !scalar.text.contains(['$', '{']) => {
            let mut words = scalar.text.splitn(2, ' ');
            let name = words.next().unwrap_or("").to_owned();
            let fallback = words.next().map(|text| {
                let start = scalar.text.len() - text.len();
                let span = scalar.part(start, scalar.text.len());
                facts.add(Kind::Literal(text.to_owned()), span)
            });
            Node::Value(facts.add(Kind::Environment { name, fallback }, scalar.span))
        }
        _ => Node::Text(scalar),
    }
}

/// Byte offsets of the characters of a text, which the parser counts.
struct Offsets {
    /// The byte offset of every [`Offsets::STEP`]th character; empty for ASCII.
    steps: Vec<usize>,
    base: usize,
    text_length: usize,
    /// The distance of each following character from its step, in bytes.
    within: Vec<u8>,
}

impl Offsets {
    const STEP: usize = 32;

    fn new(text: &str, base: usize) -> Self {
        let mut offsets = Offsets { steps: Vec::new(), base, text_length: text.len(), within: Vec::new() };
        if !text.is_ascii() {
            let mut step = 0;
            for (index, (offset, _)) in text.char_indices().enumerate() {
                if index % Self::STEP == 0 {
                    offsets.steps.push(offset);
                    step = offset;
                }
                offsets.within.push((offset - step) as u8);
            }
        }
        offsets
    }

    fn at(&self, marker: Marker) -> usize {
        let index = marker.index();
        let offset = if self.steps.is_empty() {
            index
        } else {
            match (self.steps.get(index / Self::STEP), self.within.get(index)) {
                (Some(step), Some(within)) => step + usize::from(*within),
                _ => self.text_length,
            }
        };
        self.base + offset.min(self.text_length)
    }
}

/// Reads a document line by line: keys by their indentation, values that stand on the key's line, block scalars.
struct Lines<'d, 'a, 'f> {
    document: &'d Document<'a>,
    facts: &'f mut Facts,
    /// Indentation and name of the keys the line stands under. An item's name is its position.
    stack: Vec<(usize, String)>,
    /// The value of the last `name:` or `key:` with its indentation.
    name: Option<(usize, String)>,
    /// Everything before was read already.
    covered: usize,
}

impl Lines<'_, '_, '_> {
    fn read(mut self) {
        let end = self.document.range.end;
        let mut at = self.document.range.start;
        while at < end {
            at = self.line(at, end);
        }
    }

    fn line(&mut self, at: usize, end: usize) -> usize {
        let masked = self.document.masked.get(at..end).unwrap_or("");
        let length = masked.find('\n').map_or(masked.len(), |length| length + 1);
        let next = at + length.max(1);
        let line = masked.get(..length).unwrap_or("").trim_end();
        let mut indent = line.len() - line.trim_start().len();
        let body = line.trim_start();
        if body.is_empty() || body == "---" || body == "..." {
            return next;
        }
        if body.starts_with('#') {
            if at >= self.covered {
                self.facts.comments.push(Span::new(at + indent, at + line.len()));
            }
            return next;
        }
        // Items: each dash is a level of its own.
        let mut rest = body;
        let mut dashes = 0;
        while let Some(after) = rest.strip_prefix('-').filter(|after| after.is_empty() || after.starts_with(' ')) {
            self.item(indent);
            indent += rest.len() - after.trim_start().len();
            rest = after.trim_start();
            dashes += 1;
            if dashes >= DEPTH_LIMIT {
                return next;
            }
        }
        if rest.is_empty() {
            return next;
        }
        let start = at + indent;
        let Some((key, value)) = split_pair(rest) else {
            // An item that is no map, or what a key further left goes on with; any other line nobody can place.
            if dashes > 0 || self.stack.last().is_some_and(|(level, _)| *level < indent) {
                self.value(start..start + rest.len(), None, dashes > 0);
            }
            return next;
        };
        while self.stack.last().is_some_and(|(level, _)| *level >= indent) {
            self.stack.pop();
        }
        if self.name.as_ref().is_some_and(|(level, _)| *level != indent) || dashes > 0 {
            self.name = None;
        }
        let key_text = self.document.text.get(start + key.start..start + key.end).unwrap_or("");
        let content = rest.get(value.clone()).unwrap_or("").trim();
        let mut name = key_text.to_owned();
        if name == "value"
            && let Some((_, sibling)) = &self.name
        {
            name = sibling.clone();
        }
        if self.stack.len() >= DEPTH_LIMIT {
            return next;
        }
        self.stack.push((indent, tree::shorten(&name).to_owned()));
        if content.is_empty() {
            return next;
        }
        let key_span = Span::new(start + key.start, start + key.end);
        let block = content.trim_start_matches(['|', '>']);
        if block.len() + 1 == content.len() && block.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')) {
            return self.block(next, end, indent, key_span);
        }
        if matches!(key_text, "name" | "key") {
            let text = content.trim_matches(['"', '\'']);
            self.name = Some((indent, text.to_owned()));
        }
        self.value(start + value.start..start + value.end, Some(key_span), false);
        next
    }

    /// Goes to the next item of the list at this indentation.
    fn item(&mut self, indent: usize) {
        while self.stack.last().is_some_and(|(level, _)| *level > indent) {
            self.stack.pop();
        }
        let position = match self.stack.last() {
            Some((level, name)) if *level == indent => name.parse::<usize>().ok(),
            _ => None,
        };
        if position.is_some() {
            self.stack.pop();
        }
        if self.stack.len() < DEPTH_LIMIT {
            self.stack.push((indent, position.map_or(0, |position| position + 1).to_string()));
        }
    }

    fn path(&self) -> Path {
        let names: Vec<String> = self.stack.iter().map(|(_, name)| name.clone()).collect();
        Path::of(&names)
    }

    fn emit(&mut self, node: Node<'_>, key_span: Span, item: bool) {
        let mut path = self.path();
        let mut tree = Tree::default();
        let leaf = tree.add(node);
        // The reader knows items of a list and pairs of a map, so it is given one of them.
        let last = path.names().last().cloned().unwrap_or_default();
        path.pop();
        let root = if item {
            path.push(&last);
            tree.add(Node::List(vec![leaf]))
        } else {
            tree.add(Node::Map(vec![Pair { key: Cow::Owned(last), key_span, value: leaf }]))
        };
        let before = self.facts.entries.len();
        tree::read(&tree, &[root], self.facts, Dialect::YAML, &path, self.document.depth);
        if item {
            // The list the reader was given stands for the item itself.
            let level = path.names().len();
            for entry in self.facts.entries.iter_mut().skip(before) {
                if entry.path.len() > level {
                    entry.path.remove(level);
                }
            }
        }
    }

    /// Reads the value in `range`.
    fn value(&mut self, range: Range<usize>, key_span: Option<Span>, item: bool) {
        let masked = self.document.masked.get(range.clone()).unwrap_or("");
        let lead = masked.len() - masked.trim_start().len();
        let value = masked.trim();
        let start = range.start + lead;
        if start < self.covered || value.is_empty() {
            return;
        }
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
        let mut inner = start..start + value.len();
        let mut behind = None;
        if let Some(quote) = quote {
            let rest = value.get(1..).unwrap_or("");
            let length = closing(rest, quote).unwrap_or(rest.len());
            inner = start + 1..start + 1 + length;
            behind = rest.get((length + 1).min(rest.len())..);
        } else if let Some(comment) = value.find(" #") {
            inner = start..start + value.get(..comment).unwrap_or("").trim_end().len();
            behind = value.get(comment..);
        }
        if let Some(comment) = behind.and_then(|behind| behind.find('#').map(|at| behind.len() - at)) {
            let end = start + value.len();
            self.facts.comments.push(Span::new(end - comment, end));
        }
        let key_span = key_span.unwrap_or(Span::new(inner.start, inner.end));
        if quote.is_none() && value.starts_with(['[', '{', '&', '*', '!']) {
            let parsed = self.document.events(inner.clone(), self.facts);
            let path = self.path();
            tree::read(&parsed.tree, &parsed.roots, self.facts, Dialect::YAML, &path, self.document.depth);
            return;
        }
        let text = self.document.text.get(inner.clone()).unwrap_or("");
        let node = typed(self.facts, Scalar::exact(text, inner.start), quote.is_none(), None);
        self.emit(node, key_span, item);
    }

    /// Reads the block scalar whose lines begin at `at` and are indented by more than `indent`.
    fn block(&mut self, at: usize, end: usize, indent: usize, key_span: Span) -> usize {
        let source = self.document.text.get(at..end).unwrap_or("");
        let mut stop = at;
        let mut content: Option<(usize, usize)> = None;
        for line in source.split_inclusive('\n') {
            let lead = line.len() - line.trim_start().len();
            if !line.trim().is_empty() {
                if lead <= indent {
                    break;
                }
                content.get_or_insert((stop + lead, lead));
            }
            stop += line.len();
        }
        if let Some((start, column)) = content
            && start >= self.covered
        {
            let cut = dedent(self.document.text.get(start..stop).unwrap_or(""), start, column);
            let length = cut.text.trim_end().len();
            let span = cut.map.span(Span::new(0, length));
            let text = cut.text.get(..length).unwrap_or("").to_owned();
            let scalar = Scalar { text: Cow::Owned(text), span, place: Place::Mapped(Cow::Owned(cut.map), 0) };
            self.emit(Node::Text(scalar), key_span, false);
        }
        stop.max(at)
    }
}

/// Where the quote that opened before `rest` closes.
fn closing(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in rest.char_indices() {
        if character == quote && !escaped {
            return Some(at);
        }
        escaped = quote == '"' && character == '\\' && !escaped;
    }
    None
}

/// Splits `key: value` on one line: the key without quotes, and the rest.
fn split_pair(line: &str) -> Option<(Range<usize>, Range<usize>)> {
    let quote = line.chars().next().filter(|first| matches!(first, '"' | '\''));
    if let Some(quote) = quote {
        let end = closing(line.get(1..)?, quote)? + 1;
        let after = line.get(end + 1..)?;
        let colon = after.len() - after.trim_start().len();
        let value = after.get(colon..)?.strip_prefix(':')?;
        return (value.is_empty() || value.starts_with([' ', '\t']))
            .then_some((1..end, line.len() - value.len()..line.len()));
    }
    let colon = line
        .match_indices(':')
        .find(|(at, _)| line.as_bytes().get(at + 1).is_none_or(|byte| byte.is_ascii_whitespace()))?;
    let key = line.get(..colon.0)?.trim_end();
    // A comment, a flow collection, or prose.
    if key.is_empty() || key.starts_with(['#', '[', '{', '|', '>']) || key.contains(" #") {
        return None;
    }
    Some((0..key.len(), colon.0 + 1..line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tree::testing::{comments, show, shown, values};

    fn check(text: &str, expected: &[(&str, &str)]) -> Facts {
        let facts = parse(text);
        for (path, expected) in expected {
            assert_eq!(shown(text, &facts, path), *expected, "{path}");
        }
        facts
    }

    #[test]
    fn reads_scalars_of_all_styles() {
        let text = concat!(
            "\u{feff}# köpf\r\n",
            "plain: geheim ☃ text   # tail\r\n",
            "single: 'it''s'\r\n",
            "double: \"a\\tb\"\r\n",
            "quoted: \"exact # text\"\r\n",
            "number: 0123\r\n",
            "truth: true\r\n",
            "nothing:\r\n",
            "literal: |\r\n  line ü one\r\n    deeper\r\n\r\n  line two\r\n",
            "folded: >-\r\n  one\r\n  two\r\n",
            "nested:\r\n  list:\r\n    - a\r\n    - key: \"v\"\r\n  flow: {x: y, z: [1, \"q\"]}\r\n",
            "long: one\r\n  two\r\n",
        );
        let facts = check(
            text,
            &[
                ("plain", "'geheim ☃ text'"),
                ("single", "'it's'@'it''s'"),
                ("double", "'a\tb'@'a\\tb'"),
                ("quoted", "'exact # text'"),
                ("number", "'0123'"),
                ("truth", "true"),
                ("nothing", "null"),
                ("literal", "'line ü one\n  deeper\n\nline two'@'line ü one\r\n    deeper\r\n\r\n  line two'"),
                ("folded", "'one two'@'one\r\n  two'"),
                ("nested/list/0", "'a'"),
                ("nested/list/1/key", "'v'"),
                ("nested/flow/x", "'y'"),
                ("nested/flow/z/1", "'q'"),
                ("long", "'one two'@'one\r\n  two'"),
            ],
        );
        assert_eq!(facts.problems, Vec::<String>::new());
        assert_eq!(comments(text, &facts), ["# köpf", "# tail"]);
        let key = facts.entries.iter().find(|entry| entry.path == ["nested", "flow", "x"]).unwrap();
        assert_eq!(&text[key.key_span.range()], "x");
    }

    #[test]
    fn reads_compose_environments_as_map_and_list() {
        let text = concat!(
            "x-env: &env\n  SHARED: shared-secret\n",
            "services:\n  api:\n    environment:\n      <<: *env\n      JWT_SECRET: ${JWT_SECRET:-changeme}\n      PLAIN: abc=def\n",
            "  web:\n    environment:\n      - JWT_SECRET=list-secret\n      - \"QUOTED=with space\"\n      - PASSED\n",
            "    command: [\"--jwt-secret=in-argument\"]\n",
            "    build:\n      args: ['KEY=\"x y\"', c2VjcmV0LXRleHQ=]\n",
        );
        let facts = check(
            text,
            &[
                ("services/api/environment/SHARED", "'shared-secret'"),
                ("services/api/environment/JWT_SECRET", "env JWT_SECRET or 'changeme'"),
                ("services/api/environment/PLAIN", "'abc=def'"),
                ("services/web/environment/0/JWT_SECRET", "'list-secret'"),
                ("services/web/environment/1/QUOTED", "'with space'"),
                ("services/web/environment/2", "'PASSED'"),
                ("services/web/command/0/jwt-secret", "'in-argument'"),
                ("services/web/build/args/0/KEY", "'x y'"),
                ("services/web/build/args/1", "'c2VjcmV0LXRleHQ='"),
            ],
        );
        let twin = (values(&facts, "x-env/SHARED"), values(&facts, "services/api/environment/SHARED"));
        assert_eq!(twin.0, twin.1, "one literal, one value");
    }

    #[test]
    fn a_quoted_value_ends_at_its_quote() {
        let text = concat!(
            "a: \"one\" # comment\n",
            "b: 'it''s' # comment\n",
            "c: \"{{ x | default('y') }}\" # comment\n",
            "d: \"q\\\"q\" # \"\n",
            "e: [\"in\", 'out']   # comment\n",
        );
        let facts = check(
            text,
            &[
                ("a", "'one'"),
                ("b", "'it's'@'it''s'"),
                ("c", "env x or 'y'"),
                ("d", "'q\"q'@'q\\\"q'"),
                ("e/0", "'in'"),
                ("e/1", "'out'"),
            ],
        );
        assert_eq!(comments(text, &facts), ["# comment", "# comment", "# comment", "# \"", "# comment"]);
    }

    #[test]
    fn reads_the_variables_of_travis() {
        let text = "env:\n  global:\n    - A=1 JWT_SECRET=\"two words\"\n    - secure: abcdef\n  jobs:\n    - B=2\nenvironment: x\n";
        check(
            text,
            &[
                ("env/global/0/A", "'1'"),
                ("env/global/0/JWT_SECRET", "'two words'"),
                ("env/global/1/secure", "reference"),
                ("env/jobs/0/B", "'2'"),
            ],
        );
        let text = "env: A=1 B=2\n";
        check(text, &[("env/A", "'1'"), ("env/B", "'2'")]);
    }

    #[test]
    fn reads_kubernetes_env_secrets_and_embedded_files() {
        let text = concat!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  JWT_SECRET: c3VwZXItc2VjcmV0\n  .env: SldUX0tFWT1pbi1kb3RlbnYK\n  binary: /////w==\nstringData:\n  plain: text\n",
            "---\nkind: ConfigMap\ndata:\n  application.properties: |\n    jwt.secret=in-properties\n    # comment\n",
            "  config.yaml: |\n    jwt:\n      key: in-yaml # c\n  app.json: |\n    {\n      \"jwt\": \"in-json\"\n    }\n  flat: x\n",
            "---\nkind: Deployment\nspec:\n  containers:\n  - env:\n    - name: JWT_SECRET\n      value: \"in-deployment\"\n    - name: FROM\n      valueFrom:\n        secretKeyRef: {name: s, key: jwt-secret}\n",
            "---\nkind: SealedSecret\nspec:\n  encryptedData:\n    k: AgBy3i4OJSWK\n",
        );
        let facts = check(
            text,
            &[
                ("data/JWT_SECRET", "'super-secret'@'c3VwZXItc2VjcmV0'"),
                ("data/.env/JWT_KEY", "'in-dotenv'@'SldUX0tFWT1pbi1kb3RlbnYK'"),
                ("data/binary", "'/////w=='"),
                ("stringData/plain", "'text'"),
                ("data/application.properties/jwt.secret", "'in-properties'"),
                ("data/config.yaml/jwt/key", "'in-yaml'"),
                ("data/app.json/jwt", "'in-json'"),
                ("data/flat", "'x'"),
                ("spec/containers/0/env/0/JWT_SECRET", "'in-deployment'"),
                ("spec/containers/0/env/1/FROM", "reference"),
                ("spec/encryptedData/k", "reference"),
            ],
        );
        assert_eq!(comments(text, &facts), ["# comment", "# c"]);
    }

    #[test]
    fn encrypted_files_and_tags_hold_no_literals() {
        let text = "jwt: ENC[AES256_GCM,data:xx]\nopen: not-really\nsops:\n  mac: x\n  version: 3.8\n";
        check(text, &[("jwt", "reference"), ("open", "reference")]);
        let text = "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6638\nb: !Ref JwtSecret\nc: !Sub '${X}-y'\nd: !env_var JWT dev-secret\ne: '{cipher}abc'\n";
        check(
            text,
            &[
                ("a", "reference"),
                ("b", "reference"),
                ("c", "reference"),
                ("d", "env JWT or 'dev-secret'"),
                ("e", "reference"),
            ],
        );
    }

    #[test]
    fn reads_templates_as_the_files_they_make() {
        let text = concat!(
            "{{- if .Values.enabled }}\napiVersion: v1\nkind: Secret\nmetadata:\n  labels:\n    {{- include \"x.labels\" . | nindent 4 }}\n",
            "data:\n  a: {{ .Values.jwtSecret | default \"dev-secret\" | b64enc | quote }}\n  b: {{ \"literal-secret\" | b64enc }}\n",
            "  c: {{ required \"needed\" .Values.key }}\n  d: {{ randAlphaNum 32 | b64enc }}\nstringData:\n",
            "  e: \"{{ default \"fallback\" .Values.e }}\"\n  {{ .Values.name }}: plain\n{{- end }}\n",
        );
        let facts = check(
            text,
            &[
                ("data/a", "env .Values.jwtSecret or 'dev-secret'"),
                ("data/b", "'literal-secret'"),
                ("data/c", "env .Values.key"),
                ("data/d", "unknown"),
                ("stringData/e", "env .Values.e or 'fallback'"),
                ("stringData/{{ .Values.name }}", "'plain'"),
            ],
        );
        assert_eq!(facts.problems, Vec::<String>::new());

        let text = "production:\n  secret_key_base: <%= ENV[\"SECRET_KEY_BASE\"] || 'dev-key' %>\n  other: <%= ENV.fetch(\"JWT\", \"lit\") %>\n  third: <%= ENV.fetch('X') { 'block' } %>\n<% if x %>\n  plain: value\n<% end %>\n";
        check(
            text,
            &[
                ("production/secret_key_base", "env SECRET_KEY_BASE or 'dev-key'"),
                ("production/other", "env JWT or 'lit'"),
                ("production/third", "env X or 'block'"),
                ("production/plain", "'value'"),
            ],
        );

        let text = "jwt: \"{{ lookup('env', 'JWT') | default('ansible', true) }}\"\nv: '{{ vault_jwt_secret }}'\nw: \"{{ jwt_secret }}\"\n";
        check(text, &[("jwt", "env JWT or 'ansible'"), ("v", "reference"), ("w", "env jwt_secret")]);
    }

    #[test]
    fn reads_workflows_spring_and_symfony() {
        let text = "env:\n  A: ${{ secrets.JWT }}\n  B: ${{ secrets.JWT || 'test-secret' }}\n  C: ci-secret\n  D: ${{ env.X }}\n";
        check(
            text,
            &[
                ("env/A", "reference"),
                ("env/B", "env JWT or 'test-secret'"),
                ("env/C", "'ci-secret'"),
                ("env/D", "env X"),
            ],
        );
        let text = "jwt:\n  secret: ${JWT_SECRET:default-secret}\n  nested: ${A:${B:inner}}\n  spel: '#{systemProperties.x}'\n---\nspring:\n  config:\n    activate:\n      on-profile: prod\njwt:\n  kebab: ${my-app.jwt-secret}\n  error: ${JWT:?must be set}\n";
        check(
            text,
            &[
                ("jwt/secret", "env JWT_SECRET or 'default-secret'"),
                ("jwt/nested", "env A or env B or 'inner'"),
                ("jwt/spel", "unknown"),
                ("jwt/kebab", "env my-app.jwt-secret"),
                ("jwt/error", "env JWT"),
            ],
        );
        let text = "parameters:\n  a: '%env(JWT_PASSPHRASE)%'\n  b: '%env(default:fallback_key:resolve:JWT)%'\n  c: '%kernel.secret%'\n";
        check(
            text,
            &[
                ("parameters/a", "env JWT_PASSPHRASE"),
                ("parameters/b", "env JWT or env fallback_key"),
                ("parameters/c", "env kernel.secret"),
            ],
        );
    }

    #[test]
    fn a_broken_document_is_read_on_line_by_line() {
        let text = concat!(
            "good: one\nbad: [unclosed\nsection:\n  deep:\n    jwt_secret: \"found me\" # tail\n  items:\n    - name: JWT_KEY\n      value: paired\n    - X=listed\n",
            "  pem: |\n    first\n    second\n  after: last\n  \tflow: {a: b}\n---\nsecond: document\n",
        );
        let facts = parse(text);
        for (path, expected) in [
            ("good", "'one'"),
            ("section/deep/jwt_secret", "'found me'"),
            ("section/items/0/JWT_KEY", "'paired'"),
            ("section/items/1/X", "'listed'"),
            ("section/pem", "'first\nsecond'@'first\n    second'"),
            ("section/after", "'last'"),
            ("second", "'document'"),
        ] {
            assert_eq!(shown(text, &facts, path), expected, "{path}");
        }
        assert!(facts.problems[0].starts_with("line "), "{:?}", facts.problems);
        assert!(comments(text, &facts).contains(&"# tail"));
    }

    #[test]
    fn an_unclosed_quote_hides_only_its_own_value() {
        let text = "a: \"oops\nb: two\nc: three\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "a"), "'oops'");
        assert_eq!(shown(text, &facts, "c"), "'three'");
    }

    #[test]
    fn repeated_aliases_do_not_grow_without_bound() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let previous = level - 1;
            text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{previous}"); 10].join(", ")));
        }
        let facts = parse(&text);
        assert!(facts.entries.len() < 50_000, "{}", facts.entries.len());
        assert!(facts.problems.iter().any(|problem| problem.contains("aliases")));
    }

    #[test]
    fn lines_that_nobody_can_place_are_no_values() {
        let facts = parse("jwt_secret: abcdefgh\n<<EOT\n<<EOT\nfoo {\nlist:\n  - one\n");
        let literal = |entry: &crate::facts::Entry| matches!(facts.kind(entry.value), Kind::Literal(_));
        let names: Vec<String> =
            facts.entries.iter().filter(|entry| literal(entry)).map(|entry| entry.path.join("/")).collect();
        assert_eq!(names, ["jwt_secret", "list/0"]);
    }

    #[test]
    fn json_in_a_value_is_expanded_in_place() {
        let text = "environment:\n  HASURA_GRAPHQL_JWT_SECRET: '{\"type\":\"HS256\",\"key\":\"inner-key\"}'\n  LIST:\n    - H={\"key\":\"k2\"}\n";
        let facts = parse(text);
        assert_eq!(shown(text, &facts, "environment/HASURA_GRAPHQL_JWT_SECRET/key"), "'inner-key'");
        let whole = values(&facts, "environment/HASURA_GRAPHQL_JWT_SECRET");
        assert_eq!(show(text, &facts, whole[0]), "'{\"type\":\"HS256\",\"key\":\"inner-key\"}'");
    }
}
