//! What each step costs, in bytes a second, over the fixtures: `cargo bench`.
//!
//! The fixtures are nothing but code that makes and checks tokens, so every file passes the prefilter; in a project one in
//! twenty does. What a whole run costs is measured by `benches/tree.sh`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use jotlint::language::{self, Language};
use jotlint::prefilter;
use jotlint::secret::strength::{self, ProjectNames};
use jotlint::secret::token;

fn main() {
    divan::main();
}

/// The files below a folder of the project.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    fn add(folder: &Path, files: &mut Vec<(PathBuf, String)>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                add(&path, files)?;
            } else {
                let text = fs::read_to_string(&path)?;
                files.push((path, text));
            }
        }
        Ok(())
    }
    let mut files = Vec::new();
    add(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files).expect("the project's own files");
    files
}

fn bytes(files: &[(PathBuf, String)]) -> BytesCount {
    BytesCount::new(files.iter().map(|(_, text)| text.len()).sum::<usize>())
}

/// The best case of the prefilter: text without a word it looks for is thrown away after one pass.
#[divan::bench]
fn prefilter_of_what_cannot_matter(bencher: Bencher) {
    let text = "let total = items.iter().map(|item| item.price * item.count).sum();\n".repeat(16 * 1024);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| prefilter::matters(Language::JavaScript, black_box(text.as_bytes())));
}

#[divan::bench]
fn parse_javascript(bencher: Bencher) {
    let files = files("fixtures/javascript");
    bencher.counter(bytes(&files)).bench(|| {
        for (path, text) in &files {
            black_box(language::parse(Language::of_path(path), path, text));
        }
    });
}

/// The rule documents, whose examples are in every format.
#[divan::bench]
fn parse_documents_and_their_examples(bencher: Bencher) {
    let mut files = files("rules");
    files.retain(|(path, _)| Language::of_path(path) == Language::Markdown);
    bencher.counter(bytes(&files)).bench(|| {
        for (path, text) in &files {
            black_box(language::parse(Language::Markdown, path, text));
        }
    });
}

#[divan::bench]
fn find_tokens(bencher: Bencher) {
    let files = files("fixtures");
    bencher.counter(bytes(&files)).bench(|| {
        for (_, text) in &files {
            black_box(token::find(text.as_bytes()));
        }
    });
}

#[divan::bench(args = [
    "changeme",
    "bookshop-jwt-secret-2024",
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "9b74c9897bac770ffc029102a200c5de0d5f9fa3a7d1b2c4e6f8a0b1c2d3e4f5",
])]
fn strength(text: &str) -> f64 {
    let names = ProjectNames { names: vec!["bookshop".to_owned()] };
    strength::judge(black_box(text), &[], Some("HS256"), &names).bits
}
