//! The objects of a repository, wherever they are kept: packs, loose objects, and those of the repositories it borrows from.
//!
//! Packs are decoded along their delta trees, every object once, on all threads. Where that meets something broken, the rest
//! of the pack is read object by object, and what cannot be read is counted.

use std::collections::{HashMap, HashSet};
use std::env;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use git2::{ObjectType, Oid};
use gix_pack::cache::delta::{Tree, traverse};
use gix_pack::data::decode::entry::ResolvedBase;
use gix_pack::data::entry::Header;
use gix_pack::{cache, data, index, multi_index};
use gix_utils::progress::Discard;
use gix_zlib::Inflate;
use rayon::prelude::*;

/// The hash of the objects that are read.
const HASH: gix_hash::Kind = gix_hash::Kind::Sha1;

/// What is decoded needs no more memory than this at once, in bytes, for one object.
const LARGEST: usize = 1 << 30;

/// So many folders of objects borrow from each other at most, as git has it.
const MAX_ALTERNATES: usize = 16;

/// An entry of a pack that has no base in it.
const NO_BASE: u32 = u32::MAX;

/// The objects of a repository.
pub struct Objects {
    /// The packs.
    pub packs: Vec<Pack>,
    /// The names of those that need not be opened.
    pub known_packs: Vec<String>,
    /// The loose objects.
    pub loose: Vec<Oid>,
    /// What could not be opened, with the reason.
    pub broken: Vec<(PathBuf, String)>,
    /// Whether objects may be missing because they were never fetched.
    pub is_partial: bool,
    /// The folder of the repository, to open it once more.
    repository: PathBuf,
}

/// A pack.
pub struct Pack {
    /// The name git gave it, a digest of what is in it.
    pub name: String,
    data: data::File,
    /// Where each object begins, in order.
    entries: Vec<(u64, Oid)>,
    /// The kind of each, if that can be told.
    kinds: Vec<Option<ObjectType>>,
    /// The entry each is a change of, or [`NO_BASE`].
    bases: Vec<u32>,
    /// Whether any base is named by its id.
    has_ref_deltas: bool,
}

/// How some of the objects are read. To find the ways through packs takes one thread a while, so that several plans are best
/// made at once.
pub struct Plan<'o> {
    objects: &'o Objects,
    kinds: &'static [ObjectType],
    limit: u64,
    wanted: &'o (dyn Fn(&Oid) -> bool + Sync),
    routes: Vec<Route<'o>>,
}

/// The way through a pack.
struct Route<'o> {
    pack: &'o Pack,
    /// The entries that are wanted.
    is_wanted: Vec<bool>,
    /// Which entries change which; why not if they cannot be found out.
    tree: Result<Tree<u32>, String>,
}

impl Plan<'_> {
    /// Hands the objects on to `visit`, in no particular order and on all threads. An object that is kept twice may be handed
    /// on twice. Gives those that cannot be read.
    pub fn each(self, visit: &(dyn Fn(ObjectType, Oid, &[u8]) + Sync)) -> Vec<Oid> {
        let Plan { objects, kinds, limit, wanted, routes } = self;
        let mut corrupt: Vec<Oid> = routes.into_iter().flat_map(|route| route.each(limit, visit)).collect();
        let loose: Vec<Oid> = objects.loose.iter().copied().filter(|id| wanted(id)).collect();
        corrupt.extend(objects.read(&loose, |read, id| match read.header(id)? {
            (size, kind) if kinds.contains(&kind) && size as u64 <= limit => {
                visit(kind, id, &read.object(id)?);
                Ok(())
            }
            _ => Ok(()),
        }));
        corrupt
    }
}

