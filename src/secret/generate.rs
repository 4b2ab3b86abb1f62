//! Fresh secrets from the operating system's generator.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// An HMAC algorithm of RFC 7518 §3.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    #[default]
    #[value(name = "HS256", alias = "hs256")]
    Hs256,
    /// HMAC with SHA-384.
    #[value(name = "HS384", alias = "hs384")]
    Hs384,
    /// HMAC with SHA-512.
    #[value(name = "HS512", alias = "hs512")]
    Hs512,
}

impl Algorithm {
    /// All of them, weakest first.
    pub const ALL: [Algorithm; 3] = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];

    /// Its name as the `alg` header has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Hs256 => "HS256",
            Algorithm::Hs384 => "HS384",
            Algorithm::Hs512 => "HS512",
        }
    }

    /// The bytes a key must at least have: as many as the hash has (RFC 7518 §3.2).
    pub fn key_bytes(self) -> usize {
        match self {
            Algorithm::Hs256 => 32,
            Algorithm::Hs384 => 48,
            Algorithm::Hs512 => 64,
        }
    }

    /// The same in bits.
    pub fn key_bits(self) -> u32 {
        self.key_bytes() as u32 * 8
    }
}

/// How the bytes of a secret are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// Base64 of RFC 4648 §5 without padding: safe in URLs, shells and env files.
    #[default]
    Base64url,
    /// Base64 of RFC 4648 §4 with padding.
    Base64,
    /// Two lower-case digits a byte.
    Hex,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 3] = [Format::Base64url, Format::Base64, Format::Hex];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Base64url => "base64url",
            Format::Base64 => "base64",
            Format::Hex => "hex",
        }
    }
}

macro_rules! names {
    ($($type:ty: $what:literal),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL
                    .into_iter()
                    .find(|known| known.as_str().eq_ignore_ascii_case(text))
                    .ok_or_else(|| format!("`{text}` is no {}", $what))
            }
        }
    )*};
}

names! { Algorithm: "HMAC algorithm; there are HS256, HS384 and HS512", Format: "format; there are base64url, base64 and hex" }

/// A fresh secret of exactly as many random bytes as `algorithm`'s hash has, written in `format`. The memory of the
/// text and of the bytes is wiped when it is dropped.
///
/// # Errors
/// When the operating system has no random bytes to give.
pub fn generate(algorithm: Algorithm, format: Format) -> Result<Zeroizing<String>, getrandom::Error> {
    let mut bytes = Zeroizing::new(vec![0; algorithm.key_bytes()]);
    getrandom::fill(&mut bytes)?;
    // Room for the longest form from the start: a string that grows leaves copies of itself behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    match format {
        Format::Base64url => URL_SAFE_NO_PAD.encode_string(&*bytes, &mut text),
        Format::Base64 => STANDARD.encode_string(&*bytes, &mut text),
        Format::Hex => {
            for byte in bytes.iter() {
                for digit in [byte >> 4, byte & 15] {
                    text.extend(char::from_digit(u32::from(digit), 16));
                }
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;
    use crate::library::Encoding;
    use crate::secret::strength::{self, ProjectNames, Verdict};

    #[test]
    fn every_format_has_the_length_of_the_hash() {
        for (algorithm, lengths) in
            [(Algorithm::Hs256, [43, 44, 64]), (Algorithm::Hs384, [64, 64, 96]), (Algorithm::Hs512, [86, 88, 128])]
        {
            for (format, length) in Format::ALL.into_iter().zip(lengths) {
                let secret = generate(algorithm, format).expect("the system has random bytes");
                assert_eq!(secret.len(), length, "{algorithm} {format}");
                assert_ne!(secret, generate(algorithm, format).expect("the system has random bytes"));
            }
        }
    }

    #[test]
    fn names_are_read_in_either_case_and_others_refused() {
        assert_eq!("hs384".parse(), Ok(Algorithm::Hs384));
        assert_eq!("Base64URL".parse(), Ok(Format::Base64url));
        assert!("HS1".parse::<Algorithm>().is_err());
        assert!("base32".parse::<Format>().is_err());
    }

    #[test]
    fn what_is_generated_is_enough() {
        const SAMPLES: usize = 700;
        let kinds = Algorithm::ALL.into_iter().flat_map(|algorithm| Format::ALL.map(|format| (algorithm, format)));
        kinds.collect::<Vec<_>>().into_par_iter().for_each(|(algorithm, format)| {
            let decoding = match format {
                Format::Base64url => Encoding::Base64url,
                Format::Base64 => Encoding::Base64,
                Format::Hex => Encoding::Hex,
            };
            for sample in 0..SAMPLES {
                let secret = generate(algorithm, format).expect("the system has random bytes");
                // Read as it was written, or as the bytes of its text.
                let decoding = [decoding, Encoding::Utf8][sample % 2];
                let context = ProjectNames { names: vec!["shop".to_owned()] };
                let strength = strength::judge(&secret, &[decoding], Some(algorithm.as_str()), &context);
                assert_eq!(strength.verdict, Verdict::Strong, "{algorithm} {format}: {:?}", strength.reasons);
            }
        });
    }
}
