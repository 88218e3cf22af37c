"""How every command ends where something is missing: one line that says what, the right exit code, no traceback."""

from __future__ import annotations

import errno
import re
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest
import typer
from botocore.exceptions import NoCredentialsError
from typer.testing import CliRunner

from unit.warmgate_ops.cli.commands import KEYS, ROOT, warmgate
from warmgate.errors import DeploymentLookupError, PolicyError, ReportError, SettingsError
from warmgate_ops.cli.endings import ending_of
from warmgate_ops.cli.main import app

HEALTHY = ROOT / "tests" / "data" / "templates" / "healthy.yaml"
POLICY = "policy: a\nlimits: {duration: {p95: 100ms}}\n"
IN_AN_ACCOUNT = {
    "check": ["check", "--function", "f", "--candidate", "7", "--policy", "policy.yaml"],
    "check known bad": ["check", "--function", "f", "--candidate", "7", "--policy", "policy.yaml", "--bucket", "b"],
    "release": ["release", "--function", "f", "--alias", "live", "--to", "7"],
    "release named": [
        "release",
        "--function",
        "f",
        "--alias",
        "live",
        "--to",
        "7",
        "--application",
        "a",
        "--group",
        "g",
        "--from",
        "6",
    ],
    "why": ["why", "d-ABCDEF123", "--bucket", "b"],
    "doctor": ["doctor", "--function", "f", "--alias", "live"],
    "doctor group": ["doctor", "--application", "a", "--group", "g", "--json"],
    "report": ["report", "d-ABCDEF123", "--bucket", "b", "--html", "page.html"],
}
UNINSTALLED = """
import sys
class Uninstalled:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Uninstalled())
from warmgate_ops.cli.main import run; run()
"""
"""Runs the command line as if a package were not there."""
WAITING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
from warmgate_ops.cli.main import run; print(flush=True); run()
"""
"""Runs the command line, and says with an empty line that its modules are there."""
WITHOUT = {
    "no region": ({"AWS_REGION": ""}, "No region. Pass --region or set AWS_REGION."),
    "no credentials": (
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        "No AWS credentials found. Run `aws sso",
    ),
    "half credentials": ({"AWS_SECRET_ACCESS_KEY": ""}, "The AWS credentials are incomplete: "),
    "wrong profile": ({"AWS_PROFILE": "nope"}, "The AWS profile nope was not found. Set AWS_PROFILE"),
    "closed endpoint": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "No connection: Could not connect to the endpoint"),
}
ABSENT = {
    "check": ["check", "--function", "f", "--candidate", "7", "--policy", "absent"],
    "doctor template": ["doctor", "--template", "absent"],
    "doctor appspec": ["doctor", "--appspec", "absent"],
    "report folder": ["report", "policy.yaml", "--policy", "absent", "--html", "page.html"],
    "replay": ["replay", "absent", "--policy", "policy.yaml"],
    "replay policy": ["replay", "policy.yaml", "--policy", "absent"],
    "logs parse": ["logs", "parse", "absent"],
    "appspec check": ["appspec", "check", "absent"],
    "policy validate": ["policy", "validate", "absent"],
    "policy explain": ["policy", "explain", "absent"],
    "policy suggest": ["policy", "suggest", "--samples", "absent"],
    "rehearse": ["rehearse", "--function", ".", "--candidate", ".", "--policy", "absent"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a policy."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "missing"),
    [
        *product(IN_AN_ACCOUNT, ["no credentials", "wrong profile"]),
        *product([name for name in IN_AN_ACCOUNT if "doctor" not in name], ["closed endpoint"]),
        *product(["check"], ["no region", "half credentials"]),
    ],
)
def test_an_account_that_cannot_be_asked_is_one_line(folder: Path, command: str, missing: str) -> None:
    """Whatever the command: what is missing, what to do, no hint about permissions, exit code 3."""
    environment, said = WITHOUT[missing]

    done = warmgate(*IN_AN_ACCOUNT[command], folder=folder, **KEYS | environment)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert "allow " not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_doctor_who_reaches_nobody_says_so_of_every_look(folder: Path) -> None:
    """A closed way to one service closes none to another: each look-up says what it met, and the exit code is 3."""
    closed, said = WITHOUT["closed endpoint"]

    done = warmgate(*IN_AN_ACCOUNT["doctor"], folder=folder, **KEYS | closed)

    assert done.returncode == 3
    assert said.removeprefix("No connection: ") in done.stdout
    assert all(line.startswith("unknown ") for line in done.stdout.splitlines()[:-1])
    assert done.stderr == ""


@pytest.mark.parametrize("command", ABSENT)
def test_a_file_that_is_not_there_is_wrong_usage(folder: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name and the system's word for it, exit code 2."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    result = CliRunner().invoke(app, ABSENT[command])

    assert result.exit_code == 2
    assert "absent" in result.output
    assert re.search(r"[Nn]o such file|does not exist", result.output)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (PolicyError(), 2, ""),
        (SettingsError("X: found a, expected b", hint="do c"), 2, "X: found a, expected b - do c"),
        (ReportError("s3 could not be read"), 3, "s3 could not be read"),
        (KeyboardInterrupt(), 3, "interrupted: nothing was found out"),
        (typer.BadParameter("no"), 2, "Error: Invalid value: no"),
        (
            ModuleNotFoundError("x", name="aiohttp.web"),
            3,
            "The package aiohttp is not installed. Run `pip install 'war",
        ),
        (ModuleNotFoundError("x", name="jinja2"), 3, "The module jinja2 is not installed. Install Warmgate again"),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.yaml"), 2, "a.yaml: No such file"),
        (OSError(errno.ENOSPC, "No space left on device", "a.html"), 3, "a.html: No space left on device"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), 3, "ConnectionResetError: reset"),
        (TypeError("one\ntwo"), 3, "unforeseen TypeError: one two; run it with WARMGATE_TRACEBACK=1 to see where"),
        (RecursionError(), 3, "unforeseen RecursionError: "),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_is_raised_ends_in_a_line(error: BaseException, code: int, line: str) -> None:
    """Never exit code 1, which says that a release was refused."""
    ending = ending_of(error)

    assert ending.code == code
    assert ending.line.startswith(line)
    assert "\n" not in ending.line


def test_the_cause_says_more_than_what_it_led_to() -> None:
    """A look-up that failed for want of credentials asks for credentials, not for permissions."""
    try:
        raise DeploymentLookupError("d-1 could not be read", hint="allow codedeploy:GetDeployment") from (
            NoCredentialsError()
        )
    except DeploymentLookupError as error:
        ending = ending_of(error)

    assert (ending.code, ending.line) == (3, "No AWS credentials found. Run `aws sso login` or set AWS_PROFILE.")


@pytest.mark.slow
def test_a_traceback_is_there_for_who_asks(folder: Path) -> None:
    """WARMGATE_TRACEBACK shows where it was; the last line is the same."""
    words = ["check", "--function", "f", "--candidate", "7", "--policy", "absent"]

    done = warmgate(*words, folder=folder, WARMGATE_TRACEBACK="1", **KEYS)

    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("\nabsent: No such file or directory\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["aiohttp", "awslambdaric"])
def test_an_extra_that_is_not_installed_is_named(folder: Path, name: str) -> None:
    """`rehearse` alone needs it, and says how to get it before anything starts."""
    done = warmgate("rehearse", "--only", "healthy", folder=folder, program=UNINSTALLED.format(name=name))

    said = f"The package {name} is not installed. Run `pip install 'warmgate[rehearsal]'`.\n"
    assert (done.returncode, done.stderr) == (3, said)


@pytest.mark.slow
def test_a_full_disk_is_told_and_exits_3(folder: Path) -> None:
    """What was found out did not get out: no success, and no refusal."""
    done = warmgate("policy", "validate", "policy.yaml", folder=folder, stdout="/dev/full")

    assert done.returncode == 3
    assert done.stderr == "standard output: No space left on device; not everything was printed\n"


@pytest.mark.slow
@pytest.mark.parametrize("words", ["policy explain policy.yaml", f"doctor --template {HEALTHY}", "--help"])
def test_a_reader_that_has_gone_is_told_and_exits_3(folder: Path, words: str) -> None:
    """Lines, tables and help alike."""
    reader = subprocess.Popen(["/bin/sleep", "0"], stdin=subprocess.PIPE)
    reader.wait()
    assert reader.stdin is not None
    with reader.stdin as pipe:
        done = subprocess.run(
            [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", *words.split()],
            cwd=folder,
            env={"PYTHONPATH": f"{ROOT}/hooks:{ROOT}/scripts"},
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 3
    assert "standard output" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_ctrl_c_is_told_and_exits_3(folder: Path) -> None:
    """A command that waits for its input is interrupted."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITING, "logs", "parse", "-"],
        cwd=folder,
        env={"PYTHONPATH": f"{ROOT}/hooks:{ROOT}/scripts"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "\n"
        time.sleep(0.5)
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate(timeout=60)

    assert (waiting.returncode, said) == (3, "interrupted: nothing was found out\n")


@pytest.mark.parametrize("words", [["--version"], ["-h"], ["check", "-h"], ["policy", "explain", "-h"]])
def test_version_and_help_are_where_everybody_looks(words: list[str]) -> None:
    """`--version` and `-h` end with 0."""
    result = CliRunner().invoke(app, words)

    assert result.exit_code == 0
    assert re.search(r"^warmgate \d|Usage: ", result.stdout)


def test_an_option_that_does_not_exist_is_wrong_usage() -> None:
    """Usage, where the help is, and what was wrong."""
    result = CliRunner().invoke(app, ["check", "--polcy", "x"])

    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert "Error: No such option: --polcy" in result.stderr
