//! What git's index holds that a commit does not.
//!
//! The index remembers of most folders which tree of git's they are. As git does, folders that are the commit's are not
//! looked into, so that what a hook waits for depends on what is staged and not on how large the repository is.

use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;

use git2::{ObjectType, Oid};
use gix_index::entry::{Flags, Mode, Stage};
use gix_index::extension;
use gix_index::{Entry, File, State, decode};

/// A file, or what else stands in one's place, that is staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Staged {
    /// From the root of the working tree, with `/` between its parts.
    pub(super) path: String,
    pub(super) id: Oid,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Link,
    Submodule,
}

/// What is added to a tree, or in it another than before; everything if there is none yet.
///
/// # Errors
/// An index that cannot be read, in words, or one with a conflict in it.
pub(super) fn staged(repository: &git2::Repository, tree: Option<&git2::Tree>) -> Result<Vec<Staged>, String> {
    // Hooks are told where it is, from the root of the working tree whatever folder they run in.
    let named = env::var_os("GIT_INDEX_FILE").map(PathBuf::from);
    let root = repository.workdir().unwrap_or(repository.path());
    let path = named.map_or_else(|| repository.path().join("index"), |named| root.join(named));
    // A repository to which nothing was ever added has none.
    if path.try_exists().is_ok_and(|exists| !exists) {
        return Ok(Vec::new());
    }
    let options = decode::Options { thread_limit: Some(1), ..decode::Options::default() };
    let read = || File::at(&path, gix_hash::Kind::Sha1, true, options);
    // It takes for granted what it reads, and the checksum, which takes longer than all the rest, git does not ask for either.
    let index = panic::catch_unwind(AssertUnwindSafe(read)).map_err(|_| "the index is damaged".to_owned())?;
    let index = index.map_err(|error| format!("the index cannot be read: {error}"))?;
    if let Some(entry) = index.entries().iter().find(|entry| entry.stage() != Stage::Unconflicted) {
        return Err(format!("{} is in conflict, and nothing of it is staged yet", entry.path(&index)));
    }
    let mut comparison = Comparison { repository, index: &index, staged: Vec::new() };
    comparison.folder(0, index.entries(), tree, index.tree())?;
    Ok(comparison.staged)
}

struct Comparison<'c> {
    repository: &'c git2::Repository,
    index: &'c State,
    staged: Vec<Staged>,
}

impl Comparison<'_> {
    /// Compares the entries of a folder, whose paths begin with `prefix` bytes that lead there, with its tree. `known` is what the
    /// index remembers of it.
    fn folder(
        &mut self,
        prefix: usize,
        entries: &[Entry],
        tree: Option<&git2::Tree>,
        known: Option<&extension::Tree>,
    ) -> Result<(), String> {
        let mut rest = entries;
        while let Some((first, behind)) = rest.split_first() {
            let path = first.path(self.index);
            let below = path.get(prefix..).unwrap_or_default();
            let Some(length) = below.iter().position(|byte| *byte == b'/') else {
                rest = behind;
                self.file(first, tree.and_then(|tree| tree.get_name_bytes(below)));
                continue;
            };
            let (name, folder) = (below.get(..length).unwrap_or_default(), &path[..=prefix + length]);
            let count = rest.partition_point(|entry| entry.path(self.index).starts_with(folder));
            let (inside, others) = rest.split_at(count.max(1));
            rest = others;
            let entry = tree.and_then(|tree| tree.get_name_bytes(name));
            let entry = entry.filter(|entry| entry.kind() == Some(ObjectType::Tree));
            let known = known.and_then(|known| known.children.iter().find(|child| child.name.as_slice() == name));
            let same = entry.as_ref().map(git2::TreeEntry::id);
            // A folder that is not checked out stands in a sparse index as a whole.
            if first.mode.is_sparse() {
                if same.is_none_or(|same| same.as_bytes() != first.id.as_bytes()) {
                    return Err(format!(
                        "{path} is staged as a whole (sparse index); `git sparse-checkout reapply --no-sparse-index` lets it be looked into"
                    ));
                }
                continue;
            }
            let is_same = |known: &extension::Tree| {
                known.num_entries.is_some() && same.is_some_and(|same| same.as_bytes() == known.id.as_bytes())
            };
            if known.is_some_and(is_same) {
                continue;
            }
            let tree = same.map(|same| self.repository.find_tree(same)).transpose();
            let tree = tree.map_err(|error| format!("the tree of {path} cannot be read: {}", error.message()))?;
            self.folder(prefix + length + 1, inside, tree.as_ref(), known)?;
        }
        Ok(())
    }

    fn file(&mut self, entry: &Entry, before: Option<git2::TreeEntry>) {
        let is_same = |before: git2::TreeEntry| {
            before.id().as_bytes() == entry.id.as_bytes() && before.filemode() as u32 == entry.mode.bits()
        };
        // What is only meant to be added is not staged.
        if entry.flags.contains(Flags::INTENT_TO_ADD) || before.is_some_and(is_same) {
            return;
        }
        let kind = match entry.mode {
            Mode::SYMLINK => Kind::Link,
            Mode::COMMIT => Kind::Submodule,
            _ => Kind::File,
        };
        if let Ok(id) = Oid::from_bytes(entry.id.as_bytes()) {
            self.staged.push(Staged { path: entry.path(self.index).to_string(), id, kind });
        }
    }
}
