//! C#.

use tree_sitter::Node;

use crate::facts::{Argument, ClassId, Facts, Kind, Property, Span, ValueId};
use crate::language::Language;
use crate::language::lowering::{self, Lowering, Style, keyword, positional, spread};
use crate::language::syntax::{child, children, span, unescape};

/// How many members and calls may follow one `?.`.
const MAX_CONDITIONAL: usize = 100;

static STYLE: Style = Style { grammar: tree_sitter_c_sharp::LANGUAGE, lower, bare_members: true, local: |_| false };

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(text, Language::CSharp, &STYLE)
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "identifier" | "predefined_type" => code.name(node),
        "this" | "base" => code.this(at),
        "string_literal" => string(code, node),
        "verbatim_string_literal" => verbatim(code, node),
        "raw_string_literal" => raw(code, node),
        "interpolated_string_expression" => interpolated(code, node),
        "character_literal" => code.string(node, false, &[]),
        "integer_literal" | "real_literal" => code.add(Kind::Number(code.text(node).replace('_', "")), at),
        "boolean_literal" => code.add(Kind::Boolean(code.text(node) == "true"), at),
        "null_literal" => code.add(Kind::Null, at),
        "member_access_expression" | "qualified_name" => {
            let object = code.field(node, "expression").or_else(|| code.field(node, "qualifier"));
            let (Some(object), Some(name)) = (object, node.child_by_field_name("name")) else {
                return code.derived(node);
            };
            let name = bare(name);
            code.member(object, code.text(name), span(name), at)
        }
        "generic_name" => code.name(bare(node)),
        // `global::System`
        "alias_qualified_name" => match node.child_by_field_name("name") {
            Some(name) => code.value(name),
            None => code.derived(node),
        },
        "conditional_access_expression" => bound(code, node, None, MAX_CONDITIONAL),
        "element_access_expression" => {
            let object = code.field(node, "expression");
            let keys = node.child_by_field_name("subscript").map(|list| arguments(code, list)).unwrap_or_default();
            match (object, keys.as_slice()) {
                (Some(object), [key]) => code.index(object, key.value, at),
                _ => code.add(Kind::Unknown, at),
            }
        }
        "invocation_expression" => {
            // The name of something is not what it holds.
            if code.field_text(node, "function") == Some("nameof") {
                return code.add(Kind::Unknown, at);
            }
            let Some(callee) = code.field(node, "function") else { return code.derived(node) };
            let arguments = node.child_by_field_name("arguments").map(|list| arguments(code, list));
            code.call(callee, arguments.unwrap_or_default(), false, at)
        }
        "object_creation_expression" => {
            let type_name = node.child_by_field_name("type");
            construct(code, node, type_name)
        }
        "implicit_object_creation_expression" => construct(code, node, None),
        "anonymous_object_creation_expression" => named_values(code, node, None),
        "with_expression" => match children(node).first() {
            Some(original) => named_values(code, node, Some(*original)),
            None => code.derived(node),
        },
        "array_creation_expression"
        | "implicit_array_creation_expression"
        | "stackalloc_expression"
        | "implicit_stackalloc_expression" => match child(node, &["initializer_expression"]) {
            Some(items) => initializer(code, items),
            None => code.derived(node),
        },
        "initializer_expression" => initializer(code, node),
        "collection_expression" | "tuple_expression" => {
            let items = code.values(&children(node));
            code.add(Kind::List(items), at)
        }
        "parenthesized_expression"
        | "await_expression"
        | "checked_expression"
        | "ref_expression"
        | "collection_element"
        | "expression_element"
        | "arrow_expression_clause"
        | "argument" => match children(node).last() {
            Some(inner) => code.value(*inner),
            None => code.add(Kind::Unknown, at),
        },
        "cast_expression" => code.field(node, "value").unwrap_or_else(|| code.add(Kind::Unknown, at)),
        "as_expression" => code.field(node, "left").unwrap_or_else(|| code.add(Kind::Unknown, at)),
        "postfix_unary_expression" => code.inside(node),
        "binary_expression" => match code.field_text(node, "operator") {
            Some("+") => code.concat_chain(node, "+"),
            Some("??") => code.either(node, &["left", "right"]),
            _ => code.derived(node),
        },
        "conditional_expression" => {
            code.field(node, "condition");
            code.either(node, &["consequence", "alternative"])
        }
        "switch_expression" => {
            let mut values = Vec::new();
            for part in children(node) {
                match (part.kind(), children(part).last()) {
                    ("switch_expression_arm", Some(value)) => values.push(code.value(*value)),
                    _ => {
                        code.value(part);
                    }
                }
            }
            code.choice(values, at)
        }
        "is_pattern_expression" => {
            let Some(value) = code.field(node, "expression") else { return code.derived(node) };
            if let Some(pattern) = node.child_by_field_name("pattern") {
                let pattern = if pattern.kind() == "negated_pattern" { pattern.named_child(0) } else { Some(pattern) };
                if let Some(name) = pattern.and_then(|pattern| pattern.child_by_field_name("name")) {
                    code.define(code.text(name), span(name), value);
                }
            }
            code.add(Kind::Derived(vec![value]), at)
        }
        "assignment_expression" => assignment(code, node),
        "lambda_expression" | "anonymous_method_expression" => code.function(at, |code| {
            if let Some(list) = node.child_by_field_name("parameters") {
                parameters(code, list);
            }
            match node.child_by_field_name("body").or_else(|| child(node, &["block"])) {
                Some(body) if body.kind() == "block" => {
                    code.value(body);
                }
                Some(body) => {
                    let value = code.value(body);
                    code.returns(value);
                }
                None => {}
            }
        }),
        "return_statement" | "yield_statement" => {
            let result_type = code.result_type();
            let value = match children(node).as_slice() {
                [value] => typed_value(code, *value, result_type),
                _ => code.derived(node),
            };
            code.returns(value);
            value
        }
        "variable_declaration" => declaration(code, node),
        "declaration_expression" => match node.child_by_field_name("name") {
            Some(name) => {
                let binding = code.declare(code.text(name), span(name));
                if let Some(type_name) = node.child_by_field_name("type").and_then(|name| type_of(code, name)) {
                    code.typed(binding, type_name);
                }
                code.add(Kind::Name(binding), at)
            }
            None => code.derived(node),
        },
        "block" => code.block(node),
        "foreach_statement" => {
            let items = code.field(node, "right");
            if let (Some(name), Some(items)) = (node.child_by_field_name("left"), items)
                && name.kind() == "identifier"
            {
                code.define(code.text(name), span(name), items);
            }
            code.field(node, "body").unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        "local_function_statement" => {
            let value = function(code, node);
            code.define_named(node, value)
        }
        "method_declaration" => {
            let value = function(code, node);
            code.method_named(node, value)
        }
        "constructor_declaration" => {
            let value = function(code, node);
            if let Some(name) = node.child_by_field_name("name") {
                code.class_member("constructor", span(name), Some(value), None);
            }
            value
        }
        "destructor_declaration"
        | "operator_declaration"
        | "conversion_operator_declaration"
        | "accessor_declaration" => function(code, node),
        "property_declaration" => property(code, node),
        "class_declaration" | "struct_declaration" | "record_declaration" | "interface_declaration" => {
            class(code, node)
        }
        // Its members tell alternatives apart and hold nothing.
        "enum_declaration" => code.add(Kind::Unknown, at),
        "using_directive" => using(code, node),
        _ => code.derived(node),
    }
}

