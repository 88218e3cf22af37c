"""Whatever installs a package here takes what a lock names, with its hash, and resolves nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from locks.files import LOCKS, ROOT

PLACES = (
    *("Makefile", "*/Makefile", ".ci/*", ".pre-commit-config.yaml", "template.yaml", "pyproject.toml", "action.yml"),
    *("hooks/**/*.py", "scripts/**/*.py", "tests/**/*.py", "tests/**/*.sh"),
)
# A command that a message shows to a person begins with a backtick: it is not run here.
INSTALLS = re.compile(r"(?<!`)(?:\bpip3?|\(PIP\))[\"',\s]+(?:install|download|wheel)\b.*")
OTHERWISE = re.compile(
    r"\b(?:pipx|uvx|npx|easy_install|uv (?:add|run|sync|tool|pip (?:install|sync))|npm (?:i|install))\b"
)
ELSEWHERE = {
    *("requirements/runtime.txt", "requirements/install.txt"),
    *("requirements/python-runtimes.txt", "hooks/requirements.txt"),
}
"""Not installed by the Makefile: named for whoever wants them, by a rehearsal that asks for it, by the hooks' build."""
FOR_THE_USER = {"scripts/warmgate_ops/rehearsal/own/dependencies.py"}
"""`rehearse --install` installs what a user's own function asks for, where the user asks: no lock names it."""
LOCKED = re.search(r"^LOCKED := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a text that install something, on a line each and written out."""
    whole = text.replace("\\\n", " ").replace("$(LOCKED)", LOCKED[1] if LOCKED else "")
    yield from (found[0] for found in INSTALLS.finditer(whole))


def faults(text: str) -> list[str]:
    """Return the commands of a text that would resolve or build something which no lock names."""
    return [*map(str, OTHERWISE.findall(text)), *(command for command in commands(text) if not is_locked(command))]


def is_locked(command: str) -> bool:
    """Return whether a command takes only what is named: a lock's file with hashes, or this package, built as it is."""
    hashed = "--require-hashes" in command or not re.search(r"\s-r\b|--requirement", command)
    built = "--no-build-isolation" in command or not re.search(r"\s-e\b|--editable|\s\.(?:\s|$)", command)
    return "--no-deps" in command and hashed and built


def files() -> list[Path]:
    """Return what may install something, but this file, whose cases are faults."""
    found = {path for place in PLACES for path in ROOT.glob(place) if path.is_file()}
    return sorted(path for path in found if path != Path(__file__) and "scenarios" not in path.parts)


def test_nothing_is_installed_that_is_not_locked() -> None:
    """Makefiles, what CI runs, what is shipped and what tests it."""
    found = {str(path.relative_to(ROOT)): faults(path.read_text()) for path in files()}

    assert {name for name, lines in found.items() if lines} == FOR_THE_USER, found


def test_every_lock_is_installed_or_written_as_it_is() -> None:
    """The installs are found at all: those of the Makefile, this package, and what is deployed."""
    asked = ROOT / "scripts/warmgate_ops/rehearsal/cloud/lambda_runtime/runtimes/python_environment.py"
    ours = list(commands((ROOT / "Makefile").read_text()))
    deployed = list(commands((ROOT / "hooks" / "Makefile").read_text()))

    assert {found for line in ours for found in re.findall(r"-r (\S+)", line)} == {
        lock.file for lock in LOCKS if lock.file not in ELSEWHERE
    }
    assert sum("-e ." in line for line in ours) == 1
    assert len(deployed) == 1
    assert len(list(commands(asked.read_text()))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "pip install uv",
        "$(BIN)/pip install -q --no-deps -r requirements/dev.txt",
        "$(PIP) install --require-hashes --only-binary=:all: \\\n  -r requirements.txt",
        "pip install --no-deps -e .",
        '[sys.executable, "-m", "pip", "install", "build"]',
        "uv sync",
        "npm install -g aws-cdk",
    ],
)
def test_an_install_that_resolves_is_found(text: str) -> None:
    """A package by name, a lock without its hashes, a build with the newest tools, another installer."""
    assert faults(text)


def test_what_npm_installs_is_pinned_by_hash() -> None:
    """`npm ci` takes what package-lock.json names, and fails where package.json asks for more."""
    packages = json.loads((ROOT / "cdk" / "package-lock.json").read_text())["packages"]
    inside = {name for name, each in packages.items() if each.get("inBundle")}

    assert {name for name, each in packages.items() if name and "integrity" not in each} == inside
    assert not any("resolved" in each for each in packages.values())
