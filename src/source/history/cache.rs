//! What earlier runs found out, so that the next one looks only at what is new.
//!
//! It is kept in `jotlint/` in the folder that all worktrees of a repository share, and holds ids of objects and of packs,
//! when and how commits were reached, and one digest: no contents, no names, no findings. It can be deleted at any time. Each version of
//! jotlint and each way to set it up has a file of its own, which is replaced as a whole, so that runs at the same time do
//! each other no harm: the last one's stays. What is damaged is not believed.

use std::fs;
use std::hash::Hasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use git2::Oid;
use rustc_hash::FxHasher;
use sha2::{Digest, Sha256};

use crate::finding::Reachable;
use crate::report::VERSION;

/// How a file begins. The number is that of the format.
const MAGIC: &[u8; 16] = b"jotlint history5";

/// The size of a file, in bytes: about three million objects. What does not fit is looked at anew each time.
const LARGEST: usize = 64 << 20;

/// So many files are kept, the newest.
const MOST_FILES: usize = 4;

/// The bytes of an id.
const ID: usize = 20;

/// A place where a blob was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The blob.
    pub blob: Oid,
    /// The commit that brought it there and its date in seconds since 1970; nothing where no commit leads to it.
    pub commit: Option<(Oid, i64)>,
    /// When the commit came about, as [`Known::commits`] has it.
    pub time: i64,
    /// How the commit is reached.
    pub reach: Reachable,
    /// The trees that lead to the blob, from the root on; the last holds it.
    pub trees: Vec<Oid>,
    /// An earlier blob of the same path that says the same of the same secrets.
    pub twin: Option<Oid>,
}

/// What is known of a repository's objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Packs of which every object is known.
    pub packs: Vec<Oid>,
    /// Blobs that cannot matter under any name that leaves that open.
    pub clean: Vec<Oid>,
    /// Blobs in which there was nothing under the names they have.
    pub harmless: Vec<Oid>,
    /// Trees that were walked.
    pub trees: Vec<Oid>,
    /// Commits that were walked, each with when it came about, in seconds since 1970.
    pub commits: Vec<(Oid, i64)>,
    /// What refs pointed to.
    pub tips: Vec<Oid>,
    /// What the logs of refs spoke of.
    pub reflogs: Vec<Oid>,
    /// The commits that no ref leads to.
    pub elsewhere: Vec<Oid>,
    /// What others speak of and was not there.
    pub missing: Vec<Oid>,
    /// The commits whose parents were not fetched.
    pub shallow: Vec<Oid>,
    /// Where the blobs stand in which there was something.
    pub sightings: Vec<Sighting>,
    /// What was counted.
    pub counted: Counted,
    /// A digest of the names of the variables that code uses as keys, on which depends what is harmless, and what says the
    /// same.
    pub variables: [u8; 32],
}

/// What cannot be told from what is new alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Commits that only the log of a ref leads to.
    pub reflog: u32,
    /// Commits that nothing leads to.
    pub unreachable: u32,
    /// Commits of other repositories.
    pub submodules: u32,
}

impl Known {
    /// Sorts what is searched. Nearly all of it is sorted already, which a sort that merges runs makes use of.
    pub fn sort(&mut self) {
        for ids in [
            &mut self.packs,
            &mut self.clean,
            &mut self.harmless,
            &mut self.trees,
            &mut self.elsewhere,
            &mut self.missing,
        ] {
            ids.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
            ids.dedup();
        }
        self.commits.sort();
        self.commits.dedup_by_key(|(id, _)| *id);
        self.sightings
            .sort_by(|one, other| (one.blob, one.time, &one.trees).cmp(&(other.blob, other.time, &other.trees)));
    }

    /// Without the names, which have to be found anew, and what depends on them. What is clean stays so.
    pub fn without_names(self) -> Known {
        Known { clean: self.clean, ..Known::default() }
    }

    /// Whether this blob, tree or commit was looked at. The lists are sorted.
    pub fn has(&self, id: &Oid) -> bool {
        [&self.clean, &self.harmless, &self.trees].iter().any(|ids| ids.binary_search(id).is_ok())
            || self.time_of(id).is_some()
            || self.sightings.binary_search_by_key(id, |sighting| sighting.blob).is_ok()
    }

