//! What manifests say beside the code: which version of a library is in use, and that a project is such a library itself.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// The findings in files with these texts, as `path:line rule context`.
#[track_caller]
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let folder = TempDir::new().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).expect("folders");
        fs::write(path, text).expect("a file");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_jotlint"))
        .args(["check", "--format", "json", "."])
        .current_dir(folder.path())
        .output()
        .expect("jotlint runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let found = report["findings"].as_array().expect("findings").iter();
    found
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            format!("{}:{} {} {}", text("path"), finding["line"], text("rule"), text("context"))
        })
        .collect()
}

const VERIFIES: &str = "def read(token) = JWT.decode(token, ENV['JWT_KEY'])\n";

#[test]
fn the_version_in_use_decides_what_a_call_does() {
    let trusting = ["app.rb:1 missing-algorithms production"];
    for (manifest, text) in [
        ("Gemfile", "gem 'jwt', '~> 1.5'\n"),
        ("Gemfile.lock", "GEM\n  specs:\n    jwt (1.5.6)\n"),
        ("shop.gemspec", "Gem::Specification.new { |s| s.add_dependency 'jwt', '>= 1.5' }\n"),
    ] {
        assert_eq!(findings(&[("app.rb", VERIFIES), (manifest, text)]), trusting, "{manifest}");
    }
    for (manifest, text) in [
        ("Gemfile", "gem 'jwt'\n"),
        ("Gemfile.lock", "GEM\n  specs:\n    jwt (2.2.3)\n"),
        ("package.json", r#"{"dependencies": {"jwt": "1.5.6"}}"#),
    ] {
        let none: [&str; 0] = [];
        assert_eq!(findings(&[("app.rb", VERIFIES), (manifest, text)]), none, "{manifest}");
    }
}

#[test]
fn the_source_of_a_library_is_not_somebody_using_it() {
    let source = "def peek(token) = JWT.decode(token, nil, false)\n";
    let used = ["lib/a.rb:1 unverified-decode production"];
    let spec = |name: &str| format!("Gem::Specification.new do |spec|\n  spec.name = '{name}'\nend\n");
    assert_eq!(findings(&[("lib/a.rb", source), ("a.gemspec", &spec("shop"))]), used);
    let none: [&str; 0] = [];
    assert_eq!(findings(&[("lib/a.rb", source), ("a.gemspec", &spec("jwt"))]), none);
    let source = "import jwt\n\ndef peek(token):\n    return jwt.decode(token, options={'verify_signature': False})\n";
    for manifest in ["[project]\nname = 'PyJWT'\n", "[tool.poetry]\nname = 'pyjwt'\n"] {
        assert_eq!(findings(&[("jwt/a.py", source), ("pyproject.toml", manifest)]), none);
    }
    assert_eq!(findings(&[("jwt/a.py", source), ("pyproject.toml", "[project]\nname = 'shop'\n")]).len(), 1);
}

/// An application's general secret is a JWT key where code shows it; a file can configure its tests too.
#[test]
fn a_setting_that_code_signs_with_is_a_key() {
    let signs = "JWT.encode({ sub: 1 }, Rails.application.secrets.secret_key_base)\n";
    let settings = "\
        production:
  secret_key_base: 4ba0dd24b09bb7d6d1a1a1c11c41e0c9b61b9b1d6c4f0c8e1d5ad1c7e7a0f3958f2e
\
        test:
  secret_key_base: e0a1f6bb9c7d3a5520c6f4d8b1927e4fa6c0d93b71582f4e6a9d0c3b5f7182946edb
";
    assert_eq!(
        findings(&[("app.rb", signs), ("config/secrets.yml", settings)]),
        ["config/secrets.yml:2 hardcoded-secret production", "config/secrets.yml:4 hardcoded-secret test"]
    );
    assert!(findings(&[("app.rb", "cookies.encrypted[:a] = 1\n"), ("config/secrets.yml", settings)]).is_empty());
}
