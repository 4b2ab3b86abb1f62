//! Places in a text as people and reports name them, and the masked source a report may show.

use crate::facts::Span;
use crate::finding::{Region, Snippet};
use crate::secret;

/// How many lines of a place are shown.
const MAX_LINES: usize = 3;

/// How many characters of a line are shown.
const MAX_WIDTH: usize = 160;

/// How many bytes of a text lie between two places up to which its characters are counted beforehand.
const BLOCK: usize = 512;

/// The lines of a text.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// The characters in front of each block: a line can be as long as the file, and hold as many places.
    characters: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Finds the lines of a text. A line ends with `\n`, `\r\n` or `\r`.
    pub fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        starts.extend(memchr::memchr2_iter(b'\n', b'\r', bytes).filter_map(|at| {
            let ends = bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n');
            ends.then_some(at + 1)
        }));
        let mut counted = 0;
        let blocks = bytes.chunks(BLOCK).map(|block| {
            let before = counted;
            counted += characters(block);
            before
        });
        Lines { text, starts, characters: blocks.collect() }
    }

    /// How many characters begin in front of a byte.
    fn characters_before(&self, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let rest = self.text.as_bytes().get(block * BLOCK..offset.min(self.text.len())).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or_default() + characters(rest)
    }

    /// The line a byte stands on, 0-based.
    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    fn column(&self, line: usize, offset: usize) -> usize {
        self.characters_before(offset) - self.characters_before(self.starts[line]) + 1
    }

    /// A line without its end.
    fn line(&self, line: usize) -> &'t str {
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text.get(self.starts[line]..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// A span as lines and columns.
    pub fn region(&self, span: Span) -> Region {
        let range = span.range();
        let (line, end_line) = (self.line_of(range.start), self.line_of(range.end));
        Region {
            span,
            line: line + 1,
            column: self.column(line, range.start),
            end_line: end_line + 1,
            end_column: self.column(end_line, range.end),
        }
    }

    /// The source of a span, with every secret in it masked. `secrets` are in order.
    pub fn snippet(&self, span: Span, secrets: &[Span]) -> Snippet {
        let range = span.range();
        let first = self.line_of(range.start);
        let last = self.line_of(range.end.max(range.start + 1) - 1).min(first + MAX_LINES - 1);
        let mut snippet = Snippet { line: first + 1, ..Snippet::default() };
        for line in first..=last {
            if line > first {
                snippet.text.push('\n');
            }
            let start = self.starts[line];
            let end = start + self.line(line).len();
            let about = if line == first { range.start } else { start };
            self.show(start, end, about, &range, secrets, &mut snippet);
        }
        snippet.end = snippet.end.max(snippet.start).min(snippet.text.len());
        snippet
    }

    /// Adds one line: masked, control characters made visible, cut to a window around `about`.
    fn show(
        &self,
        start: usize,
        end: usize,
        about: usize,
        range: &std::ops::Range<usize>,
        secrets: &[Span],
        snippet: &mut Snippet,
    ) {
        let mut from = start;
        if about.saturating_sub(start) > MAX_WIDTH / 2 && end - start > MAX_WIDTH {
            from = self.text.floor_char_boundary(about - MAX_WIDTH / 2);
            snippet.text.push('…');
        }
        let (mut at, mut shown) = (from, 0usize);
        while at < end {
            if shown >= MAX_WIDTH {
                snippet.text.push('…');
                break;
            }
            let before = secrets.partition_point(|secret| (secret.start as usize) <= at);
            let secret =
                before.checked_sub(1).and_then(|index| secrets.get(index)).filter(|secret| at < secret.end as usize);
            let character = self.text.get(at..end).and_then(|rest| rest.chars().next());
            let next = match (secret, character) {
                (Some(secret), _) => (secret.end as usize).min(end),
                (None, Some(character)) => at + character.len_utf8(),
                (None, None) => break,
            };
            if (at..next).contains(&range.start) {
                snippet.start = snippet.text.len();
            }
            match (secret, character) {
                (Some(secret), _) => {
                    let whole =
                        self.text.get(secret.range()).filter(|_| secret.start as usize == at).unwrap_or_default();
                    let mask = secret::mask(whole);
                    shown += mask.chars().count();
                    snippet.text.push_str(&mask);
                }
                (None, character) => {
                    shown += 1;
                    snippet.text.extend(character.map(|c| if c.is_control() { ' ' } else { c }));
                }
            }
            if next <= range.end || at < range.end {
                snippet.end = snippet.text.len();
            }
            at = next;
        }
        if range.start >= end && range.start < end + 2 {
            (snippet.start, snippet.end) = (snippet.text.len(), snippet.text.len());
        }
    }
}

/// How many characters begin in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_and_lines_end_in_every_way() {
        let text = "a\r\nü = 'x'\rb\n";
        let lines = Lines::new(text);
        let at = text.find('x').unwrap();
        let region = lines.region(Span::new(at, at + 1));
        assert_eq!((region.line, region.column, region.end_line, region.end_column), (2, 6, 2, 7));
        assert_eq!(lines.region(Span::new(text.find('b').unwrap(), text.len())).line, 3);
    }

    #[test]
    fn every_secret_of_the_line_is_masked() {
        let text = "sign('hunter2', { other: 'correct horse' })";
        let spans: Vec<Span> = ["hunter2", "correct horse"]
            .map(|secret| text.find(secret).map(|at| Span::new(at, at + secret.len())).unwrap())
            .into();
        let snippet = Lines::new(text).snippet(spans[0], &spans);
        assert_eq!(snippet.text, "sign('h•••••', { other: 'c•••••' })");
        assert_eq!(&snippet.text[snippet.start..snippet.end], "h•••••");
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{}secret{}", "x".repeat(5_000), "y".repeat(5_000));
        let span = Span::new(5_000, 5_006);
        let snippet = Lines::new(&text).snippet(span, &[]);
        assert!(snippet.text.chars().count() <= MAX_WIDTH + 2);
        assert_eq!(&snippet.text[snippet.start..snippet.end], "secret");
    }
}
