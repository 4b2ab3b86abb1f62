//! Ruby.
//!
//! Ruby does not tell a method that is called without arguments from a variable that is read. Both are lowered as a
//! member or a name; what such a method returns is found through it.

use tree_sitter::Node;

use crate::facts::{Argument, Facts, Kind, Property, Span, ValueId};
use crate::language::Language;
use crate::language::lowering::{self, Lowering, Style, keyword, positional, spread};
use crate::language::syntax::{children, operands, span, unescape};

static STYLE: Style = Style { grammar: tree_sitter_ruby::LANGUAGE, lower, bare_members: true, local: |_| false };

/// The name of any member.
const ANY: &str = "*";

/// The keyword under which a call has its block, in locators `&=`.
const BLOCK: &str = "&";

/// Methods without arguments that give back the text they are called on, or one that differs in white space only.
const SAME_TEXT: [&str; 14] = [
    "b",
    "chomp",
    "clone",
    "dup",
    "freeze",
    "html_safe",
    "itself",
    "presence",
    "squish",
    "strip",
    "strip_heredoc",
    "to_s",
    "to_str",
    "to_sym",
];

/// Methods of classes that declare others by name.
const ACCESSORS: [&str; 8] = [
    "attr",
    "attr_accessor",
    "attr_reader",
    "attr_writer",
    "cattr_accessor",
    "config_accessor",
    "mattr_accessor",
    "mattr_reader",
];

/// Methods that make a method of a name and a block.
const DEFINITIONS: [&str; 4] = ["define_method", "define_singleton_method", "let", "let!"];

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(text, Language::Ruby, &STYLE)
}

/// The children of a node without comments and the bodies of here-documents, which stand where their line ends.
fn parts(node: Node) -> Vec<Node> {
    children(node).into_iter().filter(|child| child.kind() != "heredoc_body").collect()
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "identifier" | "constant" => code.name(node),
        "instance_variable" | "class_variable" => variable(code, node),
        "global_variable" => code.add(Kind::Global(code.text(node).to_owned()), at),
        "self" => code.this(at),
        "string" | "bare_string" => {
            let raw = code.text(node).starts_with(['\'']) || code.text(node).starts_with("%q");
            code.string(node, raw, &["interpolation"])
        }
        "chained_string" => code.concat(&parts(node), at),
        "heredoc_beginning" => heredoc(code, node),
        "character" => {
            let text = code.text(node).trim_start_matches('?');
            code.literal(text, at)
        }
        "simple_symbol" | "delimited_symbol" | "bare_symbol" | "hash_key_symbol" => {
            let name = name_of(code, node).map_or(Kind::Unknown, |name| Kind::Global(format!(":{name}")));
            code.add(name, at)
        }
        "heredoc_body" | "regex" | "uninterpreted" => code.add(Kind::Unknown, at),
        "integer" | "float" => code.add(Kind::Number(code.text(node).to_owned()), at),
        "true" => code.add(Kind::Boolean(true), at),
        "false" => code.add(Kind::Boolean(false), at),
        "nil" => code.add(Kind::Null, at),
        "scope_resolution" => {
            let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
            match code.field(node, "scope") {
                Some(scope) => code.member(scope, code.text(name), span(name), at),
                // `::Name` is none of those in between.
                None => code.add(Kind::Global(code.text(name).to_owned()), at),
            }
        }
        "element_reference" => element(code, node),
        "call" => call(code, node),
        "array" | "string_array" | "symbol_array" | "right_assignment_list" => {
            let items = code.values(&parts(node));
            code.add(Kind::List(items), at)
        }
        "hash" => {
            let properties = parts(node).into_iter().map(|entry| property(code, entry)).collect();
            code.add(Kind::Object(properties), at)
        }
        "binary" => binary(code, node),
        "conditional" | "if" | "unless" | "elsif" => {
            code.field(node, "condition");
            code.either(node, &["consequence", "alternative"])
        }
        "if_modifier" | "unless_modifier" | "while_modifier" | "until_modifier" => {
            let value = code.field(node, "body");
            code.field(node, "condition");
            value.unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        "rescue_modifier" => {
            let either = code.values(&parts(node));
            code.choice(either, at)
        }
        "case" | "case_match" => {
            code.field(node, "value");
            let mut bodies = Vec::new();
            for branch in parts(node) {
                match branch.kind() {
                    "when" | "in_clause" => {
                        code.field(branch, "pattern");
                        bodies.extend(code.field(branch, "body"));
                    }
                    "else" => bodies.push(code.value(branch)),
                    _ => {}
                }
            }
            code.choice(bodies, at)
        }
        "body_statement"
        | "block_body"
        | "then"
        | "else"
        | "begin"
        | "begin_block"
        | "parenthesized_statements"
        | "interpolation"
        | "do"
        | "program" => body(code, node),
        "method" | "singleton_method" => method(code, node),
        "lambda" => code.function(at, |code| {
            if let Some(list) = node.child_by_field_name("parameters") {
                parameters(code, list, None);
            }
            let inner = node.child_by_field_name("body");
            let inner = inner.and_then(|block| block.child_by_field_name("body"));
            if let Some(inner) = inner {
                let value = code.value(inner);
                code.returns(value);
            }
        }),
        "class" | "module" => class(code, node),
        "singleton_class" => match node.child_by_field_name("body") {
            // Its methods are looked up where those of the class are.
            Some(inner) => code.derived(inner),
            None => code.add(Kind::Unknown, at),
        },
        "assignment" => {
            let value = code.field(node, "right").unwrap_or_else(|| code.add(Kind::Unknown, at));
            if let Some(left) = node.child_by_field_name("left") {
                write(code, left, value);
            }
            value
        }
        "operator_assignment" => operator_assignment(code, node),
        "return" | "next" => {
            let values: Vec<Node<'t>> = parts(node).into_iter().flat_map(parts_of_list).collect();
            let value = match values.as_slice() {
                [] => code.add(Kind::Null, at),
                [only] => code.value(*only),
                several => {
                    let items = code.values(several);
                    code.add(Kind::List(items), at)
                }
            };
            code.returns(value);
            value
        }
        _ => code.derived(node),
    }
}

