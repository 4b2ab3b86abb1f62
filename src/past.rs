//! What a history says of the secrets in it: when each came, and whether it still stands.
//!
//! A secret is known again by a digest of its value, which lives as long as the run and is never shown or stored. A long value is
//! the same wherever it stands; a short one, which many can have thought of, only under the same name.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use git2::Oid;
use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};

use crate::finding::{self, Commit, Finding, Past, Severity};
use crate::rule::committed_env_file;
use crate::source::history::{Version, When};

/// What to do about a secret of the past. Mending the file does not help, it has been mended.
const HELP: &str = "replace it wherever it is still accepted (`jotlint generate` makes a new one); taking it out of the \
                    history is worth the trouble only then, since nobody can take it out of the copies others have";

/// From this length on, in bytes, a value is nobody else's.
const UNIQUE: usize = 20;

/// A secret, by a digest of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity([u8; 16]);

impl Identity {
    /// The secret with this value and name.
    pub fn new(value: &str, name: Option<&str>) -> Self {
        Self::digest(value, name.filter(|_| value.len() < UNIQUE))
    }

    /// The secret with this value for as long as it has had this name.
    pub fn named(value: &str, name: &str) -> Self {
        Self::digest(value, Some(name))
    }

    fn digest(value: &str, name: Option<&str>) -> Self {
        let mut digest = Sha256::new();
        digest.update(value);
        if let Some(name) = name {
            digest.update([0]);
            digest.update(name);
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut identity = [0; 16];
        identity.copy_from_slice(&digest[..16]);
        Identity(identity)
    }
}

/// When a secret came and went.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The first time.
    pub first: When,
    /// The last time a version of a file with it came.
    pub last: When,
    /// Whether it stands in the commit that is checked out.
    pub at_head: bool,
}

impl Span {
    fn of(version: &Version) -> Self {
        Span { first: version.when, last: version.when, at_head: version.at_head }
    }

    fn add(&mut self, other: &Span) {
        if other.first.order() < self.first.order() {
            self.first = other.first;
        }
        // What no commit leads to comes last in this order, but says nothing of when.
        let known = |when: When| when.commit.map(|_| when.order());
        if known(other.last) > known(self.last) {
            self.last = other.last;
        }
        self.at_head |= other.at_head;
    }

    /// As a finding has it.
    pub fn past(&self, in_working_tree: bool) -> Past {
        let commit = |when: When| when.commit.map(|(id, date)| Commit { id: id.to_string(), date });
        Past {
            first: commit(self.first),
            last: commit(self.last),
            at_head: self.at_head,
            in_working_tree,
            reachable: self.first.reach,
        }
    }
}

/// The secrets of a history. A version at a time is added, in any order, by any thread.
#[derive(Default)]
pub struct Secrets {
    spans: HashMap<Identity, Span>,
    /// For each secret the finding that says most of it.
    findings: HashMap<(Identity, bool), (Finding, When)>,
    /// The blobs with which there is something, so that they have to be looked at again.
    pub dirty: FxHashSet<Oid>,
    /// What each version says, by blob and path.
    said: HashMap<(Oid, String), Said>,
}

/// What a version says of secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Said {
    /// The secrets in it.
    pub secrets: Vec<Identity>,
    /// What is found to be wrong with which.
    pub findings: Vec<(Identity, &'static str, Severity)>,
    /// The variables that it uses as keys.
    pub key_variables: Vec<String>,
}

impl Secrets {
    /// Adds what a version says.
    pub fn add(&mut self, version: &Version, mut said: Said) {
        self.add_spans(version, &said.secrets);
        said.secrets.sort_unstable();
        said.secrets.dedup();
        said.findings.sort_unstable();
        said.key_variables.sort_unstable();
        self.said.insert((version.blob, version.path.clone()), said);
    }

    /// Adds a version that says the same as its twin; `false` if nothing is known of that. The findings of the twin, which is
    /// older, stay.
    pub fn add_twin(&mut self, version: &Version) -> bool {
        let twin = version.twin.and_then(|twin| self.said.get(&(twin, version.path.clone())));
        let Some(said) = twin.cloned() else { return false };
        self.dirty.insert(version.blob);
        self.add(version, said);
        true
    }

    fn add_spans(&mut self, version: &Version, secrets: &[Identity]) {
        let span = Span::of(version);
        for secret in secrets {
            self.spans.entry(*secret).and_modify(|known| known.add(&span)).or_insert(span);
        }
    }

