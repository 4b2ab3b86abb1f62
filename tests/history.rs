//! `check --history`: every version of every file that git keeps, in real repositories, sound and broken.

mod git;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git::{Repo, Report, STRONG, command, git, jotlint, succeed, write};
use serde_json::Value;

const WEAK: &str = "require('jsonwebtoken').sign({}, 'changeme')\n";
const CLEAN: &str = "exports.answer = 43\n";

/// What a check of the whole history says, without what earlier runs found out.
#[track_caller]
fn history(repo: &Repo) -> Report {
    repo.check(&["--history", "--no-cache"])
}

/// A secret nobody can guess, a different one for each number: bytes of a generator that is good enough for tests.
fn secret(number: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(number as u64 + 1);
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(LETTERS[(state >> 58) as usize])
    };
    (0..43).map(|_| letter()).collect()
}

fn signs_with(secret: &str) -> String {
    format!("require('jsonwebtoken').sign({{}}, '{secret}')\n")
}

/// The paths of the findings with the first commit of each.
fn firsts(report: &Report) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    report.findings().iter().map(|finding| (text(&finding["path"]), text(&finding["commit"]["id"]))).collect()
}

#[track_caller]
fn objects(repo: &Repo) -> (String, String) {
    let counts = repo.git(&["count-objects", "-v"]);
    let count = |name: &str| {
        counts.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).expect("a count").to_owned()
    };
    (count("count:"), count("in-pack:"))
}

/// Committed and later removed, on branches that were merged, in files that were renamed, in packs and beside them.
#[test]
fn twenty_secrets_of_the_past_have_the_right_first_commit() {
    let repo = Repo::new();
    let mut expected = BTreeMap::new();
    let mut day = 2;
    let mut commit = |repo: &Repo, message: &str| {
        day += 1;
        repo.commit(message, day)
    };
    // Plain: added in one commit, changed around, removed in another.
    for number in 0..8 {
        let path = format!("src/plain{number}.js");
        let id = (repo.write(&path, signs_with(&secret(number))), commit(&repo, "add")).1;
        expected.insert(path.clone(), id);
        repo.write(&path, format!("// more\n{}", signs_with(&secret(number))));
        commit(&repo, "change");
    }
    repo.git(&["gc", "-q", "--prune=now"]);
    for number in 0..8 {
        repo.write(&format!("src/plain{number}.js"), CLEAN);
    }
    commit(&repo, "remove");
    // On branches, brought in by merges.
    for number in 8..14 {
        let path = format!("lib/merged{number}.js");
        let branch = format!("branch{number}");
        repo.git(&["checkout", "-q", "-b", &branch]);
        let id = (repo.write(&path, signs_with(&secret(number))), commit(&repo, "add")).1;
        expected.insert(path.clone(), id);
        repo.git(&["checkout", "-q", "main"]);
        repo.write(&format!("other{number}.txt"), "x\n");
        commit(&repo, "elsewhere");
        repo.git(&["merge", "-q", "--no-edit", &branch]);
        fs::remove_file(repo.path(&path)).expect("removed");
        commit(&repo, "remove");
        repo.git(&["branch", "-q", "-D", &branch]);
    }
    repo.git(&["repack", "-q", "-d"]);
    // Renamed, then removed: the finding stands where it came.
    for number in 14..18 {
        let path = format!("deep/er/renamed{number}.js");
        let id = (repo.write(&path, signs_with(&secret(number))), commit(&repo, "add")).1;
        expected.insert(path.clone(), id);
        repo.git(&["mv", &path, &format!("moved{number}.js")]);
        commit(&repo, "rename");
        repo.git(&["rm", "-q", &format!("moved{number}.js")]);
        commit(&repo, "remove");
    }
    // In files of the environment.
    for number in 18..20 {
        let path = format!("stage{number}/.env");
        let id = (repo.write(&path, format!("JWT_SECRET={}\n", secret(number))), commit(&repo, "add")).1;
        expected.insert(path.clone(), id);
        repo.git(&["rm", "-q", "-r", &format!("stage{number}")]);
        commit(&repo, "remove");
    }
    let (loose, packed) = objects(&repo);
    assert!(loose != "0" && packed != "0", "{loose} loose and {packed} packed objects");

    let report = history(&repo);
    assert_eq!(report.findings().len(), 20, "{:#?}", report.found());
    assert_eq!(firsts(&report), expected);
    for finding in report.findings() {
        let commit = &finding["commit"];
        assert_eq!((&commit["at_head"], &commit["in_working_tree"]), (&Value::Bool(false), &Value::Bool(false)));
        assert_eq!(commit["reachable"], "refs");
        let shown = repo.git(&[
            "show",
            "-s",
            "--format=%cd",
            "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
            commit["id"].as_str().expect("an id"),
        ]);
        assert_eq!(commit["date"], shown.as_str());
    }
    assert_eq!(report.status, 1);
    assert_eq!(report.json["summary"]["commits"].to_string(), repo.git(&["rev-list", "--all", "--count"]));

    // The same from one pack, and from a pack that only a multi-pack index knows.
    repo.git(&["gc", "-q"]);
    assert_eq!(firsts(&history(&repo)), expected);
    repo.git(&["multi-pack-index", "write"]);
    let pack = repo.path(".git/objects/pack");
    for index in fs::read_dir(&pack)
        .expect("a folder")
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "idx"))
    {
        fs::remove_file(index.path()).expect("removed");
    }
    assert_eq!(firsts(&history(&repo)), expected);
}

