//! Private keys in PEM (RFC 7468, RFC 1421 and OpenSSH's own), as files have them and as code and configuration write
//! them on one line. Public keys and certificates are no secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;

use crate::facts::Span;

/// The longest block that is read, in bytes: a 16,384-bit RSA key takes 13 KB.
const LONGEST: usize = 64 * 1024;

/// What kind of private key it is, by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `RSA PRIVATE KEY` (PKCS #1).
    Rsa,
    /// `EC PRIVATE KEY` (SEC 1).
    Ec,
    /// `DSA PRIVATE KEY`.
    Dsa,
    /// `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY` (PKCS #8).
    Pkcs8,
    /// `OPENSSH PRIVATE KEY`.
    OpenSsh,
}

impl Kind {
    /// What people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Rsa => "RSA private key",
            Kind::Ec => "EC private key",
            Kind::Dsa => "DSA private key",
            Kind::Pkcs8 => "private key",
            Kind::OpenSsh => "OpenSSH private key",
        }
    }
}

/// A private key in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivateKey {
    /// The block from the first dash to the last.
    pub span: Span,
    /// What kind it is.
    pub kind: Kind,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Every PEM private key of `text`, in order.
///
/// A block counts when it is closed by its own label and what stands in between decodes to a key: an elided or invented
/// one (`-----BEGIN PRIVATE KEY-----...`) does not. Line ends may be written as `\n` and `\r\n`, be missing, or be
/// strings in quotes that code puts together. The time it takes grows linearly with the text.
pub fn find(text: &[u8]) -> Vec<PrivateKey> {
    let mut keys = Vec::new();
    let finder = memchr::memmem::Finder::new(BEGIN);
    let mut from = 0;
    while let Some(start) = finder.find(text.get(from..).unwrap_or_default()).map(|at| from + at) {
        let rest = text.get(start..text.len().min(start + LONGEST)).unwrap_or_default();
        match read(rest) {
            Some((kind, encrypted, length)) => {
                keys.push(PrivateKey { span: Span::new(start, start + length), kind, encrypted });
                from = start + length;
            }
            None => from = start + BEGIN.len(),
        }
    }
    keys
}

/// The kind of the block that `text` starts with, whether it is encrypted, and its length.
fn read(text: &[u8]) -> Option<(Kind, bool, usize)> {
    let rest = text.strip_prefix(BEGIN)?;
    // Labels are short: no search through the whole text for one that is not closed.
    let label_length = memchr::memmem::find(rest.get(..rest.len().min(40))?, DASHES)?;
    let label = rest.get(..label_length)?;
    let (kind, sealed) = match label {
        b"RSA PRIVATE KEY" => (Kind::Rsa, false),
        b"EC PRIVATE KEY" => (Kind::Ec, false),
        b"DSA PRIVATE KEY" => (Kind::Dsa, false),
        b"PRIVATE KEY" => (Kind::Pkcs8, false),
        b"ENCRYPTED PRIVATE KEY" => (Kind::Pkcs8, true),
        b"OPENSSH PRIVATE KEY" => (Kind::OpenSsh, false),
        _ => return None,
    };
    let body = rest.get(label_length + DASHES.len()..)?;
    let body_length = memchr::memmem::find(body, DASHES)?;
    let tail = body.get(body_length..)?.strip_prefix(END)?.strip_prefix(label)?;
    let remaining = tail.strip_prefix(DASHES)?.len();
    let body = body.get(..body_length)?;
    let protected = memchr::memmem::find(body, b"ENCRYPTED").is_some();
    let key = STANDARD_PAD_INDIFFERENT.decode(base64_of(body)).ok()?;
    let encrypted = match kind {
        Kind::OpenSsh => {
            // "openssh-key-v1", a zero byte, the cipher's name behind its length in four bytes.
            let cipher = key.strip_prefix(b"openssh-key-v1\0")?.get(4..)?;
            !cipher.starts_with(b"none")
        }
        // With a passphrase, RFC 1421 headers say so, and what follows them is not DER.
        _ if protected => true,
        // The outermost value is a SEQUENCE.
        _ if key.len() < 16 || key.first() != Some(&0x30) => return None,
        _ => sealed,
    };
    Some((kind, encrypted, text.len() - remaining))
}

