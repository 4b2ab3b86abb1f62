//! The literate rule files of `rules/`: what a rule is called, how bad its findings are, why, and how to mend them.
//!
//! Each file is the one source of its rule's metadata, of `jotlint explain`, of SARIF help and of its own examples. A
//! file begins with TOML front matter between two lines `+++`; the rest is Markdown. A fenced block whose info string
//! has a language and a file name is an example: ```` ```js src/auth.js ````. In it a comment `//~ weak-secret` marks
//! the line a finding stands on; a block without a mark has to stay clean.

pub mod prose;

use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

use crate::finding::Severity;

/// How often a rule's findings are right, as code scanning services rank them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Often wrong.
    Low,
    /// Sometimes wrong.
    Medium,
    /// Seldom wrong.
    High,
    /// As good as never wrong.
    VeryHigh,
}

impl Precision {
    /// The word reports use for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Precision::Low => "low",
            Precision::Medium => "medium",
            Precision::High => "high",
            Precision::VeryHigh => "very-high",
        }
    }
}

/// A file of a rule document with what has to be found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The language of the block, as its info string names it.
    pub language: String,
    /// The path the file would have in a repository, with `/` between its parts.
    pub path: String,
    /// The text, marks included.
    pub source: String,
    /// Every line a finding has to stand on (1-based) with the rule's id, in the order of the marks. Empty for a file
    /// that has to stay clean.
    pub marks: Vec<(usize, String)>,
    /// Whether the block says all there is to know. What git thinks of a file cannot be written into the file; such a
    /// block carries the word `untested` in its info string.
    pub tested: bool,
}

/// What a rule file says.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleDocument {
    /// The rule's id, which is the file's name.
    pub id: &'static str,
    /// What is wrong, in one line without a full stop.
    pub title: String,
    /// How bad it is in production, unless the finding knows better.
    pub severity: Severity,
    /// How often it is right.
    pub precision: Precision,
    /// A score from 0.1 to 10.0 in the manner of CVSS, one decimal.
    pub security_severity: String,
    /// Numbers of the Common Weakness Enumeration, the closest first.
    pub cwe: Vec<u32>,
    /// Words to sort the rule by.
    pub tags: Vec<String>,
    /// The first paragraph as one line of plain text.
    pub short: String,
    /// The whole document without its front matter.
    pub markdown: &'static str,
    /// The same as plain text, a paragraph a line.
    pub text: String,
    /// Its examples, good and bad, in the order of the document.
    pub examples: Vec<Example>,
}

impl RuleDocument {
    /// The page that describes the closest weakness.
    pub fn help_uri(&self) -> String {
        self.cwe.first().map_or_else(|| crate::report::HOME_PAGE.to_owned(), |&number| cwe_uri(number))
    }
}

/// The page of a number of the Common Weakness Enumeration.
pub fn cwe_uri(number: u32) -> String {
    format!("https://cwe.mitre.org/data/definitions/{number}.html")
}

macro_rules! sources {
    ($($id:literal),* $(,)?) => {
        /// The rule files, by what is wrong: the secret, the verification, where secrets lie.
        const SOURCES: &[(&str, &str)] = &[$(($id, include_str!(concat!("../rules/", $id, ".md")))),*];
    };
}

sources!(
    "hardcoded-secret",
    "weak-secret",
    "fallback-secret",
    "insecure-random",
    "missing-algorithms",
    "algorithm-confusion",
    "none-algorithm",
    "unverified-decode",
    "committed-env-file",
    "unignored-env-file",
    "leaked-token",
    "stale-secret",
);

// The sources are part of the program, so a fault in one is a fault of the build: every test that touches a rule fails.
static DOCUMENTS: LazyLock<Vec<RuleDocument>> = LazyLock::new(|| {
    let parse = |&(id, source)| parse(id, source).unwrap_or_else(|fault| panic!("rules/{id}.md: {fault}"));
    SOURCES.iter().map(parse).collect()
});

/// The ids of all rules, in the order of [`all`]. No document is read for them.
pub fn ids() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|(id, _)| *id)
}

