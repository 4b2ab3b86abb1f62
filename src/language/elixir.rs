//! Elixir.
//!
//! Nearly everything is a call in Elixir's grammar, definitions and control flow too: they are told by their names.

use tree_sitter::Node;

use crate::facts::{Argument, Facts, Kind, Property, Span, ValueId};
use crate::language::Language;
use crate::language::lowering::{self, Lowering, Style, positional};
use crate::language::syntax::{child, children, operands, span, unescape};

static STYLE: Style = Style { grammar: tree_sitter_elixir::LANGUAGE, lower, bare_members: true, local: |_| false };

/// Attributes that are documentation.
const DOCUMENTATION: [&str; 4] = ["doc", "moduledoc", "typedoc", "shortdoc"];

/// Attributes that say something about types.
const TYPES: [&str; 8] = ["spec", "type", "typep", "opaque", "callback", "macrocallback", "impl", "behaviour"];

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(text, Language::Elixir, &STYLE)
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "identifier" if code.text(node) == "__MODULE__" => code.this(at),
        "identifier" => code.name(node),
        "alias" => module(code, node),
        "string" | "charlist" => text(code, node, false),
        "sigil" => sigil(code, node),
        "char" => code.add(Kind::Number(code.text(node).to_owned()), at),
        "atom" | "quoted_atom" | "keyword" | "quoted_keyword" => {
            let kind = name_of(code, node).map_or(Kind::Unknown, |name| Kind::Global(format!(":{name}")));
            code.add(kind, at)
        }
        "integer" | "float" => code.add(Kind::Number(code.text(node).to_owned()), at),
        "boolean" => code.add(Kind::Boolean(code.text(node) == "true"), at),
        "nil" => code.add(Kind::Null, at),
        "list" | "keywords" | "map" | "map_content" => collection(code, node),
        "tuple" => tuple(code, node),
        "access_call" => access(code, node),
        "dot" => dot(code, node),
        "call" => call(code, node, None),
        "unary_operator" => unary(code, node),
        "binary_operator" => binary(code, node),
        "anonymous_function" => function_of_clauses(code, node),
        "do_block" | "body" | "block" | "else_block" | "source" => block(code, node, None),
        _ => code.derived(node),
    }
}

/// `A.B.C`: the first name is bound by an `alias`, or is known by itself.
fn module<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let mut names = code.text(node).split('.');
    let first = names.next().unwrap_or_default();
    let mut value = code.reference(first, at);
    for name in names {
        value = code.member(value, name.trim(), at, at);
    }
    value
}

/// What an atom, a key or a string without interpolation reads.
fn name_of<'t>(code: &Lowering<'t>, node: Node<'t>) -> Option<&'t str> {
    let text = code.text(node);
    match node.kind() {
        "atom" => text.strip_prefix(':'),
        "keyword" => text.trim_end().strip_suffix(':'),
        "string" | "quoted_atom" | "quoted_keyword" => match children(node).as_slice() {
            [only] if only.kind() == "quoted_content" => Some(code.text(*only)),
            _ => None,
        },
        "integer" => Some(text),
        _ => None,
    }
}

/// A string, charlist or sigil with its interpolations. Three quotes begin a text of lines that are indented as its end is.
fn text<'t>(code: &mut Lowering<'t>, node: Node<'t>, raw: bool) -> ValueId {
    let at = span(node);
    let inside = children(node);
    let quotes = (node.child_by_field_name("quoted_start"), node.child_by_field_name("quoted_end"));
    let (Some(opening), Some(closing)) = quotes else { return code.add(Kind::Unknown, at) };
    let read = |text: &str| if raw { text.to_owned() } else { unescape(text) };
    if inside.iter().any(|part| part.kind() == "interpolation") {
        let mut parts: Vec<ValueId> = Vec::new();
        let mut open: Option<Span> = None;
        for part in inside {
            let at = span(part);
            match part.kind() {
                "interpolation" => {
                    if let Some(at) = open.take() {
                        let text = read(code.source().get(at.range()).unwrap_or_default());
                        parts.push(code.literal(text, at));
                    }
                    parts.push(code.inside(part));
                }
                "quoted_content" | "escape_sequence" => {
                    open = Some(Span { start: open.map_or(at.start, |open| open.start), end: at.end });
                }
                _ => {}
            }
        }
        if let Some(at) = open {
            let text = read(code.source().get(at.range()).unwrap_or_default());
            parts.push(code.literal(text, at));
        }
        return code.add(Kind::Concat(parts), at);
    }
    let at = Span::new(opening.end_byte(), closing.start_byte());
    let whole = code.source().get(at.range()).unwrap_or_default();
    if code.text(opening).len() < 3 {
        return code.literal(read(whole), at);
    }
    let inner = whole.trim_start_matches(['\r', '\n']);
    let start = at.start as usize + whole.len() - inner.len();
    let inner = inner.trim_end();
    let margin = closing.start_position().column;
    let lines: Vec<&str> = inner
        .lines()
        .map(|line| {
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            line.get(margin.min(indent)..).unwrap_or_default()
        })
        .collect();
    code.literal(read(&lines.join("\n")), Span::new(start, start + inner.len()))
}

