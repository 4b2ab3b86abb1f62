//! What the command line takes, and what becomes of it: exit status, standard output and standard error.

use std::fmt;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use anstream::AutoStream;
use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind as UsageError;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use indicatif::{DecimalBytes, HumanCount, ProgressBar, ProgressState, ProgressStyle};
use serde::Deserialize;

use jotlint::check::{self, Input, Outcome};
use jotlint::finding::{Severity, Skipped, Summary};
use jotlint::init::Plan;
use jotlint::secret::generate::{self, Algorithm};
use jotlint::source::{self, change, history, tree};

use crate::config::Config;
use crate::show::{self, Look};

/// Nothing at or above `--fail-on`.
const CLEAN: u8 = 0;
/// Findings.
const FOUND: u8 = 1;
/// It could not do what was asked.
const FAILED: u8 = 2;

/// As many unreadable files are named on standard error; the report has them all.
const MOST_FAULTS: usize = 20;

/// The size, in bytes, up to which files are read unless something else is said.
const MAX_FILE_SIZE: u64 = 2 << 20;

/// A check that takes longer shows its progress.
const LONG: Duration = Duration::from_millis(700);

/// How long a secret should live, in days, unless somebody says otherwise.
const ROTATION_DAYS: u32 = 180;

const EXAMPLES: &str = "\
Examples:
  jotlint check                          check the current folder
  jotlint check src config/prod.env      check these
  jotlint check --format sarif --output jotlint.sarif
  jotlint generate --env JWT_SECRET      make a secret for HS256
  jotlint explain weak-secret            say what a rule is about

Exit status:
  0  nothing found at or above --fail-on
  1  findings
  2  it could not do what was asked";

const CHECK_EXAMPLES: &str = "\
Examples:
  jotlint check                          check the current folder
  jotlint check src config/prod.env      check these
  jotlint check --fail-on error          let warnings pass
  jotlint check --select leaked-token    look for one thing
  jotlint check --staged                 check what the next commit would bring
  jotlint check --since origin/main      check what a branch changes
  jotlint check --history                check what git has ever kept
  git show HEAD:app.js | jotlint check --stdin-filename app.js

Files that .gitignore and .ignore leave out are not read, except environment and key files, which always are. \
Hidden files are read. Left out, and counted in the report: binary files, files above --max-file-size, lock files, \
source maps and minified code.";

/// Finds JSON Web Token secrets that are hard-coded, guessable or exposed, and verification that trusts what a token says
#[derive(Parser)]
#[command(name = "jotlint", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to colour what is shown
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, help_heading = "Output")]
    color: When,
}

#[derive(Subcommand)]
enum Command {
    /// Check files and folders
    Check(Check),
    /// Make fresh secrets, as long as their algorithm asks for
    Generate(Generate),
    /// Say what a rule finds, why it matters and how to mend it
    Explain(Explain),
    /// List the rules
    Rules(Rules),
    /// Set a repository up: a hook, ignore rules, a configuration file
    Init(Init),
    /// Write completions for a shell
    Completions(Completions),
}

#[derive(Args)]
#[command(after_help = CHECK_EXAMPLES)]
struct Check {
    /// Files and folders to check [default: the current folder; with the options about git the whole repository]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Check what is staged, as it is staged
    #[arg(long, group = "change", conflicts_with = "stdin_filename", help_heading = "Git")]
    staged: bool,

    /// Check what has changed since the last commit in common with REV, up to the working tree
    #[arg(long, value_name = "REV", group = "change", conflicts_with = "stdin_filename", help_heading = "Git")]
    since: Option<String>,

    /// Check the working tree and every version of every file that git keeps, reachable or not
    #[arg(long, group = "change", conflicts_with_all = ["stdin_filename", "diff_lines"], help_heading = "Git")]
    history: bool,

    /// With --history: look at everything again, and write down nothing in .git/jotlint for the next time
    #[arg(long, requires = "history", help_heading = "Git")]
    no_cache: bool,

    /// With --history: report secrets that have not changed for more than so many days [default: 180]
    #[arg(long, value_name = "N", requires = "history", help_heading = "Git")]
    rotation_days: Option<u32>,

    /// Report only what changed lines bring
    #[arg(long, requires = "change", help_heading = "Git")]
    diff_lines: bool,

    /// How to report
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,

