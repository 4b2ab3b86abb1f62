//! How many bits a guesser needs for the key of an HMAC, and why, in words for a person.
//!
//! A key is as strong as the guesser's best way to it. [`judge`] takes the least of
//! - the bits the decoded key has room for,
//! - the bits its alphabet and length allow (64 hex digits are 64 bytes of text, but 256 bits to guess),
//! - the bits it takes to describe it to someone who knows what people use: published defaults, placeholders, words in
//!   any case and with digits for letters, the project's own name, dates, repeats, runs along alphabets and keyboards,
//!   and the same once more behind base64 or hex.
//!
//! A description is believed only when it saves far more than random text does by chance, so that a random secret is not
//! called weak. What is certainly a person's text, words or hit keys, then carries no more than people's text is known to
//! carry; words drawn at random are counted one by one.

use std::collections::HashSet;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD_INDIFFERENT, URL_SAFE_NO_PAD_INDIFFERENT};
use sha2::{Digest, Sha256};

use super::code::{self, Description, Piece, Placed};
use super::published::{self, found_in_public, published};
use super::reference;
use super::token;
use super::words::{self, Kind, VOCABULARY, Word, Words};
use crate::library::Encoding;

/// Below this many bits a key is within reach of guessing (NIST SP 800-131A revision 2, table 9: HMAC keys).
pub const GUESSABLE_BELOW: f64 = 112.0;
/// Bits a description must save to be believed without reserve; see [`beyond_chance`].
const CERTAIN: f64 = 38.0;
/// The same for a text with room for fewer bits than [`CERTAIN_FROM`], which is not enough for any algorithm anyway.
const CERTAIN_BELOW: f64 = 24.0;
/// Bits that the least demanding algorithm asks for.
const CERTAIN_FROM: f64 = 256.0;
/// How rare, as a power of ten, what a text saves must be among random texts to tell that a person made it.
const RARE: f64 = 7.3;
/// Different signs that may be put between the characters of a random text to tell its groups.
const SEPARATORS: usize = 2;
/// Bits that no algorithm asks for.
const ENOUGH: f64 = 1024.0;
/// Characters that are described at once; longer texts are described piece by piece.
const STRETCH: usize = 256;
/// Stretches that are looked at; what is behind adds nothing.
const STRETCHES: usize = 4;
/// The longest text that is looked at, in bytes; whatever is behind is enough for every algorithm or adds nothing.
const LONGEST: usize = 16 * 1024;
/// How often base64 or hex is taken off a text.
const LAYERS: u32 = 3;
/// The shortest text worth looking for behind an encoding, in bytes: shorter ones come about by chance.
const SHORTEST_INNER: usize = 12;

/// Names of the project, which its secrets like to be built of. The caller gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectNames {
    /// Its folder, its package, its git remote.
    pub names: Vec<String>,
}

/// What is to be thought of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is enough for its algorithm.
    Strong,
    /// It cannot be guessed today, but it is shorter than its algorithm asks.
    Short,
    /// It takes fewer than [`GUESSABLE_BELOW`] bits to guess.
    Guessable,
    /// It asks to be replaced.
    Placeholder,
    /// It can be read in public.
    Published,
    /// There is nothing to guess.
    Empty,
}

impl Verdict {
    /// Whether it is not enough.
    pub fn is_weak(self) -> bool {
        self != Verdict::Strong
    }
}

/// What a guesser needs for a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Strength {
    /// Bits of work to guess it, an upper bound.
    pub bits: f64,
    /// Bits of the decoded key, guessable or not.
    pub key_bits: u32,
    /// Bits the algorithm asks for (RFC 7518 §3.2).
    pub required_bits: u32,
    /// What is to be thought of it.
    pub verdict: Verdict,
    /// Why, the weightiest first, each a sentence without its stop, about "it". None repeats the secret.
    pub reasons: Vec<String>,
}

/// Bits the algorithm asks of its key, RFC 7518 §3.2: as many as its hash has. 256 for any other algorithm or none.
pub fn required_bits(algorithm: Option<&str>) -> u32 {
    match algorithm {
        Some("HS384") => 384,
        Some("HS512") => 512,
        _ => 256,
    }
}

/// Judges `value` as the key of `algorithm` (HS256 when it is not given), read by `decoding` one step after the other
/// (as the bytes of the text when there is no step).
pub fn judge(value: &str, decoding: &[Encoding], algorithm: Option<&str>, context: &ProjectNames) -> Strength {
    let required_bits = required_bits(algorithm);
    let key_bits = key_bits(value, decoding, required_bits);
    let names = project_words(context);
    let guess = guess(value, &names, LAYERS);
    let found = (guess.bits >= GUESSABLE_BELOW).then(|| found_in_public(value)).flatten();
    let guess = match found {
        Some(bits) => {
            let reason =
                "it stands in a public list of JWT secrets (wallarm/jwt-secrets): those are tried first".to_owned();
            Guess { bits, verdict: Some(Verdict::Published), reasons: vec![reason] }
        }
        None => guess,
    };
    let bits = guess.bits.min(f64::from(key_bits)).max(0.0);
    let mut reasons = guess.reasons;
    let verdict = match guess.verdict {
        _ if value.is_empty() => Verdict::Empty,
        Some(verdict) => verdict,
        None if bits < GUESSABLE_BELOW => Verdict::Guessable,
        None if bits < f64::from(required_bits) => Verdict::Short,
        None => Verdict::Strong,
    };
    let algorithm = algorithm.filter(|name| ["HS256", "HS384", "HS512"].contains(name)).unwrap_or("HS256");
    if verdict == Verdict::Empty {
        reasons.push("it is empty: anybody can sign with it".to_owned());
    } else if verdict.is_weak() {
        if key_bits < required_bits && f64::from(key_bits) < guess.bits {
            reasons.push(format!("decoded it is only {}", count(key_bits / 8, "byte")));
        }
        reasons.push(if bits < GUESSABLE_BELOW {
            format!("it takes about {:.0} bits of guessing; below 112 bits is within reach, {algorithm} asks for {required_bits}", bits.floor())
        } else {
            format!("it takes about {:.0} bits of guessing; {algorithm} asks for {required_bits}", bits.floor())
        });
    }
    // A secret can be a word that the reasons use too.
    let shown = value.to_lowercase();
    reasons.retain(|reason| shown.chars().count() < 4 || !reason.to_lowercase().contains(&shown));
    if verdict.is_weak() && reasons.is_empty() {
        reasons.push(format!("about {:.0} of {required_bits}", bits.floor()));
    }
    Strength { bits, key_bits, required_bits, verdict, reasons }
}

