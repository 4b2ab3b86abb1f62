//! Annotated sources: every rule document's examples, and the fixtures of every library.
//!
//! A comment `~ rule` marks the line a finding of that rule stands on, `~^ rule` the line above it; several rules are
//! separated by commas. What is not marked must stay clean.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jotlint::check::{self, Input, Options};
use jotlint::source::tree;
use jotlint::{language, rule_document};

type Marks = BTreeSet<(usize, String)>;

/// The findings in a folder or file, as (path relative to `root`, line, rule).
fn findings(root: &Path, adjacent: bool) -> Vec<(PathBuf, usize, String)> {
    let options = Options {
        input: Input::Tree(vec![root.to_owned()]),
        tree: tree::Options::default(),
        select: Vec::new(),
        ignore: Vec::new(),
        adjacent,
        line_hashes: false,
        progress: &|| {},
    };
    let outcome = check::check(&options).unwrap();
    let relative = |path: &str| Path::new(path).strip_prefix(root).map_or_else(|_| PathBuf::from(path), Path::to_owned);
    outcome
        .findings
        .into_iter()
        .map(|finding| (relative(&finding.path), finding.region.line, finding.rule.to_owned()))
        .collect()
}

fn marks(source: &str) -> Marks {
    rule_document::marks(source).into_iter().collect()
}

fn compare(what: &str, expected: &Marks, found: &Marks, failures: &mut Vec<String>) {
    for (line, rule) in expected.difference(found) {
        failures.push(format!("{what}:{line}: {rule} is missing"));
    }
    for (line, rule) in found.difference(expected) {
        failures.push(format!("{what}:{line}: {rule} is not expected"));
    }
}

fn report(failures: &[String]) {
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_example_of_every_rule_document_is_found_and_nothing_else() {
    let mut failures = Vec::new();
    let mut checked = 0;
    for document in rule_document::all() {
        for example in document.examples.iter().filter(|example| example.tested) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(&example.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &example.source).unwrap();
            let found = findings(folder.path(), false).into_iter().map(|(_, line, rule)| (line, rule)).collect();
            let expected = example.marks.iter().cloned().collect();
            compare(&format!("rules/{}.md {}", document.id, example.path), &expected, &found, &mut failures);
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} examples");
    report(&failures);
}

/// The fixtures in a folder, copied to where no repository has an opinion on them.
fn fixtures(folder: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        fs::create_dir_all(copy.path().join(&folder)).unwrap();
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            // What stands beside JSON Web Tokens is not looked for unless asked.
            if path == Path::new("adjacent") {
                continue;
            }
            if root.join(&path).is_dir() {
                open.push(path);
            } else {
                fs::copy(root.join(&path), copy.path().join(&path)).unwrap();
            }
        }
    }
    copy
}

#[test]
fn every_fixture_is_found_and_nothing_else() {
    compare_fixtures("fixtures", false, 90);
}

#[test]
fn every_adjacent_fixture_is_found_when_asked_for() {
    compare_fixtures("fixtures/adjacent", true, 5);
}

fn compare_fixtures(folder: &str, adjacent: bool, at_least: usize) {
    let copy = fixtures(folder);
    let root = copy.path();
    let mut failures = Vec::new();
    let mut checked = 0;
    let mut found: std::collections::BTreeMap<PathBuf, Marks> = Default::default();
    for (path, line, rule) in findings(root, adjacent) {
        found.entry(path).or_default().insert((line, rule));
    }
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            if language::Language::of_path(&path) == language::Language::Text {
                continue;
            }
            let relative = path.strip_prefix(root).unwrap();
            let empty = Marks::new();
            let expected = marks(&fs::read_to_string(&path).unwrap());
            compare(&relative.display().to_string(), &expected, found.get(relative).unwrap_or(&empty), &mut failures);
            checked += 1;
        }
    }
    assert!(checked > at_least, "only {checked} fixtures");
    report(&failures);
}

/// Every library that is modelled has a fixture in which something is found and one in which nothing is.
#[test]
fn every_library_has_a_bad_and_a_good_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for model in fs::read_dir(root.join("rules/libraries/javascript")).unwrap() {
        let model = model.unwrap().path();
        let text = fs::read_to_string(&model).unwrap();
        if !text.contains("[[use]]") || text.contains("adjacent = true") {
            continue;
        }
        // The models of one package's generations share its fixtures.
        let name = model.file_stem().unwrap().to_str().unwrap();
        let package = match name.rsplit_once('-') {
            Some((package, generation)) if generation.bytes().all(|byte| byte.is_ascii_digit()) => package,
            _ => name,
        };
        let folder = root.join("fixtures/javascript").join(package);
        let sources: Vec<String> = fs::read_dir(&folder)
            .unwrap_or_else(|_| panic!("{} has no fixtures", model.display()))
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        assert!(sources.iter().any(|source| !marks(source).is_empty()), "{} has no bad fixture", folder.display());
        assert!(sources.iter().any(|source| marks(source).is_empty()), "{} has no good fixture", folder.display());
    }
}
