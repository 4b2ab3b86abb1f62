//! Python.

use tree_sitter::Node;

use crate::facts::{Argument, Facts, Kind, Property, ValueId};
use crate::language::Language;
use crate::language::lowering::{self, Lowering, Style, keyword, positional, spread};
use crate::language::syntax::{child, children, fields, operands, span};

static STYLE: Style = Style { grammar: tree_sitter_python::LANGUAGE, lower, bare_members: false, local: |_| false };

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(text, Language::Python, &STYLE)
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "identifier" => code.name(node),
        "string" => {
            let start = child(node, &["string_start"]).map_or("", |start| code.text(start));
            code.string(node, start.contains(['r', 'R']), &["interpolation"])
        }
        "concatenated_string" => code.concat(&children(node), at),
        "integer" | "float" => code.add(Kind::Number(code.text(node).to_owned()), at),
        "true" => code.add(Kind::Boolean(true), at),
        "false" => code.add(Kind::Boolean(false), at),
        "none" => code.add(Kind::Null, at),
        "attribute" => {
            let Some(object) = code.field(node, "object") else { return code.derived(node) };
            let Some(name) = node.child_by_field_name("attribute") else { return object };
            code.member(object, code.text(name), span(name), at)
        }
        "subscript" => {
            let object = code.field(node, "value");
            let keys = code.values(&fields(node, "subscript"));
            match (object, keys.as_slice()) {
                (Some(object), [key]) => code.index(object, *key, at),
                _ => code.add(Kind::Unknown, at),
            }
        }
        "call" => call(code, node),
        "parenthesized_expression" | "await" | "interpolation" | "type" => code.inside(node),
        "binary_operator" if code.field_text(node, "operator") == Some("+") => {
            let operands = operands(node, code.source(), "+");
            code.concat(&operands, at)
        }
        "boolean_operator" => {
            let either = [code.field(node, "left"), code.field(node, "right")];
            let either: Vec<ValueId> = either.into_iter().flatten().collect();
            // `a and b` is b, or nothing that could be a key.
            let first =
                if code.field_text(node, "operator") == Some("and") { either.len().saturating_sub(1) } else { 0 };
            code.choice(either[first..].to_vec(), at)
        }
        "conditional_expression" => match code.values(&children(node)).as_slice() {
            [value, _, other] => code.choice(vec![*value, *other], at),
            _ => code.add(Kind::Unknown, at),
        },
        "dictionary" => {
            let mut properties = Vec::new();
            for entry in children(node) {
                match (code.field(entry, "key"), code.field(entry, "value")) {
                    (Some(key), Some(value)) => properties.push(code.property(key, value)),
                    // `**other`
                    _ => {
                        let value = code.inside(entry);
                        properties.push(Property { key: None, key_span: span(entry), value, spread: true });
                    }
                }
            }
            code.add(Kind::Object(properties), at)
        }
        "list" | "tuple" | "set" | "expression_list" => {
            let items = code.values(&children(node));
            code.add(Kind::List(items), at)
        }
        "lambda" => code.function(at, |code| {
            parameters(code, node, None);
            if let Some(body) = code.field(node, "body") {
                code.returns(body);
            }
        }),
        "function_definition" => function(code, node, false),
        "class_definition" => class(code, node),
        "decorated_definition" => decorated(code, node),
        "assignment" | "named_expression" | "augmented_assignment" => assignment(code, node),
        "return_statement" => {
            let value = code.inside(node);
            code.returns(value);
            value
        }
        "expression_statement" => {
            // A text that stands for itself is documentation.
            if let [only] = children(node).as_slice()
                && only.kind() == "string"
            {
                code.facts.comments.push(at);
                return code.add(Kind::Unknown, at);
            }
            code.inside(node)
        }
        "global_statement" => {
            for name in children(node) {
                code.bind_to_file(code.text(name), span(name));
            }
            code.add(Kind::Unknown, at)
        }
        "with_item" => {
            let Some(pattern) = child(node, &["as_pattern"]) else { return code.derived(node) };
            let parts = children(pattern);
            let (Some(value), Some(target)) = (parts.first(), pattern.child_by_field_name("alias")) else {
                return code.derived(node);
            };
            let value = code.value(*value);
            for name in children(target) {
                write(code, name, value);
            }
            value
        }
        "import_statement" | "import_from_statement" | "future_import_statement" => import(code, node),
        _ => code.derived(node),
    }
}

fn call<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(function) = node.child_by_field_name("function") else { return code.derived(node) };
    let callee = code.value(function);
    let mut arguments: Vec<Argument> = Vec::new();
    if let Some(list) = node.child_by_field_name("arguments") {
        // `f(x for x in y)` has no list around its argument.
        let nodes = if list.kind() == "argument_list" { children(list) } else { vec![list] };
        for argument in nodes {
            match argument.kind() {
                "keyword_argument" => {
                    if let (Some(name), Some(value)) =
                        (code.field_text(argument, "name"), code.field(argument, "value"))
                    {
                        arguments.push(keyword(name, value));
                    }
                }
                "list_splat" | "dictionary_splat" => {
                    let value = code.inside(argument);
                    arguments.push(spread(value));
                }
                _ => {
                    let value = code.value(argument);
                    arguments.push(positional(value));
                }
            }
        }
    }
    // Classes are told from functions by how they are written alone (PEP 8).
    let last = function.child_by_field_name("attribute").unwrap_or(function);
    let construct = code.text(last).starts_with(|first: char| first.is_uppercase());
    code.call(callee, arguments, construct, at)
}

