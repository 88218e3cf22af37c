"""`warmgate cold explain` over files: exit codes, options, and what wrong input says."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner, Result

from support.cold_worlds.log_events import exported
from support.cold_worlds.worlds import WORLDS
from warmgate_ops.cli.main import app
from warmgate_ops.cold_starts.causes.cause import Cause


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["cold", "explain", *arguments])


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a file with the log events of a day of bursts."""
    file = tmp_path_factory.mktemp("events") / "events.json"
    file.write_text(exported(WORLDS[Cause.SCALE_OUT](Random(0)).known().calls))
    return str(file)


def test_a_file_is_explained(events: str) -> None:
    """By what the log tells alone, which is said; nothing is asked of AWS."""
    found = run(events, "--function", "checkout-api")

    assert found.exit_code == 0
    assert "scale-out" in found.output
    assert "note: causes from the log alone" in found.output


def test_json_and_page(events: str, tmp_path: Path) -> None:
    """One object on standard output, one page in a file."""
    found = run(events, "--json", "--html", str(tmp_path / "page.html"))

    assert json.loads(found.output)["schema_version"] == 1
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")


def test_over_is_an_expectation(events: str) -> None:
    """Exit 1 where a first response took longer, and only those are explained; 0 where none did."""
    assert run(events, "--over", "800").exit_code == 2
    over = run(events, "--over", "3500ms", "--json")
    assert over.exit_code == 1
    assert all(each["first_response_ms"] > 3500 for each in json.loads(over.output)["each"])
    assert run(events, "--over", "60s").exit_code == 0


def test_a_window_of_a_file(events: str) -> None:
    """--since and --until narrow it."""
    found = run(events, "--since", "2026-11-20T06:00Z", "--until", "2026-11-20T07:00Z", "--json")

    assert 0 < json.loads(found.output)["calls"] < 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--function: found nothing"),
        (("FILE", "--since", "soon"), "--since: found 'soon'"),
        (("FILE", "--since", "2026-11-20", "--until", "2026-11-19"), "expected a time"),
        (("FILE", "--since", "9999d"), "400 days"),
        (("FILE", "--version", "live"), "name aliases by --alias"),
        (("FILE", "--version", "7", "--alias", "live"), "expected one of them"),
        (("FILE", "--over", "fast"), "--over: found 'fast'"),
        (("--function", "checkout-api", "--trail", "trails"), "down to the region"),
        (("missing.json",), "missing.json"),
    ],
)
def test_wrong_input_is_said(arguments: tuple[str, ...], words: str, events: str) -> None:
    """Exit 2, with what was found and what was expected."""
    found = run(*(events if each == "FILE" else each for each in arguments))

    assert (found.exit_code, words in found.output) == (2, True), found.output


@pytest.mark.parametrize("text", ["", "REPORT RequestId: x Duration: 1 ms", '{"events": []}', "[1, 2]"])
def test_a_file_that_is_no_log_is_refused(text: str, tmp_path: Path) -> None:
    """It says how to write one."""
    (tmp_path / "x.json").write_text(text)

    found = run(str(tmp_path / "x.json"))

    assert (found.exit_code, "aws logs filter-log-events" in found.output) == (2, True)
