//! Every version of every file that git keeps: filter first, name later.
//!
//! 1. Every blob is decoded once, on all threads, and its bytes are held against the prefilter. A blob does not know its
//!    name, so the prefilter keeps what can matter under some name; nearly all is thrown away.
//! 2. Every tree and commit is decoded once. Of the trees is kept which trees and which of the blobs that are left stand in
//!    them, under which names. Environment and key files join the blobs that are left, by their names.
//! 3. The commits are walked in the order they came about, every tree once under each of its paths, so that each blob gets
//!    its names and the commit that brought it.
//!
//! Objects that no ref leads to are looked at too: whoever has the repository has them.
//!
//! Memory: about 60 bytes an object in packs while they are decoded, 12 a tree and 8 a folder in it, and at most
//! `MOST_KEPT` of contents, beyond which blobs are read a second time. Contents are decoded along delta chains, of which
//! each thread holds one.

pub mod cache;
pub mod graph;
pub mod objects;

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use git2::{ObjectType, Oid, TreeWalkMode, TreeWalkResult};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context;
use crate::finding::{Reachable, Skipped};
use crate::language::Language;
use crate::past::Secrets;
use crate::prefilter;
use crate::repository::{self, Error, Naming, Selection};
use crate::source::{self, File, Refusal};

use cache::{Cache, Known, Sighting};
use graph::{Entry, EntryKind, Graph};
use objects::{Objects, Pack, Reader};

/// The contents that are kept from the first pass, in bytes.
const MOST_KEPT: usize = 256 << 20;

/// So many names of one blob count: more are copies of copies.
const MOST_NAMES: usize = 16;

/// How a history is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files and folders; the whole repository if there are none.
    pub paths: Vec<PathBuf>,
    /// Whether what earlier runs found out is left aside, and nothing is written down.
    pub no_cache: bool,
    /// The days after which a secret should have been replaced.
    pub rotation_days: u32,
    /// How far it is, for whoever wants to show it.
    pub progress: Arc<Progress>,
}

/// How far reading a history is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Objects there are to read, as far as is known.
    pub total: AtomicU64,
    /// Objects read.
    pub objects: AtomicU64,
    /// Their bytes.
    pub bytes: AtomicU64,
}

/// What was looked at of a history, and what could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Distinct blobs.
    pub blobs: usize,
    /// Commits.
    pub commits: usize,
    /// Of these, those that only the log of a ref leads to.
    pub reflog_commits: usize,
    /// Of these, those that nothing leads to.
    pub unreachable_commits: usize,
    /// Blobs an earlier run had found nothing in.
    pub cached: usize,
    /// Objects that others speak of and that are not there.
    pub missing: usize,
    /// Objects that cannot be read.
    pub corrupt: usize,
    /// Commits whose parents were not fetched.
    pub shallow: usize,
    /// Objects that a ref replaces by others; both are looked at.
    pub replaced: usize,
    /// Commits of other repositories in trees.
    pub submodules: usize,
}

/// When something came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The commit that brought it and its date in seconds since 1970; nothing where no commit leads to it.
    pub commit: Option<(Oid, i64)>,
    /// When that was, in seconds since 1970: the date of the commit, but later than its parents.
    pub time: i64,
    /// How it is reached.
    pub reach: Reachable,
}

impl When {
    fn of(sighting: &Sighting) -> When {
        When { commit: sighting.commit, time: sighting.time, reach: sighting.reach }
    }

    /// What is earlier is less; what is reached worse counts as later.
    pub fn order(&self) -> (bool, Reachable, i64, Option<Oid>) {
        (self.commit.is_none(), self.reach, self.time, self.commit.map(|(id, _)| id))
    }
}

/// A blob under a name.
#[derive(Debug)]
pub struct Version {
    /// The blob.
    pub blob: Oid,
    /// The path reports use; of a blob without any name its id.
    pub path: String,
    /// Where in it the part begins that says what the file is for.
    pub local: usize,
    /// Whether it has a name, or only its id.
    pub is_named: bool,
    /// When it came there first.
    pub when: When,
    /// Whether the blob is in the commit that is checked out.
    pub at_head: bool,
    /// An earlier blob of the same path of which an earlier run has found that it says the same of the same secrets.
    pub twin: Option<Oid>,
    /// Its bytes, if there was room to keep them.
    bytes: Option<Arc<[u8]>>,
}

