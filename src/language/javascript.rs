//! JavaScript and TypeScript, parsed and scoped by oxc.
//!
//! Statements are walked with oxc's visitor; every expression is lowered exactly once, by `Lowering::lower`, which
//! also goes into the functions and classes it meets. Casts, parentheses, `await` and optional chaining are seen
//! through, so that `(jws.verify as any)(token, key)` is the call `jws.verify(token, key)`.

use std::cell::RefCell;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument as AstArgument, ArrayExpressionElement, ArrowFunctionBody, ArrowFunctionExpression, AssignmentExpression,
    AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty, BinaryExpression, BindingIdentifier,
    BindingPattern, CallExpression, Class as AstClass, ClassElement, ExportAllDeclaration, ExportDefaultDeclaration,
    ExportDefaultDeclarationKind, ExportFromDeclaration, Expression, FormalParameters, Function as AstFunction,
    IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier, LogicalExpression, MethodDefinitionKind,
    NewExpression, ObjectExpression, ObjectPropertyKind, PropertyKey, ReturnStatement, StringLiteral,
    TSEnumDeclaration, TSEnumMemberName, TSExportAssignment, TSImportEqualsDeclaration, TSModuleReference, TSType,
    TSTypeAnnotation, TSTypeName, TemplateLiteral, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_span::{GetSpan, SourceType};
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, LogicalOperator};
use oxc_syntax::scope::ScopeFlags;
use oxc_syntax::symbol::SymbolId;

use crate::facts::{
    Argument, Assignment, Binding, BindingId, Call, Class, ClassId, ClassMember, Facts, Function, FunctionId, Kind,
    Property, Span, ValueId,
};
use crate::language::{self, Language};

/// How deep brackets and operators may nest. Parsing recurses with them; real code stays below a few hundred.
const MAX_DEPTH: usize = 1_000;

/// What one token can cost of the stack, in bytes, where every token opens a level: more than was measured for any
/// construct, nested 100,000 times.
const STACK_PER_TOKEN: usize = if cfg!(debug_assertions) { 16 * 1024 } else { 3 * 1024 };

/// The stack in bytes that a thread of its own has beside what the text needs.
const OWN_STACK: usize = 1024 * 1024;

/// How many bytes of memory for syntax trees a thread keeps from one file to the next.
const MAX_ARENA: usize = 16 * 1024 * 1024;

thread_local! {
    static ARENA: RefCell<Allocator> = RefCell::default();
}

/// Lowers a file. What the parser could not read is in [`Facts::problems`].
pub fn parse(text: &str, language: Language) -> Facts {
    let tally = Tally::of(text);
    if tally.may_nest_deeper_than(MAX_DEPTH) && nests_deeper_than(text, MAX_DEPTH) {
        return refused(language, format!("nested more than {MAX_DEPTH} levels deep"));
    }
    // The parser, the scopes and the lowering all recurse. What looks flat can be deep where brackets in strings,
    // comments or expressions misled the count above, so there is stack for the deepest text of so many tokens; what
    // is not used of it costs nothing.
    let stack = STACK_PER_TOKEN.saturating_mul(tally.tokens);
    if stack <= language::stack() {
        return read_and_lower(text, language);
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(stack + OWN_STACK);
        match thread.spawn_scoped(scope, || read_and_lower(text, language)) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => refused(language, format!("no stack to parse it on: {error}")),
        }
    })
}

fn refused(language: Language, problem: String) -> Facts {
    let mut facts = Facts::new(language);
    facts.problems.push(problem);
    facts
}

/// What there is in a text that can make it deep.
#[derive(Default)]
struct Tally {
    /// Tokens that can open a level: at most one for each word and each mark that closes or separates nothing.
    tokens: usize,
    /// Opening brackets.
    brackets: usize,
    /// Marks and words that may take what follows as their operand.
    operators: usize,
}

impl Tally {
    /// Counts without a branch, for it looks at every byte.
    fn of(text: &str) -> Tally {
        // The three counts stand side by side in one number. A text has fewer bytes than each can hold before it is cleared.
        const LANE: u32 = 21;
        const TOKEN: u64 = 1;
        const BRACKET: u64 = 1 << LANE;
        const OPERATOR: u64 = 1 << (2 * LANE);
        const CHUNK: usize = 1 << (LANE - 1);
        const fn is_letter(byte: u8) -> bool {
            matches!(BYTES[byte as usize], Byte::Letter | Byte::Keyword)
        }
        // What a byte adds behind one that is no letter. Of a word only the first letter counts.
        const ADDED: [u64; 256] = {
            let mut added = [0; 256];
            let mut at = 0;
            while at < added.len() {
                added[at] = match BYTES[at] {
                    Byte::Letter | Byte::Mark => TOKEN,
                    Byte::Keyword | Byte::Operator => TOKEN | OPERATOR,
                    Byte::Opening => TOKEN | BRACKET,
                    Byte::Blank | Byte::LineEnd | Byte::Closing | Byte::Separator | Byte::Quote => 0,
                };
                at += 1;
            }
            added
        };
        const ADDED_BEHIND_LETTER: [u64; 256] = {
            let mut added = ADDED;
            let mut at = 0;
            while at < added.len() {
                if is_letter(at as u8) {
                    added[at] = 0;
                }
                at += 1;
            }
            added
        };
        static TABLES: [[u64; 256]; 2] = [ADDED, ADDED_BEHIND_LETTER];
        static IS_LETTER: [bool; 256] = {
            let mut letters = [false; 256];
            let mut at = 0;
            while at < letters.len() {
                letters[at] = is_letter(at as u8);
                at += 1;
            }
            letters
        };
        let mut tally = Tally::default();
        let mut behind_letter = false;
        for chunk in text.as_bytes().chunks(CHUNK) {
            let mut sum = 0;
            for &byte in chunk {
                sum += TABLES[usize::from(behind_letter)][usize::from(byte)];
                behind_letter = IS_LETTER[usize::from(byte)];
            }
            let lane = |lane: u32| ((sum >> (lane * LANE)) & ((1 << LANE) - 1)) as usize;
            tally.tokens += lane(0);
            tally.brackets += lane(1);
            tally.operators += lane(2);
        }
        tally
    }