/// A name without what stands in its angle brackets.
fn bare(name: Node) -> Node {
    match name.kind() {
        "generic_name" => child(name, &["identifier"]).unwrap_or(name),
        _ => name,
    }
}

// Strings.

/// A string in double quotes, of characters or of bytes (`"..."u8`).
fn string<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let end = child(node, &["string_literal_encoding"]).map_or(node.end_byte(), |encoding| encoding.start_byte());
    let inner = Span::new(node.start_byte() + 1, end.saturating_sub(1));
    let text = code.source().get(inner.range()).map(unescape).unwrap_or_default();
    code.literal(text, inner)
}

/// `@"..."`, in which only quotes are escaped, by doubling them.
fn verbatim<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let whole = code.text(node);
    let close = whole.rfind('"').unwrap_or(whole.len());
    let inner = Span::new(node.start_byte() + 2, node.start_byte() + close);
    let text = code.source().get(inner.range()).unwrap_or_default().replace("\"\"", "\"");
    code.literal(text, inner)
}

/// `"""..."""`. Of several lines the first and the last are no part of the text, and neither is the indentation of the
/// last.
fn raw<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let Some(content) = child(node, &["raw_string_content"]) else { return code.literal("", span(node)) };
    let whole = code.text(content);
    let lines = whole.split_once('\n').filter(|(first, _)| first.trim().is_empty()).map(|(_, rest)| rest);
    let Some((lines, indent)) = lines.and_then(|lines| lines.rsplit_once('\n')) else {
        return code.literal(whole, span(content));
    };
    let start = content.end_byte() - indent.len() - 1 - lines.len();
    let margin = if lines.starts_with(indent) { indent.len() } else { 0 };
    let text: Vec<&str> = lines.lines().map(|line| line.strip_prefix(indent).unwrap_or(line)).collect();
    code.literal(text.join("\n"), Span::new(start + margin, start + lines.trim_end().len().max(margin)))
}