/// A history, filtered and named.
pub struct History {
    /// What may matter, by path and then by age.
    pub versions: Vec<Version>,
    /// What was looked at.
    pub counts: Counts,
    /// What could not be looked at.
    pub skipped: Vec<Skipped>,
    objects: Objects,
    max_file_size: u64,
    root: Option<PathBuf>,
    project_names: Vec<String>,
    memory: Option<Memory>,
    /// The digest of the variables with which an earlier run has found blobs harmless, or to say the same.
    variables: Option<[u8; 32]>,
}

/// What the next run is told.
struct Memory {
    cache: Cache,
    known: Known,
    /// Where the blobs stand of which it is to be seen whether there is something in them.
    places: FxHashMap<Oid, Vec<Place>>,
}

/// What no commit brought.
const NEVER: When = When { commit: None, time: i64::MAX, reach: Reachable::Nowhere };

/// Where a blob stands.
#[derive(Clone, Debug)]
struct Place {
    /// From the root of the repository.
    path: String,
    when: When,
    /// The trees that lead to it.
    trees: Vec<Oid>,
    /// As [`Version::twin`].
    twin: Option<Oid>,
}

impl History {
    /// Reads the history of a repository; if `anew`, also what an earlier run has found harmless.
    ///
    /// # Errors
    /// No repository, or one that cannot be opened. What cannot be read in one that can be is counted.
    pub fn read(options: &Options, adjacent: bool, max_file_size: u64, anew: bool) -> Result<History, Error> {
        let repository = repository::open(&options.paths)?;
        let root = repository.workdir().and_then(|root| root.canonicalize().ok());
        let selection = match &root {
            Some(root) => Selection::of(&options.paths, root)?,
            None => Selection::default(),
        };
        let settings = format!("{adjacent} {max_file_size}");
        let cache = (!options.no_cache).then(|| Cache::new(repository.commondir(), &settings));
        let mut known = cache.as_ref().and_then(Cache::load).unwrap_or_default();
        let tips = Tips::of(&repository);
        let shallow = shallow(&repository);
        if anew || known.shallow != shallow || !tips.hold(&repository, &known) {
            known = known.without_names();
        }
        let has_twins = known.sightings.iter().any(|sighting| sighting.twin.is_some());
        let mut variables = (has_twins || !known.harmless.is_empty()).then_some(known.variables);
        let mut found = Found::read(&repository, &known, max_file_size, &options.progress);
        let mut places = found.places(&repository, &known, &tips);
        if found.outdates(&known) {
            known = known.without_names();
            variables = None;
            found = Found::read(&repository, &known, max_file_size, &options.progress);
            places = found.places(&repository, &known, &tips);
        }
        let naming = Naming::below(root.as_deref());
        let versions = found.versions(&repository, &places, &naming, &selection);
        let is_new = !found.graph.commits.is_empty() || !found.present.is_empty() || known.tips != tips.refs;
        let cached = known.clean.len() + known.harmless.len();
        let dirty: FxHashSet<Oid> = known.sightings.iter().map(|sighting| sighting.blob).collect();
        let mut counts = Counts {
            blobs: cached + dirty.len() + found.present.len(),
            commits: known.commits.len() + found.graph.commits.len(),
            cached,
            corrupt: found.corrupt.len(),
            shallow: shallow.len(),
            replaced: tips.replaced,
            ..Counts::default()
        };
        found.add_to(&mut known, &tips, shallow);
        counts.reflog_commits = known.counted.reflog as usize;
        counts.unreachable_commits = known.counted.unreachable as usize;
        counts.missing = known.missing.len() + tips.broken;
        counts.submodules = known.counted.submodules as usize;
        let skipped = found.skipped(&counts, &naming.name(".git").0);
        // Of a part of the repository the rest is not known.
        let memory = cache.filter(|_| is_new && selection.is_all());
        let unnamed = versions.iter().filter(|version| !version.is_named).map(|version| version.blob);
        let unnamed: Vec<Oid> = unnamed.collect();
        places.extend(unnamed.into_iter().map(|blob| (blob, Vec::new())));
        Ok(History {
            versions,
            counts,
            skipped,
            objects: found.objects,
            max_file_size,
            project_names: repository::project_names(&repository),
            root,
            memory: memory.map(|cache| Memory { cache, known, places }),
            variables,
        })
    }

