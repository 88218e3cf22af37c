"""Log subscriptions: their filters, what they delivered, and whatever gives live calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from warmgate.model.deadline import Deadline
from warmgate.model.feed import Batch

if TYPE_CHECKING:
    from warmgate.logs.calls import Logged, Window
    from warmgate.model.log_stream import FunctionLog


class CallLog(Protocol):
    """What gives the live calls of a function; raises LogLookupError."""

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline) -> Logged:
        """Return the calls that were reported inside a window, and late ones that nobody was given before."""
        ...


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