/// `$"..."`, `$@"..."`, `$"""..."""`.
fn interpolated<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let start = child(node, &["interpolation_start"]).map_or("", |start| code.text(start));
    let plain =
        start.contains('@') || child(node, &["interpolation_quote"]).is_some_and(|quote| quote.byte_range().len() > 1);
    let mut parts = Vec::new();
    let mut open: Option<Span> = None;
    let close = |code: &mut Lowering<'t>, at: Span, parts: &mut Vec<ValueId>| {
        let text = code.source().get(at.range()).unwrap_or_default().replace("{{", "{").replace("}}", "}");
        let text = if plain { text } else { unescape(&text) };
        parts.push(code.literal(text, at));
    };
    for part in children(node) {
        match part.kind() {
            "interpolation_start" | "interpolation_quote" => {}
            "interpolation" => {
                if let Some(at) = open.take() {
                    close(code, at, &mut parts);
                }
                let inner = children(part).into_iter().find(|inner| !inner.kind().starts_with("interpolation_"));
                if let Some(inner) = inner {
                    parts.push(code.value(inner));
                }
            }
            _ => {
                let at = span(part);
                open = Some(Span { start: open.map_or(at.start, |open| open.start), end: at.end });
            }
        }
    }
    if let Some(at) = open {
        close(code, at, &mut parts);
    }
    match parts.as_slice() {
        [only] if matches!(code.facts.kind(*only), Kind::Literal(_)) => *only,
        _ => code.add(Kind::Concat(parts), span(node)),
    }
}

// Members, calls and construction.

/// What stands behind a `?.`, of which `object` is the value before it.
fn bound<'t>(code: &mut Lowering<'t>, node: Node<'t>, object: Option<ValueId>, depth: usize) -> ValueId {
    let at = span(node);
    let Some(depth) = depth.checked_sub(1) else { return code.add(Kind::Unknown, at) };
    let left = |code: &mut Lowering<'t>, field: &str| {
        node.child_by_field_name(field).map(|left| bound(code, left, object, depth))
    };
    match node.kind() {
        "conditional_access_expression" => {
            let before = left(code, "condition");
            match children(node).last() {
                Some(rest) if children(node).len() > 1 => bound(code, *rest, before, depth),
                _ => before.unwrap_or_else(|| code.add(Kind::Unknown, at)),
            }
        }
        "member_binding_expression" => match (object, node.child_by_field_name("name").map(bare)) {
            (Some(object), Some(name)) => code.member(object, code.text(name), span(name), at),
            _ => code.derived(node),
        },
        "element_binding_expression" => match (object, arguments(code, node).as_slice()) {
            (Some(object), [key]) => code.index(object, key.value, at),
            _ => code.add(Kind::Unknown, at),
        },
        "member_access_expression" if object.is_some() => {
            match (left(code, "expression"), node.child_by_field_name("name").map(bare)) {
                (Some(object), Some(name)) => code.member(object, code.text(name), span(name), at),
                _ => code.add(Kind::Unknown, at),
            }
        }
        "invocation_expression" if object.is_some() => {
            let Some(callee) = left(code, "function") else { return code.derived(node) };
            let arguments = node.child_by_field_name("arguments").map(|list| arguments(code, list));
            code.call(callee, arguments.unwrap_or_default(), false, at)
        }
        _ => code.value(node),
    }
}

