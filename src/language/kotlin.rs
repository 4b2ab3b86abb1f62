//! Kotlin.

use tree_sitter::Node;

use crate::facts::{Argument, ClassId, Facts, Kind, Span, ValueId};
use crate::language::Language;
use crate::language::annotation;
use crate::language::lowering::{self, Lowering, Style, keyword, positional, spread};
use crate::language::syntax::{child, children, span};

static STYLE: Style = Style { grammar: tree_sitter_kotlin_ng::LANGUAGE, lower, bare_members: true, local: |_| false };

/// The kinds of nodes that are types.
const TYPES: [&str; 5] = ["user_type", "nullable_type", "non_nullable_type", "parenthesized_type", "function_type"];

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(text, Language::Kotlin, &STYLE)
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "identifier" => match code.text(node) {
            "null" => code.add(Kind::Null, at),
            "true" => code.add(Kind::Boolean(true), at),
            "false" => code.add(Kind::Boolean(false), at),
            _ => code.name(node),
        },
        "this_expression" => code.this(at),
        "super_expression" => code.super_class(at),
        "string_literal" => string(code, node),
        "multiline_string_literal" => code.string(node, true, &["interpolation"]),
        "character_literal" => code.string(node, false, &[]),
        "number_literal" | "float_literal" => code.add(Kind::Number(code.text(node).to_owned()), at),
        "navigation_expression" => {
            let parts = children(node);
            let (Some(object), Some(name)) = (parts.first(), parts.get(1)) else { return code.inside(node) };
            let object = code.value(*object);
            code.member(object, code.text(*name), span(*name), at)
        }
        "index_expression" => {
            let parts = code.values(&children(node));
            match parts.as_slice() {
                [object, key] => code.index(*object, *key, at),
                _ => code.add(Kind::Derived(parts), at),
            }
        }
        "call_expression" => call(code, node),
        "constructor_invocation" => {
            let arguments = arguments(code, node);
            let callee = type_of(code, node).unwrap_or_else(|| code.add(Kind::Unknown, at));
            code.call(callee, arguments, true, at)
        }
        "constructor_delegation_call" => {
            let arguments = arguments(code, node);
            let callee = if code.text(node).starts_with("super") { code.super_class(at) } else { code.this(at) };
            code.call(callee, arguments, false, at)
        }
        // `secret!!`
        "unary_expression" if code.text(node).ends_with("!!") => code.inside(node),
        "parenthesized_expression" | "annotated_lambda" | "value_argument" | "interpolation" | "property_delegate" => {
            code.inside(node)
        }
        "as_expression" => code.field(node, "left").unwrap_or_else(|| code.derived(node)),
        "binary_expression" => binary(code, node),
        "infix_expression" => {
            let parts = children(node);
            match parts.as_slice() {
                [key, word, value] if code.text(*word) == "to" => {
                    let (key, value) = (code.value(*key), code.value(*value));
                    let property = code.property(key, value);
                    code.add(Kind::Object(vec![property]), at)
                }
                [object, word, value] => {
                    let object = code.value(*object);
                    let callee = code.member(object, code.text(*word), span(*word), span(*word));
                    let value = code.value(*value);
                    code.call(callee, vec![positional(value)], false, at)
                }
                _ => code.derived(node),
            }
        }
        "if_expression" => {
            let condition = node.child_by_field_name("condition");
            let parts: Vec<Node<'t>> = children(node).into_iter().filter(|part| Some(*part) != condition).collect();
            condition.map(|condition| code.value(condition));
            let values: Vec<ValueId> = parts.into_iter().map(|part| last_of(code, part)).collect();
            code.choice(values, at)
        }
        "when_expression" => {
            let mut values = Vec::new();
            for part in children(node) {
                if part.kind() == "when_entry" {
                    let parts = children(part);
                    let Some((last, conditions)) = parts.split_last() else { continue };
                    code.values(conditions);
                    values.push(last_of(code, *last));
                } else {
                    code.value(part);
                }
            }
            code.choice(values, at)
        }
        "try_expression" => {
            let values = children(node).into_iter().map(|part| last_of(code, part)).collect();
            code.choice(values, at)
        }
        "collection_literal" => {
            let items = code.values(&children(node));
            code.add(Kind::List(items), at)
        }
        "lambda_literal" => lambda(code, node, None),
        "anonymous_function" | "function_declaration" | "secondary_constructor" | "getter" | "setter" => {
            function(code, node)
        }
        "property_declaration" => property(code, node),
        "assignment" => assignment(code, node),
        "class_declaration" | "object_declaration" => class(code, node),
        "companion_object" => companion(code, node),
        "object_literal" => {
            let class = code.class_in_place(None);
            body_of_class(code, node, class);
            let callee = code.add(Kind::Class(class), at);
            code.call(callee, Vec::new(), true, at)
        }
        "enum_entry" => {
            let Some(name) = child(node, &["identifier"]) else { return code.derived(node) };
            let arguments = arguments(code, node);
            let callee = code.this(at);
            let value = code.call(callee, arguments, true, at);
            code.class_member(code.text(name), span(name), Some(value), None);
            value
        }
        "block" | "control_structure_body" | "for_statement" | "catch_block" => code.block(node),
        "variable_declaration" => {
            if let Some(name) = child(node, &["identifier"]) {
                code.declare(code.text(name), span(name));
            }
            code.add(Kind::Unknown, at)
        }
        "return_expression" => {
            let value = children(node).into_iter().rfind(|part| part.kind() != "label").map(|part| code.value(part));
            let value = value.unwrap_or_else(|| code.add(Kind::Unknown, at));
            // `return@map x` returns from a lambda, whose last value counts.
            code.returns(value);
            value
        }
        "throw_expression" => {
            code.derived(node);
            code.add(Kind::Unknown, at)
        }
        "callable_reference" => {
            let parts = children(node);
            match parts.as_slice() {
                [name] => code.value(*name),
                [object, name] => {
                    let object = code.value(*object);
                    code.member(object, code.text(*name), span(*name), at)
                }
                _ => code.derived(node),
            }
        }
        "annotation" => {
            annotation(code, node);
            code.add(Kind::Unknown, at)
        }
        "import" => import(code, node),
        "user_type" | "nullable_type" | "non_nullable_type" => {
            type_name(code, node).unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        "package_header" | "type_arguments" | "type_parameters" | "function_type" | "label" | "file_annotation" => {
            code.add(Kind::Unknown, at)
        }
        _ => code.derived(node),
    }
}

