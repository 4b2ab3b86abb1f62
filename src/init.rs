//! What `jotlint init` sets up in a repository: a hook that checks what is staged, ignore rules for env and key files, and a
//! configuration file.
//!
//! A [`Plan`] says what would be written before anything is. What exists is never overwritten: lines are added to
//! `.gitignore` and to hook lists that take another entry, and where a file has a will of its own, the plan only says
//! what to add to it by hand.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What a hook runs.
const COMMAND: &str = "jotlint check --staged";

/// A hook of git's own.
const HOOK: &str = "#!/bin/sh
# Stops commits with JWT secrets in them. `git commit --no-verify` goes past it.
exec jotlint check --staged
";

/// A hook of a project that uses pre-commit, for the `jotlint` that is installed.
const PRE_COMMIT: [&str; 8] = [
    "- repo: local",
    "  hooks:",
    "    - id: jotlint",
    "      name: jotlint",
    "      entry: jotlint check --staged",
    "      language: system",
    "      pass_filenames: false",
    "      require_serial: true",
];

/// The configuration file: what holds without it.
pub const CONFIGURATION: &str =
    "# What `jotlint check` does in this project. The command line goes before it; `jotlint rules` lists the rules.

# The least severity that makes the exit status 1: error, warning, note or never.
fail-on = \"warning\"

# Only these rules, or not these.
# select = [\"weak-secret\", \"hardcoded-secret\"]
# ignore = [\"unverified-decode\"]

# After how many days a secret that still stands is stale, with `jotlint check --history`.
rotation-days = 180
";

/// The names a configuration file can have.
pub const CONFIGURATION_NAMES: [&str; 2] = ["jotlint.toml", ".jotlint.toml"];

/// For each kind of file that must not be published, one whose name is looked up among the rules there are, and the lines
/// that keep its kind out.
const IGNORED: [(&str, &[&str]); 4] = [
    (".env", &[".env"]),
    (".env.production", &[".env.*", "!.env.example"]),
    ("private.pem", &["*.pem"]),
    ("private.key", &["*.key"]),
];

/// What would be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The files, in the order they are written.
    pub steps: Vec<Step>,
    /// What is left to do by hand.
    pub advice: Vec<String>,
}

/// A file that would be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The file.
    pub path: PathBuf,
    /// Its path below the repository's folder, for people.
    pub shown: String,
    /// The text: all of it, or what is added at the end.
    pub text: String,
    /// Whether the file exists and the text goes to its end.
    pub append: bool,
    /// Whether it is to be run.
    pub executable: bool,
}

