//! Go.
//!
//! Several values that a function returns are a list, and each name they are given to is a member of it by its position:
//! `key, err := load()`.

use std::collections::HashSet;

use tree_sitter::Node;

use crate::facts::{Argument, ClassId, Facts, Kind, Property, Span, ValueId};
use crate::language::Language;
use crate::language::lowering::{self, Lowering, Style, keyword, positional, spread};
use crate::language::syntax::{child, children, fields, span};

static STYLE: Style = Style { grammar: tree_sitter_go::LANGUAGE, lower, bare_members: false, local: |_| false };

/// The tags that name the variable or setting a field is read from (caarlos0/env, cleanenv, envconfig, go-envconfig, kong;
/// viper's mapstructure).
const NAME_TAGS: [&str; 4] = ["env", "envconfig", "split_words", "mapstructure"];

/// The tags that say what a field is when it is not set (caarlos0/env, cleanenv, envconfig, kong, go-flags, defaults).
const DEFAULT_TAGS: [&str; 4] = ["envDefault", "env-default", "default", "env_default"];

/// How many imports of one list are read. Real code has a few dozen.
const MAX_IMPORTS: usize = 1_000;

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    let mut facts = lowering::lower(text, Language::Go, &STYLE);
    let entries = std::mem::take(&mut facts.entries);
    facts.entries = entries.into_iter().filter(|entry| !is_label(&facts, entry.value)).collect();
    facts
}

/// Whether a value is a text of a type of its own, as labels and the keys of contexts are: `contextKey("token")`. Its name
/// says nothing of it as a value.
fn is_label(facts: &Facts, value: ValueId) -> bool {
    let Some(call) = facts.call(value).filter(|call| !call.construct) else { return false };
    let Kind::Name(callee) = facts.kind(call.callee) else { return false };
    let writes = &facts.bindings[callee.index()].writes;
    writes.iter().any(|write| matches!(facts.kind(*write), Kind::Class(_)))
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "source_file" => {
            imports(code, node);
            code.derived(node)
        }
        // Bound before all else.
        "import_declaration" | "package_clause" => code.add(Kind::Unknown, at),
        "identifier" | "type_identifier" | "package_identifier" => code.name(node),
        "interpreted_string_literal" => code.string(node, false, &[]),
        "raw_string_literal" => code.string(node, true, &[]),
        "int_literal" | "float_literal" => code.add(Kind::Number(code.text(node).to_owned()), at),
        "true" => code.add(Kind::Boolean(true), at),
        "false" => code.add(Kind::Boolean(false), at),
        "nil" => code.add(Kind::Null, at),
        "selector_expression" => member(code, node, "operand", "field"),
        "qualified_type" => member(code, node, "package", "name"),
        "generic_type" => code.field(node, "type").unwrap_or_else(|| code.add(Kind::Unknown, at)),
        "pointer_type" | "parenthesized_type" | "parenthesized_expression" | "literal_element" | "type_elem" => {
            code.inside(node)
        }
        "slice_type" | "array_type" if is_bytes(code, node) => code.add(Kind::Global("[]byte".to_owned()), at),
        "index_expression" => match (code.field(node, "operand"), code.field(node, "index")) {
            (Some(object), Some(key)) => code.index(object, key, at),
            _ => code.add(Kind::Unknown, at),
        },
        // What is left of a value is judged as the whole, what it is converted to or asserted to be as it was.
        "slice_expression" | "type_assertion_expression" | "type_conversion_expression" => {
            code.field(node, "operand").unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        "unary_expression" => match code.field_text(node, "operator") {
            Some("&" | "*") => code.inside(node),
            _ => code.derived(node),
        },
        "binary_expression" if code.field_text(node, "operator") == Some("+") => code.concat_chain(node, "+"),
        "call_expression" => call(code, node),
        "composite_literal" => match (node.child_by_field_name("type"), node.child_by_field_name("body")) {
            (Some(type_node), Some(body)) => composite(code, type_node, body, at),
            _ => code.derived(node),
        },
        "func_literal" => code.function(at, |code| function_parts(code, node)),
        "function_declaration" => {
            let value = code.function(at, |code| function_parts(code, node));
            code.define_named(node, value)
        }
        "method_declaration" => method(code, node),
        "type_spec" | "type_alias" => type_declaration(code, node),
        "var_spec" | "const_spec" => {
            let names = fields(node, "name").into_iter().filter(|name| name.is_named()).collect();
            let type_name = node.child_by_field_name("type").map(|type_node| code.value(type_node));
            let values = node.child_by_field_name("value").map(children).unwrap_or_default();
            store_all(code, names, values, type_name, true);
            code.add(Kind::Unknown, at)
        }
        "short_var_declaration" | "assignment_statement" => assignment(code, node),
        "return_statement" => {
            let value = match child(node, &["expression_list"]).map(children).unwrap_or_default().as_slice() {
                [] => return code.add(Kind::Unknown, at),
                [only] => code.value(*only),
                several => {
                    let values = code.values(several);
                    code.add(Kind::List(values), at)
                }
            };
            code.returns(value);
            value
        }
        "range_clause" => {
            let right = code.field(node, "right");
            if let (Some(left), Some(right)) = (node.child_by_field_name("left"), right) {
                let declares = code.text(node).contains(":=");
                let targets = children(left);
                if let Some(index) = targets.first() {
                    let unknown = code.add(Kind::Unknown, span(*index));
                    store(code, *index, unknown, declares);
                }
                if let Some(item) = targets.get(1) {
                    let value = code.member(right, "*", span(*item), span(*item));
                    store(code, *item, value, declares);
                }
            }
            code.add(Kind::Unknown, at)
        }
        "type_switch_statement" => code.within_block(|code| {
            code.field(node, "initializer");
            let value = code.field(node, "value");
            if let (Some(alias), Some(value)) = (node.child_by_field_name("alias"), value) {
                for name in children(alias) {
                    store(code, name, value, true);
                }
            }
            let cases = children(node).into_iter().filter(|child| child.kind().ends_with("_case"));
            for case in cases {
                code.value(case);
            }
            code.add(Kind::Unknown, at)
        }),
        "block"
        | "if_statement"
        | "for_statement"
        | "expression_switch_statement"
        | "expression_case"
        | "type_case"
        | "default_case"
        | "communication_case" => code.block(node),
        _ => code.derived(node),
    }
}

