"""Limits with headroom from what recorded runs show. It proposes nothing that the runs are too few for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from warmgate.judge.binomial import upper_bound
from warmgate.judge.limits.init import FEWEST
from warmgate.model.calls import Arm
from warmgate.policy.values import Compare, PercentileLimit, Policy, Probe, RatioLimit, Warm
from warmgate_ops.advice.recorded import Durations, Recorded

FEWEST_INITS = 20
FEWEST_CALLS = 20
BEYOND = 5
"""Values beyond a percentile of calls that make it one: a hundred calls have a p95, twenty a p75."""
P50 = 0.50
INIT_PERCENTILES = (0.95, 0.90, 0.85, 0.80, 0.75, 0.70, 0.50)
CALL_PERCENTILES = (0.95, 0.90, 0.75)
"""The highest that the runs can decide is proposed."""
MOST_MS = 900_000.0
"""No limit of a policy is higher, and no call of Lambda is longer."""
LEAST_MARGIN_MS = 5.0
"""A limit nearer than this to what is usual is met by a moment of the scheduler, however short the calls are."""
RATIO = 1.2
"""Of the comparison: the default policy's."""

Undecided = Callable[[Policy], set[str]]
"""Returns the checks of a policy that the recorded runs leave open, by path."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A policy and why it is no more than it is."""

    policy: Policy
    left_out: tuple[str, ...]


def suggest(
    recorded: Recorded,
    headroom: float,
    name: str = "suggested",
    base: Policy | None = None,
    undecided: Undecided = lambda _policy: set(),
) -> Suggestion:
    """Return limits that the recorded runs keep with headroom, and that they decide.

    Args:
        recorded: of a known-good version.
        headroom: how many times today's value a limit is; more than 1.
        name: of the policy.
        base: the policy that they were recorded under; all but its limits are kept.
        undecided: judges the runs by a policy; a percentile that they leave open gives way to a lower one.
    """
    skipped: frozenset[str] = frozenset()
    while True:
        found = _suggested(recorded, headroom, _start(recorded, name, base), skipped)
        limits = {path for path in undecided(found.policy) if path.startswith(("limits.init.", "limits.duration."))}
        if not limits - skipped:
            return found if base else replace(found, left_out=(*found.left_out, *_payloads(recorded)))
        skipped |= limits


def _start(recorded: Recorded, name: str, base: Policy | None) -> Policy:
    if base is not None:
        return replace(base, name=name)
    probes = tuple(Probe(name=probe) for probe in recorded.probes)
    starts, usual = recorded.fewest_inits, Warm().environments
    warm = Warm(environments=max(starts if FEWEST <= starts < usual else usual, len(probes)))
    return Policy(name=name, probes=probes, warm=warm) if probes else Policy(name=name)


def _payloads(recorded: Recorded) -> tuple[str, ...]:
    names = ", ".join(recorded.probes)
    text = f"probes: {names}: samples do not hold what was sent: pass the policy with --policy, or write the payload"
    return (text,) if names else ()


def _suggested(recorded: Recorded, headroom: float, start: Policy, skipped: frozenset[str]) -> Suggestion:
    init, why_no_init = _init_limits(recorded, headroom, start, skipped)
    duration, why_no_duration = _duration_limits(recorded, headroom, skipped)
    left_out, kept = [why_no_init, why_no_duration], start.limits
    if kept.memory_ratio is None:
        left_out.append("limits.memory: recorded samples do not hold the memory size")
    unclean = recorded.failed and not kept.error_ratio
    if unclean:
        left_out.append(
            f"limits.errors: {recorded.failed} of {recorded.calls} recorded calls did not end well; fix that first"
        )
    compare = Compare(
        init=RatioLimit(statistic="median", ratio=RATIO) if init else None,
        duration=RatioLimit(statistic="p95", ratio=RATIO) if duration else None,
    )
    limits = replace(kept, init=init, duration=duration, error_ratio=None if unclean else kept.error_ratio)
    compare = compare if start.compare == Compare() else start.compare
    return Suggestion(replace(start, limits=limits, compare=compare), tuple(filter(None, left_out)))


def _init_limits(
    recorded: Recorded, headroom: float, start: Policy, skipped: frozenset[str]
) -> tuple[tuple[PercentileLimit, ...], str]:
    """Return the limits on cold starts, and why there is none."""
    inits = recorded.inits[Arm.CANDIDATE]
    if inits.count < FEWEST_INITS:
        return (), f"limits.init: {inits.count} cold starts were recorded, {FEWEST_INITS} are needed"
    shown = 1 - upper_bound(0, min(recorded.fewest_inits, start.warm.environments))
    found = _highest("init", [each for each in INIT_PERCENTILES if each <= shown], inits, headroom, skipped)
    return found, "" if found else "limits.init: a run has too few cold starts to decide a percentile"


def _duration_limits(
    recorded: Recorded, headroom: float, skipped: frozenset[str]
) -> tuple[tuple[PercentileLimit, ...], str]:
    """Return the limits on warm calls, and why they are no more."""
    calls = recorded.durations[Arm.CANDIDATE]
    if calls.count < FEWEST_CALLS:
        return (), f"limits.duration: {calls.count} warm calls were recorded, {FEWEST_CALLS} are needed"
    found = _highest("duration", [P50], calls, headroom, skipped)
    shown = [each for each in CALL_PERCENTILES if round(calls.count * (1 - each), 6) >= BEYOND]
    found += _highest("duration", shown, calls, headroom, skipped)
    return found, "" if len(found) > 1 else "limits.duration: a run has too few warm calls to decide more percentiles"


def _highest(
    kind: str, percentiles: Sequence[float], values: Durations, headroom: float, skipped: frozenset[str]
) -> tuple[PercentileLimit, ...]:
    limits = (_limit(values, percentile, headroom) for percentile in percentiles)
    return next(((limit,) for limit in limits if f"limits.{kind}.{limit.name}" not in skipped), ())


def _limit(values: Durations, percentile: float, headroom: float) -> PercentileLimit:
    usual = values.percentile(percentile)
    limit_ms = _rounded_up(max(usual * headroom, usual + LEAST_MARGIN_MS))
    return PercentileLimit(percentile=percentile, limit_ms=min(limit_ms, MOST_MS))


def _rounded_up(value_ms: float) -> float:
    """Return the next value with two digits: a limit is read by people."""
    unit = 10.0 ** (math.floor(math.log10(value_ms)) - 1)
    return float(round(math.ceil(value_ms / unit - 1e-9) * unit, 6))
