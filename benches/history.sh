#!/usr/bin/env bash
# What a check of a whole history costs, beside what reading it costs, and beside other tools where they are installed:
#
#     benches/history.sh [REPOSITORY]...
#
# Without a repository this project's own is taken. $JOTLINT names the binary; without it a release build is made. Each
# repository is cloned to a temporary folder first, so that nothing is written to it.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)

if ! command -v hyperfine >/dev/null; then
    echo "missing: hyperfine; install with 'cargo install --locked hyperfine' or from the system's packages" >&2
    exit 2
fi

target=${CARGO_TARGET_DIR:-$project/target}
if [ -z "${JOTLINT:-}" ]; then
    (cd "$project" && cargo build --locked --release)
    JOTLINT=$target/release/jotlint
fi
# Decodes every object of the packs and counts its bytes: what cannot be done faster with the same library.
bare=$(cd "$project" && cargo bench --locked --bench traversal --no-run 2>&1 | sed -n 's/^ *Executable .*(\(.*\)).*/\1/p')
case $bare in /*) ;; *) bare=$project/$bare ;; esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- "$project"
number=0
for repository in "$@"; do
    number=$((number + 1))
    clone=$work/$number
    git clone --quiet --no-local --mirror "$repository" "$clone" 2>/dev/null || {
        # What is partial cannot be cloned without fetching.
        cp -r "$(git -C "$repository" rev-parse --absolute-git-dir)" "$clone"
    }
    git -C "$clone" config core.bare true
    git -C "$clone" config user.name bench
    git -C "$clone" config user.email bench@example.com
    echo "== $repository: $(git -C "$clone" count-objects -v | sed -n 's/in-pack: //p') objects in packs"
    cd "$clone"
    commands=(
        --command-name 'jotlint, first time' "$JOTLINT check --history --no-cache"
        --command-name 'gix-pack, bytes counted' "$bare $clone/objects/pack"
        --command-name 'git cat-file' 'git cat-file --batch-all-objects --batch >/dev/null'
    )
    for tool in gitleaks betterleaks; do
        command -v "$tool" >/dev/null && commands+=(--command-name "$tool" "$tool git --no-banner --exit-code 0 .")
    done
    command -v kingfisher >/dev/null && commands+=(--command-name kingfisher 'kingfisher scan --no-validate .')
    # Some end with 1 because they have found something.
    hyperfine --warmup 1 --min-runs 5 --ignore-failure --output pipe --style basic "${commands[@]}"
    # What the next check costs when there is one commit more.
    "$JOTLINT" check --history >/dev/null 2>&1 || true
    cp -r jotlint "$work/known"
    tree=$(git rev-parse 'HEAD^{tree}')
    commit=$(git commit-tree -p HEAD -m one "$tree")
    git update-ref refs/heads/jotlint-bench "$commit"
    hyperfine --warmup 1 --min-runs 5 --ignore-failure --output pipe --style basic \
        --prepare "rm -rf jotlint && cp -r $work/known jotlint" \
        --command-name 'jotlint, one commit later' "$JOTLINT check --history"
    rm -rf "$work/known"
    # In kilobytes.
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -f 'jotlint needs %M KB of memory, the pack it maps included' "$JOTLINT" check --history --no-cache 2>&1 >/dev/null | tail -1 || true
    fi
    cd "$project"
done
