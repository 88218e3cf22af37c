#!/usr/bin/env bash
# Installs what this commit locks, by hash, and shows the environment this commit's own sources: nothing is built.
set -euo pipefail
"$PYTHON" -m venv "$WHERE"
"$WHERE/bin/python" -m pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r "$HERE/requirements/install.txt"
site=$("$WHERE/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$HERE/hooks" "$HERE/scripts" > "$site/warmgate.pth"
