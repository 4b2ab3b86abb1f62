//! Jupyter notebooks: the code of their cells, and the code blocks in their text.

use std::borrow::Cow;

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use crate::language::embedded::{Block, Cut, OffsetMap, language_of_info};
use crate::language::tree::escapes;
use crate::language::{Language, markdown};

/// What stands before the code of a cell and leaves it the code it is.
const AROUND_CODE: [&str; 7] = ["capture", "debug", "memit", "mprun", "prun", "time", "timeit"];

/// Commands that set a variable of the environment.
const SETS_VARIABLE: [&str; 2] = ["env", "set_env"];

/// What a notebook holds.
#[derive(Debug, Default)]
pub struct Notebook {
    /// The code of all its cells as one text, since what one defines the next ones use; then what its cells hold in other
    /// languages, and the code blocks of its text.
    pub blocks: Vec<Block>,
    /// Why it was not read to its end, if it was not.
    pub problem: Option<String>,
}

/// Reads a notebook of nbformat 3 or 4. The language is what its kernel says, or Python.
pub fn read(text: &str) -> Notebook {
    let mut reader = Reader::default();
    let options = ScannerOptions::default();
    let mut scanner = Scanner::new(text, &options);
    let problem = loop {
        match scanner.scan() {
            Ok(None) => break None,
            Ok(Some(token)) => reader.token(text, token, scanner.token_start(), scanner.token_end()),
            Err(_) => break Some("it is no JSON from some place on, and was read up to there".to_owned()),
        }
    };
    let blocks = reader.blocks();
    Notebook { blocks, problem }
}

/// An object or list that is open.
struct Open<'a> {
    is_map: bool,
    /// The key whose value comes next or is open.
    key: Option<Cow<'a, str>>,
    /// Whether the colon behind the key was there.
    is_value: bool,
}

/// A cell, its text by where it stands in [`Reader::all`].
#[derive(Default)]
struct Cell<'a> {
    kind: Option<Cow<'a, str>>,
    language: Option<Cow<'a, str>>,
    text: std::ops::Range<usize>,
}

/// What a text of a notebook means.
enum Part {
    Kernel,
    LanguageInfo,
    /// Of a cell: code, markdown, raw.
    Kind,
    /// Of a cell (nbformat 3).
    Language,
    Source,
}

#[derive(Default)]
struct Reader<'a> {
    open: Vec<Open<'a>>,
    /// The text of all cells.
    all: Cut,
    cell: Cell<'a>,
    cells: Vec<Cell<'a>>,
    kernel: Option<Cow<'a, str>>,
    language_info: Option<Cow<'a, str>>,
}

impl<'a> Reader<'a> {
    fn token(&mut self, text: &str, token: Token<'a>, start: usize, end: usize) {
        match token {
            Token::OpenBrace => self.open.push(Open { is_map: true, key: None, is_value: false }),
            Token::OpenBracket => self.open.push(Open { is_map: false, key: None, is_value: true }),
            Token::CloseBrace | Token::CloseBracket => {
                if self.cell().is_some_and(|cell| cell + 1 == self.open.len()) {
                    self.end_cell();
                }
                self.open.pop();
            }
            Token::Colon => {
                if let Some(open) = self.open.last_mut() {
                    open.is_value = true;
                }
            }
            Token::Comma => {
                if let Some(open) = self.open.last_mut().filter(|open| open.is_map) {
                    (open.key, open.is_value) = (None, false);
                }
            }
            Token::String(content) => match self.open.last_mut() {
                Some(open) if !open.is_value => open.key = Some(content),
                _ => self.string(content, text.get(start + 1..end.saturating_sub(1)).unwrap_or(""), start + 1),
            },
            _ => {}
        }
    }

    /// Where the innermost object stands among those that are open, if it is a cell.
    fn cell(&self) -> Option<usize> {
        let innermost = self.open.iter().rposition(|open| open.is_map)?;
        let list = self.open.get(innermost.checked_sub(1)?)?;
        let around = self.open.get(innermost.checked_sub(2)?)?;
        (!list.is_map && around.key.as_deref() == Some("cells")).then_some(innermost)
    }

