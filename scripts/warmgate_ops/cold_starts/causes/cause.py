"""The answer for one cold start: its cause, what stands behind it and how certain that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.happened import Event


class Cause(StrEnum):
    """Why an execution environment was made, in the order in which evidence is looked for."""

    AHEAD = "made ahead"
    """Initialised before anybody called: nobody waited."""
    DEPLOYMENT = "deployment"
    ROLLBACK = "rollback"
    MOVED = "alias moved"
    """By hand or by a tool other than CodeDeploy."""
    NEW_VERSION = "new version"
    """The version's first environments, where it is not known what gave it traffic."""
    FAILURE = "after failure"
    """The call before ended its environment: time-out, crash, out of memory, or an init that failed."""
    CONFIGURATION = "configuration"
    """Code or configuration of $LATEST changed."""
    CONCURRENCY = "concurrency"
    """Reserved or provisioned concurrency changed."""
    SPILL_OVER = "spill-over"
    """Every provisioned environment was busy."""
    SCHEDULE = "schedule"
    SCALE_OUT = "scale-out"
    """Every live environment was busy."""
    IDLE = "idle"
    RECYCLING = "recycling"
    """An environment ended although it was in use."""
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """Whether something else could explain it too."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One cause that fits, in words."""

    cause: Cause
    certainty: Certainty
    words: str
    event: Event | None = None
    gap_ms: float | None = None
    """How long nobody called: the version where it was idle, the one environment where that is gone."""
    age_ms: float | None = None
    """How old an environment became that is gone, as far as its calls tell."""
    failed: str = ""
    """How the call before failed."""
    schedule: str = ""
    """The schedule in words; empty where none is meant."""
    fired_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One cold start and its cause."""

    call: Call
    evidence: Evidence
    ties: tuple[Evidence, ...] = ()
    """Other causes that fit as well, in order."""
    at_once: int = 1
    """How many environments of the version ran a call at that instant, this one included."""

    @property
    def cause(self) -> Cause:
        """Return the cause that was found first."""
        return self.evidence.cause
