//! The algorithms of RFC 7518 §3.1, however code names them.

use crate::name;

/// The algorithm that a constant or class names: `HS256` for `SigningMethodHS256`, `HmacSha256Signature` and
/// `HMACSHA256Algorithm`, `none` for `NoneAlgorithm` and `UnsafeAllowNoneSignatureType`.
pub fn of_name(name: &str) -> Option<String> {
    let lower: String = name.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    if name::tokens(&[name]).iter().any(|token| token == "none") {
        return Some("none".to_owned());
    }
    if lower.contains("eddsa") || lower.contains("ed25519") {
        return Some("EdDSA".to_owned());
    }
    // The last that is found: what stands before it says what it is of.
    let bits = ["256", "384", "512"].into_iter().find(|bits| lower.contains(bits))?;
    let (before, _) = lower.rsplit_once(bits)?;
    let family = [
        ("hmacsha", "HS"),
        ("hmac", "HS"),
        ("hs", "HS"),
        ("rsasha", "RS"),
        ("rsassapsssha", "PS"),
        ("rsa", "RS"),
        ("rs", "RS"),
        ("ecdsasha", "ES"),
        ("ecdsa", "ES"),
        ("es", "ES"),
        ("ps", "PS"),
    ];
    let (_, family) = family.into_iter().find(|(ending, _)| before.ends_with(ending))?;
    Some(format!("{family}{bits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_constants_and_classes_are_read() {
        for (name, algorithm) in [
            ("HS256", "HS256"),
            ("SigningMethodHS512", "HS512"),
            ("HmacSha256Signature", "HS256"),
            ("HMACSHA384Algorithm", "HS384"),
            ("HMAC256", "HS256"),
            ("RsaSha256", "RS256"),
            ("RSA512", "RS512"),
            ("ECDSA256", "ES256"),
            ("RsaSsaPssSha256", "PS256"),
            ("EdDSA", "EdDSA"),
            ("NoneAlgorithm", "none"),
            ("NONE", "none"),
        ] {
            assert_eq!(of_name(name).as_deref(), Some(algorithm), "{name}");
        }
        for name in ["algorithm", "nonEmpty", "Sha256", "A256GCM", "key"] {
            assert_eq!(of_name(name), None, "{name}");
        }
    }
}
