"""How often a guard looks: guards share a quota of the account by turns, and leave what others use of it.

Each waits for its turn at most of the quota. What others use is learned: a look that nothing refused makes the rate a
little larger, one that met a refusal halves it (additive increase, multiplicative decrease).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

POLL_MS = 2_000.0
"""Between looks where the quota has room for them."""
LONGEST_MS = 60_000.0
STEP_PER_S = 0.005
"""By which the rate grows after a look; more after each look in a row that nothing refused."""
SPREAD = 0.1
"""Pauses after refusals differ by so much, that guards do not come together."""
STRETCHED = 1.5
"""From so many times the usual pause on."""
HURRY_MS = 5_000.0
"""To the next look where CloudWatch's metrics look bad: the log is to say more."""
GUARDS_PART = 0.8
"""Of the quota that guards queue for; the rest is left to people who read logs, and to guards that are in a hurry."""
FILTER_PER_S = {
    "us-east-1": 25.0,
    **dict.fromkeys(("eu-central-1", "ap-northeast-3", "ap-southeast-3", "ca-west-1", "il-central-1"), 5.0),
}
ELSEWHERE_PER_S = 10.0
"""FilterLogEvents a second in an account and region, which nobody can raise (CloudWatch Logs quotas)."""


def filter_per_s(region: str) -> float:
    """Return the quota of FilterLogEvents in a region."""
    return FILTER_PER_S.get(region, ELSEWHERE_PER_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A rate of looks."""

    per_s: float = 1000 / POLL_MS
    """What refusals leave."""
    waited_ms: float = 0.0
    """For the latest turn."""
    unrefused: int = 0
    """Looks in a row that nothing refused."""

    @property
    def interval_ms(self) -> float:
        """Return how far apart looks are on average."""
        return max(POLL_MS, 1000 / self.per_s) + self.waited_ms

    @property
    def is_stretched(self) -> bool:
        """Return whether looks are farther apart than where the quota has room."""
        return self.interval_ms > STRETCHED * POLL_MS

    def waiting(self, wait_ms: float) -> Pace:
        """Return the pace of a guard whose turn comes in so many milliseconds."""
        return replace(self, waited_ms=wait_ms)

    def after(self, *, refused: bool) -> Pace:
        """Return the pace after a look."""
        if refused:
            return replace(self, per_s=max(1000 / LONGEST_MS, self.per_s / 2), unrefused=0)
        grown = min(1000 / POLL_MS, self.per_s + STEP_PER_S * (1 + self.unrefused))
        return replace(self, per_s=grown, unrefused=self.unrefused + 1)

    def pause_ms(self, chance: float) -> float:
        """Return the pause before the next turn is taken; `chance`, from 0 to 1, spreads those of different guards."""
        pause_ms = 1000 / self.per_s
        return pause_ms * (1 + SPREAD * (2 * chance - 1)) if pause_ms > POLL_MS else POLL_MS
