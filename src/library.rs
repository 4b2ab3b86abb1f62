//! Library models: what the calls of a JWT library mean, as data.
//!
//! A model is one TOML file in `rules/libraries/<language>/`. It names the packages it is about and, for each call that
//! signs, verifies or decodes, where the key and the algorithms stand and what the library does when they are missing.
//! Rules read models; no rule names a library.
//!
//! # Paths
//! A path says how a callee is reached from its package: member names joined by dots; `()` for a call or the construction
//! of an instance; `..` for any chain of method calls in between; a leading `*` for a receiver that is not followed (the
//! model then has to say in `requires` how the call is told from others). `default` is the default export, and what a
//! CommonJS `require` returns; a member of it is written without it (`sign` for `jwt.sign`). `super` is the constructor
//! of the class a class extends. A constructor that is called is reached by its name alone, as a function is: `Strategy`
//! for `new Strategy(...)`; `createVerifier()` is a call of what `createVerifier` returned. `sign`, `default`,
//! `JwtService().sign`, `SignJWT()..sign`, `*.register`, `Strategy.super` are paths.
//!
//! # Locators
//! A locator says where in a call a value stands: the argument's position (0-based) or its keyword and `=`, then member
//! names: `1`, `2.algorithms`, `key=`, `0.secret`. `*` stands for every entry, and in place of a position for every
//! argument. With `NAME/` in front it is the argument of an earlier call of that name in the same chain:
//! `setProtectedHeader/0.alg`. `&=` is the block that a call is given in Ruby. `this` is what a method is called on,
//! `result` what the call returns.
//!
//! A function that stands on the way, or where the value is looked for, stands for what it returns, for what a promise
//! it returns resolves to, and for what it hands its last parameter behind an error (`done(null, key)`); a class on the
//! way for its instance. Where a key is located, ` as ` and an encoding behind the locator says how text that stands
//! there becomes bytes, whatever the call does otherwise: `1.k as base64url`.

use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;
use serde::de::{self, Deserializer};

use crate::language::{FAMILIES, Language};
use crate::manifest::fold;
use crate::origin::{PathIndex, same_package};

/// What one library's calls mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Library {
    /// The name reports use.
    pub name: String,
    /// Import names. `name/*` stands for every path below `name`. Empty for what the language itself offers.
    #[serde(default)]
    pub packages: Vec<String>,
    /// What it is called in manifests, where that is not what is imported: `PyJWT` for `jwt`,
    /// `io.jsonwebtoken:jjwt-api` for `io.jsonwebtoken`. `name/*` stands for every path below `name`.
    #[serde(default)]
    pub distributions: Vec<String>,
    /// Whether the paths are also reachable as global names, as scripts in a browser do it.
    #[serde(default)]
    pub global: bool,
    /// Where the facts were read: package versions and files.
    pub source: String,
    /// Whether it signs something other than JWTs (cookies, sessions). Such models are off unless asked for.
    #[serde(default)]
    pub adjacent: bool,
    /// Whether it is made for the browser, where a token can only be read: an unverified decode is then a note.
    #[serde(default)]
    pub client: bool,
    /// The calls that sign, verify or decode.
    #[serde(default, rename = "use")]
    pub uses: Vec<Use>,
    /// The calls that turn text into key bytes or a key object.
    #[serde(default, rename = "conversion")]
    pub conversions: Vec<Conversion>,
    /// The calls that give back what they are given.
    #[serde(default, rename = "wrapper")]
    pub wrappers: Vec<Wrapper>,
    /// The names under which a framework hands it its key and says what to do with it.
    #[serde(default, rename = "setting")]
    pub settings: Vec<Setting>,
}

impl Library {
    /// What it is called in manifests.
    pub fn distributions(&self) -> &[String] {
        if self.distributions.is_empty() { &self.packages } else { &self.distributions }
    }
}

/// What a call does with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// Makes a token.
    Sign,
    /// Checks a token.
    Verify,
    /// Is given a key for both, as a middleware or service is.
    SignAndVerify,
    /// Reads a token without checking it.
    Decode,
    /// Reads a token's header without checking it, which says how to.
    ReadHeader,
    /// Makes or accepts a token that has no signature, always.
    Unsecured,
}

impl Does {
    /// Whether it checks tokens.
    pub fn verifies(self) -> bool {
        matches!(self, Does::Verify | Does::SignAndVerify)
    }