    /// The file a version is. The reader is that of the thread, opened when it is needed first.
    ///
    /// # Errors
    /// A blob that cannot be read, or one that is not looked at under that name.
    pub fn file<'v>(&self, version: &'v Version, reader: &mut Option<Reader>) -> Result<File<'v>, Refusal> {
        source::check_name(version.path.rsplit('/').next().unwrap_or_default())?;
        let bytes = match &version.bytes {
            Some(bytes) => source::decode(bytes)?,
            None => {
                if reader.is_none() {
                    *reader = self.objects.reader();
                }
                let object = reader.as_ref().and_then(|reader| reader.object(version.blob).ok());
                let object = object.ok_or_else(|| Refusal::fault("the object cannot be read"))?;
                if object.len() as u64 > self.max_file_size {
                    return Err(source::too_large(self.max_file_size));
                }
                Cow::Owned(source::decode(&object)?.into_owned())
            }
        };
        Ok(File { path: version.path.clone(), local: version.local, named: false, bytes })
    }

    /// The root of the working tree, if there is one.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// What the project is called.
    pub fn project_names(&self) -> &[String] {
        &self.project_names
    }

    /// Whether what an earlier run has found harmless is so while code uses these variables as keys.
    pub fn holds_with(&self, variables: &FxHashSet<String>) -> bool {
        self.variables.is_none_or(|known| known == cache::digest(variables.iter()))
    }

    /// Writes down for the next run what this one has found out: the blobs in which there was something are looked at
    /// again, of those that say the same the first, and while code uses the same variables as keys no others.
    pub fn remember(self, secrets: &Secrets, variables: &FxHashSet<String>) {
        let Some(Memory { cache, mut known, places }) = self.memory else {
            return;
        };
        let (naming, twins) = (Naming::below(self.root.as_deref()), secrets.twins(&self.versions));
        let dirty = &secrets.dirty;
        known.variables = cache::digest(variables.iter());
        known.sightings.clear();
        for (blob, mut places) in places {
            if !dirty.contains(&blob) {
                known.harmless.push(blob);
                continue;
            }
            if places.is_empty() {
                places.push(Place { path: String::new(), when: NEVER, trees: Vec::new(), twin: None });
            }
            // Trees lead to all the names that a blob has in them.
            let mut seen: FxHashSet<Vec<Oid>> = FxHashSet::default();
            places.retain(|place| seen.insert(place.trees.clone()));
            known.sightings.extend(places.into_iter().map(|Place { path, when, trees, .. }| Sighting {
                blob,
                commit: when.commit,
                time: when.time,
                reach: when.reach,
                trees,
                twin: twins.get(&(blob, naming.name(&path).0.as_str())).copied().filter(|twin| *twin != blob),
            }));
        }
        known.harmless.retain(|blob| !dirty.contains(blob));
        // A folder that cannot be written to is none of the reader's business: the next run takes longer.
        let _ = cache.store(known);
    }
}

/// Whatever refs, and their logs, point to.
struct Tips {
    refs: Vec<Oid>,
    reflogs: Vec<Oid>,
    /// Refs that lead to no commit.
    broken: usize,
    /// Refs that replace objects.
    replaced: usize,
}

impl Tips {
    fn of(repository: &git2::Repository) -> Tips {
        let mut tips = Tips { refs: Vec::new(), reflogs: Vec::new(), broken: 0, replaced: 0 };
        let mut heads = vec![repository.path().join("HEAD")];
        let worktrees = fs::read_dir(repository.commondir().join("worktrees"));
        heads.extend(worktrees.into_iter().flatten().flatten().map(|worktree| worktree.path().join("HEAD")));
        // A head that is not detached names a ref, which is among the refs.
        let detached = heads.iter().filter_map(|head| Oid::from_str(fs::read_to_string(head).ok()?.trim()).ok());
        tips.refs.extend(detached);
        for reference in repository.references().into_iter().flatten() {
            let Ok(reference) = reference else {
                tips.broken += 1;
                continue;
            };
            if reference.name_bytes().starts_with(b"refs/replace/") {
                tips.replaced += 1;
            }
            match reference.peel_to_commit() {
                Ok(commit) => tips.refs.push(commit.id()),
                // A tag can name a tree or a blob.
                Err(_) if reference.peel(ObjectType::Any).is_ok() => {}
                Err(_) => tips.broken += 1,
            }
        }
        tips.refs.sort_unstable();
        tips.refs.dedup();
        for folder in [repository.commondir().join("logs"), repository.path().join("logs")] {
            read_logs(&folder, &mut tips.reflogs, 0);
        }
        tips.reflogs.sort_unstable();
        tips.reflogs.dedup();
        tips
    }

