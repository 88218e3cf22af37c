"""Overlapping pings to the versions of one alias: how many environments answered, and which of them were new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from warmgate.errors import InvokeError
from warmgate.keeping.pings import HOLD_MS, Pong, ping_of, pong_of
from warmgate.keeping.shares import Part
from warmgate.logs.invocations import record_of
from warmgate.model.calls import Answer, Start
from warmgate.model.deadline import Deadline
from warmgate.ports.functions import Invoker
from warmgate.ports.time import Clock, Overlap

ROUNDS = 2
"""The second one holds longer: on a slow network the first pings may be answered before the last ones are sent."""
HOLD_EACH_MS = 5
"""From 15 pings on each holds longer, as sending one takes about that time (measured: 1 to 5 ms)."""
LONGER = 4


@dataclass(slots=True)
class Seen:
    """What pings have shown so far."""

    calls: int = 0
    cold: int = 0
    billed_ms: float = 0.0
    environments: dict[str, set[str]] = field(default_factory=dict)
    """By version."""
    strange: dict[str, str] = field(default_factory=dict)
    """What came instead of the answer to a ping, by version."""
    refusal: str = ""
    throttled: bool = False

    @property
    def is_over(self) -> bool:
        """Return whether nothing more may be called in this run."""
        return bool(self.throttled or self.refusal or self.strange)

    def count(self, version: str) -> int:
        """Return how many environments of a version have answered."""
        return len(self.environments.get(version, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bursts:
    """Makes pings that overlap; a call that fails is not made again."""

    invoker: Invoker
    overlap: Overlap
    clock: Clock

    def ping(self, function: str, parts: Iterable[Part], deadline: Deadline, payload: bytes | None = None) -> Seen:
        """Ping every version until as many environments answered as were asked for, or twice."""
        seen, left = Seen(), tuple(parts)
        for number in range(1 if payload is not None else ROUNDS):
            count = sum(part.count for part in left)
            if not count or deadline.passed(self.clock.now_ms()):
                break
            hold_ms = max(HOLD_MS, HOLD_EACH_MS * count) * LONGER**number
            self._round(function, left, hold_ms, deadline, payload, seen)
            if seen.is_over:
                break
            left = tuple(part for part in left if seen.count(part.version) < part.count)
        return seen

    def _round(
        self,
        function: str,
        parts: tuple[Part, ...],
        hold_ms: int,
        deadline: Deadline,
        payload: bytes | None,
        seen: Seen,
    ) -> None:
        turns = [part for part in parts for _ in range(part.count)]
        # Without time for a second attempt the invoker makes none: a retried ping is a call that nobody asked for.
        at_once = Deadline(self.clock.now_ms())

        def task(part: Part) -> Answer | InvokeError:
            try:
                return self.invoker.invoke(ping_of(function, part.qualifier, hold_ms, payload), at_once)
            except InvokeError as error:
                return error

        results = self.overlap.run([lambda part=part: task(part) for part in turns], deadline)  # type: ignore[misc]
        for part, result in zip(turns, results, strict=True):
            _note(part, result, seen, read=payload is None)


def _note(part: Part, result: Answer | InvokeError | None, seen: Seen, *, read: bool) -> None:
    if isinstance(result, InvokeError):
        seen.throttled = seen.throttled or result.throttled
        seen.refusal = seen.refusal or str(result)
        seen.calls += 1 if result.lost else 0
        return
    seen.calls += 1
    if result is None:
        seen.refusal = seen.refusal or "no answer came before the run had to end"
        return
    record = record_of(result.log_tail, None)
    seen.cold += record.start in {Start.COLD, Start.RESTORED}
    seen.billed_ms += record.billed_ms or result.caller_ms
    pong = pong_of(result) if read else Pong("")
    if pong is None:
        seen.strange.setdefault(part.version, strangeness(result))
    elif pong.environment:
        seen.environments.setdefault(result.executed_version or part.version, set()).add(pong.environment)


def strangeness(answer: Answer) -> str:
    """Return what is wrong with an answer, without its content, which may be secret."""
    if answer.function_error is not None:
        return f"a function error ({answer.function_error})"
    return f"an answer of {len(answer.payload)} bytes that is not one to a ping"
