"""What a template or an account says of a function that a policy is drafted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from warmgate.policy.values import EventKind

HTTP = (EventKind.HTTP_API, EventKind.REST_API, EventKind.FUNCTION_URL, EventKind.ALB)
WAITED_FOR = (*HTTP, EventKind.APPSYNC, EventKind.COGNITO)
"""Kinds whose caller waits for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One thing that calls the function."""

    kind: EventKind | None
    """None where it sends a payload of its own, or one that is not known."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What is known of the event, by the policy's own keys; a `path` may hold parameters."""
    payload: Any = None
    """What is sent instead of an event; None where that is not known."""
    says: str = ""
    """What it is, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A function as far as it is known."""

    name: str
    """As the policy is called."""
    source: str
    """Where this was read, in words."""
    function: str = ""
    """Its name, where that is known."""
    alias: str = ""
    timeout_s: int = 3
    memory_mb: int = 128
    runtime: str = ""
    triggers: tuple[Trigger, ...] = ()
    isolates_tenants: bool = False
    notes: tuple[str, ...] = ()
    """What could not be read, each with what to do."""

    @property
    def is_waited_for(self) -> bool:
        """Return whether a caller waits for the answer."""
        return any(trigger.kind in WAITED_FOR for trigger in self.triggers)