#[test]
fn one_secret_in_many_versions_is_one_finding_with_a_first_and_a_last_commit() {
    let repo = Repo::new();
    let mut commits = Vec::new();
    for version in 0..20 {
        repo.write("src/app.js", format!("{}// {version}\n", signs_with(STRONG)));
        commits.push(repo.commit("change", 2 + version));
    }
    repo.write("src/app.js", CLEAN).commit("remove", 30);
    let report = history(&repo);
    assert_eq!(report.found(), ["hardcoded-secret src/app.js:1"]);
    let commit = &report.findings()[0]["commit"];
    assert_eq!(
        (&commit["id"], &commit["last_id"]),
        (&Value::from(commits[0].as_str()), &Value::from(commits[19].as_str()))
    );
}

#[test]
fn what_still_stands_is_a_finding_of_the_working_tree_with_its_first_commit() {
    let repo = Repo::new();
    let first = (repo.write("old.js", signs_with(STRONG)), repo.commit("add", 2)).1;
    repo.git(&["mv", "old.js", "new.js"]);
    repo.write("src/app.js", WEAK).commit("rename", 3);
    repo.write("src/app.js", CLEAN);
    let report = history(&repo);
    assert_eq!(report.found(), ["hardcoded-secret new.js:1", "stale-secret new.js:1", "weak-secret src/app.js:1"]);
    let commit = &report.findings()[0]["commit"];
    assert_eq!((&commit["id"], &commit["in_working_tree"]), (&Value::from(first), &Value::Bool(true)));
    let commit = &report.findings()[2]["commit"];
    assert_eq!((&commit["at_head"], &commit["in_working_tree"]), (&Value::Bool(true), &Value::Bool(false)));
}

#[test]
fn a_secret_that_left_git_and_is_still_used_is_one_of_the_past() {
    let repo = Repo::new();
    repo.write(".env", format!("JWT_SECRET={STRONG}\n")).commit("add", 2);
    repo.git(&["rm", "-q", "--cached", ".env"]);
    repo.write(".gitignore", ".env\n").git(&["add", ".gitignore"]);
    repo.git(&["commit", "-q", "-m", "ignore"]);
    let report = history(&repo);
    assert_eq!(report.found(), ["committed-env-file .env:1"]);
    assert_eq!(report.findings()[0]["commit"]["in_working_tree"], false);
}

#[test]
fn what_only_a_reflog_or_nothing_leads_to_is_found_and_said_so() {
    let repo = Repo::new();
    repo.write("reflog.js", signs_with(&secret(1))).commit("amended away", 2);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let report = history(&repo);
    assert_eq!(report.found(), ["hardcoded-secret reflog.js:1"]);
    assert_eq!(report.findings()[0]["commit"]["reachable"], "reflog");
    assert_eq!(report.json["summary"]["history"]["reflog_commits"], 1);

    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    let report = history(&repo);
    assert_eq!(report.findings()[0]["commit"]["reachable"], "nowhere");
    assert_eq!(report.json["summary"]["history"]["unreachable_commits"], 1);

    // Staged once and never committed: a blob without a name.
    repo.write("dangling.js", signs_with(&secret(2))).git(&["add", "."]);
    let id = repo.git(&["rev-parse", ":dangling.js"]);
    assert!(history(&repo).found().contains(&"hardcoded-secret dangling.js:1".to_owned()), "it is in the working tree");
    repo.git(&["rm", "-q", "-f", "dangling.js"]);
    let report = history(&repo);
    assert_eq!(report.found(), [format!("hardcoded-secret {id}:1"), "hardcoded-secret reflog.js:1".to_owned()]);
    assert_eq!(report.findings()[0]["commit"]["id"], Value::Null);
    assert!(!report.json.to_string().contains("Ada"), "no author is named");
}

