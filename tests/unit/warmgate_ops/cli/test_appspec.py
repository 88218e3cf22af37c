"""What `warmgate appspec check` prints, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from warmgate_ops.cli.main import app

APPSPECS = Path(__file__).parents[3] / "data" / "appspecs"
VALID, INVALID = str(APPSPECS / "valid_guide.yaml"), str(APPSPECS / "invalid_indent.yml")


def test_json_is_one_line_a_file() -> None:
    """Each file gives one object with targets and errors; one refused file makes the exit code 1."""
    result = CliRunner().invoke(app, ["appspec", "check", VALID, INVALID, "--json"])

    valid, invalid = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert valid == {
        "file": VALID,
        "valid": True,
        "targets": [
            {
                "function": "checkout-api",
                "alias": "live",
                "baseline": "7",
                "candidate": "8",
                "hooks": {
                    "BeforeAllowTraffic": "CodeDeployHook_before",
                    "AfterAllowTraffic": "arn:aws:lambda:eu-west-1:123456789012:function:CodeDeployHook_after",
                },
            }
        ],
        "errors": [],
    }
    assert (invalid["file"], invalid["valid"], invalid["targets"]) == (INVALID, False, [])
    assert [error.startswith(f"{INVALID}:3 Resources[0]: found Type") for error in invalid["errors"]] == [True]


def test_text_says_what_would_be_shifted() -> None:
    """Without --json a valid file is one sentence and a refused one its faults."""
    result = CliRunner().invoke(app, ["appspec", "check", VALID, INVALID])

    first, second = result.stdout.splitlines()
    assert first.startswith(f"{VALID}: valid: checkout-api:live, version 7 -> 8, BeforeAllowTraffic calls CodeDeployH")
    assert second.startswith(f"{INVALID}:3 ")


@pytest.mark.parametrize(("files", "exit_code"), [([VALID], 0), ([INVALID], 1), ([INVALID, "absent.yml", VALID], 2)])
def test_the_worst_file_decides_the_exit_code(files: list[str], exit_code: int) -> None:
    """0 all valid, 1 one refused, 2 one unreadable."""
    assert CliRunner().invoke(app, ["appspec", "check", *files, "--json"]).exit_code == exit_code


def test_an_unreadable_file_does_not_hide_the_others() -> None:
    """The other files are still checked."""
    result = CliRunner().invoke(app, ["appspec", "check", "absent.yml", VALID, "--json"])

    assert json.loads(result.stdout)["file"] == VALID
    assert result.stderr.startswith("absent.yml: cannot be read: ")


def test_bytes_of_another_encoding_are_read_or_refused() -> None:
    """An AppSpec saved as UTF-16 is read; bytes of no encoding make a fault, never a crash."""
    text = Path(VALID).read_text("utf-8")

    wide = CliRunner().invoke(app, ["appspec", "check", "-", "--json"], input=text.encode("utf-16"))
    broken = CliRunner().invoke(app, ["appspec", "check", "-", "--json"], input=b"\x80\x81\xff: \x00")

    assert json.loads(wide.stdout)["valid"] is True
    assert (broken.exit_code, json.loads(broken.stdout)["valid"]) == (1, False)
