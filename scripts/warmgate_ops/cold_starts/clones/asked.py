"""What a user asks of a sweep or a measurement."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.errors import SettingsError
from warmgate.policy.values import Policy
from warmgate_ops.cold_starts.sweeping.recommending import Strategy
from warmgate_ops.cold_starts.sweeping.variants import Axes

MOST_CALLS = 1_000
"""Of a kind, for one variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many calls each variant gets, how many overlap, and what all of them may cost."""

    cold: int = 20
    warm: int = 60
    burst: int = 10
    max_usd: float = 0.50
    seed: int = 0

    def check(self) -> None:
        """Raise SettingsError for what makes no run."""
        for option, value, least in (("--cold", self.cold, 1), ("--warm", self.warm, 0), ("--burst", self.burst, 1)):
            if not least <= value <= MOST_CALLS:
                raise SettingsError(f"{option}: found {value}, expected {least} to {MOST_CALLS}")
        if not self.max_usd > 0:
            raise SettingsError(f"--max-usd: found {self.max_usd:g}, expected more than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepAsked:
    """A sweep."""

    function: str
    version: str
    policy: Policy
    axes: Axes
    counts: Counts = Counts()
    strategy: Strategy | None = None
    """None takes the cheapest where there is a limit to keep, else the best balance."""
    within_ms: float | None = None
    cold_share: float | None = None
    """Of all calls; None takes what the log shows."""
    bucket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureAsked:
    """A measurement of two versions."""

    function: str
    before: str
    after: str
    policy: Policy
    counts: Counts = Counts(warm=30)
    memory_mb: int = 0
    """For both; 0 leaves each version what it has."""
    within_ms: float | None = None
    bucket: str = ""
    in_place: bool = False