/// `1 byte`, `2 bytes`.
fn count(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Bits of the key that `decoding` makes of `value`. What does not decode is read as far as lenient decoders read it.
fn key_bits(value: &str, decoding: &[Encoding], required_bits: u32) -> u32 {
    let mut key = value.as_bytes().to_vec();
    for encoding in decoding {
        key = match encoding {
            Encoding::Utf8 => key,
            Encoding::Base64 | Encoding::Base64url => {
                let digits = key.iter().take_while(|&&byte| byte != b'=').filter(|&&byte| is_base64(byte)).count();
                decode_base64(&key).unwrap_or_else(|| vec![0; digits * 6 / 8])
            }
            Encoding::Hex => {
                let digits = key.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
                decode_hex(key.get(..digits - digits % 2).unwrap_or_default()).unwrap_or_default()
            }
            Encoding::HexIfHex => decode_hex(&key).unwrap_or(key),
            // Whatever the digest, it is made to fit; the text behind it decides what there is to guess.
            Encoding::Digest => vec![0; required_bits as usize / 8],
        };
    }
    u32::try_from(key.len()).unwrap_or(u32::MAX).saturating_mul(8)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The bytes behind base64 of either alphabet, padded or not.
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    STANDARD_NO_PAD_INDIFFERENT.decode(text).or_else(|_| URL_SAFE_NO_PAD_INDIFFERENT.decode(text)).ok()
}

/// The bytes behind an even number of hex digits.
fn decode_hex(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.chunks_exact(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.last()?)?)).collect()
}

/// What a guesser needs for a text, whatever key it becomes.
struct Guess {
    bits: f64,
    /// A verdict that does not follow from the bits.
    verdict: Option<Verdict>,
    reasons: Vec<String>,
}

fn guess(value: &str, names: &Words, layers: u32) -> Guess {
    let value = value.get(..value.floor_char_boundary(LONGEST)).unwrap_or_default();
    // Laravel's way to say how its key is written.
    if let Some(key) = value.strip_prefix("base64:").filter(|key| decode_base64(key.as_bytes()).is_some()) {
        return guess(key, names, layers);
    }
    if let Some(who) = published(value) {
        let reason = format!("it is published ({who}): it is among the first that are tried");
        return Guess { bits: published::bits(), verdict: Some(Verdict::Published), reasons: vec![reason] };
    }
    if is_public_key(value) {
        let reason = "it is a public key or a certificate, which is for everybody to have".to_owned();
        return Guess { bits: 0.0, verdict: Some(Verdict::Published), reasons: vec![reason] };
    }
    if is_digest_of_word(value) {
        let reason = "it is the SHA-256 of a word that is among the first to be tried".to_owned();
        let bits = 1.0 + (VOCABULARY.all().len() as f64).log2();
        return Guess { bits, verdict: Some(Verdict::Guessable), reasons: vec![reason] };
    }
    // Django's startproject writes it; `check --deploy` complains of it (security.W009).
    if value.starts_with("django-insecure-") {
        let reason =
            "it begins with django-insecure-: it was made for development, and Django itself warns of it".to_owned();
        let bits = describe(value, names).bits;
        return Guess { bits, verdict: Some(Verdict::Placeholder), reasons: vec![reason] };
    }
    if reference::is_hole(value) {
        let bits = describe(value, names).bits.min(person_bits(value.chars().count()));
        let reason = "it is a placeholder that was never replaced".to_owned();
        return Guess { bits, verdict: Some(Verdict::Placeholder), reasons: vec![reason] };
    }
    if token::parse(value).is_some() {
        let reason = "it is itself a token, which is made to be handed out".to_owned();
        return Guess { bits: 0.0, verdict: Some(Verdict::Published), reasons: vec![reason] };
    }
    if is_password_hash(value) {
        // It follows from the salt and the password, so there is no more to guess than those.
        const SALT: f64 = 128.0;
        const PASSWORD: f64 = 64.0;
        let bits = describe(value, names).bits.min(SALT + PASSWORD);
        let reason = "it is the hash of a password: it carries what its salt and the password do, no more".to_owned();
        return Guess { bits, verdict: None, reasons: vec![reason] };
    }
    let Some((encoding, inner)) = inner_text(value).filter(|_| layers > 0) else { return describe(value, names) };
    // What a text spells is as hard to guess as the text, and better understood.
    let inner = guess(&inner, names, layers - 1);
    let mut reasons = inner.reasons;
    if inner.verdict.is_some() || !reasons.is_empty() {
        reasons.insert(0, format!("it is plain text behind {encoding}, which hides nothing"));
    }
    // That it is encoded at all is one more thing to try.
    Guess { bits: (inner.bits + 1.0).min(room(value).bits), verdict: inner.verdict, reasons }
}

