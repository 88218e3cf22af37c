"""The execution environments of one version as its calls show them: when each ran, and how each stood at an instant."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from warmgate_ops.cold_starts.calls import Beginning, Call

LOGGED_LATE_MS = 50.0
"""The caller of a call that ended its environment may have the error so long before the log has its report."""
SLACK_MS = 300.0
"""A call may have come so long before its init began, and a report be written so long after the end."""
FEWEST_GAPS = 5
"""From so many gaps that an environment survived on, its idle limit is an observation."""
ENDING_TYPES = ("Runtime.", "Sandbox.", "Extension.")
"""What an error type begins with where the platform, and not the handler, ended the call."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One log stream."""

    name: str
    calls: tuple[Call, ...]
    """By time."""
    starts: tuple[float, ...]
    """When each began, milliseconds since the epoch."""

    @property
    def begun_ms(self) -> float:
        """Return when its first known call arrived."""
        return self.starts[0]

    @property
    def ended_ms(self) -> float:
        """Return when its last known call ended."""
        return self.calls[-1].ended_ms

    @property
    def provisioned(self) -> bool:
        """Return whether it is one of provisioned concurrency."""
        return any(call.beginning is Beginning.PROVISIONED for call in self.calls)

    @property
    def failed(self) -> bool:
        """Return whether its last call was one that ends an environment."""
        return ends_environment(self.calls[-1])

    def gaps(self) -> Iterator[float]:
        """Yield the milliseconds without a call that it survived."""
        for earlier, later in pairwise(self.calls):
            gap = later.called_ms - earlier.ended_ms
            if gap > 0 and not ends_environment(earlier):
                yield gap

    def last_before(self, at_ms: float) -> Call | None:
        """Return the last call that began before an instant."""
        place = bisect_right(self.starts, at_ms)
        return self.calls[place - 1] if place else None


def ends_environment(call: Call) -> bool:
    """Return whether a call's end is one after which its environment is initialised again: a time-out, a crash."""
    return call.status in {"timeout", "failure"} or call.error_type.startswith(ENDING_TYPES)


@dataclass(frozen=True, slots=True)
class Gone:
    """An environment that was free at an instant and never served again; the gap is in milliseconds."""

    environment: Environment
    gap_ms: float


@dataclass(slots=True)
class Standing:
    """How the other environments of a version stood when a cold start was called for."""

    busy: list[Environment] = field(default_factory=list)
    """Running a call for certain."""
    just_free: list[Environment] = field(default_factory=list)
    """Free for less than times are exact to."""
    free: list[Environment] = field(default_factory=list)
    """Free, and alive: they served again later."""
    gone: list[Gone] = field(default_factory=list)
    """Free, and never seen again; the one that served last stands first."""

    @property
    def serving(self) -> int:
        """Return how many ran a call, as exactly as times are told."""
        return len(self.busy) + len(self.just_free)


class History:
    """The environments of one version.

    Args:
        calls: all known calls of the version, in any order.
    """

    def __init__(self, calls: Iterable[Call]) -> None:
        streams: dict[str, list[Call]] = {}
        for call in calls:
            # A source without streams shows each cold start as an environment of its own, and warm calls as nobody's.
            name = call.environment or f"?{call.request_id or id(call)}"
            streams.setdefault(name, []).append(call)
        self.environments = tuple(
            sorted(map(_environment, streams.items()), key=lambda each: (each.begun_ms, each.name))
        )
        gaps = sorted(gap for each in self.environments if not each.provisioned for gap in each.gaps())
        self.gaps: Sequence[float] = gaps
        """What environments on demand survived without a call, shortest first."""
        self.named = all(call.environment for each in self.environments for call in each.calls)
        """Whether the source tells environments apart."""
        self.usual_ms = median(call.duration_ms for each in self.environments for call in each.calls)
        """Median duration of a call."""
        self.usual_gap_ms = median(gaps) if gaps else 0.0

    @property
    def survived_ms(self) -> float | None:
        """Return the longest gap that an environment survived; None where too few are known."""
        return self.gaps[-1] if len(self.gaps) >= FEWEST_GAPS else None

    def peak(self, since_ms: float, until_ms: float) -> int:
        """Return how many calls ran at once between two instants, at most."""
        edges: list[tuple[float, int]] = []
        for each in self.environments:
            for call in each.calls[bisect_left(each.starts, since_ms) : bisect_right(each.starts, until_ms)]:
                edges += ((call.called_ms, 1), (call.ended_ms, -1))
        running = most = 0
        for _, change in sorted(edges):
            running += change
            most = max(most, running)
        return most

    def begun_between(self, since_ms: float, until_ms: float) -> int:
        """Return how many environments got their first call between two instants."""
        return sum(since_ms < each.begun_ms <= until_ms for each in self.environments)


def _environment(stream: tuple[str, list[Call]]) -> Environment:
    name, calls = stream
    ordered = sorted(calls, key=lambda call: (call.called_ms, call.ended_ms))
    for place, (earlier, later) in enumerate(pairwise(ordered), 1):
        # After such an end the next call runs init inside itself, and no line says so where that init goes well.
        if later.beginning is Beginning.WARM and ends_environment(earlier):
            ordered[place] = replace(later, beginning=Beginning.SUPPRESSED)
    return Environment(name, tuple(ordered), tuple(call.called_ms for call in ordered))


class Sweep:
    """Goes through the cold starts of a version in the order of time; each replaces one environment that is gone."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._next = 0
        self._known: list[Environment] = []
        self._replaced: set[str] = set()

    def standing(self, call: Call, environment: str) -> Standing:
        """Return how the others stood when a call arrived; calls must be asked for in the order of time."""
        at_ms = call.called_ms
        for each in self._history.environments[self._next :]:
            # Of environments begun at the same instant the first one met the others free, as far as anybody knows.
            if (each.begun_ms, each.name) > (at_ms, environment):
                break
            self._known.append(each)
            self._next += 1
        found = Standing()
        for each in self._known:
            if each.name != environment:
                _place(found, each, at_ms)
        found.gone.sort(key=lambda gone: gone.gap_ms)
        return found

    def replace(self, gone: Sequence[Gone]) -> None:
        """Note that a cold start replaced the first of these; those that are out of use for long are forgotten."""
        if gone:
            self._replaced.add(gone[0].environment.name)
        # The newest of those that idled away is kept: it says when the version served last.
        limit = self._history.survived_ms
        idled = {each.environment.name for each in gone[1:] if limit is not None and each.gap_ms > limit}
        out = self._replaced | idled
        self._known = [each for each in self._known if each.name not in out]


def _place(found: Standing, each: Environment, at_ms: float) -> None:
    place = bisect_right(each.starts, at_ms)
    if not place:
        return
    last = each.calls[place - 1]
    if last is each.calls[-1] and ends_environment(last) and last.ended_ms <= at_ms + LOGGED_LATE_MS:
        found.gone.append(Gone(each, max(0.0, at_ms - last.ended_ms)))
    elif last.ended_ms > at_ms:
        found.busy.append(each)
    elif last.ended_ms > at_ms - SLACK_MS or (place < len(each.starts) and each.starts[place] < at_ms + SLACK_MS):
        found.just_free.append(each)
    elif last is not each.calls[-1]:
        found.free.append(each)
    else:
        found.gone.append(Gone(each, at_ms - last.ended_ms))
