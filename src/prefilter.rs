//! Which files can matter at all: one pass over the bytes, before anything is parsed.
//!
//! A file is thrown away only if nothing stands in it without which no rule has anything to say: the name of a JWT
//! library, a name that can hold a JWT secret, a private key, a token. The pass looks for a few dozen short literals at once
//! and judges the places where it finds one. It errs on the side of parsing.

use std::cell::OnceCell;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::language::Language;
use crate::language::tree::is_name_key;
use crate::name::{self, Tier};

/// Words one of which stands in the name of every JWT library and of nearly every secret. `kty` is in every JSON Web Key
/// (RFC 7517 §4.1).
const STRONG: [&str; 13] = [
    "jwt",
    "jws",
    "jwk",
    "jose",
    "joken",
    "guardian",
    "webtoken",
    "jsrsasign",
    "kjur",
    "secret",
    "passphrase",
    "nacos",
    "kty",
];

/// Words that matter as part of a name that says more, or where another name does.
const WEAK: [&str; 3] = ["key", "salt", "settings"];

/// Words one of which stands in every name that makes a plain `key` or `salt` below it a JWT secret, but for those of
/// [`STRONG`].
const STEPS: [&str; 5] = ["token", "auth", "access", "refresh", "sign"];

/// Words of [`STRONG`] that name no key of code by themselves.
const GENERAL: [&str; 2] = ["passphrase", "nacos"];

/// How many marks and blanks stand at most between a name and the text in the next line that is its value.
const MAX_BETWEEN: usize = 40;

/// How far from a name, in bytes, the text in its line begins that is its value, or ends that it stands in.
const MAX_LINE: usize = 80;

/// How many bytes of a name stand at most before a word in it, and behind. What is longer is text or data.
const MAX_NAME: usize = 200;

/// How far, in bytes, the other end of a comment is looked for.
const MAX_COMMENT: usize = 4096;

/// How far from a name, in bytes, a text can stand that has to do with it, whatever is between them.
const NEAR: usize = 100;

/// What a name with `key` or `salt` in it says when it can be a JWT secret's.
const OWNERS: [&str; 6] = ["token", "sign", "hmac", "bearer", "auth", "symmetric"];

/// The header of a token has no more bytes than this, a chain of certificates included (RFC 7515 §4.1.6).
const LONGEST_HEADER: usize = 16 * 1024;

/// How base64url of a JSON object begins: the brace, then a quote, a space or a line's end.
const OBJECTS: [&str; 4] = ["eyJ", "eyA", "ewo", "ew0"];

/// A search for one of several literals, the leftmost first.
enum Search {
    /// With vectors, where the processor has them.
    Packed(Searcher),
    Automaton(AhoCorasick),
}

impl Search {
    fn new(literals: &[String]) -> Option<Search> {
        if let Some(searcher) = packed::Config::new().builder().extend(literals).build() {
            return Some(Search::Packed(searcher));
        }
        let mut builder = AhoCorasick::builder();
        builder.kind(Some(AhoCorasickKind::ContiguousNFA)).match_kind(MatchKind::LeftmostFirst);
        builder.build(literals).ok().map(Search::Automaton)
    }

    /// Whether a literal stands at a place that satisfies `is_it`; of those that overlap only the first is asked.
    fn any(&self, bytes: &[u8], mut is_it: impl FnMut(Range<usize>) -> bool) -> bool {
        match self {
            Search::Packed(searcher) => searcher.find_iter(bytes).any(|found| is_it(found.range())),
            Search::Automaton(automaton) => automaton.find_iter(bytes).any(|found| is_it(found.range())),
        }
    }
}

struct Patterns {
    candidates: Search,
    objects: Search,
    steps: Search,
}

impl Patterns {
    /// Whether a token stands in the bytes, or a word at a place that satisfies `is_it`.
    fn token_or(&self, bytes: &[u8], mut is_it: impl FnMut(Range<usize>) -> bool) -> bool {
        self.candidates.any(bytes, |found| {
            let here = bytes.get(found.start..).unwrap_or_default();
            if here.starts_with(b"e") { begins_token(here) } else { is_it(found) }
        })
    }
}

/// Nothing if the searches could not be built, which a test rules out; everything would then be parsed.
static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    // In the three ways people write them: any more, and the search is no longer one of a few dozen literals.
    let spelled = |word: &&str| {
        let (first, rest) = word.split_at(1);
        [word.to_string(), word.to_ascii_uppercase(), first.to_ascii_uppercase() + rest]
    };
    let objects = OBJECTS.map(str::to_owned);
    let words = STRONG.iter().chain(&WEAK).flat_map(spelled);
    let words: Vec<String> = words.chain(["WebToken".to_owned()]).chain(objects.clone()).collect();
    let steps: Vec<String> = STEPS.iter().flat_map(spelled).collect();
    Some(Patterns { candidates: Search::new(&words)?, objects: Search::new(&objects)?, steps: Search::new(&steps)? })
});

/// What is looked through.
struct Text<'b> {
    language: Language,
    bytes: &'b [u8],
    /// Whether a section anywhere in it makes a plain `key` a JWT secret; found out when there is such a key.
    has_step: OnceCell<bool>,
}

impl<'b> Text<'b> {
    fn new(language: Language, bytes: &'b [u8]) -> Self {
        Text { language, bytes, has_step: OnceCell::new() }
    }

    fn has_step(&self) -> bool {
        *self.has_step.get_or_init(|| {
            PATTERNS.as_ref().is_none_or(|patterns| {
                patterns.steps.any(self.bytes, |word| {
                    let Some(around) = name_around(self.bytes, &word) else { return false };
                    opens_section(self.bytes, &around) && self.bytes.get(around).is_some_and(leads_on)
                })
            })
        })
    }
}

/// Whether `bytes` begin with a token from its beginning, which is one of [`OBJECTS`], to its second dot, with a header long
/// enough to name an algorithm (RFC 7515 §7.1).
fn begins_token(bytes: &[u8]) -> bool {
    const SHORTEST_HEADER: usize = 12;
    const SHORTEST_PAYLOAD: usize = 2;
    let part = |from: usize, longest: usize| {
        let rest = bytes.get(from..).unwrap_or_default().iter().take(longest);
        rest.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count()
    };
    let header = part(0, LONGEST_HEADER);
    if header < SHORTEST_HEADER || bytes.get(header) != Some(&b'.') {
        return false;
    }
    let payload = part(header + 1, usize::MAX);
    payload >= SHORTEST_PAYLOAD && bytes.get(header + 1 + payload) == Some(&b'.')
}

/// Whether any rule can have something to say about a file of that language with these bytes.
///
/// Environment and key files always matter: code elsewhere can make any of their names a JWT secret, and that git tracks
/// them can be wrong in itself.
pub fn matters(language: Language, bytes: &[u8]) -> bool {
    let Some(patterns) = PATTERNS.as_ref() else {
        return true;
    };
    match language {
        Language::Dotenv | Language::Key => !bytes.is_empty(),
        Language::Text => {
            patterns.objects.any(bytes, |found| begins_token(bytes.get(found.start..).unwrap_or_default()))
        }
        // What a tree-sitter grammar reads takes many times as long to parse as what oxc reads.
        _ if !language.family().is_empty() && !language.is_javascript() => can_hold_secret(language, bytes),
        _ => {
            let text = Text::new(language, bytes);
            patterns.token_or(bytes, |word| word_matters(&text, word))
        }
    }
}

