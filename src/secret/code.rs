//! How briefly a text can be described by someone who knows how people make secrets.
//!
//! The description is a chain of pieces: single characters, words, letters that follow each other as they do in words,
//! numbers, runs along the alphabet or the keyboard, and copies of what came before. Each piece costs the bits it takes
//! to say it, so the cheapest chain is an upper bound of what a guesser needs who tries brief descriptions first. Because
//! the costs are those of a code, few texts can have a brief description: a random text is k bits cheaper than its
//! length about once in 2^k times, whatever patterns it happens to show.
//!
//! A piece that is cut costs no more than the whole piece did, so a text that is cut has no dearer description.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::published;
use super::words::{self, Kind, LETTERS, VOCABULARY, Word, Words};

/// What a piece of a description is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// One character that nothing explains.
    Character,
    /// A word of the vocabulary, of the project's name, or of a dictionary.
    Word(Kind),
    /// Letters that follow each other as they do in words.
    Letters,
    /// Digits within text.
    Number,
    /// A year or a date.
    Date,
    /// Hex digits that no pattern explains, within text.
    Hex,
    /// A character that is neither letter nor digit, within text.
    Separator,
    /// A run along an alphabet, or two interleaved.
    Sequence,
    /// A walk over neighbouring keys.
    Keyboard,
    /// A copy of what came before.
    Copy,
    /// A part of a value that is published.
    Published,
}

/// A piece and where it stands, in characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    /// What it is.
    pub piece: Piece,
    /// Its first character.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// What it costs.
    pub bits: f64,
}

/// The cheapest description.
#[derive(Clone, Debug)]
pub(super) struct Description {
    /// What it costs in all.
    pub bits: f64,
    /// Its pieces, in order.
    pub pieces: Vec<Placed>,
}

/// Going over from characters to words within a text; at its start it takes but a bit to say which comes first.
const TO_TEXT: f64 = 8.0;
/// Going back.
const TO_CHARACTERS: f64 = 4.0;
/// Saying that a sequence, a walk or a copy comes next: among characters, and within text where it is no surprise.
const SPECIAL: [f64; 2] = [6.0, 4.0];
/// Saying that a part of a published value comes next: where words tell as well what the text is, they should.
const EDITED: f64 = 12.0;
/// Of a pair of characters, the latest places that are tried as the source of a copy.
const SOURCES: usize = 8;
/// The longest word, in characters.
const LONGEST_WORD: usize = 24;

/// Where a chain stands: among characters, or within text.
const CHARACTERS: usize = 0;
const TEXT: usize = 1;

#[derive(Clone, Copy)]
struct Step {
    bits: f64,
    /// The piece that leads here, where it starts, in which state, and what it costs.
    from: Option<(Piece, usize, usize, f64)>,
}

struct Chains<'a> {
    text: &'a [char],
    /// Bits of a character that nothing explains.
    character: f64,
    /// By position and state.
    steps: Vec<[Step; 2]>,
}

impl Chains<'_> {
    fn bits(&self, at: usize, state: usize) -> f64 {
        self.steps.get(at).and_then(|states| states.get(state)).map_or(f64::INFINITY, |step| step.bits)
    }

    fn offer(&mut self, piece: Piece, (start, state): (usize, usize), (end, next): (usize, usize), bits: f64) {
        let total = self.bits(start, state) + bits;
        if let Some(step) = self.steps.get_mut(end).and_then(|states| states.get_mut(next))
            && total < step.bits
        {
            *step = Step { bits: total, from: Some((piece, start, state, bits)) };
        }
    }

    fn change_state(&mut self, at: usize) {
        let (characters, text) = (self.bits(at, CHARACTERS), self.bits(at, TEXT));
        let Some(states) = self.steps.get_mut(at) else { return };
        for (here, other, price) in [(CHARACTERS, text, TO_CHARACTERS), (TEXT, characters, TO_TEXT)] {
            let from = states.get(1 - here).and_then(|step| step.from);
            if let Some(step) = states.get_mut(here)
                && other + price < step.bits
            {
                *step = Step { bits: other + price, from };
            }
        }
    }

    /// Both states, for pieces that leave the state as it is.
    fn offer_special(&mut self, piece: Piece, start: usize, end: usize, bits: f64) {
        for (state, special) in SPECIAL.into_iter().enumerate() {
            self.offer(piece, (start, state), (end, state), bits + special);
        }
    }
}

