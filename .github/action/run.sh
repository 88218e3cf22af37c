#!/usr/bin/env bash
# Runs one command and hands on its exit code; every input comes from the environment, so none can be a command itself.
set -uo pipefail
arguments=()
option() { if [ -n "$2" ]; then arguments+=("$1" "$2"); fi; }
output() { printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"; }
warmgate() { "$PYTHON" -m warmgate_ops "$@"; }

option --function "$FUNCTION"
option --application "$APPLICATION"
option --group "$GROUP"
if [ -n "$FUNCTION" ]; then option --alias "$ALIAS"; fi
code=0
case "$COMMAND" in
  doctor)
    while IFS= read -r template; do option --template "$template"; done <<< "$TEMPLATE"
    option --policy "$POLICY"
    found=$(warmgate doctor "${arguments[@]}" --sarif "$SARIF") || code=$?
    printf '%s\n' "$found"
    { printf '### warmgate doctor\n\n'; printf '%s\n' "$found" | sed 's/^/    /'; } >> "$GITHUB_STEP_SUMMARY"
    output sarif "$SARIF"
    ;;
  release)
    option --to "$VERSION"
    option --bucket "$BUCKET"
    rm -f "$JSON"
    warmgate release "${arguments[@]}" --junit "$JUNIT" --json "$JSON" || code=$?
    if [ -s "$JSON" ]; then
      output outcome "$("$PYTHON" -c 'import json, sys; print(json.load(open(sys.argv[1]))["outcome"])' "$JSON")"
      output deployment-id "$("$PYTHON" -c 'import json, sys; print(json.load(open(sys.argv[1]))["deployment_id"])' "$JSON")"
    fi
    ;;
  *)
    echo "command: found '$COMMAND', expected doctor or release" >&2
    code=2
    ;;
esac
output exit-code "$code"
exit "$code"