/// `~s(text)`, `~w(words)`.
fn sigil<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let name = child(node, &["sigil_name"]).map_or("", |name| code.text(name));
    match name {
        "s" | "S" | "c" | "C" => text(code, node, name == "S" || name == "C"),
        "w" | "W" => {
            let mut items = Vec::new();
            for content in children(node).into_iter().filter(|part| part.kind() == "quoted_content") {
                let whole = code.text(content);
                for word in whole.split_whitespace() {
                    let start = content.start_byte() + (word.as_ptr() as usize - whole.as_ptr() as usize);
                    items.push(code.literal(word, Span::new(start, start + word.len())));
                }
            }
            code.add(Kind::List(items), at)
        }
        _ => code.add(Kind::Unknown, at),
    }
}

/// A list, a keyword list or a map; `[a: 1]` and `%{a: 1}` are objects.
fn collection<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let mut items = Vec::new();
    let mut properties = Vec::new();
    let mut open: Vec<Node<'t>> = children(node);
    open.reverse();
    while let Some(part) = open.pop() {
        match part.kind() {
            "map_content" | "keywords" => {
                let mut inner = children(part);
                inner.reverse();
                open.extend(inner);
            }
            "pair" => properties.extend(property(code, part, "key", "value")),
            "binary_operator" if code.field_text(part, "operator") == Some("=>") => {
                properties.extend(property(code, part, "left", "right"));
            }
            // `%{other | a: 1}`
            "binary_operator" if code.field_text(part, "operator") == Some("|") && node.kind() != "list" => {
                if let Some(value) = code.field(part, "left") {
                    properties.push(Property { key: None, key_span: span(part), value, spread: true });
                }
                open.extend(part.child_by_field_name("right"));
            }
            // `%Type{}`
            "struct" => {}
            _ => items.push(code.value(part)),
        }
    }
    if properties.is_empty() && node.kind() == "list" {
        return code.add(Kind::List(items), at);
    }
    properties.extend(items.into_iter().map(|value| Property { key: None, key_span: at, value, spread: true }));
    code.add(Kind::Object(properties), at)
}

fn property<'t>(code: &mut Lowering<'t>, node: Node<'t>, key: &str, value: &str) -> Option<Property> {
    let key = node.child_by_field_name(key)?;
    let value = code.field(node, value)?;
    match name_of(code, key) {
        Some(name) => Some(Property { key: Some(name.to_owned()), key_span: span(key), value, spread: false }),
        None => {
            let key = code.value(key);
            Some(code.property(key, value))
        }
    }
}

/// A tuple. `{:system, "NAME"}` is how configuration names a variable of the environment.
fn tuple<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let parts = children(node);
    if let [first, name, rest @ ..] = parts.as_slice()
        && code.text(*first) == ":system"
        && let Some(name) = name_of(code, *name)
    {
        let fallback = rest.first().map(|fallback| code.value(*fallback));
        return code.add(Kind::Environment { name: name.to_owned(), fallback }, at);
    }
    let items = code.values(&parts);
    code.add(Kind::List(items), at)
}

/// `object[key]`.
fn access<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let (Some(object), Some(key)) = (code.field(node, "target"), node.child_by_field_name("key")) else {
        return code.derived(node);
    };
    match name_of(code, key) {
        Some(name) => code.member(object, name, span(key), at),
        None => {
            let key = code.value(key);
            code.index(object, key, at)
        }
    }
}

