//! `jotlint.toml`: what `jotlint check` does in a project where the command line does not say.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jotlint::init::CONFIGURATION_NAMES;
use jotlint::rule_document;
use serde::Deserialize;

use crate::cli::{FailOn, size};

/// What a configuration file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// `--select`.
    pub select: Vec<String>,
    /// `--ignore`.
    pub ignore: Vec<String>,
    /// `--adjacent`.
    pub adjacent: bool,
    /// `--max-file-size`, as it is written there.
    pub max_file_size: Option<String>,
    /// `--rotation-days`.
    pub rotation_days: Option<u32>,
}

impl Config {
    /// The configuration in a file, or, without one, in the nearest that is found from the current folder up to the one the
    /// repository begins in.
    ///
    /// # Errors
    /// A file that cannot be read, or that says what is not understood; in one line that names it.
    pub fn load(file: Option<&Path>) -> Result<Config, String> {
        let Some(path) = file.map(Path::to_owned).or_else(find) else { return Ok(Config::default()) };
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => format!("{}: no such file; --config names one that exists", path.display()),
            ErrorKind::InvalidData => format!("{}: is no text; a configuration is UTF-8", path.display()),
            _ => format!("{}: cannot be read: {error}", path.display()),
        })?;
        Config::read(&text).map_err(|(line, reason)| format!("{}:{line}: {reason}", path.display()))
    }

    /// Reads a configuration; what is not understood is told with its line.
    fn read(text: &str) -> Result<Config, (usize, String)> {
        let line_of = |at: usize| 1 + text.get(..at).unwrap_or(text).matches('\n').count();
        let config: Config = toml::from_str(text).map_err(|error| {
            let reason = error.message().lines().collect::<Vec<_>>().join(" ");
            (line_of(error.span().map_or(0, |span| span.start)), reason)
        })?;
        let line_with = |value: &str| line_of(text.find(value).unwrap_or(0));
        for rule in config.select.iter().chain(&config.ignore) {
            if rule_document::find(rule).is_none() {
                let meant = rule_document::suggest(rule);
                let meant = meant.map_or("`jotlint rules` lists them".to_owned(), |id| format!("`{id}` exists"));
                return Err((line_with(rule), format!("there is no rule `{rule}`; {meant}")));
            }
        }
        if let Some(written) = &config.max_file_size {
            size(written).map_err(|reason| (line_with(written), format!("max-file-size is {reason}")))?;
        }
        Ok(config)
    }
}

/// The nearest configuration file. Outside a repository only the current folder counts: those above may be anybody's.
fn find() -> Option<PathBuf> {
    let current = std::env::current_dir().ok()?;
    let root = current.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&current);
    let folders = current.ancestors().take_while(|folder| folder.starts_with(root));
    let mut files = folders.flat_map(|folder| CONFIGURATION_NAMES.map(|name| folder.join(name)));
    files.find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let config = Config::read(
            "fail-on = \"error\"\nselect = [\"weak-secret\"]\nmax-file-size = \"1M\"\nrotation-days = 90\nadjacent = true\n",
        );
        let expected = Config {
            fail_on: Some(FailOn::Error),
            select: vec!["weak-secret".to_owned()],
            ignore: Vec::new(),
            adjacent: true,
            max_file_size: Some("1M".to_owned()),
            rotation_days: Some(90),
        };
        assert_eq!(config, Ok(expected));
        assert_eq!(Config::read(""), Ok(Config::default()));
    }

    #[test]
    fn what_init_writes_is_what_holds_without_it() {
        let written = Config::read(jotlint::init::CONFIGURATION).expect("a configuration");
        assert_eq!(written.fail_on, Some(FailOn::default()));
        assert_eq!((written.select, written.ignore, written.adjacent), (Vec::new(), Vec::new(), false));
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        for (text, line, word) in [
            ("\nfail_on = \"error\"", 2, "fail_on"),
            ("fail-on = \"never\"\nselect = [\n\"weak-secrt\"]", 3, "`weak-secret` exists"),
            ("max-file-size = \"big\"", 1, "not a size"),
            ("rotation-days = -1", 1, "-1"),
            ("fail-on = ", 1, ""),
        ] {
            let (at, reason) = Config::read(text).expect_err(text);
            assert!(at == line && reason.contains(word) && !reason.contains('\n'), "{text}: {at}: {reason}");
        }
    }
}
