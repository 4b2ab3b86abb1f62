//! The pipeline: sources in, findings out; the only place that knows all the steps.
//!
//! 1. The source hands on files; the prefilter throws away what cannot matter. This runs on the walker's threads.
//! 2. What is left is parsed and given to the rules, in parallel, and what they found is written down for people: code
//!    first, then configuration, in which the environment variables that code uses as keys are keys too.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::analysis::{Analysis, Surroundings};
use crate::facts::Span;
use crate::finding::{Context, Finding, Region, Related, Severity, Skipped, Summary};
use crate::language::{self, Language};
use crate::library::Models;
use crate::lines::Lines;
use crate::manifest::Manifests;
use crate::name::{self, Tier};
use crate::past::{Ages, Identity, Secrets, Standing};
use crate::report::line_hash;
use crate::repository::{self, FileStatus, Naming, Repositories};
use crate::rule::{Check, Draft, Drafts, RULES, Rule};
use crate::secret::pem;
use crate::secret::strength::ProjectNames;
use crate::secret::token::{self, Token};
use crate::source::change::{self, Change};
use crate::source::history::{self, History, Version};
use crate::source::{File, Refusal, tree};
use crate::{context, prefilter};

/// Parsers recurse as deep as a text nests; the deepest they are given fits in this many bytes of stack.
const STACK_SIZE: usize = 64 * 1024 * 1024;

/// What to check.
#[derive(Clone, Debug)]
pub enum Input {
    /// These files and folders.
    Tree(Vec<std::path::PathBuf>),
    /// This file.
    File(File<'static>),
    /// What is staged.
    Staged(change::Options),
    /// What has changed since the revision.
    Since(String, change::Options),
    /// The working tree, and every version of every file that git keeps.
    History(history::Options),
}

/// How to check it.
pub struct Options<'a> {
    /// What to check.
    pub input: Input,
    /// How folders are walked.
    pub tree: tree::Options,
    /// The rules that count; all if empty.
    pub select: Vec<String>,
    /// The rules that do not.
    pub ignore: Vec<String>,
    /// Whether the keys of what is not a JWT, cookies and sessions, are judged too.
    pub adjacent: bool,
    /// Called after each file, on the thread that read it.
    pub progress: &'a (dyn Fn() + Sync),
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub summary: Summary,
}

/// Why nothing was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The tree could not be walked.
    Tree(tree::Error),
    /// No threads could be started; why not.
    Threads(String),
    /// git cannot say what is asked for.
    Repository(repository::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Tree(error) => error.fmt(f),
            Error::Repository(error) => error.fmt(f),
            Error::Threads(reason) => write!(f, "no threads could be started: {reason}; try --threads 1"),
        }
    }
}

impl std::error::Error for Error {}

impl From<tree::Error> for Error {
    fn from(error: tree::Error) -> Self {
        Error::Tree(error)
    }
}

impl From<repository::Error> for Error {
    fn from(error: repository::Error) -> Self {
        Error::Repository(error)
    }
}

/// A file that may matter, read but not yet parsed.
struct Candidate {
    path: String,
    context: Context,
    language: Language,
    text: String,
    /// Whether it is judged, or only says what other files mean.
    is_judged: bool,
    /// What git says of it, where that is known from where it comes.
    status: Option<FileStatus>,
}

/// What a source came to.
#[derive(Default)]
struct Gathered {
    candidates: Vec<Candidate>,
    summary: Summary,
    project: Project,
    change: Option<Change>,
    history: Option<History>,
}

/// What is known of the whole project.
#[derive(Default)]
struct Project {
    /// What it is called.
    names: Vec<String>,
    /// The folders it does not reach beyond.
    boundaries: Vec<PathBuf>,
}

/// What came of one file.
#[derive(Default)]
struct Checked {
    /// What was found, each with the secret it is about.
    findings: Vec<(Finding, Option<Identity>)>,
    problems: Vec<Skipped>,
    key_variables: HashSet<String>,
    /// The secrets in it, whether or not anything is wrong with them.
    secrets: Vec<Identity>,
}

