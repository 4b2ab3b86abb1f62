//! Secrets themselves: how strong one is, how a fresh one is made, how one is shown, and what tokens and private keys
//! look like in a text. Nothing here knows of files, languages or rules.

pub mod generate;
pub mod pem;
pub mod published;
pub mod reference;
pub mod strength;
pub mod token;

mod code;
mod words;

pub use self::published::published;

/// How many characters a secret must have for [`mask`] to show its first.
const SHOWN_FROM: usize = 6;

/// What may be shown of a secret: five bullets, behind the first character if the secret has six characters or more.
/// The number of bullets says nothing about its length.
pub fn mask(value: &str) -> String {
    let mut characters = value.chars();
    let first = characters.next().filter(|first| !first.is_control());
    let mut masked = String::new();
    if characters.take(SHOWN_FROM).count() + 1 >= SHOWN_FROM {
        masked.extend(first);
    }
    masked.push_str("•••••");
    masked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::mask;

    #[test]
    fn the_first_character_of_six_is_shown_and_none_of_five() {
        assert_eq!(mask("secret"), "s•••••");
        assert_eq!(mask("sécret"), "s•••••");
        assert_eq!(mask("écrets"), "é•••••");
        assert_eq!(mask("abcde"), "•••••");
        assert_eq!(mask(""), "•••••");
        assert_eq!(mask("\nsecret-of-lines"), "•••••");
    }

    proptest! {
        #[test]
        fn no_more_than_the_first_character_is_left(value in any::<String>()) {
            let masked = mask(&value);
            let shown = masked.strip_suffix("•••••").expect("it ends in five bullets");
            prop_assert!(shown.chars().count() <= 1);
            prop_assert!(value.starts_with(shown));
            if value.chars().count() < 6 {
                prop_assert!(shown.is_empty());
            }
        }
    }
}