/// Whether configuration that matters does so for the tokens in it alone, so that nobody has to parse it.
pub fn holds_only_tokens(language: Language, bytes: &[u8]) -> bool {
    let text = Text::new(language, bytes);
    let is_word = |found: &Range<usize>| bytes.get(found.start) != Some(&b'e');
    let is_name = |found: Range<usize>| is_word(&found) && word_matters(&text, found);
    let Some(patterns) = PATTERNS.as_ref() else { return false };
    let is_parsed = language.is_configuration() && !matches!(language, Language::Dotenv | Language::Key);
    // What stands below such a name is there to be shown.
    let has_examples = || memchr::memmem::find(bytes, b"example").is_some();
    is_parsed && !patterns.candidates.any(bytes, is_name) && !has_examples()
}

/// Whether any rule can have something to say about a file with these bytes whose name is not known yet: [`matters`] for
/// some language, environment and key files apart, for which [`always_matters`] speaks.
pub fn can_matter(bytes: &[u8]) -> bool {
    let Some(patterns) = PATTERNS.as_ref() else {
        return true;
    };
    if is_json(bytes) {
        // A notebook is JSON too, and says so.
        let is_notebook = || memchr::memmem::find(bytes, b"\"nbformat\"").is_some();
        return matters(Language::Json, bytes) || (is_notebook() && matters(Language::Notebook, bytes));
    }
    // What matters in any format matters in configuration without prose.
    let text = Text::new(Language::Toml, bytes);
    patterns.token_or(bytes, |word| word_matters(&text, word))
}

/// Whether code has something to do with tokens, or a text beside a name that can be a secret's: a general secret's name alone
/// says little, and in an old version of a file nothing, since nobody follows it from there. What stands in comments counts
/// only where they are read too.
pub fn can_hold_secret(language: Language, bytes: &[u8]) -> bool {
    let Some(patterns) = PATTERNS.as_ref() else {
        return true;
    };
    let text = Text::new(language, bytes);
    patterns.token_or(bytes, |found| {
        if !word_matters(&text, found.clone()) {
            return false;
        }
        let (before, after) =
            (bytes.get(..found.start).unwrap_or_default(), bytes.get(found.end..).unwrap_or_default());
        if is_comment(language, before) {
            return false;
        }
        let word = bytes.get(found.clone()).unwrap_or_default();
        let is_one_of = |words: &[&str]| words.iter().any(|one| word.eq_ignore_ascii_case(one.as_bytes()));
        if before.ends_with(b"PRIVATE ") {
            return true;
        }
        if is_one_of(&GENERAL) {
            return false;
        }
        let opens = |byte: &u8| language.quotes().contains(byte);
        if !is_one_of(&WEAK) && !is_one_of(&["secret"]) {
            // Nobody uses a library of JavaScript without its name in quotes, nor writes a key down without any.
            let ends = |byte: &&u8| **byte != b'\n';
            return !language.is_javascript()
                || before.iter().rev().take(MAX_LINE).take_while(ends).any(opens)
                || after.iter().take(MAX_LINE).take_while(ends).any(opens);
        }
        let Some(around) = name_around(bytes, &found) else { return false };
        let name = bytes.get(around.clone()).unwrap_or_default();
        if str::from_utf8(name).is_ok_and(name::is_of_another) {
            return false;
        }
        if contains(name, b"symmetric") {
            return true;
        }
        if is_one_of(&WEAK) && !str::from_utf8(name).is_ok_and(leads_to_secret) {
            return false;
        }
        if contains(name, b"token") {
            return true;
        }
        let behind = bytes.get(around.end..).unwrap_or_default();
        if !language.is_javascript() {
            // Wherever the lines end: `secret_key: str = Field(` and then its value, `@Value("...")` and then the name.
            return behind.iter().take(NEAR).any(opens) || before.iter().rev().take(NEAR).any(opens);
        }
        // Behind the name in its line, a type between them perhaps, or in the next.
        let mut line = behind.iter().take(MAX_LINE).take_while(|byte| **byte != b'\n');
        let mut marks = behind.iter().take(MAX_BETWEEN).take_while(|byte| !byte.is_ascii_alphanumeric());
        line.any(opens) || marks.any(opens)
    })
}

/// Whether a name that code uses is a secret's or goes on from one: `options.signing_key.as_bytes`.
fn leads_to_secret(name: &str) -> bool {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    ends.filter_map(|end| name.get(..end)).any(|name| name::tier(&[name]).is_some())
}

/// Whether code gives a text to a name that ends as a secret's does, so that other code can take it from there as a key.
pub fn can_define_secret(language: Language, bytes: &[u8]) -> bool {
    name::final_words(bytes).any(|word| {
        let Some(around) = name_around(bytes, &word) else { return false };
        let mut line =
            bytes.get(around.end..).unwrap_or_default().iter().take(MAX_LINE).take_while(|byte| **byte != b'\n');
        line.any(|byte| language.quotes().contains(byte)) && bytes.get(around).is_some_and(says_key)
    })
}

/// Whether the line that `before` ends in is nothing but a comment.
fn is_comment(language: Language, before: &[u8]) -> bool {
    let marks = language.comment_marks();
    if marks.is_empty() {
        return false;
    }
    let near = before.get(before.len().saturating_sub(MAX_COMMENT)..).unwrap_or_default();
    let start = match memchr::memrchr(b'\n', near) {
        Some(end) => end + 1,
        None if near.len() < before.len() => return false,
        None => 0,
    };
    let line = near.get(start..).unwrap_or_default().trim_ascii_start();
    marks.iter().any(|mark| line.starts_with(mark.as_bytes()))
}

/// Whether the bytes begin as JSON does and as nothing else: with braces or brackets and then a quoted name. A history is full
/// of translations and other data in it.
fn is_json(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut opened = start.iter().filter(|byte| !byte.is_ascii_whitespace());
    let mut is_open = false;
    opened.by_ref().find_map(|byte| match byte {
        b'{' | b'[' => {
            is_open = true;
            None
        }
        byte => Some(is_open && *byte == b'"'),
    }) == Some(true)
}

/// Whether a file of this name, without its folder, matters whatever is in it. It is asked for every name in a history, so the
/// plain names are told first.
pub fn always_matters(name: &[u8]) -> bool {
    let rest = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let is_plain = rest.len() > 4
        || !rest.first().is_some_and(|byte| matches!(byte.to_ascii_lowercase(), b'p' | b'k' | b'e' | b'd'));
    let has_env = name.windows(3).any(|window| window.eq_ignore_ascii_case(b"env"));
    if is_plain && !has_env {
        return false;
    }
    let name = String::from_utf8_lossy(name);
    matches!(Language::of_path(Path::new(name.as_ref())), Language::Dotenv | Language::Key)
}

