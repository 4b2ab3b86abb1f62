//! What kind of text a file is, by its path: production, test, example or documentation.

use crate::finding::Context;

/// The context of a file by its path relative to the folder that is checked, with `/` between its parts.
///
/// Words count as whole parts of the path, or as whole words of the file's name: `latest/contest.js` is production. A test
/// within an example is a test, an example within the documentation an example: the more particular word counts.
pub fn of_path(path: &str) -> Context {
    let is_test_class = path.rsplit('/').next().is_some_and(is_test_class);
    let path = path.to_ascii_lowercase();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let name = parts.next_back().unwrap_or_default();
    let parts: Vec<&str> = parts.collect();
    let folder_context = folders(&parts).filter_map(of_folder).max_by_key(|context| rank(*context));
    [of_name(name), folder_context, is_test_class.then_some(Context::Test)]
        .into_iter()
        .flatten()
        .max_by_key(|context| rank(*context))
        .unwrap_or(Context::Production)
}

/// The folders that say something: below `src/main/java` they are the names of packages, of which `com.example` is the one
/// that many projects never changed.
fn folders<'a>(parts: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let is_root = |window: &[&str]| matches!(window, ["src", _, "java" | "kotlin" | "scala" | "groovy"]);
    let root = parts.windows(3).position(is_root);
    parts.iter().copied().take(root.map_or(parts.len(), |root| root + 3))
}

/// Which context counts when a path speaks of two.
fn rank(context: Context) -> u8 {
    match context {
        Context::Production => 0,
        Context::Documentation => 1,
        Context::Example => 2,
        Context::Test => 3,
    }
}

/// Whether a file holds a class of tests by its name, where files are named after classes: `TokenServiceTests.cs`.
fn is_test_class(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        matches!(extension, "cs" | "java" | "kt" | "scala" | "php" | "groovy" | "swift")
            && ["Test", "Tests", "TestCase", "Spec", "Specs"].iter().any(|ending| stem.ends_with(ending))
    })
}

/// The context a folder of that name gives, in lower case.
fn of_folder(name: &str) -> Option<Context> {
    Some(match name {
        "test" | "tests" | "testing" | "__tests__" | "__test__" | "spec" | "specs" | "__specs__" | "e2e"
        | "e2e-tests" | "integration-tests" | "unit-tests" | "test-utils" | "testutils" | "testdata" | "test-data"
        | "test_data" | "fixture" | "fixtures" | "__fixtures__" | "mock" | "mocks" | "__mocks__" | "cypress"
        | "playwright" | "vitest" | "__snapshots__" | "bench" | "benches" | "benchmark" | "benchmarks" | "loadtest"
        | "loadtests" | "integrationtest" | "integrationtests" => Context::Test,
        "example" | "examples" | "_example" | "_examples" | "sample" | "samples" | "demo" | "demos" => Context::Example,
        "doc" | "docs" | "docs_src" | "documentation" => Context::Documentation,
        // Maven's and Gradle's second source sets: src/integrationTest, app-tests.
        _ if name.ends_with("-test") || name.ends_with("-tests") => Context::Test,
        // .NET's projects: Shop.Tests, UnitTestsNet40.
        _ if name.ends_with(".test") || name.ends_with(".tests") => Context::Test,
        _ if name.contains("unittest") || name.contains("integrationtest") => Context::Test,
        _ if name.ends_with("-example") || name.ends_with("-examples") => Context::Example,
        _ => return None,
    })
}

