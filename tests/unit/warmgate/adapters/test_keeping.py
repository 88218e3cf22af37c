"""What the keeper writes of a run."""

from __future__ import annotations

import io
import json

import pytest

from warmgate.adapters.keeping import LogWarmResults, MetricsWarmResults
from warmgate.model.deployment import Target
from warmgate.model.warming import Warmed

WARMED = Warmed(
    target=Target("checkout-api", "live"),
    asked=5,
    granted=5,
    calls=5,
    environments=("a", "b"),
    by_version={"7": 2},
    cold=1,
    billed_ms=400.0,
    usd=0.0000035,
    reason="5 calls met 2 environments: they did not overlap",
)


def test_a_run_is_one_line() -> None:
    """It says whom it kept warm, how many answered and what it cost; `warmgate warm status` reads it."""
    stream = io.StringIO()
    LogWarmResults(stream).publish(WARMED)
    (line,) = stream.getvalue().splitlines()

    said = json.loads(line)
    assert (said["warmgate"], said["function"], said["alias"]) == ("keep-warm", "checkout-api", "live")
    assert (said["asked"], said["warmed"], said["cold"], said["environments"]) == (5, 2, 1, ["a", "b"])
    assert said["usd"] == 0.0000035


def test_a_run_is_counted_in_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    """By function and alias; a run that misses more than half counts as short."""
    MetricsWarmResults("Warmgate").publish(WARMED)
    said = json.loads(capsys.readouterr().out)

    (about,) = said["_aws"]["CloudWatchMetrics"]
    assert about["Namespace"] == "Warmgate"
    assert {"Function", "Alias"} <= set(about["Dimensions"][0])
    assert (said["Warmed"], said["WarmedCold"], said["WarmShort"], said["WarmAsked"]) == ([2.0], [1.0], [1.0], [5.0])
