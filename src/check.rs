//! The pipeline: sources in, findings out; the only place that knows all the steps.
//!
//! 1. The source hands on files; the prefilter throws away what cannot matter. This runs on the walker's threads.
//! 2. What is left is parsed and given to the rules, and what they found is written down for people: code while the walk
//!    goes on, then configuration, in which the environment variables that code uses as keys are keys too.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};

use crate::analysis::{Analysis, Surroundings};
use crate::definition::{self, Definitions, Keys, Reference};
use crate::facts::Span;
use crate::finding::{Context, Finding, Region, Related, Severity, Skipped, Summary};
use crate::language::{self, Language};
use crate::library::Models;
use crate::lines::Lines;
use crate::manifest::Manifests;
use crate::report::line_hash::LineHashes;
use crate::repository::{self, FileStatus, Repositories};
use crate::rule::{Check, Draft, Drafts, RULES, Rule};
use crate::secret::pem;
use crate::secret::strength::ProjectNames;
use crate::secret::token::{self, Token};
use crate::source::change::{self, Change};
use crate::source::{File, tree};
use crate::{context, prefilter};

/// Parsers recurse as deep as a text nests; the deepest they are given fits in this many bytes of stack.
const STACK_SIZE: usize = 64 * 1024 * 1024;

/// How many threads there are at most if nobody says how many, as there are for the walk.
const MOST_THREADS: usize = 12;

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
    /// Whether findings have a [`Finding::line_hash`], which takes reading the whole text once more.
    pub line_hashes: bool,
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

/// What is known of the whole project.
#[derive(Default)]
struct Project {
    /// What it is called.
    names: Vec<String>,
    /// The folders it does not reach beyond.
    boundaries: Vec<PathBuf>,
}

/// Files that are handed on together, since to wake a thread for each takes longer than to check many of them.
#[derive(Default)]
struct Batch {
    files: Vec<Candidate>,
    bytes: usize,
}

impl Batch {
    /// How many bytes of text are worth waking a thread for.
    const FULL: usize = 32 * 1024;

    /// Adds a file; gives back all of them when they are enough.
    fn add(&mut self, file: Candidate) -> Option<Vec<Candidate>> {
        self.bytes += file.text.len();
        self.files.push(file);
        (self.bytes >= Self::FULL).then(|| std::mem::take(self).files)
    }
}

/// What came of one file.
#[derive(Default)]
struct Checked {
    findings: Vec<Finding>,
    problems: Vec<Skipped>,
    key_variables: FxHashSet<String>,
    /// The keys it takes from elsewhere.
    references: Vec<Reference>,
    /// What it defines for others to use.
    definitions: Vec<Vec<String>>,
}

/// What the rest of the project says of a file.
#[derive(Clone, Copy)]
struct Elsewhere<'a> {
    /// The environment variables that code uses as keys.
    key_variables: &'a FxHashSet<String>,
    /// Its definitions that other files use as keys.
    keys: &'a Keys,
}

/// How often a key is followed from one file into another.
const MAX_FILES_AWAY: usize = 3;