/// Whether a word matters where it stands.
fn word_matters(text: &Text, found: Range<usize>) -> bool {
    let Text { language, bytes, .. } = *text;
    let before = bytes.get(..found.start).unwrap_or_default();
    let after = bytes.get(found.end..).unwrap_or_default();
    let word = bytes.get(found.clone()).unwrap_or_default();
    if word == b"KEY" && before.ends_with(b"PRIVATE ") {
        return true;
    }
    let is_strong = STRONG.iter().any(|strong| word.eq_ignore_ascii_case(strong.as_bytes()));
    if is_only_a_piece(word, before, after) {
        return false;
    }
    if is_strong && !has_prose(language) {
        return true;
    }
    let Some(own) = name_around(bytes, &found) else { return false };
    let own_name = bytes.get(own.clone()).unwrap_or_default();
    let around = if language.is_configuration() { path_around(bytes, own.clone()) } else { own.clone() };
    let name = bytes.get(around.clone()).unwrap_or_default();
    let says_more = name.len() > word.len();
    // What follows a colon can be the value.
    let is_either = |is_it: fn(&[u8]) -> bool| is_it(name) || own_name.len() < name.len() && is_it(own_name);
    let is_entry = || !has_prose(language) || is_entry(language, bytes, around.clone());
    if is_strong {
        return is_entry();
    }
    if word.eq_ignore_ascii_case(b"settings") {
        // Of an application, where `Token` is one.
        let leads_on = || str::from_utf8(name).is_ok_and(|name| name::tier(&[name, "Token"]).is_some());
        return language.is_configuration() && says_more && (is_either(says_tier) || leads_on()) && is_entry();
    }
    if has_owner(name) {
        return is_entry();
    }
    if !language.is_configuration() {
        // What else secures tokens is a private key.
        let tier = || str::from_utf8(name).ok().and_then(|name| name::tier(&[name]));
        return contains(name, b"private") && matches!(tier(), Some(Tier::A | Tier::B));
    }
    let is_assigned = || match has_prose(language) {
        true => is_entry(),
        false => is_assigned(bytes, &around) || is_assigned(bytes, &own),
    };
    let can_have_step = || text.has_step.get() != Some(&false);
    let below_step = || can_have_step() && is_assigned() && is_either(can_end_secret) && text.has_step();
    // An application's key of any name can be one that was published as a default for tokens.
    says_more && is_either(says_tier) && is_entry() || below_step()
}

/// The whole name around a word; nothing if it is longer than names are.
fn name_around(bytes: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let before = bytes.get(..word.start).unwrap_or_default().iter().rev();
    let after = bytes.get(word.end..).unwrap_or_default().iter();
    let left = before.take(MAX_NAME + 1).take_while(|byte| is_name(**byte)).count();
    let right = after.take(MAX_NAME + 1).take_while(|byte| is_name(**byte)).count();
    let start = word.start - left;
    // What is left of an escaped line's end or quote before it is not its own.
    let escaped = match bytes.get(start.saturating_sub(1)..word.start) {
        Some([b'\\', b'u', b'0', b'0', b'2', b'2', ..]) => 5,
        Some([b'\\', b'n' | b'r' | b't', ..]) => 1,
        _ => 0,
    };
    (left <= MAX_NAME && right <= MAX_NAME).then_some(start + escaped..word.end + right)
}

/// The names around a name that lead to it or go on from it: `AppSettings:Token`, `app/jwt/secret`. What is longer than names
/// are is no path.
fn path_around(bytes: &[u8], around: Range<usize>) -> Range<usize> {
    let before = bytes.get(..around.start).unwrap_or_default();
    let mut next = None;
    let is_part = |byte: &&u8| {
        // Properties escape a colon that is part of a name.
        let is_escape = **byte == b'\\' && next == Some(b':');
        next = Some(**byte);
        is_name(**byte) || matches!(byte, b':' | b'/') || is_escape
    };
    let length = match before.last() {
        Some(b':' | b'/') => before.iter().rev().take(MAX_NAME).take_while(is_part).count(),
        _ => 0,
    };
    if length == MAX_NAME {
        return around;
    }
    let start = around.start - length;
    if before.get(..start).is_some_and(|before| before.ends_with(b"{")) {
        return start..around.end;
    }
    let mut end = around.end;
    while end < around.end + MAX_NAME {
        let behind = bytes.get(end..).unwrap_or_default();
        let Some((mark, name)) = behind.strip_prefix(b"\\").unwrap_or(behind).split_first() else { break };
        let begins = name.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if !matches!(mark, b':' | b'/') || !begins {
            break;
        }
        let length = name.iter().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
        end += behind.len() - name.len() + length;
    }
    start..end
}

/// Whether a word between these bytes is only a piece of one that says something else: a socket's type, Joseph, a secretary.
fn is_only_a_piece(word: &[u8], before: &[u8], after: &[u8]) -> bool {
    const LONGER: [(&str, &[&str]); 3] =
        [("jose", &["ph"]), ("secret", &["ar"]), ("key", &["board", "pair", "stroke", "word"])];
    if word.eq_ignore_ascii_case(b"kty") {
        return before.last().is_some_and(u8::is_ascii_alphabetic)
            || after.first().is_some_and(u8::is_ascii_alphabetic);
    }
    let after = after.strip_prefix(b"_").unwrap_or(after);
    let goes_on = |end: &&str| after.get(..end.len()).is_some_and(|next| next.eq_ignore_ascii_case(end.as_bytes()));
    LONGER.iter().any(|(start, ends)| word.eq_ignore_ascii_case(start.as_bytes()) && ends.iter().any(goes_on))
}

/// Whether a name with `key` or `salt` in it says whose: an author is none.
fn has_owner(name: &[u8]) -> bool {
    OWNERS.iter().any(|owner| {
        name.windows(owner.len()).enumerate().any(|(at, window)| {
            let behind = name.get(at + owner.len()..).unwrap_or_default();
            let begins = |rest: &[u8]| behind.get(..rest.len()).is_some_and(|next| next.eq_ignore_ascii_case(rest));
            window.eq_ignore_ascii_case(owner.as_bytes())
                && (*owner != "auth" || !begins(b"or") || begins(b"oriz") || begins(b"oris"))
        })
    })
}

/// Whether files of this format hold much text for people, as translations do, so that a word alone says nothing.
fn has_prose(language: Language) -> bool {
    matches!(language, Language::Json | Language::Yaml)
}

/// Whether names stand below the one that is there: `name:`, `"name": {`, `[name]`, `name {`, `"name".`.
fn opens_section(bytes: &[u8], around: &Range<usize>) -> bool {
    let before = bytes.get(..around.start).unwrap_or_default();
    let after = bytes.get(around.end..).unwrap_or_default();
    if is_heading(before, after) {
        return true;
    }
    let behind = closed(after);
    match without_blanks(behind).split_first() {
        Some((b'{', _)) => true,
        // `"name"."key"`.
        Some((b'.', _)) => behind.len() < after.len(),
        // A line's end or comment, a mapping or a list of them, an anchor or a tag.
        Some((b':' | b'=', value)) => without_blanks(value)
            .first()
            .is_some_and(|first| matches!(first, b'\n' | b'\r' | b'\\' | b'#' | b'/' | b'{' | b'[' | b'&' | b'!')),
        _ => false,
    }
}

