//! Rust.
//!
//! What stands in a macro is only tokens to the grammar. Macros whose tokens are plain expressions are therefore rewritten
//! before the file is lowered, each to as many bytes: `format!("x")` to a call of `format_`, `vec![a]` to `&[a]`, and
//! `lazy_static! { ... }` to a block.

use tree_sitter::Node;

use crate::facts::{Argument, ClassId, Facts, Kind, Span, ValueId};
use crate::language::Language;
use crate::language::lowering::{self, Lowering, Style, keyword, positional, spread};
use crate::language::syntax::{self, child, children, span};

static STYLE: Style = Style { grammar: tree_sitter_rust::LANGUAGE, lower, bare_members: false, local: |_| false };

/// Macros that take expressions, as functions do.
const CALLS: [&str; 16] = [
    "env",
    "option_env",
    "format",
    "concat",
    "dotenv",
    "hex",
    "println",
    "print",
    "eprintln",
    "write",
    "writeln",
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "panic",
];

/// Macros that take statics.
const BLOCKS: [&str; 2] = ["lazy_static", "thread_local"];

/// Types that hold one of their type argument and lend its members.
const HOLDERS: [&str; 12] =
    ["Arc", "Box", "Rc", "Data", "State", "Extension", "Option", "Mutex", "RwLock", "Lazy", "LazyLock", "OnceLock"];

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(&plain_macros(text), Language::Rust, &STYLE)
}

