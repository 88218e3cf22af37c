"""The CDK in its own environment: makes the templates of the apps of examples/attach/cdk, all in one process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
APPS = ROOT / "examples" / "attach" / "cdk"
CDK = ROOT / "build" / "env" / "cdk" / "bin" / "python"
NEEDS_CDK = pytest.mark.skipif(
    not (CDK.exists() and shutil.which("node")), reason="make build/env/cdk/.ready installs the CDK, which needs node"
)
_SYNTHESISE = """
import json, pathlib, runpy, sys

out, *apps = sys.argv[1:]
templates = {}
for app in apps:
    runpy.run_path(app, run_name="__main__")
    templates[app] = json.loads(pathlib.Path(out, "Checkout.template.json").read_text())
print(json.dumps(templates))
"""


def synthesised(app: Path) -> dict[str, Any]:
    """Return the template that the CDK makes of an app."""
    return _all()[str(app)]


@cache
def _all() -> dict[str, dict[str, Any]]:
    """Return every app's template: to start the CDK takes longer than all of them."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "CDK_OUTDIR": f"{folder}/out",
            "PYTHONPATH": str(ROOT / "scripts"),
        }
        command = [str(CDK), "-c", _SYNTHESISE, f"{folder}/out", *map(str, sorted(APPS.glob("*.py")))]
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, timeout=240, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found
