"""What the command line prints: one way out, and nothing on it that a terminal or a CI server obeys."""

from __future__ import annotations

import ast
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.markup import escape
from typer.testing import CliRunner

from support.reports.judgements import REFUSED
from unit.warmgate_ops.cli.commands import ROOT
from warmgate.adapters.reports import log_line
from warmgate.model.deployment import Status, Target
from warmgate.model.release import ReleaseOutcome
from warmgate.report.document import build_document, is_report
from warmgate_ops.cli.consoles import VisibleConsole
from warmgate_ops.cli.main import app
from warmgate_ops.cli.output import shown
from warmgate_ops.cli.release import _summary
from warmgate_ops.doctor.findings import Check, Finding, Place, Severity
from warmgate_ops.doctor.render.sarif import render_sarif
from warmgate_ops.release.appspec import spec_of
from warmgate_ops.release.following import Seen

HOSTILE = "\x1b]0;pwned\x07\x1b[2J\u202e\ud800\n::error::forged"
NAMED = {"Name": f"a{HOSTILE}", "Alias": "live", "CurrentVersion": "2", "TargetVersion": "3"}
APPSPEC = {"version": 0.0, "Resources": [{"f": {"Type": "AWS::Lambda::Function", "Properties": NAMED}}]}
SOURCES = [path for path in sorted((ROOT / "scripts/warmgate_ops/cli").glob("*.py")) if path.name != "output.py"]


def is_safe(text: str) -> bool:
    """Return whether a text holds nothing that is obeyed or not seen."""
    unseen = any(character in text for character in "\x1b\x07\u202e\ud800")
    return not unseen and not any(line.lstrip().startswith("::") for line in text.split("\n"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_command_prints_through_one_way_out(path: Path) -> None:
    """No print, no write to a standard stream and no console of its own."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    named = {ast.unparse(call) for call in calls}

    assert not named & {"print", "sys.stdout.write", "sys.stderr.write", "sys.stdout.writelines", "Console"}


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a\n::error::b", "a\n\\x3a:error::b"),
        ("  ::stop-commands::x", "  \\x3a:stop-commands::x"),
        ("a ##[error]b ##vso[task]c", "a \\x23#[error]b \\x23#vso[task]c"),
        ("a::b # c ## d", "a::b # c ## d"),
    ],
)
def test_a_ci_server_finds_no_command(text: str, printed: str) -> None:
    """What looks like a command of a CI server in other people's text is written out."""
    assert shown(text) == printed


@pytest.mark.parametrize("words", [["appspec", "check"], ["appspec", "check", "--json"], ["logs", "parse"]])
def test_a_document_is_shown_and_not_obeyed(tmp_path: Path, words: list[str]) -> None:
    """Names in an AppSpec reach the terminal with their escapes written out."""
    path = tmp_path / "appspec.json"
    path.write_text(json.dumps(APPSPEC))

    result = CliRunner().invoke(app, [*words, str(path)])

    assert is_safe(result.output)


def test_a_fault_of_samples_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    """A key of a sample is a name that anybody may have chosen."""
    (tmp_path / "policy.yaml").write_text("policy: a\nlimits: {duration: {p95: 100ms}}\n")
    (tmp_path / "samples.jsonl").write_text(json.dumps({HOSTILE: 1}))

    result = CliRunner().invoke(app, ["replay", "--policy", f"{tmp_path}/policy.yaml", f"{tmp_path}/samples.jsonl"])

    assert result.exit_code == 2
    assert "\\x1b]0;pwned" in result.stderr
    assert is_safe(result.stderr)


def test_a_word_that_is_no_command_is_shown_and_not_obeyed() -> None:
    """What was typed, or pasted, comes back visible."""
    result = CliRunner().invoke(app, ["\x1b[31mrelease"])

    assert result.exit_code == 2
    assert "\\x1b[31mrelease" in result.stderr


def test_a_console_prints_its_own_colours_and_nobody_elses() -> None:
    """Text is visible and no markup, also where rich draws on a terminal."""
    console = VisibleConsole(
        file=io.StringIO(), width=80, force_terminal=True, color_system="standard", emoji=False, highlight=False
    )
    console.push_render_hook(console)  # type: ignore[arg-type]

    console.print(f"[red]{escape('[bold]a')}[/red] :x: \x1b[2J\u202e")

    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "\x1b[31m[bold]a\x1b[0m :x: \\x1b[2J\\u202e\n"


def test_the_step_summary_is_markdown_that_obeys_nobody() -> None:
    """Names, checks and reasons stay in their cells."""
    document = build_document(REFUSED, Status.FAILED)
    document["findings"][0] |= {"check": f"a|b{HOSTILE}", "reason": f"<img src=x>{HOSTILE}"}
    wanted = spec_of(Target(f"f{HOSTILE}", "live"), "1", "2")

    text = _summary(ReleaseOutcome.ROLLED_BACK, f"d-1{HOSTILE}", Seen(report=document, error=HOSTILE), wanted)

    assert is_safe(text)
    assert "a\\|b" in text
    assert "\\<img" in text


def test_sarif_shows_what_was_found_and_obeys_nobody() -> None:
    """A code host prints the message of a result."""
    check = Check(id="c", title="t", severity=Severity.ERROR, why="w", fix="f", sources=())
    place = Place(name=f"n{HOSTILE}", file=f"t{HOSTILE}", line=1)
    found = Finding(check=check, severity=Severity.ERROR, place=place, message=HOSTILE)

    (result,) = json.loads(render_sarif([found], [check]))["runs"][0]["results"]

    assert "\x1b" not in result["message"]["text"]
    assert "\x1b" not in result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    assert "\x1b" not in result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_a_log_line_stays_one(capsys: pytest.CaptureFixture[str]) -> None:
    """What an error of somebody else's says makes no second line in a function's log."""
    log_line(f"d-1: report not stored ({HOSTILE})")

    assert capsys.readouterr().out == (
        "d-1: report not stored (\\x1b]0;pwned\\x07\\x1b[2J\\u202e\\ud800\\n::error::forged)\n"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"schema_version": "2"},
        {"findings": [{"check": "c"}]},
        {"target": None},
        {"release": {"outcome": "released"}},
        {"status": 1},
    ],
)
def test_what_is_no_report_is_not_read_as_one(changes: dict[str, Any]) -> None:
    """A JSON value in the place of a report is checked before anything of it is shown."""
    document = build_document(REFUSED, Status.FAILED)

    assert is_report(document)
    assert not is_report(document | changes)
    assert not is_report([document])
