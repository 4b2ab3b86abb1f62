//! Scala, 2 and 3.

use tree_sitter::Node;

use crate::facts::{Argument, ClassId, Facts, Kind, Property, Span, ValueId};
use crate::language::Language;
use crate::language::annotation;
use crate::language::lowering::{self, Lowering, Style, keyword, positional};
use crate::language::syntax::{child, children, fields, span};

static STYLE: Style = Style { grammar: tree_sitter_scala::LANGUAGE, lower, bare_members: true, local: |_| false };

/// Methods without parameters that are called as a field is read, and whose meaning models know.
const WITHOUT_PARENTHESES: [&str; 12] = [
    "getBytes",
    "intern",
    "mkString",
    "nextInt",
    "nextLong",
    "strip",
    "stripIndent",
    "stripMargin",
    "toArray",
    "toCharArray",
    "toString",
    "trim",
];

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(text, Language::Scala, &STYLE)
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "identifier" | "type_identifier" => match code.text(node) {
            "this" => code.this(at),
            "super" => code.super_class(at),
            _ => code.name(node),
        },
        "string" => {
            let raw = code.text(node).starts_with("\"\"\"");
            let inner = between_quotes(code, node);
            code.interpolated(at, inner, raw, &[])
        }
        "interpolated_string_expression" => interpolated(code, node),
        "character_literal" => code.string(node, false, &[]),
        "integer_literal" | "floating_point_literal" => code.add(Kind::Number(code.text(node).to_owned()), at),
        "boolean_literal" => code.add(Kind::Boolean(code.text(node) == "true"), at),
        "null_literal" => code.add(Kind::Null, at),
        "field_expression" | "stable_identifier" | "stable_type_identifier" => field(code, node),
        "call_expression" => call(code, node),
        "generic_function" => code.field(node, "function").unwrap_or_else(|| code.derived(node)),
        "instance_expression" => creation(code, node),
        "infix_expression" => infix(code, node),
        "parenthesized_expression" | "interpolation" => code.inside(node),
        "ascription_expression" => match children(node).first() {
            Some(value) => code.value(*value),
            None => code.derived(node),
        },
        "tuple_expression" => {
            let items = code.values(&children(node));
            code.add(Kind::List(items), at)
        }
        "if_expression" => {
            for condition in fields(node, "condition") {
                code.value(condition);
            }
            code.either(node, &["consequence", "alternative"])
        }
        "match_expression" => {
            let matched = code.field(node, "value");
            let arms = node.child_by_field_name("body").map(children).unwrap_or_default();
            let values = arms.into_iter().map(|arm| case(code, arm, matched)).collect();
            code.choice(values, at)
        }
        "case_clause" => case(code, node, None),
        "try_expression" => {
            let mut values: Vec<ValueId> = code.field(node, "body").into_iter().collect();
            for part in children(node).into_iter().filter(|part| part.kind().ends_with("_clause")) {
                let arms = child(part, &["case_block", "indented_cases"]).map(children).unwrap_or_default();
                if arms.is_empty() {
                    code.derived(part);
                }
                values.extend(arms.into_iter().map(|arm| case(code, arm, None)).collect::<Vec<_>>());
            }
            code.choice(values, at)
        }
        "lambda_expression" => lambda(code, node),
        "case_block" | "indented_cases" => code.function(at, |code| {
            code.parameter(None, None, None);
            for arm in children(node) {
                let value = case(code, arm, None);
                code.returns(value);
            }
        }),
        "block" | "indented_block" => block(code, node),
        "for_expression" => code.within_block(|code| {
            let enumerators = child(node, &["enumerators"]).map(children).unwrap_or_default();
            for enumerator in enumerators {
                let parts = children(enumerator);
                let (Some(target), Some(value)) = (parts.first(), parts.get(1)) else { continue };
                let value = code.value(*value);
                define_pattern(code, *target, Some(value));
            }
            code.field(node, "body").unwrap_or_else(|| code.add(Kind::Unknown, at))
        }),
        "assignment_expression" => {
            let (Some(target), Some(value)) = (code.field(node, "left"), code.field(node, "right")) else {
                return code.derived(node);
            };
            code.assign(target, value);
            value
        }
        "return_expression" => {
            let value = code.inside(node);
            code.returns(value);
            value
        }
        "throw_expression" => {
            code.derived(node);
            code.add(Kind::Unknown, at)
        }
        "val_definition" | "var_definition" | "val_declaration" | "var_declaration" | "given_definition" => {
            value_definition(code, node)
        }
        "function_definition" | "function_declaration" => function(code, node),
        "class_definition" | "object_definition" | "trait_definition" | "enum_definition" | "package_object" => {
            class(code, node)
        }
        "annotation" => {
            annotation(code, node);
            code.add(Kind::Unknown, at)
        }
        "import_declaration" => import(code, node),
        "generic_type" | "annotated_type" => type_name(code, node).unwrap_or_else(|| code.add(Kind::Unknown, at)),
        "package_identifier" | "type_arguments" | "type_parameters" | "type_definition" | "function_type"
        | "export_declaration" => code.add(Kind::Unknown, at),
        _ => code.derived(node),
    }
}

