//! Walking a tree, the bad input one can meet there included.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

use jotlint::source::tree::{self, Error, Options, Walked};
use tempfile::TempDir;

struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        Tree(tempfile::tempdir().expect("a folder"))
    }

    /// A folder that git takes for a repository, so that .gitignore counts.
    fn repository() -> Self {
        let tree = Tree::new();
        fs::create_dir(tree.path(".git")).expect("a folder");
        tree
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, bytes).expect("a file");
        self
    }

    /// What a walk of these paths reads, each path below the tree, and what else it says.
    #[track_caller]
    fn walk(&self, paths: &[&str], options: &Options) -> (BTreeMap<String, usize>, Walked) {
        let files = Mutex::new(BTreeMap::new());
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.path(path)).collect();
        let mut walked = tree::walk(&paths, options, |file| {
            *files.lock().expect("a lock").entry(self.below(&file.path)).or_insert(0) += 1;
            file.text().map(|_| ())
        })
        .expect("paths that exist");
        for skipped in &mut walked.skipped {
            skipped.path = self.below(&skipped.path);
        }
        (files.into_inner().expect("a lock"), walked)
    }

    fn below(&self, path: &str) -> String {
        let root = format!("{}/", self.0.path().display());
        path.strip_prefix(&root).unwrap_or(path).to_owned()
    }

    /// The paths a walk reads, each of them once.
    #[track_caller]
    fn files(&self, paths: &[&str], options: &Options) -> Vec<String> {
        let (files, _) = self.walk(paths, options);
        for (path, times) in &files {
            assert_eq!(*times, 1, "{path}");
        }
        files.into_keys().collect()
    }

    /// What a walk of the whole tree skips: path, reason, whether it is a fault.
    #[track_caller]
    fn skipped(&self, options: &Options) -> Vec<(String, String, bool)> {
        let (_, walked) = self.walk(&[""], options);
        walked.skipped.into_iter().map(|skipped| (skipped.path, skipped.reason, skipped.fault)).collect()
    }

    /// Runs the program in the tree.
    fn run(&self, arguments: &[&str]) -> Output {
        jotlint().args(arguments).current_dir(self.0.path()).output().expect("it runs")
    }
}

fn jotlint() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jotlint"));
    command.stdin(Stdio::null());
    command
}

fn limit(path: &str, reason: &str) -> (String, String, bool) {
    (path.to_owned(), reason.to_owned(), false)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The one line on standard error.
#[track_caller]
fn line(output: &Output) -> String {
    let text = text(&output.stderr);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("jotlint: "), "{text}");
    text.trim_end().to_owned()
}

#[test]
fn ignore_rules_count_and_hidden_files_are_read() {
    let tree = Tree::repository();
    tree.write(".gitignore", "built/\n*.log\n").write(".ignore", "mine.js\n");
    tree.write("src/.gitignore", "local.js\n").write("src/local.js", "").write("src/a.js", "");
    tree.write("built/b.js", "").write("c.log", "").write("mine.js", "").write(".github/workflows/ci.yml", "");
    tree.write(".git/config", "");
    let expected = [".github/workflows/ci.yml", ".gitignore", ".ignore", "src/.gitignore", "src/a.js"];
    assert_eq!(tree.files(&[""], &Options::default()), expected);
    let all = tree.files(&[""], &Options { no_ignore: true, ..Options::default() });
    assert!(["built/b.js", "c.log", "mine.js", "src/local.js"].iter().all(|path| all.contains(&(*path).to_owned())));
    assert!(!all.iter().any(|path| path.starts_with(".git/")), "{all:?}");
}

#[test]
fn environment_and_key_files_are_read_where_they_are_ignored() {
    let tree = Tree::repository();
    tree.write(".gitignore", ".env*\n*.pem\nprivate/\nnode_modules/\ndist/\n");
    tree.write(".env", "A=1").write("api/.env.local", "A=1").write("keys/a.pem", "x").write("a.js", "");
    tree.write("private/deep/.env", "A=1").write("private/deep/b.js", "").write("private/sign.p8", "x");
    tree.write("private/node_modules/x/.env", "A=1").write("node_modules/x/.env", "A=1").write("dist/.env", "A=1");
    tree.write("private/sub/.git/server.key", "x");
    let expected =
        [".env", ".gitignore", "a.js", "api/.env.local", "keys/a.pem", "private/deep/.env", "private/sign.p8"];
    assert_eq!(tree.files(&[""], &Options::default()), expected);
}