    /// Whether what was known of reaching commits still holds: all earlier tips can still be reached.
    fn hold(&self, repository: &git2::Repository, known: &Known) -> bool {
        let earlier = &known.tips;
        let gone: Vec<Oid> = earlier.iter().filter(|tip| self.refs.binary_search(tip).is_err()).copied().collect();
        let new: Vec<Oid> = self.refs.iter().filter(|tip| earlier.binary_search(tip).is_err()).copied().collect();
        // A ref can lead back to what nothing led to, and that can be gone.
        let is_there = |id: &Oid| repository.odb().is_ok_and(|objects| objects.exists(*id));
        if new.iter().any(|tip| known.elsewhere.binary_search(tip).is_ok()) || !known.elsewhere.iter().all(is_there) {
            return false;
        }
        // A log can forget what only it led to, and lead back to what nothing led to.
        let forgets = known.reflogs.iter().any(|id| self.reflogs.binary_search(id).is_err());
        let is_back = |id: &Oid| known.reflogs.binary_search(id).is_err() && known.time_of(id).is_some();
        if known.counted.reflog > 0 && forgets || known.counted.unreachable > 0 && self.reflogs.iter().any(is_back) {
            return false;
        }
        gone.is_empty() || self.lead_to(repository, &gone).unwrap_or(false)
    }

    /// Whether refs still lead to all of these commits.
    fn lead_to(&self, repository: &git2::Repository, commits: &[Oid]) -> Result<bool, git2::Error> {
        let mut walk = repository.revwalk()?;
        commits.iter().try_for_each(|commit| walk.push(*commit))?;
        self.refs.iter().try_for_each(|tip| walk.hide(*tip))?;
        Ok(walk.next().is_none())
    }
}

/// Adds the ids in the logs of a folder and those in it: each line begins with the one before and the one after.
fn read_logs(folder: &Path, ids: &mut Vec<Oid>, depth: usize) {
    const DEEPEST: usize = 32;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < DEEPEST => read_logs(&entry.path(), ids, depth + 1),
            Ok(kind) if kind.is_file() => {
                for line in fs::read(entry.path()).unwrap_or_default().split(|byte| *byte == b'\n') {
                    let text = |bytes| std::str::from_utf8(bytes).ok();
                    let both = [line.get(..40), line.get(41..81)].into_iter().flatten().filter_map(text);
                    ids.extend(both.filter_map(|id| Oid::from_str(id).ok()).filter(|id| !id.is_zero()));
                }
            }
            _ => {}
        }
    }
}

/// What reading the objects comes to.
struct Found {
    objects: Objects,
    /// The blobs that are new.
    present: FxHashSet<Oid>,
    /// Of these, those that may matter, with their bytes if there was room.
    open: FxHashMap<Oid, Option<Arc<[u8]>>>,
    graph: Graph,
    /// The blobs in the graph, by number.
    blobs: Vec<Oid>,
    missing: FxHashSet<Oid>,
    submodules: FxHashSet<Oid>,
    corrupt: FxHashSet<Oid>,
    /// When each commit of the graph came about.
    whens: Vec<When>,
    /// Folders that were left out.
    too_deep: usize,
}