/// Whether a name between these bytes stands in the heading of a section of TOML or an INI file, in a text of its own or one that
/// is held in a value: `[name]`, `[app "name"]`.
fn is_heading(before: &[u8], after: &[u8]) -> bool {
    let is_part = |byte: &u8| is_name(*byte) || is_blank(*byte) || is_quote(byte);
    let right = after.iter().take(MAX_NAME).take_while(|byte| is_part(byte)).count();
    if after.get(right) != Some(&b']') {
        return false;
    }
    let is_before = |byte: &&u8| is_part(byte) || matches!(byte, b':' | b'/');
    let left = before.iter().rev().take(MAX_NAME).take_while(is_before).count();
    let Some(before) = before.get(..before.len() - left).and_then(|before| before.strip_suffix(b"[")) else {
        return false;
    };
    let before = before.strip_suffix(b"[").unwrap_or(before);
    let blanks = before.iter().rev().take_while(|byte| is_blank(**byte)).count();
    let before = before.get(..before.len() - blanks).unwrap_or_default();
    before.ends_with(b"\\n") || before.last().is_none_or(|last| matches!(last, b'\n' | b'\r') || is_quote(last))
}

/// Whether a name is assigned a value in whatever configuration, and not in code that was made small: `name: value`,
/// `name = value`, or without a blank at the beginning of a line or table.
fn is_assigned(bytes: &[u8], around: &Range<usize>) -> bool {
    let before = bytes.get(..around.start).unwrap_or_default();
    let after = closed(bytes.get(around.end..).unwrap_or_default());
    let begins_line = || {
        let mut before = before.iter().rev().take(MAX_NAME);
        before.find(|byte| !is_blank(**byte) && !is_quote(byte)).is_none_or(|byte| matches!(byte, b'\n' | b'{'))
    };
    match without_blanks(after).first() {
        Some(b':') => parts_from_value(after) || begins_line(),
        Some(b'=') => after.first().is_some_and(|byte| is_blank(*byte)) || begins_line(),
        _ => false,
    }
}

/// Whether the name there is that of an entry (`name:`, `"name":`, `NAME=value`, `.Values.name |`), or the value
/// of one that names another (`- name: JWT_KEY`, `"key": "JWT_KEY"`, `--jwt-key`).
fn is_entry(language: Language, bytes: &[u8], around: Range<usize>) -> bool {
    let before = bytes.get(..around.start).unwrap_or_default();
    let after = bytes.get(around.end..).unwrap_or_default();
    let name = bytes.get(around).unwrap_or_default();
    let skip = if language == Language::Json { without_gap } else { without_blanks };
    let next = |text: &[u8]| skip(text).first().copied();
    let opens = before.last().is_some_and(is_quote) || before.ends_with(b"\\u0022");
    let quoted = closed(after);
    let is_option = || name.starts_with(b"--") && says_key(name);
    let names_another = || says_key(name) && (name.starts_with(b"--") || is_value_of_name(before));
    if is_heading(before, after) {
        return leads_on(name);
    }
    match (opens, quoted.len() < after.len()) {
        // The whole of a quoted text.
        (true, true) => match without_gap(quoted).first() {
            Some(b':' | b'=') => !has_version(quoted) && !is_empty(quoted) && (leads_on(name) || !has_entries(quoted)),
            _ => names_another(),
        },
        (true, false) => match after.first() {
            Some(b':') => parts_from_value(after) && !(language == Language::Json && is_prose(after)),
            _ => assigns(without_blanks(after)) && after.get(1) != before.last() || is_option(),
        },
        // The last word of a sentence.
        (false, true) => false,
        (false, false) => match next(after) {
            // As Symfony names a variable's default.
            Some(b')') => {
                before.ends_with(b"env(") && after.get(1..).is_some_and(|after| next(closed(after)) == Some(b':'))
            }
            Some(b'}') => !name.starts_with(b"secrets."),
            // `${NAME:-value}` is as good as an entry.
            Some(b':') if !before.ends_with(b"{") && !parts_from_value(after) => false,
            Some(b':') if language == Language::Json => !is_prose(after),
            Some(b':') => !is_only_looked_up(after) && (leads_on(name) || !has_entries(after)),
            Some(b'=') => assigns(without_blanks(after)),
            Some(b'|') => true,
            // `? name` has its value in a line of its own.
            None | Some(b'\n' | b'\r' | b',' | b']' | b'#') => names_another() || before.ends_with(b"? "),
            Some(_) => is_option(),
        },
    }
}

/// Whether what stands before a value says that it is the name of another: `name:`, `"key": "`, `name: &anchor `.
fn is_value_of_name(before: &[u8]) -> bool {
    let unquoted_length = |text: &[u8]| -> usize {
        let text = text.strip_suffix(b"\"").or(text.strip_suffix(b"'")).unwrap_or(text);
        text.len() - text.iter().rev().take_while(|byte| **byte == b'\\').count()
    };
    let mut before = before.get(..unquoted_length(before)).unwrap_or_default().trim_ascii_end();
    // Its anchor and its tag, or how the lines are written in which it follows.
    for _ in 0..3 {
        let length = before.iter().rev().take(MAX_NAME).take_while(|byte| !byte.is_ascii_whitespace()).count();
        match before.split_at(before.len() - length) {
            (rest, [b'&' | b'!' | b'|' | b'>', ..]) => before = rest.trim_ascii_end(),
            _ => break,
        }
    }
    let Some(before) = before.strip_suffix(b":").map(<[u8]>::trim_ascii_end) else { return false };
    let before = before.get(..unquoted_length(before)).unwrap_or_default();
    let length = before.iter().rev().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
    let key = before.get(before.len() - length..).unwrap_or_default();
    str::from_utf8(key).is_ok_and(is_name_key)
}

/// Whether a colon behind a name without quotes parts it from a value, and is not one of `npm:jws:2016`: a blank follows it, a
/// line's end, a quote or a comment.
fn parts_from_value(behind: &[u8]) -> bool {
    without_gap(behind).strip_prefix(b":").is_some_and(|value| {
        let begins = |byte: &u8| byte.is_ascii_whitespace() || is_quote(byte) || matches!(byte, b'\\' | b'{' | b'[');
        value.first().is_none_or(begins) || value.starts_with(b"/*")
    })
}

/// Whether these bytes begin with a sign that assigns a value, and are not the end of base64.
fn assigns(behind: &[u8]) -> bool {
    matches!(behind, [b'=', next, ..] if !matches!(next, b'=' | b'\n' | b'\r'))
}

/// What an entry of JSON has behind its name and colon, if that is what follows.
fn value(behind: &[u8]) -> Option<&[u8]> {
    without_gap(behind).strip_prefix(b":").map(without_gap)
}

/// Whether the value of an entry in JSON is a list of nothing, or none.
fn is_empty(behind: &[u8]) -> bool {
    let value = value(behind).unwrap_or_default();
    [&b"[]"[..], b"{}", b"null", b"true", b"false"].iter().any(|empty| value.starts_with(empty))
}

/// Whether what follows a name without quotes in JSON is not the value of JSON5, but a sentence that both stand in:
/// `: Verification can be bypassed with`.
fn is_prose(behind: &[u8]) -> bool {
    const WORDS: usize = 4;
    let value = value(behind).unwrap_or_default();
    let value = value.get(..MAX_LINE).unwrap_or(value);
    let text = value.split(|byte| is_quote(byte) || matches!(byte, b'\\' | b'\n')).next().unwrap_or_default();
    text.split(|byte| is_blank(*byte)).filter(|word| word.iter().any(u8::is_ascii_alphabetic)).count() >= WORDS
}

