//! Java.

use tree_sitter::Node;

use crate::facts::{Argument, ClassId, Facts, Kind, Span, ValueId};
use crate::language::Language;
use crate::language::annotation;
use crate::language::lowering::{self, Lowering, Style, keyword, positional};
use crate::language::syntax::{child, children, fields, span, unescape};

static STYLE: Style = Style { grammar: tree_sitter_java::LANGUAGE, lower, bare_members: true, local: |_| false };

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(text, Language::Java, &STYLE)
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "identifier" | "type_identifier" => code.name(node),
        "scoped_identifier" | "scoped_type_identifier" | "field_access" => member(code, node),
        "this" => code.this(at),
        "super" => code.super_class(at),
        "string_literal" => string(code, node),
        "character_literal" => code.string(node, false, &[]),
        "decimal_integer_literal" | "hex_integer_literal" | "decimal_floating_point_literal" => {
            code.add(Kind::Number(code.text(node).to_owned()), at)
        }
        "true" => code.add(Kind::Boolean(true), at),
        "false" => code.add(Kind::Boolean(false), at),
        "null_literal" => code.add(Kind::Null, at),
        "method_invocation" => {
            let callee = callee(code, node);
            let arguments = arguments(code, node);
            let call = code.call(callee, arguments, false, at);
            code.builds(call);
            call
        }
        "object_creation_expression" => creation(code, node),
        "explicit_constructor_invocation" => {
            let callee = match code.field_text(node, "constructor") {
                Some("super") => code.super_class(at),
                _ => code.this(at),
            };
            let arguments = arguments(code, node);
            code.call(callee, arguments, false, at)
        }
        "method_reference" => {
            let parts = children(node);
            let (Some(object), Some(name)) = (parts.first(), parts.get(1)) else { return code.inside(node) };
            let object = code.value(*object);
            code.member(object, code.text(*name), span(*name), at)
        }
        "array_access" => match (code.field(node, "array"), code.field(node, "index")) {
            (Some(array), Some(index)) => code.index(array, index, at),
            _ => code.add(Kind::Unknown, at),
        },
        "array_creation_expression" => match code.field(node, "value") {
            Some(items) => items,
            None => code.derived(node),
        },
        "array_initializer" | "element_value_array_initializer" => {
            let items = code.values(&children(node));
            code.add(Kind::List(items), at)
        }
        "cast_expression" => code.field(node, "value").unwrap_or_else(|| code.derived(node)),
        "parenthesized_expression" | "expression_statement" => code.inside(node),
        "binary_expression" if code.field_text(node, "operator") == Some("+") => code.concat_chain(node, "+"),
        "ternary_expression" => {
            code.field(node, "condition");
            code.either(node, &["consequence", "alternative"])
        }
        "switch_expression" => switch(code, node),
        "instanceof_expression" => {
            let value = code.field(node, "left").unwrap_or_else(|| code.add(Kind::Unknown, at));
            if let Some(name) = node.child_by_field_name("name") {
                let binding = code.define(code.text(name), span(name), value);
                if let Some(type_name) = type_of(code, node, "right") {
                    code.typed(binding, type_name);
                }
            }
            code.add(Kind::Derived(vec![value]), at)
        }
        "assignment_expression" => assignment(code, node),
        "lambda_expression" => lambda(code, node),
        "local_variable_declaration" | "field_declaration" | "constant_declaration" => variables(code, node),
        "method_declaration" | "constructor_declaration" | "compact_constructor_declaration" => method(code, node),
        "class_declaration"
        | "interface_declaration"
        | "record_declaration"
        | "enum_declaration"
        | "annotation_type_declaration" => class(code, node),
        "enum_constant" => {
            let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
            let arguments = arguments(code, node);
            let callee = code.this(at);
            let value = code.call(callee, arguments, true, at);
            code.class_member(code.text(name), span(name), Some(value), None);
            if let Some(body) = node.child_by_field_name("body") {
                anonymous(code, body, None);
            }
            value
        }
        "block"
        | "constructor_body"
        | "for_statement"
        | "try_with_resources_statement"
        | "catch_clause"
        | "switch_block_statement_group" => code.block(node),
        "enhanced_for_statement" => each(code, node),
        "resource" => {
            let value = code.field(node, "value");
            if let (Some(name), Some(value)) = (node.child_by_field_name("name"), value) {
                let binding = code.define(code.text(name), span(name), value);
                if let Some(type_name) = type_of(code, node, "type") {
                    code.typed(binding, type_name);
                }
            }
            value.unwrap_or_else(|| code.derived(node))
        }
        "catch_formal_parameter" => {
            if let Some(name) = node.child_by_field_name("name") {
                code.declare(code.text(name), at);
            }
            code.add(Kind::Unknown, at)
        }
        "return_statement" => {
            let value = code.inside(node);
            code.returns(value);
            value
        }
        "annotation" => {
            annotation(code, node);
            code.add(Kind::Unknown, at)
        }
        "import_declaration" => import(code, node),
        "package_declaration" | "marker_annotation" | "type_arguments" | "type_parameters" | "dimensions" => {
            code.add(Kind::Unknown, at)
        }
        "generic_type" | "array_type" | "annotated_type" => {
            type_name(code, node).unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        _ => code.derived(node),
    }
}

