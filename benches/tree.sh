#!/usr/bin/env bash
# What a run of jotlint costs beside a plain search with ripgrep, over the same files:
#
#     benches/tree.sh [FOLDER]...
#
# Without a folder a mixed tree is put together: the source code of everything jotlint depends on (Rust, C, Markdown, TOML,
# JSON, YAML ...) with the fixtures among it. $JOTLINT names the binary; without it a release build is made.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)

missing=()
for tool in hyperfine rg; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "missing: ${missing[*]}; install with 'cargo install --locked hyperfine ripgrep' or from the system's packages" >&2
    exit 2
fi

target=${CARGO_TARGET_DIR:-$project/target}
if [ -z "${JOTLINT:-}" ]; then
    (cd "$project" && cargo build --locked --release)
    JOTLINT=$target/release/jotlint
fi

# The dependencies as cargo has unpacked them, those for other platforms left out.
assemble() {
    local sources=${CARGO_HOME:-$HOME/.cargo}/registry/src name
    rm -rf "$1"
    mkdir -p "$1"
    (cd "$project" && cargo tree --locked --prefix none --edges normal,build --format '{p}') |
        awk '{ print $1 "-" substr($2, 2) }' | sort -u |
        while read -r name; do
            if [ -d "$(echo "$sources"/*/"$name")" ]; then
                cp -r "$sources"/*/"$name" "$1/"
            fi
        done
    cp -r "$project/fixtures" "$project/showcase" "$1/"
}

if [ $# -eq 0 ]; then
    tree=$target/bench/tree
    assemble "$tree"
    set -- "$tree"
fi

times=$(mktemp)
trap 'rm -f "$times"' EXIT
for folder in "$@"; do
    printf -v quoted %q "$folder"
    echo "== $folder: $(rg --files --hidden "$folder" | wc -l) files"
    # Both end with 1 by custom: one has found something, or the other nothing.
    hyperfine --warmup 3 --min-runs 15 --ignore-failure --output pipe --style basic --export-csv "$times" \
        --command-name jotlint "$JOTLINT check $quoted" \
        --command-name ripgrep "rg -c -i 'jwt|secret' $quoted"
    # On a busy machine the mean says more about the machine; processor time is what other work disturbs least.
    awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        {
            median[$1] = $column["median"]
            least[$1] = $column["min"]
            work[$1] = $column["user"] + $column["system"]
        }
        END {
            printf "jotlint over ripgrep: %.2f by median time, %.2f by least time, %.2f by processor time\n",
                median["jotlint"] / median["ripgrep"], least["jotlint"] / least["ripgrep"], work["jotlint"] / work["ripgrep"]
        }' "$times"
done