/// The text with macros rewritten, every other byte in its place.
fn plain_macros(text: &str) -> String {
    // What cannot be parsed is reported when it is lowered.
    let Ok(tree) = syntax::parse(text, STYLE.grammar) else { return text.to_owned() };
    let mut bytes = text.as_bytes().to_vec();
    let mut cursor = tree.walk();
    // The name and the sign of a macro that is being read.
    let mut name: Option<Node> = None;
    let mut sign: Option<Node> = None;
    'walk: loop {
        let node = cursor.node();
        match node.kind() {
            "identifier" | "scoped_identifier" => (name, sign) = (Some(node), None),
            "!" => sign = Some(node),
            "token_tree" => {
                if let (Some(name), Some(sign)) = (name, sign)
                    && sign.start_byte() == name.end_byte()
                {
                    rewrite(text, &mut bytes, name, sign, node);
                }
                (name, sign) = (None, None);
            }
            _ => (name, sign) = (None, None),
        }
        let whole = matches!(node.kind(), "scoped_identifier" | "macro_definition" | "string_literal");
        if !whole && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'walk;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn rewrite(text: &str, bytes: &mut [u8], name: Node, sign: Node, tokens: Node) {
    let full = text.get(name.byte_range()).unwrap_or_default();
    let last = full.rsplit(':').next().unwrap_or_default();
    let opens = text.as_bytes().get(tokens.start_byte()).copied();
    let to_sign = name.start_byte()..sign.end_byte();
    if CALLS.contains(&last) && opens == Some(b'(') {
        if let Some(byte) = bytes.get_mut(sign.start_byte()) {
            *byte = b'_';
        }
    } else if (last == "vec" && opens == Some(b'[') || BLOCKS.contains(&last) && opens == Some(b'{'))
        && let Some(range) = bytes.get_mut(to_sign)
    {
        range.fill(b' ');
        if let (Some(byte), true) = (range.last_mut(), last == "vec") {
            *byte = b'&';
        }
    }
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "source_file" | "declaration_list" => {
            items(code, node);
            code.add(Kind::Unknown, at)
        }
        "identifier" | "type_identifier" | "shorthand_field_identifier" | "primitive_type" => match code.text(node) {
            "None" => code.add(Kind::Null, at),
            "Self" => code.own_class(at),
            _ => code.name(node),
        },
        "self" => code.this(at),
        "crate" | "super" | "metavariable" => code.add(Kind::Module(code.text(node).to_owned()), at),
        "string_literal" => code.string(node, false, &[]),
        "raw_string_literal" => code.string(node, true, &[]),
        "integer_literal" | "float_literal" | "negative_literal" => {
            code.add(Kind::Number(code.text(node).to_owned()), at)
        }
        "boolean_literal" => code.add(Kind::Boolean(code.text(node) == "true"), at),
        "unit_expression" => code.add(Kind::Null, at),
        "char_literal" => code.add(Kind::Unknown, at),
        "scoped_identifier" | "scoped_type_identifier" => path(code, node),
        "generic_type" | "generic_type_with_turbofish" | "reference_type" | "pointer_type" => {
            code.field(node, "type").unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        "generic_function" => code.field(node, "function").unwrap_or_else(|| code.add(Kind::Unknown, at)),
        "field_expression" => {
            let Some(object) = code.field(node, "value") else { return code.derived(node) };
            let Some(name) = node.child_by_field_name("field") else { return object };
            code.member(object, code.text(name), span(name), at)
        }
        "index_expression" => match code.values(&children(node)).as_slice() {
            [object, key] => code.index(*object, *key, at),
            _ => code.add(Kind::Unknown, at),
        },
        "reference_expression" | "type_cast_expression" => {
            code.field(node, "value").unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        "parenthesized_expression"
        | "try_expression"
        | "await_expression"
        | "async_block"
        | "unsafe_block"
        | "const_block"
        | "else_clause" => code.inside(node),
        "unary_expression" if code.text(node).starts_with('*') => code.inside(node),
        "binary_expression" if code.field_text(node, "operator") == Some("+") => code.concat_chain(node, "+"),
        "array_expression" | "tuple_expression" => {
            let items = code.values(&without_attributes(node));
            code.add(Kind::List(items), at)
        }
        "call_expression" => call(code, node),
        "struct_expression" => construction(code, node),
        "block" => code.within_block(|code| items(code, node).unwrap_or_else(|| code.add(Kind::Null, at))),
        "if_expression" => code.within_block(|code| {
            code.field(node, "condition");
            code.either(node, &["consequence", "alternative"])
        }),
        "let_condition" => {
            let value = code.field(node, "value");
            if let (Some(pattern), Some(value)) = (node.child_by_field_name("pattern"), value) {
                bind(code, pattern, value);
            }
            code.add(Kind::Unknown, at)
        }
        "match_expression" => {
            let matched = code.field(node, "value");
            let mut values = Vec::new();
            for arm in node.child_by_field_name("body").map(children).unwrap_or_default() {
                values.push(code.within_block(|code| {
                    if let (Some(pattern), Some(matched)) = (arm.child_by_field_name("pattern"), matched) {
                        bind(code, pattern, matched);
                    }
                    code.field(arm, "value").unwrap_or_else(|| code.add(Kind::Unknown, span(arm)))
                }));
            }
            code.choice(values, at)
        }
        "for_expression" => code.within_block(|code| {
            let value = code.field(node, "value");
            if let (Some(pattern), Some(value)) = (node.child_by_field_name("pattern"), value) {
                let item = code.member(value, "*", span(pattern), span(pattern));
                bind(code, pattern, item);
            }
            code.field(node, "body");
            code.add(Kind::Unknown, at)
        }),
        "while_expression" | "loop_expression" => code.block(node),
        "let_declaration" => {
            let value = code.field(node, "value");
            let type_name = node.child_by_field_name("type").map(|node| type_name(code, node));
            code.field(node, "alternative");
            let Some(pattern) = node.child_by_field_name("pattern") else { return code.add(Kind::Unknown, at) };
            if let (Some(type_name), Some(name)) = (type_name, name_of(pattern)) {
                let binding = code.declare(code.text(name), span(name));
                code.typed(binding, type_name);
            }
            if let Some(value) = value {
                bind(code, pattern, value);
            }
            code.add(Kind::Unknown, at)
        }
        "assignment_expression" => {
            let (target, value) = (code.field(node, "left"), code.field(node, "right"));
            if let (Some(target), Some(value)) = (target, value) {
                code.assign(target, value);
            }
            code.add(Kind::Unknown, at)
        }
        "return_expression" => {
            let value = code.inside(node);
            code.returns(value);
            // Where it stands nothing comes of it.
            code.add(Kind::Derived(vec![value]), at)
        }
        "closure_expression" => code.function(at, |code| {
            for parameter in node.child_by_field_name("parameters").map(children).unwrap_or_default() {
                self::parameter(code, parameter);
            }
            if let Some(body) = code.field(node, "body") {
                code.returns(body);
            }
        }),
        "function_item" => {
            let value = code.function(at, |code| {
                for parameter in node.child_by_field_name("parameters").map(children).unwrap_or_default() {
                    if parameter.kind() != "self_parameter" {
                        self::parameter(code, parameter);
                    }
                }
                if let Some(body) = code.field(node, "body") {
                    code.returns(body);
                }
            });
            name_item(code, node, value);
            value
        }
        "const_item" | "static_item" => {
            let value = code.field(node, "value").unwrap_or_else(|| code.add(Kind::Unknown, at));
            name_item(code, node, value);
            value
        }
        "type_item" => {
            let value = code.field(node, "type").unwrap_or_else(|| code.add(Kind::Unknown, at));
            name_item(code, node, value);
            value
        }
        "struct_item" => {
            let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
            let class = code.class_named(code.text(name), span(name));
            if let Some(body) = node.child_by_field_name("body").filter(|body| body.kind() == "field_declaration_list")
            {
                struct_fields(code, class, body);
            }
            code.add(Kind::Class(class), at)
        }
        "impl_item" | "trait_item" => {
            let type_node = node.child_by_field_name("type").or_else(|| node.child_by_field_name("name"));
            let name = type_node.map(|mut type_node| {
                while let Some(inner) = type_node.child_by_field_name("type") {
                    type_node = inner;
                }
                type_node
            });
            let Some(name) = name.filter(|name| name.kind() == "type_identifier") else { return code.block(node) };
            let class = code.class_named(code.text(name), span(name));
            code.within_class(class, |code| {
                code.field(node, "body");
            });
            code.add(Kind::Class(class), at)
        }
        "enum_item" => {
            let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
            let class = code.class_named(code.text(name), span(name));
            code.add(Kind::Class(class), at)
        }
        "mod_item" => module(code, node),
        "use_declaration" => {
            if let Some(argument) = node.child_by_field_name("argument") {
                import(code, argument, &[], 0);
            }
            code.add(Kind::Unknown, at)
        }
        // What is in it is no more than a text to the grammar, or for the compiler alone.
        "attribute_item" | "inner_attribute_item" | "macro_definition" => code.add(Kind::Unknown, at),
        _ => code.derived(node),
    }
}

/// Lowers what stands in a file, block or module one by one; what comes last is what a block gives.
fn items<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> Option<ValueId> {
    let mut last = None;
    let mut is_test = false;
    for item in children(node) {
        match item.kind() {
            "attribute_item" => {
                is_test |= says_test(code, item);
                continue;
            }
            "inner_attribute_item" if says_test(code, item) => {
                let whole = node.parent().unwrap_or(node);
                code.facts.tests.push(span(whole));
            }
            // Macros that are rewritten leave blocks behind, whose names are those of what is around them.
            "expression_statement" if node.kind() == "source_file" => {
                for block in children(item) {
                    match block.kind() {
                        "block" => drop(items(code, block)),
                        _ => drop(code.value(block)),
                    }
                }
                continue;
            }
            _ => {}
        }
        if std::mem::take(&mut is_test) {
            code.facts.tests.push(span(item));
        }
        let is_value = match item.kind() {
            "expression_statement" => !code.text(item).ends_with(';'),
            kind => !kind.ends_with("_item") && !kind.ends_with("_declaration"),
        };
        let value = if item.kind() == "expression_statement" { code.inside(item) } else { code.value(item) };
        last = is_value.then_some(value);
    }
    last
}

/// Whether an attribute says that what follows is a test: `#[test]`, `#[tokio::test]`, `#[cfg(test)]`.
fn says_test<'t>(code: &Lowering<'t>, node: Node<'t>) -> bool {
    let Some(attribute) = child(node, &["attribute"]) else { return false };
    let Some(name) = attribute.named_child(0) else { return false };
    match code.text(name).rsplit("::").next().unwrap_or_default() {
        "test" | "rstest" | "test_case" | "bench" => true,
        "cfg" => code.field_text(attribute, "arguments").is_some_and(|arguments| {
            let mut words = arguments.split(|c: char| !c.is_alphanumeric() && c != '_');
            !arguments.contains("not") && words.any(|word| word == "test")
        }),
        _ => false,
    }
}

