//! What the front-ends over tree-sitter grammars share: scopes and names, functions, classes, strings.
//!
//! A front-end walks the tree and calls what it finds by these names; [`Lowering`] keeps the facts. Names are bound to
//! what they mean when the whole file has been seen, so that it is no matter whether a constant stands above or below
//! the function that uses it.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;
use tree_sitter_language::LanguageFn;

use crate::facts::{
    Argument, Assignment, Binding, BindingId, Call, Class, ClassId, ClassMember, Entry, Facts, Function, FunctionId,
    Kind, Property, Settled, Span, ValueId,
};
use crate::language::Language;
use crate::language::syntax::{self, children, operands, span, unescape};

/// How deep expressions and statements may nest to be followed. Lowering recurses with them; real code stays below a
/// hundred.
const MAX_DEPTH: usize = 500;

/// How many modules a file can open to have their exports known. Real code opens a few dozen.
const MAX_OPENED: usize = 300;

/// What tells one language from another before its syntax does.
pub struct Style {
    /// Its grammar.
    pub grammar: LanguageFn,
    /// Lowers one node and everything in it.
    pub lower: for<'t> fn(&mut Lowering<'t>, Node<'t>) -> ValueId,
    /// Whether the members of a class go by their bare names inside it: Java's `SECRET` for `this.SECRET`.
    pub bare_members: bool,
    /// Whether a name of this form means nothing outside the function that writes it: PHP's `$key`.
    pub local: fn(&str) -> bool,
}

/// A scope of [`Lowering`].
type ScopeId = usize;

struct Scope<'t> {
    parent: Option<ScopeId>,
    kind: ScopeKind,
    names: FxHashMap<&'t str, Bound>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    /// The file.
    File,
    Function,
    Class,
    /// A block with names of its own.
    Block,
}

/// What a name is bound to.
#[derive(Clone, Copy)]
enum Bound {
    Binding(BindingId),
    /// A member of the class around it.
    Member(ClassId),
    /// The instance, as methods call it.
    This(ClassId),
}

/// A name that is read, to be bound when the whole file has been seen.
struct Reference<'t> {
    value: ValueId,
    scope: ScopeId,
    name: &'t str,
    how: Reading,
}

/// What a name that is read can mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Whatever is bound to it.
    Any,
    /// The same, or a module where nothing is bound to it: `crate_name::path`.
    OrModule,
    /// A method: no variable of the functions around it.
    Method,
    /// A method if there is one, whatever else is bound to it if not, or else a method of this value.
    Called(Option<ValueId>),
}

