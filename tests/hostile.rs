//! Input made to break the program: texts nested without end, half-written files, random bytes, names that multiply; and
//! secrets in every disguise, none of which may stand in any report.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How often a hostile text repeats what it is made of.
const MANY: usize = 100_000;

/// The same for code that is read with a grammar of its own, which says much of each of them.
const LEVELS: usize = 20_000;

/// Stands beside every hostile file, and has to be found.
const CANARY: &str = "canary/.env";

const FORMATS: [&str; 6] = ["text", "json", "jsonl", "sarif", "github", "gitlab"];

/// An ending for each language and format that is read.
const ENDINGS: [&str; 33] = [
    "js",
    "mjs",
    "cjs",
    "jsx",
    "ts",
    "mts",
    "cts",
    "tsx",
    "vue",
    "svelte",
    "astro",
    "md",
    "py",
    "go",
    "java",
    "kt",
    "scala",
    "cs",
    "php",
    "rb",
    "rs",
    "ex",
    "ipynb",
    "env",
    "yaml",
    "json",
    "toml",
    "properties",
    "ini",
    "dockerfile",
    "tf",
    "pem",
    "txt",
];

struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Tree(tempfile::tempdir().expect("a folder"));
        tree.write(CANARY, "JWT_SECRET=changeme\n");
        tree
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, bytes).expect("a file");
    }

    fn run(&self, format: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jotlint"));
        command.args(["check", ".", "--format", format, "--max-file-size", "64M"]);
        command.current_dir(self.0.path()).stdin(Stdio::null()).output().expect("it runs")
    }

    /// The program ends in good order within the time, and finds the canary.
    #[track_caller]
    fn survives(&self, limit: Duration) -> serde_json::Value {
        let started = Instant::now();
        let output = self.run("json");
        let took = started.elapsed();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!errors.contains("panicked") && !errors.contains("overflowed"), "{errors}");
        assert_eq!(output.status.code(), Some(1), "{:?}: {errors}", output.status);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("findings");
        assert!(findings.iter().any(|finding| finding["path"] == CANARY), "the scan of other files ended");
        assert!(took < limit, "it took {took:?}");
        report
    }
}

/// What is put in front, what is repeated, what stands in the middle, what closes it as often, what stands behind.
type Nest = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn nested(nest: Nest) -> String {
    nested_to(MANY, nest)
}

fn nested_to(levels: usize, (before, open, middle, close, after): Nest) -> String {
    [before, &open.repeat(levels), middle, &close.repeat(levels), after].concat()
}

const JAVASCRIPT: &str = "const jwt = require('jsonwebtoken');\n";

const CODE: &[Nest] = &[
    ("x = ", "[", "1", "]", ""),
    ("x = ", "[", "", "", ""),
    ("x = ", "(", "1", ")", ""),
    ("x = ", "{ a: ", "1", "}", ""),
    ("", "{", "", "}", ""),
    ("x = ", "`${", "1", "}`", ""),
    ("x = ", "<a>", "", "</a>", ""),
    ("x = ", "<a b={", "1", "}/>", ""),
    ("x = ", "!", "y", "", ""),
    ("x = ", "- ", "y", "", ""),
    ("x = ", "typeof ", "y", "", ""),
    ("x = ", "new ", "Y", "", ""),
    ("async () => ", "await ", "y", "", ""),
    ("x = ", "a => ", "1", "", ""),
    ("x = ", "(a) =>\n", "1", "", ""),
    ("", "if (x) ", "y", "", ""),
    ("", "for (a in b)\n", "y", "", ""),
    ("if (x) {}", " else if (x) {}", "", "", ""),
    ("x = ", "a ? b : ", "c", "", ""),
    ("x = ", "a ? ", "b", " : c", ""),
    ("x = ", "1 + ", "1", "", ""),
    ("jwt.sign(p, ", "'ab' +\n", "'c'", "", ")"),
    ("x = ", "a || ", "b", "", ""),
    ("x = ", "a ** ", "1", "", ""),
    ("x = a", ".a", "", "", ""),
    ("x = a", "[0]", "", "", ""),
    ("x = a", "?.a", "", "", ""),
    ("x = a", ".f()", "", "", ""),
    ("x = a", "\n.f('x')", "", "", ""),
    ("x = a", "()", "", "", ""),
    ("x = (", "a, ", "b)", "", ""),
    ("x = a", "``", "", "", ""),
    ("x = ", "{ ...", "y", "}", ""),
    ("const ", "{ a: ", "b", "}", " = x"),
    ("const ", "[", "b", "]", " = x"),
    ("", "a = ", "1", "", ""),
    ("", "a: ", "x", "", ""),
    ("", "function f() {", "", "}", ""),
    ("", "class A { m() {", "", "}}", ""),
    ("class A extends ", "class extends ", "B {}", "{}", "{}"),
    ("", "@a ", "class A {}", "", ""),
    ("", "@", "class A {}", "", ""),
    ("let x: ", "A<", "B", ">", ""),
    ("type T = ", "A extends B ? C : ", "D", "", ""),
    ("let x: A", "[]", "", "", ""),
    ("let x: ", "() => ", "A", "", ""),
    ("let x: ", "keyof ", "A", "", ""),
    ("x = a", " as any", "", "", ""),
    ("x = a", "!", "", "", ""),
    ("", "/*", "", "", ""),
    ("x = ", "\"", "", "", ""),
    ("x = '", "\\", "", "", ""),
    // What closes the brackets stands in comments and strings, and closes nothing.
    ("x = ", "[/*]*/", "1", "", ""),
    ("x = ", "[']',", "1", "", ""),
    ("", "{/*;};*/", "", "", ""),
    ("x = ", "!/*;*/", "y", "", ""),
];

