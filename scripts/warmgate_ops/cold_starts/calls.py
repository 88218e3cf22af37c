"""A call of live traffic as the cold-start analysis sees it: when it ran, where, and what its environment did first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Beginning(StrEnum):
    """What the execution environment did before or inside a call."""

    WARM = "warm"
    COLD = "cold"
    """It was initialised, and the caller waited for that."""
    RESTORED = "restored"
    """It was restored from a snapshot, and the caller waited for that."""
    SUPPRESSED = "suppressed"
    """Init ran inside the call, after a time-out or a crash: its duration contains it, and no Init Duration is told."""
    AHEAD = "ahead"
    """It was initialised before anybody called (proactive initialisation): nobody waited."""
    PROVISIONED = "provisioned"


WAITED = (Beginning.COLD, Beginning.RESTORED, Beginning.SUPPRESSED)
"""The beginnings that a caller waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One reported call; None where the log does not tell. Times are milliseconds since the epoch."""

    function: str
    version: str
    environment: str
    """Its log stream; empty where the source names none."""
    beginning: Beginning
    ended_ms: float
    """When its report was written."""
    duration_ms: float
    """Without init; with it where `beginning` is suppressed."""
    init_ms: float | None = None
    """Init or restore, whichever the beginning says."""
    billed_ms: float | None = None
    memory_mb: float | None = None
    max_memory_mb: float | None = None
    request_id: str = ""
    trace_id: str = ""
    status: str = "success"
    """success, error, timeout or failure, as in `InvocationRecord`."""
    error_type: str = ""

    @property
    def called_ms(self) -> float:
        """When the caller began to wait: ahead of the init that it waited for."""
        before_ms = self.init_ms or 0.0 if self.beginning in {Beginning.COLD, Beginning.RESTORED} else 0.0
        return self.ended_ms - self.duration_ms - before_ms

    @property
    def first_response_ms(self) -> float | None:
        """How long the caller of a cold start waited: init or restore, and this call; None of any other call."""
        if self.beginning not in WAITED:
            return None
        if self.beginning is Beginning.SUPPRESSED:
            return self.duration_ms
        return None if self.init_ms is None else self.init_ms + self.duration_ms
