"""What the count errs when it is judged as it is: looks at round ends, watched after a PASS, half-way at the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import pytest

from unit.warmgate.judge.test_derivation import walked
from warmgate.judge.derivation import Rule
from warmgate.judge.score import cap_for, looks_within, stand
from warmgate_ops.advice.power import count_ends

VERDICTS = Path(__file__).parents[4] / "docs" / "explanation" / "verdicts.md"
CALLS = (40, 60, 100, 140, 200)


def courses(calls: int, size: int) -> Iterator[list[tuple[bool, ...]]]:
    """Return every course of bad and good calls, in rounds."""
    for course in product((False, True), repeat=calls):
        yield [course[start : start + size] for start in range(0, calls, size)]


@pytest.mark.parametrize("size", [1, 3, 4])
def test_the_walk_is_the_one_that_the_judge_takes(size: int) -> None:
    """Over every course of 12 calls the judge's own count fails, and leans, as often as the walk says."""
    rule = Rule(0.1, 0.5, 12)
    found = [
        (stand(rounds, rule, [True] * len(rounds)), 0.1 ** sum(map(sum, rounds)) * 0.9 ** (12 - sum(map(sum, rounds))))
        for rounds in courses(12, size)
    ]
    failed, _, half_way = walked(looks_within(rule, [size] * (12 // size)), 0.1)

    assert sum(chance for standing, chance in found if standing.decision is False) == pytest.approx(failed)
    assert sum(chance for standing, chance in found if standing.leans) == pytest.approx(half_way)
    assert 0 < failed <= 0.005
    assert failed + half_way <= 0.01


@pytest.mark.parametrize("calls", CALLS)
def test_what_is_refused_is_told(calls: int) -> None:
    """The page on verdicts says what refuses after so many calls, and how often it does at 5, 10, 15 and 20 %."""
    rule = Rule(0.05, 0.1, cap_for(calls))
    rounds = [20] * (calls // 20)
    ends = [count_ends(share, rule, rounds) for share in (0.05, 0.10, 0.15, 0.20)]
    last = looks_within(rule, rounds)[-1]
    counts = f"| {calls} | {min(last.half_way_from, last.fails_from)} |"

    assert ends[0].failed + ends[0].leaning <= 0.01
    shown = " ".join(f"{(each.failed + each.leaning) * 100:.{2 if each is ends[0] else 1}f} % |" for each in ends)
    assert f"{counts} {shown}" in VERDICTS.read_text(encoding="utf-8")


@pytest.mark.parametrize("share", [0.10, 0.20])
@pytest.mark.parametrize("calls", CALLS)
def test_spread_evenly_the_judge_refuses_as_much_as_is_told(calls: int, share: float) -> None:
    """Played two thousand times, its own count, worst rounds left out, stays within four points of the exact power."""
    random, runs, rule = Random(f"{calls} {share}"), 2000, Rule(0.05, 0.1, cap_for(calls))
    refused = 0
    for _ in range(runs):
        rounds = [[random.random() < share for _ in range(20)] for _ in range(calls // 20)]
        standing = stand(rounds, rule, [True] * len(rounds), lasting=True)
        refused += standing.decision is False or standing.leans
    ends = count_ends(share, rule, [20] * (calls // 20))

    assert refused / runs == pytest.approx(ends.failed + ends.leaning, abs=0.04)


@pytest.mark.slow
@pytest.mark.parametrize(("slow", "most"), [(0.264, 0.01), (0.80, 1.0)])
def test_storms_of_single_rounds_are_not_slowness(slow: float, most: float) -> None:
    """15 % of rounds with 26.4 % of slow calls, 4 % in all, refuse 1 % at most; rounds of 80 % are no moment."""
    random, runs, refused = Random("storms"), 5000, 0
    for _ in range(runs):
        shares = [slow if random.random() < 0.15 else 0.0002 for _ in range(10)]
        rounds = [[random.random() < share for _ in range(20)] for share in shares]
        looks = [stand(rounds[:n], Rule(0.05, 0.1, 200), [True] * n, lasting=True) for n in range(1, 11)]
        standing = next((look for look in looks if look.decision is not None), looks[-1])
        refused += standing.decision is False or standing.leans

    assert refused <= most * runs
    assert slow < 0.5 or refused > 0.2 * runs