    /// What a text means that stands here.
    fn part(&self) -> Option<Part> {
        let key = |index: usize| self.open.get(index).and_then(|open| open.key.as_deref());
        if let [Some("metadata"), Some(section), Some(name)] = [key(0), key(1), key(2)]
            && self.open.len() == 3
        {
            return match (section, name) {
                ("kernelspec", "language") => Some(Part::Kernel),
                ("language_info", "name") => Some(Part::LanguageInfo),
                _ => None,
            };
        }
        let cell = self.cell()?;
        match (key(cell)?, self.open.len() - cell) {
            ("cell_type", 1) => Some(Part::Kind),
            ("language", 1) => Some(Part::Language),
            // Alone, or in a list of lines.
            ("source" | "input", 1 | 2) => Some(Part::Source),
            _ => None,
        }
    }

    fn string(&mut self, content: Cow<'a, str>, raw: &str, start: usize) {
        match self.part() {
            Some(Part::Kernel) => self.kernel = Some(content),
            Some(Part::LanguageInfo) => self.language_info = Some(content),
            Some(Part::Kind) => self.cell.kind = Some(content),
            Some(Part::Language) => self.cell.language = Some(content),
            Some(Part::Source) => {
                if self.cell.text.is_empty() {
                    self.cell.text = self.all.text.len()..self.all.text.len();
                }
                match escapes(raw, start) {
                    Some(cut) if cut.text == content => self.all.append(cut),
                    _ => self.all.push_changed(&content, start, raw.len()),
                }
                self.cell.text.end = self.all.text.len();
            }
            None => {}
        }
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        if !cell.text.is_empty() {
            self.cells.push(cell);
        }
    }

    fn blocks(self) -> Vec<Block> {
        let Reader { all, cells, kernel, language_info, .. } = self;
        let named = kernel.or(language_info);
        let language = named.map_or(Language::Python, |name| language_of_info(&name));
        let mut code = Cut::default();
        let mut others = Vec::new();
        for cell in cells {
            let Some(text) = all.text.get(cell.text.clone()) else { continue };
            let at = cell.text.start;
            match cell.kind.as_deref() {
                Some("code") => {
                    let own = cell.language.map_or(language, |name| language_of_info(&name));
                    if own == language {
                        cell_code(text, at, language, &mut code, &mut others);
                    } else {
                        let map = OffsetMap::shifted(at, text.len());
                        others.push(Block { language: own, text: text.to_owned(), map });
                    }
                }
                Some("markdown") => {
                    let whole = OffsetMap::shifted(at, text.len());
                    let blocks = markdown::blocks(text).into_iter();
                    others.extend(blocks.map(|block| Block { map: block.map.within(&whole), ..block }));
                }
                _ => {}
            }
        }
        others.insert(0, Block { language, text: code.text, map: code.map });
        for block in &mut others {
            block.map = block.map.within(&all.map);
        }
        others
    }
}

/// Takes the code of a cell, without the commands that IPython reads itself. `at` is where the cell begins.
fn cell_code(text: &str, at: usize, language: Language, code: &mut Cut, others: &mut Vec<Block>) {
    let end = at + text.len();
    let mut offset = at;
    let lines = text.split_inclusive('\n').map(|line| {
        offset += line.len();
        (line, offset - line.len())
    });
    let first = text.trim_start();
    if let Some(command) = first.strip_prefix("%%") {
        let head = command.lines().next().unwrap_or_default();
        let (name, argument) = head.split_once(char::is_whitespace).unwrap_or((head, ""));
        let written = matches!(name, "writefile" | "file")
            .then(|| Language::of_path(std::path::Path::new(argument.split_whitespace().last().unwrap_or_default())));
        let other = written.unwrap_or_else(|| language_of_info(name));
        let lines = lines.skip_while(|(line, _)| line.trim().is_empty()).skip(1);
        if AROUND_CODE.contains(&name) || (written.is_none() && other == language) {
            lines.for_each(|(line, at)| code.push(line, at));
            code.push_changed("\n", end, 0);
        } else if other != Language::Text {
            let mut cut = Cut::default();
            lines.for_each(|(line, at)| cut.push(line, at));
            others.push(Block { language: other, text: cut.text, map: cut.map });
        }
        return;
    }
    for (line, at) in lines {
        let command = line.trim_start();
        let is_command = command.starts_with('!')
            || command.strip_prefix('%').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
        if !is_command || language != Language::Python {
            code.push(line, at);
        } else {
            others.extend(variable(line, at));
            // The block it stands in may have nothing else in it.
            let indentation = line.len() - command.len();
            code.push(line.get(..indentation).unwrap_or_default(), at);
            code.push_changed("pass\n", at + indentation, command.len());
        }
    }
    code.push_changed("\n", end, 0);
}

