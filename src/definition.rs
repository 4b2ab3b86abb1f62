//! What code takes from other files: a key that one file only names is looked for where another defines it.
//!
//! Files are not linked as a compiler would do it. A [`Reference`] is the names that lead to a key from the outermost, of
//! modules, classes and members; a definition is found by as many of them as agree with where it stands and what leads
//! to it there. What is asked for by a relative path has to stand exactly there, or where a [`Forward`] of the file that stands
//! there says.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Entry, Facts, Kind, ValueId};
use crate::language::Language;
use crate::origin::{Origin, Root, Step};
use crate::resolve::Resolver;

/// How many names of a definition count, the last ones.
const MAX_NAMES: usize = 6;

/// How many names have to agree where only names lead to a definition.
const LEAST_NAMES: usize = 2;

/// How many names lead to a key at most, those of folders among them, where files hand it on.
const MAX_WAY: usize = 32;

/// How many ways are followed along which files hand keys on.
const MAX_FORWARDED: usize = 10_000;

/// Names that stand for the file or folder around them.
const TRANSPARENT: [&str; 8] = ["index", "__init__", "mod", "default", "crate", "self", "super", "exports"];

/// A key that is defined in another file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The names that lead to it.
    names: Vec<String>,
    /// Where they begin.
    place: Place,
    /// The family of languages it can be defined in.
    family: &'static str,
    /// What it is used by, for people.
    pub used_by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    /// At the root of the tree: the path is known.
    Root,
    /// Anywhere.
    Anywhere,
    /// In the folder of the file that names it; the number of names that lead there.
    Folder(usize),
}

/// The key that a value of a file at `path` is, if it is defined in another one. `used_by` says for what it is used.
pub fn reference(resolver: &Resolver, path: &str, value: ValueId, used_by: &str) -> Option<Reference> {
    let language = resolver.facts().language;
    // `config.get('SECRET_KEY')` asks for what `config['SECRET_KEY']` does.
    let (object, entry) = resolver.entry_taken(value).map_or((value, None), |(object, name)| (object, Some(name)));
    let origin = resolver.origin(object);
    let members: Vec<String> = members(&origin).chain(entry.map(str::to_owned)).collect();
    let (mut names, place) = match origin.root {
        Root::Module(module) if module.starts_with('.') => (relative(language, path, module), Place::Root),
        Root::Module(module) => (split(module), Place::Anywhere),
        // Where a file need not import what stands beside it.
        Root::Opened { name, .. } if members.is_empty() && language == Language::Go => {
            let mut names = folder(path);
            let around = names.len();
            names.push(name.to_owned());
            (names, Place::Folder(around))
        }
        Root::Opened { name, .. } => (vec![name.to_owned()], Place::Anywhere),
        // Whatever application it is of, `request.app.config.X`, its settings are made elsewhere.
        Root::Unknown if is_setting(language, &members) => (Vec::new(), Place::Anywhere),
        Root::Global(_) | Root::Unknown => return None,
    };
    names.extend(members);
    let names = plain(names);
    let long_enough = names.len() >= LEAST_NAMES || matches!(place, Place::Folder(_));
    let family = language.family();
    long_enough.then(|| Reference { names, place, family, used_by: used_by.to_owned() })
}

/// Whether names end in a setting of an application: `app.config['SECRET_KEY']` of Flask, Quart and Sanic. A function makes the
/// application, and others ask for the one that is at work, `current_app.config['SECRET_KEY']`.
fn is_setting(language: Language, names: &[String]) -> bool {
    language == Language::Python && matches!(names, [.., config, _] if config == "config")
}

/// The members that lead to a value from where its way starts.
fn members(origin: &Origin) -> impl Iterator<Item = String> {
    origin.steps.iter().filter_map(|step| match step {
        Step::Member(name) => Some((*name).to_owned()),
        Step::Call(_) | Step::Instance => None,
    })
}

/// What a file hands on of another one, by the names that lead there from the root of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Under which names it is found.
    names: Vec<String>,
    /// Where it stands.
    to: Vec<String>,
}