#[test]
fn a_second_run_looks_only_at_what_is_new() {
    let repo = Repo::new();
    repo.write("gone.js", signs_with(&secret(1))).write(".env", format!("MAGIC={}\n", secret(2))).commit("add", 2);
    fs::remove_file(repo.path("gone.js")).expect("removed");
    repo.write("src/app.js", format!("// jwt\n{CLEAN}")).commit("remove", 3);
    let run = || repo.check(&["--history"]);
    let cached = |report: &Report| report.json["summary"]["history"]["cached_blobs"].as_u64().expect("a count");
    let strip = |report: &Report| report.json["findings"].clone();
    let first = run();
    assert_eq!((first.found(), cached(&first)), (vec!["hardcoded-secret gone.js:1".to_owned()], 0));
    let second = run();
    assert_eq!(strip(&second), strip(&first));
    assert!(cached(&second) > 0);
    repo.write("readme.md", "news\n").commit("news", 4);
    assert!(cached(&run()) >= cached(&second));

    // What the environment file says is a secret since there is code that uses it.
    repo.write("src/new.js", "require('jsonwebtoken').sign({}, process.env.MAGIC)\n")
        .write("later.js", signs_with(&secret(3)));
    repo.commit("more", 4);
    repo.git(&["rm", "-q", "later.js", ".env"]);
    repo.commit("less", 5);
    let third = run();
    assert_eq!(strip(&third), strip(&history(&repo)));
    assert_eq!(third.findings().len(), 3, "{:?}", third.found());

    // Packed anew, and with another branch at the end of which is something else.
    repo.git(&["gc", "-q"]);
    repo.git(&["checkout", "-q", "-b", "topic", "HEAD~2"]);
    repo.write("topic.js", signs_with(&secret(4))).commit("topic", 6);
    repo.git(&["checkout", "-q", "main"]);
    assert_eq!(strip(&run()), strip(&history(&repo)));
    repo.git(&["branch", "-q", "-D", "topic"]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(strip(&run()), strip(&history(&repo)), "a branch is gone");
    assert_eq!(strip(&run()), strip(&history(&repo)));
}

/// Versions that say the same are read once; what each says counts all the same.
#[test]
fn versions_that_say_the_same_keep_their_commits() {
    let repo = Repo::new();
    let text = |value: &str, version: u32| format!("{}// {version}\n", signs_with(value));
    let (old, new) = (secret(1), secret(2));
    let mut commits = Vec::new();
    for version in 0..6 {
        let value = if version < 4 { &old } else { &new };
        repo.write("src/app.js", text(value, version)).write(".env", format!("JWT_SECRET={old}\nPORT={version}\n"));
        commits.push(repo.commit("change", 2 + version));
    }
    let run = || repo.check(&["--history"]).json["findings"].clone();
    let fresh = || history(&repo).json["findings"].clone();
    assert_eq!(run(), fresh());
    assert_eq!(run(), fresh(), "from what is known");
    // One more that says the same, one that says less, and one that says the same again.
    repo.write("src/app.js", text(&new, 6)).commit("same", 10);
    assert_eq!(run(), fresh());
    repo.write("src/app.js", CLEAN).commit("less", 11);
    repo.write("src/app.js", text(&new, 7)).commit("again", 12);
    let last = repo.write("src/app.js", text(&old, 8)).commit("old", 13);
    repo.write("src/app.js", CLEAN).write(".env", "PORT=1\n").commit("less", 14);
    assert_eq!(run(), fresh());
    let report = repo.check(&["--history"]);
    assert_eq!(report.json["findings"], fresh());
    let commit = report.findings().iter().find(|finding| finding["path"] == "src/app.js").map(|it| &it["commit"]);
    let commit = commit.expect("a finding");
    assert_eq!((&commit["id"], &commit["last_id"]), (&Value::from(commits[0].as_str()), &Value::from(last.as_str())));
}

#[test]
fn versions_that_said_the_same_part_when_code_uses_another_variable() {
    let repo = Repo::new();
    for (day, magic) in [(2, secret(1)), (3, secret(2)), (4, secret(1))] {
        repo.write(".env", format!("JWT_SECRET=hunter2\nMAGIC={magic}\n# {day}\n")).commit("change", day);
    }
    repo.git(&["rm", "-q", ".env"]);
    repo.commit("remove", 5);
    let run = || repo.check(&["--history"]).json["findings"].clone();
    run();
    repo.write("src/new.js", "require('jsonwebtoken').sign({}, process.env.MAGIC)\n").commit("use", 6);
    let report = repo.check(&["--history"]);
    assert_eq!(report.json["findings"], history(&repo).json["findings"]);
    assert_eq!(run(), report.json["findings"]);
}

/// The cache knows a file by the trees that lead to it, in which the same contents can have several names.
#[test]
fn the_same_contents_under_several_names_keep_all_of_them() {
    let repo = Repo::new();
    let text = format!("{}// jwt\n", signs_with("hunter2"));
    for path in ["a.js", "b.js", "one/c.js", "two/c.js", "two/d.js", "three/c.js"] {
        repo.write(path, &text);
    }
    let commit = repo.commit("add", 2);
    let run = || repo.check(&["--history"]);
    let first = run();
    assert_eq!(first.findings().len(), 12, "weak and stale: {:?}", first.found());
    assert_eq!(run().json["findings"], first.json["findings"]);
    repo.write("a.js", CLEAN).commit("change", 3);
    let third = run();
    assert_eq!(third.json["findings"], history(&repo).json["findings"]);
    assert!(third.findings().iter().all(|finding| finding["commit"]["id"] == commit.as_str()));
}

/// A commit can be thrown away and made once more between two runs.
#[test]
fn a_secret_that_comes_back_is_that_of_the_branch() {
    let repo = Repo::new();
    let text = signs_with(&secret(1));
    repo.write("src/gone.js", &text).commit("add", 2);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let first = |report: &Report| report.findings()[0]["commit"].clone();
    assert_eq!(first(&repo.check(&["--history"]))["reachable"], "reflog");
    let commit = repo.write("src/gone.js", &text).commit("add once more", 3);
    let report = repo.check(&["--history"]);
    assert_eq!((&first(&report)["id"], &first(&report)["reachable"]), (&commit.as_str().into(), &"refs".into()));
    assert_eq!(report.json["findings"], history(&repo).json["findings"]);
}

/// What is fetched can be older than what is known.
#[test]
fn an_older_branch_that_comes_later() {
    let repo = Repo::new();
    repo.write("src/app.js", signs_with(&secret(1))).write("b.js", signs_with(&secret(2))).commit("main", 10);
    let run = || repo.check(&["--history"]);
    run();
    repo.git(&["checkout", "-q", "-b", "topic", "HEAD~1"]);
    let same = repo.write("src/app.js", signs_with(&secret(1))).commit("the same", 4);
    let other = repo.write("c.js", format!("// c\n{}", signs_with(&secret(2)))).commit("otherwise", 5);
    repo.git(&["checkout", "-q", "main"]);
    let report = run();
    let first = |path: &str| {
        let finding = report.findings().iter().find(|finding| finding["path"] == path).expect("a finding");
        finding["commit"]["id"].clone()
    };
    assert_eq!((first("src/app.js"), first("b.js")), (same.into(), other.into()));
    assert_eq!(report.json["findings"], history(&repo).json["findings"]);
    assert_eq!(run().json["findings"], report.json["findings"]);
}

/// Checks with what an earlier run found out and without: both say the same, which is given.
#[track_caller]
fn either_way(folder: &Path) -> Report {
    let run = |options: &[&str]| {
        let options = ["check", "--history", "--ignore", "stale-secret", "--format", "json"].iter().chain(options);
        Report::of(&mut jotlint(folder, &options.copied().collect::<Vec<_>>()))
    };
    let report = run(&[]);
    let whole = run(&["--no-cache"]);
    assert_eq!(report.json["findings"], whole.json["findings"]);
    let counts = |report: &Report| {
        let mut counts = report.json["summary"]["history"].clone();
        counts["cached_blobs"] = Value::Null;
        counts
    };
    assert_eq!(counts(&report), counts(&whole));
    report
}

/// A tree is the same object wherever it stands; where it stands says what its files are for.
#[test]
fn a_folder_that_is_copied_or_renamed_has_all_its_names() {
    let copied = Repo::new();
    copied.write("docs/x.js", WEAK).write("lib/x.js", WEAK).commit("add", 2);
    let renamed = Repo::new();
    renamed.write("tests/x.js", WEAK).commit("add", 2);
    renamed.git(&["mv", "tests", "lib"]);
    renamed.commit("rename", 3);
    for repo in [copied, renamed] {
        repo.git(&["rm", "-rq", "--ignore-unmatch", "docs", "lib"]);
        repo.write("y", "").commit("remove", 4);
        for _ in 0..2 {
            let report = either_way(&repo.root);
            assert_eq!((report.found(), report.status), (vec!["weak-secret lib/x.js:1".to_owned()], 1));
        }
    }
    // Also where the folder was known before.
    let known = Repo::new();
    known.write("tests/x.js", WEAK).commit("add", 2);
    either_way(&known.root);
    known.write("lib/x.js", WEAK).commit("copy", 3);
    known.git(&["rm", "-rq", "lib", "tests"]);
    known.commit("remove", 4);
    assert_eq!(either_way(&known.root).found(), ["weak-secret lib/x.js:1"]);
    // And no others: a folder in another one is no root.
    let other = Repo::new();
    other.write("tests/x.js", WEAK).commit("add", 2);
    other.git(&["rm", "-rq", "tests"]);
    other.commit("remove", 3);
    assert_eq!(either_way(&other.root).found(), ["weak-secret tests/x.js:1"]);
}

/// Of many copies the first names are kept, and those that say something else of what the file is for.
#[test]
fn more_copies_than_are_told_of() {
    let repo = Repo::new();
    for number in 0..400 {
        repo.write(&format!("copy{number:03}.txt"), "JWT_SECRET=hunter2\n");
    }
    repo.write("zz.env", "JWT_SECRET=hunter2\n").commit("add", 2);
    repo.git(&["rm", "-rq", "."]);
    repo.commit("remove", 3);
    for day in 4..7 {
        let report = either_way(&repo.root);
        assert_eq!(report.found(), ["committed-env-file zz.env:1", "weak-secret zz.env:1"]);
        repo.write("y", day.to_string()).commit("change", day);
    }
}

#[test]
fn what_was_not_there_comes_later() {
    let repo = Repo::new();
    repo.write("a.js", signs_with(&secret(1))).write("old.js", signs_with(&secret(2))).commit("first", 2);
    repo.git(&["rm", "-q", "old.js"]);
    repo.commit("second", 5);
    repo.write("y", "").commit("third", 6);
    // The commits before those that were fetched.
    let folder = repo.root.parent().expect("a folder");
    let address = format!("file://{}", repo.root.display());
    git(folder, &["clone", "-q", "--depth", "2", &address, "clone"]);
    let clone = folder.join("clone");
    either_way(&clone);
    git(&clone, &["fetch", "-q", "--unshallow"]);
    assert_eq!(either_way(&clone).json["summary"]["history"]["unreachable_commits"], 0);
    // A tree that was lost and is found.
    repo.write("src/b.js", signs_with(&secret(3))).commit("fourth", 7);
    let tree = repo.git(&["rev-parse", "HEAD:src"]);
    let object = repo.root.join(".git/objects").join(&tree.trim()[..2]).join(&tree.trim()[2..]);
    let elsewhere = folder.join("object");
    fs::rename(&object, &elsewhere).expect("to be moved");
    assert_eq!(either_way(&repo.root).json["summary"]["history"]["missing_objects"], 1);
    fs::rename(&elsewhere, &object).expect("to be moved back");
    assert_eq!(either_way(&repo.root).json["summary"]["history"]["missing_objects"], 0);
}

/// New commits can stand on old ones that nothing led to, and hold old trees at an earlier time.
#[test]
fn new_commits_with_what_is_known() {
    let repo = Repo::new();
    let gone = repo.write("a.js", signs_with(&secret(1))).commit("add", 2);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    assert_eq!(either_way(&repo.root).findings()[0]["commit"]["reachable"], "reflog");
    repo.git(&["reset", "-q", "--hard", gone.as_str()]);
    repo.git(&["rm", "-q", "a.js"]);
    repo.commit("remove", 4);
    assert_eq!(either_way(&repo.root).findings()[0]["commit"]["reachable"], "refs");

    let repo = Repo::new();
    repo.git(&["branch", "topic"]);
    repo.write("a.js", signs_with(&secret(1))).commit("add", 8);
    repo.write("y", "").commit("more", 9);
    either_way(&repo.root);
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["read-tree", "-u", "--reset", "main"]);
    let earlier = repo.commit("both at once", 5);
    assert_eq!(either_way(&repo.root).findings()[0]["commit"]["id"], earlier.as_str());
}