    /// Write the report to FILE, all of it or nothing
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// The least severity that makes the exit status 1 [default: warning]
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Output")]
    fail_on: Option<FailOn>,

    /// Only these rules
    #[arg(long, value_name = "RULE,...", value_delimiter = ',', value_parser = rules(), hide_possible_values = true, help_heading = "Rules")]
    select: Vec<String>,

    /// Not these rules
    #[arg(long, value_name = "RULE,...", value_delimiter = ',', value_parser = rules(), hide_possible_values = true, help_heading = "Rules")]
    ignore: Vec<String>,

    /// Judge the keys of cookies and sessions too, which are no JWTs
    #[arg(long, help_heading = "Rules")]
    adjacent: bool,

    /// Read this configuration, and not the jotlint.toml of the project
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long, conflicts_with = "config", help_heading = "Rules")]
    no_config: bool,

    /// Check standard input, as if it were the file NAME
    #[arg(long, value_name = "NAME", conflicts_with = "paths", help_heading = "Files")]
    stdin_filename: Option<String>,

    /// Read ignored files too
    #[arg(long, help_heading = "Files")]
    no_ignore: bool,

    /// Read files up to this size, in bytes or with K, M or G behind it [default: 2M]
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Files")]
    max_file_size: Option<u64>,

    /// Threads to work with; 0 for as many as there are processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=256), default_value_t = 0, help_heading = "Files")]
    threads: u16,
}

#[derive(Args)]
struct Generate {
    /// The algorithm the secret is for, which says how long it is
    #[arg(long, value_enum, ignore_case = true, default_value_t = Algorithm::Hs256)]
    alg: Algorithm,

    /// How it is written
    #[arg(long, value_enum, default_value_t = generate::Format::Base64url)]
    format: generate::Format,

    /// Write it as NAME=secret, for an environment file
    #[arg(long, value_name = "NAME", value_parser = environment_name)]
    env: Option<String>,

    /// How many, one a line
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000), default_value_t = 1)]
    count: u32,
}

#[derive(Args)]
struct Explain {
    /// The rule
    #[arg(value_parser = rules(), hide_possible_values = true)]
    rule: String,
}

#[derive(Args)]
struct Rules {
    /// How to list them
    #[arg(long, value_enum, default_value_t)]
    format: ListFormat,
}

#[derive(Args)]
struct Init {
    /// The repository, or a folder in it
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,

    /// Write without asking
    #[arg(long, short)]
    yes: bool,
}

#[derive(Args)]
struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum When {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    Always,
    Never,
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
    /// One JSON object a finding, one a line
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// GitLab's secret detection report
    Gitlab,
}

/// The formats of a list.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    #[default]
    Text,
    /// One JSON array
    Json,
}

/// What makes the exit status 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    Error,
    #[default]
    Warning,
    Note,
    Never,
}

impl FailOn {
    fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Note => severity >= Severity::Note,
            FailOn::Never => false,
        }
    }
}

/// Why it could not do what was asked: what, where, what to do, in one line.
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Failure {
    /// Nothing could be written to that place.
    fn write(place: impl fmt::Display, error: &io::Error) -> Self {
        Failure(format!("{place}: cannot be written: {error}"))
    }
}

impl From<check::Error> for Failure {
    fn from(error: check::Error) -> Self {
        Failure(error.to_string())
    }
}

/// Does what the command line asks for.
pub fn run() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => command(cli),
        Err(error) => usage(&error),
    };
    ExitCode::from(done.unwrap_or_else(|failure| {
        say(&failure);
        FAILED
    }))
}

/// Says something on standard error. If nobody listens, that is no reason to stop.
fn say(message: &dyn fmt::Display) {
    // Standard error is not buffered: each piece of a format string would be a write of its own.
    let _ = io::stderr().write_all(format!("jotlint: {message}\n").as_bytes());
}

/// Help and version, which clap has as errors, are shown; errors become one line.
fn usage(error: &clap::Error) -> Result<u8, Failure> {
    match error.kind() {
        UsageError::DisplayHelp | UsageError::DisplayVersion => {
            let printed = error.print();
            ignore_broken_pipe(printed).map_err(|error| Failure::write("standard output", &error))?;
            Ok(CLEAN)
        }
        UsageError::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Ok(FAILED)
        }
        _ => Err(Failure(one_line(&error.render().to_string()))),
    }
}