fn member<'t>(code: &mut Lowering<'t>, node: Node<'t>, object: &str, name: &str) -> ValueId {
    let Some(object) = code.field(node, object) else { return code.derived(node) };
    let Some(name) = node.child_by_field_name(name) else { return object };
    code.member(object, code.text(name), span(name), span(node))
}

/// Whether a type is that of bytes or characters, so that it is another form of text.
fn is_bytes(code: &Lowering, node: Node) -> bool {
    node.child_by_field_name("element")
        .and_then(|element| code.source().get(element.byte_range()))
        .is_some_and(|element| matches!(element, "byte" | "uint8" | "rune"))
}

fn call<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(function) = node.child_by_field_name("function") else { return code.derived(node) };
    let nodes = node.child_by_field_name("arguments").map(children).unwrap_or_default();
    // `new(T)` is `&T{}`.
    if let (true, [type_node]) = (code.text(function) == "new", nodes.as_slice()) {
        let type_value = code.value(*type_node);
        return code.call(type_value, Vec::new(), true, at);
    }
    let callee = code.value(function);
    let mut arguments = Vec::new();
    for argument in nodes {
        arguments.push(match argument.kind() {
            "variadic_argument" => spread(code.inside(argument)),
            _ => positional(code.value(argument)),
        });
    }
    // What is added to a list is in it like what was there.
    if let (true, [list, items @ ..]) = (code.text(function) == "append", arguments.as_slice())
        && !items.iter().any(|item| item.spread)
    {
        let (list, items) = (list.value, items.iter().map(|item| item.value).collect());
        let items = code.add(Kind::List(items), at);
        return code.choice(vec![list, items], at);
    }
    code.call(callee, arguments, false, at)
}