fn function<'t>(code: &mut Lowering<'t>, node: Node<'t>, is_static: bool) -> ValueId {
    let at = span(node);
    let class = code.in_class().filter(|_| !is_static);
    let value = code.function(at, |code| {
        parameters(code, node, class);
        code.field(node, "body");
    });
    if let Some(name) = node.child_by_field_name("name") {
        code.bind(code.text(name), span(name), value);
    }
    value
}

/// Declares the parameters; of a method the first is the instance.
fn parameters<'t>(code: &mut Lowering<'t>, node: Node<'t>, mut method_of: Option<crate::facts::ClassId>) {
    let Some(list) = node.child_by_field_name("parameters") else { return };
    for parameter in children(list) {
        let name = match parameter.kind() {
            "identifier" => Some(parameter),
            _ => parameter.child_by_field_name("name").or_else(|| child(parameter, &["identifier"])),
        };
        let named = name.map(|name| (code.text(name), span(name)));
        if let (Some(class), Some((name, _))) = (method_of.take(), named) {
            code.bind_this(name, class);
            continue;
        }
        let type_name = parameter.child_by_field_name("type").map(|name| type_name(code, name));
        let default = code.field(parameter, "value");
        code.parameter(named, default, type_name);
    }
}

/// A type, without what stands in its brackets.
fn type_name<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let mut node = node;
    while matches!(node.kind(), "type" | "generic_type" | "subscript") {
        match node.named_child(0) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    code.value(node)
}

fn class<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
    let class = code.class_named(code.text(name), span(name));
    if let Some(list) = node.child_by_field_name("superclasses") {
        for super_class in children(list).into_iter().filter(|argument| argument.kind() != "keyword_argument") {
            let super_class = type_name(code, super_class);
            code.extends(class, super_class);
        }
    }
    code.within_class(class, |code| {
        code.field(node, "body");
    });
    code.add(Kind::Class(class), at)
}

/// A function or class that is handed to what decorates it.
fn decorated<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let decorators: Vec<Node<'t>> = children(node).into_iter().filter(|child| child.kind() == "decorator").collect();
    let is_static = decorators.iter().any(|decorator| code.text(*decorator).trim() == "@staticmethod");
    let Some(definition) = node.child_by_field_name("definition") else { return code.derived(node) };
    let value = match definition.kind() {
        "function_definition" => function(code, definition, is_static),
        _ => code.value(definition),
    };
    for decorator in decorators {
        let callee = code.inside(decorator);
        code.call(callee, vec![positional(value)], false, span(decorator));
    }
    value
}

fn assignment<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let target = node.child_by_field_name("left").or_else(|| node.child_by_field_name("name"));
    let value = node.child_by_field_name("right").or_else(|| node.child_by_field_name("value"));
    let type_name = node.child_by_field_name("type").map(|name| type_name(code, name));
    let Some(target) = target else { return code.derived(node) };
    let Some(value) = value.map(|value| code.value(value)) else {
        // `name: Type` declares only.
        if code.in_class().is_some() && target.kind() == "identifier" {
            code.class_member(code.text(target), span(target), None, type_name);
        }
        return code.add(Kind::Unknown, span(node));
    };
    if node.kind() == "augmented_assignment" {
        let grown = code.value(target);
        return code.add(Kind::Derived(vec![grown, value]), span(node));
    }
    if type_name.is_some() && code.in_class().is_some() && target.kind() == "identifier" {
        code.class_member(code.text(target), span(target), Some(value), type_name);
    } else {
        write(code, target, value);
    }
    value
}

/// Writes a value to a name, a member, or to the names of a list one by one.
fn write<'t>(code: &mut Lowering<'t>, target: Node<'t>, value: ValueId) {
    match target.kind() {
        "identifier" => code.bind(code.text(target), span(target), value),
        "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" | "list" => {
            for (index, target) in children(target).into_iter().enumerate() {
                let item = code.member(value, &index.to_string(), span(target), span(target));
                write(code, target, item);
            }
        }
        _ => {
            let target = code.value(target);
            code.assign(target, value);
        }
    }
}

fn import<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let from = node.child_by_field_name("module_name").map(|module| code.text(module));
    if let (Some(module), true) = (from, child(node, &["wildcard_import"]).is_some()) {
        code.open(module);
    }
    for import in fields(node, "name") {
        let alias = import.child_by_field_name("alias");
        let name = import.child_by_field_name("name").unwrap_or(import);
        let path: Vec<&str> = code.text(name).split('.').collect();
        let Some((first, last)) = path.first().zip(path.last()) else { continue };
        let bound = alias.map_or(if from.is_some() { *last } else { *first }, |alias| code.text(alias));
        let at = span(alias.unwrap_or(name));
        match from {
            // A module of the project itself.
            Some(from) if from.starts_with('.') => code.import(bound, at, from, &path),
            Some(from) => {
                let whole: Vec<&str> = from.split('.').chain(path).collect();
                code.import(bound, at, whole[0], &whole[1..]);
            }
            // `import a.b` binds `a`.
            None if alias.is_none() => code.import(bound, at, first, &[]),
            None => code.import(bound, at, first, &path[1..]),
        }
    }
    code.add(Kind::Unknown, at)
}