/// The cheapest description of `text`, in which a character that nothing explains costs `character` bits. `names` are
/// words of the project's own; `found` are words that a dictionary knows, placed in the text, in the order of where they start.
pub(super) fn describe(text: &[char], character: f64, names: &Words, found: &[Placed]) -> Description {
    let nothing = [Step { bits: f64::INFINITY, from: None }; 2];
    let mut chains = Chains { text, character, steps: vec![nothing; text.len() + 1] };
    if let Some(states) = chains.steps.first_mut() {
        *states = [Step { bits: 1.0, from: None }; 2];
    }
    let copies = Copies::new(text);
    // What is published is in ASCII, so that a byte is a character; a byte that is none matches nothing.
    let bytes = text.iter().map(|&character| u8::try_from(character).unwrap_or(0)).collect::<Vec<_>>();
    for start in 0..text.len() {
        chains.change_state(start);
        characters(&mut chains, start);
        for words in [&*VOCABULARY, names] {
            Spelling { chains: &mut chains, start }.follow(words.all(), 0, 0);
        }
        letters(&mut chains, start);
        numbers(&mut chains, start);
        sequences(&mut chains, start);
        walks(&mut chains, start);
        // Of two places, the later is cheaper: an earlier one has something to offer only where it goes further.
        let mut copied = 1;
        for (source, length) in copies.of(text, start) {
            let place = ((start - source) as f64 + 1.0).log2() + 1.0;
            let further = copied + 1..=length;
            copied = copied.max(length);
            for length in further {
                chains.offer_special(Piece::Copy, start, start + length, place + length_bits(length));
            }
        }
        if let Some(shared) = bytes.get(start..).and_then(published::shared) {
            for length in 2..=shared {
                let bits = published::part_bits() + EDITED + length_bits(length);
                chains.offer_special(Piece::Published, start, start + length, bits);
            }
        }
        let here = found.partition_point(|word| word.start < start);
        for word in found.iter().skip(here).take_while(|word| word.start == start) {
            chains.offer(word.piece, (start, TEXT), (word.end, TEXT), word.bits);
        }
    }
    chains.change_state(text.len());
    read_back(&chains)
}

fn read_back(chains: &Chains<'_>) -> Description {
    let end = chains.text.len();
    let mut state = if chains.bits(end, TEXT) < chains.bits(end, CHARACTERS) { TEXT } else { CHARACTERS };
    let bits = chains.bits(end, state);
    let mut pieces = Vec::new();
    let mut at = end;
    while let Some((piece, start, before, bits)) =
        chains.steps.get(at).and_then(|states| states.get(state)).and_then(|step| step.from)
    {
        pieces.push(Placed { piece, start, end: at, bits });
        (at, state) = (start, before);
    }
    pieces.reverse();
    Description { bits, pieces }
}

/// Bits it takes to say a length of at least two: the shorter, the fewer.
fn length_bits(length: usize) -> f64 {
    1.5 * (length as f64).log2()
}

fn characters(chains: &mut Chains<'_>, start: usize) {
    let Some(&this) = chains.text.get(start) else { return };
    chains.offer(Piece::Character, (start, CHARACTERS), (start + 1, CHARACTERS), chains.character);
    if this.is_alphanumeric() {
        return;
    }
    // Within text, people put the same sign between all words.
    let earlier = chains.text.get(..start).unwrap_or_default();
    let repeated = earlier.iter().rev().find(|c| !c.is_alphanumeric()) == Some(&this);
    let bits = if repeated { 1.0 } else { chains.character + 0.5 };
    chains.offer(Piece::Separator, (start, TEXT), (start + 1, TEXT), bits);
}

/// Follows a word letter by letter through the list, with the signs people write for letters.
struct Spelling<'a, 'b> {
    chains: &'a mut Chains<'b>,
    start: usize,
}

