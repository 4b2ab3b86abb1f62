//! Names followed to what they stand for, within one file.
//!
//! Two questions are answered. Where does a callee come from ([`Resolver::origin`]): the package or global name, and the
//! members and calls that lead from there to it. And what can a value be ([`Resolver::ends`]): the literals, environment
//! look-ups and sources of randomness it comes down to, each with the way that leads there.

use std::cell::{Cell, OnceCell, RefCell};
use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{BindingId, Call, Class, ClassId, ClassMember, Facts, FunctionId, Kind, Span, ValueId};
use crate::language::Language;
use crate::library::{ArgumentName, Condition, Conversion, Encoding, Locator, Models, Provenance, Wrapper};
use crate::origin::{Origin, Root, Step};
use crate::secret::pem;
use crate::vocabulary::{self, Source};

/// How many names and calls are followed in a row. Real code needs a handful; the rest is cycles.
const MAX_HOPS: usize = 24;

/// How often a parameter is handed on until it is no longer followed.
const MAX_HANDED: usize = 3;

/// How many questions can lead to each other: the calls of a chain, names that stand for names.
const MAX_DEPTH: usize = 128;

/// How many values are looked at for one question, so that code that multiplies alternatives ends.
const MAX_STEPS: usize = 2_000;

/// The same for [`Resolver::ends`]: for a question, for one asked to answer it, and for one asked to answer that.
const NESTED_STEPS: [usize; 3] = [MAX_STEPS, 200, 20];

/// What a value comes down to.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What it is.
    pub end: End,
    /// The values that lead there, from the use to the end: names, members, calls.
    pub hops: Vec<ValueId>,
    /// Whether it is what an environment or configuration look-up falls back to.
    pub fallback: bool,
    /// The variable or setting it is the fallback of, where it has a name.
    pub fallback_of: Option<String>,
    /// How its text becomes key bytes, the innermost conversion first.
    pub encodings: Vec<Encoding>,
    /// Whether it is the private member of an asymmetric JWK, and so no text a guesser could try.
    pub asymmetric: bool,
}

/// A string that stands in the file.
#[derive(Clone, Debug)]
pub struct Literal {
    /// Its text.
    pub text: String,
    /// Where it stands: the whole expression where several literals are put together.
    pub span: Span,
    /// The value.
    pub value: ValueId,
}

/// What a value can come down to.
#[derive(Clone, Debug)]
pub enum End {
    /// A string that stands in the file.
    Literal(Literal),
    /// A variable of the environment.
    Environment(String),
    /// Something random that is not random enough.
    Random(&'static Source, ValueId),
    /// A setting or something else that is looked up: a member or a call that is not followed.
    LookUp(ValueId),
    /// A value that was given to a function, or is not followed.
    Unknown(ValueId),
}

/// What stands where a locator points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// Nothing does.
    Absent,
    /// It cannot be told.
    Unknown,
    /// These values do.
    Values(Vec<ValueId>),
}