/// `a::b`. The first name is a crate or module where the file does not bind it; types are told by their first letter
/// (RFC 430).
fn path<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(name) = node.child_by_field_name("name") else { return code.add(Kind::Unknown, at) };
    let object = match node.child_by_field_name("path") {
        None => return code.module_reference(code.text(name), span(name)),
        Some(path) => match (path.kind(), code.text(path)) {
            // What is meant stands in this file, as a rule.
            ("self" | "super", _) => return code.name(name),
            ("identifier", "Self") => code.own_class(span(path)),
            ("identifier", text) if !text.starts_with(|first: char| first.is_uppercase()) => {
                code.module_reference(text, span(path))
            }
            _ => code.value(path),
        },
    };
    code.member(object, code.text(name), span(name), at)
}

fn without_attributes(node: Node) -> Vec<Node> {
    children(node).into_iter().filter(|child| child.kind() != "attribute_item").collect()
}

fn call<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(function) = node.child_by_field_name("function") else { return code.derived(node) };
    let callee = code.value(function);
    let nodes = node.child_by_field_name("arguments").map(without_attributes).unwrap_or_default();
    let values = code.values(&nodes);
    match (code.text(function).rsplit(':').next().unwrap_or_default(), values.as_slice()) {
        ("concat_", _) => return code.add(Kind::Concat(values), at),
        // A format with nothing to fill in is what it says; of others it is known what goes in.
        ("format_", [only]) if !code.text(nodes[0]).contains('{') => return *only,
        ("format_", _) => return code.add(Kind::Derived(values), at),
        _ => {}
    }
    // `a.unwrap_or(b)` is either.
    if let (Kind::Member { object, name, .. }, [other]) = (code.facts.kind(callee), values.as_slice())
        && matches!(name.as_str(), "unwrap_or" | "unwrap_or_else" | "or" | "or_else")
    {
        let either = vec![*object, *other];
        return code.choice(either, at);
    }
    code.call(callee, values.into_iter().map(positional).collect(), false, at)
}