/// Whether the name of an entry that these bytes follow has entries of its own below it.
fn has_entries(behind: &[u8]) -> bool {
    let Some((b':', value)) = without_gap(behind).split_first() else { return false };
    let value = without_blanks(value);
    let Some(line) = value.strip_prefix(b"\n").or(value.strip_prefix(b"\r\n")) else { return value.starts_with(b"{") };
    // In JSON the brace can stand in the next line, in YAML the text; a name stands there in both.
    let next = line.trim_ascii_start();
    let name = next.iter().take_while(|byte| is_name(**byte)).count();
    next.starts_with(b"{") || name > 0 && next.get(name) == Some(&b':')
}

/// What follows the quote that closes a text, escaped or not; all of it if there is none.
fn closed(after: &[u8]) -> &[u8] {
    let escapes = after.iter().take_while(|byte| **byte == b'\\').count();
    let quoted = after.get(escapes..).unwrap_or_default();
    match quoted.split_first() {
        Some((quote, behind)) if is_quote(quote) => behind,
        _ => quoted.strip_prefix(b"u0022").filter(|_| escapes > 0).unwrap_or(after),
    }
}

/// The text without the blanks it begins with.
fn without_blanks(text: &[u8]) -> &[u8] {
    text.get(text.iter().take_while(|byte| is_blank(**byte)).count()..).unwrap_or_default()
}

/// The text without the white space and the comments it begins with, as JSON5 has them.
fn without_gap(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    let near = text.get(..MAX_COMMENT).unwrap_or(text);
    let mut rest = near;
    loop {
        let end = match rest {
            [b'/', b'*', ..] => memchr::memmem::find(rest, b"*/").map(|at| at + 2),
            [b'/', b'/', ..] => memchr::memchr(b'\n', rest),
            _ => None,
        };
        let Some(behind) = end.and_then(|end| rest.get(end..)) else { break };
        rest = behind.trim_ascii_start();
    }
    text.get(near.len() - rest.len()..).unwrap_or_default()
}

/// Whether a value in YAML is nothing but what a workflow looks up: `: ${{ secrets.KEY }}`.
fn is_only_looked_up(behind: &[u8]) -> bool {
    let Some((b':', value)) = behind.split_first() else { return false };
    let value = without_blanks(value);
    if !value.starts_with(b"${{") {
        return false;
    }
    let value = value.get(..MAX_NAME).unwrap_or(value);
    let line = value.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    line.ends_with(b"}}") && !line.iter().any(is_quote)
}

/// Whether a name can lead to secrets that are named in the entries below it only.
fn leads_on(name: &[u8]) -> bool {
    // Below the name of a package or of a resource stands what is said of it, below that of a secret its value.
    if name.contains(&b'/') { says_tier(name) } else { str::from_utf8(name).is_ok_and(name::can_lead_to_secret) }
}

fn is_quote(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether a name is one that a secret can have.
fn says_tier(name: &[u8]) -> bool {
    str::from_utf8(name).is_ok_and(|name| name::tier(&[name]).is_some())
}

/// Whether a name is a secret's below one of [`STEPS`].
fn can_end_secret(name: &[u8]) -> bool {
    str::from_utf8(name).is_ok_and(name::can_end_secret)
}

/// Whether a text can be the name of a key.
fn says_key(name: &[u8]) -> bool {
    str::from_utf8(name).is_ok_and(name::ends_like_secret)
}

/// Whether what follows the name of an entry in JSON is the version of a package, `: "^1.2.0"`, or begins with it and where
/// the package came from, as in what npm locks.
fn has_version(behind: &[u8]) -> bool {
    match value(behind) {
        Some([b'{', entries @ ..]) => {
            let version = without_gap(entries).strip_prefix(b"\"version\"").and_then(value).and_then(after_version);
            let next = version.and_then(|behind| without_gap(behind).strip_prefix(b",")).map(without_gap);
            next.is_some_and(|next| next.starts_with(b"\"resolved\""))
        }
        Some(value) => after_version(value).is_some(),
        None => false,
    }
}

/// What follows the version of a package, if that is what the text begins with.
fn after_version(text: &[u8]) -> Option<&[u8]> {
    let version = text.strip_prefix(b"\"")?;
    let sign = version.iter().take_while(|byte| matches!(byte, b'^' | b'~' | b'<' | b'>' | b'=' | b'v' | b' ')).count();
    let numbers = version.get(sign..)?;
    let length = numbers.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'x' | b'*')).count();
    let is_dotted = numbers.get(..length).is_some_and(|numbers| numbers.contains(&b'.'));
    numbers.get(length..)?.strip_prefix(b"\"").filter(|_| is_dotted)
}

