//! What a project says of itself: the `package.json` nearest to a file, its name and the versions it asks for.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::source::MAX_FILE_SIZE;

/// A version: major, minor, patch.
pub type Version = (u64, u64, u64);

/// A `package.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The package's name.
    pub name: Option<String>,
    /// The range asked for, by package.
    ranges: HashMap<String, String>,
}

impl Manifest {
    /// Reads a `package.json`; whatever in it is not as it should be is left out.
    pub fn parse(text: &str) -> Manifest {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let mut ranges = HashMap::new();
        // What is installed beside the others counts last: `dependencies` over `peerDependencies`.
        for section in ["peerDependencies", "optionalDependencies", "devDependencies", "dependencies"] {
            let section = value.get(section).and_then(Value::as_object).into_iter().flatten();
            ranges.extend(section.filter_map(|(package, range)| Some((package.clone(), range.as_str()?.to_owned()))));
        }
        Manifest { name: value.get("name").and_then(Value::as_str).map(str::to_owned), ranges }
    }

    /// Whether it asks for the package, in whatever version.
    pub fn depends_on(&self, package: &str) -> bool {
        self.ranges.contains_key(package)
    }

    /// The lowest version of the package that the range asked for allows. None where it does not ask for the package, or
    /// not for a version: `*`, `latest`, an address, a folder, a workspace.
    pub fn version_of(&self, package: &str) -> Option<Version> {
        lowest(self.ranges.get(package)?)
    }
}

