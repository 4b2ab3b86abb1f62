//! The JSON report: one object, or one line a finding. `docs/report.schema.json` describes it.
//!
//! Every key is always there; what is absent or does not apply is null.

use std::io::{self, Write};

use serde::Serialize;

use super::{Report, VERSION};
use crate::finding::{
    Commit, Confidence, Context, Finding, Past, Reachable, Related, SecretSummary, Severity, Skipped, Summary,
};
use crate::source::history::Counts;

/// Writes the whole report as one object, indented, with a line end behind it.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        tool: Tool { name: "jotlint", version: VERSION },
        findings: report.findings.iter().map(FindingObject::new).collect(),
        summary: SummaryObject::new(report.summary),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes each finding as one line.
pub fn write_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings {
        serde_json::to_writer(&mut *out, &FindingObject::new(finding))?;
        writeln!(out)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    tool: Tool,
    findings: Vec<FindingObject<'a>>,
    summary: SummaryObject<'a>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingObject<'a> {
    rule: &'a str,
    severity: Severity,
    confidence: Confidence,
    context: Context,
    message: &'a str,
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    language: Option<&'a str>,
    library: Option<&'a str>,
    secret: Option<SecretObject<'a>>,
    related: Vec<RelatedObject<'a>>,
    /// The commit that brought the finding; null unless the history was asked.
    commit: Option<CommitObject<'a>>,
    /// How it can be mended by machine; null where nothing is safe to change.
    fix: (),
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct SecretObject<'a> {
    name: Option<&'a str>,
    masked: &'a str,
    bits: Option<f64>,
    required_bits: Option<u32>,
    algorithm: Option<&'a str>,
}

#[derive(Serialize)]
struct RelatedObject<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

#[derive(Serialize)]
struct CommitObject<'a> {
    id: Option<&'a str>,
    date: Option<String>,
    last_id: Option<&'a str>,
    last_date: Option<String>,
    at_head: bool,
    in_working_tree: bool,
    reachable: Reachable,
}

#[derive(Serialize)]
struct HistoryObject {
    cached_blobs: usize,
    reflog_commits: usize,
    unreachable_commits: usize,
    shallow_commits: usize,
    missing_objects: usize,
    corrupt_objects: usize,
    replaced_objects: usize,
    submodule_commits: usize,
}

#[derive(Serialize)]
struct SummaryObject<'a> {
    files: usize,
    bytes: u64,
    blobs: usize,
    commits: usize,
    history: Option<HistoryObject>,
    skipped: &'a [Skipped],
    suppressed: usize,
    baselined: usize,
    elapsed_ms: u64,
}

impl<'a> FindingObject<'a> {
    fn new(finding: &'a Finding) -> Self {
        FindingObject {
            rule: finding.rule,
            severity: finding.severity,
            confidence: finding.confidence,
            context: finding.context,
            message: &finding.message,
            path: &finding.path,
            line: finding.region.line,
            column: finding.region.column,
            end_line: finding.region.end_line,
            end_column: finding.region.end_column,
            language: finding.language,
            library: finding.library.as_deref(),
            secret: finding.secret.as_ref().map(SecretObject::new),
            related: finding.related.iter().map(RelatedObject::new).collect(),
            commit: finding.past.as_ref().map(CommitObject::new),
            fix: (),
            fingerprint: &finding.fingerprint,
        }
    }
}

impl<'a> SecretObject<'a> {
    fn new(secret: &'a SecretSummary) -> Self {
        SecretObject {
            name: secret.name.as_deref(),
            masked: &secret.masked,
            bits: secret.bits.and_then(round),
            required_bits: secret.required_bits,
            algorithm: secret.algorithm.as_deref(),
        }
    }
}

impl<'a> RelatedObject<'a> {
    fn new(related: &'a Related) -> Self {
        RelatedObject {
            path: &related.path,
            line: related.region.line,
            column: related.region.column,
            message: &related.message,
        }
    }
}

impl<'a> CommitObject<'a> {
    fn new(past: &'a Past) -> Self {
        let id = |commit: &'a Option<Commit>| commit.as_ref().map(|commit| commit.id.as_str());
        let date = |commit: &Option<Commit>| commit.as_ref().map(Commit::date_text);
        CommitObject {
            id: id(&past.first),
            date: date(&past.first),
            last_id: id(&past.last),
            last_date: date(&past.last),
            at_head: past.at_head,
            in_working_tree: past.in_working_tree,
            reachable: past.reachable,
        }
    }
}

impl HistoryObject {
    fn new(counts: &Counts) -> Self {
        HistoryObject {
            cached_blobs: counts.cached,
            reflog_commits: counts.reflog_commits,
            unreachable_commits: counts.unreachable_commits,
            shallow_commits: counts.shallow,
            missing_objects: counts.missing,
            corrupt_objects: counts.corrupt,
            replaced_objects: counts.replaced,
            submodule_commits: counts.submodules,
        }
    }
}

impl<'a> SummaryObject<'a> {
    fn new(summary: &'a Summary) -> Self {
        SummaryObject {
            files: summary.files,
            bytes: summary.bytes,
            blobs: summary.history.as_ref().map_or(0, |history| history.blobs),
            commits: summary.history.as_ref().map_or(0, |history| history.commits),
            history: summary.history.as_ref().map(HistoryObject::new),
            skipped: &summary.skipped,
            suppressed: 0,
            baselined: 0,
            elapsed_ms: summary.elapsed_ms,
        }
    }
}

/// Bits to one decimal: more would promise what no estimate holds. JSON has no infinite numbers.
pub(super) fn round(bits: f64) -> Option<f64> {
    bits.is_finite().then(|| (bits * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::fixture;

    fn schema() -> Value {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn report_is_as_promised() {
        let text = fixture::written(write);
        let document: Value = serde_json::from_str(&text).unwrap();
        let schema = jsonschema::draft202012::new(&schema()).unwrap();
        let faults: Vec<String> = schema.iter_errors(&document).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:#?}");
        insta::assert_snapshot!(text.replace(VERSION, "VERSION"));
    }

    #[test]
    fn schema_refuses_what_is_not_promised() {
        let schema = jsonschema::draft202012::new(&schema()).unwrap();
        let good: Value = serde_json::from_str(&fixture::written(write)).unwrap();
        let broken = |change: &dyn Fn(&mut Value)| {
            let mut document = good.clone();
            change(&mut document);
            !schema.is_valid(&document)
        };
        assert!(broken(&|document| document["findings"][0]["extra"] = Value::Null));
        assert!(broken(&|document| document["findings"][0]["line"] = 0.into()));
        assert!(broken(&|document| document["findings"][0]["severity"] = "fatal".into()));
        assert!(broken(&|document| document["summary"]["blobs"] = Value::Null));
        assert!(broken(&|document| drop(document["findings"][0].as_object_mut().unwrap().remove("commit"))));
        assert!(broken(&|document| drop(document["findings"][0]["secret"].as_object_mut().unwrap().remove("bits"))));
    }

    #[test]
    fn each_line_is_a_finding_of_the_report() {
        let document: Value = serde_json::from_str(&fixture::written(write)).unwrap();
        let lines = fixture::written(write_lines);
        let findings: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(Value::Array(findings), document["findings"]);
    }

    #[test]
    fn bits_are_rounded() {
        assert_eq!(round(4.249), Some(4.2));
        assert_eq!(round(f64::INFINITY), None);
        assert_eq!(round(f64::NAN), None);
    }
}