fn binary<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    match code.field_text(node, "operator") {
        Some("+") => code.concat_chain(node, "+"),
        Some("?:") => code.either(node, &["left", "right"]),
        _ => code.derived(node),
    }
}

/// Lowers a block, whose value is that of its last expression, or an expression.
fn last_of<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    if !matches!(node.kind(), "block" | "catch_block" | "control_structure_body") {
        return code.value(node);
    }
    code.within_block(|code| {
        let values = code.values(&children(node));
        values.last().copied().unwrap_or_else(|| code.add(Kind::Unknown, span(node)))
    })
}

fn call<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(function) = children(node).first().copied() else { return code.derived(node) };
    let lambda_node = child(node, &["annotated_lambda"]).and_then(|lambda| child(lambda, &["lambda_literal"]));
    // `receiver.apply { ... }`: what is called without an object in there is called on the receiver.
    if let (Some(body), "navigation_expression") = (lambda_node, function.kind())
        && let [object, name] = children(function).as_slice()
    {
        let scope = code.text(*name);
        if matches!(scope, "apply" | "also" | "let" | "run") {
            let receiver = code.value(*object);
            let given = lambda(code, body, Some((receiver, matches!(scope, "apply" | "run"))));
            return match (scope, code.facts.kind(given)) {
                ("apply" | "also", _) => code.choice(vec![receiver], at),
                (_, Kind::Function(function)) => {
                    let returns = code.facts.functions[function.index()].returns.clone();
                    code.choice(returns, at)
                }
                _ => given,
            };
        }
    }
    // `f(a) { ... }`: the block is the last argument of the call in front of it.
    let (function, mut arguments) = match (lambda_node, function.kind(), child(function, &["value_arguments"])) {
        (Some(_), "call_expression", Some(_)) => {
            let arguments = arguments(code, function);
            (children(function).first().copied().unwrap_or(function), arguments)
        }
        _ => (function, arguments(code, node)),
    };
    if let Some(body) = lambda_node {
        let value = lambda(code, body, None);
        arguments.push(positional(value));
    }
    let callee = match function.kind() {
        "identifier" => code.called(function),
        _ => code.value(function),
    };
    // Classes are told from functions by how they are written alone.
    let name =
        if function.kind() == "navigation_expression" { children(function).last().copied() } else { Some(function) };
    let construct = name.is_some_and(|name| code.text(name).starts_with(char::is_uppercase));
    let call = code.call(callee, arguments, construct, at);
    code.builds(call);
    call
}

