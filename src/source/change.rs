//! What is staged, and what has changed since a revision.
//!
//! Staged files are read as they are staged, from the objects of the index; what has changed since a revision is read
//! from the working tree. Deleted files are no change here. Whoever asks whether a change is clean must not hear that it is
//! because nobody could look: where git cannot say what has changed, or a staged object cannot be read, that is an error.

mod index;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use git2::{Delta, Diff, DiffDelta, DiffFindOptions, DiffHunk, DiffOptions, ErrorCode, FileMode, Oid};
use rayon::prelude::*;

use crate::finding::Skipped;
use crate::language::Language;
use crate::repository::{self, Error, Naming, Selection};
use crate::source::{self, File, Refusal, tree};

use index::{Kind, Staged};

/// What to look at of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Files and folders; the whole repository if there are none.
    pub paths: Vec<PathBuf>,
    /// Whether only findings on changed lines count.
    pub changed_lines: bool,
}

/// A change of a repository.
pub struct Change {
    /// It can move between threads but not be used by two at once.
    repository: Mutex<git2::Repository>,
    root: PathBuf,
    naming: Naming,
    is_staged: bool,
    content: Content,
}

/// What a comparison of two states came to.
#[derive(Default)]
struct Content {
    files: Vec<ChangedFile>,
    /// What is no file.
    skipped: Vec<Skipped>,
    /// The changed lines of each file by its name in reports, if they were asked for.
    lines: Option<HashMap<String, Vec<RangeInclusive<usize>>>>,
}

struct ChangedFile {
    /// From the root of the working tree, with `/` between its parts.
    path: String,
    on_disk: PathBuf,
    /// Its object, where it is staged.
    id: Oid,
}

