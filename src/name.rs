//! What names hold JWT secrets, and how sure that is.
//!
//! The names themselves are data, `rules/vocabulary/names.toml`; here is only how a name is taken apart and held
//! against them. A name is the whole path that leads to a value, outermost name first.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

/// How sure a name is to hold the secret of a JWT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// It says so: `JWT_SECRET`.
    A,
    /// It says that it secures tokens, which as a rule are JWTs: `ACCESS_TOKEN_SECRET`.
    B,
    /// It is an application's secret, often used for JWTs too: `SECRET_KEY`. By itself not enough for a finding.
    C,
}

/// Segments longer than this many bytes are text, not names.
const MAX_SEGMENT: usize = 160;

/// Only so many names above a value can say something about it.
const MAX_SEGMENTS: usize = 12;

/// `names.toml` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    words: Vec<String>,
    qualifiers: FxHashSet<String>,
    containers: FxHashSet<String>,
    same: FxHashMap<String, String>,
    never: Never,
    #[serde(rename = "pattern")]
    patterns: Vec<Pattern>,
    #[serde(rename = "whole")]
    wholes: Vec<Whole>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Never {
    refused: FxHashSet<String>,
    pointers: FxHashSet<String>,
    texts: FxHashSet<String>,
    between: FxHashSet<String>,
    around: FxHashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pattern {
    tier: Tier,
    tokens: Vec<String>,
    between: Option<FxHashSet<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    tier: Tier,
    names: Vec<String>,
}

/// The names in the shape they are asked for in.
struct Vocabulary {
    names: Names,
    /// Whole names, their tokens by segment.
    wholes: Vec<(Tier, Vec<Vec<String>>)>,
    /// Of each pattern the alternatives for each of its tokens, the last first.
    patterns: Vec<Vec<Vec<String>>>,
    /// Finds the words a secret's name can end in, in any case.
    finals: AhoCorasick,
    /// The words that names above a secret's can end in.
    steps: FxHashSet<String>,
    /// How qualifiers begin, by which nearly all other names are told.
    beginnings: FxHashSet<[u8; 2]>,
}

static VOCABULARY: LazyLock<Option<Vocabulary>> = LazyLock::new(|| load().ok());

/// Reads the names that are compiled in.
fn load() -> Result<Vocabulary, Box<dyn std::error::Error>> {
    let mut names: Names = toml::from_str(include_str!("../rules/vocabulary/names.toml"))?;
    // The longest first, so that `signing` is not cut behind `sign`.
    names.words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let wholes: Vec<(Tier, Vec<Vec<String>>)> = names
        .wholes
        .iter()
        .flat_map(|whole| whole.names.iter().map(|name| (whole.tier, segments(&names, &[name]))))
        .collect();
    let mut finals: FxHashSet<String> = FxHashSet::default();
    for pattern in &names.patterns {
        finals.extend(pattern.tokens.last().iter().flat_map(|last| last.split('|')).map(str::to_owned));
    }
    finals.extend(wholes.iter().filter_map(|(_, whole)| whole.last()?.last().cloned()));
    let subjects = names.patterns.iter().flat_map(|pattern| pattern.tokens.iter().flat_map(|token| token.split('|')));
    let mut steps: FxHashSet<String> = subjects.map(str::to_owned).collect();
    steps.extend(names.containers.iter().cloned());
    steps.extend(wholes.iter().flat_map(|(_, whole)| whole.iter().flatten()).cloned());
    let same: Vec<String> =
        names.same.iter().filter(|(_, same)| steps.contains(*same)).map(|(word, _)| word.clone()).collect();
    steps.extend(same);
    let alternatives = |token: &String| token.split('|').map(str::to_owned).collect();
    let patterns =
        names.patterns.iter().map(|pattern| pattern.tokens.iter().rev().map(alternatives).collect()).collect();
    let finals = AhoCorasick::builder().ascii_case_insensitive(true).build(finals)?;
    let beginnings = names.qualifiers.iter().filter_map(|word| word.as_bytes().first_chunk().copied()).collect();
    Ok(Vocabulary { wholes, patterns, finals, steps, beginnings, names })
}

/// The lower-case tokens of a path of names, outermost first: `["jwt", "signingKey"]` is `jwt`, `signing`, `key`.
/// Words that are glued together are cut: `jwtsecret` is `jwt`, `secret`.
pub fn tokens(path: &[impl AsRef<str>]) -> Vec<String> {
    let words = VOCABULARY.as_ref().map_or(&[][..], |vocabulary| &vocabulary.names.words);
    path.iter().flat_map(|name| pieces(name.as_ref())).flat_map(|piece| split(piece, words)).collect()
}

/// Whether a name is written as variables of the environment are: `SECRET_KEY`.
pub fn is_environment(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// How sure the path of names, outermost first, is to lead to the secret of a JWT; `None` if nothing says so.
pub fn tier(path: &[impl AsRef<str>]) -> Option<Tier> {
    let vocabulary = VOCABULARY.as_ref()?;
    if !vocabulary.may_hold_secret(path) {
        return None;
    }
    let name = vocabulary.name(path)?;
    vocabulary.tier(&name)
}

/// Whether a path of names says that its values are known and refused, as a list of placeholders does.
pub fn is_refused(path: &[impl AsRef<str>]) -> bool {
    let Some(vocabulary) = VOCABULARY.as_ref() else { return false };
    tokens(path).iter().any(|token| vocabulary.names.never.refused.contains(token))
}

/// Whether a name says that it is the secret of somebody or something else: `totpSecret`, `STRIPE_SECRET`.
pub fn is_of_another(name: &str) -> bool {
    let Some(vocabulary) = VOCABULARY.as_ref() else { return false };
    humps(name).any(|token| vocabulary.names.never.around.contains(lower(token).as_ref()))
}

/// Whether a name by itself ends as a secret's does, with or without what says which of several it is.
pub fn ends_like_secret(name: &str) -> bool {
    let Some(vocabulary) = VOCABULARY.as_ref() else { return true };
    let last = humps(name).filter(|token| !vocabulary.is_qualifier(&lower(token))).last();
    // Words may be glued together, and of several.
    let ends = |last: &str| vocabulary.finals.find_overlapping_iter(last).any(|found| last.len() - found.end() <= 1);
    match last {
        // It only ends the name of a secret that was named before.
        Some(last) if vocabulary.is_jwt(&lower(last)) => tier(&[name]).is_some(),
        Some(last) => ends(last),
        None => false,
    }
}

/// Where the words stand that the names of secrets end in.
pub fn final_words(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let found = VOCABULARY.as_ref().map(|vocabulary| vocabulary.finals.find_iter(text).map(|found| found.range()));
    found.into_iter().flatten()
}

/// Whether a name that has others below it can make one of them a secret's that by itself is none: `jwtConfig` can,
/// `jwtChallenge` cannot.
pub fn can_lead_to_secret(name: &str) -> bool {
    let Some(vocabulary) = VOCABULARY.as_ref() else { return true };
    let Some(last) = humps(name).last() else { return true };
    let last = lower(last);
    if vocabulary.is_qualifier(&last) {
        return true;
    }
    // Words may be numbered, glued together, and of several.
    let last = last.trim_end_matches(|character: char| character.is_ascii_digit());
    let parts = cut(last, &vocabulary.names.words);
    let last = parts.as_ref().and_then(|parts| parts.last()).map_or(last, String::as_str);
    let is_step = |word: &str| vocabulary.steps.contains(word) || vocabulary.is_qualifier(word);
    is_step(last) || last.strip_suffix('s').is_some_and(is_step)
}

/// Whether a name is a secret's where names that do not say JWT lead to it: `privateKey` is one below `access`, `objectKey`
/// below none.
pub fn can_end_secret(name: &str) -> bool {
    let Some(vocabulary) = VOCABULARY.as_ref() else { return true };
    ends_like_secret(name) && vocabulary.name(&[name]).is_some_and(|name| vocabulary.can_end(&name))
}

/// A name taken apart.
struct Name {
    /// Its tokens, each with the number of the segment it stands in; without qualifiers at the end.
    tokens: Vec<(String, usize)>,
}

impl Name {
    fn token(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |(token, _)| token)
    }

    fn segment(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(0, |(_, segment)| *segment)
    }
}

impl Vocabulary {
    /// A quick look at the innermost name that says something: only those that have a word a secret's name can end in
    /// are worth taking apart.
    fn may_hold_secret(&self, path: &[impl AsRef<str>]) -> bool {
        for name in path.iter().rev().map(AsRef::as_ref) {
            if self.finals.is_match(name) {
                // What has blanks in it is a text for people.
                return name.len() <= MAX_SEGMENT && !name.trim().contains(char::is_whitespace);
            }
            let qualifies = name.len() <= 24
                && self.begins_like_qualifier(name)
                && pieces(name).flat_map(humps).all(|token| self.is_qualifier(&lower(token)));
            if !qualifies {
                return false;
            }
        }
        false
    }

    fn begins_like_qualifier(&self, name: &str) -> bool {
        match name.as_bytes() {
            [first, second, ..] if first.is_ascii_alphabetic() && second.is_ascii() => {
                self.beginnings.contains(&[first.to_ascii_lowercase(), second.to_ascii_lowercase()])
            }
            _ => true,
        }
    }

    fn is_jwt(&self, token: &str) -> bool {
        token == "jwt" || self.names.same.get(token).is_some_and(|same| same == "jwt")
    }

    fn is_qualifier(&self, token: &str) -> bool {
        self.names.qualifiers.contains(token) || token.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn name(&self, path: &[impl AsRef<str>]) -> Option<Name> {
        let path = path.get(path.len().saturating_sub(MAX_SEGMENTS)..)?;
        let mut tokens: Vec<(String, usize)> = segments(&self.names, path)
            .into_iter()
            .enumerate()
            .flat_map(|(number, segment)| segment.into_iter().map(move |token| (token, number)))
            .collect();
        while tokens.last().is_some_and(|(token, _)| self.is_qualifier(token)) {
            tokens.pop();
        }
        (!tokens.is_empty()).then_some(Name { tokens })
    }

    fn tier(&self, name: &Name) -> Option<Tier> {
        if self.is_about_secret(name) {
            return None;
        }
        let wholes = self.wholes.iter().filter(|(_, whole)| self.is_whole(name, whole)).map(|(tier, _)| (*tier, None));
        let patterns = self.names.patterns.iter().zip(&self.patterns);
        let patterns =
            patterns.filter_map(|(pattern, tokens)| Some((pattern.tier, Some(self.matched(name, pattern, tokens)?))));
        wholes
            .chain(patterns)
            .filter(|(tier, start)| match (tier, start) {
                (Tier::A, Some(start)) => !self.is_other(name, *start),
                (Tier::A, None) => true,
                (Tier::B | Tier::C, _) => !self.is_other(name, self.surroundings(name)),
            })
            .map(|(tier, _)| tier)
            .min()
    }

    /// Whether the last segments of the name are those of the whole one.
    fn is_whole(&self, name: &Name, whole: &[Vec<String>]) -> bool {
        let length: usize = whole.iter().map(Vec::len).sum();
        let Some(start) = name.tokens.len().checked_sub(length) else {
            return false;
        };
        if start > 0 && name.segment(start - 1) == name.segment(start) {
            return false;
        }
        let mut index = start;
        for (number, segment) in whole.iter().enumerate() {
            if number > 0 && name.segment(index) == name.segment(index - 1) {
                return false;
            }
            let first = name.segment(index);
            for token in segment {
                if name.token(index) != token || name.segment(index) != first {
                    return false;
                }
                index += 1;
            }
        }
        true
    }

    /// Where the pattern begins in the name, if the name ends in it.
    fn matched(&self, name: &Name, pattern: &Pattern, tokens: &[Vec<String>]) -> Option<usize> {
        let mut index = name.tokens.len();
        for (behind, wanted) in tokens.iter().enumerate() {
            let next = index;
            loop {
                index = index.checked_sub(1)?;
                let token = name.token(index);
                if wanted.iter().any(|alternative| alternative == token) {
                    break;
                }
                let outer = name.segment(index) != name.segment(name.tokens.len() - 1);
                let allowed = match &pattern.between {
                    Some(between) => between.contains(token) || outer && self.names.containers.contains(token),
                    None => !self.names.never.between.contains(token),
                };
                if behind == 0 || !allowed {
                    return None;
                }
            }
            // In an outer name nothing but a container may stand behind what is looked for: `jwtConfig: {secret}`
            // but not `jwt-service: {DB_SECRET}`.
            let segment = name.segment(index);
            let crossed = behind > 0 && name.segment(next) != segment;
            let rest = (index + 1..next).take_while(|&other| name.segment(other) == segment);
            if crossed && !rest.into_iter().all(|other| self.names.containers.contains(name.token(other))) {
                return None;
            }
        }
        Some(index)
    }

    /// Whether a name or pattern that does not say JWT ends in the whole name.
    fn can_end(&self, name: &Name) -> bool {
        let tokens = || name.tokens.iter().map(|(token, _)| token).rev();
        let patterns = self.names.patterns.iter().zip(&self.patterns);
        let mut patterns = patterns.filter(|(pattern, _)| pattern.tier != Tier::A);
        let mut wholes = self.wholes.iter().filter(|(tier, _)| *tier != Tier::A);
        patterns.any(|(pattern, wanted)| {
            let mut wanted = wanted.iter().peekable();
            tokens().enumerate().all(|(behind, token)| {
                let is_wanted = wanted.next_if(|alternatives| alternatives.contains(token)).is_some();
                let is_between = || pattern.between.as_ref().is_none_or(|between| between.contains(token));
                is_wanted || behind > 0 && wanted.peek().is_some() && is_between()
            })
        }) || wholes.any(|(_, whole)| {
            let mut wanted = whole.iter().flatten().rev();
            tokens().all(|token| wanted.next() == Some(token))
        })
    }

    /// Whether the value is what an object is called that holds the secret, or a text about it.
    fn is_about_secret(&self, name: &Name) -> bool {
        let never = &self.names.never;
        let mut near = name.tokens.iter().skip(self.surroundings(name));
        near.any(|(token, _)| never.pointers.contains(token) || never.texts.contains(token))
    }

    /// Where the name above the innermost one begins.
    fn surroundings(&self, name: &Name) -> usize {
        let last = name.segment(name.tokens.len().saturating_sub(1));
        name.tokens.iter().position(|(_, segment)| segment + 1 >= last).unwrap_or(0)
    }

    /// Whether something from here on says that it is somebody else's secret.
    fn is_other(&self, name: &Name, start: usize) -> bool {
        name.tokens.iter().skip(start).any(|(token, _)| self.names.never.around.contains(token))
    }
}

/// The tokens of a path by segment, as they are compared: glued words cut, plurals and variants made one.
fn segments(names: &Names, path: &[impl AsRef<str>]) -> Vec<Vec<String>> {
    path.iter()
        .flat_map(|name| pieces(name.as_ref()))
        .filter(|piece| piece.len() <= MAX_SEGMENT)
        .map(|piece| split(piece, &names.words).map(|token| canonical(names, token)).collect::<Vec<_>>())
        .filter(|segment| !segment.is_empty())
        .collect()
}

fn canonical(names: &Names, token: String) -> String {
    if let Some(same) = names.same.get(&token) {
        return same.clone();
    }
    let unnumbered = token.trim_end_matches(|c: char| c.is_ascii_digit());
    if unnumbered.len() < token.len() && is_word(unnumbered, &names.words) { unnumbered.to_owned() } else { token }
}

/// The parts of one written name that stand for nested ones: `Jwt:Key`, `Jwt__Key`, `jwt.key`.
fn pieces(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(name);
    let parts = std::iter::from_fn(move || {
        let text = rest?;
        let bytes = text.as_bytes();
        let parts = |at: &usize| match bytes.get(*at) {
            Some(b'.' | b':' | b'/') => true,
            Some(b'_') => bytes.get(at + 1) == Some(&b'_'),
            _ => false,
        };
        let Some(end) = (0..bytes.len()).find(parts) else { return rest.take() };
        let behind = end + if bytes.get(end) == Some(&b'_') { 2 } else { 1 };
        rest = text.get(behind..);
        text.get(..end)
    });
    parts.filter(|piece| !piece.is_empty())
}

/// The lower-case tokens of one name, glued ones cut.
fn split(name: &str, words: &[String]) -> impl Iterator<Item = String> {
    humps(name).map(lower).filter(|token| !token.is_empty()).flat_map(|token| {
        let parts = cut(&token, words);
        let whole = parts.is_none().then(|| token.into_owned());
        parts.into_iter().flatten().chain(whole)
    })
}

/// The tokens of one name as they are written: cut at what is no letter or digit and at humps, `JWTSecret` before its `S`.
fn humps(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|character: char| !character.is_alphanumeric());
        let mut previous: Option<char> = None;
        let mut characters = rest.char_indices().peekable();
        let mut end = rest.len();
        while let Some((at, character)) = characters.next() {
            let begins = match previous {
                Some(before) if character.is_uppercase() => {
                    !before.is_uppercase() || characters.peek().is_some_and(|(_, next)| next.is_lowercase())
                }
                _ => false,
            };
            if begins || !character.is_alphanumeric() {
                end = at;
                break;
            }
            previous = Some(character);
        }
        let (token, behind) = rest.split_at_checked(end)?;
        rest = behind;
        (!token.is_empty()).then_some(token)
    })
}