impl Located {
    /// The values, if any.
    pub fn values(self) -> Vec<ValueId> {
        match self {
            Located::Values(values) => values,
            Located::Absent | Located::Unknown => Vec::new(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Owner<'f> {
    Binding(BindingId),
    Global(&'f str),
    Class(ClassId),
    /// A member of one of these: `app.config`.
    BindingMember(BindingId, &'f str),
    GlobalMember(&'f str, &'f str),
    ClassMember(ClassId, &'f str),
}

impl<'f> Owner<'f> {
    /// What a member is written to or read of, unless it is further away than a member of a name.
    fn of(facts: &'f Facts, object: ValueId) -> Option<Self> {
        Some(match facts.kind(object) {
            Kind::Name(binding) => Owner::Binding(*binding),
            Kind::Global(global) => Owner::Global(global),
            Kind::This(class) => Owner::Class(*class),
            Kind::Member { object, name, .. } => match facts.kind(*object) {
                Kind::Name(binding) => Owner::BindingMember(*binding, name),
                Kind::Global(global) => Owner::GlobalMember(global, name),
                Kind::This(class) => Owner::ClassMember(*class, name),
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// What languages call the method that makes an instance.
const CONSTRUCTORS: [&str; 4] = ["constructor", "__construct", "__init__", "initialize"];

/// How the names of a file are used.
#[derive(Default)]
struct Usage {
    /// What is taken of a name.
    members: FxHashMap<BindingId, Vec<ValueId>>,
    /// The names that a value is bound to.
    bound: FxHashMap<ValueId, Vec<BindingId>>,
    /// The callees that are given a name, and in which place.
    given: FxHashMap<BindingId, Vec<(ValueId, usize)>>,
    /// The calls of what a name holds.
    called: FxHashMap<BindingId, Vec<ValueId>>,
}

/// The entries of a large object or list by name.
#[derive(Default)]
struct Entries<'f> {
    /// The positions of each name, in order.
    named: FxHashMap<&'f str, Vec<usize>>,
    /// The positions of what is spread.
    spread: Vec<usize>,
}

impl<'f> Entries<'f> {
    fn of(facts: &'f Facts, value: ValueId) -> Self {
        let mut entries = Entries::default();
        match facts.kind(value) {
            Kind::Object(properties) => {
                for (index, property) in properties.iter().enumerate() {
                    match &property.key {
                        _ if property.spread => entries.spread.push(index),
                        Some(key) => entries.named.entry(key).or_default().push(index),
                        None => {}
                    }
                }
            }
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some((key, _)) = pair(facts, *item) {
                        entries.named.entry(key).or_default().push(index);
                    }
                }
            }
            _ => {}
        }
        entries
    }
}

/// A list of a name and a value, as maps are also written: `[('name', value)]`.
fn pair(facts: &Facts, item: ValueId) -> Option<(&str, ValueId)> {
    let Kind::List(pair) = facts.kind(item) else { return None };
    let [key, value] = pair.as_slice() else { return None };
    match facts.kind(*key) {
        Kind::Literal(key) => Some((key, *value)),
        _ => None,
    }
}

/// What has been looked at to answer one question, and how much more may be.
struct Search {
    seen: FxHashSet<Place>,
    steps: usize,
}

impl Search {
    /// Whether a place is to be looked at: it is another one, and there are steps left. To be turned away is a step too.
    fn enters(&mut self, place: Place) -> bool {
        let left = self.steps > 0;
        self.steps = self.steps.saturating_sub(1);
        left && self.seen.insert(place)
    }
}

/// A call that leads to another.
enum Earlier {
    Call(ValueId),
    /// It was made elsewhere: an instance is given, by its type.
    Unseen,
    Absent,
}

/// How many values may be looked at for all questions about a file, and how many for each one after that. Real code needs
/// a few for each question; where every name can be thousands of values, the most direct have to do.
const MAX_SPENT: usize = 1_000_000;
const FEW_STEPS: usize = 20;

/// How many bytes a list of them can have and be a key. The longest private keys in use have a few thousand.
const MAX_KEY_BYTES: usize = 16_384;

/// From how many entries on an object or list is searched by name only once.
const MANY_ENTRIES: usize = 16;

/// How many calls in a chain are followed back to the name it begins with.
const MAX_CHAIN: usize = 64;

/// How many of the calls of one function are looked at.
const MAX_CALLERS: usize = 50;

/// How many of the values written to one name or member are looked at. Real code writes a handful.
const MAX_WRITES: usize = 200;

/// The calls of each function.
type CallSites = FxHashMap<FunctionId, Rc<[ValueId]>>;

/// The answers to the questions that were asked.
type Answers<K, T> = RefCell<FxHashMap<K, Rc<[T]>>>;

/// What is looked at once: a value, or a name, which is the same wherever it is read behind the same writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Value(ValueId),
    Name(BindingId, Option<usize>),
}

/// Follows the names of one file.
pub struct Resolver<'f> {
    facts: &'f Facts,
    models: &'static Models,
    unknown: Rc<Origin<'f>>,
    /// By value; every value is asked for where it comes from.
    origins: RefCell<Vec<Option<Rc<Origin<'f>>>>>,
    member_writes: FxHashMap<(Owner<'f>, &'f str), Vec<ValueId>>,
    global_writes: FxHashMap<&'f str, Vec<ValueId>>,
    /// Where each name that the file does not bind is read first.
    globals: FxHashMap<&'f str, ValueId>,
    held: Answers<(Place, &'f str), ValueId>,
    functions: Answers<Place, FunctionId>,
    /// How many questions of [`Resolver::once`] are under way, one inside the other.
    depth: Cell<usize>,
    /// How many walks of [`Resolver::ends`] are under way, one inside the other.
    nested: Cell<usize>,
    /// How many values all walks have looked at.
    spent: Cell<usize>,
    /// How many values have been looked at for all other questions.
    searched: Cell<usize>,
    /// The calls of each function. There are none while they are being looked for, which asks what calls mean.
    call_sites: RefCell<Option<CallSites>>,
    usage: OnceCell<Usage>,
    /// The entries of objects and lists that have many.
    entries: RefCell<FxHashMap<ValueId, Rc<Entries<'f>>>>,
    /// The members of each class by name.
    class_members: OnceCell<Vec<FxHashMap<&'f str, Vec<&'f ClassMember>>>>,
    /// The calls that write into a name they are given.
    filled: FxHashMap<BindingId, Vec<ValueId>>,
    /// The first call of each method on each object, and on what a chain of calls begins with: `builder.setKey(key)`.
    statements: OnceCell<FxHashMap<(Place, &'f str), ValueId>>,
    /// The names that values are written to.
    holders: OnceCell<FxHashMap<ValueId, BindingId>>,
    /// The calls that are being followed into the functions they call, so that a parameter is what this call gives.
    entered: RefCell<Vec<(FunctionId, ValueId)>>,
}

impl<'f> Resolver<'f> {
    /// A resolver for the facts of one file.
    pub fn new(facts: &'f Facts, models: &'static Models) -> Self {
        let mut member_writes: FxHashMap<_, Vec<ValueId>> = FxHashMap::default();
        let mut global_writes: FxHashMap<_, Vec<ValueId>> = FxHashMap::default();
        for assignment in &facts.assignments {
            match facts.kind(assignment.target) {
                Kind::Member { object, name, .. } => {
                    if let Some(owner) = Owner::of(facts, *object) {
                        // What is written to a class's member through the class's name its methods read by `this`.
                        if let Owner::Binding(binding) = owner
                            && !facts.language.is_javascript()
                            && let Some(Kind::Class(class)) =
                                facts.bindings[binding.index()].writes.first().map(|write| facts.kind(*write))
                        {
                            let owner = Owner::Class(*class);
                            member_writes.entry((owner, name.as_str())).or_default().push(assignment.value);
                        }
                        member_writes.entry((owner, name.as_str())).or_default().push(assignment.value);
                    }
                }
                Kind::Global(name) => global_writes.entry(name.as_str()).or_default().push(assignment.value),
                _ => {}
            }
        }
        let mut globals: FxHashMap<&str, ValueId> = FxHashMap::default();
        for (index, value) in (0..).zip(&facts.values) {
            if let Kind::Global(name) = &value.kind {
                globals.entry(name).or_insert(ValueId(index));
            }
        }
        let mut resolver = Resolver {
            facts,
            models,
            globals,
            unknown: Rc::new(Origin { root: Root::Unknown, steps: Vec::new() }),
            origins: RefCell::new(vec![None; facts.values.len()]),
            member_writes,
            global_writes,
            held: RefCell::default(),
            functions: RefCell::default(),
            depth: Cell::new(0),
            nested: Cell::new(0),
            spent: Cell::new(0),
            searched: Cell::new(0),
            entries: RefCell::default(),
            class_members: OnceCell::new(),
            call_sites: RefCell::default(),
            usage: OnceCell::new(),
            filled: FxHashMap::default(),
            statements: OnceCell::new(),
            holders: OnceCell::new(),
            entered: RefCell::default(),
        };
        let filled = resolver.find_filled();
        if !filled.is_empty() {
            // What was found out on the way does not know of it yet.
            resolver.held = RefCell::default();
            resolver.functions = RefCell::default();
            resolver.origins = RefCell::new(vec![None; facts.values.len()]);
        }
        for (target, call) in filled {
            match facts.kind(target) {
                Kind::Name(binding) => resolver.filled.entry(*binding).or_default().push(call),
                Kind::Member { object, name, .. } => {
                    if let Some(owner) = Owner::of(facts, *object) {
                        resolver.member_writes.entry((owner, name.as_str())).or_default().push(call);
                    }
                }
                _ => {}
            }
        }
        resolver
    }

    /// The models it knows callees by.
    pub fn models(&self) -> &'static Models {
        self.models
    }

    /// The facts it follows names in.
    pub fn facts(&self) -> &'f Facts {
        self.facts
    }

    /// Where a value comes from.
    pub fn origin(&self, value: ValueId) -> Rc<Origin<'f>> {
        self.origin_within(value, MAX_DEPTH)
    }

    fn origin_within(&self, value: ValueId, hops: usize) -> Rc<Origin<'f>> {
        if let Some(Some(origin)) = self.origins.borrow().get(value.index()) {
            return Rc::clone(origin);
        }
        let remember = |origin: Rc<Origin<'f>>| {
            if let Some(known) = self.origins.borrow_mut().get_mut(value.index()) {
                *known = Some(origin);
            }
        };
        let unknown = || Rc::clone(&self.unknown);
        if hops == 0 {
            return unknown();
        }
        // Stands while the origin is being found, so that a cycle ends.
        remember(unknown());
        let hops = hops - 1;
        let then = |from: ValueId, step: Step<'f>| Rc::new(self.origin_within(from, hops).then(step));
        let known = |origin: &Rc<Origin>| origin.root != Root::Unknown;
        // The best of several: one whose root is known, or else one that says at least how it ends.
        let best = |origins: Vec<Rc<Origin<'f>>>| {
            let found =
                origins.iter().position(known).or_else(|| origins.iter().position(|origin| !origin.steps.is_empty()));
            found.and_then(|index| origins.into_iter().nth(index))
        };
        let origin = match self.facts.kind(value) {
            Kind::Module(module) => Rc::new(Origin { root: Root::Module(module), steps: Vec::new() }),
            Kind::Import { module, member } => {
                Rc::new(Origin { root: Root::Module(module), steps: vec![Step::Member(member)] })
            }
            Kind::Global(name) => self
                .global_writes
                .get(name.as_str())
                .into_iter()
                .flatten()
                .map(|write| self.origin_within(*write, hops))
                .find(known)
                .unwrap_or_else(|| Rc::new(Origin { root: self.global(name), steps: Vec::new() })),
            Kind::Name(binding) => {
                let writes = self.facts.writes(value, *binding);
                let binding = &self.facts.bindings[binding.index()];
                let written = writes.iter().take(MAX_WRITES).map(|write| self.origin_within(*write, hops));
                let typed = binding.type_name.map(|type_name| then(type_name, Step::Instance)).filter(known);
                best(written.chain(typed).collect()).unwrap_or_else(unknown)
            }
            Kind::Member { object, name, .. } => {
                let held = self.held(*object, name);
                let held = held.iter().map(|held| self.origin_within(*held, hops)).find(known);
                held.or_else(|| self.typed_member(*object, name, hops))
                    .unwrap_or_else(|| then(*object, Step::Member(name)))
            }
            Kind::Call(call) => match self.wrapped(value, hops) {
                Some(inner) => self.origin_within(inner, hops),
                None => then(call.callee, Step::Call(value)),
            },
            Kind::Super(class) => match self.facts.classes[class.index()].extends {
                Some(extends) => then(extends, Step::Member("super")),
                None => unknown(),
            },
            Kind::Choice(choices) => {
                let origins = choices.iter().map(|choice| self.origin_within(*choice, hops));
                best(origins.collect()).unwrap_or_else(unknown)
            }
            _ => unknown(),
        };
        remember(Rc::clone(&origin));
        origin
    }

    /// Where a name comes from that the file does not bind. In JavaScript every module is asked for by its own name;
    /// elsewhere what a module exports can be known by its bare name, and a package's whole name be written where it is
    /// used.
    fn global(&self, name: &'f str) -> Root<'f> {
        if self.facts.language.is_javascript() {
            return Root::Global(name);
        }
        Root::Opened { name, modules: &self.facts.opened }
    }

    /// The origin of a member that has only a declared type: `this.jwt` with `constructor(private jwt: JwtService)`.
    fn typed_member(&self, object: ValueId, name: &str, hops: usize) -> Option<Rc<Origin<'f>>> {
        let origin = self.origin_within(self.declared_type(object, name)?, hops);
        (origin.root != Root::Unknown).then(|| Rc::new(origin.then(Step::Instance)))
    }

    /// The declared type of a member.
    fn declared_type(&self, object: ValueId, name: &str) -> Option<ValueId> {
        let class = self.class_of(object)?;
        self.class_members(class, name).iter().find_map(|member| member.type_name)
    }

    /// The members of a class that go by a name.
    fn class_members(&self, class: ClassId, name: &str) -> &[&'f ClassMember] {
        let all = self.class_members.get_or_init(|| {
            let by_name = |class: &'f Class| {
                let mut by_name: FxHashMap<&str, Vec<&ClassMember>> = FxHashMap::default();
                for member in &class.members {
                    let named = by_name.entry(&member.name).or_default();
                    if named.len() < MAX_WRITES {
                        named.push(member);
                    }
                }
                by_name
            };
            self.facts.classes.iter().map(by_name).collect()
        });
        all.get(class.index()).and_then(|members| members.get(name)).map_or(&[], Vec::as_slice)
    }

    fn class_of(&self, value: ValueId) -> Option<ClassId> {
        match self.facts.kind(value) {
            Kind::This(class) | Kind::Class(class) => Some(*class),
            Kind::Name(binding) => {
                let writes = self.facts.writes(value, *binding);
                let binding = &self.facts.bindings[binding.index()];
                let written = writes.iter().take(MAX_WRITES).find_map(|write| match self.facts.kind(*write) {
                    Kind::Class(class) => Some(*class),
                    Kind::Call(Call { callee, construct: true, .. }) => self.class_named_by(*callee),
                    _ => None,
                });
                written.or_else(|| self.class_named_by(binding.type_name?))
            }
            _ => None,
        }
    }

    /// The class of this file that a name is bound to.
    fn class_named_by(&self, name: ValueId) -> Option<ClassId> {
        let writes = match self.facts.kind(name) {
            Kind::Class(class) => return Some(*class),
            Kind::Name(binding) => &self.facts.bindings[binding.index()].writes,
            _ => return None,
        };
        writes.iter().take(FEW_STEPS).find_map(|write| match self.facts.kind(*write) {
            Kind::Class(class) => Some(*class),
            _ => None,
        })
    }

    /// What a call only gives back: `promisify(f)`, `f.bind(x)`, `Object.freeze(x)`.
    fn wrapped(&self, value: ValueId, hops: usize) -> Option<ValueId> {
        self.wrapper(value, hops).map(|(_, inner)| inner)
    }

    /// The wrapper a call is, if a model knows it as one, and what it gives back.
    fn wrapper(&self, value: ValueId, hops: usize) -> Option<(&'static Wrapper, ValueId)> {
        let call = self.facts.call(value)?;
        let origin = self.origin_within(call.callee, hops.checked_sub(1)?);
        let meant = |requires: &'static [Condition]| requires.iter().all(|condition| self.holds(value, condition));
        let wrapper = self.models.wrappers.find(&origin).find(|wrapper| meant(&wrapper.requires))?;
        let inner = match (&wrapper.value.argument, self.facts.kind(call.callee)) {
            (ArgumentName::This, Kind::Member { object, .. }) => Some(*object),
            (ArgumentName::Position(index), _) => call.arguments.get(*index).map(|argument| argument.value),
            _ => None,
        };
        inner.map(|inner| (wrapper, inner))
    }

    /// Whether a call gives one value where there is no other: `option.getOrElse(other)`.
    pub fn has_otherwise(&self, call: ValueId) -> bool {
        self.wrapper(call, MAX_HOPS).is_some_and(|(wrapper, _)| wrapper.otherwise.is_some())
    }

    fn place(&self, value: ValueId) -> Place {
        match self.facts.kind(value) {
            Kind::Name(binding) => Place::Name(*binding, self.facts.settled(value, *binding)),
            Kind::Global(name) => Place::Value(self.globals.get(name.as_str()).copied().unwrap_or(value)),
            _ => Place::Value(value),
        }
    }

    /// The values that are known to be held in `object` under `name`; `*` is every name.
    pub fn held(&self, object: ValueId, name: &'f str) -> Rc<[ValueId]> {
        self.once(&self.held, (self.place(object), name), |found| {
            self.search(|search| self.collect_held(object, name, MAX_HOPS, search, found));
        })
    }

    /// Looks for the answer to one question, with as many steps as are left for it.
    fn search<T>(&self, find: impl FnOnce(&mut Search) -> T) -> T {
        let steps = if self.searched.get() < MAX_SPENT { MAX_STEPS } else { FEW_STEPS };
        let mut search = Search { seen: FxHashSet::default(), steps };
        let found = find(&mut search);
        self.searched.set(self.searched.get() + steps - search.steps);
        found
    }

    /// The entries of an object or list by name, where there are many.
    fn entries(&self, value: ValueId, count: usize) -> Option<Rc<Entries<'f>>> {
        let find = || Rc::new(Entries::of(self.facts, value));
        (count > MANY_ENTRIES).then(|| Rc::clone(self.entries.borrow_mut().entry(value).or_insert_with(find)))
    }