/// What a file at `path` hands on of those it asks for by a relative path: `export * from './keys'`,
/// `module.exports = { jwt: require('./jwt') }`.
pub fn forwards(resolver: &Resolver, path: &str) -> Vec<Forward> {
    let facts = resolver.facts();
    let language = facts.language;
    // Elsewhere files are not asked for by where they stand.
    if !language.is_javascript() {
        return Vec::new();
    }
    let around = split_path(path);
    let under = |names: &[String]| plain(around.iter().chain(names).cloned().collect());
    let is_relative = |module: &&String| module.starts_with('.');
    let all = facts.opened.iter().filter(is_relative);
    let mut forwards: Vec<Forward> =
        all.map(|module| Forward { names: under(&[]), to: plain(relative(language, path, module)) }).collect();
    for entry in facts.entries.iter().filter(|entry| facts.value(entry.value).function.is_none()) {
        let origin = resolver.origin(entry.value);
        let Root::Module(module) = origin.root else { continue };
        if !module.starts_with('.') || origin.steps.iter().any(|step| !matches!(step, Step::Member(_))) {
            continue;
        }
        let to = plain(relative(language, path, module).into_iter().chain(members(&origin)).collect());
        // `const config = {...}; module.exports = config`: who imports it calls it as he likes.
        let inner = (entry.path.len() > 1).then(|| under(&entry.path[1..]));
        let names = std::iter::once(under(&entry.path)).chain(inner);
        forwards.extend(names.filter(|names| *names != to).map(|names| Forward { names, to: to.clone() }));
    }
    forwards
}

impl Reference {
    /// Whether it names the file in which the key stands.
    pub fn is_exact(&self) -> bool {
        self.place == Place::Root
    }

    /// Where the key is used and by what, for people.
    fn used_in(&self, from: &str) -> String {
        format!("`{from}` uses it {}", self.used_by)
    }

    /// What the key itself is called.
    pub fn last(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// What a file can be called, as [`name_of_file`] says it, in which the key stands.
    pub fn names_of_files(&self) -> impl Iterator<Item = String> {
        self.names.iter().map(|name| folded(name))
    }

    /// Whether the key can be defined in this file, by the names that lead there; the file's own can be the key's too.
    pub fn can_stand_in(&self, path: &str, language: Language) -> bool {
        let around = plain(around(path, language));
        let leads = || {
            let mut pairs = self.names.iter().zip(&around);
            self.names.len() >= around.len() && pairs.all(|(one, other)| one.eq_ignore_ascii_case(other))
        };
        language.family() == self.family
            && match self.place {
                Place::Root => leads(),
                Place::Folder(_) => self.names.len() <= around.len() + 1 && leads(),
                Place::Anywhere => {
                    around.last().is_some_and(|last| self.names.iter().any(|name| folded(name) == folded(last)))
                }
            }
    }
}

/// What a file is called by those that take something from it, or its folder where that is a package: without capitals and
/// what parts words.
pub fn name_of_file(path: &str, language: Language) -> Option<String> {
    plain(around(path, language)).last().map(|name| folded(name))
}

/// A name as files and classes share it: `SecretKeys` is in `secret_keys.rb`.
fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

/// The names that lead to what stands in a file.
fn around(path: &str, language: Language) -> Vec<String> {
    if language == Language::Go { folder(path) } else { split_path(path) }
}

/// The names of what a file defines for others to use, taken from its facts.
pub fn definitions(facts: Facts) -> Vec<Vec<String>> {
    let Facts { language, entries, values, .. } = facts;
    let is_defined = |entry: &Entry| {
        values.get(entry.value.index()).is_some_and(|value| {
            let can_be_key = !matches!(
                value.kind,
                Kind::Number(_) | Kind::Boolean(_) | Kind::Null | Kind::Module(_) | Kind::Class(_) | Kind::Unknown
            );
            // What stands in a function is its own.
            can_be_key && (value.function.is_none() || is_setting(language, &entry.path))
        })
    };
    let defined = entries.into_iter().filter(is_defined).map(|entry| entry.path);
    defined.filter(|path| path.len() <= MAX_NAMES).collect()
}

/// What files define, found by name.
#[derive(Default)]
pub struct Definitions<'f> {
    files: Vec<File<'f>>,
    by_name: FxHashMap<String, Vec<(usize, &'f [String])>>,
    forwards: FxHashMap<Vec<String>, Vec<&'f Forward>>,
}

struct File<'f> {
    path: &'f str,
    language: Language,
}

/// The definitions in a file that others use as keys, each with what it is used by.
pub type Keys = FxHashMap<Vec<String>, String>;