fn arguments<'t>(code: &mut Lowering<'t>, list: Node<'t>) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for argument in children(list).into_iter().filter(|argument| argument.kind() == "argument") {
        let Some(value) = children(argument).last().map(|value| code.value(*value)) else { continue };
        arguments.push(match code.field_text(argument, "name") {
            Some(name) => keyword(name, value),
            None => positional(value),
        });
    }
    arguments
}

/// A type's name; nothing for what is part of the language.
fn type_of<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    match node.kind() {
        "identifier" | "qualified_name" | "generic_name" | "alias_qualified_name" => Some(code.value(node)),
        "nullable_type" => node.named_child(0).and_then(|inner| type_of(code, inner)),
        _ => None,
    }
}

/// A value that is written to something of a type, which `new()` leaves out.
fn typed_value<'t>(code: &mut Lowering<'t>, node: Node<'t>, type_name: Option<Node<'t>>) -> ValueId {
    match node.kind() {
        "implicit_object_creation_expression" => construct(code, node, type_name),
        _ => code.value(node),
    }
}

/// `new Type(...) { Name = value }`. What fields and properties are given are arguments with names.
fn construct<'t>(code: &mut Lowering<'t>, node: Node<'t>, type_name: Option<Node<'t>>) -> ValueId {
    let at = span(node);
    let callee = type_name.and_then(|name| match name.kind() {
        "implicit_type" | "predefined_type" => None,
        "member_access_expression" => name.child_by_field_name("name").map(|name| code.name(bare(name))),
        _ => type_of(code, name),
    });
    let callee = callee.unwrap_or_else(|| code.add(Kind::Unknown, at));
    let mut given = child(node, &["argument_list"]).map(|list| arguments(code, list)).unwrap_or_default();
    let mut items = Vec::new();
    for entry in child(node, &["initializer_expression"]).map(children).unwrap_or_default() {
        match entry.kind() {
            "assignment_expression" => {
                let target = entry.child_by_field_name("left");
                let value = entry.child_by_field_name("right").map(|value| typed_value(code, value, target));
                let (Some(target), Some(value)) = (target, value) else { continue };
                if target.kind() == "identifier" {
                    given.push(keyword(code.text(target), value));
                    code.gives(callee, code.text(target), span(target), value);
                } else if let [key] = arguments(code, target).as_slice() {
                    given.push(entry_argument(code, key.value, value));
                }
            }
            // `{ "key", value }` of a dictionary.
            "initializer_expression" => match code.values(&children(entry)).as_slice() {
                [key, value] => given.push(entry_argument(code, *key, *value)),
                values => items.extend(values),
            },
            _ => items.push(code.value(entry)),
        }
    }
    // What a collection is made with is what it holds.
    if !items.is_empty() {
        return code.add(Kind::List(items), at);
    }
    code.call(callee, given, true, at)
}

/// An entry of a dictionary; one whose key is no literal can be any.
fn entry_argument(code: &Lowering, key: ValueId, value: ValueId) -> Argument {
    match code.facts.kind(key) {
        Kind::Literal(name) => keyword(name, value),
        _ => spread(value),
    }
}

/// `{ a, b }`, or `{ Name = value }` for a property that is there already.
fn initializer<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let entries = children(node);
    if !entries.is_empty() && entries.iter().all(|entry| entry.kind() == "assignment_expression") {
        let mut properties = Vec::new();
        for entry in entries {
            let (target, value) = (entry.child_by_field_name("left"), code.field(entry, "right"));
            if let (Some(target), Some(value)) = (target, value) {
                properties.push(named(code, target, value));
            }
        }
        return code.add(Kind::Object(properties), at);
    }
    let items = code.values(&entries);
    code.add(Kind::List(items), at)
}

fn named(code: &Lowering, name: Node, value: ValueId) -> Property {
    let text = code.source().get(name.byte_range()).unwrap_or_default();
    Property { key: Some(text.to_owned()), key_span: span(name), value, spread: false }
}

