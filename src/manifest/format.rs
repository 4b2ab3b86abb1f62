//! The formats of manifests, one function each. What is no data format (Gradle, Ruby, Elixir, XML) is looked through for
//! the few forms in which people write a dependency down; nothing is evaluated but plain variables.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;
use toml::{Table, Value as Toml};

use super::Manifest;

type Read = fn(&str, &mut Manifest);

/// The family a file of that name speaks for, and how it is read. The name is relative to the folder the manifest is
/// about.
pub fn of(name: &str) -> Option<(&'static str, Read)> {
    find(name).map(|(_, family, read)| (family, read))
}

/// Which of several files of one folder counts: the one with the highest rank; `None` for what is no manifest.
pub fn rank(name: &str) -> Option<u8> {
    find(name).map(|(rank, _, _)| rank)
}

fn find(name: &str) -> Option<(u8, &'static str, Read)> {
    Some(match name {
        "package.json" => (0, "javascript", package_json),
        "setup.py" => (0, "python", setup_py),
        "setup.cfg" => (1, "python", setup_cfg),
        "Pipfile" => (3, "python", pipfile),
        "pyproject.toml" => (4, "python", pyproject),
        "go.mod" => (0, "go", go_mod),
        "pom.xml" => (0, "java", pom),
        "gradle/libs.versions.toml" => (0, "java", gradle_catalogue),
        "build.gradle" | "build.gradle.kts" | "build.sbt" => (1, "java", gradle),
        "packages.config" | "Directory.Packages.props" | "Directory.Build.props" => (0, "csharp", nuget),
        "composer.json" => (0, "php", composer),
        "Gemfile" => (0, "ruby", ruby),
        "Gemfile.lock" => (1, "ruby", gemfile_lock),
        "Cargo.toml" => (0, "rust", cargo),
        "mix.exs" => (0, "elixir", mix),
        _ if name.ends_with(".csproj") => (1, "csharp", nuget),
        // What a gem asks for itself counts, not what its tests happened to run with.
        _ if name.ends_with(".gemspec") => (2, "ruby", ruby),
        _ if is_requirements(name) => (2, "python", requirements),
        _ => return None,
    })
}

/// `requirements.txt`, `requirements-dev.txt`, `requirements/base.txt`.
fn is_requirements(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".in")) else { return false };
    stem.strip_prefix("requirements").is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.', '/']))
        || stem.ends_with("requirements") && !stem.contains('/')
}

// JavaScript and PHP.

fn package_json(text: &str, manifest: &mut Manifest) {
    // What is installed beside the others counts last: `dependencies` over `peerDependencies`.
    json(text, &["peerDependencies", "optionalDependencies", "devDependencies", "dependencies"], manifest);
}

fn composer(text: &str, manifest: &mut Manifest) {
    json(text, &["require-dev", "require"], manifest);
}

fn json(text: &str, sections: &[&str], manifest: &mut Manifest) {
    let value: Json = serde_json::from_str(text).unwrap_or_default();
    manifest.name = value.get("name").and_then(Json::as_str).map(str::to_owned);
    for section in sections {
        for (package, requirement) in value.get(*section).and_then(Json::as_object).into_iter().flatten() {
            if let Some(requirement) = requirement.as_str() {
                manifest.require(package, Some(requirement));
            }
        }
    }
}

// Python.

