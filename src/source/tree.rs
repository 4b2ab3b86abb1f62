//! The working tree: files and folders on disk, walked in parallel.
//!
//! Ignore rules count as ripgrep has them (`.gitignore`, `.ignore`, `.git/info/exclude`, git's global excludes, and those
//! of the folders above), with one exception: environment and key files are always looked at, for an ignored `.env` is where
//! secrets live. Hidden files are read. Version control's own folders are not entered, symbolic links are not followed.
//!
//! How ignored files are found: the walker does not tell what it leaves out. So each folder it enters is listed once
//! more, which costs one system call or two and no matching; the folders among its entries that the walk did not enter
//! are the ignored ones, and they are walked afterwards, for those files only, except where they hold dependencies or
//! build products.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, FileType};
use std::io;
use std::path::{Component, MAIN_SEPARATOR_STR, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use crate::finding::Skipped;
use crate::language::Language;
use crate::source::{self, File, MAX_FILE_SIZE, Refusal};

/// How a tree is walked.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether ignore rules are left aside.
    pub no_ignore: bool,
    /// Threads to walk and read with, 0 for as many as there are processors, twelve at most.
    pub threads: usize,
    /// The size in bytes up to which a file is read.
    pub max_file_size: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { no_ignore: false, threads: 0, max_file_size: MAX_FILE_SIZE }
    }
}

/// What a walk came by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// What was not looked at, by path.
    pub skipped: Vec<Skipped>,
    /// Files looked at.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Why nothing was walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no such file or folder.
    NotFound(PathBuf),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotFound(path) => write!(f, "{}: no such file or folder; check the path", path.display()),
        }
    }
}

impl std::error::Error for Error {}

/// Hands every file of `paths` on to `each`, which runs on the walk's threads, in no particular order, and can refuse a
/// file in its turn. A file is handed on once, however many of the paths lead to it by the same names (`a/../b` and `b` are
/// two). Files that are named themselves are read whatever ignore rules say and whatever they are called; size and binary
/// contents still count.
///
/// # Errors
/// A path that does not exist, before anything is read.
pub fn walk(
    paths: &[PathBuf],
    options: &Options,
    each: impl Fn(File<'_>) -> Result<(), Refusal> + Sync,
) -> Result<Walked, Error> {
    for path in paths {
        if let Err(error) = fs::symlink_metadata(path)
            && matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        {
            return Err(Error::NotFound(path.clone()));
        }
    }
    let Some((first, rest)) = paths.split_first() else {
        return Ok(Walked::default());
    };
    let mut builder = WalkBuilder::new(on_disk(first));
    for path in rest {
        builder.add(on_disk(path));
    }
    builder.hidden(false).threads(options.threads).filter_entry(|entry| !is_version_control(entry.file_name()));
    if options.no_ignore {
        builder.standard_filters(false);
    }

    let shared = Shared {
        options,
        current: std::env::current_dir().ok(),
        roots: paths.iter().map(|path| on_disk(path)).collect(),
        seen: (paths.len() > 1).then(Mutex::default),
        each: &each,
        gathered: Mutex::default(),
    };
    builder.build_parallel().visit(&mut Visitors { shared: &shared, part: Part::Walk });

    let (visited, listed) = {
        let mut gathered = shared.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut gathered.visited), std::mem::take(&mut gathered.listed))
    };
    let visited: HashSet<PathBuf> = visited.into_iter().collect();
    let mut ignored = listed.into_iter().filter(|folder| !visited.contains(folder));
    if let Some(first) = ignored.next() {
        let mut builder = WalkBuilder::new(first);
        for folder in ignored {
            builder.add(folder);
        }
        builder.standard_filters(false).threads(options.threads).filter_entry(|entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if is_folder { !is_left_out(entry.file_name()) } else { is_always_read(entry.file_name()) }
        });
        builder.build_parallel().visit(&mut Visitors { shared: &shared, part: Part::Ignored });
    }

    let mut walked = shared.gathered.into_inner().unwrap_or_else(PoisonError::into_inner).walked;
    walked.skipped.sort_by(|a, b| (&a.path, &a.reason).cmp(&(&b.path, &b.reason)));
    Ok(walked)
}