    /// When a commit that was walked came about.
    pub fn time_of(&self, commit: &Oid) -> Option<i64> {
        let place = self.commits.binary_search_by_key(commit, |(id, _)| *id).ok()?;
        self.commits.get(place).map(|(_, time)| *time)
    }

    fn lists(&self) -> [&Vec<Oid>; 9] {
        let Known { packs, clean, harmless, trees, tips, reflogs, elsewhere, missing, shallow, .. } = self;
        [packs, clean, harmless, trees, tips, reflogs, elsewhere, missing, shallow]
    }

    fn to_bytes(&self, key: &[u8; 32]) -> Vec<u8> {
        let mut bytes = Vec::from(MAGIC);
        bytes.extend(key);
        for ids in self.lists() {
            bytes.extend((ids.len() as u32).to_le_bytes());
            ids.iter().for_each(|id| bytes.extend_from_slice(id.as_bytes()));
        }
        bytes.extend((self.commits.len() as u32).to_le_bytes());
        for (commit, time) in &self.commits {
            bytes.extend(commit.as_bytes());
            bytes.extend(time.to_le_bytes());
        }
        bytes.extend((self.sightings.len() as u32).to_le_bytes());
        for sighting in &self.sightings {
            let (commit, date) = sighting.commit.unwrap_or((Oid::ZERO_SHA1, 0));
            bytes.extend(sighting.blob.as_bytes());
            bytes.extend(commit.as_bytes());
            bytes.extend(date.to_le_bytes());
            bytes.extend(sighting.twin.unwrap_or(Oid::ZERO_SHA1).as_bytes());
            bytes.extend(sighting.time.to_le_bytes());
            bytes.push(sighting.reach as u8);
            bytes.extend((sighting.trees.len() as u32).to_le_bytes());
            sighting.trees.iter().for_each(|id| bytes.extend_from_slice(id.as_bytes()));
        }
        let Counted { reflog, unreachable, submodules } = self.counted;
        bytes.extend([reflog, unreachable, submodules].iter().flat_map(|count| count.to_le_bytes()));
        bytes.extend(self.variables);
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8], key: &[u8; 32]) -> Option<Known> {
        let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(8)?)?;
        if checksum(body).to_le_bytes() != sum {
            return None;
        }
        let mut rest = Rest(body.strip_prefix(MAGIC)?.strip_prefix(key)?);
        let mut known = Known::default();
        for ids in [
            &mut known.packs,
            &mut known.clean,
            &mut known.harmless,
            &mut known.trees,
            &mut known.tips,
            &mut known.reflogs,
            &mut known.elsewhere,
            &mut known.missing,
            &mut known.shallow,
        ] {
            *ids = rest.ids()?;
        }
        for _ in 0..rest.number()? {
            known.commits.push((rest.id()?, rest.time()?));
        }
        for _ in 0..rest.number()? {
            known.sightings.push(Sighting {
                blob: rest.id()?,
                commit: Some((rest.id()?, rest.time()?)).filter(|(id, _)| !id.is_zero()),
                twin: Some(rest.id()?).filter(|id| !id.is_zero()),
                time: rest.time()?,
                reach: match rest.take()? {
                    [0] => Reachable::Refs,
                    [1] => Reachable::Reflog,
                    _ => Reachable::Nowhere,
                },
                trees: rest.ids()?,
            });
        }
        known.counted = Counted { reflog: rest.number()?, unreachable: rest.number()?, submodules: rest.number()? };
        known.variables = rest.take()?;
        rest.0.is_empty().then_some(known)
    }
}

/// The digest of a set of names.
pub fn digest<'n>(names: impl Iterator<Item = &'n String>) -> [u8; 32] {
    let mut names: Vec<&String> = names.collect();
    names.sort_unstable();
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name);
        digest.update([0]);
    }
    digest.finalize().into()
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn time(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }

    fn id(&mut self) -> Option<Oid> {
        Oid::from_bytes(&self.take::<ID>()?).ok()
    }

    fn ids(&mut self) -> Option<Vec<Oid>> {
        let count = self.number()? as usize;
        let (ids, rest) = self.0.split_at_checked(count.checked_mul(ID)?)?;
        self.0 = rest;
        ids.chunks_exact(ID).map(|id| Oid::from_bytes(id).ok()).collect()
    }
}

/// The file for one version and setting.
pub struct Cache {
    folder: PathBuf,
    key: [u8; 32],
}

