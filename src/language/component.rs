//! Components and pages: the script blocks of Vue, Svelte, Astro and HTML files.

use crate::language::Language;
use crate::language::embedded::{Block, OffsetMap};

/// The scripts of a component. `language` is the component's: an Astro file's front matter is TypeScript, and its
/// scripts are unless they say otherwise. Scripts that hold something else than code or JSON (templates) are left out.
pub fn blocks(language: Language, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut at = 0;
    if language == Language::Astro
        && let Some((start, end, next)) = front_matter(text)
    {
        blocks.push(block(Language::TypeScript, text, start, end));
        at = next;
    }
    let default = if language == Language::Astro { Language::TypeScript } else { Language::JavaScript };
    // Searched once in lower case, so that every search below is one pass over what is left.
    let lower = text.to_ascii_lowercase();
    // Whether every tag so far was closed: once a quote is open to the end, no further search is worth its cost.
    let mut closes = true;
    let mut comments_close = true;
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find('<')) {
        let tag = at + found;
        let rest = lower.get(tag..).unwrap_or("");
        if rest.starts_with("<!--") {
            // An unclosed comment hides nothing: what is in it is read.
            let end = if comments_close { rest.find("-->") } else { None };
            comments_close = end.is_some();
            at = tag + end.map_or(4, |end| end + 3);
            continue;
        }
        let named = rest.strip_prefix("<script").is_some_and(|after| {
            after.starts_with(|next: char| next.is_ascii_whitespace() || matches!(next, '>' | '/'))
        });
        if !named {
            // What looks like a tag in another one's attribute is none.
            let opens = rest.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
            at = match Some(()).filter(|()| opens && closes).and_then(|()| tag_end(&lower, tag)) {
                Some((end, _)) => end + 1,
                None => {
                    closes &= !opens;
                    tag + 1
                }
            };
            continue;
        }
        let Some((attributes_end, self_closing)) = tag_end(&lower, tag + "<script".len()) else { break };
        let attributes = text.get(tag + "<script".len()..attributes_end).unwrap_or("");
        let start = attributes_end + 1;
        if self_closing {
            at = start;
            continue;
        }
        let end = lower.get(start..).and_then(|rest| rest.find("</script")).map_or(text.len(), |end| start + end);
        if let Some(language) = script_language(attributes, default) {
            blocks.push(block(language, text, start, end));
        }
        at = end.max(start);
    }
    blocks
}

fn block(language: Language, text: &str, start: usize, end: usize) -> Block {
    let content = text.get(start..end).unwrap_or("");
    Block { language, text: content.to_owned(), map: OffsetMap::shifted(start, content.len()) }
}

/// The front matter between two lines `---`: its range, and where the rest begins.
fn front_matter(text: &str) -> Option<(usize, usize, usize)> {
    let mut at = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    let mut start = None;
    for line in text.get(at..)?.split_inclusive('\n') {
        let fence = line.trim_end() == "---";
        match start {
            None if fence => start = Some(at + line.len()),
            None => return None,
            Some(start) if fence => return Some((start, at, at + line.len())),
            Some(_) => {}
        }
        at += line.len();
    }
    None
}

/// The `>` that ends the tag whose attributes begin at `from`, and whether a slash stands before it.
fn tag_end(text: &str, from: usize) -> Option<(usize, bool)> {
    let mut quote = None;
    let mut last = b' ';
    for (offset, byte) in text.as_bytes().get(from..)?.iter().enumerate() {
        match (byte, quote) {
            (b'"' | b'\'', None) => quote = Some(*byte),
            (byte, Some(mark)) if *byte == mark => quote = None,
            (b'>', None) => return Some((from + offset, last == b'/')),
            _ => {}
        }
        last = *byte;
    }
    None
}

/// The value of an attribute, in lower case.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let lower = attributes.to_ascii_lowercase();
    for (at, _) in lower.match_indices(name) {
        let before = at.checked_sub(1).and_then(|at| lower.as_bytes().get(at));
        if !before.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')) {
            continue;
        }
        let Some(value) = lower.get(at + name.len()..)?.trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
        let end = match quote {
            Some(quote) => value.get(1..)?.find(quote).map(|end| end + 1),
            None => value.find(char::is_whitespace),
        };
        return value.get(quote.map_or(0, |_| 1)..end.unwrap_or(value.len())).map(str::to_owned);
    }
    None
}

fn script_language(attributes: &str, default: Language) -> Option<Language> {
    if let Some(lang) = attribute(attributes, "lang") {
        let language = Language::of_extension(&lang);
        return (language != Language::Text).then_some(language);
    }
    match attribute(attributes, "type").as_deref() {
        None | Some("" | "module" | "text/javascript" | "application/javascript" | "text/ecmascript") => Some(default),
        Some("text/babel" | "text/jsx") => Some(Language::JavaScript),
        Some("text/typescript" | "application/typescript") => Some(Language::TypeScript),
        Some("application/json" | "application/ld+json" | "importmap") => Some(Language::Json),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Span;

    fn shown(language: Language, text: &str) -> Vec<(Language, String)> {
        blocks(language, text)
            .into_iter()
            .map(|block| {
                let span = block.map.span(Span::new(0, block.text.len()));
                assert_eq!(&text[span.range()], block.text);
                (block.language, block.text.trim().to_owned())
            })
            .collect()
    }

    #[test]
    fn finds_the_scripts_of_components() {
        let text = "<template><p title=\"<script>\">é</p></template>\n<!-- <script>no()</script> -->\n<script setup lang=\"ts\" generic=\"T extends A<B>\">\nconst a = 1 > 0\n</script>\n<SCRIPT>b()</SCRIPT>\n<style lang=\"ts\"></style>";
        assert_eq!(
            shown(Language::Vue, text),
            [(Language::TypeScript, "const a = 1 > 0".to_owned()), (Language::JavaScript, "b()".to_owned())]
        );
    }

    #[test]
    fn astro_has_front_matter_in_typescript() {
        let text =
            "---\r\nimport x from 'y';\r\n---\r\n<div/><script>const a: string = '';</script><script src=\"a.js\" />";
        assert_eq!(
            shown(Language::Astro, text),
            [
                (Language::TypeScript, "import x from 'y';".to_owned()),
                (Language::TypeScript, "const a: string = '';".to_owned()),
            ]
        );
    }

    #[test]
    fn html_scripts_follow_their_type() {
        let text = "<script type='application/json'>{}</script><script type=text/x-template><b></script><script type=\"module\">m()</script><script>open(";
        assert_eq!(
            shown(Language::Text, text),
            [
                (Language::Json, "{}".to_owned()),
                (Language::JavaScript, "m()".to_owned()),
                (Language::JavaScript, "open(".to_owned()),
            ]
        );
    }
}
