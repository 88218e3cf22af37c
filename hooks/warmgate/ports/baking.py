"""What the bake of a release needs beside the ports of hooks and controller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.traffic import MinuteCounts

if TYPE_CHECKING:
    from warmgate.logs.calls import Window


class Bakes(Protocol):
    """The engine that runs looks one after the other, each with the state that the one before it returned."""

    def start(self, state: dict[str, Any]) -> None:
        """Start the bake of the state's deployment, which is its name: starting it again changes nothing.

        Raises BakeStartError.
        """
        ...


class AliasMetrics(Protocol):
    """What CloudWatch counts of an alias."""

    def minutes(self, target: Target, window: Window, deadline: Deadline) -> tuple[MinuteCounts, ...]:
        """Return what an alias served in each whole minute of a window, as far as it is counted.

        ExecutedVersion is no dimension of it: only calls through a weighted alias have that one. Raises LogLookupError.
        """
        ...
