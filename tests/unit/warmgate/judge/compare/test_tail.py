"""Rounds of both arms in, where the tail stands out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.warmgate.judge.series import measured
from warmgate.judge.compare.tail import ALLOWED, FAIL_AT, OK_AT, RULED_OUT, WEIGHT, TailStanding, evaluate_tail
from warmgate.judge.derivation import derive_line
from warmgate.model.calls import Arm, CallOutcome, Sample

RATIO = 1.2
STEADY = [100.0 + i for i in range(20)]
FAR = 900.0


def rounds(slow: int, count: int = 5, *, places: tuple[int, ...] = ()) -> list[list[Sample]]:
    """Return rounds of 20 calls with so many slow ones, in the same environments each time where places are given."""
    found = []
    for number in range(1, count + 1):
        at = places or tuple((number * 7 + i * 3) % 20 for i in range(slow))
        series = [FAR if i in at else ms for i, ms in enumerate(STEADY)]
        found.append(measured([series], round=number))
    return found


def named(listed: list[list[Sample]]) -> list[list[Sample]]:
    """Return rounds whose environments are known: the place in the round."""
    return [[replace(s, environment=str(s.position)) for s in round_] for round_ in listed]


def stood(old: list[list[Sample]], new: list[list[Sample]]) -> TailStanding:
    """Return where the tail stands."""
    return evaluate_tail([[replace(s, arm=Arm.BASELINE) for s in round_] for round_ in old], new, RATIO)


def test_the_lines_are_derived() -> None:
    """Weight and lines are those that tell 3 % from 10 % within 200 calls."""
    line = derive_line(ALLOWED, RULED_OUT, 200)

    assert (line.weight, line.fail_at, line.pass_at) == (WEIGHT, FAIL_AT, OK_AT)


@pytest.mark.parametrize(("slow", "decision"), [(0, True), (2, None), (4, False), (10, False)])
def test_a_tail_is_found_by_its_share(slow: int, decision: bool | None) -> None:
    """None of twenty passes, one in five fails, one in ten is still open after five rounds."""
    assert stood(rounds(0), rounds(slow)).decision is decision


@pytest.mark.parametrize(("count", "decision"), [(1, None), (2, None), (3, False)])
def test_nothing_fails_before_the_third_round(count: int, decision: bool | None) -> None:
    """The limit of two rounds is their second largest value: forty slow calls leave the tail open."""
    assert stood(rounds(0, count), rounds(20, count)).decision is decision


def test_a_slow_path_that_the_baseline_has_too_is_no_worse() -> None:
    """The same share of slow calls in both arms never fails, wherever the percentile falls."""
    for slow in range(1, 8):
        standing = stood(rounds(slow), rounds(slow, 10))

        assert standing.decision is not False
        assert not standing.leans


@pytest.mark.parametrize(("places", "decision"), [((1, 2), None), ((1, 5, 7), None), (tuple(range(9)), False)])
def test_slow_calls_must_come_from_many_environments(places: tuple[int, ...], decision: bool | None) -> None:
    """Two environments that are always slow refuse nothing, nor do three where they are known; nine do."""
    assert stood(named(rounds(0)), named(rounds(0, places=places))).decision is decision


def test_a_time_out_is_slow() -> None:
    """A call without a duration is beyond every limit."""
    ended = [
        [replace(s, outcome=CallOutcome.TIMEOUT, duration_ms=None) if s.position % 4 == 0 else s for s in round_]
        for round_ in rounds(0)
    ]

    assert stood(rounds(0), ended).decision is False


def test_a_probe_that_the_baseline_never_answered_is_not_counted() -> None:
    """Calls without anything to compare with are neither slow nor fast."""
    other = [[replace(s, probe="new") for s in round_] for round_ in rounds(20)]

    assert stood(rounds(0), other).call_count == 0


def test_the_score_is_worth_less_with_each_look() -> None:
    """Forty calls without a slow one are -40 points, and 20/21 of that at the second look."""
    standing = stood(rounds(0, 2), rounds(0, 2))

    assert standing.score == pytest.approx(-40 * 20 / 21)
    assert standing.environments == 0


@pytest.mark.parametrize(("fast", "leans"), [(20, True), (21, False), (28, False)])
def test_it_leans_from_half_of_its_line_on(fast: int, leans: bool) -> None:
    """Three slow calls are 48 points, each fast one takes one away; half-way is 27.5."""
    new = measured([[FAR] * 3 + [100.0] * fast])
    standing = stood([measured([[100.0] * 200])], [new])

    assert (standing.decision, standing.slow_count, standing.leans) == (None, 3, leans)


def test_no_round_says_nothing() -> None:
    """No call, no slow one, no environment, in neither arm."""
    standing = stood(rounds(0, 1), [])

    assert (standing.decision, standing.score, standing.leans) == (None, 0.0, False)
    assert (standing.slow_count, standing.call_count, standing.environments) == (0, 0, 0)
    assert (standing.old_slow_count, standing.old_count) == (0, 0)


def test_a_baseline_that_takes_no_time_is_a_scale() -> None:
    """Whatever takes longer than nothing is slow, and what takes nothing is not."""
    new = measured([[0.0] * 17 + [1.0] * 3])
    standing = stood([measured([[0.0] * 20])], [new])

    assert (standing.slow_count, standing.call_count) == (3, 20)
