"""What both commands on clones read, and that nobody's money is spent without leave."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import typer

from support.fakes.clone_lab import SECRET, CloneLab
from unit.warmgate_ops.cold_starts.clones.test_sweep import ID, asked
from warmgate.adapters.sdk import Clients
from warmgate.errors import SettingsError
from warmgate_ops.cli.cold import shared
from warmgate_ops.cold_starts.clones.sweep import prepare_sweep


class Terminal(io.StringIO):
    """A stream that somebody sits at."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def sit(monkeypatch: pytest.MonkeyPatch, answer: str) -> Terminal:
    """Let somebody sit at the terminal, and return what is printed there."""
    out = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr", out)
    return out


@pytest.mark.parametrize(("answer", "goes_on"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str, goes_on: bool) -> None:
    """The plan, its price and its side effects are printed; only a yes goes on."""
    prepared = prepare_sweep(asked(), CloneLab().world(tmp_path), ID)
    out = sit(monkeypatch, answer)

    if goes_on:
        shared.agreed(prepared, "role", yes=False)
    else:
        with pytest.raises(typer.Exit):
            shared.agreed(prepared, "role", yes=False)

    said = out.getvalue()
    assert "plan: clone warmgate-sweep-checkout-api-0a1b2c3d (role" in said
    assert "320 calls, about $0.00" in said
    assert "run your code with your role for real" in said
    assert SECRET not in said


def test_without_a_terminal_it_needs_yes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Wrong usage, exit code 2, with the plan above it; with --yes the plan is printed and it goes on."""
    prepared = prepare_sweep(asked(), CloneLab().world(tmp_path), ID)

    with pytest.raises(typer.Exit) as left:
        shared.agreed(prepared, "role", yes=False)
    shared.agreed(prepared, "role", yes=True)

    said = capsys.readouterr().err
    assert left.value.exit_code == 2
    assert said.count("plan: clone") == 2
    assert "Nobody can be asked here: pass --yes" in said


def test_units_are_read_as_in_a_policy() -> None:
    """Times and shares with their units, nothing as nothing, anything else told with its option."""
    assert shared.milliseconds("--within", "1.5s") == 1500.0
    assert shared.milliseconds("--within", "") is None
    assert shared.share("--cold-share", "0.7%") == pytest.approx(0.007)
    for read, option, text in ((shared.milliseconds, "--within", "fast"), (shared.share, "--cold-share", "120%")):
        with pytest.raises(SettingsError, match=f"{option}: found {text}"):
            read(option, text)


def test_a_version_is_a_number() -> None:
    """$LATEST may change while it is cloned; without a version or an alias there is none; a version goes first."""
    clients = Clients("http://127.0.0.1:9", "eu-central-1")

    assert shared.version_of(clients, "f", "7", "live") == "7"
    with pytest.raises(SettingsError, match="expected a published version"):
        shared.version_of(clients, "f", "$LATEST", "")
    with pytest.raises(SettingsError, match="neither --version nor --alias"):
        shared.version_of(clients, "f", "", "")


def test_probes_come_from_a_file() -> None:
    """Without one, nothing is called; ids of runs are eight hexadecimal digits, seeds are printed."""
    with pytest.raises(SettingsError, match="--probes"):
        shared.policy_of(None)
    assert len(shared.new_id()) == 8
    assert shared.seed_or_new(7) == 7
    assert 0 <= shared.seed_or_new(None) < 1_000_000