impl Spelling<'_, '_> {
    /// `words` agree with the text in the first `length` letters, `signs` of which are written as signs.
    fn follow(&mut self, words: &[Word], length: usize, signs: usize) {
        let end = self.start + length;
        let last = end == self.chains.text.len();
        // At the end of the text a word may be cut: whoever tries words tries their beginnings too.
        let known = if last && length >= 2 {
            words.iter().min_by(|a, b| a.bits.total_cmp(&b.bits))
        } else {
            words.first().filter(|word| length > 0 && word.text.len() == length)
        };
        // What two letters are written with signs is anything.
        if let Some(word) = known.filter(|_| signs == 0 || length > 2) {
            let spelled = self.chains.text.get(self.start..end).unwrap_or_default();
            let bits = word.bits + case_bits(spelled) + if signs > 0 { 2.0 + signs as f64 } else { 0.0 };
            self.chains.offer(Piece::Word(word.kind), (self.start, TEXT), (end, TEXT), bits);
        }
        let Some(&character) = self.chains.text.get(end) else { return };
        if length >= LONGEST_WORD {
            return;
        }
        let mut step = |letter: u8, sign: usize| {
            let narrowed = Words::narrow(words, length, letter);
            if !narrowed.is_empty() {
                self.follow(narrowed, length + 1, signs + sign);
            }
        };
        if let Ok(letter) = u8::try_from(character) {
            step(letter.to_ascii_lowercase(), 0);
        }
        for &letter in letters_for(character) {
            step(letter, 1);
        }
    }
}

/// The letters a sign is written for.
fn letters_for(sign: char) -> &'static [u8] {
    match sign {
        '4' | '@' => b"a",
        '8' => b"b",
        '(' => b"c",
        '3' | '€' => b"e",
        '6' | '9' => b"g",
        '1' | '!' | '|' => b"il",
        '0' => b"o",
        '5' | '$' => b"s",
        '7' | '+' => b"t",
        '2' => b"z",
        _ => b"",
    }
}

/// Bits it takes to say which letters of a word are capitals: mostly none, the first, or all.
pub(super) fn case_bits(word: &[char]) -> f64 {
    let capitals = word.iter().filter(|c| c.is_ascii_uppercase()).count();
    let letters = word.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let first = word.first().is_some_and(char::is_ascii_uppercase);
    match capitals {
        0 => 0.3,
        1 if first => 1.5,
        _ if capitals == letters => 2.0,
        _ => 4.0 + letters as f64,
    }
}

fn letters(chains: &mut Chains<'_>, start: usize) {
    let mut bits = 4.0;
    let mut before = 26;
    let capital = |at: usize| chains.text.get(at).is_some_and(char::is_ascii_uppercase);
    // Whether what follows the first letter is in capitals: said by the second letter.
    let (first, rest) = (capital(start), capital(start) && capital(start + 1));
    bits += match (first, rest) {
        (false, _) => 0.5,
        _ => 2.0,
    };
    let mut end = start;
    while let Some(letter) = chains.text.get(end).and_then(|&c| u8::try_from(c).ok()).and_then(words::index) {
        if end > start && chains.text.get(end).is_some_and(char::is_ascii_uppercase) != rest {
            break;
        }
        bits += LETTERS.get(before).and_then(|row| row.get(letter)).copied().unwrap_or(chains.character);
        before = letter;
        end += 1;
        chains.offer(Piece::Letters, (start, TEXT), (end, TEXT), bits);
    }
}

