//! Translations: files in which every value is a text for people, whatever its name says.

use std::path::Path;

use crate::facts::{Facts, Kind};
use crate::language::Language;

/// Folders that hold one file or folder a language.
const FOLDERS: &[&str] = &[
    "i18n",
    "intl",
    "l10n",
    "lang",
    "langs",
    "language",
    "languages",
    "locale",
    "locales",
    "messages",
    "translation",
    "translations",
];

/// Whether a file holds translations: where it stands or its name has to say so, and what is in it has to bear it out.
pub fn is_translation(path: &Path, facts: &Facts) -> bool {
    let holds = [Language::Json, Language::Yaml, Language::Properties, Language::Toml, Language::Php];
    holds.contains(&facts.language) && is_named_so(path) && speaks_to_people(facts)
}

fn is_named_so(path: &Path) -> bool {
    let in_folder = path.parent().is_some_and(|folders| {
        folders.iter().any(|folder| FOLDERS.iter().any(|known| folder.eq_ignore_ascii_case(known)))
    });
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    // `en.json`, `pt-BR.json`, `messages_de.properties`, `messages.en.yml`, `locale-fr.json`.
    let words: Vec<&str> = stem.split(['.', '-', '_']).collect();
    let is_code = |word: &&str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let in_name = match words.as_slice() {
        [first, rest @ ..] if is_code(first) => rest.iter().all(|word| (2..=4).contains(&word.len())),
        [first, rest @ ..] => {
            FOLDERS.contains(first) || FOLDERS.contains(&format!("{first}s").as_str()) && rest.iter().any(is_code)
        }
        [] => false,
    };
    in_folder || in_name
}

/// Whether at least half of the texts read like a label or a sentence: several words, a capital at the beginning of a
/// word, or letters that no technical value has.
fn speaks_to_people(facts: &Facts) -> bool {
    let (mut prose, mut texts) = (0usize, 0usize);
    for entry in &facts.entries {
        let Kind::Literal(text) = facts.kind(entry.value) else { continue };
        if text.is_empty() {
            continue;
        }
        texts += 1;
        prose += usize::from(is_prose(text));
    }
    texts > 0 && prose * 2 >= texts
}

fn is_prose(text: &str) -> bool {
    let mut characters = text.chars();
    let capital = characters.next().is_some_and(char::is_uppercase);
    let label =
        capital && characters.clone().next().is_some() && characters.all(|c| c.is_lowercase() || "-. :".contains(c));
    label || text.trim().contains(char::is_whitespace) || text.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::json;

    fn is(path: &str, text: &str) -> bool {
        is_translation(Path::new(path), &json::parse(text))
    }

    const LABELS: &str = r#"{"jwt_secret": "JWT Secret", "key": "Schlüssel", "save": "Save", "id": "id"}"#;

    #[test]
    fn php_returns_translations_too() {
        let facts = |text: &str| crate::language::php::parse(Path::new("settings.php"), text);
        let path = Path::new("lang/de/settings.php");
        assert!(is_translation(path, &facts("<?php return ['token_secret' => 'Das Geheimnis', 'save' => 'Sichern'];")));
        assert!(!is_translation(path, &facts("<?php return ['token_secret' => 'changeme', 'ttl' => '1d'];")));
    }

    #[test]
    fn name_and_text_have_to_agree() {
        for path in [
            "src/locales/en.json",
            "src/i18n/pt-BR/translation.json",
            "assets/en.json",
            "assets/pt_BR.json",
            "messages_de.json",
            "translation.json",
            "messages.en-GB.json",
        ] {
            assert!(is(path, LABELS), "{path}");
            assert!(!is(path, r#"{"jwt": {"secret": "changeme", "expiresIn": "1d"}}"#), "{path}");
            assert!(!is(path, "{}"), "{path}");
        }
        for path in
            ["config/default.json", "appsettings.json", "config.json", "db.production.json", "en/us/config.json"]
        {
            assert!(!is(path, LABELS), "{path}");
        }
    }
}
