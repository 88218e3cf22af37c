"""AppSpecs and JUnit that other programs read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from typer.testing import CliRunner

from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.appspec.write import appspec_json, appspec_yaml
from warmgate.errors import AppSpecError
from warmgate.model.deployment import Target
from warmgate.report.junit import render_junit
from warmgate_ops.cli.main import app
from warmgate_ops.release.appspec import refuse_unusable, spec_of

RELEASE = spec_of(Target("checkout-api", "live"), "6", "7")
ARGUMENTS = ["appspec", "new", "--function", "checkout-api", "--alias", "live", "--from", "6", "--to", "7"]
EXAMPLES = Path(__file__).resolve().parents[4] / "examples" / "ci"


@pytest.mark.parametrize("write", [appspec_yaml, appspec_json])
def test_a_new_appspec_reads_back(write: Callable[[AppSpec], str]) -> None:
    """Function, alias, versions and both hooks."""
    found = parse_appspec(write(RELEASE), "new")

    assert found == RELEASE
    assert sorted(found.hooks.values()) == ["CodeDeployHook_warmgate-after", "CodeDeployHook_warmgate-before"]


def test_an_appspec_that_codedeploy_would_refuse_is_not_written() -> None:
    """$LATEST cannot be released."""
    with pytest.raises(AppSpecError):
        refuse_unusable(spec_of(Target("f", "live"), "$LATEST", "7"))


def test_the_command_writes_yaml_and_json(tmp_path: Path) -> None:
    """To standard output, or to a file; a hook can be left out."""
    shown = CliRunner().invoke(app, [*ARGUMENTS, "--after", ""])
    assert list(yaml.safe_load(shown.stdout)["Hooks"][0]) == ["BeforeAllowTraffic"]
    path = tmp_path / "appspec.json"
    assert CliRunner().invoke(app, [*ARGUMENTS, "--format", "json", "--output", str(path)]).exit_code == 0
    assert json.loads(path.read_text())["version"] == 0.0


@pytest.mark.parametrize("wrong", [["--format", "xml"], ["--to", "next"]])
def test_wrong_arguments_are_wrong_usage(wrong: list[str]) -> None:
    """With what is wrong."""
    assert CliRunner().invoke(app, [*ARGUMENTS, *wrong]).exit_code == 2


def document(*outcomes: str, later: str = "") -> dict[str, Any]:
    """Return a report document with one finding for each outcome."""
    findings = [{"check": f"check.{i}", "outcome": o, "reason": f"reason <{i}> \x07"} for i, o in enumerate(outcomes)]
    verdicts = []
    if later:
        verdicts = [
            {"by": "guard", "outcome": later, "reason": "late", "findings": [{**findings[0], "outcome": later}]}
        ]
    return {
        "deployment_id": "d-1",
        "target": {"function": "checkout-api", "alias": "live"},
        "outcome": "failed",
        "reason": "because",
        "findings": findings,
        "release": {"verdicts": verdicts},
    }


def test_junit_has_one_case_a_check() -> None:
    """Failures, errors and open checks are counted apart."""
    suite = ET.fromstring(render_junit(document("passed", "failed", "error", "inconclusive", later="failed")))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "5",
        "2",
        "1",
        "1",
    )
    assert [case.get("name") for case in suite][-1] == "guard.check.0"
    (failure, *_) = suite.findall(".//failure")
    assert failure.get("message") == "reason <1> \\x07"


def test_a_verdict_without_checks_is_one_case() -> None:
    """An error before the first call is shown too."""
    suite = ET.fromstring(render_junit({**document(), "outcome": "error"}))
    assert [case.get("name") for case in suite] == ["verdict"]
    assert suite.get("errors") == "1"


RELEASES = sorted(path for path in EXAMPLES.iterdir() if "warmgate release" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.name)
def test_the_pipelines_of_the_examples_name_options_that_exist(path: Path) -> None:
    """YAML parses, and `warmgate release` takes every option that is given to it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in {".yml", ".yaml"}:
        assert yaml.safe_load(text)
    help_text = CliRunner().invoke(app, ["release", "--help"], env={"COLUMNS": "300"}).stdout
    command = text[text.index("warmgate release") :].split("\n\n")[0]
    options = {word for word in command.replace("\\", " ").replace("'", " ").split() if word.startswith("--")}
    assert {"--function", "--alias", "--to", "--junit"} <= options
    assert all(option in help_text for option in options)