/// Every rule's document, always in the same order.
pub fn all() -> &'static [RuleDocument] {
    &DOCUMENTS
}

/// The document of a rule.
pub fn find(id: &str) -> Option<&'static RuleDocument> {
    all().iter().find(|document| document.id == id)
}

/// The rule id somebody may have meant, if one is near enough to be worth asking.
pub fn suggest(id: &str) -> Option<&'static str> {
    /// Below this two ids have little more in common than any two have.
    const NEAR: f64 = 0.78;
    let wanted = id.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    all()
        .iter()
        .map(|document| (strsim::jaro_winkler(&wanted, document.id), document.id))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, id)| id)
}

/// The marks of an annotated source: each line a finding has to stand on (1-based) with the rule's id.
///
/// A mark is the start of a comment with `~` behind it, then a `^` for each line upwards, then the ids of one or more
/// rules: `//~ weak-secret`, `#~^ leaked-token`, `<!--~ leaked-token -->`, `//~ weak-secret, missing-algorithms`.
pub fn marks(source: &str) -> Vec<(usize, String)> {
    let is_id = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
    };
    let mut marks = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let opener = ["//~", "#~", "<!--~"].iter().filter_map(|opener| Some((line.find(opener)?, opener.len()))).min();
        let Some((start, length)) = opener else { continue };
        let text = &line[start + length..];
        let rules = text.trim_start_matches('^');
        let up = text.len() - rules.len();
        for rule in rules.split([' ', ',']).filter(|word| !word.is_empty()).take_while(is_id) {
            marks.push(((index + 1).saturating_sub(up), rule.to_owned()));
        }
    }
    marks
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FrontMatter {
    id: String,
    title: String,
    severity: String,
    precision: Precision,
    security_severity: String,
    cwe: Vec<u32>,
    tags: Vec<String>,
}

fn parse(id: &'static str, source: &'static str) -> Result<RuleDocument, String> {
    let (front, markdown) = source
        .strip_prefix("+++")
        .and_then(|rest| rest.split_once("\n+++"))
        .ok_or("no front matter between two lines +++")?;
    let markdown = markdown.trim_start();
    let front: FrontMatter = toml::from_str(front).map_err(|error| error.to_string())?;
    if front.id != id {
        return Err(format!("its id is {}", front.id));
    }
    let severity = [Severity::Note, Severity::Warning, Severity::Error]
        .into_iter()
        .find(|severity| severity.as_str() == front.severity)
        .ok_or_else(|| format!("no severity is called {}", front.severity))?;
    let text = prose::render(markdown, prose::Layout::default());
    Ok(RuleDocument {
        id,
        title: front.title,
        severity,
        precision: front.precision,
        security_severity: front.security_severity,
        cwe: front.cwe,
        tags: front.tags,
        short: text.lines().next().unwrap_or_default().to_owned(),
        markdown,
        text,
        examples: examples(markdown),
    })
}

