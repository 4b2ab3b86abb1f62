//! GitLab's secret-detection report, schema version 15.0.4, which every GitLab since 15.0 takes.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{HOME_PAGE, Report, VERSION, one_line, origin, sentence};
use crate::finding::{Confidence, Finding, Severity};
use crate::rule_document;

/// The version of the schema the report keeps to.
const SCHEMA_VERSION: &str = "15.0.4";
/// Stands for a commit where none is known: the schema demands one.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// What only this format asks for.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    /// The commit the files belong to, as a hex object id; without it the zero id is written.
    pub commit: Option<&'a str>,
    /// When the check began; it ended [`crate::finding::Summary::elapsed_ms`] later.
    pub started: SystemTime,
}

/// Writes the report as one object, indented, with a line end behind it.
pub fn write(report: &Report<'_>, scan: Scan<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tool = json!({
        "id": "jotlint",
        "name": "jotlint",
        "version": VERSION,
        "url": HOME_PAGE,
        "vendor": { "name": "jotlint" },
    });
    let ended = scan.started.checked_add(Duration::from_millis(report.summary.elapsed_ms)).unwrap_or(scan.started);
    let faults: Vec<Value> = report
        .summary
        .skipped
        .iter()
        .filter(|skipped| skipped.fault)
        .map(|skipped| json!({ "level": "warn", "value": format!("{}: {}", skipped.path, skipped.reason) }))
        .collect();
    let document = json!({
        "version": SCHEMA_VERSION,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "secret_detection",
            "status": "success",
            "start_time": time(scan.started),
            "end_time": time(ended),
            "messages": faults,
        },
        "vulnerabilities":
            report.findings.iter().map(|finding| vulnerability(finding, scan.commit)).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn vulnerability(finding: &Finding, commit: Option<&str>) -> Value {
    let document = rule_document::find(finding.rule);
    // A finding of the past stands in the commit that brought it.
    let first = finding.past.as_ref().filter(|_| finding.is_past()).and_then(|past| past.first.as_ref());
    let commit = first.map(|first| first.id.as_str()).or(commit);
    // The first identifier is what GitLab tracks a finding by, together with its place.
    let mut identifiers = vec![json!({
        "type": "jotlint_rule",
        "name": format!("jotlint {}", finding.rule),
        "value": finding.rule,
        "url": document.map_or_else(|| HOME_PAGE.to_owned(), |document| document.help_uri()),
    })];
    identifiers.extend(document.iter().flat_map(|document| &document.cwe).map(|&number| {
        json!({
            "type": "cwe",
            "name": format!("CWE-{number}"),
            "value": number.to_string(),
            "url": rule_document::cwe_uri(number),
        })
    }));
    let origin = finding.past.as_ref().map(origin);
    let said: Vec<String> = std::iter::once(&finding.message)
        .chain(&origin)
        .chain(&finding.notes)
        .map(|part| one_line(&sentence(part)))
        .collect();
    json!({
        "id": uuid(&finding.fingerprint),
        "name": document.map_or(finding.rule, |document| document.title.as_str()),
        "description": said.join(" "),
        "severity": severity(finding),
        "solution": one_line(&sentence(&finding.help)),
        "identifiers": identifiers,
        "location": {
            "file": finding.path,
            "start_line": finding.region.line,
            "end_line": finding.region.end_line,
            "commit": { "sha": commit.unwrap_or(NO_COMMIT) },
        },
    })
}

fn severity(finding: &Finding) -> &'static str {
    match (finding.severity, finding.confidence) {
        (Severity::Error, Confidence::High) => "Critical",
        (Severity::Error, _) => "High",
        (Severity::Warning, Confidence::High | Confidence::Medium) => "Medium",
        (Severity::Warning, Confidence::Low) => "Low",
        (Severity::Note, _) => "Info",
    }
}

/// The same UUID for the same fingerprint: version 8, name-based with SHA-256 (RFC 9562 §5.8 and appendix B.2).
fn uuid(fingerprint: &str) -> String {
    let digest = Sha256::new().chain_update(b"jotlint finding\0").chain_update(fingerprint).finalize();
    let mut number = digest.iter().take(16).fold(0_u128, |number, &byte| number << 8 | u128::from(byte));
    number = number & !(0xF << 76) | 0x8 << 76;
    number = number & !(0x3 << 62) | 0x2 << 62;
    let hex = format!("{number:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Coordinated Universal Time to the second, without the `Z` GitLab's schema forbids.
fn time(time: SystemTime) -> String {
    // Before 1970 and behind 9999 there is nothing to format.
    let since =
        time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().min(Duration::from_secs(253_402_300_799));
    humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since).to_string().trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn report_has_what_the_schema_demands() {
        let scan = Scan {
            commit: Some("5f2d1e0c9b8a7968574635241302f1e0d9c8b7a6"),
            started: SystemTime::UNIX_EPOCH + Duration::from_millis(1_735_689_599_950),
        };
        let text = fixture::written(|report, out| write(report, scan, out));
        insta::assert_snapshot!(text.replace(VERSION, "VERSION"));
    }

    #[test]
    fn without_a_commit_the_zero_id_stands() {
        let scan = Scan { commit: None, started: SystemTime::UNIX_EPOCH };
        let text = fixture::written(|report, out| write(report, scan, out));
        let document: Value = serde_json::from_str(&text).unwrap();
        for vulnerability in document["vulnerabilities"].as_array().unwrap() {
            let is_past = vulnerability["location"]["file"] == "deploy/compose.yaml";
            let expected = if is_past { "1f".repeat(20) } else { NO_COMMIT.to_owned() };
            assert_eq!(vulnerability["location"]["commit"]["sha"], expected);
            assert!(vulnerability.get("raw_source_code_extract").is_none());
        }
    }

    #[test]
    fn ids_are_uuids_and_last() {
        let id = uuid("a");
        assert_eq!(id, uuid("a"));
        assert_ne!(id, uuid("b"));
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(&id[14..15], "8");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
    }

    #[test]
    fn times_are_plain() {
        assert_eq!(time(SystemTime::UNIX_EPOCH + Duration::from_secs(951_782_400)), "2000-02-29T00:00:00");
        assert_eq!(time(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00");
    }
}