/// What reading a change came by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// What was not looked at.
    pub skipped: Vec<Skipped>,
    /// Files looked at.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl Change {
    /// What is staged: what the next commit adds to the one that is checked out, or brings as the first.
    ///
    /// # Errors
    /// No repository, one without an index, one that cannot be read, or a merge that is not done.
    pub fn staged(options: &Options) -> Result<Change, Error> {
        let (repository, root) = open(options)?;
        let naming = Naming::below(Some(&root));
        let content = {
            let failed = |error: git2::Error| Error::new(&root, &error);
            let head = match repository.head() {
                Ok(head) => Some(head.peel_to_tree().map_err(failed)?),
                Err(error) if error.code() == ErrorCode::UnbornBranch => None,
                Err(error) => return Err(failed(error)),
            };
            let staged = index::staged(&repository, head.as_ref()).map_err(|reason| Error::because(&root, reason))?;
            // What is staged is not read from disk.
            let staged = staged.into_iter().map(|staged| (staged, PathBuf::new()));
            let mut content = Content::of(&Selection::of(&options.paths, &root)?, &root, &naming, staged);
            if options.changed_lines {
                let diff = repository.diff_tree_to_index(head.as_ref(), None, Some(&mut diff_options()));
                content.lines = Some(lines(&root, &naming, diff.map_err(failed)?)?);
            }
            content
        };
        Ok(Change { repository: Mutex::new(repository), root, naming, is_staged: true, content })
    }

    /// What has changed between the last commit that `HEAD` and the revision have in common and the working tree, files
    /// that git neither tracks nor ignores included.
    ///
    /// # Errors
    /// No repository, one without a working tree, a revision that is not there, no commit in common, or a repository that
    /// cannot be read.
    pub fn since(revision: &str, options: &Options) -> Result<Change, Error> {
        let (repository, root) = open(options)?;
        let naming = Naming::below(Some(&root));
        let base = base(&repository, &root, revision)?;
        let content = {
            let mut settings = diff_options();
            settings.include_untracked(true).recurse_untracked_dirs(true).show_untracked_content(options.changed_lines);
            let tree = repository.find_commit(base).and_then(|commit| commit.tree());
            let diff =
                tree.and_then(|tree| repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut settings)));
            let diff = diff.map_err(|error| Error::new(&root, &error))?;
            let changed = diff.deltas().filter_map(|delta| {
                let is_gone = matches!(delta.status(), Delta::Deleted | Delta::Unmodified | Delta::Ignored);
                let kind = match delta.new_file().mode() {
                    FileMode::Link => Kind::Link,
                    FileMode::Commit => Kind::Submodule,
                    _ => Kind::File,
                };
                let on_disk = delta.new_file().path().filter(|_| !is_gone)?.to_owned();
                Some((Staged { path: path_of(&delta), id: delta.new_file().id(), kind }, on_disk))
            });
            let mut content = Content::of(&Selection::of(&options.paths, &root)?, &root, &naming, changed);
            if options.changed_lines {
                content.lines = Some(lines(&root, &naming, diff)?);
            }
            content
        };
        Ok(Change { repository: Mutex::new(repository), root, naming, is_staged: false, content })
    }

    /// What the project is called.
    pub fn project_names(&self) -> Vec<String> {
        repository::project_names(&self.repository.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The root of the working tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether files are read as they are staged, and not from the working tree.
    pub fn is_staged(&self) -> bool {
        self.is_staged
    }

    /// Whether the change touches one of these lines, 1-based, of the file with this name. Everything in a changed file
    /// counts unless changed lines were asked for.
    pub fn touches(&self, name: &str, lines: RangeInclusive<usize>) -> bool {
        let Some(changed) = &self.content.lines else {
            return true;
        };
        let mut ranges = changed.get(name).into_iter().flatten();
        ranges.any(|range| range.start() <= lines.end() && lines.start() <= range.end())
    }

    /// Hands every changed file on to `each`, with where it lies on disk unless it is what is staged of it.
    ///
    /// # Errors
    /// A staged object that cannot be read.
    pub fn read(
        &self,
        max_file_size: u64,
        each: impl Fn(File<'_>, Option<&Path>) -> Result<(), Refusal> + Sync,
    ) -> Result<Read, Error> {
        let hand_on = |file: &ChangedFile, bytes: Cow<[u8]>, place: Option<&Path>| {
            let (path, local) = self.naming.name(&file.path);
            let length = bytes.len() as u64;
            each(File { path, local, named: false, bytes }, place).map(|()| length)
        };
        let done: Vec<Result<u64, Refusal>> = if self.is_staged {
            let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
            let odb = repository.odb().map_err(|error| Error::new(&self.root, &error))?;
            let staged = |file: &ChangedFile| {
                let broken = |error: git2::Error| {
                    let reason = format!("{} is staged and cannot be read: {}", file.path, error.message());
                    Error::because(&self.root, reason)
                };
                if let Err(refusal) = source::check_name(file.path.rsplit('/').next().unwrap_or_default()) {
                    return Ok(Err(refusal));
                }
                let (size, _) = odb.read_header(file.id).map_err(broken)?;
                if size as u64 > max_file_size {
                    return Ok(Err(source::too_large(max_file_size)));
                }
                let object = odb.read(file.id).map_err(broken)?;
                Ok(source::decode(object.data()).and_then(|bytes| hand_on(file, bytes, None)))
            };
            self.content.files.iter().map(staged).collect::<Result<_, Error>>()?
        } else {
            let on_disk = |buffer: &mut Vec<u8>, file: &ChangedFile| {
                let kind = fs::symlink_metadata(&file.on_disk)?.file_type();
                let bytes = tree::bytes(&file.on_disk, kind, false, max_file_size, buffer)?;
                hand_on(file, bytes, Some(&file.on_disk))
            };
            self.content.files.par_iter().map_init(Vec::new, on_disk).collect()
        };
        let mut read = Read { skipped: self.content.skipped.clone(), ..Read::default() };
        for (file, done) in self.content.files.iter().zip(done) {
            match done {
                Ok(bytes) => {
                    read.files += 1;
                    read.bytes += bytes;
                }
                Err(refusal) => read.skipped.push(refusal.of(self.naming.name(&file.path).0)),
            }
        }
        Ok(read)
    }

    /// Hands the code that git tracks and the change does not touch on to `each`, as it is on disk and with where it lies. What
    /// cannot be read is left out, for nothing is said of it.
    ///
    /// # Errors
    /// An index that cannot be read.
    pub fn read_rest(&self, max_file_size: u64, each: impl Fn(File<'_>, PathBuf) + Sync) -> Result<(), Error> {
        let changed: HashSet<&str> = self.content.files.iter().map(|file| file.path.as_str()).collect();
        let is_code = |path: &str| {
            let language = Language::of_path(Path::new(path));
            language != Language::Text && !language.is_configuration()
        };
        let paths: Vec<String> = {
            let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
            let index = repository.index().map_err(|error| Error::new(&self.root, &error))?;
            let paths = index.iter().filter_map(|entry| String::from_utf8(entry.path).ok());
            paths.filter(|path| is_code(path) && !changed.contains(path.as_str())).collect()
        };
        paths.par_iter().for_each_init(Vec::new, |buffer, path| {
            let on_disk = self.root.join(path);
            let kind = fs::symlink_metadata(&on_disk).map(|metadata| metadata.file_type());
            let bytes = kind.ok().map(|kind| tree::bytes(&on_disk, kind, false, max_file_size, buffer));
            if let Some(Ok(bytes)) = bytes {
                let (path, local) = self.naming.name(path);
                each(File { path, local, named: false, bytes }, on_disk);
            }
        });
        Ok(())
    }
}

/// The repository, and the root of its working tree.
fn open(options: &Options) -> Result<(git2::Repository, PathBuf), Error> {
    let repository = repository::open(&options.paths)?;
    let Some(root) = repository.workdir().map(Path::to_owned) else {
        let reason = "a bare repository: it has no working tree and nothing can be staged in it";
        return Err(Error::because(repository.path(), reason));
    };
    let root = root.canonicalize().map_err(|error| Error::because(&root, error.to_string()))?;
    Ok((repository, root))
}

/// Without lines around changed ones, and without looking into submodules.
fn diff_options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options.context_lines(0).ignore_submodules(true).include_typechange(true);
    options
}

/// The last commit that `HEAD` and the revision have in common.
fn base(repository: &git2::Repository, root: &Path, revision: &str) -> Result<Oid, Error> {
    let missing = |what: String| {
        let remedy = match (repository.is_shallow(), tracked_branch(repository, revision)) {
            (true, Some((remote, branch))) => format!(
                "; this clone is shallow: `git fetch --unshallow {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}` \
                 brings the rest"
            ),
            (true, None) => "; this clone is shallow: `git fetch --unshallow` brings the rest".to_owned(),
            (false, Some((remote, branch))) => format!(
                "; `git fetch {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}` brings it if {remote} has it"
            ),
            (false, None) => String::new(),
        };
        Error::because(root, what + &remedy)
    };
    let object = repository.revparse_single(revision).and_then(|object| object.peel_to_commit());
    let other = match object {
        Ok(commit) => commit.id(),
        Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Peel) => {
            return Err(missing(format!("no commit is called `{revision}` here")));
        }
        Err(error) => return Err(Error::new(root, &error)),
    };
    let head = match repository.head().and_then(|head| head.peel_to_commit()) {
        Ok(head) => head.id(),
        Err(error) if error.code() == ErrorCode::UnbornBranch => {
            return Err(Error::because(root, "there is no commit yet, so nothing has changed since one"));
        }
        Err(error) => return Err(Error::new(root, &error)),
    };
    match repository.merge_base(head, other) {
        Ok(base) => Ok(base),
        Err(error) if error.code() == ErrorCode::NotFound => {
            Err(missing(format!("HEAD and `{revision}` have no commit in common here")))
        }
        Err(error) => Err(Error::new(root, &error)),
    }
}

/// The remote and the branch a revision names as `origin/main` does.
fn tracked_branch(repository: &git2::Repository, revision: &str) -> Option<(String, String)> {
    let name = revision.strip_prefix("refs/remotes/").unwrap_or(revision);
    let remotes = repository.remotes().ok()?;
    let mut remotes = remotes.iter().flatten().flatten();
    let found = remotes.find_map(|remote| Some((remote, name.strip_prefix(remote)?.strip_prefix('/')?)));
    let (remote, branch) = found?;
    let is_plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    (is_plain(remote) && is_plain(branch) && !branch.is_empty()).then(|| (remote.to_owned(), branch.to_owned()))
}

impl Content {
    /// Of these files, each with its path on disk, those that are selected, without lines.
    fn of(
        selection: &Selection,
        root: &Path,
        naming: &Naming,
        files: impl IntoIterator<Item = (Staged, PathBuf)>,
    ) -> Content {
        let mut content = Content::default();
        for (Staged { path, id, kind }, on_disk) in files {
            if !selection.holds(&path) {
                continue;
            }
            let limit = match kind {
                Kind::File => None,
                Kind::Link => Some("symbolic link, not followed"),
                Kind::Submodule => Some("submodule"),
            };
            match limit {
                Some(reason) => content.skipped.push(Refusal::limit(reason).of(naming.name(&path).0)),
                None => content.files.push(ChangedFile { path, on_disk: root.join(on_disk), id }),
            }
        }
        content
    }
}

/// The changed lines of each file by its name in reports.
fn lines(
    root: &Path,
    naming: &Naming,
    mut diff: Diff<'_>,
) -> Result<HashMap<String, Vec<RangeInclusive<usize>>>, Error> {
    let failed = |error: git2::Error| Error::new(root, &error);
    // Of a file that was renamed only the lines that differ have changed.
    let mut find = DiffFindOptions::new();
    diff.find_similar(Some(find.renames(true).for_untracked(true).dont_ignore_whitespace(true))).map_err(failed)?;
    let mut lines: HashMap<String, Vec<RangeInclusive<usize>>> = HashMap::new();
    let mut note = |delta: DiffDelta<'_>, hunk: DiffHunk<'_>| {
        let (start, count) = (hunk.new_start() as usize, hunk.new_lines() as usize);
        if count > 0 {
            let (name, _) = naming.name(&path_of(&delta));
            lines.entry(name).or_default().push(start..=start + count - 1);
        }
        true
    };
    diff.foreach(&mut |_, _| true, None, Some(&mut note), None).map_err(failed)?;
    Ok(lines)
}

/// The path a file has after a change, from the root of the working tree.
fn path_of(delta: &DiffDelta<'_>) -> String {
    String::from_utf8_lossy(delta.new_file().path_bytes().unwrap_or_default()).into_owned()
}