    /// For each of these versions that says the same as an older one of its path the oldest such, by blob and path.
    pub fn twins<'v>(&self, versions: &'v [Version]) -> HashMap<(Oid, &'v str), Oid> {
        let mut first: HashMap<(&str, &Said), &Version> = HashMap::new();
        let said = |version: &Version| self.said.get(&(version.blob, version.path.clone()));
        for version in versions {
            let Some(said) = said(version) else { continue };
            let known = first.entry((&version.path, said)).or_insert(version);
            if (version.when.order(), version.blob) < (known.when.order(), known.blob) {
                *known = version;
            }
        }
        let twin = |version: &'v Version| {
            let first = first.get(&(version.path.as_str(), said(version)?))?;
            Some(((version.blob, version.path.as_str()), first.blob))
        };
        versions.iter().filter_map(twin).collect()
    }

    /// Whether a finding of a version that is about a secret can be the one that stays.
    pub fn can_add(&self, version: &Version, secret: Identity, rule: &str, severity: Severity) -> bool {
        self.findings.get(&(secret, is_about_file(rule))).is_none_or(|(known, when)| {
            (Reverse(severity), version.when.order()) <= (Reverse(known.severity), when.order())
        })
    }

    /// Adds a finding of a version that is about a secret. Of all findings about it one stays: the worst, and of those the
    /// oldest. That a file is in git is a finding beside the one about the value.
    pub fn add_finding(&mut self, version: &Version, secret: Identity, finding: Finding) {
        let key = |finding: &Finding, when: When| {
            (Reverse(finding.severity), when.order(), finding.path.clone(), finding.region.span)
        };
        match self.findings.entry((secret, is_about_file(finding.rule))) {
            Entry::Vacant(place) => drop(place.insert((finding, version.when))),
            Entry::Occupied(mut known) => {
                let (other, when) = known.get();
                if key(&finding, version.when) < key(other, *when) {
                    known.insert((finding, version.when));
                }
            }
        }
    }

    /// When a secret came and went.
    pub fn span(&self, secret: Identity) -> Option<&Span> {
        self.spans.get(&secret)
    }

    /// The findings about secrets of which the working tree does not say as much, given what it says. In the order of paths,
    /// and of age in each.
    pub fn findings(self, standing: &Standing) -> Vec<Finding> {
        let mut past = Vec::new();
        for ((secret, is_about_file), (mut finding, when)) in self.findings {
            if standing.0.get(&(secret, is_about_file)).is_some_and(|severity| *severity >= finding.severity) {
                continue;
            }
            let Some(span) = self.spans.get(&secret) else { continue };
            if let (Some((id, date)), true) = (when.commit, when != span.first) {
                let commit = Commit { id: id.to_string(), date };
                finding.notes.push(format!(
                    "this place is the one in commit {} of {}",
                    commit.short_id(),
                    commit.day()
                ));
            }
            // One secret after the other can have had the same place and name.
            let commit = when.commit.map(|(id, _)| id.to_string()).unwrap_or_default();
            finding.fingerprint = finding::fingerprint(&[&finding.fingerprint, &commit]);
            finding.help = HELP.to_owned();
            finding.past = Some(span.past(false));
            past.push((when.order(), finding));
        }
        past.sort_by(|(when, one), (other_when, other)| {
            (&one.path, when, one.region.span, one.rule).cmp(&(&other.path, other_when, other.region.span, other.rule))
        });
        past.into_iter().map(|(_, finding)| finding).collect()
    }
}

/// What the working tree says of secrets: the worst severity for each, and apart from that of the files they are in.
#[derive(Default)]
pub struct Standing(HashMap<(Identity, bool), Severity>);

impl Standing {
    /// Adds a finding.
    pub fn add(&mut self, secret: Identity, finding: &Finding) {
        let severity = self.0.entry((secret, is_about_file(finding.rule))).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }
}

/// Whether the findings of a rule are about a file that git has, and not about the value in it.
fn is_about_file(rule: &str) -> bool {
    rule == committed_env_file::ID
}

/// How old the secrets of the working tree are.
#[derive(Clone, Copy)]
pub struct Ages<'a> {
    /// The secrets of the history.
    pub secrets: &'a Secrets,
    /// The days after which one should have been replaced.
    pub rotation_days: u32,
    /// Now, in seconds since 1970.
    pub now: i64,
}

impl Ages<'_> {
    /// The days since a secret was first committed, and the commit that did it, if that is too long ago.
    pub fn overdue(&self, secret: Identity) -> Option<(i64, Commit)> {
        const DAY: i64 = 86_400;
        let (id, date) = self.secrets.span(secret)?.first.commit?;
        let days = self.now.saturating_sub(date) / DAY;
        (days > i64::from(self.rotation_days)).then(|| (days, Commit { id: id.to_string(), date }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Reachable;

    #[test]
    fn a_span_is_the_same_in_whatever_order_versions_come() {
        let commit = |byte: u8, time: i64| When {
            commit: Some((Oid::from_bytes(&[byte; 20]).unwrap(), i64::from(byte))),
            time,
            reach: Reachable::Refs,
        };
        let never = When { commit: None, time: i64::MAX, reach: Reachable::Nowhere };
        let (first, last) = (commit(1, 0), commit(2, 1));
        for order in [[first, last, never], [never, first, last], [last, never, first], [never, last, first]] {
            let [mut span, rest @ ..] = order.map(|when| Span { first: when, last: when, at_head: false });
            rest.iter().for_each(|other| span.add(other));
            assert_eq!((span.first, span.last), (first, last), "{order:?}");
        }
    }
}