/// The arguments of a list, or what stands alone.
fn parts_of_list(node: Node) -> Vec<Node> {
    if node.kind() == "argument_list" { parts(node) } else { vec![node] }
}

/// Statements one behind the other: the last is what they give, and so is the last of each rescue.
fn body<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let mut last = None;
    let mut rescued = Vec::new();
    for statement in parts(node) {
        match statement.kind() {
            "rescue" => rescued.extend(code.field(statement, "body")),
            "ensure" => {
                code.derived(statement);
            }
            "empty_statement" => {}
            _ => last = Some(code.value(statement)),
        }
    }
    match (last, rescued.is_empty()) {
        (Some(last), true) => last,
        (None, true) => code.add(Kind::Unknown, span(node)),
        (last, false) => {
            rescued.splice(0..0, last);
            code.choice(rescued, span(node))
        }
    }
}

/// What a symbol, a key or a string without interpolation reads.
fn name_of<'t>(code: &Lowering<'t>, node: Node<'t>) -> Option<&'t str> {
    let text = code.text(node);
    match node.kind() {
        "simple_symbol" => text.strip_prefix(':'),
        "string" | "delimited_symbol" => match parts(node).as_slice() {
            [only] if only.kind() == "string_content" => Some(code.text(*only)),
            _ => None,
        },
        "hash_key_symbol" | "bare_symbol" | "identifier" | "constant" | "integer" => Some(text),
        _ => None,
    }
}

/// `@name` and `@@name`: in a class a field of it, else a name of the file.
fn variable<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let this = code.this(at);
    if matches!(code.facts.kind(this), Kind::Unknown) {
        return code.add(Kind::Global(code.text(node).to_owned()), at);
    }
    code.member(this, code.text(node).trim_start_matches('@'), at, at)
}

fn element<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(object) = node.child_by_field_name("object") else { return code.derived(node) };
    let value = code.value(object);
    let keys: Vec<Node<'t>> = parts(node).into_iter().filter(|part| part.id() != object.id()).collect();
    match keys.as_slice() {
        [key] => match name_of(code, *key).filter(|_| !matches!(key.kind(), "identifier" | "constant")) {
            Some(name) => code.member(value, name, span(*key), at),
            None => {
                let key = code.value(*key);
                match code.facts.kind(key) {
                    Kind::Literal(_) | Kind::Number(_) => code.index(value, key, at),
                    // A table of keys: any of them may be the one.
                    _ => code.member(value, ANY, at, at),
                }
            }
        },
        _ => {
            let mut values = code.values(&keys);
            values.push(value);
            code.add(Kind::Derived(values), at)
        }
    }
}