#[test]
fn code_of_any_depth_ends_nothing() {
    for (batch, nests) in CODE.chunks(14).enumerate() {
        let tree = Tree::new();
        for (index, nest) in nests.iter().enumerate() {
            // As JSX a type assertion is none, and the other way round.
            for ending in ["tsx", "ts"] {
                tree.write(&format!("{batch}-{index}.{ending}"), [JAVASCRIPT, &nested(*nest)].concat());
            }
        }
        tree.survives(Duration::from_secs(120));
    }
}

/// Each language with a grammar of its own: its ending, what makes a file worth reading, and what nests in it.
const GRAMMARS: &[(&str, &str, &[Nest])] = &[
    (
        "py",
        "import jwt\n",
        &[
            ("x = ", "[", "1", "]", ""),
            ("x = ", "f(", "1", ")", ""),
            ("x = ", "f'{", "1", "}'", ""),
            ("x = ", "{'a': ", "1", "}", ""),
            ("x = ", "lambda: ", "1", "", ""),
            ("x = ", "1 if a else ", "1", "", ""),
            ("x = a", ".b()", "", "", ""),
            ("x = ", "a + ", "1", "", ""),
            ("x = ", "not ", "y", "", ""),
        ],
    ),
    (
        "go",
        "package a\nimport \"github.com/golang-jwt/jwt/v5\"\n",
        &[
            ("var x = ", "(", "1", ")", ""),
            ("var x = []T", "{", "1", "}", ""),
            ("type T ", "struct { A ", "int", "}", ""),
            ("var x = ", "func() { f(", "", ")}", ""),
            ("var x = a", ".b()", "", "", ""),
            ("var x ", "[]", "int", "", ""),
            ("var x = ", "a + ", "b", "", ""),
            ("func f() {", "if x {} else ", "{}", "", "}"),
        ],
    ),
    (
        "java",
        "import io.jsonwebtoken.Jwts;\n",
        &[
            ("class A { int x = ", "(", "1", ")", "; }"),
            ("class A { Object x = ", "f(", "1", ")", "; }"),
            ("", "class A { ", "", "}", ""),
            ("class A { void f() { ", "if (a) ", "b();", "", " } }"),
            ("class A { Object x = a", ".b()", "", "", "; }"),
            ("class A { Object x = ", "() -> ", "1", "", "; }"),
            ("class A { ", "A<", "A", ">", " x; }"),
            ("class A { Object x = ", "a + ", "b", "", "; }"),
            ("class A { void f() ", "{", "", "}", " }"),
        ],
    ),
    (
        "kt",
        "import io.jsonwebtoken.Jwts\n",
        &[
            ("val x = ", "(", "1", ")", ""),
            ("val x = ", "f(", "1", ")", ""),
            ("val x = ", "\"${", "a", "}\"", ""),
            ("val x = ", "{ ", "1", " }", ""),
            ("", "class A { ", "", "}", ""),
            ("val x = a", ".b()", "", "", ""),
            ("val x = ", "if (a) b else ", "c", "", ""),
            ("val x = a", " ?: b", "", "", ""),
        ],
    ),
    (
        "scala",
        "import pdi.jwt._\n",
        &[
            ("val x = ", "(", "1", ")", ""),
            ("val x = ", "f(", "1", ")", ""),
            ("val x = ", "s\"${", "a", "}\"", ""),
            ("val x = ", "{ ", "1", " }", ""),
            ("", "object A { ", "", "}", ""),
            ("val x = a", ".b()", "", "", ""),
            ("val x = ", "a => ", "1", "", ""),
            ("val x = a", " plus b", "", "", ""),
        ],
    ),
    (
        "cs",
        "using System.IdentityModel.Tokens.Jwt;\n",
        &[
            ("class A { object x = ", "(", "1", ")", "; }"),
            ("class A { object x = ", "f(", "1", ")", "; }"),
            ("class A { object x = ", "$\"{", "1", "}\"", "; }"),
            ("class A { object x = ", "new A { b = ", "1", "}", "; }"),
            ("", "namespace A { ", "", "}", ""),
            ("class A { object x = a", ".b()", "", "", "; }"),
            ("class A { object x = ", "a ? b : ", "c", "", "; }"),
            ("class A { void f() ", "{", "", "}", " }"),
        ],
    ),
    (
        "php",
        "<?php\nuse Firebase\\JWT\\JWT;\n",
        &[
            ("$x = ", "(", "1", ")", ";"),
            ("$x = ", "[", "1", "]", ";"),
            ("$x = ", "f(", "1", ")", ";"),
            ("$x = ", "\"{$a[", "1", "]}\"", ";"),
            ("$x = $a", "->b()", "", "", ";"),
            ("$x = ", "fn() => ", "1", "", ";"),
            ("$x = 'a'", " . 'b'", "", "", ";"),
            ("", "if ($a) { ", "", "}", ""),
        ],
    ),
    (
        "rb",
        "require 'jwt'\n",
        &[
            ("x = ", "(", "1", ")", ""),
            ("x = ", "[", "1", "]", ""),
            ("x = ", "{ a: ", "1", "}", ""),
            ("x = ", "\"#{", "a", "}\"", ""),
            ("x = a", ".b()", "", "", ""),
            ("x = ", "f { ", "1", " }", ""),
            ("x = ", "a ? b : ", "c", "", ""),
            ("", "class A\n", "", "end\n", ""),
        ],
    ),
    (
        "rs",
        "use jsonwebtoken::*;\n",
        &[
            ("const X: u8 = ", "(", "1", ")", ";"),
            ("fn f() { let ", "A(", "x", ")", " = y; }"),
            ("use ", "a::{", "b", "}", ";"),
            ("mod a ", "{ mod a", "", "}", ""),
            ("fn f() { ", "vec![", "1", "]", "}"),
            ("", "lazy_static! {", "", "}", ""),
            ("fn f() { x = a", ".b()?", "", "", "}"),
            ("fn f() { let x: ", "Arc<", "x", ">", " = y; }"),
        ],
    ),
    (
        "ex",
        "use Joken.Config\n",
        &[
            ("x = ", "(", "1", ")", ""),
            ("x = ", "[", "1", "]", ""),
            ("x = ", "%{a: ", "1", "}", ""),
            ("x = ", "\"#{", "a", "}\"", ""),
            ("x = a", " |> b()", "", "", ""),
            ("x = ", "fn -> ", "1", " end", ""),
            ("x = ", "a || ", "b", "", ""),
            ("", "defmodule A do\n", "", "end\n", ""),
        ],
    ),
];