/// The base64 of a block's body, without line ends, escapes, quotes, what stands between quotes, and RFC 1421 headers.
fn base64_of(body: &[u8]) -> Vec<u8> {
    let mut unescaped = Vec::with_capacity(body.len());
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            unescaped.push(byte);
            continue;
        }
        // Any number of backslashes in front of one letter is one line end: strings are nested in strings.
        while bytes.next_if_eq(&b'\\').is_some() {}
        match bytes.peek() {
            Some(b'n' | b'r' | b't') => {
                bytes.next();
                unescaped.push(b'\n');
            }
            Some(b'/') => {}
            _ => unescaped.push(b'\n'),
        }
    }
    let mut base64 = Vec::with_capacity(unescaped.len());
    for line in unescaped.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let line = line.trim_ascii();
        // `Proc-Type: 4,ENCRYPTED` and `DEK-Info: …`
        if memchr::memchr(b':', line).is_some() {
            continue;
        }
        // Between one closing quote and the next opening one stands code: ` +`, `,`, ` .`.
        let code = |piece: &[u8]| {
            piece.iter().all(|byte| matches!(byte, b' ' | b'+' | b'.' | b',' | b'&' | b'(' | b')' | b';' | b'\t'))
        };
        for piece in line.split(|byte| matches!(byte, b'"' | b'\'' | b'`')) {
            if !code(piece) {
                base64.extend(piece.iter().filter(|byte| !byte.is_ascii_whitespace()));
            }
        }
    }
    base64
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    /// A block around bytes that look like a key from outside.
    fn block(label: &str, key: &[u8], line_end: &str) -> String {
        let body = STANDARD.encode(key);
        let lines = body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
        let lines = lines.collect::<Vec<_>>().join(line_end);
        format!("-----BEGIN {label}-----{line_end}{lines}{line_end}-----END {label}-----")
    }

    fn der() -> Vec<u8> {
        let mut der = vec![0x30, 0x82, 0x01, 0x02];
        der.extend((0..258u32).map(|n| (n * 7 % 251) as u8));
        der
    }

    #[test]
    fn keys_are_found_however_their_lines_end() {
        for line_end in
            ["\n", "\r\n", "\\n", "\\r\\n", "\\\\n", "\n  ", "\n\n", "", " ", "\\n\" +\n  \"", "',\n'", "\\\n"]
        {
            for (label, kind) in
                [("RSA PRIVATE KEY", Kind::Rsa), ("EC PRIVATE KEY", Kind::Ec), ("PRIVATE KEY", Kind::Pkcs8)]
            {
                let block = block(label, &der(), line_end);
                let text = format!("key = \"{block}\\n\"\n");
                let expected = PrivateKey { span: Span::new(7, 7 + block.len()), kind, encrypted: false };
                assert_eq!(find(text.as_bytes()), [expected], "{label} with {line_end:?}");
            }
        }
    }

    #[test]
    fn encrypted_keys_are_told_apart() {
        let sealed = block("ENCRYPTED PRIVATE KEY", &der(), "\n");
        let legacy = block("RSA PRIVATE KEY", &[7; 100], "\n").replacen(
            "-----\n",
            "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n",
            1,
        );
        let ssh = |cipher: &str| {
            let mut key = b"openssh-key-v1\0\0\0\0".to_vec();
            key.push(cipher.len() as u8);
            key.extend(cipher.as_bytes());
            key.extend([0; 40]);
            block("OPENSSH PRIVATE KEY", &key, "\n")
        };
        for (text, encrypted) in [(sealed, true), (legacy, true), (ssh("aes256-ctr"), true), (ssh("none"), false)] {
            let keys = find(text.as_bytes());
            assert_eq!(keys.iter().map(|key| key.encrypted).collect::<Vec<_>>(), [encrypted], "{text}");
        }
    }

    #[test]
    fn what_is_no_private_key_is_left() {
        let key = block("RSA PRIVATE KEY", &der(), "\n");
        for text in [
            block("PUBLIC KEY", &der(), "\n"),
            block("CERTIFICATE", &der(), "\n"),
            block("RSA PRIVATE KEY", &[7; 100], "\n"),
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----".to_owned(),
            "-----BEGIN PRIVATE KEY-----\nyour-private-key\n-----END PRIVATE KEY-----".to_owned(),
            "-----BEGIN PRIVATE KEY-----".to_owned(),
            key.replace("END RSA", "END EC"),
            key.replace("-----END", "----END"),
        ] {
            assert_eq!(find(text.as_bytes()), [], "{text}");
        }
    }

    #[test]
    fn time_grows_with_the_text_only() {
        const LENGTH: usize = 1 << 20;
        for unit in ["-----BEGIN ", "-----", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\\", "-"] {
            let text = unit.repeat(LENGTH / unit.len());
            let start = Instant::now();
            assert_eq!(find(text.as_bytes()), [], "{unit}");
            assert!(start.elapsed() < Duration::from_secs(5), "{unit}: {:?}", start.elapsed());
        }
        // Many openings far from any close.
        let text = "-----BEGIN PRIVATE KEY-----MIIE".repeat(1000) + &"A".repeat(LENGTH);
        let start = Instant::now();
        assert_eq!(find(text.as_bytes()), []);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(-----|BEGIN |END |RSA |EC |PRIVATE KEY|\\\\n|[A-Za-z0-9+/=\n\"]){0,60}") {
            find(text.as_bytes());
        }
    }
}
