"""`warmgate policy event`: what a function is called with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from warmgate.policy.events import render_event
from warmgate.policy.values import Event, EventKind
from warmgate_ops.cli.main import app

POLICY = "policy: x\nprobes: [{name: a, event: http-api, path: /health}, {name: b, payload: {n: 1}}]\n"


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Return exit code, output and errors."""
    result = CliRunner().invoke(app, ["policy", "event", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("kind", EventKind)
def test_a_kind_is_printed_with_its_source(kind: EventKind) -> None:
    """The skeleton, and AWS's page on it."""
    code, printed, said = run(kind)

    assert (code, json.loads(printed)) == (0, render_event(Event(kind=kind)))
    assert said.startswith("as documented in https://docs.aws.amazon.com/")


def test_a_policys_probes_are_printed_by_name(tmp_path: Path) -> None:
    """Or one alone, as it is sent."""
    file = tmp_path / "p.yaml"
    file.write_text(POLICY)

    code, printed, _ = run(file)
    assert (code, json.loads(printed)["b"]) == (0, {"n": 1})
    assert json.loads(run(file, "--probe", "a")[1])["rawPath"] == "/health"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["httpapi"], "found httpapi, expected a file or one of http-api, rest-api"),
        (["sqs", "--probe", "a"], "--probe belongs to a policy file"),
        (["FILE", "--probe", "c"], "--probe: found c, expected one of a, b"),
    ],
)
def test_what_is_not_there_is_wrong_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    """What was found and what was expected, exit code 2."""
    file = tmp_path / "p.yaml"
    file.write_text(POLICY)

    code, printed, line = run(*[str(file) if word == "FILE" else word for word in arguments])
    assert (code, printed) == (2, "")
    assert line.startswith(said)
