//! PHP, with the text around it.

use std::path::Path;

use tree_sitter::Node;

use crate::facts::{Argument, Facts, Kind, Property, Span, ValueId};
use crate::language::Language;
use crate::language::lowering::{self, Lowering, Style, keyword, positional, spread};
use crate::language::syntax::{child, children, fields, span, unescape};

/// Variables are known by their names with the dollar sign, and nothing a function does not declare itself is one of its
/// variables. Members, constants, functions and classes have no dollar sign.
static STYLE: Style =
    Style { grammar: tree_sitter_php::LANGUAGE_PHP, lower, bare_members: false, local: |name| name.starts_with('$') };

/// Lowers a file. What it returns, as a file of settings does, goes by the file's name: `secret` in `config/jwt.php` is
/// `jwt.secret`.
pub fn parse(path: &Path, text: &str) -> Facts {
    let name = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    lowering::lower_file(text, &name, Language::Php, &STYLE)
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "name" => code.name(node),
        "variable_name" if code.text(node) == "$this" => code.this(at),
        "variable_name" => code.name(node),
        "relative_scope" if code.text(node) == "parent" => code.super_class(at),
        "relative_scope" => code.this(at),
        "qualified_name" | "namespace_name" => qualified(code, node),
        "string" | "encapsed_string" => quoted(code, node),
        "heredoc" | "nowdoc" => document(code, node),
        "integer" | "float" => code.add(Kind::Number(code.text(node).replace('_', "")), at),
        "boolean" => code.add(Kind::Boolean(code.text(node).eq_ignore_ascii_case("true")), at),
        "null" => code.add(Kind::Null, at),
        "member_access_expression" | "nullsafe_member_access_expression" | "scoped_property_access_expression" => {
            member(code, node)
        }
        "class_constant_access_expression" => match children(node).as_slice() {
            [scope, name] => {
                let scope = code.value(*scope);
                code.member(scope, code.text(*name), span(*name), at)
            }
            _ => code.derived(node),
        },
        "subscript_expression" => match children(node).as_slice() {
            [object, key] => {
                let (object, key) = (code.value(*object), code.value(*key));
                code.index(object, key, at)
            }
            _ => code.derived(node),
        },
        "function_call_expression" => call(code, node),
        "scoped_call_expression" | "member_call_expression" | "nullsafe_member_call_expression" => {
            let callee = member(code, node);
            match node.child_by_field_name("arguments").map(|list| arguments(code, list)) {
                Some(Some(arguments)) => code.call(callee, arguments, false, at),
                // `strlen(...)` is the function itself.
                _ => callee,
            }
        }
        "object_creation_expression" => construct(code, node),
        "array_creation_expression" => array(code, node),
        "parenthesized_expression"
        | "clone_expression"
        | "error_suppression_expression"
        | "expression_statement"
        | "by_ref" => code.inside(node),
        "argument" => match children(node).last() {
            Some(value) => code.value(*value),
            None => code.add(Kind::Unknown, at),
        },
        "cast_expression" => code.field(node, "value").unwrap_or_else(|| code.add(Kind::Unknown, at)),
        "binary_expression" => match code.field_text(node, "operator") {
            Some(".") => code.concat_chain(node, "."),
            Some("??") => code.either(node, &["left", "right"]),
            _ => code.derived(node),
        },
        "conditional_expression" => {
            // `a ?: b` is a, if it is there.
            let condition = code.field(node, "condition");
            let first = code.field(node, "body").or(condition);
            let either = [first, code.field(node, "alternative")];
            code.choice(either.into_iter().flatten().collect(), at)
        }
        "match_expression" => {
            code.field(node, "condition");
            let mut values = Vec::new();
            for arm in node.child_by_field_name("body").map(children).unwrap_or_default() {
                values.extend(code.field(arm, "return_expression"));
            }
            code.choice(values, at)
        }
        "assignment_expression" | "reference_assignment_expression" => {
            let (Some(target), Some(value)) = (node.child_by_field_name("left"), code.field(node, "right")) else {
                return code.derived(node);
            };
            write(code, target, value);
            value
        }
        "augmented_assignment_expression" => {
            let (Some(target), Some(value)) = (node.child_by_field_name("left"), code.field(node, "right")) else {
                return code.derived(node);
            };
            match code.field_text(node, "operator") {
                Some("??=") => write(code, target, value),
                Some(".=") => {
                    let before = code.value(target);
                    let grown = code.add(Kind::Concat(vec![before, value]), at);
                    write(code, target, grown);
                }
                _ => {
                    code.value(target);
                }
            }
            value
        }
        "static_variable_declaration" => {
            let value = code.field(node, "value");
            if let (Some(name), Some(value)) = (node.child_by_field_name("name"), value) {
                write(code, name, value);
            }
            code.add(Kind::Unknown, at)
        }
        "global_declaration" => {
            for name in children(node) {
                code.bind_to_file(code.text(name), span(name));
            }
            code.add(Kind::Unknown, at)
        }
        "foreach_statement" => foreach(code, node),
        "anonymous_function" => closure(code, node),
        // What is known around it is known in it.
        "arrow_function" => code.transparent_function(at, |code| {
            parameters(code, node);
            if let Some(body) = code.field(node, "body") {
                code.returns(body);
            }
        }),
        "function_definition" => {
            let value = function(code, node);
            code.define_named(node, value)
        }
        "method_declaration" => {
            let value = function(code, node);
            code.method_named(node, value)
        }
        "return_statement" => {
            let value = code.inside(node);
            if code.in_function() {
                code.returns(value);
            } else {
                let target = code.add(Kind::Global(code.file_name().to_owned()), at);
                code.assign(target, value);
            }
            value
        }
        "class_declaration"
        | "trait_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "anonymous_class" => class(code, node),
        // They tell alternatives apart and hold nothing.
        "enum_case" | "use_declaration" => code.add(Kind::Unknown, at),
        "const_declaration" => {
            for element in children(node).into_iter().filter(|element| element.kind() == "const_element") {
                if let [name, value] = children(element).as_slice() {
                    let value = code.value(*value);
                    match code.in_class() {
                        Some(_) => code.class_member(code.text(*name), span(*name), Some(value), None),
                        None => {
                            code.define(code.text(*name), span(*name), value);
                        }
                    }
                }
            }
            code.add(Kind::Unknown, at)
        }
        "property_declaration" => {
            let type_name = node.child_by_field_name("type").and_then(|name| type_of(code, name));
            for element in children(node).into_iter().filter(|element| element.kind() == "property_element") {
                let value = code.field(element, "default_value");
                if let Some(name) = element.child_by_field_name("name") {
                    code.class_member(bare(code, name), span(name), value, type_name);
                }
            }
            code.add(Kind::Unknown, at)
        }
        "namespace_use_declaration" => imports(code, node),
        "namespace_definition" => code.field(node, "body").unwrap_or_else(|| code.add(Kind::Unknown, at)),
        _ => code.derived(node),
    }
}

