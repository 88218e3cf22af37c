"""A lease on what one run at a time may do: taken where no other run lives, renewed while this one does.

A run that dies lets go of nothing. Whoever comes after it waits until it must have been dead.
"""

from __future__ import annotations

from collections.abc import Callable

from warmgate.errors import ClaimError, LeaseLostError
from warmgate.model.deadline import Deadline
from warmgate.model.release import Claim
from warmgate.ports.once import Claims
from warmgate.ports.time import Clock

LEASE_MS = 30_000.0
"""Lambda delivers an event again a minute after its run failed (Lambda, asynchronous errors): it is over by then."""
RENEW_MS = 5_000.0
WORK_MS = 20_000.0
"""No call may take longer between two renewals: with RENEW_MS it stays within the lease."""
SURE_MS = LEASE_MS + 2_000.0
"""A key that is held for longer than its lease was renewed meanwhile; clocks may differ a little."""
ASK_MS = 2_000.0


class Lease:
    """The claim of one run on one key."""

    def __init__(self, claims: Claims, clock: Clock, key: str, log: Callable[[str], None]) -> None:
        self._claims, self._clock, self._key, self._log = claims, clock, key, log
        self._renewed_ms = clock.now_ms()

    def take(self, deadline: Deadline) -> bool:
        """Return whether the key is this run's now; False where it is done, or a living run holds it.

        Raises:
            ClaimError: there is no answer, or no time to wait for the end of a lease that may be a dead run's.
        """
        sure_ms = self._clock.now_ms() + SURE_MS
        while (claim := self._claims.claim(self._key, LEASE_MS)) is Claim.HELD and self._clock.now_ms() < sure_ms:
            if deadline.passed(self._clock.now_ms() + ASK_MS):
                raise ClaimError(
                    f"{self._key!r} is held by a run that may be dead, and no time is left to wait for its lease's end",
                    hint="give the function a time-out of some minutes",
                )
            self._clock.sleep_ms(ASK_MS)
        self._renewed_ms = self._clock.now_ms()
        return claim is Claim.TAKEN

    def keep(self) -> None:
        """Renew the lease where it is time to; raises LeaseLostError where another run has taken over."""
        now_ms = self._clock.now_ms()
        if now_ms - self._renewed_ms < RENEW_MS:
            return
        try:
            # An item that somebody deleted is claimed again; one that was taken over is not.
            kept = self._claims.renew(self._key, LEASE_MS) or self._claims.claim(self._key, LEASE_MS) is Claim.TAKEN
        except ClaimError as error:
            # Where the table does not answer, nobody else can take over either.
            self._log(f"{self._key}: lease not renewed, going on ({error})")
            return
        if not kept:
            raise LeaseLostError(f"{self._key!r}: another run has taken over")
        self._renewed_ms = now_ms

    def bounded(self, deadline: Deadline) -> Deadline:
        """Return the deadline of a call after which the lease can still be renewed."""
        return deadline.no_later_than(self._clock.now_ms() + WORK_MS)

    def end(self, *, done: bool) -> None:
        """Note that the work is done for good, or let the next run have it at once."""
        try:
            if done:
                self._claims.settle(self._key)
            else:
                self._claims.give_up(self._key)
        except ClaimError as error:
            self._log(f"{self._key}: the lease ends by itself ({error})")