impl Found {
    /// Reads every object that is not known.
    fn read(repository: &git2::Repository, known: &Known, max_file_size: u64, progress: &Progress) -> Found {
        let objects =
            Objects::open(repository, |name| pack_id(name).is_some_and(|id| known.packs.binary_search(&id).is_ok()));
        progress.total.store(objects.count() as u64, Ordering::Relaxed);
        let count = |bytes: &[u8]| {
            progress.objects.fetch_add(1, Ordering::Relaxed);
            progress.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        };
        let is_new = |id: &Oid| !known.has(id);
        let open = Mutex::new(FxHashMap::default());
        let loose_blobs = Mutex::new(FxHashSet::default());
        let kept = AtomicUsize::new(0);
        let (blobs, others) = rayon::join(
            || objects.plan(&[ObjectType::Blob], max_file_size, &is_new),
            || objects.plan(&[ObjectType::Tree, ObjectType::Commit], u64::MAX, &is_new),
        );
        let mut corrupt: FxHashSet<Oid> = blobs
            .each(&|_, id, bytes| {
                count(bytes);
                if objects.is_loose(&id) {
                    loose_blobs.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
                }
                if !source::decode(bytes).is_ok_and(|text| prefilter::can_matter(&text)) {
                    return;
                }
                let fits = kept.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len() <= MOST_KEPT;
                let bytes = fits.then(|| Arc::from(bytes));
                open.lock().unwrap_or_else(PoisonError::into_inner).insert(id, bytes);
            })
            .into_iter()
            .collect();
        let open = open.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut present = loose_blobs.into_inner().unwrap_or_else(PoisonError::into_inner);
        present.extend(objects.packed(ObjectType::Blob).filter(is_new));

        let gathered = Mutex::new(Gathered::default());
        // Asked once for every line of every tree. Blobs that share their first bytes are looked for together.
        let mut is_open_here: FxHashMap<u64, bool> = FxHashMap::default();
        is_open_here.reserve(present.len());
        for id in &present {
            *is_open_here.entry(beginning(id)).or_default() |= open.contains_key(id);
        }
        let is_open = |id: &Oid| {
            if let Some(is_open) = is_open_here.get(&beginning(id)) {
                return Some(*is_open);
            }
            let is_clean = known.clean.binary_search(id).is_ok();
            (is_clean || known.has(id) || objects.is_loose(id)).then_some(!is_clean)
        };
        corrupt.extend(others.each(&|kind, id, bytes| {
            count(bytes);
            if kind == ObjectType::Commit {
                let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
                if !gathered.graph.add_commit(id, bytes) {
                    gathered.corrupt.push(id);
                }
                return;
            }
            let (mut trees, mut blobs, mut missing, mut submodules) = (vec![], vec![], vec![], vec![]);
            for entry in graph::entries(bytes) {
                match entry.kind {
                    EntryKind::Tree => trees.push(entry),
                    EntryKind::Submodule => submodules.push(entry.id),
                    EntryKind::Link => {}
                    EntryKind::Blob => match is_open(&entry.id) {
                        Some(is_open) if is_open || prefilter::always_matters(entry.name) => blobs.push(entry),
                        Some(_) => {}
                        None => missing.push(entry.id),
                    },
                }
            }
            let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
            gathered.missing.extend(missing);
            gathered.submodules.extend(submodules);
            gathered.add_tree(id, &trees, &blobs);
        }));
        let sighted: FxHashSet<Oid> = known.sightings.iter().map(|sighting| sighting.blob).collect();
        if !sighted.is_empty() {
            gather_known(&objects, known, &gathered, &sighted);
        }
        let Gathered { graph, blobs, missing, submodules, corrupt: more, .. } =
            gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        corrupt.extend(more);
        Found { objects, present, open, graph, blobs, missing, submodules, corrupt, whens: Vec::new(), too_deep: 0 }
    }

