"""Metrics leave under the dimensions that alarms and dashboard of the template ask for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support.permissions import read_template
from support.reports.judgements import PASSED
from warmgate.adapters.metrics import CloudWatchMetrics
from warmgate.adapters.notices import MetricsNotices
from warmgate.adapters.reports import MetricsReport
from warmgate.logs.calls import Window
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Status, Target
from warmgate.model.release import Notice, ReleaseOutcome
from warmgate.model.verdict import Outcome, Unjudged

TEMPLATE = read_template(Path(__file__).parents[4] / "template.yaml")
NOTICE = Notice(deployment_id="d-1", outcome=ReleaseOutcome.RELEASED, subject="s", text="t", detail={}, function="f")


def emitted(capsys: pytest.CaptureFixture[str]) -> dict[str, list[set[str]]]:
    """Return the dimensions under which each metric was written."""
    found: dict[str, list[set[str]]] = {}
    for line in capsys.readouterr().out.splitlines():
        for directive in json.loads(line)["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                found.setdefault(metric["Name"], []).extend(set(names) for names in directive["Dimensions"])
    return found


@pytest.fixture(autouse=True)
def _as_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what the functions' environment sets for Powertools, and what somebody may add to it."""
    variables: dict[str, Any] = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    for name, value in variables.items():
        if name.startswith("POWERTOOLS"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "somebody's")


@pytest.mark.parametrize(
    ("unjudged", "metric"), [(Unjudged.SKIP, "Skipped"), (Unjudged.NO_HOOKS, "ReleasedWithoutGate")]
)
def test_what_nobody_judged_rings_its_alarm(
    capsys: pytest.CaptureFixture[str], unjudged: Unjudged, metric: str
) -> None:
    """The metric has no dimension, as the alarm on it asks."""
    (alarm,) = [r["Properties"] for r in TEMPLATE["Resources"].values() if r["Properties"].get("MetricName") == metric]
    assert (
        alarm["Namespace"] == TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["WARMGATE_METRICS_NAMESPACE"]
    )
    assert "Dimensions" not in alarm

    verdict = replace(PASSED.verdict, outcome=Outcome.SKIPPED, unjudged=unjudged)
    MetricsReport("Warmgate").publish(replace(PASSED, verdict=verdict), Status.SUCCEEDED)
    MetricsNotices("Warmgate").send(replace(NOTICE, unjudged=unjudged.value))

    assert emitted(capsys)[metric] == [set()]


def test_what_was_judged_rings_neither(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does a rollback, which passes unjudged as it must."""
    for unjudged in (None, Unjudged.ROLLBACK):
        MetricsReport("Warmgate").publish(
            replace(PASSED, verdict=replace(PASSED.verdict, unjudged=unjudged)), Status.SUCCEEDED
        )
        MetricsNotices("Warmgate").send(replace(NOTICE, unjudged=unjudged or ""))

    assert not {"Skipped", "ReleasedWithoutGate"} & set(emitted(capsys))


def test_the_dashboard_searches_under_the_dimensions_that_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    """CloudWatch finds a metric only by exactly its dimensions."""
    MetricsReport("Warmgate").publish(PASSED, Status.SUCCEEDED)
    MetricsNotices("Warmgate").send(replace(NOTICE, seconds_to_rollback=12.0))
    written = emitted(capsys)

    body = TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][0].replace("\\", "")
    for metric, names in (
        ("Verdicts", ["Function", "Outcome"]),
        ("CostUsd", ["Function", "Outcome"]),
        ("Releases", ["Function", "Release"]),
        ("SecondsToRollback", ["Function", "Release"]),
    ):
        assert written[metric] == [set(names)]
        assert f'{{"${{Namespace}}",{",".join(names)}}} MetricName="{metric}"' in body


def test_an_alias_is_counted_by_the_minute_over_all_pages() -> None:
    """Without weights there is no ExecutedVersion: function and alias are the dimensions; errors may lack a minute."""
    asked: list[dict[str, Any]] = []
    first, second = datetime(2026, 1, 1, 0, 0, tzinfo=UTC), datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    pages: list[dict[str, Any]] = [
        {
            "MetricDataResults": [
                {"Id": "calls", "Timestamps": [second], "Values": [7.0]},
                {"Id": "errors", "Timestamps": [first], "Values": [2.0]},
            ],
            "NextToken": "more",
        },
        {"MetricDataResults": [{"Id": "calls", "Timestamps": [first], "Values": [5.0]}]},
    ]

    class CloudWatch:
        def get_metric_data(self, **given: Any) -> dict[str, Any]:
            asked.append(dict(given))
            return pages[len(asked) - 1]

    window = Window(first.timestamp() * 1000, first.timestamp() * 1000 + 120_000)
    found = CloudWatchMetrics(lambda _service: CloudWatch()).minutes(
        Target("arn:aws:lambda:eu-west-1:123456789012:function:checkout", "live"), window, Deadline(0.0)
    )

    assert [(counts.at_ms - window.since_ms, counts.calls, counts.errors) for counts in found] == [
        (0.0, 5, 2),
        (60_000.0, 7, 0),
    ]
    assert asked[0]["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "FunctionName", "Value": "checkout"},
        {"Name": "Resource", "Value": "checkout:live"},
    ]
    assert ("NextToken" in asked[0], asked[1]["NextToken"]) == (False, "more")
