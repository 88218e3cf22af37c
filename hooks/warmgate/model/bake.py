"""A bake as a value: what one look leaves for the next. Counts alone, of bounded size whatever the traffic.

The time of a bake is cut into parts of whole minutes, 144 at the most. A part is read once, when it is over: looks
decide when something is found, never what is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

MOST_PARTS = 144
MINUTE_MS = 60_000.0


class BakeEnd(StrEnum):
    """How a bake ended."""

    RELEASED = "released"
    ROLLED_BACK = "rolled back"
    NOT_ROLLED_BACK = "not rolled back"
    """It failed, and the alias still serves the new version: by the policy, or because it could not be moved."""
    SUPERSEDED = "superseded"
    """A newer deployment began, or the alias serves another version: nothing was touched."""
    NOT_JUDGED = "not judged"
    """There was too little traffic, or it could not be read."""


class ShareKind(StrEnum):
    """What makes a call count as bad."""

    ERRORS = "errors"
    COLD_STARTS = "cold_starts"
    SLOW = "slow"
    """A warm call longer than the check's limit, in milliseconds."""
    MEMORY = "memory"
    """A call after which its environment had used more than the check's limit, in megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCheck:
    """A share of calls that may be bad, frozen when the bake begins."""

    check: str
    kind: ShareKind
    allowed: float
    limit: float | None = None
    """Beyond which a call is bad, where its kind has such a limit."""
    base: str = ""
    """What the limit was made of, in words."""
    least: float = 0.0
    """Calls that a part must have: with fewer ones its traffic is another than the old version's was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is judged, frozen at the first look: a policy that changes during a bake moves no line."""

    function: str
    alias: str
    baseline: str
    candidate: str
    policy: str
    source: str
    checks: tuple[ShareCheck, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Bad calls of one part under one check."""

    bad: int = 0
    of: int = 0
    worst: int = 0
    """Of the bad ones, those of the environment that had the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was counted in one part of the bake's time; `tallies` are in the order of the scope's checks."""

    calls: int = 0
    environments: int = 0
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The memory of one environment by its age: the most of each step, 0 where nothing was seen."""

    environment: str
    began_s: int
    """Since the bake began, as is `last_s`."""
    last_s: int
    step_s: int
    used_mb: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeState:
    """All that is known of a bake between two looks."""

    deployment_id: str
    began_ms: float
    """Milliseconds since the epoch, on a whole minute, as is `ends_ms`."""
    ends_ms: float
    every_minutes: int
    look: int = 0
    wait_s: int = 0
    ended: bool = False
    outcome: str = ""
    reason: str = ""
    scope: Scope | None = None
    parts: tuple[Part, ...] = ()
    tracks: tuple[Track, ...] = ()
    memory_size_mb: int = 0
    unread_since_ms: float = 0.0
    """Since when nothing could be read, 0 where all is well."""
    sampled: int = 0
    """Parts of which only some of the time was read call by call, for the mass of calls."""
    failed: str = ""
    """The reason of the verdict that failed the bake, once there is one."""
    findings: tuple[dict[str, str], ...] = ()
    """Check, outcome and reason of each finding at the latest look."""

    @property
    def part_ms(self) -> float:
        """Return how long a part lasts."""
        return ceil((self.ends_ms - self.began_ms) / MINUTE_MS / MOST_PARTS) * MINUTE_MS

    @property
    def part_count(self) -> int:
        """Return how many parts the whole bake has."""
        return ceil((self.ends_ms - self.began_ms) / self.part_ms)

    def part_span(self, number: int) -> tuple[float, float]:
        """Return when a part, counted from 0, begins and ends."""
        began_ms = self.began_ms + number * self.part_ms
        return began_ms, min(began_ms + self.part_ms, self.ends_ms)


def begun(deployment_id: str, ended_ms: float, minutes: int, every_minutes: int) -> BakeState:
    """Return the state that a bake starts from, of a deployment that ended at an instant; the same however often."""
    began_ms = ceil(ended_ms / MINUTE_MS) * MINUTE_MS
    return BakeState(
        deployment_id=deployment_id,
        began_ms=began_ms,
        ends_ms=began_ms + minutes * MINUTE_MS,
        every_minutes=every_minutes,
    )
