"""Rounds of both arms in, where the body stands out; the z-score is tied to the textbook's at one round."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.judge.compare.body import FAIL_Z, HALF_WAY_Z, Round, Timing, evaluate_body

RATIO = 1.2
DURATIONS = st.lists(st.floats(min_value=1, max_value=1e4), min_size=3, max_size=12)
ROUNDS = st.lists(st.tuples(DURATIONS, DURATIONS), min_size=1, max_size=5)


def calls(durations: list[float], *, arm: str = "", probe: str = "p") -> list[Timing]:
    """Return calls; with an arm, each runs in an environment of its own."""
    return [Timing(probe, f"{arm}{i}" if arm else None, ms) for i, ms in enumerate(durations)]


def rounds_of(pairs: list[tuple[list[float], list[float]]], *, known: bool = False) -> list[Round]:
    """Return rounds of old and new durations."""
    return [Round(calls(old, arm="o" * known), calls(new, arm="n" * known)) for old, new in pairs]


def drawn(
    seed: int, factor: float = 1.0, *, count: int = 5, spread: float = 0.2
) -> list[tuple[list[float], list[float]]]:
    """Return rounds of 20 against 20 log-normal durations."""
    noise = random.Random(seed)
    return [
        (
            [100 * noise.lognormvariate(0, spread) for _ in range(20)],
            [100 * factor * noise.lognormvariate(0, spread) for _ in range(20)],
        )
        for _ in range(count)
    ]


def textbook_z(old: list[float], new: list[float]) -> float:
    """Return the normal score of Mann and Whitney's U, counted pair by pair, without ties."""
    n, m = len(new), len(old)
    wins = sum(a > b for a in new for b in old)
    return (wins - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_one_round_is_mann_and_whitney_s_test(seed: int, known: bool) -> None:
    """At the first look z is the textbook's, against old stretched by the square root of the ratio."""
    ((old, new),) = drawn(seed, 1.05, count=1)

    standing = evaluate_body(rounds_of([(old, new)], known=known), RATIO)

    assert standing.z == pytest.approx(textbook_z([ms * math.sqrt(RATIO) for ms in old], new))
    assert standing.slower_share == pytest.approx(sum(a > b for a in new for b in old) / 400)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("factor", "decision"), [(0.7, True), (1.0, True), (1.5, False), (3.0, False)])
def test_clear_cases_are_decided(factor: float, decision: bool, known: bool) -> None:
    """No slower is True, clearly slower is False, with environments known or not."""
    standing = evaluate_body(rounds_of(drawn(1, factor), known=known), RATIO)

    assert standing.decision is decision


def test_slow_environments_do_not_count_once_a_round() -> None:
    """Five rounds of the same twelve slow and eight fast environments prove less than a hundred independent calls."""
    speeds = random.Random(3)
    old = [100 * speeds.lognormvariate(0, 0.3) for _ in range(20)]
    new = [130 * speeds.lognormvariate(0, 0.3) for _ in range(20)]
    repeated = [(list(old), list(new)) for _ in range(5)]

    once = evaluate_body(rounds_of(repeated[:1], known=True), RATIO)
    known = evaluate_body(rounds_of(repeated, known=True), RATIO)
    unknown = evaluate_body(rounds_of(repeated), RATIO)

    assert known.z == pytest.approx(once.z)
    assert once.z < unknown.z < 1.6 * once.z


def test_a_slow_round_slows_both_arms() -> None:
    """Rounds that take one to five times as long change nothing: calls are ranked within their round."""
    plain = drawn(5, 1.1)
    stretched = [([ms * i for ms in old], [ms * i for ms in new]) for i, (old, new) in enumerate(plain, start=1)]

    z, z_stretched = (evaluate_body(rounds_of(pairs), RATIO).z for pairs in (plain, stretched))

    assert z_stretched == pytest.approx(z)


def test_probes_are_ranked_apart() -> None:
    """A probe that takes fifty times as long as another says as much as it does alone."""
    ((old, new),) = drawn(2, 1.5, count=1)
    other = [replace(call, probe="q", duration_ms=call.duration_ms * 50) for call in (*calls(old), *calls(new))]
    both = Round(calls(old) + other[:20], calls(new) + other[20:])

    alone = evaluate_body(rounds_of([(old, new)]), RATIO).z

    assert evaluate_body([both], RATIO).z == pytest.approx(alone * math.sqrt(2))


def test_a_certain_but_small_slowdown_stays_open() -> None:
    """A high z alone refuses nothing: 15 % slower is sure after five narrow rounds, and not beyond 1.2 times."""
    standing = evaluate_body(rounds_of(drawn(4, 1.15, spread=0.02)), RATIO)

    assert standing.z >= FAIL_Z
    assert standing.decision is not False
    assert not standing.leans


@pytest.mark.parametrize(
    ("seed", "factor", "count", "leans"),
    [(3, 1.4, 1, True), (9, 1.3, 1, True), (4, 1.35, 4, True), (5, 1.35, 1, False), (5, 1.4, 3, False)],
)
def test_half_way_needs_the_candidate_beyond_the_limit(seed: int, factor: float, count: int, leans: bool) -> None:
    """An undecided body leans where the candidate is clearly beyond the limit, or its latest rounds are as well."""
    standing = evaluate_body(rounds_of(drawn(seed, factor, count=count, spread=0.3), known=True), RATIO)

    assert standing.z >= HALF_WAY_Z
    assert (standing.decision, standing.leans) == (None, leans)


