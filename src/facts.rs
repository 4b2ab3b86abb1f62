//! The one vocabulary every language and configuration front-end lowers to.
//!
//! A front-end says what a file contains, never what is wrong with it; a rule reads facts and never sees syntax.
//! Values live in one arena per file and refer to each other by id, so that a value is written down once however
//! often it is reached. Spans are byte offsets into the file as it was read.

use std::collections::HashMap;
use std::ops::Range;

use crate::language::Language;

/// How many names in front of the last one lead to an entry.
const MAX_NAMES: usize = 32;

/// A half-open range of byte offsets into the file. For a string literal it covers the text between the quotes,
/// so that it can be masked or replaced without touching the quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to but without `end`.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The span as a range that slices the file's bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies within this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two spans share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the arena the id stands for.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(/** A value of [`Facts::values`]. */ ValueId);
id!(/** A binding of [`Facts::bindings`]. */ BindingId);
id!(/** A function of [`Facts::functions`]. */ FunctionId);
id!(/** A class of [`Facts::classes`]. */ ClassId);

/// An expression, or a value in a configuration file.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it stands; for [`Kind::Literal`] the text between the quotes.
    pub span: Span,
    /// The innermost function it stands in, if any.
    pub function: Option<FunctionId>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A string with no interpolation, escapes resolved. In configuration every plain scalar is one, numbers too.
    Literal(String),
    /// A number as it is written.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`, `undefined`, `nil`, `None`.
    Null,
    /// Strings put one behind the other: `+`, template strings, adjacent literals.
    Concat(Vec<ValueId>),
    /// A look-up of the environment written in configuration syntax: `${NAME:-fallback}`. Look-ups in code are
    /// member accesses and calls; the vocabulary knows which of them read the environment.
    Environment {
        /// The variable's name.
        name: String,
        /// What is used when it is not set.
        fallback: Option<ValueId>,
    },
    /// The first of several that is there: `a || b`, `a ?? b`, `c ? a : b` (of which either may be), `x = default`.
    Choice(Vec<ValueId>),
    /// A name that is bound in this file.
    Name(BindingId),
    /// A name this file does not bind.
    Global(String),
    /// `object.name`, or `object["name"]` with a literal name.
    Member {
        /// What the name is looked up in.
        object: ValueId,
        /// The name.
        name: String,
        /// Where the name stands.
        name_span: Span,
    },
    /// A call or the construction of an instance.
    Call(Call),
    /// A map with its entries in source order.
    Object(Vec<Property>),
    /// A list.
    List(Vec<ValueId>),
    /// A function or lambda.
    Function(FunctionId),
    /// A class used as a value.
    Class(ClassId),
    /// The instance inside a class: `this`, `self`.
    This(ClassId),
    /// The super class's constructor inside a class.
    Super(ClassId),
    /// A module as a whole: `require('x')`, `import * as x from 'x'`, `await import('x')`.
    Module(String),
    /// One export of a module: `import { member } from 'module'`. The default export's name is `default`.
    Import {
        /// The module as the file names it.
        module: String,
        /// The name it exports.
        member: String,
    },
    /// A value kept elsewhere or encrypted, as configuration writes it: `secretKeyRef`, `ENC(...)`,
    /// `${{ secrets.X }}`, `{cipher}...`, a vault path. There is no secret here to find.
    Reference,
    /// Something computed from other values in a way that is not followed: arithmetic, a tagged template.
    Derived(Vec<ValueId>),
    /// Something the front-end does not follow.
    Unknown,
}

/// A call: `callee(arguments)`, or `new callee(arguments)`.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called; a [`Kind::Member`] for a method.
    pub callee: ValueId,
    /// Arguments in source order.
    pub arguments: Vec<Argument>,
    /// Whether it constructs an instance.
    pub construct: bool,
}

/// One argument of a call.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The name of a keyword argument.
    pub name: Option<String>,
    /// Its value.
    pub value: ValueId,
    /// Whether it is spread, so that the arguments behind it stand at unknown positions.
    pub spread: bool,
}

/// One entry of an object.
#[derive(Clone, Debug)]
pub struct Property {
    /// The key; `None` for a computed key or a spread.
    pub key: Option<String>,
    /// Where the key stands.
    pub key_span: Span,
    /// The value; for a spread, what is spread.
    pub value: ValueId,
    /// Whether all entries of `value` are taken over at this place.
    pub spread: bool,
}