#[test]
fn code_with_a_grammar_of_any_depth_ends_nothing() {
    for (ending, first, nests) in GRAMMARS {
        let tree = Tree::new();
        for (index, nest) in nests.iter().enumerate() {
            tree.write(&format!("{index}.{ending}"), (*first).to_owned() + &nested_to(LEVELS, *nest));
            // Half-written: nothing is closed.
            let (before, open, ..) = *nest;
            tree.write(&format!("{index}-open.{ending}"), [*first, before, &open.repeat(LEVELS)].concat());
        }
        tree.survives(Duration::from_secs(120));
    }
}

#[test]
fn code_of_any_depth_in_another_file_ends_nothing() {
    let tree = Tree::new();
    for (index, nest) in CODE.iter().enumerate().step_by(5) {
        let code = [JAVASCRIPT, &nested(*nest)].concat();
        tree.write(&format!("{index}.vue"), format!("<script>\n{code}\n</script>\n"));
        tree.write(&format!("{index}.svelte"), format!("<script lang=\"ts\">\n{code}\n</script>\n"));
        tree.write(&format!("{index}.astro"), format!("---\n{code}\n---\n"));
        tree.write(&format!("{index}.md"), format!("# x\n\n```js\n{code}\n```\n"));
        tree.write(&format!("{index}.js"), format!("/**\n * ```js\n * {}\n * ```\n */\n", code.replace('\n', "\n * ")));
    }
    tree.survives(Duration::from_secs(120));
}

#[test]
fn configuration_of_any_depth_ends_nothing() {
    let before: &[(&str, &str, &str)] = &[
        ("yaml", "jwt_secret: abcdefgh\n", "a: "),
        ("json", "{\"jwt_secret\": \"abcdefgh\", \"a\": ", ""),
        ("toml", "jwt_secret = \"abcdefgh\"\n", "b = "),
        ("properties", "jwt.secret=abcdefgh\n", "b="),
        ("env", "JWT_SECRET=abcdefgh\n", "B="),
        ("tf", "variable \"jwt_secret\" { default = \"abcdefgh\" }\n", "b = "),
        ("dockerfile", "FROM x\nENV JWT_SECRET=abcdefgh\n", "ENV B="),
        ("md", "jwt secret\n\n", ""),
        ("vue", "<!-- jwt secret -->\n", ""),
    ];
    let opens = [
        ("[", "]"),
        ("{", "}"),
        ("(", ")"),
        ("<a>", "</a>"),
        ("`", ""),
        ("${", "}"),
        ("${A:-", "}"),
        ("\"${", "}\""),
        ("%{if a}", "%{endif}"),
        ("{\"a\":", "}"),
        ("{a = ", "}"),
        ("a {\n", "}\n"),
        ("- ", ""),
        ("? ", ""),
        ("&a ", ""),
        ("!!str ", ""),
        ("!", ""),
        ("-", ""),
        ("a ? b : ", ""),
        ("1 + ", ""),
        ("a.", ""),
        ("f(", ")"),
        ("<<EOT\n", ""),
        ("---\n", ""),
        ("\"", ""),
        ("\\\n", ""),
        ("> ", ""),
        ("1. ", ""),
        ("![", ""),
        ("<!--", ""),
        ("<script>", ""),
        ("```js\n", ""),
    ];
    for (ending, head, name) in before {
        let tree = Tree::new();
        for (index, (open, close)) in opens.iter().enumerate() {
            let (open, close) = (open.repeat(MANY), close.repeat(MANY));
            tree.write(&format!("{index}-value.{ending}"), [head, *name, &open, "1", &close].concat());
            tree.write(&format!("{index}-line.{ending}"), [head, open.as_str()].concat());
        }
        tree.survives(Duration::from_secs(300));
    }
}

