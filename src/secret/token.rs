//! Whole JWTs in a text, signed or unsecured (RFC 7519, compact serialisation of RFC 7515 §7.1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::facts::Span;

/// The longest token that is read, in bytes. Servers refuse headers far shorter than that.
const LONGEST: usize = 64 * 1024;

/// A whole JWT. Its parts are not shown when it is printed for debugging.
#[derive(Clone, PartialEq)]
pub struct Token {
    /// Where it stands in the text.
    pub span: Span,
    /// Where the part that is signed stands: header, dot, payload.
    pub signed: Span,
    /// The header.
    pub header: Map<String, Value>,
    /// The claims.
    pub payload: Map<String, Value>,
    /// The signature; empty only when the token is unsecured.
    pub signature: Vec<u8>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("span", &self.span).field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

impl Token {
    /// The `alg` header.
    pub fn algorithm(&self) -> &str {
        text(&self.header, "alg").unwrap_or_default()
    }

    /// The `typ` header.
    pub fn kind(&self) -> Option<&str> {
        text(&self.header, "typ")
    }

    /// The `kid` header: which key it was signed with.
    pub fn key_id(&self) -> Option<&str> {
        text(&self.header, "kid")
    }

    /// The `exp` claim: when it expires, in seconds since 1970.
    pub fn expires(&self) -> Option<f64> {
        self.payload.get("exp").and_then(Value::as_f64)
    }

    /// The `iat` claim: when it was issued, in seconds since 1970.
    pub fn issued(&self) -> Option<f64> {
        self.payload.get("iat").and_then(Value::as_f64)
    }

    /// The `iss` claim: who issued it.
    pub fn issuer(&self) -> Option<&str> {
        text(&self.payload, "iss")
    }

    /// The `role` claim, which hosted databases grant their rights by.
    pub fn role(&self) -> Option<&str> {
        text(&self.payload, "role")
    }

    /// Whether nothing signs it: `alg` is `none` in any case.
    pub fn is_unsecured(&self) -> bool {
        self.algorithm().eq_ignore_ascii_case("none")
    }

