"""Derives every line of the judge exactly: no constant is taken on trust.

`derive_lines` is for counts of bad calls, looked at after each round: from which on they refuse, up to which they pass.
`derive_line` is for a score that may be looked at after any call: a bad call adds `weight` points, any other takes one
away.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from warmgate.judge.binomial import chances

FAIL_ERROR = 0.01
"""Of what is exactly at its limit: so much is refused at most, half-way included where counts are judged."""
FAIL_SPENT = 0.005
"""The part of it that counts may fail by, equal for equal numbers of calls; half-way at the end has the rest."""
PASS_ERROR = 0.05
FIRST_PASS = 3
"""Rounds before a count may pass: slowness that comes late would not be seen."""
NEGLIGIBLE = 1e-16
"""Paths less likely than this are not followed; they are counted as both errors, which rounds against ourselves."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What counts are judged by: the share allowed, the one that a PASS rules out, and the most calls that count."""

    allowed: float
    ruled_out: float
    cap: int


@dataclass(frozen=True, slots=True)
class Look:
    """The counts of bad calls that decide at the end of one round."""

    calls: int
    """How many were counted by then."""
    fails_from: int
    """One more than there are calls where none fails."""
    passes_to: int
    """-1 where none passes."""
    half_way_from: int
    """Refuses where no calls follow; never more than `fails_from`."""


def derive_lines(rule: Rule, sizes: Sequence[int]) -> tuple[Look, ...]:
    """Return the lines of each look; those of a look depend on the rounds up to it alone.

    FAIL is the smallest count that 0.5 % of runs at `allowed` reach at most, by `cap` calls and in proportion to the
    calls so far, though a run is watched after a PASS. Half-way is the smallest by which, were this the last look, 1 %
    are refused in all. PASS is the largest that 5 % of runs at `ruled_out` come down to at most, likewise.

    Args:
        rule: the shares, above 0 and below 1.
        sizes: how many calls each round has, in order; the first may be larger than the cap.
    """
    watched, open_, shrinking = [1.0], [1.0], [1.0]
    failed = passed = 0.0
    looks: list[Look] = []
    widest = 0
    for number, (size, calls) in enumerate(zip(sizes, accumulate(sizes), strict=True), start=1):
        widest = max(widest, size)
        spent = min(1.0, calls / rule.cap)
        watched, open_ = (_more(before, chances(size, rule.allowed)) for before in (watched, open_))
        shrinking = _more(shrinking, chances(size, rule.ruled_out))
        fails_from = _fewest(watched, FAIL_SPENT * spent - failed)
        failed += sum(watched[fails_from:])
        may_pass = number >= FIRST_PASS or calls + widest > rule.cap
        passes_to = min(_most(shrinking, PASS_ERROR * spent - passed) if may_pass else -1, fails_from - 1)
        passed += sum(shrinking[: passes_to + 1])
        del watched[fails_from:], open_[fails_from:]
        open_[: passes_to + 1] = [0.0] * min(passes_to + 1, len(open_))
        shrinking[: passes_to + 1] = [0.0] * (passes_to + 1)
        half_way_from = max(_fewest(open_, FAIL_ERROR - failed), passes_to + 1)
        looks.append(Look(calls, fails_from, passes_to, half_way_from))
    return tuple(looks)


def _more(before: Sequence[float], of_round: Sequence[float]) -> list[float]:
    """Return the chances of each count after one more round."""
    after = [0.0] * (len(before) + len(of_round) - 1)
    for count, chance in enumerate(before):
        if chance > NEGLIGIBLE:
            for more, part in enumerate(of_round, start=count):
                after[more] += chance * part
    return after


def _fewest(places: Sequence[float], error: float) -> int:
    """Return the smallest count which, with all above it, has no more than an error."""
    above, count = 0.0, len(places)
    while count and above + places[count - 1] <= error:
        count -= 1
        above += places[count]
    return count


def _most(places: Sequence[float], error: float) -> int:
    """Return the largest count which, with all below it, has no more than an error; -1 where none has."""
    below, count = 0.0, -1
    while count + 1 < len(places) and below + places[count + 1] <= error:
        count += 1
        below += places[count]
    return count


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """Points of a bad call and the two lines of a score for at most `cap` calls."""

    allowed: float
    ruled_out: float
    cap: int
    weight: int
    fail_at: int
    pass_at: int


def derive_line(allowed: float, ruled_out: float, cap: int) -> ScoreLine:
    """Return the line that tells a share `allowed` of bad calls from a share `ruled_out` within `cap` calls."""
    weight = max(1, round(math.log(ruled_out / allowed) / math.log((1 - allowed) / (1 - ruled_out))))
    before, lines = None, (0, -(weight * cap + 1))
    # A nearer PASS takes runs away from FAIL and the other way round: both lines only come nearer, until they stand.
    while lines != before:
        before = lines
        fail_at = _fail_line(allowed, weight, lines[1], cap)
        lines = fail_at, _pass_line(ruled_out, weight, fail_at, cap)
    return ScoreLine(allowed, ruled_out, cap, weight, *lines)


def ends(share: float, weight: int, fail_at: int, pass_at: int, cap: int) -> tuple[float, float]:
    """Return the exact probabilities that a score ends at FAIL and at PASS, looked at after every call."""
    places = {0: 1.0}
    failed = passed = lost = 0.0
    for _ in range(cap):
        reached: defaultdict[int, float] = defaultdict(float)
        for score, chance in places.items():
            if chance < NEGLIGIBLE:
                lost += chance
                continue
            if score + weight >= fail_at:
                failed += chance * share
            else:
                reached[score + weight] += chance * share
            if score - 1 <= pass_at:
                passed += chance * (1 - share)
            else:
                reached[score - 1] += chance * (1 - share)
        places = reached
    return failed + lost, passed + lost


def _fail_line(allowed: float, weight: int, pass_at: int, cap: int) -> int:
    return _smallest(weight * cap, lambda line: ends(allowed, weight, line, pass_at, cap)[0] <= FAIL_ERROR)


def _pass_line(ruled_out: float, weight: int, fail_at: int, cap: int) -> int:
    return -_smallest(cap, lambda line: ends(ruled_out, weight, fail_at, -line, cap)[1] <= PASS_ERROR)


def _smallest(high: int, holds: Callable[[int], bool]) -> int:
    """Return the smallest line that holds, one beyond `high`, out of reach, where none does."""
    low, high = 1, high + 1
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
