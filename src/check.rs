//! The pipeline: sources in, findings out; the only place that knows all the steps.
//!
//! 1. The source hands on files; the prefilter throws away what cannot matter. This runs on the walker's threads.
//! 2. What is left is parsed and given to the rules, and what they found is written down for people: code while the walk
//!    goes on, and once more where it defines keys for other files.
//! 3. Configuration comes last: the environment variables that code uses as keys are keys in it.

mod candidate;
mod silent;
mod threads;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use git2::Oid;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use self::candidate::{Batch, Candidate};
use self::silent::{Settings, Silent, SilentFile};
use self::threads::{in_parallel, in_pool, map_in_parallel};
use self::writer::{IsNews, Writer};
use crate::analysis::{Analysis, Surroundings};
use crate::definition::{self, Definitions, Forward, Keys, Reference};
use crate::facts::Facts;
use crate::finding::{Context, Finding, Region, Skipped, Summary};
use crate::language::{self, Language, Part};
use crate::library::Models;
use crate::manifest::Manifests;
use crate::past::{Ages, Identity, Said, Secrets, Standing};
use crate::repository::{self, FileStatus, Repositories};
use crate::rule::{Check, Drafts, RULES, Rule};
use crate::secret::strength::ProjectNames;
use crate::secret::token::{self, Token};
use crate::source::change::{self, Change};
use crate::source::history::{self, History, Version};
use crate::source::{File, Refusal, tree};

/// What to check.
#[derive(Clone, Debug)]
pub enum Input {
    /// These files and folders.
    Tree(Vec<PathBuf>),
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
    key_variables: FxHashSet<String>,
    /// The keys it takes from elsewhere.
    references: Vec<Reference>,
    /// What it defines for others to use.
    definitions: Vec<Vec<String>>,
    /// What it hands on of what others define.
    forwards: Vec<Forward>,
    /// The secrets in it, whether or not anything is wrong with them.
    secrets: Vec<Identity>,
}

/// What git says of a file.
#[derive(Clone, Copy, Default)]
struct Outside<'a> {
    /// Whether it is tracked, of an env or key file.
    status: Option<FileStatus>,
    /// How old secrets are, where that was asked and git tracks the file.
    ages: Option<Ages<'a>>,
}

