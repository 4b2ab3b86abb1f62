//! Workflow commands of GitHub Actions: each finding becomes an annotation of its line.

use std::io::{self, Write};

use super::{Report, sentences, text};
use crate::finding::{Finding, Severity};

/// Writes one command for each finding, then the summary as a plain line of the log.
///
/// GitHub shows ten annotations of each severity for a step and drops the rest.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings {
        writeln!(out, "{}", command(finding))?;
    }
    writeln!(out, "{}", text::summary_line(report))
}

fn command(finding: &Finding) -> String {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let region = &finding.region;
    let properties = format!(
        "file={},line={},endLine={},col={}",
        property(&finding.path),
        region.line,
        region.end_line,
        region.column
    );
    format!("::{name} {properties},title={}::{}", property(finding.rule), data(&sentences(finding)))
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn every_finding_is_an_annotation() {
        insta::assert_snapshot!(fixture::written(write));
    }

    #[test]
    fn nothing_breaks_out_of_a_command() {
        let mut finding = fixture::findings().remove(0);
        finding.path = "a,b:100%\r\n::error file=x.js".to_owned();
        finding.message = "one\n::set-output name=x::y".to_owned();
        let command = command(&finding);
        assert!(command.starts_with("::error file=a%2Cb%3A100%25%0D%0A%3A%3Aerror file=x.js,line="), "{command}");
        assert_eq!(command.lines().count(), 1);
        assert_eq!(data("5 %\n"), "5 %25%0A");
    }
}
