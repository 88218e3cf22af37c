"""What a budget can show of failures where none may be: how large a share is seen, and which one failure refuses."""

from __future__ import annotations

from dataclasses import replace

from warmgate.judge.limits.errors import RARE_CALLS
from warmgate.model.calls import Arm, Phase
from warmgate.model.figures import percent
from warmgate.planning import ProbePlan, Round
from warmgate.policy.values import Policy
from warmgate_ops.advice.power import SURE


def explained_none(policy: Policy, plan: ProbePlan, probes: list[str]) -> tuple[str, ...]:
    """Return which share of bad calls is seen where none may be, and which probes the budget cannot call again."""
    every = {probe: _called(plan, probe) for probe in probes}
    surely = replace(plan, rounds=tuple(planned for planned in plan.rounds if not _is_extra(planned)))
    room = policy.budget.invocations - surely.call_count
    short = {probe: calls for probe in probes if (calls := _called(surely, probe) + room) < RARE_CALLS}
    shown = [calls for probe, calls in every.items() if probe not in short]
    seen = next((s / 1000 for s in range(1, 1000) if _refused(sum(every.values()), shown, s / 1000) >= SURE), None)
    text = [
        f"the budget has room for {calls} of {RARE_CALLS} calls of probe {probe}: one that fails refuses"
        for probe, calls in short.items()
    ]
    return (sight_in_words(seen, "of calls are so"), *text)


def _called(plan: ProbePlan, probe: str) -> int:
    calls = (call for planned in plan.rounds for call in planned.calls)
    return sum(call.arm is Arm.CANDIDATE and call.probe.name == probe for call in calls)


def _is_extra(planned: Round) -> bool:
    """Return whether a round is made only where a check is still open: repeated calls may have its room."""
    return planned.phase is Phase.MEASURED and all(call.arm is Arm.CANDIDATE for call in planned.calls)


def _refused(calls: int, shown: list[int], share: float) -> float:
    """Return how often a share of bad calls refuses: always but where none is bad, or one alone turns out to be chance.

    Args:
        calls: planned, of all probes.
        shown: planned calls of each probe that can be called again as often as it takes.
        share: of bad calls, the same of each probe.
    """
    none = (1 - share) ** calls
    alone = sum(mine * share * (1 - share) ** (calls - 1 + max(0, RARE_CALLS - mine)) for mine in shown)
    return 1 - none - alone


def sight_in_words(seen: float | None, what: str) -> str:
    """Return the share of bad calls that is refused reliably, in words."""
    if seen is None:
        return f"no release is refused reliably (in nine runs of ten), whatever share {what}"
    return f"refused in nine runs of ten: a release where {percent(seen)} {what}"
