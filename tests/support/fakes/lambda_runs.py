"""Lambda and EventBridge around the guard, on a virtual clock: runs at once, runs that die, retries, hand-overs.

Example:
    events = GuardEvents(ShiftWorld(clock=SharedClock()), dies=(Dies(attempt=1, step=7),))
    events.delivered(at_s=0.0)
    events.delivered(at_s=3.0)
    events.play()
    assert events.world.shifts.stopped == [events.world.deployment_id]
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock, Thread
from typing import Any

from support.fakes.claims import FakeClaims
from support.fakes.shift_world import ShiftWorld
from support.fakes.world import VirtualClock
from warmgate.errors import SuccessorError
from warmgate.live.guard import Guard
from warmgate.live.watch import Ending
from warmgate.model.deployment import Shift

RETRIES_S = (60.0, 120.0)
"""Lambda runs an event again so long after a run of it has failed (Lambda, asynchronous errors)."""


class KillError(BaseException):
    """The run was killed, out of memory for example: nothing of ours may catch it, and nothing tidies up."""


class Nap:
    """One sleep, which may be ended before its time."""

    def __init__(self) -> None:
        self.turn = Lock()
        self.turn.acquire()
        self.over = False


class SharedClock(VirtualClock):
    """The time of several runs: each is a thread, one of them runs at a time, and all sleep until one wakes."""

    def __init__(self) -> None:
        super().__init__()
        self._sleeping: list[tuple[float, int, Nap]] = []
        self._numbers = count()
        self._back = Lock()
        self._back.acquire()
        self._failed: list[BaseException] = []

    def start(self, at_ms: float, work: Callable[[], object]) -> None:
        """Let some work begin at an instant."""
        nap = Nap()
        self._asleep_until(nap, at_ms)

        def body() -> None:
            nap.turn.acquire()
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - it belongs to who plays
                self._failed.append(error)
            finally:
                self._back.release()

        Thread(target=body, daemon=True).start()

    def sleep_ms(self, duration_ms: float) -> None:
        """Let the others run until the time has passed."""
        self.nap(Nap(), self.at_ms + duration_ms)

    def nap(self, nap: Nap, until_ms: float) -> None:
        """Let the others run until an instant, or until somebody ends the nap."""
        self._asleep_until(nap, until_ms)
        self._back.release()
        nap.turn.acquire()

    def wake(self, nap: Nap) -> None:
        """End a nap now, when whoever calls this sleeps itself."""
        self._asleep_until(nap, self.at_ms)

    def play(self) -> None:
        """Return when all work has ended."""
        while self._sleeping:
            wakes_ms, _, nap = heapq.heappop(self._sleeping)
            if nap.over:
                continue
            nap.over = True
            self.at_ms = max(self.at_ms, wakes_ms)
            nap.turn.release()
            self._back.acquire()
        if self._failed:
            raise self._failed[0]

    def _asleep_until(self, nap: Nap, at_ms: float) -> None:
        heapq.heappush(self._sleeping, (at_ms, next(self._numbers), nap))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dies:
    """How an attempt ends: at which of its calls, before it has an effect or after, and by what."""

    attempt: int
    step: int
    after: bool = False
    error: type[BaseException] = KillError


class Attempt:
    """Counts the calls that one run makes, and ends it at one of them."""

    def __init__(self, dies: Dies | None) -> None:
        self.calls: list[str] = []
        self._dies = dies

    def wired(self, port: Any) -> Any:
        """Return a port whose calls are counted."""
        attempt = self

        class Counted:
            def __getattr__(self, name: str) -> Any:
                found = getattr(port, name)
                return attempt._counted(name, found) if callable(found) else found

        return Counted()

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            dies = self._dies if self._dies is not None and len(self.calls) == self._dies.step else None
            if dies is not None and not dies.after:
                raise dies.error
            result = call(*args, **kwargs)
            if dies is not None:
                raise dies.error
            return result

        return made


@dataclass
class GuardEvents:
    """Every run of the guard over one shift."""

    world: ShiftWorld
    dies: tuple[Dies, ...] = ()
    left_s: float = 890.0
    refused: int = 0
    """How many hand-overs start nothing, and fail."""
    lost: int = 0
    """How many of the others start a run, but their caller gets no answer."""
    copies: int = 1
    """How often a hand-over is delivered."""
    look_s: Callable[[int], float] = lambda _attempt: 0.0
    """How long a look into the log takes an attempt."""
    attempts: list[Attempt] = field(default_factory=list)
    readers: list[int] = field(default_factory=list)
    """Which attempt looked into the log, in the order of time."""
    endings: list[Ending] = field(default_factory=list)
    given_up: int = 0
    """Events whose every attempt has failed."""

    @property
    def clock(self) -> SharedClock:
        """Return the clock of all runs."""
        assert isinstance(self.world.clock, SharedClock)
        return self.world.clock

    def delivered(self, shift: Shift | None = None, *, at_s: float = 0.0) -> None:
        """Deliver an event at an instant: the deployment's start, or a hand-over."""
        event = shift or Shift(deployment_id=self.world.deployment_id)
        self.clock.start(at_s * 1000, lambda: self._as_lambda(event))

    def play(self) -> None:
        """Return when every run has ended."""
        self.clock.play()

    def start(self, shift: Shift) -> None:
        """Start the run that takes over, as a port."""
        if self.refused > 0:
            self.refused -= 1
            raise SuccessorError("throttled")
        for _ in range(self.copies):
            self.delivered(shift, at_s=self.clock.at_ms / 1000)
        if self.lost > 0:
            self.lost -= 1
            raise SuccessorError("no answer")

    def _as_lambda(self, shift: Shift) -> None:
        for pause_s in (*RETRIES_S, None):
            try:
                self.endings.append(self._guard().run(shift, self.world.deadline(self.left_s)).ending)
                return
            except (Exception, KillError):  # noqa: BLE001 - whatever ends a run, Lambda runs the event again
                if pause_s is not None:
                    self.clock.sleep_ms(pause_s * 1000)
        self.given_up += 1

    def _guard(self) -> Guard:
        number, guard = len(self.attempts) + 1, self.world.guard()
        attempt = Attempt(next((dies for dies in self.dies if dies.attempt == number), None))
        self.attempts.append(attempt)
        return replace(
            guard,
            shifts=attempt.wired(guard.shifts),
            policies=attempt.wired(guard.policies),
            functions=attempt.wired(guard.functions),
            logs=attempt.wired(_Logs(self, number)),
            claims=attempt.wired(FakeClaims(self.world.claims)),
            handover=attempt.wired(self),
            reports=tuple(attempt.wired(sink) for sink in guard.reports),
        )


class _Logs:
    """The log of the world, which takes its time and notes who reads."""

    def __init__(self, events: GuardEvents, number: int) -> None:
        self._events, self._number = events, number

    def calls(self, *args: Any) -> Any:
        """Return what the log holds at the end of the look."""
        self._events.readers.append(self._number)
        self._events.clock.sleep_ms(self._events.look_s(self._number) * 1000)
        return self._events.world.logs.calls(*args)