fn examples(markdown: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut current: Option<Example> = None;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                if let (Some(language), Some(path)) = (words.next(), words.next()) {
                    let tested = words.all(|word| word != "untested");
                    current = Some(Example { language, path, source: String::new(), marks: Vec::new(), tested });
                }
            }
            Event::Text(text) => {
                if let Some(example) = &mut current {
                    example.source.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(mut example) = current.take() {
                    example.marks = marks(&example.source);
                    examples.push(example);
                }
            }
            _ => {}
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_rule_file_is_compiled_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        let compiled: BTreeSet<String> = all().iter().map(|document| document.id.to_owned()).collect();
        assert_eq!(compiled, files);
    }

    #[test]
    fn documents_are_complete() {
        for document in all() {
            let id = document.id;
            assert!(!document.title.is_empty() && !document.title.ends_with('.'), "{id}: {}", document.title);
            assert!(document.short.ends_with('.') && document.short.len() <= 1024, "{id}: {}", document.short);
            assert!(!document.cwe.is_empty(), "{id} has no CWE");
            // GitHub shows ten tags; `security` and one for each CWE are added to these.
            assert!(document.tags.len() + document.cwe.len() < 10, "{id} has too many tags");
            let score: f64 = document.security_severity.parse().unwrap();
            assert!((0.1..=10.0).contains(&score), "{id}: {score}");
            for heading in ["## Why it matters", "## How to fix it", "## Examples"] {
                assert!(document.markdown.contains(heading), "{id} has no {heading}");
            }
        }
    }

    #[test]
    fn weaknesses_are_those_of_the_design() {
        let expected: &[(&str, &[u32])] = &[
            ("hardcoded-secret", &[798, 321]),
            ("weak-secret", &[1391, 521]),
            ("fallback-secret", &[798, 1188]),
            ("insecure-random", &[338, 330]),
            ("missing-algorithms", &[347]),
            ("algorithm-confusion", &[347, 327]),
            ("none-algorithm", &[347, 327]),
            ("unverified-decode", &[347, 345]),
            ("committed-env-file", &[312, 540]),
            ("unignored-env-file", &[312, 540]),
            ("leaked-token", &[522, 798]),
            ("stale-secret", &[324]),
        ];
        let actual: Vec<(&str, &[u32])> = all().iter().map(|document| (document.id, document.cwe.as_slice())).collect();
        assert_eq!(actual, expected);
    }

    #[test]
    fn every_document_shows_its_rule_and_what_is_fine() {
        for document in all() {
            let id = document.id;
            let tested = || document.examples.iter().filter(|example| example.tested);
            assert!(tested().any(|example| example.marks.is_empty()), "{id} has no good example");
            let about_git = matches!(id, "committed-env-file" | "unignored-env-file" | "stale-secret");
            assert_eq!(about_git, document.examples.iter().any(|example| !example.tested), "{id}");
            if !about_git {
                assert!(tested().any(|example| example.marks.iter().any(|(_, rule)| rule == id)), "{id} is not shown");
            }
            for example in &document.examples {
                for (line, rule) in &example.marks {
                    assert!(find(rule).is_some(), "{id}: {}: no rule {rule}", example.path);
                    assert!((1..=example.source.lines().count()).contains(line), "{id}: {}:{line}", example.path);
                }
                let marked = example.source.lines().filter(|line| line.contains("~ ") || line.contains("~^")).count();
                assert_eq!(marked, example.marks.len(), "{id}: a mark of {} is not read", example.path);
            }
        }
    }

    #[test]
    fn marks_are_read() {
        let source =
            "a //~ weak-secret\nb\n#~^ leaked-token\n<!--~ leaked-token -->\nc //~ one, two\nd // ~ no\ne //~ X\n";
        let expected = [(1, "weak-secret"), (2, "leaked-token"), (4, "leaked-token"), (5, "one"), (5, "two")];
        assert_eq!(marks(source), expected.map(|(line, rule)| (line, rule.to_owned())));
        assert_eq!(marks("//~^^^^ weak-secret"), [(0, "weak-secret".to_owned())]);
    }

    #[test]
    fn near_names_are_suggested() {
        assert_eq!(suggest("weak_secret"), Some("weak-secret"));
        assert_eq!(suggest("hardcoded"), Some("hardcoded-secret"));
        assert_eq!(suggest("none-algoritm"), Some("none-algorithm"));
        assert_eq!(suggest("leeked-token"), Some("leaked-token"));
        assert_eq!(suggest("zzz"), None);
        assert_eq!(suggest(""), None);
    }

    #[test]
    fn faulty_documents_are_refused() {
        assert!(parse("x", "# x").unwrap_err().contains("front matter"));
        const FRONT: &str = "+++\nid = \"y\"\ntitle = \"t\"\nseverity = \"fatal\"\nprecision = \"high\"\n\
                             security-severity = \"1.0\"\ncwe = []\ntags = []\n+++\n\ntext\n";
        assert!(parse("x", FRONT).unwrap_err().contains("its id is y"));
        assert!(parse("y", FRONT).unwrap_err().contains("fatal"));
    }
}
