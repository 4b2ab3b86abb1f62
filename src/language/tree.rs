//! What the structured formats have in common: a tree of maps, lists and scalars, and how it becomes entries.
//!
//! The conventions that give a value its name (`- NAME=value`, `{name: X, value: Y}`, a Kubernetes Secret's base64,
//! a file kept in a block scalar) are the same in YAML, JSON, TOML and Terraform, so they are read here once.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::facts::{Entry, Facts, Kind, Span, ValueId};
use crate::language::Language;
use crate::language::command;
use crate::language::embedded::{self, Cut, EMBEDDING_LIMIT, OffsetMap};
use crate::language::interpolation::{self, Dialect};

/// How many names may lead to a value. What lies deeper is reported and not read: no configuration anybody wrote is
/// that deep, and every entry carries its whole path.
pub(crate) const DEPTH_LIMIT: usize = 100;

/// How many bytes the names that lead to a value may have together.
const PATH_LIMIT: usize = 4096;

/// How many bytes of a name are kept. Nothing that is longer names a secret.
pub(crate) const NAME_LIMIT: usize = 256;

/// How many nodes may be read once more because an alias or merge key repeats them.
const ALIAS_LIMIT: usize = 20_000;

/// The names that lead to a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    names: Vec<String>,
    bytes: usize,
}

impl Path {
    /// The path of these names, cut to what a path may have.
    pub fn of(names: &[String]) -> Path {
        let mut path = Path::default();
        for name in names {
            if !path.push(name) {
                break;
            }
        }
        path
    }

    /// Goes one name deeper; `false` if that is too deep, and then nothing is pushed.
    pub fn push(&mut self, name: &str) -> bool {
        let name = shorten(name);
        if self.names.len() >= DEPTH_LIMIT || self.bytes + name.len() > PATH_LIMIT {
            return false;
        }
        self.bytes += name.len();
        self.names.push(name.to_owned());
        true
    }

    /// Goes back one name.
    pub fn pop(&mut self) {
        if let Some(name) = self.names.pop() {
            self.bytes -= name.len();
        }
    }

    /// The names, outermost first.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// A name cut to [`NAME_LIMIT`] bytes, at a character boundary.
pub(crate) fn shorten(name: &str) -> &str {
    if name.len() <= NAME_LIMIT {
        return name;
    }
    let mut end = NAME_LIMIT;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or("")
}

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(usize);

/// How the bytes of a scalar's text lie in the file.
#[derive(Clone, Debug)]
pub(crate) enum Place<'a> {
    /// As they are, from the span's start on.
    Exact,
    /// By a map; the scalar's text begins at this offset of the mapped text.
    Mapped(Cow<'a, OffsetMap>, usize),
    /// They were changed by escapes or an encoding: any part of the text has the whole scalar's span.
    Whole,
}

/// A single value: its text with escapes resolved, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Scalar<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// Where it stands, without quotes.
    pub span: Span,
    /// Where the parts of it stand.
    pub place: Place<'a>,
}

impl<'a> Scalar<'a> {
    /// A scalar that stands at `start` just as it is.
    pub fn exact(text: &'a str, start: usize) -> Self {
        Scalar { text: Cow::Borrowed(text), span: Span::new(start, start + text.len()), place: Place::Exact }
    }

    /// A scalar whose text the file writes differently.
    pub fn changed(text: impl Into<Cow<'a, str>>, span: Span) -> Self {
        Scalar { text: text.into(), span, place: Place::Whole }
    }

    /// A quoted scalar whose text is `content` and is written `raw` at `start`. Its parts keep their places if the two
    /// differ in nothing but the escapes that JSON, YAML and TOML have in common.
    pub fn escaped(content: impl Into<Cow<'a, str>>, raw: &str, start: usize) -> Self {
        let text = content.into();
        let span = Span::new(start, start + raw.len());
        let place = match escapes(raw, start).filter(|cut| cut.text == text) {
            Some(cut) => Place::Mapped(Cow::Owned(cut.map), 0),
            None => Place::Whole,
        };
        Scalar { text, span, place }
    }

