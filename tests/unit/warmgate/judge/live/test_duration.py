"""Live durations by hand: what z is made of, what the tail's score is, and what each finding counts."""

from __future__ import annotations

from itertools import chain
from math import exp

import pytest

from unit.warmgate.judge.series import sample
from warmgate.judge.live.duration import BODY, TAIL, fail_z, judge_live_durations, tail_fails_at
from warmgate.model.calls import Arm, Burst, Closed, Evidence, Sample
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.values import RatioLimit

STEADY = (100.0, 100.0, 100.0)
NOISY = (100 * exp(-0.1349), 100.0, 100 * exp(0.1349))
"""Quartiles 0.2698 apart, as those of a normal distribution whose standard deviation is 0.2."""
ALIKE = (1.0, 1.0, 1.0)
APART = (exp(-0.3), 1.0, exp(0.3))
"""Speeds of environments whose logarithms have a standard deviation of 0.3."""


def arm(arm: Arm, environments: list[list[float]], round_number: int = 1) -> list[Sample]:
    """Return the calls of one round, a list of durations for each environment."""
    return [
        sample(ms, arm=arm, environment=f"{arm} {name}", round=round_number, position=place)
        for name, durations in enumerate(environments)
        for place, ms in enumerate(durations)
    ]


def judged(samples: list[Sample]) -> dict[str, Finding]:
    """Return body and tail of the first stretch."""
    seen = Evidence(samples=tuple(samples), burst=Burst(asked=0, granted=0), closed=Closed.PLANNED)
    return {found.check: found for found in judge_live_durations(RatioLimit(statistic="p95", ratio=1.2), seen, 1)}


def both(calls: tuple[float, ...], speeds: tuple[float, ...], *, slower: float = 1.0) -> list[Sample]:
    """Return a round of an environment of each speed in each arm, the candidate's calls slower by a factor."""
    environments = [[ms * speed for ms in calls] for speed in speeds]
    return [
        *arm(Arm.BASELINE, environments),
        *arm(Arm.CANDIDATE, [[ms * slower for ms in durations] for durations in environments]),
    ]


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
    body = judged(both(calls, speeds, slower=2.0))[BODY]

    assert f"z={z:.1f} (fails at 2.75)" in body.details
    assert body.measured == pytest.approx(2.0)
    assert "took 2.00x the old version's, the p95 2.00x" in body.reason


def test_the_score_is_worth_less_with_each_look() -> None:
    """Twenty-one calls without a slow one are -21 points at once, and twice as many -42 * 20 / 21 after two looks."""
    rounds = [arm(each, [[100.0] * 7] * 3, number) for number in (1, 2) for each in Arm]
    first, second = (judged([*chain(*rounds[:count])])[TAIL] for count in (2, 4))

    assert first.details.startswith("score -21 (fails at +55)")
    assert second.details.startswith("score -40 (fails at +55)")


def test_a_passed_tail_says_what_it_rules_out() -> None:
    """An open one proves nothing."""
    passed = judged([*chain(*(arm(each, [[100.0] * 20] * 3) for each in Arm))])[TAIL]
    open_ = judged(both(STEADY, ALIKE))[TAIL]

    assert (passed.outcome, open_.outcome) == (Outcome.PASSED, Outcome.INCONCLUSIVE)
    assert (passed.proven, open_.proven) == ("fewer than 10 % beyond 1.2x the old p96 (95 % confidence)", "")


@pytest.mark.parametrize(("fast", "leans"), [(16, True), (17, False), (20, False)])
def test_a_tail_leans_from_half_of_its_line_on(fast: int, leans: bool) -> None:
    """4 slow calls among 20 fast ones and those of one more environment: 44 points less those; half-way is 27.5."""
    new = [[900.0] + [100.0] * count for count in (7, 7, 6, fast)]
    tail = judged([*arm(Arm.BASELINE, [[100.0] * 10] * 3), *arm(Arm.CANDIDATE, new)])[TAIL]

    assert (tail.outcome, tail.bad_count, tail.leans_to_fail) == (Outcome.INCONCLUSIVE, 4, leans)


def test_environments_are_counted_by_version() -> None:
    """The fewer of the two stand in the finding, both in its details."""
    samples = [*arm(Arm.BASELINE, [[100.0] * 3] * 3), *arm(Arm.CANDIDATE, [[100.0] * 3] * 4)]

    for found in judged(samples).values():
        assert found.environment_count == 3
        assert "4 new and 3 old environments" in found.details


def test_a_body_without_environments_rests_on_no_call() -> None:
    """Two environments are no sample: nothing has been measured."""
    body = judged([*arm(Arm.BASELINE, [[100.0] * 9] * 2), *arm(Arm.CANDIDATE, [[300.0] * 9] * 2)])[BODY]

    assert (body.outcome, body.sample_count, body.leans_to_fail) == (Outcome.INCONCLUSIVE, 0, False)
    assert body.inconclusive_because == "too few environments"


def test_calls_that_took_no_time_are_judged() -> None:
    """A log that rounds to whole milliseconds has durations of 0: they are equal."""
    body = judged(both((0.0, 0.0, 0.0), ALIKE))[BODY]

    assert (body.outcome, body.measured) == (Outcome.PASSED, 1.0)


def test_the_lines_of_the_second_stretch() -> None:
    """A quarter of the errors: exp(-z^2/2) is a quarter at z^2 + 2 ln 4, and a point is worth ln(0.97 / 0.90)."""
    assert fail_z(2) == pytest.approx(3.2148, abs=1e-4)
    assert tail_fails_at(2) == pytest.approx(73.508, abs=1e-3)


def test_environments_of_few_calls_are_measured_by_all_calls() -> None:
    """One or two calls are no median of their own; the typical call is that of all, not the fastest one."""
    new = [[10.0] + [100.0] * 9, [100.0], [100.0], [100.0, 100.0]]
    tail = judged([*arm(Arm.BASELINE, [[100.0] * 10] * 3), *arm(Arm.CANDIDATE, new)])[TAIL]

    assert (tail.bad_count, tail.sample_count) == (0, 14)
