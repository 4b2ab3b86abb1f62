//! Where files come from. Every source hands on [`File`]s: their bytes, of which nearly all are thrown away by the
//! prefilter, and the way to make text of them.
//!
//! What is not looked at is counted, with a reason. The limits, all of them:
//! - files larger than the limit the caller sets;
//! - binary files: a NUL byte in the first 8 KiB, or more than a third of them not UTF-8 (UTF-16 with a byte order mark is
//!   text);
//! - files a tool wrote for a tool, by their name: lock files, source maps, `*.min.js` and the like;
//! - bundles, by their shape: JavaScript or TypeScript of 32 KiB or more, nine tenths of it on lines of 1,000 bytes or more.
//!
//! The last two do not hold for a file that was named itself.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::finding::Skipped;
use crate::language::Language;

pub mod change;
pub mod history;
pub mod tree;

/// The size up to which a file is read unless the caller says otherwise: 2 MiB. Source and configuration written by people
/// stays far below it; what lies above is data, dumps and bundles, of which a parser makes many times their size in memory.
pub const MAX_FILE_SIZE: u64 = 2 * 1024 * 1024;

/// How much of a file decides whether it is text.
const SAMPLE: usize = 8 * 1024;

/// Up to this size a file is read at once; of a larger one the sample is looked at first.
const ONE_READ: u64 = 64 * 1024;

/// The size from which code can be taken for a bundle.
const BUNDLE_SIZE: usize = 32 * 1024;

/// The length from which a line is one no person wrote.
const BUNDLE_LINE: usize = 1000;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// The path reports use: relative to the current directory where it lies below it, with `/` between its parts.
    pub path: String,
    /// Where in `path` the part begins that says what the file is for: 0 below the current directory, else behind the
    /// folder that was asked for, so that `/home/test/project/src` is not taken for a test.
    pub local: usize,
    /// Whether the file was named itself, and not found in a folder.
    pub named: bool,
    /// What is in it; UTF-16 is already converted. Borrowed from the buffer it was read into.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> File<'a> {
    /// A file of that name with these bytes, named itself.
    pub fn new(path: impl Into<String>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        File { path: path.into(), local: 0, named: true, bytes: bytes.into() }
    }

    /// The part of the path that says what the file is for.
    pub fn local_path(&self) -> &str {
        self.path.get(self.local..).unwrap_or(&self.path)
    }

    /// The file's text, without byte order mark. A byte that is not UTF-8 is a `?`, so that offsets stand.
    ///
    /// # Errors
    /// Bytes that are not text, or a bundle.
    pub fn text(&self) -> Result<Cow<'_, str>, Refusal> {
        let bytes = self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.bytes);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(lossy(bytes)?),
        };
        if !self.named {
            check_shape(Language::of_path(Path::new(&self.path)), &text)?;
        }
        Ok(text)
    }
}

/// Why a file is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// In a few words.
    pub reason: String,
    /// Whether it is a fault somebody should see and not a stated limit.
    pub fault: bool,
}

impl Refusal {
    /// A stated limit.
    pub fn limit(reason: impl Into<String>) -> Self {
        Refusal { reason: reason.into(), fault: false }
    }

    /// Something that should have worked.
    pub fn fault(reason: impl Into<String>) -> Self {
        Refusal { reason: reason.into(), fault: true }
    }

    /// The refusal of the file or folder with this path.
    pub fn of(self, path: impl Into<String>) -> Skipped {
        Skipped { path: path.into(), reason: self.reason, fault: self.fault }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::fault(match error.kind() {
            io::ErrorKind::NotFound => "it vanished before it could be read".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        })
    }
}