// Names and strings.

/// A variable's name without its dollar sign, as the members of an object have it.
fn bare<'t>(code: &Lowering<'t>, name: Node<'t>) -> &'t str {
    code.text(name).trim_start_matches('$')
}

/// `Name\Name`, whose first name may be that of an import, and `\Name\Name`, whose first name is not.
fn qualified<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let text = code.text(node);
    let text = text.strip_prefix("namespace\\").unwrap_or(text);
    let names: Vec<&'t str> = text.split('\\').map(str::trim).filter(|name| !name.is_empty()).collect();
    let Some((first, rest)) = names.split_first() else { return code.add(Kind::Unknown, at) };
    if rest.is_empty() {
        return code.reference(first, at);
    }
    if text.starts_with('\\') {
        return code.module(first, rest, at);
    }
    let mut value = code.module_reference(first, at);
    for name in rest {
        value = code.member(value, name, at, at);
    }
    value
}

/// A string in quotes. Between single quotes only they and the backslash are escaped.
fn quoted<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let whole = code.text(node);
    // `b"..."` is the same as `"..."`.
    let prefix = whole.find(['"', '\'']).map_or(0, |quote| quote + 1);
    let inner = Span::new(node.start_byte() + prefix, node.end_byte().saturating_sub(1));
    let single = node.kind() == "string";
    let read = |text: &str| match single {
        true => text.replace("\\'", "'").replace("\\\\", "\\"),
        false => unescape(text),
    };
    parts(code, node, inner, &read)
}

