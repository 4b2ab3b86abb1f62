//! SARIF 2.1.0, as GitHub's code scanning reads it.
//!
//! No source text is in it: a snippet outlives the line it was taken from.

use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, CodeFlow, Invocation, Location, Message, MultiformatMessageString, Notification,
    PhysicalLocation, PropertyBag, ReportingConfiguration, ReportingDescriptor, ReportingDescriptorReference,
    Result as SarifResult, ResultLevel, Run, RunAutomationDetails, Sarif, ThreadFlow, ThreadFlowLocation, Tool,
    ToolComponent,
};

use super::{HOME_PAGE, Report, VERSION, one_line, sentence, sentences};
use crate::finding::{Commit, Finding, Region, Severity, Skipped};
use crate::rule_document::{self, RuleDocument};

/// The folder all paths are relative to.
const BASE: &str = "%SRCROOT%";
/// The published schema of the format.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The notification for what could not be read.
const SKIPPED: &str = "skipped-file";
/// All but the unreserved characters of RFC 3986 and the separator.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Writes the report as one SARIF log, indented, with a line end behind it.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(report))?;
    writeln!(out)
}

fn log(report: &Report<'_>) -> Sarif {
    let driver = ToolComponent::builder()
        .name("jotlint")
        .version(VERSION)
        .semantic_version(VERSION)
        .information_uri(HOME_PAGE)
        .rules(rule_document::all().iter().map(rule).collect::<Vec<_>>())
        .notifications(vec![
            ReportingDescriptor::builder()
                .id(SKIPPED)
                .name("SkippedFile")
                .short_description(text("A file or folder could not be read"))
                .full_description(text("A file or folder could not be read, so that nothing is known of it."))
                .help(text("Let the check run as a user who may read it, or exclude it."))
                .build(),
        ])
        .build();
    // Code scanning takes an alert for mended when its line is gone; what the history holds is mended by other means, and
    // has a run of its own.
    let past = || report.findings.iter().filter(|finding| finding.is_past());
    let faults = || report.summary.skipped.iter().filter(|skipped| skipped.fault);
    let present = report.findings.iter().filter(|finding| !finding.is_past()).map(result).collect();
    let mut runs = vec![run(driver.clone(), "jotlint/", present, faults().map(notification).collect())];
    if report.summary.history.is_some() || past().next().is_some() {
        runs.push(run(driver, "jotlint-history/", past().map(result).collect(), Vec::new()));
    }
    Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(runs).build()
}

/// The results of one category, with what could not be read.
fn run(driver: ToolComponent, category: &str, results: Vec<SarifResult>, notifications: Vec<Notification>) -> Run {
    let base = ArtifactLocation::builder()
        .description(message("The directory the check ran in, which should be the root of the repository."))
        .build();
    let invocation =
        Invocation::builder().execution_successful(true).tool_execution_notifications(notifications).build();
    Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(RunAutomationDetails::builder().id(category).build())
        .column_kind(json!("unicodeCodePoints"))
        .original_uri_base_ids(BTreeMap::from([(BASE.to_owned(), base)]))
        .invocations(vec![invocation])
        .results(results)
        .build()
}

fn rule(document: &RuleDocument) -> ReportingDescriptor {
    let mut tags = vec!["security".to_owned()];
    tags.extend(document.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}")));
    tags.extend(document.tags.iter().cloned());
    let properties =
        [("precision", json!(document.precision.as_str())), ("security-severity", json!(document.security_severity))];
    ReportingDescriptor::builder()
        .id(document.id)
        .name(pascal_case(document.id))
        .short_description(text(&document.title))
        .full_description(text(&document.short))
        .help(MultiformatMessageString::builder().text(document.text.as_str()).markdown(document.markdown).build())
        .help_uri(document.help_uri())
        .default_configuration(ReportingConfiguration::builder().level(json!(document.severity.as_str())).build())
        .properties(PropertyBag::builder().tags(tags).additional_properties(bag(properties)).build())
        .build()
}