impl Cache {
    /// The file in a repository's common folder, for this version of jotlint and these settings.
    pub fn new(common: &Path, settings: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(VERSION)
            .chain_update([0])
            .chain_update(env!("JOTLINT_SOURCES"))
            .chain_update([0])
            .chain_update(settings);
        Cache { folder: common.join("jotlint"), key: digest.finalize().into() }
    }

    fn path(&self) -> PathBuf {
        let hex: String = self.key.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("history-{hex}"))
    }

    /// What is known; nothing if there is no file or it is damaged.
    pub fn load(&self) -> Option<Known> {
        let path = self.path();
        let size = fs::metadata(&path).ok()?.len();
        if size > LARGEST as u64 {
            return None;
        }
        Known::from_bytes(&fs::read(path).ok()?, &self.key)
    }

    /// Writes down what is known, all of it or nothing.
    ///
    /// # Errors
    /// A folder that cannot be written to, which is no reason to say anything else of the repository.
    pub fn store(&self, mut known: Known) -> io::Result<()> {
        known.sort();
        let mut bytes = known.to_bytes(&self.key);
        if bytes.len() > LARGEST {
            // Without all of it nothing can be told of names; which blobs are clean still saves most of the work.
            let clean = known.clean.into_iter().take((LARGEST - 1024) / ID).collect();
            bytes = Known { clean, ..Known::default() }.to_bytes(&self.key);
        }
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::Builder::new().prefix("tmp-").tempfile_in(&self.folder)?;
        file.write_all(&bytes)?;
        file.persist(self.path()).map_err(|error| error.error)?;
        self.tidy();
        Ok(())
    }

    /// Takes away what other versions and crashes have left: all but the newest files.
    fn tidy(&self) {
        let Ok(listed) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut files: Vec<_> = listed
            .flatten()
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        files.sort();
        for (_, path) in files.iter().rev().skip(MOST_FILES) {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> Oid {
        Oid::from_bytes(&[byte; ID]).unwrap()
    }

    fn known() -> Known {
        Known {
            packs: vec![id(1)],
            clean: vec![id(2), id(3)],
            harmless: vec![],
            trees: vec![id(4)],
            commits: vec![(id(5), -1)],
            tips: vec![id(5), id(1)],
            reflogs: vec![id(6)],
            elsewhere: vec![id(10)],
            missing: vec![id(11), id(12)],
            shallow: vec![id(5)],
            sightings: vec![
                Sighting { blob: id(7), commit: None, time: 0, reach: Reachable::Nowhere, trees: vec![], twin: None },
                Sighting {
                    blob: id(8),
                    commit: Some((id(5), -1)),
                    time: 3,
                    reach: Reachable::Reflog,
                    trees: vec![id(4), id(6)],
                    twin: Some(id(7)),
                },
            ],
            counted: Counted { reflog: 1, unreachable: 2, submodules: 4 },
            variables: [9; 32],
        }
    }

    #[test]
    fn what_is_stored_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path(), "a");
        assert_eq!(cache.load(), None);
        cache.store(known()).unwrap();
        assert_eq!(cache.load(), Some(known()));
        assert_eq!(Cache::new(folder.path(), "b").load(), None, "another setting");
    }

    #[test]
    fn what_is_damaged_is_not_believed() {
        let key = [9; 32];
        let bytes = known().to_bytes(&key);
        assert_eq!(Known::from_bytes(&bytes, &key), Some(known()));
        for cut in 0..bytes.len() {
            assert_eq!(Known::from_bytes(&bytes[..cut], &key), None);
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x10;
            assert_eq!(Known::from_bytes(&flipped, &key), None, "{cut}");
        }
        assert_eq!(Known::from_bytes(&bytes, &[8; 32]), None);
        // Counts that promise more than there is, with a sum that is right.
        let mut lying = bytes[..48].to_vec();
        lying.extend(u32::MAX.to_le_bytes());
        lying.extend(checksum(&lying).to_le_bytes());
        assert_eq!(Known::from_bytes(&lying, &key), None);
    }

    #[test]
    fn old_files_go() {
        let folder = tempfile::tempdir().unwrap();
        for setting in 0..6 {
            Cache::new(folder.path(), &setting.to_string()).store(known()).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path().join("jotlint")).unwrap().count(), MOST_FILES);
        assert_eq!(Cache::new(folder.path(), "5").load(), Some(known()));
    }
}
