//! The configuration front-ends against hostile input: none may panic, overflow the stack or take more than linear time,
//! and what they say of a place must stand there.

use std::time::{Duration, Instant};

use jotlint::facts::{Facts, Kind};
use jotlint::language::embedded::{comment_blocks, configuration};
use jotlint::language::{Language, component, markdown};
use proptest::prelude::*;

const FORMATS: [Language; 7] = [
    Language::Dotenv,
    Language::Yaml,
    Language::Json,
    Language::Toml,
    Language::Properties,
    Language::Dockerfile,
    Language::Terraform,
];

/// Reads `text` as every format and as Markdown and components, and checks what holds for all of them.
fn read_as_all(text: &str) {
    for format in FORMATS {
        let facts = configuration(format, text).expect("a configuration format");
        check_spans(text, &facts);
    }
    blocks_stand_in(text);
}

fn blocks_stand_in(text: &str) {
    let mut blocks = markdown::blocks(text);
    for language in [Language::Vue, Language::Astro] {
        blocks.extend(component::blocks(language, text));
    }
    blocks.extend(comment_blocks(text, &[jotlint::facts::Span::new(0, text.len())]));
    for block in blocks {
        let length = block.text.len();
        let span = block.map.span(jotlint::facts::Span::new(0, length));
        assert!(text.get(span.range()).is_some(), "a block's span {span:?} is no text");
    }
}

/// Every span is text of the file, and a literal is the text of its span unless the format writes it otherwise there.
fn check_spans(text: &str, facts: &Facts) {
    for value in &facts.values {
        let at = text.get(value.span.range());
        let Some(at) = at else { panic!("{:?}: {:?} is no text", facts.language, value) };
        if let Kind::Literal(literal) = &value.kind
            && literal != at
        {
            let changed = at
                .contains(['\\', '\n', '\r', '"', '\'', '`', '$', '%', '{', '<', '^', '\u{85}', '\u{2028}'])
                || facts.language == Language::Yaml;
            assert!(changed, "{:?}: {literal:?} stands as {at:?} in {text:?}", facts.language);
        }
    }
    for entry in &facts.entries {
        assert!(text.get(entry.key_span.range()).is_some(), "{:?}: {entry:?}", facts.language);
        assert!(entry.value.index() < facts.values.len());
    }
    for comment in &facts.comments {
        assert!(text.get(comment.range()).is_some(), "{:?}: {comment:?}", facts.language);
    }
}

/// Text made of what these formats give a meaning to.
fn syntax() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "JWT_SECRET",
        "x-y",
        "é",
        "☃",
        "1",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "=",
        ":",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "`",
        "\\",
        "#",
        " # c",
        "//",
        "/*",
        "*/",
        ";",
        ",",
        "|",
        ">-",
        "|\n  ",
        "---\n",
        "...",
        "&a ",
        "*a",
        "<<: ",
        "!Ref ",
        "!!str ",
        "? ",
        "${",
        "$",
        "$(",
        "{{ ",
        " }}",
        "${{ ",
        "<%= ",
        " %>",
        "%env(",
        ")%",
        ":-",
        "#{",
        "<<EOF\n",
        "EOF\n",
        "ENV ",
        "ARG ",
        "RUN ",
        "\\\n",
        "export ",
        "\0",
        "\u{feff}",
        "kind: Secret\n",
        "data:\n",
        "a.json: |\n  ",
        ".env: ",
        "name: x\n",
        "value: y\n",
        "```js\n",
        "```\n",
        "> ",
        "<script>",
        "</script>",
        "jsonencode(",
        "\"\"\"",
        "'''",
        "[[",
        "]]",
        "\u{2028}",
        "\u{85}",
        "\r",
    ]);
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read_as_all(&text);
    }

    #[test]
    fn any_syntax_is_read(text in syntax()) {
        read_as_all(&text);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_as_all(&String::from_utf8_lossy(&bytes));
    }

    /// A plain value comes back as it was written, from exactly where it was written.
    #[test]
    fn a_plain_value_is_found_where_it_stands(value in "[A-Za-z0-9+/_.é☃][A-Za-z0-9+/_.é☃-]{7,60}", quoted in any::<bool>()) {
        let shown = if quoted { format!("\"{value}\"") } else { value.clone() };
        for (format, text) in [
            (Language::Dotenv, format!("\u{feff}# é\r\nJWT_SECRET={shown}\r\n")),
            (Language::Yaml, format!("é: ☃\r\nJWT_SECRET: {shown}\r\n")),
            (Language::Json, format!("{{\"é\": 1,\r\n \"JWT_SECRET\": \"{value}\"}}")),
            (Language::Toml, format!("x = \"é\"\r\nJWT_SECRET = \"{value}\"\r\n")),
            (Language::Properties, format!("é=☃\r\nJWT_SECRET = {shown}\r\n")),
            (Language::Dockerfile, format!("# é\r\nENV X=é \\\r\n  JWT_SECRET={shown}\r\n")),
            (Language::Terraform, format!("x = \"é\"\r\nJWT_SECRET = \"{value}\"\r\n")),
        ] {
            let facts = configuration(format, &text).unwrap();
            let entry = facts.entries.iter().find(|entry| entry.path.last().is_some_and(|name| name == "JWT_SECRET"));
            let entry = entry.unwrap_or_else(|| panic!("{format:?} {text:?} {facts:?}"));
            let found = facts.value(entry.value);
            let number_or_date = format == Language::Yaml && !quoted;
            prop_assert!(
                matches!(&found.kind, Kind::Literal(literal) if *literal == value) || number_or_date,
                "{:?} {:?}", format, found
            );
            prop_assert_eq!(&text[found.span.range()], value.as_str());
        }
    }
}

