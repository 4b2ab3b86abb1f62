//! What is known of a language itself: how it reads the environment, and which of its values can be guessed. The
//! knowledge is data, one file for each family of languages in `rules/vocabulary/environment` and `rules/vocabulary/random`;
//! paths and locators in it are those of [`library`](crate::library).

use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::finding::Severity;
use crate::language::FAMILIES;
use crate::library::{Condition, Locator, OneOrMany, Path};
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
    /// Whether some look-ups fill what they are given.
    pub fills: bool,
}

impl Environments {
    fn new(environment: &'static Environment) -> Self {
        let mut index = Environments { roots: &environment.roots, ..Environments::default() };
        for root in &environment.roots {
            index.root_index.add(&root.packages, root.global, root.path.as_slice(), ());
        }
        for lookup in &environment.lookups {
            index.lookup_index.add(&lookup.packages, lookup.global, lookup.path.as_slice(), lookup);
            index.fills |= lookup.fills.is_some();
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
    /// Where the value can be given that is used when the variable is not set.
    #[serde(default)]
    pub fallback: OneOrMany<Locator>,
    /// What it writes the value to, where it does not return it.
    #[serde(default)]
    pub fills: Option<Locator>,
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
    /// Whether some of them fill what they are given.
    pub fills: bool,
}

impl RandomSources {
    fn new(random: &'static Random) -> Self {
        let mut index = PathIndex::default();
        for source in &random.sources {
            index.add(&source.packages, source.global, source.path.as_slice(), source);
        }
        let fills = random.sources.iter().any(|source| source.fills.is_some());
        RandomSources { replacement: &random.replacement, index, fills }
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
    /// What has to hold for a call to be meant; all of them.
    #[serde(default)]
    pub requires: Vec<Condition>,
    /// What it writes the value to, where it does not return it.
    #[serde(default)]
    pub fills: Option<Locator>,
    /// Why it can be guessed, as a clause.
    pub what: String,
    /// How bad a secret made of it is.
    #[serde(default = "error")]
    pub severity: Severity,
}

fn error() -> Severity {
    Severity::Error
}

/// `rules/vocabulary/environment` and `rules/vocabulary/random`, as (family, TOML).
static ENVIRONMENT: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/environment.rs"));
static RANDOM: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/random.rs"));

/// How the language of this family (`javascript`) reads the environment, if that is known.
pub fn environment(family: &str) -> Option<&'static Environments> {
    static KNOWN: [OnceLock<Option<Environments>>; FAMILIES.len()] = [const { OnceLock::new() }; FAMILIES.len()];
    known(family, ENVIRONMENT, &KNOWN, Environments::new)
}

/// What can be guessed in the language of this family (`javascript`), if that is known.
pub fn random(family: &str) -> Option<&'static RandomSources> {
    static KNOWN: [OnceLock<Option<RandomSources>>; FAMILIES.len()] = [const { OnceLock::new() }; FAMILIES.len()];
    known(family, RANDOM, &KNOWN, RandomSources::new)
}

/// What is known of a family, read and indexed when it is first asked for. It lives as long as the process.
fn known<T: DeserializeOwned, U>(
    family: &str,
    files: &[(&str, &str)],
    known: &'static [OnceLock<Option<U>>; FAMILIES.len()],
    index: fn(&'static T) -> U,
) -> Option<&'static U> {
    let position = FAMILIES.iter().position(|known| *known == family)?;
    let read = || {
        let (_, text) = files.iter().find(|(name, _)| *name == family)?;
        // What cannot be read is a fault of the build, which a test finds; no input can cause it.
        Some(index(Box::leak(Box::new(toml::from_str(text).ok()?))))
    };
    known[position].get_or_init(read).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_loads() {
        for (family, text) in ENVIRONMENT {
            let read: Result<Environment, _> = toml::from_str(text);
            assert!(read.is_ok(), "{family}: {:?}", read.err());
            assert!(environment(family).is_some(), "{family} is no family of languages");
        }
        assert!(environment("javascript").expect("JavaScript").exports("$env/static/private"));
        assert!(environment("cobol").is_none());
    }

    #[test]
    fn randomness_loads_and_is_an_error_unless_it_says_otherwise() {
        for (family, text) in RANDOM {
            let read: Random = toml::from_str(text).unwrap_or_else(|error| panic!("{family}: {error}"));
            assert!(random(family).is_some(), "{family} is no family of languages");
            assert!(!read.replacement.is_empty(), "{family}");
            for source in &read.sources {
                assert!(
                    source.global
                        || !source.packages.is_empty()
                        || source.path.as_slice().iter().all(|path| path.anywhere),
                    "{family}: {:?}",
                    source.path
                );
                assert!(!source.what.ends_with('.') && !source.path.as_slice().is_empty(), "{}", source.what);
            }
        }
        let (_, text) = RANDOM.iter().find(|(family, _)| *family == "javascript").expect("JavaScript");
        let read: Random = toml::from_str(text).expect("read above");
        let severity = |wanted: &str| {
            let wanted = wanted.parse().expect("a path");
            let source = read.sources.iter().find(|source| source.path.as_slice().contains(&wanted));
            source.map(|source| source.severity)
        };
        assert_eq!(severity("Math.random"), Some(Severity::Error));
        assert_eq!(severity("v4"), Some(Severity::Note));
    }
}