    /// The answer to a question that is asked again and again, found once. While it is being found the answer is that
    /// there is none, so that code which goes round in a circle ends; so it is where one question leads to another too
    /// often.
    fn once<K: Hash + Eq + Copy, T: Clone>(
        &self,
        known: &Answers<K, T>,
        question: K,
        find: impl FnOnce(&mut Vec<T>),
    ) -> Rc<[T]> {
        if let Some(answer) = known.borrow().get(&question) {
            return Rc::clone(answer);
        }
        if self.depth.get() >= MAX_DEPTH {
            return Rc::default();
        }
        known.borrow_mut().insert(question, Rc::default());
        self.depth.set(self.depth.get() + 1);
        let mut found = Vec::new();
        find(&mut found);
        self.depth.set(self.depth.get() - 1);
        let answer: Rc<[T]> = found.into();
        known.borrow_mut().insert(question, Rc::clone(&answer));
        answer
    }

    fn collect_held(&self, object: ValueId, name: &'f str, hops: usize, search: &mut Search, found: &mut Vec<ValueId>) {
        if hops == 0 || !search.enters(self.place(object)) {
            return;
        }
        let hops = hops - 1;
        let writes = |owner: Owner<'f>, found: &mut Vec<ValueId>| {
            if let Some(values) = self.member_writes.get(&(owner, name)) {
                found.extend(values.iter().take(MAX_WRITES).copied());
            }
        };
        match self.facts.kind(object) {
            Kind::Object(properties) => {
                let known = self.entries(object, properties.len()).filter(|_| name != "*");
                // The last entry of a name counts.
                let positions: Vec<usize> = match &known {
                    Some(known) => {
                        let last = known.named.get(name).and_then(|positions| positions.last()).copied();
                        let spread = known.spread.iter().rev().copied().take(search.steps);
                        spread.take_while(|index| last.is_none_or(|last| *index > last)).chain(last).collect()
                    }
                    None => (0..properties.len()).rev().take(MAX_STEPS).collect(),
                };
                for property in positions.into_iter().filter_map(|index| properties.get(index)) {
                    if property.spread {
                        self.collect_held(property.value, name, hops, search, found);
                    } else if property.key.as_deref() == Some(name) || name == "*" {
                        found.push(property.value);
                    } else {
                        continue;
                    }
                    if name != "*" && !found.is_empty() {
                        break;
                    }
                }
            }
            Kind::List(items) => {
                if name == "*" {
                    found.extend(items.iter().take(MAX_STEPS).copied());
                } else if let Ok(index) = name.parse::<usize>() {
                    found.extend(items.get(index));
                } else if let Some(known) = self.entries(object, items.len()) {
                    let positions = known.named.get(name).into_iter().flatten().take(MAX_WRITES);
                    found.extend(positions.filter_map(|index| Some(pair(self.facts, *items.get(*index)?)?.1)));
                } else {
                    let pairs = items.iter().filter_map(|item| pair(self.facts, *item));
                    found.extend(pairs.filter(|(key, _)| *key == name).map(|(_, value)| value));
                }
            }
            Kind::Name(binding) => {
                let owner = Owner::Binding(*binding);
                let held = self.facts.writes(object, *binding);
                let binding = &self.facts.bindings[binding.index()];
                for write in held.iter().take(MAX_WRITES) {
                    self.collect_held(*write, name, hops, search, found);
                }
                writes(owner, found);
                if found.is_empty()
                    && let Some(type_name) = binding.type_name
                {
                    self.collect_held(type_name, name, hops, search, found);
                }
            }
            Kind::Global(global) => {
                for write in self.global_writes.get(global.as_str()).into_iter().flatten().take(MAX_WRITES) {
                    self.collect_held(*write, name, hops, search, found);
                }
                writes(Owner::Global(global), found);
            }
            Kind::Member { object: outer, name: member, .. } => {
                for value in self.held(*outer, member).iter() {
                    self.collect_held(*value, name, hops, search, found);
                }
                if let Some(owner) = Owner::of(self.facts, object) {
                    writes(owner, found);
                }
                if found.is_empty()
                    && let Some(type_name) = self.declared_type(*outer, member)
                {
                    self.collect_held(type_name, name, hops, search, found);
                }
            }
            Kind::Choice(choices) => {
                for choice in choices.iter().take(search.steps) {
                    self.collect_held(*choice, name, hops, search, found);
                }
            }
            Kind::Function(function) => {
                for value in self.given_by(*function) {
                    self.collect_held(value, name, hops, search, found);
                }
            }
            Kind::Class(class) | Kind::This(class) => {
                let class_facts = &self.facts.classes[class.index()];
                found.extend(self.class_members(*class, name).iter().filter_map(|member| member.value));
                writes(Owner::Class(*class), found);
                if found.is_empty()
                    && let Some(extends) = class_facts.extends
                {
                    self.collect_held(extends, name, hops, search, found);
                }
            }
            Kind::Call(call) => {
                if let Some(inner) = self.wrapped(object, hops) {
                    self.collect_held(inner, name, hops, search, found);
                } else if self.is_assign(call) {
                    for argument in call.arguments.iter().rev().take(search.steps) {
                        self.collect_held(argument.value, name, hops, search, found);
                    }
                } else if call.construct {
                    let given = call.arguments.iter().filter(|argument| argument.name.as_deref() == Some(name));
                    found.extend(given.map(|argument| argument.value));
                    if found.is_empty() {
                        self.collect_held(call.callee, name, hops, search, found);
                    }
                } else {
                    let functions = self.functions(call.callee);
                    // The first of what some other function returns is what it is called for.
                    if functions.is_empty() && self.result(object, name) == Some(0) {
                        found.push(object);
                    }
                    for function in functions.iter() {
                        for value in self.facts.functions[function.index()].returns.iter().take(MAX_WRITES) {
                            self.collect_held(*value, name, hops, search, found);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Which of several values that a call returns a member stands for, in a language where calls return several.
    pub fn result(&self, object: ValueId, name: &str) -> Option<usize> {
        let several = self.facts.language == Language::Go && matches!(self.facts.kind(object), Kind::Call(_));
        name.parse().ok().filter(|_| several)
    }

    /// `Object.assign(...)`, whose arguments' members it returns.
    fn is_assign(&self, call: &Call) -> bool {
        matches!(self.facts.kind(call.callee), Kind::Member { object, name, .. }
            if name == "assign" && matches!(self.facts.kind(*object), Kind::Global(global) if global == "Object"))
    }

    /// The functions of this file a callee can be.
    pub fn functions(&self, callee: ValueId) -> Rc<[FunctionId]> {
        self.once(&self.functions, self.place(callee), |found| {
            self.search(|search| self.collect_functions(callee, MAX_HOPS, search, found));
        })
    }

    fn collect_functions(&self, value: ValueId, hops: usize, search: &mut Search, found: &mut Vec<FunctionId>) {
        if hops == 0 || !search.enters(self.place(value)) {
            return;
        }
        let hops = hops - 1;
        match self.facts.kind(value) {
            Kind::Function(function) => found.push(*function),
            Kind::Name(binding) => {
                for write in self.facts.writes(value, *binding).iter().take(MAX_WRITES) {
                    self.collect_functions(*write, hops, search, found);
                }
            }
            Kind::Global(name) => {
                for write in self.global_writes.get(name.as_str()).into_iter().flatten().take(MAX_WRITES) {
                    self.collect_functions(*write, hops, search, found);
                }
            }
            Kind::Member { object, name, .. } => {
                for held in self.held(*object, name).iter() {
                    self.collect_functions(*held, hops, search, found);
                }
            }
            Kind::Choice(choices) => {
                for choice in choices.iter().take(search.steps) {
                    self.collect_functions(*choice, hops, search, found);
                }
            }
            _ => {}
        }
    }

    /// The calls of a function of this file.
    fn calls_of(&self, function: FunctionId) -> Rc<[ValueId]> {
        if let Some(sites) = self.call_sites.borrow().as_ref() {
            return sites.get(&function).map(Rc::clone).unwrap_or_default();
        }
        *self.call_sites.borrow_mut() = Some(CallSites::default());
        let mut sites: FxHashMap<FunctionId, Vec<ValueId>> = FxHashMap::default();
        for id in &self.facts.calls {
            if let Some(call) = self.facts.call(*id) {
                for function in self.functions(call.callee).iter() {
                    sites.entry(*function).or_default().push(*id);
                }
                for function in call.construct.then(|| self.constructors(call.callee)).into_iter().flatten() {
                    sites.entry(function).or_default().push(*id);
                }
            }
        }
        let sites: CallSites = sites.into_iter().map(|(function, calls)| (function, calls.into())).collect();
        let calls = sites.get(&function).map(Rc::clone).unwrap_or_default();
        *self.call_sites.borrow_mut() = Some(sites);
        calls
    }

    /// The constructors of this file that a construction can call.
    fn constructors(&self, callee: ValueId) -> Vec<FunctionId> {
        let classes = self.constants(callee).into_iter().filter_map(|class| match self.facts.kind(class) {
            Kind::Class(class) => Some(*class),
            _ => None,
        });
        let named = classes.flat_map(|class| {
            CONSTRUCTORS.into_iter().flat_map(move |constructor| self.class_members(class, constructor))
        });
        let functions = named.filter_map(|member| match self.facts.kind(member.value?) {
            Kind::Function(function) => Some(*function),
            _ => None,
        });
        functions.collect()
    }

    /// What the calls of this file give to a parameter, each with the call.
    pub fn given_to(&self, parameter: ValueId) -> Vec<(ValueId, ValueId)> {
        let Kind::Name(binding) = self.facts.kind(parameter) else { return Vec::new() };
        let binding = &self.facts.bindings[binding.index()];
        let Some((function, position)) = binding.parameter else { return Vec::new() };
        let calls = self.calls_of(function);
        calls
            .iter()
            .take(MAX_CALLERS)
            .filter_map(|call| Some((*call, self.argument(*call, position, &binding.name)?)))
            .collect()
    }

    /// What a call gives to a parameter, by its position or its name. Of a variable's name a dollar sign is no part here.
    fn argument(&self, call: ValueId, position: usize, name: &str) -> Option<ValueId> {
        let name = name.trim_start_matches('$');
        let arguments = &self.facts.call(call)?.arguments;
        let named = arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
        let argument = named.or_else(|| arguments.get(position).filter(|argument| argument.name.is_none()))?;
        (!argument.spread).then_some(argument.value)
    }

    /// What is written to a field of an instance after it was made: `o = new Options(); o.key = value`.
    fn written_later(&self, construction: ValueId, name: &'f str) -> Option<ValueId> {
        let holders = self.holders.get_or_init(|| {
            let mut holders: FxHashMap<ValueId, BindingId> = FxHashMap::default();
            for (index, binding) in (0..).zip(&self.facts.bindings) {
                for write in &binding.writes {
                    holders.entry(*write).or_insert(BindingId(index));
                }
            }
            holders
        });
        let writes = self.member_writes.get(&(Owner::Binding(*holders.get(&construction)?), name))?;
        writes.last().copied()
    }

    /// What a call of `get` takes an entry of, and the entry's name: `header.get('alg')`.
    pub fn entry_taken(&self, call: ValueId) -> Option<(ValueId, &'f str)> {
        let call = self.facts.call(call)?;
        match (self.facts.kind(call.callee), self.facts.kind(call.arguments.first()?.value)) {
            (Kind::Member { object, name, .. }, Kind::Literal(entry)) if name == "get" => Some((*object, entry)),
            _ => None,
        }
    }

    /// What stands where `locator` points to in a call.
    pub fn locate(&self, call: ValueId, locator: &'static Locator) -> Located {
        let call_at = match &locator.method {
            None => call,
            Some(method) => match self.earlier_call(call, method) {
                Earlier::Call(earlier) => earlier,
                Earlier::Unseen => return Located::Unknown,
                Earlier::Absent => return Located::Absent,
            },
        };
        let Some(target) = self.facts.call(call_at) else { return Located::Unknown };
        let mut any = Vec::new();
        let argument = match &locator.argument {
            ArgumentName::Any => {
                for argument in target.arguments.iter().filter(|argument| argument.name.is_none()) {
                    match argument.spread {
                        true => any.extend(self.held(argument.value, "*").iter().copied()),
                        false => any.push(argument.value),
                    }
                }
                any.first().copied()
            }
            ArgumentName::This => match self.facts.kind(target.callee) {
                Kind::Member { object, .. } => Some(*object),
                _ => None,
            },
            ArgumentName::Result => Some(call),
            ArgumentName::Keyword(name) => {
                let named = target.arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
                let given = named.map(|argument| argument.value);
                given.or_else(|| target.construct.then(|| self.written_later(call_at, name)).flatten())
            }
            ArgumentName::Position(index) => {
                if target.arguments.iter().take(index + 1).any(|argument| argument.spread) {
                    return Located::Unknown;
                }
                let positional = target.arguments.get(*index).filter(|argument| argument.name.is_none());
                positional.map(|argument| argument.value)
            }
        };
        let Some(argument) = argument else { return Located::Absent };
        let mut values = if any.is_empty() { vec![argument] } else { any };
        for member in &locator.members {
            let mut next = Vec::new();
            let mut unknown = false;
            for value in values {
                match self.member_of(value, member) {
                    Located::Values(found) => next.extend(found),
                    Located::Unknown => unknown = true,
                    Located::Absent => {}
                }
            }
            if next.is_empty() {
                return if unknown { Located::Unknown } else { Located::Absent };
            }
            values = next;
        }
        let absent = values.iter().all(|value| matches!(self.facts.kind(*value), Kind::Null));
        if absent { Located::Absent } else { Located::Values(values) }
    }

    /// A member of an option object, told from one that is not there and one that cannot be seen.
    fn member_of(&self, object: ValueId, name: &'f str) -> Located {
        let found = self.held(object, name);
        if found.is_empty() {
            let absent = self.lacks(object, &mut FxHashSet::default());
            return if absent { Located::Absent } else { Located::Unknown };
        }
        Located::Values(found.to_vec())
    }

    /// Whether an object of which nothing is known to be held under some name can be seen whole, so that it holds
    /// nothing there.
    fn lacks(&self, object: ValueId, seen: &mut FxHashSet<Place>) -> bool {
        // What is being looked at already says nothing against it.
        if !seen.insert(self.place(object)) {
            return true;
        }
        if seen.len() > MAX_DEPTH {
            return false;
        }
        let mut all = |values: &[ValueId]| values.iter().all(|value| self.lacks(*value, seen));
        match self.facts.kind(object) {
            // What a spread brings is only known if all of it is.
            Kind::Object(properties) => properties.iter().all(|property| match property.spread {
                true => all(&[property.value]),
                false => property.key.is_some(),
            }),
            // A callback stands where the options would, unless it gives them.
            Kind::Function(function) if self.gives_object(*function) => all(&self.given_by(*function)),
            Kind::Function(_) | Kind::Class(_) | Kind::Null | Kind::List(_) => true,
            Kind::Literal(_) | Kind::Number(_) | Kind::Boolean(_) | Kind::Concat(_) => true,
            Kind::Name(binding) => {
                let writes = self.facts.writes(object, *binding);
                let binding = &self.facts.bindings[binding.index()];
                match writes {
                    [] => is_callback_name(&binding.name),
                    writes => all(writes),
                }
            }
            Kind::Choice(choices) => all(choices),
            // What is made of named fields alone has no others.
            Kind::Call(call) if call.construct && call.arguments.iter().any(|argument| argument.name.is_some()) => {
                call.arguments.iter().all(|argument| argument.name.is_some())
            }
            Kind::Call(call) if self.is_assign(call) => {
                call.arguments.iter().all(|argument| !argument.spread && all(&[argument.value]))
            }
            Kind::Call(call) => match self.wrapped(object, MAX_HOPS) {
                Some(inner) => all(&[inner]),
                // `asyncHandler((err, payload) => ...)`: a callback that is wrapped up.
                None => call.arguments.iter().any(|argument| self.is_callback(argument.value)),
            },
            Kind::Member { object, name: member, .. } => {
                let held = self.held(*object, member);
                !held.is_empty() && all(&held)
            }
            _ => false,
        }
    }

    /// Whether a value is a function that is given an error first, as callbacks are.
    fn is_callback(&self, value: ValueId) -> bool {
        let Kind::Function(function) = self.facts.kind(value) else { return false };
        let first = self.facts.functions[function.index()].parameters.first().copied().flatten();
        first.is_some_and(|first| {
            matches!(self.facts.bindings[first.index()].name.trim_start_matches('_'), "err" | "error" | "e")
        })
    }

    /// Whether a function gives an object, as one does that makes options.
    fn gives_object(&self, function: FunctionId) -> bool {
        self.given_by(function)
            .iter()
            .flat_map(|value| self.constants(*value))
            .any(|value| matches!(self.facts.kind(value), Kind::Object(_)))
    }

    /// The call of `method` on the chain that leads to `call`, the constructor of the chain's first object included.
    fn earlier_call(&self, call: ValueId, method: &str) -> Earlier {
        let Some(callee) = self.facts.call(call).map(|call| call.callee) else { return Earlier::Absent };
        let origin = self.origin(callee);
        let mut name: Option<&str> = match &origin.root {
            Root::Global(name) | Root::Opened { name, .. } => Some(name),
            _ => None,
        };
        let mut found = Earlier::Absent;
        for step in &origin.steps {
            match step {
                Step::Member(member) => name = Some(member),
                Step::Call(id) if name == Some(method) => found = Earlier::Call(*id),
                Step::Instance if name == Some(method) => found = Earlier::Unseen,
                Step::Call(_) | Step::Instance => {}
            }
        }
        match (found, self.statement(call, method)) {
            (Earlier::Absent, Some(statement)) => Earlier::Call(statement),
            (found, _) => found,
        }
    }

    /// The call of `method` in a statement of its own, on what the chain that leads to `call` begins with or goes over.
    fn statement(&self, call: ValueId, method: &str) -> Option<ValueId> {
        let statements = self.statements.get_or_init(|| {
            let mut statements = FxHashMap::default();
            for id in &self.facts.calls {
                let callee = self.facts.call(*id).map(|call| self.facts.kind(call.callee));
                let Some(Kind::Member { object, name, .. }) = callee else { continue };
                let places = [Some(*object), self.links(*id).last()].into_iter().flatten();
                for object in places.filter(|object| !self.is_imported(*object)) {
                    statements.entry((self.place(object), name.as_str())).or_insert(*id);
                }
            }
            statements
        });
        let links = self.links(call).filter(|link| !self.is_imported(*link));
        links.into_iter().find_map(|link| statements.get(&(self.place(link), method)).copied())
    }

    /// What the calls of a chain are called on, from the last one to what the chain begins with.
    fn links(&self, call: ValueId) -> impl Iterator<Item = ValueId> {
        let before = |value: &ValueId| match self.facts.kind(*value) {
            Kind::Call(call) => match self.facts.kind(call.callee) {
                Kind::Member { object, .. } => Some(*object),
                _ => None,
            },
            Kind::Choice(choices) => choices.first().filter(|_| choices.len() == 1).copied(),
            _ => None,
        };
        std::iter::successors(before(&call), before).take(MAX_CHAIN)
    }

    /// Whether a value is a name of something that is imported, and so no object of this file's.
    fn is_imported(&self, value: ValueId) -> bool {
        if !matches!(self.facts.kind(value), Kind::Name(_)) {
            return false;
        }
        let origin = self.origin(value);
        let member = |step: &Step| matches!(step, Step::Member(_));
        origin.module().is_some() && origin.steps.iter().all(member)
    }

    /// Whether a condition of a model holds for a call.
    pub fn holds(&self, call: ValueId, condition: &'static Condition) -> bool {
        condition.at.as_slice().iter().any(|locator| {
            let located = self.locate(call, locator);
            if let Some(present) = condition.present {
                return match located {
                    Located::Absent => !present,
                    Located::Values(_) => present,
                    Located::Unknown => false,
                };
            }
            located.values().into_iter().any(|value| {
                condition.equals.as_ref().is_none_or(|expected| self.equals(value, expected))
                    && (condition.reads.as_slice().is_empty() || self.reads(value, condition.reads.as_slice()))
                    && condition.truthy.is_none_or(|expected| self.truth(value) == Some(expected))
                    && (condition.from.as_slice().is_empty()
                        || condition.from.as_slice().iter().any(|source| self.comes_from(value, source)))
            })
        })
    }

    /// Whether a value is a function that reads one of these members of its first parameter, or hands it to somebody who
    /// may; or what a call returned of which one of these is read.
    fn reads(&self, value: ValueId, paths: &[String]) -> bool {
        self.constants(value).into_iter().any(|constant| match self.facts.kind(constant) {
            Kind::Function(function) => self.reads_parameter(*function, paths),
            Kind::Call(_) => {
                let names = self.usage().bound.get(&constant);
                names.into_iter().flatten().any(|name| self.is_read(*name, paths))
            }
            _ => false,
        })
    }

    fn reads_parameter(&self, function: FunctionId, paths: &[String]) -> bool {
        self.search(|search| {
            let mut seen = FxHashSet::default();
            let mut open = vec![(function, 0)];
            for handed in 0..=MAX_HANDED {
                let mut next = Vec::new();
                for (function, position) in std::mem::take(&mut open) {
                    if search.steps == 0 || !seen.insert((function, position)) {
                        continue;
                    }
                    search.steps -= 1;
                    let parameter = self.facts.functions[function.index()].parameters.get(position);
                    let Some(Some(parameter)) = parameter else { continue };
                    if self.is_read(*parameter, paths) {
                        return true;
                    }
                    if handed == MAX_HANDED {
                        continue;
                    }
                    for (call, position) in self.usage().given.get(parameter).into_iter().flatten().take(MAX_WRITES) {
                        let functions = self.functions(*call);
                        if functions.is_empty() {
                            return true;
                        }
                        next.extend(functions.iter().map(|function| (*function, *position)));
                    }
                }
                open = next;
            }
            false
        })
    }

    /// Whether one of these members of a name is read.
    fn is_read(&self, name: BindingId, paths: &[String]) -> bool {
        let members = self.usage().members.get(&name).into_iter().flatten().take(MAX_STEPS);
        members.into_iter().any(|member| paths.iter().any(|path| self.ends_in(*member, path)))
    }

    /// Whether the last members that lead to a value are these.
    fn ends_in(&self, value: ValueId, path: &str) -> bool {
        let mut value = value;
        path.rsplit('.').all(|expected| match self.facts.kind(value) {
            Kind::Member { object, name, .. } if name == expected => {
                value = *object;
                true
            }
            _ => false,
        })
    }

    fn usage(&self) -> &Usage {
        self.usage.get_or_init(|| {
            let mut usage = Usage::default();
            for (index, value) in (0..).zip(&self.facts.values) {
                if let Kind::Member { object, .. } = &value.kind {
                    // Of a longer way only its first steps are looked at.
                    let mut root = *object;
                    for _ in 0..4 {
                        let Kind::Member { object, .. } = self.facts.kind(root) else { break };
                        root = *object;
                    }
                    if let Kind::Name(name) = self.facts.kind(root) {
                        usage.members.entry(*name).or_default().push(ValueId(index));
                    }
                }
            }
            for (index, binding) in (0..).zip(&self.facts.bindings) {
                for write in &binding.writes {
                    let from = match self.facts.kind(*write) {
                        Kind::Member { object, name, .. } if self.result(*object, name) == Some(0) => *object,
                        _ => *write,
                    };
                    usage.bound.entry(from).or_default().push(BindingId(index));
                }
            }
            for id in &self.facts.calls {
                let Some(call) = self.facts.call(*id) else { continue };
                if let Kind::Name(name) = self.facts.kind(call.callee) {
                    usage.called.entry(*name).or_default().push(*id);
                }
                for (position, argument) in call.arguments.iter().enumerate() {
                    if let Kind::Name(name) = self.facts.kind(argument.value) {
                        usage.given.entry(*name).or_default().push((call.callee, position));
                    }
                }
            }
            usage
        })
    }

    fn comes_from(&self, value: ValueId, source: &Provenance) -> bool {
        let origin = self.origin(value);
        match &source.path {
            Some(path) => origin.is(std::slice::from_ref(&source.package), false, path),
            None => origin.is_in(&source.package),
        }
    }

    /// Whether the language takes a value for true, if it can be told.
    fn truth(&self, value: ValueId) -> Option<bool> {
        let truths = self.constants(value).into_iter().map(|constant| match self.facts.kind(constant) {
            Kind::Literal(text) => Some(!text.is_empty()),
            Kind::Number(number) => number.parse::<f64>().ok().map(|number| number != 0.0),
            Kind::Boolean(truth) => Some(*truth),
            Kind::Null => Some(false),
            Kind::Object(_) | Kind::List(_) | Kind::Function(_) | Kind::Class(_) => Some(true),
            _ => None,
        });
        let mut truths: Vec<Option<bool>> = truths.collect();
        truths.dedup();
        match truths.as_slice() {
            [only] => *only,
            _ => None,
        }
    }

    /// Whether a value can be this literal, number or truth value; of a list, one of these.
    pub fn equals(&self, value: ValueId, expected: &toml::Value) -> bool {
        match expected {
            toml::Value::Boolean(expected) => self.constants(value).iter().any(|constant| {
                matches!(self.facts.kind(*constant), Kind::Boolean(actual) if actual == expected)
            }),
            toml::Value::Integer(expected) => self.constants(value).iter().any(|constant| {
                matches!(self.facts.kind(*constant), Kind::Number(actual) if actual.parse() == Ok(*expected))
            }),
            toml::Value::String(expected) => self.texts(value).iter().any(|(text, _)| text == expected),
            toml::Value::Array(several) => several.iter().any(|expected| self.equals(value, expected)),
            _ => false,
        }
    }

    /// The constants a value can be, through names.
    pub fn constants(&self, value: ValueId) -> Vec<ValueId> {
        let mut found = Vec::new();
        let mut open = vec![value];
        self.search(|search| {
            while let Some(value) = open.pop().filter(|_| search.steps > 0) {
                if !search.enters(self.place(value)) {
                    continue;
                }
                let most = search.steps.min(MAX_WRITES);
                match self.facts.kind(value) {
                    Kind::Name(binding) => open.extend(self.facts.writes(value, *binding).iter().take(most)),
                    Kind::Choice(choices) => open.extend(choices.iter().take(most)),
                    Kind::Member { object, name, .. } => open.extend(self.held(*object, name).iter().take(most)),
                    _ => found.push(value),
                }
            }
        });
        found
    }

    /// The strings a value can be, with where each stands. A symbol (`:name`, in Ruby and Elixir) reads as its name,
    /// though it is no string that could be a key.
    pub fn texts(&self, value: ValueId) -> Vec<(String, ValueId)> {
        self.ends(value)
            .into_iter()
            .filter_map(|resolved| match resolved.end {
                End::Literal(literal) => Some((literal.text, literal.value)),
                End::Unknown(end) => match self.facts.kind(end) {
                    Kind::Global(name) => Some((name.strip_prefix(':')?.to_owned(), end)),
                    _ => None,
                },
                _ => None,
            })
            .collect()
    }

    /// The name a value is reached by here.
    pub fn name_of(&self, value: ValueId) -> Option<&'f str> {
        match self.facts.kind(value) {
            Kind::Name(binding) => Some(&self.facts.bindings[binding.index()].name),
            Kind::Member { name, .. } | Kind::Global(name) => Some(name),
            _ => None,
        }
    }

    /// What a value comes down to, every alternative.
    pub fn ends(&self, value: ValueId) -> Vec<Resolved> {
        // What a call means can depend on what its arguments come down to, which is found by a walk of its own. Such
        // walks are shorter, and end where they would go round in a circle.
        let Some(steps) = NESTED_STEPS.get(self.nested.get()) else { return Vec::new() };
        self.nested.set(self.nested.get() + 1);
        let spent = self.spent.get();
        let steps = if spent < MAX_SPENT { *steps } else { FEW_STEPS.min(*steps) };
        let mut walk = Walk { resolver: self, open: Vec::new(), steps };
        let ends = walk.value(value, MAX_HOPS);
        self.spent.set(self.spent.get() + steps - walk.steps);
        self.nested.set(self.nested.get() - 1);
        ends
    }

    /// The conversion a call is, if a model knows it as one.
    pub fn conversion(&self, call: ValueId) -> Option<&'static Conversion> {
        let origin = self.origin(self.facts.call(call)?.callee);
        let meant =
            |conversion: &&'static Conversion| conversion.requires.iter().all(|condition| self.holds(call, condition));
        self.models.conversions.find(&origin).find(meant)
    }

    /// How a conversion reads the text it is given.
    fn encoding(&self, call: ValueId, conversion: &'static Conversion) -> Encoding {
        let named = conversion.encoding_at.as_ref().and_then(|locator| {
            let values = self.locate(call, locator).values();
            let (text, _) = values.into_iter().find_map(|value| self.texts(value).into_iter().next())?;
            Some(match text.to_ascii_lowercase().as_str() {
                "base64" => Encoding::Base64,
                "base64url" => Encoding::Base64url,
                "hex" => Encoding::Hex,
                _ => Encoding::Utf8,
            })
        });
        named.unwrap_or(conversion.encoding)
    }

    /// The source of guessable values that the callee of a call, or a value that is read, is.
    fn random_source(&self, read: ValueId, call: Option<ValueId>) -> Option<&'static Source> {
        let meant = |source: &&'static Source| {
            call.is_none_or(|call| source.requires.iter().all(|condition| self.holds(call, condition)))
        };
        vocabulary::random(self.facts.language.family())?.index.find(&self.origin(read)).find(meant)
    }

    /// What calls of the language's own write into, each with the call: `rand.Read(key)`,
    /// `flag.StringVar(&config.Secret, "jwt-secret", "", "")`.
    fn find_filled(&self) -> Vec<(ValueId, ValueId)> {
        let family = self.facts.language.family();
        let random = vocabulary::random(family).filter(|random| random.fills);
        let environment = vocabulary::environment(family).filter(|environment| environment.fills);
        let mut filled = Vec::new();
        if random.is_none() && environment.is_none() {
            return filled;
        }
        for id in &self.facts.calls {
            let Some(call) = self.facts.call(*id) else { continue };
            let origin = self.origin(call.callee);
            let sources = random.into_iter().flat_map(|random| random.index.find(&origin)).map(|source| &source.fills);
            let look_ups = environment.into_iter().flat_map(|environment| environment.lookup_index.find(&origin));
            for place in sources.chain(look_ups.map(|look_up| &look_up.fills)).flatten() {
                filled.extend(self.locate(*id, place).values().into_iter().map(|target| (target, *id)));
            }
        }
        filled
    }

    /// The variable of the environment that a member is.
    fn variable(&self, object: ValueId, name: &str) -> Option<String> {
        // Which one it is may not be known.
        self.is_environment(object).then(|| if name == "*" { String::new() } else { name.to_owned() })
    }

    /// Whether the members of a value are variables of the environment.
    fn is_environment(&self, value: ValueId) -> bool {
        let Some(environment) = vocabulary::environment(self.facts.language.family()) else { return false };
        let origin = self.origin(value);
        let exports = origin.steps.is_empty() && origin.module().is_some_and(|module| environment.exports(module));
        exports || environment.root_index.find(&origin).next().is_some()
    }

    /// The variable an import is, from a module whose exports are variables.
    fn imported_variable(&self, module: &str, member: &str) -> Option<String> {
        vocabulary::environment(self.facts.language.family())?.exports(module).then(|| member.to_owned())
    }

    /// The look-up of the environment that a call is: the variable's name, and what it falls back to.
    pub fn look_up(&self, call: ValueId) -> Option<(String, Vec<ValueId>)> {
        let environment = vocabulary::environment(self.facts.language.family())?;
        let origin = self.origin(self.facts.call(call)?.callee);
        for look_up in environment.lookup_index.find(&origin) {
            if let Some(place) = &look_up.environment
                && !self.locate(call, place).values().into_iter().any(|value| self.is_environment(value))
            {
                continue;
            }
            let names = self.locate(call, &look_up.name).values();
            let name = names.into_iter().find_map(|name| self.texts(name).into_iter().next());
            if let Some((name, _)) = name {
                let fallback = look_up
                    .fallback
                    .as_slice()
                    .iter()
                    .flat_map(|locator| self.locate(call, locator).values())
                    .collect();
                return Some((name, fallback));
            }
        }
        let default = environment.default_index.find(&origin).next()?;
        let values: Vec<ValueId> =
            default.value.as_slice().iter().flat_map(|locator| self.locate(call, locator).values()).collect();
        (!values.is_empty()).then(|| (String::new(), values))
    }

    /// What a function given in place of a value gives: what it returns, and what it hands to its callback.
    fn given_by(&self, function: FunctionId) -> Vec<ValueId> {
        let function_facts = &self.facts.functions[function.index()];
        let mut values: Vec<ValueId> = function_facts.returns.iter().take(MAX_WRITES).copied().collect();
        if let Some(callback) = function_facts.parameters.last().copied().flatten() {
            let calls = self.usage().called.get(&callback).into_iter().flatten().take(MAX_CALLERS);
            for call in calls.filter_map(|call| self.facts.call(*call)) {
                // The first argument of a callback is the error.
                values.extend(call.arguments.iter().skip(1).take(MAX_WRITES).map(|argument| argument.value));
            }
        }
        values
    }
}

fn is_callback_name(name: &str) -> bool {
    matches!(name, "cb" | "callback" | "done" | "next" | "fn" | "resolve" | "reject")
}

/// One walk from a value to its ends.
struct Walk<'r, 'f> {
    resolver: &'r Resolver<'f>,
    /// The values on the way from the first to here.
    open: Vec<Place>,
    /// How many more values may be looked at.
    steps: usize,
}

impl<'f> Walk<'_, 'f> {
    fn value(&mut self, value: ValueId, hops: usize) -> Vec<Resolved> {
        if self.steps == 0 {
            return Vec::new();
        }
        // To come to an end is a step too, or names that are written thousands of times would take forever.
        self.steps -= 1;
        let place = self.resolver.place(value);
        if hops == 0 || self.open.contains(&place) {
            return Vec::new();
        }
        self.open.push(place);
        let ends = self.follow(value, hops - 1);
        self.open.pop();
        ends
    }

