"""Shares concurrency between hooks that probe at the same moment: each takes its part of what others have left.

What cannot be shared because the table does not answer is not waited for: the hook's own share bounds it then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from warmgate.errors import ClaimError, NoRoomError
from warmgate.model.calls import Burst
from warmgate.model.deadline import Deadline
from warmgate.model.function import Capacity
from warmgate.planning import Room, burst_of, room_of
from warmgate.planning.burst import PROBE_SHARE
from warmgate.ports.once import Reservations
from warmgate.ports.time import Clock

POLL_MS = 3_000.0
WAITING_SHARE = 0.5
"""Share of its time that a hook waits for others to end; the rest is for its own calls."""
OWN_MS = 60_000.0
"""A reservation outlives its hook's deadline by so much, and ends with it where the hook dies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The burst that a hook may make, and what people must know of it."""

    burst: Burst
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Grants bursts; without `reservations` each hook takes its share alone."""

    clock: Clock
    share: float = PROBE_SHARE
    reservations: Reservations | None = None

    @contextmanager
    def burst(
        self, function: str, asked: int, arm_count: int, capacity: Capacity, deadline: Deadline
    ) -> Iterator[Taken]:
        """Give a burst, and give it back at the end.

        Raises:
            NoRoomError: other hooks' probes took all there was for too long.
        """
        room = room_of(capacity, self.share)
        if self.reservations is None or room.free < 1:
            yield Taken(burst=burst_of(asked, arm_count, room, room.each))
            return
        pool, wanted = function if room.reserved else "account", min(room.each, asked * arm_count)
        owner, taken = "", Taken(burst=burst_of(asked, arm_count, room, room.each))
        try:
            owner, count = self._reserved(self.reservations, pool, wanted, room, deadline)
            note = f"other hooks probe too: {count} concurrent calls of {wanted}" if count < wanted else ""
            taken = Taken(burst=burst_of(asked, arm_count, room, count if count < wanted else room.each), note=note)
        except ClaimError as error:
            taken = Taken(burst=taken.burst, note=f"concurrency is not shared with other hooks: {error}")
        try:
            yield taken
        finally:
            # Never in the way of a verdict: what is not given back ends with its lease.
            with suppress(ClaimError):
                if owner:
                    self.reservations.give_back(pool, owner)

    def _reserved(
        self, reservations: Reservations, pool: str, wanted: int, room: Room, deadline: Deadline
    ) -> tuple[str, int]:
        """Reserve what there is, waiting while there is nothing; the last resort is one call of what is left alone."""
        until_ms = self.clock.now_ms() + deadline.left_ms(self.clock.now_ms()) * WAITING_SHARE
        while True:
            lease_ms = deadline.left_ms(self.clock.now_ms()) + OWN_MS
            last = self.clock.now_ms() + POLL_MS >= until_ms
            found = reservations.take(pool, wanted, room.probes, lease_ms)
            if found[1] == 0 and last:
                found = reservations.take(pool, 1, room.free, lease_ms)
            if found[1] > 0:
                return found
            if last:
                raise NoRoomError(
                    f"{room.source}: probes of other hooks took all {room.free} concurrent calls that are free",
                    hint="deploy fewer functions at once, raise the concurrency, or give the hook a longer timeout",
                )
            self.clock.sleep_ms(POLL_MS)
