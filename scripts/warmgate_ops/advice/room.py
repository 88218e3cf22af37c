"""What gives a policy room for more measured calls: a larger budget, or wider rounds where their number is bounded."""

from __future__ import annotations

import math
from dataclasses import replace

from warmgate.planning.plan import CAP
from warmgate.policy.rules import COMPARED_ROUNDS, fewest_invocations, round_width
from warmgate.policy.values import Policy

MOST_ENVIRONMENTS = 1000
MARGIN = 1.02
"""What is needed is told to some calls: it depends on the budget itself."""


def room_for(policy: Policy, needed: int, affordable: int) -> str:
    """Return what to raise so that a number of calls is measured.

    Args:
        policy: whose calls are counted.
        needed: how many measured calls of the candidate there must be.
        affordable: how many its budget has room for.
    """
    needed = math.ceil(needed * MARGIN)
    wide = range(policy.warm.environments, MOST_ENVIRONMENTS + 1)
    enough = next((number for number in wide if _measured(policy, number) >= needed), None)
    if enough == policy.warm.environments or affordable < min(needed, _measured(policy, policy.warm.environments)):
        return "raise budget.invocations, or take a lower percentile"
    if enough is None:
        return "take a lower percentile, for no number of environments gives that many"
    wider = replace(policy.warm, environments=enough)
    fewest = fewest_invocations(wider, policy.limits, policy.compare) + needed
    more = f" and budget.invocations to {fewest}" if policy.budget.invocations < fewest else ""
    return f"raise warm.environments to {enough}{more}, for no more rounds are measured, or take a lower percentile"


def _measured(policy: Policy, environments: int) -> int:
    """Return how many calls of the candidate the measured rounds hold where the budget ends none."""
    compared = COMPARED_ROUNDS if policy.compare.duration is not None else 0
    last = max(compared, math.ceil(CAP / environments))
    return sum(round_width(number, environments, compared=compared > 0) for number in range(1, last + 1))
