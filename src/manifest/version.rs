//! Versions, and the lowest one that a requirement allows, in the notations of all package managers.
//!
//! They differ little: `^`, `~`, `>=` and their kin (npm, Cargo, Composer, Poetry), `~=` and `==` (PEP 440), `~>` (RubyGems,
//! Hex), intervals (Maven, NuGet), and a bare version.

/// A version: major, minor, patch.
pub type Version = (u64, u64, u64);

/// The lowest version a requirement allows: `8.5.1` of `^8.5.1`, `3.0.0` of `>=3 <5`, `1.2.0` of `[1.2,2.0)`. None where it
/// is not one: `*`, `latest`, an address, a folder, a workspace.
pub fn lowest(requirement: &str) -> Option<Version> {
    // An alias: `npm:jsonwebtoken@^8`.
    let requirement = match requirement.trim().strip_prefix("npm:") {
        Some(alias) => alias.rsplit_once('@').filter(|(package, _)| !package.is_empty())?.1,
        None => requirement.trim(),
    };
    if requirement.starts_with(['[', '(']) {
        return lowest_of_interval(requirement);
    }
    let requirement = requirement.replace(" or ", "|");
    let alternatives = requirement.split('|').filter(|alternative| !alternative.is_empty());
    alternatives.map(lowest_of_all).collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// `[1.2,2.0)`, `(1.2,)`, `(,2.0]`, `[1.2]`; of several the first.
fn lowest_of_interval(interval: &str) -> Option<Version> {
    let inside = interval.get(1..)?;
    let from = inside.get(..inside.find([',', ']', ')'])?)?.trim();
    match (from.is_empty(), interval.starts_with('(')) {
        (true, _) => Some((0, 0, 0)),
        (false, true) => above(from),
        (false, false) => parse(from),
    }
}

/// The lowest version that meets each of the comparators: `>=3 <5`, `>=1.5,!=1.6`, `1.2 - 2.3`.
fn lowest_of_all(range: &str) -> Option<Version> {
    // `1.2 - 2.3`: only the first bounds it from below.
    let range = range.split_once(" - ").map_or(range, |(from, _)| from);
    // An operator can stand away from its version.
    let mut operator = "";
    let mut lowest = None;
    let words = range.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty() && *word != "and");
    for word in words {
        let digits = word.find(|c: char| !matches!(c, '<' | '>' | '=' | '^' | '~' | '!')).unwrap_or(word.len());
        let (own, version) = word.split_at(digits);
        let applied = if own.is_empty() { operator } else { own };
        if version.is_empty() {
            operator = own;
            continue;
        }
        operator = "";
        let bound = match applied {
            "<" | "<=" | "!=" => parse(version).map(|_| (0, 0, 0))?,
            ">" => above(version)?,
            _ => parse(version)?,
        };
        lowest = lowest.max(Some(bound));
    }
    lowest
}

/// The version after the one written: of `>8.5.1` 8.5.2, of `>8` 9.0.0.
fn above(version: &str) -> Option<Version> {
    let (major, minor, patch) = parse(version)?;
    let written = numbers(version).count();
    Some(match written {
        1 => (major.checked_add(1)?, 0, 0),
        2 => (major, minor.checked_add(1)?, 0),
        _ => (major, minor, patch.checked_add(1)?),
    })
}

/// A version as it is written: `8.5.1`, `v8.5`, `8.x`, `9.0.0-beta.1+5`, `2.0rc1`. What is not written is 0; None where it
/// does not begin with a number.
pub fn parse(version: &str) -> Option<Version> {
    let mut numbers = numbers(version);
    let major = numbers.next()??;
    let minor = numbers.next().unwrap_or(Some(0))?;
    let patch = numbers.next().unwrap_or(Some(0))?;
    Some((major, minor, patch))
}

/// The numbers written before any wildcard; nothing in place of what is no number.
fn numbers(version: &str) -> impl Iterator<Item = Option<u64>> {
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let core = version.split(['-', '+', '@']).next().unwrap_or_default();
    core.split('.').take_while(|part| !matches!(*part, "x" | "X" | "*" | "")).map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part[..end].parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_versions() {
        let cases: [(&str, Option<Version>); 55] = [
            ("8.5.1", Some((8, 5, 1))),
            ("=8.5.1", Some((8, 5, 1))),
            ("v8.5.1", Some((8, 5, 1))),
            ("^8.5.1", Some((8, 5, 1))),
            ("~1.2", Some((1, 2, 0))),
            ("8", Some((8, 0, 0))),
            ("8.x", Some((8, 0, 0))),
            ("8.1.*", Some((8, 1, 0))),
            (">=3 <5", Some((3, 0, 0))),
            (">= 3.1.4 < 5", Some((3, 1, 4))),
            (">8.5.1", Some((8, 5, 2))),
            (">8", Some((9, 0, 0))),
            ("<9", Some((0, 0, 0))),
            ("1.2 - 2.3", Some((1, 2, 0))),
            ("^9 || ^8.5", Some((8, 5, 0))),
            ("9.0.0-beta.1", Some((9, 0, 0))),
            ("9.0.0+build", Some((9, 0, 0))),
            ("npm:jsonwebtoken@^8.5.1", Some((8, 5, 1))),
            ("npm:@scope/x@2", Some((2, 0, 0))),
            ("npm:jsonwebtoken", None),
            ("*", None),
            ("x", None),
            ("", None),
            ("latest", None),
            ("next || 8", None),
            ("workspace:^1.2", None),
            ("git+https://example.com/a.git#v1.2.3", None),
            ("file:../a", None),
            ("catalog:", None),
            ("acme/shop", None),
            ("99999999999999999999999.0.0", None),
            (">18446744073709551615", None),
            // PEP 440.
            ("==1.7.1", Some((1, 7, 1))),
            ("~=2.4", Some((2, 4, 0))),
            (">=1.5,<2", Some((1, 5, 0))),
            (">=1.5, !=1.6, <2", Some((1, 5, 0))),
            ("==2.0rc1", Some((2, 0, 0))),
            // RubyGems, Hex.
            ("~> 2.2", Some((2, 2, 0))),
            (">= 2.0 and < 3.0", Some((2, 0, 0))),
            ("~> 1.0 or ~> 2.0", Some((1, 0, 0))),
            // Maven, NuGet.
            ("[0.9,1.0)", Some((0, 9, 0))),
            ("(1.2,)", Some((1, 3, 0))),
            ("(,1.0]", Some((0, 0, 0))),
            ("[1.0]", Some((1, 0, 0))),
            ("5.3.0.RELEASE", Some((5, 3, 0))),
            ("0.12.+", Some((0, 12, 0))),
            ("${jjwt.version}", None),
            ("[", None),
            ("(", None),
            // Composer.
            ("^6.0|^5.2", Some((5, 2, 0))),
            ("dev-master", None),
            ("5.*@dev", Some((5, 0, 0))),
            // Go.
            ("v3.2.0+incompatible", Some((3, 2, 0))),
            ("é", None),
            ("~>", None),
        ];
        for (requirement, version) in cases {
            assert_eq!(lowest(requirement), version, "{requirement}");
        }
    }
}
