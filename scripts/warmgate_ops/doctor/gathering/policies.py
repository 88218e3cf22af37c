"""Reads the policy that applies as the hook would: the file named, else the function's tag, else a bundled one."""

from __future__ import annotations

from pathlib import Path

from warmgate.adapters.faults import DENIED, SDK_ERRORS, code_of
from warmgate.adapters.policies import TaggedPolicies, read_policy
from warmgate.errors import PolicyError, PolicyLookupError
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.policy.values import Policy
from warmgate_ops.doctor.facts import Denied, Fact, PolicyFacts
from warmgate_ops.doctor.gathering.looking import Clients

_ABSENT = frozenset({"NoSuchKey", "NoSuchBucket", "ParameterNotFound", "ResourceNotFoundException", "404"})


def read_policy_facts(clients: Clients, target: Target, file: Path | None, bundled: Path) -> Fact[PolicyFacts]:
    """Return the policy of a target, or what is wrong with it."""
    try:
        policy, source = _found(clients, target, file, bundled)
    except PolicyError as error:
        return PolicyFacts(source=error.faults[0].source, faults=error.faults)
    except PolicyLookupError as error:
        cause = error.__cause__
        if isinstance(cause, SDK_ERRORS) and (code_of(cause) in DENIED or code_of(cause) not in _ABSENT):
            return Denied(place=f"lambda:{target.function}", reason=str(error))
        return PolicyFacts(source=str(file or ""), unreadable=str(error))
    return PolicyFacts(source=source, policy=policy)


def _found(clients: Clients, target: Target, file: Path | None, bundled: Path) -> tuple[Policy, str]:
    if file is not None:
        return read_policy(file), str(file)
    return TaggedPolicies(clients, bundled).find(target, Deadline(0.0))
