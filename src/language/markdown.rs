//! Markdown: its code blocks, each to be read by the front-end of its own language.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::language::Language;
use crate::language::embedded::{Block, Cut, language_of_info};

/// The fenced and indented code blocks of a Markdown text, those in lists and block quotes too. The language is what
/// the first word of the info string names; indented blocks have none. Front matter is skipped. Nothing where no block can
/// have a language that is known: there is nothing to read then.
pub fn blocks(text: &str) -> Vec<Block> {
    if !has_code(text) {
        return Vec::new();
    }
    let options = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut blocks = Vec::new();
    let mut open: Option<(Language, Cut)> = None;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => language_of_info(info),
                    CodeBlockKind::Indented => Language::Text,
                };
                open = Some((language, Cut::default()));
            }
            Event::Text(content) => {
                if let Some((_, cut)) = &mut open {
                    let source = text.get(range.clone()).unwrap_or("");
                    if source == content.as_ref() {
                        cut.push(&content, range.start);
                    } else {
                        // Tabs are widened and line ends made one.
                        cut.push_changed(&content, range.start, range.len());
                    }
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((language, cut)) = open.take() {
                    blocks.push(Block { language, text: cut.text, map: cut.map });
                }
            }
            _ => {}
        }
    }
    blocks
}

/// Whether the info string of a fence may name a language, a fence being looked for anywhere in a line.
fn has_code(text: &str) -> bool {
    ["```", "~~~"].into_iter().any(|fence| {
        let finder = memchr::memmem::Finder::new(fence);
        let mut rest = text;
        while let Some(from) = finder.find(rest.as_bytes()).and_then(|at| rest.get(at..)) {
            let (line, behind) = from.split_once('\n').unwrap_or((from, ""));
            if language_of_info(line.trim_start_matches(['`', '~'])) != Language::Text {
                return true;
            }
            rest = behind;
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Span;

    #[test]
    fn text_without_code_is_not_read() {
        for text in ["# Changes\n\n- the `jwt` option\n", "```\nplain\n```\n", "    indented();\n", "~~~ none\n~~~\n"] {
            assert!(!has_code(text) && blocks(text).is_empty(), "{text}");
        }
        for text in ["````js\na();\n````\n", "> - ~~~ yaml\n>   a: 1\n", "```{.ts}\na\n```"] {
            assert_eq!(has_code(text), blocks(text).iter().any(|block| block.language != Language::Text), "{text}");
        }
    }

    #[test]
    fn finds_code_blocks_wherever_they_stand() {
        let text = concat!(
            "---\ntitle: x\n---\n# Größe\r\n\r\n```js\r\nconst a = 'ü';\r\nb();\r\n```\r\n",
            "\n1. item\n\n   ```yaml\n   jwt:\n     secret: x\n   ```\n\n> ```.env title=\".env\"\n> JWT=1\n> B=2\n> ```\n\n    indented();\n",
        );
        let blocks = blocks(text);
        let found: Vec<_> = blocks.iter().map(|block| (block.language, block.text.replace('\r', ""))).collect();
        assert_eq!(
            found,
            [
                (Language::JavaScript, "const a = 'ü';\nb();\n".to_owned()),
                (Language::Yaml, "jwt:\n  secret: x\n".to_owned()),
                (Language::Dotenv, "JWT=1\nB=2\n".to_owned()),
                (Language::Text, "indented();\n".to_owned()),
            ]
        );
        for (block, word) in blocks.iter().zip(["b()", "secret: x", "B=2", "indented"]) {
            let at = block.text.find(word).unwrap();
            let span = block.map.span(Span::new(at, at + word.len()));
            assert_eq!(&text[span.range()], word);
        }
    }
}
