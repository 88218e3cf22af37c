"""What the local CodeDeploy needs from its surroundings: a clock, Lambda, alarms and an event bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Clock(Protocol):
    """Time as deployments live it; a rehearsal may let it run faster than the wall's."""

    def now_s(self) -> float:
        """Return seconds since the epoch on the scaled clock."""
        ...


class LambdaGateway(Protocol):
    """Lambda as CodeDeploy uses it; whatever a method raises fails the deployment with the error's text."""

    def get_alias(self, function: str, alias: str) -> tuple[str, Mapping[str, float]]:
        """Return the version that an alias points at and its additional version weights."""
        ...

    def update_alias(self, function: str, alias: str, version: str, weights: Mapping[str, float]) -> None:
        """Point an alias at a version, with exactly these additional version weights."""
        ...

    def invoke_async(self, function: str, event: dict[str, str]) -> None:
        """Hand an event to a function, by name or ARN, and return at once; retries are Lambda's affair."""
        ...


class Alarms(Protocol):
    """CloudWatch's alarms."""

    def states(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return OK, ALARM or INSUFFICIENT_DATA for each alarm; one left out does not exist."""
        ...


class Events(Protocol):
    """EventBridge."""

    def put(self, event: dict[str, Any]) -> None:
        """Publish one whole event."""
        ...