def test_a_call_that_never_ended_is_the_slowest() -> None:
    """Time-outs without a duration rank above every call, and break no figure."""
    standing = evaluate_body(rounds_of([([10.0] * 20, [math.inf] * 20)]), RATIO)

    assert (standing.decision, standing.median_ratio) == (False, math.inf)


def test_no_round_of_both_arms_decides_nothing() -> None:
    """Without a shared round there is nothing to compare."""
    assert evaluate_body([], RATIO).decision is None


@given(pairs=ROUNDS, factor=st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_scaling_both_arms_changes_nothing(pairs: list[tuple[list[float], list[float]]], factor: float) -> None:
    """A function that is slower in both versions compares as before."""
    scaled = [([ms * factor for ms in old], [ms * factor for ms in new]) for old, new in pairs]

    assert evaluate_body(rounds_of(scaled), RATIO) == evaluate_body(rounds_of(pairs), RATIO)


@given(pairs=ROUNDS, seed=st.integers(0, 99))
def test_the_order_inside_a_round_changes_nothing(pairs: list[tuple[list[float], list[float]]], seed: int) -> None:
    """Dispatch order inside a round is no evidence."""
    shuffle = random.Random(seed)
    mixed = [(shuffle.sample(old, len(old)), shuffle.sample(new, len(new))) for old, new in pairs]
    plain, other = (evaluate_body(rounds_of(p), RATIO) for p in (pairs, mixed))

    assert other.z == pytest.approx(plain.z)
    assert other.decision is plain.decision


@given(pairs=ROUNDS)
def test_exchanging_the_arms_turns_the_sign(pairs: list[tuple[list[float], list[float]]]) -> None:
    """With an allowed ratio of one, new against old is the mirror of old against new."""
    turned = [(new, old) for old, new in pairs]

    z, mirrored = (evaluate_body(rounds_of(p)[:1], 1.0).z for p in (pairs, turned))

    assert mirrored == pytest.approx(-z)


@pytest.mark.parametrize(
    ("rounds", "z"),
    [
        ([([1, 2], [3, 4])], 1.5492),
        ([([1, 2], [3, 4]), ([1, 2], [3, 4])], 1.7693),
        ([([1, 2], [3, 4]), ([2, 3], [1, 4])], 1.0290),
    ],
)
def test_rounds_that_repeat_each_other_count_less_than_twice(
    rounds: list[tuple[list[float], list[float]]], z: float
) -> None:
    """By hand: dealing gives 0.4 / sqrt(1/15); unknown environments are taken to share 30 %, as two rounds would."""
    assert evaluate_body(rounds_of(rounds), 1.0).z == pytest.approx(z, abs=1e-4)


SLOWER, UNDONE = ([1.0, 2, 3, 4, 5], [6.0, 7, 8, 9, 10]), ([6.0, 7, 8, 9, 10], [1.0, 2, 3, 4, 11])


@pytest.mark.parametrize(
    ("factors", "fails_at"),
    [([1.3, 1.25, 1.1, 1.05, 1.05], None), ([1.28] * 5, 4), ([1.28, 1.25, 1.2, 1.05, 1.3, 1.3], 5), ([1.5], 1)],
)
def test_a_version_that_settles_is_given_its_rounds(factors: list[float], fails_at: int | None) -> None:
    """Near the limit the latest two rounds must be beyond it alone; clearly beyond it one round is enough."""
    pairs = [drawn(seed, factor, count=1, spread=0.05)[0] for seed, factor in enumerate(factors)]
    rounds = rounds_of([(old * 2, new * 2) for old, new in pairs])

    decisions = [evaluate_body(rounds[:look], RATIO).decision for look in range(1, len(rounds) + 1)]

    assert (decisions.index(False) + 1 if False in decisions else None) == fails_at


@pytest.mark.parametrize("by_p95", [False, True])
def test_the_last_look_says_whether_it_leans(by_p95: bool) -> None:
    """What the first round showed is half-way to FAIL, and is undone by the second."""
    first, both = (evaluate_body(rounds_of(seen), 1.0, by_p95=by_p95) for seen in ([SLOWER], [SLOWER, UNDONE]))

    assert (first.decision, first.leans, both.decision, both.leans) == (None, True, None, False)
    assert both.p95_ratio > 1


def test_no_round_says_nothing() -> None:
    """Equal medians, equal chances, no call."""
    found = evaluate_body([], RATIO)

    assert (found.decision, found.z, found.leans, found.call_count) == (None, 0.0, False, 0)
    assert (found.median_ratio, found.p95_ratio, found.slower_share) == (1.0, 1.0, 0.5)


def test_calls_of_less_than_a_millisecond_have_a_ratio() -> None:
    """Lambda reports hundredths of a millisecond."""
    found = evaluate_body(rounds_of([([0.5] * 20, [0.75] * 20)]), 2.0)

    assert (found.median_ratio, found.p95_ratio) == (1.5, 1.5)