/// clap's account of an error, which is several paragraphs, as one line: what is wrong, what may have been meant, where
/// to read on.
fn one_line(account: &str) -> String {
    let has_tip = account.contains("tip: ");
    let mut line = String::new();
    for paragraph in account.strip_prefix("error: ").unwrap_or(account).split("\n\n") {
        let lines = paragraph.lines().map(str::trim).filter(|line| !line.is_empty());
        // All values there are say less than the one that was meant.
        let lines = lines.filter(|line| !(has_tip && line.starts_with("[possible values")));
        let text = lines.map(|line| line.strip_prefix("tip: ").unwrap_or(line)).collect::<Vec<_>>().join(" ");
        if text.is_empty() || text.starts_with("Usage:") || text.starts_with("For more information") {
            continue;
        }
        if !line.is_empty() {
            line.push_str("; ");
        }
        line.push_str(&text);
    }
    line + "; see --help"
}

fn command(cli: Cli) -> Result<u8, Failure> {
    let look = look(cli.color);
    match cli.command {
        Command::Check(check) => check.run(cli.color),
        Command::Generate(generate) => {
            let made = show::secrets(generate.alg, generate.format, generate.env.as_deref(), generate.count);
            let text = made.map_err(|error| Failure(format!("the system has no random bytes to give: {error}")))?;
            to_stdout(|out| out.write_all(text.as_bytes()))
        }
        Command::Explain(explain) => to_stdout(|out| show::explain(&explain.rule, look, out)),
        Command::Rules(rules) => to_stdout(|out| show::rules(rules.format, look, out)),
        Command::Init(init) => init.run(),
        Command::Completions(completions) => {
            let mut script = Vec::new();
            clap_complete::generate(completions.shell, &mut Cli::command(), "jotlint", &mut script);
            to_stdout(|out| out.write_all(&script))
        }
    }
}

/// How to show something on standard output.
fn look(color: When) -> Look {
    let is_terminal = io::stdout().is_terminal();
    Look {
        color: match color {
            When::Always => true,
            When::Never => false,
            When::Auto => AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
        },
        width: terminal_size::terminal_size().filter(|_| is_terminal).map(|(width, _)| usize::from(width.0)),
        is_terminal,
    }
}

/// Writes to standard output; that nobody reads it to the end is fine.
fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<u8, Failure> {
    // By itself standard output is written line by line, and reports have many.
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    ignore_broken_pipe(written).map_err(|error| Failure::write("standard output", &error))?;
    Ok(CLEAN)
}

fn ignore_broken_pipe(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

impl Init {
    fn run(self) -> Result<u8, Failure> {
        let plan = Plan::of(&self.path).map_err(|error| Failure(error.to_string()))?;
        to_stdout(|out| show::plan(&plan, out))?;
        if plan.steps.is_empty() {
            return Ok(CLEAN);
        }
        if !self.yes {
            if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
                return Err(Failure("nothing is written without being asked; add --yes".to_owned()));
            }
            to_stdout(|out| write!(out, "Write this? [y/N] "))?;
            let mut answer = String::new();
            io::stdin().read_line(&mut answer).map_err(|error| Failure(format!("standard input: {error}")))?;
            if !matches!(answer.trim(), "y" | "Y" | "yes") {
                return to_stdout(|out| writeln!(out, "Nothing is written."));
            }
        }
        plan.apply().map_err(|error| Failure(error.to_string()))?;
        to_stdout(|out| writeln!(out, "Written."))
    }
}

impl Check {
    fn run(mut self, color: When) -> Result<u8, Failure> {
        if !self.no_config {
            self.configure(Config::load(self.config.as_deref()).map_err(Failure)?);
        }
        if let Some(output) = &self.output {
            check_output(output)?;
        }
        let started = SystemTime::now();
        let outcome = self.check()?;
        say_faults(&outcome.summary.skipped);
        if outcome.summary.is_empty() {
            say(&self.nothing(&outcome.summary));
        }
        let place = self.place();
        match &self.output {
            None => {
                to_stdout(|out| show::report(self.format, &outcome, look(color), place, started, out))?;
            }
            Some(output) => {
                let look = Look { color: matches!(color, When::Always), width: None, is_terminal: false };
                let mut report = Vec::new();
                show::report(self.format, &outcome, look, place, started, &mut report)
                    .and_then(|()| write_whole(output, &report))
                    .map_err(|error| Failure::write(output.display(), &error))?;
            }
        }
        let found = outcome.findings.iter().any(|finding| self.fail_on.unwrap_or_default().fails(finding.severity));
        Ok(if found { FOUND } else { CLEAN })
    }

