//! How bytes become facts: one file a language or format, and the choice between them by a file's name.

pub(crate) mod annotation;
pub(crate) mod command;
pub mod component;
pub mod csharp;
pub mod dockerfile;
pub mod dotenv;
pub mod elixir;
pub mod embedded;
pub mod go;
pub(crate) mod interpolation;
pub mod java;
pub mod javascript;
pub mod json;
pub mod key;
pub mod kotlin;
pub(crate) mod lowering;
pub mod markdown;
pub mod notebook;
pub mod php;
pub mod properties;
pub mod python;
pub mod ruby;
pub mod rust;
pub mod scala;
pub(crate) mod syntax;
pub mod terraform;
pub mod toml;
pub mod translation;
pub(crate) mod tree;
pub mod yaml;

use std::cell::Cell;
use std::collections::HashMap;
use std::path::Path;

use crate::facts::Facts;

/// What [`Language::family`] says, the empty one left out.
pub const FAMILIES: [&str; 9] = ["javascript", "python", "go", "java", "csharp", "php", "ruby", "rust", "elixir"];

/// The language or format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// JavaScript, JSX included.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// A Vue component: its script blocks.
    Vue,
    /// A Svelte component: its script blocks.
    Svelte,
    /// An Astro component: its front matter and script blocks.
    Astro,
    /// Markdown: its code blocks.
    Markdown,
    /// A Jupyter notebook: the code of its cells.
    Notebook,
    /// Python.
    Python,
    /// Go.
    Go,
    /// Java.
    Java,
    /// Kotlin.
    Kotlin,
    /// Scala.
    Scala,
    /// C#.
    CSharp,
    /// PHP.
    Php,
    /// Ruby.
    Ruby,
    /// Rust.
    Rust,
    /// Elixir.
    Elixir,
    /// `NAME=value` lines for a process's environment.
    Dotenv,
    /// YAML.
    Yaml,
    /// JSON, with comments and trailing commas allowed.
    Json,
    /// TOML.
    Toml,
    /// Java properties and INI files.
    Properties,
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// Terraform configuration and variable files.
    Terraform,
    /// A PEM or key file.
    Key,
    /// Any other text: only tokens are looked for.
    Text,
}

