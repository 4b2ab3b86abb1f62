//! Code in which nothing tells of tokens. It is thrown away unread, until a file names something as a key that can be
//! defined there.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::candidate::Candidate;
use crate::definition::{self, Reference};
use crate::language::Language;
use crate::source::{self, File};

/// How many files are parsed for each file away.
const MAX_FILES: usize = 1000;

/// A file.
pub(super) struct SilentFile {
    pub(super) path: String,
    /// As [`File::local`] has it.
    pub(super) local: usize,
    pub(super) language: Language,
    /// Where it lies, if not at its path.
    pub(super) on_disk: Option<String>,
}

/// All of them.
pub(super) struct Silent {
    files: Vec<SilentFile>,
    by_name: FxHashMap<String, Vec<usize>>,
    taken: FxHashSet<usize>,
}

impl Silent {
    pub(super) fn new(mut files: Vec<SilentFile>) -> Self {
        // The same whatever order they were read in.
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let mut by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, file) in files.iter().enumerate() {
            if let Some(name) = definition::name_of_file(&file.path, file.language) {
                by_name.entry(name).or_default().push(index);
            }
        }
        Silent { files, by_name, taken: FxHashSet::default() }
    }

    /// Reads the files in which what these references lead to can be defined, each of them once. What has become of a file in
    /// the meantime is nobody's concern: it was read before.
    pub(super) fn take<'r>(&mut self, references: impl Iterator<Item = &'r Reference>, limit: u64) -> Vec<Candidate> {
        let mut wanted: FxHashMap<usize, Vec<&[u8]>> = FxHashMap::default();
        for reference in references {
            for name in reference.names_of_files() {
                for index in self.by_name.get(&name).into_iter().flatten() {
                    let file = &self.files[*index];
                    if !self.taken.contains(index) && reference.can_stand_in(&file.path, file.language) {
                        wanted.entry(*index).or_default().push(reference.last().as_bytes());
                    }
                }
            }
        }
        let mut wanted: Vec<(usize, Vec<&[u8]>)> = wanted.into_iter().collect();
        wanted.sort_by_key(|(index, _)| *index);
        let mut buffer = Vec::new();
        let mut found = Vec::new();
        for (index, names) in wanted {
            if found.len() >= MAX_FILES {
                break;
            }
            if let Some(candidate) = self.files[index].read(&names, limit, &mut buffer) {
                self.taken.insert(index);
                found.push(candidate);
            }
        }
        found
    }
}

impl SilentFile {
    /// The file, if one of these names stands in it.
    fn read(&self, names: &[&[u8]], limit: u64, buffer: &mut Vec<u8>) -> Option<Candidate> {
        let on_disk = Path::new(self.on_disk.as_deref().unwrap_or(&self.path));
        let bytes = source::read(on_disk, limit, buffer).ok()?;
        let lower = bytes.to_ascii_lowercase();
        if !names.iter().any(|name| memchr::memmem::find(&lower, &name.to_ascii_lowercase()).is_some()) {
            return None;
        }
        let file = File { path: self.path.clone(), local: self.local, named: false, bytes };
        Candidate::of(&file, self.language).ok()
    }
}
