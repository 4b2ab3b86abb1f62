//! How many bits a guesser needs for the key of an HMAC, and why, in words for a person.
//!
//! A key is as strong as the guesser's best way to it. [`judge`] takes the least of
//! - the bits the decoded key has room for,
//! - the bits its alphabet and length allow (64 hex digits are 64 bytes of text, but 256 bits to guess),
//! - the bits it takes to describe it to someone who knows what people use: published defaults, placeholders, words in
//!   any case and with digits for letters, the project's own name, dates, repeats, runs along alphabets and keyboards,
//!   and the same once more behind base64 or hex.
//!
//! A description is believed only when it saves far more than random text could by chance, so a random secret is never
//! called weak.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD_INDIFFERENT, URL_SAFE_NO_PAD_INDIFFERENT};

use super::code::{self, Description, Piece, Placed};
use super::published::{self, published};
use super::words::{Kind, VOCABULARY, Word, Words};
use crate::library::Encoding;

/// Below this many bits a key is within reach of guessing (NIST SP 800-131A revision 2, table 9: HMAC keys).
pub const GUESSABLE_BELOW: f64 = 112.0;
/// Bits a description must save to be believed without reserve: random text saves that much once in 2^40 times.
const CERTAIN: f64 = 40.0;
/// Characters that are described at once; longer texts are described piece by piece.
const STRETCH: usize = 256;
/// Stretches that are looked at; what is behind adds nothing.
const STRETCHES: usize = 4;
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
    let bits = guess.bits.min(f64::from(key_bits)).max(0.0);
    let mut reasons = guess.reasons;
    let verdict = match guess.verdict {
        _ if value.is_empty() => Verdict::Empty,
        Some(verdict) => verdict,
        None if bits < GUESSABLE_BELOW => Verdict::Guessable,
        None if bits < f64::from(required_bits) => Verdict::Short,
        None => Verdict::Strong,
    };
    let algorithm = algorithm.filter(|name| matches!(*name, "HS256" | "HS384" | "HS512")).unwrap_or("HS256");
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
    if let Some(who) = published(value) {
        let reason = format!("it is published ({who}): it is among the first that are tried");
        return Guess { bits: published::bits(), verdict: Some(Verdict::Published), reasons: vec![reason] };
    }
    if is_public_key(value) {
        let reason = "it is a public key or a certificate, which is for everybody to have".to_owned();
        return Guess { bits: 0.0, verdict: Some(Verdict::Published), reasons: vec![reason] };
    }
    let mut least = describe(value, names);
    if layers > 0 {
        for (encoding, inner) in inner_texts(value) {
            let inner = guess(&inner, names, layers - 1);
            // That it is encoded at all is one more thing to try.
            let bits = inner.bits + 1.0;
            if bits < least.bits {
                let mut reasons = vec![format!("it is plain text behind {encoding}, which hides nothing")];
                reasons.extend(inner.reasons);
                least = Guess { bits, verdict: inner.verdict, reasons };
            }
        }
    }
    least
}