#[test]
fn what_is_not_ignored_is_read_whatever_it_is_called() {
    let tree = Tree::repository();
    tree.write("vendor/a.js", "").write("node_modules/x/.env", "A=1").write("dist/b.js", "");
    assert_eq!(tree.files(&[""], &Options::default()), ["dist/b.js", "node_modules/x/.env", "vendor/a.js"]);
}

#[test]
fn paths_that_are_named_are_read_whatever_rules_say() {
    let tree = Tree::repository();
    tree.write(".gitignore", "*.js\nbuilt/\n").write("a.js", "").write("built/b.ts", "").write("yarn.lock", "");
    tree.write("x.min.js", "a".repeat(50_000));
    let options = Options::default();
    assert_eq!(tree.files(&["a.js", "yarn.lock", "x.min.js"], &options), ["a.js", "x.min.js", "yarn.lock"]);
    assert_eq!(tree.files(&["built"], &options), ["built/b.ts"]);
}

#[test]
fn a_file_is_read_once_however_many_paths_lead_to_it() {
    let tree = Tree::repository();
    tree.write("src/a.js", "").write("src/.env", "A=1").write("b.js", "");
    let all = ["b.js", "src/.env", "src/a.js"];
    assert_eq!(tree.files(&["", "src", "src/a.js", "./src/./a.js", "src/.env", ""], &Options::default()), all);
    assert_eq!(tree.files(&["src/a.js", "", "src"], &Options::default()), all);
}

#[test]
fn every_limit_is_told() {
    let tree = Tree::new();
    tree.write("nul.js", b"a\0b").write("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\r").write("bytes.bin", [0xfe; 500]);
    tree.write("bundle.js", format!("// licence\n{}", "a".repeat(50_000))).write("app.min.js", "a");
    tree.write("app.js.map", "{}").write("package-lock.json", "{}").write("large.txt", vec![b'a'; 2000]);
    let options = Options { max_file_size: 1024, ..Options::default() };
    assert_eq!(
        tree.skipped(&options),
        [
            limit("app.js.map", "source map"),
            limit("app.min.js", "minified"),
            limit("bundle.js", "larger than 1 KiB"),
            limit("bytes.bin", "binary (not UTF-8)"),
            limit("large.txt", "larger than 1 KiB"),
            limit("nul.js", "binary"),
            limit("package-lock.json", "lock file"),
            limit("picture.png", "binary"),
        ]
    );
    assert!(tree.skipped(&Options::default()).contains(&limit("bundle.js", "minified")));
}

#[test]
fn broken_utf8_is_read() {
    let tree = Tree::new();
    tree.write("latin.js", b"// caf\xe9\nconst a = 1").write("cut.ts", b"const a = '\xe2\x82").write("late.txt", {
        let mut bytes = vec![b'a'; 100_000];
        bytes.extend([0, 0xff, 0]);
        bytes
    });
    assert_eq!(tree.files(&[""], &Options::default()), ["cut.ts", "late.txt", "latin.js"]);
    assert!(tree.skipped(&Options::default()).is_empty());
}

