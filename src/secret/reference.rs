//! Values that stand for a secret kept elsewhere, or that are filled in later: there is no secret in them to find.
//!
//! A default that people are asked to change (`changeme`) is not one of them: it is shipped, and it is used.

use std::sync::LazyLock;

use regex::Regex;

/// What a value stands for when it is not a secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// Nothing: empty, `null`, `undefined`.
    Nothing,
    /// A template fills it in: `${X}`, `{{ secret }}`, `%ENV%`, `<your-secret>`.
    Template,
    /// A file holds it.
    File,
    /// A vault or secret store holds it.
    Store,
    /// It is encrypted.
    Encrypted,
    /// It is a signed token: what a key makes, and no key itself.
    Token,
    /// It is what a service has given somebody, and says so.
    Service,
}

static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?s)^(?:",
        // Shell, compose, Spring, JavaScript: a variable and nothing else. A fallback inside the braces is a value.
        // A doubled dollar sign keeps Compose from looking it up, and leaves that to the container's shell.
        r"\${1,2}\{[^{}:]*(?::?\?[^{}]*)?\}|\$\$[A-Za-z_][A-Za-z0-9_]*|\${1,2}\([^()]*\)|\$[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*",
        r"|#\{[^{}]*\}#?|@[A-Za-z_][A-Za-z0-9_.]*@",
        // GitHub, Azure, Helm, Jinja, Mustache; ERB, EJS; Windows; Symfony; Octopus; MSBuild.
        r"|\$?\{\{.*\}\}|\{%.*%\}|<%.*%>|%[A-Za-z_][A-Za-z0-9_]*%|%env\(.*\)%|\$\[.*\]",
        // Dynaconf; request collections.
        r"|@(?:format|jinja) .*\{.*\}.*|<<[A-Za-z_][A-Za-z0-9_.-]*>>",
        // A hole in a text for people.
        r"|<[A-Za-z][A-Za-z0-9 _./:'-]*>|\{[A-Za-z_][A-Za-z0-9_.-]*\}",
        r"|process\.env\.\w+|os\.environ\b.*|secrets\.\w+|env:[A-Za-z_]\w*|env\([A-Za-z_'\x22]+\)",
        r")$",
    ))
});

static STORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:",
        r"(?:vault|op|awssm|aws-sm|aws-ssm|ssm|asm|secretsmanager|gcpsm|gcp-sm|sm|azurekv|azkv|keyvault|kv|akv|doppler",
        r"|infisical|bw|bws|lpass|keychain|keyring|conjur|secretref|secret|ref\+[a-z0-9]+)://?\S+",
        r"|arn:aws[a-z-]*:(?:secretsmanager|ssm|kms):\S+",
        r"|projects/[^/\s]+/secrets/\S+",
        r"|https://[A-Za-z0-9-]+\.vault\.azure\.(?:net|cn|us)/\S*",
        r"|@Microsoft\.KeyVault\(.*\)",
        r"|\{\{resolve:(?:ssm|ssm-secure|secretsmanager):.*\}\}",
        r"|vault:[A-Za-z0-9_./-]+#[A-Za-z0-9_.-]+",
        r"|secretref:\S+",
        // Argo CD's plugin for vaults.
        r"|<path:[^<>]+>",
        r"|(?:env|keystore|credential|credentials)(?:\+[a-z]+)?://?\S+",
        r")$",
    ))
});

static ENCRYPTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?s)^(?:",
        // SOPS, jasypt, Spring Cloud Config, eyaml, ansible-vault, dotenvx, git-crypt, age, PGP, Vault transit, Laravel.
        r"ENC\[.*\]|ENC\(.*\)|DEC\(.*\)|\{cipher\}.*|DEC::PKCS7\[.*\]!?|\$ANSIBLE_VAULT;.*|encrypted:[A-Za-z0-9+/=]{24,}",
        r"|-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)-----.*|vault:v[0-9]+:[A-Za-z0-9+/=]+|!vault\b.*",
        // A SealedSecret is RSA-OAEP around AES-GCM: the length of the wrapped key, then 512 bytes of it.
        r"|Ag[A-D][A-Za-z0-9+/]{300,}={0,2}",
        r")$",
    ))
});

