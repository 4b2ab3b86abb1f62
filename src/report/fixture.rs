//! Findings for the tests of the reports: one of each kind of place, context and severity.

use std::io::{self, Write};

use super::Report;
use crate::facts::Span;
use crate::finding::{
    Commit, Confidence, Context, Finding, Past, Reachable, Region, Related, SecretSummary, Severity, Skipped, Snippet,
    Summary,
};
use crate::source::history::Counts;

/// What `write` makes of the findings below.
pub(super) fn written(write: impl Fn(&Report<'_>, &mut dyn Write) -> io::Result<()>) -> String {
    let (findings, summary) = (findings(), summary());
    written_of(&Report { findings: &findings, summary: &summary }, write)
}

/// What `write` makes of a report.
pub(super) fn written_of(report: &Report<'_>, write: impl Fn(&Report<'_>, &mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) fn summary() -> Summary {
    Summary {
        files: 214,
        bytes: 1_310_720,
        history: Some(Counts {
            blobs: 54_262,
            commits: 23_722,
            reflog_commits: 3,
            unreachable_commits: 1,
            cached: 50_000,
            missing: 17,
            ..Counts::default()
        }),
        skipped: vec![
            Skipped { path: "public/logo.png".into(), reason: "binary".into(), fault: false },
            Skipped { path: "config/my keys".into(), reason: "permission denied".into(), fault: true },
        ],
        elapsed_ms: 123,
    }
}

fn region(line: usize, column: usize, length: usize) -> Region {
    Region { span: Span::new(0, length), line, column, end_line: line, end_column: column + length }
}

/// A snippet in which `part` is what the finding is about.
fn snippet(line: usize, text: &str, part: &str) -> Snippet {
    let start = text.find(part).unwrap();
    Snippet { line, text: text.to_owned(), start, end: start + part.len() }
}

fn finding(rule: &'static str, severity: Severity, path: &str) -> Finding {
    Finding {
        rule,
        severity,
        confidence: Confidence::High,
        context: Context::Production,
        message: String::new(),
        notes: Vec::new(),
        help: String::new(),
        path: path.to_owned(),
        region: Region::default(),
        snippet: Snippet::default(),
        language: Some("javascript"),
        library: None,
        secret: None,
        related: Vec::new(),
        fingerprint: String::new(),
        line_hash: String::new(),
        past: None,
    }
}

pub(super) fn findings() -> Vec<Finding> {
    let weak = Finding {
        message: "the key of HS256 tokens is a word that stands in every list of passwords".into(),
        notes: vec![
            "a guesser needs about 4 bits, HS256 needs 256".into(),
            "whoever has one token can find the key offline and sign tokens for any user".into(),
        ],
        help: "read a generated key from the environment: `jotlint generate --env JWT_SECRET`".into(),
        region: region(3, 17, 6),
        snippet: snippet(3, "const secret = 's•••••';", "s•••••"),
        library: Some("jsonwebtoken".into()),
        secret: Some(SecretSummary {
            name: Some("secret".into()),
            masked: "s•••••".into(),
            bits: Some(4.249),
            required_bits: Some(256),
            algorithm: Some("HS256".into()),
        }),
        related: vec![
            Related {
                path: "src/auth.js".into(),
                region: region(9, 32, 6),
                message: "used as the key of jwt.sign".into(),
                snippet: snippet(9, "  return jwt.sign({ sub: id }, secret, { expiresIn: '15m' });", "secret"),
            },
            Related {
                path: "src/über uns/[id].js".into(),
                region: region(20, 5, 6),
                message: "and here [again]".into(),
                snippet: snippet(20, "jwt.verify(t, secret);", "secret"),
            },
        ],
        fingerprint: "0f1e2d3c4b5a69788796a5b4c3d2e1f0".into(),
        line_hash: "54703d4cd895b18:1".into(),
        ..finding("weak-secret", Severity::Error, "src/auth.js")
    };
    let env = Finding {
        confidence: Confidence::Medium,
        message: "git tracks this file, and JWT_SECRET is in it".into(),
        help: "stop tracking it with `git rm --cached .env`, ignore it, and replace the secret".into(),
        region: region(2, 12, 43),
        snippet: snippet(2, "JWT_SECRET=T•••••", "T•••••"),
        language: Some("dotenv"),
        secret: Some(SecretSummary {
            name: Some("JWT_SECRET".into()),
            masked: "T•••••".into(),
            bits: Some(256.0),
            required_bits: Some(256),
            algorithm: None,
        }),
        fingerprint: "11111111111111111111111111111111".into(),
        line_hash: "da9a505eea3395ec:1".into(),
        ..finding("committed-env-file", Severity::Error, "deploy 50%/.env")
    };
    let call = Finding {
        message: "jwt.verify is not told which algorithms to accept".into(),
        help: "add `{ algorithms: ['HS256'] }`".into(),
        region: Region { span: Span::new(0, 60), line: 12, column: 10, end_line: 14, end_column: 4 },
        snippet: Snippet { line: 12, text: "  return jwt.verify(\n    token,\n    key);".into(), start: 9, end: 41 },
        language: Some("typescript"),
        library: Some("jsonwebtoken".into()),
        fingerprint: "22222222222222222222222222222222".into(),
        line_hash: "b1ae1287ec4718d9:1".into(),
        ..finding("missing-algorithms", Severity::Warning, "src/session.ts")
    };
    let client = Finding {
        message: "the token is read without being verified".into(),
        help: "do not decide anything by it".into(),
        region: region(4, 18, 9),
        snippet: snippet(4, "  const claims = jwtDecode(token);", "jwtDecode"),
        library: Some("jwt-decode".into()),
        fingerprint: "33333333333333333333333333333333".into(),
        line_hash: "c6805c5e1288b612:1".into(),
        ..finding("unverified-decode", Severity::Note, "web/user.js")
    };
    let test = Finding {
        context: Context::Test,
        message: "the key is 'shhhhh', a published example".replace("shhhhh", "s•••••"),
        region: region(7, 9, 6),
        snippet: snippet(7, "sign({}, 's•••••')", "s•••••"),
        fingerprint: "44444444444444444444444444444444".into(),
        line_hash: "e6ceba753e1a442:1".into(),
        ..finding("weak-secret", Severity::Note, "test/auth.test.js")
    };
    // What a report must also stand: no snippet, a place that is not in the snippet, control characters.
    let odd = Finding {
        context: Context::Documentation,
        confidence: Confidence::Low,
        message: "a whole token \u{1b}[31mstands\u{1b}[0m\nin the text".into(),
        region: region(1, 1, 1),
        snippet: Snippet { line: 1, text: "é".into(), start: 1, end: 9 },
        language: None,
        fingerprint: "55555555555555555555555555555555".into(),
        ..finding("leaked-token", Severity::Note, "docs/read\u{7}me.md")
    };
    let past = Finding {
        message: "`JWT_SECRET` is a key that stands in this file".into(),
        help: "replace it wherever it is still accepted".into(),
        region: region(8, 15, 43),
        snippet: snippet(8, "  JWT_SECRET: q•••••", "q•••••"),
        language: Some("yaml"),
        fingerprint: "66666666666666666666666666666666".into(),
        line_hash: "54703d4cd895b18:2".into(),
        past: Some(Past {
            first: Some(Commit { id: "1f".repeat(20), date: 1_577_836_800 }),
            last: Some(Commit { id: "2e".repeat(20), date: 1_600_000_000 }),
            at_head: false,
            in_working_tree: false,
            reachable: Reachable::Reflog,
        }),
        ..finding("hardcoded-secret", Severity::Error, "deploy/compose.yaml")
    };
    vec![weak, env, call, client, test, odd, past]
}
