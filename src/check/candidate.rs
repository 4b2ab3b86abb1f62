//! The files that may matter: what a source reads and the prefilter leaves.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::silent::{Content, Settings, SilentFile};
use super::threads::{in_pool, reserve};
use super::{Error, Input, Options};
use crate::finding::{Context, Skipped, Summary};
use crate::language::Language;
use crate::name::{self, Tier};
use crate::repository::{FileStatus, Naming};
use crate::source::change::Change;
use crate::source::history::{History, Version};
use crate::source::{File, Refusal, tree};
use crate::{context, prefilter};

/// The code of a change that is kept although nothing in it tells of tokens, in bytes.
const MOST_KEPT: usize = 64 << 20;

/// A file that may matter, read but not yet parsed.
pub(super) struct Candidate {
    pub(super) path: String,
    pub(super) context: Context,
    pub(super) language: Language,
    pub(super) text: String,
    /// Whether nothing but the tokens in it can matter, so that nobody has to parse it.
    pub(super) holds_only_tokens: bool,
    /// Whether it is judged, or only says what other files mean.
    pub(super) is_judged: bool,
    /// What git says of it, where that is known from where it comes.
    pub(super) status: Option<FileStatus>,
}

impl Candidate {
    /// A file in this language, to be judged.
    pub(super) fn of(file: &File<'_>, language: Language) -> Result<Candidate, Refusal> {
        Ok(Candidate {
            context: context::of_path(file.local_path()),
            language,
            text: file.text()?.into_owned(),
            path: file.path.clone(),
            holds_only_tokens: false,
            is_judged: true,
            status: None,
        })
    }
}

/// Files that are handed on together, since to wake a thread for each takes longer than to check many of them.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) files: Vec<Candidate>,
    bytes: usize,
}

impl Batch {
    /// How many bytes of text are worth waking a thread for.
    const FULL: usize = 32 * 1024;

    /// Adds a file; gives back all of them when they are enough.
    pub(super) fn add(&mut self, file: Candidate) -> Option<Vec<Candidate>> {
        self.bytes += file.text.len();
        self.files.push(file);
        (self.bytes >= Self::FULL).then(|| std::mem::take(self).files)
    }
}

/// Reads what is to be checked, of which the prefilter throws nearly all away, and hands on the rest; also what code and
/// configuration was thrown away.
pub(super) fn gather(
    options: &Options,
    change: Option<&Change>,
    history: Option<&History>,
    summary: &mut Summary,
    each: impl Fn(Candidate) + Sync,
    silent: impl Fn(SilentFile) + Sync,
) -> Result<(), Error> {
    // Whether a change can only be judged by what the rest of the code says.
    let asks = AtomicBool::new(false);
    let kept = AtomicUsize::new(0);
    let add = |file: &File<'_>, language: Language, status: Option<FileStatus>, is_judged: bool| {
        each(Candidate { is_judged, status, ..Candidate::of(file, language)? });
        Ok(())
    };
    let set_aside = |file: File<'_>, language: Language, is_judged: bool, content: Content| {
        if can_be_silent(language) {
            silent(SilentFile { path: file.path, local: file.local, language, is_judged, content });
        }
    };
    let of_change = |mut file: File<'_>, place: Option<&Path>, status: Option<FileStatus>| {
        let language = Language::of_path(Path::new(&file.path));
        if change.is_some() && depends_on_code(language, &file.bytes) {
            asks.store(true, Ordering::Relaxed);
        }
        if prefilter::matters(language, &file.bytes) {
            return add(&file, language, status, true);
        }
        if !can_be_silent(language) {
            return Ok(());
        }
        if let Some(place) = place {
            set_aside(file, language, true, Content::OnDisk(Some(place.to_owned())));
            return Ok(());
        }
        let size = file.bytes.len();
        let fits = |kept: usize| kept.checked_add(size).filter(|sum| *sum <= MOST_KEPT);
        if kept.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok() {
            let content = Content::Kept(std::mem::take(&mut file.bytes).into_owned());
            set_aside(file, language, true, content);
        }
        Ok(())
    };
    let on_disk = |file: File<'_>, place: Option<PathBuf>, is_judged: bool| {
        let language = Language::of_path(Path::new(&file.path));
        if prefilter::matters(language, &file.bytes) {
            return add(&file, language, None, is_judged);
        }
        set_aside(file, language, is_judged, Content::OnDisk(place));
        Ok(())
    };
    let of_tree = |file: File<'_>, place: Option<PathBuf>| {
        (options.progress)();
        on_disk(file, place, true)
    };
    let walking = || reserve(options.tree.threads).map(|threads| tree::Options { threads, ..options.tree.clone() });
    match (&options.input, change) {
        (Input::Tree(paths), _) => {
            let walked = tree::walk(paths, &walking()?, |file| of_tree(file, None))?;
            (summary.files, summary.bytes, summary.skipped) = (walked.files, walked.bytes, walked.skipped);
        }
        (Input::File(file), _) => {
            (summary.files, summary.bytes) = (1, file.bytes.len() as u64);
            (options.progress)();
            if let Err(refusal) = of_change(file.clone(), None, None) {
                summary.skipped.push(refusal.of(file.path.clone()));
            }
        }
        (Input::Staged(_) | Input::Since(..), Some(change)) => {
            let status = change.is_staged().then_some(FileStatus::Tracked);
            let each = |file: File<'_>, place: Option<&Path>| {
                (options.progress)();
                of_change(file, place, status)
            };
            let read = match change.is_staged() {
                // They are few, and read one after the other.
                true => change.read(options.tree.max_file_size, each)?,
                false => in_pool(options.tree.threads, || change.read(options.tree.max_file_size, each))??,
            };
            (summary.files, summary.bytes, summary.skipped) = (read.files, read.bytes, read.skipped);
            if asks.load(Ordering::Relaxed) {
                // Nothing is said of a file that has not changed, nor that it is none to be read.
                let each = |file: File<'_>, place: PathBuf| drop(on_disk(file, Some(place), false));
                in_pool(options.tree.threads, || change.read_rest(options.tree.max_file_size, each))??;
            }
        }
        (Input::Staged(_) | Input::Since(..), None) => {}
        (Input::History(which), _) => {
            let root = history.and_then(History::root);
            let naming = Naming::below(root);
            // Files are walked by whole paths, and named as those of the history are.
            let rename = |path: &str| {
                let below = root.and_then(|root| Path::new(path).strip_prefix(root).ok());
                below.map(|below| naming.name(&below.to_string_lossy().replace('\\', "/")))
            };
            let paths = match (which.paths.as_slice(), root, history) {
                ([], Some(root), _) => vec![root.to_owned()],
                ([], None, Some(_)) => Vec::new(),
                ([], None, None) => vec![PathBuf::from(".")],
                (paths, ..) => paths.to_vec(),
            };
            let walked = tree::walk(&paths, &walking()?, |mut file| {
                let mut place = None;
                if let Some((path, local)) = rename(&file.path) {
                    place = Some(PathBuf::from(std::mem::replace(&mut file.path, path)));
                    file.local = local;
                }
                of_tree(file, place)
            })?;
            (summary.files, summary.bytes) = (walked.files, walked.bytes);
            summary.skipped.extend(walked.skipped.into_iter().map(|skipped| {
                let path = rename(&skipped.path).map(|(path, _)| path);
                Skipped { path: path.unwrap_or(skipped.path), ..skipped }
            }));
        }
    }
    Ok(())
}

