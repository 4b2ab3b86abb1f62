//! A whole JSON Web Token stands in a file.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{Draft, Drafts};
use crate::finding::{Confidence, Severity};
use crate::secret::token::Token;

/// The rule's id.
pub const ID: &str = "leaked-token";

/// Adds what the rule finds.
pub fn check(tokens: &[Token], drafts: &mut Drafts) {
    for token in tokens {
        let (severity, note) = if token.is_sample() {
            (Severity::Note, "it is the sample that documentation of JSON Web Tokens shows")
        } else if token.is_unsecured() {
            (Severity::Note, "it has no signature, so there is nothing in it to keep")
        } else if token.expires().is_some_and(has_passed) {
            (Severity::Note, "it has expired, though keys can be tried on it offline for ever")
        } else if token.expires().is_none() {
            (Severity::Warning, "it never expires: whoever reads this file can use it until its key is replaced")
        } else {
            (
                Severity::Warning,
                "whoever reads this file can use it for as long as it is valid, and try keys on it offline for ever",
            )
        };
        drafts.add(Draft {
            rule: ID,
            severity,
            confidence: Confidence::High,
            span: token.span,
            message: format!("a JSON Web Token ({}) stands in this file", algorithm(token)),
            notes: vec![note.to_owned()],
            help: "revoke it or replace the key that signed it, and take it out of the file".to_owned(),
            library: None,
            secret: None,
            related: Vec::new(),
        });
    }
}

/// The algorithm a token names, if it is one that is registered; a header can hold any text.
fn algorithm(token: &Token) -> &str {
    let name = token.algorithm();
    if name.len() <= 8 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        name
    } else {
        "of an unknown algorithm"
    }
}

/// Whether a time, in seconds since 1970, has passed.
fn has_passed(time: f64) -> bool {
    SystemTime::now().duration_since(UNIX_EPOCH).is_ok_and(|now| time < now.as_secs_f64())
}
