"""What gives a policy room for more measured calls: a larger budget, or wider rounds where their number is bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from warmgate.policy.rules import fewest_invocations
from warmgate.policy.values import Policy

MOST_ENVIRONMENTS = 1000
_STEP = 1.25


def room_for(policy: Policy, passes: Callable[[Policy], bool], *, is_bound_by_budget: bool) -> str:
    """Return what to change so that a limit can pass, tried before it is said.

    Args:
        policy: under which it cannot.
        passes: whether the limit can pass under another policy.
        is_bound_by_budget: whether the budget ends before as many calls are made as are measured at most.
    """
    lower = "take a lower percentile"
    if is_bound_by_budget:
        return f"raise budget.invocations, or {lower}"
    environments = policy.warm.environments
    while environments < MOST_ENVIRONMENTS:
        environments = min(MOST_ENVIRONMENTS, max(environments + 1, int(environments * _STEP)))
        wider = replace(policy, warm=replace(policy.warm, environments=environments))
        if budget_suffices(wider) and passes(wider):
            return f"raise warm.environments to {environments}, or {lower}: a larger budget measures no more rounds"
    return f"{lower}: neither a larger budget nor more environments help"


def budget_suffices(policy: Policy) -> bool:
    """Return whether a policy's budget covers the cold calls, the warm-up and one measured round."""
    return policy.budget.invocations >= fewest_invocations(policy.warm, policy.limits, policy.compare)