/// A literal of a type: a list, a map, or an instance with its fields.
fn composite<'t>(code: &mut Lowering<'t>, type_node: Node<'t>, body: Node<'t>, at: Span) -> ValueId {
    let elements = children(body);
    match type_node.kind() {
        "slice_type" | "array_type" | "implicit_length_array_type" => {
            let item = type_node.child_by_field_name("element");
            let values = elements.into_iter().filter_map(|element| match element.kind() {
                // `[...]string{0: "a"}`
                "keyed_element" => element.child_by_field_name("value"),
                _ => Some(element),
            });
            let values = values.map(|value| element_value(code, item, value)).collect();
            code.add(Kind::List(values), at)
        }
        "map_type" => map(code, type_node.child_by_field_name("value"), elements, at),
        _ => {
            let by_text = |element: &Node<'t>| {
                let key = element.child_by_field_name("key").and_then(|key| key.named_child(0));
                key.is_some_and(|key| key.kind().ends_with("string_literal"))
            };
            if elements.iter().any(by_text) {
                return map(code, None, elements, at);
            }
            let type_value = code.value(type_node);
            let mut arguments: Vec<Argument> = Vec::new();
            for element in elements {
                let (Some(key), Some(value)) =
                    (element.child_by_field_name("key"), element.child_by_field_name("value"))
                else {
                    let value = code.value(element);
                    arguments.push(positional(value));
                    continue;
                };
                let value = element_value(code, None, value);
                let name = code.text(key);
                arguments.push(keyword(name, value));
                code.gives(type_value, name, span(key), value);
            }
            code.call(type_value, arguments, true, at)
        }
    }
}

fn map<'t>(code: &mut Lowering<'t>, item: Option<Node<'t>>, elements: Vec<Node<'t>>, at: Span) -> ValueId {
    let mut properties = Vec::new();
    for element in elements {
        let (Some(key), Some(value)) = (element.child_by_field_name("key"), element.child_by_field_name("value"))
        else {
            code.value(element);
            continue;
        };
        let key = code.value(key);
        let value = element_value(code, item, value);
        let property: Property = code.property(key, value);
        properties.push(property);
    }
    code.add(Kind::Object(properties), at)
}

/// What stands in a list or map; of a type that need not be written again: `[]Key{{ID: "a"}}`.
fn element_value<'t>(code: &mut Lowering<'t>, type_node: Option<Node<'t>>, element: Node<'t>) -> ValueId {
    match (type_node, child(element, &["literal_value"])) {
        (Some(mut type_node), Some(body)) => {
            while type_node.kind() == "pointer_type" {
                let Some(inner) = type_node.named_child(0) else { break };
                type_node = inner;
            }
            code.nested(span(element), |code| composite(code, type_node, body, span(element)))
        }
        _ => code.value(element),
    }
}

/// The parameters, named results and body of a function.
fn function_parts<'t>(code: &mut Lowering<'t>, node: Node<'t>) {
    if let Some(list) = node.child_by_field_name("parameters") {
        for declaration in children(list) {
            let type_name = declaration.child_by_field_name("type").map(|type_node| code.value(type_node));
            let names = fields(declaration, "name");
            if names.is_empty() {
                code.parameter(None, None, type_name);
            }
            for name in names {
                code.parameter(Some((code.text(name), span(name))), None, type_name);
            }
        }
    }
    let results = node.child_by_field_name("result").filter(|result| result.kind() == "parameter_list");
    let mut named: Vec<Node<'t>> = Vec::new();
    for declaration in results.map(children).unwrap_or_default() {
        for name in fields(declaration, "name") {
            if code.text(name) != "_" {
                code.declare(code.text(name), span(name));
            }
            named.push(name);
        }
    }
    if let Some(body) = node.child_by_field_name("body") {
        // The body is no scope of its own.
        code.derived(body);
    }
    // What a bare `return` returns.
    if let Some(first) = named.first() {
        let at = span(*first);
        let values: Vec<ValueId> = named.iter().map(|name| code.name(*name)).collect();
        let value = match values.as_slice() {
            [only] => *only,
            _ => code.add(Kind::List(values), at),
        };
        code.returns(value);
    }
}

