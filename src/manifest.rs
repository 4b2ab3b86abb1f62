//! What a project says of itself in the manifests nearest to a file: its name, and the versions it asks for.
//!
//! Manifests are read for each family of languages apart, by the name of the file: `package.json`, `requirements.txt`,
//! `pom.xml` and so on. None of them is executed or understood beyond names and versions.

mod format;
pub mod version;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

pub use self::version::Version;
use crate::origin::same_package;
use crate::source::MAX_FILE_SIZE;

/// How many files of one folder are read as manifests.
const MAX_FILES: usize = 50;

/// What the manifests of one family of languages say: a `package.json`, a `pyproject.toml` and what is asked for beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The package's name.
    pub name: Option<String>,
    /// What is asked for, each with the lowest version allowed if one is said.
    versions: HashMap<String, Option<Version>>,
}

impl Manifest {
    /// Reads a manifest by its file name; whatever in it is not as it should be is left out. None where no file of that
    /// name is a manifest.
    pub fn parse(file_name: &str, text: &str) -> Option<(&'static str, Manifest)> {
        let (family, read) = format::of(file_name)?;
        let mut manifest = Manifest::default();
        read(text.trim_start_matches('\u{feff}'), &mut manifest);
        Some((family, manifest))
    }

    /// Takes note of a package that is asked for, with its requirement if there is one. What is said last counts, unless
    /// it says less.
    fn require(&mut self, package: &str, requirement: Option<&str>) {
        let lowest = requirement.and_then(version::lowest);
        let known = self.versions.entry(fold(package)).or_default();
        *known = lowest.or(*known);
    }

    /// The lowest version of the package that the requirement allows; `name/*` is every package below `name`. None where it
    /// does not ask for the package, or not for a version.
    pub fn version_of(&self, package: &str) -> Option<Version> {
        if package.ends_with("/*") {
            let below = fold(package);
            let versions = self.versions.iter().filter(|(name, _)| same_package(&below, name));
            return versions.filter_map(|(_, version)| *version).min();
        }
        *self.versions.get(&fold(package))?
    }

    /// Adds what another manifest says where this one says nothing.
    fn fill(&mut self, other: &Manifest) {
        self.name = self.name.take().or_else(|| other.name.clone());
        for (package, version) in &other.versions {
            let known = self.versions.entry(package.clone()).or_default();
            *known = known.or(*version);
        }
    }
}

/// The name of a package as names are compared: no registry keeps packages apart that differ in case, dots, dashes and
/// underscores alone, or people would take one for the other.
pub fn fold(name: &str) -> String {
    name.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// What the manifests around a file say, for each family of languages.
#[derive(Clone, Debug, Default)]
pub struct Project {
    manifests: HashMap<&'static str, Arc<Manifest>>,
}

impl Project {
    /// What they say for this family ([`Language::family`](crate::language::Language::family)).
    pub fn manifest(&self, family: &str) -> Option<&Manifest> {
        self.manifests.get(family).map(Arc::as_ref)
    }

    /// What the project is called: the last part of each name, without the registry and the major version in Go's.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.manifests.values().filter_map(|manifest| {
            let is_version =
                |part: &str| part.strip_prefix('v').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
            let mut parts = manifest.name.as_deref()?.rsplit(['/', ':']).filter(|part| !part.is_empty());
            parts.find(|part| !is_version(part))
        })
    }
}

/// The manifests of a scan, each read once. It can be used from many threads.
#[derive(Default)]
pub struct Manifests {
    /// The directory it runs in, which relative paths start from.
    current: PathBuf,
    /// Folders that are not left on the way up.
    boundaries: Vec<PathBuf>,
    by_folder: Mutex<HashMap<PathBuf, Arc<Project>>>,
    /// The same by the folder as it is given, which saves thinking about where it is.
    given: Mutex<FxHashMap<OsString, Arc<Project>>>,
}

impl Manifests {
    /// Manifests are looked for from a file's folder up to the outermost of these folders that holds it; for a file in none
    /// of them, in its own folder only.
    pub fn within(boundaries: impl IntoIterator<Item = PathBuf>) -> Self {
        let current = std::env::current_dir().unwrap_or_default();
        let boundaries = boundaries.into_iter().filter_map(|folder| absolute(&current.join(folder))).collect();
        Manifests { current, boundaries, by_folder: Mutex::default(), given: Mutex::default() }
    }

    /// The manifests around a file: of each family the nearest above it, and for what that leaves open, as a module of a
    /// larger build does, those above.
    pub fn around(&self, file: &Path) -> Arc<Project> {
        let Some(given) = file.parent().map(Path::as_os_str) else { return Arc::default() };
        let known = self.given.lock().unwrap_or_else(PoisonError::into_inner).get(given).cloned();
        known.unwrap_or_else(|| {
            let found = self.find(file);
            self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(given.to_owned(), Arc::clone(&found));
            found
        })
    }