/// A name and what is written to it.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// Every value assigned to it, in source order; destructuring is lowered to [`Kind::Member`], a default to
    /// [`Kind::Choice`].
    pub writes: Vec<ValueId>,
    /// From where on nothing is left of what was written before, in source order.
    pub settled: Vec<Settled>,
    /// For a parameter, the function and its position (0-based).
    pub parameter: Option<(FunctionId, usize)>,
    /// The declared type, as a value that resolves like the type's name does.
    pub type_name: Option<ValueId>,
}

/// A write behind which a name holds nothing that was written before: `options = {...}` in a row of statements.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// Its position in [`Binding::writes`].
    pub write: usize,
    /// From behind the statement to the end of the row.
    pub span: Span,
}

/// A function or lambda.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// The whole function.
    pub span: Span,
    /// Its name if it has one, or the name it is bound to.
    pub name: Option<String>,
    /// Its parameters in order; `None` where one is destructured.
    pub parameters: Vec<Option<BindingId>>,
    /// What it can return, the body of an expression function included.
    pub returns: Vec<ValueId>,
    /// The function it stands in.
    pub parent: Option<FunctionId>,
}

/// A class.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// Its name if it has one.
    pub name: Option<String>,
    /// What it extends.
    pub extends: Option<ValueId>,
    /// Fields and methods.
    pub members: Vec<ClassMember>,
}

/// A field or method of a class.
#[derive(Clone, Debug)]
pub struct ClassMember {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The initial value, the method, or the constructor's parameter.
    pub value: Option<ValueId>,
    /// The declared type, as a value that resolves like the type's name does.
    pub type_name: Option<ValueId>,
}

/// A value written to a member or to a name the file does not bind: `object.name = value`, `module.exports = value`.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// What is written to, a [`Kind::Member`] or a [`Kind::Global`].
    pub target: ValueId,
    /// What is written.
    pub value: ValueId,
}

/// A value with a name: a line of configuration, a constant, an entry of an object in code.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The names that lead to it, outermost first: `["services", "api", "environment", "JWT_SECRET"]`. Items of a
    /// list have their position as name.
    pub path: Vec<String>,
    /// Where the last name stands.
    pub key_span: Span,
    /// The value.
    pub value: ValueId,
}

/// What one file says.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The language or format it was read as.
    pub language: Language,
    /// Every value, in the order the front-end met them.
    pub values: Vec<Value>,
    /// Every name bound in the file.
    pub bindings: Vec<Binding>,
    /// Every function.
    pub functions: Vec<Function>,
    /// Every class.
    pub classes: Vec<Class>,
    /// Every write to a member.
    pub assignments: Vec<Assignment>,
    /// Every named value. A configuration front-end fills it; for code it is derived from the above.
    pub entries: Vec<Entry>,
    /// The objects that enumerations are: what stands in them tells alternatives apart and is nobody's setting.
    pub enumerations: Vec<ValueId>,
    /// The modules all of whose exports go by their bare names in the file, `import io.jsonwebtoken.*`, or from it:
    /// `export * from './keys'`.
    pub opened: Vec<String>,
    /// Every call of the file, in source order.
    pub calls: Vec<ValueId>,
    /// Where comments stand, in order.
    pub comments: Vec<Span>,
    /// Where tests stand among what they test.
    pub tests: Vec<Span>,
    /// What could not be read, in words for a person; the rest of the file was.
    pub problems: Vec<String>,
}