    /// Whether there is enough in the text to nest beyond `limit` as [`nests_deeper_than`] counts it.
    fn may_nest_deeper_than(&self, limit: usize) -> bool {
        self.brackets > limit || self.operators > 4 * limit
    }
}

/// What a byte can be to the depth of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    /// Space that ends no line.
    Blank,
    LineEnd,
    /// `(`, `[`, `{`.
    Opening,
    /// `)`, `]`, `}`.
    Closing,
    /// What takes what follows as its operand.
    Operator,
    /// `;` and `,`.
    Separator,
    /// Quotes and the backslash.
    Quote,
    /// A part of a word.
    Letter,
    /// A letter with which a keyword begins that takes what follows as its operand.
    Keyword,
    /// Any other.
    Mark,
}

/// What each byte can be.
const BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Mark; 256];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = match at as u8 {
            b'\n' => Byte::LineEnd,
            b' ' | b'\t' | b'\r' | b'\x0c' => Byte::Blank,
            b'(' | b'[' | b'{' => Byte::Opening,
            b')' | b']' | b'}' => Byte::Closing,
            b'!' | b'~' | b'?' | b'=' | b'<' => Byte::Operator,
            b';' | b',' => Byte::Separator,
            b'"' | b'\'' | b'\\' => Byte::Quote,
            b'e' | b'f' | b'i' | b't' | b'n' | b'v' | b'a' | b'd' | b'w' | b'k' => Byte::Keyword,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => Byte::Letter,
            _ => Byte::Mark,
        };
        at += 1;
    }
    bytes
};

fn class(byte: u8) -> Byte {
    BYTES[usize::from(byte)]
}

fn read_and_lower(text: &str, language: Language) -> Facts {
    // One file's tree after the other is built in the same memory.
    let mut allocator = ARENA.take();
    let facts = read_and_lower_in(&allocator, text, language);
    allocator.reset();
    if allocator.capacity() <= MAX_ARENA {
        ARENA.set(allocator);
    }
    facts
}

fn read_and_lower_in(allocator: &Allocator, text: &str, language: Language) -> Facts {
    let mut facts = Facts::new(language);
    let first = match language {
        Language::TypeScript => SourceType::ts(),
        Language::Tsx => SourceType::tsx(),
        _ => SourceType::unambiguous().with_jsx(true),
    };
    let mut parsed = read(allocator, text, first);
    // Type annotations in .js files (Flow), JSX in .ts files: what fails as the one is often the other.
    if parsed.panicked {
        let second = read(allocator, text, SourceType::tsx());
        if !second.panicked {
            parsed = second;
        }
    }
    if parsed.panicked {
        let reason =
            parsed.diagnostics.iter().next().map_or("unknown syntax", |diagnostic| diagnostic.message.as_ref());
        facts.problems.push(format!("could not be parsed: {reason}"));
    }
    let semantic = SemanticBuilder::new().with_build_nodes(false).build(&parsed.program).semantic;
    let scoping = semantic.scoping();
    facts.comments = parsed.program.comments.iter().map(|comment| span(comment.span)).collect();
    facts.bindings = scoping
        .symbol_ids()
        .map(|symbol| Binding {
            name: scoping.symbol_name(symbol).to_owned(),
            span: span(scoping.symbol_span(symbol)),
            writes: Vec::new(),
            settled: Vec::new(),
            parameter: None,
            type_name: None,
        })
        .collect();
    // About as many values as expressions; growing would copy them again and again.
    facts.values.reserve(text.len() / 16);
    let mut lowering = Lowering { facts, scoping, functions: Vec::new(), classes: Vec::new() };
    lowering.visit_program(&parsed.program);
    let mut facts = lowering.facts;
    facts.name_values();
    facts
}

fn read<'a>(allocator: &'a Allocator, text: &'a str, source_type: SourceType) -> ParserReturn<'a> {
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    Parser::new(allocator, text, source_type).with_options(options).parse()
}