/// `<<<NAME` to `NAME`: what is indented as its end is is not.
fn document<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let Some(body) = node.child_by_field_name("value") else { return code.literal("", span(node)) };
    let end = node.child_by_field_name("end_tag").map_or(node.end_byte(), |end| end.start_byte());
    let between = code.source().get(body.end_byte()..end).unwrap_or_default();
    let indent = between.trim_start_matches(['\r', '\n']).to_owned();
    let first = children(body).first().map_or(body.start_byte(), |first| first.start_byte());
    let first =
        first + if code.source().get(first..).is_some_and(|rest| rest.starts_with(&indent)) { indent.len() } else { 0 };
    let inner = Span::new(first, body.end_byte());
    let raw = node.kind() == "nowdoc";
    let read = |text: &str| {
        let text = text.replace(&format!("\n{indent}"), "\n");
        if raw { text } else { unescape(&text) }
    };
    parts(code, body, inner, &read)
}

/// The text and the values that a string is put together of; `inner` is what stands between its quotes.
fn parts<'t>(code: &mut Lowering<'t>, node: Node<'t>, inner: Span, read: &dyn Fn(&str) -> String) -> ValueId {
    let is_text =
        |part: &Node| matches!(part.kind(), "string_content" | "string_value" | "escape_sequence" | "nowdoc_string");
    let all = children(node);
    let literal = |code: &mut Lowering<'t>, at: Span| {
        let text = code.source().get(at.range()).map(read).unwrap_or_default();
        code.literal(text, at)
    };
    if all.iter().all(is_text) {
        return literal(code, inner);
    }
    let mut values = Vec::new();
    let mut open: Option<Span> = None;
    for part in all {
        let at = span(part);
        if is_text(&part) {
            open = Some(Span { start: open.map_or(at.start.max(inner.start), |open| open.start), end: at.end });
            continue;
        }
        values.extend(open.take().map(|at| literal(code, at)));
        values.push(code.value(part));
    }
    values.extend(open.map(|at| literal(code, at)));
    code.add(Kind::Concat(values), span(node))
}

// Members, calls and construction.

/// `object->name`, `Scope::name`, `Scope::$name`.
fn member<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let object = code.field(node, "object").or_else(|| code.field(node, "scope"));
    let (Some(object), Some(name)) = (object, node.child_by_field_name("name")) else { return code.derived(node) };
    if name.kind() == "name" || node.kind() == "scoped_property_access_expression" {
        return code.member(object, bare(code, name), span(name), at);
    }
    let name = code.value(name);
    code.add(Kind::Derived(vec![object, name]), at)
}

fn call<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(function) = node.child_by_field_name("function") else { return code.derived(node) };
    let callee = code.value(function);
    let list = node.child_by_field_name("arguments");
    let Some(arguments) = list.map_or(Some(Vec::new()), |list| arguments(code, list)) else { return callee };
    // `define('NAME', value)` makes a constant.
    if let (Some(list), [_, value]) = (list, arguments.as_slice())
        && code.text(function).trim_start_matches('\\').eq_ignore_ascii_case("define")
        && let Some(name) = list.named_child(0).and_then(|name| name.named_child(0))
        && let Some(content) = child(name, &["string_content"])
        && name.named_child_count() == 1
    {
        let (name, at) = (code.text(content), span(content));
        code.bind_to_file(name, at);
        code.define(name, at, value.value);
    }
    code.call(callee, arguments, false, at)
}

/// The arguments of a call; nothing where it is no call but the function itself, `f(...)`.
fn arguments<'t>(code: &mut Lowering<'t>, list: Node<'t>) -> Option<Vec<Argument>> {
    let mut arguments = Vec::new();
    for argument in children(list) {
        if argument.kind() == "variadic_placeholder" {
            return None;
        }
        let Some(value) = children(argument).last().copied() else { continue };
        arguments.push(match (value.kind(), code.field_text(argument, "name")) {
            ("variadic_unpacking", _) => spread(code.inside(value)),
            (_, Some(name)) => keyword(name, code.value(value)),
            (_, None) => positional(code.value(value)),
        });
    }
    Some(arguments)
}

fn construct<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let parts = children(node);
    let Some(class) = parts.iter().find(|part| !matches!(part.kind(), "arguments" | "attribute_list")) else {
        return code.derived(node);
    };
    let callee = code.value(*class);
    let list = child(node, &["arguments"]).or_else(|| child(*class, &["arguments"]));
    let arguments = list.and_then(|list| arguments(code, list)).unwrap_or_default();
    code.call(callee, arguments, true, span(node))
}