    /// Fills in what the command line leaves open.
    fn configure(&mut self, config: Config) {
        self.fail_on = self.fail_on.or(config.fail_on);
        self.max_file_size =
            self.max_file_size.or(config.max_file_size.as_deref().and_then(|written| size(written).ok()));
        self.rotation_days = self.rotation_days.or(config.rotation_days);
        self.adjacent |= config.adjacent;
        // A choice of rules is one as a whole.
        if self.select.is_empty() && self.ignore.is_empty() {
            (self.select, self.ignore) = (config.select, config.ignore);
        }
    }

    fn max_file_size(&self) -> u64 {
        self.max_file_size.unwrap_or(MAX_FILE_SIZE)
    }

    /// The first of the paths, or else the current folder.
    fn place(&self) -> &Path {
        self.paths.first().map_or(Path::new("."), PathBuf::as_path)
    }

    fn check(&self) -> Result<Outcome, Failure> {
        let history_progress = Arc::<history::Progress>::default();
        let change = || change::Options { paths: self.paths.clone(), changed_lines: self.diff_lines };
        let input = match (&self.stdin_filename, &self.since) {
            (None, None) if self.history => Input::History(history::Options {
                paths: self.paths.clone(),
                no_cache: self.no_cache,
                rotation_days: self.rotation_days.unwrap_or(ROTATION_DAYS),
                progress: history_progress.clone(),
            }),
            (None, None) if self.staged => Input::Staged(change()),
            (None, None) if self.paths.is_empty() => Input::Tree(vec![PathBuf::from(".")]),
            (None, None) => Input::Tree(self.paths.clone()),
            (None, Some(revision)) => Input::Since(revision.clone(), change()),
            (Some(name), _) => match source::read_stdin(name, self.max_file_size()) {
                Ok(file) => Input::File(file),
                Err(refusal) => {
                    let summary = Summary { skipped: vec![refusal.of(name.clone())], ..Summary::default() };
                    return Ok(Outcome { findings: Vec::new(), summary });
                }
            },
        };
        let progress = Progress::new(self.history.then_some(history_progress));
        let options = check::Options {
            input,
            tree: tree::Options {
                no_ignore: self.no_ignore,
                threads: usize::from(self.threads),
                max_file_size: self.max_file_size(),
            },
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            adjacent: self.adjacent,
            // No other format has them.
            line_hashes: matches!(self.format, Format::Sarif),
            progress: &|| progress.advance(),
        };
        let outcome = check::check(&options);
        progress.finish();
        Ok(outcome?)
    }

    /// What to say when no file was looked at: that there is nothing wrong would be said of nothing.
    fn nothing(&self, summary: &Summary) -> String {
        let place = match &self.stdin_filename {
            Some(name) => name.clone(),
            None if self.paths.is_empty() => ".".to_owned(),
            None => self.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "),
        };
        match (summary.skipped.as_slice(), &self.since) {
            ([], _) if self.staged => "nothing to check: nothing is staged; `git add` stages it".to_owned(),
            ([], Some(revision)) => format!("nothing to check: nothing has changed since `{revision}`"),
            ([], None) => {
                format!("{place}: nothing to check: no file here is read; see --no-ignore and the paths given")
            }
            ([skipped], _) => format!("{place}: nothing to check: {} was skipped ({})", skipped.path, skipped.reason),
            (many, _) => {
                format!("{place}: nothing to check: all {} files were skipped; --format json says why", many.len())
            }
        }
    }
}

/// Names the files that should have been read and could not be.
fn say_faults(skipped: &[Skipped]) {
    let faults = || skipped.iter().filter(|skipped| skipped.fault);
    for fault in faults().take(MOST_FAULTS) {
        say(&format_args!("{}: not wholly checked: {}", fault.path, fault.reason));
    }
    let more = faults().skip(MOST_FAULTS).count();
    if more > 0 {
        say(&format_args!("{more} more could not be checked wholly; --format json names them all"));
    }
}