/// Whether it is a public key or certificate in PEM, or the DER of a public key in base64.
fn is_public_key(value: &str) -> bool {
    let value = value.trim();
    if value.starts_with("-----BEGIN ") {
        let label = value.get(11..).and_then(|rest| rest.split("-----").next()).unwrap_or_default();
        return matches!(label, "PUBLIC KEY" | "RSA PUBLIC KEY" | "EC PUBLIC KEY" | "CERTIFICATE");
    }
    // The base64 of a DER SEQUENCE longer than 63 bytes.
    if !value.starts_with('M') {
        return false;
    }
    let Some(der) = decode_base64(value.as_bytes()) else { return false };
    // RFC 5280 §4.1: a SEQUENCE that begins with the SEQUENCE of an algorithm, whose identifier is that of RSA or EC keys.
    let body = match der.as_slice() {
        [0x30, 0x82, _, _, body @ ..] | [0x30, 0x81, _, body @ ..] | [0x30, 0..=0x7f, body @ ..] => body,
        _ => return false,
    };
    match body {
        [0x30, _, 0x06, rest @ ..] => {
            rest.starts_with(b"\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01")
                || rest.starts_with(b"\x07\x2a\x86\x48\xce\x3d\x02\x01")
        }
        _ => false,
    }
}

/// Whether it is a password hash as crypt(3) writes it, with the prefix that Spring Security puts before it or without:
/// `$2b$` of bcrypt, `$argon2id$`, `$6$` and their like.
fn is_password_hash(value: &str) -> bool {
    let hash = value.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or(value, |(_, hash)| hash);
    let mut parts = hash.split('$');
    let known = |scheme: &str| {
        ["1", "2a", "2b", "2x", "2y", "5", "6", "y", "7", "scrypt", "argon2i", "argon2d", "argon2id"].contains(&scheme)
    };
    // Rounds or parameters, salt and hash, in crypt's own base64; bcrypt's salt and hash stand together.
    let spelled =
        |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'+' | b',' | b'='));
    parts.next() == Some("")
        && parts.next().is_some_and(known)
        && hash.rsplit('$').next().is_some_and(|last| last.len() >= 22)
        && parts.count() >= 2
        && hash.split('$').all(spelled)
}

/// Whether it is the SHA-256 of a word of the vocabulary, with or without the line end that a shell adds, in hex.
fn is_digest_of_word(value: &str) -> bool {
    static DIGESTS: LazyLock<HashSet<[u8; 32]>> = LazyLock::new(|| {
        let digest =
            |word: &Word, end: &str| Sha256::new().chain_update(&word.text).chain_update(end).finalize().into();
        VOCABULARY.all().iter().flat_map(|word| [digest(word, ""), digest(word, "\n")]).collect()
    });
    let digest = if value.len() == 64 { decode_hex(value.as_bytes()) } else { None };
    digest.is_some_and(|digest| DIGESTS.contains(digest.as_slice()))
}

/// The text that `value` spells when it is taken for hex or base64, with the encoding's name.
fn inner_text(value: &str) -> Option<(&'static str, String)> {
    let text = value.trim().trim_end_matches("\\n");
    let hex = text.strip_prefix("0x").unwrap_or(text);
    let candidates = [("hex", decode_hex(hex.as_bytes())), ("base64", decode_base64(text.as_bytes()))];
    candidates.into_iter().find_map(|(encoding, bytes)| {
        let inner = String::from_utf8(bytes?).ok()?;
        let inner = inner.trim_end_matches(['\n', '\r', '\0']);
        // Random bytes are ASCII text, or text of any script, so many times in a thousand millions: less than once.
        let shortest = if inner.is_ascii() { SHORTEST_INNER } else { 2 * SHORTEST_INNER };
        let text = inner.len() >= shortest && !inner.chars().any(char::is_control);
        text.then(|| (encoding, inner.to_owned()))
    })
}

/// What the characters of a text allow.
struct Room {
    /// The characters that say something; padding and the hyphens of a UUID do not.
    characters: Vec<char>,
    /// Bits of one.
    each: f64,
    /// Bits of all.
    bits: f64,
    /// What there is to say about it.
    reason: Option<&'static str>,
}

fn room(value: &str) -> Room {
    let bytes = value.len() as f64 * 8.0;
    let digits = value.strip_prefix("0x").unwrap_or(value);
    if let Some(room) = hex_room(digits) {
        return room;
    }
    let characters = value.chars().collect::<Vec<_>>();
    let unpadded = characters.len() - characters.iter().rev().take(2).take_while(|&&c| c == '=').count();
    let any = |class: fn(&char) -> bool| characters.iter().any(class);
    let base64 = |extra: [char; 2]| {
        characters.iter().take(unpadded).all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
            && (unpadded == characters.len() || characters.len() % 4 == 0)
    };
    if any(char::is_ascii_lowercase) && any(char::is_ascii_uppercase) && (base64(['+', '/']) || base64(['-', '_'])) {
        // Random bytes in base64 may well have no digit and no sign. Bits that make no whole byte are none of the key's.
        let bits = (unpadded * 6 / 8 * 8) as f64;
        let characters = characters.into_iter().take(unpadded).collect();
        return Room { characters, each: 6.0, bits, reason: None };
    }
    // Which signs may stand in a secret differs from generator to generator, so those that do tell how many there are.
    let seen = characters.iter().filter(|c| c.is_ascii() && !c.is_ascii_alphanumeric()).collect::<HashSet<_>>().len();
    let signs = (2.0 * seen as f64 + 4.0).min(33.0);
    type Class = (fn(&char) -> bool, f64);
    let classes: [Class; 5] = [
        (char::is_ascii_digit, 10.0),
        (char::is_ascii_lowercase, 26.0),
        (char::is_ascii_uppercase, 26.0),
        (|c| c.is_ascii() && !c.is_ascii_alphanumeric(), signs),
        (|c| !c.is_ascii(), 128.0),
    ];
    let mut alphabet = classes.iter().filter(|(class, _)| any(*class)).map(|(_, size)| size).sum::<f64>();
    // RFC 4648 §6, in either case.
    if alphabet == 36.0 && characters.len() >= 16 && !any(|c| matches!(c, '0' | '1' | '8' | '9')) {
        alphabet = 32.0;
    }
    let each = alphabet.max(2.0).log2();
    let bits = (each * characters.len() as f64).min(bytes);
    let reason = (alphabet == 10.0).then_some("it is made of digits only");
    Room { characters, each, bits, reason }
}

