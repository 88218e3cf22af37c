"""Counts bad calls against a score's two lines, round by round, and says where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from warmgate.judge.binomial import upper_bound
from warmgate.judge.derivation import ScoreLine, derive_line
from warmgate.judge.finding import why_open
from warmgate.judge.score_table import TABLE
from warmgate.judge.wording import points
from warmgate.model.calls import Closed
from warmgate.model.figures import percent
from warmgate.model.verdict import Because

CAPS = (60, 100, 200, 500)
DISCOUNT_ROUNDS = 20
"""A score is divided by 1 + (round - 1) / 20: calls of one environment are not independent."""
SMALLEST_SHARE = 1e-9
STRIKES = 2
"""Bad calls under a limit of few: one alone may be chance."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a score stands at its last look; `decision` is True for PASS, False for FAIL, None while open."""

    decision: bool | None
    score: float
    bad_count: int
    call_count: int
    looks: int
    """How many rounds these figures rest on; a look is taken at the end of each."""
    crossed: bool
    """Whether the score is at or beyond the FAIL line, perhaps from too few environments."""
    exhausted: bool = False
    """Whether another round would go beyond the line's cap: it would not be counted."""

    def leans(self, line: ScoreLine) -> bool:
        """Return whether the score is at least half-way to FAIL."""
        return self.score >= line.fail_at / 2


@lru_cache(maxsize=64)
def line_for(allowed: float, ruled_out: float, cap: int) -> ScoreLine:
    """Return the line of a share and cap: tabled for the usual ones, derived for any other."""
    found = next(
        (line for line in TABLE if (line.allowed, line.ruled_out, line.cap) == (allowed, ruled_out, cap)), None
    )
    return found or derive_line(allowed, ruled_out, cap)


def allowed_share(percentile: float) -> float:
    """Return the share of slow calls that a percentile's limit allows: 0.05 for p95."""
    return min(1 - SMALLEST_SHARE, max(SMALLEST_SHARE, round(1 - percentile, 9)))


def ruled_out_share(allowed: float) -> float:
    """Return the share of slow calls that a PASS rules out: twice what is allowed, less for the large ones."""
    wanted = allowed * 3 if allowed <= 0.01 else min(allowed * 2, allowed + 0.15)
    return round(min(wanted, (1 + allowed) / 2), 10)


def ruled_out_errors(allowed: float) -> float:
    """Return the share of errors that a PASS rules out: 2 % for 0.1 %, 5 % for 1 %, 15 % more for the large ones."""
    return min(round(min(0.02 + (allowed - 0.001) * 10 / 3, allowed + 0.15), 6), (1 + allowed) / 2)


def cap_for(calls: int) -> int:
    """Return the smallest tabled cap that holds a number of calls, the largest where none does."""
    return next((cap for cap in CAPS if cap >= calls), CAPS[-1])


def stand(
    rounds: Sequence[Sequence[bool]],
    line: ScoreLine,
    enough_environments: Sequence[bool],
    strict: ScoreLine | None = None,
) -> Standing:
    """Return where a score stands, looked at after each round; bad calls are True.

    A PASS stands at the look that reached it, unless the calls that other checks still ask for go on to FAIL. Rounds
    beyond the cap are not counted: the lines hold for no more calls. The first round always is.

    Args:
        rounds: the calls of each round; their order inside a round does not matter.
        line: weight and lines.
        enough_environments: after each round, whether bad calls came from enough environments to FAIL.
        strict: a line to PASS by instead, with its own weight.
    """
    standing = Standing(None, 0.0, 0, 0, 0, crossed=False)
    passed: Standing | None = None
    widest = 0
    for calls, enough in zip(rounds, enough_environments, strict=True):
        widest = max(widest, len(calls))
        standing = _look(standing, calls, line, strict or line, enough=enough)
        if standing.decision is False:
            return standing
        if standing.decision is True and passed is None:
            passed = standing
        if standing.call_count + widest > line.cap:
            standing = replace(standing, exhausted=True)
            break
    return passed or standing


def _look(before: Standing, calls: Sequence[bool], line: ScoreLine, passing: ScoreLine, *, enough: bool) -> Standing:
    bad, count = before.bad_count + sum(calls), before.call_count + len(calls)
    looks = before.looks + 1
    raw = bad * line.weight - (count - bad)
    # Whole numbers: 55 / 1.1 is not 50 for a computer.
    divisor = DISCOUNT_ROUNDS + looks - 1
    crossed = raw * DISCOUNT_ROUNDS >= line.fail_at * divisor
    decision: bool | None = None
    if crossed and enough:
        decision = False
    elif (bad * passing.weight - (count - bad)) * DISCOUNT_ROUNDS <= passing.pass_at * divisor:
        decision = True
    return Standing(decision, _score(bad, count, line.weight, looks), bad, count, looks, crossed)


def in_words(standing: Standing, line: ScoreLine, strict: ScoreLine | None = None) -> str:
    """Return the score beside the line that it reached, or both lines that it stands between."""
    score = points(standing.score)
    if standing.crossed:
        return f"score {score} >= {line.fail_at:+d}"
    if strict is not None:
        sure = points(_score(standing.bad_count, standing.call_count, strict.weight, standing.looks))
        sign = "<=" if standing.decision else ">"
        return f"score {score} < {line.fail_at:+d}, to certify {sure} {sign} {strict.pass_at:+d}"
    if standing.decision is True:
        return f"score {score} <= {line.pass_at:+d}"
    return f"score {score} between {line.pass_at:+d} and {line.fail_at:+d}"


def _score(bad: int, count: int, weight: int, looks: int) -> float:
    return (bad * weight - (count - bad)) * DISCOUNT_ROUNDS / (DISCOUNT_ROUNDS + looks - 1)


def proven(standing: Standing, line: ScoreLine, word: str) -> str:
    """Return what a standing rules out, in words; a bound of its own only where no line was reached."""
    if standing.decision is True:
        return f"fewer than {percent(line.ruled_out)} {word} (95 % confidence)"
    if standing.decision is False:
        return f"more than {percent(line.allowed)} {word} (99 % confidence)"
    return f"at most {percent(upper_bound(standing.bad_count, standing.call_count))} {word} (95 % confidence)"


def afterwards(standing: Standing, rounds: Sequence[Sequence[bool]]) -> str:
    """Return what the calls after the last look that counted showed, where it would surprise; else nothing."""
    later = [is_bad for calls in rounds[standing.looks :] for is_bad in calls]
    return f"; not counted: {sum(later)} of {len(later)} calls after that" if any(later) else ""


def why_undecided(standing: Standing, closed: Closed | None) -> Because:
    """Return why a score is between its lines."""
    if standing.crossed:
        return Because.TOO_FEW_ENVIRONMENTS
    return Because.CAP if standing.exhausted else why_open(closed)
