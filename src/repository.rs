//! What git says of a path: whether it is tracked, ignored, or about to be added.
//!
//! Repositories are looked for from each file's folder, so that submodules and nested repositories answer for their own
//! files, and opened once. A repository that cannot be read is an error to report, not to stop at.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use git2::ErrorCode;

/// What git knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileStatus {
    /// It is in the index: committed, or to be committed.
    Tracked,
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
    fn new(path: &Path, error: &git2::Error) -> Self {
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

    /// What the project is called: the working tree's folder and the last part of each remote's address, without `.git`.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.root.file_name().map(|name| name.to_string_lossy().into_owned()).into_iter().collect();
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(remotes) = opened.remotes() {
            for remote in remotes.iter().flatten().flatten() {
                let remote = opened.find_remote(remote).ok();
                let url = remote.as_ref().and_then(|remote| remote.url().ok());
                names.extend(url.and_then(name_of_url));
            }
        }
        names.dedup();
        names
    }
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
