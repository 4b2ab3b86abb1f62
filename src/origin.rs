//! Where a value comes from, and what is known of what comes from there.

use rustc_hash::FxHashMap;

use crate::facts::ValueId;
use crate::library::{Path, Segment};

/// How many steps of the way to a value are kept: more than any model looks at.
const MAX_WAY: usize = 64;

/// How many are kept, the last ones, where it is not known where the way starts: enough to say how it ends.
const MAX_LOOSE_WAY: usize = 16;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin<'f> {
    /// Where the way starts.
    pub root: Root<'f>,
    /// The way.
    pub steps: Vec<Step<'f>>,
}

/// Where the way to a value starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root<'f> {
    /// A package or module, as the file names it.
    Module(&'f str),
    /// A name that the file does not bind.
    Global(&'f str),
    /// A name that the file does not bind, and that one of the modules it has opened may export.
    Opened {
        /// The name.
        name: &'f str,
        /// The modules.
        modules: &'f [String],
    },
    /// Something that is not followed.
    Unknown,
}

/// One step of the way to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'f> {
    /// A member is taken.
    Member(&'f str),
    /// It is called or constructed; the call.
    Call(ValueId),
    /// An instance is given by a type, so there is no call to see.
    Instance,
}

impl<'f> Origin<'f> {
    /// Whether the origin is one of these packages (or, if `global`, a global name) and `path` leads from there to it.
    pub fn is(&self, packages: &[String], global: bool, path: &Path) -> bool {
        if path.anywhere {
            return self.ends_with(path);
        }
        match &self.root {
            Root::Module(module) => packages
                .iter()
                .any(|package| within(package, module, &self.steps).is_some_and(|steps| reached_by(path, steps))),
            Root::Global(_) | Root::Opened { .. } => {
                let steps = self.global_steps();
                (global && lead(&path.segments, &steps)) || self.opened(packages, path, &steps)
            }
            Root::Unknown => false,
        }
    }

    /// Whether `path` leads here from a package whose exports go by their bare names, or whose name is written out.
    fn opened(&self, packages: &[String], path: &Path, steps: &[Step]) -> bool {
        let Root::Opened { modules, .. } = &self.root else { return false };
        let opened = |package: &String| modules.iter().any(|module| same_package(package, module));
        // What is opened can also be a part of the package, or one that the package is a part of: `a.B.*`, `a._`.
        let nested = |package: &String| {
            modules.iter().any(|module| {
                let related = module.starts_with(package.as_str()) || package.starts_with(module.as_str());
                let way = || opened_way(module, steps);
                related
                    && way().is_some_and(|(first, steps)| {
                        within(package, first, &steps).is_some_and(|steps| reached_by(path, steps))
                    })
            })
        };
        let written_out = |package: &String| match steps {
            [Step::Member(first), rest @ ..] => {
                within(package, first, rest).is_some_and(|steps| reached_by(path, steps))
            }
            _ => false,
        };
        let known = |package: &String| (opened(package) && lead(&path.segments, steps)) || written_out(package);
        packages.iter().any(|package| known(package) || nested(package))
    }

    fn ends_with(&self, path: &Path) -> bool {
        (0..self.steps.len()).rev().any(|from| lead(&path.segments, &self.steps[from..]))
    }

    /// The steps from a global name, the name itself included.
    fn global_steps(&self) -> Vec<Step<'f>> {
        let (Root::Global(name) | Root::Opened { name, .. }) = self.root else { return Vec::new() };
        let name = match self.steps.first() {
            // `window.x`, `globalThis.x` and `global.x` are x.
            Some(Step::Member(_)) if matches!(name, "window" | "globalThis" | "global" | "self") => None,
            _ => Some(name),
        };
        // A global's name can be written with dots (`import.meta`).
        let first = name.into_iter().flat_map(|name| name.split('.')).map(Step::Member);
        first.chain(self.steps.iter().copied()).collect()
    }

    /// One step further. A long chain of calls would else keep for each of them all those before it.
    pub fn then(&self, step: Step<'f>) -> Self {
        let most = if self.root == Root::Unknown { MAX_LOOSE_WAY } else { MAX_WAY };
        let (root, far) = match self.steps.len() >= most {
            true => (Root::Unknown, self.steps.len() + 1 - MAX_LOOSE_WAY),
            false => (self.root, 0),
        };
        Origin { root, steps: self.steps.iter().skip(far).copied().chain([step]).collect() }
    }

    /// How the way ends, as [`PathIndex`] sorts paths.
    fn end(&self) -> &'f str {
        match (self.steps.last(), self.root) {
            (Some(Step::Member(name)), _) => name,
            (Some(Step::Call(_) | Step::Instance), _) => "()",
            (None, Root::Module(_)) => "default",
            (None, Root::Global(name) | Root::Opened { name, .. }) => name.rsplit('.').next().unwrap_or(name),
            (None, Root::Unknown) => "",
        }
    }

    /// Whether the way starts at a package.
    pub fn is_in(&self, package: &str) -> bool {
        match &self.root {
            Root::Module(name) | Root::Opened { name, .. } => within(package, name, &self.steps).is_some(),
            Root::Global(_) | Root::Unknown => false,
        }
    }

    /// The package or module, if the way starts at one.
    pub fn module(&self) -> Option<&'f str> {
        match self.root {
            Root::Module(module) => Some(module),
            _ => None,
        }
    }
}

