//! The words that secrets are made of, and how likely one letter follows another in them.

use std::ops::Range;
use std::sync::LazyLock;

/// Why a word stands in the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What a secret calls itself.
    Secret,
    /// It asks to be replaced.
    Placeholder,
    /// What people choose when they are asked for a password.
    Password,
    /// What sentences and names are built of.
    Common,
    /// The project's own name, or a part of it.
    Project,
    /// A word of a language or a list of passwords that is not in the vocabulary.
    Dictionary,
}

/// A word, and what it takes to say which it is.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// In lower case.
    pub text: String,
    /// Why it is here.
    pub kind: Kind,
    /// Bits it takes to say which word it is, for someone who tries them by rank.
    pub bits: f64,
}

/// Words in the order of their letters, so that those with a common beginning stand together.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(Vec<Word>);

impl Words {
    /// A list of `words`; of several that are the same the cheapest stays.
    pub fn new(mut words: Vec<Word>) -> Self {
        words.sort_by(|a, b| a.text.cmp(&b.text).then(a.bits.total_cmp(&b.bits)));
        words.dedup_by(|later, earlier| later.text == earlier.text);
        Words(words)
    }

    /// All words, from which [`Words::narrow`] goes on.
    pub fn all(&self) -> &[Word] {
        &self.0
    }

    /// Of `words`, which agree in their first `length` bytes, those that have `letter` next.
    pub fn narrow(words: &[Word], length: usize, letter: u8) -> &[Word] {
        let at = |word: &Word| word.text.as_bytes().get(length).copied();
        let from = words.partition_point(|word| at(word) < Some(letter));
        let to = words.partition_point(|word| at(word) <= Some(letter));
        words.get(from..to).unwrap_or_default()
    }

    /// The word that `text` is.
    pub fn get(&self, text: &str) -> Option<&Word> {
        self.0.binary_search_by(|word| word.text.as_str().cmp(text)).ok().and_then(|at| self.0.get(at))
    }
}

/// Our own vocabulary: `rules/vocabulary/words.tsv`.
pub(super) static VOCABULARY: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Vec::new();
    for line in include_str!("../../rules/vocabulary/words.tsv").lines() {
        let Some((kind, line)) = line.split_once('\t') else { continue };
        let kind = match kind {
            "secret" => Kind::Secret,
            "placeholder" => Kind::Placeholder,
            "password" => Kind::Password,
            _ => Kind::Common,
        };
        for text in line.split(' ') {
            // The rank is not exact: no two words differ by more than their place in the file can tell.
            let bits = (words.len() as f64 + 8.0).log2() + 0.5;
            words.push(Word { text: text.to_owned(), kind, bits });
        }
    }
    Words::new(words)
});

/// Words of languages and names and common passwords that are not in the vocabulary: a line each, in the order of their
/// letters. There are too many to make a list of in the time a run has, so they are searched where they stand.
static DICTIONARY: &[u8] = include_bytes!("../../rules/vocabulary/dictionary.txt");

/// The words of the dictionary that `letters`, in lower case, begin with: the length of each and the bits it takes to say
/// which it is, the shortest first.
pub(super) fn dictionary_words(letters: &[u8]) -> Vec<(usize, f64)> {
    let mut found = Vec::new();
    let mut lines = 0..DICTIONARY.len();
    for (length, letter) in letters.iter().copied().enumerate() {
        // What comes before the letters: the blank behind a word, the sign before a comment.
        if !letter.is_ascii_lowercase() {
            break;
        }
        let at = |line: &[u8]| line.get(length).copied();
        let from = first_line(lines.clone(), |line| at(line) >= Some(letter));
        lines = from..first_line(from..lines.end, |line| at(line) > Some(letter));
        let line = DICTIONARY.get(lines.clone()).and_then(|lines| lines.split(|&byte| byte == b'\n').next());
        let Some(rest) = line.and_then(|line| line.get(length + 1..)) else { break };
        if let Some(bits) = rest.strip_prefix(b" ") {
            found.push((length + 1, bits.iter().fold(0.0, |bits, digit| bits * 10.0 + f64::from(digit - b'0'))));
        }
    }
    found
}