/// `object.name`; `function.` in front of its arguments.
fn dot<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let Some(object) = code.field(node, "left") else { return code.derived(node) };
    let Some(name) = node.child_by_field_name("right") else { return object };
    match name.kind() {
        "identifier" | "operator_identifier" => code.member(object, code.text(name), span(name), span(node)),
        _ => code.derived(node),
    }
}

/// A call; in a pipe `piped` is what comes first.
fn call<'t>(code: &mut Lowering<'t>, node: Node<'t>, piped: Option<ValueId>) -> ValueId {
    let at = span(node);
    let Some(target) = node.child_by_field_name("target") else { return code.derived(node) };
    let list = child(node, &["arguments"]);
    let given = list.map(children).unwrap_or_default();
    let body = child(node, &["do_block"]);
    if target.kind() == "identifier"
        && let Some(value) = special(code, node, code.text(target), &given, body, piped)
    {
        return value;
    }
    let callee = code.value(target);
    // `object.name` without parentheses.
    if target.kind() == "dot" && list.is_none() && body.is_none() && piped.is_none() {
        return callee;
    }
    let mut arguments: Vec<Argument> = piped.into_iter().map(positional).collect();
    for argument in &given {
        let value = code.value(*argument);
        arguments.push(positional(value));
    }
    if target.kind() == "identifier" && code.text(target) == "config" {
        configuration(code, &given, arguments.last().map(|argument| argument.value));
    }
    if let Some(body) = body {
        block(code, body, None);
    }
    code.call(callee, arguments, false, at)
}

/// What is a call for the grammar alone.
fn special<'t>(
    code: &mut Lowering<'t>,
    node: Node<'t>,
    name: &str,
    given: &[Node<'t>],
    body: Option<Node<'t>>,
    piped: Option<ValueId>,
) -> Option<ValueId> {
    let at = span(node);
    match name {
        "defmodule" | "defimpl" | "defprotocol" => {
            let name = *given.first().filter(|name| name.kind() == "alias")?;
            let class = match code.text(name).rsplit_once('.') {
                // Within the file it goes by its whole name.
                Some((_, last)) => {
                    let class = code.class_in_place(Some(last));
                    let target = module(code, name);
                    let value = code.add(Kind::Class(class), span(name));
                    code.assign(target, value);
                    class
                }
                None => code.class_named(code.text(name), span(name)),
            };
            code.within_class(class, |code| {
                if let Some(body) = body {
                    block(code, body, None);
                }
            });
            Some(code.add(Kind::Class(class), at))
        }
        "def" | "defp" | "defmacro" | "defmacrop" => {
            let (head, rest) = given.split_first()?;
            Some(define(code, at, *head, rest, body))
        }
        "alias" => {
            alias(code, given);
            Some(code.add(Kind::Unknown, at))
        }
        "import" | "require" => Some(code.add(Kind::Unknown, at)),
        "if" | "unless" => {
            let (condition, rest) = given.split_first().map_or((None, given), |(first, rest)| (Some(*first), rest));
            let (condition, rest) = if piped.is_some() { (None, given) } else { (condition, rest) };
            condition.map(|condition| code.value(condition));
            let either = branches(code, rest, body, None);
            Some(code.choice(either, at))
        }
        "case" => {
            let subject = piped.or_else(|| given.first().map(|subject| code.value(*subject)));
            let either = branches(code, &[], body, subject);
            Some(code.choice(either, at))
        }
        "cond" | "try" | "receive" => {
            let either = branches(code, given, body, None);
            Some(code.choice(either, at))
        }
        "with" | "for" => {
            let mut rest = Vec::new();
            for step in given {
                match code.field_text(*step, "operator") {
                    Some("<-") if step.kind() == "binary_operator" => {
                        let Some(value) = code.field(*step, "right") else { continue };
                        let value = if name == "for" { code.add(Kind::Derived(vec![value]), at) } else { value };
                        if let Some(pattern) = step.child_by_field_name("left") {
                            write(code, pattern, value);
                        }
                    }
                    _ if step.kind() == "keywords" => rest.push(*step),
                    _ => {
                        code.value(*step);
                    }
                }
            }
            let either = branches(code, &rest, body, None);
            let kind = if name == "with" { Kind::Choice(either) } else { Kind::Derived(either) };
            Some(code.add(kind, at))
        }
        _ => None,
    }
}

