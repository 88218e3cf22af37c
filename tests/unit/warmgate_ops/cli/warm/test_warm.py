"""`warmgate warm` without an account: what is planned from a file, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from support.warm_week import Traffic, World
from warmgate.model.deployment import Target
from warmgate_ops.cli.main import app
from warmgate_ops.cli.warm.status import document_of, lines_of
from warmgate_ops.cold_starts.keeping.recorded import line_of

NAMED = ["--function", "checkout-api", "--alias", "live"]
RUN = {"at_ms": 1_767_571_200_000.0, "asked": 5, "warmed": 5, "cold": 0, "calls": 5, "usd": 1e-5, "reason": ""}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a day of recorded calls, and no account."""
    calls = World().run(Traffic(days=1.0))
    (tmp_path / "calls.jsonl").write_text("\n".join(map(line_of, calls)))
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def warm(*words: str) -> Result:
    """Run a subcommand."""
    return CliRunner().invoke(app, ["warm", *words])


def test_a_plan_from_a_file_asks_no_account(folder: Path) -> None:
    """It prints the table, and writes a template of schedules."""
    result = warm("plan", *NAMED, "--keep", "Mon-Fri 06:00-18:00 UTC = 3, else 1", "--calls", "calls.jsonl")

    assert result.exit_code == 0
    assert "scheduled pings" in result.stdout
    assert "written: warm-checkout-api.yaml (SAM), nothing deployed" in result.stderr
    assert list(yaml.safe_load((folder / "warm-checkout-api.yaml").read_text())["Resources"]) == ["Keep1", "Keep2"]


def test_a_plan_is_one_json_object(folder: Path) -> None:
    """The same figures, for programs; provisioned concurrency is written where it is asked for."""
    words = ["plan", *NAMED, "--keep", "3", "--calls", "calls.jsonl", "--json", "--pc", "--output", "pc.yaml"]
    result = warm(*words)
    document = json.loads(result.stdout)

    assert [row["name"] for row in document["month"]][:3] == ["nothing", "scheduled pings", "SnapStart"]
    assert document["memory_mb"] == 512.0
    assert "AWS::ApplicationAutoScaling::ScalableTarget" in (folder / "pc.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plan", *NAMED, "--keep", "many"], "--keep: found 'many'"),
        (["plan", *NAMED, "--every", "7m"], "--every: found '7m'"),
        (["plan", *NAMED, "--idle", "soon"], "--idle: found 'soon'"),
        (["plan", "--function", "f", "--alias", "7"], "--alias: found 7, expected an alias"),
        (
            ["apply", "--function", "f", "--alias", "$LATEST", "--keep", "1"],
            "--alias: found $LATEST, expected an alias",
        ),
        (["plan", *NAMED, "--calls", "calls.jsonl", "--architecture", "mips"], "--architecture: found mips"),
        (["status", *NAMED, "--since", "1y"], "--since: found '1y'"),
    ],
)
def test_wrong_usage_is_said(folder: Path, words: list[str], said: str) -> None:
    """With the option, before anybody is asked."""
    result = warm(*words)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_status_says_what_is_warm_and_what_it_costs() -> None:
    """Environments of the last three runs, each once; the cost of a month from the time between the runs."""
    runs = [{**RUN, "at_ms": RUN["at_ms"] + 300_000 * number, "environments": ["a", "b"]} for number in range(13)]  # type: ignore[operator]
    document = document_of(Target("checkout-api", "live"), runs, ["checkout-api.live.1"])

    assert (document["short"], document["environments"]) == (False, ["a", "b"])
    assert document["usd_a_month"] == pytest.approx(12e-5 * 730)
    assert lines_of(document)[0].endswith("13 runs, 65 calls, 0 of them cold, pings alone $0.09 a month at this rate")


@pytest.mark.parametrize(("warmed", "short"), [([5, 2, 2, 2], True), ([2, 2, 5], False), ([2, 2], False), ([], True)])
def test_short_is_three_runs_in_a_row(warmed: list[int], short: bool) -> None:
    """More than half missing, three times; without any run nothing is warm."""
    runs = [{**RUN, "warmed": count} for count in warmed]

    assert document_of(Target("f", "live"), runs, [])["short"] is short