    /// Where each blob that may matter stands, in the order they came there.
    fn places(&mut self, repository: &git2::Repository, known: &Known, tips: &Tips) -> FxHashMap<Oid, Vec<Place>> {
        let mut places: FxHashMap<Oid, Vec<Place>> = FxHashMap::default();
        for (sighting, paths) in known.sightings.iter().zip(paths_of(&known.sightings, repository.path())) {
            let when = When::of(sighting);
            if paths.is_empty() {
                self.open.entry(sighting.blob).or_default();
                continue;
            }
            let twin = sighting.twin.filter(|_| paths.len() == 1);
            let places = places.entry(sighting.blob).or_default();
            for path in &paths {
                let place = || Place { path: path.clone(), when, trees: sighting.trees.clone(), twin };
                match places.iter().position(|place| place.path == *path) {
                    Some(at) if places[at].when.order() > when.order() => places[at] = place(),
                    None if has_room(places, path) => places.push(place()),
                    _ => {}
                }
            }
        }
        let (reach, times) = rayon::join(
            || self.graph.reach(&tips.refs, &tips.reflogs),
            || self.graph.times(|commit| known.time_of(commit)),
        );
        let commits = self.graph.commits.iter().map(|commit| Some((commit.id, commit.date)));
        let whens = commits.zip(times).zip(reach).map(|((commit, time), reach)| When { commit, time, reach });
        self.whens = whens.collect();
        let mut order: Vec<usize> = (0..self.whens.len()).collect();
        order.sort_by_key(|number| self.whens[*number].order());
        // By number: a blob is met once in every tree that it stands in.
        let mut found: Vec<Vec<Place>> =
            self.blobs.iter().map(|blob| places.remove(blob).unwrap_or_default()).collect();
        self.too_deep = self.graph.walk(&order, |blob, commit, trees, names| {
            let places = &mut found[blob as usize];
            let when = commit.map_or(NEVER, |number| self.whens[number]);
            let ids = || trees.iter().map(|tree| self.graph.tree_id(*tree)).collect();
            if let Some(place) = places.iter_mut().find(|place| is_path(&place.path, names)) {
                // Seen by an earlier run, and brought by a commit that came first all the same.
                if when.order() < place.when.order() {
                    (place.when, place.trees, place.twin) = (when, ids(), None);
                }
                return;
            }
            let path = names.iter().map(|name| String::from_utf8_lossy(name)).collect::<Vec<_>>().join("/");
            if places.iter().all(|place| place.path != path) && has_room(places, &path) {
                places.push(Place { path, when, trees: ids(), twin: None });
            }
        });
        places.extend(self.blobs.iter().copied().zip(found).filter(|(_, found)| !found.is_empty()));
        // What is staged and in no commit has its name from the index.
        if let Ok(index) = repository.index() {
            for entry in index.iter() {
                let is_wanted = self.open.contains_key(&entry.id) || self.is_new_environment(&entry);
                if is_wanted && !places.contains_key(&entry.id) {
                    let path = String::from_utf8_lossy(&entry.path).into_owned();
                    places.insert(entry.id, vec![Place { path, when: NEVER, trees: Vec::new(), twin: None }]);
                }
            }
        }
        places
    }

    /// Whether what is new makes another of what is known: what was missing is there, or commits are reached that were not.
    fn outdates(&self, known: &Known) -> bool {
        let was_missing = |id: &Oid| known.missing.binary_search(id).is_ok();
        let mut parents = self.graph.commits.iter().flat_map(|commit| &commit.parents);
        !known.missing.is_empty()
            && (self.present.iter().any(was_missing)
                || self.graph.read().any(|id| was_missing(&id))
                || self.graph.commits.iter().any(|commit| was_missing(&commit.id)))
            || parents.any(|parent| known.elsewhere.binary_search(parent).is_ok())
    }

    /// Whether an entry of the index is an environment or key file in no commit.
    fn is_new_environment(&self, entry: &git2::IndexEntry) -> bool {
        let name = entry.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        self.present.contains(&entry.id) && prefilter::always_matters(name)
    }