/// The room of hex digits, with hyphens or colons between groups of them, such as a UUID.
fn hex_room(value: &str) -> Option<Room> {
    let mixed = value.bytes().any(|b| b.is_ascii_uppercase()) && value.bytes().any(|b| b.is_ascii_lowercase());
    let hex = value.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'-' | b':'));
    if !hex || mixed || value.bytes().all(|b| b.is_ascii_digit()) || !value.starts_with(|c: char| c.is_ascii_hexdigit())
    {
        return None;
    }
    let characters = value.chars().filter(char::is_ascii_hexdigit).collect::<Vec<_>>();
    let mut bits = characters.len() as f64 * 4.0;
    let mut reason = None;
    // RFC 9562: version and variant are no random bits; other versions than 4 are made of the time and the machine.
    let hyphens = value.bytes().enumerate().filter(|(_, byte)| *byte == b'-').map(|(at, _)| at);
    let hyphens = hyphens.collect::<Vec<_>>();
    let uuid =
        !hyphens.is_empty() && hyphens.len() <= 4 && hyphens.iter().zip([8, 13, 18, 23]).all(|(at, of)| *at == of);
    if uuid && value.len() <= 36 {
        if let Some(version) = value.as_bytes().get(14) {
            bits -= 4.0;
            if value.len() == 36 {
                (bits, reason) = match version {
                    b'1' | b'2' | b'6' | b'7' => (bits.min(74.0), Some("it is a UUID made of the time")),
                    _ => (bits, Some("it is a UUID")),
                };
            }
        }
        if value.len() > 19 {
            bits -= 2.0;
        }
    }
    Some(Room { characters, each: 4.0, bits, reason })
}

/// Bits a letter of something that reads like words takes, on average, by the letter before. Letters hit at random take
/// more than the 4.7 of the alphabet.
const READABLE: f64 = 4.6;

/// What a text is made of, by the share of its characters.
#[derive(Default)]
struct Makeup {
    characters: usize,
    /// Words of three letters and more.
    words: usize,
    word_bits: f64,
    word_characters: usize,
    /// Those that every sentence has, and shorter words.
    plain_words: usize,
    /// Words that no list knows.
    unknown_words: usize,
    secret_words: usize,
    /// Whether a person typed it for certain.
    typed: bool,
    placeholders: usize,
    project: usize,
    published: usize,
    copied: usize,
    runs: usize,
    keyboard: usize,
    dated: usize,
    letters: usize,
    letter_bits: f64,
}

impl Makeup {
    fn add(&mut self, description: &Description, text: &[char]) {
        self.characters += text.len();
        for placed in &description.pieces {
            let length = placed.end - placed.start;
            match placed.piece {
                Piece::Word(kind) => {
                    self.word_characters += length;
                    if length >= 3 {
                        self.words += 1;
                        self.word_bits += placed.bits;
                    }
                    // The hundred first of the vocabulary.
                    const PLAIN: f64 = 7.5;
                    self.plain_words += usize::from(length < 3 || placed.bits < PLAIN);
                    match kind {
                        Kind::Placeholder => self.placeholders += length,
                        Kind::Project => self.project += length,
                        Kind::Secret => self.secret_words += 1,
                        Kind::Password | Kind::Common | Kind::Dictionary => {}
                    }
                }
                Piece::Copy => self.copied += length,
                Piece::Published => self.published += length,
                Piece::Sequence => self.runs += length,
                Piece::Keyboard => self.keyboard += length,
                Piece::Date => self.dated += length,
                Piece::Letters => {
                    self.letters += length;
                    self.letter_bits += placed.bits;
                    self.unknown_words += usize::from(length >= 3);
                }
                Piece::Number | Piece::Hex | Piece::Separator | Piece::Character => {}
            }
        }
    }

    /// Whether a share of more than one in `parts` characters is `part`.
    fn much(&self, part: usize, parts: usize) -> bool {
        part * parts > self.characters
    }

    /// Whether it is a chain of words drawn at random, as a passphrase is: no sentence, nothing about secrets, no pattern.
    fn passphrase(&self) -> bool {
        // Words drawn from a list of a few hundred.
        const DRAWN: f64 = 8.5;
        self.words + self.unknown_words >= 4
            && self.unknown_words * 3 <= self.words
            && self.plain_words * 4 < self.words
            && self.secret_words * 4 <= self.words
            && self.placeholders + self.copied + self.published + self.runs + self.keyboard == 0
            && self.word_bits >= DRAWN * self.words as f64
            && self.much(self.word_characters, 2)
    }

    fn reasons(&self, bits: f64) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.passphrase() {
            reasons.push(format!("it is {} words put together, about {bits:.0} bits", self.words + self.unknown_words));
            return reasons;
        }
        if self.placeholder() {
            reasons.push("it is a placeholder that was never replaced".to_owned());
        }
        if self.project > 0 && self.much(self.project, 4) {
            reasons.push("it is built of the project's own name".to_owned());
        }
        if self.much(self.word_characters, 2) && !self.much(self.project, 2) {
            let words = if self.words == 1 && self.word_characters == self.characters {
                "it is a single word that is among the first to be tried"
            } else {
                "it is made of words that are among the first to be tried"
            };
            reasons.push(words.to_owned());
        } else if self.much(self.word_characters + self.letters, 2) && !self.much(self.project, 2) {
            let readable = self.letter_bits < READABLE * self.letters as f64;
            let what =
                if readable { "it reads like words of a language" } else { "it is typed by hand rather than random" };
            reasons.push(what.to_owned());
        }
        for (part, reason) in [
            (self.published, "it shares its text with a published one"),
            (self.copied, "it repeats itself"),
            (self.runs, "it runs along the alphabet or the digits"),
            (self.keyboard, "it is a walk over the keyboard"),
            (self.dated, "it has a date or a year in it"),
        ] {
            if self.much(part, 4) {
                reasons.push(reason.to_owned());
            }
        }
        if reasons.is_empty() && self.typed {
            reasons.push("it is typed by hand rather than random".to_owned());
        }
        reasons
    }

    fn placeholder(&self) -> bool {
        self.placeholders > 0 && self.much(self.word_characters, 2)
    }
}

