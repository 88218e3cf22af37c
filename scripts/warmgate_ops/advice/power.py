"""How a count ends, exactly: its lines, looked at after every round, for any true share of bad calls.

Slow calls that are spread evenly over environments and rounds: of those that are not, the judge refuses fewer.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from warmgate.judge.binomial import chances
from warmgate.judge.derivation import PASS_ERROR, Rule
from warmgate.judge.score import looks_within

SURE = 0.90
"""What "surely" means in every sentence: nine runs of ten."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How runs end, as shares of all runs."""

    failed: float
    passed: float
    leaning: float
    """Open at the end, at least half-way to FAIL."""

    @property
    def opened(self) -> float:
        """Return the share that is open at the end, the leaning ones among them."""
        return max(0.0, 1.0 - self.failed - self.passed)


def count_ends(share: float, rule: Rule, rounds: Sequence[int], *, strikes: int = 0) -> Ends:
    """Return how a count ends where calls are bad independently of each other, and no other check goes on.

    Args:
        share: the true share of bad calls.
        rule: what counts are judged by; rounds beyond its cap are not counted.
        rounds: how many calls each round has.
        strikes: how many bad calls it takes to fail, or to be half-way to it.
    """
    looks = looks_within(rule, rounds)
    places = {0: 1.0}
    failed = passed = 0.0
    before = 0
    for look in looks:
        reached: defaultdict[int, float] = defaultdict(float)
        of_round = chances(look.calls - before, share)
        for bad_before, chance in places.items():
            for bad, part in enumerate(of_round, start=bad_before):
                if bad >= max(look.fails_from, strikes):
                    failed += chance * part
                elif bad <= look.passes_to:
                    passed += chance * part
                else:
                    reached[bad] += chance * part
        places, before = reached, look.calls
    half_way = max(strikes, looks[-1].half_way_from) if looks else 1
    return Ends(failed, passed, sum(chance for bad, chance in places.items() if bad >= half_way))


def clean_calls_to_pass(rule: Rule, rounds: Sequence[int]) -> int | None:
    """Return after how many calls without a bad one the count passes, None where the rounds do not suffice."""
    return next((look.calls for look in looks_within(rule, rounds) if look.passes_to >= 0), None)


def clean_calls_needed(rule: Rule) -> int:
    """Return how many calls without a bad one rule out what a PASS rules out, in one look."""
    return math.ceil(math.log(PASS_ERROR) / math.log1p(-rule.ruled_out))


def surely_failed_share(rule: Rule, rounds: Sequence[int], *, half: bool, strikes: int = 0) -> float | None:
    """Return the smallest share of bad calls, in steps of a tenth of what is allowed, that fails in nine runs of ten.

    Args:
        rule: what counts are judged by.
        rounds: how many calls each round has.
        half: whether a count that is half-way to FAIL counts as failed.
        strikes: how many bad calls it takes.
    """
    share = rule.allowed
    while share < 1.0:
        ends = count_ends(share, rule, rounds, strikes=strikes)
        if ends.failed + (ends.leaning if half else 0.0) >= SURE:
            return share
        share *= 1.1
    return None
