//! `jotlint.toml`: where it is looked for, what it changes, and what goes before it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A repository with a weak secret in `api/app.js`.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("shop/.git")).expect("folders");
    fs::create_dir_all(folder.path().join("shop/api")).expect("folders");
    write(&folder, "shop/api/app.js", "require('jsonwebtoken').sign({}, 'changeme')\n");
    folder
}

fn write(folder: &TempDir, path: &str, text: &str) {
    fs::write(folder.path().join(path), text).expect("a file");
}

fn check(folder: &TempDir, place: &str, arguments: &[&str]) -> Output {
    let jotlint = env!("CARGO_BIN_EXE_jotlint");
    let place = folder.path().join(Path::new(place));
    Command::new(jotlint).arg("check").args(arguments).current_dir(place).output().expect("jotlint")
}

#[track_caller]
fn status(folder: &TempDir, place: &str, arguments: &[&str]) -> Option<i32> {
    check(folder, place, arguments).status.code()
}

#[test]
fn the_nearest_in_the_repository_counts_unless_the_command_line_says_otherwise() {
    let folder = project();
    // What stands above the repository is somebody else's.
    write(&folder, "jotlint.toml", "fail-on = \"never\"\n");
    assert_eq!(status(&folder, "shop/api", &[]), Some(1));
    write(&folder, "shop/.jotlint.toml", "fail-on = \"never\"\n");
    assert_eq!(status(&folder, "shop/api", &[]), Some(0));
    assert_eq!(status(&folder, "shop/api", &["--fail-on", "error"]), Some(1));
    assert_eq!(status(&folder, "shop/api", &["--no-config"]), Some(1));
    write(&folder, "shop/api/jotlint.toml", "ignore = [\"weak-secret\", \"hardcoded-secret\"]\n");
    assert_eq!(status(&folder, "shop/api", &[]), Some(0));
    assert_eq!(status(&folder, "shop", &["--fail-on", "error"]), Some(1));
    assert_eq!(status(&folder, "shop/api", &["--select", "weak-secret"]), Some(1));
    assert_eq!(status(&folder, "shop/api", &["--config", "../../jotlint.toml"]), Some(0));
}

#[test]
fn what_is_wrong_with_it_is_said_in_one_line() {
    let folder = project();
    for (text, words) in [
        ("fail-on = \"error\"\nselekt = []\n", "jotlint.toml:2"),
        ("select = [\"weak-secrets\"]\n", "`weak-secret` exists"),
        ("max-file-size = \"huge\"\n", "4096"),
    ] {
        write(&folder, "shop/jotlint.toml", text);
        let done = check(&folder, "shop", &[]);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains(words) && said.lines().count() == 1 && done.stdout.is_empty(), "{said}");
    }
    assert_eq!(status(&folder, "shop/api", &["--config", "none.toml"]), Some(2));
}
