#!/usr/bin/env bash
# Puts jotlint where the next steps find it: the released binary of the action's own version, or one built from its source.
set -euo pipefail

: "${ACTION_PATH:?}" "${RUNNER_TEMP:?}" "${GITHUB_PATH:?}"
bin="$RUNNER_TEMP/jotlint/bin"
mkdir -p "$bin"
echo "$bin" >>"$GITHUB_PATH"

case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) target=x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
    Darwin-x86_64) target=x86_64-apple-darwin ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) target=x86_64-pc-windows-msvc ;;
    *) target= ;;
esac

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Only a tag has a release; a branch or commit is built.
fetch() {
    [[ -n "$target" && "${ACTION_REF:-}" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ && -n "${ACTION_REPOSITORY:-}" ]] || return 1
    local name="jotlint-$ACTION_REF-$target.tar.gz"
    local url="${GITHUB_SERVER_URL:-https://github.com}/$ACTION_REPOSITORY/releases/download/$ACTION_REF"
    local folder
    folder=$(mktemp -d "$RUNNER_TEMP/jotlint/fetch.XXXXXX")
    curl --fail --silent --show-error --location --proto '=https' --retry 3 --output "$folder/$name" "$url/$name" || return 1
    curl --fail --silent --show-error --location --proto '=https' --retry 3 --output "$folder/SHA256SUMS" "$url/SHA256SUMS" || return 1
    local expected actual
    expected=$(awk -v name="$name" '$2 == name { print $1 }' "$folder/SHA256SUMS")
    actual=$(sha256 "$folder/$name")
    if [[ -z "$expected" || "$expected" != "$actual" ]]; then
        echo "::error::$name is not what SHA256SUMS says: expected ${expected:-nothing}, got $actual"
        exit 2
    fi
    tar -xzf "$folder/$name" -C "$bin"
}

if fetch; then
    echo "fetched jotlint $ACTION_REF for $target"
else
    if ! command -v cargo >/dev/null; then
        echo "::error::there is no released binary for ${ACTION_REF:-this version} on this machine, and no cargo to build one"
        exit 2
    fi
    cargo install --locked --path "$ACTION_PATH" --root "$RUNNER_TEMP/jotlint" --target-dir "$RUNNER_TEMP/jotlint/target"
fi
"$bin/jotlint" --version
