"""The sum over slow live calls: what begins in any round shows, and what is no fault of the release does not."""

from __future__ import annotations

import math

import pytest

from warmgate.judge.live.rounds import LiveCall, LiveRound
from warmgate.judge.live.tail import CALLS_A_STRETCH, FAILS_AT, OTHER, SLOW, fails_at, stand_tail

EARLY = tuple(2.0 * number for number in range(10))


def rounds(
    slow: dict[int, set[int]],
    *,
    old_slow: int = 0,
    began_s: tuple[float, ...] = (),
    ages: int = 50,
    old_count: int = 60,
) -> list[LiveRound]:
    """Return ten rounds of 20 new calls in five environments, three times as long at the given places of each round."""

    def call(name: str, place: int, *, is_slow: bool) -> LiveCall:
        duration = 0.02 * (place * 7 % 11 - 5) / 5 + (math.log(3) if is_slow else 0.0)
        return LiveCall(f"{name} {place % 5}", duration, ages, ended=True)

    return [
        LiveRound(
            tuple(call("old", place, is_slow=place < old_slow) for place in range(old_count)),
            tuple(call("new", place, is_slow=place in slow.get(number, set())) for place in range(20)),
            began_s[number - 1] if began_s else math.inf,
        )
        for number in range(1, 11)
    ]


def from_round(begin: int, places: set[int]) -> dict[int, set[int]]:
    """Return the same slow places for every round from one on."""
    return dict.fromkeys(range(begin, 11), places)


FOUR, ALL = {0, 1, 2, 8}, set(range(20))


@pytest.mark.parametrize("begin", range(2, 11))
def test_a_fault_that_starts_in_any_round_fails_the_stretch(begin: int) -> None:
    """Every call three times as long: its own round shows it, the last one too. From the first on it is the body's."""
    assert stand_tail([], rounds(from_round(begin, ALL)), 1.2, 1, 0.0).decision is False


@pytest.mark.parametrize(("begin", "decision"), [(1, False), (4, False), (7, False), (8, None), (10, True)])
def test_a_slow_path_needs_four_rounds(begin: int, decision: bool | None) -> None:
    """One call in five: too few of them in the last three rounds to be sure, too many for a pass."""
    assert stand_tail([], rounds(from_round(begin, FOUR)), 1.2, 1, 0.0).decision is decision


def test_the_sum_reaches_back_into_the_stretch_before() -> None:
    """What began in its last two rounds is failed by the first rounds of the next."""
    late, after = rounds(from_round(9, FOUR)), rounds(from_round(1, FOUR))
    assert stand_tail([], after[:2], 1.2, 2, 0.0).decision is None
    found = stand_tail(late, after[:2], 1.2, 2, 0.0)
    assert (found.decision, found.slow, found.calls) == (False, 16, 80)


def test_the_line_grows_with_the_calls() -> None:
    """The chances of all looks add up to a bound."""
    assert fails_at(1) == fails_at(1, 20) == FAILS_AT
    assert fails_at(3) == FAILS_AT + 2 * math.log(3)
    assert fails_at(3, 0) == fails_at(2)
    shifts = sum(math.exp(-fails_at(1, calls)) for calls in range(1, 100 * CALLS_A_STRETCH))
    assert shifts < 0.01
    assert (0.03 * math.exp(SLOW) + 0.97 * math.exp(OTHER)) == pytest.approx(1.0)


def test_calls_that_are_slow_for_both_fail_nothing() -> None:
    """A moment that is bad for both versions is a bad moment."""
    assert stand_tail([], rounds(from_round(1, FOUR), old_slow=12), 1.2, 1, 0.0).decision is not False


def test_one_environment_with_slow_calls_fails_nothing() -> None:
    """Three others have one each; without the worst they are few."""
    slow = {number: {0, 5, 10} | ({1} if number == 9 else {2} if number == 10 else set()) for number in range(7, 11)}
    assert stand_tail([], rounds(slow), 1.2, 1, 0.0).decision is not False


@pytest.mark.parametrize(("ages", "decision"), [(0, True), (3, False)])
def test_first_calls_of_an_environment_are_no_slow_ones(ages: int, decision: bool) -> None:
    """A new environment fills caches."""
    both = [
        LiveRound(old.old, new.new, old.began_s)
        for old, new in zip(rounds({}), rounds(from_round(1, FOUR), ages=ages), strict=True)
    ]
    assert (stand_tail([], both, 1.2, 1, 0.0).decision is False) is not decision


@pytest.mark.parametrize(
    ("slow", "fails"),
    [({1: set(range(8)), 2: FOUR, 3: FOUR, 4: {1}}, False), (from_round(6, FOUR), True)],
    ids=["becomes less", "begins later"],
)
def test_slow_calls_that_become_fewer_are_forgiven_in_the_grace(slow: dict[int, set[int]], *, fails: bool) -> None:
    """A cold cache misses less and less; a fault that begins after the shift did is none."""
    assert (stand_tail([], rounds(slow, began_s=EARLY), 1.2, 1, 30.0).decision is False) is fails
    assert stand_tail([], rounds(slow, began_s=EARLY), 1.2, 1, 0.0).decision is False


def test_few_old_calls_tell_no_percentile() -> None:
    """Fifty are needed; the rounds before that are not looked at."""
    assert stand_tail([], rounds(from_round(1, FOUR), old_count=4), 1.2, 1, 0.0).decision is None
    assert stand_tail([], rounds(from_round(1, FOUR), old_count=6), 1.2, 1, 0.0).calls == 40