/// Runs on a small stack, as a worker thread has it, and returns how long it took.
fn on_small_stack(work: impl FnOnce() + Send + 'static) -> Duration {
    let start = Instant::now();
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread");
    thread.join().expect("no panic");
    start.elapsed()
}

const DEEP: usize = 100_000;

#[test]
fn depth_costs_no_stack() {
    let shapes: Vec<String> = vec![
        "[".repeat(DEEP),
        "{".repeat(DEEP),
        "(".repeat(DEEP),
        "{\"a\":".repeat(DEEP),
        "{a:".repeat(DEEP),
        format!("{}x{}", "[".repeat(DEEP), "]".repeat(DEEP)),
        format!("a = {}1{}", "[".repeat(DEEP), "]".repeat(DEEP)),
        format!("a = {}1{}", "{ b = ".repeat(DEEP), "}".repeat(DEEP)),
        format!("a = {}1{}", "(".repeat(DEEP), ")".repeat(DEEP)),
        format!("a = {}1", "!".repeat(DEEP)),
        format!("a = {}1", "-".repeat(DEEP)),
        format!("a = 1{}", " + 1".repeat(DEEP)),
        format!("a = b{}", " ? b : b".repeat(DEEP)),
        format!("a = {}", "f(".repeat(DEEP)),
        format!("a = x{}", ".b".repeat(DEEP)),
        format!("a = x{}", "[0".repeat(DEEP)),
        format!("a = \"{}\"", "${\"".repeat(DEEP)),
        format!("a = \"{}\"", "%{if x}".repeat(DEEP)),
        "a {\n".repeat(DEEP),
        "- ".repeat(DEEP),
        "? ".repeat(DEEP),
        "&a ".repeat(DEEP),
        "!a ".repeat(DEEP),
        format!("a: {}", "${A:-".repeat(DEEP)),
        format!("a: {}{}", "${A:-".repeat(DEEP), "}".repeat(DEEP)),
        format!("A={}{}", "${A:-".repeat(DEEP), "}".repeat(DEEP)),
        format!("a={}", "{{".repeat(DEEP)),
        format!("a={}", "$(".repeat(DEEP)),
        format!("a: {}", "<%=".repeat(DEEP)),
        format!("{}x", "> ".repeat(DEEP)),
        format!("{}x", "* ".repeat(DEEP)),
        format!("{} = 1", vec!["a"; DEEP].join(".")),
        format!("[{}]", vec!["a"; DEEP].join(".")),
        "<script ".repeat(DEEP),
        "<a '".repeat(DEEP),
        "<".repeat(DEEP),
    ];
    for shape in shapes {
        let start: String = shape.chars().take(20).collect();
        for format in FORMATS {
            let text = shape.clone();
            let took = on_small_stack(move || {
                let facts = configuration(format, &text).expect("a configuration format");
                check_spans(&text, &facts);
            });
            assert!(took < Duration::from_secs(10), "{format:?} {start:?} took {took:?}");
        }
        let took = on_small_stack(move || blocks_stand_in(&shape));
        assert!(took < Duration::from_secs(10), "blocks {start:?} took {took:?}");
    }
}

#[test]
fn length_costs_linear_time() {
    let units = [
        "a",
        " ",
        "\n",
        "\r",
        "\"",
        "'",
        "`",
        "\\",
        "\\\"\n",
        "#",
        " #",
        "/*",
        "//",
        "[],",
        "{},",
        "}",
        "]",
        ")",
        "\0",
        "é",
        "- ",
        "-\n",
        "---\n",
        "a: b\n",
        "a: b, ",
        "a=b ",
        "a=b\n",
        "A=\"\n",
        "A='x\n",
        "k: \"x\n",
        "a: |\n",
        "a: |\n  b\n",
        "&a b\n",
        "*a\n",
        "\"a\":1,",
        "\"\\\"\n",
        "{{",
        "{{ }}",
        "${",
        "${A}",
        "$A",
        "$$",
        "%",
        "<%",
        "<%= %>",
        "#{",
        "$(",
        "$()",
        "'a' ",
        "a b ",
        "a:b ",
        "\\\n",
        "<<A\n",
        "<<A ",
        "[a]\n",
        "a {\n}\n",
        "a { ",
        "a = \"${",
        "ENV a=b \\\n",
        "RUN <<A\n",
        "<script>",
        "<script ",
        "<!--",
        "```\n",
        "> ",
        "* ",
        "a.b=c\n",
        "a.",
        "? a\n",
        ": ",
        ":\n",
        "! ",
        "|",
        ">",
        "\t",
        "@",
        "x=1\nx=1\n",
        "{\"a\":\"b\"}",
        "a: {b: c}\n",
        "  a: b\n",
    ];
    let size = std::env::var("JOTLINT_TEST_BYTES").ok().and_then(|bytes| bytes.parse().ok()).unwrap_or(60_000);
    // Quadratic time would be many seconds even at this size; linear time is about a tenth of a second.
    let limit = Duration::from_millis(1500) * (size / 60_000).max(1) as u32;
    for unit in units {
        let repeated = unit.repeat(size / unit.len());
        for format in FORMATS {
            let assigned = match format {
                Language::Yaml | Language::Json | Language::Properties => "a: ",
                _ => "a = ",
            };
            for text in [repeated.clone(), format!("{assigned}{repeated}")] {
                let start = Instant::now();
                configuration(format, &text).expect("a configuration format");
                let took = start.elapsed();
                assert!(took < limit, "{format:?} {unit:?} took {took:?}");
            }
        }
        let start = Instant::now();
        blocks_stand_in(&repeated);
        let took = start.elapsed();
        assert!(took < limit, "blocks {unit:?} took {took:?}");
    }
}
