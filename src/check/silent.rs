//! Files in which nothing tells of tokens. They are thrown away unread, until code names something as a key that can be
//! defined or set there.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::candidate::Candidate;
use crate::definition::{self, Reference};
use crate::language::Language;
use crate::prefilter;
use crate::source::{self, File};

/// How many files are parsed for each file away.
const MAX_FILES: usize = 1000;

/// What parts the names that lead to a setting: `app.key`, `App:Key`.
const BETWEEN: [char; 2] = ['.', ':'];

/// A file.
pub(super) struct SilentFile {
    pub(super) path: String,
    /// As [`File::local`] has it.
    pub(super) local: usize,
    pub(super) language: Language,
    /// As [`Candidate::is_judged`] has it.
    pub(super) is_judged: bool,
    pub(super) content: Content,
}

/// Where a file is read once more.
pub(super) enum Content {
    /// On disk: here, or at its path.
    OnDisk(Option<PathBuf>),
    /// What is staged need not lie on disk.
    Kept(Vec<u8>),
}

/// The code among them.
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
        // Those that are named themselves are read whatever they speak of: they can hand on what stands elsewhere.
        let mut wanted: FxHashMap<usize, Vec<&[u8]>> = FxHashMap::default();
        for reference in references {
            for name in reference.names_of_files() {
                for index in self.by_name.get(&name).into_iter().flatten() {
                    let file = &self.files[*index];
                    if !self.taken.contains(index) && reference.can_stand_in(&file.path, file.language) {
                        let word = if reference.is_exact() { &[] } else { reference.last().as_bytes() };
                        wanted.entry(*index).or_default().push(word);
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
            let names: Vec<Vec<u8>> = names.into_iter().map(<[u8]>::to_ascii_lowercase).collect();
            let speaks = |bytes: &[u8]| {
                let lower = bytes.to_ascii_lowercase();
                names.iter().any(|name| memchr::memmem::find(&lower, name).is_some())
            };
            if let Some(candidate) = self.files[index].read(speaks, limit, &mut buffer) {
                self.taken.insert(index);
                found.push(candidate);
            }
        }
        found
    }
}

/// What sets one of the variables that code uses as keys, under a name that says nothing of that.
pub(super) struct Settings<'v> {
    /// The names that lead to each.
    variables: Vec<Vec<&'v [u8]>>,
}

impl<'v> Settings<'v> {
    /// Of these variables those for which the prefilter keeps nothing; nothing if there are none.
    pub(super) fn of(variables: impl Iterator<Item = &'v String>) -> Option<Settings<'v>> {
        let is_silent = |variable: &&String| {
            variable.contains(BETWEEN) || !prefilter::matters(Language::Yaml, format!("{variable}: x").as_bytes())
        };
        let names = |variable: &'v String| variable.split(BETWEEN).map(str::as_bytes).collect();
        let variables: Vec<Vec<&[u8]>> = variables.filter(is_silent).map(names).collect();
        (!variables.is_empty()).then_some(Settings { variables })
    }

    /// Reads the file, if it may set one of them.
    pub(super) fn read(&self, file: &SilentFile, limit: u64) -> Option<Candidate> {
        file.read(|bytes| self.may_stand_in(bytes), limit, &mut Vec::new())
    }

    /// Whether these bytes may set one of them.
    pub(super) fn may_stand_in(&self, bytes: &[u8]) -> bool {
        self.variables.iter().any(|names| names.iter().all(|name| holds(bytes, name)))
    }
}

/// Whether a name stands in the bytes, and is not a part of another.
fn holds(bytes: &[u8], name: &[u8]) -> bool {
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    memchr::memmem::find_iter(bytes, name).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !goes_on(before) && !goes_on(bytes.get(at + name.len()))
    })
}

impl SilentFile {
    /// The file.
    pub(super) fn read_whole(&self, limit: u64) -> Option<Candidate> {
        self.read(|_| true, limit, &mut Vec::new())
    }

    /// The file, if its bytes speak of what is looked for.
    fn read(&self, speaks: impl Fn(&[u8]) -> bool, limit: u64, buffer: &mut Vec<u8>) -> Option<Candidate> {
        let bytes = match &self.content {
            Content::OnDisk(place) => {
                let place = place.as_deref().unwrap_or(Path::new(&self.path));
                source::read(place, limit, buffer).ok()?
            }
            Content::Kept(bytes) => Cow::Borrowed(bytes.as_slice()),
        };
        if !speaks(&bytes) {
            return None;
        }
        let file = File { path: self.path.clone(), local: self.local, named: false, bytes };
        Some(Candidate { is_judged: self.is_judged, ..Candidate::of(&file, self.language).ok()? })
    }
}
