//! What git says of a file, asked of real repositories that git itself made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jotlint::repository::{FileStatus, Repositories, Repository};
use tempfile::TempDir;

/// Runs git as if nobody had ever configured it.
#[track_caller]
fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no-such-file"))
        .env("GIT_AUTHOR_NAME", "A")
        .env("GIT_AUTHOR_EMAIL", "a@example.com")
        .env("GIT_COMMITTER_NAME", "A")
        .env("GIT_COMMITTER_EMAIL", "a@example.com")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, text).expect("a file");
}

/// A repository `shop` with one tracked, one ignored and one untracked environment file in the folder `api`.
fn shop() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let shop = folder.path().join("shop");
    fs::create_dir(&shop).expect("a folder");
    git(&shop, &["init", "-q", "-b", "main"]);
    write(&shop.join(".gitignore"), ".env.local\n*.pem\n!api/kept.pem\n");
    write(&shop.join("api/.env"), "A=1\n");
    git(&shop, &["add", "."]);
    git(&shop, &["commit", "-q", "-m", "first"]);
    write(&shop.join("api/.env.local"), "A=1\n");
    write(&shop.join("api/.env.production"), "A=1\n");
    write(&shop.join("api/key.pem"), "A=1\n");
    write(&shop.join("api/kept.pem"), "A=1\n");
    (folder, shop)
}

fn status(path: &Path) -> FileStatus {
    Repositories::new().status_of(path).expect("a repository that can be read")
}

#[test]
fn tracked_ignored_and_neither() {
    let (_folder, shop) = shop();
    let repositories = Repositories::new();
    let expected = [
        ("api/.env", FileStatus::Tracked),
        ("api/.env.local", FileStatus::Ignored),
        ("api/.env.production", FileStatus::Unignored),
        ("api/key.pem", FileStatus::Ignored),
        ("api/kept.pem", FileStatus::Unignored),
        ("api/gone.env", FileStatus::Unignored),
        ("api/../api/.env", FileStatus::Tracked),
    ];
    for (path, expected) in expected {
        assert_eq!(repositories.status_of(&shop.join(path)), Ok(expected), "{path}");
    }
}

#[test]
fn many_threads_can_ask() {
    let (_folder, shop) = shop();
    let repositories = Repositories::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(repositories.status_of(&shop.join("api/.env")), Ok(FileStatus::Tracked)));
        }
    });
}

#[test]
fn a_staged_file_is_tracked_and_an_ignored_one_that_was_added_too() {
    let (_folder, shop) = shop();
    git(&shop, &["add", "api/.env.production"]);
    git(&shop, &["add", "-f", "api/key.pem"]);
    assert_eq!(status(&shop.join("api/.env.production")), FileStatus::Tracked);
    assert_eq!(status(&shop.join("api/key.pem")), FileStatus::Tracked);
}

#[test]
fn a_file_in_conflict_is_tracked() {
    let (_folder, shop) = shop();
    git(&shop, &["checkout", "-q", "-b", "other"]);
    write(&shop.join("api/.env"), "A=2\n");
    git(&shop, &["commit", "-q", "-am", "other"]);
    git(&shop, &["checkout", "-q", "main"]);
    write(&shop.join("api/.env"), "A=3\n");
    git(&shop, &["commit", "-q", "-am", "main"]);
    let merge = Command::new("git").args(["merge", "-q", "other"]).current_dir(&shop).output().expect("git runs");
    assert!(!merge.status.success(), "the merge conflicts");
    assert_eq!(status(&shop.join("api/.env")), FileStatus::Tracked);
}

#[test]
fn excludes_of_the_repository_itself_count() {
    let (_folder, shop) = shop();
    write(&shop.join(".git/info/exclude"), ".env.production\n");
    assert_eq!(status(&shop.join("api/.env.production")), FileStatus::Ignored);
}

#[test]
fn outside_any_repository_there_is_nothing_to_say() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join(".env"), "A=1\n");
    assert_eq!(status(&folder.path().join(".env")), FileStatus::Outside);
    assert!(Repository::of_folder(folder.path()).expect("no error").is_none());
    assert_eq!(status(&folder.path().join("no/such/folder/.env")), FileStatus::Outside);
}

#[test]
fn a_bare_repository_has_no_files() {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "-q", "--bare"]);
    write(&folder.path().join(".env"), "A=1\n");
    assert_eq!(status(&folder.path().join(".env")), FileStatus::Outside);
}

#[test]
fn a_repository_within_another_answers_for_its_own_files() {
    let (_folder, shop) = shop();
    let inner = shop.join("vendor/inner");
    fs::create_dir_all(&inner).expect("folders");
    git(&inner, &["init", "-q"]);
    write(&inner.join(".env.local"), "A=1\n");
    assert_eq!(status(&inner.join(".env.local")), FileStatus::Unignored, "the outer one's rules do not reach in");
}

#[test]
fn a_worktree_answers_with_its_own_index() {
    let (folder, shop) = shop();
    git(&shop, &["worktree", "add", "-q", "-b", "side", "../side"]);
    let side = folder.path().join("side");
    git(&side, &["rm", "-q", "--cached", "api/.env"]);
    write(&side.join("api/.env.local"), "A=1\n");
    assert_eq!(status(&side.join("api/.env")), FileStatus::Unignored);
    assert_eq!(status(&side.join("api/.env.local")), FileStatus::Ignored);
    assert_eq!(status(&shop.join("api/.env")), FileStatus::Tracked);
}

#[cfg(unix)]
#[test]
fn links_to_a_folder_lead_into_its_repository() {
    let (folder, shop) = shop();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(shop.join("api"), &link).expect("a link");
    assert_eq!(status(&link.join(".env")), FileStatus::Tracked);
    assert_eq!(status(&link.join(".env.local")), FileStatus::Ignored);
}

#[test]
fn names_are_those_of_the_folder_and_of_the_remotes() {
    let (_folder, shop) = shop();
    git(&shop, &["remote", "add", "origin", "git@example.com:acme/web-shop.git"]);
    git(&shop, &["remote", "add", "fork", "https://example.com/someone/shop-fork"]);
    let repository = Repository::of_folder(&shop.join("api")).expect("no error").expect("a repository");
    let mut names = repository.names();
    names.sort();
    assert_eq!(names, ["shop", "shop-fork", "web-shop"]);
    assert_eq!(repository.head().map(|id| id.len()), Some(40));
}

#[test]
fn a_damaged_index_is_an_error_that_names_the_repository() {
    let (_folder, shop) = shop();
    fs::write(shop.join(".git/index"), b"DIRC\0\0\0\x02\0\0\xff\xffnonsense").expect("a file");
    let repositories = Repositories::new();
    for _ in 0..2 {
        let error = repositories.status_of(&shop.join("api/.env")).expect_err("an error");
        assert!(error.to_string().contains("shop"), "{error}");
        assert!(error.reason.starts_with("the git repository cannot be read: "), "{error}");
    }
}

#[test]
fn a_repository_that_is_none_is_told_from_none() {
    let (_folder, shop) = shop();
    fs::remove_dir_all(shop.join(".git/objects")).expect("removed");
    fs::write(shop.join(".git/HEAD"), b"\xff\xfe").expect("a file");
    fs::write(shop.join(".git/config"), b"[core\n\0").expect("a file");
    // Whatever git makes of the remains, asking does not end the scan.
    let _ = Repositories::new().status_of(&shop.join("api/.env"));
}
