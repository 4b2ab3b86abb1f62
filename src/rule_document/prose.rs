//! Markdown as text for people: plain for machines' text fields, wrapped and coloured for a terminal.

use anstyle::{AnsiColor, Style};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// How text is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Columns to wrap at; without it every paragraph is one line.
    pub width: Option<usize>,
    /// Whether headings, code and emphasis are coloured with ANSI escape codes.
    pub color: bool,
}

/// A heading or a rule's name.
pub(crate) const HEADING: Style = Style::new().bold();
/// Text to be typed or read by a machine.
pub(crate) const CODE: Style = AnsiColor::Cyan.on_default();
/// What may be skipped.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// `text` in a style, or as it is without colour.
pub(crate) fn paint(text: &str, style: Style, color: bool) -> String {
    if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Renders Markdown: headings, paragraphs, lists, code blocks, quotes, emphasis, code and links. Code is indented by four
/// columns, under its file name if it has one. The text ends with a line end unless it is empty.
pub fn render(markdown: &str, layout: Layout) -> String {
    let mut writer = Writer {
        layout,
        out: String::new(),
        line: String::new(),
        lists: Vec::new(),
        marker: None,
        after: After::Nothing,
    };
    let mut code: Option<String> = None;
    let mut link: Option<(String, usize)> = None;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Heading { .. }) => writer.style(HEADING, true),
            Event::End(TagEnd::Heading(_)) => {
                writer.style(HEADING, false);
                writer.paragraph();
            }
            Event::Start(Tag::Strong) => writer.style(HEADING, true),
            Event::End(TagEnd::Strong) => writer.style(HEADING, false),
            Event::End(TagEnd::Paragraph) => writer.paragraph(),
            Event::Start(Tag::List(first)) => {
                writer.paragraph();
                // A list within an item stands close below the item's text.
                if writer.after == After::Text && !writer.lists.is_empty() {
                    writer.after = After::Item;
                }
                writer.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                writer.lists.pop();
                writer.after = writer.after.max(After::Block);
            }
            Event::Start(Tag::Item) => writer.item(),
            Event::End(TagEnd::Item) => {
                writer.paragraph();
                writer.marker = None;
                if writer.after == After::Text {
                    writer.after = After::Item;
                }
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                writer.paragraph();
                if let CodeBlockKind::Fenced(info) = kind
                    && let Some(path) = info.split_whitespace().nth(1)
                {
                    writer.caption(path);
                }
                code = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) => writer.code(&code.take().unwrap_or_default()),
            Event::Start(Tag::Link { dest_url, .. }) => link = Some((dest_url.into_string(), writer.line.len())),
            Event::End(TagEnd::Link) => {
                if let Some((target, start)) = link.take()
                    && writer.line.get(start..) != Some(target.as_str())
                {
                    writer.line.push_str(&format!(" ({target})"));
                }
            }
            Event::Text(text) => match &mut code {
                Some(code) => code.push_str(&text),
                None => writer.line.push_str(&text),
            },
            Event::Code(text) if layout.color => writer.line.push_str(&paint(&text, CODE, true)),
            Event::Code(text) => writer.line.push_str(&format!("`{text}`")),
            Event::SoftBreak => writer.line.push(' '),
            Event::HardBreak => writer.line.push('\n'),
            _ => {}
        }
    }
    writer.paragraph();
    writer.out
}

/// What stands above the next line, in order of the distance it wants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum After {
    Nothing,
    Caption,
    Item,
    Text,
    Block,
}

struct Writer {
    layout: Layout,
    out: String,
    /// The paragraph being read.
    line: String,
    /// The next number of each list that is open; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// The bullet or number of an item whose first line is not written yet.
    marker: Option<String>,
    after: After,
}

impl Writer {
    fn style(&mut self, style: Style, begin: bool) {
        if self.layout.color {
            self.line.push_str(&if begin { style.render().to_string() } else { style.render_reset().to_string() });
        }
    }

    fn indent(&self) -> usize {
        self.lists.iter().map(|number| if number.is_some() { 3 } else { 2 }).sum()
    }

    fn separate(&mut self) {
        let close = self.after == After::Item && self.marker.is_some();
        if !matches!(self.after, After::Nothing | After::Caption) && !close {
            self.out.push('\n');
        }
    }

    fn item(&mut self) {
        self.paragraph();
        self.marker = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        });
    }

    fn paragraph(&mut self) {
        let text = std::mem::take(&mut self.line);
        if text.trim().is_empty() {
            return;
        }
        self.separate();
        let hanging = " ".repeat(self.indent());
        let first = match self.marker.take() {
            Some(marker) => format!("{}{marker}", " ".repeat(hanging.len().saturating_sub(marker.len()))),
            None => hanging.clone(),
        };
        match self.layout.width {
            Some(width) => {
                let options = textwrap::Options::new(width.max(hanging.len() + 20))
                    .initial_indent(&first)
                    .subsequent_indent(&hanging)
                    .break_words(false)
                    .word_splitter(textwrap::WordSplitter::NoHyphenation);
                self.out.push_str(&textwrap::fill(&text, options));
            }
            None => self.out.push_str(&format!("{first}{text}")),
        }
        self.out.push('\n');
        self.after = After::Text;
    }

    fn caption(&mut self, path: &str) {
        self.separate();
        let indent = " ".repeat(self.indent() + 4);
        self.out.push_str(&format!("{indent}{}\n", paint(&format!("{path}:"), FAINT, self.layout.color)));
        self.after = After::Caption;
    }

    fn code(&mut self, code: &str) {
        self.separate();
        let indent = " ".repeat(self.indent() + 4);
        for line in code.lines() {
            match line.is_empty() {
                true => self.out.push('\n'),
                false => self.out.push_str(&format!("{indent}{}\n", paint(line, CODE, self.layout.color))),
            }
        }
        self.after = After::Block;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKDOWN: &str = "\
# Title

A *first* paragraph with `code`,
two lines **long**, and [a link](https://a.example/b).

1. one

   ```sh
   make it
   ```

2. two
   - a bullet of some length
   - another

```js src/a.js
let a;

let b;
```

Last <https://c.example>.
";

    #[test]
    fn plain_text_keeps_paragraphs_on_one_line() {
        let expected = "\
Title

A first paragraph with `code`, two lines long, and a link (https://a.example/b).

1. one

       make it

2. two
   - a bullet of some length
   - another

    src/a.js:
    let a;

    let b;

Last https://c.example.
";
        assert_eq!(render(MARKDOWN, Layout::default()), expected);
    }

    #[test]
    fn text_is_wrapped_and_indented() {
        let text = render(MARKDOWN, Layout { width: Some(30), color: false });
        assert!(
            text.contains("\nA first paragraph with `code`,\ntwo lines long, and a link\n(https://a.example/b).\n"),
            "{text}"
        );
        let text = render(MARKDOWN, Layout { width: Some(22), color: false });
        assert!(text.contains("\n   - a bullet of some\n     length\n   - another\n"), "{text}");
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let coloured = render(MARKDOWN, Layout { width: None, color: true });
        assert!(coloured.contains("\u{1b}["));
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(stripped, render(MARKDOWN, Layout::default()).replace('`', ""));
    }
}