/// What the branches of a conditional give: those of its block, and those written `do: x, else: y`.
fn branches<'t>(
    code: &mut Lowering<'t>,
    given: &[Node<'t>],
    body: Option<Node<'t>>,
    subject: Option<ValueId>,
) -> Vec<ValueId> {
    let mut either = Vec::new();
    for pair in given.iter().filter(|list| list.kind() == "keywords").flat_map(|list| children(*list)) {
        let value = code.field(pair, "value");
        let key = pair.child_by_field_name("key").and_then(|key| name_of(code, key));
        if matches!(key, Some("do" | "else" | "rescue")) {
            either.extend(value);
        }
    }
    if let Some(body) = body {
        let value = block(code, body, subject);
        match code.facts.kind(value) {
            Kind::Choice(choices) => either.extend(choices.clone()),
            _ => either.push(value),
        }
    }
    either
}

/// Statements one behind the other, of which the last is what they give; or clauses, each of which may.
fn block<'t>(code: &mut Lowering<'t>, node: Node<'t>, subject: Option<ValueId>) -> ValueId {
    let mut last = None;
    let mut either = Vec::new();
    for statement in children(node) {
        match statement.kind() {
            "stab_clause" => either.push(clause(code, statement, subject)),
            "else_block" | "rescue_block" | "catch_block" => {
                let value = code.nested(span(statement), |code| block(code, statement, None));
                match code.facts.kind(value) {
                    Kind::Choice(choices) => either.extend(choices.clone()),
                    _ => either.push(value),
                }
            }
            "after_block" => {
                code.derived(statement);
            }
            _ => last = Some(code.value(statement)),
        }
    }
    match (last, either.is_empty()) {
        (Some(last), true) => last,
        (None, true) => code.add(Kind::Unknown, span(node)),
        (last, false) => {
            either.splice(0..0, last);
            code.choice(either, span(node))
        }
    }
}

/// `pattern -> value`, where the pattern is held against the subject.
fn clause<'t>(code: &mut Lowering<'t>, node: Node<'t>, subject: Option<ValueId>) -> ValueId {
    let patterns = patterns(code, node);
    match (subject, patterns.as_slice()) {
        (Some(subject), [pattern]) => write(code, *pattern, subject),
        _ => {
            for pattern in patterns {
                code.value(pattern);
            }
        }
    }
    code.field(node, "right").unwrap_or_else(|| code.add(Kind::Unknown, span(node)))
}

/// The patterns in front of a clause's arrow, without their guard.
fn patterns<'t>(code: &Lowering<'t>, clause: Node<'t>) -> Vec<Node<'t>> {
    let Some(left) = clause.child_by_field_name("left") else { return Vec::new() };
    let guarded = |node: Node<'t>| {
        let is_guard = node.kind() == "binary_operator" && code.field_text(node, "operator") == Some("when");
        if is_guard { node.child_by_field_name("left").unwrap_or(node) } else { node }
    };
    let left = guarded(left);
    if left.kind() == "arguments" { children(left).into_iter().map(guarded).collect() } else { vec![left] }
}

/// `fn a, b -> c end`: the parameters are those of the first clause.
fn function_of_clauses<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let clauses = children(node).into_iter().filter(|child| child.kind() == "stab_clause");
    code.function(span(node), |code| {
        for (index, clause) in clauses.enumerate() {
            for pattern in patterns(code, clause) {
                if index == 0 {
                    parameter(code, pattern);
                } else {
                    let unknown = code.add(Kind::Unknown, span(pattern));
                    write(code, pattern, unknown);
                }
            }
            if let Some(value) = code.field(clause, "right") {
                code.returns(value);
            }
        }
    })
}

fn parameter<'t>(code: &mut Lowering<'t>, node: Node<'t>) {
    let is_default = node.kind() == "binary_operator" && code.field_text(node, "operator") == Some(r"\\");
    let default = if is_default { code.field(node, "right") } else { None };
    let pattern = if is_default { node.child_by_field_name("left").unwrap_or(node) } else { node };
    if pattern.kind() == "identifier" {
        code.parameter(Some((code.text(pattern), span(pattern))), default, None);
        return;
    }
    code.parameter(None, default, None);
    // The names in a pattern are the function's own.
    let unknown = code.add(Kind::Unknown, span(pattern));
    write(code, pattern, unknown);
}