/// `Config { key, other: value, ..rest }`
fn construction<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(type_value) = code.field(node, "name") else { return code.derived(node) };
    let mut arguments: Vec<Argument> = Vec::new();
    for field in node.child_by_field_name("body").map(children).unwrap_or_default() {
        let (name, value) = match field.kind() {
            "shorthand_field_initializer" => {
                let Some(name) = child(field, &["identifier"]) else { continue };
                (name, code.name(name))
            }
            "field_initializer" => {
                let (Some(name), Some(value)) = (field.child_by_field_name("field"), code.field(field, "value")) else {
                    continue;
                };
                (name, value)
            }
            _ => {
                let value = code.inside(field);
                arguments.push(spread(value));
                continue;
            }
        };
        arguments.push(keyword(code.text(name), value));
        code.gives(type_value, code.text(name), span(name), value);
    }
    code.call(type_value, arguments, true, at)
}

fn parameter<'t>(code: &mut Lowering<'t>, node: Node<'t>) {
    let pattern = node.child_by_field_name("pattern").unwrap_or(node);
    let type_name = node.child_by_field_name("type").map(|node| type_name(code, node));
    let name = name_of(pattern).map(|name| (code.text(name), span(name)));
    let is_plain = name.is_some();
    code.parameter(name, None, type_name);
    if !is_plain {
        // `State(state): State<App>` is what its type says.
        let value = type_name.unwrap_or_else(|| code.add(Kind::Unknown, span(pattern)));
        bind(code, pattern, value);
    }
}

/// The name that a pattern is, if it is no more.
fn name_of(pattern: Node) -> Option<Node> {
    match pattern.kind() {
        "identifier" => Some(pattern),
        "mut_pattern" | "ref_pattern" | "reference_pattern" => child(pattern, &["identifier"]),
        _ => None,
    }
}

/// A type; of those that only hold another, that one.
fn type_name<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let mut node = node;
    loop {
        let inner = match node.kind() {
            "reference_type" | "pointer_type" => node.child_by_field_name("type"),
            "generic_type" => {
                let name = code.field_text(node, "type").and_then(|name| name.rsplit(':').next());
                let holds = name.is_some_and(|name| HOLDERS.contains(&name));
                let argument =
                    node.child_by_field_name("type_arguments").and_then(|arguments| arguments.named_child(0));
                argument.filter(|_| holds)
            }
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => return code.value(node),
        }
    }
}

