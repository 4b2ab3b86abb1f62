//! Annotations that hand a setting to a field or parameter: `@Value("${jwt.secret:text}")` of Spring and Micronaut,
//! `@ConfigProperty(name = "jwt.secret", defaultValue = "text")` of MicroProfile, `@Property` of Micronaut.

use crate::facts::{Argument, Kind, Span, ValueId};
use crate::language::interpolation::{self, Dialect};
use crate::language::lowering::Lowering;
use crate::language::tree::Scalar;

/// The value that an annotation of this name hands to what it stands at, if it is one that does.
pub fn setting(code: &mut Lowering, name: &str, arguments: &[Argument], at: Span) -> Option<ValueId> {
    let find = |wanted: &[&str]| {
        let named = |argument: &&Argument| argument.name.as_deref().is_some_and(|name| wanted.contains(&name));
        arguments.iter().find(named).map(|argument| argument.value)
    };
    match name {
        "Value" => {
            let first = arguments.first().filter(|argument| argument.name.is_none());
            let text = find(&["value"]).or(first.map(|argument| argument.value))?;
            placeholder(code, text)
        }
        "ConfigProperty" | "Property" => {
            let Kind::Literal(name) = code.facts.kind(find(&["name"])?) else { return None };
            let name = name.clone();
            Some(code.add(Kind::Environment { name, fallback: find(&["defaultValue"]) }, at))
        }
        _ => None,
    }
}

/// What a text with placeholders stands for. In Kotlin the `$` is escaped, or it would be the language's own.
fn placeholder(code: &mut Lowering, text: ValueId) -> Option<ValueId> {
    let value = code.facts.value(text);
    if !matches!(value.kind, Kind::Literal(_)) {
        return None;
    }
    let start = value.span.start as usize;
    let raw = code.source().get(value.span.range())?;
    let skipped = if raw.starts_with("\\$") { 1 } else { 0 };
    let scalar = Scalar::exact(raw.get(skipped..)?, start + skipped);
    Some(interpolation::lower(&mut code.facts, &scalar, Dialect::PROPERTIES))
}