static FILE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:",
        // Rooted: at least two names, or an extension. Base64 has slashes too, but no run of short lower-case names.
        r"(?:file:(?://)?|classpath\*?:)/?[A-Za-z0-9_.~/\\-]+|@\.{0,2}/[A-Za-z0-9_.~/\\-]+",
        r"|(?:~|\.{1,2})(?:[/\\][A-Za-z0-9_.@ -]+)+",
        r"|/(?:run|etc|var|opt|home|root|usr|srv|mnt|tmp|app|secrets?|certs?|keys?|config|data|vault)(?:/[A-Za-z0-9_.@-]+)+",
        r"|[A-Za-z]:\\[^\r\n]+",
        // Symfony: a parameter that names a folder.
        r"|%[A-Za-z_][A-Za-z0-9_.]*%(?:[/\\][A-Za-z0-9_.@-]+)+",
        r"|(?:/?[A-Za-z0-9_.@-]+/)*[A-Za-z0-9_.@-]+\.(?:pem|key|crt|cer|pub|p12|pfx|jks|p8|der|json|ya?ml|txt|env|asc|gpg|jwk|jwks)",
        r")$",
    ))
});

/// The compact form of a signed token (RFC 7515 §7.1), whose header and payload are JSON objects.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^(?:eyJ|eyA|ewo|ew0)[A-Za-z0-9_-]{9,}\.(?:eyJ|eyA|ewo|ew0|e30)[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$")
});

/// What services put in front of the keys and secrets that they give, so that scanners know them: Stripe, Inngest, GitHub, GitLab,
/// Slack, AWS, Google, SendGrid, Shopify, npm, Hugging Face, DigitalOcean.
static SERVICE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:whsec_|(?:sk|pk|rk)_(?:live|test)_|signkey-(?:prod|test|branch)-|gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|AKIA|ASIA",
        r"|AIza|SG\.|shp(?:at|ca|pa|ss)_|npm_|hf_|dop_v1_)[A-Za-z0-9_.=/+-]{12,}$",
    ))
});

/// How those begin, which is asked first.
const SERVICE_STARTS: [&str; 16] = [
    "whsec_", "sk_", "pk_", "rk_", "signkey-", "gh", "glpat-", "xox", "AKIA", "ASIA", "AIza", "SG.", "shp", "npm_",
    "hf_", "dop_v1_",
];

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern compiles")
}

/// What `value` stands for, or `None` when it is a secret itself.
pub fn reference(value: &str) -> Option<Reference> {
    let value = value.trim();
    if value.is_empty()
        || ["null", "nil", "none", "undefined", "~", "\"\"", "''"].contains(&&*value.to_ascii_lowercase())
    {
        return Some(Reference::Nothing);
    }
    // Every form starts with one of these, or is short enough to be a path: no pattern runs over a long secret.
    const LONGEST: usize = 64 * 1024;
    if value.len() > LONGEST {
        return None;
    }
    // What a form has to begin with or to hold is asked first: nearly all values are none of them, and a pattern takes
    // a millisecond to build.
    let begins = |starts: &[&str]| starts.iter().any(|start| value.starts_with(start));
    let encrypted = || begins(&["ENC", "DEC", "{c", "$A", "encrypted:", "-----", "vault:", "!vault", "Ag"]);
    let service = || begins(&SERVICE_STARTS);
    let template = || {
        value.starts_with(['$', '#', '@', '{', '<', '%'])
            || begins(&["process.env.", "os.environ", "secrets.", "env:", "env("])
    };
    if encrypted() && ENCRYPTED.is_match(value) {
        Some(Reference::Encrypted)
    } else if (value.contains(':') || begins(&["projects/", "@Microsoft"])) && STORE.is_match(value) {
        Some(Reference::Store)
    } else if template() && TEMPLATE.is_match(value) {
        Some(Reference::Template)
    } else if value.contains(['/', '\\', '.', ':']) && FILE.is_match(value) {
        Some(Reference::File)
    } else if value.starts_with('e') && TOKEN.is_match(value) {
        Some(Reference::Token)
    } else if service() && SERVICE.is_match(value) {
        Some(Reference::Service)
    } else {
        None
    }
}

/// Whether `value` is a hole in a text for people, `<your-secret>`. As the value of a setting nothing fills it in, and it
/// is what the program is started with.
pub fn is_hole(value: &str) -> bool {
    let value = value.trim();
    let hole = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    hole.is_some_and(|hole| hole.starts_with(|first: char| first.is_ascii_alphabetic()) && !hole.contains(['<', '>']))
        && reference(value) == Some(Reference::Template)
}

/// The name between the marks of a template that is nothing but a name: `$name`, `%name%`, `@name@`.
pub fn bare_name(value: &str) -> Option<&str> {
    let value = value.trim();
    let between = |mark: char| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let name = value.strip_prefix('$').or_else(|| between('%')).or_else(|| between('@'))?;
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    Some(name).filter(is_name)
}

