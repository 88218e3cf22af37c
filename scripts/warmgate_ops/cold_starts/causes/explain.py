"""One cause for each cold start of a function, from its calls, events and schedules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Evidence, Explained
from warmgate_ops.cold_starts.causes.happened import Event
from warmgate_ops.cold_starts.causes.history import History, Sweep
from warmgate_ops.cold_starts.causes.registry import LOOKS
from warmgate_ops.cold_starts.causes.scene import Scene
from warmgate_ops.cold_starts.causes.schedules import Schedule, Timetable
from warmgate_ops.cold_starts.causes.wording import span

EXPLAINED = frozenset({Beginning.COLD, Beginning.RESTORED, Beginning.SUPPRESSED, Beginning.AHEAD})
"""The beginnings that have a cause; provisioned environments are made as configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a function; times are milliseconds since the epoch."""

    calls: Sequence[Call]
    events: Sequence[Event] = ()
    schedules: Sequence[Schedule] = ()
    since_ms: float | None = None
    """Where the reading of the log began; None is the first call."""
    until_ms: float | None = None


def explain(known: Known) -> tuple[Explained, ...]:
    """Return every cold start with its cause, by time."""
    if not known.calls:
        return ()
    since = known.since_ms if known.since_ms is not None else min(call.called_ms for call in known.calls)
    until = known.until_ms if known.until_ms is not None else max(call.ended_ms for call in known.calls)
    called = [call.called_ms for call in known.calls]
    tables = [Timetable(schedule, since, until, called) for schedule in known.schedules]
    events = sorted(known.events, key=lambda event: event.at_ms)
    by_version: dict[str, list[Call]] = {}
    for call in known.calls:
        by_version.setdefault(call.version, []).append(call)
    firsts = sorted((min(call.called_ms for call in calls), version) for version, calls in by_version.items())
    found: list[Explained] = []
    histories = {version: History(calls) for version, calls in by_version.items()}
    for version in histories:
        scenes = _scenes(histories, version, events, tables, (since, until, _before(firsts, version)))
        found += (_explained(scene, sweep) for scene, sweep in scenes)
    return tuple(sorted(found, key=lambda each: (each.call.called_ms, each.call.environment)))


def _scenes(
    histories: Mapping[str, History],
    version: str,
    events: Sequence[Event],
    tables: Sequence[Timetable],
    around: tuple[float, float, str],
) -> Iterator[tuple[Scene, Sweep]]:
    history = histories[version]
    sweep = Sweep(history)
    own = ((call, each) for each in history.environments for call in each.calls if call.beginning in EXPLAINED)
    served = _Served(history)
    for call, environment in sorted(own, key=lambda each: (each[0].called_ms, each[1].name)):
        scene = Scene(
            call=call,
            environment=environment,
            history=history,
            standing=sweep.standing(call, environment.name),
            events=events,
            schedules=tables,
            histories=histories,
            since_ms=around[0],
            until_ms=around[1],
            served_ms=served.before(call.called_ms),
            other_version=around[2],
        )
        yield scene, sweep


def _explained(scene: Scene, sweep: Sweep) -> Explained:
    fitting = [evidence for look in LOOKS if (evidence := look(scene)) is not None]
    if scene.environment.calls[0] is scene.call:
        by_failure = bool(fitting) and fitting[0].cause is Cause.FAILURE
        gone = scene.standing.gone
        sweep.replace([*(each for each in gone if by_failure and each.environment.failed), *gone])
    return Explained(
        call=scene.call,
        evidence=fitting[0] if fitting else _unknown(scene),
        ties=_ties(fitting),
        at_once=scene.standing.serving + 1,
    )


def _ties(fitting: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return what else fits, each cause once; what is certain of its own cause has no rival."""
    if not fitting or fitting[0].certainty is Certainty.CERTAIN:
        return ()
    seen: dict[Cause, Evidence] = {}
    for evidence in fitting[1:]:
        if evidence.cause is not fitting[0].cause:
            seen.setdefault(evidence.cause, evidence)
    return tuple(seen.values())


def _unknown(scene: Scene) -> Evidence:
    if scene.standing.free:
        words = f"{len(scene.standing.free)} live environments were free, as far as reports tell, and were not chosen"
    elif scene.served_ms is None:
        words = "no call of the version before it is known"
    elif scene.limit_ms is None:
        words = f"the version's last call ended {span(scene.at_ms - scene.served_ms)} before; too few gaps are known"
    else:
        words = "environments live for a time that nobody states"
    return Evidence(cause=Cause.UNKNOWN, certainty=Certainty.NONE, words=words)


def _before(firsts: Iterable[tuple[float, str]], version: str) -> str:
    """Return the version whose first call is the last one before a version's first."""
    earlier = ""
    for _, other in firsts:
        if other == version:
            return earlier
        earlier = other
    return earlier


class _Served:
    """When a version's calls ended, asked for in the order of time."""

    def __init__(self, history: History) -> None:
        calls = [call for each in history.environments for call in each.calls]
        self._starts = sorted(calls, key=lambda call: call.called_ms)
        self._next = 0
        self._latest: float | None = None

    def before(self, at_ms: float) -> float | None:
        """Return the latest end of the calls that began before an instant; None where there were none."""
        while self._next < len(self._starts) and self._starts[self._next].called_ms < at_ms:
            ended_ms = self._starts[self._next].ended_ms
            self._latest = ended_ms if self._latest is None else max(self._latest, ended_ms)
            self._next += 1
        return self._latest
