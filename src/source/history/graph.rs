//! Who holds whom: commits hold trees, trees hold trees and blobs. Of the blobs only those are kept that somebody looks for, and
//! of the rest only whether they are there at all.
//!
//! A tree takes 12 bytes and each folder in it 8, and names are kept once.

use std::collections::HashSet;

use git2::Oid;
use rustc_hash::FxHashMap;

use crate::finding::Reachable;

/// Dates are taken to be no further from 1970 than this, in seconds either way: what comes after them is still a number.
const LATEST: i64 = 1 << 60;

/// Folders nest at most this deep; what is deeper is left out and counted.
const DEEPEST: usize = 1_000;

/// So many paths of the same tree are walked: copies of copies of folders would be more than there is of anything else.
const MOST_PATHS: usize = 16;

/// What a tree's entry leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// The tree with this number.
    Tree(u32),
    /// The blob with this number.
    Blob(u32),
}

/// What stands in a tree that matters.
#[derive(Clone, Copy, Debug)]
struct Edge {
    child: Child,
    name: u32,
}

/// Where a tree's edges stand.
#[derive(Clone, Copy, Debug)]
struct Node {
    start: u32,
    count: u32,
}

/// A tree that other trees or commits speak of and that was not read.
const UNREAD: Node = Node { start: u32::MAX, count: 0 };

/// A commit.
#[derive(Clone, Debug)]
pub struct Commit {
    /// Its id.
    pub id: Oid,
    /// When it was made, in seconds since 1970.
    pub date: i64,
    tree: u32,
    /// The commits it comes after.
    pub parents: Vec<Oid>,
}

/// One line of a tree object.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What kind of thing it is.
    pub kind: EntryKind,
    /// Its name.
    pub name: &'a [u8],
    /// Its id.
    pub id: Oid,
}

/// What kind of thing stands in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Tree,
    /// A file.
    Blob,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// The entries of a tree object; it ends where the object is damaged.
pub fn entries(mut bytes: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    std::iter::from_fn(move || {
        let zero = memchr::memchr(0, bytes)?;
        let space = memchr::memchr(b' ', bytes.get(..zero)?)?;
        let kind = match bytes.get(..space)? {
            b"40000" | b"040000" => EntryKind::Tree,
            b"120000" => EntryKind::Link,
            b"160000" => EntryKind::Submodule,
            _ => EntryKind::Blob,
        };
        let name = bytes.get(space + 1..zero)?;
        let id = Oid::from_bytes(bytes.get(zero + 1..zero + 21)?).ok()?;
        bytes = bytes.get(zero + 21..)?;
        Some(Entry { kind, name, id })
    })
}

/// The next second.
fn after(time: i64) -> i64 {
    time.saturating_add(1)
}

/// Commits and trees.
#[derive(Default)]
pub struct Graph {
    numbers: FxHashMap<Oid, u32>,
    ids: Vec<Oid>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    names: FxHashMap<Box<[u8]>, u32>,
    texts: Vec<Box<[u8]>>,
    /// The commits, in the order they were read.
    pub commits: Vec<Commit>,
    /// The number of each.
    committed: FxHashMap<Oid, usize>,
}

impl Graph {
    fn number(&mut self, tree: Oid) -> u32 {
        *self.numbers.entry(tree).or_insert_with(|| {
            self.ids.push(tree);
            self.nodes.push(UNREAD);
            self.nodes.len() as u32 - 1
        })
    }

    fn name(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(name.into());
        self.names.insert(name.into(), number);
        number
    }