/// `def name(parameters) when guard do ... end`, `def name, do: value`.
fn define<'t>(code: &mut Lowering<'t>, at: Span, head: Node<'t>, rest: &[Node<'t>], body: Option<Node<'t>>) -> ValueId {
    let is_guarded = head.kind() == "binary_operator" && code.field_text(head, "operator") == Some("when");
    let head = if is_guarded { head.child_by_field_name("left").unwrap_or(head) } else { head };
    let name = head.child_by_field_name("target").unwrap_or(head);
    let list = child(head, &["arguments"]).map(children).unwrap_or_default();
    let function = code.function(at, |code| {
        for node in list {
            parameter(code, node);
        }
        for value in branches(code, rest, body, None) {
            code.returns(value);
        }
    });
    if name.kind() == "identifier" {
        code.bind(code.text(name), span(name), function);
    }
    function
}

/// `alias A.B`, `alias A.{B, C}`, `alias A.B, as: C`.
fn alias<'t>(code: &mut Lowering<'t>, given: &[Node<'t>]) {
    let Some((what, options)) = given.split_first() else { return };
    let named = options.iter().flat_map(|list| children(*list)).find_map(|pair| pair.child_by_field_name("value"));
    match what.kind() {
        "alias" => {
            let (bound, at) = match named {
                Some(name) => (code.text(name), span(name)),
                None => (code.text(*what).rsplit('.').next().unwrap_or_default(), span(*what)),
            };
            if bound != code.text(*what) {
                let value = module(code, *what);
                code.define(bound, at, value);
            }
        }
        "dot" => {
            let (Some(outer), Some(list)) = (what.child_by_field_name("left"), what.child_by_field_name("right"))
            else {
                return;
            };
            for name in children(list) {
                let mut value = code.value(outer);
                let path = code.text(name);
                for segment in path.split('.') {
                    value = code.member(value, segment, span(name), span(name));
                }
                code.define(path.rsplit('.').next().unwrap_or_default(), span(name), value);
            }
        }
        _ => {}
    }
}

/// `config :app, Module, key: value`: the names lead to the values.
fn configuration<'t>(code: &mut Lowering<'t>, given: &[Node<'t>], value: Option<ValueId>) {
    let (Some(value), Some((_, names))) = (value, given.split_last()) else { return };
    let mut target: Option<ValueId> = None;
    for node in names {
        let at = span(*node);
        let path = if node.kind() == "alias" { Some(code.text(*node)) } else { name_of(code, *node) };
        for name in path.unwrap_or_default().split('.').filter(|name| !name.is_empty()) {
            target = Some(match target {
                Some(object) => code.member(object, name, at, at),
                None => code.add(Kind::Global(name.to_owned()), at),
            });
        }
    }
    if let Some(target) = target {
        code.assign(target, value);
    }
}

fn unary<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let operand = node.child_by_field_name("operand");
    match (code.field_text(node, "operator"), operand) {
        (Some("@"), Some(operand)) => attribute(code, node, operand),
        (Some("&"), _) => match children(node).as_slice() {
            // `&name/1`
            [only] if code.field_text(*only, "operator") == Some("/") && only.kind() == "binary_operator" => {
                code.field(*only, "left").unwrap_or_else(|| code.add(Kind::Unknown, at))
            }
            // `&1`
            [only] if only.kind() == "integer" => code.add(Kind::Unknown, at),
            [only] => code.function(at, |code| {
                let value = code.value(*only);
                code.returns(value);
            }),
            _ => code.derived(node),
        },
        _ => code.derived(node),
    }
}

/// `@name` and `@name value`.
fn attribute<'t>(code: &mut Lowering<'t>, node: Node<'t>, operand: Node<'t>) -> ValueId {
    let at = span(node);
    let written = operand.kind() == "call";
    let name = if written { operand.child_by_field_name("target").unwrap_or(operand) } else { operand };
    let attribute = code.text(name);
    if written && DOCUMENTATION.contains(&attribute) {
        code.facts.comments.push(at);
        return code.add(Kind::Unknown, at);
    }
    if written && TYPES.contains(&attribute) {
        return code.add(Kind::Unknown, at);
    }
    let here = Span::new(node.start_byte(), name.end_byte());
    let Some(shown) = code.source().get(here.range()) else { return code.derived(node) };
    let value = if written { child(operand, &["arguments"]) } else { None };
    let value = value.and_then(|list| children(list).first().copied()).map(|value| code.value(value));
    let this = code.this(here);
    let in_module = !matches!(code.facts.kind(this), Kind::Unknown);
    match value {
        Some(value) if in_module => {
            code.class_member(shown, here, Some(value), None);
            value
        }
        Some(value) => value,
        None if in_module => code.member(this, shown, here, at),
        None => code.add(Kind::Unknown, at),
    }
}

