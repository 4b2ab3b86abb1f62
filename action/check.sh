#!/usr/bin/env bash
# Runs the check, writes the report and a table of it into the job's summary, and leaves the exit status to a later step,
# so that the report is uploaded whatever was found.
set -euo pipefail

: "${RUNNER_TEMP:?}" "${GITHUB_OUTPUT:?}"
sarif="$RUNNER_TEMP/jotlint.sarif"
arguments=(check --format sarif --output "$sarif" --fail-on "${INPUT_FAIL_ON:-warning}")
case "${INPUT_HISTORY:-false}" in
    true) arguments+=(--history) ;;
    false) ;;
    *)
        echo "::error::history is '$INPUT_HISTORY'; it is true or false"
        exit 2
        ;;
esac
read -r -a more <<<"${INPUT_ARGS:-}"
arguments+=(${more[@]+"${more[@]}"} -- "${INPUT_PATH:-.}")

status=0
jotlint "${arguments[@]}" || status=$?
if [[ "$status" -gt 1 || ! -f "$sarif" ]]; then
    echo "::error::jotlint could not do what was asked; the log says why"
    exit 2
fi
{
    echo "sarif=$sarif"
    echo "status=$status"
} >>"$GITHUB_OUTPUT"

# Messages and names come from the files that were checked: what means something in Markdown is taken out.
table='
def plain: tostring | gsub("[|<>`\\[\\]\\\\\r\n]"; " ");
[.runs[].results[]] as $all
| [$all[] | select(.level != "note")] as $found
| if ($found | length) == 0 then "Nothing to mend."
  else "| severity | rule | place | what is wrong |", "| --- | --- | --- | --- |",
    ($found[:100][] | .locations[0].physicalLocation as $place
      | "| \(.level | plain) | \(.ruleId | plain) | \($place.artifactLocation.uri | plain):\($place.region.startLine) | \(.message.text | plain) |"),
    (if ($found | length) > 100 then "", "\(($found | length) - 100) more are in the report." else empty end)
  end,
  (($all | length) - ($found | length) | select(. > 0) | "", "\(.) in tests, examples or documentation are notes.")'
if [[ -n "${GITHUB_STEP_SUMMARY:-}" ]] && command -v jq >/dev/null; then
    {
        echo "### jotlint"
        echo
        jq --raw-output "$table" "$sarif"
    } >>"$GITHUB_STEP_SUMMARY"
fi
