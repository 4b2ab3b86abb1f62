//! Secrets that anybody can read: what products, libraries and tutorials ship or show.

use std::collections::HashMap;
use std::sync::LazyLock;

static PUBLISHED: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
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

/// The bits a guesser needs who tries what is published: which of the list it is.
pub(super) fn bits() -> f64 {
    (PUBLISHED.len() as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_a_whole() {
        assert_eq!(published("your-256-bit-secret"), Some("jwt.io"));
        assert_eq!(published("Your-256-bit-secret"), None);
        assert_eq!(published("my your-256-bit-secret"), None);
        assert_eq!(published("# "), None);
        assert!(PUBLISHED.values().all(|who| !who.is_empty() && !who.contains('\t')));
    }
}