#[test]
fn a_line_of_100_megabytes_is_skipped_and_the_rest_is_read() {
    let tree = Tree::new();
    fs::File::create(tree.path("line.js")).and_then(|file| file.set_len(100_000_000)).expect("a sparse file");
    tree.write("a.js", "");
    let (files, walked) = tree.walk(&[""], &Options::default());
    assert_eq!(files.into_keys().collect::<Vec<_>>(), ["a.js"]);
    assert_eq!(walked.skipped.len(), 1);
    assert_eq!(walked.skipped[0].reason, "larger than 2 MiB");
    let large = Options { max_file_size: 200_000_000, ..Options::default() };
    assert_eq!(tree.skipped(&large), [limit("line.js", "binary")], "NUL bytes, and only the first of them are read");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_unless_named_and_loops_end() {
    use std::os::unix::fs::symlink;
    let tree = Tree::new();
    tree.write("real/a.js", "");
    symlink("..", tree.path("real/up")).expect("a link");
    symlink("self", tree.path("self")).expect("a link");
    symlink("real/a.js", tree.path("b.js")).expect("a link");
    symlink("nothing", tree.path("dangling.js")).expect("a link");
    let reason = "symbolic link, not followed";
    assert_eq!(tree.files(&[""], &Options::default()), ["real/a.js"]);
    let links = ["b.js", "dangling.js", "real/up", "self"].map(|path| limit(path, reason));
    assert_eq!(tree.skipped(&Options::default()), links);
    assert_eq!(tree.files(&["b.js"], &Options::default()), ["b.js"]);
    assert_eq!(tree.files(&["real/up"], &Options::default()), ["real/up/real/a.js"]);
    let (files, walked) = tree.walk(&["dangling.js", "self", "real/a.js"], &Options::default());
    assert_eq!(files.into_keys().collect::<Vec<_>>(), ["real/a.js"]);
    assert_eq!(walked.skipped.iter().filter(|skipped| skipped.fault).count(), 2, "{:?}", walked.skipped);
    assert_eq!(walked.skipped[0].reason, "symbolic link to nothing");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    use std::os::unix::net::UnixListener;
    let tree = Tree::new();
    let made = Command::new("mkfifo").arg(tree.path("pipe.env")).status().expect("mkfifo runs");
    assert!(made.success());
    let _listener = UnixListener::bind(tree.path("socket.js")).expect("a socket");
    tree.write("a.js", "");
    assert_eq!(tree.skipped(&Options::default()), [limit("pipe.env", "FIFO"), limit("socket.js", "socket")]);
    assert_eq!(tree.files(&[""], &Options::default()), ["a.js"]);
    // A pipe nobody writes to would be waited for to the end of days.
    let (_, walked) = tree.walk(&["pipe.env"], &Options::default());
    assert_eq!(walked.skipped[0].reason, "FIFO");
    let (_, walked) = tree.walk(&["/dev/zero"], &Options::default());
    assert_eq!(walked.skipped[0].reason, "device");
}

/// However many threads are asked for, a machine that has no memory for their stacks does as much as it can, or says so.
#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_be_started() {
    let tree = Tree::new();
    for number in 0..300 {
        tree.write(&format!("{number}.js"), format!("require('jsonwebtoken').sign({{}}, 'hunter{number}')\n"));
    }
    for (mebibytes, expected) in [(100, 2), (700, 1), (1000, 1), (1500, 1)] {
        let limited = format!("ulimit -v {} && exec \"$0\" check --threads 64 .", mebibytes * 1024);
        let mut command = Command::new("sh");
        command.args(["-c", &limited, env!("CARGO_BIN_EXE_jotlint")]).current_dir(tree.0.path());
        let Output { status, stderr, .. } = command.output().expect("sh runs");
        let stderr = String::from_utf8_lossy(&stderr);
        assert_eq!(status.code(), Some(expected), "{mebibytes}: {stderr}");
        assert_eq!(stderr.contains("no threads could be started"), expected == 2, "{mebibytes}: {stderr}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_a_fault_and_not_the_end() {
    let tree = Tree::new();
    tree.write("a.js", "");
    // Reading a process's memory from its beginning fails for everybody, root included.
    let (files, walked) = tree.walk(&["/proc/self/mem", "a.js"], &Options::default());
    assert_eq!(files.into_keys().collect::<Vec<_>>(), ["a.js"]);
    assert_eq!(walked.skipped.len(), 1);
    assert!(walked.skipped[0].fault, "{:?}", walked.skipped);
    // What has no length beforehand is read all the same.
    let (files, _) = tree.walk(&["/proc/self/status"], &Options::default());
    assert_eq!(files.len(), 1);
    let small = Options { max_file_size: 10, ..Options::default() };
    let (_, walked) = tree.walk(&["/proc/self/status"], &small);
    assert_eq!(walked.skipped[0].reason, "larger than 10 bytes");
}

#[cfg(unix)]
#[test]
fn files_and_folders_without_permission_are_faults() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let tree = Tree::new();
    tree.write("a.js", "").write("closed.js", "").write("folder/b.js", "").write("folder/.env", "A=1");
    if fs::metadata(tree.path("a.js")).expect("metadata").uid() == 0 {
        // To root everything is open; the test above has what root cannot read.
        return;
    }
    let permit = |path: &str, mode| {
        fs::set_permissions(tree.path(path), fs::Permissions::from_mode(mode)).expect("permissions");
    };
    permit("closed.js", 0);
    permit("folder", 0);
    let (files, walked) = tree.walk(&[""], &Options::default());
    permit("folder", 0o755);
    assert_eq!(files.into_keys().collect::<Vec<_>>(), ["a.js"]);
    let faults: Vec<_> =
        walked.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason.as_str(), skipped.fault)).collect();
    assert_eq!(faults, [("closed.js", "permission denied", true), ("folder", "permission denied", true)]);
}