/// Binds the names of a pattern to what they are of a value.
fn bind<'t>(code: &mut Lowering<'t>, pattern: Node<'t>, value: ValueId) {
    code.nested(span(pattern), |code| {
        let parts = children(pattern);
        match pattern.kind() {
            "identifier" | "shorthand_field_identifier" => {
                let name = code.text(pattern);
                // Others are constants.
                if name.starts_with(|first: char| first.is_lowercase() || first == '_') {
                    code.define(name, span(pattern), value);
                }
            }
            "tuple_struct_pattern" => {
                // The first is the type.
                let inner: Vec<Node<'t>> = parts.into_iter().skip(1).collect();
                match inner.as_slice() {
                    // `Ok(value)`
                    [only] => bind(code, *only, value),
                    several => bind_each(code, several, value),
                }
            }
            "tuple_pattern" | "slice_pattern" => bind_each(code, &parts, value),
            "struct_pattern" => {
                for field in parts.into_iter().filter(|part| part.kind() == "field_pattern") {
                    let Some(name) = field.child_by_field_name("name") else { continue };
                    let at = span(name);
                    let member = code.member(value, code.text(name), at, at);
                    bind(code, field.child_by_field_name("pattern").unwrap_or(name), member);
                }
            }
            "match_pattern" => {
                if let Some(first) = parts.first() {
                    bind(code, *first, value);
                }
                code.field(pattern, "condition");
            }
            "mut_pattern" | "ref_pattern" | "reference_pattern" | "captured_pattern" | "or_pattern" => {
                for part in parts {
                    bind(code, part, value);
                }
            }
            _ => {}
        }
        value
    });
}

fn bind_each<'t>(code: &mut Lowering<'t>, patterns: &[Node<'t>], value: ValueId) {
    for (index, pattern) in patterns.iter().enumerate() {
        let at = span(*pattern);
        let item = code.member(value, &index.to_string(), at, at);
        bind(code, *pattern, item);
    }
}

/// Names an item in the module or type it stands in.
fn name_item<'t>(code: &mut Lowering<'t>, node: Node<'t>, value: ValueId) {
    let Some(name) = node.child_by_field_name("name") else { return };
    let (text, at) = (code.text(name), span(name));
    if code.in_class().is_some() {
        code.class_member(text, at, Some(value), None);
        return;
    }
    let binding = code.define(text, at, value);
    if let Some(type_node) = node.child_by_field_name("type") {
        let type_name = type_name(code, type_node);
        code.typed(binding, type_name);
    }
}

fn struct_fields<'t>(code: &mut Lowering<'t>, class: ClassId, body: Node<'t>) {
    let mut attributes = Vec::new();
    for field in children(body) {
        if field.kind() == "attribute_item" {
            attributes.push(field);
            continue;
        }
        let attributes = std::mem::take(&mut attributes);
        let Some(name) = field.child_by_field_name("name") else { continue };
        let value = configured(code, &attributes, name);
        let type_name = field.child_by_field_name("type").map(|node| type_name(code, node));
        code.member_of(class, code.text(name), span(name), value, type_name);
    }
}

/// The look-up that a field's attributes ask for: clap's `#[arg(env = "JWT_SECRET", default_value = "dev")]`, serde's
/// `#[serde(default = "function")]`, envconfig's `#[envconfig(from = "JWT_SECRET", default = "dev")]`.
fn configured<'t>(code: &mut Lowering<'t>, attributes: &[Node<'t>], field: Node<'t>) -> Option<ValueId> {
    let mut variable: Option<String> = None;
    let mut fallback = None;
    let mut at: Option<Span> = None;
    for item in attributes {
        let Some(attribute) = child(*item, &["attribute"]) else { continue };
        let Some(name) = attribute.named_child(0).map(|name| code.text(name)) else { continue };
        if !matches!(name, "arg" | "clap" | "structopt" | "serde" | "envconfig" | "env" | "config") {
            continue;
        }
        let Some(arguments) = attribute.child_by_field_name("arguments") else { continue };
        let mut cursor = arguments.walk();
        let tokens: Vec<Node<'t>> = arguments.children(&mut cursor).collect();
        for (index, key) in tokens.iter().enumerate() {
            let given = match tokens.get(index + 1..index + 3) {
                Some([sign, value]) if sign.kind() == "=" && value.kind().ends_with("string_literal") => Some(value),
                _ => None,
            };
            match (code.text(*key), given) {
                ("env" | "from", Some(value)) => {
                    let value = code.value(*value);
                    if let Kind::Literal(text) = code.facts.kind(value) {
                        variable = Some(text.clone());
                    }
                }
                ("env", None) => variable = Some(code.text(field).to_ascii_uppercase()),
                ("default", Some(value)) if name == "serde" => {
                    // The function is named by a text.
                    let inner = code.text(*value).trim_matches('"');
                    let callee = match inner.split_once("::") {
                        None => code.reference(inner, span(*value)),
                        Some(_) => code.add(Kind::Unknown, span(*value)),
                    };
                    fallback = Some(code.call(callee, Vec::new(), false, span(*value)));
                }
                ("default" | "default_value" | "default_value_t", Some(value)) => fallback = Some(code.value(*value)),
                _ => continue,
            }
            at = Some(span(*item));
        }
    }
    Some(code.add(Kind::Environment { name: variable.unwrap_or_default(), fallback }, at?))
}

