"""`warmgate cloud`: one line when it is ready, everything that is documented against it, and an end that is quick."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from warmgate_ops.rehearsal.catalogue import chosen
from warmgate_ops.rehearsal.stage import ALIAS, APPLICATION, install_function

pytestmark = pytest.mark.local_cloud
RUN = "from warmgate_ops.cli.main import run; run()"
ENDS_WITHIN_S = 5.0


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment whose temporary files are seen, and without an account of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(folder), **more}


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Give the process and its line once it is ready; it is killed where nobody has ended it."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "cloud", *arguments],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[str], number: int) -> tuple[int, float]:
    """Return the exit code after a signal and how long it took."""
    began_s = time.monotonic()
    process.send_signal(number)
    return process.wait(timeout=30), time.monotonic() - began_s


class Asked:
    """An account behind a ready line, for the SDK and for the command line."""

    def __init__(self, ready: dict[str, Any], folder: Path) -> None:
        self._keys = {"aws_access_key_id": ready["account"], "aws_secret_access_key": "any"}
        self._ready = ready
        self._folder = folder

    def client(self, service: str) -> Any:
        """Return a client."""
        return boto3.client(
            service, endpoint_url=self._ready["endpoint_url"], region_name=self._ready["region"], **self._keys
        )

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as its documentation shows it."""
        keys = {name.upper(): value for name, value in self._keys.items()}
        told = environment(
            self._folder, AWS_ENDPOINT_URL=self._ready["endpoint_url"], AWS_REGION=self._ready["region"], **keys
        )
        return subprocess.run(
            [sys.executable, "-c", RUN, *arguments], env=told, capture_output=True, text=True, timeout=120, check=False
        )


def test_releases_are_made_explained_and_checked_against_it(tmp_path: Path) -> None:
    """What the documentation shows of release, why, check and doctor works with nothing but the ready line."""
    with running(tmp_path) as (process, ready):
        asked = Asked(ready, tmp_path)
        names = {each["FunctionName"] for each in asked.client("lambda").list_functions()["Functions"]}
        assert names >= {*ready["hooks"].values()}
        installed = install_function(asked, chosen(["broken"])[0])

        where = ("--application", APPLICATION, "--group", installed.group, "--bucket", ready["bucket"])
        target = ("--function", installed.function, "--alias", ALIAS, "--to", installed.candidate)
        done = asked.command("release", *target, *where)
        assert done.returncode == 1, done.stderr
        assert "limits.errors.rate" in done.stdout
        (deployment_id, *_) = [word.strip(":") for word in done.stderr.split() if word.startswith("d-")]

        why = asked.command("why", deployment_id, "--bucket", ready["bucket"])
        assert (why.returncode, "ROLLED BACK" in why.stdout) == (1, True), why.stderr
        doctor = asked.command("doctor", *where[:4])
        assert (doctor.stderr, "rehearsal/" in doctor.stdout) == ("", True), doctor.stdout
        own = json.loads(asked.command("doctor", "--install", "--json").stdout)
        found = {(each["id"], each["severity"]) for each in own["findings"]}
        assert ("own-function-settings", "warning") in found, own
        assert not found & {(f"own-{name}", "error") for name in ("function-missing", "store-missing", "rule-missing")}
        assert "own-function-version" in own["looked"]
        policy = tmp_path / "policy.yaml"
        policy.write_text("policy: own\nprobes: [{name: one, payload: {}}]\nlimits: {errors: {rate: 0%}}\n")
        check = asked.command("check", *target[:2], "--candidate", installed.candidate, "--policy", str(policy))
        assert check.returncode == 1, check.stdout + check.stderr

        code, seconds = ended(process, signal.SIGTERM)
    assert code == 0
    assert seconds < ENDS_WITHIN_S
    assert list(tmp_path.glob("warmgate-cloud-*")) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_empty_account_ends_as_quickly(tmp_path: Path, number: int) -> None:
    """Nothing is installed, the port is the one that was asked for, and Ctrl-C is an end like any other."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(tmp_path, "--no-warmgate", "--port", str(port)) as (process, ready):
        assert ready["endpoint_url"] == f"http://127.0.0.1:{port}"
        assert (ready["bucket"], ready["table"], set(ready["hooks"].values())) == (None, None, {None})
        assert Asked(ready, tmp_path).client("lambda").list_functions()["Functions"] == []
        code, seconds = ended(process, number)
    assert (code, seconds < ENDS_WITHIN_S) == (0, True)


def test_an_end_that_comes_before_it_is_ready_is_one_too(tmp_path: Path) -> None:
    """A start that is interrupted leaves nothing behind."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "cloud"], env=environment(tmp_path), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert "starting" in process.stderr.readline()

    assert ended(process, signal.SIGTERM)[1] < ENDS_WITHIN_S
    assert process.returncode == 0
    assert list(tmp_path.glob("warmgate-cloud-*")) == []


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    """It names the port and what to do, and is wrong usage."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", RUN, "cloud", "--port", port],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert (done.returncode, done.stdout) == (2, "")
    assert f"port {port} of 127.0.0.1" in done.stderr
    assert "choose another one" in done.stderr
