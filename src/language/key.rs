//! Key files: the private keys in them, named after the file.

use std::path::Path;

use crate::facts::{Entry, Facts, Kind, Span};
use crate::language::Language;
use crate::secret::pem;

/// Lowers a key file. Every private key in it is an entry under the name of the file and the word `key`, so that the
/// file's name decides whether it is a JWT's.
pub fn parse(path: &Path, text: &str) -> Facts {
    let mut facts = Facts::new(Language::Key);
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for key in pem::find(text.as_bytes()) {
        let Some(block) = text.get(key.span.range()) else { continue };
        let value = facts.add(Kind::Literal(block.to_owned()), key.span);
        let path = vec![name.clone(), "key".to_owned()];
        facts.entries.push(Entry { path, key_span: Span { end: key.span.start, ..key.span }, value });
    }
    facts
}