/// A list, or a map if any of its entries has a key.
fn array<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let mut properties = Vec::new();
    let mut keyed = false;
    for entry in children(node) {
        match children(entry).as_slice() {
            [key, value] => {
                keyed = true;
                let (key, value) = (code.value(*key), code.value(*value));
                properties.push(code.property(key, value));
            }
            [value] if value.kind() == "variadic_unpacking" => {
                keyed = true;
                let spread = code.inside(*value);
                properties.push(Property { key: None, key_span: span(*value), value: spread, spread: true });
            }
            [value] => {
                let at = span(*value);
                let value = code.value(*value);
                let key = properties.len().to_string();
                properties.push(Property { key: Some(key), key_span: at, value, spread: false });
            }
            _ => {}
        }
    }
    let kind = match keyed {
        true => Kind::Object(properties),
        false => Kind::List(properties.into_iter().map(|property| property.value).collect()),
    };
    code.add(kind, span(node))
}

// Statements and declarations.

/// Writes a value to a variable, a member, or to the names of a list one by one.
fn write<'t>(code: &mut Lowering<'t>, target: Node<'t>, value: ValueId) {
    match target.kind() {
        "variable_name" => code.bind(code.text(target), span(target), value),
        "list_literal" | "array_creation_expression" => {
            let mut key: Option<Node<'t>> = None;
            let mut index = 0;
            for item in children(target) {
                if matches!(item.kind(), "string" | "encapsed_string" | "integer") {
                    key = Some(item);
                    continue;
                }
                let at = span(item);
                let part = match key.take() {
                    Some(key) => {
                        let key = code.value(key);
                        code.index(value, key, at)
                    }
                    None => code.member(value, &index.to_string(), at, at),
                };
                index += 1;
                if item.kind() == "variable_name" {
                    code.bind(code.text(item), at, part);
                } else {
                    let target = code.value(item);
                    code.assign(target, part);
                }
            }
        }
        _ => {
            let target = code.value(target);
            code.assign(target, value);
        }
    }
}

fn foreach<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let parts = children(node);
    if let [items, item, ..] = parts.as_slice() {
        let items = code.value(*items);
        let item = if item.kind() == "pair" { children(*item).last().copied() } else { Some(*item) };
        let item = item.and_then(|item| if item.kind() == "by_ref" { item.named_child(0) } else { Some(item) });
        if let Some(item) = item.filter(|item| item.kind() == "variable_name") {
            write(code, item, items);
        }
    }
    for body in fields(node, "body") {
        code.value(body);
    }
    code.add(Kind::Unknown, span(node))
}

fn parameters<'t>(code: &mut Lowering<'t>, node: Node<'t>) {
    let class = code.class();
    for parameter in node.child_by_field_name("parameters").map(children).unwrap_or_default() {
        let Some(name) = parameter.child_by_field_name("name") else { continue };
        let name = child(name, &["variable_name"]).unwrap_or(name);
        let type_name = parameter.child_by_field_name("type").and_then(|name| type_of(code, name));
        let default = code.field(parameter, "default_value");
        code.parameter(Some((code.text(name), span(name))), default, type_name);
        // A parameter that says who may see it is a property too.
        if let (Some(class), "property_promotion_parameter") = (class, parameter.kind()) {
            let value = code.name(name);
            code.member_of(class, bare(code, name), span(name), Some(value), type_name);
        }
    }
}

fn function<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    code.function(span(node), |code| {
        parameters(code, node);
        code.field(node, "body");
    })
}

/// `function (...) use ($outer) { ... }`
fn closure<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let mut used = Vec::new();
    for name in child(node, &["anonymous_function_use_clause"]).map(children).unwrap_or_default() {
        let name = if name.kind() == "by_ref" { name.named_child(0).unwrap_or(name) } else { name };
        used.push((code.text(name), span(name), code.name(name)));
    }
    code.function(span(node), |code| {
        parameters(code, node);
        for (name, at, outer) in used {
            code.define(name, at, outer);
        }
        code.field(node, "body");
    })
}

/// A type's name; nothing for what is part of the language, or for one of several.
fn type_of<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    match node.kind() {
        "named_type" | "optional_type" => node.named_child(0).and_then(|inner| type_of(code, inner)),
        "name" | "qualified_name" => Some(code.value(node)),
        _ => None,
    }
}

