//! jotlint finds JSON Web Token secrets that are hard-coded, guessable, badly made or exposed, and verification that
//! trusts what a token says of itself.
//!
//! The way through: a [`source`] gives bytes, a [`language`] front-end lowers them to [`facts`], [`rule`]s turn facts
//! into [`finding`]s, a [`report`] shows them. Each step takes the one before it as a plain value and knows nothing of
//! the steps behind it; only [`check`] knows them all.

pub mod algorithm;
pub mod analysis;
pub mod check;
pub mod context;
pub mod definition;
pub mod facts;
pub mod finding;
pub mod init;
pub mod language;
pub mod library;
pub mod lines;
pub mod manifest;
pub mod name;
pub mod origin;
pub mod prefilter;
pub mod report;
pub mod repository;
pub mod resolve;
pub mod rule;
pub mod rule_document;
pub mod secret;
pub mod source;
pub mod vocabulary;