impl Route<'_> {
    /// As [`Plan::each`]; gives what could not be read.
    fn each(self, limit: u64, visit: &(dyn Fn(ObjectType, Oid, &[u8]) + Sync)) -> Vec<Oid> {
        let Route { pack, is_wanted, tree } = self;
        let seen: Vec<AtomicBool> = is_wanted.iter().map(|_| AtomicBool::new(false)).collect();
        let hand_on = |at: usize, bytes: &[u8]| {
            if let (Some(true), Some(Some(kind)), Some((_, id))) =
                (is_wanted.get(at), pack.kinds.get(at), pack.entries.get(at))
                && !seen[at].swap(true, Ordering::Relaxed)
                && bytes.len() as u64 <= limit
            {
                visit(*kind, *id, bytes);
            }
        };
        if tree.and_then(|tree| guarded(|| pack.traverse(tree, &hand_on))).is_ok() {
            return Vec::new();
        }
        // One by one, each with its bases: slower, but what is sound is read.
        let by_id = pack.by_id();
        let left =
            (0..pack.entries.len()).into_par_iter().filter(|at| is_wanted[*at] && !seen[*at].load(Ordering::Relaxed));
        let failed = left.map_init(Default::default, |(buffer, inflate), at| {
            let read = guarded(|| pack.decode(at, &by_id, buffer, inflate));
            match read {
                Ok(()) => hand_on(at, buffer),
                Err(_) => return Some(pack.entries[at].1),
            }
            None
        });
        failed.flatten().collect()
    }
}

impl Objects {
    /// Finds the objects of a repository. `is_known` says of a pack's name whether it need not be opened.
    pub fn open(repository: &git2::Repository, is_known: impl Fn(&str) -> bool) -> Objects {
        // What an object holds is looked at whether or not it is what its id says; to find that out took a fifth of the time
        // of a large history.
        git2::opts::strict_hash_verification(false);
        let mut objects = Objects {
            packs: Vec::new(),
            known_packs: Vec::new(),
            loose: Vec::new(),
            broken: Vec::new(),
            is_partial: is_partial(repository),
            repository: repository.path().to_owned(),
        };
        let own = env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
        let mut folders = vec![own.unwrap_or_else(|| repository.commondir().join("objects"))];
        let more = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES");
        folders.extend(more.iter().flat_map(env::split_paths).filter(|path| !path.as_os_str().is_empty()));
        let mut seen = HashSet::new();
        let mut next = 0;
        while let Some(folder) = folders.get(next).cloned() {
            next += 1;
            if next > MAX_ALTERNATES || !seen.insert(folder.canonicalize().unwrap_or_else(|_| folder.clone())) {
                continue;
            }
            if let Ok(alternates) = fs::read_to_string(folder.join("info/alternates")) {
                let lines = alternates.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
                // A relative path is meant from the folder of objects.
                folders.extend(lines.map(|line| folder.join(line)));
            }
            objects.open_packs(&folder.join("pack"), &is_known);
            objects.list_loose(&folder);
        }
        objects.loose.sort_unstable();
        objects.loose.dedup();
        objects
    }