/// The path to open: to the walker a bare `-` would be standard input.
fn on_disk(path: &Path) -> PathBuf {
    if path == Path::new("-") { Path::new(".").join(path) } else { path.to_owned() }
}

/// Whether a file is looked at even where it is ignored.
fn is_always_read(name: &OsStr) -> bool {
    matches!(Language::of_path(Path::new(name)), Language::Dotenv | Language::Key)
}

/// Whether it is a folder in which version control keeps its own things (in a worktree `.git` is a file).
fn is_version_control(name: &OsStr) -> bool {
    name == ".git" || name == ".hg" || name == ".svn" || name == ".jj"
}

/// Whether an ignored folder of this name is left out altogether: other people's code and build products, of which there
/// can be more than there is of the project.
fn is_left_out(name: &OsStr) -> bool {
    const NAMES: [&str; 29] = [
        "node_modules",
        "bower_components",
        "jspm_packages",
        "vendor",
        "target",
        "dist",
        "build",
        "out",
        "obj",
        "coverage",
        "__pycache__",
        "site-packages",
        "venv",
        ".venv",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".cache",
        ".gradle",
        ".m2",
        ".next",
        ".nuxt",
        ".turbo",
        ".yarn",
        ".pnpm-store",
        ".terraform",
        "Pods",
    ];
    is_version_control(name) || NAMES.iter().any(|left_out| name == *left_out)
}

/// What all threads of a walk use.
struct Shared<'a, F> {
    options: &'a Options,
    /// The directory it runs in.
    current: Option<PathBuf>,
    /// The paths that were asked for.
    roots: Vec<PathBuf>,
    /// Paths already looked at, where there is more than one root and they may overlap.
    seen: Option<Mutex<HashSet<String>>>,
    each: &'a F,
    gathered: Mutex<Gathered>,
}

/// What the threads bring home.
#[derive(Default)]
struct Gathered {
    walked: Walked,
    /// Folders the walk entered.
    visited: Vec<PathBuf>,
    /// Folders that stand in them.
    listed: Vec<PathBuf>,
}

/// Which walk it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The one that heeds ignore rules.
    Walk,
    /// The one through ignored folders, after environment and key files.
    Ignored,
}

struct Visitors<'a, F> {
    shared: &'a Shared<'a, F>,
    part: Part,
}

impl<'s, F: Fn(File<'_>) -> Result<(), Refusal> + Sync> ParallelVisitorBuilder<'s> for Visitors<'s, F> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Visitor { shared: self.shared, part: self.part, gathered: Gathered::default(), buffer: Vec::new() })
    }
}

/// One thread of a walk.
struct Visitor<'a, F> {
    shared: &'a Shared<'a, F>,
    part: Part,
    gathered: Gathered,
    /// What files are read into.
    buffer: Vec<u8>,
}

impl<F> Drop for Visitor<'_, F> {
    fn drop(&mut self) {
        let mine = std::mem::take(&mut self.gathered);
        let mut all = self.shared.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        all.walked.skipped.extend(mine.walked.skipped);
        all.walked.files += mine.walked.files;
        all.walked.bytes += mine.walked.bytes;
        all.visited.extend(mine.visited);
        all.listed.extend(mine.listed);
    }
}

impl<F: Fn(File<'_>) -> Result<(), Refusal> + Sync> ParallelVisitor for Visitor<'_, F> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => self.entry(entry),
            Err(error) => self.error(&error),
        }
        WalkState::Continue
    }
}