impl<'f> Definitions<'f> {
    /// Adds what a file defines and hands on; files are counted from 0.
    pub fn add(&mut self, path: &'f str, language: Language, definitions: &'f [Vec<String>], forwards: &'f [Forward]) {
        let file = self.files.len();
        self.files.push(File { path, language });
        for names in definitions {
            if let Some(last) = names.last() {
                self.by_name.entry(last.to_ascii_lowercase()).or_default().push((file, names));
            }
        }
        for forward in forwards {
            self.forwards.entry(lower(&forward.names)).or_default().push(forward);
        }
    }

    /// Where else the keys of references can stand, by what files hand on. Each reference comes with the file it stands in.
    pub fn forwarded<'r>(
        &self,
        references: impl Iterator<Item = (&'r str, &'r Reference)>,
    ) -> Vec<(String, Reference)> {
        let mut forwarded: Vec<(String, Reference)> = Vec::new();
        let mut seen = FxHashSet::default();
        for (from, reference) in references {
            let mut open = vec![reference.clone()];
            while let Some(reference) = open.pop().filter(|_| seen.len() < MAX_FORWARDED) {
                for there in self.forwarded_once(&reference) {
                    if seen.insert((from, there.names.clone())) {
                        open.push(there.clone());
                        forwarded.push((from.to_owned(), there));
                    }
                }
            }
        }
        forwarded
    }

    fn forwarded_once(&self, reference: &Reference) -> Vec<Reference> {
        if !reference.is_exact() {
            return Vec::new();
        }
        let names = lower(&reference.names);
        let beginnings = (1..=names.len()).filter_map(|count| Some((count, self.forwards.get(&names[..count])?)));
        let there = beginnings.flat_map(|(count, forwards)| forwards.iter().map(move |forward| (count, forward)));
        let to = there.map(|(count, forward)| forward.to.iter().chain(&reference.names[count..]).cloned().collect());
        // A ring of files that hand on what each other hands on would make them longer and longer.
        let to = to.map(plain).filter(|names| names.len() <= MAX_WAY);
        to.map(|names| Reference { names, ..reference.clone() }).collect()
    }

    /// What a reference leads to, if it is defined in another file than `from`: the file, and the names in it.
    fn find(&self, reference: &Reference, from: &str) -> Vec<(usize, &'f [String])> {
        let Some(last) = reference.names.last() else { return Vec::new() };
        let mut best = (0, 0);
        let mut found = Vec::new();
        for (index, names) in self.by_name.get(&last.to_ascii_lowercase()).into_iter().flatten() {
            let file = &self.files[*index];
            // What a file takes from itself is followed in it, but for the settings of an application that it asks others for.
            let is_own = file.path == from && !is_setting(file.language, &reference.names);
            if file.language.family() != reference.family || is_own {
                continue;
            }
            let Some(agreeing) = agreement(reference, file, names) else { continue };
            // Of several that are called the same, the nearest is meant.
            let near = nearness(file.path, from);
            if (agreeing, near) > best {
                best = (agreeing, near);
                found.clear();
            }
            if (agreeing, near) == best {
                found.push((*index, *names));
            }
        }
        found
    }

    /// The keys of each file that references from other files lead to. Each reference comes with the file it stands in.
    pub fn keys<'r>(&self, references: impl Iterator<Item = (&'r str, &'r Reference)>) -> FxHashMap<usize, Keys> {
        let mut keys: FxHashMap<usize, Keys> = FxHashMap::default();
        let mut asked = FxHashSet::default();
        for (from, reference) in references {
            if !asked.insert((from, &reference.names)) {
                continue;
            }
            for (file, names) in self.find(reference, from) {
                let keys = keys.entry(file).or_default();
                keys.entry(names.to_vec()).or_insert_with(|| reference.used_in(from));
            }
        }
        keys
    }
}

