"""Recorded arrivals replayed through environments that somebody keeps warm: which of them still meet a cold start.

A model with three parameters, which `fitting` takes from recorded calls: how long an idle environment lives, how old
one gets, and how often the one that was used last serves rather than any that is free. AWS documents none of them.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from warmgate.model.hours import Rhythm
from warmgate_ops.cold_starts.keeping.arrivals import Arrival
from warmgate_ops.cold_starts.keeping.lines import Keep

HOLD_MS = 75.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What is done about cold starts in a replay."""

    keep: Keep = field(default_factory=Keep)
    every: Rhythm = field(default_factory=lambda: Rhythm(minutes=5))
    provisioned: bool = False
    """Whether what is kept is provisioned concurrency, which never ends and needs no calls."""


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What a replay showed."""

    cold: int = 0
    cold_init_ms: float = 0.0
    beyond: int = 0
    """Cold starts while as many environments as are kept, or more, were busy: more callers at once than that."""
    runs: int = 0
    """How often the keeper ran."""
    pings: int = 0
    new_by_ping: int = 0
    """Pings that made an environment, for whose init nobody waited."""
    ping_init_ms: float = 0.0
    provisioned_ms: float = 0.0
    """How long provisioned environments worked."""
    busy_ms: float = 0.0
    peak: int = 0
    """The most callers of a version at once."""
    lives_s: list[float] = field(default_factory=list)
    """How long each environment lived, from its first call to the end of its last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How environments behave."""

    idle_s: float = 600.0
    recency: float = 1.0
    """How often the environment that was used last is chosen on purpose, from 0 (any free one) to 1 (always)."""
    age_s: float = math.inf
    """How old an environment gets in the middle: each has an age of its own, from half of it to half as much again."""


def replay(arrivals: Sequence[Arrival], habits: Habits, means: Means | None = None) -> Replayed:
    """Return what happens when the arrivals come to environments with such habits; the same every time."""
    return _Replay(habits, means or Means()).run(arrivals)


@dataclass(slots=True)
class _Environment:
    born: float
    ends: float
    used: float = 0.0
    """Until when it worked last."""


class _Replay:
    """Environments of all versions; those that are free lie in the order in which they became so."""

    def __init__(self, habits: Habits, means: Means) -> None:
        self._idle_ms = habits.idle_s * 1000
        self._recency = habits.recency
        self._random = Random(0)
        self._means = means
        self._age_ms = habits.age_s * 1000
        self._free: dict[str, list[_Environment]] = defaultdict(list)
        self._ending: list[tuple[float, int, str, bool, _Environment]] = []
        self._provisioned: list[float] = []
        self._working: Counter[str] = Counter()
        self._recent: deque[tuple[float, str]] = deque()
        self._last = ""
        self._number = 0
        self._init_ms: dict[str, float] = {}
        self._seen = Replayed()

    def run(self, arrivals: Sequence[Arrival]) -> Replayed:
        """Replay everything."""
        self._init_ms = {arrival.version: arrival.init_ms for arrival in arrivals}
        runs = self._runs(arrivals)
        due = next(runs, math.inf)
        for arrival in arrivals:
            while due <= arrival.at_ms:
                self._ping(due)
                due = next(runs, math.inf)
            self._arrive(arrival)
        self._release(math.inf)
        for free in self._free.values():
            for environment in free:
                self._end(environment)
        return self._seen

    def _runs(self, arrivals: Sequence[Arrival]) -> Iterator[float]:
        """Yield when the keeper runs, in milliseconds."""
        keep, every = self._means.keep, self._means.every
        if self._means.provisioned or not keep.most or not arrivals:
            return
        first, last = int(arrivals[0].at_ms // 60_000), int(arrivals[-1].at_ms // 60_000) + 1
        zone = keep.lines[0].hours.zone if keep.lines else "UTC"
        for minute in range(first, last + 1):
            if every.is_due(minute * 60 - 60, minute * 60, zone):
                yield minute * 60_000.0

    def _arrive(self, arrival: Arrival) -> None:
        now, version, seen = arrival.at_ms, arrival.version, self._seen
        self._release(now)
        self._recent.append((now, version))
        self._last = version
        if self._on_provisioned(arrival):
            return
        if (found := self._taken(now, version)) is not None:
            self._work(found, now + arrival.warm_ms, version)
            seen.busy_ms += arrival.warm_ms
            return
        seen.cold += 1
        seen.cold_init_ms += arrival.init_ms
        seen.beyond += self._working[version] >= max(1, self._means.keep.at(now / 1000))
        self._work(self._made(now), now + arrival.init_ms + arrival.cold_ms, version)
        seen.busy_ms += arrival.cold_ms

    def _on_provisioned(self, arrival: Arrival) -> bool:
        if not self._means.provisioned:
            return False
        now = arrival.at_ms
        while self._provisioned and self._provisioned[0] <= now:
            heapq.heappop(self._provisioned)
        if len(self._provisioned) >= self._means.keep.at(now / 1000):
            return False
        heapq.heappush(self._provisioned, now + arrival.warm_ms)
        self._seen.provisioned_ms += arrival.warm_ms
        return True

    def _ping(self, now: float) -> None:
        wanted = self._means.keep.at(now / 1000)
        if not wanted:
            return
        self._release(now)
        self._seen.runs += 1
        for version, share in self._shares(now).items():
            for _ in range(math.ceil(round(wanted * share, 9))):
                found = self._taken(now, version)
                init_ms = 0.0 if found else self._init_ms[version]
                self._seen.pings += 1
                self._seen.new_by_ping += init_ms > 0
                self._seen.ping_init_ms += init_ms
                self._work(found or self._made(now), now + init_ms + HOLD_MS, version, caller=False)

    def _shares(self, now: float) -> dict[str, float]:
        """Return how much of the alias each version has: by the calls since the last run, as no log knows weights."""
        while self._recent and self._recent[0][0] <= now - 60_000.0 * (self._means.every.minutes or 60):
            self._recent.popleft()
        counts = Counter(version for _, version in self._recent)
        whole = sum(counts.values())
        return {version: count / whole for version, count in counts.items()} if whole else _alone(self._last)

    def _taken(self, now: float, version: str) -> _Environment | None:
        """Take an environment that still lives, if there is one."""
        free = self._free[version]
        while free and free[0].used < now - self._idle_ms:
            self._end(free.pop(0))
        while free:
            last = len(free) == 1 or self._random.random() < self._recency
            found = free.pop(-1 if last else self._random.randrange(len(free)))
            if found.ends > now:
                return found
            self._end(found)
        return None

    def _made(self, now: float) -> _Environment:
        if math.isinf(self._age_ms):
            return _Environment(now, math.inf)
        return _Environment(now, now + self._age_ms * self._random.uniform(0.5, 1.5))

    def _end(self, environment: _Environment) -> None:
        self._seen.lives_s.append((environment.used - environment.born) / 1000)

    def _work(self, environment: _Environment, until: float, version: str, *, caller: bool = True) -> None:
        self._number += 1
        heapq.heappush(self._ending, (until, self._number, version, caller, environment))
        self._working[version] += caller
        self._seen.peak = max(self._seen.peak, self._working[version])

    def _release(self, now: float) -> None:
        while self._ending and self._ending[0][0] <= now:
            ended, _, version, caller, environment = heapq.heappop(self._ending)
            environment.used = ended
            self._free[version].append(environment)
            self._working[version] -= caller


def _alone(version: str) -> dict[str, float]:
    return {version: 1.0} if version else {}