impl Language {
    /// The name reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::JavaScript => "javascript",
            Language::TypeScript => "typescript",
            Language::Tsx => "tsx",
            Language::Vue => "vue",
            Language::Svelte => "svelte",
            Language::Astro => "astro",
            Language::Markdown => "markdown",
            Language::Notebook => "notebook",
            Language::Python => "python",
            Language::Go => "go",
            Language::Java => "java",
            Language::Kotlin => "kotlin",
            Language::Scala => "scala",
            Language::CSharp => "csharp",
            Language::Php => "php",
            Language::Ruby => "ruby",
            Language::Rust => "rust",
            Language::Elixir => "elixir",
            Language::Dotenv => "dotenv",
            Language::Yaml => "yaml",
            Language::Json => "json",
            Language::Toml => "toml",
            Language::Properties => "properties",
            Language::Dockerfile => "dockerfile",
            Language::Terraform => "terraform",
            Language::Key => "key",
            Language::Text => "text",
        }
    }

    /// The family of languages that share libraries and vocabulary; empty where there are none.
    pub fn family(self) -> &'static str {
        match self {
            Language::JavaScript | Language::TypeScript | Language::Tsx => "javascript",
            Language::Python => "python",
            Language::Go => "go",
            Language::Java | Language::Kotlin | Language::Scala => "java",
            Language::CSharp => "csharp",
            Language::Php => "php",
            Language::Ruby => "ruby",
            Language::Rust => "rust",
            Language::Elixir => "elixir",
            _ => "",
        }
    }

    /// Whether it is JavaScript in any of its dialects.
    pub fn is_javascript(self) -> bool {
        matches!(self, Language::JavaScript | Language::TypeScript | Language::Tsx)
    }

    /// The quotes that texts of the language stand in; of JavaScript's, and where nothing is known, every one there is.
    pub fn quotes(self) -> &'static [u8] {
        match self {
            // What stands in single quotes is a character, and in back quotes a name.
            Language::Java | Language::Kotlin | Language::Scala | Language::CSharp | Language::Rust => b"\"",
            Language::Go => b"\"`",
            Language::Python | Language::Php | Language::Ruby | Language::Elixir => b"\"'",
            _ => b"\"'`",
        }
    }

    /// How a line begins that is nothing but a comment, or the next of a comment's lines; nothing for languages whose comments
    /// are read for examples.
    pub fn comment_marks(self) -> &'static [&'static str] {
        match self {
            Language::Java | Language::Kotlin | Language::Scala | Language::CSharp | Language::Rust | Language::Go => {
                &["//", "* "]
            }
            Language::Php => &["//", "* ", "# "],
            Language::Python | Language::Ruby | Language::Elixir => &["#"],
            _ => &[],
        }
    }

    /// Whether it is configuration: values with names and no code.
    pub fn is_configuration(self) -> bool {
        matches!(
            self,
            Language::Dotenv
                | Language::Yaml
                | Language::Json
                | Language::Toml
                | Language::Properties
                | Language::Dockerfile
                | Language::Terraform
                | Language::Key
        )
    }

    /// The language of a file, by its name alone.
    pub fn of_path(path: &Path) -> Language {
        let Some(name) = path.file_name() else {
            return Language::Text;
        };
        let mut name = name.to_string_lossy();
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            name.to_mut().make_ascii_lowercase();
        }
        if is_env_file(&name) {
            return Language::Dotenv;
        }
        if name == "dockerfile"
            || name == "containerfile"
            || name.starts_with("dockerfile.")
            || name.ends_with(".dockerfile")
        {
            return Language::Dockerfile;
        }
        if matches!(&*name, "rakefile" | "gemfile" | "guardfile" | "capfile" | "vagrantfile" | "podfile") {
            return Language::Ruby;
        }
        match Self::of_extension(name.rsplit_once('.').map_or("", |(_, extension)| extension)) {
            // `Dockerfile-web`, but not `dockerfile-lint.js`.
            Language::Text if name.starts_with("dockerfile-") => Language::Dockerfile,
            language => language,
        }
    }

    /// The language of a file extension or of a code block's info string, without its dot.
    pub fn of_extension(extension: &str) -> Language {
        match extension {
            "js" | "mjs" | "cjs" | "jsx" | "javascript" | "node" => Language::JavaScript,
            "ts" | "mts" | "cts" | "typescript" => Language::TypeScript,
            "tsx" => Language::Tsx,
            "vue" => Language::Vue,
            "svelte" => Language::Svelte,
            "astro" => Language::Astro,
            "md" | "mdx" | "markdown" => Language::Markdown,
            "ipynb" => Language::Notebook,
            "py" | "pyw" | "python" | "python3" => Language::Python,
            "go" | "golang" => Language::Go,
            "java" => Language::Java,
            "kt" | "kts" | "kotlin" => Language::Kotlin,
            "scala" | "sc" | "sbt" => Language::Scala,
            "cs" | "csx" | "csharp" | "c#" => Language::CSharp,
            "php" | "phtml" => Language::Php,
            "rb" | "rake" | "ru" | "gemspec" | "jbuilder" | "ruby" => Language::Ruby,
            "rs" | "rust" => Language::Rust,
            "ex" | "exs" | "elixir" => Language::Elixir,
            "env" | "dotenv" => Language::Dotenv,
            "yaml" | "yml" => Language::Yaml,
            "json" | "jsonc" | "json5" => Language::Json,
            "toml" => Language::Toml,
            "properties" | "ini" | "cfg" | "conf" => Language::Properties,
            "dockerfile" | "docker" => Language::Dockerfile,
            "tf" | "tfvars" | "hcl" | "terraform" => Language::Terraform,
            "pem" | "key" | "p8" | "pk8" => Language::Key,
            _ => Language::Text,
        }
    }
}

/// The stack in bytes that a thread is taken to have unless it says otherwise, less than any thread is given.
const LEAST_STACK: usize = 1024 * 1024;

thread_local! {
    static STACK: Cell<usize> = const { Cell::new(LEAST_STACK) };
}

/// Says that this thread has a stack of so many bytes, which parsers that recurse may use. It is called where the thread
/// begins.
pub fn set_stack(bytes: usize) {
    STACK.set(bytes);
}