/// An entry of a hash.
fn property<'t>(code: &mut Lowering<'t>, entry: Node<'t>) -> Property {
    let at = span(entry);
    let Some(key) = entry.child_by_field_name("key").filter(|_| entry.kind() == "pair") else {
        // `**other`
        let value = code.inside(entry);
        return Property { key: None, key_span: at, value, spread: true };
    };
    let value = entry_value(code, entry, key);
    let is_name = !matches!(key.kind(), "identifier" | "constant");
    match name_of(code, key).filter(|_| is_name) {
        Some(name) => Property { key: Some(name.to_owned()), key_span: span(key), value, spread: false },
        None => {
            let key_value = code.value(key);
            code.property(key_value, value)
        }
    }
}

/// The value of `key: value`; of `key:` what goes by that name.
fn entry_value<'t>(code: &mut Lowering<'t>, entry: Node<'t>, key: Node<'t>) -> ValueId {
    match code.field(entry, "value") {
        Some(value) => value,
        None => code.name(key),
    }
}

fn binary<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match code.field_text(node, "operator") {
        Some("+") => code.concat_chain(node, "+"),
        Some(operator @ ("||" | "or")) => {
            let operands = operands(node, code.source(), operator);
            let either = code.values(&operands);
            code.choice(either, at)
        }
        Some("&&" | "and") => {
            code.field(node, "left");
            // `a && b` is b, or nothing that could be a key.
            code.field(node, "right").unwrap_or_else(|| code.add(Kind::Unknown, at))
        }
        _ => code.derived(node),
    }
}

fn call<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let receiver = node.child_by_field_name("receiver");
    let name = node.child_by_field_name("method");
    let method = name.map_or("call", |name| code.text(name));
    let list = node.child_by_field_name("arguments");
    let block = node.child_by_field_name("block");
    let given = list.map(parts).unwrap_or_default();
    let object = receiver.map(|receiver| code.value(receiver));
    let bare = given.is_empty() && block.is_none();
    if let (Some(object), true) = (object, bare && SAME_TEXT.contains(&method)) {
        return object;
    }
    if let (Some(object), true, "class") = (object, bare, method)
        && matches!(code.facts.kind(object), Kind::This(_))
    {
        return object;
    }
    if object.is_none()
        && let Some(value) = declaration(code, method, &given, block)
    {
        return value;
    }
    let (callee, construct) = match (object, name) {
        (Some(object), _) if method == "new" => (object, true),
        // `function.call(x)`, `function.(x)`
        (Some(object), _) if method == "call" => (object, false),
        (Some(object), Some(name)) => {
            let whole = Span { start: code.facts.value(object).span.start.min(at.start), end: span(name).end };
            (code.member(object, method, span(name), whole), false)
        }
        (None, Some(name)) => (code.value(name), false),
        (_, None) => return code.derived(node),
    };
    // `lambda { }` and `proc { }` are functions.
    if let (None, "lambda" | "proc", Some(block)) = (object, method, block) {
        return function_of_block(code, block, None);
    }
    let mut arguments = arguments(code, &given);
    if let Some(block) = block {
        let function = function_of_block(code, block, Some(callee));
        arguments.push(keyword(BLOCK, function));
    }
    let value = code.call(callee, arguments, construct, at);
    // What is only read is a member, whatever it does.
    if bare && object.is_some() && !construct && method != "call" { callee } else { value }
}

fn arguments<'t>(code: &mut Lowering<'t>, given: &[Node<'t>]) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for argument in given {
        match argument.kind() {
            "pair" => {
                let Some(key) = argument.child_by_field_name("key") else { continue };
                let value = entry_value(code, *argument, key);
                match name_of(code, key).filter(|_| !matches!(key.kind(), "identifier" | "constant")) {
                    Some(name) => arguments.push(keyword(name, value)),
                    None => {
                        code.value(key);
                        arguments.push(spread(value));
                    }
                }
            }
            "splat_argument" | "hash_splat_argument" | "forward_argument" => {
                let value = code.inside(*argument);
                arguments.push(spread(value));
            }
            "block_argument" => {
                let value = code.inside(*argument);
                arguments.push(keyword(BLOCK, value));
            }
            _ => {
                let value = code.value(*argument);
                arguments.push(positional(value));
            }
        }
    }
    arguments
}