/// What is known of a file from outside.
#[derive(Default)]
struct Outside<'a> {
    /// What git says of an env or key file.
    status: Option<FileStatus>,
    /// How old secrets are, where that was asked and git tracks the file.
    ages: Option<Ages<'a>>,
}

/// Checks.
///
/// # Errors
/// A path that does not exist, a repository that is missing or cannot be read where one is needed, or a machine that gives
/// no threads.
pub fn check(options: &Options) -> Result<Outcome, Error> {
    let started = Instant::now();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.tree.threads)
        .stack_size(STACK_SIZE)
        .build()
        .map_err(|error| Error::Threads(error.to_string()))?;
    let repositories = Repositories::new();
    let Gathered { mut candidates, mut summary, project, change, history } =
        pool.install(|| gather(options, &repositories))?;
    candidates.sort_by(|one, other| one.path.cmp(&other.path));
    let around = Around::new(project, options);

    let mut key_variables = HashSet::new();
    let mut secrets = Secrets::default();
    if let Some(history) = &history {
        (secrets, key_variables) = pool.install(|| around.check_history(history));
    }
    let ages = match &options.input {
        Input::History(history) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64);
            Some(Ages { secrets: &secrets, rotation_days: history.rotation_days, now })
        }
        _ => None,
    };
    // Code first: it says which variables are keys, whatever they are called, and configuration is judged by that.
    let (code, configuration): (Vec<Candidate>, Vec<Candidate>) =
        candidates.into_iter().partition(|candidate| !candidate.language.is_configuration());
    let mut checked = pool.install(|| {
        let mut checked = around.check_all(code, &key_variables, &repositories, ages);
        key_variables.extend(checked.iter_mut().flat_map(|file| std::mem::take(&mut file.key_variables)));
        checked.extend(around.check_all(configuration, &key_variables, &repositories, ages));
        checked
    });
    let found = checked.iter_mut().flat_map(|file| std::mem::take(&mut file.findings));
    let mut standing = Standing::default();
    let mut findings: Vec<Finding> = found
        .map(|(mut finding, secret)| {
            if let (Some(_), Some(secret)) = (&history, secret) {
                finding.past = secrets.span(secret).map(|span| span.past(true));
                standing.add(secret, &finding);
            }
            finding
        })
        .collect();
    if let Some(change) = &change {
        findings.retain(|finding| is_changed(change, finding));
    }
    findings.sort_by(|one, other| one.path.cmp(&other.path));
    if let Some(history) = history {
        history.remember(&secrets.dirty);
        findings.extend(secrets.findings(&standing));
    }
    summary.skipped.extend(checked.into_iter().flat_map(|file| file.problems));
    summary.skipped.sort_by(|one, other| (&one.path, &one.reason).cmp(&(&other.path, &other.reason)));
    summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Outcome { findings, summary })
}

