"""What a machine lacks for a rehearsal is said in one line, with what to do."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from unit.warmgate_ops.cli.commands import warmgate
from warmgate.errors import SettingsError
from warmgate_ops.cli import local_needs
from warmgate_ops.cli.endings import ending_of


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Windows", "AMD64"), ("Linux", "riscv64")])
def test_another_machine_is_shown_the_container(system: str, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator runs on Linux alone: it says what works all the same, where the rest works, and ends with 3."""
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)

    with pytest.raises(local_needs.MachineError) as raised:
        local_needs.need("aiohttp")

    ending = ending_of(raised.value)
    assert ending.code == 3
    assert f"{system} on {machine}" in ending.line
    assert "All other commands work here" in ending.line
    assert "docker run" in ending.line


def test_a_missing_package_names_the_extra() -> None:
    """What the extra would have brought is named by the command that installs it."""
    with pytest.raises(ModuleNotFoundError) as raised:
        local_needs.need("aiohttp", "no_such_package_anywhere")

    assert raised.value.name == "no_such_package_anywhere"


def test_a_checkout_has_its_tools_from_make(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make's own folder is left to make."""
    monkeypatch.delenv("WARMGATE_TOOLS", raising=False)

    with pytest.raises(SettingsError, match=r"make build/env/ministack/\.ready"):
        local_needs.install()


@pytest.mark.parametrize("command", ["rehearse", "cloud"])
def test_help_says_what_the_local_cloud_needs(command: str, tmp_path: Path) -> None:
    """The extra and the tools stand in the help of both commands that need them."""
    said = " ".join(warmgate(command, "--help", folder=tmp_path).stdout.split())

    assert "extra `rehearsal`" in said
    assert "--install-tools" in said