/// Whether a byte can stand in a name: of a variable, a path of names, a command line's option.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// Whether `word`, in lower case, stands in `name` in any case.
fn contains(name: &[u8], word: &[u8]) -> bool {
    name.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, text: &str, expected: bool) {
        assert_eq!(matters(language, text.as_bytes()), expected, "{language:?}: {text}");
    }

    #[test]
    fn the_searches_can_be_built() {
        assert!(PATTERNS.is_some());
    }

    #[test]
    fn code_matters_by_library_and_by_name() {
        for text in [
            "const jwt = require('jsonwebtoken')",
            "import { SignJWT } from 'jose'",
            "import nJwt from 'njwt'",
            "KJUR.jws.JWS.sign(a, h, p, key)",
            "import jws from 'jws'",
            "app.register(fastifyJwt, {})",
            "import { JsonWebTokenError } from './errors'",
            "const tokenSigningKey = 'x'",
            "process.env.ACCESS_TOKEN_KEY",
            "const REFRESH_PRIVATE_KEY = 'x'",
            "NextAuth({ secret: 'x' })",
            "const pem = `-----BEGIN EC PRIVATE KEY-----`",
            "const key = { kty: 'oct', k: 'x' }",
            "transferTokenSalt",
            "new SymmetricSecurityKey(bytes)",
            "fetch(u, { h: 'eyJhbGciOiJIUzI1NiJ9.e30.abc' })",
        ] {
            check(Language::JavaScript, text, true);
        }
        check(Language::Elixir, "{:ok, claims} = Joken.peek_claims(token)", true);
        check(Language::Elixir, "Guardian.peek(token)", true);
        for text in [
            "for (const key of Object.keys(o)) assign(key)",
            "import { AuthGuard } from './auth.guard'",
            "const token = await getToken()",
            "monkey.salt()",
            "// a major change of the object",
            "const data = 'eyJub3QgYSB0b2tlbg=='",
            "",
        ] {
            check(Language::JavaScript, text, false);
        }
    }

    #[test]
    fn configuration_matters_by_its_names() {
        for text in [
            "JWT_SECRET: abc",
            "jwt:\n  key: abc",
            "env:\n  - name: JWT_KEY\n    value: abc",
            "- JWT_SECRET=abc",
            "- APP_KEY=abc",
            "privateKey: abc",
            "command: [\"--jwt-secret\", \"abc\"]",
            "args: [--jwt-secret, abc]",
            "jwtConfig:\n  secretKey: abc",
            "jwt-options: {key: abc}",
            "jwt1:\n  key: abc",
            "jwtThing:\n  \"abc\"",
            "key: {{ .Values.jwtKey | default \"x\" }}",
            "tokens:\n  key: abc",
            "auth:\n  key: abc",
            "url: ${TOKEN_SIGNING_KEY:-abc}",
            "url: ${token.signing.key:abc}",
            "security:\n  signing:\n    key: abc",
            "access: &a\n  private: {key: abc}",
            "TokenOptions:\n  # of all\n  SecurityKey: abc",
            "AppSettings:\n  Token: abc",
            "- AppSettings__Token=abc",
            "- name: AppSettings:Token\n  value: abc",
            "- name: AppSettings__Token\n  value: abc",
            "- name: app/jwt/secret\n  value: abc",
            "- name: &name JWT_SECRET\n  value: abc",
            "- name: !!str &name 'JWT_SECRET'\n  value: abc",
            "- name: >-\n    JWT_SECRET\n  value: abc",
            "? jwtSecret\n: abc",
            "app.toml: |\n  [jwt]\n  key = \"abc\"",
            "app.toml: |\n  [api.token]\n  salt = \"abc\"",
            "jwtSecretV1:\n  value: abc",
            "JWT_SECRET_B64:\n  value: abc",
            "app/jwt/secret:\n  value: abc",
            "parameters:\n  env(JWT_PASSPHRASE): abc",
            "parameters:\n  'env(JWT_PASSPHRASE)': abc",
            "command: app --jwt-secret abc",
            "command: \"app --jwt-secret abc\"",
            "run: |\n  app --port 1 --jwt-secret \"$(x)\"",
            "config: '{\"type\":\"HS256\", \"jwt_key\": \"abc\"}'",
            "tls.key: |\n  -----BEGIN PRIVATE KEY-----",
        ] {
            check(Language::Yaml, text, true);
        }
        for text in ["description: Forge a JWT token. It is no secret to anyone", "key: abc", "image: authelia/x"] {
            check(Language::Yaml, text, false);
        }
        for text in [
            r#"{"Jwt": {"Key": "abc"}}"#,
            r#"{"AppSettings": {"Token": "abc"}}"#,
            r#"{"name": "JWT_SECRET", "value": "abc"}"#,
            r#"{"authentication": {"key": "abc"}}"#,
            r#"{"env": "{\"jwt_key\": \"abc\"}"}"#,
            r#"{"env": "[{\"Name\": \"JWT_KEY\", \"value\": \"abc\"}]"}"#,
            r#"[{"ParameterKey" : "JWT_KEY", "ParameterValue": "abc"}]"#,
            r#"{"jwtOptions": {"key": "abc"}, "jwtThing": "abc"}"#,
            "{ jwtSecret: 'abc' }",
            "{ jwtSecret: /* the one for production */ 'abc' }",
            "{ jwtSecret: // the one for production\n 'abc' }",
            "{ jwtSecret:/**/ 'abc' }",
            "{ \"jwtSecret\"\n: 'abc', \"a\" /* b */ : 1 }",
            r#"{"TokenOptions": {"SecurityKey": "abc"}}"#,
            r#"{"AppSettings:Token": "abc"}"#,
            r#"{"AppSettings__Token": "abc"}"#,
            r#"{"config": "{\"a\": \"{\\\"jwtSecret\\\": \\\"abc\\\"}\"}"}"#,
            r#"{"app.toml": "[jwt]\nkey = 'abc'"}"#,
            r#"{"app.toml": "[signing]\nkey = 'abc'"}"#,
            r#"{"app.toml": "jwtKey = 'abc'"}"#,
            r#"{"app.json": "{\u0022jwtSecret\u0022:\u0022abc\u0022}"}"#,
            r#"{"app.json": "{\u0022Token\u0022:{\u0022Key\u0022: \u0022abc\u0022}}"}"#,
            "{ jwtSecret // of all\n : 'abc' }",
            r#"{"app.properties": "a=1\nAppSettings.Token=abc\n"}"#,
            r#"{"command": "app --jwt-secret abc"}"#,
            r#"{"command": ["sh", "-c", "app -v --jwt-secret abc"]}"#,
        ] {
            check(Language::Json, text, true);
        }
        check(Language::Json, r#"{"HINT": "Try a JWT with the secret, or a token."}"#, false);
        check(Language::Json, r#"{"How do I verify a JWT?": "Not with a secret", "See JWT": "Secret sauce"}"#, false);
        // Values that are no names of keys.
        check(Language::Json, r#"{"keywords": ["jwt", "jose"], "kind": "JWT" }"#, false);
        check(Language::Json, r#"{"a": "sha512-GwUs/HTF+jwtn==", "b": "sha1-/JWTn="}"#, false);
        check(Language::Yaml, "a: sha512-GwUs/HTF+jwtn==\nb: 'sha1-/JWTn='\n", false);
        check(Language::Yaml, "a: JWT_SECRET='abc'\n", true);
        check(Language::Yaml, "a: \"JWT_SECRET='abc'\"\n", true);
        check(Language::Json, r#"{"node_modules/jsonwebtoken": {"version": "9"}, "/auth/jwt": {"post": 1}}"#, false);
        check(Language::Json, r#"{"jsonwebtoken": "^9.0.2", "express-jwt" : "0.1.3", "jose": ">= 5.x"}"#, false);
        check(Language::Json, r#"{"jwt": {"version": "1.2.0", "resolved": "https://a/b.tgz"}}"#, false);
        check(Language::Json, r#"{"jwt": {"version": "1.2.0", "key": "abc"}}"#, true);
        check(Language::Json, r#"{"jwt": "^hunter2", "webtoken": "9"}"#, true);
        check(Language::Json, r#"{"type": "TOKEN", "kind": "auth", "value": "abc"}"#, false);
        check(Language::Json, r#"{"token": "abc", "auth": {"type": "basic"}, "settings": {"a": 1}}"#, false);
        check(Language::Json, r#"{"key": "abc", "accessor": {"a": 1}, "design": {}, "sign": "in"}"#, false);
        check(Language::Json, r#"{"lowercase-keys": "abc", "token": {"a": 1}}"#, false);
        check(Language::Json, r#"{"title": "jsonwebtoken: Verification can be bypassed with"}"#, false);
        check(Language::Json, r#"{"application.yml": "jwt: correct horse battery\n"}"#, true);
        check(Language::Json, r#"{"code": "const token = f(user)"}"#, false);
        check(Language::Json, r#"{"command": "JWT_SECRET=abc npm run dev -- --host foo"}"#, true);
        check(Language::Json, r#"{"id": "npm:jws:2016", "allow": "`secretsmanager:GetSecret`"}"#, false);
        check(Language::Json, r#"{"secret": [], "clientSecret" : null}"#, false);
        check(Language::Json, "{ jwtSecret:'abc' }", true);
        check(Language::Yaml, "package: npm:jws:2016", false);
        check(Language::Yaml, "{jwtSecret: abc}", true);
        check(Language::Json, r#"{"title": "detected-jwt-secret", "all": ["ExposedSecrets"]}"#, false);
        check(Language::Json, r#"{"name": "jsonwebtoken", "about": "`jwt_key` is set"}"#, false);
        check(Language::Json, r#"{"jwtForgedChallenge": {"key": "abc"}}"#, false);
        check(Language::Yaml, "jwtForgedChallenge:\n  name: abc", false);
        check(Language::Yaml, "JWT_SECRET: ${{ secrets.KEY }}\n", false);
        check(Language::Yaml, "JWT_SECRET: ${{ secrets.KEY || 'abc' }}\n", true);
        check(Language::Yaml, "kind: token\nkinds: [auth]\n", false);
        check(Language::Yaml, "key: unsafeSecretStorageChallenge", false);
        check(Language::Yaml, "kind: jwt\nkinds: [jwt, 'jws']\n", false);
        check(Language::Yaml, "token: ${{ secrets.GITHUB_TOKEN }}", false);
        check(Language::Yaml, "token: ${{ secrets.JWT || 'abc' }}", true);
        check(Language::Yaml, "auth: basic\ntoken: abc", false);
        check(Language::Yaml, "auth: # of users\n  key: abc", true);
        check(Language::Yaml, "auth: {key: abc}", true);
        check(Language::Dockerfile, "ENV JWT_SECRET abc", true);
        check(Language::Terraform, "variable \"jwt_secret\" {\n default = \"x\" }", true);
        check(Language::Toml, "[server]\nport = 1", false);
        for text in [
            "[ token ]\nkey = 'abc'",
            "[\"token\"]\nkey = 'abc'",
            "[[token]]\nkey = 'abc'",
            "\"token\".\"key\" = 'abc'",
            "[app \"token\"]\nkey=abc",
            "[app:token]\nprivate.key=abc",
            "[signer]\nkey:abc",
            "REFRESH_PRIVATE_KEY:abc",
            "auth\\:signing\\:key=abc",
            "AppSettings\\:Token=abc",
        ] {
            check(Language::Toml, text, true);
            assert!(can_matter(text.as_bytes()), "{text}");
        }
    }

    /// Whatever the vocabulary calls a secret has to come through, in whatever form a format has for it.
    #[test]
    fn configuration_with_any_name_of_a_secret_matters() {
        let names: toml::Table = toml::from_str(include_str!("../rules/vocabulary/names.toml")).unwrap();
        let lists = |kind: &str, list: &str| -> Vec<Vec<String>> {
            let entries = names[kind].as_array().unwrap().iter().filter(|entry| entry["tier"].as_str() != Some("c"));
            let texts = |entry: &toml::Value| -> Vec<String> {
                entry[list].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
            };
            entries.map(texts).collect()
        };
        let mut paths: Vec<Vec<String>> = Vec::new();
        for name in lists("whole", "names").concat() {
            paths.push(name.split([':', '.']).map(str::to_owned).collect());
            paths.push(vec![name.replace([':', '.'], "__")]);
            paths.push(vec![name]);
        }
        for pattern in lists("pattern", "tokens") {
            let mut names = vec![String::new()];
            for token in pattern {
                let join = |name: &String, token: &str, by: &str| match name.is_empty() {
                    true => vec![token.to_owned()],
                    false => by.split('|').map(|by| format!("{name}{by}{token}")).collect(),
                };
                names = (token.split('|'))
                    .flat_map(|token| names.iter().flat_map(|name| join(name, token, "_| ")).collect::<Vec<_>>())
                    .collect();
            }
            paths.extend(names.iter().map(|name| name.split(' ').map(str::to_owned).collect()));
            paths.extend(names.iter().map(|name| vec![name.replace(' ', "__")]));
            paths.extend(
                names
                    .iter()
                    .filter(|name| name.contains(' '))
                    .map(|name| name.replacen(' ', "Options ", 1).split(' ').map(str::to_owned).collect()),
            );
        }
        let nested = |path: &[String], open: &str, close: &str, leaf: &str| {
            let (last, outer) = path.split_last().unwrap();
            let opened: String = outer.iter().map(|name| open.replace('@', name)).collect();
            opened + &leaf.replace('@', last) + &close.repeat(outer.len())
        };
        let mut checked = 0;
        let mut lost = Vec::new();
        for path in &paths {
            let json = nested(path, r#"{"@": "#, "}", r#"{"@": "s3cr3t!x"}"#);
            let dotted = path.join(".");
            let (last, outer) = path.split_last().unwrap();
            let toml = format!("[{}]\n{last} = \"s3cr3t!x\"\n", outer.join("."));
            let indented: String = (path.iter().enumerate())
                .map(|(depth, name)| {
                    format!(
                        "{}{name}:{}",
                        "  ".repeat(depth),
                        if depth + 1 < path.len() { "\n" } else { " s3cr3t!x\n" }
                    )
                })
                .collect();
            for (language, name, text) in [
                (Language::Yaml, "a.yml", indented.clone()),
                (Language::Yaml, "a.yml", indented.replace(":\n", ":   # all\n\n")),
                (Language::Yaml, "a.yml", indented.to_uppercase()),
                (Language::Yaml, "a.yml", nested(path, "{@: ", "}", "{@: s3cr3t!x}")),
                (Language::Yaml, "a.yml", format!("{dotted}: s3cr3t!x")),
                (Language::Yaml, "a.yml", format!("env:\n  - name: {dotted}\n    value: s3cr3t!x")),
                (Language::Yaml, "a.yml", format!("env:\n  - name: \"{dotted}\"\n    value: s3cr3t!x")),
                (Language::Yaml, "a.yml", format!("env:\n  - {}=s3cr3t!x", path.join("__"))),
                (Language::Yaml, "a.yml", format!("data:\n  a.json: |\n    {json}")),
                (Language::Yaml, "a.yml", format!("data:\n  a.toml: |\n    {}", toml.replace('\n', "\n    "))),
                (Language::Yaml, "a.yml", format!("data:\n  a.properties: |\n    {dotted}=s3cr3t!x")),
                (Language::Yaml, "a.yml", format!("command: app --{} s3cr3t!x", path.join("-"))),
                (Language::Yaml, "a.yml", format!("args: ['--{}', s3cr3t!x]", path.join("-"))),
                (Language::Json, "a.json", json.clone()),
                (Language::Json, "a.json", json.replace(": ", " :\n  ")),
                (Language::Json, "a.json", json.replace(": ", ": // all of these are for now\n")),
                (Language::Json, "a.json", format!("{{\"{}\": \"s3cr3t!x\"}}", path.join(":"))),
                (Language::Json, "a.json", format!("{{\"text\": {}}}", serde_json::Value::from(json.clone()))),
                (Language::Json, "a.json", format!("[{{\"name\": \"{dotted}\", \"value\": \"s3cr3t!x\"}}]")),
                (Language::Toml, "a.toml", toml.clone()),
                (Language::Toml, "a.toml", nested(path, "@ = {", "}", "@ = \"s3cr3t!x\"")),
                (Language::Properties, "a.properties", format!("{dotted}=s3cr3t!x")),
                (Language::Terraform, "a.tfvars", nested(path, "@ = {\n", "\n}", "@ = \"s3cr3t!x\"")),
                (Language::Dockerfile, "Dockerfile", format!("FROM a\nENV {} s3cr3t!x", path.join("_"))),
            ] {
                let entries = crate::language::parse(language, Path::new(name), &text);
                let mut entries = entries.iter().flat_map(|part| &part.facts.entries);
                if entries.any(|entry| matches!(name::tier(&entry.path), Some(Tier::A | Tier::B))) {
                    checked += 1;
                    if !matters(language, text.as_bytes()) || !can_matter(text.as_bytes()) {
                        lost.push(text);
                    }
                }
            }
        }
        assert!(lost.is_empty(), "{} of {checked}, as {:#?}", lost.len(), lost.iter().take(20).collect::<Vec<_>>());
        assert!(checked > 1000, "{checked}");
    }

    #[test]
    fn configuration_with_nothing_but_tokens() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
        for (language, text, expected) in [
            (Language::Json, r#"{"sample": "TOKEN"}"#, true),
            (Language::Json, r#"{"sample": "TOKEN", "jwtSecret": "x"}"#, false),
            (Language::Yaml, "sample: TOKEN", true),
            (Language::Dotenv, "SAMPLE=TOKEN", false),
            (Language::JavaScript, "a = 'TOKEN'", false),
        ] {
            assert_eq!(holds_only_tokens(language, text.replace("TOKEN", token).as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn environment_and_key_files_matter_whatever_is_in_them() {
        check(Language::Dotenv, "PORT=1", true);
        check(Language::Key, "x", true);
        check(Language::Dotenv, "", false);
    }

    /// What is thrown away before its name is known must not matter under any name.
    #[test]
    fn what_matters_under_some_name_can_matter() {
        for (language, text) in [
            (Language::JavaScript, "const tokenSigningKey = 'x'"),
            (Language::Markdown, "import { SignJWT } from 'jose'"),
            (Language::Yaml, "auth:\n  key: abc"),
            (Language::Json, r#"{"authentication": {"key": "abc"}}"#),
            (Language::Terraform, "variable \"jwt_secret\" {\n default = \"x\" }"),
            (Language::Text, "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"),
            (Language::Properties, "tokens.key=abc"),
        ] {
            check(language, text, true);
            assert!(can_matter(text.as_bytes()), "{text}");
        }
        assert!(!can_matter(b"for (const key of Object.keys(o)) assign(key)"));
    }

    #[test]
    fn code_can_hold_a_secret_beside_its_name() {
        for text in [
            "const jwt = require('jsonwebtoken')",
            "import {\n  SignJWT,\n} from \"jose\"",
            "KJUR.jws.JWS.sign('HS256', h, p, key)",
            "session({ secret: 'x' })",
            "key = os.environ.get(\"SECRET\", \"x\")",
            "process.env.SECRET || `x`",
            "SECRET_KEY: str = \"x\"",
            "new SymmetricSecurityKey(bytes)",
            "const accessTokenSecret = config.x",
            "fetch(u, { h: 'eyJhbGciOiJIUzI1NiJ9.e30.abc' })",
            "-----BEGIN PRIVATE KEY-----",
        ] {
            assert!(can_hold_secret(Language::JavaScript, text.as_bytes()), "{text}");
        }
        for text in [
            "const secret = body.secret",
            "return clientSecret",
            "let signing_key = new();",
            "a key",
            "",
            "app.use(verify.jwtChallenges())\nconst a = 'x'",
        ] {
            assert!(!can_hold_secret(Language::JavaScript, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn code_can_hold_a_secret_by_its_own_quotes_and_outside_its_comments() {
        for (language, text) in [
            (Language::Rust, "let secret = \"x\";"),
            (Language::Rust, "/// Signs.\n    fn sign() { jwt() }"),
            (Language::Rust, "#[secret = \"x\"]"),
            (Language::Go, "secret := `x`"),
            (Language::Go, "signKey2 := \"x\""),
            (Language::Go, "authKey := \"x\""),
            (Language::Rust, "options.signing_key.unwrap_or(\"x\")"),
            (Language::Rust, "fn access_token_keys()"),
            (Language::Java, "signingKey.getBytes(\"x\")"),
            (Language::Java, "@Value(\"${app.key:x}\")\n    private String secretKey;"),
            (Language::Python, "secret_key: str = Field(\n    default=\"x\",\n)"),
            (Language::Rust, "fn signing_key() -> &'static str {\n    \"x\"\n}"),
            (Language::Python, "secret = 'x' # of tokens"),
            (Language::Php, "#[Env('SECRET')]"),
            (Language::JavaScript, "// sign(claims, { jwt: 'x' })"),
            (Language::Java, "// Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"),
        ] {
            assert!(can_hold_secret(language, text.as_bytes()), "{text}");
        }
        for (language, text) in [
            (Language::Rust, "let secret = it's;"),
            (Language::Rust, "    /// The secret of a \"JWT\"."),
            (Language::Java, "/**\n * Signs a jwt with a \"secret\".\n */"),
            (Language::Python, "def sign(): pass\n    # jwt secret = 'x'"),
            (Language::Ruby, "# secret: 'x'"),
            (Language::Php, "# secret: 'x'"),
            (Language::Go, "\t// jwt"),
            (Language::Go, "signKeyPairTypes := \"x\""),
            (Language::Go, "AUTH_KEYWORDS := \"x\""),
            (Language::Go, "authorityKeyIdentifier := \"x\""),
            (Language::Rust, "let last_key_token = \"x\";"),
            (Language::Rust, "#[cfg(os = \"nto\")]\nconst KEYDATA_PATHSIGN: u32 = 1;"),
            (Language::Go, "passphrase := \"x\""),
            (Language::Go, "totpSecret := \"x\""),
        ] {
            assert!(!can_hold_secret(language, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn words_inside_other_words_do_not_matter() {
        for text in ["ai_socktype", "EAI_SOCKTYPE", "Joseph", "JOSEPHINE", "SECRETARY", "secretariat"] {
            check(Language::JavaScript, text, false);
        }
        for text in ["jwk.kty", "{ \"kty\": 1 }", "Kty", "josekit::jws", "Jose.JWT"] {
            check(Language::JavaScript, text, true);
        }
    }

    #[test]
    fn names_that_matter_whatever_is_in_the_file() {
        for name in
            [".env", ".ENV.local", "production.env", "env-example", "x.PEM", "jwt.key", "id.p8", "a.pk8", "x.dotenv"]
        {
            assert!(always_matters(name.as_bytes()), "{name}");
        }
        for name in ["app.js", "environment.ts", "keys.json", "key", "pem", "p.e", "", "."] {
            assert!(!always_matters(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn other_text_matters_by_a_whole_token() {
        check(Language::Text, "curl -H 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'", true);
        check(Language::Text, "a token without a signature: eyJhbGciOiJub25lIn0.e30.", true);
        check(Language::Text, "jwt secret: eyJhbGciOiJIUzI1NiJ9", false);
        check(Language::Text, "", false);
    }

    #[test]
    fn bytes_that_are_not_text_do_no_harm() {
        let bytes = [b"\xff\xfekey\xff".as_slice(), b"\x80token", b"secret\xff"].concat();
        assert!(matters(Language::JavaScript, &bytes));
        assert!(!matters(Language::Json, &bytes));
    }
}