#[test]
fn aliases_that_multiply_end_nothing() {
    let tree = Tree::new();
    let list = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "));
    let merge = |n: usize| format!("a{n}: &a{n} {{<<: [*a{0}, *a{0}], x{n}: 1}}\n", n - 1);
    tree.write("list.yaml", "jwt_secret: &a0 abcdefgh\n".to_owned() + &(1..60).map(list).collect::<String>());
    tree.write("merge.yaml", "jwt: &a0 {secret: abcdefgh}\n".to_owned() + &(1..2000).map(merge).collect::<String>());
    tree.write("itself.yaml", "jwt_secret: &a [*a, *a]\nb: &b\n  <<: *b\n");
    tree.survives(Duration::from_secs(30));
}

#[test]
fn every_fixture_may_end_anywhere() {
    let tree = Tree::new();
    let mut count = 0;
    for folder in ["fixtures", "rules"] {
        for entry in ignore::Walk::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).flatten() {
            let (path, Ok(bytes)) = (entry.path(), fs::read(entry.path())) else { continue };
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            for tenth in 1..10 {
                let end = bytes.len() * tenth / 10;
                tree.write(&format!("{count}/{tenth}/{name}"), &bytes[..end]);
                // Broken in the middle too: a byte that is no UTF-8.
                let mut broken = bytes.clone();
                broken[end] = 0xff;
                tree.write(&format!("{count}/{tenth}/broken-{name}"), broken);
            }
            count += 1;
        }
    }
    assert!(count > 50, "only {count} fixtures");
    tree.survives(Duration::from_secs(120));
}

#[test]
fn no_file_of_random_bytes_ends_anything() {
    let tree = Tree::new();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let pieces = [
        "jwt_secret",
        "jwt.sign(",
        "\"",
        "'",
        "`",
        "${",
        "}",
        "{",
        "(",
        ")",
        "[",
        "]",
        "=",
        ":",
        "\n",
        "  ",
        "- ",
        "|",
        ">",
        "#",
        "/*",
        "*/",
        "//",
        "\\",
        "<script>",
        "</script>",
        "---",
        "```",
        "é",
        "\u{feff}",
        "=>",
        "class ",
        "import ",
        "&a ",
        "*a",
        "<<EOT\n",
        "eyJhbGciOiJIUzI1NiJ9.",
        "-----BEGIN PRIVATE KEY-----",
        "data:",
        "kind: Secret\n",
        "def f(k):\n    ",
        "f'{",
        "\"\"\"",
        "func f() {",
        ":= []byte(",
        "@Value(\"${",
        "new A { ",
        "<?php $k = ",
        "->",
        "<<<E\n",
        "#{",
        " do |h|\n",
        " end\n",
        "<<~A\n",
        "let k = ",
        "vec![",
        "::",
        "r#\"",
        "$\"{",
        "s\"${",
        "|> ",
        "%{",
        "~s(",
        "fn -> ",
        "?:",
        "use ",
        "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"",
        "\r",
        "\t",
        "😀",
    ];
    for ending in ENDINGS {
        for count in 0..12 {
            let mut bytes: Vec<u8> = (0..2_000).map(|_| (random() % 256) as u8).collect();
            // A file with a zero in it is none of text, and is not read.
            if count % 3 > 0 {
                bytes.retain(|byte| *byte != 0 && (count % 3 > 1 || byte.is_ascii()));
            }
            tree.write(&format!("{ending}/bytes-{count}.{ending}"), [b"jwt secret\n".as_slice(), &bytes].concat());
            let mixed: String = (0..600).map(|_| pieces[(random() % pieces.len() as u64) as usize]).collect();
            tree.write(&format!("{ending}/mixed-{count}.{ending}"), "jwt_secret: x\n".to_owned() + &mixed);
        }
    }
    tree.survives(Duration::from_secs(60));
}

