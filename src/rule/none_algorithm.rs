//! A token without a signature is made or accepted.

use super::{Drafts, call_draft};
use crate::analysis::{Analysis, UseSite};
use crate::facts::Span;
use crate::finding::Severity;
use crate::library::Does;

/// The rule's id.
pub const ID: &str = "none-algorithm";

/// Adds what the rule finds.
pub fn check(analysis: &Analysis, drafts: &mut Drafts) {
    if analysis.is_library_source() {
        return;
    }
    for site in &analysis.uses {
        let Some(span) = place(analysis, site) else { continue };
        let verb = match site.model.does {
            Does::Sign => "makes",
            Does::Verify | Does::SignAndVerify | Does::Decode | Does::ReadHeader => "accepts",
            Does::Unsecured => "makes or accepts",
        };
        let message = format!("{} {verb} tokens without a signature", site.library.name);
        let mut draft = call_draft(ID, Severity::Error, span, site, message);
        draft.notes.push("anybody can write such a token (RFC 8725 §3.2)".to_owned());
        draft.help = "sign with an algorithm that has a key, and accept only that one".to_owned();
        let call = analysis.call_span(site.call);
        if !call.overlaps(span) {
            draft.related.push((call, "the call it belongs to".to_owned()));
        }
        drafts.add(draft);
    }
}

fn place(analysis: &Analysis, site: &UseSite) -> Option<Span> {
    if site.model.does == Does::Unsecured {
        return Some(analysis.call_span(site.call));
    }
    analysis.holding(site, &site.model.unsecured).map(|condition| analysis.place_of(site, condition))
}