    fn end(end: End) -> Vec<Resolved> {
        vec![Resolved {
            end,
            hops: Vec::new(),
            fallback: false,
            fallback_of: None,
            encodings: Vec::new(),
            asymmetric: false,
        }]
    }

    fn hop(mut ends: Vec<Resolved>, over: ValueId) -> Vec<Resolved> {
        for resolved in &mut ends {
            resolved.hops.insert(0, over);
        }
        ends
    }

    /// All of several values together.
    fn union(&mut self, values: &[ValueId], hops: usize) -> Vec<Resolved> {
        let mut all = Vec::new();
        for value in values {
            if self.steps == 0 {
                break;
            }
            all.extend(self.value(*value, hops));
        }
        all
    }

    /// All alternatives together. A literal beside a look-up is what the look-up falls back to.
    fn alternatives(&mut self, values: &[ValueId], hops: usize) -> Vec<Resolved> {
        let mut groups = Vec::new();
        for value in values {
            if self.steps == 0 {
                break;
            }
            groups.push(self.value(*value, hops));
        }
        let look_up = |group: &[Resolved]| {
            group.iter().find_map(|resolved| match &resolved.end {
                End::Environment(name) => Some(Some(name.clone())),
                // A setting that is read, not a call whose result may be anything.
                End::LookUp(value) if matches!(self.resolver.facts.kind(*value), Kind::Member { .. }) => Some(None),
                _ => None,
            })
        };
        // The first two are enough to know for each group one that is not its own.
        let look_ups = groups.iter().enumerate().filter_map(|(index, group)| Some((index, look_up(group)?)));
        let look_ups: Vec<(usize, Option<String>)> = look_ups.take(2).collect();
        let mut all = Vec::new();
        for (index, mut group) in groups.into_iter().enumerate() {
            if let Some((_, name)) = look_ups.iter().find(|(other, _)| *other != index) {
                for resolved in &mut group {
                    if matches!(resolved.end, End::Literal(_)) {
                        resolved.fallback = true;
                        resolved.fallback_of = resolved.fallback_of.take().or_else(|| name.clone());
                    }
                }
            }
            all.extend(group);
        }
        all
    }