/// What a guesser needs who describes the text as briefly as can be.
fn describe(value: &str, names: &Words) -> Guess {
    let room = room(value);
    let (mut bits, mut adapted) = (0.0, 0.0);
    let mut makeup = Makeup::default();
    for stretch in room.characters.chunks(STRETCH).take(STRETCHES) {
        let described = describe_stretch(stretch, room.each, names);
        makeup.add(&described, stretch);
        bits += described.bits;
        if room.bits >= GUESSABLE_BELOW {
            adapted += code::adaptive(stretch, room.each);
        }
        // A long text that shows no pattern so far is enough for every algorithm.
        let so_far = makeup.characters as f64 * room.each;
        if so_far >= ENOUGH && !beyond_chance(so_far - bits, so_far - adapted) {
            return Guess { bits: room.bits, verdict: None, reasons: Vec::new() };
        }
    }
    let saved = room.bits - bits;
    let certain = if room.bits < CERTAIN_FROM { CERTAIN_BELOW } else { CERTAIN };
    if room.bits < GUESSABLE_BELOW {
        // A little may be saved by chance; it grows with what is left, so that a longer text is never the weaker one.
        bits = (1.1 * bits + 2.0).min(room.bits);
    } else {
        let made_by_person = made_by_person(value, &room, saved, adapted) && !makeup.passphrase();
        if made_by_person {
            // All of which it is certain that a person made it carries what a person's text does, but for the parts that
            // a person did not make.
            bits = bits.min(person_bits(room.characters.len())).max(random_parts(value)).min(room.bits);
            makeup.typed = true;
        } else if saved < certain {
            bits = room.bits;
        }
    }
    if bits >= room.bits {
        let reasons = room.reason.map(str::to_owned).into_iter().collect();
        return Guess { bits: room.bits, verdict: None, reasons };
    }
    let verdict = (makeup.placeholder() && !makeup.passphrase() && bits < 256.0).then_some(Verdict::Placeholder);
    let mut reasons = makeup.reasons(bits);
    reasons.extend(room.reason.map(str::to_owned));
    Guess { bits, verdict, reasons }
}

/// Whether it is certain that a person made the text, words or not: a description of it saves what chance cannot.
///
/// Signs that are put between the characters of a random text make its alphabet look larger than it is, and every
/// description seem to save; so the same has to hold without them.
fn made_by_person(value: &str, room: &Room, saved: f64, adapted: f64) -> bool {
    let signs = |known: &[char]| {
        let sign = |c: &char| !c.is_ascii_alphanumeric() && !known.contains(c);
        value.chars().filter(sign).collect::<HashSet<_>>().len()
    };
    // No generator of keys draws letters of other scripts, and bytes taken for letters have control characters in them.
    let foreign = value.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).count();
    if foreign * 4 >= value.chars().count() && !value.chars().any(char::is_control) {
        return true;
    }
    if !beyond_chance(saved, room.bits - adapted) {
        return false;
    }
    // Letters and digits in groups, and base64 with something in front or behind.
    [&[][..], &['+', '/', '-', '_']].into_iter().all(|known| {
        let core = value.chars().filter(|c| c.is_ascii_alphanumeric() || known.contains(c)).collect::<String>();
        if !(1..=SEPARATORS).contains(&signs(known)) || core.len() * 2 < value.len() {
            return true;
        }
        let larger = room.each - 0.3;
        let room = self::room(&core);
        if room.each >= larger {
            return true;
        }
        let stretch = room.characters.get(..room.characters.len().min(STRETCH)).unwrap_or_default();
        let bits = stretch.len() as f64 * room.each;
        let saved = bits - code::describe(stretch, room.each, &Words::default(), &[]).bits;
        // A short text of few words can save no more than it has.
        saved >= 0.3 * bits || beyond_chance(saved, bits - code::adaptive(stretch, room.each))
    })
}

/// Whether what the two descriptions save is more than random text saves by chance.
///
/// Measured on 900,000 random keys of three sizes in base64, base64url and hex: one in ten thousand saves 20 bits by
/// [`code::describe`], and every five bits more are about ten times as rare; fewer than one in a thousand save anything by
/// [`code::adaptive`], and four bits more are ten times as rare. The limit lies well beyond what any of them saved.
fn beyond_chance(saved: f64, adapted: f64) -> bool {
    let described = saved.max(0.0) / 5.0;
    let adapted = if adapted > 1.0 { 3.0 + adapted / 4.0 } else { 0.0 };
    // What is rare to both is rarer, but they often see the same.
    let rarity = described.max(adapted) + 0.5 * described.min(adapted);
    rarity >= RARE
}

/// Bits of a text of so many characters that a person thought up or typed (NIST SP 800-63-1, table A.1, without rules of
/// composition): 4 for the first character, 2 for each of the next seven, 1.5 up to the twentieth, 1 for all others.
fn person_bits(characters: usize) -> f64 {
    let between = |from: usize, to: usize| characters.clamp(from, to) as f64 - from as f64;
    4.0 * between(0, 1) + 2.0 * between(1, 8) + 1.5 * between(8, 20) + between(20, usize::MAX)
}