    /// Whether it is one of the tokens that tutorials share, known by what it claims: whoever signed it, with whatever
    /// secret, meant no one in particular.
    pub fn is_sample(&self) -> bool {
        let claims = |name: &str, value: &str| text(&self.payload, name) == Some(value);
        let number = |name: &str, value: i64| self.payload.get(name).and_then(Value::as_i64) == Some(value);
        // The debugger of jwt.io, in all its versions.
        (claims("sub", "1234567890") && (claims("name", "John Doe") || self.payload.len() == 1))
            // RFC 7519 §3.1 and RFC 7515 appendix A.
            || (claims("iss", "joe") && number("exp", 1_300_819_380))
            // The encyclopaedia's article.
            || (claims("loggedInAs", "admin") && number("iat", 1_422_779_638))
            // The first page of a widely used Python library's documentation.
            || (claims("some", "payload") && self.payload.len() == 1)
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// Where from `from` on the base64url of a JSON object starts: `{"`, or a brace and blank space.
fn find_start(text: &[u8], from: usize) -> Option<usize> {
    const SECOND: usize = 1;
    // The second letter is rarer in any text than the first.
    let mut seconds = memchr::memchr2_iter(b'y', b'w', text.get(from + SECOND..)?);
    seconds.find_map(|at| {
        let start = from + at;
        let starts = matches!(
            text.get(start..start + 3)?,
            b"eyJ" | b"eyA" | b"eyB" | b"ewo" | b"ewp" | b"ewk" | b"ewl" | b"ew0" | b"ew1"
        );
        starts.then_some(start)
    })
}

/// Every whole JWT of `text`, in order.
///
/// Whole means: three parts joined by dots, the first the base64url of a JSON object with an `alg`, the second that of a
/// JSON object, the third a signature, which may be empty only when `alg` is `none`; and nothing before or behind it that
/// belongs to the same word. An encrypted token (five parts) is not one. The time it takes grows linearly with the text.
pub fn find(text: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut from = 0;
    while let Some(start) = find_start(text, from) {
        if !begins_word(text, start) {
            from = start + 3;
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.iter().position(|&byte| !in_word(byte)).unwrap_or(rest.len());
        tokens.extend(read(rest.get(..length).unwrap_or_default(), start));
        from = start + length.max(1);
    }
    tokens
}

/// Reads a text that is one JWT and nothing else but blank space around it.
pub fn parse(token: &str) -> Option<Token> {
    let start = token.len() - token.trim_start().len();
    read(token.trim().as_bytes(), start)
}

/// The token that `word`, which stands at `start`, is as a whole.
fn read(word: &[u8], start: usize) -> Option<Token> {
    // The dot that ends a sentence is no part of it, but the one in front of an empty signature is.
    let dots = memchr::memchr_iter(b'.', word).take(4).collect::<Vec<_>>();
    let (first, second, end) = match *dots {
        [first, second] => (first, second, word.len()),
        [first, second, third] if third + 1 == word.len() => (first, second, third),
        _ => return None,
    };
    if end > LONGEST {
        return None;
    }
    let header = object(word.get(..first)?)?;
    let payload = object(word.get(first + 1..second)?)?;
    let signature = URL_SAFE_NO_PAD.decode(word.get(second + 1..end)?).ok()?;
    let token = Token {
        span: Span::new(start, start + end),
        signed: Span::new(start, start + second),
        header,
        payload,
        signature,
    };
    let whole = !token.algorithm().is_empty() && (token.is_unsecured() || !token.signature.is_empty());
    whole.then_some(token)
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    let decoded = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&decoded).ok()
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Whether a word begins at `start`: the byte before is of no word, or is the end of an escape (`\n`, `%20`, `\u0022`),
/// or of the dots of an ellipsis.
fn begins_word(text: &[u8], start: usize) -> bool {
    let before = text.get(start.saturating_sub(6)..start).unwrap_or_default();
    match before {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'%', a, b] | [.., b'\\', b'x', a, b] | [b'\\', b'u', _, _, a, b]
            if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() =>
        {
            true
        }
        [.., b'.', b'.', b'.'] => true,
        [.., last] => !in_word(*last),
        [] => true,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn encode(header: &str, payload: &str, signature: &str) -> String {
        [header, payload, signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }

    fn session() -> String {
        encode(
            r#"{"alg":"HS256","typ":"JWT","kid":"2024"}"#,
            r#"{"iss":"shop","role":"clerk","iat":1700000000,"exp":1700003600}"#,
            "0123456789abcdef0123456789abcdef",
        )
    }

    #[test]
    fn a_token_is_found_in_every_surrounding() {
        let token = session();
        for (before, after) in [
            ("", ""),
            ("\"", "\""),
            ("Authorization: Bearer ", "\r\n"),
            ("https://shop.example/?token=", "&x=1"),
            ("https://shop.example/login/", "#top"),
            ("# was ", "."),
            ("<!-- ", " -->"),
            ("\\n", "\\n"),
            ("Bearer%20", "%0A"),
            ("\\u0022", "\\u0022"),
            ("é", "é"),
            ("s:", ";"),
            ("e30.x ", " ey.."),
        ] {
            let text = format!("{before}{token}{after}");
            let found = find(text.as_bytes());
            assert_eq!(found.len(), 1, "{before}…{after}");
            assert_eq!(&text[found[0].span.range()], token, "{before}…{after}");
        }
    }

    #[test]
    fn its_parts_are_read() {
        let text = session();
        let token = parse(&format!(" {text}\n")).expect("a whole token");
        assert_eq!((token.algorithm(), token.kind(), token.key_id()), ("HS256", Some("JWT"), Some("2024")));
        assert_eq!((token.issuer(), token.role()), (Some("shop"), Some("clerk")));
        assert_eq!((token.issued(), token.expires()), (Some(1_700_000_000.0), Some(1_700_003_600.0)));
        assert_eq!(token.signature, b"0123456789abcdef0123456789abcdef");
        assert!(!token.is_unsecured() && !token.is_sample());
        assert!(!format!("{token:?}").contains("clerk"));
    }

    #[test]
    fn what_is_not_a_whole_token_is_left() {
        let token = session();
        let (signed, _) = token.rsplit_once('.').expect("a signature");
        for text in [
            format!("x{token}"),
            format!("_{token}"),
            format!("{token}.png"),
            format!("{token}..."),
            format!("{signed}."),
            signed.to_owned(),
            format!("{signed}.a"),
            format!("{token}.YQ.YQ"),
            encode(r#"{"typ":"JWT"}"#, "{}", "signature"),
            encode(r#"{"alg":"HS256"}"#, "[1]", "signature"),
            encode(r#"["alg"]"#, "{}", "signature"),
            encode(r#"{"alg":7}"#, "{}", "signature"),
            "eyJhbGciOi...".to_owned(),
        ] {
            assert_eq!(find(text.as_bytes()), [], "{text}");
        }
    }

    #[test]
    fn a_token_without_signature_is_whole_only_if_it_says_so() {
        for alg in ["none", "None", "NONE"] {
            let text = encode(&format!(r#"{{ "alg": "{alg}" }}"#), r#"{"sub":"1"}"#, "");
            let found = find(text.as_bytes());
            assert!(found.len() == 1 && found[0].is_unsecured() && found[0].span.end as usize == text.len(), "{alg}");
        }
    }

    #[test]
    fn samples_are_known_by_what_they_claim() {
        for payload in [
            r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#,
            r#"{"sub":"1234567890","name":"John Doe","admin":true}"#,
            "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}",
        ] {
            let text = encode(r#"{"alg":"HS256"}"#, payload, "signed by anyone");
            assert!(parse(&text).expect("a whole token").is_sample(), "{payload}");
        }
        let other = encode(r#"{"alg":"HS256"}"#, r#"{"sub":"1234567891","name":"John Doe"}"#, "signed");
        assert!(!parse(&other).expect("a whole token").is_sample());
    }

    #[test]
    fn time_grows_with_the_text_only() {
        const LENGTH: usize = 1 << 20;
        for unit in
            ["eyJ", "eyJ.", "a.b.c.", ".eyJ", "eyJhbGciOiJIUzI1NiJ9.", "...eyJ", "eyJ ", "\\neyJ", "eyJ.eyJ.eyJ "]
        {
            let text = unit.repeat(LENGTH / unit.len());
            let start = Instant::now();
            assert_eq!(find(text.as_bytes()), [], "{unit}");
            assert!(start.elapsed() < Duration::from_secs(5), "{unit}: {:?}", start.elapsed());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            find(&bytes);
        }

        #[test]
        fn a_token_is_found_between_any_words(before in "[a-z ]{0,20}[ \"'=:(]", after in "[ \"');,\n][a-z ]{0,20}") {
            let token = session();
            let text = format!("{before}{token}{after}");
            let found = find(text.as_bytes());
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(&text[found[0].span.range()], &token);
        }
    }
}