    /// Whether it makes tokens.
    pub fn signs(self) -> bool {
        matches!(self, Does::Sign | Does::SignAndVerify)
    }
}

/// What the library does when the accepted algorithms are not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The call fails, or one fixed algorithm is used.
    #[default]
    Safe,
    /// The kind of key decides: an HMAC key allows only HMAC algorithms.
    KeyType,
    /// The token's header decides: a public key given as text can be used as an HMAC key.
    Header,
    /// A token without a signature can pass.
    NoneRisk,
}

/// How the text of a key becomes its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// The bytes of the text.
    #[default]
    Utf8,
    /// Base64, either alphabet, padded or not.
    Base64,
    /// Base64 of RFC 4648 §5, not padded.
    Base64url,
    /// Two digits a byte.
    Hex,
    /// Hex where the text is an even number of hex digits, else the bytes of the text.
    HexIfHex,
    /// A digest of the text: as many bytes as the digest has, no more for a guesser to guess than the text had.
    Digest,
}

/// One call, or several that mean the same.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Use {
    /// How the callee is reached; any of them.
    pub path: OneOrMany<Path>,
    /// What the call does.
    pub does: Does,
    /// What has to hold for the call to be meant; all of them.
    #[serde(default)]
    pub requires: Vec<Condition>,
    /// Where the token is given.
    #[serde(default)]
    pub token: Option<Locator>,
    /// What the call writes the token's payload to.
    #[serde(default)]
    pub fills: Option<Locator>,
    /// Where a key can be given; all that are there count. ` as ` says how the text of one becomes bytes.
    #[serde(default)]
    pub key: OneOrMany<Locator>,
    /// Where the algorithm that signs is given; the first that is there counts.
    #[serde(default)]
    pub algorithm: OneOrMany<Locator>,
    /// Where the accepted algorithms are given; the first that is there counts.
    #[serde(default)]
    pub algorithms: OneOrMany<Locator>,
    /// Any of these pins the algorithms in another way than by a list.
    #[serde(default)]
    pub pinned: Vec<Condition>,
    /// The algorithm when none is given and the key is text.
    #[serde(default)]
    pub default_algorithm: Option<String>,
    /// How a text key becomes bytes.
    #[serde(default)]
    pub encoding: Encoding,
    /// What happens when the accepted algorithms are not given.
    #[serde(default)]
    pub missing: Missing,
    /// Any of these turns verification off.
    #[serde(default)]
    pub unverified: Vec<Condition>,
    /// Any of these makes or accepts tokens without a signature.
    #[serde(default)]
    pub unsecured: Vec<Condition>,
    /// What was different in older versions; the first whose `below` is above the version in use counts.
    #[serde(default)]
    pub version: Vec<Version>,
    /// The version taken to be in use where no manifest says it, if not the current one: code that cannot work with that.
    #[serde(default)]
    pub presumed_version: Option<String>,
}

/// How a call behaved before a version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Version {
    /// The first version that no longer behaves so.
    pub below: String,
    /// What happened when the accepted algorithms were not given.
    pub missing: Missing,
}

/// A call that turns text into a key: its value is the key, its encoding how the text is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Conversion {
    /// How the callee is reached; any of them.
    pub path: OneOrMany<Path>,
    /// Where the text is given; all that are there count. Nowhere, if the key comes from elsewhere.
    #[serde(default)]
    pub value: OneOrMany<Locator>,
    /// How it is read when the call does not say.
    #[serde(default)]
    pub encoding: Encoding,
    /// Where the call says how it is read: `base64`, `base64url`, `hex`, `utf8` and the like.
    #[serde(default)]
    pub encoding_at: Option<Locator>,
    /// What has to hold for the call to be meant; all of them.
    #[serde(default)]
    pub requires: Vec<Condition>,
    /// Whether the key it makes says itself for which algorithm it is, so that a verification with it needs no list.
    #[serde(default)]
    pub pins: bool,
}

/// A call that gives back what it is given, or a function that does what the given one does: `Object.freeze(options)`,
/// `promisify(jwt.verify)`, `option.getOrElse(other)`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wrapper {
    /// How the callee is reached; any of them.
    pub path: OneOrMany<Path>,
    /// Where that is given.
    pub value: Locator,
    /// Where the value is given that it gives where there is no first one.
    #[serde(default)]
    pub otherwise: Option<Locator>,
    /// What has to hold for the call to be meant; all of them.
    #[serde(default)]
    pub requires: Vec<Condition>,
}