/// Whether brackets, or operators and keywords that take what follows as their operand, pile up beyond `limit`. It errs
/// on the side of "yes": strings and comments are not told from code.
fn nests_deeper_than(text: &str, limit: usize) -> bool {
    let bytes = text.as_bytes();
    let (mut brackets, mut operators, mut elses, mut loops) = (0usize, 0usize, 0usize, 0usize);
    let mut last = None;
    for (at, &byte) in bytes.iter().enumerate() {
        match class(byte) {
            Byte::Blank => continue,
            Byte::Letter | Byte::Mark | Byte::Quote => {}
            Byte::Opening => brackets += 1,
            Byte::Closing => {
                brackets = brackets.saturating_sub(1);
                if byte == b'}' {
                    loops = 0;
                }
            }
            Byte::Operator => operators += 1,
            // Where one statement, argument or line ends, what was piled up before it is closed again, except for
            // chains that are written one operand a line; those are told by the operator at the line's end or start.
            Byte::Separator => operators = 0,
            Byte::LineEnd => {
                let after = || bytes[at..].iter().take(200).find(|byte| !byte.is_ascii_whitespace());
                let continues = |byte: Option<&u8>| {
                    byte.is_some_and(|byte| matches!(byte, b'!' | b'~' | b'?' | b'=' | b'<' | b':' | b'>'))
                };
                if operators > 0 && !continues(last.as_ref()) && !continues(after()) {
                    operators = 0;
                }
                continue;
            }
            Byte::Keyword => {
                let in_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
                let starts_word =
                    !at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|byte| in_word(byte) || *byte == b'.');
                if starts_word {
                    const LONGEST: usize = b"typeof".len();
                    let length = bytes[at..].iter().take(LONGEST + 1).take_while(|byte| in_word(byte)).count();
                    match &bytes[at..at + length] {
                        b"else" => elses += 1,
                        // Its head has `;` of its own, and each is a scope that all names below it are looked for in.
                        b"for" => loops += 1,
                        b"if" | b"typeof" | b"new" | b"void" | b"await" | b"async" | b"delete" | b"do" | b"while"
                        | b"with" | b"keyof" => operators += 1,
                        _ => {}
                    }
                }
            }
        }
        last = Some(byte);
        // A file with many `else` is not deep by that alone; a chain of as many as this may be.
        if brackets > limit || operators > 4 * limit || loops > 4 * limit || elses > 20 * limit {
            return true;
        }
    }
    false
}

fn span(span: oxc_span::Span) -> Span {
    Span { start: span.start, end: span.end }
}

/// The text between the quotes.
fn inner(span: oxc_span::Span) -> Span {
    if span.end >= span.start + 2 { Span { start: span.start + 1, end: span.end - 1 } } else { self::span(span) }
}

struct Lowering<'s> {
    facts: Facts,
    scoping: &'s Scoping,
    functions: Vec<FunctionId>,
    classes: Vec<ClassId>,
}

impl<'a> Lowering<'_> {
    fn add(&mut self, kind: Kind, at: Span) -> ValueId {
        let function = self.functions.last().copied();
        self.facts.add_in(kind, at, function)
    }

    fn unknown(&mut self, at: oxc_span::Span) -> ValueId {
        self.add(Kind::Unknown, span(at))
    }

    fn binding(&mut self, symbol: Option<SymbolId>) -> Option<BindingId> {
        let id = BindingId(u32::try_from(symbol?.index()).ok()?);
        (id.index() < self.facts.bindings.len()).then_some(id)
    }

    fn write(&mut self, binding: BindingId, value: ValueId) {
        self.facts.bindings[binding.index()].writes.push(value);
    }

    fn name_function(&mut self, value: ValueId, name: &str) {
        if let Kind::Function(function) = *self.facts.kind(value) {
            let function = &mut self.facts.functions[function.index()];
            if function.name.is_none() {
                function.name = Some(name.to_owned());
            }
        }
    }