#[test]
fn files_that_vanish_during_the_walk_do_no_harm() {
    let tree = Tree::new();
    for number in 0..200 {
        tree.write(&format!("{}/{number}.js", number % 10), "");
    }
    let root = tree.path("");
    let walked = tree::walk(std::slice::from_ref(&root), &Options::default(), |_| {
        // With the first file read everything goes.
        for number in 0..10 {
            let _ = fs::remove_dir_all(root.join(number.to_string()));
        }
        Ok(())
    })
    .expect("a walk");
    assert!(walked.files >= 1);
    assert!(walked.skipped.iter().all(|skipped| skipped.fault), "{:?}", walked.skipped);
}

#[test]
fn a_path_that_does_not_exist_ends_it_before_anything_is_read() {
    let tree = Tree::new();
    tree.write("a.js", "");
    for gone in ["gone", "a.js/below"] {
        let paths = [tree.path("a.js"), tree.path(gone)];
        let walked = tree::walk(&paths, &Options::default(), |_| panic!("nothing is read"));
        assert_eq!(walked, Err(Error::NotFound(tree.path(gone))));
    }
    let output = tree.run(&["check", "a.js", "gone.js"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(line(&output), "jotlint: gone.js: no such file or folder; check the path");
    assert!(output.stdout.is_empty());
}

#[test]
fn paths_are_relative_to_where_it_runs_with_what_says_their_purpose() {
    let tree = Tree::new();
    tree.write("test/project/src/a.js", "");
    let seen = Mutex::new(Vec::new());
    let absolute = tree.path("test/project");
    tree::walk(std::slice::from_ref(&absolute), &Options::default(), |file| {
        seen.lock().expect("a lock").push((file.path.clone(), file.local_path().to_owned()));
        Ok(())
    })
    .expect("a walk");
    let seen = seen.into_inner().expect("a lock");
    assert_eq!(seen, [(format!("{}/src/a.js", absolute.display()), "src/a.js".to_owned())]);
    // Below the current directory the whole path says it, named absolutely or not.
    for path in ["test/project".to_owned(), absolute.display().to_string(), "./test/./project".to_owned()] {
        fs::write(tree.path("test/project/src/a.js"), [0]).expect("a file");
        let output = tree.run(&["check", "--format", "json", &path]);
        assert!(text(&output.stdout).contains(r#""path": "test/project/src/a.js""#), "{}", text(&output.stdout));
    }
}

#[test]
fn nothing_to_check_is_said() {
    let tree = Tree::new();
    fs::create_dir(tree.path("empty")).expect("a folder");
    let output = tree.run(&["check", "empty"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(line(&output).starts_with("jotlint: empty: nothing to check: "), "{}", line(&output));
    assert!(output.stdout.is_empty(), "not a word of all being well");
    tree.write("empty/a.png", b"\x89PNG\0");
    assert_eq!(line(&tree.run(&["check"])), "jotlint: .: nothing to check: empty/a.png was skipped (binary)");
    let report = tree.run(&["check", "--format", "json"]);
    assert!(text(&report.stdout).contains(r#""reason": "binary""#), "{}", text(&report.stdout));
}

#[cfg(unix)]
#[test]
fn what_could_not_be_read_is_said_and_in_the_report() {
    let tree = Tree::new();
    tree.write("a.js", "");
    std::os::unix::fs::symlink("nothing", tree.path("b.js")).expect("a link");
    let output = tree.run(&["check", "--format", "json", "a.js", "b.js"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(line(&output), "jotlint: b.js: not wholly checked: symbolic link to nothing");
    assert!(text(&output.stdout).contains("symbolic link to nothing"), "{}", text(&output.stdout));
}

#[test]
fn bad_arguments_are_one_line_with_what_was_meant() {
    let tree = Tree::new();
    tree.write("a.js", "");
    let cases: [(&[&str], &str); 7] = [
        (&["check", "--select", "weak-secrets"], "'weak-secret'"),
        (&["check", "--ignore", "leaked-token,hardcoded-secrt"], "'hardcoded-secret'"),
        (&["check", "--formt", "json"], "'--format'"),
        (&["check", "--format", "sarf"], "'sarif'"),
        (&["explain", "nonalgorithm"], "'none-algorithm'"),
        (&["chek"], "'check'"),
        (&["check", "--max-file-size", "1 parsec"], "512K"),
    ];
    for (arguments, meant) in cases {
        let output = tree.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(line(&output).contains(meant), "{}", line(&output));
    }
}

#[test]
fn standard_input_is_a_file_of_that_name() {
    use std::io::Write;
    let run = |bytes: &[u8]| {
        let mut child = jotlint()
            .args(["check", "--format", "json", "--stdin-filename", "src/a.js"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        child.stdin.take().expect("a pipe").write_all(bytes).expect("written");
        child.wait_with_output().expect("it ends")
    };
    let output = run(b"const a = 1");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains(r#""files": 1"#), "{}", text(&output.stdout));
    let output = run(b"\0");
    assert_eq!(line(&output), "jotlint: src/a.js: nothing to check: src/a.js was skipped (binary)");
}

/// A token beside a name says nothing of the name, but for the one that is there to show what a token looks like.
#[test]
fn a_token_in_the_description_of_an_interface_is_an_example() {
    let tree = Tree::new();
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0NzExIn0.UmyG_kw-xHU5qNREvI9lhcJGic-Kr1_IjGJeXHGXoKI";
    let said = |name: &str| {
        let text = format!("openapi: 3.0.0\ncomponents:\n  schemas:\n    Login:\n      {name}: {token}\n");
        let path = tree.write("api.yaml", text).path("api.yaml");
        let done = jotlint().args(["check", "--format", "json"]).arg(path).output().expect("jotlint");
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
        report["findings"][0]["severity"].clone()
    };
    assert_eq!((said("example"), said("default")), ("note".into(), "warning".into()));
}

#[test]
fn a_report_file_is_whole_or_not_there() {
    let tree = Tree::new();
    tree.write("a.js", "").write("report.json", "old").write("sub/x", "");
    let output = tree.run(&["check", "--format", "json", "--output", "report.json", "a.js"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    let report = fs::read_to_string(tree.path("report.json")).expect("a report");
    assert!(report.starts_with('{') && report.ends_with("}\n"), "{report}");
    let output = tree.run(&["check", "--output", "gone/report.json", "a.js"]);
    assert_eq!((output.status.code(), line(&output).contains("gone: no such folder")), (Some(2), true));
    let output = tree.run(&["check", "--output", "sub", "a.js"]);
    assert_eq!((output.status.code(), line(&output).contains("sub: is a folder")), (Some(2), true));
    // Nothing half-written stays behind.
    let mut names: Vec<_> =
        fs::read_dir(tree.path("")).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.js", "report.json", "sub"]);
}

#[cfg(unix)]
#[test]
fn a_report_file_keeps_what_it_was() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let tree = Tree::new();
    tree.write("a.js", "").write("real.json", "old");
    fs::set_permissions(tree.path("real.json"), fs::Permissions::from_mode(0o640)).expect("permissions");
    symlink("real.json", tree.path("link.json")).expect("a link");
    let output = tree.run(&["check", "--format", "json", "--output", "link.json", "a.js"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(fs::symlink_metadata(tree.path("link.json")).expect("metadata").is_symlink());
    assert!(fs::read_to_string(tree.path("real.json")).expect("a report").starts_with('{'));
    let mode = fs::metadata(tree.path("real.json")).expect("metadata").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let output = tree.run(&["check", "--format", "json", "--output", "/dev/stdout", "a.js"]);
    assert!(text(&output.stdout).starts_with('{'), "a pipe is written to, not replaced");
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let tree = Tree::new();
    // More than a pipe holds, so that writing goes on when nobody reads any more.
    for number in 0..3000 {
        tree.write(&format!("{number}-{}.bin", "x".repeat(60)), [0]);
    }
    let mut child = jotlint()
        .args(["check", "--format", "json"])
        .arg(tree.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut out = child.stdout.take().expect("a pipe");
    let mut first = [0; 10];
    out.read_exact(&mut first).expect("something");
    drop(out);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(
        !text(&output.stderr).contains("panicked") && !text(&output.stderr).contains("pipe"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn help_and_version_go_to_standard_output() {
    for arguments in [&["--help"][..], &["check", "-h"], &["--version"], &["help", "generate"]] {
        let output = jotlint().args(arguments).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{arguments:?}");
    }
    let output = jotlint().output().expect("it runs");
    assert_eq!(output.status.code(), Some(2), "asked for nothing, it could do nothing");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = jotlint().args(["completions", shell]).output().expect("it runs");
        assert!(text(&output.stdout).contains("fail-on"), "{shell}");
    }
}

#[test]
fn a_file_called_dash_is_a_file() {
    let tree = Tree::new();
    tree.write("-", [0]);
    let output = tree.run(&["check", "-"]);
    assert_eq!(line(&output), "jotlint: -: nothing to check: - was skipped (binary)");
    assert!(Path::new(&tree.path("-")).exists());
}