/// A requirement of PEP 508: the package, what is optional of it, and its versions.
static REQUIREMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*((?:[<>=!~][^;#)]*)?)").ok()
});

fn requirement(line: &str, manifest: &mut Manifest) {
    let Some(parts) = REQUIREMENT.as_ref().and_then(|form| form.captures(line)) else { return };
    if let (Some(package), Some(versions)) = (parts.get(1), parts.get(2)) {
        // Options of pip stand behind the versions: `--hash=sha256:...`.
        let versions = versions.as_str().split(" --").next().unwrap_or_default();
        manifest.require(package.as_str(), Some(versions.trim_end_matches(['\\', ' '])));
    }
}

fn requirements(text: &str, manifest: &mut Manifest) {
    for line in text.lines().filter(|line| !line.starts_with(['-', ' ', '\t', '#'])) {
        requirement(line, manifest);
    }
}

/// PEP 621, PEP 735 and Poetry.
fn pyproject(text: &str, manifest: &mut Manifest) {
    let table = text.parse::<Table>().unwrap_or_default();
    let project = table.get("project");
    let poetry = table.get("tool").and_then(|tool| tool.get("poetry"));
    let name = [project, poetry].into_iter().flatten().find_map(|section| section.get("name")?.as_str());
    manifest.name = name.map(str::to_owned);
    for groups in [table.get("dependency-groups"), project.and_then(|project| project.get("optional-dependencies"))] {
        for (_, group) in groups.and_then(Toml::as_table).into_iter().flatten() {
            requirement_list(Some(group), manifest);
        }
    }
    requirement_list(project.and_then(|project| project.get("dependencies")), manifest);
    if let Some(poetry) = poetry {
        for (_, group) in poetry.get("group").and_then(Toml::as_table).into_iter().flatten() {
            dependency_table(group.get("dependencies"), manifest);
        }
        dependency_table(poetry.get("dev-dependencies"), manifest);
        dependency_table(poetry.get("dependencies"), manifest);
    }
}

fn requirement_list(list: Option<&Toml>, manifest: &mut Manifest) {
    for item in list.and_then(Toml::as_array).into_iter().flatten().filter_map(Toml::as_str) {
        requirement(item, manifest);
    }
}

/// `name = "^1.2"`, `name = { version = "^1.2" }`.
fn dependency_table(table: Option<&Toml>, manifest: &mut Manifest) {
    for (name, value) in table.and_then(Toml::as_table).into_iter().flatten() {
        let version = value.as_str().or_else(|| value.get("version").and_then(Toml::as_str));
        // Cargo's other name for a package.
        let name = value.get("package").and_then(Toml::as_str).unwrap_or(name);
        manifest.require(name, version);
    }
}

fn pipfile(text: &str, manifest: &mut Manifest) {
    let table = text.parse::<Table>().unwrap_or_default();
    dependency_table(table.get("dev-packages"), manifest);
    dependency_table(table.get("packages"), manifest);
}

fn setup_cfg(text: &str, manifest: &mut Manifest) {
    let (mut section, mut key) = ("", "");
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        if let Some(name) = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            (section, key) = (name, "");
            continue;
        }
        let value = match line.split_once('=') {
            Some((name, value)) if !line.starts_with([' ', '\t']) => {
                key = name.trim();
                value
            }
            _ => line,
        };
        match (section, key) {
            ("metadata", "name") if !value.trim().is_empty() => manifest.name = Some(value.trim().to_owned()),
            ("options", "install_requires") | ("options.extras_require", _) => requirement(value, manifest),
            _ => {}
        }
    }
}

fn setup_py(text: &str, manifest: &mut Manifest) {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"\bname\s*=\s*["']([^"'\s]+)["']"#).ok());
    static REQUIRES: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?s)\binstall_requires\s*=\s*\[(.*?)\]\s*[,)\n]").ok());
    static TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"["']([^"'\n]+)["']"#).ok());
    manifest.name = first(&NAME, text).map(str::to_owned);
    let requires = first(&REQUIRES, text).unwrap_or_default();
    for parts in TEXT.iter().flat_map(|form| form.captures_iter(requires)) {
        requirement(parts.get(1).map_or("", |text| text.as_str()), manifest);
    }
}

// Go.

fn go_mod(text: &str, manifest: &mut Manifest) {
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["module", name] => manifest.name = Some(name.trim_matches('"').to_owned()),
            ["require", package, version] | [package, version] if version.starts_with('v') => {
                manifest.require(package, Some(version));
            }
            _ => {}
        }
    }
}

// Java, Kotlin, Scala.

static XML_COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)<!--.*?-->").ok());

fn without(form: &LazyLock<Option<Regex>>, text: &str) -> String {
    form.as_ref().map_or_else(|| text.to_owned(), |form| form.replace_all(text, "").into_owned())
}