/// A method belongs to the type of its receiver, wherever that is declared.
fn method<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let receiver = node.child_by_field_name("receiver").and_then(|list| child(list, &["parameter_declaration"]));
    let class = receiver.and_then(|receiver| receiver.child_by_field_name("type")).and_then(|type_node| {
        let name = type_name_of(type_node)?;
        Some(code.class_named(code.text(name), span(name)))
    });
    let this = receiver.and_then(|receiver| receiver.child_by_field_name("name"));
    let value = code.function(at, |code| {
        if let (Some(this), Some(class)) = (this, class) {
            code.bind_this(code.text(this), class);
        }
        function_parts(code, node);
    });
    if let (Some(class), Some(name)) = (class, node.child_by_field_name("name")) {
        code.member_of(class, code.text(name), span(name), Some(value), None);
    }
    value
}

/// The name of a type of this package, behind pointers and type parameters.
fn type_name_of(node: Node) -> Option<Node> {
    let mut node = node;
    while matches!(node.kind(), "pointer_type" | "generic_type" | "parenthesized_type") {
        node = node.named_child(0)?;
    }
    (node.kind() == "type_identifier").then_some(node)
}

fn type_declaration<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let (Some(name), Some(type_node)) = (node.child_by_field_name("name"), node.child_by_field_name("type")) else {
        return code.derived(node);
    };
    let class = code.class_named(code.text(name), span(name));
    if type_node.kind() == "struct_type" {
        struct_fields(code, class, type_node);
    } else {
        // Where it comes from is where what it is made of comes from.
        let value = code.value(type_node);
        code.define(code.text(name), span(name), value);
    }
    code.add(Kind::Class(class), at)
}

fn struct_fields<'t>(code: &mut Lowering<'t>, class: ClassId, node: Node<'t>) {
    for field in child(node, &["field_declaration_list"]).map(children).unwrap_or_default() {
        let type_node = field.child_by_field_name("type");
        let type_name = type_node.filter(|node| node.kind() != "struct_type").map(|node| code.value(node));
        let value = field.child_by_field_name("tag").and_then(|tag| tagged(code, tag));
        let names = fields(field, "name");
        if let (true, Some(type_name)) = (names.is_empty(), type_name) {
            // What is embedded lends its members.
            code.extends(class, type_name);
        }
        for name in names {
            let mut type_name = type_name;
            if let Some(inner) = type_node.filter(|node| node.kind() == "struct_type") {
                let (name, at) = (code.text(name), span(name));
                type_name = Some(code.nested(at, |code| {
                    let inner_class = code.class_in_place(Some(name));
                    struct_fields(code, inner_class, inner);
                    code.add(Kind::Class(inner_class), at)
                }));
            }
            code.member_of(class, code.text(name), span(name), value, type_name);
        }
    }
}

/// The look-up that a field's tag asks for: `env:"JWT_SECRET" envDefault:"dev"`.
fn tagged<'t>(code: &mut Lowering<'t>, tag: Node<'t>) -> Option<ValueId> {
    let content = child(tag, &["raw_string_literal_content"])?;
    let mut name = None;
    let mut fallback = None;
    for (key, text, at) in tags(code.text(content), content.start_byte()) {
        if NAME_TAGS.contains(&key) {
            name = name.or_else(|| text.split(',').next().map(str::trim).filter(|name| !name.is_empty()));
            // `env:"JWT_SECRET, default=dev"` (go-envconfig)
            if let Some(start) = text.find("default=") {
                let start = start + "default=".len();
                let from = at.start as usize + start;
                fallback = text.get(start..).map(|text| (text, Span::new(from, at.end as usize)));
            }
        } else if DEFAULT_TAGS.contains(&key) {
            fallback = Some((text, at));
        }
    }
    if name.is_none() && fallback.is_none() {
        return None;
    }
    let fallback = fallback.filter(|(text, _)| !text.is_empty()).map(|(text, at)| code.literal(text, at));
    Some(code.add(Kind::Environment { name: name.unwrap_or_default().to_owned(), fallback }, span(tag)))
}

