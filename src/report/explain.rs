//! What `jotlint explain` prints: a rule's document for a terminal.

use crate::rule_document::prose::{self, CODE, FAINT, HEADING, Layout, paint};
use crate::rule_document::{RuleDocument, cwe_uri};

/// Lines are wrapped here at the latest, in columns; longer ones are hard to read.
const WIDEST: usize = 100;
/// Lines are wrapped here at the earliest.
const NARROWEST: usize = 40;

/// The document as text: its id and title, what is known of it, then its prose. `width` is the terminal's, in columns;
/// without it lines are as long as reads well. The text ends with a line end.
pub fn explain(document: &RuleDocument, color: bool, width: Option<usize>) -> String {
    let weaknesses: Vec<String> = document.cwe.iter().map(|number| format!("CWE-{number}")).collect();
    let facts = format!(
        "{} by default, {} precision, security severity {}, {}",
        document.severity,
        document.precision.as_str(),
        document.security_severity,
        weaknesses.join(", "),
    );
    let layout = Layout { width: Some(width.unwrap_or(WIDEST).clamp(NARROWEST, WIDEST)), color };
    let pages: Vec<String> = document.cwe.iter().map(|&number| format!("  {}\n", cwe_uri(number))).collect();
    format!(
        "{}: {}\n{}\n\n{}\n{}\n{}",
        paint(document.id, CODE.bold(), color),
        paint(&document.title, HEADING, color),
        paint(&facts, FAINT, color),
        prose::render(document.markdown, layout),
        paint(if pages.len() == 1 { "The weakness" } else { "The weaknesses" }, HEADING, color),
        pages.concat(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule_document;

    #[test]
    fn document_is_readable_in_a_terminal() {
        let text = explain(rule_document::find("committed-env-file").unwrap(), false, Some(80));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn prose_keeps_within_the_terminal() {
        for document in rule_document::all() {
            let text = explain(document, false, Some(60));
            // Code is not wrapped: it would no longer be code.
            let too_long = |line: &&str| line.chars().count() > 60 && !line.starts_with("    ") && line.contains(' ');
            let long: Vec<&str> =
                text.lines().skip(2).filter(too_long).filter(|line| !line.starts_with("   ")).collect();
            assert!(long.is_empty(), "{}: {long:#?}", document.id);
            assert!(!text.contains("```"), "{}", document.id);
        }
    }

    #[test]
    fn colour_changes_no_letter() {
        let document = rule_document::find("weak-secret").unwrap();
        let coloured = explain(document, true, None);
        assert!(coloured.contains("\u{1b}["));
        assert!(
            anstream::adapter::strip_str(&coloured)
                .to_string()
                .starts_with("weak-secret: A signing key can be guessed\n")
        );
    }
}