    /// The file's span of the text's bytes `start..end`.
    pub fn part(&self, start: usize, end: usize) -> Span {
        match &self.place {
            Place::Exact => Span::new(self.span.start as usize + start, self.span.start as usize + end),
            Place::Mapped(map, base) => map.span(Span::new(base + start, base + end)),
            Place::Whole => self.span,
        }
    }

    /// The scalar that is the text's bytes `start..end`; `None` if they are no text.
    pub fn slice(&self, start: usize, end: usize) -> Option<Scalar<'_>> {
        let text = self.text.get(start..end)?;
        let place = match &self.place {
            Place::Exact => Place::Exact,
            Place::Mapped(map, base) => Place::Mapped(Cow::Borrowed(map.as_ref()), base + start),
            Place::Whole => Place::Whole,
        };
        Some(Scalar { text: Cow::Borrowed(text), span: self.part(start, end), place })
    }
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Node<'a> {
    /// Text, possibly with look-ups in it.
    Text(Scalar<'a>),
    /// A value that is not text, or was lowered already.
    Value(ValueId),
    /// Pairs in source order.
    Map(Vec<Pair<'a>>),
    /// Items in source order.
    List(Vec<NodeId>),
    /// Several nodes of which each stands for the whole: the arguments of a merge.
    Together(Vec<NodeId>),
    /// The same as another node of the tree.
    Alias(NodeId),
}

/// One entry of a map.
#[derive(Clone, Debug)]
pub(crate) struct Pair<'a> {
    /// The key.
    pub key: Cow<'a, str>,
    /// Where it stands, without quotes.
    pub key_span: Span,
    /// The value.
    pub value: NodeId,
}

/// The nodes of one document.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
}

impl<'a> Tree<'a> {
    /// Adds a node.
    pub fn add(&mut self, node: Node<'a>) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() - 1)
    }

    /// The map behind an id, to add to it.
    pub fn map_mut(&mut self, id: NodeId) -> Option<&mut Vec<Pair<'a>>> {
        match self.nodes.get_mut(id.0) {
            Some(Node::Map(pairs)) => Some(pairs),
            _ => None,
        }
    }

    /// The list behind an id, to add to it.
    pub fn list_mut(&mut self, id: NodeId) -> Option<&mut Vec<NodeId>> {
        match self.nodes.get_mut(id.0) {
            Some(Node::List(items)) => Some(items),
            _ => None,
        }
    }

    /// The node behind an id; an alias is followed.
    fn get(&self, mut id: NodeId) -> Option<&Node<'a>> {
        // An alias points at an earlier node, so following it ends.
        loop {
            match self.nodes.get(id.0)? {
                Node::Alias(target) if target.0 < id.0 => id = *target,
                Node::Alias(_) => return None,
                node => return Some(node),
            }
        }
    }

    fn text(&self, id: NodeId) -> Option<&Scalar<'a>> {
        match self.get(id)? {
            Node::Text(scalar) => Some(scalar),
            _ => None,
        }
    }

    fn map(&self, id: NodeId) -> Option<&[Pair<'a>]> {
        match self.get(id)? {
            Node::Map(pairs) => Some(pairs),
            _ => None,
        }
    }
}

/// Resolves the escapes of a quoted text that stands at byte `start`; nothing if there are others, or too many for a map
/// of them to be worth it.
pub(crate) fn escapes(raw: &str, start: usize) -> Option<Cut> {
    const MOST: usize = 4096;
    let mut cut = Cut::default();
    let mut done = 0;
    for _ in 0..MOST {
        let rest = raw.get(done..)?;
        let Some(plain) = rest.find('\\') else {
            cut.push(rest, start + done);
            return Some(cut);
        };
        cut.push(rest.get(..plain)?, start + done);
        let escape = rest.get(plain..)?;
        let (character, length) = match escape.as_bytes().get(1)? {
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            byte @ (b'"' | b'\\' | b'/' | b'\'') => (*byte as char, 2),
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'u' => unicode(escape)?,
            _ => return None,
        };
        cut.push_changed(character.encode_utf8(&mut [0; 4]), start + done + plain, length);
        done += plain + length;
    }
    None
}