    fn follow(&mut self, value: ValueId, hops: usize) -> Vec<Resolved> {
        let resolver = self.resolver;
        let facts = resolver.facts;
        match facts.kind(value) {
            Kind::Literal(text) => {
                Self::end(End::Literal(Literal { text: text.clone(), span: facts.value(value).span, value }))
            }
            Kind::Concat(parts) => self.concat(value, parts, hops),
            Kind::Environment { name, fallback } => {
                self.look_up(name.clone(), fallback.iter().copied().collect(), hops)
            }
            Kind::Choice(choices) => self.alternatives(choices, hops),
            Kind::Name(binding) => {
                let bound = &facts.bindings[binding.index()];
                let mut ends = self.alternatives(facts.writes(value, *binding), hops);
                for call in resolver.filled.get(binding).into_iter().flatten().take(MAX_WRITES) {
                    ends.extend(self.value(*call, hops));
                }
                if let Some((function, position)) = bound.parameter
                    && facts.settled(value, *binding).is_none()
                {
                    let entered =
                        resolver.entered.borrow().iter().rev().find(|(entered, _)| *entered == function).copied();
                    let sites = match &entered {
                        Some((_, call)) => [*call].into(),
                        None => resolver.calls_of(function),
                    };
                    for site in sites.iter().take(MAX_CALLERS) {
                        if let Some(argument) = resolver.argument(*site, position, &bound.name) {
                            ends.extend(self.value(argument, hops));
                        }
                    }
                }
                if ends.is_empty() {
                    return Self::end(End::Unknown(value));
                }
                Self::hop(ends, value)
            }
            Kind::Global(name) => match resolver.global_writes.get(name.as_str()) {
                Some(writes) => {
                    let ends = self.alternatives(writes, hops);
                    Self::hop(ends, value)
                }
                // A function without arguments can be called by its name alone: Ruby's `rand`.
                None => Self::end(match resolver.random_source(value, None) {
                    Some(source) => End::Random(source, value),
                    None => End::Unknown(value),
                }),
            },
            Kind::Member { object, name, .. } => self.member(value, *object, name, hops),
            Kind::Call(call) => self.call(value, call, hops),
            Kind::Function(function) => {
                // What it returns where a variable is not set is a fallback, as where it is called.
                let values = resolver.given_by(*function);
                self.alternatives(&values, hops)
            }
            Kind::List(items) => match self.bytes(items) {
                Some(digits) => {
                    let span = facts.value(value).span;
                    let mut ends = Self::end(End::Literal(Literal { text: digits, span, value }));
                    for resolved in &mut ends {
                        resolved.encodings.push(Encoding::Hex);
                    }
                    ends
                }
                None => self.union(items, hops),
            },
            Kind::Object(properties) => self.key_object(value, properties.is_empty(), hops),
            Kind::Import { module, member } => match resolver.imported_variable(module, member) {
                Some(variable) => Self::end(End::Environment(variable)),
                None => Self::end(End::LookUp(value)),
            },
            Kind::Derived(parts) => {
                let ends = parts.iter().take(self.steps).flat_map(|part| self.value(*part, hops));
                let random: Vec<Resolved> = ends.filter(|resolved| matches!(resolved.end, End::Random(..))).collect();
                self.nearest(value, random).map_or_else(|| Self::end(End::Unknown(value)), |random| vec![random])
            }
            _ => Self::end(End::Unknown(value)),
        }
    }

