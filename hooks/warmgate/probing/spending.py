"""What calls cost, and what they can cost at most: the budget is kept before a round, not after it."""

from __future__ import annotations

from dataclasses import replace

from warmgate.model.calls import Burst
from warmgate.model.verdict import Spending
from warmgate.planning import call_cost_usd
from warmgate.policy.values import Policy
from warmgate.probing.preflight import Preflight
from warmgate.probing.rounds import RoundResult


def affordable(burst: Burst, arm_count: int, policy: Policy, ready: Preflight) -> Burst:
    """Return the burst that the cost budget bears even where each of its calls takes the function's whole timeout."""
    dearest = dearest_usd(ready)
    granted = max(1, int(policy.budget.cost_usd / dearest) // arm_count)
    if granted >= burst.granted:
        return burst
    reason = f"a call of the whole timeout costs ${dearest:.4f}, budget.cost_usd is {policy.budget.cost_usd:g}"
    return replace(burst, granted=granted, reason=reason)


def dearest_usd(ready: Preflight) -> float:
    """Return what a call costs at most: one that takes the whole timeout of the dearer version."""
    versions = [version for version in (ready.candidate, ready.baseline) if version is not None]
    return max(call_cost_usd(v.timeout_s * 1000, v.memory_mb, v.architecture) for v in versions)


def most_after(spent: Spending, call_count: int, known_usd: float, policy: Policy, ready: Preflight) -> Spending:
    """Return what will have been spent after a round at most, with every repetition that its probes allow.

    Args:
        spent: before the round.
        call_count: how many calls it has.
        known_usd: what the dearest call cost so far; while that is 0 each may take the function's whole timeout.
        policy: whose budget bounds the repetitions.
        ready: the versions that are called.
    """
    left = max(0, policy.budget.invocations - spent.invocations - call_count)
    repeats = min(call_count, left) if any(probe.repeatable for probe in policy.probes) else 0
    attempts = call_count + repeats
    cost = attempts * (known_usd or dearest_usd(ready))
    return replace(spent, invocations=spent.invocations + attempts, cost_usd=spent.cost_usd + cost)


def known_costs(result: RoundResult, ready: Preflight) -> list[float]:
    """Return what those calls cost of which a report or the clock says how long they took."""
    version = ready.candidate
    took = [(s.billed_ms if s.billed_ms is not None else s.duration_ms, s.memory_size_mb) for s in result.samples]
    return [call_cost_usd(ms, mb or version.memory_mb, version.architecture) for ms, mb in took if ms is not None]


def spent_after(before: Spending, result: RoundResult, ready: Preflight) -> Spending:
    """Return the spending after a round; a call of which nothing is known is taken to cost what it can at most."""
    known = known_costs(result, ready)
    unknown = max(0, result.attempts - len(known))
    return replace(
        before,
        invocations=before.invocations + result.attempts,
        cost_usd=before.cost_usd + sum(known) + unknown * dearest_usd(ready),
        throttles=before.throttles + result.throttles,
        retries=before.retries + result.retries,
    )
