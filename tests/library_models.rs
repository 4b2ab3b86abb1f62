//! Every library model is well formed: it deserialises, its paths and locators are of the grammar `library` describes,
//! and it says all that a rule needs to make sense of it.

use std::fs;
use std::path::{Path, PathBuf};

use jotlint::library::{Condition, Encoding, Library, OneOrMany};
use jotlint::vocabulary;

/// Every model, with the file it stands in.
fn models() -> Vec<(PathBuf, Library)> {
    let mut models = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/libraries");
    for language in fs::read_dir(root).expect("rules/libraries") {
        for file in fs::read_dir(language.expect("a language").path()).expect("a language's models") {
            let path = file.expect("a model").path();
            let text = fs::read_to_string(&path).expect("a model's text");
            let model = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            models.push((path, model));
        }
    }
    assert!(models.len() > 30, "only {} models were found", models.len());
    models
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

/// Whether a path is made of names, `()` behind names, `..` in front of a method and `*` at its start.
fn is_path(path: &str) -> bool {
    let (chained, method) = match path.split_once("..") {
        Some((receiver, method)) => (receiver, Some(method)),
        None => (path, None),
    };
    let mut parts = chained.split('.');
    let first = parts.next().unwrap_or_default();
    let called = |part: &str| is_name(part.strip_suffix("()").unwrap_or(part));
    (first == "*" && chained.contains('.') || called(first))
        && parts.all(called)
        && method.is_none_or(|method| chained.ends_with("()") && is_name(method))
}

/// Whether a locator is an argument, or `this`, of the call or of an earlier one of its chain, and then names.
fn is_locator(locator: &str) -> bool {
    let (call, locator) = locator.split_once('/').map_or((None, locator), |(call, rest)| (Some(call), rest));
    let mut parts = locator.split('.');
    let first = parts.next().unwrap_or_default();
    let argument = first == "this" || first.parse::<usize>().is_ok() || first.strip_suffix('=').is_some_and(is_name);
    call.is_none_or(is_name)
        && argument
        && parts.all(|part| part == "*" || part.parse::<usize>().is_ok() || part.split('-').all(is_name))
}

fn is_key_locator(locator: &str) -> bool {
    match locator.split_once(" as ") {
        Some((locator, encoding)) => is_locator(locator) && toml::Value::from(encoding).try_into::<Encoding>().is_ok(),
        None => is_locator(locator),
    }
}

fn check(file: &Path, what: &str, texts: &[String], holds: fn(&str) -> bool) {
    for text in texts {
        assert!(holds(text), "{}: {text:?} is not a {what}", file.display());
    }
}

fn check_conditions(file: &Path, conditions: &[Condition]) {
    for condition in conditions {
        assert!(!condition.at.as_slice().is_empty(), "{}: a condition looks nowhere", file.display());
        check(file, "locator", condition.at.as_slice(), is_locator);
        let said = usize::from(condition.equals.is_some())
            + usize::from(condition.present.is_some())
            + usize::from(condition.truthy.is_some())
            + usize::from(!condition.from.as_slice().is_empty());
        assert_eq!(said, 1, "{}: a condition says one thing: {condition:?}", file.display());
    }
}

fn some<T: Clone>(value: &Option<T>) -> Vec<T> {
    value.iter().cloned().collect()
}

#[test]
fn paths_and_locators_are_well_formed() {
    for (file, model) in models() {
        for used in &model.uses {
            check(&file, "path", used.path.as_slice(), is_path);
            check(&file, "key locator", used.key.as_slice(), is_key_locator);
            for locators in [some(&used.token), used.algorithm.as_slice().to_vec(), used.algorithms.as_slice().to_vec()]
            {
                check(&file, "locator", &locators, is_locator);
            }
            for conditions in [&used.requires, &used.unverified, &used.unsecured] {
                check_conditions(&file, conditions);
            }
            for version in &used.version {
                let numbers = version.below.split('.').map(str::parse::<u32>).collect::<Vec<_>>();
                assert!(numbers.len() == 3 && numbers.iter().all(Result::is_ok), "{}: {:?}", file.display(), version);
            }
        }
        for conversion in &model.conversions {
            check(&file, "path", conversion.path.as_slice(), is_path);
            check(&file, "key locator", conversion.value.as_slice(), is_key_locator);
            check(&file, "locator", &some(&conversion.encoding_at), is_locator);
            assert!(
                conversion.pins || !conversion.value.as_slice().is_empty(),
                "{}: a conversion of nothing: {conversion:?}",
                file.display()
            );
        }
        for wrapper in &model.wrappers {
            check(&file, "path", wrapper.path.as_slice(), is_path);
            check(&file, "locator", std::slice::from_ref(&wrapper.value), is_locator);
        }
    }
}

#[test]
fn the_grammar_refuses_what_it_does_not_know() {
    for path in ["", "*", "sign.", ".sign", "a b", "SignJWT..sign", "()", "*..sign", "a..b..c", "1.x"] {
        assert!(!is_path(path), "{path:?}");
    }
    for locator in ["", "secret", "0.", "0..a", "/0", "a/b", "=", "0.a b"] {
        assert!(!is_locator(locator), "{locator:?}");
    }
    assert!(is_key_locator("1.k as base64url") && !is_key_locator("1.k as rot13"));
}

#[test]
fn a_receiver_that_is_not_followed_is_told_apart_by_a_condition() {
    for (file, model) in models() {
        for used in &model.uses {
            let open = used.path.as_slice().iter().any(|path| path.starts_with('*'));
            assert!(!open || !used.requires.is_empty(), "{}: {:?}", file.display(), used.path);
        }
    }
}

#[test]
fn the_vocabulary_speaks_the_same_grammar() {
    let file = Path::new("rules/vocabulary");
    let environment = vocabulary::environment("javascript").expect("JavaScript's environment");
    for root in &environment.roots {
        check(file, "path", root.path.as_slice(), |path| is_path(&path.replace("import.meta", "import_meta")));
    }
    for lookup in &environment.lookups {
        check(file, "path", lookup.path.as_slice(), is_path);
        for locators in [some(&lookup.environment), vec![lookup.name.clone()], some(&lookup.fallback)] {
            check(file, "locator", &locators, is_locator);
        }
    }
    for default in &environment.defaults {
        check(file, "path", default.path.as_slice(), is_path);
        check(file, "locator", default.value.as_slice(), is_locator);
    }
    for source in &vocabulary::random("javascript").expect("JavaScript's randomness").sources {
        check(file, "path", source.path.as_slice(), |path| {
            path == "*" || is_path(path.strip_suffix(".*").unwrap_or(path))
        });
    }
}

#[test]
fn every_model_says_what_it_is_about() {
    for (file, model) in models() {
        assert!(!model.name.is_empty() && !model.source.is_empty(), "{}", file.display());
        assert!(model.global || !model.packages.is_empty(), "{}: nothing to import", file.display());
        assert!(
            !(model.uses.is_empty() && model.conversions.is_empty() && model.wrappers.is_empty()),
            "{}: it says nothing",
            file.display()
        );
        for used in &model.uses {
            let list = |many: &OneOrMany<String>| many.as_slice().len();
            assert!(
                list(&used.key) + list(&used.algorithms) > 0
                    || used.token.is_some()
                    || !used.does.signs() && !used.does.verifies(),
                "{}: {:?} has neither key nor token",
                file.display(),
                used.path
            );
        }
    }
}

#[test]
fn old_versions_are_listed_oldest_first() {
    for (file, model) in models() {
        for used in &model.uses {
            let versions: Vec<Vec<u32>> =
                used.version.iter().map(|v| v.below.split('.').filter_map(|n| n.parse().ok()).collect()).collect();
            assert!(versions.is_sorted(), "{}: the first that is above the version in use counts", file.display());
        }
    }
}

/// Every library has code that is wrong and code that is right. What is wrong with an adjacent one stands apart, since
/// it is only found when it is asked for.
#[test]
fn every_library_has_a_bad_and_a_good_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let has = |folder: PathBuf, kind: &str| {
        fs::read_dir(folder).into_iter().flatten().flatten().any(|file| {
            let text = fs::read_to_string(file.path()).unwrap_or_default();
            file.file_name().to_string_lossy().starts_with(kind) && text.contains("//~") == (kind == "bad")
        })
    };
    for (file, model) in models() {
        let language = file.parent().and_then(Path::file_name).expect("a language");
        let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
        // `jose-2` is an older jose.
        let library = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        let library = library.strip_suffix('-').unwrap_or(&stem);
        let folder = root.join(language).join(library);
        let bad = if model.adjacent { root.join("adjacent").join(language).join(library) } else { folder.clone() };
        let can_be_bad = !model.uses.is_empty() || model.conversions.iter().any(|c| !c.value.as_slice().is_empty());
        assert!(has(folder, "good"), "{library} has no good fixture");
        assert!(!can_be_bad || has(bad, "bad"), "{library} has no bad fixture");
    }
}