/// The keys that code takes from files of JSON as from modules, by the path of the file. Each reference comes with the file it
/// stands in.
pub fn keys_in_json<'r>(
    paths: impl Iterator<Item = String>,
    references: impl Iterator<Item = (&'r str, &'r Reference)>,
) -> FxHashMap<String, Keys> {
    let mut references =
        references.filter(|(_, reference)| reference.family == Language::JavaScript.family()).peekable();
    let mut keys: FxHashMap<String, Keys> = FxHashMap::default();
    if references.peek().is_none() {
        return keys;
    }
    let files: Vec<(String, Vec<String>, Vec<String>)> = paths
        .filter(|path| Language::of_path(Path::new(path)) == Language::Json)
        .map(|path| {
            let (whole, stem) = (plain(split_folders(&path)), plain(split_path(&path)));
            (path, whole, stem)
        })
        .collect();
    for (from, reference) in references {
        let names = &reference.names;
        let behind = |whole: &[String], stem: &[String]| {
            let count = match reference.place {
                // `require('./config.json')`, and `require('./config')`.
                Place::Root => [whole, stem].into_iter().find(|file| begins_with(names, file))?.len(),
                // `require('config.json')`, which is looked for in folders that are told elsewhere.
                Place::Anywhere => {
                    let named = [stem.last()?.as_str(), "json"];
                    names.windows(2).position(|pair| pair == named)? + 2
                }
                Place::Folder(_) => return None,
            };
            names.get(count..).filter(|rest| !rest.is_empty())
        };
        let found: Vec<(usize, &String, &[String])> = files
            .iter()
            .filter_map(|(path, whole, stem)| behind(whole, stem).map(|names| (nearness(path, from), path, names)))
            .collect();
        let nearest = found.iter().map(|(near, ..)| *near).max();
        for (_, path, names) in found.into_iter().filter(|(near, ..)| Some(*near) == nearest) {
            let keys = keys.entry(path.clone()).or_default();
            keys.entry(names.to_vec()).or_insert_with(|| reference.used_in(from));
        }
    }
    keys
}

fn begins_with(names: &[String], beginning: &[String]) -> bool {
    names.len() >= beginning.len() && names.iter().zip(beginning).all(|(one, other)| one.eq_ignore_ascii_case(other))
}

fn lower(names: &[String]) -> Vec<String> {
    names.iter().map(|name| name.to_ascii_lowercase()).collect()
}

/// How many names of a reference agree with those of a definition, the last of them first; `None` if it is another.
fn agreement(reference: &Reference, file: &File, names: &[String]) -> Option<usize> {
    let around = around(file.path, file.language);
    let whole = plain(around.iter().cloned().chain(names.iter().cloned()).collect());
    // `const config = {...}; module.exports = config`: who imports it calls it as he likes.
    let inner = (file.language.is_javascript() && names.len() > 1)
        .then(|| plain(around.into_iter().chain(names[1..].iter().cloned()).collect()));
    let agreeing = |whole: &Vec<String>| {
        let pairs = whole.iter().rev().zip(reference.names.iter().rev());
        let count = pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count();
        let enough = match reference.place {
            Place::Root => count == whole.len() && count == reference.names.len(),
            Place::Folder(around) => count == whole.len() && count > around,
            Place::Anywhere => count >= LEAST_NAMES,
        };
        enough.then_some(count)
    };
    agreeing(&whole).max(inner.as_ref().and_then(agreeing))
}

/// The names of a path without its last extension, `components/auth/jwt.js` for one.
fn split_path(path: &str) -> Vec<String> {
    let mut names = split_folders(path);
    if let Some(last) = names.last_mut()
        && let Some((stem, _)) = last.rsplit_once('.')
        && !stem.is_empty()
    {
        *last = stem.to_owned();
    }
    names
}

fn split_folders(path: &str) -> Vec<String> {
    path.split(['/', '\\']).filter(|name| !matches!(*name, "" | ".")).map(str::to_owned).collect()
}

/// The names of the folder a file stands in.
fn folder(path: &str) -> Vec<String> {
    let mut names = split_folders(path);
    names.pop();
    names
}

/// How many folders two files have in common.
fn nearness(one: &str, other: &str) -> usize {
    folder(one).iter().zip(folder(other)).take_while(|(one, other)| **one == *other).count()
}

fn split(module: &str) -> Vec<String> {
    module.split(['/', '.', ':', '\\']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Where a module stands that a file at `path` asks for by a relative path.
fn relative(language: Language, path: &str, module: &str) -> Vec<String> {
    let mut names = folder(path);
    if language == Language::Python {
        let dots = module.bytes().take_while(|byte| *byte == b'.').count();
        names.truncate(names.len().saturating_sub(dots - 1));
        names.extend(split(&module[dots..]));
        return names;
    }
    for step in module.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name.to_owned()),
        }
    }
    // An extension may be written or not; a dot may also stand in the name (`jwt.config`).
    let is_code = |extension: &str| {
        let language = Language::of_extension(extension);
        language.is_javascript() || language == Language::Vue
    };
    if let Some(last) = names.last_mut()
        && let Some((stem, _)) = last.rsplit_once('.').filter(|(_, extension)| is_code(extension))
    {
        *last = stem.to_owned();
    }
    names
}