/// Reads what is to be checked, of which the prefilter throws nearly all away.
fn gather(options: &Options, repositories: &Repositories) -> Result<Gathered, Error> {
    let mut gathered = Gathered::default();
    let candidates = Mutex::new(Vec::new());
    let add = |file: File<'_>, status: Option<FileStatus>, is_judged: bool| {
        let language = Language::of_path(Path::new(&file.path));
        if prefilter::matters(language, &file.bytes) {
            let candidate = Candidate {
                context: context::of_path(file.local_path()),
                language,
                text: file.text()?.into_owned(),
                path: file.path,
                is_judged,
                status,
            };
            candidates.lock().unwrap_or_else(PoisonError::into_inner).push(candidate);
        }
        Ok(())
    };
    let consider = |file: File<'_>| {
        (options.progress)();
        add(file, None, true)
    };
    let summary = &mut gathered.summary;
    match &options.input {
        Input::Tree(paths) => {
            let walked = tree::walk(paths, &options.tree, consider)?;
            (summary.files, summary.bytes, summary.skipped) = (walked.files, walked.bytes, walked.skipped);
            gathered.project = Project::around(paths, repositories);
        }
        Input::File(file) => {
            (summary.files, summary.bytes) = (1, file.bytes.len() as u64);
            gathered.project = Project::around(&[PathBuf::from(&file.path)], repositories);
            if let Err(refusal) = consider(file.clone()) {
                summary.skipped.push(refusal.of(file.path.clone()));
            }
        }
        Input::Staged(which) | Input::Since(_, which) => {
            let change = match &options.input {
                Input::Since(revision, _) => Change::since(revision, which)?,
                _ => Change::staged(which)?,
            };
            let status = change.is_staged().then_some(FileStatus::Tracked);
            let read = change.read(options.tree.max_file_size, |file| {
                (options.progress)();
                add(file, status, true)
            })?;
            (summary.files, summary.bytes, summary.skipped) = (read.files, read.bytes, read.skipped);
            let asks = candidates.lock().unwrap_or_else(PoisonError::into_inner).iter().any(depends_on_code);
            if asks {
                change.read_rest(options.tree.max_file_size, |file| {
                    // Nothing is said of a file that has not changed, nor that it is none to be read.
                    let _ = add(file, None, false);
                })?;
            }
            gathered.project = Project { names: change.project_names(), boundaries: vec![change.root().to_owned()] };
            gathered.change = Some(change);
        }
        Input::History(which) => {
            let history = match History::read(which, options.adjacent, options.tree.max_file_size) {
                Ok(history) => Some(history),
                // The working tree can be looked at all the same.
                Err(error) if error.is_unknown_format() => {
                    summary.skipped.push(Refusal::fault(format!("history: {}", error.reason)).of(".git"));
                    None
                }
                Err(error) => return Err(error.into()),
            };
            let root = history.as_ref().and_then(History::root);
            let naming = Naming::below(root);
            // Files are walked by whole paths, and named as those of the history are.
            let rename = |path: &str| {
                let below = root.and_then(|root| Path::new(path).strip_prefix(root).ok());
                below.map(|below| naming.name(&below.to_string_lossy().replace('\\', "/")))
            };
            let paths = match (which.paths.as_slice(), root, &history) {
                ([], Some(root), _) => vec![root.to_owned()],
                ([], None, Some(_)) => Vec::new(),
                ([], None, None) => vec![PathBuf::from(".")],
                (paths, ..) => paths.to_vec(),
            };
            let walked = tree::walk(&paths, &options.tree, |mut file| {
                if let Some((path, local)) = rename(&file.path) {
                    (file.path, file.local) = (path, local);
                }
                consider(file)
            })?;
            (summary.files, summary.bytes) = (walked.files, walked.bytes);
            summary.skipped.extend(walked.skipped.into_iter().map(|skipped| {
                let path = rename(&skipped.path).map(|(path, _)| path);
                Skipped { path: path.unwrap_or(skipped.path), ..skipped }
            }));
            gathered.project = match &history {
                Some(history) => Project {
                    names: history.project_names().to_vec(),
                    boundaries: history.root().map(Path::to_owned).into_iter().collect(),
                },
                None => Project::around(&paths, repositories),
            };
            if let Some(history) = &history {
                summary.history = Some(history.counts.clone());
                summary.skipped.extend(history.skipped.iter().cloned());
            }
            gathered.history = history;
        }
    }
    gathered.candidates = candidates.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(gathered)
}

/// Whether there is a variable in an environment file that is a key only if code says so: one with a name that does not tell,
/// and a value that can be a key.
fn depends_on_code(file: &Candidate) -> bool {
    const SHORTEST: usize = 6;
    let is_open = |line: &str| {
        let Some((name, value)) = line.split_once('=') else { return false };
        let name = name.trim().trim_start_matches("export ").trim();
        let value = value.trim().trim_matches(['"', '\'']);
        let is_key = value.len() >= SHORTEST
            && !value.contains("://")
            && !value.contains(char::is_whitespace)
            && !value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        is_key && !name.starts_with('#') && !matches!(name::tier(&[name]), Some(Tier::A | Tier::B))
    };
    file.language == Language::Dotenv && file.text.lines().any(is_open)
}

