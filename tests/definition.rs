//! Keys that one file uses and another defines.

use std::fs;
use std::process::Command;

/// The findings in a folder with these files, as `path:line rule`.
#[track_caller]
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    let jotlint = env!("CARGO_BIN_EXE_jotlint");
    let done =
        Command::new(jotlint).args(["check", "--format", "json"]).current_dir(&folder).output().expect("jotlint");
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .map(|finding| format!("{}:{} {}", text(&finding["path"]), finding["line"], text(&finding["rule"])))
        .collect()
}

#[test]
fn javascript_by_a_relative_path() {
    let sign = "const jwt = require('jsonwebtoken');\nconst config = require('../config');\n\
                exports.sign = (user) => jwt.sign({ user }, config.session.phrase);\n";
    let config = "const settings = {\n  session: { phrase: 'correct-horse' },\n  mail: { phrase: 'battery-staple' },\n\
                  };\nmodule.exports = settings; // jwt\n";
    let found =
        findings(&[("src/auth/token.js", sign), ("src/config/index.js", config), ("src/other/config.js", config)]);
    assert_eq!(found, ["src/config/index.js:2 weak-secret"]);
}

#[test]
fn a_variable_on_the_way_is_a_key_in_env_files() {
    let found = findings(&[
        ("auth.ts", "import jwt from 'jsonwebtoken';\nimport { PHRASE } from './settings';\njwt.sign({}, PHRASE);\n"),
        ("settings.ts", "// jwt\nexport const PHRASE = process.env.APP_PHRASE;\n"),
        (".env", "APP_PHRASE=changeme\nOTHER_PHRASE=changeme\n"),
    ]);
    assert_eq!(found, [".env:1 weak-secret"]);
}

#[test]
fn python_by_module_and_through_two_files() {
    let found = findings(&[
        (
            "app/tokens.py",
            "import jwt\nfrom app import settings\n\n\ndef make(user):\n    return jwt.encode({}, settings.PHRASE)\n",
        ),
        ("app/settings.py", "from .defaults import PHRASE as DEFAULT\n\nPHRASE = DEFAULT  # jwt\n"),
        ("app/defaults.py", "PHRASE = 'correct-horse'  # jwt\n"),
        ("app/mail.py", "PHRASE = 'battery-staple'  # jwt\n"),
    ]);
    assert_eq!(found, ["app/defaults.py:1 weak-secret"]);
}

#[test]
fn a_class_of_constants_in_java() {
    let found = findings(&[
        (
            "src/main/java/shop/Tokens.java",
            "package shop;\nimport com.auth0.jwt.JWT;\nimport com.auth0.jwt.algorithms.Algorithm;\nclass Tokens {\n\
             String make() { return JWT.create().sign(Algorithm.HMAC256(Constants.PHRASE)); }\n}\n",
        ),
        (
            "src/main/java/shop/Constants.java",
            "package shop;\npublic class Constants {\n  public static final String PHRASE = \"correct-horse\";\n\
             public static final String OTHER = \"battery-staple\";\n}\n",
        ),
    ]);
    assert_eq!(found, ["src/main/java/shop/Constants.java:3 weak-secret"]);
}

#[test]
fn a_package_of_go() {
    let found = findings(&[
        (
            "auth/token.go",
            "package auth\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\nfunc make() (string, error) {\n\
             \treturn jwt.New(jwt.SigningMethodHS256).SignedString(phrase)\n}\n",
        ),
        ("auth/keys.go", "package auth\n\nvar phrase = []byte(\"correct-horse\")\n"),
        ("mail/keys.go", "package mail\n\nvar phrase = []byte(\"battery-staple\")\n"),
    ]);
    assert_eq!(found, ["auth/keys.go:3 weak-secret"]);
}

/// What is defined where no word tells of tokens is found all the same, across two files, and nothing else that is called so.
#[test]
fn files_in_which_nothing_tells_of_tokens() {
    let found = findings(&[
        (
            "src/token.js",
            "const jwt = require('jsonwebtoken');\nconst { phrase } = require('./lib/words');\n\
             module.exports = (user) => jwt.sign(user, phrase, { algorithm: 'HS256' });\n",
        ),
        ("src/lib/words.js", "const { first } = require('./first');\nexports.phrase = first;\n"),
        ("src/lib/first.js", "exports.first = 'correct-horse';\nexports.second = 'battery-staple';\n"),
        ("src/words.js", "exports.phrase = 'tr0ub4dor';\n"),
        ("src/lib/other/words.js", "exports.phrase = 'tr0ub4dor';\n"),
    ]);
    assert_eq!(found, ["src/lib/first.js:1 weak-secret"]);
}

/// Classes stand in files that are called as they are, or nearly so.
#[test]
fn a_module_of_ruby_in_its_file() {
    let found = findings(&[
        (
            "app/tokens.rb",
            "require 'jwt'\n\nclass Tokens\n  def make(claims)\n    JWT.encode(claims, DefaultPhrases::FIRST, 'HS256')\n  end\nend\n",
        ),
        (
            "lib/default_phrases.rb",
            "module DefaultPhrases\n  FIRST = 'correct-horse'\n  SECOND = 'battery-staple'\nend\n",
        ),
    ]);
    assert_eq!(found, ["lib/default_phrases.rb:2 weak-secret"]);
}