fn pom(text: &str, manifest: &mut Manifest) {
    static ELEMENT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"<([A-Za-z][\w.-]*)>\s*([^<>]*?)\s*</").ok());
    static DEPENDENCY: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?s)<dependency>(.*?)</dependency>").ok());
    static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let parts = ["dependencies", "dependencyManagement", "build", "profiles", "reporting"];
        let parts: Vec<String> = parts.iter().map(|part| format!("<{part}>.*?</{part}>")).collect();
        Regex::new(&format!("(?s){}", parts.join("|"))).ok()
    });
    static PARENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)<parent>.*?</parent>").ok());
    let elements = |text: &str| -> HashMap<String, String> {
        let found = ELEMENT.iter().flat_map(|form| form.captures_iter(text));
        let mut elements = HashMap::new();
        for parts in found {
            if let (Some(name), Some(value)) = (parts.get(1), parts.get(2)) {
                elements.entry(name.as_str().to_owned()).or_insert_with(|| value.as_str().to_owned());
            }
        }
        elements
    };
    let text = without(&XML_COMMENT, text);
    let about = without(&PARTS, &text);
    let own = elements(&without(&PARENT, &about));
    let inherited = elements(&about);
    let group = own.get("groupId").or_else(|| inherited.get("groupId"));
    manifest.name = group.zip(own.get("artifactId")).map(|(group, artifact)| format!("{group}:{artifact}"));
    for dependency in DEPENDENCY.iter().flat_map(|form| form.captures_iter(&text)) {
        let dependency = elements(dependency.get(1).map_or("", |inside| inside.as_str()));
        let (Some(group), Some(artifact)) = (dependency.get("groupId"), dependency.get("artifactId")) else { continue };
        let version = dependency.get("version").map(|version| {
            let property = version.strip_prefix("${").and_then(|version| version.strip_suffix('}'));
            property.and_then(|property| inherited.get(property)).unwrap_or(version)
        });
        manifest.require(&format!("{group}:{artifact}"), version.map(String::as_str));
    }
}

/// Gradle's and sbt's: `'group:name:version'`, `group: 'g', name: 'n', version: 'v'`, `"group" %% "name" % "version"`,
/// with plain variables in place of the version.
fn gradle(text: &str, manifest: &mut Manifest) {
    static COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s:/\*.*?\*/)|(?m:^\s*//.*$)").ok());
    static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"([A-Za-z][\w.]*)["'\])]*\s*(?::\s*String\s*)?(?:=|,|by extra\()\s*["']([^"'\n]*)["']"#).ok()
    });
    static DEPENDENCIES: LazyLock<[Option<Regex>; 3]> = LazyLock::new(|| {
        [
            Regex::new(r#"["']([\w.-]+):([\w.-]+):([^"':@\n]+)"#).ok(),
            Regex::new(r#"group\s*[:=]\s*["']([\w.-]+)["']\s*,\s*name\s*[:=]\s*["']([\w.-]+)["']\s*,\s*version\s*[:=]\s*["']?([^"',)\s]+)"#).ok(),
            Regex::new(r#""([\w.-]+)"\s*%%?%?\s*"([\w.-]+)"\s*%\s*"?([\w.$+-]+)"#).ok(),
        ]
    });
    let text = without(&COMMENT, text);
    let mut variables: HashMap<&str, &str> = HashMap::new();
    for parts in VARIABLE.iter().flat_map(|form| form.captures_iter(&text)) {
        if let (Some(name), Some(value)) = (parts.get(1), parts.get(2)) {
            variables.insert(name.as_str().rsplit('.').next().unwrap_or_default(), value.as_str());
        }
    }
    for parts in DEPENDENCIES.iter().flatten().flat_map(|form| form.captures_iter(&text)) {
        let (Some(group), Some(artifact), Some(version)) = (parts.get(1), parts.get(2), parts.get(3)) else { continue };
        let version = version.as_str();
        let name = version.trim_start_matches(['$', '{']).trim_end_matches('}');
        let name = name.rsplit('.').next().unwrap_or(name);
        let version = variables.get(name).copied().unwrap_or(version);
        manifest.require(&format!("{}:{}", group.as_str(), artifact.as_str()), Some(version));
    }
}

/// A version catalogue: `[versions]` and `[libraries]`.
fn gradle_catalogue(text: &str, manifest: &mut Manifest) {
    let table = text.parse::<Table>().unwrap_or_default();
    let version_of = |name: &str| table.get("versions")?.get(name)?.as_str();
    for (_, library) in table.get("libraries").and_then(Toml::as_table).into_iter().flatten() {
        let part = |name: &str| library.get(name).and_then(Toml::as_str);
        if let Some(whole) = library.as_str() {
            if let Some((module, version)) = whole.rsplit_once(':') {
                manifest.require(module, Some(version));
            }
            continue;
        }
        let module = match (part("module"), part("group"), part("name")) {
            (Some(module), _, _) => module.to_owned(),
            (None, Some(group), Some(name)) => format!("{group}:{name}"),
            _ => continue,
        };
        let named = || version_of(library.get("version")?.get("ref")?.as_str()?);
        manifest.require(&module, part("version").or_else(named));
    }
}

// C#.

fn nuget(text: &str, manifest: &mut Manifest) {
    static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"<(?:PackageReference|PackageVersion|package)\s([^>]*)>(?:\s*<Version>([^<]*)<)?"#).ok()
    });
    static ATTRIBUTE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(\w+)\s*=\s*["']([^"']*)["']"#).ok());
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"<PackageId>\s*([^<\s]+)\s*</PackageId>").ok());
    let text = without(&XML_COMMENT, text);
    manifest.name = first(&NAME, &text).map(str::to_owned);
    for reference in REFERENCE.iter().flat_map(|form| form.captures_iter(&text)) {
        let attributes = reference.get(1).map_or("", |attributes| attributes.as_str());
        let attribute = |names: &[&str]| {
            let mut all = ATTRIBUTE.iter().flat_map(|form| form.captures_iter(attributes));
            all.find_map(|parts| names.contains(&parts.get(1)?.as_str()).then_some(parts.get(2)?.as_str()))
        };
        let version = attribute(&["Version", "VersionOverride", "version"]).or(reference.get(2).map(|v| v.as_str()));
        if let Some(package) = attribute(&["Include", "Update", "id"]) {
            manifest.require(package, version);
        }
    }
}