/// `new { Name = value, other.Name }`, `original with { Name = value }`.
fn named_values<'t>(code: &mut Lowering<'t>, node: Node<'t>, original: Option<Node<'t>>) -> ValueId {
    let mut properties = Vec::new();
    let holders = match original {
        Some(original) => {
            let value = code.value(original);
            properties.push(Property { key: None, key_span: span(original), value, spread: true });
            children(node).into_iter().skip(1).collect()
        }
        None => vec![node],
    };
    for holder in holders {
        let mut cursor = holder.walk();
        let mut name: Option<Node<'t>> = None;
        let mut last: Option<Node<'t>> = None;
        for part in holder.children(&mut cursor) {
            if !part.is_named() && code.text(part) == "=" {
                name = last.take();
            } else if part.is_named() && !part.kind().contains("comment") {
                if let Some(name) = name.take() {
                    let value = code.value(part);
                    properties.push(named(code, name, value));
                } else {
                    last = Some(part);
                }
            } else if let Some(part) = last.take() {
                projected(code, part, &mut properties);
            }
        }
        if let Some(part) = last {
            projected(code, part, &mut properties);
        }
    }
    code.add(Kind::Object(properties), span(node))
}

/// A member that goes by the name of its value.
fn projected<'t>(code: &mut Lowering<'t>, node: Node<'t>, properties: &mut Vec<Property>) {
    let value = code.value(node);
    let name = node.child_by_field_name("name").unwrap_or(node);
    properties.push(named(code, name, value));
}

// Statements and declarations.

fn assignment<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let (Some(target), Some(value)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
        return code.derived(node);
    };
    let value = typed_value(code, value, Some(target));
    if !matches!(code.field_text(node, "operator"), Some("=" | "??=")) {
        let grown = code.value(target);
        return code.add(Kind::Derived(vec![grown, value]), at);
    }
    if target.kind() == "tuple_expression" {
        for (index, target) in children(target).into_iter().enumerate() {
            let item = code.member(value, &index.to_string(), span(target), span(target));
            let target = code.value(target);
            code.assign(target, item);
        }
        return value;
    }
    let written = code.value(target);
    code.assign(written, value);
    // To write a property is to call its setter, which the language calls `set_Name`.
    if let Kind::Member { object, name, name_span } = code.facts.kind(written)
        && target.kind() == "member_access_expression"
    {
        let (object, setter, name_span) = (*object, format!("set_{name}"), *name_span);
        let callee = code.member(object, &setter, name_span, name_span);
        code.call(callee, vec![positional(value)], false, name_span);
    }
    value
}

/// `Type name = value, ...` in a function.
fn declaration<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let type_node = node.child_by_field_name("type");
    let type_name = type_node.and_then(|name| type_of(code, name));
    for declarator in children(node).into_iter().filter(|part| part.kind() == "variable_declarator") {
        let value = declared_value(declarator).map(|value| typed_value(code, value, type_node));
        if let Some(names) = child(declarator, &["tuple_pattern"]) {
            for (index, name) in children(names).into_iter().enumerate() {
                if let (Some(value), "identifier") = (value, name.kind()) {
                    let item = code.member(value, &index.to_string(), span(name), span(name));
                    code.define(code.text(name), span(name), item);
                }
            }
            continue;
        }
        let Some(name) = declarator.child_by_field_name("name") else { continue };
        let (text, at) = (code.text(name), span(name));
        if code.in_class().is_some() {
            code.class_member(text, at, value, type_name);
            continue;
        }
        let binding = match value {
            Some(value) => code.define(text, at, value),
            None => code.declare(text, at),
        };
        if let Some(type_name) = type_name {
            code.typed(binding, type_name);
        }
    }
    code.add(Kind::Unknown, span(node))
}

/// What stands behind the `=` of a declarator.
fn declared_value(declarator: Node) -> Option<Node> {
    let name = declarator.named_child(0)?;
    children(declarator).into_iter().rfind(|part| *part != name && part.kind() != "bracketed_argument_list")
}