/// Whether `module` is the package a model names. `node:` in front of a module is no difference.
pub fn same_package(package: &str, module: &str) -> bool {
    let module = module.strip_prefix("node:").unwrap_or(module);
    let package = package.strip_prefix("node:").unwrap_or(package);
    match package.strip_suffix("/*") {
        Some(prefix) => module.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')),
        None => module == package,
    }
}

/// The steps from a package on, for a way that starts at a module. Where modules are written with dots, `::` or `\\`, the
/// way starts at the first name and the others are members: `io` `.jsonwebtoken` `.Jwts` is `Jwts` of `io.jsonwebtoken`.
fn within<'s>(package: &str, module: &str, steps: &'s [Step<'s>]) -> Option<&'s [Step<'s>]> {
    if same_package(package, module) {
        return Some(steps);
    }
    let rest = package.strip_prefix(module)?.strip_prefix(['.', '\\', ':'])?;
    let mut steps = steps;
    for name in rest.split(['.', '\\', ':']).filter(|name| !name.is_empty()) {
        match steps {
            [Step::Member(step), rest @ ..] if *step == name => steps = rest,
            _ => return None,
        }
    }
    Some(steps)
}

/// The first name of a module that is written with dots or `::`, and the way from there on to what `steps` lead to in it.
fn opened_way<'m>(module: &'m str, steps: &[Step<'m>]) -> Option<(&'m str, Vec<Step<'m>>)> {
    let mut names = module.split(['.', '\\', ':']).filter(|name| !name.is_empty());
    let first = names.next()?;
    Some((first, names.map(Step::Member).chain(steps.iter().copied()).collect()))
}

/// Whether `path` leads along these steps from a package. The default export and what `require` returns are the same.
fn reached_by(path: &Path, steps: &[Step<'_>]) -> bool {
    let segments = match path.segments.as_slice() {
        [Segment::Member(name), rest @ ..] if name == "default" => rest,
        segments => segments,
    };
    let steps = match steps {
        [Step::Member("default"), rest @ ..] => rest,
        steps => steps,
    };
    lead(segments, steps)
}

fn lead(segments: &[Segment], steps: &[Step<'_>]) -> bool {
    match (segments, steps) {
        ([], []) => true,
        ([Segment::Member(name), segments @ ..], [Step::Member(step), steps @ ..]) => {
            (name == step || name == "*") && lead(segments, steps)
        }
        ([Segment::Call, segments @ ..], [Step::Call(_) | Step::Instance, steps @ ..]) => lead(segments, steps),
        ([Segment::Chain, rest @ ..], steps) => {
            lead(rest, steps) || matches!(steps, [Step::Member(_), Step::Call(_), steps @ ..] if lead(segments, steps))
        }
        _ => false,
    }
}

/// What is known of callees and other values, by the paths that lead to them. It is asked for every call of a file, so
/// that only what ends as the origin does is compared.
#[derive(Debug)]
pub struct PathIndex<T> {
    by_end: FxHashMap<&'static str, Vec<Known<T>>>,
    any_end: Vec<Known<T>>,
}

#[derive(Clone, Copy, Debug)]
struct Known<T> {
    packages: &'static [String],
    global: bool,
    path: &'static Path,
    item: T,
}

impl<T> Default for PathIndex<T> {
    fn default() -> Self {
        PathIndex { by_end: FxHashMap::default(), any_end: Vec::new() }
    }
}

impl<T: Copy> PathIndex<T> {
    /// Adds what is known of the paths of these packages, or, if `global`, of global names.
    pub fn add(&mut self, packages: &'static [String], global: bool, paths: &'static [Path], item: T) {
        for path in paths {
            let known = Known { packages, global, path, item };
            let list = match path.segments.last() {
                Some(Segment::Member(name)) if name == "*" => &mut self.any_end,
                Some(Segment::Member(name)) => self.by_end.entry(name).or_default(),
                Some(Segment::Call) => self.by_end.entry("()").or_default(),
                Some(Segment::Chain) | None => continue,
            };
            // What says where it comes from goes before what only says how it ends.
            let at = if path.anywhere { list.len() } else { list.partition_point(|known| !known.path.anywhere) };
            list.insert(at, known);
        }
    }

    /// What is known of an origin, what was added first first.
    pub fn find<'i>(&'i self, origin: &'i Origin<'_>) -> impl Iterator<Item = T> + 'i {
        let ends = self.by_end.get(origin.end()).into_iter().flatten().chain(&self.any_end);
        ends.filter(|known| origin.is(known.packages, known.global, known.path)).map(|known| known.item)
    }
}
