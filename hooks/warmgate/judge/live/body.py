"""The typical live call, old against new, where each version runs in a few environments of its own.

Our own calls meet twenty environments of each arm; live traffic of a small share may meet three. So environments are
not dealt out but taken as a sample each: the difference of the arms is weighed against how much environments differ
(a random-effects mean). After every round the latest rounds are looked at, few of them and many: a slowness that begins
late is not diluted by what was before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt

from warmgate.judge.environments import FEWEST_ENVIRONMENTS
from warmgate.judge.live.fading import LEAST_SPREAD, QUARTILES, Course, course_of
from warmgate.judge.live.rounds import FEWEST_CALLS, SETTLED, LiveCall, LiveRound
from warmgate.judge.quantile import quantile

FAIL_Z, OK_Z = 2.75, -2.12
"""Pocock's for five looks of a stretch: 1 % and 5 %."""
WIDTHS = (3, 5, 10, 20)
"""Rounds that a look reads back."""
BEYOND_CACHES = 2.0
"""Times the limit: what is slower than that from its first call on is stopped at once."""
MEDIAN_NOISE = 1.57
"""Variance of a median against that of a mean, for the normal distribution (pi / 2)."""


@dataclass(frozen=True, slots=True)
class Body:
    """Where the typical call stands; `decision` is True for no slower, False for slower, None while open."""

    decision: bool | None = None
    z: float = 0.0
    ratio: float = 1.0
    calls: int = 0
    leans: bool = False
    enough: bool = False
    """Whether there were settled calls of three environments of each version."""
    course: Course | None = None
    """Over the rounds so far."""


def fail_z(stretch: int) -> float:
    """Return the FAIL line of the n-th stretch: it may err 1/n^2 times as often as the first.

    A normal tail falls like exp(-z^2/2); the sum of 1/n^2 is 1.64, however long the watch lasts.
    """
    return sqrt(FAIL_Z * FAIL_Z + 4 * log(stretch))


def stand_body(
    before: Sequence[LiveRound], rounds: Sequence[LiveRound], ratio: float, stretch: int, grace_s: float
) -> Body:
    """Return where the body stands: failed at the first look that fails it, else where the last look leaves it.

    Args:
        before: the rounds of the stretch before, into which a look may reach back.
        rounds: those of the stretch.
        ratio: the allowed one.
        stretch: its number, from 1.
        grace_s: a slowness that began with the shift and fades is forgiven for so long.
    """
    seen, line = [*before, *rounds], fail_z(stretch)
    looks: list[Body] = []
    for end in range(len(before) + 1, len(seen) + 1):
        looks = []
        for begin in dict.fromkeys(max(0, end - width) for width in WIDTHS):
            if end < len(seen) and not _suspicious(seen[begin:end], ratio):
                continue
            look = _beyond_caches(seen[begin:end], ratio, line)
            if look is not None:
                return look
            look = _compared(seen[begin:end], ratio, line)
            if (look.decision is False or look.leans) and seen[begin].began_s < grace_s:
                course = course_of(seen[:end])
                if course is None or not course.stays(grace_s):
                    look = replace(look, decision=None, leans=False)
            if look.decision is False:
                return replace(look, course=course_of(seen[begin:end]))
            looks.append(look)
    return _open(looks, rounds, ratio, line, grace_s)


def _open(looks: Sequence[Body], rounds: Sequence[LiveRound], ratio: float, line: float, grace_s: float) -> Body:
    """Return where the stretch stands that no look has failed."""
    whole = _compared(rounds, ratio, line)
    after = [round_ for round_ in rounds if round_.began_s >= grace_s]
    if whole.decision is not True and 0 < len(after) < len(rounds):
        later = _compared(after, ratio, line)
        whole = later if later.enough else whole
    leaning = next((look for look in looks if look.leans), None)
    decision = True if whole.decision and leaning is None else None
    leans = leaning is not None
    return replace(whole, decision=decision, leans=leans, course=course_of(rounds))


