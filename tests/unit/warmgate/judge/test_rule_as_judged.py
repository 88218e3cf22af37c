"""What the score errs when it is judged as it is: looks at round ends, divided by rounds, watched after a PASS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import comb
from pathlib import Path

import pytest

from warmgate.judge.derivation import ScoreLine
from warmgate.judge.score import DISCOUNT_ROUNDS, cap_for, line_for, stand
from warmgate.judge.score_table import TABLE

VERDICTS = Path(__file__).parents[4] / "docs" / "explanation" / "verdicts.md"
AT_THE_LIMIT = [(40, 0.09, 4.8), (60, 0.32, 2.97), (100, 0.35, 2.84), (140, 0.14, 1.09), (200, 0.17, 0.64)]
"""Calls, percent of runs that fail at the limit of a p95, and percent that are refused with `half`; 20 a round."""


@dataclass(frozen=True)
class Walk:
    """A score's line, how many calls a round has, how many there are, and the true share of bad ones."""

    line: ScoreLine
    size: int
    calls: int
    share: float

    def over(self, raw: int, looks: int, line_at: float) -> bool:
        """Return whether a divided score is at or beyond a line above 0."""
        return raw * DISCOUNT_ROUNDS >= line_at * (DISCOUNT_ROUNDS + looks - 1)

    def ends(self, *, watched: bool) -> tuple[float, float]:
        """Return the exact chances to fail, and to be undecided at least half-way to it.

        Args:
            watched: whether a score that passed goes on, as it does while another check asks for calls.
        """
        chances = [
            comb(self.size, k) * self.share**k * (1 - self.share) ** (self.size - k) for k in range(self.size + 1)
        ]
        places, failed, looks = {0: 1.0}, 0.0, 0
        while not looks or (looks + 1) * self.size <= self.calls:
            looks += 1
            reached: defaultdict[int, float] = defaultdict(float)
            for bad, chance in places.items():
                for more, odds in enumerate(chances):
                    raw = (bad + more) * (self.line.weight + 1) - looks * self.size
                    if self.over(raw, looks, self.line.fail_at):
                        failed += chance * odds
                    elif watched or not self.over(-raw, looks, -self.line.pass_at):
                        reached[bad + more] += chance * odds
            places = reached
        half_way = sum(
            chance
            for bad, chance in places.items()
            if self.over(bad * (self.line.weight + 1) - looks * self.size, looks, self.line.fail_at / 2)
        )
        return failed, half_way


def courses(calls: int, size: int) -> Iterator[list[tuple[bool, ...]]]:
    """Return every course of bad and good calls, in rounds."""
    for course in product((False, True), repeat=calls):
        yield [course[start : start + size] for start in range(0, calls, size)]


@pytest.mark.parametrize("size", [1, 3, 4])
def test_the_walk_is_the_one_that_the_judge_takes(size: int) -> None:
    """Over every course of 12 calls the judge's own score fails, and leans, as often as the walk says."""
    line = ScoreLine(0.3, 0.6, 12, 2, 5, -4)
    found = [
        (stand(rounds, line, [True] * len(rounds)), 0.3 ** sum(map(sum, rounds)) * 0.7 ** (12 - sum(map(sum, rounds))))
        for rounds in courses(12, size)
    ]
    failed, half_way = Walk(line, size, 12, 0.3).ends(watched=False)
    watched, _ = Walk(line, size, 12, 0.3).ends(watched=True)
    assert sum(chance for standing, chance in found if standing.decision is False) == pytest.approx(watched)
    assert failed < watched
    leaning = sum(chance for standing, chance in found if standing.decision is None and standing.leans(line))
    assert leaning == pytest.approx(half_way)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_rounds_of_few_calls_err_no_more_than_one_percent_though_they_are_watched(size: int) -> None:
    """Many looks fail a release at its limit in at most 1 % of runs too, even where calls go on after a PASS."""
    for line in TABLE:
        if line.cap <= 200:
            assert Walk(line, size, line.cap, line.allowed).ends(watched=True)[0] <= 0.01, line


@pytest.mark.parametrize(("calls", "fails", "refused"), AT_THE_LIMIT)
def test_what_half_adds_at_the_limit_is_told(calls: int, fails: float, refused: float) -> None:
    """The page on verdicts says, for each number of calls, how often a release at its limit is refused."""
    line = line_for(0.05, 0.1, cap_for(calls))
    failed, half_way = Walk(line, 20, calls, 0.05).ends(watched=False)

    assert round(failed * 100, 2) == fails
    assert round((failed + half_way) * 100, 2) == refused
    assert f"| {calls} | {fails:.2f} % | {refused:.2f} % |" in VERDICTS.read_text(encoding="utf-8")
