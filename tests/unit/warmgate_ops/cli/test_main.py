"""What the command offers before any subcommand: its version, its module form, completion for shells."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from unit.warmgate_ops.cli.commands import ROOT
from warmgate_ops.cli import versions

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def module(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a module, from the sources that lie here."""
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("hooks", "scripts"))
    return subprocess.run(
        [sys.executable, "-m", "warmgate_ops", *arguments],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_version_stands_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package says what pyproject.toml said as it was built, and so does a checkout that nobody installed."""
    assert versions.version_line() == f"warmgate {VERSION}"

    monkeypatch.setattr(versions, "PACKAGE", "warmgate-that-nobody-installed")
    assert versions.version_line() == f"warmgate {VERSION} (checkout)"


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_the_module_is_the_command(asked: str) -> None:
    """`python -m warmgate_ops` serves where no script is on PATH, and calls itself as the script is called."""
    done = module(asked)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: warmgate [OPTIONS] COMMAND" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "offered"), [("warmgate rel", "release"), ("warmgate release --fu", "--function")])
def test_a_shell_is_told_what_fits(typed: str, offered: str) -> None:
    """Commands and options are completed, and nothing is complained about."""
    words = str(len(typed.split()) - 1)
    done = module(COMP_WORDS=typed, COMP_CWORD=words, _WARMGATE_COMPLETE="complete_bash")

    assert (done.returncode, done.stdout.split(), done.stderr) == (0, [offered], "")


@pytest.mark.slow
def test_completion_is_installed_for_a_shell(tmp_path: Path) -> None:
    """It ends with 0 and leaves the script where the shell reads it."""
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1", "HOME": str(tmp_path)}
    shown = module("--show-completion", "bash", **named)
    done = module("--install-completion", "bash", **named)

    assert (shown.returncode, done.returncode, done.stderr) == (0, 0, "")
    assert "complete -o default -F _warmgate_completion warmgate" in shown.stdout
    assert (tmp_path / ".bash_completions" / "warmgate.sh").read_text().strip() == shown.stdout.strip()