fn parameters<'t>(code: &mut Lowering<'t>, list: Node<'t>) {
    // `x => ...`
    if list.kind() == "implicit_parameter" {
        code.parameter(Some((code.text(list), span(list))), None, None);
        return;
    }
    for parameter in children(list).into_iter().filter(|parameter| parameter.kind().ends_with("parameter")) {
        let name = parameter.child_by_field_name("name").unwrap_or(parameter);
        let type_name = parameter.child_by_field_name("type").and_then(|name| type_of(code, name));
        let default = default_of(parameter).map(|default| code.value(default));
        code.parameter(Some((code.text(name), span(name))), default, type_name);
    }
}

/// What a parameter is if nothing is given for it.
fn default_of(parameter: Node) -> Option<Node> {
    let name = parameter.child_by_field_name("name")?;
    children(parameter).into_iter().find(|part| part.start_byte() > name.end_byte())
}

fn function<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    code.function(span(node), |code| {
        if let Some(list) = node.child_by_field_name("parameters") {
            parameters(code, list);
        }
        if let Some(base) = child(node, &["constructor_initializer"]) {
            code.value(base);
        }
        let returned = node.child_by_field_name("returns").or_else(|| node.child_by_field_name("type"));
        let returned = returned.map(|returned| awaited(code, returned));
        if let Some(returned) = returned {
            code.returns_type(returned);
        }
        match node.child_by_field_name("body") {
            Some(body) if body.kind() == "arrow_expression_clause" => {
                if let Some(value) = children(body).last().map(|value| typed_value(code, *value, returned)) {
                    code.returns(value);
                }
            }
            Some(body) => {
                code.value(body);
            }
            None => {}
        }
    })
}

/// What a function gives that says it returns `Task<Type>`.
fn awaited<'t>(code: &Lowering<'t>, type_name: Node<'t>) -> Node<'t> {
    let name = child(type_name, &["identifier"]).map(|name| code.text(name));
    let result = child(type_name, &["type_argument_list"]).and_then(|list| list.named_child(0));
    match (name, result) {
        (Some("Task" | "ValueTask"), Some(result)) => result,
        _ => type_name,
    }
}

/// A property, whose value is what it begins with or what its getter gives.
fn property<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let type_node = node.child_by_field_name("type");
    let type_name = type_node.and_then(|name| type_of(code, name));
    let mut value = node.child_by_field_name("value").and_then(|value| match value.kind() {
        "arrow_expression_clause" => children(value).last().copied(),
        _ => Some(value),
    });
    let mut given = value.take().map(|value| typed_value(code, value, type_node));
    for accessor in node.child_by_field_name("accessors").map(children).unwrap_or_default() {
        if accessor.child_by_field_name("body").is_none() {
            continue;
        }
        let lowered = code.value(accessor);
        if code.field_text(accessor, "name") == Some("get") {
            given.get_or_insert(lowered);
        }
    }
    if let Some(name) = node.child_by_field_name("name") {
        code.class_member(code.text(name), span(name), given, type_name);
    }
    given.unwrap_or_else(|| code.add(Kind::Unknown, span(node)))
}

fn class<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
    let class = code.class_named(code.text(name), span(name));
    if let Some(base) = child(node, &["base_list"]).and_then(|list| children(list).into_iter().next()) {
        let base = child(base, &["identifier", "qualified_name", "generic_name"]).unwrap_or(base);
        if let Some(base) = type_of(code, base) {
            code.extends(class, base);
        }
    }
    code.within_class(class, |code| {
        if let Some(list) = child(node, &["parameter_list"]) {
            primary_constructor(code, class, list, node.kind() == "record_declaration");
        }
        for part in children(node) {
            if matches!(part.kind(), "declaration_list" | "attribute_list") {
                code.value(part);
            }
        }
    });
    code.add(Kind::Class(class), at)
}

/// The parameters of `class Name(...)`, known in the whole class; those of a record are its properties.
fn primary_constructor<'t>(code: &mut Lowering<'t>, class: ClassId, list: Node<'t>, record: bool) {
    for parameter in children(list).into_iter().filter(|part| part.kind() == "parameter") {
        let Some(name) = parameter.child_by_field_name("name") else { continue };
        let type_name = parameter.child_by_field_name("type").and_then(|name| type_of(code, name));
        let default = default_of(parameter).map(|default| code.value(default));
        let (text, at) = (code.text(name), span(name));
        if record {
            code.class_member(text, at, default, type_name);
            continue;
        }
        code.member_of(class, text, at, None, type_name);
        let binding = code.declare(text, at);
        if let Some(default) = default {
            let target = code.add(Kind::Name(binding), at);
            code.assign(target, default);
        }
        if let Some(type_name) = type_name {
            code.typed(binding, type_name);
        }
    }
}

