"""How often a guard looks: guards share a quota of the account, and each learns its part from what is refused.

Every look that nothing refused makes the rate a little larger, every look that met a refusal halves it (additive
increase, multiplicative decrease): who looks often is refused often, so that all come to the same rate without knowing
each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

POLL_MS = 2_000.0
"""Between looks that nothing refuses."""
LONGEST_MS = 60_000.0
STEP_PER_S = 0.0035
"""By which the rate grows after a look; at 200 guards on five requests a second one look in five is refused."""
SPREAD = 0.25
"""Pauses differ by so much, that guards do not come together; not where nothing was refused lately."""
HURRY_MS = 5_000.0
"""Between looks where CloudWatch's metrics look bad: the log is to say more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A rate of looks."""

    per_s: float = 1000 / POLL_MS
    unrefused: int = 0
    """Looks in a row that nothing refused: the quota was left by others, and the steps grow."""

    @property
    def interval_ms(self) -> float:
        """Return how far apart looks are on average."""
        return 1000 / self.per_s

    @property
    def is_stretched(self) -> bool:
        """Return whether looks are farther apart than where nothing is refused."""
        return self.interval_ms > POLL_MS * 1.01

    def after(self, *, refused: bool) -> Pace:
        """Return the pace after a look."""
        if refused:
            return Pace(per_s=max(1000 / LONGEST_MS, self.per_s / 2))
        grown = self.per_s + STEP_PER_S * (1 + self.unrefused)
        return Pace(per_s=min(1000 / POLL_MS, grown), unrefused=self.unrefused + 1)

    def hurried(self) -> Pace:
        """Return the pace of a guard that has a reason to look."""
        return replace(self, per_s=max(self.per_s, 1000 / HURRY_MS))

    def pause_ms(self, chance: float) -> float:
        """Return the pause to the next look; `chance`, from 0 to 1, spreads those of different guards."""
        return self.interval_ms * (1 + SPREAD * (2 * chance - 1)) if self.is_stretched else POLL_MS
