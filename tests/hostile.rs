//! Input made to break the program: texts nested without end, half-written files, random bytes, names that multiply; and
//! secrets in every disguise, none of which may stand in any report.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How often a hostile text repeats what it is made of.
const MANY: usize = 100_000;

/// Stands beside every hostile file, and has to be found.
const CANARY: &str = "canary/.env";

const FORMATS: [&str; 6] = ["text", "json", "jsonl", "sarif", "github", "gitlab"];

/// An ending for each language and format that is read.
const ENDINGS: [&str; 24] = [
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
    "go",
    "rs",
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

fn nested((before, open, middle, close, after): Nest) -> String {
    [before, &open.repeat(MANY), middle, &close.repeat(MANY), after].concat()
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

const GO: &[Nest] = &[
    ("var x = ", "(", "1", ")", ""),
    ("var x = []T", "{", "1", "}", ""),
    ("type T ", "struct { A ", "int", "}", ""),
    ("var x = ", "func() { f(", "", ")}", ""),
    ("var x = a", ".b()", "", "", ""),
    ("var x ", "[]", "int", "", ""),
    ("var x = ", "a + ", "b", "", ""),
    ("func f() {", "if x {} else ", "{}", "", "}"),
];

const RUST: &[Nest] = &[
    ("const X: u8 = ", "(", "1", ")", ";"),
    ("fn f() { let ", "A(", "x", ")", " = y; }"),
    ("use ", "a::{", "b", "}", ";"),
    ("mod a ", "{ mod a", "", "}", ""),
    ("fn f() { ", "vec![", "1", "]", "}"),
    ("", "lazy_static! {", "", "}", ""),
    ("fn f() { x = a", ".b()?", "", "", "}"),
    ("fn f() { let x: ", "Arc<", "x", ">", " = y; }"),
];

#[test]
fn code_with_a_grammar_of_any_depth_ends_nothing() {
    for (ending, first, nests) in
        [("go", "package a\nimport \"github.com/golang-jwt/jwt/v5\"\n", GO), ("rs", "use jsonwebtoken::*;\n", RUST)]
    {
        let tree = Tree::new();
        for (index, nest) in nests.iter().enumerate() {
            tree.write(&format!("{index}.{ending}"), first.to_owned() + &nested(*nest));
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
        "\0",
        "\r",
        "\t",
        "😀",
    ];
    for ending in ENDINGS {
        for count in 0..12 {
            let bytes: Vec<u8> = (0..2_000).map(|_| (random() % 256) as u8).collect();
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
    let findings = report["findings"].as_array().map_or(0, Vec::len);
    assert!(findings > 80, "only {findings} findings");
    let mut leaks = Vec::new();
    for format in FORMATS {
        let output = tree.run(format);
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8_lossy(&shown);
        // As the format writes it too.
        for secret in &secrets {
            let quoted = serde_json::to_string(secret).unwrap_or_default();
            for written in [secret.as_str(), quoted.trim_matches('"')] {
                let characters: Vec<char> = written.chars().collect();
                for piece in characters.windows(6) {
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