/// A module in the file; its items are reached through its name from outside.
fn module<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body")) else {
        return code.add(Kind::Unknown, at);
    };
    let outer = code.class_named(code.text(name), span(name));
    code.within_block(|code| {
        code.value(body);
        for item in children(body) {
            if matches!(item.kind(), "const_item" | "static_item" | "function_item" | "struct_item")
                && let Some(name) = item.child_by_field_name("name")
            {
                let value = code.name(name);
                code.member_of(outer, code.text(name), span(name), Some(value), None);
            }
        }
        code.add(Kind::Class(outer), at)
    })
}

/// Binds the names of one part of a `use`; `before` is the path that leads to it.
fn import<'t>(code: &mut Lowering<'t>, node: Node<'t>, before: &[&'t str], depth: usize) {
    const DEEPEST: usize = 32;
    if depth > DEEPEST {
        return;
    }
    let whole = |path: &'t str| -> Vec<&'t str> {
        before.iter().copied().chain(path.split("::").map(str::trim).filter(|name| !name.is_empty())).collect()
    };
    match node.kind() {
        "scoped_use_list" => {
            let path = whole(code.field_text(node, "path").unwrap_or_default());
            if let Some(list) = node.child_by_field_name("list") {
                import(code, list, &path, depth + 1);
            }
        }
        "use_list" => {
            for part in children(node) {
                import(code, part, before, depth + 1);
            }
        }
        "use_wildcard" => {
            let path = whole(node.named_child(0).map_or("", |path| code.text(path)));
            if !matches!(path.first(), None | Some(&("crate" | "self" | "super"))) {
                code.open(path.join("::"));
            }
        }
        "use_as_clause" => {
            let path = whole(code.field_text(node, "path").unwrap_or_default());
            if let Some(alias) = node.child_by_field_name("alias") {
                bind_import(code, code.text(alias), span(alias), &path);
            }
        }
        _ => {
            let mut path = whole(code.text(node));
            // `use std::env::{self, VarError}`
            if path.len() > 1 && path.last() == Some(&"self") {
                path.pop();
            }
            if let Some(last) = path.last().copied() {
                bind_import(code, last, span(node), &path);
            }
        }
    }
}