// Ruby.

/// Gemfiles and gem specifications: `gem 'jwt', '~> 2.2', '>= 2.2.1'`, `spec.add_dependency "jwt", "~> 2"`.
fn ruby(text: &str, manifest: &mut Manifest) {
    static GEM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?m)^[^#\n]*?\b(?:gem|add_(?:runtime_|development_)?dependency)[\s(]+["']([\w.-]+)["']((?:\s*,\s*["'][^"'\n]*["'])*)"#)
            .ok()
    });
    static NAME: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?m)^\s*\w+\.name\s*=\s*["']([^"'\s]+)["']"#).ok());
    manifest.name = first(&NAME, text).map(str::to_owned);
    for parts in GEM.iter().flat_map(|form| form.captures_iter(text)) {
        if let (Some(gem), Some(versions)) = (parts.get(1), parts.get(2)) {
            manifest.require(gem.as_str(), Some(&versions.as_str().replace(['"', '\''], " ")));
        }
    }
}

/// The specifications stand four spaces deep, what they ask for six.
fn gemfile_lock(text: &str, manifest: &mut Manifest) {
    static LOCKED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?m)^ {4}([\w.-]+) \(([^)\s]+)\)\r?$").ok());
    for parts in LOCKED.iter().flat_map(|form| form.captures_iter(text)) {
        if let (Some(gem), Some(version)) = (parts.get(1), parts.get(2)) {
            manifest.require(gem.as_str(), Some(version.as_str()));
        }
    }
}

// Rust.

fn cargo(text: &str, manifest: &mut Manifest) {
    let table = text.parse::<Table>().unwrap_or_default();
    manifest.name = table.get("package").and_then(|package| package.get("name")?.as_str()).map(str::to_owned);
    dependency_table(table.get("workspace").and_then(|workspace| workspace.get("dependencies")), manifest);
    for section in ["dev-dependencies", "dependencies"] {
        dependency_table(table.get(section), manifest);
    }
}

// Elixir.