    /// What is to be checked.
    fn versions(
        &self,
        repository: &git2::Repository,
        places: &FxHashMap<Oid, Vec<Place>>,
        naming: &Naming,
        selection: &Selection,
    ) -> Vec<Version> {
        let head = blobs_at_head(repository);
        let versions_of = |(blob, places): (&Oid, &Vec<Place>)| {
            let mut kinds = Vec::new();
            let mut places: Vec<&Place> = places.iter().filter(|place| selection.holds(&place.path)).collect();
            places.sort_by_key(|place| (place.when.order(), &place.path));
            let mut versions = Vec::new();
            for place in places {
                let (path, local) = naming.name(&place.path);
                // Under another name of the same kind, and a later one, the same is found.
                let kind = (Language::of_path(Path::new(&path)), context::of_path(path.get(local..).unwrap_or(&path)));
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                    versions.push(Version {
                        blob: *blob,
                        path,
                        local,
                        is_named: true,
                        when: place.when,
                        at_head: head.contains(blob),
                        twin: place.twin,
                        bytes: self.open.get(blob).cloned().flatten(),
                    });
                }
            }
            versions
        };
        let mut versions: Vec<Version> = places.par_iter().flat_map_iter(versions_of).collect();
        for (blob, bytes) in self.open.iter().filter(|(blob, _)| !places.contains_key(blob)) {
            let path = blob.to_string();
            if selection.is_all() {
                let bytes = bytes.clone();
                versions.push(Version {
                    blob: *blob,
                    path,
                    local: 0,
                    is_named: false,
                    when: NEVER,
                    at_head: false,
                    twin: None,
                    bytes,
                });
            }
        }
        versions.sort_by(|one, other| {
            (&one.path, one.when.order(), one.blob).cmp(&(&other.path, other.when.order(), other.blob))
        });
        versions
    }

    /// What this run adds to what is known; what is left open is added when it has been checked.
    fn add_to(&self, known: &mut Known, tips: &Tips, shallow: Vec<Oid>) {
        let is_there = |id: &Oid| known.has(id) || self.corrupt.contains(id);
        let mut missing: Vec<Oid> = self.graph.unread().filter(|id| !is_there(id)).collect();
        // The parents of the last commits of a shallow clone are not there on purpose.
        if shallow.is_empty() {
            missing.extend(self.graph.missing_parents().into_iter().filter(|id| !is_there(id)));
        }
        let commits = |reach| self.whens.iter().filter(|when| when.reach == reach).count() as u32;
        known.missing.extend(missing.into_iter().chain(self.missing.iter().copied()));
        known.missing.sort_unstable();
        known.missing.dedup();
        known.counted.reflog += commits(Reachable::Reflog);
        known.counted.unreachable += commits(Reachable::Nowhere);
        known.counted.submodules += self.submodules.len() as u32;

        // What could not be read is tried again the next time.
        let is_whole = |pack: &&Pack| !pack.ids().any(|id| self.corrupt.contains(&id));
        let whole = self.objects.packs.iter().filter(is_whole).map(|pack| &pack.name);
        known.packs = self.objects.known_packs.iter().chain(whole).filter_map(|name| pack_id(name)).collect();
        let is_clean = |id: &&Oid| !self.open.contains_key(*id) && !self.corrupt.contains(*id);
        known.clean.extend(self.present.iter().filter(is_clean));
        known.trees.extend(self.graph.read());
        known.commits.extend(self.graph.commits.iter().zip(&self.whens).map(|(commit, when)| (commit.id, when.time)));
        let unled = self.whens.iter().filter(|when| when.reach != Reachable::Refs);
        known.elsewhere.extend(unled.filter_map(|when| when.commit).map(|(id, _)| id));
        known.tips = tips.refs.clone();
        known.reflogs = tips.reflogs.clone();
        known.shallow = shallow;
    }

    /// What could not be looked at, in words.
    fn skipped(&self, counts: &Counts, place: &str) -> Vec<Skipped> {
        let mut skipped = Vec::new();
        let mut say = |reason: String| skipped.push(Refusal::fault(reason).of(place));
        if counts.missing > 0 {
            let why = if self.objects.is_partial { ": the clone is partial" } else { "" };
            say(format!("history: {} objects are missing{why}", counts.missing));
        }
        if counts.corrupt > 0 {
            say(format!("history: {} objects are corrupt", counts.corrupt));
        }
        if counts.shallow > 0 {
            say("history: the clone is shallow, and what came before was not looked at; `git fetch --unshallow` brings it".to_owned());
        }
        if self.too_deep > 0 {
            say(format!("history: {} folders are too deep", self.too_deep));
        }
        for (path, reason) in &self.objects.broken {
            say(format!(
                "history: {} cannot be read: {reason}",
                path.file_name().unwrap_or_default().to_string_lossy()
            ));
        }
        skipped
    }
}

/// The blobs in the commit that is checked out.
fn blobs_at_head(repository: &git2::Repository) -> FxHashSet<Oid> {
    let mut blobs = FxHashSet::default();
    if let Ok(tree) = repository.head().and_then(|head| head.peel_to_tree()) {
        // A tree that is missing ends the walk: what is behind it is not known to stand.
        let _ = tree.walk(TreeWalkMode::PreOrder, |_, entry| {
            if entry.kind() == Some(ObjectType::Blob) {
                blobs.insert(entry.id());
            }
            TreeWalkResult::Ok
        });
    }
    blobs
}

/// The commits whose parents were left out when the repository was cloned.
fn shallow(repository: &git2::Repository) -> Vec<Oid> {
    let list = fs::read_to_string(repository.commondir().join("shallow")).unwrap_or_default();
    let mut commits: Vec<Oid> = list.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect();
    commits.sort_unstable();
    commits
}

/// What the second pass gathers.
#[derive(Default)]
struct Gathered {
    graph: Graph,
    numbers: FxHashMap<Oid, u32>,
    blobs: Vec<Oid>,
    missing: FxHashSet<Oid>,
    submodules: FxHashSet<Oid>,
    corrupt: Vec<Oid>,
}