/// Calls that declare something: `attr_reader :key`, `setting :secret, default: 'x'`, `let(:key) { 'x' }`.
fn declaration<'t>(
    code: &mut Lowering<'t>,
    method: &str,
    given: &[Node<'t>],
    block: Option<Node<'t>>,
) -> Option<ValueId> {
    let symbol = |code: &Lowering<'t>, node: Node<'t>| match node.kind() {
        "simple_symbol" => name_of(code, node),
        _ => None,
    };
    let (first, rest) = given.split_first()?;
    let name = symbol(code, *first)?;
    if let (Some(block), true) = (block, DEFINITIONS.contains(&method)) {
        let function = function_of_block(code, block, None);
        code.bind(name, span(*first), function);
        return Some(function);
    }
    code.in_class()?;
    let is_default = |entry: &Node<'t>| {
        entry.kind() == "pair" && entry.child_by_field_name("key").and_then(|key| name_of(code, key)) == Some("default")
    };
    let default = rest.iter().find(|entry| is_default(entry)).and_then(|entry| entry.child_by_field_name("value"));
    if default.is_none() && !ACCESSORS.contains(&method) {
        return None;
    }
    let value = default.map(|default| code.value(default));
    for node in given {
        if let Some(name) = symbol(code, *node) {
            code.class_member(name, span(*node), value, None);
        }
    }
    Some(code.add(Kind::Unknown, span(*first)))
}

/// The function a block is. What a block is given by a call is what the call is about: `Devise.setup { |config| ... }`.
fn function_of_block<'t>(code: &mut Lowering<'t>, block: Node<'t>, callee: Option<ValueId>) -> ValueId {
    code.function(span(block), |code| {
        if let Some(list) = block.child_by_field_name("parameters") {
            parameters(code, list, callee);
        }
        if let Some(inner) = block.child_by_field_name("body") {
            let value = code.value(inner);
            code.returns(value);
        }
    })
}

fn parameters<'t>(code: &mut Lowering<'t>, list: Node<'t>, mut given_by: Option<ValueId>) {
    for parameter in parts(list) {
        let name = match parameter.kind() {
            "identifier" => Some(parameter),
            "destructured_parameter" => None,
            _ => parameter.child_by_field_name("name"),
        };
        let named = name.map(|name| (code.text(name), span(name)));
        let default = code.field(parameter, "value");
        code.parameter(named, default, given_by.take());
    }
}

fn method<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let value = code.function(span(node), |code| {
        if let Some(list) = node.child_by_field_name("parameters") {
            parameters(code, list, None);
        }
        if let Some(inner) = node.child_by_field_name("body") {
            let value = code.value(inner);
            code.returns(value);
        }
    });
    if let Some(name) = node.child_by_field_name("name") {
        code.bind(code.text(name), span(name), value);
    }
    value
}

fn class<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let Some(name) = node.child_by_field_name("name") else { return code.derived(node) };
    // `class Outer::Inner`
    let name = name.child_by_field_name("name").unwrap_or(name);
    let class = code.class_named(code.text(name), span(name));
    if let Some(extends) = node.child_by_field_name("superclass") {
        let extends = code.inside(extends);
        code.extends(class, extends);
    }
    code.within_class(class, |code| {
        if let Some(inner) = node.child_by_field_name("body") {
            code.derived(inner);
        }
    });
    code.add(Kind::Class(class), at)
}

/// Writes a value to a name, a variable, a member, or to several one by one.
fn write<'t>(code: &mut Lowering<'t>, target: Node<'t>, value: ValueId) {
    match target.kind() {
        "identifier" | "constant" => code.bind(code.text(target), span(target), value),
        "left_assignment_list" | "destructured_left_assignment" => {
            for (index, target) in parts(target).into_iter().enumerate() {
                let item = code.member(value, &index.to_string(), span(target), span(target));
                // Lists in lists are rare, and could nest as deep as the file is long.
                match target.kind() {
                    "destructured_left_assignment" => code.derived(target),
                    _ => {
                        write(code, target, item);
                        item
                    }
                };
            }
        }
        "call" => {
            // `object.name = value` is a call of `name=`.
            let object = code.field(target, "receiver");
            let (Some(object), Some(name)) = (object, target.child_by_field_name("method")) else { return };
            let member = code.member(object, code.text(name), span(name), span(target));
            code.assign(member, value);
            let setter = format!("{}=", code.text(name));
            let callee = code.member(object, &setter, span(name), span(target));
            code.call(callee, vec![positional(value)], false, span(target));
        }
        "instance_variable" | "class_variable" | "global_variable" | "element_reference" | "scope_resolution" => {
            let target = code.value(target);
            if !matches!(code.facts.kind(target), Kind::Member { name, .. } if name == ANY) {
                code.assign(target, value);
            }
        }
        _ => {
            code.derived(target);
        }
    }
}

