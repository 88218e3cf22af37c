"""The rules of other tools and of textbooks, each as its own documents state it; an interval is one round of calls.

Relative forms compare with the old version's calls of the same rounds, and count the calls of both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.gatebench.ours import ALLOWED_RATIO, Decision
from support.traffic.generators import Recording
from warmgate.judge.binomial import at_least

Z_98 = 2.3263
"""Two-sided 98 %."""
Z_95 = 1.9600
Durations = Sequence[Sequence[float]]
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Peer:
    """A rule by name, with its absolute form, its relative form, or both."""

    name: str
    absolute: Callable[[Durations, float], Decision] | None
    relative: Callable[[Durations, Durations], Decision] | None


def p95(values: Sequence[float]) -> float:
    """Return the p95 as the tools print it, interpolated between neighbours (type 7)."""
    ordered = sorted(values)
    place = 0.95 * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def durations(rounds: Recording) -> tuple[list[list[float]], list[list[float]]]:
    """Return the durations of both arms by round."""
    old = [[call.duration_ms for call in round_] for round_ in rounds.old]
    return old, [[call.duration_ms for call in round_] for round_ in rounds.new]


def _first(rounds: Durations, count: int) -> list[float]:
    return [value for round_ in rounds for value in round_][:count]


def _plain(count: int) -> Peer:
    """A percentile of n calls against its limit: iter8's rule, and most scripts'."""
    return Peer(
        f"plain p95, n={count}",
        lambda new, limit: Decision(p95(_first(new, count)) > limit, count),
        lambda old, new: Decision(p95(_first(new, count)) > ALLOWED_RATIO * p95(_first(old, count)), 2 * count),
    )


def _counted(new: Durations, bad: Sequence[bool], good_needed: int, threshold: int, calls_each: int) -> Decision:
    """Flagger's loop: a failed check adds one, `threshold` of them roll back, `good_needed` good ones promote."""
    good = failed = calls = 0
    for round_, is_bad in zip(new, bad, strict=True):
        calls += len(round_) * calls_each
        failed, good = failed + is_bad, good + (not is_bad)
        if failed >= threshold or good >= good_needed:
            break
    return Decision(failed >= threshold, calls, failed < threshold and good < good_needed)


def _bad(new: Durations, limits: Sequence[float]) -> list[bool]:
    return [p95(round_) > limit for round_, limit in zip(new, limits, strict=True)]


def _ratio_limits(old: Durations) -> list[float]:
    return [ALLOWED_RATIO * p95(round_) for round_ in old]


def _flagger(good: int, threshold: int) -> Peer:
    return Peer(
        f"Flagger, {good} good / threshold {threshold}",
        lambda new, limit: _counted(new, _bad(new, [limit] * len(new)), good, threshold, 1),
        lambda old, new: _counted(new, _bad(new, _ratio_limits(old)), good, threshold, 2),
    )


def _argo(count: int, failure_limit: int) -> Peer:
    """Argo Rollouts: `count` measurements; more failed ones than `failureLimit` fail the analysis at once."""

    def decide(new: Durations, bad: Sequence[bool], calls_each: int) -> Decision:
        failed = calls = 0
        for round_, is_bad in list(zip(new, bad, strict=True))[:count]:
            calls += len(round_) * calls_each
            failed += is_bad
            if failed > failure_limit:
                break
        return Decision(failed > failure_limit, calls)

    return Peer(
        f"Argo, count {count}, failureLimit {failure_limit}",
        lambda new, limit: decide(new, _bad(new, [limit] * len(new)), 1),
        lambda old, new: decide(new, _bad(new, _ratio_limits(old)), 2),
    )