/// Bits of the parts of a text that are random as far as can be seen: a name in front of a random key takes nothing away
/// from it. The parts are taken for letters and digits between signs, or for base64 of either alphabet.
fn random_parts(value: &str) -> f64 {
    // The shortest part that counts: what it has in common with its neighbours is then no accident.
    const SHORTEST: usize = 22;
    const SHORTEST_HEX: usize = 8;
    const SHORTEST_BASE64: usize = 40;
    let alphabets: [&[char]; 3] = [&[], &['+', '/'], &['-', '_']];
    let sums = alphabets.into_iter().map(|signs| {
        let parts = value.split(|c: char| !c.is_ascii_alphanumeric() && !signs.contains(&c));
        let long = |part: &&str| {
            let hex = part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
            let shortest = match signs {
                [] if hex && part.bytes().any(|b| b.is_ascii_digit()) => SHORTEST_HEX,
                [] => SHORTEST,
                _ => SHORTEST_BASE64,
            };
            part.len() >= shortest && part.len() < value.len()
        };
        parts.filter(long).filter_map(random_bits).sum::<f64>()
    });
    sums.fold(0.0, f64::max)
}

/// Bits of a text that no description saves anything of.
fn random_bits(part: &str) -> Option<f64> {
    // What random text of that length saves at most.
    const BY_CHANCE: f64 = 34.0;
    const BY_CHANCE_ADAPTED: f64 = 12.0;
    let room = room(part);
    let described = code::describe(&room.characters, room.each, &Words::default(), &[]).bits;
    let adapted = code::adaptive(&room.characters, room.each);
    (room.bits - described < BY_CHANCE && room.bits - adapted < BY_CHANCE_ADAPTED).then_some(room.bits)
}

fn describe_stretch(text: &[char], each: f64, names: &Words) -> Description {
    let first = code::describe(text, each, names, &[]);
    let unknown = unknown_words(&first);
    // What is guessable anyway does not need the dictionary, unless it may be a chain of words drawn at random; and what is
    // random has no words in it.
    const CHAIN: usize = 3;
    let undecided = first.bits >= GUESSABLE_BELOW || unknown.len() >= CHAIN;
    let readable = text.len() as f64 * each - first.bits > 16.0;
    if !undecided || !readable || unknown.is_empty() {
        return first;
    }
    let found = unknown.iter().flat_map(|&(start, end)| dictionary_words(text, start, end)).collect::<Vec<_>>();
    if found.is_empty() { first } else { code::describe(text, each, names, &found) }
}

/// Stretches of letters that read like words but are none of the vocabulary.
fn unknown_words(description: &Description) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for placed in &description.pieces {
        // Short words of the vocabulary are found in longer words too, so they are part of what is looked up.
        let letters = match placed.piece {
            Piece::Letters => true,
            Piece::Word(_) => placed.end - placed.start <= 4,
            _ => false,
        };
        match spans.last_mut() {
            Some(span) if letters && span.1 == placed.start => span.1 = placed.end,
            _ if letters => spans.push((placed.start, placed.end)),
            _ => {}
        }
    }
    let unknown = |span: &(usize, usize)| {
        description
            .pieces
            .iter()
            .any(|placed| placed.piece == Piece::Letters && placed.start >= span.0 && placed.end <= span.1)
    };
    spans.retain(|span| span.1 - span.0 >= 4 && unknown(span));
    spans
}

/// The words that the dictionary has between two places of a text, in the order of where they start.
fn dictionary_words(text: &[char], start: usize, end: usize) -> Vec<Placed> {
    let letters = text.get(start..end).unwrap_or_default();
    let lower = letters.iter().map(|&c| u8::try_from(c).unwrap_or(0).to_ascii_lowercase()).collect::<Vec<_>>();
    let mut words = Vec::new();
    for from in 0..lower.len() {
        for (length, bits) in words::dictionary_words(lower.get(from..).unwrap_or_default()) {
            let bits = bits + code::case_bits(letters.get(from..from + length).unwrap_or_default());
            let (start, end) = (start + from, start + from + length);
            words.push(Placed { piece: Piece::Word(Kind::Dictionary), start, end, bits });
        }
    }
    words
}

/// The project's names and their parts, as words.
fn project_words(context: &ProjectNames) -> Words {
    let mut words = Vec::new();
    let mut add = |text: String| {
        // A name that is a common word says nothing of the project.
        let known = VOCABULARY.get(&text).is_some();
        if text.len() >= 3 && text.len() <= 24 && text.is_ascii() && !known {
            words.push(Word { text, kind: Kind::Project, bits: 4.0 });
        }
    };
    for name in &context.names {
        let parts = parts_of_name(name);
        for part in &parts {
            add(part.clone());
        }
        add(parts.concat());
    }
    Words::new(words)
}