/// Why nothing can be planned or written.
#[derive(Debug)]
pub enum Error {
    /// The folder is in no repository with a working tree.
    NoRepository(PathBuf),
    /// git cannot read the repository; what it says.
    Git(PathBuf, String),
    /// A file cannot be read or written.
    File(PathBuf, io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoRepository(path) => {
                write!(f, "{}: not in a git repository with a working tree; run `git init` first", path.display())
            }
            Error::Git(path, reason) => write!(f, "{}: git cannot read the repository: {reason}", path.display()),
            Error::File(path, error) if error.kind() == ErrorKind::AlreadyExists => {
                write!(f, "{}: has appeared since it was looked for, and is left as it is", path.display())
            }
            Error::File(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for Error {}

impl Plan {
    /// What is missing in the repository that `folder` stands in.
    ///
    /// # Errors
    /// There is no repository, or one that cannot be read.
    pub fn of(folder: &Path) -> Result<Plan, Error> {
        let repository = git2::Repository::discover(folder).map_err(|error| match error.code() {
            git2::ErrorCode::NotFound => Error::NoRepository(folder.to_owned()),
            _ => Error::Git(folder.to_owned(), error.message().to_owned()),
        })?;
        let Some(root) = repository.workdir().map(Path::to_owned) else {
            return Err(Error::NoRepository(folder.to_owned()));
        };
        let mut plan = Plan { steps: Vec::new(), advice: Vec::new() };
        plan.hook(&root, &repository)?;
        plan.ignore_rules(&root, &repository)?;
        if !CONFIGURATION_NAMES.iter().any(|name| root.join(name).exists()) {
            plan.create(&root, root.join(CONFIGURATION_NAMES[0]), CONFIGURATION, false);
        }
        Ok(plan)
    }

    fn create(&mut self, root: &Path, path: PathBuf, text: &str, executable: bool) {
        let shown = shown(root, &path);
        self.steps.push(Step { path, shown, text: text.to_owned(), append: false, executable });
    }

    /// Adds lines at a file's end; `before` is what the file holds.
    fn append(&mut self, root: &Path, path: PathBuf, before: &str, lines: &str) {
        let newline = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        let shown = shown(root, &path);
        self.steps.push(Step { path, shown, text: format!("{newline}{lines}"), append: true, executable: false });
    }

    /// The hook, where the project keeps its hooks.
    fn hook(&mut self, root: &Path, repository: &git2::Repository) -> Result<(), Error> {
        let pre_commit = root.join(".pre-commit-config.yaml");
        if let Some(text) = read(&pre_commit)? {
            if !text.contains("jotlint") {
                match indent_of_repos(&text) {
                    Some(indent) => {
                        let lines: String = PRE_COMMIT.iter().map(|line| format!("{indent}{line}\n")).collect();
                        self.append(root, pre_commit, &text, &lines);
                    }
                    None => self.advice.push(format!(
                        ".pre-commit-config.yaml: add this to `repos:`\n{}",
                        PRE_COMMIT.map(|line| format!("    {line}\n")).concat()
                    )),
                }
            }
            return Ok(());
        }
        for name in ["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml"] {
            if let Some(text) = read(&root.join(name))? {
                if !text.contains("jotlint") {
                    self.advice.push(format!(
                        "{name}: add this command\n    pre-commit:\n      commands:\n        jotlint:\n          run: {COMMAND}\n"
                    ));
                }
                return Ok(());
            }
        }
        if root.join(".husky").is_dir() {
            let hook = root.join(".husky/pre-commit");
            match read(&hook)? {
                Some(text) if text.contains("jotlint") => {}
                // husky's hooks are lists of commands of which each has to succeed.
                Some(text) => self.append(root, hook, &text, &format!("{COMMAND}\n")),
                None => self.create(root, hook, &format!("{COMMAND}\n"), true),
            }
            return Ok(());
        }
        let folder = repository.config().ok().and_then(|config| config.get_path("core.hooksPath").ok());
        let folder = folder.map_or_else(|| repository.commondir().join("hooks"), |folder| root.join(folder));
        let hook = folder.join("pre-commit");
        match read(&hook)? {
            None => self.create(root, hook, HOOK, true),
            Some(text) if text.contains("jotlint") => {}
            // It may end anywhere, so a line behind its last might never be reached.
            Some(_) => self.advice.push(format!("{}: add a line to it\n    {COMMAND} || exit 1\n", shown(root, &hook))),
        }
        Ok(())
    }

    fn ignore_rules(&mut self, root: &Path, repository: &git2::Repository) -> Result<(), Error> {
        let ignored = |name: &str| repository.is_path_ignored(Path::new(name)).unwrap_or(false);
        let lines: String = IGNORED
            .iter()
            .filter(|(name, _)| !ignored(name))
            .flat_map(|(_, lines)| *lines)
            .map(|line| format!("{line}\n"))
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let path = root.join(".gitignore");
        match read(&path)? {
            Some(before) => self.append(root, path, &before, &lines),
            None => self.create(root, path, &lines, false),
        }
        Ok(())
    }

    /// Writes what is planned.
    ///
    /// # Errors
    /// A file that cannot be written, or that has come into being since; those before it are written.
    pub fn apply(&self) -> Result<(), Error> {
        for step in &self.steps {
            step.write().map_err(|error| Error::File(step.path.clone(), error))?;
        }
        Ok(())
    }
}

impl Step {
    fn write(&self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        if self.append {
            options.append(true);
        } else {
            options.write(true).create_new(true);
        }
        #[cfg(unix)]
        if self.executable {
            use std::os::unix::fs::OpenOptionsExt;
            // As git's own samples: the umask takes off what it takes off.
            options.mode(0o777);
        }
        options.open(&self.path)?.write_all(self.text.as_bytes())
    }
}

/// A file's text, if there is one.
fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::File(path.to_owned(), error)),
    }
}

fn shown(root: &Path, path: &Path) -> String {
    let shown = path.strip_prefix(root).unwrap_or(path);
    shown.to_string_lossy().replace('\\', "/")
}

/// How far the entries of `repos:` are indented in a pre-commit configuration, if what is added at its end is one more.
fn indent_of_repos(text: &str) -> Option<&str> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    lines.find(|line| line.trim_end() == "repos:")?;
    let first = lines.next()?;
    let indent = &first[..first.len() - first.trim_start().len()];
    let in_list = |line: &str| line.starts_with(indent) && line[indent.len()..].starts_with(['-', ' ', '\t']);
    (in_list(first) && lines.all(in_list)).then_some(indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_hooks_takes_one_more_only_at_its_end() {
        assert_eq!(indent_of_repos("repos:\n- repo: x\n  hooks:\n  - id: y\n"), Some(""));
        assert_eq!(indent_of_repos("# x\nrepos:\n  - repo: x\n    hooks: []\n"), Some("  "));
        assert_eq!(indent_of_repos("repos:\n- repo: x\nci:\n  skip: []\n"), None);
        assert_eq!(indent_of_repos("repos: []\n"), None);
        assert_eq!(indent_of_repos("ci: {}\n"), None);
    }
}