impl<F: Fn(File<'_>) -> Result<(), Refusal> + Sync> Visitor<'_, F> {
    fn entry(&mut self, entry: DirEntry) {
        let Some(kind) = entry.file_type() else {
            return;
        };
        let named = self.part == Part::Walk && entry.depth() == 0;
        if kind.is_dir() {
            if self.part == Part::Walk && !self.shared.options.no_ignore {
                self.list(entry.path());
                self.gathered.visited.push(entry.into_path());
            }
            return;
        }
        // Where the folder was listed, the listing saw to the files that are always read; of ignored folders the walk
        // yields nothing else.
        let is_new =
            named || self.part == Part::Ignored || self.shared.options.no_ignore || !is_always_read(entry.file_name());
        if is_new {
            self.file(entry.path(), kind, named);
        }
    }

    /// Looks at the files of a folder that are always read, and notes its folders. A folder that cannot be listed is the
    /// walker's to report.
    fn list(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let name = entry.file_name();
            if kind.is_dir() {
                if !is_left_out(&name) {
                    self.gathered.listed.push(entry.path());
                }
            } else if is_always_read(&name) {
                self.file(&entry.path(), kind, false);
            }
        }
    }

    fn error(&mut self, error: &ignore::Error) {
        let path = path_of(error);
        let refusal = match (error.io_error(), path) {
            (Some(io), Some(path)) if io.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
                Refusal::fault("symbolic link to nothing")
            }
            (Some(io), _) => refusal_of(io),
            // A broken line in an ignore file: the other lines count, and more is read rather than less.
            (None, _) => return,
        };
        let path = path.map_or_else(|| ".".to_owned(), |path| self.name(path).0);
        self.gathered.walked.skipped.push(refusal.of(path));
    }

    fn file(&mut self, path: &Path, kind: FileType, named: bool) {
        let (name, local) = self.name(path);
        if let Some(seen) = &self.shared.seen
            && !seen.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone())
        {
            return;
        }
        let read = bytes(path, kind, named, self.shared.options.max_file_size, &mut self.buffer);
        let done = read.and_then(|bytes| {
            let length = bytes.len() as u64;
            (self.shared.each)(File { path: name.clone(), local, named, bytes })?;
            self.gathered.walked.files += 1;
            self.gathered.walked.bytes += length;
            Ok(())
        });
        if let Err(refusal) = done {
            self.gathered.walked.skipped.push(refusal.of(name));
        }
    }

    /// The path reports use, and where in it the part begins that says what the file is for.
    fn name(&self, path: &Path) -> (String, usize) {
        let below = match (path.is_absolute(), &self.shared.current) {
            (true, Some(current)) => path.strip_prefix(current).unwrap_or(path),
            _ => path,
        };
        let name = with_slashes(below);
        if !below.is_absolute() && !below.components().any(|part| part == Component::ParentDir) {
            return (name, 0);
        }
        let root = self.shared.roots.iter().filter(|root| path.starts_with(root));
        let local = match root.max_by_key(|root| root.components().count()) {
            Some(root) if path != root => with_slashes(root).trim_end_matches('/').len() + 1,
            _ => name.rfind('/').map_or(0, |slash| slash + 1),
        };
        (name, local)
    }
}

/// A file's bytes, if it is within the limits; that on names does not hold for a file that was named
/// itself.
pub(super) fn bytes<'a>(
    path: &Path,
    kind: FileType,
    named: bool,
    limit: u64,
    buffer: &'a mut Vec<u8>,
) -> Result<Cow<'a, [u8]>, Refusal> {
    if kind.is_symlink() {
        return Err(Refusal::limit("symbolic link, not followed"));
    }
    if !kind.is_file() {
        return Err(Refusal::limit(special(kind)));
    }
    if !named && let Some(name) = path.file_name() {
        source::check_name(&name.to_string_lossy())?;
    }
    source::read(path, limit, buffer)
}

/// The path with `/` between its parts and without `.`.
fn with_slashes(path: &Path) -> String {
    // Most paths are just so.
    let plain = |text: &&str| {
        MAIN_SEPARATOR_STR == "/" && !text.contains("//") && !text.contains("/.") && !text.starts_with('.')
    };
    if let Some(text) = path.to_str().filter(plain)
        && let Some(text) = Some(text.trim_end_matches('/')).filter(|text| !text.is_empty())
    {
        return text.to_owned();
    }
    let path: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    match path.to_string_lossy() {
        text if text.is_empty() => ".".to_owned(),
        text if MAIN_SEPARATOR_STR == "/" => text.into_owned(),
        text => text.replace(MAIN_SEPARATOR_STR, "/"),
    }
}

/// What a file is that is no regular file.
fn special(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "FIFO";
        }
        if kind.is_socket() {
            return "socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "device";
        }
    }
    if kind.is_dir() { "folder" } else { "not a regular file" }
}

fn refusal_of(error: &io::Error) -> Refusal {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code).into(),
        None => io::Error::from(error.kind()).into(),
    }
}

/// The path an error of the walker is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}
