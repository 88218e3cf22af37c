"""Help speaks to a reader: what an option takes has a name, and the examples can be copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from unit.warmgate_ops.cli.surface import COMMANDS
from warmgate_ops.cli.main import app

TYPES = re.compile(r"<(str|Path|bool|int|float|list\[.*?\])\b|float range|int range")
EXAMPLE = re.compile(r"^\$ warmgate (.*)$", re.MULTILINE)


def commands(command: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command below one, with itself."""
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, *words, name)


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", [(), *(each.words for each in COMMANDS)], ids=" ".join)
def test_no_type_of_a_program_is_in_the_help(words: tuple[str, ...]) -> None:
    """A file is a FILE, a version a VERSION, and a switch takes nothing."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"}).stdout

    assert TYPES.search(shown) is None


def test_a_new_user_reads_where_to_start_first() -> None:
    """`rehearse` needs no account; it is in the first panel of commands, and the first example."""
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).stdout

    assert shown.index("Start here") < shown.index(" rehearse ") < shown.index(" check ")
    assert EXAMPLE.findall(shown.replace("\n ", "\n"))[0].strip() == "rehearse"


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_examples_name_options_that_exist(words: tuple[str, ...]) -> None:
    """Each begins with the command that it stands below."""
    for line in EXAMPLE.findall(ALL[words].epilog or ""):
        given = line.split()
        if given[0] == "COMMAND":
            continue
        path = max((path for path in ALL if tuple(given[: len(path)]) == path), key=len)
        options = {name for option in ALL[path].params for name in option.opts}
        assert path[: len(words)] == words
        assert {word for word in given if word.startswith("--")} <= options


def test_a_command_that_ends_in_a_verdict_has_examples() -> None:
    """Those that a new user tries first among them."""
    assert all(ALL[(name,)].epilog for name in ("rehearse", "check", "release", "why", "report", "replay", "doctor"))