/// The place of a string's text.
fn between_quotes<'t>(code: &Lowering<'t>, node: Node<'t>) -> Span {
    let quotes = if code.text(node).starts_with("\"\"\"") { 3 } else { 1 };
    let (start, end) = (node.start_byte() + quotes, node.end_byte().saturating_sub(quotes));
    Span::new(start, end.max(start))
}

/// `s"..."` and its like.
fn interpolated<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let interpolator = code.field_text(node, "interpolator").unwrap_or_default();
    let Some(string) = child(node, &["interpolated_string"]) else { return code.derived(node) };
    let parts: Vec<Node<'t>> = children(string).into_iter().filter(|part| part.kind() == "interpolation").collect();
    let values: Vec<(Span, ValueId)> = parts.into_iter().map(|part| (span(part), code.inside(part))).collect();
    if !matches!(interpolator, "s" | "f" | "raw") {
        return code.add(Kind::Derived(values.into_iter().map(|(_, value)| value).collect()), at);
    }
    let raw = interpolator == "raw" || code.text(string).starts_with("\"\"\"");
    let inner = between_quotes(code, string);
    code.interpolated(at, inner, raw, &values)
}

fn member<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let parts = children(node);
    let (Some(object), Some(name)) = (parts.first(), parts.last().filter(|_| parts.len() > 1)) else {
        return code.inside(node);
    };
    let object = code.value(*object);
    code.member(object, code.text(*name), span(*name), span(node))
}

/// A field that is read, or a method without parameters that is called.
fn field<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let value = member(code, node);
    let Kind::Member { object, name, .. } = code.facts.kind(value) else { return value };
    // `option.get` is what is in it.
    if name == "get" {
        let object = *object;
        return code.choice(vec![object], at);
    }
    if WITHOUT_PARENTHESES.contains(&name.as_str()) {
        return code.call(value, Vec::new(), false, at);
    }
    value
}

fn call<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(mut function) = node.child_by_field_name("function") else { return code.derived(node) };
    while function.kind() == "generic_function" {
        match function.child_by_field_name("function") {
            Some(inner) => function = inner,
            None => break,
        }
    }
    let callee = match function.kind() {
        "identifier" if code.text(function) != "this" => code.called(function),
        "field_expression" => member(code, function),
        _ => code.value(function),
    };
    let arguments = node.child_by_field_name("arguments").map(|list| arguments(code, list)).unwrap_or_default();
    let name = function.child_by_field_name("field").unwrap_or(function);
    let name = code.text(name);
    let values = || arguments.iter().map(|argument| argument.value).collect::<Vec<_>>();
    match name {
        "Seq" | "List" | "Set" | "Vector" | "Array" => return code.add(Kind::List(values()), at),
        "Map" => {
            if let Some(entries) = entries(code, &values()) {
                return code.add(Kind::Object(entries), at);
            }
        }
        _ => {}
    }
    // Classes are told from functions by how they are written alone.
    let construct = name.starts_with(char::is_uppercase);
    let call = code.call(callee, arguments, construct, at);
    code.builds(call);
    call
}