/// A helper of another file makes the key, and neither says a word about tokens.
#[test]
fn a_helper_that_makes_a_key_of_chance() {
    let found = findings(&[
        (
            "web/settings.vue",
            "<script setup>\nimport { uuid } from '@/utils/format'\n\
             const renew = () => { config.value.jwt['signing-key'] = uuid() }\n</script>\n",
        ),
        (
            "web/utils/format.js",
            "export const uuid = () =>\n  'xxxx'.replace(/x/g, () => Math.random().toString(16)[2])\n",
        ),
        ("web/utils/other.js", "export const uuid = () => Math.random()\n"),
    ]);
    assert_eq!(found, ["web/utils/format.js:2 insecure-random"]);
}

#[test]
fn configuration_in_which_nothing_tells_of_tokens() {
    let found = findings(&[
        ("auth.ts", "import jwt from 'jsonwebtoken';\njwt.sign({}, process.env.APP_PHRASE!);\n"),
        (
            "compose.yml",
            "services:\n  app:\n    environment:\n      - OTHER_PHRASE=changeme\n      - APP_PHRASE=changeme\n",
        ),
        ("other.yml", "env:\n  OTHER_PHRASE: changeme\n"),
        ("Dockerfile", "FROM scratch\nENV APP_PHRASE=changeme\n"),
    ]);
    assert_eq!(found, ["Dockerfile:2 weak-secret", "compose.yml:5 weak-secret"]);
}

#[test]
fn a_setting_in_which_nothing_tells_of_tokens() {
    let java = "import io.jsonwebtoken.Jwts;\nclass Tokens {\n  @Value(\"${app.phrase}\")\n  private String phrase;\n\
                  String make() {\n    return Jwts.builder().signWith(SignatureAlgorithm.HS256, phrase).compact();\n  }\n}\n";
    let found = findings(&[
        ("src/Tokens.java", java),
        ("src/application.yml", "mail:\n  phrase: battery-staple\napp:\n  name: x\n  phrase: correct-horse\n"),
    ]);
    assert_eq!(found, ["src/application.yml:5 weak-secret"]);
}

#[test]
fn a_file_of_json_that_is_a_module() {
    let sign = |module: &str| {
        format!(
            "const jwt = require('jsonwebtoken');\nconst settings = require('{module}');\njwt.sign({{}}, settings.session.phrase);\n"
        )
    };
    let json =
        "{\n  \"session\": { \"phrase\": \"correct-horse\" },\n  \"mail\": { \"phrase\": \"battery-staple\" }\n}\n";
    for module in ["../settings.json", "../settings", "settings.json", "@/settings.json"] {
        let found = findings(&[
            ("src/auth/sign.js", &sign(module)),
            ("src/settings.json", json),
            ("other/settings.json", json),
        ]);
        assert_eq!(found, ["src/settings.json:2 weak-secret"], "{module}");
    }
}

#[test]
fn what_a_module_hands_on() {
    let sign = "import jwt from 'jsonwebtoken';\nimport { session } from './config';\njwt.sign({}, session.phrase);\n";
    let session = "export const session = { phrase: 'correct-horse' };\n";
    let default = "export default { phrase: 'correct-horse' };\n";
    for (index, keys) in [
        ("export * from './keys';\n", session),
        ("export { session } from './keys';\n", session),
        ("export { default as session } from './keys';\n", default),
        ("import session from './keys';\nexport { session };\n", default),
        ("exports.session = require('./keys');\n", "exports.phrase = 'correct-horse';\n"),
        ("const keys = require('./keys');\nmodule.exports = { mail: 1, session: keys.session };\n", session),
        ("export * as session from './keys';\n", "export const phrase = 'correct-horse';\n"),
    ] {
        let found = findings(&[
            ("sign.ts", sign),
            ("config/index.ts", index),
            ("config/keys.ts", keys),
            ("mail/keys.ts", "export const session = { phrase: 'battery-staple' };\n"),
        ]);
        assert_eq!(found, ["config/keys.ts:1 weak-secret"], "{index}");
    }
    let found = findings(&[
        ("sign.ts", sign),
        ("config/index.ts", "export * from './keys';\n"),
        ("config/keys/index.ts", "export * from '..';\nexport * from './session';\n"),
        ("config/keys/session.ts", session),
    ]);
    assert_eq!(found, ["config/keys/session.ts:1 weak-secret"]);
}

#[test]
fn a_setting_of_an_application_that_a_function_makes() {
    let application = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n\
                       \x20   app.config['SECRET_KEY'] = 'correct-horse'\n    app.config['MAIL_SECRET'] = 'battery-staple'\n\
                       \x20   return app\n";
    let filled = "def create_app(app):\n    app.config.from_mapping(\n        SECRET_KEY='correct-horse',\n        DATABASE='a',\n    )\n";
    for sign in [
        "from flask import current_app\nimport jwt\n\n\ndef sign(claims):\n    return jwt.encode(claims, current_app.config['SECRET_KEY'])\n",
        "import jwt\n\n\nasync def sign(request):\n    return jwt.encode({}, request.app.config.SECRET_KEY)\n",
    ] {
        assert_eq!(findings(&[("shop/app.py", application), ("shop/tokens.py", sign)]), ["shop/app.py:6 weak-secret"]);
        assert_eq!(findings(&[("shop/app.py", filled), ("shop/tokens.py", sign)]), ["shop/app.py:3 weak-secret"]);
        let one = format!("{sign}\n\n{application}");
        assert_eq!(findings(&[("app.py", &one)]).len(), 1, "{one}");
    }
}

#[test]
fn what_a_framework_calls_as_the_environment_does() {
    let found = findings(&[
        (
            "app/services/tokens.rb",
            "def sign(claims)\n  JWT.encode claims, Rails.application.secret_key_base, 'HS256'\nend\n",
        ),
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      SECRET_KEY_BASE: correct-horse\n"),
    ]);
    assert_eq!(found, ["docker-compose.yml:4 weak-secret"]);
}
