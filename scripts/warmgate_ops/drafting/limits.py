"""Limits of a first policy: from the function's own log where it holds enough, else by its timeout and memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

from warmgate.planning.cost import call_cost_usd
from warmgate.policy.units import DURATION
from warmgate.policy.values import Budget, Policy, Warm
from warmgate_ops.advice.recorded import Recorded
from warmgate_ops.advice.suggestion import suggest
from warmgate_ops.drafting.known import Known

HEADROOM = 1.5
"""Above what the log shows: its calls are other people's, and a probe's are one kind among them."""
SHOWN = "p85"
"""What 20 cold starts can show with 95 % confidence; a p95 takes 59."""
SLOW_RUNTIMES = ("java", "dotnet")
GATEWAY_S = 29
"""API Gateway's longest wait for a function."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The values of one kind of limit, and why they are what they are."""

    values: dict[str, str]
    why: str


@dataclass(frozen=True, slots=True)
class LimitsDraft:
    """What is written under `limits`, and what a judgement may cost."""

    init: Limit
    duration: Limit
    cost_usd: float


def draft_limits(known: Known, recorded: Recorded | None = None) -> LimitsDraft:
    """Return the limits of a function."""
    init, duration = _usual_init(known), _usual_duration(known)
    if recorded is not None:
        found = suggest(recorded, HEADROOM, base=Policy(name="draft")).policy.limits
        if found.init:
            values = {each.name: DURATION.format(each.limit_ms) for each in found.init}
            init = Limit(values, f"half more than the log's {recorded.starts.total()} cold starts show")
        if found.duration:
            calls = sum(durations.count for durations in recorded.durations.values())
            values = {each.name: DURATION.format(each.limit_ms) for each in found.duration}
            duration = Limit(values, f"half more than the log's {calls} warm calls show")
    return LimitsDraft(init, duration, _cost_usd(known))


def _usual_init(known: Known) -> Limit:
    if known.runtime.startswith(SLOW_RUNTIMES):
        return Limit({SHOWN: "6s"}, "usual for this runtime; 20 cold starts can show a p85, a p95 takes 59")
    if known.is_waited_for:
        return Limit({SHOWN: "3s"}, "a caller waits for it; 20 cold starts can show a p85, a p95 takes 59")
    return Limit({SHOWN: "5s"}, "nobody waits for it; Lambda itself ends an init after 10 s")


def _usual_duration(known: Known) -> Limit:
    seconds, what = known.timeout_s, f"the timeout of {known.timeout_s} s"
    if known.is_waited_for and known.timeout_s > GATEWAY_S:
        seconds, what = GATEWAY_S, f"the {GATEWAY_S} s that API Gateway waits"
    return Limit({"p95": DURATION.format(seconds * 500.0)}, f"half of {what}; lower it once you know more")


def _cost_usd(known: Known) -> float:
    """Return a budget that lets the first calls be made, each taken to last as long as the timeout."""
    first = 2 * Warm().environments * call_cost_usd(known.timeout_s * 1000.0, known.memory_mb, "x86_64")
    return max(Budget().cost_usd, float(math.ceil(2 * first)))