/// A token in lower case.
fn lower(token: &str) -> Cow<'_, str> {
    if token.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Cow::Borrowed(token);
    }
    // `İ` becomes an `i` and a dot that is no letter.
    Cow::Owned(token.chars().flat_map(char::to_lowercase).filter(|lower| lower.is_alphanumeric()).collect())
}

/// Whether a text is one of a few dozen words, most of which begin with another letter.
fn is_word(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| word.bytes().next() == text.bytes().next() && word == text)
}

/// The words a token is made of, if it is made of two or more.
fn cut(token: &str, words: &[String]) -> Option<Vec<String>> {
    const LONGEST: usize = 40;
    let is_word = |text: &str| is_word(text, words);
    if token.len() > LONGEST || is_word(token) {
        return None;
    }
    for word in words.iter().filter(|word| word.bytes().next() == token.bytes().next()) {
        let Some(rest) = token.strip_prefix(word.as_str()).filter(|rest| !rest.is_empty()) else {
            continue;
        };
        let last = || is_word(rest) || rest.strip_suffix('s').is_some_and(is_word);
        let Some(rest) = cut(rest, words).or_else(|| last().then(|| vec![rest.to_owned()])) else {
            continue;
        };
        return Some(std::iter::once(word.clone()).chain(rest).collect());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Option<Tier> {
        tier(&[name])
    }

    #[track_caller]
    fn all(expected: Option<Tier>, names: &[&str]) {
        let wrong: Vec<_> = names.iter().map(|name| (*name, of(name))).filter(|(_, tier)| *tier != expected).collect();
        assert!(wrong.is_empty(), "expected {expected:?}: {wrong:?}");
    }

    #[test]
    fn names_of_other_secrets() {
        assert!(is_of_another("totpSecret") && is_of_another("STRIPE_WEBHOOK_SECRET"));
        assert!(!is_of_another("appSecret") && !is_of_another("SECRET_KEY"));
    }

    #[test]
    fn names_end_like_a_secret_s() {
        for name in [
            "JWT_SECRET",
            "--jwt-secret",
            "jwtsecret",
            "signingKeys",
            "APP_KEY_V2",
            "MY_SECRET_BASE64",
            "secret",
            "secret_jwt",
        ] {
            assert!(ends_like_secret(name), "{name}");
        }
        for name in ["unsafeSecretStorageChallenge", "secretName", "jwt", "express-jwt", "keyboard", "", "_", "base64"]
        {
            assert!(!ends_like_secret(name), "{name}");
        }
    }

    #[test]
    fn names_end_secrets_that_others_begin() {
        for name in ["key", "SecurityKey", "private_keys", "KEY_V2", "accesstokensalt"] {
            assert!(can_end_secret(name), "{name}");
        }
        for name in ["objectKey", "api_key", "lowercase-keys", "private", "keyboard", ""] {
            assert!(!can_end_secret(name), "{name}");
        }
    }

    #[test]
    fn the_vocabulary_loads() {
        assert!(load().is_ok(), "{:?}", load().err());
    }

    #[test]
    fn names_split_into_tokens() {
        for (path, expected) in [
            (&["JWTSecret"][..], &["jwt", "secret"][..]),
            (&["jwtSecret"], &["jwt", "secret"]),
            (&["JWT-secret_key"], &["jwt", "secret", "key"]),
            (&["jwt", "signing-key"], &["jwt", "signing", "key"]),
            (&["Jwt:Key"], &["jwt", "key"]),
            (&["Jwt__SigningKey"], &["jwt", "signing", "key"]),
            (&["SECRETJWT"], &["secret", "jwt"]),
            (&["jwtsecretkey"], &["jwt", "secret", "key"]),
            (&["jwtsecrets"], &["jwt", "secrets"]),
            (&["AUTHJWT_SECRET_KEY"], &["auth", "jwt", "secret", "key"]),
            (&["HS256Key"], &["hs256", "key"]),
            (&["AUTH_SECRET_1"], &["auth", "secret", "1"]),
            (&["secretary"], &["secretary"]),
            (&["schlüsselÄnderung"], &["schlüssel", "änderung"]),
            (&[""], &[]),
        ] {
            assert_eq!(tokens(path), expected, "{path:?}");
        }
    }

    #[test]
    fn names_that_say_jwt_are_first_tier() {
        all(
            Some(Tier::A),
            &[
                "JWT_SECRET",
                "JWT_SECRET_KEY",
                "JWT_KEY",
                "JWT_SIGNING_KEY",
                "JWT_SIGNING_SECRET",
                "JWT_SIGN_KEY",
                "JWT_SIGN_SECRET",
                "JWT_PRIVATE_KEY",
                "JWT_TOKEN_SECRET",
                "JWT_TOKEN_SIGNING_KEY",
                "JWT_TOKEN_KEY",
                "JWT_HMAC_SECRET",
                "JWT_SHARED_SECRET",
                "JWT_PASSPHRASE",
                "JWT_SALT",
                "JWT_HASH_SECRET",
                "JWT_BASE64_SECRET",
                "JWT_ACCESS_SECRET",
                "JWT_ACCESS_TOKEN_SECRET",
                "JWT_REFRESH_SECRET",
                "JWT_REFRESH_TOKEN_SECRET",
                "JWT_REFRESH_KEY",
                "JWT_AUTH_SECRET",
                "JWT_AUTH_TOKEN_SECRET",
                "JWT_SIGNUP_SECRET",
                "JWT_SERVICE_SECRET",
                "JWT_PROVIDER_AUTH_SECRET",
                "JWT_RESET_SECRET",
                "JWT_VERIFY_SECRET",
                "JWT_EMAIL_SECRET",
                "JWT_ADMIN_SECRET",
                "ADMIN_JWT_SECRET",
                "USER_JWT_SECRET",
                "APP_JWT_SECRET",
                "API_JWT_SECRET",
                "AUTH_JWT_SECRET",
                "AUTH_JWT_KEY",
                "AUTH_JWT_SECRET_KEY",
                "AUTHJWT_SECRET_KEY",
                "AUTH_REFRESH_SECRET",
                "AUTH_FORGOT_SECRET",
                "AUTH_CONFIRM_EMAIL_SECRET",
                "BACKEND_JWT_SECRET",
                "SERVICE_JWT_SECRET",
                "DEVISE_JWT_SECRET_KEY",
                "GUEST_TOKEN_JWT_SECRET",
                "WEBUI_JWT_SECRET_KEY",
                "SANIC_JWT_SECRET",
                "JWT_APP_SECRET",
                "SECRET_JWT",
                "SECRETJWT",
                "jwtSecret",
                "jwtKey",
                "jwt_key",
                "jwtPrivateKey",
                "jwtSigningKey",
                "jwtSecretKey",
                "jwtTokenSecret",
                "secretOrKey",
                "secretOrPrivateKey",
                "JWT_SECRET_DEV",
                "JWT_SECRET_2",
                "JWT_SECRET2",
                "jwtsecret",
                "JWTSECRET",
                "VITE_JWT_SECRET",
                "NEXT_PUBLIC_JWT_SECRET",
                "SECRET_KEY_JWT",
            ],
        );
    }

    #[test]
    fn products_names_are_first_tier() {
        all(
            Some(Tier::A),
            &[
                "GOTRUE_JWT_SECRET",
                "SUPABASE_JWT_SECRET",
                "SUPABASE_AUTH_JWT_SECRET",
                "PGRST_JWT_SECRET",
                "PGRST_APP_SETTINGS_JWT_SECRET",
                "app.jwt_secret",
                "pgrst.jwt_secret",
                "HASURA_GRAPHQL_JWT_SECRET",
                "HASURA_GRAPHQL_JWT_SECRETS",
                "MERCURE_PUBLISHER_JWT_KEY",
                "MERCURE_SUBSCRIBER_JWT_KEY",
                "MERCURE_JWT_SECRET",
                "CADDY_MERCURE_JWT_SECRET",
                "NACOS_AUTH_TOKEN",
                "nacos.core.auth.plugin.nacos.token.secret.key",
                "nacos.core.auth.default.token.secret.key",
                "PAYLOAD_SECRET",
                "NC_AUTH_JWT_SECRET",
                "N8N_USER_MANAGEMENT_JWT_SECRET",
                "OCIS_JWT_SECRET",
                "jwt_secret",
                "VIKUNJA_SERVICE_JWTSECRET",
                "DATABASIR_JWT_SECRET",
                "DOCUMENT_SERVER_JWT_SECRET",
                "sa-token.jwt-secret-key",
                "micronaut.security.token.jwt.signatures.secret.generator.secret",
                "smallrye.jwt.verify.secretkey",
                "smallrye.jwt.sign.key",
                "jhipster.security.authentication.jwt.base64-secret",
                "renren.jwt.secret",
                "jwt.signing-key",
                "settings.jwt.secret",
            ],
        );
    }

    #[test]
    fn nested_names_are_joined() {
        for path in [
            &["SIMPLE_JWT", "SIGNING_KEY"][..],
            &["JWT_AUTH", "JWT_SECRET_KEY"],
            &["jwt", "secret"],
            &["jwtConstants", "secret"],
            &["JwtSettings", "Key"],
            &["config", "jwt", "access", "secret"],
            &["jwt", "refreshToken", "secretKey"],
            &["jwtToken", "secret"],
            &["jwt", "secrets", "0"],
            &["jwt", "secret", "production"],
            &["services", "stripe-proxy", "environment", "JWT_SECRET"],
            &["users-permissions", "config", "jwtSecret"],
        ] {
            assert_eq!(tier(path), Some(Tier::A), "{path:?}");
        }
        for path in [
            &["token", "secret"][..],
            &["auth", "secret"],
            &["Tokens", "Key"],
            &["AppSettings", "Token"],
            &["AppSettings", "Secret"],
            &["TokenOptions", "SecurityKey"],
            &["Authentication", "SecretForKey"],
        ] {
            assert_eq!(tier(path), Some(Tier::B), "{path:?}");
        }
        for path in [
            &["jwt-service", "environment", "DB_SECRET"][..],
            &["services", "jwt", "environment", "DB_SECRET"],
            &["jwt", "google", "clientSecret"],
            &["auth", "google", "clientSecret"],
            &["jwt", "publicKey"],
            &["jwt", "header"],
            &["jwt", "cookieName"],
            &["jwt", "secret", "length"],
            &["auth", "jwt", "existingSecret"],
            &["auth", "jwt", "existingSecretKey"],
            &["existingJwtSecret"],
            &["jwtSecretExistingSecret"],
            &["jwt", "secretKeyNames", "secret"],
            &["jwt", "secretRef", "key"],
            &["resource", "aws_secretsmanager_secret", "jwt_secret", "tags", "Key"],
            &["resource", "kubernetes_secret", "jwt_secret", "metadata", "key"],
            &["settings", "JWT Secret Key"],
            &["errors", "JWT_SECRET"],
            &["MISSING_JWT_SECRET"],
            &["csrfToken", "key"],
            &["stripe", "secretKey"],
            &["google", "clientSecret"],
            &["aws", "secretAccessKey"],
            &["tokenTypes", "ACCESS"],
        ] {
            assert_eq!(tier(path), None, "{path:?}");
        }
    }

    #[test]
    fn token_and_auth_secrets_are_second_tier() {
        all(
            Some(Tier::B),
            &[
                "ACCESS_TOKEN_SECRET",
                "REFRESH_TOKEN_SECRET",
                "LOGIN_TOKEN_SECRET",
                "FILE_TOKEN_SECRET",
                "ACCESS_SECRET",
                "REFRESH_SECRET",
                "TOKEN_SECRET",
                "TOKEN_SECRET_KEY",
                "TOKEN_SIGNING_KEY",
                "TOKEN_HASH_SECRET",
                "AUTH_SECRET",
                "AUTH_SECRET_1",
                "AUTH_TOKEN_SECRET",
                "NEXTAUTH_SECRET",
                "NEXT_AUTH_SECRET",
                "BETTER_AUTH_SECRET",
                "BEARER_SECRET",
                "SIGNING_KEY",
                "SIGNING_SECRET",
                "API_TOKEN_SALT",
                "TRANSFER_TOKEN_SALT",
                "ACCESS_TOKEN_PRIVATE_KEY",
                "REFRESH_TOKEN_PRIVATE_KEY",
                "token.secret",
                "Tokens:Key",
                "AppSettings:Token",
                "lin.cms.token-secret",
                "authentication.secret",
            ],
        );
    }

    #[test]
    fn application_secrets_are_third_tier() {
        all(
            Some(Tier::C),
            &[
                "SECRET_KEY",
                "SECRET",
                "SECRET_KEY_BASE",
                "APP_SECRET",
                "APP_KEY",
                "APP_KEYS",
                "SERVER_SECRET",
                "SECRET_PASSWORD",
                "UTILS_SECRET",
                "ENCRYPTION_KEY",
                "APPLICATION_SECRET",
                "DJANGO_SECRET_KEY",
                "FLASK_SECRET_KEY",
                "WEBUI_SECRET_KEY",
                "TOKEN_KEY",
                "secretKey",
                "session.secret",
            ],
        );
    }

    #[test]
    fn names_of_other_things_are_none() {
        all(
            None,
            &[
                "JWT_ALGORITHM",
                "JWT_ALGO",
                "JWT_EXPIRES_IN",
                "JWT_EXPIRY",
                "JWT_EXPIRATION",
                "JWT_EXP",
                "JWT_TTL",
                "JWT_ISSUER",
                "JWT_AUDIENCE",
                "JWT_LEEWAY",
                "JWT_HEADER",
                "JWT_COOKIE_NAME",
                "JWT_APP_ID",
                "JWT_PUBLIC_KEY",
                "JWT_PUBLIC_KEY_PATH",
                "JWT_PRIVATE_KEY_PATH",
                "JWT_SECRET_KEY_FILE",
                "JWT_SECRET_FILE",
                "JWT_SECRET_NAME",
                "JWT_SECRET_ARN",
                "JWT_KEY_ID",
                "JWT_KID",
                "JWK_URL",
                "JWKS_URI",
                "JWT_BLACKLIST_ENABLED",
                "ACCESS_TOKEN_EXPIRE_MINUTES",
                "TOKEN_URL",
                "SECRETS_MANAGER_REGION",
                "jwtConfig",
                "jwtToken",
                "jwt.header",
                "jwtFromRequest",
                "secretQuestion",
                "client_secret",
                "password",
                "RECAPTCHA_SECRET",
                "SLACK_SIGNING_SECRET",
                "STRIPE_WEBHOOK_SECRET",
                "jwt.cookieName",
                "jwtSecretRotation",
                "accessTokenSecretArn",
                "jwtSecretLength",
                "jwtpublickey",
                "jwtsecretfile",
                "TWITTER_ACCESS_TOKEN_SECRET",
                "ALIYUN_ACCESS_KEY_SECRET",
                "secretOrKeyProvider",
                "keyboard",
                "jwt",
                "",
                "monkey",
                "secretary",
                "JWT_HEADER_KEY",
                "aws_secret_access_key",
                "API_KEY",
            ],
        );
    }

    #[test]
    fn prose_is_no_name() {
        let prose = "the secret ".repeat(40) + "jwt secret";
        assert_eq!(of(&prose), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_asked(path in proptest::collection::vec(".{0,40}", 0..6)) {
            tier(&path);
            for token in tokens(&path) {
                proptest::prop_assert!(!token.is_empty() && token.chars().all(char::is_alphanumeric), "{token:?}");
            }
        }

        #[test]
        fn the_way_a_name_is_spelled_does_not_matter(
            words in proptest::collection::vec(
                proptest::sample::select(vec![
                    "jwt", "secret", "key", "token", "auth", "access", "public", "client", "path", "expires", "app",
                ]),
                1..5,
            ),
        ) {
            let pascal: String = words.iter().map(|word| word[..1].to_uppercase() + &word[1..]).collect();
            let camel = pascal[..1].to_lowercase() + &pascal[1..];
            let snake = words.join("_").to_uppercase();
            for other in [pascal, camel, words.join("-"), words.join("_"), words.concat()] {
                proptest::prop_assert_eq!(of(&other), of(&snake), "{} and {}", other, snake);
            }
        }
    }
}
