//! `check --since REV`: what a branch changes, up to the working tree.

mod git;

use git::{Repo, Report, STRONG, command, git, jotlint, succeed, write};

const WEAK: &str = "require('jsonwebtoken').sign({}, 'changeme')\n";

/// A repository whose branch `topic` leaves `main` at a commit with one finding; both have gone on since.
fn branched() -> Repo {
    let repo = Repo::empty();
    repo.write("old.js", format!("{WEAK}\n\n")).write("src/app.js", "exports.answer = 42\n").commit("first", 1);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("src/committed.js", WEAK).commit("topic", 2);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("elsewhere.js", WEAK).commit("main", 3);
    repo.git(&["checkout", "-q", "topic"]);
    repo
}

#[test]
fn committed_staged_changed_and_new_files_count_and_what_the_other_branch_did_does_not() {
    let repo = branched();
    repo.write("src/staged.js", WEAK).git(&["add", "."]);
    repo.write("src/app.js", WEAK)
        .write("src/new.js", WEAK)
        .write(".gitignore", "ignored.js\n")
        .write("ignored.js", WEAK);
    let report = repo.check(&["--since", "main"]);
    let files = ["src/app.js", "src/committed.js", "src/new.js", "src/staged.js"];
    assert_eq!(report.found(), files.map(|file| format!("weak-secret {file}:1")));
    assert_eq!(report.json["summary"]["files"], 5, "and .gitignore");
}

#[test]
fn what_was_committed_and_is_gone_again_is_no_change() {
    let repo = branched();
    repo.git(&["rm", "-q", "src/committed.js"]);
    let report = repo.check(&["--since", "main"]);
    assert_eq!((report.found().len(), report.status), (0, 0));
    assert!(report.stderr.contains("nothing has changed since `main`"), "{}", report.stderr);
}

#[test]
fn since_the_commit_that_is_checked_out_only_the_working_tree_counts() {
    let repo = Repo::new();
    repo.write("src/app.js", WEAK);
    assert_eq!(repo.check(&["--since", "HEAD"]).found(), ["weak-secret src/app.js:1"]);
}

#[test]
fn changed_lines_only() {
    let repo = branched();
    repo.write("old.js", format!("{WEAK}\n\n{WEAK}"));
    repo.git(&["mv", "src/app.js", "src/moved.js"]);
    let all = ["weak-secret old.js:1", "weak-secret old.js:4", "weak-secret src/committed.js:1"];
    assert_eq!(repo.check(&["--since", "main"]).found(), all);
    assert_eq!(repo.check(&["--since", "main", "--diff-lines"]).found(), all[1..]);
}

/// A literal on a line that stays becomes a key by a line that changes.
#[test]
fn a_finding_belongs_to_the_lines_that_bring_it() {
    let repo = Repo::empty();
    repo.write("app.js", "const word = 'changeme'\nexports.word = word\n").commit("first", 1);
    repo.write("app.js", "const word = 'changeme'\nrequire('jsonwebtoken').sign({}, word)\n");
    let report = repo.check(&["--since", "HEAD", "--diff-lines"]);
    assert_eq!(report.found(), ["weak-secret app.js:1"]);
}

#[test]
fn a_renamed_file_brings_no_lines() {
    let repo = branched();
    repo.write("src/committed.js", format!("exports.one = 1\nexports.two = 2\nexports.three = 3\n{WEAK}"));
    repo.git(&["mv", "old.js", "src/renamed.js"]);
    assert_eq!(repo.check(&["--since", "main"]).findings().len(), 2);
    assert_eq!(repo.check(&["--since", "main", "--diff-lines"]).found(), ["weak-secret src/committed.js:4"]);
}

#[test]
fn code_that_has_not_changed_says_what_a_changed_variable_is() {
    let repo = Repo::empty();
    repo.write("src/sign.js", "require('jsonwebtoken').sign({}, process.env.MAGIC_WORD)\n");
    repo.write(".env", "MAGIC_WORD=\n").commit("first", 1);
    repo.write(".env", format!("MAGIC_WORD={STRONG}\n"));
    assert_eq!(repo.check(&["--since", "HEAD"]).found(), ["committed-env-file .env:1"]);
    assert_eq!(repo.check(&["--since", "HEAD"]).json["summary"]["files"], 1);
}