    fn find(&self, file: &Path) -> Arc<Project> {
        let Some(file) = absolute(&self.current.join(file)) else { return Arc::default() };
        let Some(folder) = file.parent() else { return Arc::default() };
        let boundary = self.boundaries.iter().filter(|boundary| folder.starts_with(boundary));
        let boundary = boundary.min_by_key(|boundary| boundary.components().count()).map_or(folder, PathBuf::as_path);
        let mut by_folder = self.by_folder.lock().unwrap_or_else(PoisonError::into_inner);
        let mut passed = Vec::new();
        let mut around = Arc::default();
        for above in folder.ancestors().take_while(|above| above.starts_with(boundary)) {
            if let Some(known) = by_folder.get(above) {
                around = Arc::clone(known);
                break;
            }
            passed.push(above);
        }
        for folder in passed.into_iter().rev() {
            let own = read_folder(folder);
            if !own.is_empty() {
                let mut project = Project::clone(&around);
                for (family, mut manifest) in own {
                    if let Some(outer) = project.manifests.get(family) {
                        manifest.fill(outer);
                    }
                    project.manifests.insert(family, Arc::new(manifest));
                }
                around = Arc::new(project);
            }
            by_folder.insert(folder.to_owned(), Arc::clone(&around));
        }
        around
    }
}

/// The manifests in a folder, those of a family taken together.
fn read_folder(folder: &Path) -> HashMap<&'static str, Manifest> {
    // Where pip's files and Gradle's catalogue are kept apart, they are still this folder's.
    const APART: [&str; 2] = ["requirements", "gradle"];
    let mut names: Vec<(u8, String)> = Vec::new();
    let mut below: Vec<String> = vec![String::new()];
    while let Some(part) = below.pop() {
        for entry in fs::read_dir(folder.join(&part)).into_iter().flatten().flatten() {
            let name = Path::new(&part).join(entry.file_name()).to_string_lossy().replace('\\', "/");
            if APART.contains(&name.as_str()) {
                below.push(name);
                continue;
            }
            // A folder of a manifest's name is seen when it is read.
            names.extend(format::rank(&name).map(|rank| (rank, name)));
        }
    }
    // What is said last counts.
    names.sort();
    let mut manifests: HashMap<&'static str, Manifest> = HashMap::new();
    for (_, name) in names.iter().take(MAX_FILES) {
        if let Some((family, manifest)) = read(&folder.join(name), name) {
            let mut manifest = manifest;
            let known = manifests.entry(family).or_default();
            manifest.fill(known);
            *known = manifest;
        }
    }
    manifests
}

/// The manifest in that file, if there is one.
fn read(path: &Path, name: &str) -> Option<(&'static str, Manifest)> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_SIZE {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    Manifest::parse(name, &String::from_utf8_lossy(&bytes))
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
        let name = |path: &str| {
            let project = manifests.around(&folder.path().join(path));
            project.manifest("javascript").and_then(|manifest| manifest.name.clone())
        };
        for _ in 0..2 {
            assert_eq!(name("shop/packages/api/src/a.js").as_deref(), Some("api"));
            assert_eq!(name("shop/lib/../lib/b.js").as_deref(), Some("shop"));
            assert_eq!(name("shop/packages/web/gone.js").as_deref(), Some("shop"));
            assert_eq!(name("other/src/c.js"), None, "the one above the boundary is not looked at");
            assert_eq!(name("top.js").as_deref(), Some("outside"), "in its own folder");
        }
    }

    #[test]
    fn families_and_files_go_together() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, text).expect("a file");
        };
        write("pom.xml", "<project><groupId>com.acme</groupId><artifactId>shop</artifactId><dependencyManagement>
            <dependencies><dependency><groupId>io.jsonwebtoken</groupId><artifactId>jjwt</artifactId><version>0.9.1</version>
            </dependency></dependencies></dependencyManagement></project>");
        write(
            "api/pom.xml",
            "<project><artifactId>api</artifactId><dependencies><dependency>
            <groupId>io.jsonwebtoken</groupId><artifactId>jjwt</artifactId></dependency></dependencies></project>",
        );
        write("tool/pyproject.toml", "[project]\nname = 'tool'\ndependencies = ['PyJWT']\n");
        write("tool/requirements/base.txt", "pyjwt==1.7.1\n");
        write("gem/Gemfile", "gem 'jwt'\ngem 'devise-jwt', '~> 0.9'\n");
        write("gem/Gemfile.lock", "GEM\n  specs:\n    devise-jwt (0.11.0)\n    jwt (2.2.3)\n      base64\n");
        let manifests = Manifests::within([folder.path().to_owned()]);
        let version = |path: &str, family: &str, package: &str| {
            manifests
                .around(&folder.path().join(path))
                .manifest(family)
                .and_then(|manifest| manifest.version_of(package))
        };
        assert_eq!(version("api/src/A.java", "java", "io.jsonwebtoken:jjwt"), Some((0, 9, 1)), "said above");
        assert_eq!(version("tool/app.py", "python", "PyJWT"), Some((1, 7, 1)));
        assert_eq!(version("tool/app.py", "ruby", "PyJWT"), None);
        assert_eq!(version("gem/app.rb", "ruby", "jwt"), Some((2, 2, 3)));
        assert_eq!(version("gem/app.rb", "ruby", "devise-jwt"), Some((0, 11, 0)), "what is locked counts");
        let project = manifests.around(&folder.path().join("tool/app.py"));
        let mut names: Vec<&str> = project.names().collect();
        names.sort();
        assert_eq!(names, ["shop", "tool"]);
    }
}