/// A string on one line. The grammar knows `${...}` in it, and not `$name`.
fn string<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let whole = span(node);
    let inner = Span { start: whole.start + 1, end: whole.end.saturating_sub(1).max(whole.start + 1) };
    let mut values: Vec<(Span, ValueId)> = Vec::new();
    let mut done = inner.start;
    for part in children(node).into_iter().filter(|part| part.kind() == "interpolation") {
        let at = span(part);
        names_in(code, Span { start: done, end: at.start }, &mut values);
        values.push((at, code.inside(part)));
        done = at.end;
    }
    names_in(code, Span { start: done, end: inner.end }, &mut values);
    code.interpolated(whole, inner, false, &values)
}

/// Adds the names behind a `$` in a stretch of a string, with where they stand.
fn names_in(code: &mut Lowering, stretch: Span, values: &mut Vec<(Span, ValueId)>) {
    let start = stretch.start as usize;
    let text = code.source().get(stretch.range()).unwrap_or_default();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['$', '\\'])) {
        let sign = at + found;
        let rest = text.get(sign + 1..).unwrap_or_default();
        if text.get(sign..sign + 1) == Some("\\") {
            at = sign + 1 + rest.chars().next().map_or(0, char::len_utf8);
            continue;
        }
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        at = sign + 1 + length;
        if let Some(name) = rest.get(..length).filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        {
            let value = code.reference(name, Span::new(start + sign + 1, start + at));
            values.push((Span::new(start + sign, start + at), value));
        }
    }
}

fn arguments<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Vec<Argument> {
    let list = child(node, &["value_arguments"]).map(children).unwrap_or_default();
    let mut arguments = Vec::new();
    for argument in list {
        let parts = children(argument);
        match parts.as_slice() {
            [name, value] if name.kind() == "identifier" => {
                let value = code.value(*value);
                arguments.push(keyword(code.text(*name), value));
            }
            [only] if only.kind() == "spread_expression" => {
                let value = code.inside(*only);
                arguments.push(spread(value));
            }
            _ => {
                let value = code.value(argument);
                arguments.push(positional(value));
            }
        }
    }
    arguments
}

/// A lambda, in which `it` (or its parameter) is what it is given, or methods without an object are called on that.
fn lambda<'t>(code: &mut Lowering<'t>, node: Node<'t>, given: Option<(ValueId, bool)>) -> ValueId {
    code.function(span(node), |code| {
        let parameters = child(node, &["lambda_parameters"]);
        let receiver = given.filter(|(_, is_receiver)| *is_receiver).map(|(value, _)| value);
        let argument = given.filter(|(_, is_receiver)| !*is_receiver).map(|(value, _)| value);
        match parameters {
            Some(parameters) => {
                for parameter in children(parameters) {
                    let name = child(parameter, &["identifier"]).map(|name| (code.text(name), span(name)));
                    let type_name = type_of(code, parameter);
                    code.parameter(name, argument, type_name);
                }
            }
            None if receiver.is_none() => code.parameter(Some(("it", span(node))), argument, None),
            None => {}
        }
        let statements: Vec<Node<'t>> =
            children(node).into_iter().filter(|statement| Some(*statement) != parameters).collect();
        let values = code.with_receiver(receiver, |code| code.values(&statements));
        if let Some(last) = values.last() {
            code.returns(*last);
        }
    })
}

fn function<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let setting = modifiers(code, node);
    let value = code.function(span(node), |code| {
        parameters(code, node, setting);
        for part in children(node) {
            match part.kind() {
                "function_body" => body(code, part),
                "block" | "constructor_delegation_call" => {
                    code.value(part);
                }
                _ => {}
            }
        }
    });
    let name = match node.kind() {
        "secondary_constructor" => Some(("constructor", span(node))),
        _ => node.child_by_field_name("name").map(|name| (code.text(name), span(name))),
    };
    if let Some((name, at)) = name {
        if code.in_class().is_some() {
            code.class_member(name, at, Some(value), None);
        } else {
            code.define(name, at, value);
        }
    }
    value
}

