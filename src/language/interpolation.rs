//! What the text of a configuration value stands for: itself, a look-up with or without a fallback, a mixture, or a
//! secret that is kept elsewhere.
//!
//! The syntaxes are those of the shell and Docker Compose (`${X:-text}`), Spring (`${x.y:text}`), Symfony (`%env(X)%`),
//! Go templates and Jinja (`{{ .Values.x | default "text" }}`), GitHub Actions (`${{ secrets.X || 'text' }}`) and
//! ERB (`<%= ENV.fetch("X", "text") %>`).

use std::collections::HashMap;
use std::ops::Range;

use crate::facts::{Facts, Kind, Span, ValueId};
use crate::language::tree::Scalar;

/// How deep fallbacks may stand in fallbacks.
const FALLBACK_LIMIT: usize = 8;

/// Which of the ambiguous syntaxes a format uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// `$name` is a look-up whatever its case and wherever it stands. Otherwise only `$NAME` is, apart from what stands
    /// around it, so that a `$` in a password is not one.
    pub shell: bool,
    /// `$name` is a look-up where it is the whole text.
    pub bare: bool,
    /// A colon separates a name from its default: `${name:text}`, and `#{...}` is an expression.
    pub spring: bool,
    /// `%name%` and `%env(NAME)%` are look-ups.
    pub percent: bool,
}

impl Dialect {
    /// Env files: braces, and bare names in capitals.
    pub const DOTENV: Dialect = Dialect { shell: false, bare: true, spring: false, percent: false };
    /// YAML, which is Compose's as well as Spring's and Symfony's.
    pub const YAML: Dialect = Dialect { shell: false, bare: true, spring: true, percent: true };
    /// JSON, which no shell reads.
    pub const JSON: Dialect = Dialect { shell: false, bare: false, spring: true, percent: false };
    /// TOML, neither.
    pub const TOML: Dialect = Dialect { shell: false, bare: false, spring: false, percent: false };
    /// Properties and INI.
    pub const PROPERTIES: Dialect = Dialect { shell: false, bare: true, spring: true, percent: false };
    /// Dockerfiles.
    pub const DOCKERFILE: Dialect = Dialect { shell: true, bare: true, spring: false, percent: false };
}

/// Whether the whole text is encrypted, or says where a secret is kept.
pub(crate) fn is_reference(text: &str) -> bool {
    let text = text.trim();
    const PREFIXES: &[&str] = &[
        "ENC(",
        "ENC[",
        "{cipher}",
        "{vault}",
        "{{resolve:",
        "{{ resolve:",
        "vault:",
        "vault://",
        "vault+",
        "ref+",
        "op://",
        "sm://",
        "gsm://",
        "gcpsm://",
        "gcp:secretmanager:",
        "awssm://",
        "asm://",
        "ssm://",
        "aws-sm://",
        "aws:secretsmanager:",
        "azurekeyvault://",
        "azkv://",
        "keyvault://",
        "kms://",
        "secret://",
        "secretref:",
        "doppler://",
        "bws://",
        "berglas://",
        "sops://",
        "infisical://",
        "encrypted:",
        "$ANSIBLE_VAULT",
        "@Microsoft.KeyVault(",
        "@Microsoft.AppConfiguration(",
        "-----BEGIN PGP MESSAGE-----",
        "-----BEGIN AGE ENCRYPTED FILE-----",
        "/run/secrets/",
        "/var/run/secrets/",
        "file:/run/secrets/",
        "file:///run/secrets/",
    ];
    PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        || (text.starts_with("arn:aws")
            && [":secretsmanager:", ":ssm:", ":kms:"].iter().any(|service| text.contains(service)))
        || (text.starts_with("projects/") && text.contains("/secrets/"))
        || (text.starts_with("https://") && text.contains(".vault.azure.net/"))
}