/// Where in `lines`, which begin at a line's start, the first line begins for which `reached` holds; it holds for all lines
/// behind it.
fn first_line(lines: Range<usize>, reached: impl Fn(&[u8]) -> bool) -> usize {
    let Range { start: mut from, end: mut to } = lines;
    while from < to {
        let middle = from + (to - from) / 2;
        let before = DICTIONARY.get(from..middle).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(from, |at| from + at + 1);
        let behind = DICTIONARY.get(middle..to).unwrap_or_default();
        let end = memchr::memchr(b'\n', behind).map_or(to, |at| middle + at + 1);
        if reached(DICTIONARY.get(start..end).unwrap_or_default()) {
            to = start;
        } else {
            from = end;
        }
    }
    from
}

/// Bits it takes to say which letter comes next, by the letter before; the last row is for the first letter of a word.
pub(super) static LETTERS: LazyLock<[[f64; 26]; 27]> = LazyLock::new(|| {
    // Every pair is counted half a time before any is seen, so that none is impossible.
    let mut counts = [[0.5; 26]; 27];
    for word in VOCABULARY.all() {
        let mut before = 26;
        for letter in word.text.bytes() {
            let Some(letter) = index(letter) else { break };
            if let Some(count) = counts.get_mut(before).and_then(|row| row.get_mut(letter)) {
                *count += 1.0;
            }
            before = letter;
        }
    }
    for row in &mut counts {
        let total = row.iter().sum::<f64>();
        for count in row {
            *count = (total / *count).log2();
        }
    }
    counts
});

/// The position of an ASCII letter in the alphabet, whatever its case.
pub(super) fn index(letter: u8) -> Option<usize> {
    letter.is_ascii_alphabetic().then(|| usize::from(letter.to_ascii_lowercase() - b'a'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_lower_case_words_of_known_kinds() {
        let lines = include_str!("../../rules/vocabulary/words.tsv").lines();
        for line in lines.filter(|line| !line.starts_with('#')) {
            let (kind, words) = line.split_once('\t').expect("a kind, a tab and words");
            assert!(["secret", "placeholder", "password", "common"].contains(&kind), "{kind}");
            for word in words.split(' ') {
                assert!(
                    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
                    "{word}"
                );
            }
        }
    }

    #[test]
    fn the_dictionary_is_in_order_and_has_what_the_vocabulary_has_not() {
        let text = std::str::from_utf8(DICTIONARY).expect("ASCII");
        let lines = text.lines().skip_while(|line| line.starts_with('#')).collect::<Vec<_>>();
        assert!(text.ends_with('\n') && lines.is_sorted());
        for line in lines {
            let (word, bits) = line.split_once(' ').expect("a word, a blank and its bits");
            assert!(word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
            assert!(bits.parse::<u8>().is_ok_and(|bits| (1..20).contains(&bits)), "{line}");
            assert!(VOCABULARY.get(word).is_none(), "{word}");
        }
    }

    #[test]
    fn the_dictionary_finds_every_word_that_letters_begin_with() {
        let found = |letters: &str| {
            let words = dictionary_words(letters.as_bytes()).into_iter();
            words.map(|(length, _)| letters[..length].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("butterflyweed"), ["butt", "butte", "butter", "butterfl", "butterfly"]);
        assert_eq!(found("zzzzzzzzz"), ["zzzzzzz"]);
        for nothing in ["", "xqxq", "# words", "BUTTER", "\u{e9}t\u{e9}", "abac 1"] {
            assert!(found(nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn words_are_narrowed_letter_by_letter() {
        let mut words = VOCABULARY.all();
        for (length, letter) in "secre".bytes().enumerate() {
            words = Words::narrow(words, length, letter);
        }
        let left = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>();
        assert!(left.contains(&"secret") && left.contains(&"secretkey"), "{left:?}");
        assert!(left.iter().all(|word| word.starts_with("secre")), "{left:?}");
    }

    #[test]
    fn likely_letters_are_cheap() {
        let cost = |a: u8, b: u8| LETTERS[index(a).unwrap_or(26)][index(b).expect("a letter")];
        assert!(cost(b't', b'h') < cost(b't', b'x'));
        assert!(cost(b'q', b'u') < cost(b'q', b'k'));
    }
}