fn result(finding: &Finding) -> SarifResult {
    let mut fingerprints = BTreeMap::from([("jotlint/v1".to_owned(), finding.fingerprint.clone())]);
    if !finding.line_hash.is_empty() {
        fingerprints.insert("primaryLocationLineHash".to_owned(), finding.line_hash.clone());
    }
    let secret = finding.secret.as_ref();
    let past = finding.past.as_ref();
    let commit =
        |commit: Option<&Commit>| json!(commit.map(|commit| json!({ "id": commit.id, "date": commit.date_text() })));
    let properties = [
        ("commit", commit(past.and_then(|past| past.first.as_ref()))),
        ("lastCommit", commit(past.and_then(|past| past.last.as_ref()))),
        ("atHead", json!(past.map(|past| past.at_head))),
        ("reachable", json!(past.map(|past| past.reachable))),
        ("confidence", json!(finding.confidence)),
        ("context", json!(finding.context)),
        ("language", json!(finding.language)),
        ("library", json!(finding.library)),
        ("algorithm", json!(secret.and_then(|secret| secret.algorithm.as_deref()))),
        ("bits", json!(secret.and_then(|secret| secret.bits).and_then(super::json::round))),
        ("requiredBits", json!(secret.and_then(|secret| secret.required_bits))),
    ];
    let mut said = sentences(finding);
    let mut result = SarifResult::builder()
        .message(Message::builder().build())
        .rule_id(finding.rule)
        .level(match finding.severity {
            Severity::Error => ResultLevel::Error,
            Severity::Warning => ResultLevel::Warning,
            Severity::Note => ResultLevel::Note,
        })
        .locations(vec![location(&finding.path, &finding.region)])
        .partial_fingerprints(fingerprints)
        .properties(
            PropertyBag::builder()
                .additional_properties(bag(properties.into_iter().filter(|(_, value)| !value.is_null())))
                .build(),
        )
        .build();
    result.rule_index =
        rule_document::all().iter().position(|document| document.id == finding.rule).map(|index| index as i64);
    if !finding.related.is_empty() {
        let mut related = Vec::new();
        let mut steps = vec![step(location(&finding.path, &finding.region), &finding.message)];
        let mut links = Vec::new();
        for (id, place) in (1..).zip(&finding.related) {
            let mut location = location(&place.path, &place.region);
            steps.push(step(location.clone(), &place.message));
            location.id = Some(id);
            location.message = Some(message(&sentence(&one_line(&place.message))));
            related.push(location);
            links.push(format!("[{}]({id})", link_text(&place.message)));
        }
        said = format!("{said} See: {}.", links.join(", "));
        result.related_locations = Some(related);
        let flow = ThreadFlow::builder().locations(steps).build();
        result.code_flows = Some(vec![CodeFlow::builder().thread_flows(vec![flow]).build()]);
    }
    result.message = message(&said);
    result
}

fn step(mut location: Location, said: &str) -> ThreadFlowLocation {
    location.message = Some(message(&sentence(&one_line(said))));
    ThreadFlowLocation::builder().location(location).build()
}

fn location(path: &str, region: &Region) -> Location {
    let region = serde_sarif::sarif::Region::builder()
        .start_line(region.line as i64)
        .start_column(region.column as i64)
        .end_line(region.end_line as i64)
        .end_column(region.end_column as i64)
        .build();
    let place = PhysicalLocation::builder().artifact_location(artifact(path)).region(region).build();
    Location::builder().physical_location(place).build()
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation::builder().uri(uri(path)).uri_base_id(BASE).build()
}

/// A relative path as a relative URI reference.
fn uri(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

fn notification(skipped: &Skipped) -> Notification {
    let place = PhysicalLocation::builder().artifact_location(artifact(&skipped.path)).build();
    Notification::builder()
        .descriptor(ReportingDescriptorReference::builder().id(SKIPPED).index(0).build())
        .level(json!("warning"))
        .message(message(&sentence(&format!("Could not be read: {}", one_line(&skipped.reason)))))
        .locations(vec![Location::builder().physical_location(place).build()])
        .build()
}

fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

fn text(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(sentence(text)).build()
}

/// The text of a link in a plain text message (SARIF §3.11.6): brackets and backslashes are escaped.
fn link_text(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn bag<'a>(properties: impl IntoIterator<Item = (&'a str, Value)>) -> BTreeMap<String, Value> {
    properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// `weak-secret` as `WeakSecret`.
fn pascal_case(id: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    id.split('-').map(capitalised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn document() -> Value {
        serde_json::from_str(&fixture::written(write)).unwrap()
    }

    #[test]
    fn log_keeps_to_the_standard() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas/sarif-2.1.0.json");
        let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        // A bracket too many makes the pattern of language names invalid outside JavaScript; no log names a language.
        for object in ["run", "toolComponent"] {
            schema["definitions"][object]["properties"]["language"]["pattern"] = json!("^");
        }
        let schema = jsonschema::draft7::new(&schema).unwrap();
        let faults: Vec<String> =
            schema.iter_errors(&document()).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{faults:#?}");
        let empty = Report { findings: &[], summary: &Default::default() };
        let empty: Value = serde_json::from_str(&fixture::written_of(&empty, write)).unwrap();
        assert!(schema.is_valid(&empty));
        assert_eq!(empty["runs"][0]["results"], json!([]));
    }

    #[test]
    fn results_are_as_code_scanning_wants_them() {
        let mut document = document();
        // The rules' texts are tested where they come from.
        for run in document["runs"].as_array_mut().unwrap() {
            run["tool"]["driver"]["rules"].take();
        }
        let text = serde_json::to_string_pretty(&document).unwrap();
        insta::assert_snapshot!(text.replace(VERSION, "VERSION"));
    }

    #[test]
    fn every_rule_is_described() {
        let document = document();
        let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), rule_document::all().len());
        for result in document["runs"][0]["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
        for rule in rules {
            assert!(rule["fullDescription"]["text"].as_str().unwrap().len() <= 1024);
            let tags = rule["properties"]["tags"].as_array().unwrap();
            assert!(tags.contains(&json!("security")) && tags.len() <= 10, "{tags:?}");
        }
        let mut weak = rules.iter().find(|rule| rule["id"] == "weak-secret").unwrap().clone();
        for long in ["text", "markdown"] {
            assert!(weak["help"][long].take().as_str().unwrap().contains("jotlint generate"));
        }
        insta::assert_snapshot!(serde_json::to_string_pretty(&weak).unwrap());
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("src/a b/[id]#1?.ts"), "src/a%20b/%5Bid%5D%231%3F.ts");
        assert_eq!(uri("ä%20.js"), "%C3%A4%2520.js");
        assert_eq!(uri("c:/x~-_.y"), "c%3A/x~-_.y");
    }
}
