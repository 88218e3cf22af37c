"""The function that a subscription delivers to: a delivery in, what a reader of calls needs of it kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from warmgate.logs.reduced import reduced
from warmgate.model.feed import Batch, Delivery, FeedEvent
from warmgate.ports.feed import Batches
from warmgate.ports.time import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The use case of a delivery."""

    batches: Batches
    clock: Clock
    account: str
    """Whose log groups are taken from."""
    log: Callable[[str], None] = lambda _line: None

    def take(self, delivery: Delivery) -> int:
        """Keep a delivery for each deployment whose filter it came by; return how many events were kept.

        Raises:
            FeedError: it could not be kept; Lambda delivers it again.
        """
        if delivery.is_control:
            return 0
        if delivery.owner != self.account:
            self.log(f"{delivery.group}: left out, its owner is {delivery.owner!r}, expected {self.account!r}")
            return 0
        kept = tuple(event for event in map(_reduced, delivery.events) if event.message)
        if not kept:
            return 0
        batch = Batch(group=delivery.group, events=kept, arrived_ms=self.clock.epoch_ms())
        for deployment_id in delivery.deployments:
            self.batches.put(deployment_id, batch)
        return len(kept) if delivery.deployments else 0


def _reduced(event: FeedEvent) -> FeedEvent:
    return replace(event, message=reduced(event.message))
