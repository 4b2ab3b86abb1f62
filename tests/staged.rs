//! `check --staged`: what git's index holds, in the places where hooks run.

mod git;

use std::fs;

use git::{Repo, Report, STRONG, command, git, jotlint, succeed, write};
use serde_json::Value;

const WEAK: &str = "require('jsonwebtoken').sign({}, 'changeme')\n";
const CLEAN: &str = "exports.answer = 43\n";

/// What was skipped as `path: reason`, in order.
fn skipped(report: &Report) -> Vec<String> {
    let skipped = report.json["summary"]["skipped"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    skipped.map(|skipped| format!("{}: {}", text(&skipped["path"]), text(&skipped["reason"]))).collect()
}

#[test]
fn the_blob_in_the_index_counts_and_not_the_file_on_disk() {
    let repo = Repo::new();
    repo.write("src/app.js", WEAK).git(&["add", "."]);
    repo.write("src/app.js", CLEAN);
    repo.write("src/other.js", WEAK);
    let report = repo.check(&["--staged"]);
    assert_eq!(report.found(), ["weak-secret src/app.js:1"]);
    assert_eq!(report.status, 1);
    assert_eq!(report.json["summary"]["files"], 1);
}

#[test]
fn only_what_is_added_modified_or_renamed_counts() {
    let repo = Repo::empty();
    repo.write("old.js", WEAK).write("kept.js", WEAK).write("gone.js", WEAK).write("changed.js", CLEAN);
    repo.commit("first", 1);
    repo.git(&["mv", "old.js", "new.js"]);
    repo.git(&["rm", "-q", "gone.js"]);
    repo.write("changed.js", format!("\n{WEAK}")).write("added.js", WEAK).git(&["add", "."]);
    let report = repo.check(&["--staged"]);
    assert_eq!(report.found(), ["weak-secret added.js:1", "weak-secret changed.js:2", "weak-secret new.js:1"]);
}

/// What the index remembers of folders says which have to be looked into.
#[test]
fn folders_that_have_not_changed_are_left_out_and_no_others() {
    let repo = Repo::empty();
    for path in ["a/b/c/one.js", "a/b/two.js", "a/three.js", "a.js", "a-b/four.js", "file/was/here.js", "z.js"] {
        repo.write(path, WEAK);
    }
    repo.write("folder", CLEAN).commit("first", 1);
    let found = |repo: &Repo| repo.check(&["--staged"]).found();
    assert_eq!(found(&repo), [""; 0]);
    // As git leaves it after a commit, with all it remembers, and after one file in a folder is staged.
    repo.write("a/b/c/one.js", format!("\n{WEAK}")).git(&["add", "."]);
    assert_eq!(found(&repo), ["weak-secret a/b/c/one.js:2"]);
    repo.commit("second", 2);
    assert_eq!(found(&repo), [""; 0]);
    // A folder where a file was, a file where a folder was, one between them in the order of names.
    repo.git(&["rm", "-q", "-r", "folder", "file"]);
    repo.write("folder/new.js", WEAK).write("file", CLEAN).write("a.b/new.js", WEAK).git(&["add", "."]);
    assert_eq!(found(&repo), ["weak-secret a.b/new.js:1", "weak-secret folder/new.js:1"]);
    repo.commit("third", 3);
    // What is only meant to be added.
    repo.write("meant.js", WEAK).git(&["add", "-N", "meant.js"]);
    assert_eq!(found(&repo), [""; 0]);
    repo.write("a/b/five.js", WEAK).git(&["add", "a"]);
    assert_eq!(found(&repo), ["weak-secret a/b/five.js:1"]);
}

#[test]
fn every_form_of_the_index() {
    for form in [&["--index-version", "4"][..], &["--split-index"], &["--untracked-cache"], &["--force-write-index"]] {
        let repo = Repo::empty();
        repo.write("old/app.js", WEAK).write("other/app.js", CLEAN).commit("first", 1);
        repo.git(&[&["update-index"], form].concat());
        repo.write("new/app.js", WEAK).git(&["add", "."]);
        assert_eq!(repo.check(&["--staged"]).found(), ["weak-secret new/app.js:1"], "{form:?}");
    }
    let repo = Repo::empty();
    repo.write("old/app.js", WEAK).write("other/deep/app.js", CLEAN).commit("first", 1);
    repo.git(&["sparse-checkout", "init", "--cone", "--sparse-index"]);
    repo.git(&["sparse-checkout", "set", "old"]);
    repo.write("old/new.js", WEAK).git(&["add", "old"]);
    assert_eq!(repo.check(&["--staged"]).found(), ["weak-secret old/new.js:1"]);
}

#[test]
fn a_damaged_index_is_no_clean_one() {
    let repo = Repo::new();
    repo.write("app.js", WEAK).git(&["add", "."]);
    let path = repo.path(".git/index");
    let bytes = fs::read(&path).expect("an index");
    for damaged in [&b"DIRC"[..], b"no index", &bytes[..bytes.len() / 2], &[0xff; 4096]] {
        fs::write(&path, damaged).expect("written");
        repo.check(&["--staged"]).refused("index");
    }
}

#[test]
fn nothing_staged_is_said_and_is_no_failure() {
    let report = Repo::new().check(&["--staged"]);
    assert_eq!((report.status, report.findings().len()), (0, 0));
    assert!(report.stderr.contains("nothing is staged"), "{}", report.stderr);
}

#[test]
fn a_repository_without_a_commit() {
    let repo = Repo::empty();
    repo.write("app.js", WEAK).git(&["add", "."]);
    assert_eq!(repo.check(&["--staged"]).found(), ["weak-secret app.js:1"]);
}

#[test]
fn a_staged_env_file_is_a_committed_one() {
    let repo = Repo::new();
    repo.write(".env", format!("PORT=1\nJWT_SECRET={STRONG}\n")).git(&["add", "-f", ".env"]);
    assert_eq!(repo.check(&["--staged"]).found(), ["committed-env-file .env:2"]);
    repo.git(&["rm", "-q", "--cached", ".env"]);
    assert_eq!(repo.check(&["--staged"]).found(), [""; 0], "it is on disk only");
}

/// Code that is not staged says that the variable is a key; as it stands in the working tree.
#[test]
fn code_elsewhere_says_what_a_staged_variable_is() {
    let repo = Repo::new();
    repo.write("src/sign.js", "require('jsonwebtoken').sign({}, process.env.MAGIC_WORD)\n");
    repo.commit("code", 2);
    repo.write(".env", format!("MAGIC_WORD={STRONG}\n")).git(&["add", "-f", ".env"]);
    assert_eq!(repo.check(&["--staged"]).found(), ["committed-env-file .env:1"]);
}

/// In the staged file itself nothing tells that it is about tokens.
#[test]
fn code_elsewhere_says_what_a_staged_definition_is() {
    let repo = Repo::new();
    repo.write(
        "src/sign.js",
        "const config = require('./config')\nrequire('jsonwebtoken').sign({}, config.session.key)\n",
    );
    repo.commit("code", 2);
    let config = "module.exports = { session: { key: 'correct-horse' }, mail: { key: 'battery-staple' } }\n";
    repo.write("src/config.js", config).git(&["add", "."]);
    repo.write("src/config.js", CLEAN);
    assert_eq!(repo.check(&["--staged"]).found(), ["weak-secret src/config.js:1"]);
}

#[test]
fn staged_code_says_what_a_staged_definition_is() {
    let repo = Repo::new();
    repo.write("config.js", "module.exports = { session: { phrase: 'correct-horse' } }\n")
        .write("sign.js", "const { session } = require('./config')\nrequire('jsonwebtoken').sign({}, session.phrase)\n")
        .git(&["add", "."]);
    assert_eq!(repo.check(&["--staged"]).found(), ["weak-secret config.js:1"]);
}

#[test]
fn code_elsewhere_says_what_a_variable_in_staged_configuration_is() {
    let repo = Repo::new();
    repo.write("src/sign.js", "require('jsonwebtoken').sign({}, process.env.MAGIC_WORD)\n");
    repo.commit("code", 2);
    for (path, text, found) in [
        (
            "compose.yml",
            "services:\n  api:\n    environment:\n      - MAGIC_WORD=changeme\n",
            "weak-secret compose.yml:4",
        ),
        ("k8s.yaml", "env:\n  MAGIC_WORD: \"changeme\"\n", "weak-secret k8s.yaml:2"),
        ("Dockerfile", "FROM scratch\nENV MAGIC_WORD changeme\n", "weak-secret Dockerfile:2"),
    ] {
        repo.write(path, text).git(&["add", path]);
        assert_eq!(repo.check(&["--staged"]).found(), [found]);
        repo.git(&["rm", "-q", "-f", path]);
    }
    repo.write("compose.yml", "environment:\n  - OTHER_WORD=changeme\n").git(&["add", "."]);
    assert_eq!(repo.check(&["--staged"]).found(), [""; 0]);
}

#[test]
fn any_folder_of_the_repository_will_do_and_paths_limit_it() {
    let repo = Repo::new();
    repo.write("api/src/deep/app.js", WEAK).write("web/app.js", WEAK).git(&["add", "."]);
    let api = repo.path("api/src");
    let run =
        |arguments: &[&str]| Report::of(jotlint(&api, &["check", "--format", "json", "--staged"]).args(arguments));
    assert_eq!(run(&[]).found(), ["weak-secret ../../web/app.js:1", "weak-secret deep/app.js:1"]);
    assert_eq!(run(&["."]).found(), ["weak-secret deep/app.js:1"]);
    assert_eq!(run(&["../../web"]).found(), ["weak-secret ../../web/app.js:1"]);
    run(&[".", "/"]).refused("outside the repository");
}

/// Hooks set these variables; `git commit FILE` runs them with an index of its own.
#[test]
fn the_environment_of_hooks_counts() {
    let repo = Repo::new();
    repo.write("staged.js", WEAK).git(&["add", "."]);
    let index = repo.path(".git/index.other");
    fs::copy(repo.path(".git/index"), &index).expect("a copy");
    repo.write("partial.js", WEAK);
    let mut add = command("git", &repo.root);
    succeed(add.args(["add", "partial.js"]).env("GIT_INDEX_FILE", &index));
    repo.git(&["reset", "-q"]);
    let run = |folder: &str, git_dir: &str, index: &str| {
        let mut check = jotlint(&repo.path(folder), &["check", "--format", "json", "--staged"]);
        Report::of(check.env("GIT_DIR", git_dir).env("GIT_INDEX_FILE", index)).found()
    };
    let expected = ["weak-secret partial.js:1", "weak-secret staged.js:1"];
    assert_eq!(run(".", ".git", ".git/index.other"), expected);
    assert_eq!(run(".", repo.path(".git").to_str().expect("a path"), index.to_str().expect("a path")), expected);
    // As git names it to a hook that goes into a folder.
    let mut check = jotlint(&repo.path("src"), &["check", "--format", "json", "--staged"]);
    let report = Report::of(check.env("GIT_INDEX_FILE", ".git/index.other"));
    assert_eq!(report.findings().len(), 2, "{}", report.stderr);
}

#[test]
fn a_hook_of_git_stops_a_bad_commit_and_lets_a_good_one_pass() {
    let repo = Repo::new();
    let hook = repo.path(".git/hooks/pre-commit");
    write(&hook, format!("#!/bin/sh\nexec '{}' check --staged\n", env!("CARGO_BIN_EXE_jotlint")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("permissions");
    }
    repo.write("src/app.js", WEAK).write("src/clean.js", CLEAN).git(&["add", "."]);
    let commit = |arguments: &[&str]| {
        command("git", &repo.path("src")).args(["commit", "-q", "-m", "x"]).args(arguments).output().expect("it runs")
    };
    let bad = commit(&[]);
    assert!(!bad.status.success());
    let said = String::from_utf8_lossy(&bad.stderr) + String::from_utf8_lossy(&bad.stdout);
    assert!(said.contains("weak-secret"), "{said}");
    assert!(!commit(&["-a"]).status.success(), "all of it is bad");
    let good = commit(&["clean.js"]);
    assert!(good.status.success(), "only what this commit takes: {}", String::from_utf8_lossy(&good.stderr));
}

#[test]
fn a_worktree_has_its_own_index() {
    let repo = Repo::new();
    repo.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    let side = repo.root.parent().expect("a folder").join("side");
    write(&side.join("app.js"), WEAK);
    git(&side, &["add", "."]);
    let report = Report::of(&mut jotlint(&side, &["check", "--format", "json", "--staged"]));
    assert_eq!(report.found(), ["weak-secret app.js:1"]);
    assert_eq!(repo.check(&["--staged"]).found(), [""; 0]);
}

#[test]
fn a_submodule_has_its_own_index_and_is_no_file_of_the_outer_one() {
    let (inner, outer) = (Repo::new(), Repo::new());
    let address = inner.root.to_str().expect("a path");
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", address, "lib"]);
    outer.write("lib/app.js", WEAK);
    let lib = outer.path("lib");
    git(&lib, &["add", "."]);
    let within = Report::of(&mut jotlint(&lib, &["check", "--format", "json", "--staged"]));
    assert_eq!(within.found(), ["weak-secret app.js:1"]);
    let without = outer.check(&["--staged"]);
    assert_eq!(without.found(), [""; 0]);
    assert_eq!(skipped(&without), ["lib: submodule"]);
}

#[test]
fn changed_lines_only() {
    let repo = Repo::empty();
    repo.write("app.js", format!("{WEAK}\n\n")).commit("first", 1);
    repo.write("app.js", format!("{WEAK}\n\n{WEAK}")).git(&["add", "."]);
    assert_eq!(repo.check(&["--staged"]).findings().len(), 2);
    assert_eq!(repo.check(&["--staged", "--diff-lines"]).found(), ["weak-secret app.js:4"]);
}

#[test]
fn where_it_cannot_look_it_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let staged = ["check", "--format", "json", "--staged"];
    Report::of(&mut jotlint(folder.path(), &staged)).refused("not in a git repository");

    git(folder.path(), &["init", "-q", "--bare", "bare.git"]);
    Report::of(&mut jotlint(&folder.path().join("bare.git"), &staged)).refused("bare repository");

    let future = Repo::new();
    let mut index = fs::read(future.path(".git/index")).expect("an index");
    index[7] = 9;
    fs::write(future.path(".git/index"), index).expect("a file");
    future.check(&["--staged"]).refused("index");

    let cut = Repo::new();
    let index = fs::read(cut.path(".git/index")).expect("an index");
    fs::write(cut.path(".git/index"), &index[..index.len() / 2]).expect("a file");
    cut.check(&["--staged"]).refused("index");

    let headless = Repo::new();
    fs::write(headless.path(".git/refs/heads/main"), format!("{}\n", "12".repeat(20))).expect("a file");
    headless.check(&["--staged"]).refused("the git repository cannot be read");
}

#[test]
fn a_staged_object_that_is_gone_is_no_clean_file() {
    let repo = Repo::new();
    repo.write("app.js", WEAK).git(&["add", "."]);
    let id = repo.git(&["rev-parse", ":app.js"]);
    fs::remove_file(repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))).expect("removed");
    repo.check(&["--staged"]).refused("app.js is staged and cannot be read");
}