    /// Adds a tree with the trees and blobs in it; the blobs by numbers of their own.
    pub fn add_tree<'a>(&mut self, id: Oid, trees: &[Entry<'a>], blobs: &[(u32, &'a [u8])]) {
        let number = self.number(id) as usize;
        if self.nodes[number].start != UNREAD.start {
            return;
        }
        let start = self.edges.len();
        for tree in trees {
            let edge = Edge { child: Child::Tree(self.number(tree.id)), name: self.name(tree.name) };
            self.edges.push(edge);
        }
        for (blob, name) in blobs {
            let edge = Edge { child: Child::Blob(*blob), name: self.name(name) };
            self.edges.push(edge);
        }
        // More edges than can be counted: what is left out counts as missing.
        if let (Ok(start), Ok(count)) = (u32::try_from(start), u32::try_from(self.edges.len() - start)) {
            self.nodes[number] = Node { start, count };
        }
    }

    /// Adds a commit object, once if it is kept twice; says whether it can be read.
    pub fn add_commit(&mut self, id: Oid, bytes: &[u8]) -> bool {
        let mut tree = None;
        let mut parents = Vec::new();
        let mut date: Option<i64> = None;
        for line in bytes.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty()) {
            let (key, value) = line.split_at(memchr::memchr(b' ', line).unwrap_or(line.len()));
            let text = || std::str::from_utf8(value.trim_ascii()).ok();
            match key {
                b"tree" => tree = text().and_then(|text| Oid::from_str(text).ok()),
                b"parent" => parents.extend(text().and_then(|text| Oid::from_str(text).ok())),
                // Name, address, seconds since 1970, offset.
                b"committer" => {
                    let mut words = value.rsplit(|byte| *byte == b' ');
                    let seconds = words.nth(1).and_then(|word| std::str::from_utf8(word).ok());
                    date = seconds.and_then(|word| word.parse().ok());
                }
                _ => {}
            }
        }
        let Some(tree) = tree else {
            return false;
        };
        let tree = self.number(tree);
        let number = self.commits.len();
        if *self.committed.entry(id).or_insert(number) == number {
            let date = date.unwrap_or_default().clamp(-LATEST, LATEST);
            self.commits.push(Commit { id, date, tree, parents });
        }
        true
    }

    /// The id of the tree with this number.
    pub fn tree_id(&self, number: u32) -> Oid {
        self.ids[number as usize]
    }

    /// The trees that are spoken of and were not read.
    pub fn unread(&self) -> impl Iterator<Item = Oid> {
        self.ids.iter().zip(&self.nodes).filter(|(_, node)| node.start == UNREAD.start).map(|(id, _)| *id)
    }

    /// The ids of the trees that were read.
    pub fn read(&self) -> impl Iterator<Item = Oid> {
        self.ids.iter().zip(&self.nodes).filter(|(_, node)| node.start != UNREAD.start).map(|(id, _)| *id)
    }

    /// The parents that commits speak of and that are not among them.
    pub fn missing_parents(&self) -> HashSet<Oid> {
        let parents = self.commits.iter().flat_map(|commit| &commit.parents);
        parents.filter(|id| !self.committed.contains_key(*id)).copied().collect()
    }

    /// How each commit is reached from these tips.
    pub fn reach(&self, refs: &[Oid], reflogs: &[Oid]) -> Vec<Reachable> {
        let mut reach = vec![Reachable::Nowhere; self.commits.len()];
        for (tips, kind) in [(refs, Reachable::Refs), (reflogs, Reachable::Reflog)] {
            let mut open: Vec<usize> = tips.iter().filter_map(|tip| self.committed.get(tip).copied()).collect();
            while let Some(number) = open.pop() {
                if reach[number] <= kind {
                    continue;
                }
                reach[number] = kind;
                open.extend(
                    self.commits[number].parents.iter().filter_map(|parent| self.committed.get(parent).copied()),
                );
            }
        }
        reach
    }

    /// When each commit came about, in seconds since 1970: its date, but later than its parents, whatever the clocks of those
    /// who made them said. `known` says it of commits that are not among these.
    pub fn times(&self, known: impl Fn(&Oid) -> Option<i64>) -> Vec<i64> {
        let mut waits: Vec<u32> = vec![0; self.commits.len()];
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); self.commits.len()];
        let mut times: Vec<i64> = self.commits.iter().map(|commit| commit.date).collect();
        for (number, commit) in self.commits.iter().enumerate() {
            for parent in &commit.parents {
                match self.committed.get(parent) {
                    Some(parent) => {
                        waits[number] += 1;
                        children[*parent].push(number as u32);
                    }
                    None => times[number] = known(parent).map_or(i64::MIN, after).max(times[number]),
                }
            }
        }
        let mut ready: Vec<usize> = (0..self.commits.len()).filter(|number| waits[*number] == 0).collect();
        while let Some(number) = ready.pop() {
            for child in &children[number] {
                let child = *child as usize;
                times[child] = times[child].max(after(times[number]));
                waits[child] -= 1;
                if waits[child] == 0 {
                    ready.push(child);
                }
            }
        }
        times
    }

    /// Walks the trees of these commits, one after the other and every tree once under each of its paths, and then the trees
    /// that no commit leads to, and tells of every blob with the number of the commit, and the trees and names that lead to
    /// it, from the root on. Says how many folders were too deep.
    pub fn walk(&self, order: &[usize], mut each: impl FnMut(u32, Option<usize>, &[u32], &[&[u8]])) -> usize {
        let mut walk =
            Walk { graph: self, first: vec![UNSEEN; self.nodes.len()], more: FxHashMap::default(), too_deep: 0 };
        for number in order {
            walk.from(self.commits[*number].tree, |blob, trees, names| each(blob, Some(*number), trees, names));
        }
        let mut is_inner = vec![false; self.nodes.len()];
        for (node, first) in self.nodes.iter().zip(&walk.first) {
            for edge in self.edges_of(*node).iter().filter(|_| *first == UNSEEN) {
                if let Child::Tree(tree) = edge.child {
                    is_inner[tree as usize] = true;
                }
            }
        }
        for tree in (0..self.nodes.len() as u32).filter(|tree| !is_inner[*tree as usize]) {
            if walk.first[tree as usize] != UNSEEN {
                continue;
            }
            walk.from(tree, |blob, trees, names| each(blob, None, trees, names));
        }
        walk.too_deep
    }

    fn edges_of(&self, node: Node) -> &[Edge] {
        let start = node.start as usize;
        self.edges.get(start..start + node.count as usize).unwrap_or_default()
    }
}