/// The character of `\uXXXX`, or of two of them that are a surrogate pair (RFC 8259 §7), and how long it is written.
fn unicode(escape: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = escape.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, 6));
    }
    Some((char::decode_utf16([first, unit(6)?]).next()?.ok()?, 12))
}

/// Reads entries off a tree into facts.
pub(crate) struct Reader<'t, 'a> {
    tree: &'t Tree<'a>,
    facts: &'t mut Facts,
    dialect: Dialect,
    /// How many files deep the tree's file stands.
    depth: usize,
    path: Path,
    /// The value of a node that was lowered, so that an alias shares it.
    lowered: Vec<Option<ValueId>>,
    repeated: usize,
    inside_alias: usize,
    too_deep: bool,
}

/// What is known of a node from the nodes it stands in.
#[derive(Clone, Copy, Debug, Default)]
struct Inherited {
    /// Every value is encrypted or kept elsewhere.
    reference: bool,
    /// Every value is base64 of what is meant.
    base64: bool,
    /// An item may hold several `A=1 B=2`.
    variables: bool,
    /// What kind of file it is, where that changes what its names mean.
    document: Document,
}

/// The kinds of files in which names mean something else than elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Document {
    #[default]
    Any,
    /// A package's manifest: `package.json`, `composer.json`.
    Package,
    /// The description of an interface: OpenAPI, AsyncAPI.
    Interface,
}