/// A version of a file, if it may matter under its name.
fn version_candidate(version: &Version, file: &File<'_>) -> Result<Option<Candidate>, Refusal> {
    let language =
        if version.is_named { Language::of_path(Path::new(&file.path)) } else { language_of_unnamed(&file.bytes) };
    if !prefilter::matters(language, &file.bytes) {
        return Ok(None);
    }
    Ok(Some(Candidate {
        path: file.path.clone(),
        context: context::of_path(file.local_path()),
        language,
        text: file.text()?.into_owned(),
        is_judged: true,
        status: Some(FileStatus::Kept),
    }))
}

/// What a file without a name may be, by how it begins: of an environment file every line is an entry, JSON begins with a
/// brace, and code has its words.
fn language_of_unnamed(bytes: &[u8]) -> Language {
    const LINES: usize = 20;
    let text = String::from_utf8_lossy(bytes.get(..4096).unwrap_or(bytes));
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let is_variable = |line: &&str| {
        line.strip_prefix("export ").unwrap_or(line).split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
    };
    match lines.first() {
        Some(first) if first.starts_with('{') => Language::Json,
        Some(first) if first.starts_with("-----BEGIN ") => Language::Key,
        Some(_) if lines.iter().take(LINES).all(is_variable) => Language::Dotenv,
        Some(_) if ["require(", "import ", "const ", "=>"].iter().any(|word| text.contains(word)) => {
            Language::JavaScript
        }
        _ => Language::Text,
    }
}

/// Whether a finding is one of a change: it stands on a line the change touches, or a place that belongs to it does.
fn is_changed(change: &Change, finding: &Finding) -> bool {
    let touches = |path: &str, region: &Region| change.touches(path, region.line..=region.end_line);
    touches(&finding.path, &finding.region)
        || finding.related.iter().any(|related| touches(&related.path, &related.region))
}

/// What git says of a file, where that matters.
fn status(repositories: &Repositories, file: &Candidate) -> Result<Option<FileStatus>, Skipped> {
    if !matches!(file.language, Language::Dotenv | Language::Key) {
        return Ok(None);
    }
    if file.status.is_some() {
        return Ok(file.status);
    }
    repositories.status_of(Path::new(&file.path)).map(Some).map_err(|error| Skipped {
        path: file.path.clone(),
        reason: format!("git cannot say whether it is tracked: {}", error.reason),
        fault: true,
    })
}

impl Project {
    /// What is known of the project that these files and folders belong to.
    fn around(roots: &[PathBuf], repositories: &Repositories) -> Self {
        let mut project = Project::default();
        for root in roots {
            let folder = if root.is_dir() { root.clone() } else { root.parent().unwrap_or(Path::new("")).to_owned() };
            // A repository that cannot be read is reported where a file's status is asked for.
            match repositories.of_folder(&folder) {
                Ok(Some(repository)) => {
                    project.names.extend(repository.names());
                    project.boundaries.push(repository.root().to_owned());
                }
                _ => {
                    let whole = folder.canonicalize().ok();
                    let name = whole.as_deref().and_then(Path::file_name);
                    project.names.extend(name.map(|name| name.to_string_lossy().into_owned()));
                    project.boundaries.push(folder);
                }
            }
        }
        project
    }
}

/// What all files share.
struct Around {
    rules: Vec<&'static Rule>,
    adjacent: bool,
    project: ProjectNames,
    manifests: Manifests,
}

impl Around {
    fn new(project: Project, options: &Options) -> Self {
        let wanted = |rule: &&Rule| {
            (options.select.is_empty() || options.select.iter().any(|id| id == rule.id))
                && !options.ignore.iter().any(|id| id == rule.id)
        };
        Around {
            rules: RULES.iter().filter(wanted).collect(),
            adjacent: options.adjacent,
            project: ProjectNames { names: project.names },
            manifests: Manifests::within(project.boundaries),
        }
    }