fn bind_import<'t>(code: &mut Lowering<'t>, name: &'t str, at: Span, path: &[&'t str]) {
    let Some((first, rest)) = path.split_first() else { return };
    // What an inner module takes from around it is known there by its own name.
    if !(matches!(*first, "self" | "super") && rest == [name]) {
        code.import(name, at, first, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::tests::words_of;

    /// What the first argument of the first call of `uses` comes down to.
    fn used(source: &str) -> Vec<String> {
        let facts = parse(source);
        assert!(facts.problems.is_empty(), "{source}: {:?}", facts.problems);
        let mut ends = words_of(&facts, "uses", 0);
        ends.retain(|end| !matches!(end.as_str(), "look-up" | "unknown"));
        ends
    }

    #[test]
    fn constants_are_followed_however_they_are_held() {
        for source in [
            "const KEY: &str = \"k\"; fn f() { uses(KEY.as_bytes()) }",
            "static KEY: &[u8] = b\"k\"; fn f() { uses(KEY) }",
            "fn f() { let key = String::from(r#\"k\"#); uses(&key) }",
            "mod a { pub const KEY: &str = \"k\"; } fn f() { uses(a::KEY) }",
            "const KEY: &str = \"k\"; mod tests { use super::*; fn f() { uses(super::KEY) } }",
            "struct A { key: String } impl A { fn new() -> Self { Self { key: \"k\".into() } } fn f(&self) { uses(&self.key) } }",
            "struct A { key: String } fn f(a: &A) { uses(&a.key) } fn g() -> A { A { key: \"k\".to_string() } }",
            "struct A { key: String } struct B { a: Arc<A> } fn f(b: B) { uses(&b.a.key) } fn g(key: String) -> A { A { key } } fn h() { g(\"k\".into()); }",
            "struct A; impl A { const KEY: &'static str = \"k\"; fn f() { uses(Self::KEY) } }",
            "fn key() -> &'static str { \"k\" } fn f() { uses(key()) }",
            "fn key() -> String { return \"k\".to_owned(); } fn f() { uses(key()) }",
            "lazy_static! { static ref KEY: String = \"k\".to_string(); } fn f() { uses(KEY.as_str()) }",
            "static KEY: Lazy<String> = Lazy::new(|| { \"k\".to_string() }); fn f() { uses(&KEY) }",
            "fn f() { let keys = vec![\"k\"]; for key in keys { uses(key) } }",
            "fn f() { let (key, other) = (\"k\", 1); uses(key) }",
            "fn f() { let A { key, .. } = A { key: \"k\" }; uses(key) }",
            "fn f() { if let Some(key) = Some(\"k\") { uses(key) } }",
            "fn f() { uses(concat!(\"\", \"k\")) }",
            "fn f() { uses(&format!(\"k\")) }",
        ] {
            assert_eq!(used(source), ["k"], "{source}");
        }
    }

    #[test]
    fn an_unset_variable_falls_back() {
        for source in [
            "use std::env; fn f() { uses(env::var(\"X\").unwrap_or(\"d\".into())) }",
            "fn f() { uses(std::env::var(\"X\").unwrap_or_else(|_| \"d\".to_string())) }",
            "fn f() { uses(option_env!(\"X\").unwrap_or(\"d\")) }",
            "use std::env; fn f() { let k = match env::var(\"X\") { Ok(k) => k, Err(_) => \"d\".into() }; uses(k) }",
            "use std::env::var; fn f() { let k = if let Ok(k) = var(\"X\") { k } else { \"d\".into() }; uses(k) }",
            "struct A { #[arg(long, env = \"X\", default_value = \"d\")] key: String } fn f(a: A) { uses(a.key) }",
            "struct A { #[clap(env, default_value = \"d\")] x: String } fn f(a: A) { uses(a.x) }",
        ] {
            assert_eq!(used(source), ["$X", "fallback d"], "{source}");
        }
    }

    #[test]
    fn paths_are_bound_as_they_are_imported() {
        let facts = parse("use a::{b::{self, c as d}, e::*, f}; use crate::g; use ::h::i; use super::j;");
        let mut names: Vec<&str> = facts.bindings.iter().map(|binding| binding.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["b", "d", "f", "g", "i"]);
        assert_eq!(facts.opened, ["a::e"]);
    }

    #[test]
    fn macros_are_rewritten_in_place() {
        let text = "x(vec![format!(\"{}\", vec![1])], m!(a), std::env!(\"X\")); // vec![1]\nlet s = \"vec![1]\";";
        let plain = plain_macros(text);
        assert_eq!(
            plain,
            "x(   &[format_(\"{}\",    &[1])], m!(a), std::env_(\"X\")); // vec![1]\nlet s = \"vec![1]\";"
        );
        assert_eq!(plain.len(), text.len());
    }

    #[test]
    fn tests_are_told_from_what_they_test() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() {} }\n#[tokio::test]\nasync fn c() {}\n#[cfg(not(test))]\nfn d() {}";
        let facts = parse(text);
        let tests: Vec<&str> = facts.tests.iter().map(|test| &text[test.range()]).collect();
        assert_eq!(tests, ["mod tests { fn b() {} }", "async fn c() {}"]);
    }
}
