//! Secrets that anybody can read: what products, libraries and tutorials ship or show.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

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
    fn values_are_compared_as_a_whole() {
        assert_eq!(published("your-256-bit-secret"), Some("jwt.io"));
        assert_eq!(published("Your-256-bit-secret"), None);
        assert_eq!(published("my your-256-bit-secret"), None);
        assert_eq!(published("# "), None);
        assert!(PUBLISHED.values().all(|who| !who.is_empty() && !who.contains('\t')));
    }
}