/// The facts of a file while they are gathered.
pub struct Lowering<'t> {
    /// What is known so far. Names are bound at the end.
    pub facts: Facts,
    text: &'t str,
    file_name: String,
    root: Node<'t>,
    /// The bodies of here-documents, by where they are announced; found when the first is asked for.
    heredocs: Option<FxHashMap<usize, Node<'t>>>,
    style: &'static Style,
    scopes: Vec<Scope<'t>>,
    scope: ScopeId,
    functions: Vec<FunctionId>,
    /// The types that the functions being lowered say they return, beside [`Lowering::functions`].
    result_types: Vec<Option<Node<'t>>>,
    classes: Vec<ClassId>,
    class_names: FxHashMap<(ScopeId, &'t str), ClassId>,
    class_scopes: FxHashMap<ClassId, ScopeId>,
    references: Vec<Reference<'t>>,
    /// What methods are called on that are called without an object and are not known.
    receiver: Option<ValueId>,
    /// What is written to what, in source order, and where a name then holds nothing else.
    writes: Vec<(ValueId, ValueId, Option<Span>)>,
    /// From the end of the statement that is being lowered to the end of its row, if it settles what it writes to.
    settles: Option<Span>,
    /// What the fields of an instance are given where it is made: the type, the field, where its name stands, the value.
    given: Vec<(ValueId, &'t str, Span, ValueId)>,
    depth: usize,
}

/// Parses and lowers a file.
pub fn lower(text: &str, language: Language, style: &'static Style) -> Facts {
    lower_file(text, "", language, style)
}

/// Parses and lowers a file whose name means something in it.
pub fn lower_file(text: &str, file_name: &str, language: Language, style: &'static Style) -> Facts {
    let mut facts = Facts::new(language);
    let tree = match syntax::parse(text, style.grammar) {
        Ok(tree) => tree,
        Err(problem) => {
            facts.problems.push(problem);
            return facts;
        }
    };
    let (comments, lost) = syntax::comments_and_errors(&tree);
    facts.comments = comments;
    // Grammars are not perfect, and a file of which most is understood needs no word about the rest.
    if lost * 2 > text.len() {
        facts.problems.push(format!("most of it could not be parsed as {}", language.as_str()));
    }
    let file = Scope { parent: None, kind: ScopeKind::File, names: FxHashMap::default() };
    let mut lowering = Lowering {
        facts,
        text,
        file_name: file_name.to_owned(),
        root: tree.root_node(),
        heredocs: None,
        style,
        scopes: vec![file],
        scope: 0,
        functions: Vec::new(),
        result_types: Vec::new(),
        classes: Vec::new(),
        class_names: FxHashMap::default(),
        class_scopes: FxHashMap::default(),
        references: Vec::new(),
        receiver: None,
        writes: Vec::new(),
        settles: None,
        given: Vec::new(),
        depth: 0,
    };
    lowering.value(tree.root_node());
    lowering.finish()
}

impl<'t> Lowering<'t> {
    /// The text of a node.
    pub fn text(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The text of the whole file.
    pub fn source(&self) -> &'t str {
        self.text
    }

    /// The name [`lower_file`] was given.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The text of a child in a field, if there is one.
    pub fn field_text(&self, node: Node<'t>, field: &str) -> Option<&'t str> {
        node.child_by_field_name(field).map(|child| self.text(child))
    }

    /// Adds a value that stands in the function that is being lowered.
    pub fn add(&mut self, kind: Kind, at: Span) -> ValueId {
        let function = self.functions.last().copied();
        self.facts.add_in(kind, at, function)
    }

    /// Lowers a node and everything in it.
    pub fn value(&mut self, node: Node<'t>) -> ValueId {
        self.nested(span(node), |code| (code.style.lower)(code, node))
    }

    /// Lowers what is one level deeper, if that is not too deep.
    pub fn nested(&mut self, at: Span, build: impl FnOnce(&mut Self) -> ValueId) -> ValueId {
        if self.depth >= MAX_DEPTH {
            if self.facts.problems.is_empty() {
                self.facts.problems.push(format!("nested more than {MAX_DEPTH} levels deep, and not read further"));
            }
            return self.add(Kind::Unknown, at);
        }
        self.depth += 1;
        let value = build(self);
        self.depth -= 1;
        value
    }

    /// Lowers the child in a field.
    pub fn field(&mut self, node: Node<'t>, field: &str) -> Option<ValueId> {
        node.child_by_field_name(field).map(|child| self.value(child))
    }

    /// Lowers several nodes.
    pub fn values(&mut self, nodes: &[Node<'t>]) -> Vec<ValueId> {
        nodes.iter().map(|node| self.value(*node)).collect()
    }

    /// Lowers what is in a node of which nothing more is known than that its value is made of theirs.
    pub fn derived(&mut self, node: Node<'t>) -> ValueId {
        let values = self.values(&children(node));
        let kind = if values.is_empty() { Kind::Unknown } else { Kind::Derived(values) };
        self.add(kind, span(node))
    }

    /// Lowers what is in a node that only stands around one other: parentheses, casts, `await`.
    pub fn inside(&mut self, node: Node<'t>) -> ValueId {
        match children(node).as_slice() {
            [only] => self.value(*only),
            _ => self.derived(node),
        }
    }

    /// Lowers statements that run one behind the other. What those of the kinds `settling` write to a name is from there
    /// on all that it holds.
    pub fn statements(&mut self, node: Node<'t>, settling: &[&str]) -> ValueId {
        let around = self.settles;
        let mut values = Vec::new();
        for statement in children(node) {
            let settles = settling.contains(&statement.kind());
            self.settles = settles.then(|| Span::new(statement.end_byte(), node.end_byte()));
            values.push(self.value(statement));
        }
        self.settles = around;
        self.add(Kind::Derived(values), span(node))
    }

    /// Lowers a block with names of its own.
    pub fn block(&mut self, node: Node<'t>) -> ValueId {
        self.within_block(|code| code.derived(node))
    }

    /// Lowers what stands in a block with names of its own.
    pub fn within_block(&mut self, build: impl FnOnce(&mut Self) -> ValueId) -> ValueId {
        self.enter(ScopeKind::Block);
        let value = build(self);
        self.leave();
        value
    }

    fn enter(&mut self, kind: ScopeKind) {
        self.scopes.push(Scope { parent: Some(self.scope), kind, names: FxHashMap::default() });
        self.scope = self.scopes.len() - 1;
    }

    fn leave(&mut self) {
        self.scope = self.scopes[self.scope].parent.unwrap_or(0);
    }

    // Values.

    /// A string as it reads.
    pub fn literal(&mut self, text: impl Into<String>, at: Span) -> ValueId {
        self.add(Kind::Literal(text.into()), at)
    }

    /// A string with its quotes, escapes and interpolations. `interpolations` are the kinds of its children that are
    /// values; of other children the text counts, unless they are quotes. In a `raw` string backslashes are themselves.
    pub fn string(&mut self, node: Node<'t>, raw: bool, interpolations: &[&str]) -> ValueId {
        let mut cursor = node.walk();
        let all: Vec<Node<'t>> = node.children(&mut cursor).collect();
        let read = |text: &str| if raw { text.to_owned() } else { unescape(text) };
        // Some grammars have nothing to say of what is in a string.
        if !all.iter().any(|child| child.is_named()) {
            let whole = span(node);
            let inner = between_quotes(self.text(node));
            let at = Span::new(whole.start as usize + inner.start, whole.start as usize + inner.end);
            let text = self.text.get(at.range()).map(read).unwrap_or_default();
            return self.literal(text, at);
        }
        let mut parts = Vec::new();
        let mut open: Option<Span> = None;
        // Between the quotes, if there is nothing.
        let mut empty = all.first().map_or(span(node), |first| Span::new(first.end_byte(), first.end_byte()));
        for child in all {
            let at = span(child);
            let is_value = interpolations.contains(&child.kind());
            let is_text = child.is_named() && !child.kind().ends_with("_start") && !child.kind().ends_with("_end");
            if is_value {
                if let Some(at) = open.take() {
                    let text = self.text.get(at.range()).map(read).unwrap_or_default();
                    parts.push(self.literal(text, at));
                }
                parts.push(self.inside(child));
            } else if is_text {
                open = Some(Span { start: open.map_or(at.start, |open| open.start), end: at.end });
            } else if open.is_none() && parts.is_empty() {
                empty = Span { start: at.end.min(span(node).end), end: at.end.min(span(node).end) };
                if child.kind().ends_with("_end") || child.end_byte() == node.end_byte() {
                    empty = Span { start: at.start, end: at.start };
                }
            }
        }
        if let Some(at) = open {
            let text = self.text.get(at.range()).map(read).unwrap_or_default();
            parts.push(self.literal(text, at));
        }
        match parts.as_slice() {
            [] => self.literal("", empty),
            [only] if matches!(self.facts.kind(*only), Kind::Literal(_)) => *only,
            _ => {
                let whole = span(node);
                self.add(Kind::Concat(parts), whole)
            }
        }
    }

    /// A string of which it is known where the values in it stand, for grammars that do not say what else is in it.
    /// `inner` is the place between the quotes.
    pub fn interpolated(&mut self, whole: Span, inner: Span, raw: bool, values: &[(Span, ValueId)]) -> ValueId {
        let mut parts = Vec::new();
        let mut done = inner.start;
        let ends = [(Span { start: inner.end, end: inner.end }, None)];
        for (at, value) in values.iter().map(|(at, value)| (*at, Some(*value))).chain(ends) {
            let between = Span { start: done, end: at.start };
            if between.start < between.end || (value.is_none() && parts.is_empty()) {
                let text = self.text.get(between.range()).unwrap_or_default();
                let text = if raw { text.to_owned() } else { unescape(text) };
                parts.push(self.literal(text, between));
            }
            parts.extend(value);
            done = at.end;
        }
        match parts.as_slice() {
            [only] if values.is_empty() => *only,
            _ => self.add(Kind::Concat(parts), whole),
        }
    }

    /// The body of the here-document that a node announces, in a grammar that has it apart from it, behind the line.
    pub fn heredoc(&mut self, beginning: Node<'t>) -> Option<Node<'t>> {
        let root = self.root;
        let bodies = self.heredocs.get_or_insert_with(|| syntax::heredocs(root));
        bodies.get(&beginning.start_byte()).copied()
    }

    /// Strings put one behind the other.
    pub fn concat(&mut self, operands: &[Node<'t>], at: Span) -> ValueId {
        let parts = self.values(operands);
        self.add(Kind::Concat(parts), at)
    }

    /// The operands of a chain of one operator, put one behind the other: `a + b + c`.
    pub fn concat_chain(&mut self, node: Node<'t>, operator: &str) -> ValueId {
        let operands = operands(node, self.text, operator);
        self.concat(&operands, span(node))
    }

    /// Any of what stands in these fields.
    pub fn either(&mut self, node: Node<'t>, fields: &[&str]) -> ValueId {
        let values = fields.iter().filter_map(|field| self.field(node, field)).collect();
        self.choice(values, span(node))
    }

    /// Any of several values.
    pub fn choice(&mut self, values: Vec<ValueId>, at: Span) -> ValueId {
        self.add(Kind::Choice(values), at)
    }

    /// A name that is read.
    pub fn name(&mut self, node: Node<'t>) -> ValueId {
        self.reference(self.text(node), span(node))
    }

    /// A name that is read.
    pub fn reference(&mut self, name: &'t str, at: Span) -> ValueId {
        self.refer(name, at, Reading::Any)
    }

    /// The name of a method that is called without an object, in a language where variables cannot be called.
    pub fn method_reference(&mut self, name: &'t str, at: Span) -> ValueId {
        self.refer(name, at, Reading::Method)
    }

    /// The name of a method or function that is called without an object, in a language where variables can be called
    /// too.
    pub fn called(&mut self, node: Node<'t>) -> ValueId {
        self.refer(self.text(node), span(node), Reading::Called(self.receiver))
    }

    /// Lowers what stands where methods that are called without an object and are not known are those of `receiver`.
    pub fn with_receiver<T>(&mut self, receiver: Option<ValueId>, build: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.receiver;
        self.receiver = receiver.or(outer);
        let built = build(self);
        self.receiver = outer;
        built
    }

    /// The first name of a path, which is a module where nothing in the file is bound to it.
    pub fn module_reference(&mut self, name: &'t str, at: Span) -> ValueId {
        self.refer(name, at, Reading::OrModule)
    }

    fn refer(&mut self, name: &'t str, at: Span, how: Reading) -> ValueId {
        let value = self.add(Kind::Global(name.to_owned()), at);
        self.references.push(Reference { value, scope: self.scope, name, how });
        value
    }

    /// `object.name`.
    pub fn member(&mut self, object: ValueId, name: &str, name_span: Span, at: Span) -> ValueId {
        self.add(Kind::Member { object, name: name.to_owned(), name_span }, at)
    }

    /// `object[key]`, which is a member where the key is a literal.
    pub fn index(&mut self, object: ValueId, key: ValueId, at: Span) -> ValueId {
        let key_value = self.facts.value(key);
        match &key_value.kind {
            Kind::Literal(name) | Kind::Number(name) => {
                let (name, name_span) = (name.clone(), key_value.span);
                self.member(object, &name, name_span, at)
            }
            _ => self.add(Kind::Derived(vec![object, key]), at),
        }
    }

    /// `callee(arguments)`.
    pub fn call(&mut self, callee: ValueId, arguments: Vec<Argument>, construct: bool, at: Span) -> ValueId {
        self.add(Kind::Call(Call { callee, arguments, construct }), at)
    }

    /// Says what a call makes of a text or an array that is built up: `builder.append(x)`, `random.nextBytes(bytes)`.
    pub fn builds(&mut self, call: ValueId) {
        let Kind::Call(Call { callee, arguments, .. }) = self.facts.kind(call) else { return };
        let Kind::Member { object, name, .. } = self.facts.kind(*callee) else { return };
        let mut object = *object;
        let given: Vec<ValueId> = arguments.iter().map(|argument| argument.value).collect();
        let at = self.facts.value(call).span;
        match (name.as_str(), given.as_slice()) {
            ("append" | "insert", _) => {
                // `builder.append(x).append(y)`
                while let Kind::Call(Call { callee, .. }) = self.facts.kind(object)
                    && let Kind::Member { object: before, .. } = self.facts.kind(*callee)
                {
                    object = *before;
                }
                let grown = self.add(Kind::Derived(given), at);
                self.assign(object, grown);
            }
            ("nextBytes", [bytes]) => self.assign(*bytes, call),
            _ => {}
        }
    }

    /// An entry of a map, if its key is a literal.
    pub fn property(&mut self, key: ValueId, value: ValueId) -> Property {
        let key_value = self.facts.value(key);
        let name = match &key_value.kind {
            Kind::Literal(name) | Kind::Number(name) => Some(name.clone()),
            _ => None,
        };
        Property { key: name, key_span: key_value.span, value, spread: false }
    }

    /// The instance inside a class.
    pub fn this(&mut self, at: Span) -> ValueId {
        let kind = self.classes.last().map_or(Kind::Unknown, |class| Kind::This(*class));
        self.add(kind, at)
    }

    /// The class itself inside a class: `Self`.
    pub fn own_class(&mut self, at: Span) -> ValueId {
        let kind = self.classes.last().map_or(Kind::Unknown, |class| Kind::Class(*class));
        self.add(kind, at)
    }

    /// The super class inside a class.
    pub fn super_class(&mut self, at: Span) -> ValueId {
        let kind = self.classes.last().map_or(Kind::Unknown, |class| Kind::Super(*class));
        self.add(kind, at)
    }

    // Names.

    /// Whether what is being lowered stands directly in a class.
    pub fn in_class(&self) -> Option<ClassId> {
        match self.scopes[self.scope].kind {
            ScopeKind::Class => self.classes.last().copied(),
            _ => None,
        }
    }

    /// The class around what is being lowered.
    pub fn class(&self) -> Option<ClassId> {
        self.classes.last().copied()
    }

    /// Whether what is being lowered stands in a function.
    pub fn in_function(&self) -> bool {
        !self.functions.is_empty()
    }

    /// Declares a name in the scope that is open.
    pub fn declare(&mut self, name: &'t str, at: Span) -> BindingId {
        self.declare_in(self.scope, name, at)
    }

    fn declare_in(&mut self, scope: ScopeId, name: &'t str, at: Span) -> BindingId {
        if let Some(Bound::Binding(binding)) = self.scopes[scope].names.get(name) {
            return *binding;
        }
        let id = BindingId(self.facts.bindings.len() as u32);
        self.facts.bindings.push(Binding {
            name: name.to_owned(),
            span: at,
            writes: Vec::new(),
            settled: Vec::new(),
            parameter: None,
            type_name: None,
        });
        self.scopes[scope].names.insert(name, Bound::Binding(id));
        id
    }

    /// Declares a name and writes a value to it.
    pub fn define(&mut self, name: &'t str, at: Span, value: ValueId) -> BindingId {
        let binding = self.declare(name, at);
        let target = self.add(Kind::Name(binding), at);
        self.assign(target, value);
        self.name_function(value, name);
        binding
    }

    /// Binds the name in a node's field `name` to the value that the node declares.
    pub fn define_named(&mut self, node: Node<'t>, value: ValueId) -> ValueId {
        if let Some(name) = node.child_by_field_name("name") {
            self.define(self.text(name), span(name), value);
        }
        value
    }

    /// Says what type a name has, as a value that resolves like the type's name does.
    pub fn typed(&mut self, binding: BindingId, type_name: ValueId) {
        self.facts.bindings[binding.index()].type_name = Some(type_name);
    }

    /// Writes to a name in a language where that declares it: in the function, class or file around, unless a block in
    /// between knows it.
    pub fn bind(&mut self, name: &'t str, at: Span, value: ValueId) {
        if self.in_class().is_some() {
            self.class_member(name, at, Some(value), None);
            return;
        }
        let mut scope = self.scope;
        while self.scopes[scope].kind == ScopeKind::Block && !self.scopes[scope].names.contains_key(name) {
            scope = self.scopes[scope].parent.unwrap_or(0);
        }
        let kind = match self.scopes[scope].names.get(name) {
            Some(Bound::Member(_) | Bound::This(_)) => return,
            Some(Bound::Binding(binding)) => Kind::Name(*binding),
            None => Kind::Name(self.declare_in(scope, name, at)),
        };
        let target = self.add(kind, at);
        self.assign(target, value);
        self.name_function(value, name);
    }

    /// Makes a name in this scope mean what it means in the file: Python's `global`.
    pub fn bind_to_file(&mut self, name: &'t str, at: Span) {
        let binding = self.declare_in(0, name, at);
        self.scopes[self.scope].names.insert(name, Bound::Binding(binding));
    }

    /// Writes a value to a name, a member or whatever else `target` is.
    pub fn assign(&mut self, target: ValueId, value: ValueId) {
        self.writes.push((target, value, self.settles));
    }

    /// Binds a name to a module, or to what `path` names in it.
    pub fn import(&mut self, name: &'t str, at: Span, module: &str, path: &[&str]) {
        let value = self.module(module, path, at);
        self.define(name, at, value);
    }

    /// A module, or what `path` names in it.
    pub fn module(&mut self, module: &str, path: &[&str], at: Span) -> ValueId {
        let mut value = self.add(Kind::Module(module.to_owned()), at);
        for name in path {
            value = self.member(value, name, at, at);
        }
        value
    }

    /// Makes all that a module exports known by its bare name: `import module.*`.
    pub fn open(&mut self, module: impl Into<String>) {
        let module = module.into();
        // Every bare name is looked for in all of them.
        if self.facts.opened.len() < MAX_OPENED && !self.facts.opened.contains(&module) {
            self.facts.opened.push(module);
        }
    }

    fn name_function(&mut self, value: ValueId, name: &str) {
        if let Kind::Function(function) = *self.facts.kind(value) {
            let function = &mut self.facts.functions[function.index()];
            function.name.get_or_insert_with(|| name.to_owned());
        }
    }

    // Functions.

    /// A function: `build` declares its parameters and lowers its body.
    pub fn function(&mut self, at: Span, build: impl FnOnce(&mut Self)) -> ValueId {
        self.function_in(ScopeKind::Function, at, build)
    }

    /// A function in which the names around it are known, whatever [`Style::local`] says: PHP's `fn`.
    pub fn transparent_function(&mut self, at: Span, build: impl FnOnce(&mut Self)) -> ValueId {
        self.function_in(ScopeKind::Block, at, build)
    }

    fn function_in(&mut self, scope: ScopeKind, at: Span, build: impl FnOnce(&mut Self)) -> ValueId {
        let id = FunctionId(self.facts.functions.len() as u32);
        let parent = self.functions.last().copied();
        self.facts.functions.push(Function { span: at, parent, ..Function::default() });
        self.functions.push(id);
        self.result_types.push(None);
        self.enter(scope);
        build(self);
        self.leave();
        self.functions.pop();
        self.result_types.pop();
        self.add(Kind::Function(id), at)
    }

    /// Says what type the function that is being lowered returns.
    pub fn returns_type(&mut self, type_name: Node<'t>) {
        if let Some(last) = self.result_types.last_mut() {
            *last = Some(type_name);
        }
    }

    /// The type that the function that is being lowered returns, if it says so.
    pub fn result_type(&self) -> Option<Node<'t>> {
        self.result_types.last().copied().flatten()
    }

    /// The next parameter of the function that is being lowered; one without a name still has its place.
    pub fn parameter(&mut self, name: Option<(&'t str, Span)>, default: Option<ValueId>, type_name: Option<ValueId>) {
        let Some(function) = self.functions.last().copied() else { return };
        let position = self.facts.functions[function.index()].parameters.len();
        let binding = name.map(|(name, at)| {
            let binding = self.declare(name, at);
            self.facts.bindings[binding.index()].parameter = Some((function, position));
            self.facts.bindings[binding.index()].type_name = type_name;
            if let Some(default) = default {
                let target = self.add(Kind::Name(binding), at);
                self.assign(target, default);
            }
            binding
        });
        self.facts.functions[function.index()].parameters.push(binding);
    }

    /// What the function that is being lowered can return.
    pub fn returns(&mut self, value: ValueId) {
        if let Some(function) = self.functions.last() {
            self.facts.functions[function.index()].returns.push(value);
        }
    }

    // Classes.

    /// The class of a name in the scope that is open, made if it is not known yet: the parts of a class can stand
    /// apart (Go's methods, Rust's `impl`, C#'s `partial`).
    pub fn class_named(&mut self, name: &'t str, at: Span) -> ClassId {
        if let Some(class) = self.class_names.get(&(self.scope, name)) {
            return *class;
        }
        let class = ClassId(self.facts.classes.len() as u32);
        self.facts.classes.push(Class { name: Some(name.to_owned()), ..Class::default() });
        self.class_names.insert((self.scope, name), class);
        let value = self.add(Kind::Class(class), at);
        if self.in_class().is_some() {
            self.class_member(name, at, Some(value), None);
        } else {
            self.define(name, at, value);
        }
        class
    }

    /// A class that is known only where it is declared, as the type of a field can be; without a name where it has none.
    pub fn class_in_place(&mut self, name: Option<&str>) -> ClassId {
        let class = ClassId(self.facts.classes.len() as u32);
        self.facts.classes.push(Class { name: name.map(str::to_owned), ..Class::default() });
        class
    }

    /// Lowers what stands in a class, or in a further part of it.
    pub fn within_class(&mut self, class: ClassId, build: impl FnOnce(&mut Self)) {
        let outer = self.scope;
        self.classes.push(class);
        match self.class_scopes.get(&class) {
            Some(scope) => self.scope = *scope,
            None => {
                self.enter(ScopeKind::Class);
                self.class_scopes.insert(class, self.scope);
            }
        }
        build(self);
        // A further part of a class can stand in another scope than the first.
        self.scope = outer;
        self.classes.pop();
    }

    /// The constructor of the class that is being lowered whose parameters are fields of that name: `build` declares
    /// them. What stands in for a field that is not given is its value too.
    pub fn constructor(&mut self, at: Span, build: impl FnOnce(&mut Self)) {
        let value = self.function(at, build);
        self.class_member("constructor", at, Some(value), None);
        let Kind::Function(function) = *self.facts.kind(value) else { return };
        for binding in self.facts.functions[function.index()].parameters.clone().into_iter().flatten() {
            let Binding { name, span, type_name, .. } = &self.facts.bindings[binding.index()];
            let (name, at, type_name) = (self.text.get(span.range()).filter(|text| text == name), *span, *type_name);
            if let Some(name) = name {
                let field = self.add(Kind::Name(binding), at);
                self.class_member(name, at, Some(field), type_name);
            }
        }
    }

    /// Names a value after a field of the class that is being lowered, where the field itself is held elsewhere.
    pub fn field_entry(&mut self, name: &str, key_span: Span, value: ValueId) {
        let class = self.classes.last().and_then(|class| self.facts.classes[class.index()].name.clone());
        let path = class.into_iter().chain([name.to_owned()]).collect();
        self.facts.entries.push(Entry { path, key_span, value });
    }

    /// Says what the class that is being lowered extends.
    pub fn extends(&mut self, class: ClassId, super_class: ValueId) {
        self.facts.classes[class.index()].extends.get_or_insert(super_class);
    }

    /// A field or method of the class that is being lowered.
    pub fn class_member(&mut self, name: &'t str, at: Span, value: Option<ValueId>, type_name: Option<ValueId>) {
        let Some(class) = self.classes.last().copied() else { return };
        self.scopes[self.scope].names.insert(name, Bound::Member(class));
        self.member_of(class, name, at, value, type_name);
    }

    /// The method of the class that is being lowered which a node declares, by the name in its field `name`.
    pub fn method_named(&mut self, node: Node<'t>, value: ValueId) -> ValueId {
        if let Some(name) = node.child_by_field_name("name") {
            self.class_member(self.text(name), span(name), Some(value), None);
        }
        value
    }

    /// A field or method of a class, wherever it is declared.
    pub fn member_of(
        &mut self,
        class: ClassId,
        name: &str,
        name_span: Span,
        value: Option<ValueId>,
        type_name: Option<ValueId>,
    ) {
        if let Some(value) = value {
            self.name_function(value, name);
        }
        let member = ClassMember { name: name.to_owned(), name_span, value, type_name };
        self.facts.classes[class.index()].members.push(member);
    }

    /// What a method calls the instance: `self`, a receiver's name.
    pub fn bind_this(&mut self, name: &'t str, class: ClassId) {
        self.scopes[self.scope].names.insert(name, Bound::This(class));
    }

    /// A field that is given its value where an instance of a type is made.
    pub fn gives(&mut self, type_name: ValueId, field: &'t str, field_span: Span, value: ValueId) {
        self.given.push((type_name, field, field_span, value));
    }

    // The end.

    fn look_up(&self, scope: ScopeId, name: &str, how: Reading) -> Option<Bound> {
        let is_method = how == Reading::Method;
        let mut left_function = false;
        let mut scope = Some(scope);
        while let Some(id) = scope {
            let known = &self.scopes[id];
            let hidden = match known.kind {
                ScopeKind::Class => left_function && !self.style.bare_members,
                ScopeKind::Function | ScopeKind::Block if is_method => true,
                _ => left_function && (self.style.local)(name),
            };
            if !hidden && let Some(bound) = known.names.get(name) {
                return Some(*bound);
            }
            left_function |= known.kind == ScopeKind::Function;
            scope = known.parent;
        }
        None
    }

    fn finish(mut self) -> Facts {
        let mut instances: FxHashMap<ClassId, ValueId> = FxHashMap::default();
        for reference in std::mem::take(&mut self.references) {
            let at = self.facts.value(reference.value).span;
            let (scope, name, how) = (reference.scope, reference.name, reference.how);
            let method = match how {
                Reading::Called(_) => self.look_up(scope, name, Reading::Method),
                _ => None,
            };
            let kind = match method.or_else(|| self.look_up(scope, name, how)) {
                Some(Bound::Binding(binding)) => Kind::Name(binding),
                Some(Bound::This(class)) => Kind::This(class),
                Some(Bound::Member(class)) => {
                    let object = *instances.entry(class).or_insert_with(|| self.facts.add(Kind::This(class), at));
                    Kind::Member { object, name: reference.name.to_owned(), name_span: at }
                }
                None => match reference.how {
                    Reading::OrModule => Kind::Module(reference.name.to_owned()),
                    Reading::Called(Some(object)) => Kind::Member { object, name: name.to_owned(), name_span: at },
                    Reading::Any | Reading::Method | Reading::Called(None) => continue,
                },
            };
            self.facts.values[reference.value.index()].kind = kind;
        }
        // Where functions write to one name, it is not told which of them ran last.
        let mut writers: FxHashMap<BindingId, Option<FunctionId>> = FxHashMap::default();
        let mut shared: FxHashSet<BindingId> = FxHashSet::default();
        for (target, value, settles) in std::mem::take(&mut self.writes) {
            match self.facts.kind(target) {
                Kind::Name(binding) => {
                    let binding = *binding;
                    let writer = self.facts.value(value).function;
                    if *writers.entry(binding).or_insert(writer) != writer {
                        shared.insert(binding);
                    }
                    let facts = &mut self.facts.bindings[binding.index()];
                    let settles = settles.filter(|_| !shared.contains(&binding));
                    facts.settled.extend(settles.map(|span| Settled { write: facts.writes.len(), span }));
                    facts.writes.push(value);
                }
                Kind::Member { .. } | Kind::Global(_) => self.facts.assignments.push(Assignment { target, value }),
                _ => {}
            }
        }
        for (type_name, field, field_span, value) in std::mem::take(&mut self.given) {
            let of = |value: &ValueId| match self.facts.kind(*value) {
                Kind::Class(class) => Some(*class),
                _ => None,
            };
            let class = match self.facts.kind(type_name) {
                Kind::Name(binding) => self.facts.bindings[binding.index()].writes.iter().find_map(of),
                _ => of(&type_name),
            };
            let Some(class) = class else { continue };
            let object = *instances.entry(class).or_insert_with(|| self.facts.add(Kind::This(class), field_span));
            let member = Kind::Member { object, name: field.to_owned(), name_span: field_span };
            let target = self.facts.add(member, field_span);
            self.facts.assignments.push(Assignment { target, value });
        }
        self.facts.comments.sort();
        self.facts.name_values();
        self.facts
    }
}

/// The part of a string's text that is between its quotes, whatever stands before the first.
fn between_quotes(text: &str) -> std::ops::Range<usize> {
    let Some(open) = text.find(['"', '\'', '`']) else { return 0..text.len() };
    let quote = &text[open..open + 1];
    let triple = quote.repeat(3);
    let length = if text[open..].starts_with(&triple) && text.len() >= open + 6 { 3 } else { 1 };
    let start = open + length;
    let end = text.rfind(quote).map_or(text.len(), |close| (close + 1).saturating_sub(length));
    start..end.max(start)
}

/// An argument in its place.
pub fn positional(value: ValueId) -> Argument {
    Argument { name: None, value, spread: false }
}

/// An argument by its keyword.
pub fn keyword(name: &str, value: ValueId) -> Argument {
    Argument { name: Some(name.to_owned()), value, spread: false }
}

/// Arguments at places that cannot be told.
pub fn spread(value: ValueId) -> Argument {
    Argument { name: None, value, spread: true }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::resolve::End;
    use crate::resolve::tests::{ends_of, words};

    /// What the last argument of the first call of `use` comes down to, with the text at the place of each literal that
    /// does not read as it is written.
    pub fn used_in(facts: &Facts, source: &str) -> Vec<String> {
        let ends = ends_of(facts, "use", -1).into_iter().next().expect("a call of use");
        let ends = ends.iter().map(|resolved| match &resolved.end {
            End::Literal(literal) if source[literal.span.range()] != literal.text => {
                format!("{} at {}", words(resolved), &source[literal.span.range()])
            }
            _ => words(resolved),
        });
        ends.collect()
    }

    /// A value as a text that is short and says what it is made of.
    pub fn show(facts: &Facts, value: ValueId) -> String {
        let all = |values: &[ValueId]| values.iter().map(|value| show(facts, *value)).collect::<Vec<_>>().join(" ");
        match facts.kind(value) {
            Kind::Literal(text) => format!("{text:?}"),
            Kind::Number(text) => text.clone(),
            Kind::Global(name) => name.clone(),
            Kind::Name(binding) => facts.bindings[binding.index()].name.clone(),
            Kind::This(_) => "this".to_owned(),
            Kind::Member { object, name, .. } => format!("{}.{name}", show(facts, *object)),
            Kind::Concat(parts) => format!("({})", all(parts)),
            Kind::Choice(choices) => format!("any({})", all(choices)),
            Kind::List(items) => format!("[{}]", all(items)),
            Kind::Object(properties) => {
                let entries = properties.iter().map(|property| {
                    let key = property.key.as_deref().unwrap_or(if property.spread { ".." } else { "?" });
                    format!("{key}: {}", show(facts, property.value))
                });
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            Kind::Call(call) => {
                let arguments = call.arguments.iter().map(|argument| {
                    let name = argument.name.as_ref().map(|name| format!("{name}=")).unwrap_or_default();
                    format!("{name}{}", show(facts, argument.value))
                });
                let new = if call.construct { "new " } else { "" };
                format!("{new}{}({})", show(facts, call.callee), arguments.collect::<Vec<_>>().join(", "))
            }
            Kind::Module(name) => format!("<{name}>"),
            Kind::Null => "null".to_owned(),
            other => format!("{other:?}").split(['(', ' ']).next().unwrap_or_default().to_owned(),
        }
    }
}