/// The entries of a map, if all that it is made of are.
fn entries(code: &Lowering, values: &[ValueId]) -> Option<Vec<Property>> {
    let entries = values.iter().map(|value| match code.facts.kind(*value) {
        Kind::Object(entries) => Some(entries.clone()),
        _ => None,
    });
    entries.collect::<Option<Vec<_>>>().map(|entries| entries.concat())
}

fn arguments<'t>(code: &mut Lowering<'t>, list: Node<'t>) -> Vec<Argument> {
    if list.kind() != "arguments" {
        let value = code.value(list);
        return vec![positional(value)];
    }
    let mut arguments = Vec::new();
    for argument in children(list) {
        let name = argument.child_by_field_name("left").filter(|name| name.kind() == "identifier");
        match (argument.kind(), name) {
            ("assignment_expression", Some(name)) => {
                if let Some(value) = code.field(argument, "right") {
                    arguments.push(keyword(code.text(name), value));
                }
            }
            _ => {
                let value = code.value(argument);
                arguments.push(positional(value));
            }
        }
    }
    arguments
}

/// `new Type(arguments)`, with or without a body.
fn creation<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let type_name = children(node).into_iter().find_map(|part| type_name(code, part));
    let lists = fields(node, "arguments");
    let arguments = lists.into_iter().flat_map(|list| arguments(code, list)).collect();
    let callee = match child(node, &["template_body", "with_template_body"]) {
        Some(body) => {
            let class = code.class_in_place(None);
            if let Some(extends) = type_name {
                code.extends(class, extends);
            }
            code.within_class(class, |code| {
                code.derived(body);
            });
            let has_members = !code.facts.classes[class.index()].members.is_empty();
            type_name.filter(|_| !has_members).unwrap_or_else(|| code.add(Kind::Class(class), span(body)))
        }
        None => type_name.unwrap_or_else(|| code.add(Kind::Unknown, at)),
    };
    code.call(callee, arguments, true, at)
}

fn infix<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let (Some(left), Some(operator), Some(right)) =
        (node.child_by_field_name("left"), node.child_by_field_name("operator"), node.child_by_field_name("right"))
    else {
        return code.derived(node);
    };
    match code.text(operator) {
        "+" => code.concat_chain(node, "+"),
        "->" => {
            let (key, value) = (code.value(left), code.value(right));
            let property = code.property(key, value);
            code.add(Kind::Object(vec![property]), at)
        }
        name if name.starts_with(char::is_alphabetic) => {
            let object = code.value(left);
            let callee = code.member(object, name, span(operator), span(operator));
            let value = code.value(right);
            code.call(callee, vec![positional(value)], false, at)
        }
        _ => {
            let values = code.values(&[left, right]);
            code.add(Kind::Derived(values), at)
        }
    }
}

/// Statements, whose value is that of the last.
fn block<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    code.within_block(|code| {
        let values = code.values(&children(node));
        values.last().copied().unwrap_or_else(|| code.add(Kind::Unknown, span(node)))
    })
}

/// One arm of a `match`: its value, with the names of its pattern bound to what is matched.
fn case<'t>(code: &mut Lowering<'t>, node: Node<'t>, matched: Option<ValueId>) -> ValueId {
    code.within_block(|code| {
        if let Some(pattern) = node.child_by_field_name("pattern") {
            define_pattern(code, pattern, matched);
        }
        if let Some(guard) = child(node, &["guard"]) {
            code.value(guard);
        }
        code.field(node, "body").unwrap_or_else(|| code.add(Kind::Unknown, span(node)))
    })
}

/// Binds the names of a pattern.
fn define_pattern<'t>(code: &mut Lowering<'t>, pattern: Node<'t>, value: Option<ValueId>) {
    let mut open = vec![pattern];
    while let Some(part) = open.pop() {
        match part.kind() {
            // A name in capitals is a constant that is compared with.
            "identifier" if !code.text(part).starts_with(char::is_uppercase) => match value {
                Some(value) => {
                    code.define(code.text(part), span(part), value);
                }
                None => {
                    code.declare(code.text(part), span(part));
                }
            },
            "typed_pattern" => open.extend(part.child_by_field_name("pattern")),
            "capture_pattern" | "case_class_pattern" | "tuple_pattern" | "alternative_pattern" => {
                open.extend(children(part).into_iter().rev());
            }
            _ => {}
        }
    }
}