impl Facts {
    /// Facts about nothing yet.
    pub fn new(language: Language) -> Self {
        Facts {
            language,
            values: Vec::new(),
            bindings: Vec::new(),
            functions: Vec::new(),
            classes: Vec::new(),
            assignments: Vec::new(),
            entries: Vec::new(),
            enumerations: Vec::new(),
            opened: Vec::new(),
            calls: Vec::new(),
            comments: Vec::new(),
            tests: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Adds a value outside any function.
    pub fn add(&mut self, kind: Kind, span: Span) -> ValueId {
        self.add_in(kind, span, None)
    }

    /// Adds a value that stands in `function`.
    pub fn add_in(&mut self, kind: Kind, span: Span, function: Option<FunctionId>) -> ValueId {
        let id = ValueId(self.values.len() as u32);
        if matches!(kind, Kind::Call(_)) {
            self.calls.push(id);
        }
        self.values.push(Value { kind, span, function });
        id
    }

    /// Takes every text that is the value of an entry for the name of the environment variable that holds it.
    pub fn look_up_literals(&mut self) {
        for entry in &self.entries {
            if let Some(value) = self.values.get_mut(entry.value.index())
                && let Kind::Literal(name) = &value.kind
            {
                value.kind = Kind::Environment { name: name.clone(), fallback: None };
            }
        }
    }

    /// Fills [`Facts::entries`] from what code binds, declares and assigns: constants, fields, the entries of objects.
    pub fn name_values(&mut self) {
        let mut open: Vec<(Vec<String>, Span, ValueId)> = Vec::new();
        for binding in &self.bindings {
            for write in &binding.writes {
                open.push((vec![binding.name.clone()], binding.span, *write));
            }
        }
        for class in &self.classes {
            for member in &class.members {
                if let Some(value) = member.value {
                    let path = class.name.iter().cloned().chain([member.name.clone()]).collect();
                    open.push((path, member.name_span, value));
                }
            }
        }
        for assignment in &self.assignments {
            let (path, span) = self.member_path(assignment.target);
            open.push((path, span, assignment.value));
        }
        let mut named = vec![false; self.values.len()];
        for enumeration in &self.enumerations {
            named[enumeration.index()] = true;
        }
        open.reverse();
        let mut entries = Vec::new();
        self.name_objects(open, &mut named, &mut entries);
        // Objects that have no name themselves: arguments, what functions return. What is inside comes before what it
        // stands in, so the outermost are taken first.
        for index in (0..self.values.len()).rev() {
            if matches!(self.values[index].kind, Kind::Object(_) | Kind::Call(_)) && !named[index] {
                let value = ValueId(index as u32);
                let path = self.settings_filled(value).unwrap_or_default();
                self.name_objects(vec![(path, self.values[index].span, value)], &mut named, &mut entries);
            }
        }
        self.entries.extend(entries);
    }

    /// The way to the settings that a call fills with what it is given: `app.config.from_mapping(SECRET_KEY=...)`.
    fn settings_filled(&self, call: ValueId) -> Option<Vec<String>> {
        let Kind::Call(call) = self.kind(call) else { return None };
        let Kind::Member { object, name, .. } = self.kind(call.callee) else { return None };
        let fills = self.language == Language::Python && matches!(name.as_str(), "from_mapping" | "update");
        let (path, _) = fills.then(|| self.member_path(*object))?;
        (path.last()? == "config").then_some(path)
    }

    fn name_objects(&self, mut open: Vec<(Vec<String>, Span, ValueId)>, named: &mut [bool], entries: &mut Vec<Entry>) {
        while let Some((path, key_span, value)) = open.pop() {
            self.name_members(&path, value, named, &mut open);
            if !path.is_empty() {
                entries.push(Entry { path, key_span, value });
            }
        }
    }

    /// Names what an object holds; seen through the calls that take an object or a function that gives one:
    /// `registerAs('jwt', () => ({ secret }))`, `Object.freeze({ secret })`.
    fn name_members(
        &self,
        path: &[String],
        value: ValueId,
        named: &mut [bool],
        open: &mut Vec<(Vec<String>, Span, ValueId)>,
    ) {
        let mut path = path.to_vec();
        let mut holders = vec![value];
        while let Some(holder) = holders.pop() {
            if std::mem::replace(&mut named[holder.index()], true) {
                continue;
            }
            match self.kind(holder) {
                Kind::Object(properties) => {
                    for property in properties.iter().rev() {
                        if let Some(key) = &property.key {
                            // Where objects nest without end, the nearest names tell what a value is.
                            let far = path.len().saturating_sub(MAX_NAMES);
                            let path = path.iter().skip(far).cloned().chain([key.clone()]).collect();
                            open.push((path, property.key_span, property.value));
                        }
                    }
                }
                Kind::Function(function) => holders.extend(&self.functions[function.index()].returns),
                Kind::Call(call) => {
                    for argument in &call.arguments {
                        // What is made of named fields says by its type what they are about: `JwtConfig(secret=...)`.
                        if let Some(name) = &argument.name {
                            let type_name = self.last_name(call.callee).filter(|_| call.construct).map(str::to_owned);
                            let far = path.len().saturating_sub(MAX_NAMES);
                            let names = path.iter().skip(far).cloned();
                            let named = names.chain(type_name).chain([name.clone()]).collect();
                            open.push((named, self.value(argument.value).span, argument.value));
                            continue;
                        }
                        match self.kind(argument.value) {
                            Kind::Literal(name) if !name.is_empty() && name.len() < 40 => path.push(name.clone()),
                            Kind::Object(_) | Kind::Function(_) => holders.push(argument.value),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The last of the names that a callee is reached by.
    fn last_name(&self, callee: ValueId) -> Option<&str> {
        match self.kind(callee) {
            Kind::Name(binding) => Some(&self.bindings[binding.index()].name),
            Kind::Global(name) | Kind::Member { name, .. } | Kind::Import { member: name, .. } => Some(name),
            _ => None,
        }
    }

    /// The names that lead to a member, without those that only say that it is exported.
    fn member_path(&self, target: ValueId) -> (Vec<String>, Span) {
        let mut path = Vec::new();
        let mut value = target;
        let mut last = self.value(target).span;
        while let Kind::Member { object, name, name_span } = self.kind(value) {
            if path.is_empty() {
                last = *name_span;
            }
            path.push(name.clone());
            value = *object;
        }
        match self.kind(value) {
            Kind::Name(binding) => path.push(self.bindings[binding.index()].name.clone()),
            Kind::Global(name) => path.push(name.clone()),
            _ => {}
        }
        path.reverse();
        let exported = path.iter().take_while(|name| matches!(name.as_str(), "module" | "exports" | "default")).count();
        path.drain(..exported);
        (path, last)
    }

    /// The names bound to modules and what they export.
    pub fn imports(&self) -> impl Iterator<Item = (String, Kind)> {
        self.bindings.iter().filter_map(|binding| match binding.writes.as_slice() {
            [write] => self.import(*write, 4).map(|kind| (binding.name.clone(), kind)),
            _ => None,
        })
    }

    /// The module, or the export of one, that a value is.
    fn import(&self, value: ValueId, depth: usize) -> Option<Kind> {
        match self.kind(value) {
            kind @ (Kind::Module(_) | Kind::Import { .. }) => Some(kind.clone()),
            // `const { sign } = require('jsonwebtoken')`
            Kind::Member { object, name, .. } => match self.import(*object, depth.checked_sub(1)?)? {
                Kind::Module(module) => Some(Kind::Import { module, member: name.clone() }),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a package is imported, or named in a text, alone or with what is in it.
    pub fn mentions(&self, package: &str) -> bool {
        let within = |text: &str| {
            text.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '\\', ':']))
        };
        let last = package.rsplit(['.', '\\', ':']).next().unwrap_or(package);
        self.opened.iter().any(|module| within(module))
            || self.values.iter().any(|value| match &value.kind {
                Kind::Module(name) | Kind::Literal(name) => within(name),
                Kind::Import { module, .. } => within(module),
                // Where modules are written with dots, the way starts at the first name.
                Kind::Member { object, name, .. } => name == last && last != package && self.leads(*object, package),
                _ => false,
            })
    }

    /// Whether a way from a module is that to the package, but for its last name.
    fn leads(&self, mut value: ValueId, package: &str) -> bool {
        let mut names = package.rsplit(['.', '\\', ':']).filter(|name| !name.is_empty()).skip(1);
        while let Some(expected) = names.next() {
            match self.kind(value) {
                Kind::Member { object, name, .. } if name == expected => value = *object,
                Kind::Module(name) => return name == expected && names.next().is_none(),
                _ => return false,
            }
        }
        false
    }

    /// Makes names that the file does not bind what they are bound to elsewhere.
    pub fn bind_globals(&mut self, names: &HashMap<String, Kind>) {
        for value in &mut self.values {
            if let Kind::Global(name) = &value.kind
                && let Some(kind) = names.get(name)
            {
                value.kind = kind.clone();
            }
        }
    }

    /// The last write behind which a name that is read here holds nothing written before.
    pub fn settled(&self, read: ValueId, binding: BindingId) -> Option<usize> {
        // Rows of statements end, and what was written in them may still be there.
        const MOST_ENDED: usize = 64;
        let at = self.value(read).span.start;
        let settled = &self.bindings[binding.index()].settled;
        let begun = settled.partition_point(|settled| settled.span.start <= at);
        let begun = settled.get(..begun)?.iter().rev().take(MOST_ENDED);
        begun.into_iter().find(|settled| at < settled.span.end).map(|settled| settled.write)
    }

    /// What a name can hold where it is read.
    pub fn writes(&self, read: ValueId, binding: BindingId) -> &[ValueId] {
        let first = self.settled(read, binding).unwrap_or(0);
        self.bindings[binding.index()].writes.get(first..).unwrap_or_default()
    }

    /// A function and those it stands in, from the innermost to the outermost.
    pub fn around(&self, function: Option<FunctionId>) -> impl Iterator<Item = FunctionId> {
        std::iter::successors(function, |id| self.functions[id.index()].parent)
    }

    /// The value behind an id.
    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id.index()]
    }

    /// What the value behind an id is.
    pub fn kind(&self, id: ValueId) -> &Kind {
        &self.values[id.index()].kind
    }

    /// The call behind an id, if it is one.
    pub fn call(&self, id: ValueId) -> Option<&Call> {
        match self.kind(id) {
            Kind::Call(call) => Some(call),
            _ => None,
        }
    }
}