/// What only a log leads to is no reason to read everything anew each time.
#[test]
fn an_amended_commit_does_not_cost_the_cache() {
    let repo = Repo::new();
    repo.write("conf/a.js", WEAK).write("conf/n.md", "jwt secret_key: x\n").commit("add", 2);
    repo.git(&["mv", "conf/a.js", "conf/b.js"]);
    repo.git(&["commit", "-q", "--amend", "-m", "again"]);
    either_way(&repo.root);
    for day in 4..7 {
        repo.write("conf/z", day.to_string()).commit("change", day);
        assert_ne!(either_way(&repo.root).json["summary"]["history"]["cached_blobs"], 0);
    }
}

#[test]
fn branches_that_were_merged_and_deleted() {
    let repo = Repo::new();
    let mut lines = String::new();
    for number in 1..=2000 {
        lines += &format!(
            "commit refs/heads/b{number}\nmark :{number}\ncommitter a <a@b> 17000{number:05} +0000\ndata 1\nx\nfrom refs/heads/main^0\n\n"
        );
    }
    lines += "commit refs/heads/main\ncommitter a <a@b> 1800000000 +0000\ndata 1\nm\nfrom refs/heads/main^0\n";
    (1..=2000).for_each(|number| lines += &format!("merge :{number}\n"));
    lines += "\n";
    let stream = repo.root.join("stream");
    fs::write(&stream, lines).expect("a file");
    let mut import = command("git", &repo.root);
    import.args(["fast-import", "--quiet", "--force"]);
    succeed(import.stdin(fs::File::open(&stream).expect("a file")));
    fs::remove_file(&stream).expect("to be removed");
    either_way(&repo.root);
    let branches: Vec<String> =
        (1..=2000).filter(|number| number % 3 == 0).map(|number| format!("b{number}")).collect();
    let delete: Vec<&str> = ["branch", "-q", "-D"].into_iter().chain(branches.iter().map(String::as_str)).collect();
    repo.git(&delete);
    either_way(&repo.root);
}

