"""Reads what the parts of a bake hold that are over: each part once, by the log and by CloudWatch's counts.

Bounded: at most so many parts a look. Of a part with more calls than can be read only its beginning is read call by
call, as much of it as holds about the most; its errors are CloudWatch's count of all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from warmgate.errors import LogLookupError
from warmgate.judge.bake.counting import part_of
from warmgate.judge.bake.tracks import followed
from warmgate.live.traffic import sample_of
from warmgate.logs.calls import LoggedCall, Window
from warmgate.model.bake import BakeState, Scope
from warmgate.model.calls import Arm
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.log_stream import FunctionLog
from warmgate.model.traffic import MetricCounts, MinuteCounts
from warmgate.ports.baking import AliasMetrics
from warmgate.ports.logs import Logs
from warmgate.ports.time import Clock

SETTLING_MS = 180_000.0
"""A part is read so long after its end: CloudWatch's counts and late log events can be some minutes behind."""
MOST_PARTS = 24
MOST_CALLS = 20_000
"""Of one part, about so many are read: FilterLogEvents gives some thousand events a second."""
FIRST_POSITION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReader:
    """The sources of a bake's counts."""

    logs: Logs
    metrics: AliasMetrics
    clock: Clock

    def read(self, state: BakeState, scope: Scope, log: FunctionLog, deadline: Deadline) -> tuple[BakeState, str]:
        """Return the state with the parts that are over and were not read, and why it stopped before the last one."""
        ready = self.ready(state)
        if ready == len(state.parts):
            return state, ""
        since_ms, until_ms = state.part_span(len(state.parts))[0], state.part_span(ready - 1)[1]
        target = Target(scope.function, scope.alias)
        try:
            minutes = self.metrics.minutes(target, Window(since_ms, until_ms), deadline)
            first = len(state.parts)
            while len(state.parts) < ready:
                state, cut = self._with_part(state, scope, log, minutes, deadline)
                if cut and len(state.parts) == first:
                    # Alone it has all the time of a look: what was read of it must do.
                    return replace(cut, unread_since_ms=0.0), ""
                if cut:
                    break
        except LogLookupError as error:
            return state, str(error)
        return replace(state, unread_since_ms=0.0), ""

    def ready(self, state: BakeState) -> int:
        """Return how many parts can have been read after this look."""
        settled_ms = self.clock.epoch_ms() - SETTLING_MS
        over = len(state.parts)
        while over < min(state.part_count, len(state.parts) + MOST_PARTS) and state.part_span(over)[1] <= settled_ms:
            over += 1
        return over

    def _with_part(
        self,
        state: BakeState,
        scope: Scope,
        log: FunctionLog,
        minutes: Sequence[MinuteCounts],
        deadline: Deadline,
    ) -> tuple[BakeState, BakeState | None]:
        """Return the state with one part more; where the deadline cut it, the state before, and the one with it."""
        since_ms, until_ms = state.part_span(len(state.parts))
        counted = _within(minutes, since_ms, until_ms)
        share = min(1.0, MOST_CALLS / counted.calls) if counted.calls else 1.0
        # The end of a window belongs to it, for the port as for FilterLogEvents.
        window = Window(since_ms, since_ms + (until_ms - since_ms) * share - 1)
        found = self.logs.calls(log, window, deadline).calls
        was_cut = deadline.passed(self.clock.now_ms())
        grown = _grown(state, scope, _candidates(found, scope), counted, sampled=share < 1 or was_cut)
        return (state, grown) if was_cut else (grown, None)


def _grown(
    state: BakeState, scope: Scope, calls: Sequence[LoggedCall], counted: MetricCounts, *, sampled: bool
) -> BakeState:
    samples = [sample_of(call, Arm.CANDIDATE, FIRST_POSITION, place) for place, call in enumerate(calls)]
    timed = [((call.at_ms - state.began_ms) / 1000, sample) for call, sample in zip(calls, samples, strict=True)]
    size = next((sample.memory_size_mb for sample in samples if sample.memory_size_mb), None)
    return replace(
        state,
        parts=(*state.parts, part_of(samples, scope.checks, counted)),
        tracks=followed(state.tracks, timed),
        memory_size_mb=round(size) if size else state.memory_size_mb,
        sampled=state.sampled + sampled,
    )


def _candidates(calls: Sequence[LoggedCall], scope: Scope) -> list[LoggedCall]:
    """Return the candidate's calls by time; a report without a beginning counts as an environment's first one alone.

    Its call began before the window. Another such line was printed by the function.
    """
    kept, seen = list[LoggedCall](), set[str]()
    for call in sorted(calls, key=lambda call: (call.at_ms, call.environment, call.record.request_id or "")):
        if call.version == scope.candidate and (call.record.begun or call.environment not in seen):
            kept.append(call)
        seen.add(call.environment)
    return kept


def _within(minutes: Sequence[MinuteCounts], since_ms: float, until_ms: float) -> MetricCounts:
    inside = [minute for minute in minutes if since_ms <= minute.at_ms < until_ms]
    return MetricCounts(calls=sum(m.calls for m in inside), errors=sum(m.errors for m in inside))
