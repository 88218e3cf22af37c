"""Prepares what a user's function needs: its runtime, and tables and buckets, empty or by the user's own program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from warmgate.adapters.faults import SDK_ERRORS
from warmgate.errors import SettingsError
from warmgate.visible import one_line
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Places
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import family_of
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, REGION
from warmgate_ops.rehearsal.scenario import FunctionSettings, Made
from warmgate_ops.rehearsal.stage import Account

_PATIENCE_S = 120


def prepare(settings: FunctionSettings) -> None:
    """Install what a runtime has of its own, before anything is started; raises SettingsError where that fails."""
    family_of(settings.runtime).launch(settings.runtime, settings.handler, Places())


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


def run_setup(program: Path, endpoint_url: str, variables: Mapping[str, str]) -> None:
    """Run a program, a Python file by this Python, with the function's variables and the SDK's of the local cloud.

    Args:
        program: what is run.
        endpoint_url: the local cloud's.
        variables: of the function: it names the tables and buckets that it needs.

    Raises:
        SettingsError: it cannot be run, or does not exit with 0.
    """
    path = program.resolve()
    command = [sys.executable, str(path)] if path.suffix == ".py" else [str(path)]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **variables, **_variables(endpoint_url)},
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