    /// Lowers an expression and everything in it.
    fn lower(&mut self, expression: &Expression<'a>) -> ValueId {
        let at = expression.span();
        match expression {
            Expression::StringLiteral(literal) => self.string(literal),
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::BooleanLiteral(literal) => self.add(Kind::Boolean(literal.value), span(at)),
            Expression::NullLiteral(_) => self.add(Kind::Null, span(at)),
            Expression::NumericLiteral(literal) => {
                let text = literal.raw.map_or_else(|| literal.value.to_string(), |raw| raw.to_string());
                self.add(Kind::Number(text), span(at))
            }
            Expression::BigIntLiteral(literal) => self.add(Kind::Number(literal.value.as_str().to_owned()), span(at)),
            Expression::Identifier(identifier) => self.identifier(identifier),
            Expression::ParenthesizedExpression(inner) => self.lower(&inner.expression),
            Expression::TSAsExpression(inner) => self.lower(&inner.expression),
            Expression::TSSatisfiesExpression(inner) => self.lower(&inner.expression),
            Expression::TSTypeAssertion(inner) => self.lower(&inner.expression),
            Expression::TSNonNullExpression(inner) => self.lower(&inner.expression),
            Expression::TSInstantiationExpression(inner) => self.lower(&inner.expression),
            Expression::AwaitExpression(inner) => self.lower(&inner.argument),
            Expression::ChainExpression(chain) => {
                if let Some(member) = chain.expression.as_member_expression() {
                    self.member(member)
                } else {
                    match &chain.expression {
                        oxc_ast::ast::ChainElement::CallExpression(call) => self.call(call),
                        oxc_ast::ast::ChainElement::TSNonNullExpression(inner) => self.lower(&inner.expression),
                        _ => self.unknown(at),
                    }
                }
            }
            Expression::SequenceExpression(sequence) => {
                let values: Vec<ValueId> =
                    sequence.expressions.iter().map(|expression| self.lower(expression)).collect();
                values.last().copied().unwrap_or_else(|| self.unknown(at))
            }
            Expression::BinaryExpression(binary) => self.binary(binary),
            Expression::LogicalExpression(logical) => self.logical(logical),
            Expression::ConditionalExpression(conditional) => {
                self.lower(&conditional.test);
                let either = vec![self.lower(&conditional.consequent), self.lower(&conditional.alternate)];
                self.add(Kind::Choice(either), span(at))
            }
            Expression::CallExpression(call) => self.call(call),
            Expression::NewExpression(new) => self.construct(new),
            Expression::ObjectExpression(object) => self.object(object),
            Expression::ArrayExpression(array) => {
                let items = array
                    .elements
                    .iter()
                    .map(|element| match element {
                        ArrayExpressionElement::SpreadElement(spread) => {
                            let spread = self.lower(&spread.argument);
                            let at = self.facts.value(spread).span;
                            self.add(Kind::Derived(vec![spread]), at)
                        }
                        ArrayExpressionElement::Elision(hole) => self.unknown(hole.span),
                        element => match element.as_expression() {
                            Some(expression) => self.lower(expression),
                            None => self.unknown(at),
                        },
                    })
                    .collect();
                self.add(Kind::List(items), span(at))
            }
            Expression::ArrowFunctionExpression(arrow) => self.arrow(arrow),
            Expression::FunctionExpression(function) => self.function(function),
            Expression::ClassExpression(class) => self.class(class),
            Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            Expression::ImportExpression(import) => {
                if let Expression::StringLiteral(module) = &import.source {
                    self.add(Kind::Module(module.value.as_str().to_owned()), span(at))
                } else {
                    self.lower(&import.source);
                    self.unknown(at)
                }
            }
            Expression::ThisExpression(_) => match self.classes.last() {
                Some(class) => self.add(Kind::This(*class), span(at)),
                // Outside classes it is the module, or what a function was called on or makes.
                None => self.add(Kind::Global("this".to_owned()), span(at)),
            },
            Expression::Super(_) => match self.classes.last() {
                Some(class) => self.add(Kind::Super(*class), span(at)),
                None => self.unknown(at),
            },
            Expression::UnaryExpression(unary) => {
                let value = self.lower(&unary.argument);
                self.add(Kind::Derived(vec![value]), span(at))
            }
            Expression::TaggedTemplateExpression(tagged) => {
                let mut values = vec![self.lower(&tagged.tag)];
                values.extend(tagged.quasi.expressions.iter().map(|expression| self.lower(expression)));
                self.add(Kind::Derived(values), span(at))
            }
            Expression::YieldExpression(inner) => {
                if let Some(argument) = &inner.argument {
                    self.lower(argument);
                }
                self.unknown(at)
            }
            Expression::ImportMeta(_) => self.add(Kind::Global("import.meta".to_owned()), span(at)),
            expression => {
                if let Some(member) = expression.as_member_expression() {
                    return self.member(member);
                }
                // What is left holds no value to follow, but there may be calls in it (JSX, `in`, `++`).
                walk::walk_expression(self, expression);
                self.unknown(at)
            }
        }
    }

    fn string(&mut self, literal: &StringLiteral<'a>) -> ValueId {
        self.add(Kind::Literal(literal.value.as_str().to_owned()), inner(literal.span))
    }

    fn template(&mut self, template: &TemplateLiteral<'a>) -> ValueId {
        let mut parts = Vec::new();
        let mut expressions = template.expressions.iter();
        for quasi in &template.quasis {
            let text = quasi.value.cooked.as_ref().unwrap_or(&quasi.value.raw);
            if !text.is_empty() || template.quasis.len() == 1 {
                parts.push(self.add(Kind::Literal(text.as_str().to_owned()), span(quasi.span)));
            }
            if let Some(expression) = expressions.next() {
                parts.push(self.lower(expression));
            }
        }
        match parts.as_slice() {
            [only] if template.expressions.is_empty() => {
                let only = *only;
                self.facts.values[only.index()].span = inner(template.span);
                only
            }
            _ => self.add(Kind::Concat(parts), inner(template.span)),
        }
    }

    fn identifier(&mut self, identifier: &IdentifierReference<'a>) -> ValueId {
        let at = span(identifier.span);
        let symbol =
            identifier.reference_id.get().and_then(|reference| self.scoping.get_reference(reference).symbol_id());
        let kind = match self.binding(symbol) {
            Some(binding) => Kind::Name(binding),
            None if identifier.name == "undefined" => Kind::Null,
            None => Kind::Global(identifier.name.as_str().to_owned()),
        };
        self.add(kind, at)
    }

    fn member(&mut self, member: &oxc_ast::ast::MemberExpression<'a>) -> ValueId {
        use oxc_ast::ast::MemberExpression;
        let at = span(member.span());
        match member {
            MemberExpression::StaticMemberExpression(member) => {
                let object = self.lower(&member.object);
                let name_span = span(member.property.span);
                self.add(Kind::Member { object, name: member.property.name.as_str().to_owned(), name_span }, at)
            }
            MemberExpression::ComputedMemberExpression(member) => {
                let object = self.lower(&member.object);
                let key = self.lower(&member.expression);
                let key_value = self.facts.value(key);
                let name_span = key_value.span;
                match &key_value.kind {
                    Kind::Literal(name) | Kind::Number(name) => {
                        let name = name.clone();
                        self.add(Kind::Member { object, name, name_span }, at)
                    }
                    _ => self.add(Kind::Derived(vec![object, key]), at),
                }
            }
            MemberExpression::PrivateFieldExpression(member) => {
                let object = self.lower(&member.object);
                let name_span = span(member.field.span);
                self.add(Kind::Member { object, name: format!("#{}", member.field.name), name_span }, at)
            }
        }
    }