#[test]
fn a_merge_that_is_not_done() {
    let repo = Repo::new();
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.write("src/app.js", "exports.answer = 1\n").commit("other", 2);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("src/app.js", "exports.answer = 2\n").commit("main", 3);
    assert!(!command("git", &repo.root).args(["merge", "-q", "other"]).output().expect("it runs").status.success());
    repo.check(&["--staged"]).refused("src/app.js is in conflict");
}

#[test]
fn a_detached_head_and_a_read_only_repository() {
    let repo = Repo::new();
    repo.git(&["checkout", "-q", "--detach"]);
    repo.write("app.js", WEAK).git(&["add", "."]);
    let git_folder = repo.path(".git");
    let mut permissions = fs::metadata(&git_folder).expect("metadata").permissions();
    let before = permissions.clone();
    permissions.set_readonly(true);
    fs::set_permissions(&git_folder, permissions).expect("permissions");
    let report = repo.check(&["--staged"]);
    fs::set_permissions(&git_folder, before).expect("permissions");
    assert_eq!(report.found(), ["weak-secret app.js:1"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_and_links() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.js");
    write(&repo.root.join(name), WEAK);
    std::os::unix::fs::symlink("src/app.js", repo.path("link.js")).expect("a link");
    repo.git(&["add", "."]);
    let report = repo.check(&["--staged"]);
    assert_eq!(report.found(), ["weak-secret caf\u{fffd}.js:1"]);
    assert_eq!(skipped(&report), ["link.js: symbolic link, not followed"]);
}
