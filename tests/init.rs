//! `jotlint init` in real repositories: what it writes, and what it leaves alone.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Repository(tempfile::tempdir().expect("a folder"));
        fs::create_dir(repository.path().join("work")).expect("a folder");
        assert!(repository.git(&["init", "--quiet"]).status.success());
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, program: &str, folder: &str) -> Command {
        let mut command = Command::new(program);
        // No configuration of the machine's own.
        command.current_dir(self.path().join(folder)).env("HOME", self.path()).env("XDG_CONFIG_HOME", self.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    fn git(&self, arguments: &[&str]) -> Output {
        self.command("git", "work").args(arguments).output().expect("git")
    }

    fn init(&self, arguments: &[&str]) -> Output {
        let jotlint = env!("CARGO_BIN_EXE_jotlint");
        self.command(jotlint, "work").arg("init").args(arguments).output().expect("jotlint")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join("work").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path().join("work").join(path)).ok()
    }

    /// What every file holds, those of git left out but for its hooks.
    fn files(&self) -> Vec<(String, String)> {
        [
            "jotlint.toml",
            ".gitignore",
            ".git/hooks/pre-commit",
            ".pre-commit-config.yaml",
            "lefthook.yml",
            ".husky/pre-commit",
        ]
        .into_iter()
        .filter_map(|path| Some((path.to_owned(), self.read(path)?)))
        .collect()
    }

    #[track_caller]
    fn set_up(&self) -> String {
        let done = self.init(&["--yes"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }
}

#[test]
fn a_new_repository_gets_a_hook_ignore_rules_and_a_configuration() {
    let repository = Repository::new();
    let said = repository.set_up();
    for path in [".gitignore", ".git/hooks/pre-commit", "jotlint.toml"] {
        assert!(said.contains(path), "{path} is not shown:\n{said}");
    }
    assert_eq!(repository.read(".gitignore").as_deref(), Some(".env\n.env.*\n!.env.example\n*.pem\n*.key\n"));
    assert!(repository.read(".git/hooks/pre-commit").is_some_and(|hook| hook.starts_with("#!/bin/sh\n")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let hook = fs::metadata(repository.path().join("work/.git/hooks/pre-commit")).expect("a hook");
        assert!(hook.permissions().mode() & 0o100 != 0, "it cannot be run");
    }
    let ignored = |name: &str| repository.git(&["check-ignore", "--quiet", name]).status.success();
    assert!(ignored(".env") && ignored("api/.env.local") && ignored("keys/jwt.pem") && !ignored(".env.example"));
    // And that is all there is to do.
    let before = repository.files();
    assert!(repository.set_up().contains("nothing left"));
    assert_eq!(repository.files(), before);
}

#[test]
fn nothing_is_written_unasked() {
    let repository = Repository::new();
    let shown = repository.init(&[]);
    assert_eq!(shown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&shown.stdout).contains(".gitignore"));
    assert_eq!(repository.files(), []);
}

#[test]
fn what_is_there_stays() {
    let repository = Repository::new();
    repository.write(".gitignore", "node_modules\n.env*");
    repository.write(".git/hooks/pre-commit", "#!/bin/sh\nmake lint\n");
    repository.write(".jotlint.toml", "fail-on = \"error\"\n");
    let said = repository.set_up();
    assert!(said.contains("By hand: .git/hooks/pre-commit"), "{said}");
    assert_eq!(repository.read(".gitignore").as_deref(), Some("node_modules\n.env*\n*.pem\n*.key\n"));
    assert_eq!(repository.read(".git/hooks/pre-commit").as_deref(), Some("#!/bin/sh\nmake lint\n"));
    assert_eq!(repository.read("jotlint.toml"), None);
}

#[test]
fn hooks_go_where_the_project_keeps_them() {
    let entry = "- repo: local\n  hooks:\n    - id: jotlint\n";
    let repository = Repository::new();
    let before = "repos:\n- repo: https://example.com/x\n  rev: v1\n  hooks:\n  - id: x\n";
    repository.write(".pre-commit-config.yaml", before);
    repository.set_up();
    let after = repository.read(".pre-commit-config.yaml").expect("a configuration");
    assert!(after.starts_with(before) && after[before.len()..].starts_with(entry), "{after}");
    assert_eq!(repository.read(".git/hooks/pre-commit"), None);

    // A list that another key follows is not at the file's end.
    let repository = Repository::new();
    let before = "repos:\n- repo: https://example.com/x\nci:\n  skip: []\n";
    repository.write(".pre-commit-config.yaml", before);
    assert!(repository.set_up().contains("By hand: .pre-commit-config.yaml"));
    assert_eq!(repository.read(".pre-commit-config.yaml").as_deref(), Some(before));

    let repository = Repository::new();
    repository.write(".husky/pre-commit", "npm test");
    repository.set_up();
    assert_eq!(repository.read(".husky/pre-commit").as_deref(), Some("npm test\njotlint check --staged\n"));

    let repository = Repository::new();
    repository.write("lefthook.yml", "pre-commit: {}\n");
    assert!(repository.set_up().contains("By hand: lefthook.yml"));
    assert_eq!(repository.read("lefthook.yml").as_deref(), Some("pre-commit: {}\n"));

    let repository = Repository::new();
    assert!(repository.git(&["config", "core.hooksPath", "tools/hooks"]).status.success());
    repository.set_up();
    assert!(repository.read("tools/hooks/pre-commit").is_some());
}

#[test]
fn outside_a_repository_there_is_nothing_to_set_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let done = Command::new(env!("CARGO_BIN_EXE_jotlint"))
        .args(["init", "--yes"])
        .current_dir(&folder)
        .output()
        .expect("jotlint");
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("git init") && said.lines().count() == 1, "{said}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
