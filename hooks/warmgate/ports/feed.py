"""Log subscriptions: their filters, and what they delivered."""

from __future__ import annotations

from typing import Protocol

from warmgate.model.deadline import Deadline
from warmgate.model.feed import Batch


class Subscriptions(Protocol):
    """Subscription filters of log groups, one a deployment and group; every method raises FeedError."""

    def open(self, group: str, deployment_id: str) -> None:
        """Let what a log group gets from now on be delivered; one that is there already stays."""
        ...

    def close(self, group: str, deployment_id: str) -> bool:
        """End it, and return whether there was one; another destination's filter stays."""
        ...


class Batches(Protocol):
    """What was delivered, kept for some hours; every method raises FeedError."""

    def put(self, deployment_id: str, batch: Batch) -> None:
        """Keep a batch; one that comes twice may be kept twice."""
        ...

    def since(self, deployment_id: str, arrived_ms: float, deadline: Deadline) -> tuple[Batch, ...]:
        """Return the batches that arrived from an instant on, by arrival."""
        ...
