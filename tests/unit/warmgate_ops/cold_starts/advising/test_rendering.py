"""Advice as text, JSON, SARIF and HTML, and how the command ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from unit.warmgate_ops.cold_starts.advising.clinic import CLEAN, FAULTY, HEALTHY
from warmgate_ops.cli.main import app
from warmgate_ops.cold_starts.advising.advising import advise, exit_code_of
from warmgate_ops.cold_starts.advising.registry import RULES
from warmgate_ops.cold_starts.advising.rendering import render_html, render_json, render_sarif, render_text
from warmgate_ops.doctor.facts import Denied

ROOT = Path(__file__).parents[5]
SHAPES = ROOT / "tests" / "data" / "cold_advice"
SARIF = json.loads((ROOT / "tests" / "data" / "sarif" / "used.schema.json").read_text())
ALL = [advise(RULES, each) for each in (*FAULTY.values(), *CLEAN.values())]


def run(*words: str) -> tuple[int, str]:
    """Run the command as a user would."""
    done = CliRunner().invoke(app, ["cold", "advise", *words])
    return done.exit_code, done.output


def test_text_tells_gain_cost_risk_change_and_how_to_measure() -> None:
    """One advice with all that is known of it, and the reasons where there is none."""
    text = render_text([advise(RULES, FAULTY["memory"])]).plain

    assert text.startswith(
        "shop:live: nodejs24.x arm64 512 MB zip 1.9 MB, 20 cold starts in 7 days, first response p95"
    )
    titles = [line.split(":")[0].strip() for line in text.splitlines() if line.startswith("        ")]
    assert [title for title in titles if title.isalpha()][:7] == [
        *("do", "gain", "cost", "risk", "change", "Properties", "MemorySize"),
    ]
    assert "398 ms x (1 - 512/1024)" in text
    assert "\nnot an issue: " in text
    assert "\nnot advised: " in text
    assert text.endswith("1 high for 1 function, 21 rules\n")


def test_what_stands_below_an_advice_is_told_once() -> None:
    """A template with ten functions of one fault does not repeat why ten times."""
    text = render_text([advise(RULES, FAULTY["extensions"])] * 3).plain

    assert text.count("do: measure without it") == 1
    assert text.count("Datadog-Extension-ARM (layer 1)") == 3


def test_four_cold_starts_are_too_few() -> None:
    """They are counted, and no time of them is compared."""
    text = render_text([advise(RULES, CLEAN["too few"])]).plain

    assert "4 cold starts in 7 days: too few, 5 at least" in text
    assert "first response p95" not in text


def test_json_has_all_that_the_text_has() -> None:
    """Rank, gain, cost, change, hazards, command, and the figures behind them."""
    found = json.loads(render_json([advise(RULES, FAULTY["snapstart"])]))["functions"][0]
    (advice,) = found["advice"]

    assert (advice["id"], advice["rank"], advice["gain"], advice["cold_starts"]) == (
        "snapstart",
        "medium",
        "unknown",
        19,
    )
    assert 1.9 < advice["usd_month"] < 2.1
    assert len(advice["hazards"]) == 5
    assert (
        advice["measure"] == "warmgate cold sweep --function shop --version 7 --snapstart on,off --probes policy.yaml"
    )
    assert found["cold_starts"]["init_ms"]["count"] == 19
    assert {each["id"] for each in found["not_advised"]} == {"provisioned", "memory"}


def test_sarif_is_what_its_schema_says() -> None:
    """High is a warning there, the others are notes: advice fails no build."""
    found = json.loads(render_sarif(ALL))

    jsonschema.validate(found, SARIF)
    driver, results = found["runs"][0]["tool"]["driver"], found["runs"][0]["results"]
    assert driver["name"] == "warmgate cold advise"
    assert {each["level"] for each in results} == {"warning", "note"}
    assert all(each["properties"]["gain"] for each in results)


def test_html_needs_nothing_else_and_hides_no_markup() -> None:
    """No script and no address is loaded; a name that is markup is text."""
    page = render_html([advise(RULES, replace(FAULTY["memory"], name="<script>alert(1)</script>"))])

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<article") == 1


def test_a_denied_fact_is_said_and_ends_no_other_rule() -> None:
    """The rules that need it could not look; the exit code says so where nothing is high."""
    denied = Denied(place="/aws/lambda/shop", reason="logs:FilterLogEvents: denied; allow it to the caller")
    found = advise(RULES, replace(HEALTHY, cold=denied, runtime="python3.9"))
    text = render_text([found]).plain

    assert found.exit_code == 3
    assert "unknown memory  /aws/lambda/shop: could not look: logs:FilterLogEvents" in text
    assert "runtime  lambda:shop:live: python3.9 is deprecated since 2025-12-15" in text


def test_what_is_only_told_beside_may_be_denied() -> None:
    """Compute Optimizer is a second opinion: without it nothing is lacking."""
    found = advise(RULES, replace(HEALTHY, optimizer=Denied(place="compute-optimizer", reason="denied")))

    assert found.exit_code == 0
    assert "not asked: compute-optimizer: denied" in render_text([found]).plain


def test_the_worst_exit_code_of_several_functions_wins() -> None:
    """A high advice before what could not be found out."""
    unseen = advise(RULES, replace(HEALTHY, layers=Denied(place="x", reason="y")))

    assert exit_code_of([advise(RULES, HEALTHY)]) == 0
    assert exit_code_of([advise(RULES, HEALTHY), unseen]) == 3
    assert exit_code_of([unseen, advise(RULES, FAULTY["memory"])]) == 1


def test_a_template_needs_no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Text, JSON, SARIF and HTML of it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    template = str(SHAPES / "off.yaml")

    code, text = run("--template", template, "--sarif", str(tmp_path / "s"), "--html", str(tmp_path / "h"))
    assert (code, text.splitlines()[0]) == (1, "Drain: python3.14 x86_64 512 MB zip")
    jsonschema.validate(json.loads((tmp_path / "s").read_text()), SARIF)
    assert "Drain" in (tmp_path / "h").read_text()
    assert json.loads(run("--template", template, "--json")[1])["functions"][0]["advice"][0]["id"] == "concurrency"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name --function with --alias or --version, or --template"),
        (("--function", "a"), "--function needs --alias or --version, and not both"),
        (("--function", "a", "--alias", "b", "--version", "1"), "and not both"),
        (("--alias", "b", "--template", str(SHAPES / "off.yaml")), "belong to --function"),
        (("--resource", "Drain", "--template", str(SHAPES / "off.yaml")), "--resource belongs to --function and one"),
        (
            ("--resource", "X", "--function", "a", "--alias", "b", "--template", str(SHAPES / "off.yaml")),
            "--resource: found X, expected a function of the template: Drain",
        ),
        (
            ("--since", "7", "--template", str(SHAPES / "off.yaml")),
            "--since: found '7', expected a length of time above 0",
        ),
        (("--template", str(SHAPES / "absent.yaml")), "absent.yaml"),
        (("--template", str(ROOT / "README.md")), "expected"),
    ],
)
def test_wrong_usage_is_a_line_and_2(words: tuple[str, ...], said: str) -> None:
    """What was found, what was expected."""
    code, text = run(*words)

    assert code == 2
    assert said in text


def test_code_inside_a_template_is_read(tmp_path: Path) -> None:
    """InlineCode is the module index, and nothing beside the template is taken for it."""
    (tmp_path / "app.py").write_text("not the code")
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Shop:\n    Type: AWS::Serverless::Function\n"
        "    Properties:\n      Runtime: python3.13\n      Handler: index.handler\n      MemorySize: 512\n"
        "      SnapStart: {ApplyOn: PublishedVersions}\n      AutoPublishAlias: live\n"
        "      InlineCode: |\n        import random\n        random.seed(7)\n        def handler(event, context): ...\n"
    )
    _, text = run("--template", str(tmp_path / "template.yaml"), "--inspect-package")

    assert "index.py:2 random.seed(): random seed; every restored environment draws the same numbers" in text


def test_a_package_beside_a_template_is_read(tmp_path: Path) -> None:
    """CodeUri as the template writes it; what a snapshot freezes is high where SnapStart is on."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("import uuid\nRUN = uuid.uuid4()\ndef handler(event, context): ...\n")
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Shop:\n    Type: AWS::Serverless::Function\n"
        "    Properties:\n      Runtime: python3.13\n      Handler: app.handler\n      CodeUri: src/\n     "
        " MemorySize: 512\n"
        "      SnapStart: {ApplyOn: PublishedVersions}\n      AutoPublishAlias: live\n"
    )
    code, text = run("--template", str(tmp_path / "template.yaml"), "--inspect-package")

    assert code == 1
    assert "high    snapstart-uniqueness" in text
    assert "app.py:2 uuid.uuid4(): unique value; every restored environment has the same value" in text
