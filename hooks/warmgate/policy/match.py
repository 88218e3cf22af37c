"""Whether a policy is for a target. Which policy applies in the end is decided where policies are looked up."""

from __future__ import annotations

from fnmatch import fnmatchcase

from warmgate.model.deployment import Target
from warmgate.model.function_name import bare_name
from warmgate.policy.values import Policy


def matches(policy: Policy, target: Target) -> bool:
    """Return whether one of the policy's `match` entries fits a target; a policy without one fits none."""
    name = bare_name(target.function)
    return any(
        # Names hold no colon: of an ARN with wildcards, the part after `function:` is the name's.
        fnmatchcase(name, match.function.rpartition("function:")[2]) and fnmatchcase(target.alias, match.alias)
        for match in policy.match
    )