/// The lowest version a range of npm's allows: `8.5.1` of `^8.5.1`, `3.0.0` of `>=3 <5`.
fn lowest(range: &str) -> Option<Version> {
    // An alias: `npm:jsonwebtoken@^8`.
    let range = match range.trim().strip_prefix("npm:") {
        Some(alias) => alias.rsplit_once('@').filter(|(package, _)| !package.is_empty())?.1,
        None => range,
    };
    range.split("||").map(lowest_of_all).collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// The lowest version that meets each of the comparators: `>=3 <5`, `1.2 - 2.3`.
fn lowest_of_all(range: &str) -> Option<Version> {
    // `1.2 - 2.3`: only the first bounds it from below.
    let range = range.split_once(" - ").map_or(range, |(from, _)| from);
    // An operator can stand away from its version.
    let mut operator = "";
    let mut lowest = None;
    for word in range.split_whitespace() {
        let digits = word.find(|c: char| !matches!(c, '<' | '>' | '=' | '^' | '~')).unwrap_or(word.len());
        let (own, version) = word.split_at(digits);
        let applied = if own.is_empty() { operator } else { own };
        if version.is_empty() {
            operator = own;
            continue;
        }
        operator = "";
        let bound = match applied {
            "<" | "<=" => parse(version).map(|_| (0, 0, 0))?,
            ">" => above(version)?,
            _ => parse(version)?,
        };
        lowest = lowest.max(Some(bound));
    }
    lowest
}

/// The version after the one written: of `>8.5.1` 8.5.2, of `>8` 9.0.0.
fn above(version: &str) -> Option<Version> {
    let (major, minor, patch) = parse(version)?;
    let written = numbers(version).count();
    Some(match written {
        1 => (major.checked_add(1)?, 0, 0),
        2 => (major, minor.checked_add(1)?, 0),
        _ => (major, minor, patch.checked_add(1)?),
    })
}

/// `8.5.1`, `v8.5`, `8.x`, `9.0.0-beta.1+5`: what is not written is 0.
fn parse(version: &str) -> Option<Version> {
    let mut numbers = numbers(version);
    let major = numbers.next()??;
    let minor = numbers.next().unwrap_or(Some(0))?;
    let patch = numbers.next().unwrap_or(Some(0))?;
    Some((major, minor, patch))
}

/// The numbers written before any wildcard; nothing in place of what is no number.
fn numbers(version: &str) -> impl Iterator<Item = Option<u64>> {
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let core = version.split(['-', '+']).next().unwrap_or_default();
    core.split('.').take_while(|part| !matches!(*part, "x" | "X" | "*")).map(|part| part.parse().ok())
}

/// The manifests of a scan, each read once. It can be used from many threads.
#[derive(Default)]
pub struct Manifests {
    /// The directory it runs in, which relative paths start from.
    current: PathBuf,
    /// Folders that are not left on the way up.
    boundaries: Vec<PathBuf>,
    by_folder: Mutex<HashMap<PathBuf, Option<Arc<Manifest>>>>,
    /// The same by the folder as it is given, which saves thinking about where it is.
    given: Mutex<FxHashMap<OsString, Option<Arc<Manifest>>>>,
}

impl Manifests {
    /// Manifests are looked for from a file's folder up to the outermost of these folders that holds it; for a file in none
    /// of them, in its own folder only.
    pub fn within(boundaries: impl IntoIterator<Item = PathBuf>) -> Self {
        let current = std::env::current_dir().unwrap_or_default();
        let boundaries = boundaries.into_iter().filter_map(|folder| absolute(&current.join(folder))).collect();
        Manifests { current, boundaries, by_folder: Mutex::default(), given: Mutex::default() }
    }

    /// The manifest nearest above a file.
    pub fn nearest(&self, file: &Path) -> Option<Arc<Manifest>> {
        let given = file.parent()?.as_os_str();
        let known = self.given.lock().unwrap_or_else(PoisonError::into_inner).get(given).cloned();
        known.unwrap_or_else(|| {
            let found = self.find(file);
            self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(given.to_owned(), found.clone());
            found
        })
    }

    fn find(&self, file: &Path) -> Option<Arc<Manifest>> {
        let file = absolute(&self.current.join(file))?;
        let folder = file.parent()?;
        let boundary = self.boundaries.iter().filter(|boundary| folder.starts_with(boundary));
        let boundary = boundary.min_by_key(|boundary| boundary.components().count()).map_or(folder, PathBuf::as_path);
        let mut by_folder = self.by_folder.lock().unwrap_or_else(PoisonError::into_inner);
        let mut passed = Vec::new();
        let mut found = None;
        for above in folder.ancestors().take_while(|above| above.starts_with(boundary)) {
            if let Some(known) = by_folder.get(above) {
                found = known.clone();
                break;
            }
            passed.push(above.to_owned());
            found = read(&above.join("package.json"));
            if found.is_some() {
                break;
            }
        }
        by_folder.extend(passed.into_iter().map(|folder| (folder, found.clone())));
        found
    }
}

/// The manifest in that file, if there is one.
fn read(path: &Path) -> Option<Arc<Manifest>> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_SIZE {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    Some(Arc::new(Manifest::parse(text.trim_start_matches('\u{feff}'))))
}

/// The path from the root of the file system, without `.` and `..`; links are not followed.
fn absolute(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        if part == std::path::Component::ParentDir {
            clean.pop();
        } else {
            clean.push(part);
        }
    }
    Some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_versions() {
        let cases: [(&str, Option<Version>); 32] = [
            ("8.5.1", Some((8, 5, 1))),
            ("=8.5.1", Some((8, 5, 1))),
            ("v8.5.1", Some((8, 5, 1))),
            ("^8.5.1", Some((8, 5, 1))),
            ("~1.2", Some((1, 2, 0))),
            ("8", Some((8, 0, 0))),
            ("8.x", Some((8, 0, 0))),
            ("8.1.*", Some((8, 1, 0))),
            (">=3 <5", Some((3, 0, 0))),
            (">= 3.1.4 < 5", Some((3, 1, 4))),
            (">8.5.1", Some((8, 5, 2))),
            (">8", Some((9, 0, 0))),
            ("<9", Some((0, 0, 0))),
            ("1.2 - 2.3", Some((1, 2, 0))),
            ("^9 || ^8.5", Some((8, 5, 0))),
            ("9.0.0-beta.1", Some((9, 0, 0))),
            ("9.0.0+build", Some((9, 0, 0))),
            ("npm:jsonwebtoken@^8.5.1", Some((8, 5, 1))),
            ("npm:@scope/x@2", Some((2, 0, 0))),
            ("npm:jsonwebtoken", None),
            ("*", None),
            ("x", None),
            ("", None),
            ("latest", None),
            ("next || 8", None),
            ("workspace:^1.2", None),
            ("git+https://example.com/a.git#v1.2.3", None),
            ("file:../a", None),
            ("catalog:", None),
            ("acme/shop", None),
            ("99999999999999999999999.0.0", None),
            (">18446744073709551615", None),
        ];
        for (range, version) in cases {
            assert_eq!(lowest(range), version, "{range}");
        }
    }

    #[test]
    fn a_manifest_that_is_not_as_it_should_be() {
        for text in ["", "{", "[]", "null", r#"{"name": 1, "dependencies": []}"#, r#"{"dependencies": {"a": 1}}"#] {
            assert_eq!(Manifest::parse(text), Manifest::default(), "{text}");
        }
        let manifest = Manifest::parse(
            r#"{"name": "shop", "dependencies": {"jose": "^5.0.0"}, "peerDependencies": {"jose": "4", "jws": "*"}}"#,
        );
        assert_eq!(manifest.name.as_deref(), Some("shop"));
        assert_eq!(manifest.version_of("jose"), Some((5, 0, 0)));
        assert_eq!(manifest.version_of("jws"), None);
        assert!(manifest.depends_on("jws") && !manifest.depends_on("njwt"));
    }

    #[test]
    fn the_nearest_manifest_within_the_boundary() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, text).expect("a file");
        };
        write("package.json", r#"{"name": "outside"}"#);
        write("shop/package.json", "\u{feff}{\"name\": \"shop\"}");
        write("shop/packages/api/package.json", r#"{"name": "api"}"#);
        write("shop/packages/api/src/a.js", "");
        write("shop/lib/b.js", "");
        write("other/src/c.js", "");
        let manifests = Manifests::within([folder.path().join("shop"), folder.path().join("other")]);
        let name = |path: &str| manifests.nearest(&folder.path().join(path)).and_then(|manifest| manifest.name.clone());
        for _ in 0..2 {
            assert_eq!(name("shop/packages/api/src/a.js").as_deref(), Some("api"));
            assert_eq!(name("shop/lib/../lib/b.js").as_deref(), Some("shop"));
            assert_eq!(name("shop/packages/web/gone.js").as_deref(), Some("shop"));
            assert_eq!(name("other/src/c.js"), None, "the one above the boundary is not looked at");
            assert_eq!(name("top.js").as_deref(), Some("outside"), "in its own folder");
        }
    }
}
