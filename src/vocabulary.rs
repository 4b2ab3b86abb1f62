//! What is known of a language itself: how it reads the environment, and which of its values can be guessed. The
//! knowledge is data, `rules/vocabulary/environment.toml` and `rules/vocabulary/random.toml`; paths and locators in it
//! are those of [`library`](crate::library).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::finding::Severity;
use crate::library::{Locator, OneOrMany, Path};
use crate::origin::{PathIndex, same_package};

/// How code of one language reads the environment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// The objects whose members are variables: `process.env`.
    #[serde(default, rename = "root")]
    pub roots: Vec<Root>,
    /// The calls that look a variable up by its name.
    #[serde(default, rename = "lookup")]
    pub lookups: Vec<Lookup>,
    /// The calls that say what a variable is when it is not set.
    #[serde(default, rename = "default")]
    pub defaults: Vec<SchemaDefault>,
}

/// How code of one language reads the environment, found by where a value comes from.
#[derive(Debug, Default)]
pub struct Environments {
    roots: &'static [Root],
    /// [`Environment::roots`] that have a path.
    pub root_index: PathIndex<()>,
    /// [`Environment::lookups`].
    pub lookup_index: PathIndex<&'static Lookup>,
    /// [`Environment::defaults`].
    pub default_index: PathIndex<&'static SchemaDefault>,
}

impl Environments {
    fn new(environment: &'static Environment) -> Self {
        let mut index = Environments { roots: &environment.roots, ..Environments::default() };
        for root in &environment.roots {
            index.root_index.add(&root.packages, root.global, root.path.as_slice(), ());
        }
        for lookup in &environment.lookups {
            index.lookup_index.add(&lookup.packages, lookup.global, lookup.path.as_slice(), lookup);
        }
        for default in &environment.defaults {
            index.default_index.add(&default.packages, false, default.path.as_slice(), default);
        }
        index
    }

    /// Whether the exports of a module are variables.
    pub fn exports(&self, module: &str) -> bool {
        let exports = |root: &&Root| root.path.as_slice().is_empty();
        self.roots.iter().filter(exports).any(|root| root.packages.iter().any(|package| same_package(package, module)))
    }
}

/// An object whose members are variables.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Root {
    /// The packages it comes from.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Whether it is a global name.
    #[serde(default)]
    pub global: bool,
    /// How it is reached, any of them; where there is none, the module's exports are the variables.
    #[serde(default)]
    pub path: OneOrMany<Path>,
}

/// A call that looks a variable, or a key of a configuration made of variables, up by its name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lookup {
    /// The packages it comes from.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Whether it is a global name.
    #[serde(default)]
    pub global: bool,
    /// How the callee is reached; any of them.
    pub path: OneOrMany<Path>,
    /// Where the environment is given, for calls that look into any object: the call is meant only if one of
    /// [`Environment::roots`] stands there.
    #[serde(default)]
    pub environment: Option<Locator>,
    /// Where the variable's name is given, as a literal; without one the call is not meant.
    pub name: Locator,
    /// Where the value is given that is used when the variable is not set.
    #[serde(default)]
    pub fallback: Option<Locator>,
}

/// A call of a schema library that says what a variable is when it is not set. The variable's name is the one the
/// schema stands under.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SchemaDefault {
    /// The packages it comes from.
    pub packages: Vec<String>,
    /// How the callee is reached; any of them.
    pub path: OneOrMany<Path>,
    /// Where the value is given; all that are there count.
    pub value: OneOrMany<Locator>,
}

/// What can be guessed, in one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Random {
    /// What makes 256 bits that nobody can guess, as code.
    pub replacement: String,
    /// Where guessable values come from.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// What can be guessed in one language, found by where a value comes from.
#[derive(Debug)]
pub struct RandomSources {
    /// [`Random::replacement`].
    pub replacement: &'static str,
    /// [`Random::sources`].
    pub index: PathIndex<&'static Source>,
}

impl RandomSources {
    fn new(random: &'static Random) -> Self {
        let mut index = PathIndex::default();
        for source in &random.sources {
            index.add(&source.packages, source.global, source.path.as_slice(), source);
        }
        RandomSources { replacement: &random.replacement, index }
    }
}

/// Where a guessable value comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Source {
    /// The packages it comes from.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Whether it is a global name.
    #[serde(default)]
    pub global: bool,
    /// How the callee, or the value that is read, is reached; any of them. `*` as the last member is any member.
    pub path: OneOrMany<Path>,
    /// Why it can be guessed, as a clause.
    pub what: String,
    /// How bad a secret made of it is.
    #[serde(default = "error")]
    pub severity: Severity,
}

fn error() -> Severity {
    Severity::Error
}

static ENVIRONMENT: LazyLock<BTreeMap<&'static str, Environments>> = LazyLock::new(|| {
    let read: BTreeMap<String, Environment> =
        toml::from_str(include_str!("../rules/vocabulary/environment.toml")).unwrap_or_default();
    by_family(read, Environments::new)
});

static RANDOM: LazyLock<BTreeMap<&'static str, RandomSources>> = LazyLock::new(|| {
    let read: BTreeMap<String, Random> =
        toml::from_str(include_str!("../rules/vocabulary/random.toml")).unwrap_or_default();
    by_family(read, RandomSources::new)
});

/// What was read, indexed. It lives as long as the process.
fn by_family<T, U>(read: BTreeMap<String, T>, index: fn(&'static T) -> U) -> BTreeMap<&'static str, U> {
    let read: &'static BTreeMap<String, T> = Box::leak(Box::new(read));
    read.iter().map(|(family, known)| (family.as_str(), index(known))).collect()
}

/// How the language of this family (`javascript`) reads the environment, if that is known.
pub fn environment(family: &str) -> Option<&'static Environments> {
    ENVIRONMENT.get(family)
}

/// What can be guessed in the language of this family (`javascript`), if that is known.
pub fn random(family: &str) -> Option<&'static RandomSources> {
    RANDOM.get(family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_loads() {
        let read: Result<BTreeMap<String, Environment>, _> =
            toml::from_str(include_str!("../rules/vocabulary/environment.toml"));
        assert!(read.is_ok(), "{:?}", read.err());
        assert!(environment("javascript").expect("JavaScript").exports("$env/static/private"));
        assert!(environment("cobol").is_none());
    }

    #[test]
    fn randomness_loads_and_is_an_error_unless_it_says_otherwise() {
        let read: BTreeMap<String, Random> =
            toml::from_str(include_str!("../rules/vocabulary/random.toml")).expect("random.toml");
        let severity = |wanted: &str| {
            let wanted = wanted.parse().expect("a path");
            let source = read["javascript"].sources.iter().find(|source| source.path.as_slice().contains(&wanted));
            source.map(|source| source.severity)
        };
        assert_eq!(severity("Math.random"), Some(Severity::Error));
        assert_eq!(severity("v4"), Some(Severity::Note));
        for (language, random) in &read {
            assert!(!random.replacement.is_empty(), "{language}");
            for source in &random.sources {
                assert!(source.global || !source.packages.is_empty(), "{language}: {:?}", source.path);
                assert!(!source.what.ends_with('.') && !source.path.as_slice().is_empty(), "{}", source.what);
            }
        }
    }
}