def _kayenta(allowed_increase: float) -> Peer:
    """Kayenta's judge: the 98 % interval of the shift is beyond a quarter of the shift, and the means differ enough."""

    def decide(old: Durations, new: Durations) -> Decision:
        control, experiment = _first(old, 100), _first(new, 100)
        calls = len(control) + len(experiment)
        ratio = (sum(experiment) / len(experiment)) / (sum(control) / len(control))
        if ratio < allowed_increase or ratio <= 1:
            return Decision(failed=False, calls=calls)
        shifts = sorted(b - a for a in control for b in experiment)
        n, m = len(control), len(experiment)
        reach = Z_98 * math.sqrt(n * m * (n + m + 1) / 12)
        lower = shifts[max(0, math.floor(n * m / 2 - reach))]
        estimate = (shifts[(n * m - 1) // 2] + shifts[n * m // 2]) / 2
        return Decision(lower > 0.25 * abs(estimate), calls)

    words = "default" if allowed_increase == 1 else f"allowedIncrease {allowed_increase:g}"
    return Peer(f"Kayenta, {words}", None, decide)


def _pipecd(old: Durations, new: Durations) -> Decision:
    """PipeCD's Mann-Whitney analysis: p < 0.05 in either direction refuses, of whatever size the difference is."""
    control, experiment = _first(old, 100), _first(new, 100)
    n, m = len(control), len(experiment)
    merged = sorted([(v, 0) for v in control] + [(v, 1) for v in experiment])
    total, ties, start = 0.0, 0, 0
    while start < len(merged):
        end = start
        while end < len(merged) and merged[end][0] == merged[start][0]:
            end += 1
        total += (start + end + 1) / 2 * sum(arm for _, arm in merged[start:end])
        ties += (end - start) ** 3 - (end - start)
        start = end
    wins = total - m * (m + 1) / 2
    spread = math.sqrt(n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1))))
    z = max(0.0, abs(wins - n * m / 2) - 0.5) / spread if spread else 0.0
    return Decision(z > Z_95, n + m)


def _binomial(count: int) -> Peer:
    """One look at n calls: refuse where so many slow ones would have a chance below 1 % at the limit."""
    fails_at = next(k for k in range(1, count) if at_least(k, count, 0.05) <= 0.01)

    def slow(new: Durations, limit: float) -> bool:
        return sum(value > limit for value in _first(new, count)) >= fails_at

    return Peer(
        f"binomial, n={count}",
        lambda new, limit: Decision(slow(new, limit), count),
        lambda old, new: Decision(slow(new, ALLOWED_RATIO * p95(_first(old, count))), 2 * count),
    )


def _band(calls: int, alpha: float) -> float:
    """Return the half-width of Howard and Ramdas's confidence sequence around the p95's rank, for any time."""
    rate = (1.4 * math.log(math.log(2.1 * calls)) + math.log(10 / alpha)) / calls
    return 1.5 * math.sqrt(0.05 * 0.95 * rate) + 0.8 * rate


def _sequence_absolute(new: Durations, limit: float) -> Decision:
    slow = calls = 0
    for round_ in new:
        slow, calls = slow + sum(value > limit for value in round_), calls + len(round_)
        band = _band(calls, ALPHA)
        if slow / calls > 0.05 + band:
            return Decision(failed=True, calls=calls)
        if slow / calls < 0.05 - band:
            return Decision(failed=False, calls=calls)
    return Decision(failed=False, calls=calls, inconclusive=True)


def _sequence_relative(old: Durations, new: Durations) -> Decision:
    seen_old: list[float] = []
    seen_new: list[float] = []
    for old_round, new_round in zip(old, new, strict=True):
        seen_old, seen_new = sorted([*seen_old, *old_round]), sorted([*seen_new, *new_round])
        band, count, calls = _band(len(seen_new), ALPHA / 2), len(seen_new), len(seen_old) + len(seen_new)
        low, high = math.floor((0.95 - band) * count), math.ceil((0.95 + band) * count)
        if low >= 1 and high <= count:
            if seen_new[low - 1] > ALLOWED_RATIO * seen_old[high - 1]:
                return Decision(failed=True, calls=calls)
            if seen_new[high - 1] <= ALLOWED_RATIO * seen_old[low - 1]:
                return Decision(failed=False, calls=calls)
    return Decision(failed=False, calls=len(seen_old) + len(seen_new), inconclusive=True)


PEERS = (
    *(_plain(count) for count in (20, 50, 100, 200)),
    _flagger(5, 2),
    _flagger(10, 5),
    _argo(5, 0),
    _argo(10, 3),
    _kayenta(1.0),
    _kayenta(1.2),
    Peer("PipeCD, Mann-Whitney p < 0.05", None, _pipecd),
    _binomial(100),
    Peer("Howard-Ramdas sequence", _sequence_absolute, _sequence_relative),
)
