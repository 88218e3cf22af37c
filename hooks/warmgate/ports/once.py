"""What runs share: claims, reservations, what was spent, who goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from warmgate.model.deployment import Shift
from warmgate.model.verdict import Ended, Page, Spent

if TYPE_CHECKING:
    from warmgate.model.release import Claim


class Reservations(Protocol):
    """Concurrency that hooks share; every method raises ClaimError."""

    def take(self, pool: str, wanted: int, most: int, lease_ms: float) -> tuple[str, int]:
        """Reserve up to `wanted` concurrent calls so that those of all hooks stay within `most`; they end with a lease.

        Returns who holds them and how many there are, which may be none.
        """
        ...

    def give_back(self, pool: str, owner: str) -> None:
        """Let others have what is held."""
        ...


class Ledger(Protocol):
    """What the runs of one hook execution spent and found together; every method raises ClaimError."""

    def open(self, key: str, owner: str, lease_ms: float) -> Page:
        """Take a page over, unless another owner's lease holds it: then HeldError."""
        ...

    def spend(self, page: Page, spent: Spent) -> None:
        """Note what will have been spent; raises HeldError where another run has taken the page over."""
        ...

    def close(self, page: Page, ended: Ended) -> None:
        """Note what was found, so that no run probes again; raises HeldError as `spend` does."""
        ...


class Handover(Protocol):
    """A way to go on in a fresh run."""

    def start(self, shift: Shift) -> None:
        """Start the run that takes over; raises SuccessorError."""
        ...


class Claims(Protocol):
    """Who does what must be done once; every method raises ClaimError."""

    def claim(self, key: str, lease_ms: float) -> Claim:
        """Claim a key; a claim that is neither settled nor given up ends with its lease."""
        ...

    def renew(self, key: str, lease_ms: float) -> bool:
        """Let the lease of this run's claim last from now on; return False where the key is no longer this run's.

        A lease that has ended is renewed as long as no other run has claimed the key.
        """
        ...

    def settle(self, key: str, outcome: str = "") -> None:
        """Note that what a key stands for has been done, and what came of it, whoever holds it."""
        ...

    def give_up(self, key: str) -> None:
        """Let another run claim a key that is this run's; what is settled, or another run's, stays."""
        ...
