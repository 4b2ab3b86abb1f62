//! What git says of a path: whether it is tracked, ignored, or about to be added.
//!
//! Repositories are looked for from each file's folder, so that submodules and nested repositories answer for their own
//! files, and opened once. A repository that cannot be read is an error to report, not to stop at.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use git2::ErrorCode;

/// What git knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileStatus {
    /// It is in the index: committed, or to be committed.
    Tracked,
    /// It is a version of a file that some commit had.
    Kept,
    /// An ignore rule keeps it out.
    Ignored,
    /// It is not tracked, and the next `git add` would change that.
    Unignored,
    /// No repository holds its folder.
    Outside,
}

/// Why git cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The repository's folder, or the folder it was looked for from.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl Error {
    /// What git could not do there.
    pub fn new(path: &Path, error: &git2::Error) -> Self {
        let reason = match error.code() {
            ErrorCode::Owner => "the git repository belongs to another user (see git's safe.directory)".to_owned(),
            _ => format!("the git repository cannot be read: {}", error.message()),
        };
        Error { path: path.to_owned(), reason }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for Error {}

impl Error {
    /// Whether the repository is sound and only of a kind that cannot be read, as those with SHA-256.
    pub fn is_unknown_format(&self) -> bool {
        self.reason.contains("object format")
    }

    /// What a command that needs a repository says of one that cannot give what it is asked for.
    pub fn because(path: &Path, reason: impl Into<String>) -> Self {
        Error { path: path.to_owned(), reason: reason.into() }
    }
}

/// The repository a command is about: the one git's environment names (`GIT_DIR`, `GIT_WORK_TREE`, and `GIT_INDEX_FILE` for
/// its index, as hooks have them), or else the one that the first of the paths stands in; without paths, the current
/// directory.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn open(paths: &[PathBuf]) -> Result<git2::Repository, Error> {
    let place = paths.first().map_or(Path::new("."), PathBuf::as_path);
    let folder = if place.is_dir() { place } else { place.parent().unwrap_or(place) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let nowhere: [&OsStr; 0] = [];
    let opened = git2::Repository::open_ext(folder, git2::RepositoryOpenFlags::FROM_ENV, nowhere);
    let repository = opened.map_err(|error| match error.code() {
        ErrorCode::NotFound => {
            Error::because(folder, "not in a git repository, and only git can say what is asked for")
        }
        _ => Error::new(folder, &error),
    })?;
    // A relative path is meant from the root of the working tree, whatever folder a command runs in.
    let index = std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from).filter(|path| path.is_relative());
    if let (Some(index), Some(root)) = (index, repository.workdir()) {
        let path = root.join(index);
        let set = git2::Index::open(&path).and_then(|mut index| repository.set_index(&mut index));
        set.map_err(|error| Error::new(&path, &error))?;
    }
    Ok(repository)
}

/// How the files of a repository are called in reports: relative to the current directory, as far as it has to do with the
/// repository, with `/` between the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The current directory below the root, part by part.
    inside: Vec<String>,
    /// What stands before a path from the root where the current directory is not within the repository.
    before: String,
}

impl Naming {
    /// The names of files below `root`, the folder of a working tree, seen from the current directory. The root of a bare
    /// repository is none's: its paths stand as they are.
    pub fn below(root: Option<&Path>) -> Self {
        let bare = Naming { inside: Vec::new(), before: String::new() };
        let (Some(root), Ok(current)) = (root, std::env::current_dir()) else {
            return bare;
        };
        let current = current.canonicalize().unwrap_or(current);
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let parts = |path: &Path| path.iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
        match (current.strip_prefix(&root), root.strip_prefix(&current)) {
            (Ok(inside), _) => Naming { inside: parts(inside), ..bare },
            (_, Ok(outside)) => Naming { before: parts(outside).join("/") + "/", ..bare },
            _ => Naming { before: root.to_string_lossy().replace('\\', "/") + "/", ..bare },
        }
    }

    /// The name of the file with this path from the root, and where in it the part begins that says what the file is for.
    pub fn name(&self, path: &str) -> (String, usize) {
        let folders = path.split('/').take(path.matches('/').count());
        let shared = self.inside.iter().zip(folders).take_while(|(here, there)| here == there).count();
        let up = self.inside.len() - shared;
        let rest = path.splitn(shared + 1, '/').last().unwrap_or(path);
        let local = if Path::new(&self.before).is_absolute() { self.before.len() } else { 3 * up };
        (format!("{}{}{rest}", self.before, "../".repeat(up)), local)
    }
}

/// The paths a command was limited to, from the root of a working tree; all of it if there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection(Vec<String>);

impl Selection {
    /// The selection of these paths, which are relative to the current directory.
    ///
    /// # Errors
    /// A path that is not below the root.
    pub fn of(paths: &[PathBuf], root: &Path) -> Result<Self, Error> {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let below = |path: &PathBuf| {
            let here = std::env::current_dir().unwrap_or_default();
            let whole = path.canonicalize().unwrap_or_else(|_| plain(&here.join(path)));
            let below = whole.strip_prefix(&root).map_err(|_| {
                Error::because(path, format!("outside the repository {}; give paths within it", root.display()))
            })?;
            Ok(below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"))
        };
        Ok(Selection(paths.iter().map(below).collect::<Result<_, _>>()?))
    }

    /// Whether nothing is left out.
    pub fn is_all(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(String::is_empty)
    }

    /// Whether the file with this path from the root is meant.
    pub fn holds(&self, path: &str) -> bool {
        let is_below = |folder: &String| {
            folder.is_empty()
                || path
                    .strip_prefix(folder.as_str())
                    .is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b'/')))
        };
        self.0.is_empty() || self.0.iter().any(is_below)
    }
}