    /// `+` on strings, flattened, since chains of it nest to the left as deep as they are long.
    fn binary(&mut self, binary: &BinaryExpression<'a>) -> ValueId {
        let at = span(binary.span);
        let mut right = vec![&binary.right];
        let mut left = &binary.left;
        let additive = binary.operator == BinaryOperator::Addition;
        let mut pure = additive;
        while let Expression::BinaryExpression(inner) = left {
            pure &= inner.operator == BinaryOperator::Addition;
            right.push(&inner.right);
            left = &inner.left;
        }
        let mut values = vec![self.lower(left)];
        values.extend(right.into_iter().rev().map(|expression| self.lower(expression)));
        let parts = values;
        if pure { self.add(Kind::Concat(parts), at) } else { self.add(Kind::Derived(parts), at) }
    }

    fn logical(&mut self, logical: &LogicalExpression<'a>) -> ValueId {
        let at = span(logical.span);
        let mut chain = vec![(logical.operator, &logical.right)];
        let mut left = &logical.left;
        while let Expression::LogicalExpression(inner) = left {
            chain.push((inner.operator, &inner.right));
            left = &inner.left;
        }
        let mut choices = vec![self.lower(left)];
        for (operator, right) in chain.into_iter().rev() {
            let value = self.lower(right);
            // `a && b` is b or something falsy; `a || b` and `a ?? b` are either.
            if operator == LogicalOperator::And {
                choices.clear();
            }
            choices.push(value);
        }
        match choices.as_slice() {
            [only] => *only,
            _ => self.add(Kind::Choice(choices), at),
        }
    }