    /// Checks files in parallel; what came of them is in their order.
    fn check_all(
        &self,
        files: Vec<Candidate>,
        key_variables: &HashSet<String>,
        repositories: &Repositories,
        ages: Option<Ages<'_>>,
    ) -> Vec<Checked> {
        // git's index can only be asked from one thread, and only where it matters.
        let outside: Vec<Result<Outside, Skipped>> = files
            .iter()
            .map(|file| {
                let is_tracked = || matches!(repositories.status_of(Path::new(&file.path)), Ok(FileStatus::Tracked));
                let ages = ages.filter(|_| is_tracked());
                Ok(Outside { status: status(repositories, file)?, ages })
            })
            .collect();
        let check = |(file, outside): (Candidate, Result<Outside, Skipped>)| match outside {
            Ok(outside) => self.check(&file, &outside, key_variables),
            Err(problem) => {
                let mut checked = self.check(&file, &Outside::default(), key_variables);
                checked.problems.push(problem);
                checked
            }
        };
        files.into_par_iter().zip(outside).map(check).collect()
    }

    /// Checks every version of a history, code first; gives the secrets in it and the variables that code uses as keys.
    fn check_history(&self, history: &History) -> (Secrets, HashSet<String>) {
        const PORTION: usize = 16;
        let secrets = Mutex::new(Secrets::default());
        let found = Mutex::new(HashSet::new());
        let check = |versions: &[&Version], key_variables: &HashSet<String>| {
            // In small portions: all versions of a large file stand one behind the other.
            versions.par_iter().with_max_len(PORTION).for_each_init(
                || None,
                |reader, version| {
                    let file = history.file(version, reader);
                    let Ok(Some(file)) = file.and_then(|file| version_candidate(version, &file)) else {
                        return;
                    };
                    let is_outside = matches!(file.language, Language::Dotenv | Language::Key);
                    let outside = Outside { status: file.status.filter(|_| is_outside), ages: None };
                    let checked = self.check(&file, &outside, key_variables);
                    let mut secrets = secrets.lock().unwrap_or_else(PoisonError::into_inner);
                    // What the names in an environment file mean can change with the code.
                    if is_outside || !checked.secrets.is_empty() || !checked.key_variables.is_empty() {
                        secrets.dirty.insert(version.blob);
                    }
                    secrets.add(version, checked.secrets);
                    for (finding, secret) in checked.findings {
                        if let Some(secret) = secret {
                            secrets.add_finding(version, secret, finding);
                        }
                    }
                    drop(secrets);
                    found.lock().unwrap_or_else(PoisonError::into_inner).extend(checked.key_variables);
                },
            );
        };
        let is_configuration = |version: &&Version| Language::of_path(Path::new(&version.path)).is_configuration();
        let (configuration, code): (Vec<&Version>, Vec<&Version>) = history.versions.iter().partition(is_configuration);
        check(&code, &HashSet::new());
        let key_variables = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        check(&configuration, &key_variables);
        let secrets = secrets.into_inner().unwrap_or_else(PoisonError::into_inner);
        (secrets, key_variables)
    }