impl Document {
    fn of(pairs: &[Pair<'_>]) -> Document {
        let has = |key: &str| pairs.iter().any(|pair| pair.key == key);
        if has("openapi") || has("swagger") || has("asyncapi") {
            Document::Interface
        } else if has("dependencies") || has("devDependencies") || has("require") || has("name") && has("scripts") {
            Document::Package
        } else {
            Document::Any
        }
    }
}

/// Adds the entries of all `roots` to `facts`. `prefix` leads to them; `depth` is how many files deep the file stands.
pub(crate) fn read(
    tree: &Tree<'_>,
    roots: &[NodeId],
    facts: &mut Facts,
    dialect: Dialect,
    prefix: &Path,
    depth: usize,
) {
    let mut reader = Reader {
        tree,
        facts,
        dialect,
        depth,
        path: prefix.clone(),
        lowered: vec![None; tree.nodes.len()],
        repeated: 0,
        inside_alias: 0,
        too_deep: false,
    };
    for root in roots {
        let mut inherited = Inherited::default();
        if let Some(pairs) = tree.map(*root) {
            inherited.document = Document::of(pairs);
            // SOPS keeps its keys beside the values it has encrypted.
            inherited.reference = pairs.iter().any(|pair| {
                pair.key == "sops"
                    && tree.map(pair.value).is_some_and(|sops| {
                        sops.iter().any(|inner| matches!(inner.key.as_ref(), "mac" | "version" | "lastmodified"))
                    })
            });
        }
        reader.node(*root, Span::default(), inherited);
    }
    let (too_deep, repeated) = (reader.too_deep, reader.repeated);
    if too_deep {
        facts.problems.push(format!("values nested deeper than {DEPTH_LIMIT} levels were not read"));
    }
    if repeated > ALIAS_LIMIT {
        facts.problems.push(format!("aliases repeat more than {ALIAS_LIMIT} values; the rest was not read"));
    }
}

/// Keys whose value says where a secret is kept, not what it is.
fn leads_elsewhere(key: &str) -> bool {
    matches!(
        key.to_ascii_lowercase().as_str(),
        "valuefrom"
            | "secretkeyref"
            | "configmapkeyref"
            | "fieldref"
            | "resourcefieldref"
            | "secretref"
            | "remoteref"
            | "from_secret"
            | "fromsecret"
            | "sealedsecret"
            | "encrypteddata"
            | "!reference"
    )
}

/// Whether a map under this name holds no settings: what describes an object for others (`parent` is the name above),
/// what a package depends on, the combinations a job is run in.
fn holds_no_settings(key: &str, parent: Option<&str>, document: Document) -> bool {
    let ends_in = |end: &str| {
        let tail = key.len().checked_sub(end.len()).and_then(|start| key.get(start..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    // Container labels configure proxies, secrets and all; those of Kubernetes cannot hold any.
    ends_in("annotations")
        || ends_in("labels") && (key.len() > "labels".len() || matches!(parent, Some("metadata" | "selector")))
        || ends_in("dependencies")
        || document == Document::Package
            && matches!(key, "require" | "require-dev" | "resolutions" | "overrides" | "engines")
        || key == "matrix" && parent == Some("strategy")
}

/// Whether a pair of this key shows what a value could be, in a map that describes the value.
fn is_example(pairs: &[Pair<'_>], key: &str, document: Document) -> bool {
    matches!(key, "example" | "examples")
        && (document == Document::Interface
            || pairs
                .iter()
                .any(|pair| matches!(pair.key.as_ref(), "type" | "$ref" | "schema" | "allOf" | "oneOf" | "anyOf")))
}

/// Whether the word before says that a shell reads this one: `sh -c`, `bash -ec`.
fn follows_shell(previous: Option<&Scalar<'_>>) -> bool {
    previous.is_some_and(|word| {
        word.text
            .strip_prefix('-')
            .is_some_and(|flags| flags.ends_with('c') && flags.len() <= 4 && !flags.starts_with('-'))
    })
}

/// Whether the value of a pair of this key names the value of the pair beside it.
pub(crate) fn is_name_key(key: &str) -> bool {
    ["name", "key", "parameterkey"].iter().any(|known| key.eq_ignore_ascii_case(known))
}

fn is_value_key(key: &str) -> bool {
    matches!(key.to_ascii_lowercase().as_str(), "value" | "parametervalue" | "valuefrom" | "value_from")
}

impl<'t, 'a> Reader<'t, 'a> {
    fn node(&mut self, id: NodeId, key_span: Span, inherited: Inherited) {
        if self.inside_alias > 0 {
            self.repeated += 1;
            if self.repeated > ALIAS_LIMIT {
                return;
            }
        }
        let tree = self.tree;
        let Some(node) = tree.nodes.get(id.0) else { return };
        match node {
            Node::Text(scalar) => self.scalar(id, scalar, key_span, inherited),
            Node::Value(value) => {
                let value = if inherited.reference {
                    let span = self.facts.value(*value).span;
                    self.facts.add(Kind::Reference, span)
                } else {
                    *value
                };
                self.entry(key_span, value);
            }
            Node::Map(pairs) => self.map(pairs, key_span, inherited),
            Node::List(items) => {
                for (position, item) in items.iter().enumerate() {
                    if !self.path.push(&position.to_string()) {
                        self.too_deep = true;
                        break;
                    }
                    self.item(*item, inherited);
                    self.path.pop();
                }
            }
            Node::Together(nodes) => {
                // No name leads from the whole to its parts, so the nesting is counted here.
                if self.path.push("") {
                    self.path.pop();
                    for node in nodes {
                        self.node(*node, key_span, inherited);
                    }
                }
            }
            Node::Alias(target) if target.0 < id.0 => {
                self.inside_alias += 1;
                self.node(*target, key_span, inherited);
                self.inside_alias -= 1;
            }
            Node::Alias(_) => {}
        }
    }

    fn entry(&mut self, key_span: Span, value: ValueId) {
        self.facts.entries.push(Entry { path: self.path.names().to_vec(), key_span, value });
    }

    fn item(&mut self, id: NodeId, inherited: Inherited) {
        match self.tree.text(id) {
            Some(scalar) if !inherited.reference => {
                if !self.assignments(scalar, inherited.variables) {
                    self.node(id, scalar.span, inherited);
                }
            }
            _ => self.node(id, Span::default(), inherited),
        }
    }

    /// Reads `NAME=value`, or where `several` allows it `A=1 B=2`; `false` if the text is no such thing.
    fn assignments(&mut self, scalar: &Scalar<'_>, several: bool) -> bool {
        let parts = assignments(&scalar.text, several);
        for part in &parts {
            self.assigned(scalar, part, self.dialect);
        }
        !parts.is_empty()
    }

    fn map(&mut self, pairs: &'t [Pair<'a>], key_span: Span, inherited: Inherited) {
        let tree = self.tree;
        let mut inherited = inherited;
        let kind = pairs
            .iter()
            .find(|pair| pair.key == "kind")
            .and_then(|pair| tree.text(pair.value))
            .map(|scalar| scalar.text.as_ref());
        if matches!(kind, Some("SealedSecret" | "ExternalSecret" | "ClusterExternalSecret" | "SecretProviderClass")) {
            inherited.reference = true;
        }
        if let [pair] = pairs
            && (pair.key == "Ref" || pair.key.starts_with("Fn::"))
        {
            let id = self.facts.add(Kind::Reference, pair.key_span);
            self.entry(key_span, id);
            return;
        }

        // `{name: X, value: Y}` names Y X.
        let mut named = None;
        if !inherited.reference
            && let Some(name) = pairs.iter().find(|pair| is_name_key(&pair.key))
            && let Some(value) = pairs.iter().find(|pair| is_value_key(&pair.key))
            && let Some(scalar) = tree.text(name.value)
            && !scalar.text.is_empty()
            && !scalar.text.contains('\n')
        {
            named = Some((value.value, scalar));
        }

        let parent = self.path.names().last().cloned();
        // `{key: ..., secret: ...}`: the key is public, and says which secret it is.
        let has_secret = pairs.iter().any(|pair| pair.key == "secret");
        for pair in pairs {
            if is_example(pairs, &pair.key, inherited.document) {
                // No setting, but it is known where it stands: a token there is one to be shown.
                if let Some(Node::Text(scalar)) = tree.nodes.get(pair.value.0)
                    && self.path.push(&pair.key)
                {
                    let shown = self.facts.add(Kind::Unknown, scalar.span);
                    self.entry(pair.key_span, shown);
                    self.path.pop();
                }
                continue;
            }
            if holds_no_settings(&pair.key, parent.as_deref(), inherited.document) && tree.text(pair.value).is_none() {
                continue;
            }
            let mut below = inherited;
            if leads_elsewhere(&pair.key) || has_secret && pair.key == "key" {
                below.reference = true;
            }
            below.base64 = kind == Some("Secret") && pair.key == "data";
            below.variables = pair.key == "env"
                || inherited.variables && matches!(pair.key.as_ref(), "global" | "jobs" | "matrix" | "secure");
            if below.variables && pair.key == "secure" {
                below.reference = true;
            }
            if let Some((value, name)) = named
                && value == pair.value
            {
                if self.path.push(&name.text) {
                    if leads_elsewhere(&pair.key) || pair.key.eq_ignore_ascii_case("value_from") {
                        let id = self.facts.add(Kind::Reference, pair.key_span);
                        self.entry(name.span, id);
                    } else {
                        self.node(pair.value, name.span, below);
                    }
                    self.path.pop();
                } else {
                    self.too_deep = true;
                }
                continue;
            }
            if pair.key == "<<" {
                self.merge_key(pair, below);
                continue;
            }
            if !self.path.push(&pair.key) {
                self.too_deep = true;
                continue;
            }
            // A text that is read anew is read where it stands, not wherever an alias repeats it.
            let text = match tree.nodes.get(pair.value.0) {
                Some(Node::Text(scalar)) if !below.reference => Some(scalar),
                _ => None,
            };
            let file = embedded::file_format(&pair.key).filter(|_| self.depth < EMBEDDING_LIMIT);
            match text {
                Some(scalar) if inherited.base64 => self.encoded(scalar, pair, file),
                Some(scalar) if file.is_some() && scalar.text.trim().contains(['\n', '=', '{']) => {
                    if let Some(language) = file {
                        self.file(scalar, language);
                    }
                }
                Some(scalar) if command::is_command_key(&pair.key) => {
                    if !self.command(scalar) {
                        self.node(pair.value, pair.key_span, below);
                    }
                }
                // The name of a package's script says what it does.
                Some(scalar) if inherited.document == Document::Package && parent.as_deref() == Some("scripts") => {
                    self.command(scalar);
                }
                Some(scalar) if self.depth < EMBEDDING_LIMIT && listed_format(&scalar.text).is_some() => {
                    if let Some(language) = listed_format(&scalar.text) {
                        self.file(scalar, language);
                    }
                }
                None if !below.reference && command::is_command_key(&pair.key) => match tree.get(pair.value) {
                    Some(Node::List(items)) => self.commands(items, command::holds_words(&pair.key), below),
                    _ => self.node(pair.value, pair.key_span, below),
                },
                Some(scalar) if below.variables && !below.reference && self.assignments(scalar, true) => {}
                _ => self.node(pair.value, pair.key_span, below),
            }
            self.path.pop();
        }
    }

    /// What a command, or a script of several lines, sets; `false` if that is nothing.
    fn command(&mut self, scalar: &Scalar<'_>) -> bool {
        let parts = command::assigned(&scalar.text);
        for part in &parts {
            self.assigned(scalar, part, command::DIALECT);
        }
        !parts.is_empty()
    }

    /// A list of commands, or of the `words` of one.
    fn commands(&mut self, items: &[NodeId], words: bool, inherited: Inherited) {
        let mut previous: Option<&Scalar<'a>> = None;
        for (position, item) in items.iter().enumerate() {
            if !self.path.push(&position.to_string()) {
                self.too_deep = true;
                break;
            }
            if self.inside_alias > 0 {
                self.repeated += 1;
            }
            match self.tree.nodes.get(item.0).filter(|_| self.repeated <= ALIAS_LIMIT) {
                Some(Node::Text(scalar)) => {
                    let option = previous.filter(|_| words && !scalar.text.starts_with('-'));
                    let named = option.and_then(|option| Some((option, command::option(&option.text)?)));
                    let carried = named
                        .as_ref()
                        .and_then(|(option, name)| command::carried(option.text.get(name.clone())?, &scalar.text));
                    let own = scalar.text.split_once('=').and_then(|(option, _)| {
                        let name = command::option(option)?;
                        command::carried(option.get(name)?, "")
                    });
                    if let Some(parts) = carried {
                        for part in &parts {
                            self.assigned(scalar, part, self.dialect);
                        }
                    } else if let Some((option, name)) = named {
                        self.named(option, name, scalar, self.dialect);
                    } else {
                        let whole = words && own.is_none() && !follows_shell(previous);
                        let found = whole && self.assignments(scalar, false) || self.command(scalar);
                        if !found {
                            self.node(*item, scalar.span, inherited);
                        }
                    }
                    previous = Some(scalar);
                }
                Some(Node::List(inner)) => self.commands(inner, words, inherited),
                _ => self.node(*item, Span::default(), inherited),
            }
            self.path.pop();
        }
    }

    /// Adds what a part of a text sets.
    fn assigned(&mut self, scalar: &Scalar<'_>, part: &Assigned, dialect: Dialect) {
        if let Some(value) = scalar.slice(part.value.start, part.value.end) {
            self.named(scalar, part.name.clone(), &value, dialect);
        }
    }

    /// Adds a value under the name that stands in another text.
    fn named(&mut self, text: &Scalar<'_>, name: std::ops::Range<usize>, value: &Scalar<'_>, dialect: Dialect) {
        let key_span = text.part(name.start, name.end);
        let Some(name) = text.text.get(name) else { return };
        if !self.path.push(name) {
            self.too_deep = true;
            return;
        }
        let id = interpolation::lower(self.facts, value, dialect);
        self.entry(key_span, id);
        expand_json(self.facts, &self.path, value, self.depth);
        self.path.pop();
    }

    /// `<<: *defaults`, `<<: [*a, *b]`: the entries belong to the map the key stands in.
    fn merge_key(&mut self, pair: &Pair<'a>, inherited: Inherited) {
        let tree = self.tree;
        // The key adds no name, so a chain of merges would not be stopped by the path's depth alone.
        if self.inside_alias >= DEPTH_LIMIT {
            self.too_deep = true;
            return;
        }
        self.inside_alias += 1;
        match tree.get(pair.value) {
            Some(Node::List(items)) => {
                for item in items {
                    self.node(*item, pair.key_span, inherited);
                }
            }
            _ => self.node(pair.value, pair.key_span, inherited),
        }
        self.inside_alias -= 1;
    }

    /// A value of a Kubernetes Secret's `data`: base64 (RFC 4648 §4) of what is meant.
    fn encoded(&mut self, scalar: &Scalar<'_>, pair: &Pair<'a>, file: Option<Language>) {
        if interpolation::is_dynamic(&scalar.text) {
            let id = interpolation::lower(self.facts, scalar, self.dialect);
            self.entry(pair.key_span, id);
            return;
        }
        match decode(&scalar.text) {
            Some(decoded) => {
                let decoded = Scalar::changed(decoded, scalar.span);
                if let Some(language) = file {
                    self.file(&decoded, language);
                    return;
                }
                let text = decoded.text.clone().into_owned();
                let id = self.facts.add(Kind::Literal(text), scalar.span);
                self.entry(pair.key_span, id);
                expand_json(self.facts, &self.path, &decoded, self.depth);
            }
            // Key bytes that are no text, or a value somebody forgot to encode.
            None => {
                let id = self.facts.add(Kind::Literal(scalar.text.clone().into_owned()), scalar.span);
                self.entry(pair.key_span, id);
            }
        }
    }

    /// A whole file kept as a value.
    fn file(&mut self, scalar: &Scalar<'_>, language: Language) {
        let Some(mut inner) = embedded::configuration_at(language, &scalar.text, self.depth + 1) else { return };
        embedded::relocate(&mut inner, |span| scalar.part(span.start as usize, span.end as usize));
        let prefix = self.path.names().to_vec();
        embedded::merge(self.facts, inner, &prefix);
    }

    fn scalar(&mut self, id: NodeId, scalar: &Scalar<'a>, key_span: Span, inherited: Inherited) {
        if inherited.reference {
            let value = self.facts.add(Kind::Reference, scalar.span);
            self.entry(key_span, value);
            return;
        }
        let known = self.lowered.get(id.0).copied().flatten();
        let value = match known {
            Some(value) => value,
            None => {
                let value = interpolation::lower(self.facts, scalar, self.dialect);
                if let Some(place) = self.lowered.get_mut(id.0) {
                    *place = Some(value);
                }
                value
            }
        };
        self.entry(key_span, value);
        if known.is_none() {
            expand_json(self.facts, &self.path, scalar, self.depth);
        }
    }
}

/// The format of a text of several lines that holds variables: `NAME=value` on every line, or a YAML list of names and
/// values as containers have it.
fn listed_format(text: &str) -> Option<Language> {
    let is_content = |line: &&str| !line.is_empty() && !line.starts_with('#');
    if !text.contains('\n') {
        return None;
    }
    let mut lines = text.lines().map(str::trim).filter(is_content);
    let first = lines.next()?;
    if first.starts_with("- name:") {
        return Some(Language::Yaml);
    }
    let assigns = |line: &str| assigned_name(line, 0).is_some_and(|name| name.start == 0 && name.end + 1 < line.len());
    (assigns(first) && lines.all(assigns)).then_some(Language::Dotenv)
}

/// Decodes standard or URL-safe base64, padded or not, with any white space in it, to text.
fn decode(text: &str) -> Option<String> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let compact: String = text
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .map(|character| match character {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    String::from_utf8(LENIENT.decode(compact).ok()?).ok()
}

/// Adds the members of a value that is itself a JSON object as further entries, below `path`.
pub(crate) fn expand_json(facts: &mut Facts, path: &Path, scalar: &Scalar<'_>, depth: usize) {
    if depth >= EMBEDDING_LIMIT {
        return;
    }
    let trimmed = scalar.text.trim();
    if !(trimmed.starts_with('{') && trimmed.ends_with('}') && trimmed.contains(':')) || trimmed.starts_with("{{") {
        return;
    }
    let mut inner = crate::language::json::parse_at(&scalar.text, depth + 1);
    if !inner.problems.is_empty() {
        // A value that only looks like JSON.
        return;
    }
    embedded::relocate(&mut inner, |span| scalar.part(span.start as usize, span.end as usize));
    // What is deep in both files together is too deep.
    inner.entries.retain(|entry| entry.path.len() + path.names().len() <= DEPTH_LIMIT);
    embedded::merge(facts, inner, path.names());
}

/// A `NAME=value` inside a text: byte ranges of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assigned {
    /// The name.
    pub name: std::ops::Range<usize>,
    /// The value, without quotes.
    pub value: std::ops::Range<usize>,
}

/// The bytes of a variable's or option's name at `start`, if an `=` follows it.
fn assigned_name(text: &str, start: usize) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < start + 2 && bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    let name = at;
    while at - name <= NAME_LIMIT
        && bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    {
        at += 1;
    }
    let letter = bytes.get(name).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    (at > name && letter && bytes.get(at) == Some(&b'=')).then_some(name..at)
}

/// Splits `NAME=value`; with `several`, a list of them separated by white space.
pub(crate) fn assignments(text: &str, several: bool) -> Vec<Assigned> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = text.len() - text.trim_start().len();
    while let Some(name) = assigned_name(text, at) {
        let start = name.end + 1;
        let quote = bytes.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let closing = quote.and_then(|quote| {
            bytes.get(start + 1..)?.iter().position(|byte| *byte == quote).map(|length| start + 1 + length)
        });
        let whole_end = text.trim_end().len().max(start);
        let (value, next) = match closing {
            Some(closing) if several || closing + 1 == whole_end => (start + 1..closing, closing + 1),
            _ if several => {
                let end = bytes
                    .get(start..)
                    .and_then(|rest| rest.iter().position(u8::is_ascii_whitespace))
                    .map_or(text.len(), |length| start + length);
                (start..end, end)
            }
            _ => (start..whole_end, text.len()),
        };
        // Unquoted base64 ends in `=` too.
        let padding = matches!(bytes.get(value.clone()), Some(b"" | b"="))
            && bytes.get(name.clone()).is_some_and(|name| name.len() >= 8 && name.iter().any(u8::is_ascii_lowercase));
        if padding {
            break;
        }
        found.push(Assigned { name, value });
        if !several {
            break;
        }
        at = next;
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
    }
    found
}

#[cfg(test)]
pub(crate) mod testing {
    //! What the tests of all formats ask of facts.

    use crate::facts::{Facts, Kind, ValueId};

    /// The values of the entries with this path, names joined by `/`.
    pub fn values(facts: &Facts, path: &str) -> Vec<ValueId> {
        facts.entries.iter().filter(|entry| entry.path.join("/") == path).map(|entry| entry.value).collect()
    }

    /// What the value of the only entry with this path is, in short: literals with the text of their span.
    pub fn shown(text: &str, facts: &Facts, path: &str) -> String {
        let found = values(facts, path);
        match found.as_slice() {
            [value] => show(text, facts, *value),
            [] => {
                let paths: Vec<String> = facts.entries.iter().map(|entry| entry.path.join("/")).collect();
                panic!("no entry {path}; there are {paths:?}, problems {:?}", facts.problems)
            }
            _ => panic!("{} entries {path}", found.len()),
        }
    }

    /// `literal` where the span holds the same text, else `literal@text of the span`.
    pub fn show(text: &str, facts: &Facts, id: ValueId) -> String {
        let value = facts.value(id);
        let at = text.get(value.span.range()).unwrap_or("<no text>");
        let all = |ids: &[ValueId]| ids.iter().map(|id| show(text, facts, *id)).collect::<Vec<_>>().join(", ");
        match &value.kind {
            Kind::Literal(literal) if literal == at => format!("'{literal}'"),
            Kind::Literal(literal) => format!("'{literal}'@'{at}'"),
            Kind::Environment { name, fallback: None } => format!("env {name}"),
            Kind::Environment { name, fallback: Some(fallback) } => {
                format!("env {name} or {}", show(text, facts, *fallback))
            }
            Kind::Concat(ids) => format!("concat [{}]", all(ids)),
            Kind::Choice(ids) => format!("choice [{}]", all(ids)),
            Kind::List(ids) => format!("list [{}]", all(ids)),
            Kind::Reference => "reference".to_owned(),
            Kind::Boolean(value) => value.to_string(),
            Kind::Null => "null".to_owned(),
            _ => "unknown".to_owned(),
        }
    }

    /// The text of every comment.
    pub fn comments<'a>(text: &'a str, facts: &Facts) -> Vec<&'a str> {
        facts.comments.iter().map(|span| text.get(span.range()).unwrap_or("<no text>")).collect()
    }
}
