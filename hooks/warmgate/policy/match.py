"""Whether a policy is for a target. Which policy applies in the end is decided where policies are looked up."""

from __future__ import annotations

from fnmatch import fnmatchcase

from warmgate.model.deployment import Target
from warmgate.policy.values import Policy


def matches(policy: Policy, target: Target) -> bool:
    """Return whether one of the policy's `match` entries fits a target; a policy without one fits none."""
    return any(
        fnmatchcase(target.function, match.function) and fnmatchcase(target.alias, match.alias)
        for match in policy.match
    )