/// A name that says what the library is told, where code hands it nothing itself: a member of a framework's
/// configuration, a constant of a settings module, a field of a settings class. It counts in files that show the library
/// in use: by importing one of its packages, by naming one in a text (`'rest_framework_simplejwt'`), or by an entry
/// that stands [`beside`](Setting::beside).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    /// The last names that lead to the value, outermost first, joined by dots: `SECRET_KEY`, `SIMPLE_JWT.SIGNING_KEY`;
    /// any of them. They are compared letter by letter.
    pub name: OneOrMany<String>,
    /// Entries, named in the same way, one of which also shows the library in use where it stands beside the setting or
    /// around it.
    #[serde(default)]
    pub beside: OneOrMany<String>,
    /// Entries, named in the same way, that take its place: with any of them in the file it means nothing.
    #[serde(default)]
    pub unless: OneOrMany<String>,
    /// Where the value is not a key but a switch: the value that turns verification off.
    #[serde(default)]
    pub unverified: Option<toml::Value>,
    /// The entries, named in the same way, that say which algorithm the key is for.
    #[serde(default)]
    pub algorithm: OneOrMany<String>,
    /// The algorithm where none of them does.
    #[serde(default)]
    pub default_algorithm: Option<String>,
}

impl Setting {
    /// Whether one of `names` is what a path of names ends in.
    pub fn is_named(names: &OneOrMany<String>, path: &[String]) -> bool {
        names.as_slice().iter().any(|name| {
            let mut rest = name.as_str();
            for segment in path.iter().rev() {
                let Some(before) = rest.strip_suffix(segment.as_str()) else { return false };
                if before.is_empty() {
                    return true;
                }
                let Some(before) = before.strip_suffix('.') else { return false };
                rest = before;
            }
            false
        })
    }
}

/// Something that can hold for a call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Condition {
    /// Where to look; any of them.
    pub at: OneOrMany<Locator>,
    /// It is this literal, number or truth value; of a list, one of these.
    #[serde(default)]
    pub equals: Option<toml::Value>,
    /// `true`: something is given there; `false`: nothing is.
    #[serde(default)]
    pub present: Option<bool>,
    /// `true`: it is a literal, a list, a map or a function that the language takes for true; `false`: one it takes
    /// for false (`''`, `0`, `null`). What is not known is neither.
    #[serde(default)]
    pub truthy: Option<bool>,
    /// It is a function that reads one of these members of its first parameter, by paths like `Header.alg`, or what a call
    /// returned of which one of these is read.
    #[serde(default)]
    pub reads: OneOrMany<String>,
    /// It comes from one of these packages; with `#` and a path behind the package, it is what that path names.
    #[serde(default)]
    pub from: OneOrMany<Provenance>,
}

/// One or several, written as a value or as a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// Written as a value.
    One(T),
    /// Written as a list.
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        OneOrMany::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(value) => std::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }
}

/// The models of the libraries of one family of languages, found by where a callee comes from.
#[derive(Debug, Default)]
pub struct Models {
    /// What the calls mean that sign, verify and decode.
    pub uses: PathIndex<(&'static Library, &'static Use)>,
    /// The calls that make keys of text.
    pub conversions: PathIndex<&'static Conversion>,
    /// The calls that give back what they are given.
    pub wrappers: PathIndex<&'static Wrapper>,
    /// What settings mean.
    pub settings: Vec<(&'static Library, &'static Setting)>,
    /// The models.
    pub libraries: &'static [Library],
    /// The packages of the libraries that read tokens, as they are compared.
    packages: Vec<String>,
}

/// The models in `rules/libraries`, as (language, name, TOML).
static EMBEDDED: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/libraries.rs"));