impl Gathered {
    fn add_tree(&mut self, id: Oid, trees: &[Entry], blobs: &[Entry]) {
        let numbered: Vec<(u32, &[u8])> = blobs
            .iter()
            .map(|entry| {
                let number = *self.numbers.entry(entry.id).or_insert_with(|| {
                    self.blobs.push(entry.id);
                    self.blobs.len() as u32 - 1
                });
                (number, entry.name)
            })
            .collect();
        self.graph.add_tree(id, trees, &numbered);
    }
}

/// Adds the known trees that new ones and new commits speak of, with what was seen in them: it can stand under new names there,
/// and have come earlier than was known.
fn gather_known(objects: &Objects, known: &Known, gathered: &Mutex<Gathered>, sighted: &FxHashSet<Oid>) {
    let lock = || gathered.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tried = FxHashSet::default();
    loop {
        let is_known = |id: &Oid| known.trees.binary_search(id).is_ok();
        let open: Vec<Oid> = lock().graph.unread().filter(|id| is_known(id) && tried.insert(*id)).collect();
        if open.is_empty() {
            return;
        }
        // What cannot be read any more was seen as well as it could be.
        let _ = objects.read(&open, |reader, id| {
            let bytes = reader.object(id)?;
            let (trees, others): (Vec<Entry>, Vec<Entry>) =
                graph::entries(&bytes).partition(|entry| entry.kind == EntryKind::Tree);
            let blobs = others.into_iter().filter(|entry| sighted.contains(&entry.id)).collect::<Vec<_>>();
            lock().add_tree(id, &trees, &blobs);
            Ok(())
        });
    }
}

/// The paths of each sighting; none for those whose trees are not known or cannot be read any more.
fn paths_of(sightings: &[Sighting], repository: &Path) -> Vec<Vec<String>> {
    const CHUNK: usize = 64;
    let open = || Some(Names { repository: git2::Repository::open(repository).ok()?, names: FxHashMap::default() });
    let paths = sightings.par_chunks(CHUNK).map_init(open, |names, sightings| {
        let paths = |sighting: &Sighting| {
            names.as_mut().map(|names| names.paths(&sighting.trees, sighting.blob)).unwrap_or_default()
        };
        sightings.iter().map(paths).collect::<Vec<_>>()
    });
    paths.flatten_iter().collect()
}

/// Finds the names that lead from a tree to what is in it.
struct Names {
    repository: git2::Repository,
    names: FxHashMap<(Oid, Oid), Vec<String>>,
}

impl Names {
    /// The paths that these trees lead along to a blob, several where the same stands in one of them more than once; none if
    /// there are no trees, or they cannot be read any more.
    fn paths(&mut self, trees: &[Oid], blob: Oid) -> Vec<String> {
        let Some((root, rest)) = trees.split_first() else { return Vec::new() };
        let mut children = rest.iter().chain(std::iter::once(&blob));
        let mut paths = children.next().map(|child| self.names(*root, *child).to_vec()).unwrap_or_default();
        for (tree, child) in rest.iter().zip(children) {
            paths.truncate(MOST_NAMES);
            let names = self.names(*tree, *child);
            paths = paths.iter().flat_map(|path| names.iter().map(move |name| format!("{path}/{name}"))).collect();
        }
        paths
    }

    fn names(&mut self, tree: Oid, child: Oid) -> &[String] {
        let find = || {
            let Ok(tree) = self.repository.find_tree(tree) else { return Vec::new() };
            let entries = tree.iter().filter(|entry| entry.id() == child);
            entries.map(|entry| String::from_utf8_lossy(entry.name_bytes()).into_owned()).collect()
        };
        self.names.entry((tree, child)).or_insert_with(find)
    }
}

/// Whether one more place of a blob is kept: of many those only that say something else of what the file is for.
fn has_room(places: &[Place], path: &str) -> bool {
    const MOST_KINDS: usize = 64;
    let kind = |path: &str| (Language::of_path(Path::new(path)), context::of_path(path));
    places.len() < MOST_NAMES || places.len() < MOST_KINDS && places.iter().all(|place| kind(&place.path) != kind(path))
}

/// Whether these are the names of a path.
fn is_path(path: &str, names: &[&[u8]]) -> bool {
    path.split('/').map(str::as_bytes).eq(names.iter().copied())
}

/// The first bytes of an id.
fn beginning(id: &Oid) -> u64 {
    id.as_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The id in a pack's name.
fn pack_id(name: &str) -> Option<Oid> {
    name.strip_prefix("pack-").filter(|id| id.len() == 40).and_then(|id| Oid::from_str(id).ok())
}