/// Reads a regular file of at most `limit` bytes into a buffer that can be used again and again.
///
/// # Errors
/// A file that is no regular file, is larger, is binary, or cannot be read.
pub fn read<'a>(path: &Path, limit: u64, buffer: &'a mut Vec<u8>) -> Result<Cow<'a, [u8]>, Refusal> {
    let mut file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Refusal::limit("not a regular file"));
    }
    if metadata.len() > limit {
        return Err(too_large(limit));
    }
    let length = usize::try_from(metadata.len()).map_err(|_| too_large(limit))?;
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
    let first = if metadata.len() > ONE_READ { SAMPLE } else { length };
    let mut filled = fill(&mut file, buffer.get_mut(..first).unwrap_or_default())?;
    if is_binary(buffer.get(..filled).unwrap_or_default()) {
        return Err(Refusal::limit(BINARY));
    }
    filled += fill(&mut file, buffer.get_mut(filled..length).unwrap_or_default())?;
    if length == 0 {
        // What the system makes up while it is read has no length beforehand: /proc and its like.
        buffer.clear();
        file.take(limit.saturating_add(1)).read_to_end(buffer)?;
        filled = buffer.len();
        if filled as u64 > limit {
            return Err(too_large(limit));
        }
    }
    decode(buffer.get(..filled).unwrap_or_default())
}

/// Bytes as a front-end takes them: what is UTF-16 is converted.
///
/// # Errors
/// Bytes that are binary.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Refusal> {
    match from_utf16(bytes) {
        Some(text) => Ok(Cow::Owned(text?.into_bytes())),
        None if is_binary(bytes) => Err(Refusal::limit(BINARY)),
        None => Ok(Cow::Borrowed(bytes)),
    }
}

/// Reads standard input, at most `limit` bytes of it, as the file `path`.
///
/// # Errors
/// Input that is larger, is binary, or cannot be read.
pub fn read_stdin(path: &str, limit: u64) -> Result<File<'static>, Refusal> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(limit));
    }
    let bytes = decode(&bytes)?.into_owned();
    Ok(File::new(path, bytes))
}

