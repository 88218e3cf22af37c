"""What MiniStack reads as it starts takes its evaluation of alarms away, or says loudly that it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from warmgate_ops.rehearsal.cloud.ministack import SITE

NAMES = ("_create_function", "_update_code", "_update_config", "_list_versions", "_snapstart_provision_version_async")
VERSIONS = f"_functions = {{}}\n{' = '.join(NAMES)} = print\n"
PARTS = "_put_metric_alarm = _describe_alarms = _describe_alarms_for_metric = _error = _xml = print\n_alarms = {}\n"


def started(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Return what an interpreter did that reads the site folder and finds packages in another one."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{SITE}:{folder}"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("source", "code", "exit_code", "said"),
    [
        (None, "", 0, ""),
        (f"def _evaluate_alarm(alarm):\n    raise SystemExit(7)\n{PARTS}", "cloudwatch._evaluate_alarm({})", 0, ""),
        ("def _evaluate_alarm(alarm):\n    pass\n", "", 1, "what puts and describes alarms cannot be replaced"),
        ("def _judge_alarm(alarm):\n    pass\n", "", 1, "_evaluate_alarm cannot be replaced"),
    ],
)
def test_the_evaluation_is_taken_away(tmp_path: Path, source: str | None, code: str, exit_code: int, said: str) -> None:
    """Without MiniStack nothing happens; with it nothing is evaluated; a MiniStack that changed does not start."""
    if source is not None:
        package = tmp_path / "ministack" / "services"
        package.mkdir(parents=True)
        for folder in (package.parent, package):
            (folder / "__init__.py").touch()
        (package / "cloudwatch.py").write_text(source)
        (package / "lambda_svc.py").write_text(VERSIONS)
        (package / "eventbridge.py").write_text("_invoke_target = print\n")
        code = f"from ministack.services import cloudwatch\n{code}"

    done = started(tmp_path, code)

    assert (done.returncode, said in done.stderr) == (exit_code, True)