def _beyond_caches(rounds: Sequence[LiveRound], ratio: float, line: float) -> Body | None:
    """Return the comparison of some rounds' calls where they are so slow that no cold cache is forgiven."""
    look = _compared(rounds, BEYOND_CACHES * ratio, line, oldest=1)
    return look if look.decision is False else None


def _compared(rounds: Sequence[LiveRound], ratio: float, line: float, oldest: int = SETTLED) -> Body:
    """Return the comparison of some rounds' calls, of environments that had taken so many before."""
    old, new = ([c for r in rounds for c in calls(r) if c.age >= oldest] for calls in (_old, _new))
    arms = [_by_environment(calls) for calls in (old, new)]
    if min(len(arm) for arm in arms) < FEWEST_ENVIRONMENTS:
        return Body(calls=len(new), ratio=_ratio(old, new))
    noise = _call_variance(arms)
    spread = max(LEAST_SPREAD**2, _between_variance(arms, noise))
    (old_mean, old_variance), (new_mean, new_variance) = (_weighted(arm, spread, noise) for arm in arms)
    difference, error = new_mean - old_mean, sqrt(old_variance + new_variance)
    z, z_beyond = (difference - log(ratio) / 2) / error, (difference - log(ratio)) / error
    beyond = difference > log(ratio)
    decision = False if z >= line and beyond else True if z_beyond <= OK_Z else None
    leans = decision is None and beyond and z >= line / sqrt(2)
    return Body(decision, z, exp(difference), len(new), leans=leans, enough=True)


def _suspicious(rounds: Sequence[LiveRound], ratio: float) -> bool:
    """Return whether a look back may fail: environments weigh otherwise than calls, but not that much."""
    new = [call.log_ms for round_ in rounds for call in round_.new]
    return bool(new) and quantile(new, 0.5) > log(ratio) / 2


def _old(round_: LiveRound) -> tuple[LiveCall, ...]:
    return round_.old


def _new(round_: LiveRound) -> tuple[LiveCall, ...]:
    return round_.new


def _ratio(old: Sequence[LiveCall], new: Sequence[LiveCall]) -> float:
    """Return the ratio of the medians of calls, for who reads why nothing was decided."""
    if not old or not new:
        return 1.0
    return exp(quantile([call.log_ms for call in new], 0.5) - quantile([call.log_ms for call in old], 0.5))


def _by_environment(calls: Sequence[LiveCall]) -> list[list[float]]:
    """Return the logarithms of durations by environment, where it has enough for a median."""
    found: dict[str | None, list[float]] = {}
    for call in calls:
        found.setdefault(call.environment, []).append(call.log_ms)
    return [values for values in found.values() if len(values) >= FEWEST_CALLS]


def _call_variance(arms: Sequence[Sequence[Sequence[float]]]) -> float:
    """Return the variance of calls around the median of their environment, by quartiles: a tail does not move it."""
    centred: list[float] = []
    for arm in arms:
        for values in arm:
            centre = quantile(values, 0.5)
            centred += [value - centre for value in values]
    return ((quantile(centred, 0.75) - quantile(centred, 0.25)) / QUARTILES) ** 2


def _between_variance(arms: Sequence[Sequence[Sequence[float]]], noise: float) -> float:
    """Return how much medians of environments of one arm vary beyond what the noise of calls explains."""
    squares = freedom = 0.0
    for arm in arms:
        medians = [quantile(values, 0.5) for values in arm]
        centre = sum(medians) / len(medians)
        expected = sum(MEDIAN_NOISE * noise / len(values) for values in arm) / len(arm)
        squares += sum((value - centre) ** 2 for value in medians) - (len(arm) - 1) * expected
        freedom += len(arm) - 1
    return max(0.0, squares / freedom)


def _weighted(arm: Sequence[Sequence[float]], spread: float, noise: float) -> tuple[float, float]:
    """Return the random-effects mean of an arm's environments and its variance."""
    weights = [1 / (spread + MEDIAN_NOISE * noise / len(values)) for values in arm]
    total = sum(weights)
    mean = sum(weight * quantile(values, 0.5) for weight, values in zip(weights, arm, strict=True)) / total
    return mean, 1 / total