/// Reads until the buffer is full or the file ends, and says how much it read.
fn fill(file: &mut fs::File, mut buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while !buffer.is_empty() {
        match file.read(buffer) {
            Ok(0) => break,
            Ok(count) => {
                filled += count;
                buffer = buffer.get_mut(count..).unwrap_or_default();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

pub(crate) fn too_large(limit: u64) -> Refusal {
    Refusal::limit(format!("larger than {}", size(limit)))
}

/// A number of bytes for people: `2 MiB`, `512 KiB`, `1000 bytes`.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

const BINARY: &str = "binary";

/// Whether a file that begins so is binary. UTF-16 is full of NUL bytes, so its byte order mark is looked at first.
fn is_binary(start: &[u8]) -> bool {
    utf16(start).is_none() && memchr::memchr(0, start.get(..SAMPLE).unwrap_or(start)).is_some()
}

/// How a pair of bytes becomes a UTF-16 unit, where the byte order mark says so.
fn utf16(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}

/// The text of UTF-16 with a byte order mark; nothing if it has none.
fn from_utf16(bytes: &[u8]) -> Option<Result<String, Refusal>> {
    let unit = utf16(bytes)?;
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().skip(1).map(|&pair| unit(pair));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some(if text.contains('\0') { Err(Refusal::limit(BINARY)) } else { Ok(text) })
}

/// The text with a `?` for each byte that is not UTF-8.
fn lossy(bytes: &[u8]) -> Result<String, Refusal> {
    let bad = |chunk: std::str::Utf8Chunk| chunk.invalid().len();
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    if sample.utf8_chunks().map(bad).sum::<usize>() > sample.len() / 3 {
        return Err(Refusal::limit("binary (not UTF-8)"));
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Ok(text)
}

/// Whether a file is one that a tool wrote for a tool, by its name.
///
/// # Errors
/// The reason not to read it.
pub fn check_name(name: &str) -> Result<(), Refusal> {
    let name = name.to_ascii_lowercase();
    let is_lock_file = name.ends_with(".lock")
        || name.ends_with("-lock.json")
        || name.ends_with("-lock.yaml")
        || name.ends_with(".lockfile")
        || matches!(
            name.as_str(),
            "npm-shrinkwrap.json"
                | "packages.lock.json"
                | ".terraform.lock.hcl"
                | "bun.lockb"
                | "go.sum"
                | "package.resolved"
        );
    if is_lock_file {
        return Err(Refusal::limit("lock file"));
    }
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return Ok(());
    };
    let is_code = |extension: &str| matches!(extension, "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "css");
    if extension == "map" && stem.rsplit_once('.').is_some_and(|(_, extension)| is_code(extension)) {
        return Err(Refusal::limit("source map"));
    }
    if is_code(extension) && (stem.ends_with(".min") || stem.ends_with("-min")) {
        return Err(Refusal::limit("minified"));
    }
    Ok(())
}

/// Whether a file's text is a bundle, by its shape.
fn check_shape(language: Language, text: &str) -> Result<(), Refusal> {
    let is_code = matches!(language, Language::JavaScript | Language::TypeScript | Language::Tsx);
    if !is_code || text.len() < BUNDLE_SIZE {
        return Ok(());
    }
    let long: usize = text.split('\n').map(str::len).filter(|&length| length >= BUNDLE_LINE).sum();
    if long / 9 >= text.len() / 10 { Err(Refusal::limit("minified")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Result<String, String> {
        File::new("a", bytes).text().map(Cow::into_owned).map_err(|refusal| refusal.reason)
    }

    fn utf16_text(bytes: &[u8]) -> Option<Result<String, String>> {
        from_utf16(bytes).map(|text| text.map_err(|refusal| refusal.reason))
    }

    #[test]
    fn bad_bytes_keep_their_place() {
        assert_eq!(text(b"caf\xe9 = 'x'; // \xc3\xa9"), Ok("caf? = 'x'; // \u{e9}".to_owned()));
        // The first two bytes of a three-byte character, cut off: two bytes, two marks.
        assert_eq!(text(b"secret = \xe2\x82"), Ok("secret = ??".to_owned()));
        assert_eq!(text(&[0xc3; 300]), Err("binary (not UTF-8)".to_owned()));
    }

    #[test]
    fn byte_order_marks_are_not_text() {
        assert_eq!(text(b"\xef\xbb\xbfA=1"), Ok("A=1".to_owned()));
        assert_eq!(utf16_text(b"A=1"), None);
        assert_eq!(utf16_text(b"\xff\xfeA\x00=\x00\xe9\x00"), Some(Ok("A=\u{e9}".to_owned())));
        assert_eq!(utf16_text(b"\xfe\xff\x00A\x00=\xd8\x3d\xde\x00"), Some(Ok("A=\u{1f600}".to_owned())));
        // Half a surrogate pair and an odd byte at the end.
        assert_eq!(utf16_text(b"\xff\xfeA\x00\x3d\xd8\x01"), Some(Ok("A\u{fffd}".to_owned())));
        assert_eq!(utf16_text(b"\xff\xfe\x00\x00A\x00\x00\x00"), Some(Err("binary".to_owned())), "UTF-32");
    }

    #[test]
    fn nul_bytes_count_at_the_beginning_only() {
        assert!(is_binary(b"MZ\x00\x01"));
        let mut late = vec![b'a'; SAMPLE];
        late.push(0);
        assert!(!is_binary(&late));
        assert_eq!(text(b""), Ok(String::new()));
    }

    #[test]
    fn names_of_generated_files() {
        let reason = |name| check_name(name).err().map(|refusal| refusal.reason);
        for name in ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "go.sum"] {
            assert_eq!(reason(name).as_deref(), Some("lock file"), "{name}");
        }
        for name in ["app.js.map", "styles.CSS.map"] {
            assert_eq!(reason(name).as_deref(), Some("source map"), "{name}");
        }
        for name in ["jquery.min.js", "vendor-min.js", "x.min.mjs"] {
            assert_eq!(reason(name).as_deref(), Some("minified"), "{name}");
        }
        for name in ["lock.js", "admin.js", "min.js", "map", "site.map", "package.json", "block.yaml", ".env"] {
            assert_eq!(reason(name), None, "{name}");
        }
    }

    #[test]
    fn bundles_are_told_from_code_with_a_long_line() {
        let line = "a".repeat(40_000);
        assert!(check_shape(Language::JavaScript, &format!("/* licence */\n{line}\n")).is_err());
        assert!(check_shape(Language::Json, &line).is_ok(), "data may be on one line");
        assert!(check_shape(Language::JavaScript, &"a".repeat(20_000)).is_ok(), "small enough to read");
        let code = "const answer = 42\n".repeat(1000);
        assert!(check_shape(Language::TypeScript, &format!("{code}{line}")).is_ok());
    }
}