fn numbers(chains: &mut Chains<'_>, start: usize) {
    // A random number of some length behind a name: said to be hex once, then four bits a digit.
    const HEX_FROM: usize = 8;
    let hex = chains
        .text
        .get(start..)
        .unwrap_or_default()
        .iter()
        .take_while(|c| c.is_ascii_digit() || matches!(c, 'a'..='f'));
    for length in HEX_FROM..=hex.count() {
        chains.offer(Piece::Hex, (start, TEXT), (start + length, TEXT), 5.0 + 4.0 * length as f64);
    }
    let digits = chains.text.get(start..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count();
    for length in 1..=digits {
        let bits = 3.0 + 10f64.log2() * length as f64;
        chains.offer(Piece::Number, (start, TEXT), (start + length, TEXT), bits);
    }
    let number = |from: usize, length: usize| -> Option<u32> {
        let digits = chains.text.get(start + from..start + from + length)?;
        digits.iter().try_fold(0, |number, digit| Some(number * 10 + digit.to_digit(10)?))
    };
    let year = |at| number(at, 4).is_some_and(|year| (1940..=2049).contains(&year));
    let month = |at| number(at, 2).is_some_and(|month| (1..=12).contains(&month));
    let day = |at| number(at, 2).is_some_and(|day| (1..=31).contains(&day));
    let date = (year(0) && month(4) && day(6)) || (year(4) && ((day(0) && month(2)) || (month(0) && day(2))));
    // A hundred years, most of them near; and their days, written in three orders.
    for (length, bits) in [(4, year(0).then_some(9.0)), (8, date.then_some(18.0))] {
        if let Some(bits) = bits {
            chains.offer(Piece::Date, (start, TEXT), (start + length, TEXT), bits);
        }
    }
}

/// Orders that people count along. The last is that of a well-known generator of "random" keys, which takes every third
/// character of it, twice in turn.
const ORDERS: [&str; 6] = [
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789abcdef",
    "0123456789ABCDEF",
    "ABCDEFGHJKMNPQRSTUVWXYZ23456789!/$%?&*()-+@abcdefghjkmnpqrstuvwxyz",
];

/// The place of every ASCII character in every order.
static PLACES: LazyLock<[[Option<i32>; 128]; ORDERS.len()]> = LazyLock::new(|| {
    ORDERS.map(|order| {
        let mut places = [None; 128];
        for (place, byte) in order.bytes().enumerate() {
            if let Some(slot) = places.get_mut(usize::from(byte)) {
                *slot = Some(place as i32);
            }
        }
        places
    })
});

fn sequences(chains: &mut Chains<'_>, start: usize) {
    let text = chains.text;
    let place = |order: usize, at: usize| -> Option<i32> {
        let character = usize::try_from(u32::from(*text.get(at)?)).ok()?;
        *PLACES.get(order)?.get(character)?
    };
    // How far the character `apart` before is in the order; the shorter way round.
    let distance = |order: usize, apart: usize, at: usize| -> Option<i32> {
        let length = ORDERS.get(order).map_or(1, |order| order.len()) as i32;
        let distance = (place(order, at)? - place(order, at.checked_sub(apart)?)?).rem_euclid(length);
        Some(if distance > length / 2 { distance - length } else { distance })
    };
    for apart in 1..=2usize {
        for order in 0..ORDERS.len() {
            let Some(step) = distance(order, apart, start + apart) else { continue };
            if step == 0 || step.abs() > 3 {
                continue;
            }
            // Which order (of six), how far apart (two) and in which steps (six); then the first characters.
            let opening = 6.2 + apart as f64 * chains.character;
            let mut end = start + apart;
            let mut slips = 0.0;
            // Of two runs in turn, the second may follow an order of its own: `a1b2c3`.
            while end < text.len() {
                let follows = |order| distance(order, apart, end) == Some(step);
                let slips_by_one =
                    apart == 2 && distance(order, apart, end).is_some_and(|d| d != 0 && (d - step).abs() == 1);
                if follows(order) || (apart == 2 && (end - start) % 2 == 1 && (0..3).any(follows)) {
                    slips += 0.2;
                } else if slips_by_one {
                    slips += 5.0;
                } else {
                    break;
                }
                end += 1;
                let bits = opening + slips + length_bits(end - start);
                chains.offer_special(Piece::Sequence, start, end, bits);
            }
        }
    }
}

/// The keys of a keyboard, unshifted and shifted, as they lie.
const ROWS: [[&str; 2]; 4] = [
    ["`1234567890-=", "~!@#$%^&*()_+"],
    [" qwertyuiop[]\\", " QWERTYUIOP{}|"],
    [" asdfghjkl;'", " ASDFGHJKL:\""],
    [" zxcvbnm,./", " ZXCVBNM<>?"],
];

/// Row, column and shift of every key.
static KEYS: LazyLock<[Option<(i32, i32, bool)>; 128]> = LazyLock::new(|| {
    let mut keys = [None; 128];
    for (row, shifts) in ROWS.iter().enumerate() {
        for (shift, characters) in shifts.iter().enumerate() {
            for (column, byte) in characters.bytes().enumerate().filter(|(_, byte)| *byte != b' ') {
                if let Some(key) = keys.get_mut(usize::from(byte)) {
                    *key = Some((row as i32, column as i32, shift == 1));
                }
            }
        }
    }
    keys
});

fn walks(chains: &mut Chains<'_>, start: usize) {
    let key = |at: usize| -> Option<(i32, i32, bool)> {
        let character = usize::try_from(u32::from(*chains.text.get(at)?)).ok()?;
        *KEYS.get(character)?
    };
    let Some(mut before) = key(start) else { return };
    let mut direction = None;
    // Which key of 47, and whether it is shifted.
    let mut bits = 6.0;
    let mut end = start + 1;
    while let Some(this) = key(end) {
        let step = (this.0 - before.0, this.1 - before.1);
        if !matches!(step, (0, 1 | -1) | (1 | -1, 0) | (-1, 1) | (1, -1)) {
            break;
        }
        // Straight on is no surprise; a turn is one of six, a change of the shift key is rare.
        bits += if direction == Some(step) { 0.4 } else { 3.0 } + if this.2 == before.2 { 0.1 } else { 3.0 };
        direction = Some(step);
        before = this;
        end += 1;
        chains.offer_special(Piece::Keyboard, start, end, bits);
    }
}

/// Bits of `text` for someone who learns from each character what the next may be, without knowing any word: which
/// characters come often, which follow which, whether the next key lies near the last or is of the same class. Who hits
/// keys at random hits few of them, and those near each other.
///
/// All these guesses are mixed and those that were right weigh more from then on, so the costs are those of a code in the
/// strict sense: a random text saves k bits once in 2^k times.
pub(super) fn adaptive(text: &[char], character: f64) -> f64 {
    let alphabet = character.exp2();
    let mut weights = [1.0 / GUESSES as f64; GUESSES];
    let mut seen = Seen::default();
    let mut bits = 0.0;
    for (at, &this) in text.iter().enumerate() {
        let [last, before] = [1, 2].map(|back| at.checked_sub(back).and_then(|at| text.get(at)).copied());
        let contexts = [Context::None, Context::One(last), Context::Two(last, before)];
        let even = 1.0 / alphabet;
        // What was seen rarely says little: what is expected anyway counts as if it had been seen so many times too.
        let [mut often, mut after_one, mut after_two] = [even; 3];
        let mut prior = even;
        for ((context, weight), share) in
            contexts.into_iter().zip([8.0, 1.0, 0.5]).zip([&mut often, &mut after_one, &mut after_two])
        {
            *share = seen.share(this, context, prior, weight);
            prior = *share;
        }
        let guesses: [f64; GUESSES] = [
            even,
            often,
            after_one,
            after_two,
            near(last, this, 1, even),
            near(last, this, 2, even),
            // Two hands take turns.
            near(before, this, 2, even),
            same_row(last, this, even),
            alike(last, this, even),
            spoken(last, this, even),
        ];
        let mixed = weights.iter().zip(guesses).map(|(weight, guess)| weight * guess).sum::<f64>();
        bits -= mixed.log2();
        for (weight, guess) in weights.iter_mut().zip(guesses) {
            // A little for everyone, so that none is out for good.
            *weight = 0.98 * *weight * guess / mixed + 0.02 / GUESSES as f64;
        }
        for context in contexts {
            seen.add(this, context);
        }
    }
    bits
}

/// How many ways of guessing are mixed.
const GUESSES: usize = 10;

/// What came before a character.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Context {
    None,
    One(Option<char>),
    Two(Option<char>, Option<char>),
}