fn parameters<'t>(code: &mut Lowering<'t>, node: Node<'t>, setting: Option<ValueId>) {
    let list = child(node, &["function_value_parameters"]).map(children).unwrap_or_default();
    let mut annotated = None;
    let mut index = 0;
    for (position, part) in list.iter().enumerate() {
        match part.kind() {
            "parameter_modifiers" => annotated = annotations(code, *part),
            "parameter" => {
                let default = list.get(position + 1).filter(|next| !next.kind().starts_with("parameter"));
                let default = default.map(|default| code.value(*default));
                let name = child(*part, &["identifier"]).map(|name| (code.text(name), span(name)));
                let type_name = type_of(code, *part);
                let setting = setting.filter(|_| index == 0);
                code.parameter(name, default.or(annotated.take()).or(setting), type_name);
                index += 1;
            }
            _ => {}
        }
    }
}

/// The body of a function, whose value it returns where it is an expression.
fn body<'t>(code: &mut Lowering<'t>, node: Node<'t>) {
    let is_block = child(node, &["block"]).is_some();
    let value = code.inside(node);
    if !is_block {
        code.returns(value);
    }
}

/// A property or variable.
fn property<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let setting = modifiers(code, node);
    let mut names = Vec::new();
    let mut type_name = None;
    let mut value = None;
    let mut assigned = false;
    let mut cursor = node.walk();
    for part in node.children(&mut cursor) {
        match part.kind() {
            "=" => assigned = true,
            "variable_declaration" => {
                names.extend(child(part, &["identifier"]));
                type_name = type_of(code, part);
            }
            "multi_variable_declaration" => {
                names.extend(children(part).into_iter().filter_map(|name| child(name, &["identifier"])));
            }
            "property_delegate" => value = Some(code.value(part)),
            "getter" => {
                let getter = function(code, part);
                // What a getter returns is what the property is.
                value = value.or(Some(getter));
            }
            "setter" => {
                function(code, part);
            }
            _ if assigned && part.is_named() && !part.kind().contains("comment") => {
                value = Some(code.value(part));
                assigned = false;
            }
            _ => {}
        }
    }
    if let ([name], in_class) = (names.as_slice(), code.in_class()) {
        let (name, name_at) = (code.text(*name), span(*name));
        if in_class.is_some() {
            code.class_member(name, name_at, value, type_name);
            if setting.is_some() {
                code.class_member(name, name_at, setting, type_name);
            }
        } else {
            let binding = match value {
                Some(value) => code.define(name, name_at, value),
                None => code.declare(name, name_at),
            };
            if let Some(type_name) = type_name {
                code.typed(binding, type_name);
            }
        }
    } else if let Some(value) = value {
        for (index, name) in names.into_iter().enumerate() {
            let at = span(name);
            let item = code.member(value, &index.to_string(), at, at);
            code.define(code.text(name), at, item);
        }
    }
    value.unwrap_or_else(|| code.add(Kind::Unknown, at))
}

fn assignment<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let (Some(target), Some(value)) = (node.child_by_field_name("left"), code.field(node, "right")) else {
        return code.derived(node);
    };
    let target = code.value(target);
    let value = match code.field_text(node, "operator") {
        None | Some("=") => value,
        _ => code.add(Kind::Derived(vec![target, value]), span(node)),
    };
    code.assign(target, value);
    value
}

fn class<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    modifiers(code, node);
    let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
    let class = code.class_named(code.text(name), span(name));
    body_of_class(code, node, class);
    code.add(Kind::Class(class), span(node))
}

/// The members of a companion are those of the class around it, whatever else it is called.
fn companion<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(class) = code.in_class() else { return code.derived(node) };
    let value = code.add(Kind::Class(class), at);
    let name = code.field_text(node, "name").unwrap_or("Companion");
    code.class_member(name, at, Some(value), None);
    if let Some(body) = child(node, &["class_body"]) {
        code.derived(body);
    }
    value
}