impl Models {
    /// The models a file of this language is read with, those of `adjacent` libraries among them or not. Parsed when they
    /// are first asked for.
    pub fn of(language: Language, adjacent: bool) -> &'static Models {
        static MODELS: [[OnceLock<Models>; 2]; FAMILIES.len()] =
            [const { [const { OnceLock::new() }; 2] }; FAMILIES.len()];
        static NONE: LazyLock<Models> = LazyLock::new(Models::default);
        match FAMILIES.iter().position(|family| *family == language.family()) {
            Some(index) => {
                MODELS[index][usize::from(adjacent)].get_or_init(|| Models::embedded(FAMILIES[index], adjacent))
            }
            None => &NONE,
        }
    }

    fn embedded(folder: &str, adjacent: bool) -> Models {
        let libraries: Vec<Library> = EMBEDDED
            .iter()
            .filter(|(language, _, _)| *language == folder)
            // A model that cannot be read is a fault of the build, which a test finds; no input can cause it.
            .filter_map(|(_, _, text)| toml::from_str::<Library>(text).ok())
            .filter(|library| adjacent || !library.adjacent)
            .collect();
        // They live as long as the process.
        Models::new(libraries.leak())
    }

    fn new(libraries: &'static [Library]) -> Models {
        let mut models = Models { libraries, ..Models::default() };
        for library in libraries {
            let (packages, global) = (library.packages.as_slice(), library.global);
            for model in &library.uses {
                models.uses.add(packages, global, model.path.as_slice(), (library, model));
            }
            for conversion in &library.conversions {
                models.conversions.add(packages, global, conversion.path.as_slice(), conversion);
            }
            for wrapper in &library.wrappers {
                models.wrappers.add(packages, global, wrapper.path.as_slice(), wrapper);
            }
            models.settings.extend(library.settings.iter().map(|setting| (library, setting)));
            let reads_tokens = library.uses.iter().any(|model| model.token.is_some())
                || (library.uses.is_empty() && !library.settings.is_empty());
            if reads_tokens {
                models.packages.extend(library.distributions().iter().map(|name| fold(name)));
            }
        }
        models
    }

    /// Whether a package, by its name in a manifest, is a JWT library that a model knows: what signs, verifies or decodes
    /// in its own source is the library at work, not somebody using it.
    pub fn knows(&self, package: &str) -> bool {
        let package = fold(package);
        self.packages.iter().any(|name| same_package(name, &package))
    }
}

/// How a callee is reached from its package: see the module's documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Whether the receiver is not followed: only the end of the way to the callee is compared.
    pub anywhere: bool,
    /// The steps.
    pub segments: Vec<Segment>,
}

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A member of this name.
    Member(String),
    /// A call, or the construction of an instance.
    Call,
    /// Any chain of method calls, the empty one included.
    Chain,
}

/// What a [`Path`] or [`Locator`] could not be read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl FromStr for Path {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed(format!("`{text}` is not a path: expected names joined by `.`, `()` and `..`"));
        let (anywhere, mut rest) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut segments = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("()") {
                segments.push(Segment::Call);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("..") {
                segments.push(Segment::Chain);
                rest = after;
            } else {
                let name = if segments.is_empty() || matches!(segments.last(), Some(Segment::Chain)) {
                    rest
                } else {
                    rest.strip_prefix('.').ok_or_else(malformed)?
                };
                let end = name.find(['.', '(']).unwrap_or(name.len());
                if end == 0 {
                    return Err(malformed());
                }
                segments.push(Segment::Member(name[..end].to_owned()));
                rest = &name[end..];
            }
        }
        if segments.is_empty() || matches!(segments.last(), Some(Segment::Chain)) {
            return Err(malformed());
        }
        Ok(Path { anywhere, segments })
    }
}

/// Where in a call a value stands: see the module's documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locator {
    /// The earlier call of the chain whose argument it is; `None` for the call itself.
    pub method: Option<String>,
    /// Which argument.
    pub argument: ArgumentName,
    /// The members that lead from the argument to the value; `*` is every entry.
    pub members: Vec<String>,
    /// How text that stands there becomes bytes, if the locator says so.
    pub encoding: Option<Encoding>,
}

/// Where something comes from: a package, or what a path in it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The package.
    pub package: String,
    /// The path in it, if only that is meant.
    pub path: Option<Path>,
}

impl FromStr for Provenance {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        match text.split_once('#') {
            Some((package, path)) => Ok(Provenance { package: package.to_owned(), path: Some(path.parse()?) }),
            None => Ok(Provenance { package: text.to_owned(), path: None }),
        }
    }
}

/// How an argument is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentName {
    /// What a method is called on.
    This,
    /// What the call returns.
    Result,
    /// By its position, 0-based.
    Position(usize),
    /// Any that has no keyword.
    Any,
    /// By its keyword.
    Keyword(String),
}