/// However the clocks of those who commit go, a commit comes after its parents.
#[test]
fn clocks_that_go_wrong() {
    let repo = Repo::new();
    let first = repo.write("a.js", signs_with(&secret(1))).commit("fast", 20);
    repo.write("a.js", format!("// slow\n{}", signs_with(&secret(1)))).commit("slow", 3);
    let run = || repo.check(&["--history"]);
    let commits = |report: &Report| {
        let commit = &report.findings()[0]["commit"];
        (commit["id"].clone(), commit["last_id"].clone())
    };
    assert_eq!(commits(&run()).0, first.as_str());
    let last = repo.write("a.js", format!("// slower\n{}", signs_with(&secret(1)))).commit("slower", 2);
    assert_eq!(commits(&run()), (first.into(), last.into()));
    assert_eq!(run().json["findings"], history(&repo).json["findings"]);
}

#[test]
fn a_log_that_forgets_is_noticed() {
    let repo = Repo::new();
    repo.write("gone.js", signs_with(&secret(1))).commit("add", 2);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let reach = || repo.check(&["--history"]).findings()[0]["commit"]["reachable"].clone();
    assert_eq!(reach(), "reflog");
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(reach(), "nowhere");
    assert_eq!(repo.check(&["--history"]).json["findings"], history(&repo).json["findings"]);
}

/// A setting that was harmless becomes a key by code that is newer.
#[test]
fn new_code_makes_an_old_setting_a_key() {
    let repo = Repo::new();
    let setting = "services:\n  api:\n    environment:\n      SESSION_SECRET: hunter2\n";
    repo.write("compose.yaml", setting).commit("add", 2);
    repo.git(&["rm", "-q", "compose.yaml"]);
    repo.commit("remove", 3);
    assert_eq!(repo.check(&["--history"]).found(), [""; 0]);
    repo.write("src/new.js", "require('jsonwebtoken').sign({}, process.env.SESSION_SECRET)\n").commit("use", 4);
    let report = repo.check(&["--history"]);
    assert_eq!(report.found(), ["weak-secret compose.yaml:4"]);
    assert_eq!(report.json["findings"], history(&repo).json["findings"]);
    assert_eq!(repo.check(&["--history"]).json["findings"], report.json["findings"]);
}

/// Configuration that nobody would parse for the tokens in it is parsed where it sets what code uses.
#[test]
fn a_key_beside_a_token_of_the_past() {
    let repo = Repo::new();
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl";
    repo.write("compose.yaml", format!("environment:\n  MAGIC: hunter2\n  SAMPLE: {token}\n"));
    repo.write("a.json", format!("{{\"sample\": \"{}\"}}", token.replace("IxIn0", "IyIn0")));
    repo.commit("add", 2);
    repo.git(&["rm", "-q", "compose.yaml", "a.json"]);
    repo.write("a.js", "require('jsonwebtoken').sign({}, process.env.MAGIC)\n").commit("use", 3);
    let report = repo.check(&["--history"]);
    let expected = ["leaked-token a.json:1", "weak-secret compose.yaml:2", "leaked-token compose.yaml:3"];
    assert_eq!(report.found(), expected);
    let languages: Vec<&Value> = report.findings().iter().map(|finding| &finding["language"]).collect();
    assert_eq!(languages, ["json", "yaml", "yaml"]);
}

