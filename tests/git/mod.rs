//! Real repositories for tests, made with git itself as if nobody had ever configured it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A strong secret, for findings that are not about strength.
pub const STRONG: &str = "hV3nQ0sXyZb1kLr8TgWm5cJd2pFa7uEo9iNq4wRt6Yv";

/// A folder with a repository in it.
pub struct Repo {
    _folder: TempDir,
    pub root: PathBuf,
}

/// A command that nothing of whoever runs the test reaches.
pub fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command
        .env("HOME", folder.join("no-such-home"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no-such-file"))
        .env("GIT_AUTHOR_NAME", "Ada Author")
        .env("GIT_AUTHOR_EMAIL", "ada@example.com")
        .env("GIT_COMMITTER_NAME", "Ada Author")
        .env("GIT_COMMITTER_EMAIL", "ada@example.com");
    command
}

/// The program.
pub fn jotlint(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_jotlint"), folder);
    command.args(arguments);
    command
}

#[track_caller]
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    succeed(command("git", folder).args(arguments))
}

#[track_caller]
pub fn succeed(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[track_caller]
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, bytes).expect("a file");
}

impl Repo {
    /// A repository without a commit.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a folder").join("shop");
        fs::create_dir(&root).expect("a folder");
        git(&root, &["init", "-q", "-b", "main"]);
        Repo { _folder: folder, root }
    }

    /// A repository with a commit in which there is nothing to find.
    pub fn new() -> Self {
        let repo = Repo::empty();
        repo.write("src/app.js", "exports.answer = 42\n");
        repo.commit("first", 1);
        repo
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    #[track_caller]
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        write(&self.path(path), bytes);
        self
    }

    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.root, arguments)
    }

    /// Commits everything, so many days after the first of January 2020; gives the commit's id.
    #[track_caller]
    pub fn commit(&self, message: &str, day: u32) -> String {
        self.git(&["add", "-A", "-f"]);
        let date = date(day);
        let mut commit = command("git", &self.root);
        commit.args(["commit", "-q", "--allow-empty", "-m", message]);
        succeed(commit.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date));
        self.git(&["rev-parse", "HEAD"])
    }

    /// What a check of it says.
    #[track_caller]
    pub fn check(&self, arguments: &[&str]) -> Report {
        Report::of(jotlint(&self.root, &["check", "--format", "json"]).args(arguments))
    }
}

/// A date for git, so many days after the first of January 2020, at noon.
pub fn date(day: u32) -> String {
    format!("{} +0000", 1_577_836_800 + 43_200 + u64::from(day) * 86_400)
}

/// What a run of the program came to.
pub struct Report {
    pub status: i32,
    pub stderr: String,
    pub json: Value,
}

impl Report {
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("it runs");
        Report {
            status: status.code().expect("it ends by itself"),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            json: serde_json::from_slice(&stdout).unwrap_or_default(),
        }
    }

    pub fn findings(&self) -> &[Value] {
        self.json["findings"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The findings as `rule path:line`, in their order.
    pub fn found(&self) -> Vec<String> {
        let found = |finding: &Value| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default();
            format!("{} {}:{}", text("rule"), text("path"), finding["line"])
        };
        self.findings().iter().map(found).collect()
    }

    /// That it could not do what was asked, and said so in one line.
    #[track_caller]
    pub fn refused(&self, why: &str) {
        assert_eq!(self.status, 2, "{}", self.stderr);
        assert!(self.stderr.contains(why), "{}", self.stderr);
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
    }
}