/// A count of files on standard error, if that is a terminal and the work is long. Before the files come the objects of a
/// history, with their rate.
struct Progress {
    wanted: bool,
    started: Instant,
    files: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    fn new(history: Option<Arc<history::Progress>>) -> Self {
        let progress = Progress {
            wanted: io::stderr().is_terminal(),
            started: Instant::now(),
            files: AtomicU64::new(0),
            bar: OnceLock::new(),
        };
        if let (true, Some(history)) = (progress.wanted, history) {
            progress.bar.get_or_init(|| history_bar(history, progress.started));
        }
        progress
    }

    /// One more file is done.
    fn advance(&self) {
        if !self.wanted {
            return;
        }
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        if self.started.elapsed() < LONG {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} checking: {human_pos} files, {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_position(files);
    }

    fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

/// Shows how many objects of a history are read, of how many, and how fast.
fn history_bar(progress: Arc<history::Progress>, started: Instant) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let state = move |_: &ProgressState, out: &mut dyn fmt::Write| {
        let [objects, total, bytes] =
            [&progress.objects, &progress.total, &progress.bytes].map(|count| count.load(Ordering::Relaxed));
        let seconds = started.elapsed().as_secs_f64().max(0.001);
        let rate = DecimalBytes((bytes as f64 / seconds) as u64);
        let _ = write!(
            out,
            "{} of {} objects, {} at {rate}/s",
            HumanCount(objects),
            HumanCount(total),
            DecimalBytes(bytes)
        );
    };
    if let Ok(style) = ProgressStyle::with_template("{spinner} history: {objects}, {elapsed}") {
        bar.set_style(style.with_key("objects", state));
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Whether a report can be written there, as far as that can be told before there is one.
fn check_output(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure(format!("{}: is a folder; name a file for --output", path.display())));
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(Failure(format!("{}: no such folder; create it before --output writes to it", folder.display())));
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file so that it is either as it was or as it is to be: to a new file beside it that then takes its name.
/// What is no regular file, a pipe for instance, is written to as it is.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Where the path is a link, what it leads to is replaced and not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        return fs::OpenOptions::new().write(true).open(&target)?.write_all(bytes);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".jotlint-");
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: the umask takes off what it takes off.
        builder.permissions(fs::Permissions::from_mode(0o666))
    };
    let mut file = builder.tempfile_in(folder_of(&target))?;
    file.write_all(bytes)?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions())?;
    }
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// A value that is a rule's id. clap says which one may have been meant.
fn rules() -> PossibleValuesParser {
    PossibleValuesParser::new(show::rule_ids())
}

/// A number of bytes: `4096`, `512K`, `1M`, `2MiB`, `1G`.
pub fn size(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("not a size; write it like 4096, 512K, 1M or 1G".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "not a size; write it like 4096, 512K, 1M or 1G".to_owned())?;
    // A span is counted in 32 bits.
    let bytes = number.checked_mul(factor).filter(|bytes| *bytes < u64::from(u32::MAX));
    bytes.ok_or_else(|| "larger than a file can be; 4095M is the most".to_owned())
}

/// The name of an environment variable (POSIX.1-2017 §8.1).
fn environment_name(text: &str) -> Result<String, String> {
    let mut characters = text.chars();
    let is_name = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name { Ok(text.to_owned()) } else { Err("not a name; it has letters, digits and _ only".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("512K", 512 << 10),
            ("1M", 1 << 20),
            ("2 MiB", 2 << 20),
            ("1gb", 1 << 30),
            ("7b", 7),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "-1", "1.5M", "1T", "4G", "99999999999999999999", "18446744073709551615G", "1\u{e9}"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn errors_become_one_line() {
        let line = |arguments: &[&str]| {
            let error = Cli::try_parse_from(arguments).err().expect("an error");
            one_line(&error.render().to_string())
        };
        assert_eq!(
            line(&["jotlint", "check", "--formt", "json"]),
            "unexpected argument '--formt' found; a similar argument exists: '--format'; see --help"
        );
        assert_eq!(
            line(&["jotlint", "check", "--select", "weak-secrt"]),
            "invalid value 'weak-secrt' for '--select <RULE,...>'; a similar value exists: 'weak-secret'; see --help"
        );
        assert_eq!(
            line(&["jotlint", "explain"]),
            "the following required arguments were not provided: <RULE>; see --help"
        );
        assert_eq!(
            line(&["jotlint", "check", "--max-file-size", "big"]),
            "invalid value 'big' for '--max-file-size <SIZE>': not a size; write it like 4096, 512K, 1M or 1G; see --help"
        );
    }
}