/// The parts of a name in lower case: `my-shopApi` is `my`, `shop`, `api`.
fn parts_of_name(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        let boundary = !character.is_alphanumeric() || (character.is_uppercase() && before.is_lowercase());
        if boundary && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| character.is_alphanumeric()) {
            part.extend(character.to_lowercase());
        }
        before = character;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weigh(value: &str) -> Strength {
        judge(value, &[], None, &ProjectNames::default())
    }

    /// `length` characters of `alphabet`, drawn at random.
    fn draw(alphabet: &str, length: usize) -> String {
        let mut bytes = vec![0; 4 * length];
        getrandom::fill(&mut bytes).expect("the system has random bytes");
        let alphabet = alphabet.chars().collect::<Vec<_>>();
        let number = |four: &[u8]| four.iter().fold(0usize, |number, byte| number << 8 | usize::from(*byte));
        bytes.chunks(4).map(|four| alphabet[number(four) % alphabet.len()]).collect()
    }

    const HEX: &str = "0123456789abcdef";
    const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const WITH_SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*()-_";

    #[test]
    fn what_people_use_is_guessable() {
        for (value, most, verdict) in [
            ("secret", 7.0, Verdict::Published),
            ("changeme", 7.0, Verdict::Published),
            ("CHANGE_ME", 24.0, Verdict::Placeholder),
            ("replace_with_yours_please", 48.0, Verdict::Placeholder),
            ("your-very-own-secret", 40.0, Verdict::Placeholder),
            ("TODO", 14.0, Verdict::Placeholder),
            ("<your-jwt-secret>", 48.0, Verdict::Placeholder),
            ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 24.0, Verdict::Guessable),
            ("dragon", 14.0, Verdict::Guessable),
            ("S3cr3tK3yF0rMyApp2024", 48.0, Verdict::Guessable),
            ("super secret jwt token with at least 32 characters long", 80.0, Verdict::Guessable),
            ("this is a very long string to make sure it is 32 characters", 90.0, Verdict::Guessable),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 24.0, Verdict::Guessable),
            ("abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc", 32.0, Verdict::Guessable),
            ("1234567890123456789012345678901234567890", 32.0, Verdict::Guessable),
            ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 48.0, Verdict::Guessable),
            ("zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihg", 40.0, Verdict::Guessable),
            ("qwertyuiopasdfghjklzxcvbnm", 40.0, Verdict::Guessable),
            ("HolaSoyUnaClaveSecretaMuyLargaQueNadiePuedeSaberNunca", 90.0, Verdict::Guessable),
            ("sldkfjsldkfjlsdkjf3948rtuwoiefjslkdfj2039ruwoeifjsldkfj", 90.0, Verdict::Guessable),
            ("A?D(G+KbPeShVmYq3t6w9z$C&F)J@NcRfUjXn2r5u8x/A%D*G-KaPdSgVkYp3s6v", 90.0, Verdict::Guessable),
            (
                "413F4428472B4B6250655368566D597133743677397A244326462948404D635166546A576E5A7234753778214125442A",
                90.0,
                Verdict::Guessable,
            ),
        ] {
            let strength = weigh(value);
            assert!(strength.bits <= most, "{value}: {strength:?}");
            assert_eq!(strength.verdict, verdict, "{value}: {strength:?}");
        }
    }

    #[test]
    fn text_behind_an_encoding_is_judged_itself() {
        // "ThisIsMySecretKeyForEverybody12345" and the like, and "secret" again and again.
        for value in [
            "VGhpc0lzTXlTZWNyZXRLZXlGb3JFdmVyeWJvZHkxMjM0NQ==",
            "VGhpc0lzTXlTZWNyZXRLZXlGb3JFdmVyeWJvZHkxMjM0NQ",
            "5468697349734d795365637265744b6579466f7245766572796f6e653132333435363738",
            "0x7365637265747365637265747365637265747365637265747365637265747365637265",
        ] {
            let strength = weigh(value);
            assert!(strength.bits < GUESSABLE_BELOW, "{value}: {strength:?}");
            assert!(strength.reasons[0].contains("plain text behind"), "{value}: {strength:?}");
        }
        // The hex digits of 32 random bytes stay as strong in base64 as they are.
        let inner = draw(HEX, 64);
        let outer = base64::engine::general_purpose::STANDARD.encode(&inner);
        assert_eq!(weigh(&inner).verdict, Verdict::Strong, "{inner}");
        assert_eq!(weigh(&outer).verdict, Verdict::Strong, "{outer}");
    }

    #[test]
    fn length_and_alphabet_bound_the_bits() {
        for (value, bits) in [
            (draw(HEX, 64), 256.0),
            (draw(HEX, 32), 128.0),
            (draw(BASE64, 43), 256.0),
            (draw(BASE64, 64), 384.0),
            ("54265f24-b1e3-472a-a005-f681a905488f".to_owned(), 122.0),
            (format!("{}=", draw(BASE64, 43)), 256.0),
        ] {
            let strength = weigh(&value);
            assert!((strength.bits - bits).abs() < 0.5, "{value}: {strength:?}");
            assert_eq!(strength.verdict.is_weak(), bits < 256.0, "{value}: {strength:?}");
        }
        let short = judge(&draw(HEX, 64), &[], Some("HS512"), &ProjectNames::default());
        assert_eq!((short.verdict, short.required_bits, short.key_bits), (Verdict::Short, 512, 512));
    }

    #[test]
    fn the_decoded_key_bounds_the_bits() {
        let none = ProjectNames::default();
        let hex = draw(HEX, 64);
        for (decoding, key_bits) in [
            (&[][..], 512),
            (&[Encoding::Utf8], 512),
            (&[Encoding::Hex], 256),
            (&[Encoding::HexIfHex], 256),
            (&[Encoding::Base64], 384),
            (&[Encoding::Digest], 256),
            (&[Encoding::Hex, Encoding::Digest], 256),
        ] {
            assert_eq!(judge(&hex, decoding, None, &none).key_bits, key_bits, "{decoding:?}");
        }
        // Node reads hex up to the first character that is none.
        let cut = judge(&format!("abcd!{hex}"), &[Encoding::Hex], None, &none);
        assert_eq!((cut.key_bits, cut.verdict), (16, Verdict::Guessable));
        assert!(cut.reasons.iter().any(|reason| reason.contains("only 2 bytes")), "{cut:?}");
    }

    #[test]
    fn random_words_are_counted_not_scorned() {
        let five = weigh("correct horse battery staple winter");
        assert!((50.0..80.0).contains(&five.bits), "{five:?}");
        let other = weigh("unwashed-sanctuary-commodity-gallon-outgrow");
        assert!((50.0..90.0).contains(&other.bits), "{other:?}");
        let eight = weigh("stapling-jubilant-vineyard-coasting-unwind-pebble-radiator-cactus");
        assert!(eight.bits > 90.0 && eight.bits < 160.0, "{eight:?}");
        for strength in [five, other, eight] {
            assert!(strength.verdict.is_weak() && strength.verdict != Verdict::Placeholder);
            assert!(strength.reasons[0].contains("words put together"), "{strength:?}");
        }
    }

    #[test]
    fn the_projects_name_is_no_secret() {
        let context = ProjectNames { names: vec!["@acme/brontosaur-shop".to_owned()] };
        for value in ["brontosaur", "Brontosaur_2024!", "brontosaurshop-jwt", "BRONTOSAUR-secret"] {
            let known = judge(value, &[], None, &context);
            assert!(known.bits < weigh(value).bits, "{value}: {known:?}");
            assert!(known.reasons.iter().any(|reason| reason.contains("project's own name")), "{value}: {known:?}");
        }
    }

    #[test]
    fn kinds_that_are_known_for_what_they_are() {
        for (value, verdict) in [
            ("", Verdict::Empty),
            ("your-256-bit-secret", Verdict::Published),
            ("django-insecure-5p$w@1x^_7l+k0!zv8q3m&n2b(4c6d)9f*gh#jrty=ue", Verdict::Placeholder),
            ("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", Verdict::Short),
            ("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiY2xlcmsifQ.c2lnbmF0dXJl", Verdict::Published),
            ("-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----", Verdict::Published),
            ("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7wKMUrJ1Wn2hV4bJc0cUKiNzvYnX", Verdict::Published),
            // SHA-256 of "secret".
            ("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", Verdict::Guessable),
            // A widely copied one with its end changed.
            ("404E635266556A586E3272357538782F413F4428472B4B62506453675661C0DE", Verdict::Guessable),
        ] {
            assert_eq!(weigh(value).verdict, verdict, "{value}: {:?}", weigh(value));
        }
    }

    #[test]
    fn random_text_is_strong_in_whatever_format() {
        const SAMPLES: usize = 40;
        let groups = |text: &str, length: usize, sign: &str| {
            let characters = text.chars().collect::<Vec<_>>();
            characters.chunks(length).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(sign)
        };
        for _ in 0..SAMPLES {
            for value in [
                draw(HEX, 64),
                draw(HEX, 64).to_uppercase(),
                draw(HEX, 128),
                draw(BASE58, 44),
                draw(BASE32, 56),
                draw(ALPHANUMERIC, 64),
                draw(WITH_SIGNS, 64),
                format!("base64:{}=", draw(BASE64, 43)),
                format!("sha256:{}=", draw(BASE64, 43)),
                format!("production_{}", draw(HEX, 64)),
                format!("my-secret-key-{}", draw(ALPHANUMERIC, 64)),
                format!("{}:{}", draw(HEX, 64), draw(HEX, 64)),
                groups(&draw(BASE32, 64), 4, "-"),
                groups(&draw(HEX, 64), 2, ":"),
                groups(&draw(HEX, 64), 8, "-"),
                draw(BASE64, 4000),
            ] {
                let strength = weigh(&value);
                assert_eq!(strength.verdict, Verdict::Strong, "{value}: {strength:?}");
            }
        }
    }

    #[test]
    fn no_reason_repeats_the_secret() {
        for value in ["secret", "placeholder", "words", "bits", "HS256", "guess", "published", "guessing; below"] {
            let strength = judge(value, &[], Some("HS256"), &ProjectNames::default());
            assert!(!strength.reasons.is_empty(), "{value}");
            assert!(strength.reasons.iter().all(|reason| !reason.contains(value)), "{strength:?}");
        }
    }

    #[test]
    fn a_long_text_takes_no_longer() {
        for unit in ["a", "ab", "secret", "my_", "9f", "é", "=", "$2b$"] {
            let value = unit.repeat(1_000_000 / unit.len());
            let start = std::time::Instant::now();
            assert!(weigh(&value).verdict.is_weak(), "{unit}");
            assert!(start.elapsed().as_secs() < 3, "{unit}: {:?}", start.elapsed());
        }
    }

    fn cut_is_no_stronger(value: &str, cut: usize) -> Result<(), TestCaseError> {
        let cut = value.char_indices().map(|(at, _)| at).nth(cut % value.len().max(1)).unwrap_or(0);
        let (whole, part) = (weigh(value), weigh(&value[..cut]));
        prop_assert!(part.bits <= whole.bits + 1e-6, "{} then {} of {value}", &value[..cut], value.len());
        Ok(())
    }

    proptest! {
        #[test]
        fn a_cut_secret_is_no_stronger(value in "[A-Za-z0-9]{1,90}", cut in 0usize..90) {
            cut_is_no_stronger(&value, cut)?;
        }

        #[test]
        fn cut_hex_is_no_stronger(value in "[0-9a-f]{1,130}", cut in 0usize..130) {
            cut_is_no_stronger(&value, cut)?;
        }

        #[test]
        fn cut_base64url_is_no_stronger(bytes in proptest::collection::vec(any::<u8>(), 1..70), cut in 0usize..90) {
            cut_is_no_stronger(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes), cut)?;
        }

        #[test]
        fn any_text_is_judged(value in any::<String>(), name in any::<String>()) {
            let context = ProjectNames { names: vec![name] };
            for encoding in [Encoding::Utf8, Encoding::Base64, Encoding::Hex, Encoding::HexIfHex, Encoding::Digest] {
                let strength = judge(&value, &[encoding], Some("HS384"), &context);
                prop_assert!(strength.bits >= 0.0 && strength.bits <= f64::from(strength.key_bits));
                prop_assert!(strength.verdict == Verdict::Strong || !strength.reasons.is_empty());
            }
        }

        #[test]
        fn text_of_words_and_signs_is_judged(value in "(secret|key|[a-z]{1,5}|[0-9]{1,4}|[-_ .$!]|é|[A-Z]{1,3}){0,40}") {
            let strength = weigh(&value);
            prop_assert!(strength.bits <= f64::from(strength.key_bits));
        }
    }
}