/// A blob that was of no interest under one name gets another.
#[test]
fn a_new_name_makes_an_old_blob_matter() {
    let repo = Repo::new();
    repo.write("notes.txt", format!("jwt:\n  secret: {STRONG}\n")).write("list.txt", format!("JWT_KEY={STRONG}\n"));
    repo.commit("add", 2);
    assert_eq!(repo.check(&["--history"]).found(), [""; 0]);
    repo.git(&["mv", "notes.txt", "notes.yaml"]);
    repo.git(&["mv", "list.txt", ".env"]);
    repo.commit("rename", 3);
    repo.git(&["rm", "-q", "notes.yaml", ".env"]);
    repo.commit("remove", 4);
    let report = repo.check(&["--history"]);
    assert_eq!(report.found().len(), 2, "{:?}", report.found());
    assert_eq!(report.json["findings"], history(&repo).json["findings"]);
}

#[test]
fn the_cache_holds_ids_only_and_can_be_damaged_and_deleted() {
    let repo = Repo::new();
    repo.write("gone.js", signs_with(STRONG)).commit("add", 2);
    repo.git(&["rm", "-q", "gone.js"]);
    repo.commit("remove", 3);
    let expected = repo.check(&["--history"]).json["findings"].clone();
    let folder = repo.path(".git/jotlint");
    let file = fs::read_dir(&folder).expect("a folder").flatten().next().expect("a file").path();
    let bytes = fs::read(&file).expect("a file");
    for word in [STRONG, "gone.js", "Ada", "jsonwebtoken"] {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
    for damaged in [bytes[..bytes.len() / 2].to_vec(), Vec::new(), vec![0xff; 4096]] {
        fs::write(&file, damaged).expect("a file");
        assert_eq!(repo.check(&["--history"]).json["findings"], expected);
        assert_eq!(fs::read(&file).expect("a file"), bytes, "it is mended");
    }
    fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(repo.check(&["--history", "--no-cache"]).json["findings"], expected);
    assert!(!folder.exists());
}

#[test]
fn runs_at_the_same_time_do_each_other_no_harm() {
    let repo = Repo::new();
    repo.write("gone.js", signs_with(STRONG)).commit("add", 2);
    repo.git(&["rm", "-q", "gone.js"]);
    repo.commit("remove", 3);
    let expected = history(&repo).json["findings"].clone();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| assert_eq!(repo.check(&["--history"]).json["findings"], expected));
        }
    });
    assert_eq!(repo.check(&["--history"]).json["findings"], expected);
}

#[cfg(unix)]
#[test]
fn a_repository_that_cannot_be_written_to() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    repo.write("gone.js", signs_with(STRONG)).commit("add", 2);
    repo.git(&["rm", "-q", "gone.js"]);
    repo.commit("remove", 3);
    let git_folder = repo.path(".git");
    fs::set_permissions(&git_folder, fs::Permissions::from_mode(0o555)).expect("permissions");
    let report = repo.check(&["--history"]);
    fs::set_permissions(&git_folder, fs::Permissions::from_mode(0o755)).expect("permissions");
    assert_eq!(report.found(), ["hardcoded-secret gone.js:1"]);
    assert_eq!(report.stderr, "");
}

#[test]
fn a_bare_repository_and_one_that_borrows_objects() {
    let repo = Repo::new();
    let first = (repo.write("app.js", signs_with(STRONG)), repo.commit("add", 2)).1;
    let folder = repo.root.parent().expect("a folder");
    git(folder, &["clone", "-q", "--bare", "shop", "bare.git"]);
    let bare = Report::of(&mut jotlint(&folder.join("bare.git"), &["check", "--history", "--format", "json"]));
    assert_eq!(bare.found(), ["hardcoded-secret app.js:1"]);
    assert_eq!(bare.findings()[0]["commit"]["at_head"], true);

    git(folder, &["clone", "-q", "--shared", "shop", "shared"]);
    git(&folder.join("shared"), &["rm", "-q", "app.js"]);
    let shared = Report::of(&mut jotlint(&folder.join("shared"), &["check", "--history", "--format", "json"]));
    assert_eq!(firsts(&shared), BTreeMap::from([("app.js".to_owned(), first)]));
}

#[test]
fn a_worktree_a_detached_head_and_a_sub_folder() {
    let repo = Repo::new();
    repo.write("gone.js", signs_with(STRONG)).commit("add", 2);
    repo.git(&["rm", "-q", "gone.js"]);
    repo.write("src/here.js", signs_with(&secret(1))).commit("remove", 3);
    repo.git(&["worktree", "add", "-q", "--detach", "../side"]);
    let side = repo.root.parent().expect("a folder").join("side");
    let run = |folder: &Path, more: &[&str]| {
        Report::of(jotlint(folder, &["check", "--history", "--ignore", "stale-secret", "--format", "json"]).args(more))
            .found()
    };
    assert_eq!(run(&side, &[]), ["hardcoded-secret src/here.js:1", "hardcoded-secret gone.js:1"]);
    assert_eq!(run(&side.join("src"), &[]), ["hardcoded-secret here.js:1", "hardcoded-secret ../gone.js:1"]);
    assert_eq!(run(&side.join("src"), &["."]), ["hardcoded-secret here.js:1"]);
    assert!(repo.path(".git/jotlint").exists(), "all worktrees share what is known");
}