/// `object.name`, of values, types and packages alike.
fn member<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let parts = children(node);
    let object = node.child_by_field_name("object").or_else(|| node.child_by_field_name("scope"));
    let name = node.child_by_field_name("field").or_else(|| node.child_by_field_name("name"));
    let (Some(object), Some(name)) = (object.or(parts.first().copied()), name.or(parts.last().copied())) else {
        return code.derived(node);
    };
    let object = code.value(object);
    // `Outer.this` is Outer's.
    if name.kind() == "this" {
        return object;
    }
    code.member(object, code.text(name), span(name), span(node))
}

/// What a method call calls.
fn callee<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let Some(name) = node.child_by_field_name("name") else { return code.add(Kind::Unknown, span(node)) };
    match node.child_by_field_name("object") {
        Some(object) => {
            let at = Span::new(object.start_byte(), name.end_byte());
            let object = code.value(object);
            code.member(object, code.text(name), span(name), at)
        }
        None => code.method_reference(code.text(name), span(name)),
    }
}

fn arguments<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Vec<Argument> {
    let list = node.child_by_field_name("arguments").map(children).unwrap_or_default();
    code.values(&list).into_iter().map(positional).collect()
}

/// `new Type(arguments)`, with or without a body.
fn creation<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let type_name = type_of(code, node, "type");
    let arguments = arguments(code, node);
    let callee = match child(node, &["class_body"]) {
        Some(body) => {
            let class = anonymous(code, body, type_name);
            // What a class without methods adds (`new HashMap<>() {{ put(...); }}`) makes it no other.
            let has_methods = !code.facts.classes[class.index()].members.is_empty();
            type_name.filter(|_| !has_methods).unwrap_or_else(|| code.add(Kind::Class(class), span(body)))
        }
        None => type_name.unwrap_or_else(|| code.add(Kind::Unknown, span(node))),
    };
    code.call(callee, arguments, true, span(node))
}

/// A class without a name.
fn anonymous<'t>(code: &mut Lowering<'t>, body: Node<'t>, extends: Option<ValueId>) -> ClassId {
    let class = code.class_in_place(None);
    if let Some(extends) = extends {
        code.extends(class, extends);
    }
    code.within_class(class, |code| {
        code.derived(body);
    });
    class
}