/// Checks.
///
/// # Errors
/// A path that does not exist, a repository that is missing or cannot be read where one is needed, or a machine that gives
/// no threads.
pub fn check(options: &Options) -> Result<Outcome, Error> {
    let started = Instant::now();
    let repositories = Repositories::new();
    let change = match &options.input {
        Input::Staged(which) => Some(Change::staged(which)?),
        Input::Since(revision, which) => Some(Change::since(revision, which)?),
        Input::Tree(_) | Input::File(_) => None,
    };
    let around = LazyLock::new(|| {
        let project = match (&options.input, &change) {
            (_, Some(change)) => Project { names: change.project_names(), boundaries: vec![change.root().to_owned()] },
            (Input::Tree(paths), None) => Project::around(paths, &repositories),
            (Input::File(file), None) => Project::around(&[PathBuf::from(&file.path)], &repositories),
            (Input::Staged(_) | Input::Since(..), None) => Project::default(),
        };
        Around::new(project, options)
    });
    let threads = options.tree.threads;
    let (no_variables, no_keys) = (FxHashSet::default(), Keys::default());
    let nothing = Elsewhere { key_variables: &no_variables, keys: &no_keys };
    let checked_code = Mutex::new(Vec::new());
    let configuration = Mutex::new(Vec::new());
    // Code is checked while it is read. It says which variables are keys, whatever they are called, and configuration is
    // judged by that, so it comes afterwards.
    let check_code = |files: Vec<Candidate>| {
        let checked = files.into_iter().map(|file| {
            let checked = around.check(&file, Ok(None), nothing);
            (file, checked)
        });
        let checked: Vec<(Candidate, Checked)> = checked.collect();
        lock(&checked_code).extend(checked);
    };
    let mut summary = Summary::default();
    in_parallel(threads, check_code, |code| {
        let batch = Mutex::new(Batch::default());
        summary = gather(options, change.as_ref(), |candidate| {
            if candidate.language.is_configuration() {
                lock(&configuration).push(candidate);
            } else {
                let full = lock(&batch).add(candidate);
                full.into_iter().for_each(code);
            }
        })?;
        lock(&batch).files.drain(..).for_each(|file| code(vec![file]));
        Ok(())
    })?;
    let mut checked_code = checked_code.into_inner().unwrap_or_else(PoisonError::into_inner);
    around.follow(&mut checked_code, threads)?;
    let checked: Vec<Checked> = checked_code.into_iter().map(|(_, checked)| checked).collect();
    let key_variables = checked.iter().flat_map(|file| file.key_variables.iter().cloned()).collect();
    let elsewhere = Elsewhere { key_variables: &key_variables, keys: &no_keys };
    let checked = Mutex::new(checked);
    let check_configuration = |file: Candidate| {
        let file = around.check(&file, status(&repositories, &file), elsewhere);
        lock(&checked).push(file);
    };
    in_parallel(threads, check_configuration, |file| {
        lock(&configuration).drain(..).for_each(file);
        Ok(())
    })?;
    let mut checked = checked.into_inner().unwrap_or_else(PoisonError::into_inner);
    let findings = checked.iter_mut().flat_map(|file| std::mem::take(&mut file.findings));
    let mut findings: Vec<Finding> = findings.collect();
    if let Some(change) = &change {
        findings.retain(|finding| is_changed(change, finding));
    }
    findings.sort_by(|one, other| one.path.cmp(&other.path));
    summary.skipped.extend(checked.into_iter().flat_map(|file| file.problems));
    summary.skipped.sort_by(|one, other| (&one.path, &one.reason).cmp(&(&other.path, &other.reason)));
    summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Outcome { findings, summary })
}

/// Does `work` with each item that `feed` hands on, on threads of their own, as many as there are processors if `threads`
/// is 0. They wait without turning, so that they take nothing from those that read.
fn in_parallel<T: Send>(
    threads: usize,
    work: impl Fn(T) + Sync,
    feed: impl FnOnce(&(dyn Fn(T) + Sync)) -> Result<(), Error>,
) -> Result<(), Error> {
    let threads = match threads {
        0 => thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS),
        threads => threads,
    };
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        // It ends with this closure, and with it the threads.
        let sender = sender;
        for _ in 0..threads {
            let worker = || {
                language::set_stack(STACK_SIZE);
                loop {
                    let next = lock(&receiver).recv();
                    let Ok(item) = next else { break };
                    work(item);
                }
            };
            let spawned = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, worker);
            spawned.map_err(|error| Error::Threads(error.to_string()))?;
        }
        // The threads take until the sender is gone.
        feed(&|item| drop(sender.send(item)))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads what is to be checked, of which the prefilter throws nearly all away, and hands on the rest.