    /// Of several ends the one that is written in the value itself, before those that variables bring with them.
    fn nearest(&self, value: ValueId, ends: Vec<Resolved>) -> Option<Resolved> {
        let facts = self.resolver.facts;
        let is_here = |resolved: &Resolved| match resolved.end {
            End::Random(_, call) => facts.value(value).span.contains(facts.value(call).span),
            _ => false,
        };
        let here = ends.iter().position(is_here).unwrap_or(0);
        ends.into_iter().nth(here)
    }

    /// The hexadecimal digits of a list of bytes.
    fn bytes(&self, items: &[ValueId]) -> Option<String> {
        if items.len() > MAX_KEY_BYTES {
            return None;
        }
        let byte = |item: &ValueId| match self.resolver.facts.kind(*item) {
            Kind::Number(number) => match number.strip_prefix("0x").or(number.strip_prefix("0X")) {
                Some(digits) => u8::from_str_radix(digits, 16).ok(),
                None => number.parse::<u8>().ok(),
            },
            _ => None,
        };
        let bytes: Vec<u8> = items.iter().map(byte).collect::<Option<_>>()?;
        (!bytes.is_empty()).then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn look_up(&mut self, name: String, fallbacks: Vec<ValueId>, hops: usize) -> Vec<Resolved> {
        let mut ends = Vec::new();
        for fallback in fallbacks {
            for mut resolved in self.value(fallback, hops) {
                if matches!(resolved.end, End::Literal(_)) {
                    resolved.fallback = true;
                    resolved.fallback_of.get_or_insert_with(|| name.clone());
                }
                ends.push(resolved);
            }
        }
        ends.insert(0, Self::end(End::Environment(name)).remove(0));
        ends
    }

    /// Literals put together are one literal; with a weak source of randomness in it, the whole is no better.
    fn concat(&mut self, value: ValueId, parts: &[ValueId], hops: usize) -> Vec<Resolved> {
        let mut text = Some(String::new());
        let mut random = Vec::new();
        for part in parts {
            if self.steps == 0 {
                text = None;
                break;
            }
            let ends = self.value(*part, hops);
            match ends.as_slice() {
                [Resolved { end: End::Literal(part), .. }] => {
                    if let Some(text) = &mut text {
                        text.push_str(&part.text);
                    }
                }
                _ => text = None,
            }
            random.extend(ends.into_iter().find(|resolved| matches!(resolved.end, End::Random(..))));
        }
        if let Some(random) = self.nearest(value, random) {
            return vec![random];
        }
        match text {
            Some(text) => {
                let span = self.resolver.facts.value(value).span;
                Self::end(End::Literal(Literal { text, span, value }))
            }
            None => Self::end(End::Unknown(value)),
        }
    }

    fn member(&mut self, value: ValueId, object: ValueId, name: &'f str, hops: usize) -> Vec<Resolved> {
        let resolver = self.resolver;
        if let Some(source) = resolver.random_source(value, None) {
            return Self::end(End::Random(source, value));
        }
        if let Some(variable) = resolver.variable(object, name) {
            let mut ends = Self::end(End::Environment(variable));
            // `process.env.X = 'literal'` is what X then is.
            for held in resolver.held(object, name).iter() {
                for mut resolved in self.value(*held, hops) {
                    resolved.fallback = true;
                    ends.push(resolved);
                }
            }
            return ends;
        }
        let held = resolver.held(object, name);
        if held.is_empty() {
            // A part of something random is no less random, or as little, and what is in a private key is the key.
            let tells = |resolved: &Resolved| match &resolved.end {
                End::Random(..) => true,
                End::Literal(literal) => !pem::find(literal.text.as_bytes()).is_empty(),
                _ => false,
            };
            let told = self.value(object, hops).into_iter().find(tells);
            return told.map_or_else(|| Self::end(End::LookUp(value)), |resolved| vec![resolved]);
        }
        // Each of a list is one for itself.
        let ends = if name == "*" { self.union(&held, hops) } else { self.alternatives(&held, hops) };
        Self::hop(ends, value)
    }

    fn call(&mut self, value: ValueId, call: &Call, hops: usize) -> Vec<Resolved> {
        let resolver = self.resolver;
        let facts = resolver.facts;
        if let Some(source) = resolver.random_source(call.callee, Some(value)) {
            return Self::end(End::Random(source, value));
        }
        if let Some(conversion) = resolver.conversion(value) {
            return self.convert(value, call, conversion, hops);
        }
        if let Some(entry) = self.entry(value, call, hops) {
            return entry;
        }
        if let Some((name, fallbacks)) = resolver.look_up(value) {
            return self.look_up(name, fallbacks, hops);
        }
        if let Some((wrapper, inner)) = resolver.wrapper(value, hops) {
            let otherwise = wrapper.otherwise.iter().flat_map(|locator| resolver.locate(value, locator).values());
            let all: Vec<ValueId> = std::iter::once(inner).chain(otherwise).collect();
            return self.alternatives(&all, hops);
        }
        let functions = resolver.functions(call.callee);
        if !functions.is_empty() {
            let returned: Vec<ValueId> = functions
                .iter()
                .flat_map(|function| facts.functions[function.index()].returns.iter().copied())
                .take(20)
                .collect();
            let entered = functions.iter().map(|function| (*function, value));
            let before = resolver.entered.borrow().len();
            resolver.entered.borrow_mut().extend(entered);
            // What a function returns where a variable is not set is a fallback like any other.
            let ends = self.alternatives(&returned, hops);
            resolver.entered.borrow_mut().truncate(before);
            return Self::hop(ends, value);
        }
        self.random_of(value, call, hops)
    }

    /// What a call of `get` takes out of a map that stands in the file, with what it gives otherwise.
    fn entry(&mut self, value: ValueId, call: &Call, hops: usize) -> Option<Vec<Resolved>> {
        let resolver = self.resolver;
        let (object, key) = resolver.entry_taken(value)?;
        let held = resolver.held(object, key);
        if held.is_empty() {
            return None;
        }
        let otherwise = call.arguments.get(1).map(|argument| argument.value);
        let values: Vec<ValueId> = held.iter().copied().chain(otherwise).collect();
        Some(Self::hop(self.union(&values, hops), value))
    }

    fn convert(&mut self, value: ValueId, call: &Call, conversion: &'static Conversion, hops: usize) -> Vec<Resolved> {
        let resolver = self.resolver;
        if conversion.value.as_slice().iter().any(|locator| locator.argument == ArgumentName::This) {
            // What is put into a text makes it no better than itself: `'xxxx'.replace(/x/g, () => Math.random() ...)`.
            let given = call.arguments.iter().take(self.steps).flat_map(|argument| self.value(argument.value, hops));
            if let Some(random) = given.into_iter().find(|resolved| matches!(resolved.end, End::Random(..))) {
                return vec![random];
            }
        }
        let own = resolver.encoding(value, conversion);
        let mut ends = Vec::new();
        for locator in conversion.value.as_slice() {
            let located = resolver.locate(value, locator).values();
            for mut resolved in self.alternatives(&located, hops) {
                resolved.encodings.push(locator.encoding.unwrap_or(own));
                ends.push(resolved);
            }
        }
        if ends.is_empty() {
            return self.random_of(value, call, hops);
        }
        Self::hop(ends, value)
    }

    /// What a call that is not followed gives: random, if what it is called on or given is; and what the chain it ends
    /// falls back to.
    fn random_of(&mut self, value: ValueId, call: &Call, hops: usize) -> Vec<Resolved> {
        let is_random = |resolved: &Resolved| matches!(resolved.end, End::Random(..));
        let mut ends = Vec::new();
        if let Kind::Member { object, .. } = self.resolver.facts.kind(call.callee) {
            let receiver = self.value(*object, hops);
            if let Some(random) = receiver.iter().find(|resolved| is_random(resolved)) {
                return vec![random.clone()];
            }
            ends.extend(receiver.into_iter().filter(|resolved| resolved.fallback));
        }
        // Something looked up among what goes in may well be the key of what comes out.
        let arguments = call.arguments.iter().take(self.steps);
        let given = arguments.flat_map(|argument| self.value(argument.value, hops));
        let given: Vec<Resolved> = given.collect();
        let looked_up = |resolved: &Resolved| matches!(resolved.end, End::LookUp(_) | End::Environment(_));
        if !given.iter().any(looked_up)
            && let Some(random) = given.into_iter().find(is_random)
        {
            return vec![random];
        }
        ends.extend(Self::end(End::LookUp(value)));
        ends
    }

    /// An object in the place of a key: a JWK, `{ key, passphrase }`, `{ private, public }`.
    fn key_object(&mut self, value: ValueId, empty: bool, hops: usize) -> Vec<Resolved> {
        let resolver = self.resolver;
        if empty {
            return Self::end(End::Unknown(value));
        }
        let kinds = resolver.held(value, "kty");
        let symmetric = kinds.iter().any(|kind| resolver.texts(*kind).iter().any(|(text, _)| text == "oct"));
        let names: &[&str] = match (kinds.is_empty(), symmetric) {
            (true, _) => &["key", "private", "privateKey", "secret"],
            (false, true) => &["k"],
            (false, false) => &["d"],
        };
        let held: Vec<ValueId> = names.iter().flat_map(|name| resolver.held(value, name).to_vec()).collect();
        let mut ends = self.union(&held, hops);
        for resolved in &mut ends {
            // RFC 7518 §6.4.1, §6.2.2.1, §6.3.2.1: `k` and `d` are base64url.
            if !kinds.is_empty() {
                resolved.encodings.push(Encoding::Base64url);
                resolved.asymmetric = !symmetric;
            }
        }
        ends
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::language::{Language, javascript};

    /// What an argument of each call of `callee` comes down to; -1 is the last argument.
    pub fn ends_of(facts: &Facts, callee: &str, argument: isize) -> Vec<Vec<Resolved>> {
        let resolver = Resolver::new(facts, Models::of(facts.language, false));
        let calls = facts.calls.iter().filter_map(|call| facts.call(*call));
        let named = calls.filter(|call| resolver.name_of(call.callee) == Some(callee));
        let ends = named.map(|call| {
            let index = if argument < 0 { call.arguments.len() as isize + argument } else { argument };
            resolver.ends(call.arguments[index as usize].value)
        });
        ends.collect()
    }

    /// What an argument of the first call of `callee` comes down to, in words.
    pub fn words_of(facts: &Facts, callee: &str, argument: isize) -> Vec<String> {
        let first = ends_of(facts, callee, argument).into_iter().next();
        first.unwrap_or_else(|| panic!("a call of {callee}")).iter().map(words).collect()
    }

    /// [`words_of`], what follows itself said once.
    pub fn distinct_words_of(facts: &Facts, callee: &str, argument: isize) -> Vec<String> {
        let mut ends = words_of(facts, callee, argument);
        ends.dedup();
        ends
    }

    /// What an end is, in words.
    pub fn words(resolved: &Resolved) -> String {
        match &resolved.end {
            End::Literal(literal) if resolved.fallback => format!("fallback {}", literal.text),
            End::Literal(literal) => literal.text.clone(),
            End::Environment(name) => format!("${name}"),
            End::Random(..) => "random".to_owned(),
            End::LookUp(_) => "look-up".to_owned(),
            End::Unknown(_) => "unknown".to_owned(),
        }
    }

    /// What the key of the first call of `sign` comes down to.
    fn key_of(source: &str) -> Vec<String> {
        words_of(&javascript::parse(source, Language::TypeScript), "sign", 1)
    }

    #[test]
    fn constants_are_followed_however_they_are_held() {
        for source in [
            "const key = 'k'; sign(p, key)",
            "let key; key = 'k'; sign(p, key)",
            "const config = { jwt: { secret: 'k' } }; sign(p, config.jwt.secret)",
            "const config = {}; config.secret = 'k'; sign(p, config.secret)",
            "const { jwt: { secret } } = { jwt: { secret: 'k' } }; sign(p, secret)",
            "class A { #key = 'k'; make() { return sign(p, this.#key) } }",
            "class A { static key = 'k' }; sign(p, A.key)",
            "enum Keys { Jwt = 'k' } sign(p, Keys.Jwt)",
            "const key = () => 'k'; sign(p, key())",
            "function make(key) { return sign(p, key) } make('k')",
            "sign(p, Buffer.from('k'))",
            "sign(p, `k`)",
            "const base = { secret: 'k' }; const all = { ...base, x: 1 }; sign(p, all.secret)",
            "const keys = Object.freeze({ a: 'k' }); sign(p, keys['a'] as string)",
            "exports.make = () => { this.options = { key: 'k' }; sign(p, this.options.key) }",
            "class A { constructor(key) { this.key = key } make() { return sign(p, this.key) } } new A('k')",
        ] {
            assert_eq!(key_of(source), ["k"], "{source}");
        }
    }

    #[test]
    fn a_literal_beside_a_look_up_is_its_fallback() {
        for source in [
            "sign(p, process.env.X || 'k')",
            "sign(p, process.env['X'] ?? 'k')",
            "const { X = 'k' } = process.env; sign(p, X)",
            "let x = process.env.X; if (!x) { x = 'k' } sign(p, x)",
            "const env = process.env; sign(p, env.X ? env.X : 'k')",
        ] {
            assert_eq!(key_of(source), ["$X", "fallback k"], "{source}");
        }
        assert_eq!(key_of("sign(p, process.env.X)"), ["$X"]);
    }

    #[test]
    fn what_is_put_together_is_one_literal() {
        assert_eq!(key_of("const a = 'sec'; sign(p, a + 'ret')"), ["secret"]);
        assert_eq!(key_of("sign(p, `${process.env.X}-suffix`)"), ["unknown"]);
    }

    #[test]
    fn circles_end() {
        assert_eq!(key_of("let a = b; let b = a; sign(p, a)"), ["unknown"]);
        // What a call means depends here on what it is given, which depends on what the call gives.
        key_of(
            "function read(key) { const private_ = crypto.subtle.importKey('pkcs8', key); key = write(private_) }
             function write(key) { const jwk = crypto.subtle.exportKey('jwk', key); return { kty: jwk.kty } }
             sign(p, write(read(x)))",
        );
        let chain: String = (0..40).map(|index| format!("if (a) q = q.sort('x{index}');")).collect();
        key_of(&format!("let q = Job.find(); {chain} sign(p, q.key)"));
    }
}