fn string<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let whole = code.text(node);
    let Some(inner) = whole.strip_prefix("\"\"\"").map(|rest| rest.strip_suffix("\"\"\"").unwrap_or(rest)) else {
        return code.string(node, false, &["string_interpolation"]);
    };
    // The text begins on the line below (JLS §3.10.6).
    let start = inner.find('\n').map_or(0, |end| end + 1);
    let text = inner.get(start..).unwrap_or_default();
    let start = node.start_byte() + "\"\"\"".len() + start;
    let at = Span::new(start, start + text.trim_end().len());
    code.literal(unescape(&without_indentation(text)), at)
}

/// A text block's text without the indentation that all its lines have in common, that of the closing quotes counted.
fn without_indentation(text: &str) -> String {
    let blank = |line: &&str| line.trim().is_empty();
    let last = text.rsplit('\n').next().filter(blank);
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let lines = text.split('\n').filter(|line| !blank(line)).chain(last);
    let common = lines.map(indentation).min().unwrap_or(0);
    let lines = text.split('\n').map(|line| line.get(common..).unwrap_or_default().trim_end());
    lines.collect::<Vec<_>>().join("\n")
}

/// The values of the arms of a `switch`, where it gives one.
fn switch<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    code.field(node, "condition");
    let Some(body) = node.child_by_field_name("body") else { return code.derived(node) };
    let mut values = Vec::new();
    for arm in children(body) {
        match arm.kind() {
            "switch_rule" => {
                let parts = children(arm);
                let lowered = code.values(&parts);
                let gives = parts.last().is_some_and(|last| last.kind() == "expression_statement");
                values.extend(lowered.last().filter(|_| gives));
            }
            _ => {
                code.value(arm);
            }
        }
    }
    code.choice(values, span(node))
}

fn assignment<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let (target, value) = (node.child_by_field_name("left"), code.field(node, "right"));
    let (Some(target), Some(value)) = (target, value) else { return code.derived(node) };
    // What is put into an array it is made of.
    let array = target.child_by_field_name("array").filter(|array| array.kind() == "identifier");
    if let Some(array) = array {
        let array = code.name(array);
        let filled = code.add(Kind::Derived(vec![value]), span(node));
        code.assign(array, filled);
    }
    let target = code.value(target);
    let value = match code.field_text(node, "operator") {
        Some("=") => value,
        _ => code.add(Kind::Derived(vec![target, value]), span(node)),
    };
    code.assign(target, value);
    value
}

fn lambda<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    code.function(span(node), |code| {
        if let Some(list) = node.child_by_field_name("parameters") {
            let names = if list.kind() == "identifier" { vec![list] } else { children(list) };
            for name in names {
                parameter(code, name, None);
            }
        }
        body(code, node);
    })
}

/// The body of a function, whose value it returns where it is an expression.
fn body<'t>(code: &mut Lowering<'t>, node: Node<'t>) {
    if let Some(body) = node.child_by_field_name("body") {
        let value = code.value(body);
        if !matches!(body.kind(), "block" | "constructor_body") {
            code.returns(value);
        }
    }
}

/// A parameter, with the setting that an annotation hands to it.
fn parameter<'t>(code: &mut Lowering<'t>, node: Node<'t>, setting: Option<ValueId>) {
    let own = modifiers(code, node);
    let declarator = child(node, &["variable_declarator"]).unwrap_or(node);
    let name = match node.kind() {
        "identifier" => Some(node),
        _ => declarator.child_by_field_name("name"),
    };
    let type_name = type_of(code, node, "type");
    code.parameter(name.map(|name| (code.text(name), span(name))), own.or(setting), type_name);
}

fn method<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let setting = modifiers(code, node);
    let value = code.function(span(node), |code| {
        let list = node.child_by_field_name("parameters").map(children).unwrap_or_default();
        for (index, node) in list.into_iter().filter(|node| node.kind() != "receiver_parameter").enumerate() {
            // `@Value("...") void setSecret(String secret)`
            parameter(code, node, setting.filter(|_| index == 0));
        }
        body(code, node);
    });
    if let Some(name) = node.child_by_field_name("name") {
        let name_text = if node.kind() == "method_declaration" { code.text(name) } else { "constructor" };
        code.class_member(name_text, span(name), Some(value), None);
    }
    value
}