/// The stack in bytes that a parser which recurses may use on this thread: three quarters of what it has.
pub(crate) fn stack() -> usize {
    STACK.get() / 4 * 3
}

/// A file, or a piece of it that is written in a language of its own.
#[derive(Debug)]
pub struct Part {
    /// What it says. Spans are those of the whole file.
    pub facts: Facts,
    /// Whether it is a piece of code in a comment.
    pub in_comment: bool,
}

impl Part {
    /// A file that says this.
    pub fn of(facts: Facts) -> Part {
        Part { facts, in_comment: false }
    }
}

/// Lowers a file to facts: first those of the file itself, then those of the code blocks, script blocks and examples in
/// its comments, whose problems are nobody's.
pub fn parse(language: Language, path: &Path, text: &str) -> Vec<Part> {
    let (facts, blocks, in_comment) = match language {
        Language::Markdown => (Facts::new(language), markdown::blocks(text), false),
        Language::Notebook => {
            let notebook::Notebook { blocks, problem } = notebook::read(text);
            let mut facts = Facts::new(language);
            facts.problems.extend(problem);
            (facts, blocks, false)
        }
        Language::Vue | Language::Svelte | Language::Astro => {
            (Facts::new(language), component::blocks(language, text), false)
        }
        _ => {
            let facts = parse_one(language, path, text);
            let blocks =
                if language.is_javascript() { embedded::comment_blocks(text, &facts.comments) } else { Vec::new() };
            (facts, blocks, true)
        }
    };
    let mut parts = vec![Part::of(facts)];
    let mut imports = HashMap::new();
    for block in blocks {
        let mut facts = parse_one(block.language, path, &block.text);
        if facts.values.is_empty() {
            continue;
        }
        facts.problems.clear();
        block.map.apply(&mut facts);
        // What a document imports once it uses to its end.
        facts.bind_globals(&imports);
        imports.extend(facts.imports());
        parts.push(Part { facts, in_comment });
    }
    parts
}

fn parse_one(language: Language, path: &Path, text: &str) -> Facts {
    match language {
        Language::JavaScript | Language::TypeScript | Language::Tsx => javascript::parse(text, language),
        Language::CSharp => csharp::parse(text),
        Language::Elixir => elixir::parse(text),
        Language::Go => go::parse(text),
        Language::Java => java::parse(text),
        Language::Kotlin => kotlin::parse(text),
        Language::Python => python::parse(text),
        Language::Ruby => ruby::parse(text),
        Language::Rust => rust::parse(text),
        Language::Scala => scala::parse(text),
        Language::Key => key::parse(path, text),
        Language::Php => without_translations(path, php::parse(path, text)),
        _ => {
            let facts = embedded::configuration(language, text).unwrap_or_else(|| Facts::new(language));
            let mut facts = without_translations(path, facts);
            if names_variables(path) {
                facts.look_up_literals();
            }
            facts
        }
    }
}

/// The facts of a file without its entries if they are texts for people.
fn without_translations(path: &Path, mut facts: Facts) -> Facts {
    if translation::is_translation(path, &facts) {
        facts.entries.clear();
    }
    facts
}

/// Whether a file maps settings to the variables they are read from, as the npm package `config` has it.
fn names_variables(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("custom-environment-variables"))
}

/// Whether a file of this name (lower case, without folder) holds environment variables: `.env`, `.env.local`,
/// `production.env`, `env-example`, `.envrc`.
pub fn is_env_file(name: &str) -> bool {
    let template = |rest: &str| {
        rest.split(['.', '-', '_'])
            .any(|word| matches!(word, "example" | "sample" | "template" | "dist" | "default" | "defaults"))
    };
    // It is asked of every file, several times.
    if !name.as_bytes().windows(3).any(|part| part == b"env") {
        return false;
    }
    name == ".env"
        || name == ".envrc"
        || name == ".flaskenv"
        || name.starts_with(".env.")
        || name.starts_with(".env-")
        || name.starts_with(".env_")
        || name.ends_with(".env")
        || (name.starts_with("env") && name[3..].starts_with(['.', '-', '_']) && template(&name[3..]))
        || (name.contains(".env.") && template(name.rsplit(".env.").next().unwrap_or("")))
}