    fn check(&self, file: &Candidate, outside: &Outside, key_variables: &HashSet<String>) -> Checked {
        let mut checked = Checked::default();
        let parts = language::parse(file.language, Path::new(&file.path), &file.text);
        if file.is_judged {
            let problems = parts.iter().flat_map(|part| &part.facts.problems);
            let skipped = |problem: &String| Skipped { path: file.path.clone(), reason: problem.clone(), fault: true };
            checked.problems.extend(problems.map(skipped));
        }
        let manifest = self.manifests.nearest(Path::new(&file.path));
        let mut project = self.project.clone();
        project.names.extend(manifest.as_ref().and_then(|manifest| manifest.name.clone()));
        let analyses: Vec<Analysis> = parts
            .iter()
            .map(|part| {
                let context = match file.context {
                    Context::Production if part.in_comment => Context::Documentation,
                    context => context,
                };
                let surroundings = Surroundings {
                    project: &project,
                    manifest: manifest.as_deref(),
                    models: Models::of(part.facts.language, self.adjacent),
                    context,
                    status: outside.status,
                    key_variables,
                };
                Analysis::new(&part.facts, surroundings)
            })
            .collect();
        // A test's variables say nothing about what the program uses.
        for analysis in analyses.iter().filter(|analysis| analysis.surroundings.context == Context::Production) {
            checked.key_variables.extend(analysis.key_variables.iter().cloned());
        }
        if !file.is_judged {
            return checked;
        }
        let tokens = token::find(file.text.as_bytes());
        for secret in analyses.iter().flat_map(|analysis| &analysis.secrets) {
            checked.secrets.push(Identity::new(&secret.text, secret.name.as_deref()));
            checked.secrets.extend(secret.name.iter().map(|name| Identity::named(&secret.text, name)));
        }
        let text_of = |token: &Token| file.text.get(token.span.range()).unwrap_or_default();
        checked.secrets.extend(tokens.iter().map(|token| Identity::new(text_of(token), None)));
        let mut drafts = Vec::new();
        for (index, analysis) in analyses.iter().enumerate() {
            let mut found = Drafts::default();
            for rule in &self.rules {
                match rule.check {
                    Check::Facts(check) => check(analysis, &mut found),
                    // Tokens are looked for in the whole text, once.
                    Check::Tokens(check) if index == 0 => check(&tokens, &mut found),
                    Check::Tokens(_) => {}
                    Check::Ages(check) => outside.ages.iter().for_each(|ages| check(analysis, ages, &mut found)),
                }
            }
            drafts.extend(found.drafts.into_iter().map(|draft| (index, draft)));
        }
        if !drafts.is_empty() {
            drafts.sort_by_key(|(_, draft)| (draft.span, draft.rule));
            checked.findings = Writer::new(file, &analyses, &tokens).write(drafts);
        }
        checked
    }
}

/// Writes the findings of one file down for people: lines and columns, masked source, fingerprints.
struct Writer<'f> {
    file: &'f Candidate,
    analyses: &'f [Analysis<'f>],
    lines: Lines<'f>,
    masks: Vec<Span>,
    line_hashes: Vec<String>,
    tokens: &'f [Token],
}

