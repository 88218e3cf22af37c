"""Rounds of both arms in, where the tail stands out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.warmgate.judge.series import measured
from warmgate.judge.binomial import permutation_p_value
from warmgate.judge.compare.tail import ALLOWED, CHANCE, RULED_OUT, TailStanding, evaluate_tail
from warmgate.judge.derivation import Rule, derive_lines
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
    """What passes is what tells 10 % from 3 % within the calls of eight rounds, the first half as wide."""
    lines = derive_lines(Rule(ALLOWED, RULED_OUT, 150), [10] + [20] * 7)
    old, new = ([rounds(0, 1)[0][:10], *rounds(0, 7)] for _ in range(2))

    looks = [evaluate_tail(old[: look + 1], new[: look + 1], RATIO) for look in range(8)]

    assert [standing.passes_to for standing in looks] == [-1, -1, 0, 0, 0, 0, 0, 0]
    assert [line.passes_to for line in lines] == [-1, -1, 0, 1, 3, 4, 6, 8]


@pytest.mark.parametrize(("slow", "decision"), [(0, True), (2, None), (4, False), (10, False)])
def test_a_tail_is_found_by_its_share(slow: int, decision: bool | None) -> None:
    """None of twenty passes, one in five fails, one in ten is open after five rounds."""
    assert stood(rounds(0), rounds(slow)).decision is decision


def test_the_chance_is_that_of_dealing() -> None:
    """By the calls so far the chance may be smaller; a percentile of old is beyond one more of its own."""
    standing = stood(rounds(0), rounds(4))

    assert standing.chance == pytest.approx(
        permutation_p_value(standing.slow_count, standing.call_count, 0, standing.call_count)
    )
    assert standing.fails_to == pytest.approx(CHANCE * (standing.call_count / 150) ** 3)
    assert standing.chance <= standing.fails_to


def test_a_share_within_the_allowance_is_no_tail() -> None:
    """One call in twenty is less than seven in a hundred, however sure it is that the baseline has none."""
    within = stood(rounds(0, 5), [*rounds(1, 4), *rounds(2, 1)])

    assert (within.decision, within.slow_count, within.chance, within.leans) == (None, 6, 1.0, False)


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


@pytest.mark.parametrize(("slow", "leans"), [(6, False), (7, True)])
def test_it_leans_from_a_chance_of_one_in_a_hundred_on(slow: int, leans: bool) -> None:
    """Beside none of the baseline's 20, 6 of 20 have a chance of 2^-6, 1.6 %, 7 one of 0.8 %."""
    new = measured([[FAR] * slow + [100.0] * (20 - slow)])
    standing = stood([measured([[100.0] * 20])], [new])

    assert (standing.decision, standing.slow_count, standing.leans) == (None, slow, leans)


def test_environments_slow_as_a_whole_hide_no_tail() -> None:
    """Named: one bad environment in both arms is left out, also of what the baseline's percentile rests on."""
    bad = rounds(0, 8, places=(0,))
    tail = [
        [replace(s, duration_ms=FAR) if (s.position + 3 * s.round) % 7 == 1 else s for s in round_] for round_ in bad
    ]

    assert stood(named(bad), named(tail)).decision is False
    assert stood(named(bad), named(bad)).decision is not False


def test_environments_slow_as_a_whole_that_the_baseline_lacks_are_counted() -> None:
    """Named: nine of twenty, of which the baseline has none, are more than chance."""
    assert stood(named(rounds(0, 8)), named(rounds(0, 8, places=tuple(range(9))))).decision is False


def test_no_round_says_nothing() -> None:
    """No call, no slow one, no environment, in neither arm."""
    standing = stood(rounds(0, 1), [])

    assert (standing.decision, standing.chance, standing.leans) == (None, 1.0, False)
    assert (standing.slow_count, standing.call_count, standing.environments) == (0, 0, 0)
    assert (standing.old_slow_count, standing.old_count) == (0, 0)


def test_a_baseline_that_takes_no_time_is_a_scale() -> None:
    """Whatever takes longer than nothing is slow, and what takes nothing is not."""
    new = measured([[0.0] * 17 + [1.0] * 3])
    standing = stood([measured([[0.0] * 20])], [new])

    assert (standing.slow_count, standing.call_count) == (3, 20)