/// How often characters were seen, by what came before them.
#[derive(Default)]
struct Seen {
    characters: FxHashMap<(Context, char), f64>,
    contexts: FxHashMap<Context, f64>,
}

impl Seen {
    /// The share of `character` after `context`, where `prior` counts as if it had been seen `weight` times.
    fn share(&self, character: char, context: Context, prior: f64, weight: f64) -> f64 {
        let all = self.contexts.get(&context).copied().unwrap_or(0.0);
        let these = self.characters.get(&(context, character)).copied().unwrap_or(0.0);
        (these + weight * prior) / (all + weight)
    }

    fn add(&mut self, character: char, context: Context) {
        *self.characters.entry((context, character)).or_default() += 1.0;
        *self.contexts.entry(context).or_default() += 1.0;
    }
}

/// The share of `this` for someone who expects a key within one row and some columns of the last, itself too, with the
/// shift key left alone.
fn near(last: Option<char>, this: char, columns: i32, even: f64) -> f64 {
    let key = |character: char| *KEYS.get(usize::try_from(u32::from(character)).ok()?)?;
    let Some(((row, column, shift), this)) = last.and_then(key).zip(key(this)) else { return even * 0.2 };
    let near = (this.0 - row).abs() <= 1 && (this.1 - column).abs() <= columns && this.2 == shift;
    let keys = 3.0 * f64::from(2 * columns + 1);
    even * 0.2 + if near { 0.8 / keys } else { 0.0 }
}