#[test]
fn an_empty_repository_and_none() {
    let repo = Repo::empty();
    repo.write("app.js", WEAK);
    assert_eq!(history(&repo).found(), ["weak-secret app.js:1"]);
    let folder = tempfile::tempdir().expect("a folder");
    Report::of(&mut jotlint(folder.path(), &["check", "--history"])).refused("not in a git repository");
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    let repo = Repo::new();
    repo.write("app.js", signs_with(STRONG)).commit("add", 2);
    repo.git(&["rm", "-q", "app.js"]);
    repo.commit("remove", 3);
    let folder = repo.root.parent().expect("a folder");
    let address = format!("file://{}", repo.root.display());
    git(folder, &["clone", "-q", "--depth", "1", &address, "clone"]);
    let report = Report::of(&mut jotlint(&folder.join("clone"), &["check", "--history", "--format", "json"]));
    assert_eq!((report.status, report.found().len()), (0, 0));
    assert!(report.stderr.contains("the clone is shallow"), "{}", report.stderr);
    assert_eq!(report.json["summary"]["history"]["shallow_commits"], 1);
    assert_eq!(report.json["summary"]["history"]["missing_objects"], 0);
}

#[test]
fn a_partial_clone_says_what_is_missing() {
    let repo = Repo::new();
    repo.write("gone.js", signs_with(STRONG)).commit("add", 2);
    repo.write("gone.js", signs_with(&secret(1))).write("kept.js", signs_with(&secret(2))).commit("change", 3);
    repo.git(&["rm", "-q", "gone.js"]);
    repo.commit("remove", 4);
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let folder = repo.root.parent().expect("a folder");
    let address = format!("file://{}", repo.root.display());
    git(folder, &["clone", "-q", "--filter=blob:none", &address, "clone"]);
    let clone = folder.join("clone");
    let run =
        || Report::of(&mut jotlint(&clone, &["check", "--history", "--ignore", "stale-secret", "--format", "json"]));
    let report = run();
    assert_eq!(report.found(), ["hardcoded-secret kept.js:1"]);
    assert_eq!(report.json["summary"]["history"]["missing_objects"], 2);
    assert!(report.stderr.contains("2 objects are missing: the clone is partial"), "{}", report.stderr);
    // One of them is fetched, by looking at it.
    git(&clone, &["show", "HEAD~1:gone.js"]);
    let report = run();
    assert_eq!(report.found(), ["hardcoded-secret kept.js:1", "hardcoded-secret gone.js:1"]);
    assert_eq!(report.json["summary"]["history"]["missing_objects"], 1);
}

/// The path of the only pack.
fn only_pack(repo: &Repo) -> std::path::PathBuf {
    let files = fs::read_dir(repo.path(".git/objects/pack")).expect("a folder").flatten().map(|file| file.path());
    files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "pack")).expect("a pack")
}

/// Replaces a file that git has made read-only.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("a file");
}

#[test]
fn broken_objects_are_counted_and_the_rest_is_read() {
    let repo = Repo::new();
    for number in 0..5 {
        repo.write(&format!("app{number}.js"), signs_with(&secret(number))).commit("add", 2);
    }
    repo.git(&["rm", "-q", "-r", "app0.js", "app1.js", "app2.js", "app3.js", "app4.js"]);
    repo.commit("remove", 3);
    assert_eq!(history(&repo).findings().len(), 5);

    // A loose object that is damaged, and one that is gone.
    let path = |spec: &str| {
        let id = repo.git(&["rev-parse", spec]);
        repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))
    };
    overwrite(&path("HEAD~1:app1.js"), b"nonsense");
    fs::remove_file(path("HEAD~1:app2.js")).expect("removed");
    let report = history(&repo);
    assert_eq!(report.findings().len(), 3);
    let history_of = |report: &Report, key: &str| report.json["summary"]["history"][key].as_u64();
    assert_eq!((history_of(&report, "corrupt_objects"), history_of(&report, "missing_objects")), (Some(1), Some(1)));
    assert!(report.stderr.contains("1 objects are corrupt"), "{}", report.stderr);

    // A ref to an object that is not there.
    fs::write(repo.path(".git/refs/heads/lost"), format!("{}\n", "12".repeat(20))).expect("a file");
    let report = history(&repo);
    assert_eq!((report.findings().len(), history_of(&report, "missing_objects")), (3, Some(2)));
}

#[test]
fn damaged_packs_are_read_as_far_as_they_are_sound() {
    let repo = Repo::new();
    for number in 0..5 {
        repo.write(&format!("app{number}.js"), signs_with(&secret(number)).repeat(3)).commit("add", 2 + number as u32);
    }
    repo.git(&["rm", "-q", "-r", "app0.js", "app1.js", "app2.js", "app3.js", "app4.js"]);
    repo.commit("remove", 9);
    repo.git(&["gc", "-q", "--prune=now"]);
    let pack = only_pack(&repo);
    let sound = fs::read(&pack).expect("a pack");
    let whole = history(&repo).findings().len();
    assert!(whole >= 5);
    for cut in [0, 8, 40, sound.len() / 4, sound.len() / 2, sound.len() - 60, sound.len() - 20] {
        overwrite(&pack, &sound[..cut]);
        let report = history(&repo);
        assert!(report.status == 0 || report.status == 1, "{}", report.stderr);
        assert!(report.stderr.contains("history: "), "{cut}: {}", report.stderr);
    }
    let mut seen = 0;
    for place in (12..sound.len() - 20).step_by(97) {
        let mut broken = sound.clone();
        broken[place] ^= 0x55;
        overwrite(&pack, &broken);
        seen += history(&repo).findings().len();
    }
    assert!(seen > 0, "most of a pack with one wrong byte is read");
    overwrite(&pack, &sound);
    let index = pack.with_extension("idx");
    let bytes = fs::read(&index).expect("an index");
    for broken in [&bytes[..bytes.len() / 2], b"", &[0xff; 2000]] {
        overwrite(&index, broken);
        let report = history(&repo);
        assert!(report.stderr.contains("history: "), "{}", report.stderr);
    }
}

