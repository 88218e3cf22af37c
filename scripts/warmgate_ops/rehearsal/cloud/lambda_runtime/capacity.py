"""How much provisioned concurrency a function may ask for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

KEPT_UNRESERVED = 100
"""What an account always keeps for functions without a reservation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for provisioned concurrency, and what stands beside it."""

    requested: int
    others: int
    """What the function's other versions and aliases have."""
    reserved: int | None
    unreserved: int
    """What the account has left for functions without a reservation, their provisioned concurrency taken off."""


def refused_for(asked: Asked) -> str:
    """Return why Lambda refuses a request with InvalidParameterValueException; empty where it grants it."""
    if asked.requested < 1:
        return "ProvisionedConcurrentExecutions must be at least 1."
    if asked.reserved is not None:
        if asked.others + asked.requested <= asked.reserved:
            return ""
        return (
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
    if asked.requested > asked.unreserved:
        return (
            "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
            f"[{asked.unreserved}]."
        )
    if asked.unreserved - asked.requested < KEPT_UNRESERVED:
        return (
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
            f"minimum value of [{KEPT_UNRESERVED}]."
        )
    return ""