/// What a class extends, the properties of its constructor, and its body.
fn body_of_class<'t>(code: &mut Lowering<'t>, node: Node<'t>, class: ClassId) {
    let supers = child(node, &["delegation_specifiers"]).map(children).unwrap_or_default();
    if let Some(first) = supers.first() {
        let super_class = child(*first, &["constructor_invocation"]).unwrap_or(*first);
        if let Some(super_class) = type_of(code, super_class) {
            code.extends(class, super_class);
        }
    }
    code.within_class(class, |code| {
        let constructor = child(node, &["primary_constructor"]);
        let list = constructor.and_then(|constructor| child(constructor, &["class_parameters"]));
        if let Some(list) = list {
            let mut defaults = Vec::new();
            code.constructor(span(list), |code| {
                for parameter in children(list) {
                    let setting = modifiers(code, parameter);
                    let name = child(parameter, &["identifier"]).map(|name| (code.text(name), span(name)));
                    let type_name = type_of(code, parameter);
                    let default = default_of(code, parameter).or(setting);
                    code.parameter(name, default, type_name);
                    defaults.extend(name.zip(default));
                }
            });
            for ((name, at), default) in defaults {
                code.field_entry(name, at, default);
            }
        }
        // What is handed to the super class can be what it signs with.
        for specifier in &supers {
            if let Some(invocation) = child(*specifier, &["constructor_invocation"]) {
                let arguments = arguments(code, invocation);
                let callee = code.super_class(span(invocation));
                code.call(callee, arguments, false, span(invocation));
            }
        }
        for part in children(node) {
            if matches!(part.kind(), "class_body" | "enum_class_body") {
                code.derived(part);
            }
        }
    });
}

/// The default value of a constructor's parameter, which stands behind its type.
fn default_of<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let mut cursor = node.walk();
    let mut parts = node.children(&mut cursor).skip_while(|part| part.kind() != "=");
    parts.next()?;
    let default = parts.find(|part| part.is_named() && !part.kind().contains("comment"))?;
    Some(code.value(default))
}

/// The setting that one of the annotations of a declaration hands to it.
fn modifiers<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    annotations(code, child(node, &["modifiers"])?)
}

fn annotations<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let mut setting = None;
    for node in children(node).into_iter().filter(|node| node.kind() == "annotation") {
        setting = setting.or(annotation(code, node));
    }
    setting
}

fn annotation<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let invocation = child(node, &["constructor_invocation"])?;
    let arguments = arguments(code, invocation);
    let name = child(invocation, &["user_type"]).map(|name| code.text(name))?;
    annotation::setting(code, name.rsplit('.').next().unwrap_or(name), &arguments, span(node))
}

/// The type among a node's children, without its arguments.
fn type_of<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    type_name(code, child(node, &TYPES)?)
}

fn type_name<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let mut node = node;
    while node.kind() != "user_type" {
        node = child(node, &TYPES)?;
    }
    let mut value: Option<ValueId> = None;
    for name in children(node).into_iter().filter(|name| name.kind() == "identifier") {
        value = Some(match value {
            Some(object) => {
                let at = Span::new(node.start_byte(), name.end_byte());
                code.member(object, code.text(name), span(name), at)
            }
            None => code.name(name),
        });
    }
    value
}