#[test]
fn replaced_objects_and_submodules_are_told_of() {
    let repo = Repo::new();
    repo.write("app.js", signs_with(STRONG)).commit("add", 2);
    let old = repo.git(&["rev-parse", "HEAD:app.js"]);
    repo.write("app.js", CLEAN).commit("clean", 3);
    let new = repo.git(&["rev-parse", "HEAD:app.js"]);
    repo.git(&["replace", &old, &new]);
    let inner = Repo::new();
    let address = inner.root.to_str().expect("a path");
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", address, "lib"]);
    repo.commit("module", 4);
    let report = history(&repo);
    assert_eq!(report.found(), ["hardcoded-secret app.js:1"]);
    let history = &report.json["summary"]["history"];
    assert_eq!((history["replaced_objects"].as_u64(), history["submodule_commits"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn another_kind_of_repository_is_no_reason_to_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let init = command("git", folder.path()).args(["init", "-q", "--object-format=sha256"]).status().expect("git runs");
    assert!(init.success());
    write(&folder.path().join("app.js"), WEAK);
    let report = Report::of(&mut jotlint(folder.path(), &["check", "--history", "--format", "json"]));
    assert_eq!(report.found(), ["weak-secret app.js:1"]);
    assert!(report.stderr.contains("sha256"), "{}", report.stderr);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.js");
    write(&repo.root.join(name), signs_with(STRONG));
    repo.commit("add", 2);
    fs::remove_file(repo.root.join(name)).expect("removed");
    repo.commit("remove", 3);
    for _ in 0..2 {
        assert_eq!(repo.check(&["--history"]).found(), ["hardcoded-secret caf\u{fffd}.js:1"]);
    }
}

#[test]
fn a_secret_that_never_changes_is_stale() {
    let repo = Repo::new();
    let config = format!("jwt:\n  secret: {STRONG}\n");
    repo.write("config/app.yaml", &config).write("test/app.yaml", format!("jwt:\n  secret: {}\n", secret(1)));
    let first = repo.commit("add", 2);
    let recent = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    repo.write("config/other.yaml", format!("jwt:\n  secret: {}\n  secret_previous: {STRONG}\n", secret(2)));
    repo.git(&["add", "."]);
    let mut commit = command("git", &repo.root);
    succeed(commit.args(["commit", "-q", "-m", "recent"]).env("GIT_COMMITTER_DATE", format!("{recent} +0000")));
    let stale = |more: &[&str]| repo.check(&[&["--history", "--select", "stale-secret"], more].concat());
    let report = stale(&[]);
    assert_eq!(report.found(), ["stale-secret config/app.yaml:2"]);
    let finding = &report.findings()[0];
    assert_eq!(finding["commit"]["id"], first.as_str());
    assert!(finding["message"].as_str().expect("a message").contains(" days"), "{finding}");
    assert_eq!(stale(&["--rotation-days", "100000"]).found(), [""; 0]);
    // What is not tracked is nobody's business here.
    repo.git(&["rm", "-q", "--cached", "config/app.yaml"]);
    assert_eq!(stale(&[]).found(), [""; 0]);
}

#[test]
fn a_previous_key_that_stays_is_stale_and_one_just_replaced_is_not() {
    let repo = Repo::new();
    repo.write(".env", format!("JWT_SECRET={}\nJWT_SECRET_PREVIOUS={STRONG}\n", secret(1))).commit("add", 2);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    repo.write(".env", format!("JWT_SECRET={}\nJWT_SECRET_PREVIOUS={STRONG}\n", secret(3))).git(&["add", "."]);
    let mut commit = command("git", &repo.root);
    succeed(commit.args(["commit", "-q", "-m", "change"]).env("GIT_COMMITTER_DATE", format!("{now} +0000")));
    let report = repo.check(&["--history", "--select", "stale-secret"]);
    assert_eq!(report.found(), ["stale-secret .env:2"]);
    assert!(report.findings()[0]["message"].as_str().expect("a message").contains("kept beside its successor"));
}

#[test]
fn findings_of_the_past_have_a_run_of_their_own_in_sarif() {
    let repo = Repo::new();
    repo.write("gone.js", signs_with(STRONG)).commit("add", 2);
    repo.git(&["rm", "-q", "gone.js"]);
    repo.write("here.js", WEAK).commit("remove", 3);
    let output = jotlint(&repo.root, &["check", "--history", "--ignore", "stale-secret", "--format", "sarif"])
        .output()
        .expect("it runs");
    let log: Value = serde_json::from_slice(&output.stdout).expect("a log");
    let runs: Vec<(&str, Vec<&str>)> = log["runs"]
        .as_array()
        .expect("runs")
        .iter()
        .map(|run| {
            let results = run["results"].as_array().expect("results").iter();
            let uris = results.map(|result| {
                result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a place")
            });
            (run["automationDetails"]["id"].as_str().expect("a category"), uris.collect())
        })
        .collect();
    assert_eq!(runs, [("jotlint/", vec!["here.js"]), ("jotlint-history/", vec!["gone.js"])]);
}