impl FromStr for Locator {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed =
            || Malformed(format!("`{text}` is not a locator: expected `1`, `2.algorithms`, `key=`, `method/0`"));
        let (text, encoding) = match text.split_once(" as ") {
            Some((text, name)) => (text, Some(encoding(name).ok_or_else(malformed)?)),
            None => (text, None),
        };
        let (method, rest) = match text.split_once('/') {
            Some((method, rest)) if !method.is_empty() => (Some(method.to_owned()), rest),
            Some(_) => return Err(malformed()),
            None => (None, text),
        };
        let mut parts = rest.split('.');
        let head = parts.next().unwrap_or_default();
        let argument = match head.strip_suffix('=') {
            Some(keyword) if !keyword.is_empty() => ArgumentName::Keyword(keyword.to_owned()),
            None if head == "this" => ArgumentName::This,
            None if head == "result" => ArgumentName::Result,
            None if head == "*" => ArgumentName::Any,
            _ => ArgumentName::Position(head.parse().map_err(|_| malformed())?),
        };
        let members: Vec<String> = parts.map(str::to_owned).collect();
        if members.iter().any(String::is_empty) {
            return Err(malformed());
        }
        Ok(Locator { method, argument, members, encoding })
    }
}

fn encoding(name: &str) -> Option<Encoding> {
    Encoding::deserialize(de::value::StrDeserializer::<de::value::Error>::new(name)).ok()
}

macro_rules! deserialize_from_str {
    ($type:ty) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

deserialize_from_str!(Path);
deserialize_from_str!(Locator);
deserialize_from_str!(Provenance);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_model_can_be_read() {
        assert!(!EMBEDDED.is_empty());
        for (language, name, text) in EMBEDDED {
            if let Err(error) = toml::from_str::<Library>(text) {
                panic!("{language}/{name}: {error}");
            }
        }
    }

    #[test]
    fn settings_are_known_by_the_end_of_their_path() {
        let named = |name: &str, path: &[&str]| {
            let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
            Setting::is_named(&OneOrMany::One(name.to_owned()), &path)
        };
        assert!(named("SECRET_KEY", &["app", "config", "SECRET_KEY"]));
        assert!(named("SIMPLE_JWT.SIGNING_KEY", &["SIMPLE_JWT", "SIGNING_KEY"]));
        assert!(named("App.Guardian.secret_key", &["app", "App.Guardian", "secret_key"]));
        assert!(!named("SECRET_KEY", &["JWT_SECRET_KEY"]));
        assert!(!named("SIMPLE_JWT.SIGNING_KEY", &["SIGNING_KEY"]));
        assert!(!named("SIMPLE_JWT.SIGNING_KEY", &["MY_SIMPLE_JWT", "SIGNING_KEY"]));
        assert!(!named("SECRET_KEY", &[]));
    }

    #[test]
    fn paths_are_read_as_documented() {
        let path = |text: &str| text.parse::<Path>();
        let member = |name: &str| Segment::Member(name.to_owned());
        assert_eq!(path("sign").unwrap().segments, [member("sign")]);
        assert_eq!(
            path("SignJWT()..sign").unwrap().segments,
            [member("SignJWT"), Segment::Call, Segment::Chain, member("sign")]
        );
        assert_eq!(
            path("PassportStrategy().super").unwrap().segments,
            [member("PassportStrategy"), Segment::Call, member("super")]
        );
        assert!(path("*.register").unwrap().anywhere);
        for wrong in ["", "a..", "*.", ".a", "a(.b"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn locators_are_read_as_documented() {
        let locator = |text: &str| text.parse::<Locator>();
        let header = locator("setProtectedHeader/0.alg").unwrap();
        assert_eq!(header.method.as_deref(), Some("setProtectedHeader"));
        assert_eq!(header.members, ["alg"]);
        assert_eq!(locator("1.k as base64url").unwrap().encoding, Some(Encoding::Base64url));
        assert_eq!(locator("this").unwrap().argument, ArgumentName::This);
        assert_eq!(locator("key=").unwrap().argument, ArgumentName::Keyword("key".to_owned()));
        for wrong in ["", "a", "/0", "0..a", "=", "0 as rot13"] {
            assert!(locator(wrong).is_err(), "{wrong}");
        }
    }
}
