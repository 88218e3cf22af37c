"""`warmgate init`: what it writes, and what it never overwrites."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unit.warmgate_ops.cli.commands import ROOT, RUN
from warmgate.policy import parse_policy
from warmgate_ops.cli.main import app

FUNCTIONS = ROOT / "tests" / "data" / "functions"
PROBES = {
    "dynamodb": ["get-root"],
    "http_api": ["get-items"],
    "node_http": ["get-index"],
    "s3": ["s3"],
    "schedule": ["schedule"],
    "sqs": ["sqs"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*options: str) -> tuple[int, str, str]:
    """Return exit code, output and errors."""
    result = CliRunner().invoke(app, ["init", *options])
    return result.exit_code, result.stdout, result.stderr


def template(name: str) -> str:
    """Return the path of a function's template."""
    return str(FUNCTIONS / name / "template.yaml")


@pytest.mark.parametrize("name", PROBES)
def test_a_policy_is_written_that_validates_without_a_warning(folder: Path, name: str) -> None:
    """With the probe that fits, and the schema beside it."""
    code, said, _ = init("--template", template(name))
    validated = CliRunner().invoke(app, ["policy", "validate", "warmgate.yaml"])
    text = (folder / "warmgate.yaml").read_text()

    assert (code, validated.stdout) == (0, "warmgate.yaml: ok\n")
    assert [probe.name for probe in parse_policy(text, "p").probes] == PROBES[name]
    assert said.startswith("warmgate.yaml: written for ")
    assert text.startswith("# yaml-language-server: $schema=./warmgate.schema.json\n")
    assert json.loads((folder / "warmgate.schema.json").read_text())["title"] == "Warmgate policy"


def test_a_file_that_is_there_stays(folder: Path) -> None:
    """Unless --force is given; nobody is asked where there is no terminal."""
    (folder / "warmgate.yaml").write_text("mine")
    code, said, line = init("--template", template("sqs"))

    assert (code, said) == (2, "")
    assert line.startswith("warmgate.yaml exists - pass --force")
    assert [path.name for path in folder.iterdir()] == ["warmgate.yaml"]
    assert (folder / "warmgate.yaml").read_text() == "mine"
    assert init("--template", template("sqs"), "--force")[0] == 0
    assert (
        init("--template", template("sqs"), "--output", "other.yaml", "--schema", "https://example.com/s.json")[0] == 0
    )
    assert "$schema=https://example.com/s.json\n" in (folder / "other.yaml").read_text()


@pytest.mark.slow
def test_on_a_terminal_another_name_is_asked_for(folder: Path) -> None:
    """And the file that is there stays."""
    (folder / "warmgate.yaml").write_text("mine")
    ours, theirs = os.openpty()
    os.write(ours, b"other.yaml\n")
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "init", "--template", template("sqs")],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}/hooks:{ROOT}/scripts", "TERM": "dumb"},
        timeout=60,
        check=False,
    )
    shown = os.read(ours, 10_000).decode()

    assert ran.returncode == 0, ran.stderr
    assert "warmgate.yaml exists. Another name" in shown
    assert "other.yaml: written for Mailer" in shown
    assert (folder / "warmgate.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "found both or neither, expected --template or --function"),
        (["--template", template("sqs"), "--function", "f"], "found both or neither"),
        (["--template", template("sqs"), "--try"], "--try calls a function of an account"),
        (["--template", template("sqs"), "--alias", "live"], "--alias belongs to --function"),
        (["--template", template("sqs"), "--resource", "Nobody"], f"{template('sqs')}: found no function Nobody"),
    ],
)
def test_options_that_do_not_fit_are_one_line(folder: Path, options: list[str], said: str) -> None:
    """Wrong usage, and nothing is written."""
    code, printed, line = init(*options)

    assert (code, printed) == (2, "")
    assert line.startswith(said)
    assert list(folder.iterdir()) == []


def test_what_may_write_is_called_by_wish_alone(folder: Path) -> None:
    """The option adds the other methods."""
    (folder / "t.yaml").write_text(
        "Resources: {F: {Type: AWS::Serverless::Function, Properties: {Events: {E: {Type: HttpApi, Properties:"
        " {Method: POST, Path: /o}}}}}}\n"
    )
    code, _, line = init("--template", "t.yaml")
    assert code == 2
    assert "pass --writes to call these" in line

    assert init("--template", "t.yaml", "--writes")[0] == 0
    assert parse_policy((folder / "warmgate.yaml").read_text(), "p").probes[0].payload["routeKey"] == "POST /o"