fn lambda<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    code.function(span(node), |code| {
        let list = node.child_by_field_name("parameters");
        if let Some(list) = list {
            let names = if list.kind() == "bindings" { children(list) } else { vec![list] };
            for name in names {
                let type_name = name.child_by_field_name("type").and_then(|name| type_name(code, name));
                let name = name.child_by_field_name("name").unwrap_or(name);
                let named = (name.kind() == "identifier").then(|| (code.text(name), span(name)));
                code.parameter(named, None, type_name);
            }
        }
        let parts = children(node).into_iter().filter(|part| Some(*part) != list && part.kind() != "type_parameters");
        if let Some(last) = code.values(&parts.collect::<Vec<_>>()).last() {
            code.returns(*last);
        }
    })
}

fn function<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let value = code.function(span(node), |code| {
        for list in fields(node, "parameters") {
            parameters(code, list);
        }
        if let Some(body) = code.field(node, "body") {
            code.returns(body);
        }
    });
    if let Some(name) = node.child_by_field_name("name") {
        let (name, at) = (code.text(name), span(name));
        if code.in_class().is_some() {
            code.class_member(name, at, Some(value), None);
        } else {
            code.define(name, at, value);
        }
    }
    value
}

fn parameters<'t>(code: &mut Lowering<'t>, list: Node<'t>) {
    for parameter in children(list).into_iter().filter(|parameter| parameter.kind() == "parameter") {
        let setting = annotations(code, parameter);
        let default = code.field(parameter, "default_value");
        let type_name = parameter.child_by_field_name("type").and_then(|name| type_name(code, name));
        let name = parameter.child_by_field_name("name").map(|name| (code.text(name), span(name)));
        code.parameter(name, default.or(setting), type_name);
    }
}

/// `val`, `var` and `given`.
fn value_definition<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let setting = annotations(code, node);
    let type_name = node.child_by_field_name("type").or_else(|| node.child_by_field_name("return_type"));
    let type_name = type_name.and_then(|name| self::type_name(code, name));
    let value = code.field(node, "value").or_else(|| code.field(node, "body"));
    // `var secret: String = _` is nothing yet.
    let value = setting.or(value);
    let target = node.child_by_field_name("pattern").or_else(|| node.child_by_field_name("name"));
    let names = target.filter(|target| target.kind() != "identifier").map(children).unwrap_or_default();
    if let Some(name) = target.filter(|target| target.kind() == "identifier") {
        let (name, at) = (code.text(name), span(name));
        if code.in_class().is_some() {
            code.class_member(name, at, value, type_name);
        } else {
            let binding = match value {
                Some(value) => code.define(name, at, value),
                None => code.declare(name, at),
            };
            if let Some(type_name) = type_name {
                code.typed(binding, type_name);
            }
        }
    } else if let Some(value) = value {
        for (index, name) in names.into_iter().enumerate().filter(|(_, name)| name.kind() == "identifier") {
            let at = span(name);
            let item = code.member(value, &index.to_string(), at, at);
            if code.in_class().is_some() {
                code.class_member(code.text(name), at, Some(item), None);
            } else {
                code.define(code.text(name), at, item);
            }
        }
    }
    value.unwrap_or_else(|| code.add(Kind::Unknown, span(node)))
}

fn class<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    annotations(code, node);
    let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
    let class = code.class_named(code.text(name), span(name));
    body_of_class(code, node, class);
    code.add(Kind::Class(class), span(node))
}