/// Names without those that only stand for what is around them, and each but once where it is said twice: a class and the
/// file it is alone in.
fn plain(names: Vec<String>) -> Vec<String> {
    let mut plain: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let said = plain.last().is_some_and(|last| last.eq_ignore_ascii_case(&name));
        if !said && !TRANSPARENT.contains(&name.as_str()) {
            plain.push(name);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(reference: (&[&str], Place, &str), from: &str, files: &[(&str, Language, &[&str])]) -> Vec<usize> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (names, place, family) = reference;
        let family = crate::language::FAMILIES.into_iter().find(|known| *known == family).expect("a family");
        let reference = Reference { names: plain(owned(names)), place, family, used_by: String::new() };
        let defined: Vec<_> = files.iter().map(|(_, _, names)| vec![owned(names)]).collect();
        let mut definitions = Definitions::default();
        for ((path, language, _), defined) in files.iter().zip(&defined) {
            definitions.add(path, *language, defined, &[]);
        }
        definitions.find(&reference, from).into_iter().map(|(file, _)| file).collect()
    }

    #[test]
    fn what_is_imported_by_a_relative_path_stands_there() {
        let files: &[(&str, Language, &[&str])] = &[
            ("src/config.js", Language::JavaScript, &["jwt", "secret"]),
            ("src/config/index.js", Language::JavaScript, &["settings", "jwt", "secret"]),
            ("lib/config.js", Language::JavaScript, &["jwt", "secret"]),
        ];
        let ask = |path: &str, module: &str| {
            let mut names = relative(Language::JavaScript, path, module);
            names.extend(["jwt".to_owned(), "secret".to_owned()]);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            found((&names, Place::Root, "javascript"), path, files)
        };
        assert_eq!(ask("src/auth/jwt.js", "../config"), [0, 1]);
        assert_eq!(ask("lib/auth.js", "./config.js"), [2]);
        assert_eq!(ask("lib/auth/jwt.js", "./config"), [] as [usize; 0]);
    }

    #[test]
    fn python_counts_dots() {
        assert_eq!(relative(Language::Python, "src/core/jwt.py", "."), ["src", "core"]);
        assert_eq!(relative(Language::Python, "src/core/jwt.py", "..config"), ["src", "config"]);
        assert_eq!(relative(Language::Python, "jwt.py", "...config"), ["config"]);
    }

    #[test]
    fn classes_and_packages_are_found_by_their_names() {
        let files: &[(&str, Language, &[&str])] = &[
            ("api/src/main/java/com/shop/SecurityConstants.java", Language::Java, &["SecurityConstants", "SECRET"]),
            ("web/src/main/java/com/shop/SecurityConstants.java", Language::Java, &["SecurityConstants", "SECRET"]),
            ("api/src/main/java/com/shop/MailConstants.java", Language::Java, &["MailConstants", "SECRET"]),
        ];
        let from = "api/src/main/java/com/shop/TokenFilter.java";
        assert_eq!(found((&["SecurityConstants", "SECRET"], Place::Anywhere, "java"), from, files), [0]);
        assert_eq!(
            found((&["com", "shop", "Other", "SECRET"], Place::Anywhere, "java"), from, files),
            [] as [usize; 0]
        );
        assert_eq!(found((&["SecurityConstants", "SECRET"], Place::Anywhere, "python"), from, files), [] as [usize; 0]);
    }

    #[test]
    fn a_package_of_go_is_a_folder() {
        let files: &[(&str, Language, &[&str])] =
            &[("server/config/keys.go", Language::Go, &["JwtKey"]), ("server/auth/keys.go", Language::Go, &["jwtKey"])];
        let from = "server/auth/token.go";
        let imported: &[&str] = &["github", "com", "shop", "server", "config", "JwtKey"];
        assert_eq!(found((imported, Place::Anywhere, "go"), from, files), [0]);
        assert_eq!(found((&["server", "auth", "jwtKey"], Place::Folder(2), "go"), from, files), [1]);
    }
}