/// Whether the text is anything but itself.
pub(crate) fn is_dynamic(text: &str) -> bool {
    is_reference(text) || ["${", "$(", "{{", "<%", "%env("].iter().any(|mark| text.contains(mark))
}

/// Where `end` stands in `text` from `from` on. What was looked for in vain once is kept in `absent` and not looked for again,
/// so that a text of nothing but beginnings is searched once and not once for each.
pub(crate) fn find_end(text: &str, absent: &mut Vec<&'static str>, end: &'static str, from: usize) -> Option<usize> {
    if absent.contains(&end) {
        return None;
    }
    let found = text.get(from..).and_then(|rest| rest.find(end)).map(|offset| from + offset);
    if found.is_none() {
        absent.push(end);
    }
    found
}

/// Adds the value a scalar stands for.
pub(crate) fn lower(facts: &mut Facts, scalar: &Scalar<'_>, dialect: Dialect) -> ValueId {
    lower_at(facts, scalar, dialect, 0)
}

/// What a stretch of a scalar's text is.
enum Part {
    Text(Range<usize>),
    Value(ValueId, Range<usize>),
}

fn lower_at(facts: &mut Facts, scalar: &Scalar<'_>, dialect: Dialect, depth: usize) -> ValueId {
    if is_reference(&scalar.text) {
        return facts.add(Kind::Reference, scalar.span);
    }
    if !scalar.text.contains(['$', '{', '%', '<', '#']) {
        return facts.add(Kind::Literal(scalar.text.clone().into_owned()), scalar.span);
    }
    if depth > FALLBACK_LIMIT {
        return facts.add(Kind::Unknown, scalar.span);
    }
    let parts = Splitter::new(scalar, dialect, depth).split(facts);
    let mut values = Vec::new();
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Value(id, range) => values.push((id, range)),
            Part::Text(mut range) => {
                while let Some(Part::Text(next)) = parts.peek() {
                    range.end = next.end;
                    parts.next();
                }
                if let Some(text) = scalar.text.get(range.clone())
                    && (!text.is_empty() || scalar.text.is_empty())
                {
                    let id = facts.add(Kind::Literal(text.to_owned()), scalar.part(range.start, range.end));
                    values.push((id, range));
                }
            }
        }
    }
    match values.as_slice() {
        [] => facts.add(Kind::Literal(String::new()), scalar.span),
        [(id, _)] => *id,
        _ => {
            // White space around a single look-up is layout: `"{{ x }} "`.
            let mut solid = values
                .iter()
                .filter(|(id, _)| !matches!(facts.kind(*id), Kind::Literal(text) if text.trim().is_empty()));
            if let (Some((id, _)), None) = (solid.next(), solid.next()) {
                return *id;
            }
            let ids = values.into_iter().map(|(id, _)| id).collect();
            facts.add(Kind::Concat(ids), scalar.span)
        }
    }
}

/// Splits a scalar into text and look-ups, in one pass.
struct Splitter<'s> {
    scalar: &'s Scalar<'s>,
    text: &'s str,
    dialect: Dialect,
    depth: usize,
    /// The closing brace of every `${`, by the `$`'s offset.
    closing: HashMap<usize, usize>,
    /// Ends that were looked for and are not in the rest of the text, so that no search is done twice.
    absent: Vec<&'static str>,
}

impl<'s> Splitter<'s> {
    fn new(scalar: &'s Scalar<'s>, dialect: Dialect, depth: usize) -> Self {
        let text: &str = &scalar.text;
        Splitter { scalar, text, dialect, depth, closing: closing_braces(text), absent: Vec::new() }
    }