fn operator_assignment<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    let (Some(left), Some(value)) = (node.child_by_field_name("left"), code.field(node, "right")) else {
        return code.derived(node);
    };
    let before = code.value(left);
    match code.field_text(node, "operator") {
        Some("||=") => {
            write(code, left, value);
            code.choice(vec![before, value], at)
        }
        Some("&&=") => {
            write(code, left, value);
            value
        }
        _ => code.add(Kind::Derived(vec![before, value]), at),
    }
}

/// A here-document: `<<~KEY`, whose text stands on the lines below.
fn heredoc<'t>(code: &mut Lowering<'t>, beginning: Node<'t>) -> ValueId {
    let at = span(beginning);
    let Some(body) = code.heredoc(beginning) else { return code.add(Kind::Unknown, at) };
    let inside = children(body);
    let end = inside.iter().find(|part| part.kind() == "heredoc_end").map_or(body.end_byte(), |end| end.start_byte());
    let opening = code.text(beginning);
    let read = |text: &str| if opening.contains('\'') { text.to_owned() } else { unescape(text) };
    if inside.iter().any(|part| part.kind() == "interpolation") {
        let mut parts = Vec::new();
        for part in inside {
            match part.kind() {
                "interpolation" => parts.push(code.value(part)),
                "heredoc_content" => {
                    let text = read(code.text(part));
                    parts.push(code.literal(text, span(part)));
                }
                _ => {}
            }
        }
        return code.add(Kind::Concat(parts), span(body));
    }
    let whole = code.source().get(body.start_byte()..end.max(body.start_byte())).unwrap_or_default();
    let text = whole.trim_start_matches(['\r', '\n']);
    let start = body.start_byte() + whole.len() - text.len();
    // The last line ends before the mark's own indentation.
    let text = text.trim_end();
    let at = Span::new(start, start + text.len());
    if !opening.contains('~') {
        return code.literal(read(text), at);
    }
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let margin = text.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = text.lines().map(|line| line.get(margin.min(indent(line))..).unwrap_or_default()).collect();
    code.literal(read(&lines.join("\n")), at)
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
            "sign p, 'k'",
            "sign(p, %q(k))",
            "sign(p, \"k\".freeze)",
            "KEY = 'k'\nsign(p, KEY)",
            "module A\n  KEY = 'k'\nend\nsign(p, A::KEY)",
            "module A\n  KEY = 'k'\n  class B\n    def c = sign(p, KEY)\n  end\nend",
            "class A\n  def self.key\n    'k'\n  end\nend\nsign(p, A.key)",
            "class A\n  class << self\n    def key = 'k'\n  end\n  def m = sign(p, self.class.key)\nend",
            "class A\n  def initialize\n    @key = 'k'\n  end\n  def m = sign(p, @key)\nend",
            "class A\n  attr_reader :key\n  def initialize = @key = 'k'\n  def m = sign(p, key)\nend",
            "class A\n  def initialize(key) = @key = key\n  def m = sign(p, @key)\nend\nA.new('k')",
            "class A\n  def initialize(key:) = @key = key\n  def m = sign(p, @key)\nend\nA.new(key: 'k')",
            "class A\n  mattr_accessor :key, default: 'k'\nend\nsign(p, A.key)",
            "class A\n  def m = sign(p, key)\n  private\n  def key\n    @key ||= 'k'\n  end\nend",
            "$key = 'k'\nsign(p, $key)",
            "a, key = 'x', 'k'\nsign(p, key)",
            "key = begin\n  'k'\nensure\n  close\nend\nsign(p, key)",
            "o = { key: 'k' }\nsign(p, o[:key])",
            "o = { 'key' => 'k' }.freeze\nsign(p, o['key'])",
            "o = { key: { 'a' => 'k' } }\nsign(p, o[:key]['a'])",
            "key = 'k'\no = { key: }\nsign(p, o[:key])",
            "key = -> { 'k' }\nsign(p, key.call)",
            "key = lambda do\n  'k'\nend\nsign(p, key.())",
            "o = { a => 'k' }\nsign(p, o[b])",
            "let(:key) { 'k' }\nit { sign(p, key) }",
            "sign(p, <<~KEY)\n  k\nKEY\n",
            "def a(key = 'k')\n  sign(p, key)\nend",
        ] {
            assert_eq!(key_of(source), ["k"], "{source}");
        }
    }

    #[test]
    fn look_ups_and_what_they_fall_back_to() {
        for (source, ends) in [
            ("sign(p, ENV['A'])", vec!["$A"]),
            ("sign(p, ENV.fetch('A'))", vec!["$A"]),
            ("sign(p, ENV.fetch('A', 'k'))", vec!["$A", "fallback k"]),
            ("sign(p, ENV.fetch('A') { 'k' })", vec!["$A", "fallback k"]),
            ("sign(p, ENV['A'].presence || 'k')", vec!["$A", "fallback k"]),
            ("ENV['A'] ||= 'k'\nsign(p, ENV['A'])", vec!["$A", "fallback k"]),
            ("key = if b then ENV['A'] else 'k' end\nsign(p, key)", vec!["$A", "fallback k"]),
            ("key = case b\n  when 1 then ENV['A']\n  else 'k'\nend\nsign(p, key)", vec!["$A", "fallback k"]),
            ("def key\n  return 'k' unless b\n  ENV['A']\nend\nsign(p, key)", vec!["fallback k", "$A"]),
            ("def key\n  ENV.fetch('A')\nrescue KeyError\n  'k'\nend\nsign(p, key)", vec!["$A", "fallback k"]),
            ("sign(p, Rails.application.credentials.jwt)", vec!["$jwt"]),
            ("sign(p, Settings.jwt.secret || 'k')", vec!["look-up", "fallback k"]),
            ("sign(p, ENV[name] || 'k')", vec!["$", "fallback k"]),
            ("sign(p, :key)", vec!["unknown"]),
            ("sign(p, rand(9).to_s)", vec!["random"]),
            ("sign(p, [*'a'..'z'].sample(8).join)", vec!["random"]),
            ("sign(p, [*'a'..'z'].sample(8, random: SecureRandom).join)", vec!["look-up"]),
            ("sign(p, SecureRandom.hex(32))", vec!["look-up"]),
        ] {
            assert_eq!(key_of(source), ends, "{source}");
        }
    }

    #[test]
    fn files_are_known_by_their_names() {
        for name in ["a.rb", "Rakefile", "lib/tasks/a.rake", "config.ru", "Gemfile", "shop.gemspec"] {
            assert_eq!(Language::of_path(name.as_ref()), Language::Ruby, "{name}");
        }
        assert_eq!(Language::of_path("Gemfile.lock".as_ref()), Language::Text);
    }

    #[test]
    fn spans_are_those_of_the_text() {
        let text = "a = \"x#{b}y\"\nc = <<~T.strip\n    one\n      two\n  T\nd = 'é'\n";
        let facts = parse(text);
        let literals: Vec<(&str, &str)> = facts
            .values
            .iter()
            .filter_map(|value| match &value.kind {
                Kind::Literal(read) => Some((read.as_str(), &text[value.span.range()])),
                _ => None,
            })
            .collect();
        assert_eq!(literals, [("x", "x"), ("y", "y"), ("one\n  two", "    one\n      two"), ("é", "é")]);
    }

    #[test]
    fn here_documents_stand_in_their_order() {
        let facts = parse("a(<<~ONE, <<~TWO)\n  1\nONE\n  2\nTWO\nb = <<-'X'\n  \\n\n  X\n");
        let texts: Vec<&str> = facts
            .values
            .iter()
            .filter_map(|value| match &value.kind {
                Kind::Literal(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(texts, ["1", "2", "  \\n"]);
    }

    #[test]
    fn half_written_code_is_read_as_far_as_it_goes() {
        let whole =
            "class A\n  KEY = ENV['A'] || <<~K\n    k\n  K\n  def m(a, b: 'x', &c) = sign(p, KEY) { |h| h[:a] }\nend\n";
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            parse(&whole[..end]);
        }
        for text in
            ["<<A <<B", "def", "a.b = ", "x ||= ", "{a:", "->", "%q(", "\"#{", "a[", "class << ", "'", "::", "&."]
        {
            parse(text);
            parse(&text.repeat(20));
        }
    }
}