/// Whether `value` is not a secret itself.
pub fn is_reference(value: &str) -> bool {
    reference(value).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn references_are_known() {
        use Reference::*;
        for (value, expected) in [
            ("", Nothing),
            ("  ", Nothing),
            ("null", Nothing),
            ("undefined", Nothing),
            ("<your-secret>", Template),
            ("<random_string_at_least_32_characters_long>", Template),
            ("{{ secret }}", Template),
            ("{{ .Values.jwt.secret | quote }}", Template),
            ("${{ secrets.JWT_SECRET }}", Template),
            ("${JWT_SECRET}", Template),
            ("${JWT_SECRET:?is missing}", Template),
            ("$JWT_SECRET", Template),
            ("%JWT_SECRET%", Template),
            ("%env(JWT_SECRET)%", Template),
            ("#{JwtSecret}#", Template),
            ("<%= ENV['JWT_SECRET'] %>", Template),
            ("process.env.JWT_SECRET", Template),
            ("/run/secrets/jwt", File),
            ("./keys/private.pem", File),
            ("../jwt", File),
            ("config/jwt/private.pem", File),
            ("file:///etc/jwt/key", File),
            ("classpath:jwt.key", File),
            ("C:\\keys\\jwt.key", File),
            ("%kernel.project_dir%/config/jwt/private.pem", File),
            ("vault://secret/data/jwt#key", Store),
            ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt", Store),
            ("projects/demo/secrets/jwt/versions/1", Store),
            ("https://shop.vault.azure.net/secrets/jwt", Store),
            ("@Microsoft.KeyVault(SecretUri=https://shop.vault.azure.net/secrets/jwt)", Store),
            ("op://app/jwt/secret", Store),
            ("$${JWT_SECRET}", Template),
            ("$$JWT_SECRET", Template),
            ("$$(cat /run/secrets/jwt)", Template),
            ("@format {env[JWT_SECRET]}", Template),
            ("<<jwtSecret>>", Template),
            ("<path:secret/data/api#jwt-key>", Store),
            ("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl", Token),
            ("whsec_Qk3vT8sLz1XyW0aB5nRt", Service),
            ("sk_live_Qk3vT8sLz1XyW0aB5nRt", Service),
            ("ENC[AES256_GCM,data:qg==,iv:aa==,tag:bb==,type:str]", Encrypted),
            ("ENC(5yq2mnDTtPuE0lF9pBWwUQ==)", Encrypted),
            ("{cipher}AQA2b7c1", Encrypted),
        ] {
            assert_eq!(reference(value), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_is_used_as_it_stands_is_a_secret() {
        for value in [
            "changeme",
            "CHANGE_ME",
            "replace-me-with-a-random-string",
            "your-256-bit-secret",
            "YOUR_SECRET_HERE",
            "secret",
            "todo",
            "${JWT_SECRET:-secret}",
            "${JWT_SECRET:secret}",
            "!ChangeMe!",
            "__CHANGE_ME__",
            "-- DEV COOKIE SECRET; CHANGE ME --",
            "https://github.com/apache/seatunnel",
            "/QN%^4uefRUR%]Ar",
            "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",
            "+kR/9cT/xL2b/Vq8sW1mYp0aZt5uQn7eJd3fHg6iKo4=",
            "f4e2e52034348f86b67cde581c0f9eb5[www.renren.io]",
            "$up3r$ecret!",
            "sk_secret",
            "AKIRA-is-a-film-of-1988",
            "@123456",
            "@dmin",
        ] {
            assert_eq!(reference(value), None, "{value}");
        }
    }

    #[test]
    fn holes_and_bare_names_are_told_from_other_templates() {
        for hole in ["<your-secret>", " <MY SECRET KEY> ", "<client secret>"] {
            assert!(is_hole(hole), "{hole}");
        }
        for other in
            ["<%= ENV['JWT_SECRET'] %>", "<<jwtSecret>>", "<path:secret/data/api#jwt-key>", "<a> and <b>", "<", ""]
        {
            assert!(!is_hole(other), "{other}");
        }
        for (value, name) in [("$name", "name"), ("%a_name%", "a_name"), ("@Name1@", "Name1")] {
            assert_eq!(bare_name(value), Some(name), "{value}");
        }
        for other in ["${name}", "$name/x", "%env(X)%", "name", "100%", "@name"] {
            assert_eq!(bare_name(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_random_secret_is_no_reference(bytes in proptest::collection::vec(any::<u8>(), 32..64)) {
            use base64::Engine;
            let engine = base64::engine::general_purpose::STANDARD;
            prop_assert!(!is_reference(&engine.encode(&bytes)));
        }

        #[test]
        fn any_text_is_judged(value in any::<String>()) {
            is_reference(&value);
        }
    }
}