/// The path without `.` and `..`; links are not followed, for there may be nothing there any more.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// A repository with a working tree.
pub struct Repository {
    root: PathBuf,
    /// It can move between threads but not be used by two at once. It keeps the index it has read.
    opened: Mutex<git2::Repository>,
}

impl Repository {
    /// The repository the folder stands in; none outside any repository, in a bare one and in a `.git` folder.
    ///
    /// # Errors
    /// There is a repository, and it cannot be read.
    pub fn of_folder(folder: &Path) -> Result<Option<Repository>, Error> {
        let repository = match git2::Repository::discover(folder) {
            Ok(repository) => repository,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(Error::new(folder, &error)),
        };
        let Some(root) = repository.workdir().and_then(|root| root.canonicalize().ok()) else {
            return Ok(None);
        };
        Ok(Some(Repository { root, opened: Mutex::new(repository) }))
    }

    /// The folder of the working tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What git knows of the file at this path below [`Repository::root`].
    ///
    /// # Errors
    /// An index or ignore rules that cannot be read.
    pub fn status_of(&self, path: &Path) -> Result<FileStatus, Error> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        // Stages above 0 are those of a merge that is not done: the file is tracked all the same.
        let index = opened.index().map_err(|error| Error::new(&self.root, &error))?;
        if (0..=3).any(|stage| index.get_path(path, stage).is_some()) {
            return Ok(FileStatus::Tracked);
        }
        match opened.is_path_ignored(path) {
            Ok(true) => Ok(FileStatus::Ignored),
            Ok(false) => Ok(FileStatus::Unignored),
            Err(error) => Err(Error::new(&self.root, &error)),
        }
    }

    /// The id of the commit that is checked out, if there is one.
    pub fn head(&self) -> Option<String> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        Some(opened.head().ok()?.target()?.to_string())
    }

    /// As [`project_names`].
    pub fn names(&self) -> Vec<String> {
        project_names(&self.opened.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the project is called: the working tree's folder and the last part of each remote's address, without `.git`.
pub fn project_names(repository: &git2::Repository) -> Vec<String> {
    let root = repository.workdir().unwrap_or_else(|| repository.path());
    let name = root.file_name().map(|name| name.to_string_lossy().trim_end_matches(".git").to_owned());
    let mut names: Vec<String> = name.into_iter().filter(|name| !name.is_empty()).collect();
    names.extend(names_of_remotes(repository));
    names.dedup();
    names
}

fn names_of_remotes(repository: &git2::Repository) -> Vec<String> {
    let Ok(remotes) = repository.remotes() else {
        return Vec::new();
    };
    let name = |remote: &str| repository.find_remote(remote).ok()?.url().ok().and_then(name_of_url);
    remotes.iter().flatten().flatten().filter_map(name).collect()
}

/// The last part of a remote's address: `shop` of `git@example.com:acme/shop.git`.
fn name_of_url(url: &str) -> Option<String> {
    let path = url.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let name = path.rsplit(['/', ':', '\\']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The repositories of a scan, each opened once. It can be used from many threads.
#[derive(Default)]
pub struct Repositories {
    by_folder: Mutex<HashMap<PathBuf, Found>>,
}

/// What was found for a folder; an error is kept, so that it is not met again for each file.
type Found = Result<Option<Arc<Repository>>, Error>;

impl Repositories {
    /// No repository opened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The repository the folder stands in, if any.
    ///
    /// # Errors
    /// There is a repository, and it cannot be read.
    pub fn of_folder(&self, folder: &Path) -> Result<Option<Arc<Repository>>, Error> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Ok(folder) = folder.canonicalize() else {
            return Ok(None);
        };
        let mut by_folder = self.by_folder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = by_folder.get(&folder) {
            return found.clone();
        }
        let found = Repository::of_folder(&folder).map(|repository| {
            repository.map(|repository| {
                let known = by_folder.values().flatten().flatten().find(|known| known.root == repository.root);
                known.cloned().unwrap_or_else(|| Arc::new(repository))
            })
        });
        by_folder.insert(folder, found.clone());
        found
    }

    /// What git knows of the file, wherever it is.
    ///
    /// # Errors
    /// The file stands in a repository that cannot be read.
    pub fn status_of(&self, file: &Path) -> Result<FileStatus, Error> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let Some(repository) = self.of_folder(folder)? else {
            return Ok(FileStatus::Outside);
        };
        // The folder's links are followed, as git follows them; the file's own name is what git knows it by.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let (Ok(folder), Some(name)) = (folder.canonicalize(), file.file_name()) else {
            return Ok(FileStatus::Outside);
        };
        match folder.strip_prefix(&repository.root) {
            Ok(below) => repository.status_of(&below.join(name)),
            Err(_) => Ok(FileStatus::Outside),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_remotes() {
        let cases = [
            ("git@example.com:acme/shop.git", Some("shop")),
            ("https://example.com/acme/shop/", Some("shop")),
            ("ssh://git@example.com:22/acme/my.shop.git", Some("my.shop")),
            ("shop:repository", Some("repository")),
            (r"C:\work\shop.git", Some("shop")),
            ("../shop", Some("shop")),
            ("", None),
            ("/", None),
        ];
        for (url, name) in cases {
            assert_eq!(name_of_url(url).as_deref(), name, "{url}");
        }
    }
}
