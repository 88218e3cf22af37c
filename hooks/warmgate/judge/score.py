"""Counts bad calls against the lines of their looks, round by round, and says where the count stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from warmgate.judge.binomial import upper_bound
from warmgate.judge.derivation import Look, Rule, derive_lines
from warmgate.judge.finding import why_open
from warmgate.model.calls import Closed
from warmgate.model.figures import percent
from warmgate.model.verdict import Because

CAPS = (20, 40, 60, 100, 200, 300, 500)
SMALLEST_SHARE = 1e-9
STRIKES = 2
"""Bad calls under a limit of few: one alone may be chance."""
OUTSIDE = 0.1
"""Of the bad calls that a line asks for, so many lie outside the worst rounds: a bad moment ends, slowness does not."""
ROUND_SHARE, WHOLE_SHARE = 0.6, 0.4
"""A round so bad speaks for itself, and so do two rounds or more that are so bad as a whole."""
ROUNDING = 1e-9
FEW_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a count stands at its last look; `decision` is True for PASS, False for FAIL, None while open."""

    decision: bool | None
    bad_count: int
    call_count: int
    looks: int
    """How many rounds these figures rest on; a look is taken at the end of each."""
    look: Look
    """The lines of the last of them."""
    enough: bool = True
    """Whether the bad calls came from environments enough to refuse."""
    leans: bool = False
    """Whether it is open, and at least half-way to FAIL."""
    exhausted: bool = False
    """Whether another round would go beyond the rule's cap: it would not be counted."""

    @property
    def crossed(self) -> bool:
        """Return whether the count is at or beyond the FAIL line, perhaps from too few environments or rounds."""
        return self.bad_count >= self.look.fails_from


NOWHERE = Standing(None, 0, 0, 0, Look(0, 1, -1, 1))


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
    """Return the smallest cap that holds a number of calls, the largest where none does."""
    return next((cap for cap in CAPS if cap >= calls), CAPS[-1])


_lines_of = lru_cache(maxsize=256)(derive_lines)
"""Every look at a run asks again for the lines of those before it."""


def stand(
    rounds: Sequence[Sequence[bool]],
    rule: Rule,
    enough_environments: Sequence[bool],
    *,
    struck: Sequence[bool] = (),
    lasting: bool = False,
) -> Standing:
    """Return where a count stands, looked at after each round; bad calls are True.

    A PASS stands at the look that reached it, unless the calls that other checks still ask for go on to FAIL. Rounds
    beyond the cap are not counted: the lines hold for no more calls. The first round always is.

    Args:
        rounds: the calls of each round; their order inside a round does not matter.
        rule: what is allowed, what a PASS rules out, and for how many calls.
        enough_environments: after each round, whether bad calls came from enough environments to refuse.
        struck: after each round, whether there were bad calls enough to FAIL; always where it is empty.
        lasting: whether to refuse only what is no bad moment of few rounds.
    """
    looks = looks_within(rule, [len(calls) for calls in rounds])
    bad = [sum(calls) for calls in rounds[: len(looks)]]
    sizes = [len(calls) for calls in rounds[: len(looks)]]
    standing, passed = NOWHERE, None
    for place, (look, count) in enumerate(zip(looks, accumulate(bad), strict=True)):
        standing = Standing(None, count, look.calls, place + 1, look, enough_environments[place])
        lasts = not lasting or _lasts(bad[: place + 1], sizes[: place + 1], look.fails_from, rule)
        if standing.crossed and standing.enough and lasts and (not struck or struck[place]):
            return replace(standing, decision=False)
        if count <= look.passes_to and passed is None:
            passed = replace(standing, decision=True)
    if passed is not None or not looks:
        return passed or standing
    half_way = standing.look.half_way_from
    lasts = not lasting or _lasts(bad, sizes, half_way, rule, last=True)
    leans = standing.bad_count >= half_way and standing.enough and lasts
    return replace(standing, leans=leans, exhausted=standing.call_count + max(sizes) > rule.cap)


def looks_within(rule: Rule, sizes: Sequence[int]) -> tuple[Look, ...]:
    """Return the looks that are taken at rounds of some sizes, up to the one after which the next may pass the cap."""
    calls = widest = 0
    for number, size in enumerate(sizes, start=1):
        calls, widest = calls + size, max(widest, size)
        if calls + widest > rule.cap:
            return _lines_of(rule, tuple(sizes[:number]))
    return _lines_of(rule, tuple(sizes))


def _lasts(bad: Sequence[int], sizes: Sequence[int], wanted: int, rule: Rule, *, last: bool = False) -> bool:
    """Return whether bad calls are those of more than a few rounds; more of them never make it less so.

    The worst rounds, half of all and one, are left out: the others hold a tenth of what the line asks for. Where one or
    two rounds are all that there will be, one counts. A round bad enough speaks for itself, as do all together.
    """
    worst = len(bad) - 1 if last and len(bad) <= FEW_ROUNDS else min(len(bad) // 2 + 1, math.ceil(wanted / 3))
    if sum(sorted(bad, reverse=True)[worst:]) >= max(1, OUTSIDE * wanted):
        return True
    # Where much is allowed, more than these shares is as little of a surprise as a tenth is under a p95.
    alone = max(ROUND_SHARE, (1 + rule.allowed) / 2) - ROUNDING
    if any(count >= alone * size and 2 * count >= wanted for count, size in zip(bad, sizes, strict=True)):
        return True
    whole = max(WHOLE_SHARE, (1 + 3 * rule.allowed) / 4) - ROUNDING
    return len(bad) > 1 and sum(bad) >= whole * sum(sizes)


def in_words(standing: Standing) -> str:
    """Return the count's lines: the one that it reached, or those that it stands between."""
    look = standing.look
    of = f"of {look.calls}"
    if standing.crossed:
        if standing.decision is False or not standing.enough:
            return f"{look.fails_from} {of} or more fail"
        return f"{look.fails_from} {of} or more fail, but not those of a few rounds alone"
    if standing.decision is True:
        return f"{look.passes_to} {of} or fewer pass"
    lines = [f"{look.passes_to} or fewer pass"] if look.passes_to >= 0 else []
    lines += [f"{look.half_way_from} or more are half-way to failed"] if look.half_way_from < look.fails_from else []
    lines += [f"{look.fails_from} or more fail"] if look.fails_from <= look.calls else []
    return f"{of}, {', '.join(lines)}" if lines else f"{of}, no count decides"


def proven(standing: Standing, rule: Rule, word: str) -> str:
    """Return what a standing rules out, in words; a bound of its own only where no line was reached."""
    if standing.decision is True:
        return f"fewer than {percent(rule.ruled_out)} {word} (95 % confidence)"
    if standing.decision is False:
        return f"more than {percent(rule.allowed)} {word} (99 % confidence)"
    return f"at most {percent(upper_bound(standing.bad_count, standing.call_count))} {word} (95 % confidence)"


def afterwards(standing: Standing, rounds: Sequence[Sequence[bool]]) -> str:
    """Return what the calls after the last look that counted showed, where it would surprise; else nothing."""
    later = [is_bad for calls in rounds[standing.looks :] for is_bad in calls]
    return f"; not counted: {sum(later)} of {len(later)} calls after that" if any(later) else ""


def why_undecided(standing: Standing, closed: Closed | None) -> Because:
    """Return why a count is between its lines."""
    if standing.crossed and not standing.enough:
        return Because.TOO_FEW_ENVIRONMENTS
    return Because.CAP if standing.exhausted else why_open(closed)