#[test]
fn time_grows_with_the_text_only() {
    let many = |count: usize, piece: &dyn Fn(usize) -> String| (0..count).map(piece).collect::<String>();
    let code = |text: String| JAVASCRIPT.to_owned() + &text;
    let php = |text: String| "<?php\nuse Firebase\\JWT\\JWT;\n".to_owned() + &text;
    let csharp =
        |text: String| format!("using System.IdentityModel.Tokens.Jwt;\nclass A {{ void F() {{\n{text}}} }}\n");
    let java = |text: String| format!("import io.jsonwebtoken.Jwts;\nclass A {{\n{text}}}\n");
    let files: Vec<(&str, String)> = vec![
        (
            "calls.js",
            code(
                "function f(a) { return jwt.sign(p, a) }\n".to_owned()
                    + &many(2_000, &|n| format!("f('s3cret-{n}')\n")),
            ),
        ),
        ("one-key.js", code("const K = 'supersecret1';\n".to_owned() + &"jwt.sign(p, K);\n".repeat(2_000))),
        ("one-line.js", code(many(1_000, &|n| format!("jwt.sign(p, 'süper{n}');")))),
        ("lookups.js", code(many(2_000, &|n| format!("const a{n} = process.env.JWT_SECRET || 'fallback';\n")))),
        (
            "cycle.js",
            code("let a, b;\n".to_owned() + &"a = b; b = a;\n".repeat(1_000) + &"jwt.sign(p, a);\n".repeat(100)),
        ),
        (
            "aliases.js",
            code("const a0 = 'supersecret';\n".to_owned() + &many(5_000, &|n| format!("const a{} = a{n};\n", n + 1))),
        ),
        (
            "doubles.js",
            code(
                "let a0 = 'ab';\n".to_owned()
                    + &many(60, &|n| format!("let a{} = `${{a{n}}}${{a{n}}}`;\n", n + 1))
                    + &"jwt.sign(p, a60);\n".repeat(50),
            ),
        ),
        (
            "either.js",
            code(
                "let k;\n".to_owned()
                    + &many(400, &|n| format!("k = 'supersecret{n}';\n"))
                    + &"jwt.sign(p, k);\n".repeat(200),
            ),
        ),
        (
            "each-other.js",
            code(
                many(300, &|n| {
                    format!("function f{n}(a) {{ return f{}(a) || f{}(a) }}\n", (n + 1) % 300, (n + 7) % 300)
                }) + &"jwt.sign(p, f0(1));\n".repeat(50),
            ),
        ),
        (
            "spreads.js",
            code(
                many(300, &|n| format!("const o{n} = {{ ...o{}, ...o{} }};\n", (n + 1) % 300, (n + 7) % 300))
                    + &"jwt.verify(t, o0.secret, o1);\n".repeat(50),
            ),
        ),
        (
            "object.js",
            code(format!("const o = {{{}}};\njwt.sign(p, o.k5);\n", many(MANY, &|n| format!("k{n}: 'value-{n}',")))),
        ),
        ("chain.js", code("p".to_owned() + &".then(x => x)".repeat(3_000))),
        ("decodes.js", code(many(1_500, &|n| format!("function f{n}() {{ jwt.decode(t); jwt.verify(t, k); }}\n")))),
        ("same.env", "JWT_SECRET=supersecret\n".repeat(1_000)),
        ("prefixes.env", many(100, &|n| format!("JWT_SECRET_{n}={}\n", "a".repeat(n + 6)))),
        ("long.env", format!("JWT_SECRET={}\n", "a1B".repeat(100_000))),
        ("word.json", format!("{{\"a\": \"{}\"}}", "secret".repeat(50_000))),
        ("tokens.txt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl ".repeat(1_000)),
        ("blank.js", code("\n".repeat(1_000_000))),
        ("blank.env", "\n".repeat(1_000_000)),
        ("blank.yaml", "jwt_secret:\n".to_owned() + &" \n".repeat(500_000)),
        ("comments.vue", "<!-- jwt secret ".repeat(MANY)),
        // One name or member that is written again and again, and read between.
        ("again.py", "import jwt\n".to_owned() + &"k = k.get('a', k)\njwt.encode(p, k)\n".repeat(2_000)),
        ("again.rb", "require 'jwt'\n".to_owned() + &"k = k.fetch('a', k)\nJWT.encode(p, k, 'HS256')\n".repeat(2_000)),
        ("again.php", php("$k = $k['a'] ?? $k; JWT::encode($p, $k, 'HS256');\n".repeat(2_000))),
        ("again.cs", csharp("var o = new Options(); o.Key = \"a\"; h.ValidateToken(t, o, out var v);\n".repeat(2_000))),
        ("again.java", java("void f() { b = b.append(\"a\"); b.signWith(b).compact(); }\n".repeat(2_000))),
        // One function that is defined and called again and again, and one that calls what it is given.
        ("functions.py", "import jwt\n".to_owned() + &"def f(a, cb):\n    cb(1, a)\n    return jwt.encode(p, f(a, f))\n".repeat(1_500)),
        ("callbacks.js", code(many(3_000, &|n| format!("function f{n}(a, cb) {{ cb(null, a); jwt.sign(p, f{n}) }}\n")))),
        // One class with many members, and instances of it.
        (
            "members.py",
            "import jwt\nclass A:\n".to_owned()
                + &many(3_000, &|n| format!("    def m{n}(self): return jwt.encode(p, self.m{}())\n", n + 1))
                + &"A('s').m1()\n".repeat(2_000),
        ),
        // One map or list with many entries, each of which is asked for.
        ("entries.py", format!("import jwt\nd = {{{}}}\n", many(5_000, &|n| format!("'k{n}': jwt.encode(p, d['k{}']),\n", n + 1)))),
        ("pairs.py", format!("import jwt\nd = [{}]\n", many(3_000, &|n| format!("('k{n}', jwt.encode(p, d['k{}'])),\n", n + 1)))),
        // Many names that are imported, and many that are called.
        (
            "imports.go",
            format!(
                "package a\nimport \"github.com/golang-jwt/jwt/v5\"\n{}{}",
                many(3_000, &|n| format!("import . \"a/b{n}\"\n")),
                many(3_000, &|n| format!("var v{n} = f{n}(k)\n"))
            ),
        ),
        // Tokens that are decoded, and verified, everywhere.
        (
            "decodes.py",
            "import jwt\n".to_owned()
                + &"def f(t):\n    h = jwt.decode(t, options={'verify_signature': False})\n    return jwt.decode(t, k, algorithms=['HS256'])\n".repeat(1_500),
        ),
    ];
    for (name, text) in files {
        let tree = Tree::new();
        tree.write(name, text);
        // What grows faster than the text takes hours; this is no measurement.
        tree.survives(Duration::from_secs(120));
    }
}