fn using<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let unknown = code.add(Kind::Unknown, at);
    let alias = node.child_by_field_name("name");
    let Some(target) = children(node).into_iter().rfind(|part| Some(*part) != alias) else { return unknown };
    let path = code.text(target).trim_start_matches("global::");
    match alias {
        Some(alias) => {
            let names: Vec<&str> = path.split('<').next().unwrap_or(path).split('.').map(str::trim).collect();
            if let [first, rest @ ..] = names.as_slice() {
                code.import(code.text(alias), span(alias), first, rest);
            }
        }
        None => code.open(path),
    }
    unknown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::lowering::tests::show;

    /// The facts of statements in a method of a class.
    fn method(statements: &str) -> Facts {
        parse(&format!("using System;\nclass C {{\n  void M(string p, int q = 1) {{\n{statements}\n  }}\n}}\n"))
    }

    /// What is written to the variable `x`.
    fn written(statements: &str) -> String {
        let facts = method(statements);
        let binding = facts.bindings.iter().find(|binding| binding.name == "x").expect("x");
        show(&facts, *binding.writes.last().expect("a value"))
    }

    #[test]
    fn strings_are_read_as_the_language_reads_them() {
        for (source, text) in [
            (r#""a\nb""#, "\"a\\nb\""),
            (r#""a"u8"#, "\"a\""),
            (r#"@"a\""b""#, r#""a\\\"b""#),
            ("\"\"\"a \"b\" c\"\"\"", r#""a \"b\" c""#),
            ("\"\"\"\n    a\n      b\n    \"\"\"", r#""a\n  b""#),
            ("\"\"", r#""""#),
            ("'c'", r#""c""#),
            (r#"$"a{p}b{{c""#, r#"("a" p "b{c")"#),
            (r#"$@"a\{p:N}""#, r#"("a\\" p)"#),
            (r#"$"plain""#, r#""plain""#),
            (r#""a" + "b" + p"#, r#"("a" "b" p)"#),
            ("nameof(p)", "Unknown"),
        ] {
            assert_eq!(written(&format!("var x = {source};")), text, "{source}");
        }
    }

    #[test]
    fn spans_are_those_of_the_text_between_the_quotes() {
        for source in [
            "\"secret\"",
            "@\"secret\"",
            "\"secret\"u8",
            "\"\"\"secret\"\"\"",
            "\"\"\"\n  secret\n  \"\"\"",
            "$\"secret\"",
        ] {
            let text = format!("class C {{ string F = {source}; }}");
            let facts = parse(&text);
            let literal =
                facts.values.iter().find(|value| matches!(&value.kind, Kind::Literal(text) if text == "secret"));
            let span = literal.map(|value| value.span).expect(source);
            assert_eq!(&text[span.range()], "secret", "{source}");
        }
    }

    #[test]
    fn values_are_lowered() {
        for (source, value) in [
            ("var x = p ?? \"d\";", "any(p \"d\")"),
            ("var x = q > 1 ? p : \"d\";", "any(p \"d\")"),
            ("var x = q switch { 1 => \"a\", _ => \"b\" };", "any(\"a\" \"b\")"),
            ("var x = (string)p!;", "p"),
            ("var x = await F(b: p, 1);", "F(b=p, 1)"),
            ("var x = config[\"Jwt:Key\"];", "config.Jwt:Key"),
            ("var x = config.GetValue<string>(\"A\", \"b\");", "config.GetValue(\"A\", \"b\")"),
            ("var x = global::System.Text.Encoding.UTF8;", "System.Text.Encoding.UTF8"),
            ("var x = p?.A?.B(1)?.C[\"d\"];", "p.A.B(1).C.d"),
            ("var x = new T(p) { A = 1, B = { C = 2 } };", "new T(p, A=1, B={C: 2})"),
            ("T x = new() { A = new(p) };", "new T(A=new A(p))"),
            (
                "var x = new Dictionary<string, string> { [\"a\"] = \"b\", { \"c\", p } };",
                "new Dictionary(a=\"b\", c=p)",
            ),
            ("var x = new List<string> { \"a\", p };", "[\"a\" p]"),
            ("var x = new[] { \"a\" };", "[\"a\"]"),
            ("string[] x = [\"a\", p];", "[\"a\" p]"),
            ("var x = new { A = 1, p, q.B };", "{A: 1, p: p, B: q.B}"),
            ("var x = p with { A = 1 };", "{..: p, A: 1}"),
            ("string x; x = \"a\";", "\"a\""),
            ("string x = null; x ??= \"a\";", "\"a\""),
        ] {
            assert_eq!(written(source), value, "{source}");
        }
    }

    #[test]
    fn a_class_is_what_its_members_say() {
        let facts = parse(
            "namespace N;
             public partial class C(string first = \"a\") : B {
               const string One = \"1\", Two = \"2\";
               public string Three { get; set; } = \"3\";
               string Four => \"4\";
               string Five { get { return \"5\"; } }
               T Six() => new();
               async Task<T> Seven() { return new() { A = 1 }; }
             }
             record R(string Key = \"k\");
             enum E { Secret = 1 }",
        );
        let class = facts.classes.iter().find(|class| class.name.as_deref() == Some("C")).expect("C");
        let value = |name: &str| {
            let member = class.members.iter().find(|member| member.name == name).expect(name);
            match facts.kind(member.value.expect(name)) {
                Kind::Function(function) => show(&facts, facts.functions[function.index()].returns[0]),
                _ => show(&facts, member.value.expect(name)),
            }
        };
        for (name, expected) in [
            ("One", "\"1\""),
            ("Two", "\"2\""),
            ("Three", "\"3\""),
            ("Four", "\"4\""),
            ("Five", "\"5\""),
            ("Six", "new T()"),
            ("Seven", "new T(A=1)"),
        ] {
            assert_eq!(value(name), expected, "{name}");
        }
        assert!(class.extends.is_some());
        assert!(facts.entries.iter().any(|entry| entry.path == ["R", "Key"]));
        assert!(!facts.entries.iter().any(|entry| entry.path.iter().any(|name| name == "Secret")));
    }

    #[test]
    fn to_write_a_property_is_to_call_its_setter() {
        let facts = method("options.Key.Secret = p;");
        let call = facts.calls.iter().map(|call| show(&facts, *call)).next();
        assert_eq!(call.as_deref(), Some("options.Key.set_Secret(p)"));
        assert!(facts.entries.iter().any(|entry| entry.path == ["options", "Key", "Secret"]));
    }

    #[test]
    fn namespaces_are_opened_and_aliases_bound() {
        let facts = parse("global using A.B; using static C.D; using E = F.G; class H { object x = new E.I(); }");
        assert_eq!(facts.opened, ["A.B", "C.D"]);
        let alias = facts.bindings.iter().find(|binding| binding.name == "E").expect("E");
        assert_eq!(show(&facts, alias.writes[0]), "<F>.G");
    }

    #[test]
    fn half_written_and_deep_code_does_no_harm() {
        // As deep as it is followed it needs more than a test's own thread has.
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(half_written_and_deep_code);
        thread.expect("a thread").join().expect("no panic");
    }

    fn half_written_and_deep_code() {
        let source = include_str!("../../fixtures/csharp/microsoft-identitymodel/bad.cs");
        for cut in (0..source.len()).step_by(37).filter(|cut| source.is_char_boundary(*cut)) {
            parse(&source[..cut]);
        }
        for (open, close) in [("(", ")"), ("new A(", ")"), ("x => ", ""), ("{", "}"), ("p?.A(", ")"), ("$\"{", "}\"")] {
            parse(&format!("class C {{ object x = {}{}; }}", open.repeat(3_000), close.repeat(3_000)));
        }
        parse(&format!("class C {{ object x = p{}; }}", "?.a.b()".repeat(5_000)));
        parse(&format!("class C {{ string x = \"a\"{}; }}", " + \"a\"".repeat(5_000)));
    }
}