/// The variables or fields of a declaration.
fn variables<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let setting = modifiers(code, node);
    let type_name = type_of(code, node, "type");
    let mut last = None;
    for declarator in fields(node, "declarator") {
        let value = code.field(declarator, "value");
        last = value.or(last);
        let Some(name) = declarator.child_by_field_name("name") else { continue };
        let (name, at) = (code.text(name), span(name));
        if code.in_class().is_some() {
            code.class_member(name, at, value, type_name);
            if let Some(setting) = setting {
                code.class_member(name, at, Some(setting), type_name);
            }
            continue;
        }
        let binding = match value {
            Some(value) => code.define(name, at, value),
            None => code.declare(name, at),
        };
        if let Some(type_name) = type_name {
            code.typed(binding, type_name);
        }
    }
    last.unwrap_or_else(|| code.add(Kind::Unknown, span(node)))
}

fn class<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    modifiers(code, node);
    let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
    let class = code.class_named(code.text(name), span(name));
    let super_class = child(node, &["superclass"]).and_then(|inner| type_name(code, inner));
    let interfaces = child(node, &["super_interfaces", "extends_interfaces"]);
    let interface = interfaces.and_then(|list| child(list, &["type_list"])).and_then(|list| list.named_child(0));
    let interface = interface.and_then(|interface| type_name(code, interface));
    if let Some(extends) = super_class.or(interface) {
        code.extends(class, extends);
    }
    code.within_class(class, |code| {
        // The fields of a record.
        if let Some(fields) = node.child_by_field_name("parameters") {
            code.constructor(span(fields), |code| {
                for field in children(fields) {
                    parameter(code, field, None);
                }
            });
        }
        if let Some(body) = node.child_by_field_name("body") {
            code.derived(body);
        }
    });
    code.add(Kind::Class(class), span(node))
}

fn each<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    code.within_block(|code| {
        let values = code.field(node, "value");
        let item = code.add(Kind::Derived(values.into_iter().collect()), span(node));
        if let Some(name) = node.child_by_field_name("name") {
            let binding = code.define(code.text(name), span(name), item);
            if let Some(type_name) = type_of(code, node, "type") {
                code.typed(binding, type_name);
            }
        }
        code.field(node, "body");
        item
    })
}

/// The setting that one of the annotations of a declaration hands to it.
fn modifiers<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let annotations = child(node, &["modifiers"]).map(children).unwrap_or_default();
    let mut setting = None;
    for node in annotations.into_iter().filter(|node| node.kind() == "annotation") {
        setting = setting.or(annotation(code, node));
    }
    setting
}

fn annotation<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let mut arguments = Vec::new();
    for argument in node.child_by_field_name("arguments").map(children).unwrap_or_default() {
        if argument.kind() == "element_value_pair" {
            if let (Some(name), Some(value)) = (code.field_text(argument, "key"), code.field(argument, "value")) {
                arguments.push(keyword(name, value));
            }
        } else {
            let value = code.value(argument);
            arguments.push(positional(value));
        }
    }
    let name = code.field_text(node, "name")?;
    annotation::setting(code, name.rsplit('.').next().unwrap_or(name), &arguments, span(node))
}

/// The type in a field, without its arguments; a type of the language itself is none.
fn type_of<'t>(code: &mut Lowering<'t>, node: Node<'t>, field: &str) -> Option<ValueId> {
    type_name(code, node.child_by_field_name(field)?)
}

fn type_name<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let mut node = node;
    while !matches!(node.kind(), "type_identifier" | "scoped_type_identifier" | "identifier" | "scoped_identifier") {
        let inner = child(node, &["type_identifier", "scoped_type_identifier", "generic_type", "array_type"]);
        node = inner.or_else(|| node.child_by_field_name("element"))?;
    }
    Some(code.value(node))
}