    fn arguments(&mut self, arguments: &[AstArgument<'a>]) -> Vec<Argument> {
        arguments
            .iter()
            .map(|argument| match argument {
                AstArgument::SpreadElement(element) => {
                    Argument { name: None, value: self.lower(&element.argument), spread: true }
                }
                argument => {
                    let value = match argument.as_expression() {
                        Some(expression) => self.lower(expression),
                        None => self.unknown(argument.span()),
                    };
                    Argument { name: None, value, spread: false }
                }
            })
            .collect()
    }

    fn call(&mut self, call: &CallExpression<'a>) -> ValueId {
        let at = span(call.span);
        let callee = self.lower(&call.callee);
        let arguments = self.arguments(&call.arguments);
        if let (Kind::Global(name), [first, ..]) = (self.facts.kind(callee), arguments.as_slice()) {
            match (name.as_str(), self.facts.kind(first.value)) {
                ("require", Kind::Literal(module)) => {
                    let kind = Kind::Module(module.clone());
                    return self.add(kind, at);
                }
                // What TypeScript and Babel put around a require.
                (
                    "__importDefault"
                    | "__importStar"
                    | "_interopRequireDefault"
                    | "_interopRequireWildcard"
                    | "__toESM",
                    Kind::Module(_),
                ) => {
                    return first.value;
                }
                _ => {}
            }
        }
        self.add(Kind::Call(Call { callee, arguments, construct: false }), at)
    }

    fn construct(&mut self, new: &NewExpression<'a>) -> ValueId {
        let callee = self.lower(&new.callee);
        let arguments = self.arguments(&new.arguments);
        self.add(Kind::Call(Call { callee, arguments, construct: true }), span(new.span))
    }

    fn key(&mut self, key: &PropertyKey<'a>, computed: bool) -> (Option<String>, Span) {
        match key {
            PropertyKey::StaticIdentifier(name) => (Some(name.name.as_str().to_owned()), span(name.span)),
            PropertyKey::PrivateIdentifier(name) => (Some(format!("#{}", name.name)), span(name.span)),
            PropertyKey::StringLiteral(literal) => (Some(literal.value.as_str().to_owned()), inner(literal.span)),
            PropertyKey::NumericLiteral(literal) => (Some(literal.value.to_string()), span(literal.span)),
            key => {
                let at = span(key.span());
                if computed && let Some(expression) = key.as_expression() {
                    let value = self.lower(expression);
                    if let Kind::Literal(name) = self.facts.kind(value) {
                        return (Some(name.clone()), self.facts.value(value).span);
                    }
                }
                (None, at)
            }
        }
    }

    fn object(&mut self, object: &ObjectExpression<'a>) -> ValueId {
        let properties = object
            .properties
            .iter()
            .map(|property| match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    let (key, key_span) = self.key(&property.key, property.computed);
                    let value = self.lower(&property.value);
                    if let Some(key) = &key {
                        self.name_function(value, key);
                    }
                    Property { key, key_span, value, spread: false }
                }
                ObjectPropertyKind::SpreadProperty(spread) => Property {
                    key: None,
                    key_span: span(spread.span),
                    value: self.lower(&spread.argument),
                    spread: true,
                },
            })
            .collect();
        self.add(Kind::Object(properties), span(object.span))
    }

    fn enter_function(&mut self, at: oxc_span::Span, name: Option<String>) -> FunctionId {
        let id = FunctionId(self.facts.functions.len() as u32);
        let parent = self.functions.last().copied();
        self.facts.functions.push(Function { span: span(at), name, parent, ..Function::default() });
        self.functions.push(id);
        id
    }

    fn parameters(&mut self, function: FunctionId, parameters: &FormalParameters<'a>) {
        for (index, parameter) in parameters.items.iter().enumerate() {
            for decorator in &parameter.decorators {
                self.lower(&decorator.expression);
            }
            let given = self.unknown(parameter.span);
            let value = match &parameter.initializer {
                Some(initializer) => {
                    let default = self.lower(initializer);
                    self.add(Kind::Choice(vec![given, default]), span(parameter.span))
                }
                None => given,
            };
            let name = match &parameter.pattern {
                BindingPattern::BindingIdentifier(identifier) => self.binding(identifier.symbol_id.get()),
                _ => None,
            };
            if let Some(binding) = name {
                let type_name = self.type_name(parameter.type_annotation.as_deref());
                let bound = &mut self.facts.bindings[binding.index()];
                bound.parameter = Some((function, index));
                bound.type_name = type_name;
                if parameter.initializer.is_some() {
                    bound.writes.push(value);
                }
            } else {
                self.bind(&parameter.pattern, value);
            }
            self.facts.functions[function.index()].parameters.push(name);
        }
        if let Some(rest) = &parameters.rest {
            let value = self.unknown(rest.span);
            self.bind(&rest.rest.argument, value);
        }
    }

    fn function(&mut self, function: &AstFunction<'a>) -> ValueId {
        let id = self.enter_function(function.span, function.id.as_ref().map(|name| name.name.as_str().to_owned()));
        self.parameters(id, &function.params);
        if let Some(body) = &function.body {
            self.visit_function_body(body);
        }
        self.functions.pop();
        self.add(Kind::Function(id), span(function.span))
    }

    fn arrow(&mut self, arrow: &ArrowFunctionExpression<'a>) -> ValueId {
        let id = self.enter_function(arrow.span, None);
        self.parameters(id, &arrow.params);
        match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => self.visit_function_body(body),
            body => {
                if let Some(expression) = body.as_expression() {
                    let value = self.lower(expression);
                    self.facts.functions[id.index()].returns.push(value);
                }
            }
        }
        self.functions.pop();
        self.add(Kind::Function(id), span(arrow.span))
    }

    /// The name of a type, as the value it was imported as.
    fn type_name(&mut self, annotation: Option<&TSTypeAnnotation<'a>>) -> Option<ValueId> {
        let TSType::TSTypeReference(reference) = &annotation?.type_annotation else { return None };
        match &reference.type_name {
            TSTypeName::IdentifierReference(identifier) => Some(self.identifier(identifier)),
            TSTypeName::QualifiedName(name) => {
                let TSTypeName::IdentifierReference(left) = &name.left else { return None };
                let object = self.identifier(left);
                let name_span = span(name.right.span);
                Some(self.add(
                    Kind::Member { object, name: name.right.name.as_str().to_owned(), name_span },
                    span(name.span),
                ))
            }
            TSTypeName::ThisExpression(_) => None,
        }
    }

    fn class(&mut self, class: &AstClass<'a>) -> ValueId {
        let extends = class.heritage.as_ref().map(|heritage| self.lower(&heritage.expression));
        for decorator in &class.decorators {
            self.lower(&decorator.expression);
        }
        let id = ClassId(self.facts.classes.len() as u32);
        let name = class.id.as_ref().map(|name| name.name.as_str().to_owned());
        self.facts.classes.push(Class { name, extends, members: Vec::new() });
        let value = self.add(Kind::Class(id), span(class.span));
        // Bound before the body is lowered, which may speak of the class by its name.
        if let Some(binding) = class.id.as_ref().and_then(|name| self.binding(name.symbol_id.get())) {
            self.write(binding, value);
        }
        self.classes.push(id);
        for element in &class.body.body {
            match element {
                ClassElement::PropertyDefinition(property) => {
                    for decorator in &property.decorators {
                        self.lower(&decorator.expression);
                    }
                    let (name, name_span) = self.key(&property.key, property.computed);
                    let type_name = self.type_name(property.type_annotation.as_deref());
                    let value = property.value.as_ref().map(|value| self.lower(value));
                    self.class_member(id, name, name_span, value, type_name);
                }
                ClassElement::MethodDefinition(method) => {
                    for decorator in &method.decorators {
                        self.lower(&decorator.expression);
                    }
                    let (name, name_span) = self.key(&method.key, method.computed);
                    let value = self.function(&method.value);
                    if let Some(name) = &name {
                        self.name_function(value, name);
                    }
                    if method.kind == MethodDefinitionKind::Constructor {
                        self.parameter_properties(id, &method.value.params);
                    }
                    self.class_member(id, name, name_span, Some(value), None);
                }
                ClassElement::StaticBlock(block) => self.visit_static_block(block),
                ClassElement::AccessorProperty(property) => {
                    if let Some(value) = &property.value {
                        self.lower(value);
                    }
                }
                ClassElement::TSIndexSignature(_) => {}
            }
        }
        self.classes.pop();
        value
    }

    fn class_member(
        &mut self,
        class: ClassId,
        name: Option<String>,
        name_span: Span,
        value: Option<ValueId>,
        type_name: Option<ValueId>,
    ) {
        if let Some(name) = name {
            self.facts.classes[class.index()].members.push(ClassMember { name, name_span, value, type_name });
        }
    }

    /// `constructor(private readonly jwt: JwtService)` declares a field.
    fn parameter_properties(&mut self, class: ClassId, parameters: &FormalParameters<'a>) {
        for parameter in &parameters.items {
            let declares = parameter.accessibility.is_some() || parameter.readonly || parameter.r#override;
            if let BindingPattern::BindingIdentifier(identifier) = &parameter.pattern
                && declares
                && let Some(binding) = self.binding(identifier.symbol_id.get())
            {
                let value = self.add(Kind::Name(binding), span(identifier.span));
                let type_name = self.facts.bindings[binding.index()].type_name;
                let name = Some(identifier.name.as_str().to_owned());
                self.class_member(class, name, span(identifier.span), Some(value), type_name);
            }
        }
    }

    /// Writes `value` to every name of a pattern.
    fn bind(&mut self, pattern: &BindingPattern<'a>, value: ValueId) {
        match pattern {
            BindingPattern::BindingIdentifier(identifier) => self.bind_name(identifier, value),
            BindingPattern::AssignmentPattern(pattern) => {
                let default = self.lower(&pattern.right);
                let either = self.add(Kind::Choice(vec![value, default]), span(pattern.span));
                self.bind(&pattern.left, either);
            }
            BindingPattern::ObjectPattern(pattern) => {
                for property in &pattern.properties {
                    let (key, name_span) = self.key(&property.key, property.computed);
                    let member = match key {
                        Some(name) => self.add(Kind::Member { object: value, name, name_span }, span(property.span)),
                        None => self.unknown(property.span),
                    };
                    self.bind(&property.value, member);
                }
                if let Some(rest) = &pattern.rest {
                    self.bind(&rest.argument, value);
                }
            }
            BindingPattern::ArrayPattern(pattern) => {
                for (index, element) in pattern.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let at = span(element.span());
                        let member =
                            self.add(Kind::Member { object: value, name: index.to_string(), name_span: at }, at);
                        self.bind(element, member);
                    }
                }
                if let Some(rest) = &pattern.rest {
                    let rest_value = self.add(Kind::Derived(vec![value]), span(rest.span));
                    self.bind(&rest.argument, rest_value);
                }
            }
        }
    }

    fn bind_name(&mut self, identifier: &BindingIdentifier<'a>, value: ValueId) {
        self.name_function(value, identifier.name.as_str());
        if let Some(binding) = self.binding(identifier.symbol_id.get()) {
            self.write(binding, value);
        }
    }

    fn assignment(&mut self, assignment: &AssignmentExpression<'a>) -> ValueId {
        let right = self.lower(&assignment.right);
        let at = span(assignment.span);
        match assignment.operator {
            AssignmentOperator::Assign => {
                self.assign(&assignment.left, right);
                right
            }
            operator => {
                let before = self.target(&assignment.left);
                let mut parts: Vec<ValueId> = before.into_iter().collect();
                parts.push(right);
                let value = match operator {
                    AssignmentOperator::LogicalOr | AssignmentOperator::LogicalNullish => {
                        self.add(Kind::Choice(parts), at)
                    }
                    AssignmentOperator::LogicalAnd => right,
                    AssignmentOperator::Addition => self.add(Kind::Concat(parts), at),
                    _ => self.add(Kind::Derived(parts), at),
                };
                self.assign(&assignment.left, value);
                value
            }
        }
    }

    /// What an assignment writes to, as a value, if it is a name or a member.
    fn target(&mut self, target: &AssignmentTarget<'a>) -> Option<ValueId> {
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(identifier) => Some(self.identifier(identifier)),
            AssignmentTarget::TSAsExpression(inner) => Some(self.lower(&inner.expression)),
            AssignmentTarget::TSNonNullExpression(inner) => Some(self.lower(&inner.expression)),
            target => target.as_member_expression().map(|member| self.member(member)),
        }
    }

    fn assign(&mut self, target: &AssignmentTarget<'a>, value: ValueId) {
        match target {
            AssignmentTarget::ObjectAssignmentTarget(pattern) => {
                for property in &pattern.properties {
                    match property {
                        AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(property) => {
                            let at = span(property.binding.span);
                            let name = property.binding.name.as_str().to_owned();
                            let mut member = self.add(Kind::Member { object: value, name, name_span: at }, at);
                            if let Some(default) = &property.init {
                                let default = self.lower(default);
                                member = self.add(Kind::Choice(vec![member, default]), at);
                            }
                            let target = self.identifier(&property.binding);
                            self.assign_to(target, member);
                        }
                        AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                            let (key, name_span) = self.key(&property.name, property.computed);
                            let member = match key {
                                Some(name) => {
                                    self.add(Kind::Member { object: value, name, name_span }, span(property.span))
                                }
                                None => self.unknown(property.span),
                            };
                            self.assign_maybe_default(&property.binding, member);
                        }
                    }
                }
            }
            AssignmentTarget::ArrayAssignmentTarget(pattern) => {
                for (index, element) in pattern.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let at = span(element.span());
                        let member =
                            self.add(Kind::Member { object: value, name: index.to_string(), name_span: at }, at);
                        self.assign_maybe_default(element, member);
                    }
                }
            }
            target => {
                if let Some(target) = self.target(target) {
                    self.assign_to(target, value);
                }
            }
        }
    }

    fn assign_maybe_default(&mut self, target: &AssignmentTargetMaybeDefault<'a>, value: ValueId) {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(with_default) => {
                let default = self.lower(&with_default.init);
                let either = self.add(Kind::Choice(vec![value, default]), span(with_default.span));
                self.assign(&with_default.binding, either);
            }
            target => {
                if let Some(target) = target.as_assignment_target() {
                    self.assign(target, value);
                }
            }
        }
    }

    fn assign_to(&mut self, target: ValueId, value: ValueId) {
        match self.facts.kind(target) {
            Kind::Name(binding) => {
                let binding = *binding;
                let name = self.facts.bindings[binding.index()].name.clone();
                self.name_function(value, &name);
                self.write(binding, value);
            }
            Kind::Member { name, .. } | Kind::Global(name) => {
                let name = name.clone();
                self.name_function(value, &name);
                self.facts.assignments.push(Assignment { target, value });
            }
            _ => {}
        }
    }

    /// Records what a module exports under a name, as a write to `exports`.
    fn export(&mut self, name: String, value: ValueId, at: Span) {
        let object = self.add(Kind::Global("exports".to_owned()), at);
        let target = self.add(Kind::Member { object, name, name_span: at }, at);
        self.facts.assignments.push(Assignment { target, value });
    }

    /// Records what a module exports as a whole.
    fn export_default(&mut self, value: ValueId, at: Span) {
        self.export("default".to_owned(), value, at);
    }
}

