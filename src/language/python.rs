//! Python.

use tree_sitter::Node;

use crate::facts::{Argument, Facts, Kind, Property, ValueId};
use crate::language::Language;
use crate::language::lowering::{self, Lowering, Style, keyword, positional, spread};
use crate::language::syntax::{child, children, fields, span};

/// The statements that certainly write what they write, where they stand.
const SETTLING: [&str; 6] = [
    "class_definition",
    "decorated_definition",
    "expression_statement",
    "function_definition",
    "import_from_statement",
    "import_statement",
];

static STYLE: Style = Style { grammar: tree_sitter_python::LANGUAGE, lower, bare_members: false, local: |_| false };

/// Lowers a file.
pub fn parse(text: &str) -> Facts {
    lowering::lower(text, Language::Python, &STYLE)
}

fn lower<'t>(code: &mut Lowering<'t>, node: Node<'t>) -> ValueId {
    let at = span(node);
    match node.kind() {
        "module" | "block" => code.statements(node, &SETTLING),
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
        "binary_operator" if code.field_text(node, "operator") == Some("+") => code.concat_chain(node, "+"),
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
        "for_statement" | "for_in_clause" => {
            if let (Some(target), Some(items)) = (node.child_by_field_name("left"), code.field(node, "right")) {
                let item = code.member(items, "*", span(target), span(target));
                write(code, target, item);
            }
            for field in ["body", "alternative"] {
                code.field(node, field);
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
    // `JWTAuth[User](...)` makes a `JWTAuth`.
    let function = match function.child_by_field_name("value") {
        Some(generic) if function.kind() == "subscript" && is_class(code.text(last_name(generic))) => generic,
        _ => function,
    };
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
    // `dict(a=b)` is `{'a': b}`.
    if code.text(function) == "dict" && arguments.iter().all(|argument| argument.name.is_some() || argument.spread) {
        let properties = arguments.into_iter().map(|argument| {
            let key_span = code.facts.value(argument.value).span;
            Property { key: argument.name, key_span, value: argument.value, spread: argument.spread }
        });
        let kind = Kind::Object(properties.collect());
        return code.add(kind, at);
    }
    let construct = is_class(code.text(last_name(function)));
    code.call(callee, arguments, construct, at)
}

fn last_name(callee: Node) -> Node {
    callee.child_by_field_name("attribute").unwrap_or(callee)
}

/// Classes are told from functions by how they are written alone (PEP 8).
fn is_class(name: &str) -> bool {
    name.starts_with(|first: char| first.is_uppercase())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::tests::{ends_of, words};

    /// What the first argument of each call of `sign` comes down to.
    fn keys_of(source: &str) -> Vec<String> {
        let keys = ends_of(&parse(source), "sign", 0).into_iter();
        keys.map(|ends| ends.iter().map(words).collect::<Vec<_>>().join(" ")).collect()
    }

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        assert_eq!(keys_of(source), expected, "{source}");
    }

    #[test]
    fn a_name_holds_what_was_written_last() {
        check("k = 'a'\nsign(k)\nk = 'b'\nsign(k)", &["a b", "b"]);
        check("k = 'a'\nif x:\n    k = 'b'\n    sign(k)\nsign(k)", &["b", "a b"]);
        check("def f(k='a'):\n    k = 'b'\n    return sign(k)\nf('c')", &["b"]);
        check("for x in y:\n    sign(k)\n    k = 'b'\nk = 'a'", &["b a"]);
        check("k = 'a'\ndef set_key():\n    global k\n    k = 'b'\nk = 'c'\nsign(k)", &["a b c"]);
        check("k = 'a'\nk = k + 'b'\nsign(k)", &["ab"]);
    }

    #[test]
    fn constants_are_followed_however_they_are_held() {
        for source in [
            "K = 'k'\ndef f():\n    return sign(K)",
            "K: Final[str] = 'k'\nsign(K)",
            "class A:\n    K = 'k'\nsign(A.K)",
            "class A:\n    K = 'k'\n    def f(self):\n        return sign(self.K)",
            "class A:\n    def __init__(self, k: str = 'k') -> None:\n        self.k = k\n    def f(self):\n        return sign(self.k)",
            "class A:\n    K = 'k'\n    @classmethod\n    def f(cls):\n        return sign(cls.K)",
            "class A:\n    @property\n    def k(self):\n        return 'k'\n    def f(self):\n        return sign(self.k)",
            "@dataclass(frozen=True)\nclass A:\n    k: str = 'k'\na = A()\nsign(a.k)",
            "d = {'jwt': {'k': 'k'}}\nsign(d['jwt']['k'])",
            "d = dict(k='k')\nsign(d['k'])",
            "d = {}\nd['k'] = 'k'\nsign(d['k'])",
            "d = {**{'k': 'k'}, 'x': 1}\nsign(d.get('k'))",
            "app = Flask(a)\napp.config['k'] = 'k'\nsign(app.config['k'])",
            "app = Flask(a)\napp.config['k'] = 'k'\nsign(app.config.get('k'))",
            "app.config.k = 'k'\nsign(app.config.k)",
            "a, b = 'k', 'x'\nsign(a)",
            "(a, (b, c)) = ('x', ('k', 'y'))\nsign(b)",
            "a = b = 'k'\nsign(b)",
            "if (k := 'k'):\n    sign(k)",
            "match x:\n    case 1:\n        k = 'k'\nsign(k)",
            "sign(f'{K}')\nK = 'k'",
            "sign(('k'\n  ''))",
            "sign(b'k')",
            "sign(r'''k''')",
            "sign(str('k').encode('utf-8'))",
            "sign((lambda: 'k')())",
            "async def g():\n    return 'k'\nasync def f():\n    sign(await g())",
            "with x as y:\n    sign('k')",
            "type K = str\nk: K = 'k'\nsign(k)",
            "try:\n    k = 'k'\nexcept E:\n    pass\nfinally:\n    sign(k)",
            "def f():\n    def g():\n        return 'k'\n    return g()\nsign(f())",
            "sign('k' if x else 'k')",
            "print(sign('k'), file=f)",
            "[sign(k) for k in ['k']]",
        ] {
            let keys = keys_of(source);
            assert!(keys.first().is_some_and(|key| key == "k" || key == "k k"), "{source}: {keys:?}");
        }
    }

    #[test]
    fn a_literal_beside_a_look_up_is_its_fallback() {
        for source in [
            "import os\nsign(os.environ.get('X', 'k'))",
            "from os import getenv\nsign(getenv('X', 'k'))",
            "import os\nsign(os.getenv('X') or 'k')",
            "import os\nsign(os.environ['X'] if 'X' in os.environ else 'k')",
            "import os\nx = os.environ.get('X')\nif not x:\n    x = 'k'\nsign(x)",
            "import os\ntry:\n    x = os.environ['X']\nexcept KeyError:\n    x = 'k'\nsign(x)",
            "from decouple import config\nsign(config('X', default='k', cast=str))",
            "from starlette.config import Config\nconfig = Config('.env')\nsign(config('X', cast=str, default='k'))",
            "import environ\nenv = environ.Env()\nsign(env('X', default='k'))",
            "from environs import Env\nenv = Env()\nsign(env.str('X', 'k'))",
        ] {
            assert_eq!(keys_of(source), ["$X fallback k"], "{source}");
        }
        for source in ["import os\nsign(os.environ['X'])", "import os as o\nsign(o.environ.get('X', None))"] {
            assert_eq!(keys_of(source)[0].split(' ').next(), Some("$X"), "{source}");
        }
    }

    #[test]
    fn what_a_call_means_can_depend_on_the_calls_of_a_function() {
        check(
            "def f(charset, k):\n    sign(k.encode(charset).x)\nf('utf-8', 'k')\na.encode(f.charset).b(a)",
            &["look-up"],
        );
        check(
            "def f(charset):\n    y = x.decode(charset)\n    y.g()\n    sign('k'.decode(charset))\nf('utf-8')",
            &["k"],
        );
    }

    #[test]
    fn strings_stand_where_they_are_written() {
        let source = "a = b'x' \\\n  'é'\nf = f'ä{a}ö'\nt = \"\"\"\nq\"\"\"\ne = ''";
        let facts = parse(source);
        let texts: Vec<(&str, &str)> = facts
            .values
            .iter()
            .filter_map(|value| match &value.kind {
                Kind::Literal(text) => Some((text.as_str(), &source[value.span.range()])),
                _ => None,
            })
            .collect();
        assert_eq!(texts, [("x", "x"), ("é", "é"), ("ä", "ä"), ("ö", "ö"), ("\nq", "\nq"), ("", "")]);
    }

    #[test]
    fn half_written_and_deep_code_ends() {
        for source in [
            "def f(",
            "class A(:\n",
            "x = {'a': ",
            "import",
            "from . import (",
            "a = b = ",
            "@\ndef",
            "f'{",
            "lambda x",
        ] {
            parse(source);
        }
        // As deep as this, checks run on threads with a larger stack.
        let deep = || parse(&("f(".repeat(3_000) + "'k'" + &")".repeat(3_000)));
        let facts = std::thread::Builder::new().stack_size(64 << 20).spawn(deep).unwrap().join().unwrap();
        assert!(!facts.problems.is_empty());
    }
}