/// What the rest of the project says of a file.
#[derive(Clone, Copy)]
struct Elsewhere<'a> {
    /// The environment variables that code uses as keys.
    key_variables: &'a FxHashSet<String>,
    /// Its definitions that other files use as keys; nothing where nobody follows them.
    keys: Option<&'a Keys>,
    /// Which findings say what others have not said yet, where others speak of the same secrets.
    is_news: Option<&'a IsNews<'a>>,
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
        Input::Tree(_) | Input::File(_) | Input::History(_) => None,
    };
    let mut summary = Summary::default();
    let history = match &options.input {
        Input::History(which) => read_history(which, options, false, &mut summary)?,
        _ => None,
    };
    let around = LazyLock::new(|| {
        let project = match (&options.input, &change, &history) {
            (_, Some(change), _) => {
                Project { names: change.project_names(), boundaries: vec![change.root().to_owned()] }
            }
            (_, None, Some(history)) => Project {
                names: history.project_names().to_vec(),
                boundaries: history.root().map(Path::to_owned).into_iter().collect(),
            },
            (Input::Tree(paths), ..) => Project::around(paths, &repositories),
            (Input::History(which), ..) => Project::around(&which.paths, &repositories),
            (Input::File(file), ..) => Project::around(&[PathBuf::from(&file.path)], &repositories),
            (Input::Staged(_) | Input::Since(..), ..) => Project::default(),
        };
        Around::new(project, options)
    });
    let threads = options.tree.threads;
    let (no_variables, no_keys) = (FxHashSet::default(), Keys::default());
    let nothing = Elsewhere { key_variables: &no_variables, keys: Some(&no_keys), is_news: None };
    let check_history = |history: &Option<History>| match history {
        Some(history) => in_pool(threads, || around.check_history(history)),
        None => Ok(Some(Default::default())),
    };
    let mut anew = None;
    let checked = match (check_history(&history)?, &options.input) {
        (None, Input::History(which)) => {
            anew = read_history(which, options, true, &mut summary)?;
            check_history(&anew)?
        }
        (checked, _) => checked,
    };
    let (secrets, past_variables) = checked.unwrap_or_default();
    let current = anew.as_ref().or(history.as_ref());
    if let Some(history) = current {
        summary.history = Some(history.counts.clone());
        summary.skipped.extend(history.skipped.iter().cloned());
    }
    let ages = match &options.input {
        Input::History(history) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64);
            Some(Ages { secrets: &secrets, rotation_days: history.rotation_days, now })
        }
        _ => None,
    };
    let outside = |file: &Candidate| outside(&repositories, file, ages);
    let checked_code = Mutex::new(Vec::new());
    let configuration = Mutex::new(Vec::new());
    let silent = Mutex::new(Vec::new());
    // Code is checked while it is read. It says which variables are keys, whatever they are called, and configuration is
    // judged by that, so it comes afterwards; what git says of it is asked at once, which can take a while.
    let take = |files: Vec<Candidate>| {
        for mut file in files {
            let outside = outside(&file);
            if file.language.is_configuration() {
                lock(&configuration).push((file, outside));
                continue;
            }
            let checked = around.check(&file, outside, nothing);
            if checked.definitions.is_empty() {
                // Nobody can take a key from it, so it is not looked at again.
                file.text = String::new();
            }
            lock(&checked_code).push((file, checked));
        }
    };
    in_parallel(threads, take, |take| {
        let batch = Mutex::new(Batch::default());
        let add = |candidate| {
            let full = lock(&batch).add(candidate);
            full.into_iter().for_each(take);
        };
        let set_aside = |file| lock(&silent).push(file);
        candidate::gather(options, change.as_ref(), current, &mut summary, add, set_aside)?;
        lock(&batch).files.drain(..).for_each(|file| take(vec![file]));
        Ok(())
    })?;
    let mut checked_code = checked_code.into_inner().unwrap_or_else(PoisonError::into_inner);
    let silent = silent.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (silent_configuration, silent): (Vec<SilentFile>, Vec<SilentFile>) =
        silent.into_iter().partition(|file| file.language.is_configuration());
    let forwarded = around.follow(&mut checked_code, silent, &options.tree, &outside)?;
    let mut configuration = configuration.into_inner().unwrap_or_else(PoisonError::into_inner);
    let silent_paths = silent_configuration.iter().map(|file| file.path.clone());
    let paths = configuration.iter().map(|(file, _)| file.path.clone()).chain(silent_paths);
    let in_json = definition::keys_in_json(paths, references_in(&checked_code, &forwarded));
    let mut checked: Vec<Checked> = checked_code.into_iter().map(|(_, checked)| checked).collect();
    let mut key_variables = past_variables.clone();
    key_variables.extend(checked.iter().flat_map(|file| file.key_variables.iter().cloned()));
    let settings = Settings::of(key_variables.iter());
    if settings.is_some() || !in_json.is_empty() {
        let limit = options.tree.max_file_size;
        let heard = map_in_parallel(threads, silent_configuration, |file| match in_json.contains_key(&file.path) {
            true => file.read_whole(limit),
            false => settings.as_ref()?.read(&file, limit),
        })?;
        configuration.extend(heard.into_iter().flatten().map(|file| {
            let outside = outside(&file);
            (file, outside)
        }));
    }
    checked.extend(map_in_parallel(threads, configuration, |(mut file, outside)| {
        let keys = in_json.get(&file.path);
        file.holds_only_tokens &= keys.is_none();
        let keys = Some(keys.unwrap_or(&no_keys));
        around.check(&file, outside, Elsewhere { key_variables: &key_variables, keys, is_news: None })
    })?);
    let found = checked.iter_mut().flat_map(|file| std::mem::take(&mut file.findings));
    let mut standing = Standing::default();
    let mut findings: Vec<Finding> = found
        .map(|(mut finding, secret)| {
            if let (Some(_), Some(secret)) = (current, secret) {
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
    drop(around);
    if let Some(history) = anew.or(history) {
        history.remember(&secrets, &past_variables);
        findings.extend(secrets.findings(&standing));
    }
    summary.skipped.extend(checked.into_iter().flat_map(|file| file.problems));
    summary.skipped.sort_by(|one, other| (&one.path, &one.reason).cmp(&(&other.path, &other.reason)));
    summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Outcome { findings, summary })
}

/// What code takes from other files, each with the file it stands in, and where else that leads.
fn references_in<'r>(
    files: &'r [(Candidate, Checked)],
    forwarded: &'r [(String, Reference)],
) -> impl Iterator<Item = (&'r str, &'r Reference)> {
    let own = files.iter().flat_map(|(file, checked)| checked.references.iter().map(|to| (file.path.as_str(), to)));
    own.chain(forwarded.iter().map(|(from, to)| (from.as_str(), to)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads the history of a repository, as [`History::read`] does; nothing of one that is kept in a way that is not known,
/// which the summary then says.
fn read_history(
    which: &history::Options,
    options: &Options,
    anew: bool,
    summary: &mut Summary,
) -> Result<Option<History>, Error> {
    let read = || History::read(which, options.adjacent, options.tree.max_file_size, anew);
    match in_pool(options.tree.threads, read)? {
        Ok(history) => Ok(Some(history)),
        // The working tree can be looked at all the same.
        Err(error) if error.is_unknown_format() => {
            summary.skipped.push(Refusal::fault(format!("history: {}", error.reason)).of(".git"));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether a finding is one of a change: it stands on a line the change touches, or a place that belongs to it does.
fn is_changed(change: &Change, finding: &Finding) -> bool {
    let touches = |path: &str, region: &Region| change.touches(path, region.line..=region.end_line);
    touches(&finding.path, &finding.region)
        || finding.related.iter().any(|related| touches(&related.path, &related.region))
}

/// Whether git tracks a file, where that matters.
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

/// What git says of a file, where that matters.
fn outside<'a>(repositories: &Repositories, file: &Candidate, ages: Option<Ages<'a>>) -> Result<Outside<'a>, Skipped> {
    let is_tracked = || matches!(repositories.status_of(Path::new(&file.path)), Ok(FileStatus::Tracked));
    let ages = ages.filter(|_| is_tracked());
    Ok(Outside { status: status(repositories, file)?, ages })
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

    /// Checks every version of a history, code first; gives the secrets in it and the variables that code uses as keys. Nothing
    /// if these are others than those with which an earlier run has found the rest harmless.
    fn check_history(&self, history: &History) -> Option<(Secrets, FxHashSet<String>)> {
        const PORTION: usize = 16;
        let secrets = Mutex::new(Secrets::default());
        let found = Mutex::new(FxHashSet::default());
        let read = |versions: &[&Version], key_variables: &FxHashSet<String>| {
            let settings = Settings::of(key_variables.iter());
            // In small portions: all versions of a large file stand one behind the other.
            versions.par_iter().with_max_len(PORTION).for_each_init(
                || None,
                |reader, version| {
                    let file = history.file(version, reader);
                    let Ok(Some(file)) = file.and_then(|file| candidate::of_version(version, &file, settings.as_ref()))
                    else {
                        return;
                    };
                    let is_outside = matches!(file.language, Language::Dotenv | Language::Key);
                    let outside = Outside { status: file.status.filter(|_| is_outside), ages: None };
                    let said = Mutex::new(Vec::new());
                    let is_news = |secret: Option<Identity>, rule, severity| {
                        secret.is_some_and(|secret| {
                            lock(&said).push((secret, rule, severity));
                            lock(&secrets).can_add(version, secret, rule, severity)
                        })
                    };
                    let elsewhere = Elsewhere { key_variables, keys: None, is_news: Some(&is_news) };
                    let checked = self.check(&file, Ok(outside), elsewhere);
                    let mut secrets = lock(&secrets);
                    // What the names in an environment file mean can change with the code.
                    if is_outside || !checked.secrets.is_empty() || !checked.key_variables.is_empty() {
                        secrets.dirty.insert(version.blob);
                    }
                    let findings = said.into_inner().unwrap_or_else(PoisonError::into_inner);
                    let key_variables = checked.key_variables.iter().cloned().collect();
                    secrets.add(version, Said { secrets: checked.secrets, findings, key_variables });
                    for (finding, secret) in checked.findings {
                        if let Some(secret) = secret {
                            secrets.add_finding(version, secret, finding);
                        }
                    }
                    drop(secrets);
                    lock(&found).extend(checked.key_variables);
                },
            );
        };
        // What says the same as what is read is not read.
        let check = |versions: &[&Version], key_variables: &FxHashSet<String>| {
            let own: FxHashSet<(Oid, &str)> = (versions.iter().filter(|version| version.twin.is_none()))
                .map(|version| (version.blob, version.path.as_str()))
                .collect();
            let is_like = |version: &&Version| version.twin.is_some_and(|twin| own.contains(&(twin, &version.path)));
            let (twins, others): (Vec<&Version>, Vec<&Version>) = versions.iter().copied().partition(is_like);
            read(&others, key_variables);
            // The first cannot be read any more.
            let left: Vec<&Version> = twins.into_iter().filter(|version| !lock(&secrets).add_twin(version)).collect();
            read(&left, key_variables);
        };
        let is_configuration = |version: &&Version| Language::of_path(Path::new(&version.path)).is_configuration();
        let (configuration, code): (Vec<&Version>, Vec<&Version>) = history.versions.iter().partition(is_configuration);
        check(&code, &FxHashSet::default());
        let key_variables = lock(&found).clone();
        if !history.holds_with(&key_variables) {
            return None;
        }
        check(&configuration, &key_variables);
        let secrets = secrets.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some((secrets, key_variables))
    }

    /// Follows the keys that files take from each other, and checks again those they are defined in; `silent` is code that
    /// nobody has looked into. Gives the references that lead on from where files hand keys on, each with the file it is from.
    fn follow<'a>(
        &self,
        files: &mut Vec<(Candidate, Checked)>,
        silent: Vec<SilentFile>,
        options: &tree::Options,
        outside: &(dyn Fn(&Candidate) -> Result<Outside<'a>, Skipped> + Sync),
    ) -> Result<Vec<(String, Reference)>, Error> {
        // The same whatever order the files were read in.
        files.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
        let (no_variables, no_keys) = (FxHashSet::default(), Keys::default());
        let nothing = Elsewhere { key_variables: &no_variables, keys: Some(&no_keys), is_news: None };
        if files.iter().all(|(_, checked)| checked.references.is_empty()) {
            return Ok(Vec::new());
        }
        let mut silent = Silent::new(silent);
        let mut known: FxHashMap<usize, Keys> = FxHashMap::default();
        // Where else references lead, by what the files in between hand on.
        let mut forwarded: Vec<(String, Reference)> = Vec::new();
        for _ in 0..MAX_FILES_AWAY {
            let references = references_in(files, &forwarded).map(|(_, reference)| reference);
            let heard = silent.take(references, options.max_file_size);
            let mut new = map_in_parallel(options.threads, heard, |file| {
                let checked = self.check(&file, outside(&file), nothing);
                (file, checked)
            })?;
            new.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
            files.extend(new);
            let mut definitions = Definitions::default();
            for (file, checked) in files.iter() {
                definitions.add(&file.path, file.language, &checked.definitions, &checked.forwards);
            }
            let before = forwarded.len();
            forwarded = definitions.forwarded(references_in(files, &[]));
            let mut keys = definitions.keys(references_in(files, &forwarded));
            keys.retain(|file, keys| {
                let known = known.entry(*file).or_default();
                let before = known.len();
                known.extend(keys.iter().map(|(names, used)| (names.clone(), used.clone())));
                known.len() > before
            });
            if keys.is_empty() && forwarded.len() == before {
                break;
            }
            let again = map_in_parallel(options.threads, keys.keys().copied(), |index| {
                let (file, keys) = (&files.get(index)?.0, known.get(&index)?);
                let elsewhere = Elsewhere { key_variables: &no_variables, keys: Some(keys), is_news: None };
                Some((index, self.check(file, outside(file), elsewhere)))
            })?;
            for (index, checked) in again.into_iter().flatten() {
                files[index].1 = checked;
            }
        }
        Ok(forwarded)
    }

    fn check(&self, file: &Candidate, outside: Result<Outside, Skipped>, elsewhere: Elsewhere) -> Checked {
        let mut checked = Checked::default();
        let outside = outside.unwrap_or_else(|problem| {
            checked.problems.push(problem);
            Outside::default()
        });
        let parts = match file.holds_only_tokens {
            true => vec![Part::of(Facts::new(file.language))],
            false => language::parse(file.language, Path::new(&file.path), &file.text),
        };
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
                    status: outside.status,
                    keys: elsewhere.keys,
                    key_variables: elsewhere.key_variables,
                };
                Analysis::new(&part.facts, surroundings)
            })
            .collect();
        // A test's variables say nothing about what the program uses.
        for analysis in analyses.iter().filter(|analysis| analysis.surroundings.context == Context::Production) {
            checked.key_variables.extend(analysis.key_variables.iter().cloned());
            let taken = analysis.taken.iter().filter(|_| elsewhere.keys.is_some());
            checked.references.extend(
                taken.filter_map(|(value, used)| definition::reference(&analysis.resolver, &file.path, *value, used)),
            );
            if elsewhere.keys.is_some() {
                checked.forwards.extend(definition::forwards(&analysis.resolver, &file.path));
            }
        }
        if file.is_judged {
            self.judge(file, &analyses, outside, elsewhere.is_news, &mut checked);
        }
        drop(analyses);
        if elsewhere.keys.is_some() && !file.language.is_configuration() {
            let parts = parts.into_iter().filter(|part| !part.in_comment);
            checked.definitions.extend(parts.flat_map(|part| definition::definitions(part.facts)));
        }
        checked
    }

    /// Adds what the rules find in a file.
    fn judge(
        &self,
        file: &Candidate,
        analyses: &[Analysis],
        outside: Outside,
        is_news: Option<&IsNews>,
        checked: &mut Checked,
    ) {
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
        if drafts.is_empty() {
            return;
        }
        drafts.sort_by_key(|(_, draft)| (draft.span, draft.rule));
        checked.findings = Writer::new(file, analyses, &tokens, self.line_hashes).write(drafts, is_news);
    }
}
