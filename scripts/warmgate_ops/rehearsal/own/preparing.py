"""Makes what a user's function needs in the local cloud: by a program of the user's, or tables and buckets, empty."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from warmgate.adapters.faults import SDK_ERRORS
from warmgate.errors import SettingsError
from warmgate.visible import one_line
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, REGION
from warmgate_ops.rehearsal.scenario import Made
from warmgate_ops.rehearsal.stage import Account

_PATIENCE_S = 120


def make_resources(account: Account, made: Iterable[Made]) -> None:
    """Make resources in the local cloud; raises SettingsError where one is not taken."""
    for each in made:
        try:
            getattr(account.client(each.service), each.operation)(**each.arguments)
        except SDK_ERRORS as error:
            name = next(iter(each.arguments.values()))
            raise SettingsError(
                f"{name} of the template: {each.operation}: {one_line(str(error))}",
                hint="make it with a program of your own: --setup",
            ) from error


def run_setup(program: Path, endpoint_url: str) -> None:
    """Run a program, a Python file by this Python, with the SDK's environment variables of the local cloud.

    Raises:
        SettingsError: it cannot be run, or does not exit with 0.
    """
    path = program.resolve()
    command = [sys.executable, str(path)] if path.suffix == ".py" else [str(path)]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **_variables(endpoint_url)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"--setup {program}: {error}", hint="name a Python file or an executable one") from error
    if done.returncode != 0:
        said = done.stdout.decode("utf-8", "replace").strip()[-2000:]
        raise SettingsError(
            f"--setup {program}: exit status {done.returncode}, expected 0:\n{said}\n", hint="mend it; nothing was run"
        )


def _variables(endpoint_url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
    }