/// The digest of the path of a tree that was not walked.
const UNSEEN: u64 = 0;

/// The digest of the path that is the root.
const ROOT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The digest of the path that a name leads to; a path is told from others by nothing else.
fn below(path: u64, name: u32) -> u64 {
    // The finalizer of SplitMix64: every bit of both tells.
    let mixed = (path ^ (u64::from(name) + 1).wrapping_mul(ROOT)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31).max(UNSEEN + 1)
}

struct Walk<'g> {
    graph: &'g Graph,
    /// The digest of the path under which each tree was walked first.
    first: Vec<u64>,
    /// Of the others. There are few: folders keep their places.
    more: FxHashMap<u32, Vec<u64>>,
    too_deep: usize,
}

impl<'g> Walk<'g> {
    /// Whether a tree is to be walked under a path, where it has not been or has been under too many; notes that it has.
    fn enter(&mut self, tree: u32, path: u64) -> bool {
        let first = &mut self.first[tree as usize];
        if *first == UNSEEN {
            *first = path;
            return true;
        }
        if *first == path {
            return false;
        }
        let more = self.more.entry(tree).or_default();
        let is_new = more.len() + 1 < MOST_PATHS && !more.contains(&path);
        if is_new {
            more.push(path);
        }
        is_new
    }

    /// Tells `each` of every blob below a tree: its number, and the trees and names that lead to it.
    fn from(&mut self, root: u32, mut each: impl FnMut(u32, &[u32], &[&'g [u8]])) {
        if !self.enter(root, ROOT) {
            return;
        }
        // The trees that are open, each with the digest of its path and the edges that are left, and the names that lead into
        // them.
        let mut open = vec![(ROOT, self.graph.edges_of(self.graph.nodes[root as usize]))];
        let mut trees = vec![root];
        let mut names: Vec<&[u8]> = Vec::new();
        while let Some((path, edges)) = open.last_mut() {
            let Some((edge, rest)) = edges.split_first() else {
                open.pop();
                trees.pop();
                names.pop();
                continue;
            };
            *edges = rest;
            let name = &self.graph.texts[edge.name as usize];
            match edge.child {
                Child::Blob(blob) => {
                    names.push(name);
                    each(blob, &trees, &names);
                    names.pop();
                }
                Child::Tree(tree) => {
                    let path = below(*path, edge.name);
                    if !self.enter(tree, path) {
                        continue;
                    }
                    if open.len() >= DEEPEST {
                        self.too_deep += 1;
                        continue;
                    }
                    open.push((path, self.graph.edges_of(self.graph.nodes[tree as usize])));
                    trees.push(tree);
                    names.push(name);
                }
            }
        }
    }
}