fn class<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let (name, at) = match node.child_by_field_name("name") {
        Some(name) => (code.text(name), span(name)),
        None => ("class@anonymous", span(node)),
    };
    let class = code.class_named(name, at);
    if let Some(base) = child(node, &["base_clause"]).and_then(|base| base.named_child(0)) {
        let base = code.value(base);
        code.extends(class, base);
    }
    code.within_class(class, |code| {
        for part in children(node) {
            if matches!(part.kind(), "declaration_list" | "enum_declaration_list" | "attribute_list") {
                code.value(part);
            }
        }
    });
    code.add(Kind::Class(class), span(node))
}

/// `use Name\Name as Other;`, `use Name\{A, B};`, `use function ...`.
fn imports<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let prefix = child(node, &["namespace_name"]).map_or("", |prefix| code.text(prefix));
    let group = node.child_by_field_name("body").unwrap_or(node);
    for clause in children(group).into_iter().filter(|part| part.kind() == "namespace_use_clause") {
        let alias = clause.child_by_field_name("alias");
        let Some(name) = children(clause).into_iter().find(|part| Some(*part) != alias) else { continue };
        let names = prefix.split('\\').chain(code.text(name).split('\\')).map(str::trim);
        let names: Vec<&'t str> = names.filter(|name| !name.is_empty()).collect();
        let [first, rest @ ..] = names.as_slice() else { continue };
        let bound = alias.map(|alias| code.text(alias)).or(names.last().copied()).unwrap_or(first);
        code.import(bound, span(alias.unwrap_or(name)), first, rest);
    }
    code.add(Kind::Unknown, span(node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::lowering::tests::show;

    fn code(text: &str) -> Facts {
        parse(Path::new("config/jwt.php"), &format!("<?php\n{text}\n"))
    }

    /// What is written last to the variable `$x`.
    fn written(text: &str) -> String {
        let facts = code(text);
        let binding = facts.bindings.iter().find(|binding| binding.name == "$x").expect("$x");
        show(&facts, *binding.writes.last().expect("a value"))
    }

    #[test]
    fn strings_are_read_as_the_language_reads_them() {
        for (source, text) in [
            (r"'a\'b\\c\n'", r#""a'b\\c\\n""#),
            (r#""a\n\$b\x41""#, r#""a\n$bA""#),
            (r#""a $p b""#, r#"("a " $p " b")"#),
            (r#""{$p['k']}-$q[0]-$r->s""#, r#"($p.k "-" $q.0 "-" $r.s)"#),
            ("<<<EOT\n    a\n      b\n    EOT", r#""a\n  b""#),
            ("<<<'EOT'\na $p\\n\nEOT", r#""a $p\\n""#),
            ("<<<EOT\n  a $p b\n  EOT", r#"("a " $p " b")"#),
            ("''", r#""""#),
            ("'a' . 'b' . $p", r#"("a" "b" $p)"#),
        ] {
            assert_eq!(written(&format!("$x = {source};")), text, "{source}");
        }
    }

    #[test]
    fn spans_are_those_of_the_text_between_the_quotes() {
        for source in ["'secret'", "\"secret\"", "<<<EOT\n  secret\n  EOT", "<<<'EOT'\nsecret\nEOT"] {
            let text = format!("<p>\n<?php $x = {source};");
            let facts = parse(Path::new("a.php"), &text);
            let literal =
                facts.values.iter().find(|value| matches!(&value.kind, Kind::Literal(text) if text == "secret"));
            let span = literal.map(|value| value.span).expect(source);
            assert_eq!(&text[span.range()], "secret", "{source}");
        }
    }

    #[test]
    fn values_are_lowered() {
        for (source, value) in [
            ("$x = $a ?? 'd';", "any($a \"d\")"),
            ("$x = $a ?: 'd';", "any($a \"d\")"),
            ("$x = $a ? $b : 'd';", "any($b \"d\")"),
            ("$x = match ($a) { 1 => 'a', default => 'b' };", "any(\"a\" \"b\")"),
            ("$x = (string) @f(b: 1, 2);", "f(b=1, 2)"),
            ("$x = $_ENV['A'];", "$_ENV.A"),
            ("$x = $a?->b()->c;", "$a.b().c"),
            ("$x = A::b(A::C, A::$d);", "A.b(A.C, A.d)"),
            ("$x = new A(b: 'c');", "new A(b=\"c\")"),
            ("$x = new \\A\\B('c');", "new <A>.B(\"c\")"),
            ("$x = ['a' => 'b', 'c', ...$d];", "{a: \"b\", 1: \"c\", ..: $d}"),
            ("$x = array('a', $b);", "[\"a\" $b]"),
            ("[$x, $y] = $a;", "$a.0"),
            ("['k' => $x] = $a;", "$a.k"),
            ("$x = null; $x ??= 'a';", "\"a\""),
            ("$x = 'a'; $x .= 'b';", "($x \"b\")"),
        ] {
            assert_eq!(written(source), value, "{source}");
        }
    }

    #[test]
    fn variables_are_those_of_their_function() {
        let facts = code(
            "$key = 'outer';
             function f() { return $key; }
             $g = function () use ($key) { return $key; };
             $h = fn () => $key;
             function i() { global $key; return $key; }",
        );
        let returned: Vec<String> = facts.functions.iter().map(|function| show(&facts, function.returns[0])).collect();
        assert_eq!(returned, ["$key", "$key", "$key", "$key"]);
        let bound = |index: usize| match facts.kind(facts.functions[index].returns[0]) {
            Kind::Name(binding) => facts.bindings[binding.index()].writes.len(),
            _ => 0,
        };
        assert_eq!((0..4).map(bound).collect::<Vec<_>>(), [0, 1, 1, 1]);
    }

    #[test]
    fn constants_and_members_have_names() {
        let facts = code(
            "namespace N;
             define('JWT_SECRET', 'a');
             const KEY = 'b';
             class C extends \\B { const ONE = '1'; private static string $two = '2';
               function __construct(private string $three = '3') { self::$two = '4'; $this->five = '5'; } }
             enum E: string { case Secret = 's'; }
             return ['secret' => 'c'];",
        );
        let named = |path: &[&str]| {
            let entry = facts.entries.iter().find(|entry| entry.path == path);
            entry.map(|entry| show(&facts, entry.value)).unwrap_or_default()
        };
        for (path, value) in [
            (&["JWT_SECRET"][..], "\"a\""),
            (&["KEY"], "\"b\""),
            (&["C", "ONE"], "\"1\""),
            (&["C", "two"], "\"2\""),
            (&["C", "three"], "$three"),
            (&["two"], "\"4\""),
            (&["five"], "\"5\""),
            (&["jwt", "secret"], "\"c\""),
        ] {
            assert_eq!(named(path), value, "{path:?}");
        }
        assert!(!facts.entries.iter().any(|entry| entry.path.iter().any(|name| name == "Secret")));
    }

    #[test]
    fn names_are_imported_one_by_one_and_in_groups() {
        let facts = code("use A\\B\\C; use A\\{D, E as F}; use function G\\h; $x = [new C, new F, h(), new C\\I];");
        let items: Vec<&str> = ["C", "D", "F", "h"].to_vec();
        let imported = |name: &&str| {
            let binding = facts.bindings.iter().find(|binding| binding.name == **name).expect(name);
            show(&facts, binding.writes[0])
        };
        assert_eq!(items.iter().map(imported).collect::<Vec<_>>(), ["<A>.B.C", "<A>.D", "<A>.E", "<G>.h"]);
    }

    #[test]
    fn half_written_and_deep_code_does_no_harm() {
        // As deep as it is followed it needs more than a test's own thread has.
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(half_written_and_deep_code);
        thread.expect("a thread").join().expect("no panic");
    }

    fn half_written_and_deep_code() {
        let source = include_str!("../../fixtures/php/firebase-php-jwt/bad.php");
        for cut in (0..source.len()).step_by(37).filter(|cut| source.is_char_boundary(*cut)) {
            parse(Path::new("a.php"), &source[..cut]);
        }
        for (open, close) in
            [("(", ")"), ("new A(", ")"), ("fn($a) => ", ""), ("[", "]"), ("$p?->a(", ")"), ("\"{$", "}\"")]
        {
            code(&format!("$x = {}{};", open.repeat(3_000), close.repeat(3_000)));
        }
        code(&format!("$x = $p{};", "?->a()->b".repeat(5_000)));
        code(&format!("$x = 'a'{};", " . 'a'".repeat(5_000)));
    }
}