/// The context a file of that name gives, in lower case.
fn of_name(name: &str) -> Option<Context> {
    let words = || name.split('.');
    let stem = name.split('.').find(|word| !word.is_empty()).unwrap_or_default();
    // `auth.test.js`, `auth.e2e-spec.ts`, `.env.test`, `application-test.yml`, and `config/test.json`.
    let is_test_word = |word: &str| {
        matches!(word, "test" | "tests" | "test-d" | "tst" | "spec" | "specs" | "e2e" | "cy" | "fixture" | "mock")
            || ["-test", "-tests", "-spec", "_test", "_spec"].iter().any(|suffix| word.ends_with(suffix))
    };
    // `vitest.config.ts`, `jest.setup.js`; karma can be something else.
    let is_runner = matches!(stem, "cypress" | "jest" | "karma" | "playwright" | "vitest")
        && matches!(words().nth(1), Some("conf" | "config" | "setup"));
    let is_test = words().any(is_test_word)
        || ["test_", "test-"].iter().any(|start| stem.starts_with(start))
        || stem == "conftest"
        || is_runner;
    if is_test {
        return Some(Context::Test);
    }
    let is_example_word =
        |word: &str| matches!(word, "example" | "examples" | "sample" | "template" | "dist" | "tpl" | "tmpl");
    // `.env.example`, `config.sample.json`, `settings.dist`, `env-example-document`, `example.env`; a dash or an underscore
    // divides words only in the names of environment files.
    let mut divided = name.split(['.', '-', '_']).filter(|word| !word.is_empty());
    let is_env = name.split(['.', '-', '_']).any(|word| word == "env");
    // `example.yaml`, `values-sample.yml`, `samples.json`: a configuration file that is one, by its whole stem or its
    // first or last word.
    let is_sample = |word: &str| matches!(word, "example" | "examples" | "sample" | "samples");
    let is_configuration = matches!(
        words().next_back(),
        Some("yml" | "yaml" | "json" | "jsonc" | "toml" | "properties" | "ini" | "conf" | "cfg" | "tfvars")
    );
    let mut stem_words = stem.split(['-', '_']);
    let is_named_example =
        is_configuration && (stem_words.next().is_some_and(is_sample) || stem_words.next_back().is_some_and(is_sample));
    // Requests somebody wrote down to try them.
    let is_request = name.ends_with(".postman_collection.json") || matches!(words().next_back(), Some("http" | "rest"));
    let is_example = is_request
        || words().skip(1).any(is_example_word)
        || (is_env && divided.any(is_example_word))
        || is_named_example;
    if is_example {
        return Some(Context::Example);
    }
    let extension = words().skip(1).last();
    let is_prose =
        matches!(extension, Some("md" | "mdx" | "markdown" | "ipynb" | "rst" | "adoc" | "asciidoc" | "textile"));
    // `readme.js` is code about a readme.
    let is_readme = matches!(stem, "readme" | "changelog" | "changes" | "contributing" | "history")
        && matches!(extension, None | Some("txt" | "html"));
    (is_prose || is_readme).then_some(Context::Documentation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: Context, paths: &[&str]) {
        for path in paths {
            assert_eq!(of_path(path), expected, "{path}");
        }
    }

    #[test]
    fn configuration_that_is_an_example_says_so_in_its_name() {
        check(Context::Example, &["ci/example.yaml", "config/values-sample.yml", "k8s/secret-examples.json"]);
        check(Context::Production, &["src/example.ts", "config/resample.yml", "sampler/config.yml"]);
    }

    #[test]
    fn tests() {
        check(
            Context::Test,
            &[
                "test/auth.js",
                "src/__tests__/auth.js",
                "spec/models/user.rb",
                "packages/a/e2e/login.ts",
                "cypress/support/commands.ts",
                "src/__mocks__/jwt.js",
                "internal/testdata/key.pem",
                "tests/fixtures/.env",
                "src/auth.test.ts",
                "src/auth.spec.tsx",
                "test/app.e2e-spec.ts",
                "src/auth.service-spec.ts",
                "auth_test.go",
                "app/test_auth.py",
                "test-helpers.ts",
                "vitest.config.ts",
                "web/jest.setup.js",
                "vitest/data.ts",
                "conftest.py",
                ".env.test",
                ".env.test.local",
                "Test/Auth.cs",
                "src/Identity.Tests/Keys.cs",
                "UnitTestsNet40/Keys.cs",
                "src/Shop.IntegrationTests/Host.cs",
                "src/TokenServiceTests.cs",
                "app/Auth/TokenTest.php",
                "spec/models/user_spec.rb",
                "app-tests/a.js",
                "config/test.json",
                "src/main/resources/application-test.yml",
                "src/test/kotlin/com/acme/TokensTest.kt",
            ],
        );
    }

    #[test]
    fn examples() {
        check(
            Context::Example,
            &[
                "examples/express/app.js",
                "_example/basic/server.go",
                "sample/app.js",
                "demo/index.html",
                ".env.example",
                ".env.local.example",
                "env-example",
                "env-example-relational",
                "config.sample.json",
                "settings.py.dist",
                "docker/.env.sample",
                "example.env",
                ".env_template",
                "docs/examples/app.js",
                "examples/README.md",
            ],
        );
    }

    #[test]
    fn documentation() {
        check(
            Context::Documentation,
            &[
                "README.md",
                "docs/auth.md",
                "docs/conf.py",
                "CHANGELOG",
                "src/content/page.mdx",
                "index.rst",
                "doc/a.js",
                "README",
            ],
        );
    }

    #[test]
    fn words_within_words_are_none() {
        check(
            Context::Production,
            &[
                "src/auth.js",
                "latest/index.js",
                "src/karma.py",
                "app/jest.ts",
                "src/contest.js",
                "src/attestation/verify.ts",
                "src/documents/model.js",
                "src/special/keys.js",
                "src/demographics/a.js",
                "inspect.js",
                "src/sampler.js",
                "dist/server.js",
                "templates/deployment.yaml",
                "readme.js",
                "",
                "..",
                ".env",
                ".env.production",
                "protest_spec/x.js",
                "src/\u{e9}t\u{e9}.js",
                "src/main/java/com/example/security/Tokens.java",
            ],
        );
    }
}