impl<'a> Visit<'a> for Lowering<'_> {
    fn visit_expression(&mut self, expression: &Expression<'a>) {
        self.lower(expression);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        if let BindingPattern::BindingIdentifier(identifier) = &declarator.id
            && let Some(binding) = self.binding(identifier.symbol_id.get())
        {
            let type_name = self.type_name(declarator.type_annotation.as_deref());
            self.facts.bindings[binding.index()].type_name = type_name;
        }
        if let Some(init) = &declarator.init {
            let value = self.lower(init);
            self.bind(&declarator.id, value);
        } else if !matches!(declarator.id, BindingPattern::BindingIdentifier(_)) {
            // `for (const { a } of list)`: what is bound comes from what is iterated.
            let value = self.unknown(declarator.span);
            self.bind(&declarator.id, value);
        }
    }

    fn visit_function(&mut self, function: &AstFunction<'a>, _: ScopeFlags) {
        let value = self.function(function);
        if let Some(binding) = function.id.as_ref().and_then(|name| self.binding(name.symbol_id.get())) {
            self.write(binding, value);
        }
    }

    fn visit_class(&mut self, class: &AstClass<'a>) {
        self.class(class);
    }

    fn visit_return_statement(&mut self, statement: &ReturnStatement<'a>) {
        if let Some(argument) = &statement.argument {
            let value = self.lower(argument);
            if let Some(function) = self.functions.last() {
                self.facts.functions[function.index()].returns.push(value);
            }
        }
    }

    fn visit_import_declaration(&mut self, import: &ImportDeclaration<'a>) {
        let module = import.source.value.as_str().to_owned();
        for specifier in import.specifiers.iter().flatten() {
            let (local, kind) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(specifier) => {
                    let member = specifier.imported.name().to_string();
                    (&specifier.local, Kind::Import { module: module.clone(), member })
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(specifier) => {
                    (&specifier.local, Kind::Import { module: module.clone(), member: "default".to_owned() })
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(specifier) => {
                    (&specifier.local, Kind::Module(module.clone()))
                }
            };
            let value = self.add(kind, span(import.span));
            self.bind_name(local, value);
        }
    }

    fn visit_ts_import_equals_declaration(&mut self, import: &TSImportEqualsDeclaration<'a>) {
        if let TSModuleReference::ExternalModuleReference(reference) = &import.module_reference {
            let value = self.add(Kind::Module(reference.expression.value.as_str().to_owned()), span(import.span));
            self.bind_name(&import.id, value);
        }
    }

    fn visit_ts_export_assignment(&mut self, export: &TSExportAssignment<'a>) {
        let value = self.lower(&export.expression);
        self.export_default(value, span(export.span));
    }

    fn visit_export_from_declaration(&mut self, export: &ExportFromDeclaration<'a>) {
        for specifier in &export.specifiers {
            let (module, member) = (export.source.value.to_string(), specifier.local.name().to_string());
            let value = self.add(Kind::Import { module, member }, span(specifier.span));
            self.export(specifier.exported.name().to_string(), value, span(specifier.span));
        }
    }

    fn visit_export_all_declaration(&mut self, export: &ExportAllDeclaration<'a>) {
        let module = export.source.value.to_string();
        match &export.exported {
            Some(name) => {
                let value = self.add(Kind::Module(module), span(export.span));
                self.export(name.name().to_string(), value, span(export.span));
            }
            None => self.facts.opened.push(module),
        }
    }

    fn visit_export_default_declaration(&mut self, export: &ExportDefaultDeclaration<'a>) {
        let value = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                let value = self.function(function);
                if let Some(binding) = function.id.as_ref().and_then(|name| self.binding(name.symbol_id.get())) {
                    self.write(binding, value);
                }
                value
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => self.class(class),
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => return,
            declaration => match declaration.as_expression() {
                Some(expression) => self.lower(expression),
                None => return,
            },
        };
        self.export_default(value, span(export.span));
    }

    fn visit_ts_enum_declaration(&mut self, declaration: &TSEnumDeclaration<'a>) {
        let mut properties = Vec::new();
        for member in &declaration.body.members {
            let (key, key_span) = match &member.id {
                TSEnumMemberName::Identifier(name) => (name.name.as_str().to_owned(), span(name.span)),
                TSEnumMemberName::String(name) | TSEnumMemberName::ComputedString(name) => {
                    (name.value.as_str().to_owned(), inner(name.span))
                }
                TSEnumMemberName::ComputedTemplateString(_) => continue,
            };
            if let Some(initializer) = &member.initializer {
                let value = self.lower(initializer);
                properties.push(Property { key: Some(key), key_span, value, spread: false });
            }
        }
        let value = self.add(Kind::Object(properties), span(declaration.span));
        self.facts.enumerations.push(value);
        self.bind_name(&declaration.id, value);
    }

    // Types hold no values.
    fn visit_ts_type(&mut self, _: &TSType<'a>) {}
    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}
}