/// The variable that a line sets: `%env NAME=value`, `%env NAME value`.
fn variable(line: &str, at: usize) -> Option<Block> {
    let start = line.find('%')? + 1;
    let (name, rest) = line.get(start..)?.split_once(' ')?;
    if !SETS_VARIABLE.contains(&name) {
        return None;
    }
    let from = line.len() - rest.len();
    let mut cut = Cut::default();
    match rest.find(['=', ' ']) {
        Some(parts) if rest.get(parts..)?.starts_with(' ') => {
            cut.push(rest.get(..parts)?, at + from);
            cut.push_changed("=", at + from + parts, 1);
            cut.push(rest.get(parts + 1..)?, at + from + parts + 1);
        }
        _ => cut.push(rest, at + from),
    }
    Some(Block { language: Language::Dotenv, text: cut.text, map: cut.map })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Span;

    fn found(notebook: &Notebook) -> Vec<(Language, &str)> {
        notebook
            .blocks
            .iter()
            .map(|block| (block.language, block.text.trim()))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }

    #[test]
    fn the_code_of_all_cells_is_one_text() {
        let text = r#"{"cells": [
            {"cell_type": "code", "metadata": {"source": "no"}, "source": ["a = \"\u00fc\ud83d\ude00\"\n", "b = 1"],
             "outputs": [{"data": {"text/plain": ["c"]}, "source": "d"}]},
            {"source": "Text\n\n```yaml\njwt:\n  secret: \"x\"\n```\n", "cell_type": "markdown"},
            {"cell_type": "raw", "source": "raw"},
            {"cell_type": "code", "source": "e = 2\n"}
        ], "metadata": {"kernelspec": {"language": "python", "name": "python3"}}, "nbformat": 4}"#;
        let notebook = read(text);
        assert_eq!(
            found(&notebook),
            [(Language::Python, "a = \"\u{fc}\u{1f600}\"\nb = 1\ne = 2"), (Language::Yaml, "jwt:\n  secret: \"x\"")]
        );
        for (block, part, written) in [
            (0, "\u{fc}\u{1f600}", r"\u00fc\ud83d\ude00"),
            (0, "b = 1", "b = 1"),
            (0, "e = 2", "e = 2"),
            (1, "\"x\"", r#"\"x\""#),
        ] {
            let block = &notebook.blocks[block];
            let at = block.text.find(part).unwrap();
            assert_eq!(&text[block.map.span(Span::new(at, at + part.len())).range()], written);
        }
    }

    #[test]
    fn commands_are_no_code() {
        let text = r#"{"cells": [
            {"cell_type": "code", "source": "!pip install x\nif a:\n    %run y\nz = 'a' \\\n  % b\n%env JWT_SECRET=abc def\n%env KEY value"},
            {"cell_type": "code", "source": "%%bash\nls"},
            {"cell_type": "code", "source": "\n%%time\nf()"},
            {"cell_type": "code", "source": "%%writefile -a app.env\nA=1"},
            {"cell_type": "code", "source": "%%javascript\ng()"}
        ]}"#;
        let notebook = read(text);
        assert_eq!(
            found(&notebook),
            [
                (Language::Python, "pass\nif a:\n    pass\nz = 'a' \\\n  % b\npass\npass\n\nf()"),
                (Language::Dotenv, "JWT_SECRET=abc def"),
                (Language::Dotenv, "KEY=value"),
                (Language::Dotenv, "A=1"),
                (Language::JavaScript, "g()"),
            ]
        );
        let block = &notebook.blocks[2];
        assert_eq!(&text[block.map.span(Span::new(0, 9)).range()], "KEY value");
    }

    #[test]
    fn other_kernels_and_older_notebooks_are_read() {
        let text =
            r#"{"metadata": {"language_info": {"name": "go"}}, "cells": [{"cell_type": "code", "source": "x"}]}"#;
        assert_eq!(found(&read(text)), [(Language::Go, "x")]);
        let text = r#"{"worksheets": [{"cells": [{"cell_type": "code", "language": "python", "input": ["x"]}]}]}"#;
        assert_eq!(found(&read(text)), [(Language::Python, "x")]);
    }

    #[test]
    fn what_is_broken_is_read_up_to_there() {
        let notebook = read(r#"{"cells": [{"cell_type": "code", "source": "x"}, {"source": "y \q"#);
        assert_eq!(found(&notebook), [(Language::Python, "x")]);
        assert!(notebook.problem.is_some());
        for text in ["", "[", "]}", "{\"cells\": }", "\"source\"", "{\"a\" \"b\" \"c\"}", "\u{feff}{}"] {
            read(text);
        }
        read(&"[".repeat(100_000));
    }
}
