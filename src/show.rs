//! What the commands show: each report, list and page is written by the library; here the command line's words for them
//! meet the library's.

use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use jotlint::check::Outcome;
use jotlint::init::Plan;
use jotlint::report::{self, Report, gitlab, text};
use jotlint::repository::Repository;
use jotlint::rule_document;
use jotlint::secret::generate;
use zeroize::Zeroizing;

use crate::cli::{Format, ListFormat};

/// How the place looks in which something is shown.
#[derive(Clone, Copy)]
pub struct Look {
    /// Whether there are colours.
    pub color: bool,
    /// Its columns, where it has a width.
    pub width: Option<usize>,
    /// Whether a person reads it as it comes and nothing keeps it.
    pub is_terminal: bool,
}

/// The ids of all rules.
pub fn rule_ids() -> Vec<&'static str> {
    rule_document::ids().collect()
}

/// Writes the report of a check of `place`, which began at `started`.
pub fn report(
    format: Format,
    outcome: &Outcome,
    look: Look,
    place: &Path,
    started: SystemTime,
    out: &mut dyn Write,
) -> io::Result<()> {
    let report = Report { findings: &outcome.findings, summary: &outcome.summary };
    match format {
        // Nothing wrong would be said of nothing; standard error has what there is to say.
        Format::Text if outcome.summary.files == 0 && outcome.findings.is_empty() => Ok(()),
        Format::Text => {
            let fresh = |bits: u32| fresh_secret(bits);
            let options = text::Options {
                color: look.color,
                width: look.width,
                full_notes: false,
                generate: if look.is_terminal { Some(&fresh) } else { None },
            };
            text::write(&report, &options, out)
        }
        Format::Json => report::json::write(&report, out),
        Format::Jsonl => report::json::write_lines(&report, out),
        Format::Sarif => report::sarif::write(&report, out),
        Format::Github => report::github::write(&report, out),
        Format::Gitlab => {
            let folder = if place.is_dir() { Some(place) } else { place.parent() };
            let repository = folder.and_then(|folder| Repository::of_folder(folder).ok().flatten());
            let commit = repository.and_then(|repository| repository.head());
            gitlab::write(&report, gitlab::Scan { commit: commit.as_deref(), started }, out)
        }
    }
}

/// A secret of as many bits, to show in place of one that is found.
fn fresh_secret(bits: u32) -> Option<Zeroizing<String>> {
    let algorithm = generate::Algorithm::ALL.into_iter().find(|algorithm| algorithm.key_bits() >= bits)?;
    generate::generate(algorithm, generate::Format::Base64url).ok()
}

/// Writes what there is to say about a rule.
pub fn explain(rule: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match rule_document::find(rule) {
        Some(document) => out.write_all(report::explain::explain(document, look.color, look.width).as_bytes()),
        None => Err(io::Error::new(io::ErrorKind::NotFound, format!("no rule {rule}"))),
    }
}

/// Writes the list of rules.
pub fn rules(format: ListFormat, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ListFormat::Text => report::rules::write(look.color, out),
        ListFormat::Json => report::rules::write_json(out),
    }
}

/// Fresh secrets, one a line, each with its name in front if it has one. In memory that is wiped, with room for all of it
/// from the start, for text that grows leaves copies behind.
///
/// # Errors
/// When the operating system has no random bytes to give.
pub fn secrets(
    algorithm: generate::Algorithm,
    format: generate::Format,
    name: Option<&str>,
    count: u32,
) -> io::Result<Zeroizing<String>> {
    let line = name.map_or(0, str::len) + 2 * algorithm.key_bytes() + "=\n".len();
    let mut text = Zeroizing::new(String::with_capacity(line * count as usize));
    for _ in 0..count {
        if let Some(name) = name {
            text.push_str(name);
            text.push('=');
        }
        text.push_str(&generate::generate(algorithm, format).map_err(io::Error::other)?);
        text.push('\n');
    }
    Ok(text)
}

/// Writes what `init` would write, and what is left to do by hand.
pub fn plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    if plan.steps.is_empty() && plan.advice.is_empty() {
        return writeln!(out, "There is nothing left to set up.");
    }
    for step in &plan.steps {
        let what = if step.append { "add to" } else { "write" };
        let how = if step.executable { ", to be run" } else { "" };
        writeln!(out, "{what} {}{how}:", step.shown)?;
        for line in step.text.trim_start_matches('\n').lines() {
            writeln!(out, "{}", format!("    {line}").trim_end())?;
        }
        writeln!(out)?;
    }
    for advice in &plan.advice {
        writeln!(out, "By hand: {advice}")?;
    }
    Ok(())
}
