//! Decodes every object of every pack in a folder and counts the bytes: what `benches/history.sh` holds a check against.
//!
//!     cargo bench --bench traversal -- REPOSITORY/.git/objects/pack

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use gix_pack::{data, index};
use gix_utils::progress::Discard;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::args_os().skip(1).map(PathBuf::from).find(|path| path.is_dir()) else {
        println!("no folder of packs was given: there is nothing to measure");
        return Ok(());
    };
    let started = Instant::now();
    let (objects, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_none_or(|extension| extension != "idx") {
            continue;
        }
        let index = index::File::at(&path, gix_hash::Kind::Sha1)?;
        let pack = data::File::at(path.with_extension("pack"), gix_hash::Kind::Sha1)?;
        let options = index::traverse::with_index::Options {
            check: index::traverse::SafetyCheck::SkipFileAndObjectChecksumVerification,
            ..Default::default()
        };
        index.traverse_with_index(
            &pack,
            |_, object, _, _| {
                objects.fetch_add(1, Ordering::Relaxed);
                bytes.fetch_add(object.len() as u64, Ordering::Relaxed);
                Ok(())
            },
            &mut Discard,
            &AtomicBool::new(false),
            options,
        )?;
    }
    println!("{} objects, {} bytes in {:?}", objects.into_inner(), bytes.into_inner(), started.elapsed());
    Ok(())
}