fn import<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    if let Some(path) = child(node, &["scoped_identifier", "identifier"]) {
        let names: Vec<&str> = code.text(path).split('.').map(str::trim).collect();
        if child(node, &["asterisk"]).is_some() {
            code.open(names.join("."));
        } else if let ([first, rest @ ..], Some(last)) = (names.as_slice(), names.last()) {
            code.import(last, span(path), first, rest);
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
            "class A { static final String K = \"k\"; void f() { use(K); } }",
            "class A { static final String K = \"k\"; void f() { use(A.K); } }",
            "class A { String k = \"k\"; void f() { use(this.k); } }",
            "class A { String k; A() { this.k = \"k\"; } void f() { use(k); } }",
            "class A { static String k; void set(String k) { A.k = \"k\"; } void f() { use(k); } }",
            "class A { interface B { String K = \"k\"; } void f() { use(B.K); } }",
            "class A { static class B { static String K = \"k\"; } void f() { use(A.B.K); } }",
            "class A { String key() { return \"k\"; } void f() { String key = key(); use(key); } }",
            "class A { void f() { g(\"k\"); } void g(String key) { use(key); } }",
            "class A { String k = \"k\"; void f() { Supplier<String> s = () -> k; use(s); } }",
            "class A { String k = \"k\"; void f() { run(() -> { class B { void g() { use(k); } } }); } }",
            "class A { void f() { use((Object) (\"k\")); } }",
            "class A { String k; A(String k) { this.k = k; } void f() { use(k); } static A make() { return new A(\"k\"); } }",
            "record A(int i, String k) { void f() { use(k); } static A make() { return new A(1, \"k\"); } }",
            "class A { void f(int i) { use(switch (i) { case 1 -> \"k\"; default -> throw new X(); }); } }",
        ] {
            assert_eq!(used(source), ["k"], "{source}");
        }
    }

    #[test]
    fn strings_are_read_as_they_are_written() {
        assert_eq!(used("class A { void f() { use(\"a\\n\" + 'b'); } }"), ["a\nb at \"a\\n\" + 'b'"]);
        assert_eq!(used("class A { void f() { use(\"\"\"\n    a\n      b\"\"\"); } }"), ["a\n  b at     a\n      b"]);
        assert_eq!(used("class A { void f() { use(\"\"); } }"), [""]);
    }

    #[test]
    fn annotations_hand_settings_to_fields_parameters_and_setters() {
        for source in [
            "class A { @Value(\"${a.b:k}\") String s; void f() { use(s); } }",
            "class A { @Value(value = \"${a.b:k}\") private String s; void f() { use(this.s); } }",
            "class A { String s; A(@Value(\"${a.b:k}\") String t) { this.s = t; } void f() { use(s); } }",
            "class A { static String s; @Value(\"${a.b:k}\") void set(String t) { s = t; } void f() { use(s); } }",
            "class A { @ConfigProperty(name = \"a.b\", defaultValue = \"k\") String s; void f() { use(s); } }",
            "record A(@Value(\"${a.b:k}\") String s) { void f() { use(s); } }",
        ] {
            assert_eq!(used(source), ["$a.b", "fallback k"], "{source}");
        }
        assert_eq!(used("class A { @Value(\"${a.b}\") String s; void f() { use(s); } }"), ["$a.b"]);
        assert_eq!(used("class A { @Column(name = \"s\") String s; void f() { use(s); } }"), ["look-up"]);
    }

    #[test]
    fn half_written_code_is_read_as_far_as_it_goes() {
        let source = "class A { static final String K = \"k\"; void f() { if (x) { use(K); }";
        assert_eq!(used(source), ["k"]);
        for end in 0..source.len() {
            parse(&source[..end]);
        }
    }
}