/// What a class extends, the fields of its constructor, and its body.
fn body_of_class<'t>(code: &mut Lowering<'t>, node: Node<'t>, class: ClassId) {
    let extend = node.child_by_field_name("extend");
    let super_class = extend.and_then(|extend| extend.child_by_field_name("type"));
    if let Some(super_class) = super_class.and_then(|name| type_name(code, name)) {
        code.extends(class, super_class);
    }
    code.within_class(class, |code| {
        let lists = fields(node, "class_parameters");
        if let Some(first) = lists.first() {
            let mut defaults = Vec::new();
            code.constructor(span(*first), |code| {
                let all = lists.iter().flat_map(|list| children(*list));
                for parameter in all.filter(|parameter| parameter.kind() == "class_parameter") {
                    let setting = annotations(code, parameter);
                    let default = code.field(parameter, "default_value").or(setting);
                    let type_name = parameter.child_by_field_name("type").and_then(|name| type_name(code, name));
                    let name = parameter.child_by_field_name("name").map(|name| (code.text(name), span(name)));
                    code.parameter(name, default, type_name);
                    defaults.extend(name.zip(default));
                }
            });
            for ((name, at), default) in defaults {
                code.field_entry(name, at, default);
            }
        }
        // What is handed to the super class can be what it signs with.
        if let Some(list) = extend.and_then(|extend| extend.child_by_field_name("arguments")) {
            let arguments = arguments(code, list);
            let callee = code.super_class(span(list));
            code.call(callee, arguments, false, span(list));
        }
        for body in fields(node, "body") {
            code.derived(body);
        }
    });
}

/// The setting that one of the annotations of a declaration hands to it.
fn annotations<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let mut setting = None;
    for node in children(node).into_iter().filter(|node| node.kind() == "annotation") {
        setting = setting.or(annotation(code, node));
    }
    setting
}

fn annotation<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let arguments = node.child_by_field_name("arguments").map(|list| arguments(code, list)).unwrap_or_default();
    let name = code.field_text(node, "name")?;
    annotation::setting(code, name.rsplit('.').next().unwrap_or(name), &arguments, span(node))
}

/// A type, without its arguments.
fn type_name<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    match node.kind() {
        "type_identifier" => Some(code.name(node)),
        "stable_type_identifier" => Some(member(code, node)),
        "generic_type" => node.child_by_field_name("type").and_then(|inner| type_name(code, inner)),
        "annotated_type" | "applied_constructor_type" | "compound_type" => {
            node.named_child(0).and_then(|inner| type_name(code, inner))
        }
        _ => None,
    }
}

fn import<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let mut path: Vec<Node<'t>> = Vec::new();
    let mut cursor = node.walk();
    for part in node.children(&mut cursor) {
        match part.kind() {
            "identifier" | "operator_identifier" | "type_identifier" => path.push(part),
            "stable_identifier" => path.extend(children(part)),
            "," => one_import(code, &std::mem::take(&mut path), None),
            "namespace_wildcard" => {
                let names: Vec<&str> = path.drain(..).map(|name| code.text(name)).collect();
                code.open(names.join("."));
            }
            "namespace_selectors" => {
                for selector in children(part) {
                    let name = selector.child_by_field_name("name").unwrap_or(selector);
                    match selector.kind() {
                        "namespace_wildcard" => {
                            let names: Vec<&str> = path.iter().map(|name| code.text(*name)).collect();
                            code.open(names.join("."));
                        }
                        _ => {
                            let whole: Vec<Node<'t>> = path.iter().copied().chain([name]).collect();
                            one_import(code, &whole, selector.child_by_field_name("alias"));
                        }
                    }
                }
                path.clear();
            }
            "as_renamed_identifier" | "arrow_renamed_identifier" => {
                path.extend(part.child_by_field_name("name"));
                one_import(code, &std::mem::take(&mut path), part.child_by_field_name("alias"));
            }
            _ => {}
        }
    }
    one_import(code, &path, None);
    code.add(Kind::Unknown, span(node))
}