/// The keys and values of a struct tag as `reflect.StructTag` reads them, each value with where it stands. Values with
/// escapes are left as they are written.
fn tags(text: &str, offset: usize) -> Vec<(&str, &str, Span)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(colon) = rest.find(":\"") else { break };
        let key = rest[..colon].trim_start();
        let start = at + colon + 2;
        let Some(value) = text.get(start..) else { break };
        let mut escaped = false;
        let end = value.bytes().position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        let Some(end) = end else { break };
        found.push((key, &value[..end], Span::new(offset + start, offset + start + end)));
        at = start + end + 1;
    }
    found
}

fn assignment<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let left = node.child_by_field_name("left").map(children).unwrap_or_default();
    let right = node.child_by_field_name("right").map(children).unwrap_or_default();
    if !matches!(code.field_text(node, "operator"), None | Some("=")) {
        return code.derived(node);
    }
    let declares = node.kind() == "short_var_declaration";
    store_all(code, left, right, None, declares);
    code.add(Kind::Unknown, at)
}

/// Writes values to names: one to each, or all that one call returns.
fn store_all<'t>(
    code: &mut Lowering<'t>,
    targets: Vec<Node<'t>>,
    values: Vec<Node<'t>>,
    type_name: Option<ValueId>,
    declares: bool,
) {
    if let (Some(type_name), true) = (type_name, declares) {
        for name in &targets {
            if code.text(*name) != "_" {
                let binding = code.declare(code.text(*name), span(*name));
                code.typed(binding, type_name);
            }
        }
    }
    if let ([value], true) = (values.as_slice(), targets.len() > 1) {
        let returns = value.kind() == "call_expression";
        let value = code.value(*value);
        for (index, target) in targets.into_iter().enumerate() {
            let at = span(target);
            let item = match (returns, index) {
                (true, _) => code.member(value, &index.to_string(), at, at),
                // `value, ok := x.(T)`
                (false, 0) => value,
                (false, _) => code.add(Kind::Unknown, at),
            };
            store(code, target, item, declares);
        }
        return;
    }
    for (target, value) in targets.into_iter().zip(values) {
        let at = span(value);
        let mut value = code.value(value);
        // A text that is declared with a type is converted to it.
        if let (Some(type_name), Kind::Literal(_)) = (type_name, code.facts.kind(value)) {
            let own = match code.facts.kind(type_name) {
                Kind::Global(name) => !matches!(name.as_str(), "string" | "any"),
                kind => matches!(kind, Kind::Member { .. }),
            };
            if own {
                value = code.call(type_name, vec![positional(value)], false, at);
            }
        }
        store(code, target, value, declares);
    }
}

fn store<'t>(code: &mut Lowering<'t>, target: Node<'t>, value: ValueId, declares: bool) {
    match target.kind() {
        "identifier" if code.text(target) == "_" => {}
        "identifier" if declares => {
            code.define(code.text(target), span(target), value);
        }
        "index_expression" => {
            let element = code.value(target);
            if matches!(code.facts.kind(element), Kind::Member { .. }) {
                code.assign(element, value);
            } else if let Some(whole) = target.child_by_field_name("operand") {
                // What is written to some element is part of the whole.
                let whole = code.value(whole);
                let part = code.add(Kind::Derived(vec![value]), span(target));
                code.assign(whole, part);
            }
        }
        _ => {
            let target = code.value(target);
            code.assign(target, value);
        }
    }
}

