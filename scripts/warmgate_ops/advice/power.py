"""How a score ends, exactly: its two lines, looked at after every round, for any true share of bad calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb

from warmgate.judge.derivation import ScoreLine
from warmgate.judge.score import DISCOUNT_ROUNDS

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


def score_ends(
    share: float, line: ScoreLine, rounds: Sequence[int], passing: ScoreLine | None = None, *, strikes: int = 0
) -> Ends:
    """Return how a score ends where calls are bad independently of each other.

    Args:
        share: the true share of bad calls.
        line: weight and lines; calls beyond its cap are not counted.
        rounds: how many calls each round has.
        passing: a stricter line to pass by, as `certify` has.
        strikes: how many bad calls it takes to fail, or to be half-way to it.
    """
    strict = passing or line
    places: dict[int, float] = {0: 1.0}
    failed = passed = 0.0
    count = 0
    for looks, size in enumerate(rounds, start=1):
        if count and count + size > line.cap:
            break
        count += size
        divisor = DISCOUNT_ROUNDS + looks - 1
        reached: defaultdict[int, float] = defaultdict(float)
        for bad_before, chance in places.items():
            for bad_now, of_round in enumerate(_binomial(size, share)):
                bad = bad_before + bad_now
                crossed = (bad * line.weight - (count - bad)) * DISCOUNT_ROUNDS >= line.fail_at * divisor
                if crossed and bad >= strikes:
                    failed += chance * of_round
                elif (bad * strict.weight - (count - bad)) * DISCOUNT_ROUNDS <= strict.pass_at * divisor:
                    passed += chance * of_round
                else:
                    reached[bad] += chance * of_round
        places, last = reached, divisor
    leaning = sum(
        chance
        for bad, chance in places.items()
        if count and bad >= strikes and (bad * line.weight - (count - bad)) * DISCOUNT_ROUNDS / last >= line.fail_at / 2
    )
    return Ends(failed, passed, leaning)


@lru_cache(maxsize=512)
def _binomial(size: int, share: float) -> tuple[float, ...]:
    return tuple(comb(size, bad) * share**bad * (1 - share) ** (size - bad) for bad in range(size + 1))


def clean_calls_to_pass(line: ScoreLine, rounds: Sequence[int]) -> int | None:
    """Return after how many calls without a bad one the score passes, None where the rounds do not suffice."""
    count = 0
    for looks, size in enumerate(rounds, start=1):
        count += size
        if -count * DISCOUNT_ROUNDS <= line.pass_at * (DISCOUNT_ROUNDS + looks - 1):
            return count
    return None


def surely_failed_share(
    line: ScoreLine, rounds: Sequence[int], *, half: bool, passing: ScoreLine | None = None, strikes: int = 0
) -> float | None:
    """Return the smallest share of bad calls, in steps of a tenth of what is allowed, that fails in nine runs of ten.

    Args:
        line: weight and lines.
        rounds: how many calls each round has.
        half: whether a score that is half-way to FAIL counts as failed.
        passing: a stricter line to pass by.
        strikes: how many bad calls it takes.
    """
    share = line.allowed
    while share < 1.0:
        ends = score_ends(share, line, rounds, passing, strikes=strikes)
        if ends.failed + (ends.leaning if half else 0.0) >= SURE:
            return share
        share *= 1.1
    return None