/// Whether a file in this language can mean what nothing in it tells of.
fn can_be_silent(language: Language) -> bool {
    !language.family().is_empty() || language.is_configuration()
}

/// Whether a change of a file may be judged by what other code says only: by which it takes as a key what is defined here, or
/// a variable set here whose name does not tell.
fn depends_on_code(language: Language, bytes: &[u8]) -> bool {
    if !language.is_configuration() {
        return !language.family().is_empty() && prefilter::can_define_secret(language, bytes);
    }
    String::from_utf8_lossy(bytes).lines().any(|line| {
        let line = line.trim().trim_start_matches(['-', '"', '\'']).trim();
        let line = line.strip_prefix("export ").or(line.strip_prefix("ENV ")).unwrap_or(line).trim();
        let ends = if language == Language::Dotenv { &['='][..] } else { &['=', ':', ' '] };
        let Some((name, value)) = line.split_once(ends) else { return false };
        let name = name.trim_end().trim_end_matches(['"', '\'']);
        (language == Language::Dotenv && !name.starts_with('#') || name::is_environment(name))
            && can_be_key(value.trim_matches([':', '=', ' ', '"', '\'', ',']))
            && !matches!(name::tier(&[name]), Some(Tier::A | Tier::B))
    })
}

/// Whether the value of a variable is none that says what else it is for: a place, a number, a sentence.
fn can_be_key(value: &str) -> bool {
    const SHORTEST: usize = 6;
    value.len() >= SHORTEST
        && !value.contains("://")
        && !value.contains(char::is_whitespace)
        && !value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A version of a file, if it may matter under its name; `settings` are what its names can mean besides what they say.
pub(super) fn of_version(
    version: &Version,
    file: &File<'_>,
    settings: Option<&Settings>,
) -> Result<Option<Candidate>, Refusal> {
    let language =
        if version.is_named { Language::of_path(Path::new(&file.path)) } else { language_of_unnamed(&file.bytes) };
    let is_code = !language.family().is_empty();
    let matters = if is_code { prefilter::can_hold_secret } else { prefilter::matters };
    if !matters(language, &file.bytes) {
        return Ok(None);
    }
    let speaks = settings.is_some_and(|settings| settings.may_stand_in(&file.bytes));
    let holds_only_tokens = !speaks && prefilter::holds_only_tokens(language, &file.bytes);
    Ok(Some(Candidate { status: Some(FileStatus::Kept), holds_only_tokens, ..Candidate::of(file, language)? }))
}

/// What a file without a name may be, by how it begins: of an environment file every line is an entry, JSON begins with a
/// brace, and code has its words.
fn language_of_unnamed(bytes: &[u8]) -> Language {
    const LINES: usize = 20;
    let text = String::from_utf8_lossy(bytes.get(..4096).unwrap_or(bytes));
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let is_variable = |line: &&str| {
        line.strip_prefix("export ").unwrap_or(line).split_once('=').is_some_and(|(name, _)| name::is_environment(name))
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
