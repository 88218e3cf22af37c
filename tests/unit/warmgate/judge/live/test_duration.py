"""Live durations by hand: what z is made of, what the tail's sum is, and what each finding counts."""

from __future__ import annotations

from itertools import chain
from math import exp

import pytest

from unit.warmgate.judge.series import sample
from warmgate.judge.live.body import fail_z
from warmgate.judge.live.duration import BODY, TAIL, judge_live_durations
from warmgate.judge.live.rounds import Stretch, comparable_rounds
from warmgate.judge.live.tail import fails_at
from warmgate.model.calls import Arm, Closed, Sample
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
    rounds = comparable_rounds(Stretch(number=1, samples=tuple(samples), complete=True))
    limit = RatioLimit(statistic="p95", ratio=1.2)
    return {found.check: found for found in judge_live_durations(limit, [], rounds, 1, Closed.PLANNED, 0.0)}


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


def test_the_sum_is_that_of_the_latest_rounds() -> None:
    """12 slow calls of 21 are 12 * 1.204 - 9 * 0.0749 = 13.77; the calm round before them takes nothing away."""
    calm = [*arm(Arm.BASELINE, [[100.0] * 20] * 3), *arm(Arm.CANDIDATE, [[100.0] * 7] * 3)]
    slow = [
        *arm(Arm.BASELINE, [[100.0] * 20] * 3, 2),
        *arm(Arm.CANDIDATE, [[300.0] * 4 + [100.0] * 3] * 3, 2),
    ]
    tail = judged([*calm, *slow])[TAIL]

    assert (tail.outcome, tail.bad_count, tail.sample_count) == (Outcome.FAILED, 12, 20)
    assert tail.details.startswith("sum +13.8 (fails at +11.0)")


def test_a_passed_tail_says_what_it_rules_out() -> None:
    """An open one proves nothing."""
    passed = judged([*chain(*(arm(each, [[100.0] * 6] * 3, number) for each in Arm for number in range(1, 8)))])[TAIL]
    open_ = judged(both(STEADY, ALIKE))[TAIL]

    assert (passed.outcome, open_.outcome) == (Outcome.PASSED, Outcome.INCONCLUSIVE)
    assert (passed.proven, open_.proven) == ("fewer than 10 % beyond 1.2x the old p96 (95 % confidence)", "")


@pytest.mark.parametrize(("fast", "leans"), [(4, True), (6, False)])
def test_a_tail_leans_from_half_of_its_line_on(fast: int, leans: bool) -> None:
    """6 slow calls are 7.22, less 0.0749 for each of 18 + n others: 5.58 with 4 more, 5.43 with 6; half-way is 5.5."""
    slow = [[900.0, *[100.0] * 3]] * 3
    rounds = [
        arm(Arm.BASELINE, [[100.0] * 5] * 20),
        arm(Arm.CANDIDATE, slow),
        arm(Arm.CANDIDATE, [[], [], [], *slow, [100.0] * fast], 2),
    ]
    tail = judged([*chain(*rounds)])[TAIL]

    assert (tail.outcome, tail.bad_count, tail.leans_to_fail) == (Outcome.INCONCLUSIVE, 6, leans)


def test_environments_are_counted_by_version() -> None:
    """The fewer of the two stand in the finding, both in its details."""
    samples = [*arm(Arm.BASELINE, [[100.0] * 3] * 3), *arm(Arm.CANDIDATE, [[100.0] * 3] * 4)]

    for found in judged(samples).values():
        assert found.environment_count == 3
        assert "4 new and 3 old environments" in found.details


def test_a_body_without_environments_says_what_it_saw() -> None:
    """Two environments are no sample: nothing is decided by them."""
    body = judged([*arm(Arm.BASELINE, [[100.0] * 9] * 2), *arm(Arm.CANDIDATE, [[300.0] * 9] * 2)])[BODY]

    assert (body.outcome, body.sample_count, body.leans_to_fail) == (Outcome.INCONCLUSIVE, 18, False)
    assert body.measured == pytest.approx(3.0)
    assert body.inconclusive_because == "too few environments"


def test_calls_that_took_no_time_are_judged() -> None:
    """A log that rounds to whole milliseconds has durations of 0: they are equal."""
    body = judged(both((0.0, 0.0, 0.0), ALIKE))[BODY]

    assert (body.outcome, body.measured) == (Outcome.PASSED, 1.0)


def test_the_lines_of_the_second_stretch() -> None:
    """A quarter of the errors: exp(-z^2/2) is a quarter at z^2 + 2 ln 4, and exp(-s) at s + ln 4."""
    assert fail_z(2) == pytest.approx(3.2148, abs=1e-4)
    assert fails_at(2) == pytest.approx(12.3863, abs=1e-4)


def test_environments_of_few_calls_are_measured_by_all_calls() -> None:
    """One or two calls are no median of their own; the typical call is that of all, not the fastest one."""
    new = [[10.0] + [100.0] * 9, [100.0], [100.0], [100.0, 100.0]]
    tail = judged([*arm(Arm.BASELINE, [[100.0] * 20] * 3), *arm(Arm.CANDIDATE, new)])[TAIL]

    assert (tail.bad_count, tail.sample_count) == (0, 14)
