//! What `jotlint rules` prints: the list of rules, for people and for machines.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::Severity;
use crate::rule_document::prose::{CODE, paint};
use crate::rule_document::{self, Precision, RuleDocument};

/// Writes one line a rule: id, default severity, title.
pub fn write(color: bool, out: &mut dyn Write) -> io::Result<()> {
    let documents = rule_document::all();
    let width = documents.iter().map(|document| document.id.len()).max().unwrap_or_default();
    for document in documents {
        // Padding counts characters, so it stands outside the colour.
        let padding = width - document.id.len();
        let id = paint(document.id, CODE, color);
        writeln!(out, "{id}{:padding$}  {:<7}  {}", "", document.severity, document.title)?;
    }
    Ok(())
}

/// Writes the rules as a JSON array of objects with the keys `id`, `title`, `severity`, `precision`, `cwe` (numbers) and
/// `security_severity` (text), indented, with a line end behind it.
pub fn write_json(out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<Rule<'_>> = rule_document::all().iter().map(Rule::new).collect();
    serde_json::to_writer_pretty(&mut *out, &rules)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    title: &'a str,
    severity: Severity,
    precision: Precision,
    cwe: &'a [u32],
    security_severity: &'a str,
}

impl<'a> Rule<'a> {
    fn new(document: &'a RuleDocument) -> Self {
        Rule {
            id: document.id,
            title: &document.title,
            severity: document.severity,
            precision: document.precision,
            cwe: &document.cwe,
            security_severity: &document.security_severity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_a_table() {
        let mut out = Vec::new();
        write(false, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn colour_keeps_the_columns() {
        let (mut plain, mut coloured) = (Vec::new(), Vec::new());
        write(false, &mut plain).unwrap();
        write(true, &mut coloured).unwrap();
        assert_ne!(plain, coloured);
        assert_eq!(anstream::adapter::strip_bytes(&coloured).into_vec(), plain);
    }

    #[test]
    fn json_has_every_rule() {
        let mut out = Vec::new();
        write_json(&mut out).unwrap();
        let rules: Vec<serde_json::Value> = serde_json::from_slice(&out).unwrap();
        assert_eq!(rules.len(), rule_document::all().len());
        let weak = rules.iter().find(|rule| rule["id"] == "weak-secret").unwrap();
        let expected = serde_json::json!({
            "id": "weak-secret",
            "title": "A signing key can be guessed",
            "severity": "error",
            "precision": "high",
            "cwe": [1391, 521],
            "security_severity": "9.1",
        });
        assert_eq!(*weak, expected);
    }
}
