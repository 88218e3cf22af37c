"""`warmgate cold find` of files: what it prints, what it takes, how it ends."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from warmgate_ops.cli.main import app

LOG = Path(__file__).parents[4] / "data" / "cold_starts" / "checkout.log"
POLICY = "policy: a\nlimits: {init: {p95: 900ms}}\nprobes: [{name: a, payload: {}}]\n"


def find(*words: str) -> tuple[int, str]:
    """Run the command and return exit code and all that it printed."""
    done = CliRunner().invoke(app, ["cold", "find", *words])
    return done.exit_code, done.output


def document(*words: str) -> dict[str, Any]:
    """Return the function that `--json` shows."""
    _, output = find(*words, "--json")
    found: dict[str, Any] = json.loads(output)
    (function,) = found["functions"]
    assert isinstance(function, dict)
    return function


@pytest.mark.parametrize(("over", "code"), [("800ms", 1), ("5s", 0)])
def test_it_ends_with_whether_somebody_waited_too_long(over: str, code: int) -> None:
    """1 where a cold start was over the expected value."""
    assert find(str(LOG), "--over", over)[0] == code


def test_a_packed_file_and_one_that_repeats_another_change_nothing(tmp_path: Path) -> None:
    """Exports overlap: each report counts once."""
    packed = tmp_path / "checkout.log.gz"
    packed.write_bytes(gzip.compress(LOG.read_bytes()))

    assert document(str(packed)) == document(str(LOG)) == document(str(LOG), str(packed))


def test_a_file_in_utf_16_is_read(tmp_path: Path) -> None:
    """PowerShell writes it."""
    wide = tmp_path / "wide.log"
    wide.write_text(LOG.read_text(), encoding="utf-16")
    assert document(str(wide)) == document(str(LOG))


def test_a_function_that_the_file_does_not_name_is_given() -> None:
    """And a policy says what is expected of init."""
    assert document(str(LOG), "--function", "checkout-api")["function"] == "checkout-api"


def test_a_policy_says_what_is_expected_of_init(tmp_path: Path) -> None:
    """Its limit is one on init alone."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    expected = document(str(LOG), "--policy", str(policy))["expected"]
    assert (expected["ms"], expected["of"]) == (900.0, "init")
    assert expected["why"] == f"limits.init p95 of {policy}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name log files, --function, or --account, --match or --tag"),
        ([str(LOG), "--account"], "found files and options that name functions of an account"),
        ([str(LOG), "--over", "fast"], "--over: found 'fast', expected a length of time above 0"),
        (["--account", "--alias", "live"], "--alias and --version belong to --function"),
        (["--function", "f", "--account"], "name log files, --function, or --account, --match or --tag"),
    ],
)
def test_wrong_usage_is_said(words: list[str], said: str) -> None:
    """With exit code 2."""
    code, output = find(*words)
    assert code == 2
    assert said in " ".join(output.replace("│", " ").split())


@pytest.mark.parametrize(
    "content", [b"hello\n", b"", gzip.compress(b"x" * 99, mtime=0)[:-9]], ids=["no report", "nothing", "cut off"]
)
def test_a_file_without_a_report_is_wrong_input(tmp_path: Path, content: bytes) -> None:
    """It says what was expected, or what is wrong with the file; never with a traceback."""
    file = tmp_path / "x.log"
    file.write_bytes(content)
    code, output = find(str(file))
    assert (code, output.count("\n")) == (2, 1)
    assert "no report of a call found; expected" in output or "cannot be unpacked" in output
