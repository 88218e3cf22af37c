"""The Node.js package keeps the promises of `ready.test.mjs` in both of its forms, on this machine's Node.js."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "ready" / "node"
PROMISES = Path(__file__).with_name("ready.test.mjs")
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node on PATH: warmgate-ready for Node.js is NOT tested")


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("entry", ["index.mjs", "index.cjs"])
def test_the_package_keeps_its_promises(entry: str) -> None:
    """Every promise is tried, none is left out."""
    done = subprocess.run(
        [NODE or "", "--test", "--test-reporter=tap", str(PROMISES)],
        env={**os.environ, "READY_ENTRY": str(PACKAGE / entry)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    asked = len(re.findall(r"^test\(", PROMISES.read_text(encoding="utf-8"), re.MULTILINE))

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(rf"^# pass {asked}$", done.stdout, re.MULTILINE), done.stdout[-1000:]


@needs_node
@pytest.mark.slow
def test_import_and_require_share_what_was_declared() -> None:
    """A handler and a library that take different forms have one list: a ping loads both."""
    script = (
        "import { createRequire } from 'node:module'; import { deferred } from './index.mjs';"
        "const { ready } = createRequire(import.meta.url)('./index.cjs');"
        "deferred(async () => 1, { name: 'by import' }); await ready()"
    )
    done = subprocess.run(
        [NODE or "", "--input-type=module", "-e", script.replace("import.meta.url", f"'{PACKAGE.as_uri()}/x'")],
        cwd=PACKAGE, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert '"by import"' in done.stdout, done.stderr


def test_what_is_exported_has_a_type() -> None:
    """The declarations name what both entries export, and no file has two hundred lines."""
    names = re.search(r"module\.exports = \{(.*)\}", (PACKAGE / "index.cjs").read_text(encoding="utf-8"))
    again = re.search(r"export const \{(.*)\}", (PACKAGE / "index.mjs").read_text(encoding="utf-8"))
    assert names
    assert again
    exported = {name.strip() for name in names[1].split(",")}
    typed = set(re.findall(r"^export function (\w+)", (PACKAGE / "index.d.ts").read_text(encoding="utf-8"), re.M))

    assert exported == typed == {name.strip() for name in again[1].split(",")}
    assert all(len(path.read_text(encoding="utf-8").splitlines()) < 200 for path in PACKAGE.glob("index.*"))


def test_both_packages_have_the_version_of_the_release() -> None:
    """One version for everything that is uploaded."""
    import tomllib

    import warmgate_ready

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    python = tomllib.loads((ROOT / "ready" / "python" / "pyproject.toml").read_text())["project"]["version"]
    node = json.loads((PACKAGE / "package.json").read_text())["version"]

    assert python == node == warmgate_ready.__version__ == version