fn mix(text: &str, manifest: &mut Manifest) {
    static DEPENDENCY: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?m)^[^#\n]*?\{\s*:(\w+)\s*,\s*(?:"([^"\n]*)")?"#).ok());
    static APP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bapp:\s*:(\w+)").ok());
    manifest.name = first(&APP, text).map(str::to_owned);
    for parts in DEPENDENCY.iter().flat_map(|form| form.captures_iter(text)) {
        if let Some(package) = parts.get(1) {
            manifest.require(package.as_str(), parts.get(2).map(|version| version.as_str()));
        }
    }
}

/// What the first group of a pattern is where it is first found.
fn first<'t>(form: &LazyLock<Option<Regex>>, text: &'t str) -> Option<&'t str> {
    form.as_ref()?.captures(text)?.get(1).map(|group| group.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::fold;
    use crate::manifest::version::Version;

    /// The name, and the versions of these packages, that a manifest gives.
    #[track_caller]
    fn check(file: &str, text: &str, name: Option<&str>, versions: &[(&str, Option<Version>)]) {
        let (_, manifest) = Manifest::parse(file, text).unwrap_or_else(|| panic!("{file} is no manifest"));
        assert_eq!(manifest.name.as_deref(), name, "{file}");
        for (package, version) in versions {
            assert!(manifest.versions.contains_key(&fold(package)), "{file}: {package}");
            assert_eq!(manifest.version_of(package), *version, "{file}: {package}");
        }
    }

    #[test]
    fn a_manifest_that_is_not_as_it_should_be() {
        for text in
            ["", "{", "[]", "null", r#"{"name": 1, "dependencies": []}"#, r#"{"dependencies": {"a": 1}}"#, "<a", "é"]
        {
            for file in [
                "package.json",
                "composer.json",
                "pyproject.toml",
                "requirements.txt",
                "setup.py",
                "setup.cfg",
                "Pipfile",
                "go.mod",
                "pom.xml",
                "build.gradle",
                "gradle/libs.versions.toml",
                "a.csproj",
                "Gemfile",
                "Gemfile.lock",
                "Cargo.toml",
                "mix.exs",
            ] {
                let (_, manifest) = Manifest::parse(file, text).expect("a manifest");
                assert!(manifest.versions.values().all(Option::is_none), "{file}: {text}");
                assert_eq!(manifest.name, None, "{file}: {text}");
            }
        }
        for file in ["main.py", "package-lock.json", "notes.txt", "requirementsx.txt", "docs/pom.xml", ""] {
            assert!(Manifest::parse(file, "").is_none(), "{file}");
        }
    }

    #[test]
    fn javascript_and_php() {
        let text =
            r#"{"name": "shop", "dependencies": {"jose": "^5.0.0"}, "peerDependencies": {"jose": "4", "jws": "*"}}"#;
        check("package.json", text, Some("shop"), &[("jose", Some((5, 0, 0))), ("jws", None)]);
        let text = r#"{"name": "acme/shop", "require": {"firebase/php-jwt": "^6.0|^5.2", "php": ">=7.4"}}"#;
        check("composer.json", text, Some("acme/shop"), &[("firebase/php-jwt", Some((5, 2, 0)))]);
    }

    #[test]
    fn python() {
        let text = "\
            # comment\n-r base.txt\nPyJWT[crypto]==1.7.1 ; python_version < '3'\npython-jose>=3.3,<4  # note\nauthlib\n\
            flask_jwt_extended ~= 4.4 --hash=sha256:1\n-e git+https://example.com/x\n";
        let versions: [(&str, Option<Version>); 4] = [
            ("pyjwt", Some((1, 7, 1))),
            ("python-jose", Some((3, 3, 0))),
            ("Authlib", None),
            ("Flask-JWT-Extended", Some((4, 4, 0))),
        ];
        for file in ["requirements.txt", "requirements-dev.txt", "requirements/base.txt", "dev-requirements.in"] {
            check(file, text, None, &versions);
        }
        let text = "[project]\nname = 'shop'\ndependencies = ['PyJWT (>=2.4)', 'x @ https://example.com/x']\n\
            [dependency-groups]\ndev = ['joserfc==1.0', {include-group = 'a'}]\n";
        check("pyproject.toml", text, Some("shop"), &[("PyJWT", Some((2, 4, 0))), ("joserfc", Some((1, 0, 0)))]);
        let text = "[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]\npyjwt = '^1.7'\n\
            python-jose = {version = '~3.3', extras = ['cryptography']}\n[tool.poetry.group.dev.dependencies]\nauthlib = '*'\n";
        let versions = [("pyjwt", Some((1, 7, 0))), ("python-jose", Some((3, 3, 0))), ("authlib", None)];
        check("pyproject.toml", text, Some("shop"), &versions);
        check("Pipfile", "[packages]\npyjwt = '==1.7.1'\nflask = '*'\n", None, &[("pyjwt", Some((1, 7, 1)))]);
        let text = "[metadata]\nname = shop\n\n[options]\ninstall_requires =\n    PyJWT>=1.5,<2\n    # no\n    six\n";
        check("setup.cfg", text, Some("shop"), &[("pyjwt", Some((1, 5, 0))), ("six", None)]);
        let text = "setup(\n    name='shop',\n    install_requires=[\n        'PyJWT[crypto]>=1.5',\n        \"six\",\n    ],\n)\n";
        check("setup.py", text, Some("shop"), &[("pyjwt", Some((1, 5, 0))), ("six", None)]);
    }

    #[test]
    fn go_and_rust() {
        let text = "module github.com/acme/shop/v2\n\ngo 1.22\n\nrequire github.com/dgrijalva/jwt-go v3.2.0+incompatible\n\
            require (\n\tgithub.com/golang-jwt/jwt/v5 v5.2.1 // indirect\n)\n";
        let versions =
            [("github.com/dgrijalva/jwt-go", Some((3, 2, 0))), ("github.com/golang-jwt/jwt/v5", Some((5, 2, 1)))];
        check("go.mod", text, Some("github.com/acme/shop/v2"), &versions);
        let (_, manifest) = Manifest::parse("go.mod", text).expect("a manifest");
        assert_eq!(manifest.version_of("github.com/golang-jwt/jwt/*"), Some((5, 2, 1)));
        let text = "[package]\nname = 'shop'\n[dependencies]\njsonwebtoken = '9.3'\njosekit = {version = '0.8', features = []}\n\
            tokens = {package = 'jwt-simple', version = '0.12'}\nhmac.workspace = true\n[workspace.dependencies]\nhmac = '0.12'\n";
        let versions = [
            ("jsonwebtoken", Some((9, 3, 0))),
            ("josekit", Some((0, 8, 0))),
            ("jwt_simple", Some((0, 12, 0))),
            ("hmac", Some((0, 12, 0))),
        ];
        check("Cargo.toml", text, Some("shop"), &versions);
    }

    #[test]
    fn java() {
        let text = "<project><parent><groupId>com.acme</groupId><artifactId>parent</artifactId></parent><artifactId>shop</artifactId>
            <properties><jjwt.version>0.11.5</jjwt.version></properties><dependencies><!-- <dependency><groupId>x</groupId> -->
            <dependency><groupId>io.jsonwebtoken</groupId><artifactId>jjwt-api</artifactId><version>${jjwt.version}</version></dependency>
            <dependency><groupId>com.auth0</groupId><artifactId>java-jwt</artifactId><version>[3.4,4)</version></dependency>
            <dependency><groupId>org.a</groupId><artifactId>b</artifactId></dependency></dependencies></project>";
        let versions = [
            ("io.jsonwebtoken:jjwt-api", Some((0, 11, 5))),
            ("com.auth0:java-jwt", Some((3, 4, 0))),
            ("org.a:b", None),
        ];
        check("pom.xml", text, Some("com.acme:shop"), &versions);
        let text = "ext { jjwtVersion = '0.11.5'; set('nimbus', '9.1') }\ndependencies {\n  implementation 'io.jsonwebtoken:jjwt:0.9.1'\n\
            // implementation 'a:b:1'\n  implementation \"io.jsonwebtoken:jjwt-api:$jjwtVersion\"\n\
            compile group: 'com.auth0', name: 'java-jwt', version: '3.4.0'\n  implementation(\"com.nimbusds:nimbus:${nimbus}\")\n}";
        let versions = [
            ("io.jsonwebtoken:jjwt", Some((0, 9, 1))),
            ("io.jsonwebtoken:jjwt-api", Some((0, 11, 5))),
            ("com.auth0:java-jwt", Some((3, 4, 0))),
            ("com.nimbusds:nimbus", Some((9, 1, 0))),
        ];
        check("build.gradle", text, None, &versions);
        let text = "val circe = \"9.4.4\"\nlibraryDependencies += \"com.github.jwt-scala\" %% \"jwt-core\" % \"9.4.0\"\n\
            libraryDependencies += \"com.github.jwt-scala\" %% \"jwt-circe\" % circe\n";
        let versions =
            [("com.github.jwt-scala:jwt-core", Some((9, 4, 0))), ("com.github.jwt-scala:jwt-circe", Some((9, 4, 4)))];
        check("build.sbt", text, None, &versions);
        let text = "[versions]\njjwt = '0.12.3'\n[libraries]\na = {module = 'io.jsonwebtoken:jjwt-api', version.ref = 'jjwt'}\n\
            b = {group = 'com.auth0', name = 'java-jwt', version = '4.4.0'}\nc = 'x:y:1.0'\n";
        let versions = [
            ("io.jsonwebtoken:jjwt-api", Some((0, 12, 3))),
            ("com.auth0:java-jwt", Some((4, 4, 0))),
            ("x:y", Some((1, 0, 0))),
        ];
        check("gradle/libs.versions.toml", text, None, &versions);
    }

    #[test]
    fn csharp() {
        let text = r#"<Project Sdk="x"><PropertyGroup><PackageId>Acme.Shop</PackageId></PropertyGroup><ItemGroup>
            <PackageReference Include="System.IdentityModel.Tokens.Jwt" Version="6.8.0" />
            <PackageReference Include="JWT"><Version>8.9.0</Version></PackageReference>
            <PackageReference Include="jose-jwt" /></ItemGroup></Project>"#;
        let versions =
            [("System.IdentityModel.Tokens.Jwt", Some((6, 8, 0))), ("JWT", Some((8, 9, 0))), ("jose-jwt", None)];
        check("Shop.csproj", text, Some("Acme.Shop"), &versions);
        let text = r#"<packages><package id="JWT" version="1.3.4" targetFramework="net45" /></packages>"#;
        check("packages.config", text, None, &[("JWT", Some((1, 3, 4)))]);
        let text =
            r#"<Project><ItemGroup><PackageVersion Include="jose-jwt" Version="[4.1,5)" /></ItemGroup></Project>"#;
        check("Directory.Packages.props", text, None, &[("jose-jwt", Some((4, 1, 0)))]);
    }

    #[test]
    fn ruby_and_elixir() {
        let text = "source 'https://rubygems.org'\n# gem 'no', '1'\ngem 'jwt', '~> 2.2', '>= 2.2.1', require: false\n\
            gem \"devise-jwt\"\n  gem('knock', '2.1.1')\n";
        let versions = [("jwt", Some((2, 2, 1))), ("devise-jwt", None), ("knock", Some((2, 1, 1)))];
        check("Gemfile", text, None, &versions);
        let text = "Gem::Specification.new do |spec|\n  spec.name = 'shop'\n  spec.add_dependency 'jwt', '>= 1.5', '< 3'\nend\n";
        check("shop.gemspec", text, Some("shop"), &[("jwt", Some((1, 5, 0)))]);
        let text =
            "GEM\n  specs:\n    jwt (1.5.6)\n    devise (4.9.0)\n      bcrypt (~> 3.0)\n\nDEPENDENCIES\n  jwt (~> 1)\n";
        check("Gemfile.lock", text, None, &[("jwt", Some((1, 5, 6)))]);
        let text = "def project do\n  [app: :shop, deps: deps()]\nend\ndefp deps do\n  [\n    {:guardian, \"~> 2.3\"},\n\
            {:joken, \">= 2.0.0 and < 3.0.0\", only: :dev},\n    {:jose, github: \"x/y\"},\n    # {:no, \"1\"}\n  ]\nend\n";
        let versions = [("guardian", Some((2, 3, 0))), ("joken", Some((2, 0, 0))), ("jose", None)];
        check("mix.exs", text, Some("shop"), &versions);
    }
}
