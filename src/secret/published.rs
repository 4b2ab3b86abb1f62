//! Secrets that anybody can read: what products, libraries and tutorials ship or show.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

static PUBLISHED: LazyLock<FxHashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("../../rules/vocabulary/published.tsv")
        .lines()
        .filter(|line| !line.starts_with("# "))
        .filter_map(|line| line.split_once('\t'))
        .collect()
});

/// Who publishes `value`, compared as a whole and letter by letter; `None` when nobody is known to.
pub fn published(value: &str) -> Option<&'static str> {
    PUBLISHED.get(value).copied()
}

/// Digests of secrets that were found in public, see the file.
static FOUND: &str = include_str!("../../rules/vocabulary/found.txt");

/// How many hexadecimal digits of a SHA-256 digest stand in [`FOUND`]: 64 bits, which no fresh secret meets by chance.
const DIGITS: usize = 16;

/// How many secrets the public list has that [`FOUND`] is taken from.
const FOUND_IN_ALL: f64 = 103_978.0;

/// The bits a guesser needs for a secret that looks random and stands in a public list of JWT secrets: which of the list it
/// is. `None` if it does not.
pub(super) fn found_in_public(value: &str) -> Option<f64> {
    let digest = Sha256::digest(value.as_bytes());
    let digits: String = digest.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
    let known = FOUND.lines().any(|line| line == digits);
    known.then(|| FOUND_IN_ALL.log2())
}

/// The shortest part of a published value that is known again: shorter ones stand in other texts too.
const PART: usize = 8;

static PARTS: LazyLock<FxHashMap<&'static [u8], &'static [u8]>> = LazyLock::new(|| {
    let mut parts = FxHashMap::default();
    for value in PUBLISHED.keys().map(|value| value.as_bytes()) {
        for (start, part) in value.windows(PART).enumerate() {
            parts.entry(part).or_insert(value.get(start..).unwrap_or_default());
        }
    }
    parts
});

/// How many of the first bytes of `text` stand in a published value, if they are more than chance explains.
pub(super) fn shared(text: &[u8]) -> Option<usize> {
    let published = PARTS.get(text.get(..PART)?)?;
    Some(published.iter().zip(text).take_while(|(a, b)| a == b).count())
}

/// The bits it takes to say which part of a published value is meant.
pub(super) fn part_bits() -> f64 {
    (PARTS.len() as f64).log2()
}

/// The bits a guesser needs who tries what is published: which of the list it is.
pub(super) fn bits() -> f64 {
    (PUBLISHED.len() as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_known_again() {
        assert_eq!(shared(b"256-bit-secret!"), Some(14));
        assert_eq!(shared(b"256-bit"), None);
        assert_eq!(shared(b"a fresh one of its own"), None);
    }

    #[test]
    fn digests_of_what_was_found_are_whole_and_in_order() {
        let digests: Vec<&str> = FOUND.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(digests.len() > 500 && digests.is_sorted());
        assert!(digests.iter().all(|line| line.len() == DIGITS && line.bytes().all(|byte| byte.is_ascii_hexdigit())));
        assert_eq!(found_in_public("a fresh one of its own"), None);
    }

    #[test]
    fn values_are_compared_as_a_whole() {
        assert_eq!(published("your-256-bit-secret"), Some("jwt.io"));
        assert_eq!(published("Your-256-bit-secret"), None);
        assert_eq!(published("my your-256-bit-secret"), None);
        assert_eq!(published("# "), None);
        assert!(PUBLISHED.values().all(|who| !who.is_empty() && !who.contains('\t')));
    }
}
