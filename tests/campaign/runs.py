"""Runs of a function on a virtual clock: each has threads, calls that go wrong, and an end that nothing tidies up.

Example:
    clock = SharedClock()
    lambda_ = Lambda(clock, timeout_s=300.0, faults=(Fault(run=1, operation="policies.find", kind=Kind.LOST),))
    lambda_.deliver(0.0, "before", lambda run: use_case(run).run(event, run.deadline(reserve_s=30.0)))
    clock.play()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from campaign.faults import ANY, Fault, Kind, error_of
from support.fakes.lambda_runs import RETRIES_S, KillError, Nap, SharedClock
from support.fakes.world import EPOCH_MS
from warmgate.model.deadline import Deadline

T = TypeVar("T")
PATIENCE_S = 43.0
"""Of a look-up that nobody answers: four attempts of ten seconds, and the pauses between them."""


@dataclass
class Trace:
    """What happened, line by line."""

    clock: SharedClock
    lines: list[str] = field(default_factory=list)

    def note(self, who: str, what: str) -> None:
        """Add a line."""
        self.lines.append(f"{self.clock.at_ms / 1000:10.1f} s  {who:16} {what}")


class Run:
    """One run of a function: a clock and a timer that end with it, and ports behind which its faults lie."""

    def __init__(self, house: Lambda, number: int, name: str) -> None:
        self._house, self._clock = house, house.clock
        self.number, self.name = number, f"{name}#{number}"
        self.began_ms = self._clock.at_ms
        self.killed_at_ms = self.began_ms + house.timeout_s * 1000
        self.counts: Counter[str] = Counter()
        self.over = False
        self._naps: list[Nap] = []
        self._faults = tuple(fault for fault in house.faults if fault.run == number)

    def deadline(self, reserve_s: float) -> Deadline:
        """Return the instant that the run keeps `reserve_s` back from."""
        return Deadline(self.killed_at_ms - reserve_s * 1000)

    def now_ms(self) -> float:
        """Return the time."""
        return self._clock.at_ms

    def epoch_ms(self) -> float:
        """Return the same instant since the epoch."""
        return EPOCH_MS + self._clock.at_ms

    def utc_now(self) -> str:
        """Return the same instant for people."""
        return self._clock.utc_now()

    def sleep_ms(self, duration_ms: float) -> None:
        """Sleep, or be killed meanwhile."""
        self._check()
        self._nap(Nap(), self._clock.at_ms + duration_ms)

    def call_at(self, at_ms: float, action: Callable[[], None]) -> Callable[[], None]:
        """Call an action in a thread of its own, unless it is called off or the run has ended."""
        called_off = False

        def call_off() -> None:
            nonlocal called_off
            called_off = True

        def body() -> None:
            if not called_off and not self.over:
                self._as_thread(action)

        self._clock.start(max(at_ms, self._clock.at_ms), body)
        return call_off

    def run(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | None]:
        """Do tasks at the same time, as the port Overlap."""
        results: list[T | None] = [None] * len(tasks)
        errors: list[Exception] = []
        waits, left = Nap(), len(tasks)

        def body(index: int, task: Callable[[], T]) -> None:
            nonlocal left
            try:
                found = task()
                if not waits.over:
                    results[index] = found
            except Exception as error:  # noqa: BLE001 - it is raised where the tasks were begun
                errors.append(error)
            left -= 1
            if left == 0 and not waits.over:
                self._clock.wake(waits)

        for index, task in enumerate(tasks):
            self._clock.start(self._clock.at_ms, partial(self._as_thread, partial(body, index, task)))
        if tasks:
            self._nap(waits, max(deadline.at_ms, self._clock.at_ms))
        if errors:
            raise errors[0]
        return results

    def wired(self, port: Any, name: str) -> Any:
        """Return a port whose calls are counted, noted and go wrong."""
        run = self

        class Wired:
            def __getattr__(self, method: str) -> Any:
                found = getattr(port, method)
                if not callable(found):
                    return found
                return lambda *args, **kwargs: run.called(f"{name}.{method}", lambda: found(*args, **kwargs))

        return Wired()

    def called(
        self,
        operation: str,
        call: Callable[[], T],
        *,
        error_of: Callable[[str, Kind], Exception] = error_of,
        patience_s: float = PATIENCE_S,
    ) -> T:
        """Return what a call gives, unless the schedule has it go wrong."""
        self._check()
        self.counts[operation] += 1
        self.counts[ANY] += 1
        fault = self._fault_of(operation)
        if fault is None:
            self._house.trace.note(self.name, operation)
            result = call()
            self._check()
            return result
        self._house.trace.note(self.name, f"{operation}  <- {fault.kind} {fault.seconds or ''}")
        self._house.injected[fault.kind] += 1
        self._house.struck.append(replace(fault, operation=operation))
        return self._gone_wrong(replace(fault, operation=operation), call, error_of, patience_s)

    def _fault_of(self, operation: str) -> Fault | None:
        """Return what befalls the call that is counted last."""
        for fault in self._faults:
            if fault.hits(operation, self.counts[ANY if fault.operation == ANY else operation]):
                return fault
        return None

    def _gone_wrong(
        self, fault: Fault, call: Callable[[], T], error_of: Callable[[str, Kind], Exception], patience_s: float
    ) -> T:
        if fault.kind is Kind.BLACK_HOLE:
            self.sleep_ms(patience_s * 1000)
        if fault.kind is Kind.SLOW:
            self.sleep_ms(fault.seconds * 1000)
        if fault.kind is Kind.KILLED_BEFORE:
            self.kill()
        if fault.kind in {Kind.REFUSED, Kind.DENIED, Kind.BLACK_HOLE, Kind.UNFORESEEN}:
            raise error_of(fault.operation, fault.kind)
        result = call()
        if fault.kind is Kind.KILLED_AFTER:
            self.kill()
        if fault.kind is Kind.TRICKLE:
            self.sleep_ms(fault.seconds * 1000)
        if fault.kind is Kind.LOST:
            raise error_of(fault.operation, fault.kind)
        self._check()
        return result

    def kill(self) -> None:
        """End the run with all its threads; raises KillError."""
        self.end()
        raise KillError

    def end(self) -> None:
        """Let every thread of the run die when it wakes, which is now."""
        self.over = True
        for nap in self._naps:
            self._clock.wake(nap)

    def _as_thread(self, work: Callable[[], object]) -> None:
        try:
            work()
        except KillError:
            return

    def _nap(self, nap: Nap, until_ms: float) -> None:
        self._naps.append(nap)
        self._clock.nap(nap, min(until_ms, max(self.killed_at_ms, self._clock.at_ms)))
        self._naps.remove(nap)
        self._check()

    def _check(self) -> None:
        if not self.over and self._clock.at_ms >= self.killed_at_ms:
            self._house.trace.note(self.name, "killed by its time-out")
            self._house.timed_out.append(self)
            self.end()
        if self.over:
            raise KillError


@dataclass
class Lambda:
    """The service around a function: delivers events, and runs an event again where its run failed."""

    clock: SharedClock
    timeout_s: float
    faults: tuple[Fault, ...] = ()
    runs: list[Run] = field(default_factory=list)
    injected: Counter[Kind] = field(default_factory=Counter)
    struck: list[Fault] = field(default_factory=list)
    raised: list[Exception] = field(default_factory=list)
    timed_out: list[Run] = field(default_factory=list)
    given_up: int = 0
    """Events whose every run has failed."""
    trace: Trace = field(init=False)

    def __post_init__(self) -> None:
        self.trace = Trace(self.clock)

    def deliver(self, at_s: float, name: str, use_case: Callable[[Run], object]) -> None:
        """Deliver an event at an instant."""
        self.clock.start(at_s * 1000, lambda: self._as_lambda(name, use_case))

    def _as_lambda(self, name: str, use_case: Callable[[Run], object]) -> None:
        for pause_s in (*RETRIES_S, None):
            if self._ran(name, use_case):
                return
            if pause_s is not None:
                self.clock.sleep_ms(pause_s * 1000)
        self.given_up += 1

    def _ran(self, name: str, use_case: Callable[[Run], object]) -> bool:
        run = Run(self, len(self.runs) + 1, name)
        self.runs.append(run)
        self.trace.note(run.name, "run begins")
        try:
            found = use_case(run)
        except KillError:
            self.trace.note(run.name, "run was killed")
            return False
        except Exception as error:  # noqa: BLE001 - whatever a run raises, Lambda runs the event again
            self.raised.append(error)
            self.trace.note(run.name, f"run raised {type(error).__name__}: {error}")
            return False
        finally:
            run.end()
        self.trace.note(run.name, f"run returned {found}")
        return True