fn gather(options: &Options, change: Option<&Change>, each: impl Fn(Candidate) + Sync) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let add = |file: File<'_>, status: Option<FileStatus>, is_judged: bool| {
        let language = Language::of_path(Path::new(&file.path));
        if prefilter::matters(language, &file.bytes) {
            each(Candidate {
                context: context::of_path(file.local_path()),
                language,
                text: file.text()?.into_owned(),
                path: file.path,
                is_judged,
                status,
            });
        }
        Ok(())
    };
    let consider = |file: File<'_>| {
        (options.progress)();
        add(file, None, true)
    };
    match (&options.input, change) {
        (Input::Tree(paths), _) => {
            let walked = tree::walk(paths, &options.tree, consider)?;
            (summary.files, summary.bytes, summary.skipped) = (walked.files, walked.bytes, walked.skipped);
        }
        (Input::File(file), _) => {
            (summary.files, summary.bytes) = (1, file.bytes.len() as u64);
            if let Err(refusal) = consider(file.clone()) {
                summary.skipped.push(refusal.of(file.path.clone()));
            }
        }
        (Input::Staged(_) | Input::Since(..), Some(change)) => {
            let status = change.is_staged().then_some(FileStatus::Tracked);
            let read = change.read(options.tree.max_file_size, |file| {
                (options.progress)();
                add(file, status, true)
            })?;
            (summary.files, summary.bytes, summary.skipped) = (read.files, read.bytes, read.skipped);
            if change.has_environment() {
                change.read_rest(options.tree.max_file_size, |file| {
                    // Nothing is said of a file that has not changed, nor that it is none to be read.
                    let _ = add(file, None, false);
                })?;
            }
        }
        (Input::Staged(_) | Input::Since(..), None) => {}
    }
    Ok(summary)
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
    line_hashes: bool,
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
            line_hashes: options.line_hashes,
            project: ProjectNames { names: project.names },
            manifests: Manifests::within(project.boundaries),
        }
    }

    /// Follows the keys that files take from each other, and checks again those they are defined in.
    fn follow(&self, files: &mut [(Candidate, Checked)], threads: usize) -> Result<(), Error> {
        // The same whatever order the files were read in.
        files.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
        let no_variables = FxHashSet::default();
        let mut known: FxHashMap<usize, Keys> = FxHashMap::default();
        for _ in 0..MAX_FILES_AWAY {
            if files.iter().all(|(_, checked)| checked.references.is_empty()) {
                break;
            }
            let mut definitions = Definitions::default();
            for (file, checked) in files.iter() {
                definitions.add(&file.path, file.language, &checked.definitions);
            }
            let references = files
                .iter()
                .flat_map(|(file, checked)| checked.references.iter().map(|reference| (file.path.as_str(), reference)));
            let mut keys = definitions.keys(references);
            keys.retain(|file, keys| {
                let known = known.entry(*file).or_default();
                let before = known.len();
                known.extend(keys.iter().map(|(names, used)| (names.clone(), used.clone())));
                known.len() > before
            });
            if keys.is_empty() {
                break;
            }
            let again = Mutex::new(Vec::new());
            let check = |index: usize| {
                if let (Some((file, _)), Some(keys)) = (files.get(index), known.get(&index)) {
                    let checked = self.check(file, Ok(None), Elsewhere { key_variables: &no_variables, keys });
                    lock(&again).push((index, checked));
                }
            };
            in_parallel(threads, check, |check| {
                keys.keys().copied().for_each(check);
                Ok(())
            })?;
            for (index, checked) in again.into_inner().unwrap_or_else(PoisonError::into_inner) {
                files[index].1 = checked;
            }
        }
        Ok(())
    }

    fn check(&self, file: &Candidate, status: Result<Option<FileStatus>, Skipped>, elsewhere: Elsewhere) -> Checked {
        let mut checked = Checked::default();
        let status = status.unwrap_or_else(|problem| {
            checked.problems.push(problem);
            None
        });
        let parts = language::parse(file.language, Path::new(&file.path), &file.text);
        if file.is_judged {
            let problems = parts.iter().flat_map(|part| &part.facts.problems);
            let skipped = |problem: &String| Skipped { path: file.path.clone(), reason: problem.clone(), fault: true };
            checked.problems.extend(problems.map(skipped));
        }
        let around = self.manifests.around(Path::new(&file.path));
        let mut project = self.project.clone();
        project.names.extend(around.names().map(str::to_owned));
        let analyses: Vec<Analysis> = parts
            .iter()
            .map(|part| {
                let context = match file.context {
                    Context::Production if part.in_comment => Context::Documentation,
                    context => context,
                };
                let surroundings = Surroundings {
                    project: &project,
                    manifest: around.manifest(part.facts.language.family()),
                    models: Models::of(part.facts.language, self.adjacent),
                    context,
                    status,
                    keys: elsewhere.keys,
                    key_variables: elsewhere.key_variables,
                };
                Analysis::new(&part.facts, surroundings)
            })
            .collect();
        // A test's variables say nothing about what the program uses.
        for analysis in analyses.iter().filter(|analysis| analysis.surroundings.context == Context::Production) {
            checked.key_variables.extend(analysis.key_variables.iter().cloned());
            let taken = analysis.taken.iter();
            checked.references.extend(
                taken.filter_map(|(value, used)| definition::reference(&analysis.resolver, &file.path, *value, used)),
            );
        }
        if file.is_judged {
            checked.findings = self.judge(file, &analyses);
        }
        drop(analyses);
        if !file.language.is_configuration() {
            let parts = parts.into_iter().filter(|part| !part.in_comment);
            checked.definitions.extend(parts.flat_map(|part| definition::definitions(part.facts)));
        }
        checked
    }

    /// What the rules find in a file.
    fn judge(&self, file: &Candidate, analyses: &[Analysis]) -> Vec<Finding> {
        let tokens = token::find(file.text.as_bytes());
        let mut drafts = Vec::new();
        for (index, analysis) in analyses.iter().enumerate() {
            let mut found = Drafts::default();
            for rule in &self.rules {
                match rule.check {
                    Check::Facts(check) => check(analysis, &mut found),
                    // Tokens are looked for in the whole text, once.
                    Check::Tokens(check) if index == 0 => check(&tokens, &mut found),
                    Check::Tokens(_) => {}
                }
            }
            drafts.extend(found.drafts.into_iter().map(|draft| (index, draft)));
        }
        if drafts.is_empty() {
            return Vec::new();
        }
        drafts.sort_by_key(|(_, draft)| (draft.span, draft.rule));
        let line_hashes = if self.line_hashes { LineHashes::new(&file.text) } else { LineHashes::default() };
        Writer::new(file, analyses, &tokens, line_hashes).write(drafts)
    }
}

