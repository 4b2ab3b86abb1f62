//! README.md tells the truth: its commands print what it says they print, and its tables name what there is.
//!
//! In a `console` block a line behind `$ ` is a command, lines behind `> ` go on with it, and the rest is what it prints.
//! A block runs in an empty folder with a copy of `showcase/` in it, its commands one after the other in one shell. What
//! differs from run to run is not compared: how long something took, and the first character of a masked secret.
//!
//! `README=overwrite cargo test --test readme` writes down what the commands really print.
#![cfg(unix)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use jotlint::library::Library;
use jotlint::{rule, rule_document};
use regex::Regex;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(project().join("README.md")).expect("README.md")
}

/// A command and what it prints.
struct Step {
    command: String,
    output: String,
}

/// A part of README.md.
enum Part {
    /// Lines that are not run.
    Text(String),
    /// The inside of a console block.
    Console(Vec<Step>),
}

fn parts(readme: &str) -> Vec<Part> {
    let mut parts = vec![Part::Text(String::new())];
    for line in readme.lines() {
        if line == "```" && matches!(parts.last(), Some(Part::Console(_))) {
            parts.push(Part::Text(String::new()));
        }
        match parts.last_mut() {
            Some(Part::Console(steps)) => {
                if let Some(command) = line.strip_prefix("$ ") {
                    steps.push(Step { command: command.to_owned(), output: String::new() });
                    continue;
                }
                let step = steps.last_mut().expect("a console block begins with a command");
                match line.strip_prefix("> ") {
                    Some(more) if step.output.is_empty() => step.command = format!("{}\n{more}", step.command),
                    _ => step.output += &format!("{line}\n"),
                }
            }
            Some(Part::Text(text)) => *text += &format!("{line}\n"),
            None => unreachable!("there is always a part"),
        }
        if line == "```console" {
            parts.push(Part::Console(Vec::new()));
        }
    }
    parts
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

/// What the commands print, standard error included.
fn run(steps: &[Step]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let (home, work) = (folder.path().join("home"), folder.path().join("work"));
    fs::create_dir(&home).expect("a folder");
    copy(&project().join("showcase"), &work.join("showcase"));
    let output = |index: usize| home.join(index.to_string());

    // The binary has been built for the test. Building it again would take minutes.
    let mut script = String::from(
        "cargo() { while [ $# -gt 0 ] && [ \"$1\" != -- ]; do shift; done; shift; jotlint \"$@\"; }\nstatus=0\n",
    );
    for (index, step) in steps.iter().enumerate() {
        let output = output(index);
        writeln!(script, "{{ (exit $status)\n{}\n}} >'{}' 2>&1; status=$?", step.command, output.display())
            .expect("a string takes everything");
    }
    let binaries = Path::new(env!("CARGO_BIN_EXE_jotlint")).parent().expect("a folder").to_owned();
    let path: Vec<PathBuf> =
        [binaries].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())).collect();
    // Nothing of whoever runs the test counts: no colours that are forced, no configuration of git, no hook's variables.
    let ran = Command::new("sh")
        .args(["-c", &script])
        .current_dir(&work)
        .env_clear()
        .env("PATH", env::join_paths(path).expect("a path"))
        .env("HOME", &home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
        .stdin(Stdio::null())
        .output()
        .expect("sh");
    assert!(ran.stderr.is_empty(), "{script}\n{}", String::from_utf8_lossy(&ran.stderr));
    (0..steps.len()).map(|index| fs::read_to_string(output(index)).expect("what a command printed")).collect()
}

/// A text without what differs from run to run.
fn steady(text: &str) -> String {
    let took = Regex::new(r" in [0-9]+(\.[0-9])? m?s\b").expect("a pattern");
    let masked = Regex::new(".•••••").expect("a pattern");
    masked.replace_all(&took.replace_all(text.trim_end(), " in a moment"), "?•••••").into_owned()
}

#[test]
fn commands_print_what_the_readme_says() {
    let overwrite = env::var_os("README").is_some_and(|value| value == "overwrite");
    let mut written = String::new();
    let mut differences = String::new();
    let mut blocks = 0;
    for part in parts(&readme()) {
        let steps = match part {
            Part::Text(text) => {
                written += &text;
                continue;
            }
            Part::Console(steps) => steps,
        };
        blocks += 1;
        for (step, printed) in steps.iter().zip(run(&steps)) {
            let is_same = steady(&step.output) == steady(&printed);
            if !is_same {
                let Step { command, output } = step;
                write!(differences, "$ {command}\nREADME.md says:\n{output}\nit prints:\n{printed}\n")
                    .expect("a string takes everything");
            }
            let output = if is_same { &step.output } else { &printed };
            write!(written, "$ {}\n{output}", step.command.replace('\n', "\n> ")).expect("a string takes everything");
        }
    }
    assert!(blocks > 0, "README.md has no console blocks");
    if overwrite {
        fs::write(project().join("README.md"), written).expect("README.md");
    } else {
        assert!(differences.is_empty(), "{differences}README=overwrite cargo test --test readme mends it");
    }
}

#[test]
fn every_rule_stands_in_its_table() {
    let readme = readme();
    for document in rule_document::all() {
        let row = format!("| `{}` | {} |", document.id, document.severity);
        assert!(readme.contains(&row), "no row begins with {row}");
    }
    let severities = [" | error | ", " | warning | ", " | note | "];
    let rows = readme.lines().filter(|line| severities.iter().any(|severity| line.contains(severity))).count();
    assert_eq!(rows, rule::RULES.len(), "the table has rows for what there is not");
}

#[test]
fn every_library_is_named() {
    let readme = readme();
    for folder in fs::read_dir(project().join("rules/libraries")).expect("languages") {
        for model in fs::read_dir(folder.expect("a language").path()).expect("models") {
            let text = fs::read_to_string(model.expect("a model").path()).expect("a model's text");
            let library: Library = toml::from_str(&text).expect("a model");
            // What a language itself offers has its name.
            let is_library = !(library.uses.is_empty() && library.settings.is_empty());
            assert!(!is_library || readme.contains(&format!("`{}`", library.name)), "{} is not named", library.name);
        }
    }
}