fn one_import<'t>(code: &mut Lowering<'t>, path: &[Node<'t>], alias: Option<Node<'t>>) {
    let names: Vec<&str> = path.iter().map(|name| code.text(*name)).collect();
    // `_root_` only says that the path is no relative one.
    let names = names.strip_prefix(&["_root_"]).unwrap_or(&names);
    if let ([first, rest @ ..], Some(last)) = (names, path.last()) {
        let bound = alias.unwrap_or(*last);
        code.import(code.text(bound), span(bound), first, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::lowering::tests::used_in;
    use crate::library::Models;
    use crate::resolve::Resolver;

    /// What the last argument of the first call of `use` comes down to, with the text at the place of each literal.
    fn used(source: &str) -> Vec<String> {
        used_in(&parse(source), source)
    }

    #[test]
    fn constants_are_followed_however_they_are_held() {
        for source in [
            "object A { val k = \"k\"; def f() = use(k) }",
            "object A { val k = \"k\" }\nclass B { def f() = use(A.k) }",
            "class A { private val k: String = \"k\"; def f() = use(this.k) }",
            "class A { lazy val k = \"k\"; def f() = use(k) }",
            "class A { def k = \"k\"; def f() = use(k) }",
            "class A(k: String = \"k\") { def f() = use(k) }",
            "class A(i: Int, k: String) { def f() = use(k) }\nobject B { val a = new A(1, \"k\") }",
            "case class A(k: String)\nobject B { val a = A(k = \"k\"); def f() = use(a.k) }",
            "object A:\n  val k = \"k\"\n  def f() =\n    val l = k\n    use(l)\n",
            "object A { def f() = { val (a, b) = (\"a\", \"k\"); use(b) } }",
            "object A { def f() = { def g(k: String) = use(k); g(\"k\") } }",
            "object A { def f() = use(s\"k\") }",
            "object A { def f() = use(\"k\".getBytes) }",
            "object A { def f() = use(\"k\".getBytes(\"UTF-8\")) }",
        ] {
            assert_eq!(used(source), ["k"], "{source}");
        }
    }

    #[test]
    fn what_stands_in_for_something_missing_is_its_fallback() {
        for source in [
            "object A { def f() = use(sys.env.getOrElse(\"X\", \"k\")) }",
            "object A { def f() = use(sys.env.get(\"X\").getOrElse(\"k\")) }",
            "object A { def f() = use(Option(System.getenv(\"X\")).getOrElse { \"k\" }) }",
            "import scala.util.Properties\nobject A { def f() = use(Properties.envOrElse(\"X\", \"k\")) }",
            "object A { val s = sys.env.get(\"X\") match { case Some(x) => x; case None => \"k\" }; def f() = use(s) }",
        ] {
            assert_eq!(used(source), ["$X", "fallback k"], "{source}");
        }
        assert_eq!(used("object A { def f() = use(sys.env(\"X\")) }"), ["$X"]);
    }

    #[test]
    fn strings_are_read_as_they_are_written() {
        assert_eq!(used("object A { def f() = use(\"a\\n\") }"), ["a\n at a\\n"]);
        assert_eq!(used("object A { def f() = use(\"\"\"a\\n\"\"\") }"), ["a\\n"]);
        assert_eq!(used("object A { val k = \"b\"; def f() = use(s\"a${k}c$k\") }"), ["abcb at s\"a${k}c$k\""]);
        assert_eq!(used("object A { def f() = use(\"\") }"), [""]);
    }

    #[test]
    fn imports_lead_to_their_packages() {
        let facts = parse("import a.b.{C, D => E, _}\nimport f.g._\nimport h.*, i.J\nobject K { C.x; E.x; J.x }");
        assert_eq!(facts.opened, ["a.b", "f.g", "h"]);
        let resolver = Resolver::new(&facts, Models::of(Language::Scala, false));
        for (name, module) in [("C", "a"), ("E", "a"), ("J", "i")] {
            let binding = facts.bindings.iter().find(|binding| binding.name == name).expect(name);
            assert_eq!(resolver.origin(binding.writes[0]).module(), Some(module), "{name}");
        }
    }

    #[test]
    fn half_written_code_is_read_as_far_as_it_goes() {
        let source = "object A { val k = \"k\"; def f() = x match { case Some(y) => use(s\"a${k}\")";
        for end in 0..source.len() {
            parse(&source[..end]);
        }
    }
}
