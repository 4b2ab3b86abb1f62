//! Commands that stand in configuration, and what they set: `JWT_SECRET=x node app.js`, `--jwt-secret=x`.
//!
//! This is no shell. It finds the words that give a name a value, wherever a word can begin, and leaves alone what it
//! is not sure of.

use std::ops::Range;

use crate::language::interpolation::{Dialect, find_end};
use crate::language::tree::{Assigned, NAME_LIMIT};

/// How shells write look-ups.
pub(crate) const DIALECT: Dialect = Dialect { shell: true, bare: true, spring: false, percent: false };

/// Whether configuration keeps a command, or a list of them, under this name.
pub(crate) fn is_command_key(key: &str) -> bool {
    const KEYS: &[&str] = &[
        "args",
        "bash",
        "bootcmd",
        "entrypoint",
        "exec",
        "inline",
        "install",
        "before_install",
        "powershell",
        "pwsh",
        "run",
        "runcmd",
        "startup-script",
        "user_data",
    ];
    const ENDS: &[&str] = &["command", "commands", "cmd", "script", "scripts"];
    let ends_in = |end: &&str| {
        let tail = key.len().checked_sub(end.len()).and_then(|start| key.get(start..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    KEYS.iter().any(|known| key.eq_ignore_ascii_case(known)) || ENDS.iter().any(ends_in)
}

/// Whether a list under this name holds the words of one command, and not one command an item.
pub(crate) fn holds_words(key: &str) -> bool {
    ["args", "cmd", "command", "entrypoint", "exec"].iter().any(|known| key.eq_ignore_ascii_case(known))
}

/// The bytes of an option's name in a word that is `--name` and nothing else.
pub(crate) fn option(word: &str) -> Option<Range<usize>> {
    let name = word.strip_prefix("--")?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= NAME_LIMIT
        && name.bytes().all(is_name_byte);
    is_name.then_some(2..word.len())
}

/// What a command sets, or the lines of a script do.
pub(crate) fn assigned(text: &str) -> Vec<Assigned> {
    read(text, false)
}

/// What the value of an option sets that carries assignments, by the name of the option: `A=1,B=2` of `--set`.
pub(crate) fn carried(option: &str, text: &str) -> Option<Vec<Assigned>> {
    carries_assignment(option).then(|| read(text, true))
}

/// `list` says that commas part assignments from the start.
fn read(text: &str, mut list: bool) -> Vec<Assigned> {
    let mut reader = Reader { text, bytes: text.as_bytes(), absent: Vec::new() };
    let mut found = Vec::new();
    let mut at = 0;
    let mut quote = None;
    let mut begins = true;
    while let Some(byte) = reader.byte(at) {
        if begins && byte == b'#' && quote.is_none() {
            at = reader
                .bytes
                .get(at..)
                .and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
                .map_or(reader.bytes.len(), |length| at + length);
            continue;
        }
        if begins && let Some(word) = reader.word(at, quote, list) {
            found.push(word.assigned);
            (at, quote, list, begins) = (word.next, word.quote, word.list, false);
            continue;
        }
        at += 1;
        begins = match byte {
            b',' => list,
            b'\\' => {
                let next = reader.byte(at);
                at += usize::from(next.is_some_and(|next| next.is_ascii()));
                next.is_some_and(|next| next.is_ascii_whitespace())
            }
            b'"' | b'\'' if quote == Some(byte) => {
                quote = None;
                false
            }
            b'"' | b'\'' => {
                quote = quote.or(Some(byte));
                true
            }
            b';' | b'&' | b'|' | b'(' => quote.is_none(),
            b'`' => true,
            _ => byte.is_ascii_whitespace(),
        };
        list &= !byte.is_ascii_whitespace();
    }
    found
}

/// Options whose value is an assignment: `--build-arg A=1`, `--from-literal=A=1`, `--set a.b=1,c=2`.
fn carries_assignment(option: &str) -> bool {
    ["arg", "build-arg", "env", "from-literal", "set", "set-env-vars", "set-string", "update-env-vars", "var"]
        .contains(&option)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Whether a word ends before this byte.
fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b';' | b'&' | b'|' | b')' | b'<' | b'>' | b'`')
}

/// A word that sets something.
struct Word {
    assigned: Assigned,
    /// Where to go on.
    next: usize,
    /// The quote that is open there.
    quote: Option<u8>,
    /// Whether a comma there leads to the next assignment of the same option.
    list: bool,
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Ends that are not in the rest of the text, so that none is looked for twice.
    absent: Vec<&'static str>,
}

impl Reader<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The word at `at`, if it sets something. `quote` is open there; `list` says that a comma may end its value.
    fn word(&mut self, at: usize, quote: Option<u8>, list: bool) -> Option<Word> {
        const POWERSHELL: &str = "$env:";
        let prefix = self.text.get(at..at + POWERSHELL.len());
        if prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(POWERSHELL)) {
            let name = self.name(at + POWERSHELL.len())?;
            let equals = self.blanks(name.end);
            return (self.byte(equals) == Some(b'=') && self.byte(equals + 1) != Some(b'='))
                .then(|| self.blanks(equals + 1))
                .and_then(|start| self.value(name, start, quote, false));
        }
        let mut start = at;
        while start < at + 2 && self.byte(start) == Some(b'-') {
            start += 1;
        }
        let dashes = start - at;
        // `-Djwt.secret=x` sets a system property of Java.
        if dashes == 1 && self.byte(start) == Some(b'D') && self.byte(start + 1).is_some_and(|b| b.is_ascii_lowercase())
        {
            start += 1;
        }
        let name = self.name(start)?;
        let carries = dashes > 0 && self.text.get(name.clone()).is_some_and(carries_assignment);
        match self.byte(name.end) {
            Some(b'=') if self.byte(name.end + 1) == Some(b'=') => None,
            Some(b'=' | b' ') if carries => {
                let start = self.blanks(name.end + 1);
                let opened = self.byte(start).filter(|byte| matches!(byte, b'"' | b'\'') && quote.is_none());
                let start = start + usize::from(opened.is_some());
                let name = self.name(start)?;
                (self.byte(name.end) == Some(b'='))
                    .then_some(name.end + 1)
                    .and_then(|start| self.value(name, start, opened.or(quote), true))
            }
            Some(b'=') => self.value(name.clone(), name.end + 1, quote, list),
            Some(b' ') if dashes == 2 => {
                let start = self.blanks(name.end);
                let next = name.end;
                let is_value = self.byte(start).is_some_and(|byte| byte != b'-' && !ends_word(byte) && byte != b'\\');
                // The next word may set something of its own.
                let word = if is_value { self.value(name, start, quote, false) } else { None };
                word.map(|word| Word { next, quote, ..word })
            }
            _ => None,
        }
    }

    /// The name at `start`.
    fn name(&self, start: usize) -> Option<Range<usize>> {
        let rest = self.bytes.get(start..)?;
        let length = rest.iter().take(NAME_LIMIT + 1).position(|byte| !is_name_byte(*byte)).unwrap_or(rest.len());
        let begins = rest.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        (begins && length <= NAME_LIMIT).then_some(start..start + length)
    }

    fn blanks(&self, start: usize) -> usize {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        start + self.bytes.get(start..).map_or(0, |rest| rest.iter().take_while(blank).count())
    }

    /// The value at `start`; nothing if it is empty or made of several pieces. With `list` a comma ends it.
    fn value(&mut self, name: Range<usize>, start: usize, quote: Option<u8>, list: bool) -> Option<Word> {
        let word = |value: Range<usize>, next| {
            (!value.is_empty()).then_some(Word { assigned: Assigned { name, value }, next, quote, list })
        };
        if let Some(mark) = self.byte(start).filter(|byte| matches!(byte, b'"' | b'\'') && quote != Some(*byte)) {
            let end = self.closing(mark, start + 1)?;
            let last = self
                .byte(end + 1)
                .is_none_or(|byte| ends_word(byte) || quote == Some(byte) || matches!(byte, b',' | b'\\'));
            return last.then(|| word(start + 1..end, end + 1)).flatten();
        }
        let mut at = start;
        while let Some(byte) = self.byte(at) {
            let rest = self.text.get(at..).unwrap_or("");
            if rest.starts_with("${{") {
                at = self.find("}}", at)? + 2;
            } else if rest.starts_with("${") {
                at = self.find("}", at)? + 1;
            } else if rest.starts_with("$(") {
                at = self.parenthesis(at + 1)?;
            } else if matches!(byte, b'"' | b'\'') {
                if quote == Some(byte) {
                    break;
                }
                return None;
            } else if ends_word(byte) || list && byte == b',' || byte == b'\\' {
                break;
            } else {
                at += 1;
            }
        }
        word(start..at, at)
    }

    /// The next `mark` from `from` on. In double quotes a backslash takes away a quote's meaning.
    fn closing(&mut self, mark: u8, from: usize) -> Option<usize> {
        let name = if mark == b'"' { "\"" } else { "'" };
        if self.absent.contains(&name) {
            return None;
        }
        let mut escaped = false;
        for (offset, byte) in self.bytes.get(from..)?.iter().enumerate() {
            if *byte == mark && !escaped {
                return Some(from + offset);
            }
            escaped = mark == b'"' && *byte == b'\\' && !escaped;
        }
        self.absent.push(name);
        None
    }

    fn find(&mut self, end: &'static str, from: usize) -> Option<usize> {
        find_end(self.text, &mut self.absent, end, from)
    }

    /// Where the parenthesis that opens at `start` is behind its end.
    fn parenthesis(&mut self, start: usize) -> Option<usize> {
        if self.absent.contains(&")") {
            return None;
        }
        let mut open = 0usize;
        for (offset, byte) in self.bytes.get(start..)?.iter().enumerate() {
            match byte {
                b'(' => open += 1,
                b')' => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                return Some(start + offset + 1);
            }
        }
        self.absent.push(")");
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(&str, &str)> {
        assigned(text).into_iter().map(|found| (&text[found.name], &text[found.value])).collect()
    }

    #[test]
    fn words_that_set_something_are_found() {
        for (text, expected) in [
            ("A=1 node app.js", &[("A", "1")][..]),
            ("export A=x; B='y z' npm test", &[("A", "x"), ("B", "y z")]),
            ("cross-env A=1 B=\"two words\" jest", &[("A", "1"), ("B", "two words")]),
            ("set A=1&& node app.js", &[("A", "1")]),
            ("sh -c \"A=1 node app.js\"", &[("A", "1")]),
            ("sh -c \"A='x y' node\" B=2", &[("A", "x y"), ("B", "2")]),
            ("echo \"A=1\" >> .env", &[("A", "1")]),
            ("docker run -e A=1 --env B=2 --env=C=3 x", &[("A", "1"), ("B", "2"), ("C", "3")]),
            ("helm install x --set a.b=1,c=2", &[("a.b", "1"), ("c", "2")]),
            ("helm install x --set \"a.b=1,c=2\" D=3", &[("a.b", "1"), ("c", "2"), ("D", "3")]),
            ("kubectl create --from-literal='a=1' --from-literal=b=2", &[("a", "1"), ("b", "2")]),
            ("node app.js --a-b=1 --c d --e", &[("a-b", "1"), ("c", "d")]),
            ("run --rm A=1", &[("rm", "A=1"), ("A", "1")]),
            ("java -Djwt.secret=x -jar app.jar", &[("jwt.secret", "x")]),
            ("$env:A = \"x\"\n$env:B='y'", &[("A", "x"), ("B", "y")]),
            ("A=1 \\\n  B=2\n# C=3\nD=4", &[("A", "1"), ("B", "2"), ("D", "4")]),
            (
                "A=$(openssl rand 1) B=${C:-d e} D=${{ secrets.E }}",
                &[("A", "$(openssl rand 1)"), ("B", "${C:-d e}"), ("D", "${{ secrets.E }}")],
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        for text in [
            "sed -i \"s/A=.*/A=x/\" .env",
            "[ \"$A\" = \"x\" ] && echo no",
            "test $A == x",
            "[[ A==x ]]",
            "echo \"A= is missing\"",
            "curl https://example.com/?a=1",
            "A='x'\"$B\" node",
            "A=x\"$B\" node",
            "A=`date` node",
            "# A=1",
            "A=",
            "A='open",
        ] {
            assert_eq!(shown(text), [], "{text}");
        }
    }

    #[test]
    fn hostile_commands_are_read_once() {
        let started = std::time::Instant::now();
        for piece in ["A=$(", "A=${", "A='", "A=\"\\", "--a ", "A=(", "A", "\\", "A=${{ ", "$env:A "] {
            assigned(&piece.repeat(300_000));
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_a_command(text in "[A-B=$(){}'\"\\\\ \n#é-]{0,60}") {
            for found in assigned(&text) {
                proptest::prop_assert!(text.get(found.name).is_some() && text.get(found.value).is_some());
            }
        }
    }
}
