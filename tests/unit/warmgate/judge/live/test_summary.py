"""Live traffic by one summary an environment, where there is too much of it to be read call by call."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest

from warmgate.judge.live.summary import judge_summaries
from warmgate.model.calls import Arm
from warmgate.model.traffic import EnvironmentSummary, MetricCounts
from warmgate.model.verdict import Outcome, Verdict
from warmgate.policy.values import Live, Policy, RatioLimit

POLICY = Policy(
    name="busy", live=Live(duration=RatioLimit(statistic="p95", ratio=1.2), error_ratio=0.01, cold_start_ratio=0.05)
)
FINE = {Arm.CANDIDATE: MetricCounts(calls=40_000, errors=20), Arm.BASELINE: MetricCounts(calls=40_000, errors=25)}


def environments(
    version: str, count: int = 12, *, median_ms: float = 100.0, p95_ms: float = 150.0, cold: int = 1, calls: int = 900
) -> list[EnvironmentSummary]:
    """Return summaries whose speeds spread by some per cent."""
    return [
        EnvironmentSummary(
            environment=f"[{version}]{place}",
            version=version,
            calls=calls,
            cold_starts=cold,
            median_ms=median_ms * (1 + 0.01 * (place % 7 - 3)),
            p95_ms=p95_ms * (1 + 0.01 * (place % 5 - 2)),
        )
        for place in range(count)
    ]


def judged(new: list[EnvironmentSummary], counts: dict[Arm, MetricCounts] | None = None) -> Verdict:
    """Judge some environments of the candidate against twelve of the baseline."""
    arms = {Arm.BASELINE: environments("1"), Arm.CANDIDATE: new}
    return judge_summaries(arms, POLICY, FINE if counts is None else counts)


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    """Return the outcome of each check."""
    return {finding.check: finding.outcome for finding in verdict.findings}


def test_an_unchanged_version_passes_every_check() -> None:
    """And each finding says that it rests on a query or on metrics."""
    verdict = judged(environments("2"))
    assert set(outcomes(verdict).values()) == {Outcome.PASSED}
    assert all("by a query" in f.details or "by CloudWatch" in f.details for f in verdict.findings)


@pytest.mark.parametrize(
    ("new", "checks"),
    [
        (environments("2", median_ms=160.0, p95_ms=240.0), ["live.duration.body", "live.duration.tail"]),
        (environments("2", median_ms=160.0), ["live.duration.body"]),
        (environments("2", p95_ms=400.0), ["live.duration.tail"]),
        (environments("2", cold=120), ["live.cold_starts.share"]),
    ],
)
def test_what_is_worse_fails_its_check_alone(new: list[EnvironmentSummary], checks: list[str]) -> None:
    """A slower body, a longer tail, more cold starts."""
    found = outcomes(judged(new))
    assert [name for name, outcome in found.items() if outcome is Outcome.FAILED] == checks


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ({**FINE, Arm.CANDIDATE: MetricCounts(calls=40_000, errors=900)}, Outcome.FAILED),
        ({}, Outcome.INCONCLUSIVE),
    ],
)
def test_errors_rest_on_the_metrics(counts: dict[Arm, MetricCounts], outcome: Outcome) -> None:
    """Without counts the error rate is open."""
    assert outcomes(judged(environments("2"), counts))["live.errors.rate"] is outcome


@pytest.mark.parametrize("new", [environments("2", 2), environments("2", calls=5), []])
def test_too_few_environments_leave_the_duration_open(new: list[EnvironmentSummary]) -> None:
    """Two environments may both stand on slow machines, and five calls have no percentile."""
    (found,) = [f for f in judged(new).findings if f.check == "live.duration.body"]
    assert (found.outcome, found.inconclusive_because) == (Outcome.INCONCLUSIVE, "too few environments")


def test_a_difference_within_the_noise_is_open() -> None:
    """Four environments that are a little slower prove nothing."""
    (found,) = [f for f in judged(environments("2", 4, median_ms=115.0)).findings if f.check == "live.duration.body"]
    assert (found.outcome, found.inconclusive_because) == (Outcome.INCONCLUSIVE, "cap")


def test_only_what_the_policy_limits_is_judged() -> None:
    """A policy with one live limit gets one finding."""
    policy = Policy(name="errors", live=Live(error_ratio=0.01))
    assert list(outcomes(judge_summaries({}, policy, FINE))) == ["live.errors.rate"]
    cold = Policy(name="cold", live=Live(cold_start_ratio=0.05))
    assert list(outcomes(judge_summaries({}, cold, FINE))) == ["live.cold_starts.share"]


def test_calls_of_the_candidate_are_counted() -> None:
    """A finding rests on what the new version did."""
    for check in ("live.duration.body", "live.duration.tail"):
        (found,) = [f for f in judged(environments("2", calls=50)).findings if f.check == check]
        assert (found.sample_count, found.environment_count) == (600, 12)


def test_environments_are_a_sample() -> None:
    """Three of each, spread by 0.3 about a factor of two: (log 2 - log 1.2 / 2) / sqrt(2 * 0.3^2 / 3)."""
    spread = [exp(-0.3), 1.0, exp(0.3)]
    old, new = (
        [replace(e, median_ms=factor * speed) for e, speed in zip(environments("1", 3), spread, strict=True)]
        for factor in (100, 200)
    )
    body = judge_summaries({Arm.BASELINE: old, Arm.CANDIDATE: new}, POLICY, FINE).findings[0]
    assert body.details.startswith("by environment, z=2.5 (fails at 2.75)")


def test_medians_of_less_than_a_millisecond_are_compared() -> None:
    """Twice 0.2 ms is twice as slow."""
    arms = {Arm.BASELINE: environments("1", median_ms=0.2), Arm.CANDIDATE: environments("2", median_ms=0.4)}
    body = judge_summaries(arms, POLICY, FINE).findings[0]
    assert body.outcome is Outcome.FAILED
    assert body.measured == pytest.approx(2.0)