fn binary<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let operator = code.field_text(node, "operator").unwrap_or_default();
    match operator {
        "|>" => {
            let Some(left) = code.field(node, "left") else { return code.derived(node) };
            match node.child_by_field_name("right") {
                Some(right) if right.kind() == "call" => call(code, right, Some(left)),
                Some(right) => {
                    let callee = code.value(right);
                    code.call(callee, vec![positional(left)], false, at)
                }
                None => left,
            }
        }
        "=" => {
            let value = code.field(node, "right").unwrap_or_else(|| code.add(Kind::Unknown, at));
            if let Some(pattern) = node.child_by_field_name("left") {
                write(code, pattern, value);
            }
            value
        }
        "<>" => {
            let parts = [code.field(node, "left"), code.field(node, "right")];
            code.add(Kind::Concat(parts.into_iter().flatten().collect()), at)
        }
        "||" | "or" => {
            let operands = operands(node, code.source(), operator);
            let either = code.values(&operands);
            code.choice(either, at)
        }
        "&&" | "and" => {
            code.field(node, "left");
            // `a && b` is b, or nothing that could be a key.
            code.field(node, "right").unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        _ => code.derived(node),
    }
}

/// Holds a pattern against a value, which binds the names in it.
fn write<'t>(code: &mut Lowering<'t>, pattern: Node<'t>, value: ValueId) {
    let at = span(pattern);
    code.nested(at, |code| {
        match pattern.kind() {
            "identifier" => {
                let name = code.text(pattern);
                if !name.starts_with('_') {
                    code.bind(name, at, value);
                }
            }
            "tuple" | "list" => {
                let parts = children(pattern);
                // What is there if all went well: `{:ok, value}`.
                let is_seen = matches!(code.facts.kind(value), Kind::List(_));
                let is_ok = !is_seen && parts.first().is_some_and(|first| code.text(*first) == ":ok");
                for (index, part) in parts.into_iter().enumerate() {
                    let item = match (is_ok, index) {
                        (true, 1) => value,
                        _ => code.member(value, &index.to_string(), span(part), span(part)),
                    };
                    write(code, part, item);
                }
            }
            "map" | "map_content" | "keywords" => {
                for part in children(pattern) {
                    let key = part.child_by_field_name("key").or_else(|| part.child_by_field_name("left"));
                    let target = part.child_by_field_name("value").or_else(|| part.child_by_field_name("right"));
                    match (key, target) {
                        (Some(key), Some(target)) => {
                            let item = match name_of(code, key) {
                                Some(name) => code.member(value, name, span(key), at),
                                None => code.add(Kind::Derived(vec![value]), at),
                            };
                            write(code, target, item);
                        }
                        _ if part.kind() != "struct" => write(code, part, value),
                        _ => {}
                    }
                }
            }
            "binary_operator" => {
                let is_whole = matches!(code.field_text(pattern, "operator"), Some("=" | "when"));
                for side in ["left", "right"] {
                    let Some(side) = pattern.child_by_field_name(side) else { continue };
                    // `"Bearer " <> token` binds a part.
                    let part = if is_whole { value } else { code.add(Kind::Derived(vec![value]), at) };
                    write(code, side, part);
                }
            }
            _ => {
                code.value(pattern);
            }
        }
        value
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::tests::distinct_words_of;

    /// What the second argument of the first call of `sign` comes down to.
    fn key_of(source: &str) -> Vec<String> {
        distinct_words_of(&parse(source), "sign", 1)
    }

    #[test]
    fn keys_are_followed_however_they_are_written() {
        for source in [
            "sign(p, \"k\")",
            "sign p, ~s(k)",
            "p |> sign(\"k\")",
            "key = \"k\"\nsign(p, key)",
            "defmodule A do\n  @key \"k\"\n  def m, do: sign(p, @key)\nend",
            "defmodule A do\n  def m, do: sign(p, key())\n  defp key, do: \"k\"\nend",
            "defmodule A do\n  def m(p), do: sign(p, __MODULE__.key())\n  def key() do\n    log()\n    \"k\"\n  end\nend",
            "defmodule B.A do\n  def key, do: \"k\"\nend\ndefmodule B.C do\n  alias B.A\n  def m, do: sign(p, A.key())\nend",
            "defmodule A do\n  def key, do: \"k\"\nend\nsign(p, A.key)",
            "{:ok, key} = {:ok, \"k\"}\nsign(p, key)",
            "%{key: key} = %{key: \"k\"}\nsign(p, key)",
            "o = [key: \"k\"]\nsign(p, o[:key])",
            "o = %{\"key\" => \"k\"}\nsign(p, o[\"key\"])",
            "o = %{other | key: \"k\"}\nsign(p, o.key)",
            "f = fn -> \"k\" end\nsign(p, f.())",
            "sign(p, \"\"\"\n  k\n  \"\"\")",
            "sign(p, to_string(\"k\"))",
            "with key <- \"k\", do: sign(p, key)",
            "def a(p, key \\\\ \"k\"), do: sign(p, key)",
        ] {
            assert_eq!(key_of(source), ["k"], "{source}");
        }
    }

    #[test]
    fn look_ups_and_what_they_fall_back_to() {
        for (source, ends) in [
            ("sign(p, System.fetch_env!(\"A\"))", vec!["$A"]),
            ("sign(p, System.get_env(\"A\", \"k\"))", vec!["$A", "fallback k"]),
            ("sign(p, System.get_env(\"A\") || \"k\")", vec!["$A", "fallback k"]),
            ("sign(p, Application.get_env(:app, :a, \"k\"))", vec!["$a", "fallback k"]),
            ("sign(p, Map.fetch!(System.get_env(), \"A\"))", vec!["$A"]),
            ("sign(p, {:system, \"A\"})", vec!["$A"]),
            ("key = if b, do: System.get_env(\"A\"), else: \"k\"\nsign(p, key)", vec!["$A", "fallback k"]),
            (
                "key = case System.get_env(\"A\") do\n  nil -> \"k\"\n  a -> a\nend\nsign(p, key)",
                vec!["fallback k", "$A"],
            ),
            ("sign(p, :key)", vec!["unknown"]),
            ("sign(p, Enum.random(a) |> to_string())", vec!["random"]),
            ("sign(p, :rand.uniform(9))", vec!["random"]),
            ("sign(p, :crypto.strong_rand_bytes(32))", vec!["look-up"]),
        ] {
            assert_eq!(key_of(source), ends, "{source}");
        }
    }

    #[test]
    fn configuration_is_named_by_its_application_and_module() {
        let facts = parse(
            "config :app, Web.Guardian,\n  secret_key: \"k\"\nconfig :app, :jwt, secret: \"k\"\nconfig :app, salt: \"k\"",
        );
        let mut paths: Vec<String> = facts.entries.iter().map(|entry| entry.path.join("/")).collect();
        paths.retain(|path| path.contains('/'));
        assert_eq!(paths, ["app/Web/Guardian", "app/Web/Guardian/secret_key", "app/jwt", "app/jwt/secret", "app/salt"]);
    }

    #[test]
    fn spans_are_those_of_the_text() {
        let text = "a = \"x#{b}\\ny\"\nc = \"\"\"\n    one\n      two\n    \"\"\"\nd = ~w(é f)\n";
        let facts = parse(text);
        let literals: Vec<(&str, &str)> = facts
            .values
            .iter()
            .filter_map(|value| match &value.kind {
                Kind::Literal(read) => Some((read.as_str(), &text[value.span.range()])),
                _ => None,
            })
            .collect();
        let expected = [("x", "x"), ("\ny", "\\ny"), ("one\n  two", "    one\n      two"), ("é", "é"), ("f", "f")];
        assert_eq!(literals, expected);
    }

    #[test]
    fn half_written_code_is_read_as_far_as_it_goes() {
        let whole = "defmodule A.B do\n  @key System.get_env(\"A\") || \"\"\"\n  k\n  \"\"\"\n  def m(%{a: b} = c, d \\\\ 1) when d > 1 do\n    with {:ok, x} <- f(c), do: x |> g(&(&1 + 1)) |> h\n  end\nend\n";
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            parse(&whole[..end]);
        }
        for text in [
            "@",
            "def",
            "alias A.{",
            "a |> ",
            "%{",
            "&",
            "fn ->",
            "~s(",
            "\"#{",
            "a[",
            "config :a, ",
            "\"\"\"",
            "{:ok, ",
            ".",
        ] {
            parse(text);
            parse(&text.repeat(20));
        }
    }
}
