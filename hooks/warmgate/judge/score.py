"""Counts bad calls against a score's two lines, round by round, and says where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from warmgate.judge.derivation import ScoreLine, derive_line
from warmgate.judge.score_table import TABLE

CAPS = (60, 100, 200, 500)
DISCOUNT = 0.05
"""A score is divided by 1 + 0.05 (round - 1): calls of one environment are not independent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a score stands after its last look; `decision` is True for PASS, False for FAIL, None while open."""

    decision: bool | None
    score: float
    bad_count: int
    call_count: int
    crossed: bool
    """Whether the FAIL line was reached, perhaps from too few environments."""

    def leans(self, line: ScoreLine) -> bool:
        """Return whether the score is at least half-way to FAIL."""
        return self.score >= line.fail_at / 2


@lru_cache(maxsize=64)
def line_for(allowed: float, ruled_out: float, cap: int) -> ScoreLine:
    """Return the line of a share and cap: tabled for the usual ones, derived for any other."""
    found = next((line for line in TABLE if (line.allowed, line.ruled_out, line.cap) == (allowed, ruled_out, cap)), None)
    return found or derive_line(allowed, ruled_out, cap)


def ruled_out_share(allowed: float) -> float:
    """Return the share of slow calls that a PASS rules out: twice what is allowed, less for the large ones."""
    if allowed <= 0.01:
        return allowed * 3
    return min(allowed * 2, allowed + 0.15)


def ruled_out_errors(allowed: float) -> float:
    """Return the share of errors that a PASS rules out: 2 % for 0.1 %, 5 % for 1 %."""
    return min(0.9, round(allowed + 0.019 + 21 / 9 * (allowed - 0.001), 6))


def cap_within(calls: int) -> int:
    """Return the largest tabled cap that a number of calls can reach, the smallest where none can."""
    return max((cap for cap in CAPS if cap <= calls), default=CAPS[0])


def stand(rounds: Sequence[Sequence[bool]], line: ScoreLine, enough_environments: Sequence[bool]) -> Standing:
    """Return where a score stands, looked at after each round; bad calls are True.

    Args:
        rounds: the calls of each round; their order inside a round does not matter.
        line: weight and lines.
        enough_environments: after each round, whether bad calls came from enough environments to FAIL.
    """
    score, raw, bad, calls, crossed = 0.0, 0, 0, 0, False
    for number, (calls_of_round, enough) in enumerate(zip(rounds, enough_environments, strict=True)):
        slow = sum(calls_of_round)
        bad, calls = bad + slow, calls + len(calls_of_round)
        raw += slow * line.weight - (len(calls_of_round) - slow)
        score = raw / (1 + DISCOUNT * number)
        crossed = score >= line.fail_at
        if crossed and enough:
            return Standing(False, score, bad, calls, crossed)
        if score <= line.pass_at:
            return Standing(True, score, bad, calls, crossed)
    return Standing(None, score, bad, calls, crossed)