/// The share of `this` for someone who expects a key of the last one's row, with the shift key left alone.
fn same_row(last: Option<char>, this: char, even: f64) -> f64 {
    const ROW: f64 = 13.0;
    let key = |character: char| *KEYS.get(usize::try_from(u32::from(character)).ok()?)?;
    let same = last.and_then(key).zip(key(this)).is_some_and(|(last, this)| (last.0, last.2) == (this.0, this.2));
    even * 0.2 + if same { 0.8 / ROW } else { 0.0 }
}

/// The share of `this` for someone who expects the letters of words, in the case of the last one.
fn spoken(last: Option<char>, this: char, even: f64) -> f64 {
    let letter = |character: char| u8::try_from(character).ok().and_then(words::index);
    let share = last
        .zip(letter(this))
        .filter(|(last, _)| last.is_uppercase() == this.is_uppercase())
        .and_then(|(last, this)| LETTERS.get(letter(last)?)?.get(this).map(|bits: &f64| (-bits).exp2()));
    even * 0.2 + share.map_or(0.0, |share| 0.8 * share)
}

/// The share of `this` for someone who expects another character of the last one's class.
fn alike(last: Option<char>, this: char, even: f64) -> f64 {
    let class = |character: char| match character {
        '0'..='9' => Some(10.0),
        'a'..='z' | 'A'..='Z' => Some(26.0 + f64::from(u8::from(character.is_ascii_uppercase()))),
        character if character.is_ascii() => Some(33.0),
        _ => None,
    };
    let size = last.and_then(class).filter(|size| class(this) == Some(*size));
    even * 0.2 + size.map_or(0.0, |size| 0.8 / size)
}

/// For every place the places before that begin with the same two characters.
struct Copies(Vec<Option<usize>>);

impl Copies {
    fn new(text: &[char]) -> Self {
        let mut latest = FxHashMap::default();
        let pairs = text.windows(2).enumerate();
        Copies(pairs.map(|(at, pair)| latest.insert((pair.first().copied(), pair.last().copied()), at)).collect())
    }

    /// Where a copy at `start` can come from, and how far it goes. A copy may overlap what it copies.
    fn of<'a>(&'a self, text: &'a [char], start: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        let before = |at: usize| self.0.get(at).copied().flatten();
        std::iter::successors(before(start), move |&at| before(at)).take(SOURCES).map(move |source| {
            let rest = text.get(start..).unwrap_or_default();
            let length = text.get(source..).unwrap_or_default().iter().zip(rest).take_while(|(a, b)| a == b).count();
            (source, length)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(text: &str) -> f64 {
        let text = text.chars().collect::<Vec<_>>();
        describe(&text, 6.0, &Words::default(), &[]).bits
    }

    #[test]
    fn patterns_have_brief_descriptions() {
        for (text, most) in [
            ("secret", 6.0),
            ("S3cr3t", 10.0),
            ("supersecretkey", 18.0),
            ("my_super_secret_key", 34.0),
            ("aaaaaaaaaaaaaaaaaaaaaaaa", 24.0),
            ("abcabcabcabcabcabcabc", 30.0),
            ("12345678901234567890", 24.0),
            ("0123456789abcdef", 28.0),
            ("qwertyuiopasdfghjkl", 40.0),
            ("a1b2c3d4e5f6g7h8", 32.0),
            ("1q2w3e4r5t6y7u8i", 60.0),
            ("correcthorsebatterystaple", 100.0),
            ("A?D(G+KbPeShVmYq3t6w9z$C&F)J@NcRfUjXn2r5u8x/A%D*G-KaPdSgVkYp3s6v", 112.0),
        ] {
            let bits = bits(text);
            assert!(bits <= most, "{text}: {bits}");
        }
    }

    #[test]
    fn pieces_cover_the_text() {
        let text = "my_secret-2024 qwerty xkcd!".chars().collect::<Vec<_>>();
        let pieces = describe(&text, 6.0, &Words::default(), &[]).pieces;
        assert_eq!(pieces.first().map(|piece| piece.start), Some(0));
        assert_eq!(pieces.last().map(|piece| piece.end), Some(text.len()));
        assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
    }
}