impl<'f> Writer<'f> {
    fn new(file: &'f Candidate, analyses: &'f [Analysis<'f>], tokens: &'f [Token]) -> Self {
        let secrets = || analyses.iter().flat_map(|analysis| &analysis.secrets);
        let mut masks: Vec<Span> = secrets().map(|secret| secret.span).collect();
        masks.extend(tokens.iter().map(|token| token.span));
        masks.extend(pem::find(file.text.as_bytes()).iter().map(|key| key.span));
        // As it reads, and as it is written: with escapes, in base64.
        let texts = secrets().map(|secret| secret.text.as_str());
        let written = secrets().filter_map(|secret| file.text.get(secret.span.range()));
        masks.extend(copies(&file.text, texts.chain(written)));
        masks.sort();
        // One mask where several overlap.
        let mut merged: Vec<Span> = Vec::new();
        for mask in masks {
            match merged.last_mut() {
                Some(last) if mask.start < last.end => last.end = last.end.max(mask.end),
                _ => merged.push(mask),
            }
        }
        Writer {
            file,
            analyses,
            lines: Lines::new(&file.text),
            masks: merged,
            line_hashes: line_hash::line_hashes(&file.text),
            tokens,
        }
    }

    fn write(&self, drafts: Vec<(usize, Draft)>) -> Vec<(Finding, Option<Identity>)> {
        let mut ordinals: HashMap<(&'static str, Option<String>), usize> = HashMap::new();
        drafts
            .into_iter()
            .map(|(part, draft)| {
                let name = draft.secret.as_ref().and_then(|secret| secret.name.clone());
                let ordinal = ordinals.entry((draft.rule, name.clone())).or_default();
                *ordinal += 1;
                let fingerprint = fingerprint(draft.rule, &self.file.path, name.as_deref(), *ordinal);
                let secret = self.secret_of(&self.analyses[part], &draft);
                (self.finding(&self.analyses[part], draft, fingerprint), secret)
            })
            .collect()
    }

    /// The secret a draft is about: the literal or token it stands on, or that of the entry whose name it stands on.
    fn secret_of(&self, analysis: &Analysis, draft: &Draft) -> Option<Identity> {
        if let Some(token) = self.tokens.iter().find(|token| token.span == draft.span) {
            return Some(Identity::new(self.file.text.get(token.span.range())?, None));
        }
        let value_span = || {
            let entry = analysis.facts.entries.iter().find(|entry| entry.key_span == draft.span)?;
            Some(analysis.facts.value(entry.value).span)
        };
        let span = analysis
            .secrets
            .iter()
            .any(|secret| secret.span == draft.span)
            .then_some(draft.span)
            .or_else(value_span)?;
        let secret = analysis.secrets.iter().find(|secret| secret.span.overlaps(span))?;
        Some(Identity::new(&secret.text, secret.name.as_deref()))
    }

    fn finding(&self, analysis: &Analysis, draft: Draft, fingerprint: String) -> Finding {
        let context = analysis.context(draft.span);
        let region = self.lines.region(draft.span);
        Finding {
            rule: draft.rule,
            severity: if context == Context::Production { draft.severity } else { Severity::Note },
            confidence: draft.confidence,
            context,
            message: draft.message,
            notes: draft.notes,
            help: draft.help,
            path: self.file.path.clone(),
            snippet: self.lines.snippet(draft.span, &self.masks),
            language: Some(analysis.facts.language.as_str()),
            library: draft.library,
            secret: draft.secret,
            related: draft.related.into_iter().map(|(span, message)| self.related(span, message)).collect(),
            fingerprint,
            line_hash: self.line_hashes.get(region.line - 1).cloned().unwrap_or_default(),
            region,
            past: None,
        }
    }

    fn related(&self, span: Span, message: String) -> Related {
        Related {
            path: self.file.path.clone(),
            region: self.lines.region(span),
            message,
            snippet: self.lines.snippet(span, &self.masks),
        }
    }
}

/// Where secrets are written elsewhere, in a comment perhaps: they are as secret there. All are looked for in one pass,
/// since a file can hold very many; of those that end at one place the longest counts.
fn copies<'s>(text: &str, secrets: impl Iterator<Item = &'s str>) -> Vec<Span> {
    let secrets: HashSet<&str> = secrets.filter(|secret| secret.len() >= 4).collect();
    let mut found = Vec::new();
    let search = (|| -> Result<(), Box<dyn std::error::Error>> {
        let all = NFA::new(secrets)?;
        let mut longest: HashMap<StateID, usize> = HashMap::new();
        let mut state = all.start_state(Anchored::No)?;
        for (at, byte) in text.bytes().enumerate() {
            state = all.next_state(Anchored::No, state, byte);
            if all.is_match(state) {
                let matches = 0..all.match_len(state);
                let length = *longest.entry(state).or_insert_with(|| {
                    matches.map(|index| all.pattern_len(all.match_pattern(state, index))).max().unwrap_or_default()
                });
                found.push(Span::new(at + 1 - length, at + 1));
            }
        }
        Ok(())
    })();
    // More than can be looked for are more than can be told from the text around them.
    if search.is_err() { vec![Span::new(0, text.len())] } else { found }
}

/// What a finding is known by from one run to the next: neither its line nor anything of the secret is in it.
fn fingerprint(rule: &str, path: &str, name: Option<&str>, ordinal: usize) -> String {
    let mut digest = Sha256::new();
    for part in [rule, path, name.unwrap_or_default()] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.update(ordinal.to_le_bytes());
    digest.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
