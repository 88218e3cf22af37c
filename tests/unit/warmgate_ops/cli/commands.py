"""The command line as a process of its own, with nothing in its environment but what a test puts there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
RUN = "from warmgate_ops.cli.main import run; run()"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1"}


def warmgate(
    *words: str, folder: Path, stdout: str = "", program: str = RUN, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; `stdout` names a file that takes its standard output."""
    line = [sys.executable, "-c", program, *words]
    found = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": f"{ROOT}/hooks:{ROOT}/scripts",
        "HOME": str(folder),
        "AWS_EC2_METADATA_DISABLED": "true",
        "WARMGATE_TOOLS": str(folder),
        "COLUMNS": "200",
        **environment,
    }
    with Path(stdout or folder / "stdout").open("w+", encoding="utf-8") as out:
        done = subprocess.run(
            line, cwd=folder, env=found, stdout=out, stderr=subprocess.PIPE, text=True, timeout=100, check=False
        )
        out.seek(0)
        done.stdout = "" if stdout else out.read()
    return done