    fn open_packs(&mut self, folder: &Path, is_known: &impl Fn(&str) -> bool) {
        let Ok(listed) = fs::read_dir(folder) else {
            return;
        };
        let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let mut shared = None;
        for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "pack")) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if is_known(&name) {
                self.known_packs.push(name);
                continue;
            }
            let index = path.with_extension("idx");
            let entries = if index.exists() {
                indexed(&index)
            } else {
                shared.get_or_insert_with(|| indexed_together(&folder.join("multi-pack-index"))).of(&index)
            };
            match entries.and_then(|entries| guarded(|| Pack::open(path, name, entries))) {
                Ok(pack) => self.packs.push(pack),
                Err(reason) => self.broken.push((path.clone(), reason)),
            }
        }
    }

    fn list_loose(&mut self, folder: &Path) {
        for first in 0..=u8::MAX {
            let Ok(listed) = fs::read_dir(folder.join(format!("{first:02x}"))) else {
                continue;
            };
            let names = listed.flatten().map(|entry| format!("{first:02x}{}", entry.file_name().to_string_lossy()));
            self.loose.extend(names.filter(|name| name.len() == 40).filter_map(|name| Oid::from_str(&name).ok()));
        }
    }

    /// Prepares to read the objects of these kinds: those that are `wanted`, and no larger than `limit` bytes.
    pub fn plan<'o>(
        &'o self,
        kinds: &'static [ObjectType],
        limit: u64,
        wanted: &'o (dyn Fn(&Oid) -> bool + Sync),
    ) -> Plan<'o> {
        let routes = self.packs.iter().filter_map(|pack| pack.route(kinds, limit, wanted)).collect();
        Plan { objects: self, kinds, limit, wanted, routes }
    }

    /// How many objects there are.
    pub fn count(&self) -> usize {
        self.packs.iter().map(|pack| pack.entries.len()).sum::<usize>() + self.loose.len()
    }

    /// Whether an object is kept by itself.
    pub fn is_loose(&self, id: &Oid) -> bool {
        self.loose.binary_search(id).is_ok()
    }

    /// The objects of a kind in packs.
    pub fn packed(&self, kind: ObjectType) -> impl Iterator<Item = Oid> {
        let of_kind = move |pack: &Pack| {
            let entries = pack.entries.iter().zip(&pack.kinds).filter(move |(_, known)| **known == Some(kind));
            entries.map(|((_, id), _)| *id).collect::<Vec<_>>()
        };
        self.packs.iter().flat_map(of_kind)
    }

    /// What a thread reads single objects with; nothing if the repository cannot be opened any more.
    pub fn reader(&self) -> Option<Reader> {
        Reader::open(&self.repository).ok()
    }

    /// Does something with each of these objects on all threads; gives those that could not be read.
    pub fn read(&self, ids: &[Oid], each: impl Fn(&Reader, Oid) -> Result<(), git2::Error> + Sync) -> Vec<Oid> {
        const CHUNK: usize = 64;
        let failed = Mutex::new(Vec::new());
        ids.par_chunks(CHUNK).for_each_init(
            || Reader::open(&self.repository),
            |reader, ids| {
                for id in ids {
                    let done = match reader {
                        Ok(reader) => each(reader, *id),
                        Err(_) => Err(git2::Error::from_str("the repository cannot be opened")),
                    };
                    if done.is_err() {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(*id);
                    }
                }
            },
        );
        failed.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads single objects on one thread.
pub struct Reader {
    repository: git2::Repository,
}

impl Reader {
    fn open(folder: &Path) -> Result<Reader, git2::Error> {
        Ok(Reader { repository: git2::Repository::open(folder)? })
    }

    fn header(&self, id: Oid) -> Result<(usize, ObjectType), git2::Error> {
        self.repository.odb()?.read_header(id)
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// It is missing or corrupt.
    pub fn object(&self, id: Oid) -> Result<Vec<u8>, git2::Error> {
        let odb = self.repository.odb()?;
        let object = odb.read(id)?;
        Ok(object.data().to_vec())
    }
}

/// Whether the repository was cloned without some of its objects.
fn is_partial(repository: &git2::Repository) -> bool {
    let Ok(config) = repository.config() else {
        return false;
    };
    let Ok(mut entries) = config.entries(Some(r"^(remote\..*\.promisor|extensions\.partialclone)$")) else {
        return false;
    };
    entries.next().is_some()
}

/// The objects of a pack by where they begin.
fn indexed(path: &Path) -> Result<Vec<(u64, Oid)>, String> {
    guarded(|| {
        let index = index::File::at(path, HASH).map_err(|error| error.to_string())?;
        index.iter().map(|entry| Ok((entry.pack_offset, oid(&entry.oid)?))).collect()
    })
}

/// What a multi-pack index says of the packs without an index of their own.
struct Together(Result<HashMap<PathBuf, Vec<(u64, Oid)>>, String>);

impl Together {
    fn of(&mut self, index: &Path) -> Result<Vec<(u64, Oid)>, String> {
        let name = PathBuf::from(index.file_name().unwrap_or_default());
        let packs = self.0.as_mut().map_err(|reason| reason.clone())?;
        packs.remove(&name).ok_or_else(|| "it has no index".to_owned())
    }
}

fn indexed_together(path: &Path) -> Together {
    let read = || {
        if !path.exists() {
            return Err("it has no index".to_owned());
        }
        let index = multi_index::File::at(path, Some(LARGEST)).map_err(|error| error.to_string())?;
        let mut packs: HashMap<PathBuf, Vec<(u64, Oid)>> = HashMap::new();
        for entry in index.iter() {
            let entry = entry.map_err(|error| error.to_string())?;
            let name = index.index_names().get(entry.pack_index as usize).ok_or("the multi-pack index is damaged")?;
            packs.entry(name.clone()).or_default().push((entry.pack_offset, oid(&entry.oid)?));
        }
        Ok(packs)
    };
    Together(guarded(read))
}

fn oid(id: &gix_hash::oid) -> Result<Oid, String> {
    Oid::from_bytes(id.as_bytes()).map_err(|error| error.message().to_owned())
}

/// What reading a damaged file came to: a reader that takes what it reads for granted may give up in the middle.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("it is damaged".to_owned()))
}

impl Pack {
    /// Opens a pack with these objects, and finds out of what kind each is, from the beginnings of the entries alone.
    fn open(path: &Path, name: String, mut entries: Vec<(u64, Oid)>) -> Result<Pack, String> {
        let data = data::File::at(path, HASH).map_err(|error| error.to_string())?;
        entries.par_sort_unstable();
        let count = entries.len();
        let mut pack =
            Pack { name, data, kinds: vec![None; count], bases: vec![NO_BASE; count], entries, has_ref_deltas: false };
        let beginnings: Vec<(Option<ObjectType>, u32, Option<Oid>)> =
            pack.entries.par_iter().map(|(offset, _)| pack.beginning(*offset)).collect();
        let mut by_id: Option<HashMap<Oid, u32>> = None;
        for (at, (kind, base, base_id)) in beginnings.into_iter().enumerate() {
            (pack.kinds[at], pack.bases[at]) = (kind, base);
            if let Some(base_id) = base_id {
                pack.has_ref_deltas = true;
                let by_id =
                    by_id.get_or_insert_with(|| (0..).zip(&pack.entries).map(|(at, (_, id))| (*id, at)).collect());
                pack.bases[at] = by_id.get(&base_id).copied().unwrap_or(NO_BASE);
            }
        }
        // A base stands before what changes it, or else what is not known in one pass is known in the next.
        loop {
            let mut found = false;
            for at in 0..pack.entries.len() {
                if pack.kinds[at].is_none()
                    && let Some(kind) = pack.kinds.get(pack.bases[at] as usize).copied().flatten()
                {
                    pack.kinds[at] = Some(kind);
                    found = true;
                }
            }
            if !found {
                return Ok(pack);
            }
        }
    }

    /// What the beginning of an entry says: the object's kind, or the entry it is a change of, or else the id of that one.
    fn beginning(&self, offset: u64) -> (Option<ObjectType>, u32, Option<Oid>) {
        let Ok(entry) = self.data.entry(offset) else {
            return (None, NO_BASE, None);
        };
        match entry.header {
            Header::Commit => (Some(ObjectType::Commit), NO_BASE, None),
            Header::Tree => (Some(ObjectType::Tree), NO_BASE, None),
            Header::Blob => (Some(ObjectType::Blob), NO_BASE, None),
            Header::Tag => (Some(ObjectType::Tag), NO_BASE, None),
            Header::OfsDelta { base_distance } => {
                let base = offset.checked_sub(base_distance).and_then(|base| self.at(base));
                (None, base.unwrap_or(NO_BASE), None)
            }
            Header::RefDelta { base_id } => (None, NO_BASE, oid(&base_id).ok()),
        }
    }

    /// The ids of its objects.
    pub fn ids(&self) -> impl Iterator<Item = Oid> {
        self.entries.iter().map(|(_, id)| *id)
    }

    /// The number of the entry that begins there.
    fn at(&self, offset: u64) -> Option<u32> {
        self.entries.binary_search_by_key(&offset, |(offset, _)| *offset).ok().map(|at| at as u32)
    }

    /// The way to the objects of these kinds, if there are any that are wanted.
    fn route(&self, kinds: &[ObjectType], limit: u64, wanted: &(dyn Fn(&Oid) -> bool + Sync)) -> Option<Route<'_>> {
        let is_wanted: Vec<bool> = (self.kinds.iter().zip(&self.entries))
            .map(|(kind, (_, id))| match kind {
                Some(kind) => kinds.contains(kind) && wanted(id),
                // What is no object of any kind is counted once.
                None => kinds.contains(&ObjectType::Blob),
            })
            .collect();
        if !is_wanted.contains(&true) {
            return None;
        }
        let tree = guarded(|| self.tree(&is_wanted, limit));
        Some(Route { pack: self, is_wanted, tree })
    }

    /// Which entries change which, as far as is needed for those that are wanted.
    fn tree(&self, is_wanted: &[bool], limit: u64) -> Result<Tree<u32>, String> {
        let mut is_needed = is_wanted.to_vec();
        // What is too large is decoded only for what changes it.
        let fits = |offset| self.data.entry(offset).is_ok_and(|entry| entry.decompressed_size <= limit);
        for ((is_needed, base), (offset, _)) in is_needed.iter_mut().zip(&self.bases).zip(&self.entries) {
            *is_needed &= *base != NO_BASE || fits(*offset);
        }
        // Nearly all bases stand before what changes them.
        loop {
            let mut found = false;
            for at in (0..is_needed.len()).rev() {
                if is_needed[at]
                    && let Some(base) = is_needed.get_mut(self.bases[at] as usize)
                {
                    found |= !*base && self.bases[at] as usize > at;
                    *base = true;
                }
            }
            if !found {
                break;
            }
        }
        // The tree is built from the first entry on.
        if let Some(first) = is_needed.first_mut() {
            *first = true;
        }
        let needed: Vec<u32> = (0..).zip(&is_needed).filter(|(_, is_needed)| **is_needed).map(|(at, _)| at).collect();
        let by_id = if self.has_ref_deltas { self.by_id() } else { HashMap::new() };
        let tree = Tree::from_offsets_in_pack(
            self.data.path(),
            needed.into_iter(),
            &|at| self.entries[*at as usize].0,
            &|id| Ok(oid(id).ok().and_then(|id| by_id.get(&id).copied())),
            &mut Discard,
            &AtomicBool::new(false),
            HASH,
        );
        tree.map_err(|error| error.to_string())
    }

    /// Decodes entries along the delta trees.
    fn traverse(&self, tree: Tree<u32>, hand_on: &(impl Fn(usize, &[u8]) + Sync)) -> Result<(), String> {
        let stop = AtomicBool::new(false);
        let options = traverse::Options {
            object_progress: Box::new(Discard),
            size_progress: &mut Discard,
            thread_limit: Some(rayon::current_num_threads()),
            should_interrupt: &stop,
            object_hash: HASH,
            alloc_limit_bytes: Some(LARGEST),
        };
        let traversed = tree.traverse(
            |range, data: &data::File| data.entry_slice(range),
            &self.data,
            self.data.pack_end() as u64,
            |at, _, context| {
                hand_on(*at as usize, context.decompressed);
                Ok(())
            },
            options,
        );
        traversed.map(drop).map_err(|error| error.to_string())
    }

    /// Decodes one entry with all its bases.
    fn decode(
        &self,
        at: usize,
        by_id: &HashMap<Oid, u64>,
        buffer: &mut Vec<u8>,
        inflate: &mut Inflate,
    ) -> Result<(), String> {
        let resolve = |id: &gix_hash::oid, _: &mut Vec<u8>| {
            let offset = oid(id).ok().and_then(|id| by_id.get(&id));
            offset.map(|offset| self.data.entry(*offset).map(ResolvedBase::InPack)).transpose()
        };
        let entry = self.data.entry(self.entries[at].0).map_err(|error| error.to_string())?;
        let decoded = self.data.decode_entry(entry, buffer, inflate, &resolve, &mut cache::Never);
        decoded.map(drop).map_err(|error| error.to_string())
    }

    fn by_id(&self) -> HashMap<Oid, u64> {
        self.entries.iter().map(|(offset, id)| (*id, *offset)).collect()
    }
}
