//! Lists the library models for the compiler, so that adding a library is adding one file, and gives it a digest of all
//! sources, by which what one build has found out is told from what another has.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let folder = root.join("rules/libraries");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut list = String::from("&[\n");
    for language in sorted(&folder)? {
        println!("cargo::rerun-if-changed={}", language.display());
        for file in sorted(&language)? {
            if file.extension().is_some_and(|extension| extension == "toml") {
                let name =
                    |path: &Path| path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                writeln!(list, "    ({:?}, {:?}, include_str!({file:?})),", name(&language), name(&file))
                    .map_err(io::Error::other)?;
            }
        }
    }
    list.push_str("]\n");
    let mut digest = DefaultHasher::new();
    for part in ["src", "rules", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", root.join(part).display());
        add(&root.join(part), &mut digest)?;
    }
    println!("cargo::rustc-env=JOTLINT_SOURCES={:016x}", digest.finish());
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("libraries.rs"), list)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Adds what is in a file or folder to a digest.
fn add(path: &Path, digest: &mut DefaultHasher) -> io::Result<()> {
    if path.is_dir() {
        return sorted(path)?.iter().try_for_each(|path| add(path, digest));
    }
    fs::read(path)?.hash(digest);
    Ok(())
}
