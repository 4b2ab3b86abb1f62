//! GitHub's `primaryLocationLineHash`: what code scanning recognises an alert by when its line has moved.
//!
//! `upload-sarif` computes it for reports that come without, and warns when one that comes with a report differs from its
//! own (github/codeql-action, `src/fingerprints.ts`). So it is computed here in the same way, from the text as it was
//! checked: a line's hash is a polynomial (base 37, modulo 2^64) of the 100 UTF-16 code units from the line's start on,
//! over line ends, without spaces and tabs. `\r\n` and `\r` count as `\n`; behind the text stand one unit 65535 and zeros.
//! Lines that have the same hash are numbered in their order: `54703d4cd895b18:1`.

use rustc_hash::FxHashMap;

/// How many code units a hash is about.
const WINDOW: usize = 100;
/// The base of the polynomial.
const BASE: u64 = 37;
/// What a code unit that leaves the window has become by then: `BASE` to the power of `WINDOW`.
const LEAVING: u64 = BASE.wrapping_pow(WINDOW as u32);
/// Stands for the end of the text.
const END: u16 = u16::MAX;

/// The hashes of the lines of a text. A text has one line more than it has line ends.
#[derive(Debug, Default)]
pub struct LineHashes(Vec<(u64, u32)>);

impl LineHashes {
    /// Hashes every line of `text`: equal lines before one count.
    pub fn new(text: &str) -> Self {
        let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
        let number = |hash: u64| {
            let count = seen.entry(hash).or_default();
            *count = count.saturating_add(1);
            (hash, *count)
        };
        LineHashes(raw_hashes(text).into_iter().map(number).collect())
    }

    /// The hash of one line (1-based), or `None` if there is no such line.
    pub fn of_line(&self, line: usize) -> Option<String> {
        let (hash, count) = self.0.get(line.checked_sub(1)?)?;
        Some(format!("{hash:x}:{count}"))
    }
}

/// The polynomial of each line.
fn raw_hashes(text: &str) -> Vec<u64> {
    let mut window = [0_u16; WINDOW];
    // The place of a line among the results, where the line's first unit stands in the window.
    let mut starts = [None::<usize>; WINDOW];
    let mut hashes: Vec<u64> = Vec::new();
    let mut hash = 0_u64;
    let mut position = 0;
    let mut step = |unit: u16, starts_line: bool| {
        if let Some(line) = starts[position].take() {
            hashes[line] = hash;
        }
        if starts_line {
            starts[position] = Some(hashes.len());
            hashes.push(0);
        }
        let leaving = u64::from(std::mem::replace(&mut window[position], unit));
        hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)).wrapping_sub(LEAVING.wrapping_mul(leaving));
        position = (position + 1) % WINDOW;
    };

    let mut starts_line = true;
    let mut after_return = false;
    for unit in text.encode_utf16() {
        let unit = match unit {
            // A line feed behind a carriage return has been counted; blanks are not.
            0x0A if std::mem::take(&mut after_return) => continue,
            0x09 | 0x20 => {
                after_return = false;
                continue;
            }
            0x0D => {
                after_return = true;
                0x0A
            }
            other => {
                after_return = false;
                other
            }
        };
        step(unit, starts_line);
        starts_line = unit == 0x0A;
    }
    step(END, starts_line);
    for _ in 0..WINDOW {
        step(0, false);
    }
    hashes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line_hashes(text: &str) -> Vec<String> {
        let hashes = LineHashes::new(text);
        (1..).map_while(|line| hashes.of_line(line)).collect()
    }

    /// The hashes were computed by codeql-action's own `hash` function (June 2026) from files with these texts.
    #[test]
    fn hashes_are_those_github_computes() {
        let cases: &[(&str, &[&str])] = &[
            ("", &["c129715d7a2bc9a3:1"]),
            ("JWT_SECRET=\n", &["da9a505eea3395ec:1", "c129715d7a2bc9a3:1"]),
            (
                "const jwt = require('jsonwebtoken');\r\n\r\n\tconst key = process.env.JWT_SECRET;\r\n",
                &["768dde2062719bf4:1", "83ac8c5d1d8f319d:1", "fd0236f46919947:1", "c129715d7a2bc9a3:1"],
            ),
            (
                "a\rb\n\rc\r\nd",
                &[
                    "d06b8eeb3e030c81:1",
                    "8796a02a0b9cd43a:1",
                    "dd3bb2ba23ce2936:1",
                    "180aee12dab6264:1",
                    "a23a3dc5e078b07b:1",
                ],
            ),
            ("clé: 'été' # 🔑\nname: Žofie\n", &["aa3a118f49b0be6d:1", "dc86874183dbb3e0:1", "c129715d7a2bc9a3:1"]),
            (" \r \n \r\n", &["4e5d562094661a0d:1", "5b5d4caf73a13177:1", "3c5bef55b72b93c9:1", "c129715d7a2bc9a3:1"]),
        ];
        for (text, expected) in cases {
            assert_eq!(line_hashes(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn long_lines_end_with_the_window() {
        let text = format!("\tx = 1\n  x=1\nx =1\n{}\nx = 1\n", "y".repeat(150));
        let expected = [
            "7e76502ab0b47d6c:1",
            "72afd7b43030b8fc:1",
            "585c056d7b424b8c:1",
            "cadd4b5b9d92c51c:1",
            "8e00d41f0ebba6bf:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(line_hashes(&text), expected);
        // Characters outside the Basic Multilingual Plane are two units.
        let text = format!("{}\n{}", "é".repeat(99), "🔑".repeat(60));
        assert_eq!(line_hashes(&text), ["5c536290ae5e527d:1", "85278cba4c215f54:1"]);
    }

    #[test]
    fn equal_lines_are_numbered() {
        let text = "      - JWT_SECRET=changeme\n".repeat(8);
        let hashes = line_hashes(&text);
        assert_eq!(hashes, EQUAL_LINES);
        assert_eq!(LineHashes::new(&text).of_line(0), None);
        assert_eq!(LineHashes::new(&text).of_line(10), None);
    }

    const EQUAL_LINES: [&str; 9] = [
        "b053f3a452e75256:1",
        "b053f3a452e75256:2",
        "b053f3a452e75256:3",
        "b053f3a452e75256:4",
        "ba303d181d7f09bb:1",
        "a782d702da3b0a41:1",
        "c8a7510c771c623f:1",
        "f7ab0de2fc496b15:1",
        "c129715d7a2bc9a3:1",
    ];

    proptest! {
        #[test]
        fn every_line_has_a_hash(text in "[a-c \t\r\n🔑]{0,400}") {
            let lines = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count();
            prop_assert_eq!(line_hashes(&text).len(), lines);
        }
    }
}
