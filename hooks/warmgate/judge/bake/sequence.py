"""Whether a share has been beyond its limit for the latest parts of a bake, tested as each part ends.

A bake has a known number of parts, and at the end of each one a few windows of latest parts are tested: 4, 8, 16 and so
on. The chance of a wrong stop is divided evenly among all these tests and all checks (alpha spending by Bonferroni's
inequality): the whole bake stays below CHANCE whatever the number of parts, however they depend on one another, and
whenever somebody looks. A short window finds quickly what is much worse, a long one what is a little worse.

A binomial test takes calls for independent. Calls of one moment are not, so a window's counts are divided by how much
more its parts differ than chance explains; and what its two worst parts or one environment did alone stops nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from warmgate.judge.binomial import at_least
from warmgate.judge.environments import FEWEST_ENVIRONMENTS

CHANCE = 0.005
"""Of a stop, in the whole bake, of a release whose shares are exactly at their limits; `live` errs as often."""
REST_CHANCE = 0.01
"""Of what is left without the worst parts, or the worst environments, at the limit."""
SHORTEST = 4
"""Parts of the shortest window."""
WORST_PARTS = 2
"""An outage that is shorter than a part touches so many."""
STRIKES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One part under one check."""

    bad: int
    of: int
    worst: int
    environments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """The window that failed: how many bad calls among how many, in how many parts, and the chance at the limit."""

    part: int
    """The last one, from 1."""
    parts: int
    bad: int
    of: int
    chance: float


def windows_of(part_count: int) -> list[int]:
    """Return the lengths of the windows of a bake with so many parts."""
    lengths = [SHORTEST]
    while lengths[-1] < part_count:
        lengths.append(2 * lengths[-1])
    return lengths


def first_beyond(
    counts: Sequence[Count], allowed: float, *, part_count: int, check_count: int, since: int = 0
) -> Beyond | None:
    """Return the first window that is beyond what is allowed, None where there is none.

    Args:
        counts: of every part so far.
        allowed: the share that may be bad.
        part_count: of the whole bake.
        check_count: among which the chance is shared out.
        since: parts whose end was tested before.
    """
    lengths = windows_of(part_count)
    chance = CHANCE / (part_count * len(lengths) * check_count)
    for end in range(since + 1, len(counts) + 1):
        for length in lengths:
            if length // 2 >= end and length > SHORTEST:
                break
            found = _beyond(counts[max(0, end - length) : end], allowed, chance)
            if found is not None:
                bad, of, reached = found
                return Beyond(part=end, parts=min(length, end), bad=bad, of=of, chance=reached)
    return None


def _beyond(window: Sequence[Count], allowed: float, chance: float) -> tuple[int, int, float] | None:
    bad, of = sum(count.bad for count in window), sum(count.of for count in window)
    if bad < STRIKES or bad <= allowed * of or not window[-1].bad:
        return None
    dispersion = _dispersion(window, bad, of)
    reached = _chance(bad, of, allowed, dispersion)
    if reached > chance or _chance(*_without_worst_parts(window), allowed, dispersion) > REST_CHANCE:
        return None
    rest = sum(c.bad - (c.worst if c.environments >= FEWEST_ENVIRONMENTS else 0) for c in window)
    return None if _chance(rest, of, allowed, dispersion) > REST_CHANCE else (bad, of, reached)


def _chance(bad: int, of: int, allowed: float, dispersion: float) -> float:
    """Return the chance of so many bad calls, were the true share what is allowed and calls worth less than one."""
    # Rounded towards the limit: fewer bad ones among more calls.
    return at_least(floor(bad / dispersion), max(1, -int(-of // dispersion)), allowed) if bad else 1.0


def _dispersion(window: Sequence[Count], bad: int, of: int) -> float:
    """Return how many times more the parts' shares vary than chance explains, 1 at the least (Pearson)."""
    share = bad / of
    if share >= 1:
        return 1.0
    seen = [count for count in window if count.of]
    squares = sum((c.bad - c.of * share) ** 2 / (c.of * share * (1 - share)) for c in seen)
    return max(1.0, squares / (len(seen) - 1)) if len(seen) > 1 else 1.0


def _without_worst_parts(window: Sequence[Count]) -> tuple[int, int]:
    kept = sorted(window, key=lambda count: count.bad)[: max(0, len(window) - WORST_PARTS)]
    return sum(count.bad for count in kept), sum(count.of for count in kept)