fn import<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let parts = children(node);
    if let Some(path) = parts.first() {
        let names: Vec<&str> = code.text(*path).split('.').map(str::trim).collect();
        if code.text(node).trim_end().ends_with(".*") {
            code.open(names.join("."));
        } else if let ([first, rest @ ..], Some(last)) = (names.as_slice(), names.last()) {
            let alias = parts.get(1).map(|alias| (code.text(*alias), span(*alias)));
            let (bound, at) = alias.unwrap_or((last, span(*path)));
            // A companion's members are those of its class.
            let rest: Vec<&str> = rest.iter().copied().filter(|name| *name != "Companion").collect();
            code.import(bound, at, first, &rest);
        }
    }
    code.add(Kind::Unknown, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::lowering::tests::used_in;

    /// What the last argument of the first call of `use` comes down to, with the text at the place of each literal.
    fn used(source: &str) -> Vec<String> {
        used_in(&parse(source), source)
    }

    #[test]
    fn constants_are_followed_however_they_are_held() {
        for source in [
            "const val K = \"k\"\nfun f() { use(K) }",
            "object A {\n const val K = \"k\" }\nfun f() { use(A.K) }",
            "class A {\n companion object { const val K = \"k\" }\n fun f() { use(K) }\n}",
            "class A {\n companion object { const val K = \"k\" }\n}\nfun f() { use(A.K) }",
            "class A {\n companion object { const val K = \"k\" }\n}\nfun f() { use(A.Companion.K) }",
            "class A {\n companion object Keys { const val K = \"k\" }\n}\nfun f() { use(A.Keys.K) }",
            "class A(private val k: String = \"k\") { fun f() { use(this.k) } }",
            "class A { private val k by lazy { \"k\" }\n fun f() { use(k) } }",
            "class A { val k: String get() = \"k\"\n fun f() { use(k) } }",
            "class A { val k: String\n init { k = \"k\" }\n fun f() { use(k) } }",
            "fun key() = \"k\"\nfun f() { val key = key(); use(key) }",
            "fun key(): String { return \"k\" }\nfun f() { use(key()) }",
            "fun key(k: String = \"k\") = k\nfun f() { use(key()) }",
            "fun f() { val k = \"k\"; run { use(k) } }",
            "fun f() { use(\"k\".let { it }) }",
            "fun f() { use(\"k\".also { println(it) }) }",
            "class A(private val i: Int, private val k: String) { fun f() { use(k) } }\nval a = A(1, \"k\")",
            "data class A(val k: String)\nfun f() { val a = A(k = \"k\"); use(a.k) }",
            "fun f() { val m = mapOf(\"a\" to \"b\"); use(\"k\" as String) }",
        ] {
            assert_eq!(used(source), ["k"], "{source}");
        }
    }

    #[test]
    fn what_stands_in_for_something_missing_is_its_fallback() {
        for source in [
            "fun f() { use(System.getenv(\"X\") ?: \"k\") }",
            "val s = System.getenv(\"X\") ?: \"k\"\nfun f() { use(s) }",
            "fun f() { use(System.getenv().getOrDefault(\"X\", \"k\")) }",
            "fun f() { use(System.getenv()[\"X\"] ?: \"k\") }",
            "fun f() { use(System.getenv(\"X\").ifBlank { \"k\" }) }",
            "class A { @Value(\"\\${X:k}\") lateinit var s: String\n fun f() { use(s) } }",
            "class A(@Value(\"\\${X:k}\") private val s: String) { fun f() { use(s) } }",
        ] {
            assert_eq!(used(source), ["$X", "fallback k"], "{source}");
        }
        assert_eq!(used("fun f() { use(System.getenv(\"X\") ?: error(\"k\")) }"), ["$X", "look-up"]);
    }

    #[test]
    fn strings_are_read_as_they_are_written() {
        assert_eq!(used("fun f() { use(\"a\\n\\$b\") }"), ["a\n$b at a\\n\\$b"]);
        assert_eq!(used("fun f() { use(\"\") }"), [""]);
        assert_eq!(used("val k = \"b\"\nfun f() { use(\"a$k-c\") }"), ["ab-c at \"a$k-c\""]);
        assert_eq!(used("val k = \"b\"\nfun f() { use(\"a${k}c\") }"), ["abc at \"a${k}c\""]);
        assert_eq!(used("fun f() { use(\"\"\"a\\n\"\"\") }"), ["a\\n"]);
        assert_eq!(used("fun f(x: String) { use(\"é$x\") }"), ["unknown"]);
    }

    #[test]
    fn methods_in_a_block_are_those_of_its_receiver() {
        let facts = parse("fun f() { make().apply { known(1); sign(2) } }\nfun known(x: Int) {}");
        let member = |name: &str| {
            facts.values.iter().any(|value| matches!(&value.kind, Kind::Member { name: member, .. } if member == name))
        };
        assert!(member("sign") && !member("known"));
    }

    #[test]
    fn half_written_code_is_read_as_far_as_it_goes() {
        let source = "class A {\n companion object { const val K = \"k$x\" }\n fun f() { if (x) { use(K) }";
        for end in 0..source.len() {
            parse(&source[..end]);
        }
    }
}