// ---- No secret in any report ----

/// Secrets no report says anything like, in every disguise: as written in the file, and what it stands for.
const PLAIN: [&str; 4] = ["Vq7zKw9xJp", "wX3-gTr.Yb8_Lm", "qh2Zv$Nd6!Pk", "Rz5tQ/Wc+8Hx1Bn4=="];

#[test]
fn no_report_holds_a_secret() {
    let tree = Tree::new();
    let mut secrets: Vec<String> = PLAIN.iter().map(|secret| (*secret).to_owned()).collect();
    for (index, secret) in PLAIN.iter().enumerate() {
        let files: Vec<(&str, String)> = vec![
            (
                "sign.js",
                format!(
                    "const jwt = require('jsonwebtoken');\nconst key = '{secret}'; // was {secret}\njwt.sign(p, key); jwt.verify(t, \"{secret}\", {{ algorithms: ['HS256'] }});\n"
                ),
            ),
            (
                "fallback.ts",
                format!(
                    "import jwt from 'jsonwebtoken';\njwt.sign(p, process.env.JWT_SECRET ?? '{secret}');\nlog('{secret}' + `{secret}`);\n"
                ),
            ),
            (
                "template.js",
                format!(
                    "const jwt = require('jsonwebtoken');\njwt.sign(p, `{}`);\njwt.sign(p, 'pre-' + '{secret}' + `\n{secret}\n`);\n",
                    secret.replace('$', "\\$")
                ),
            ),
            (
                "message.js",
                format!(
                    "const jwt = require('jsonwebtoken');\njwt.sign({{ sub: '{secret}' }}, '{secret}', {{ issuer: \"{secret}\" }}, () => {{ '{secret}' }});\n"
                ),
            ),
            (
                ".env",
                format!(
                    "# {secret}\nJWT_SECRET={secret}\nJWT_REFRESH_SECRET=\"{secret}\" # {secret}\nexport TOKEN_SECRET='{secret}'\n"
                ),
            ),
            (
                "app.yaml",
                format!(
                    "jwt:\n  secret: \"{secret}\" # {secret}\n  refresh_secret: |\n    {secret}\n  list: [{{ jwt_secret: '{secret}' }}]\n"
                ),
            ),
            (
                "compose.yaml",
                format!(
                    "services:\n  a:\n    environment:\n      - 'JWT_SECRET={secret}'\n      - JWT_KEY=${{JWT_KEY:-{}}}\n",
                    secret.replace('$', "$$")
                ),
            ),
            (
                "appsettings.json",
                format!("{{ \"Jwt\": {{ \"Key\": \"{secret}\", \"Secret\": \"{secret}\" }}, // {secret}\n}}\n"),
            ),
            (
                "sign.py",
                format!(
                    "import jwt, os\nKEY = '{secret}'  # was {secret}\njwt.encode(p, KEY)\njwt.encode(p, os.getenv('JWT_SECRET', \"{secret}\"))\njwt.encode(p, f'pre-{secret}{{KEY}}{secret}')\njwt.decode(t, b'{secret}', options={{'verify_signature': False}})\nlog(f'{{x}}{secret}')\n"
                ),
            ),
            (
                "sign.go",
                format!(
                    "package a\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\n// {secret}\nvar key = []byte(\"{secret}\")\n\nfunc f(t *jwt.Token) {{\n\tt.SignedString(key)\n\tt.SignedString([]byte(`{secret}`))\n\tt.SignedString([]byte(fmt.Sprintf(\"%s{secret}\", \"{secret}\")))\n}}\n"
                ),
            ),
            (
                "Sign.java",
                format!(
                    "import io.jsonwebtoken.*;\nclass Sign {{\n  // {secret}\n  static final String JWT_SECRET = \"{secret}\";\n  @Value(\"${{jwt.secret:{secret}}}\") String jwtSecret;\n  String f() {{ return Jwts.builder().signWith(SignatureAlgorithm.HS256, JWT_SECRET + \"{secret}\").setSubject(\"{secret}\").compact(); }}\n}}\n"
                ),
            ),
            (
                "Sign.cs",
                format!(
                    "using System.Text;\nusing Microsoft.IdentityModel.Tokens;\nclass Sign {{\n  // {secret}\n  const string JwtSecret = \"{secret}\";\n  object F() => new SymmetricSecurityKey(Encoding.UTF8.GetBytes(JwtSecret));\n  object G() => new SymmetricSecurityKey(Encoding.UTF8.GetBytes($\"{{JwtSecret}}{secret}\" + @\"{secret}\"));\n}}\n"
                ),
            ),
            (
                "sign.php",
                format!(
                    "<?php\nuse Firebase\\JWT\\JWT;\n$key = '{secret}'; // {secret}\nJWT::encode($p, $key, 'HS256');\nJWT::encode($p, \"{}{{$key}}\", 'HS256');\nJWT::encode($p, <<<'E'\n{secret}\nE, 'HS256');\ndefine('JWT_SECRET', env('JWT_SECRET', '{secret}'));\n",
                    secret.replace('$', "\\$")
                ),
            ),
            (
                "sign.rb",
                format!(
                    "require 'jwt'\nKEY = '{secret}' # {secret}\nJWT.encode p, KEY, 'HS256'\nJWT.encode p, ENV.fetch('JWT_SECRET', '{secret}'), 'HS256'\nJWT.encode p, \"{secret}#{{KEY}}\", 'HS256'\nJWT.encode p, <<~E, 'HS256'\n  {secret}\nE\nJWT.encode p, %q({secret}), 'HS256'\n"
                ),
            ),
            (
                "sign.rs",
                format!(
                    "use jsonwebtoken::*;\n// {secret}\nconst JWT_SECRET: &str = \"{secret}\";\nfn f() {{\n    encode(&h, &c, &EncodingKey::from_secret(JWT_SECRET.as_ref()));\n    encode(&h, &c, &EncodingKey::from_secret(b\"{secret}\"));\n    encode(&h, &c, &EncodingKey::from_secret(format!(\"{secret}{{}}\", r#\"{secret}\"#).as_bytes()));\n}}\n"
                ),
            ),
            (
                "sign.ex",
                format!(
                    "defmodule Sign do\n  # {secret}\n  @jwt_secret \"{secret}\"\n  def f, do: Joken.Signer.create(\"HS256\", @jwt_secret)\n  def g, do: Joken.Signer.create(\"HS256\", \"#{{@jwt_secret}}{secret}\")\n  def h, do: Joken.Signer.create(\"HS256\", System.get_env(\"JWT_SECRET\") || ~s({secret}))\nend\n"
                ),
            ),
            (
                "sign.ipynb",
                format!(
                    "{{ \"cells\": [ {{ \"cell_type\": \"markdown\", \"source\": [\"{secret}\"] }}, {{ \"cell_type\": \"code\", \"outputs\": [{{ \"text\": [\"{secret}\"] }}], \"source\": [\"import jwt\\n\", \"key = '{secret}' # {secret}\\n\", \"jwt.encode(p, key)\\n\", \"jwt.encode(p, f'{{key}}{secret}')\"] }} ], \"metadata\": {{ \"language_info\": {{ \"name\": \"python\" }} }}, \"nbformat\": 4 }}\n"
                ),
            ),
            ("app.toml", format!("[jwt]\nsecret = '{secret}' # {secret}\nkey = '''\n{secret}'''\n")),
            ("app.properties", format!("jwt.secret={secret}\njwt.secret.b=x\\\n  {secret}\n")),
            ("Dockerfile", format!("FROM x\nENV JWT_SECRET='{secret}' OTHER='{secret}'\nARG JWT_SECRET={secret}\n")),
            ("main.tf", format!("variable \"jwt_secret\" {{\n  default = \"{secret}\" # {secret}\n}}\n")),
            (
                "README.md",
                format!(
                    "Use `{secret}`.\n\n```js\nconst jwt = require('jsonwebtoken');\njwt.sign(p, '{secret}');\n```\n\n```sh\nJWT_SECRET={secret}\n```\n"
                ),
            ),
            (
                "App.vue",
                format!(
                    "<script>\nconst jwt = require('jsonwebtoken');\njwt.sign(p, '{secret}')\n</script>\n<p>{secret}</p>\n"
                ),
            ),
        ];
        for (name, text) in files {
            tree.write(&format!("{index}/{name}"), text);
        }
        let encoded = base64(secret.as_bytes());
        tree.write(&format!("{index}/secret.yaml"), format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: jwt\ndata:\n  JWT_SECRET: {encoded}\nstringData:\n  JWT_KEY: '{secret}'\n"));
        tree.write(
            &format!("{index}/decoded.js"),
            format!(
                "const jwt = require('jsonwebtoken');\njwt.sign(p, Buffer.from('{encoded}', 'base64'));\n// {secret}\n"
            ),
        );
        secrets.push(encoded);
    }
    // Written otherwise than it reads.
    tree.write("escapes.js", "const jwt = require('jsonwebtoken');\njwt.sign(p, 'Kd8\\'vW\\x5a\\u0071R\\\\t7');\njwt.sign(p, 'long\\\nBf6jXs9wGv');\n");
    tree.write("escapes.json", "{ \"jwt_secret\": \"Mw4\\\"cT\\u0079\\\\nZ9k\" }\n");
    tree.write("escapes.env", "JWT_SECRET=\"Hg5\\\"bN\\nYt8qLs\"\n");
    tree.write(
        "escapes.py",
        "import jwt\njwt.encode(p, 'Fw3\\'kP\\x5a\\u0071S\\\\t9')\njwt.encode(p, 'Ub4mXe'\n  'Qy7dGh')\n",
    );
    tree.write(
        "escapes.go",
        "package a\nimport \"github.com/golang-jwt/jwt/v5\"\nfunc f(t *jwt.Token) { t.SignedString([]byte(\"Lt6\\\"zC\\x41\\u0042v8Wp\")) }\n",
    );
    tree.write("escapes.rb", "require 'jwt'\nJWT.encode p, 'Py2\\'nJ5gVd', 'HS256'\n");
    tree.write(
        "escapes.ipynb",
        "{ \"cells\": [ { \"cell_type\": \"code\", \"source\": [\"import jwt\\n\", \"jwt.encode(p, \\\"Sr9\\u0077cN4\\\\\\\"eK6t\\\")\"] } ], \"metadata\": { \"language_info\": { \"name\": \"python\" } }, \"nbformat\": 4 }\n",
    );
    tree.write("unicode.yaml", "jwt_secret: \"pÆ7жЩ漢字😀kQ\"\n");
    tree.write(
        "long-line.js",
        format!(
            "const jwt = require('jsonwebtoken');{}jwt.sign(p, 'Dz9mKr4vXw');{}jwt.sign(q, 'Nc6yTb2hSj');\n",
            "a();".repeat(100),
            "b();".repeat(30)
        ),
    );
    secrets.extend(
        [
            "Kd8\\'vW\\x5a",
            "Kd8'vWZqR\\t7",
            "Bf6jXs9wGv",
            "Mw4\\\"cT",
            "Mw4\"cTy\\nZ9k",
            "Hg5\\\"bN",
            "Yt8qLs",
            "pÆ7жЩ漢字😀kQ",
            "Dz9mKr4vXw",
            "Nc6yTb2hSj",
            "Fw3\\'kP\\x5a",
            "Fw3'kPZqS\\t9",
            "Ub4mXe",
            "Qy7dGh",
            "Lt6\\\"zC",
            "Lt6\"zCABv8Wp",
            "Py2\\'nJ5",
            "Py2'nJ5gVd",
            "Sr9\\u0077cN4",
            "Sr9wcN4\"eK6t",
        ]
        .map(str::to_owned),
    );
    // A secret that is called what it is.
    tree.write(
        "called.js",
        "const jwt = require('jsonwebtoken');\nconst Jx8cWn5rTq = 'Jx8cWn5rTq';\njwt.sign(p, Jx8cWn5rTq);\n",
    );
    secrets.push("Jx8cWn5rTq".to_owned());
    // A private key over several lines and on one.
    let der: Vec<u8> = [0x30, 0x82, 0x01, 0x02].into_iter().chain((0..258_u32).map(|n| (n * 7 % 251) as u8)).collect();
    let body: Vec<String> =
        base64(&der).as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", body.join("\n"));
    tree.write("server.pem", &key);
    tree.write("key.js", format!("const jwt = require('jsonwebtoken');\nconst key = `{key}`;\njwt.sign(p, key, {{ algorithm: 'RS256' }});\njwt.sign(p, \"{}\", {{ algorithm: 'RS256' }});\n", key.replace('\n', "\\n")));
    tree.write("key.yaml", format!("jwt_private_key: |\n  {}", key.replace('\n', "\n  ")));
    tree.write("key.env", format!("JWT_PRIVATE_KEY=\"{key}\"\nB={}\n", base64(key.as_bytes())));
    secrets.extend(body.iter().cloned());
    // Whole tokens.
    let token =
        [r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"who":"ann","role":"clerk"}"#, "0123456789abcdef0123456789abcdef"]
            .map(|part| base64(part.as_bytes()).replace('=', "").replace('+', "-").replace('/', "_"));
    tree.write("token.txt", format!("curl -H 'Authorization: Bearer {}'\n", token.join(".")));
    secrets.extend(token[1..].iter().cloned());

    let report = tree.survives(Duration::from_secs(60));
    let findings = report["findings"].as_array().expect("findings");
    assert!(findings.len() > 200, "only {} findings", findings.len());
    for ending in ["js", "ts", "py", "go", "java", "cs", "php", "rb", "rs", "ex", "ipynb"] {
        let of = |finding: &&serde_json::Value| {
            finding["path"].as_str().is_some_and(|path| path.ends_with(&format!(".{ending}")))
        };
        let count = findings.iter().filter(of).count();
        assert!(count >= PLAIN.len(), "only {count} findings in .{ending}");
    }
    let mut leaks = Vec::new();
    for format in FORMATS {
        let output = tree.run(format);
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8_lossy(&shown);
        let characters: Vec<char> = shown.chars().collect();
        let pieces: HashSet<&[char]> = characters.windows(6).collect();
        // As the format writes it too.
        for secret in &secrets {
            let quoted = serde_json::to_string(secret).unwrap_or_default();
            for written in [secret.as_str(), quoted.trim_matches('"')] {
                let characters: Vec<char> = written.chars().collect();
                for piece in characters.windows(6).filter(|piece| pieces.contains(piece)) {
                    let piece: String = piece.iter().collect();
                    if let Some(line) = shown.lines().find_map(|line| Some((line, line.find(&piece)?))) {
                        let (line, at) = line;
                        let around: String =
                            line[line.floor_char_boundary(at.saturating_sub(80))..].chars().take(160).collect();
                        leaks.push(format!("{format}: {piece:?} of {secret:?}: {around}"));
                        break;
                    }
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}
