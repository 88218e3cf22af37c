"""Live durations by hand: what z is made of, and what the findings count."""

from __future__ import annotations

from math import exp, inf, log

import pytest

from warmgate.judge.live.body import fail_z
from warmgate.judge.live.duration import BODY, judge_live_durations
from warmgate.judge.live.rounds import LiveCall, LiveRound
from warmgate.model.calls import Arm, Closed
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.values import RatioLimit

STEADY = (100.0, 100.0, 100.0)
NOISY = (100 * exp(-0.1349), 100.0, 100 * exp(0.1349))
"""Quartiles 0.2698 apart, as those of a normal distribution whose standard deviation is 0.2."""
ALIKE = (1.0, 1.0, 1.0)
APART = (exp(-0.3), 1.0, exp(0.3))
"""Speeds of environments whose logarithms have a standard deviation of 0.3."""


def arm(arm: Arm, environments: list[list[float]]) -> tuple[LiveCall, ...]:
    """Return the settled calls of one round, a list of durations for each environment."""
    return tuple(
        LiveCall(f"{arm} {name}", log(ms), 50, ended=True)
        for name, durations in enumerate(environments)
        for ms in durations
    )


def judged(old: list[list[float]], new: list[list[float]]) -> dict[str, Finding]:
    """Return body and tail of one round, long after the shift began."""
    round_ = LiveRound(arm(Arm.BASELINE, old), arm(Arm.CANDIDATE, new), inf)
    limit = RatioLimit(statistic="p95", ratio=1.2)
    return {found.check: found for found in judge_live_durations(limit, [], [round_], 1, Closed.PLANNED, 30.0)}


@pytest.mark.parametrize(
    ("calls", "speeds", "z"), [(STEADY, ALIKE, 7.4), (NOISY, ALIKE, 4.2), (STEADY, APART, 2.5), (NOISY, APART, 2.5)]
)
def test_the_error_is_that_of_calls_and_environments(
    calls: tuple[float, ...], speeds: tuple[float, ...], z: float
) -> None:
    """A factor of two is log 2 - log 1.2 / 2 = 0.602, divided by the error of two means of three environments.

    Their variances: 0.1^2, taken for granted; 1.57 * 0.2^2 / 3 more for medians of noisy calls; 0.3^2 where they are
    apart; and the noise that is found between the environments is not counted twice.
    """
    old = [[ms * speed for ms in calls] for speed in speeds]
    body = judged(old, [[2.0 * ms for ms in durations] for durations in old])[BODY]

    assert f"z={z:.1f} (fails at 2.75)" in body.details
    assert body.measured == pytest.approx(2.0)
    assert "took 2.00x the old version's, the p95 2.00x" in body.reason


def test_environments_are_counted_by_version() -> None:
    """The fewer of the two stand in the finding, both in its details."""
    for found in judged([[100.0] * 3] * 3, [[100.0] * 3] * 4).values():
        assert found.environment_count == 3
        assert "4 new and 3 old environments" in found.details


def test_two_environments_are_no_sample() -> None:
    """The ratio is told, and nothing is decided by it."""
    body = judged([[100.0] * 9] * 2, [[300.0] * 9] * 2)[BODY]

    assert (body.outcome, body.leans_to_fail) == (Outcome.INCONCLUSIVE, False)
    assert body.measured == pytest.approx(3.0)
    assert body.inconclusive_because == "too few environments"


def test_the_line_of_the_second_stretch() -> None:
    """A quarter of the errors: exp(-z^2/2) is a quarter at z^2 + 2 ln 4."""
    assert fail_z(2) == pytest.approx(3.2148, abs=1e-4)
