"""The journal of environments: when each was made and why, what it did first, when it ended and why. Pure but for time.

No API of AWS tells it. It is what tests hold against what is concluded from logs.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum


class Made(StrEnum):
    """Why an environment was made."""

    FIRST = "first"
    """The version had none before."""
    SCALE_OUT = "scale-out"
    """Every other environment of the version was busy or about to be ready."""
    AFTER_IDLE = "after idle end"
    """There was none any more: the last one had been idle for `Conditions.idle_s`."""
    AFTER_LIFE = "after life end"
    """There was none any more: the last one had reached the age of `Conditions.life_s`."""
    AFTER_FAILURE = "after a failure"
    """One that had failed was missing."""
    AFTER_CHANGE = "after a change"
    """Those of $LATEST were replaced since its code or settings had changed."""
    AFTER_RETIRING = "after retiring"
    """There was none any more: a test had ended them by `retire`, or their call had been abandoned."""
    PROVISIONED = "provisioned"
    PROACTIVE = "proactive"
    """Ahead of any call, by `initialise_ahead`."""
    SNAPSHOT = "snapshot"
    """To initialise a version with SnapStart as it was published."""


class Ended(StrEnum):
    """Why an environment ended."""

    IDLE = "idle"
    LIFE = "life"
    FAILURE = "failure"
    CHANGED = "changed"
    RETIRED = "retired"
    ABANDONED = "abandoned"
    """The call it served was given up half way."""
    WITHDRAWN = "withdrawn"
    """Its provisioned concurrency was taken back."""
    SNAPSHOT = "snapshot"
    """The snapshot was taken."""
    CLOUD = "cloud"
    """The cloud ended."""


_AFTER = {
    Ended.IDLE: Made.AFTER_IDLE,
    Ended.LIFE: Made.AFTER_LIFE,
    Ended.FAILURE: Made.AFTER_FAILURE,
    Ended.CHANGED: Made.AFTER_CHANGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRecord:
    """One environment; times are milliseconds since the epoch."""

    environment: str
    """Its log stream."""
    function: str
    version: str
    started_ms: float
    init_type: str
    """on-demand, provisioned-concurrency or snap-start, as the function reads it."""
    reason: Made
    init_ms: float | None = None
    """What its init took, by the runtime's own measure; None before, and where it failed."""
    first_request_id: str = ""
    """Of the first call that it served."""
    calls: int = 0
    restarts: int = 0
    """How often it was initialised again inside a call, after a crash, a time-out or a failed init."""
    ended_ms: float | None = None
    ended_why: Ended | None = None


class EnvironmentJournal:
    """Every environment of a cloud, in the order in which they were made."""

    def __init__(self, now_s: Callable[[], float] = time.time) -> None:
        self._now_s = now_s
        self._records: dict[str, EnvironmentRecord] = {}
        self._last: dict[tuple[str, str], Ended] = {}
        self._owed: dict[tuple[str, str], list[float]] = defaultdict(list)

    def records(self) -> list[EnvironmentRecord]:
        """Return all of them as they are now."""
        return list(self._records.values())

    def why(self, function: str, version: str, *, beside: bool, idle_s: float | None) -> Made:
        """Return why a call needs one more environment.

        Args:
            function: its name.
            version: the version that is called.
            beside: whether another environment of the same code and settings is there.
            idle_s: for how long one that failed would have been kept; None is for ever.
        """
        key, now_s = (function, version), self._now_s()
        owed = self._owed[key]
        while owed:
            failed_s = owed.pop(0)
            if idle_s is None or now_s - failed_s < idle_s:
                return Made.AFTER_FAILURE
        if beside:
            return Made.SCALE_OUT
        last = self._last.get(key)
        return Made.FIRST if last is None else _AFTER.get(last, Made.AFTER_RETIRING)

    def begun(self, environment: str, function: str, version: str, init_type: str, reason: Made) -> None:
        """Note an environment that is being made."""
        self._records[environment] = EnvironmentRecord(
            environment=environment,
            function=function,
            version=version,
            started_ms=self._now_s() * 1000,
            init_type=init_type,
            reason=reason,
        )

    def initialised(self, environment: str, init_ms: float) -> None:
        """Note how long its init took."""
        self._records[environment] = replace(self._records[environment], init_ms=init_ms)

    def called(self, environment: str, request_id: str, restarts: int) -> None:
        """Note a call that it served."""
        found = self._records[environment]
        self._records[environment] = replace(
            found,
            calls=found.calls + 1,
            first_request_id=found.first_request_id or request_id,
            restarts=found.restarts + restarts,
        )

    def ended(self, environment: str, why: Ended) -> None:
        """Note its end; the first reason holds."""
        found = self._records.get(environment)
        if found is None or found.ended_ms is not None:
            return
        now_s, key = self._now_s(), (found.function, found.version)
        self._records[environment] = replace(found, ended_ms=now_s * 1000, ended_why=why)
        if found.reason is Made.SNAPSHOT or found.init_type == "provisioned-concurrency":
            return
        self._last[key] = why
        if why is Ended.FAILURE:
            self._owed[key].append(now_s)