/// Binds the names of imported packages. A package is called as its own source says, which is as a rule the last name of
/// its path, and sometimes only alike: `github.com/appleboy/gin-jwt/v2` is `jwt`.
fn imports<'t>(code: &mut Lowering<'t>, file: Node<'t>) {
    let mut alike = Vec::new();
    let mut bound: HashSet<&'t str> = HashSet::new();
    for declaration in children(file).into_iter().filter(|child| child.kind() == "import_declaration") {
        let list = child(declaration, &["import_spec_list"]).unwrap_or(declaration);
        let specs = children(list).into_iter().filter(|child| child.kind() == "import_spec");
        for import in specs.take(MAX_IMPORTS) {
            let Some(path) = import.child_by_field_name("path") else { continue };
            let module = code.text(path).trim_matches(['"', '`']);
            match import.child_by_field_name("name") {
                Some(name) if name.kind() == "dot" => code.open(module),
                Some(name) if name.kind() == "blank_identifier" => {}
                Some(name) => {
                    bound.insert(code.text(name));
                    code.import(code.text(name), span(name), module, &[]);
                }
                None => {
                    let names = package_names(module, code.source()).into_iter().enumerate();
                    alike.extend(names.map(|(rank, name)| (rank, name, module, span(path))));
                }
            }
        }
    }
    // Where two packages may have one name, the likelier has it.
    alike.sort_by_key(|(rank, ..)| *rank);
    for (_, name, module, at) in alike {
        if bound.insert(name) {
            code.import(name, at, module, &[]);
        }
    }
}