/// Whether it is a public key or certificate in PEM, or the DER of a public key in base64.
fn is_public_key(value: &str) -> bool {
    const LONGEST: usize = 16 * 1024;
    let value = value.trim();
    if value.starts_with("-----BEGIN ") {
        let label = value.get(11..).and_then(|rest| rest.split("-----").next()).unwrap_or_default();
        return matches!(label, "PUBLIC KEY" | "RSA PUBLIC KEY" | "EC PUBLIC KEY" | "CERTIFICATE");
    }
    // The base64 of a DER SEQUENCE longer than 63 bytes.
    if !value.starts_with('M') || value.len() > LONGEST {
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

/// The texts that `value` spells when it is taken for base64 or hex, with the encoding's name.
fn inner_texts(value: &str) -> Vec<(&'static str, String)> {
    let text = value.trim();
    let hex = text.strip_prefix("0x").unwrap_or(text);
    let candidates = [("hex", decode_hex(hex.as_bytes())), ("base64", decode_base64(text.as_bytes()))];
    let spelled = candidates.into_iter().filter_map(|(encoding, bytes)| {
        let inner = String::from_utf8(bytes?).ok()?;
        let inner = inner.trim_end_matches(['\n', '\r', '\0']);
        // Random bytes are text once in many millions of times, but letters of all the world's scripts are rarer in
        // secrets than random bytes are.
        let plain = inner.chars().filter(char::is_ascii).count() * 4 >= inner.chars().count() * 3;
        let text = inner.len() >= SHORTEST_INNER && plain && !inner.chars().any(char::is_control);
        text.then(|| (encoding, inner.to_owned()))
    });
    spelled.collect()
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
    type Class = fn(&char) -> bool;
    let classes: [(Class, f64); 5] = [
        (char::is_ascii_digit, 10.0),
        (char::is_ascii_lowercase, 26.0),
        (char::is_ascii_uppercase, 26.0),
        (|c| c.is_ascii() && !c.is_ascii_alphanumeric(), 33.0),
        (|c| !c.is_ascii(), 128.0),
    ];
    let alphabet = classes.iter().filter(|(class, _)| any(*class)).map(|(_, size)| size).sum::<f64>();
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

/// What a text is made of, by the share of its characters.
#[derive(Default)]
struct Makeup {
    characters: usize,
    words: usize,
    word_characters: usize,
    word_bits: f64,
    rare_words: usize,
    placeholders: usize,
    project: usize,
    copied: usize,
    runs: usize,
    keyboard: usize,
    dated: usize,
    letters: usize,
    unexplained: usize,
}

impl Makeup {
    fn add(&mut self, description: &Description, text: &[char]) {
        self.characters += text.len();
        for placed in &description.pieces {
            let length = placed.end - placed.start;
            match placed.piece {
                Piece::Word(kind) => {
                    self.word_characters += length;
                    if length >= 2 {
                        self.words += 1;
                        self.word_bits += placed.bits;
                    }
                    match kind {
                        Kind::Placeholder => self.placeholders += length,
                        Kind::Project => self.project += length,
                        Kind::Dictionary => self.rare_words += 1,
                        Kind::Secret | Kind::Password | Kind::Common => {}
                    }
                }
                Piece::Copy => self.copied += length,
                Piece::Sequence => self.runs += length,
                Piece::Keyboard => self.keyboard += length,
                Piece::Date => self.dated += length,
                Piece::Letters => self.letters += length,
                Piece::Number | Piece::Separator => {}
                Piece::Character => self.unexplained += length,
            }
        }
    }

    /// Whether a share of more than one in `parts` characters is `part`.
    fn much(&self, part: usize, parts: usize) -> bool {
        part * parts > self.characters
    }

    /// Whether it is a chain of words chosen freely, as a passphrase is: no sentence about secrets, no pattern.
    fn passphrase(&self) -> bool {
        self.words >= 4
            && self.rare_words * 2 >= self.words
            && self.placeholders == 0
            && self.much(self.word_characters, 2)
    }

    fn reasons(&self, bits: f64) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.passphrase() {
            reasons.push(format!("it is {} words put together, about {bits:.0} bits", self.words));
            return reasons;
        }
        if self.placeholder() {
            reasons.push("it is a placeholder that was never replaced".to_owned());
        }
        if self.project > 0 && self.much(self.project, 4) {
            reasons.push("it is built of the project's own name".to_owned());
        }
        if self.much(self.word_characters + self.letters, 2) && self.word_characters > 0 && !self.much(self.project, 2)
        {
            let words = if self.words == 1 && self.word_characters == self.characters {
                "it is a single word that is among the first to be tried"
            } else {
                "it is made of words that are among the first to be tried"
            };
            reasons.push(words.to_owned());
        } else if self.much(self.letters, 2) {
            reasons.push("it reads like words of a language".to_owned());
        }
        for (part, reason) in [
            (self.copied, "it repeats itself"),
            (self.runs, "it runs along the alphabet or the digits"),
            (self.keyboard, "it is a walk over the keyboard"),
            (self.dated, "it has a date or a year in it"),
        ] {
            if self.much(part, 4) {
                reasons.push(reason.to_owned());
            }
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
    let mut bits = 0.0;
    let mut makeup = Makeup::default();
    for stretch in room.characters.chunks(STRETCH).take(STRETCHES) {
        let described = describe_stretch(stretch, room.each, names);
        makeup.add(&described, stretch);
        bits += described.bits;
    }
    let saved = room.bits - bits;
    // What was saved by so little that chance may have done it is only believed in part, the longer the text the less.
    let reserve = if saved >= CERTAIN { 0.0 } else { CERTAIN.min(0.1 * room.bits) };
    if bits + reserve >= room.bits {
        let reasons = room.reason.map(str::to_owned).into_iter().collect();
        return Guess { bits: room.bits, verdict: None, reasons };
    }
    let bits = bits + reserve;
    let verdict = (makeup.placeholder() && !makeup.passphrase() && bits < 256.0).then_some(Verdict::Placeholder);
    let mut reasons = makeup.reasons(bits);
    reasons.extend(room.reason.map(str::to_owned));
    Guess { bits, verdict, reasons }
}

fn describe_stretch(text: &[char], each: f64, names: &Words) -> Description {
    let first = code::describe(text, each, names, &[]);
    let unknown = unknown_words(&first);
    // What is guessable anyway needs no dictionary, and what is random has no words in it.
    const DECIDED: f64 = 40.0;
    let readable = text.len() as f64 * each - first.bits > 16.0;
    if first.bits <= DECIDED || !readable || unknown.is_empty() {
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

/// The words that a dictionary of languages, names and common passwords finds between two places of a text.
///
/// It counts in 64 bits, and its time grows faster than the text: it is asked for no more than a few words at a time, and
/// goes on from the last that may have been cut.
fn dictionary_words(text: &[char], start: usize, end: usize) -> Vec<Placed> {
    const AT_ONCE: usize = 16;
    let mut words = Vec::new();
    let mut from = start;
    while from + 3 <= end {
        let to = end.min(from + AT_ONCE);
        let piece = text.get(from..to).unwrap_or_default().iter().collect::<String>();
        let entropy = zxcvbn::zxcvbn(&piece, &[]);
        let mut next = to;
        for found in entropy.sequence() {
            let whole = found.j + 1 < piece.chars().count() || to == end;
            if !whole && found.i > 0 {
                next = from + found.i;
                break;
            }
            let zxcvbn::matching::patterns::MatchPattern::Dictionary(_) = &found.pattern else { continue };
            let (start, end) = (from + found.i, from + found.j + 1);
            // A word of the list of all words, as a word of ours is: not which list, but which word of it.
            let bits = (found.guesses.unwrap_or(u64::MAX) as f64).log2() + 1.0;
            if end - start >= 3 {
                words.push(Placed { piece: Piece::Word(Kind::Dictionary), start, end, bits });
            }
        }
        from = next;
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
    use super::*;

    fn weigh(value: &str) -> Strength {
        judge(value, &[], None, &ProjectNames::default())
    }

    #[test]
    fn show() {
        for v in [
            "secret",
            "changeme",
            "CHANGE_ME",
            "dragon",
            "your-super-secret-jwt",
            "replace_with_yours_please",
            "super secret jwt token with at least 32 characters long",
            "this is a very long string to make sure it is 32 characters",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc",
            "1234567890123456789012345678901234567890",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "qwertyuiopasdfghjklzxcvbnm",
            "S3cr3tK3yF0rMyApp2024",
            "correct horse battery staple winter",
            "unwashed-sanctuary-commodity-gallon-outgrow",
            "stapling-jubilant-vineyard-coasting-unwind-pebble-radiator-cactus",
            "VGhpc0lzTXlDdXN0b21TZWNyZXRLZXkwMTIzNDU2Nzg9",
            "A?D(G+KbPeShVmYq3t6w9z$B&E)H@McQfTjWnZr4u7x!A%D*F-JaNdRgUkXp2s5v8y/",
            "413F4428472B4B6250655368566D597133743677397A244226452948404D635166546A576E5A7234753778214125442A462D4A614E645267556B58703273357638792F",
            "54265f24-b1e3-472a-a005-f681a905488f",
            "hhAye49oOXSUeXxzjNglLasMd9LeyeuV",
            "lqOTTMi1wSphb7chGMfcHLCDZ1YHVFkdn6fnp0vj45U=",
            "16f8c0ef4a5d391b26034086c628469d3f9f497f08163ab9b40137092f2909ee",
            "KJFVNEKFVNSKDNVIURunkvjfneivuenfvjfeviuevre",
            "09032u59032jf90u2u490jgu23j9j4u904jf2398d90rltjgvn094u9083095f894kofru9et903vf90t34k",
            "HolaSoyUnaClaveSuperSecretaQueNadieNuncaSabraParaLosTokens",
            "asdasdasdasdasds124i5238-jfk093j42,fm-a9jre2rfomj3-0wmmjnafasfggsdsdfkmnmqwebn",
            "!RCR#hJFp*d8nHUZ@U79vC*HndVg292phyZ#5^Xb",
            "Gibberish, jibberish, jibber-jabber and gobbledygook",
        ] {
            let s = weigh(v);
            println!("{:6.1} {:4} {:?} {} {:?}", s.bits, s.key_bits, s.verdict, v, s.reasons);
        }
    }
}
