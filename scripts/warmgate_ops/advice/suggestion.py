"""Limits with headroom from what recorded runs show. It proposes nothing that the runs are too few for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from warmgate.model.calls import Arm
from warmgate.policy.values import Compare, Limits, PercentileLimit, Policy, RatioLimit
from warmgate_ops.advice.recorded import Durations, Recorded

FEWEST_INITS = 20
FEWEST_CALLS = 100
"""For a 95th percentile: five values beyond it."""
P50, P95 = 0.50, 0.95
RATIO = 1.2
"""Of the comparison: the default policy's."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A policy and why it is no more than it is."""

    policy: Policy
    left_out: tuple[str, ...]


def suggest(recorded: Recorded, headroom: float, name: str = "suggested") -> Suggestion:
    """Return limits that the recorded runs keep with headroom.

    Args:
        recorded: of a known-good version.
        headroom: how many times today's value a limit is; more than 1.
        name: of the policy.
    """
    left_out: list[str] = []
    inits, calls = recorded.inits[Arm.CANDIDATE], recorded.durations[Arm.CANDIDATE]
    init: tuple[PercentileLimit, ...] = ()
    if inits.count >= FEWEST_INITS:
        init = (_limit(inits, P95, headroom),)
    else:
        left_out.append(f"limits.init: {inits.count} cold starts were recorded, {FEWEST_INITS} are needed")
    duration: tuple[PercentileLimit, ...] = ()
    if calls.count >= FEWEST_CALLS:
        duration = (_limit(calls, P50, headroom), _limit(calls, P95, headroom))
    else:
        left_out.append(f"limits.duration: {calls.count} warm calls were recorded, {FEWEST_CALLS} are needed")
    left_out.append("limits.memory: recorded samples do not hold the memory size")
    error_ratio = 0.0 if not recorded.failed else None
    if recorded.failed:
        left_out.append(
            f"limits.errors: {recorded.failed} of {recorded.calls} recorded calls did not end well; fix that first"
        )
    compare = Compare(
        init=RatioLimit(statistic="median", ratio=RATIO) if init else None,
        duration=RatioLimit(statistic="p95", ratio=RATIO) if duration else None,
    )
    limits = Limits(init=init, duration=duration, error_ratio=error_ratio)
    return Suggestion(Policy(name=name, limits=limits, compare=compare), tuple(left_out))


def _limit(values: Durations, percentile: float, headroom: float) -> PercentileLimit:
    return PercentileLimit(percentile=percentile, limit_ms=_rounded_up(values.percentile(percentile) * headroom))


def _rounded_up(value_ms: float) -> float:
    """Return the next value with two digits: a limit is read by people."""
    unit = 10.0 ** (math.floor(math.log10(value_ms)) - 1)
    return float(round(math.ceil(value_ms / unit - 1e-9) * unit, 6))