    fn split(mut self, facts: &mut Facts) -> Vec<Part> {
        let bytes = self.text.as_bytes();
        let mut parts = Vec::new();
        let mut done = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let found = match byte {
                b'\\' => {
                    // An escaped character starts nothing.
                    at += 2;
                    continue;
                }
                b'$' if bytes.get(at + 1) == Some(&b'$') => {
                    at += 2;
                    continue;
                }
                b'$' => self.dollar(facts, at),
                b'{' if bytes.get(at + 1) == Some(&b'{') => self.template(facts, at),
                b'<' if bytes.get(at + 1) == Some(&b'%') => self.erb(facts, at),
                b'#' if self.dialect.spring && bytes.get(at + 1) == Some(&b'{') => {
                    self.find("}", at + 2).map(|end| (facts.add(Kind::Unknown, self.span(at..end + 1)), end + 1))
                }
                b'%' if self.dialect.percent => self.percent(facts, at),
                _ => None,
            };
            match found {
                Some((id, end)) if end > at => {
                    parts.push(Part::Text(done..at));
                    parts.push(Part::Value(id, at..end));
                    at = end;
                    done = end;
                }
                _ => at += 1,
            }
        }
        parts.push(Part::Text(done..self.text.len()));
        parts.retain(|part| !matches!(part, Part::Text(range) if range.is_empty()));
        parts
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.scalar.part(range.start, range.end)
    }

    fn find(&mut self, end: &'static str, from: usize) -> Option<usize> {
        find_end(self.text, &mut self.absent, end, from)
    }

    /// The value of the text's bytes `range`, quotes around it taken off.
    fn fallback(&self, facts: &mut Facts, range: Range<usize>) -> Option<ValueId> {
        let range = unquote(self.text, trim(self.text, range));
        let slice = self.scalar.slice(range.start, range.end)?;
        Some(lower_at(facts, &slice, self.dialect, self.depth + 1))
    }

    fn dollar(&mut self, facts: &mut Facts, at: usize) -> Option<(ValueId, usize)> {
        let rest = self.text.get(at..)?;
        if rest.starts_with("${{") {
            let end = self.find("}}", at + 3)?;
            let id = self.actions(facts, at + 3..end, at..end + 2);
            return Some((id, end + 2));
        }
        if rest.starts_with("${") {
            let end = *self.closing.get(&at)?;
            let id = self.braced(facts, at + 2..end, at..end + 1);
            return Some((id, end + 1));
        }
        if rest.starts_with("$(") {
            return self.parenthesised(facts, at);
        }
        let name_end = rest
            .bytes()
            .skip(1)
            .position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_'))
            .map_or(rest.len(), |length| length + 1);
        let name = rest.get(1..name_end)?;
        if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            return None;
        }
        let whole = at == 0 && name_end == rest.len();
        // What texts are put together with: paths, addresses, command lines, lists.
        let parts = |byte: &u8| byte.is_ascii_whitespace() || b"/:=-.,;@|+&?\"'()[]".contains(byte);
        let before = at.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
        let behind = rest.as_bytes().get(name_end);
        let apart = before.is_none_or(parts) && behind.is_none_or(parts);
        let capitals = name.len() >= 2 && apart && !name.bytes().any(|byte| byte.is_ascii_lowercase());
        if !(self.dialect.shell || whole && self.dialect.bare || capitals) {
            return None;
        }
        let end = at + name_end;
        Some((facts.add(Kind::Environment { name: name.to_owned(), fallback: None }, self.span(at..end)), end))
    }

    /// `$(NAME)` of Kubernetes and Azure Pipelines; anything else in there is a command.
    fn parenthesised(&mut self, facts: &mut Facts, at: usize) -> Option<(ValueId, usize)> {
        if self.absent.contains(&"$(") {
            return None;
        }
        let mut open = 0usize;
        let mut end = None;
        for (offset, byte) in self.text.bytes().enumerate().skip(at + 1) {
            match byte {
                b'(' => open += 1,
                b')' => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                end = Some(offset + 1);
                break;
            }
        }
        let Some(end) = end else {
            self.absent.push("$(");
            return None;
        };
        let name = self.text.get(at + 2..end - 1)?;
        let kind =
            if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)) {
                Kind::Environment { name: name.to_owned(), fallback: None }
            } else {
                Kind::Unknown
            };
        Some((facts.add(kind, self.span(at..end)), end))
    }

    /// What stands between `${` and `}`.
    fn braced(&self, facts: &mut Facts, inner: Range<usize>, whole: Range<usize>) -> ValueId {
        let span = self.span(whole);
        let unknown = |facts: &mut Facts| facts.add(Kind::Unknown, span);
        let inner = trim(self.text, inner);
        let Some(content) = self.text.get(inner.clone()) else { return unknown(facts) };
        let optional = content.strip_prefix('?').map_or(0, |_| 1);
        let start = inner.start + optional;
        let content = content.get(optional..).unwrap_or("");

        let mut lower_case = false;
        let name_length = content
            .bytes()
            .position(|byte| {
                lower_case |= byte.is_ascii_lowercase();
                let letter = byte.is_ascii_alphanumeric() || byte == b'_';
                // A hyphen belongs to `my-app.secret`, and separates in `SECRET-text`.
                let dotted = matches!(byte, b'.' | b'[' | b']' | b'/') || byte == b'-' && lower_case;
                !(letter || dotted && (self.dialect.spring || byte == b'.'))
            })
            .unwrap_or(content.len());
        let name = content.get(..name_length).unwrap_or("");
        let rest = content.get(name_length..).unwrap_or("");
        if name.is_empty() {
            return unknown(facts);
        }
        let operand = |skip: usize| start + name_length + skip..inner.end;

        if let Some(after) = rest.strip_prefix(':')
            && self.dialect.spring
            && !after.starts_with(['-', '=', '?', '+'])
        {
            match name.to_ascii_lowercase().as_str() {
                // Serverless Framework, Log4j and OpenTelemetry name the source first.
                "env" => {
                    let variable = after.find([',', ':', ' ']).unwrap_or(after.len());
                    let tail = after.get(variable..).unwrap_or("");
                    let skip = tail.len() - tail.trim_start_matches([',', ':', '-', ' ']).len();
                    let fallback = if skip == 0 { None } else { self.fallback(facts, operand(1 + variable + skip)) };
                    let name = after.get(..variable).unwrap_or("").to_owned();
                    return facts.add(Kind::Environment { name, fallback }, span);
                }
                // The last ones are an editor's: it asks whoever starts the program.
                "ssm" | "secretsmanager" | "aws" | "vault" | "kms" | "keyvault" | "sm" | "azure" | "gcp" | "input"
                | "command" => {
                    return facts.add(Kind::Reference, span);
                }
                "self" | "opt" | "file" | "cf" | "s3" | "sls" | "param" | "sys" | "java" | "ctx" => {
                    let fallback = after.find(',').and_then(|comma| self.fallback(facts, operand(comma + 2)));
                    let name = content.get(..name_length + 1 + after.find(',').unwrap_or(after.len())).unwrap_or(name);
                    return facts.add(Kind::Environment { name: name.to_owned(), fallback }, span);
                }
                _ => {}
            }
        }
        let operator = match rest.as_bytes() {
            [b':', b'-' | b'=', ..] => Some(2),
            [b':', b'?' | b'+', ..] => None,
            [b'-' | b'=', ..] => Some(1),
            [b':', ..] if self.dialect.spring => Some(1),
            _ => None,
        };
        let fallback = operator.and_then(|skip| self.fallback(facts, operand(skip)));
        facts.add(Kind::Environment { name: name.to_owned(), fallback }, span)
    }

    fn percent(&mut self, facts: &mut Facts, at: usize) -> Option<(ValueId, usize)> {
        let rest = self.text.get(at..)?;
        if let Some(after) = rest.strip_prefix("%env(") {
            let end = self.find(")%", at + 5)?;
            let content = after.get(..end - at - 5)?;
            // `default:parameter:NAME`: the parameter is looked up when the variable is not set.
            let span = self.span(at..end + 2);
            let mut words: Vec<&str> = content.split(':').collect();
            let name = words.pop().unwrap_or("").to_owned();
            let default = words.iter().position(|word| *word == "default").and_then(|index| words.get(index + 1));
            let fallback = default
                .filter(|name| !name.is_empty())
                .map(|name| facts.add(Kind::Environment { name: (*name).to_owned(), fallback: None }, span));
            return Some((facts.add(Kind::Environment { name, fallback }, span), end + 2));
        }
        let whole = at == 0 && rest.len() > 2 && rest.ends_with('%');
        let name = rest.get(1..rest.len().saturating_sub(1))?;
        if whole && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)) {
            let kind = Kind::Environment { name: name.to_owned(), fallback: None };
            return Some((facts.add(kind, self.scalar.span), self.text.len()));
        }
        None
    }

    fn template(&mut self, facts: &mut Facts, at: usize) -> Option<(ValueId, usize)> {
        let mut end = self.find("}}", at + 2)?;
        // `{{ {"a": {}}} }}`
        while self.text.as_bytes().get(end + 2) == Some(&b'}') {
            end += 1;
        }
        let tokens = tokens(self.text, at + 2..end);
        let id = self.pipeline(facts, &tokens, self.span(at..end + 2));
        Some((id, end + 2))
    }

    fn erb(&mut self, facts: &mut Facts, at: usize) -> Option<(ValueId, usize)> {
        let end = self.find("%>", at + 2)?;
        let span = self.span(at..end + 2);
        let prints = self.text.get(at + 2..end).is_some_and(|content| content.starts_with('='));
        let id = if prints {
            let tokens = tokens(self.text, at + 3..end);
            self.pipeline(facts, &tokens, span)
        } else {
            facts.add(Kind::Unknown, span)
        };
        Some((id, end + 2))
    }

    fn literal(&self, facts: &mut Facts, range: &Range<usize>) -> ValueId {
        let text = self.text.get(range.clone()).unwrap_or("").to_owned();
        facts.add(Kind::Literal(text), self.span(range.clone()))
    }

    fn word(&self, token: &Token) -> &'s str {
        match token {
            Token::Word(range) => self.text.get(range.clone()).unwrap_or(""),
            _ => "",
        }
    }

    /// A GitHub Actions expression.
    fn actions(&self, facts: &mut Facts, inner: Range<usize>, whole: Range<usize>) -> ValueId {
        let span = self.span(whole);
        let tokens = tokens(self.text, inner);
        if let [Token::Text(range)] = tokens.as_slice() {
            return self.literal(facts, range);
        }
        let fallback = or_text(&tokens).map(|range| self.literal(facts, &range));
        let context = tokens.iter().map(|token| self.word(token)).find(|word| word.contains('.')).unwrap_or("");
        let (root, name) = (context.split('.').next().unwrap_or(""), context.rsplit('.').next().unwrap_or(""));
        let kind = match (root, fallback) {
            ("secrets", None) => Kind::Reference,
            ("secrets" | "env" | "vars" | "inputs" | "variables" | "parameters" | "matrix", fallback) => {
                Kind::Environment { name: name.to_owned(), fallback }
            }
            ("", None) => Kind::Unknown,
            (_, Some(fallback)) => Kind::Environment { name: context.to_owned(), fallback: Some(fallback) },
            (_, None) => Kind::Unknown,
        };
        facts.add(kind, span)
    }

    /// A Go template, Jinja or Ruby expression.
    fn pipeline(&self, facts: &mut Facts, tokens: &[Token], span: Span) -> ValueId {
        // What a quoted text becomes by these is still that text.
        const HARMLESS: &[&str] = &[
            "b64enc",
            "quote",
            "squote",
            "trim",
            "toString",
            "indent",
            "nindent",
            "b64encode",
            "print",
            "to_s",
            "freeze",
        ];
        const KEPT_ELSEWHERE: &[&str] =
            &["secret", "vault", "credentials", "secretsmanager", "ssm", "keyvault", "hashi_vault", "onepasswordRead"];
        const ENVIRONMENT: &[&str] =
            &["env", "getenv", "env_var", "ENV", "ENV.fetch", "get_env", "os.getenv", "lookup", "query", "process.env"];
        let words: Vec<&str> = tokens.iter().map(|token| self.word(token)).filter(|word| !word.is_empty()).collect();
        if let Some(Token::Text(range)) = tokens.first()
            && words.iter().all(|word| {
                HARMLESS.contains(word) || word.bytes().all(|byte| byte.is_ascii_digit()) || *word == ".to_s"
            })
        {
            return self.literal(facts, range);
        }
        let kept = |word: &str| {
            KEPT_ELSEWHERE.contains(&word)
                || word.starts_with("vault_")
                || word.contains(".credentials")
                || word.starts_with("Rails.application.secrets")
        };
        let mut reference = words.iter().any(|word| kept(word));

        let mut name = None;
        let mut fallback = None;
        let function = tokens.iter().position(|token| ENVIRONMENT.contains(&self.word(token)));
        if let Some(function) = function {
            let mut texts = tokens.iter().enumerate().skip(function).filter_map(|(index, token)| match token {
                Token::Text(range) => Some((index, range)),
                _ => None,
            });
            let mut first = texts.next();
            if matches!(self.word(&tokens[function]), "lookup" | "query") {
                let plugin = first.and_then(|(_, range)| self.text.get(range.clone())).unwrap_or("");
                if plugin == "env" {
                    first = texts.next();
                } else {
                    first = None;
                    reference |= !plugin.is_empty();
                }
            }
            if let Some((index, range)) = first {
                name = self.text.get(range.clone()).map(str::to_owned);
                // `getenv "X" "text"`, `fetch("X", "text")`, `fetch("X") { "text" }`, `ENV["X"] || "text"`
                let mut before = None;
                for token in tokens.get(index + 1..).unwrap_or(&[]) {
                    match token {
                        Token::Text(range) if matches!(before, None | Some(Mark::Or | Mark::Comma | Mark::Brace)) => {
                            fallback = Some(range.clone());
                            break;
                        }
                        Token::Mark(mark) => before = Some(*mark),
                        _ => before = Some(Mark::Other),
                    }
                }
            }
        }
        if fallback.is_none() {
            fallback = self.default_text(tokens);
        }
        if name.is_none() {
            let variable = words.iter().find(|word| word.starts_with('.') || word.starts_with("$."));
            name = variable.or_else(|| words.iter().find(|word| !is_function(word))).map(|word| (*word).to_owned());
        }
        let fallback = fallback.map(|range| self.literal(facts, &range));
        let kind = match (name, fallback) {
            (_, None) if reference => Kind::Reference,
            (None, None) => Kind::Unknown,
            (name, fallback) => Kind::Environment { name: name.unwrap_or_default(), fallback },
        };
        facts.add(kind, span)
    }

    /// The text after `default`, `or`, `coalesce`, `else` or `||`.
    fn default_text(&self, tokens: &[Token]) -> Option<Range<usize>> {
        for (index, token) in tokens.iter().enumerate() {
            let word = self.word(token);
            let rest = tokens.get(index + 1..).unwrap_or(&[]);
            match word {
                "default" | "d" | "else" => {
                    let next = rest.iter().find(|token| !matches!(token, Token::Mark(Mark::Open)));
                    if let Some(Token::Text(range)) = next {
                        return Some(range.clone());
                    }
                }
                "or" | "coalesce" | "dig" => {
                    for token in rest {
                        match token {
                            Token::Text(range) => return Some(range.clone()),
                            Token::Mark(Mark::Pipe | Mark::Close) => break,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        or_text(tokens)
    }
}

/// The text right after `||`.
fn or_text(tokens: &[Token]) -> Option<Range<usize>> {
    tokens.windows(2).find_map(|pair| match pair {
        [Token::Mark(Mark::Or), Token::Text(range)] => Some(range.clone()),
        _ => None,
    })
}

/// Whether a word of a template is one of the functions that are not variables.
fn is_function(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        || word.starts_with("rand")
        || word.starts_with("gen")
        || word.starts_with("SecureRandom")
        || word.starts_with("include")
        || matches!(
            word,
            "default"
                | "d"
                | "required"
                | "quote"
                | "squote"
                | "tpl"
                | "toString"
                | "toYaml"
                | "printf"
                | "print"
                | "ternary"
                | "if"
                | "else"
                | "end"
                | "with"
                | "range"
                | "index"
                | "or"
                | "and"
                | "not"
                | "coalesce"
                | "b64enc"
                | "b64dec"
                | "trim"
                | "trimSuffix"
                | "trunc"
                | "sha256sum"
                | "derivePassword"
                | "uuidv4"
                | "template"
                | "lookup"
                | "query"
                | "htpasswd"
                | "bcrypt"
                | "now"
                | "date"
                | "env"
                | "raw"
                | "true"
                | "false"
                | "nil"
                | "null"
        )
}

/// A token of a template expression: byte ranges of the scalar's text.
#[derive(Debug)]
enum Token {
    Word(Range<usize>),
    /// A quoted text, without its quotes.
    Text(Range<usize>),
    Mark(Mark),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Or,
    Pipe,
    Comma,
    Brace,
    Open,
    Close,
    Other,
}

fn tokens(text: &str, range: Range<usize>) -> Vec<Token> {
    let bytes = text.as_bytes().get(..range.end).unwrap_or(&[]);
    let mut tokens = Vec::new();
    let mut at = range.start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' | b'`' => {
                let start = at + 1;
                at = start;
                while bytes.get(at).is_some_and(|next| next != byte) {
                    at += if bytes.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
                let end = at.min(bytes.len());
                tokens.push(Token::Text(start..end.max(start)));
                at += 1;
            }
            b'|' if bytes.get(at + 1) == Some(&b'|') => {
                tokens.push(Token::Mark(Mark::Or));
                at += 2;
            }
            b'?' if bytes.get(at + 1) == Some(&b'?') => {
                tokens.push(Token::Mark(Mark::Or));
                at += 2;
            }
            byte if is_word(*byte) => {
                let start = at;
                while bytes.get(at).is_some_and(|byte| is_word(*byte) || *byte == b'-' && at > start) {
                    at += 1;
                }
                tokens.push(Token::Word(start..at));
            }
            byte => {
                if !byte.is_ascii_whitespace() {
                    tokens.push(Token::Mark(match byte {
                        b'|' => Mark::Pipe,
                        b',' => Mark::Comma,
                        b'{' => Mark::Brace,
                        b'(' | b'[' => Mark::Open,
                        b')' | b']' => Mark::Close,
                        _ => Mark::Other,
                    }));
                }
                at += 1;
            }
        }
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'@')
}

/// The closing brace of every `${`, found in one pass so that unclosed ones cost nothing.
fn closing_braces(text: &str) -> HashMap<usize, usize> {
    let mut closing = HashMap::new();
    let bytes = text.as_bytes();
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                open.push(Some(at));
                at += 2;
                continue;
            }
            b'{' if !open.is_empty() => open.push(None),
            b'}' => {
                if let Some(Some(start)) = open.pop() {
                    closing.insert(start, at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    closing
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(slice) = text.get(range.clone()) else { return range };
    let start = range.start + (slice.len() - slice.trim_start().len());
    start..start + slice.trim().len()
}

/// The range without the pair of quotes around it.
fn unquote(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(slice) = text.get(range.clone()) else { return range };
    for quote in ['"', '\'', '`'] {
        if slice.len() >= 2 && slice.starts_with(quote) && slice.ends_with(quote) {
            return range.start + 1..range.end - 1;
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::language::tree::testing::show;

    fn shown(text: &str, dialect: Dialect) -> String {
        let mut facts = Facts::new(Language::Yaml);
        let id = lower(&mut facts, &Scalar::exact(text, 0), dialect);
        show(text, &facts, id)
    }

    #[test]
    fn look_ups_and_their_fallbacks_keep_their_places() {
        for (text, expected) in [
            ("plain", "'plain'"),
            ("${X}", "env X"),
            ("${X:-a}", "env X or 'a'"),
            ("${X-a}", "env X or 'a'"),
            ("${X:='quoted'}", "env X or 'quoted'"),
            ("${X:?message}", "env X"),
            ("${X:a:b}", "env X or 'a:b'"),
            ("${X:}", "env X or ''"),
            ("${a.b-c:d}", "env a.b-c or 'd'"),
            ("${A:${B:-c}}", "env A or env B or 'c'"),
            ("${env:JWT, 'd'}", "env JWT or 'd'"),
            ("${ssm:/jwt/secret}", "reference"),
            ("a${X}b$$c", "concat ['a', env X, 'b$$c']"),
            ("pa$sword", "'pa$sword'"),
            ("$2a$10$abc", "'$2a$10$abc'"),
            ("${unclosed", "'${unclosed'"),
            ("{{ .V | default \"d\" }}", "env .V or 'd'"),
            ("{{ getenv \"X\" \"d\" }}", "env X or 'd'"),
            ("x-{{ .V }}", "concat ['x-', env .V]"),
            ("$(NAME)", "env NAME"),
            ("$(make secret)", "unknown"),
        ] {
            assert_eq!(shown(text, Dialect::YAML), expected, "{text}");
        }
    }

    #[test]
    fn a_dialect_decides_what_is_ambiguous() {
        assert_eq!(shown("${X:lit}", Dialect::DOTENV), "env X");
        assert_eq!(shown("a$b", Dialect::DOCKERFILE), "concat ['a', env b]");
        assert_eq!(shown("a$b", Dialect::DOTENV), "'a$b'");
        assert_eq!(shown("%name%", Dialect::YAML), "env name");
        assert_eq!(shown("%name%", Dialect::JSON), "'%name%'");
        assert_eq!(shown("$name", Dialect::YAML), "env name");
        assert_eq!(shown("$name", Dialect::JSON), "'$name'");
        assert_eq!(shown("$NAME", Dialect::JSON), "env NAME");
        // A sign in a password, unless it stands as names do that are put into a text.
        assert_eq!(shown("aB3#$QWER%", Dialect::YAML), "'aB3#$QWER%'");
        assert_eq!(shown("/srv/$NAME/jwt", Dialect::YAML), "concat ['/srv/', env NAME, '/jwt']");
    }

    #[test]
    fn what_is_kept_elsewhere_is_known() {
        for text in [
            "ENC(abc)",
            "ENC[AES256_GCM,data:x]",
            "{cipher}00",
            "vault:secret/x",
            "arn:aws:secretsmanager:eu-west-1:1:secret:jwt",
            "projects/p/secrets/jwt/versions/1",
            "@Microsoft.KeyVault(SecretUri=https://x)",
            "op://a/b/c",
            "sm://jwt",
            "secret://jwt",
            "ref+vault://x",
            "{{resolve:secretsmanager:a}}",
            "$ANSIBLE_VAULT;1.1;AES256",
            "/run/secrets/jwt",
        ] {
            assert!(is_reference(text), "{text}");
        }
        for text in ["secret", "projects/x", "vaulted-secret", "https://example.com/x", "arn:aws:s3:::bucket"] {
            assert!(!is_reference(text), "{text}");
        }
    }
}
