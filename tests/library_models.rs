//! Every library model makes sense to the rules. That its paths and locators are well formed is seen when it is read.

use std::fs;
use std::path::{Path, PathBuf};

use jotlint::library::{Condition, Library};
use jotlint::rule_document::marks;

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

fn check_conditions(file: &Path, conditions: &[Condition]) {
    for condition in conditions {
        assert!(!condition.at.as_slice().is_empty(), "{}: a condition looks nowhere", file.display());
        let said = usize::from(condition.equals.is_some())
            + usize::from(condition.present.is_some())
            + usize::from(condition.truthy.is_some())
            + usize::from(!condition.reads.as_slice().is_empty())
            + usize::from(!condition.from.as_slice().is_empty());
        assert_eq!(said, 1, "{}: a condition says one thing: {condition:?}", file.display());
    }
}

#[test]
fn conditions_versions_and_conversions_say_something() {
    for (file, model) in models() {
        for used in &model.uses {
            for conditions in [&used.requires, &used.pinned, &used.unverified, &used.unsecured] {
                check_conditions(&file, conditions);
            }
            for version in &used.version {
                let numbers = version.below.split('.').map(str::parse::<u32>).collect::<Vec<_>>();
                assert!(numbers.len() == 3 && numbers.iter().all(Result::is_ok), "{}: {:?}", file.display(), version);
            }
        }
        for wrapper in &model.wrappers {
            check_conditions(&file, &wrapper.requires);
        }
        for conversion in &model.conversions {
            check_conditions(&file, &conversion.requires);
            assert!(
                conversion.pins || !conversion.value.as_slice().is_empty(),
                "{}: a conversion of nothing: {conversion:?}",
                file.display()
            );
        }
    }
}

#[test]
fn a_receiver_that_is_not_followed_is_told_apart_by_a_condition() {
    for (file, model) in models() {
        for used in &model.uses {
            let open = used.path.as_slice().iter().any(|path| path.anywhere);
            assert!(!open || !used.requires.is_empty(), "{}: {:?}", file.display(), used.path);
        }
    }
}

#[test]
fn every_model_says_what_it_is_about() {
    for (file, model) in models() {
        assert!(!model.name.is_empty() && !model.source.is_empty(), "{}", file.display());
        assert!(model.global || !model.packages.is_empty(), "{}: nothing to import", file.display());
        assert!(
            !(model.uses.is_empty()
                && model.conversions.is_empty()
                && model.wrappers.is_empty()
                && model.settings.is_empty()),
            "{}: it says nothing",
            file.display()
        );
        for used in &model.uses {
            let located =
                !used.key.as_slice().is_empty() || !used.algorithms.as_slice().is_empty() || used.token.is_some();
            assert!(
                located || !used.does.signs() && !used.does.verifies(),
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
            file.file_name().to_string_lossy().starts_with(kind) && marks(&text).is_empty() == (kind == "good")
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
        let can_be_bad = !(model.uses.is_empty() && model.settings.is_empty())
            || model.conversions.iter().any(|c| !c.value.as_slice().is_empty());
        assert!(has(folder, "good"), "{library} has no good fixture");
        assert!(!can_be_bad || has(bad, "bad"), "{library} has no bad fixture");
    }
}