/// What the package of an import path may be called, the likeliest first. `text` is that of the file.
fn package_names<'t>(path: &'t str, text: &'t str) -> Vec<&'t str> {
    let is_version = |name: &str| {
        name.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let last = path.rsplit('/').find(|name| !is_version(name)).unwrap_or_default();
    // `gopkg.in/yaml.v3`
    let last = match last.rsplit_once('.') {
        Some((name, version)) if is_version(version) => name,
        _ => last,
    };
    let mut names = vec![last];
    names.extend(last.strip_prefix("go-").or_else(|| last.strip_suffix("-go")));
    names.extend(last.strip_suffix(".go").or_else(|| last.strip_prefix("go.")));
    // `echo-jwt` is `echojwt`. What is not called so anywhere in the file does not matter.
    if last.contains('-') {
        let joined = last.replace('-', "");
        names.extend(text.find(&joined).and_then(|at| text.get(at..at + joined.len())));
    }
    names.extend(last.rsplit(['-', '.']).filter(|word| !matches!(*word, "go" | "golang")));
    let is_name = |name: &&str| {
        let starts = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
        starts && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let mut seen = HashSet::new();
    names.into_iter().filter(is_name).filter(|name| seen.insert(*name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::tests::words_of;

    /// What the first argument of the first call of `use` comes down to.
    fn used(source: &str) -> Vec<String> {
        let facts = parse(&format!("package a\nimport \"os\"\n{source}"));
        assert!(facts.problems.is_empty(), "{source}: {:?}", facts.problems);
        let mut ends = words_of(&facts, "use", 0);
        ends.retain(|end| !matches!(end.as_str(), "look-up" | "unknown"));
        ends
    }

    #[test]
    fn constants_are_followed_however_they_are_held() {
        for source in [
            "const key = \"k\"\nfunc f() { use(key) }",
            "const (\n a = iota\n key string = \"k\"\n)\nfunc f() { use([]byte(key)) }",
            "func f() { use(key) }\nvar key = []byte(`k`)",
            "func f() { var a, key = 1, \"k\"; use(key) }",
            "func f() { var key string; key = \"k\"; use(key) }",
            "type T struct { a string; key []byte }\nfunc f() { t := &T{key: []byte(\"k\")}; use(t.key) }",
            "type T struct { key string }\nfunc n(k string) *T { return &T{key: k} }\nfunc (t *T) m() { use(t.key) }\nfunc f() { n(\"k\") }",
            "type T struct { key string }\nfunc (t *T) m() { use(t.key) }\nfunc (t *T) s() { t.key = \"k\" }",
            "type U struct { T }\ntype T struct { key string }\nvar t = T{key: \"k\"}\nfunc (u U) m() { use(u.key) }",
            "type C struct { key string }\ntype S struct { c *C }\nvar c = C{key: \"k\"}\nfunc (s *S) m() { use(s.c.key) }",
            "var m = map[string][]byte{\"a\": []byte(\"k\")}\nfunc f() { use(m[\"a\"]) }",
            "var l = []struct{ key string }{{key: \"k\"}}\nfunc f() { for _, i := range l { use(i.key) } }",
            "func g() (string, error) { return \"k\", nil }\nfunc f() { key, err := g(); use(key) }",
            "func g() (key string, err error) { key = \"k\"; return }\nfunc f() { key, _ := g(); use(key) }",
            "func h() (string, error) { return g() }\nfunc g() (string, error) { return \"k\", nil }\nfunc f() { k, _ := h(); use(k) }",
            "func g[T any](v T) T { return v }\nfunc f() { use(g[string](\"k\")) }",
            "func f() { g := func() string { return \"k\" }; use(g()) }",
            "func f(x any) { x = \"k\"; switch key := x.(type) { case string: use(key) } }",
            "func f() { var x any = \"k\"; if key, ok := x.(string); ok { use(key) } }",
            "type S string\nfunc f() { use([]byte(S(\"k\"))) }",
            "func f() { use(\"\" + \"k\") }",
        ] {
            assert_eq!(used(source), ["k"], "{source}");
        }
    }

    #[test]
    fn an_unset_variable_falls_back() {
        for source in [
            "func f() { k := os.Getenv(\"X\"); if k == \"\" { k = \"d\" }; use(k) }",
            "func g() string { if v := os.Getenv(\"X\"); v != \"\" { return v }; return \"d\" }\nfunc f() { use(g()) }",
            "func g(n, d string) string { if v, ok := os.LookupEnv(n); ok { return v }; return d }\nfunc f() { use(g(\"X\", \"d\")) }",
            "type C struct { K string `json:\"k\" env:\"X,required\" envDefault:\"d\"` }\nfunc f(c *C) { use(c.K) }",
            "type C struct { J struct { K string `env:\"X, default=d\"` } }\nvar c C\nfunc f() { use(c.J.K) }",
        ] {
            assert_eq!(used(source), ["$X", "fallback d"], "{source}");
        }
    }

    #[test]
    fn packages_are_called_as_their_sources_say() {
        for (path, name) in [
            ("github.com/golang-jwt/jwt/v5", "jwt"),
            ("github.com/dgrijalva/jwt-go", "jwt"),
            ("github.com/labstack/echo-jwt/v4", "echojwt"),
            ("github.com/appleboy/gin-jwt/v2", "jwt"),
            ("gopkg.in/square/go-jose.v2", "jose"),
            ("github.com/satori/go.uuid", "uuid"),
            ("math/rand", "rand"),
        ] {
            let text = format!("{path} echojwt.JWT");
            assert!(package_names(&text[..path.len()], &text).contains(&name), "{path}");
        }
        let facts = parse("package a\nimport (\n\"x/gin-jwt\"\n\"y/gin\"\n. \"z/dot\"\n_ \"z/blank\"\n)\n");
        let bound = |name: &str| {
            let binding = facts.bindings.iter().find(|binding| binding.name == name)?;
            match facts.kind(*binding.writes.first()?) {
                Kind::Module(module) => Some(module.as_str()),
                _ => None,
            }
        };
        assert_eq!((bound("gin"), bound("jwt"), bound("blank")), (Some("y/gin"), Some("x/gin-jwt"), None));
        assert_eq!(facts.opened, ["z/dot"]);
    }

    #[test]
    fn tags_are_read_with_their_places() {
        let text = r#"json:"a,omitempty" env:"X" default:"q\"d" broken:"#;
        let found = tags(text, 10);
        let read: Vec<(&str, &str)> = found.iter().map(|(key, value, _)| (*key, *value)).collect();
        assert_eq!(read, [("json", "a,omitempty"), ("env", "X"), ("default", r#"q\"d"#)]);
        for (_, value, at) in found {
            assert_eq!(&text[at.start as usize - 10..at.end as usize - 10], value);
        }
    }

    #[test]
    fn texts_of_types_of_their_own_are_no_settings() {
        let facts = parse(
            "package a\ntype key string\nconst jwtKey = key(\"a\")\nconst jwtSecret key = \"b\"\nvar jwt = \"c\"\n",
        );
        let names: Vec<&str> = facts.entries.iter().filter_map(|entry| entry.path.last()).map(String::as_str).collect();
        assert!(names.contains(&"jwt") && !names.contains(&"jwtKey") && !names.contains(&"jwtSecret"), "{names:?}");
    }
}