/// Writes the findings of one file down for people: lines and columns, masked source, fingerprints.
struct Writer<'w, 'f> {
    file: &'w Candidate,
    analyses: &'w [Analysis<'f>],
    lines: Lines<'w>,
    masks: Vec<Span>,
    line_hashes: LineHashes,
}

impl<'w, 'f> Writer<'w, 'f> {
    fn new(file: &'w Candidate, analyses: &'w [Analysis<'f>], tokens: &[Token], line_hashes: LineHashes) -> Self {
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
        Writer { file, analyses, lines: Lines::new(&file.text), masks: merged, line_hashes }
    }

    fn write(&self, drafts: Vec<(usize, Draft)>) -> Vec<Finding> {
        let mut ordinals: HashMap<(&'static str, Option<String>), usize> = HashMap::new();
        drafts
            .into_iter()
            .map(|(part, draft)| {
                let name = draft.secret.as_ref().and_then(|secret| secret.name.clone());
                let ordinal = ordinals.entry((draft.rule, name.clone())).or_default();
                *ordinal += 1;
                let fingerprint = fingerprint(draft.rule, &self.file.path, name.as_deref(), *ordinal);
                self.finding(&self.analyses[part], draft, fingerprint)
            })
            .collect()
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
            line_hash: self.line_hashes.of_line(region.line).unwrap_or_default(),
            region,
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
        let start = all.start_state(Anchored::No)?;
        let mut state = start;
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            // Where none has begun, the search goes on where one can begin.
            if state == start
                && let Some(first) = all.prefilter()
            {
                match first.find_in(text.as_bytes(), (at..text.len()).into()).into_option() {
                    Some(next) if next > at => {
                        at = next;
                        continue;
                    }
                    Some(_) => {}
                    None => break,
                }
            }
            state = all.next_state(Anchored::No, state, byte);
            if all.is_match(state) {
                let matches = 0..all.match_len(state);
                let length = *longest.entry(state).or_insert_with(|| {
                    matches.map(|index| all.pattern_len(all.match_pattern(state, index))).max().unwrap_or_default()
                });
                found.push(Span::new(at + 1 - length, at + 1));
            }
            at += 1;
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
