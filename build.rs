//! Lists what is known of languages for the compiler, so that adding a library is adding one file, and gives it a digest of
//! all sources, by which what one build has found out is told from what another has.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut list = String::from("&[\n");
    for language in sorted(&root.join("rules/libraries"))? {
        for file in sorted(&language)? {
            line(&mut list, &[stem(&language), stem(&file)], &file)?;
        }
    }
    fs::write(out.join("libraries.rs"), list + "]\n")?;
    for vocabulary in ["environment", "random"] {
        let mut list = String::from("&[\n");
        for file in sorted(&root.join("rules/vocabulary").join(vocabulary))? {
            line(&mut list, &[stem(&file)], &file)?;
        }
        fs::write(out.join(vocabulary).with_extension("rs"), list + "]\n")?;
    }
    let mut digest = DefaultHasher::new();
    for part in ["src", "rules", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", root.join(part).display());
        add(&root.join(part), &mut digest)?;
    }
    println!("cargo::rustc-env=JOTLINT_SOURCES={:016x}", digest.finish());
    Ok(())
}

/// Adds a tuple of names and the text of a TOML file.
fn line(list: &mut String, names: &[String], file: &Path) -> io::Result<()> {
    if file.extension().is_some_and(|extension| extension == "toml") {
        let names: String = names.iter().map(|name| format!("{name:?}, ")).collect();
        writeln!(list, "    ({names}include_str!({file:?})),").map_err(io::Error::other)?;
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
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