#[test]
fn code_that_has_not_changed_says_what_a_changed_definition_is() {
    let repo = branched();
    repo.write("sign.py", "import jwt\nfrom settings import session\njwt.encode({}, session['key'])\n");
    repo.commit("code", 5);
    repo.git(&["branch", "-q", "base"]);
    repo.write("settings.py", "session = {'key': 'correct-horse'}\nmail = {'key': 'battery-staple'}\n");
    assert_eq!(repo.check(&["--since", "base"]).found(), ["weak-secret settings.py:1"]);
}

#[test]
fn any_folder_of_the_repository_will_do() {
    let repo = branched();
    repo.write("new.js", WEAK);
    let mut check = jotlint(&repo.path("src"), &["check", "--format", "json", "--since", "main"]);
    assert_eq!(Report::of(&mut check).found(), ["weak-secret ../new.js:1", "weak-secret committed.js:1"]);
    assert_eq!(Report::of(check.arg(".")).found(), ["weak-secret committed.js:1"]);
}

#[test]
fn a_worktree_and_a_detached_head() {
    let repo = branched();
    repo.git(&["worktree", "add", "-q", "--detach", "../side", "topic"]);
    let side = repo.root.parent().expect("a folder").join("side");
    write(&side.join("new.js"), WEAK);
    let report = Report::of(&mut jotlint(&side, &["check", "--format", "json", "--since", "main"]));
    assert_eq!(report.found(), ["weak-secret new.js:1", "weak-secret src/committed.js:1"]);
}

/// The command the message names helps.
#[test]
fn a_shallow_clone_is_told_what_to_fetch() {
    let repo = branched();
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("file://{}", repo.root.display());
    git(folder.path(), &["clone", "-q", "--depth", "1", "--branch", "topic", &address, "clone"]);
    let clone = folder.path().join("clone");
    let check = || Report::of(&mut jotlint(&clone, &["check", "--format", "json", "--since", "origin/main"]));
    let run_remedy = |report: Report| {
        report.refused("this clone is shallow");
        let fetch = report.stderr.split('`').find(|part| part.starts_with("git fetch")).expect("a command").to_owned();
        succeed(command("sh", &clone).args(["-c", &fetch]));
    };
    run_remedy(check());
    assert_eq!(check().found(), ["weak-secret src/committed.js:1"]);

    git(folder.path(), &["clone", "-q", "--depth", "1", "--no-single-branch", "--branch", "topic", &address, "both"]);
    let both = folder.path().join("both");
    let check = || Report::of(&mut jotlint(&both, &["check", "--format", "json", "--since", "origin/main"]));
    let report = check();
    report.refused("no commit in common");
    let fetch = report.stderr.split('`').find(|part| part.starts_with("git fetch")).expect("a command");
    succeed(command("sh", &both).args(["-c", fetch]));
    assert_eq!(check().found(), ["weak-secret src/committed.js:1"]);
}

#[test]
fn where_it_cannot_look_it_says_so() {
    let repo = branched();
    repo.check(&["--since", "no-such-branch"]).refused("no commit is called `no-such-branch`");
    repo.check(&["--since", "main:old.js"]).refused("main:old.js");
    repo.git(&["checkout", "-q", "--orphan", "alone"]);
    repo.check(&["--since", "main"]).refused("there is no commit yet");
    repo.commit("alone", 4);
    repo.check(&["--since", "main"]).refused("no commit in common");
    let folder = tempfile::tempdir().expect("a folder");
    Report::of(&mut jotlint(folder.path(), &["check", "--since", "main"])).refused("not in a git repository");
    repo.check(&["--since", "main", "--staged"]).refused("cannot be used with");
    repo.check(&["--diff-lines"]).refused("--staged");
}
