"""Calls functions when their schedules say so, on a clock that may pass faster than the wall's."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.naming import named
from warmgate_ops.rehearsal.cloud.schedules.definitions import Clients, Definition, definitions, payload_of
from warmgate_ops.rehearsal.cloud.schedules.expressions import At, Rate

Start = Callable[[str, str, bytes], str]
"""Puts an event into a function's queue, by name and qualifier; returns the request id."""
_STACK_S, _STACK_PAUSE_S = 60.0, 1.0
"""How long after a request to CloudFormation, and how often, what its stacks made is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledCall:
    """One call by a schedule; both times are seconds since the epoch."""

    kind: str
    """rule, or schedule."""
    name: str
    """Of the rule, or GROUP/NAME of the schedule."""
    due_s: float
    """When the expression said, by the clock of schedules."""
    called_s: float
    """When it was put into the function's queue, by the wall's."""
    function: str
    qualifier: str
    request_id: str


@dataclass(slots=True)
class ScheduleClock:
    """Passes `scale` times as fast as the wall's from when that is more than one; before, it is the wall's."""

    wall_s: Callable[[], float] = time.time
    scaled: bool = False
    _now_s: float = 0.0
    _seen_s: float = 0.0

    def tick(self, scale: float) -> float:
        """Return the time of schedules now."""
        wall_s = self.wall_s()
        if scale == 1.0:
            self._now_s, self.scaled = wall_s, False
        else:
            self._now_s = self._now_s + (wall_s - self._seen_s) * scale if self._seen_s else wall_s
            self.scaled = True
        self._seen_s = wall_s
        return self._now_s


@dataclass(slots=True)
class ScheduleWatch:
    """Looks again and again which schedules are due. `tick` runs in a thread of its own."""

    clients: Clients
    conditions: Conditions
    start: Start
    account: str
    region: str
    seed: int = 0
    clock: ScheduleClock = field(default_factory=ScheduleClock)
    calls: list[ScheduledCall] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What kept schedules from being read or functions from being called."""
    _known: list[Definition] = field(default_factory=list)
    _begun: dict[tuple[str, str, str, str], float] = field(default_factory=dict)
    _waiting: list[tuple[float, float, Definition]] = field(default_factory=list)
    _last_s: float = 0.0
    _stale: bool = False
    _stacks_until_s: float = 0.0
    _looked_s: float = 0.0
    _chance: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        """Let one seed always choose the same places in flexible windows."""
        self._chance.seed(self.seed)

    def changed(self, *, by_stack: bool = False) -> None:
        """Look anew: somebody may have changed a rule or a schedule."""
        self._stale = True
        if by_stack:
            self._stacks_until_s = time.monotonic() + _STACK_S

    def tick(self) -> None:
        """Call what is due; what goes wrong is noted."""
        scaled = self.clock.scaled
        now_s = self.clock.tick(self.conditions.schedule_scale)
        self._last_s = self._last_s or now_s
        if scaled is not self.clock.scaled:
            # Another clock: rates count from now on.
            self._begun, self._last_s, self._stale = {}, now_s, True
        try:
            self._look(now_s)
            self._attend(now_s)
        except Exception as error:  # noqa: BLE001 - a cloud that is going down answers nothing
            self.faults.append(f"{type(error).__name__}: {error}")
        self._last_s = now_s

    def _look(self, now_s: float) -> None:
        wall_s = time.monotonic()
        stacks = wall_s < self._stacks_until_s and wall_s - self._looked_s > _STACK_PAUSE_S
        if not self._stale and not stacks:
            return
        self._stale, self._looked_s = False, wall_s
        self._known = definitions(self.clients)
        begun = {each.key: self._begun.get(each.key, self._beginning(each, now_s)) for each in self._known}
        self._begun = begun
        self._waiting = [each for each in self._waiting if each[2].key in begun]

    def _beginning(self, found: Definition, now_s: float) -> float:
        """Return from when a rate counts: a rule's first call comes one rate after it was made, Scheduler's at once."""
        if found.kind == "rule":
            return now_s + (found.expression.every_s if isinstance(found.expression, Rate) else 0)
        return now_s if found.start_s is None else max(found.start_s, 0.0)

    def _attend(self, now_s: float) -> None:
        for found in self._known:
            for due_s in found.expression.between(self._last_s, now_s, self._begun[found.key]):
                if _allowed(found, due_s):
                    self._waiting.append((due_s + self._chance.uniform(0.0, found.window_s), due_s, found))
        ready = [each for each in self._waiting if each[0] <= now_s]
        self._waiting = [each for each in self._waiting if each[0] > now_s]
        for _, due_s, found in sorted(ready, key=lambda each: each[0]):
            self._call(found, due_s)

    def _call(self, found: Definition, due_s: float) -> None:
        function, qualifier = named(str(found.target["Arn"]))
        payload = payload_of(found, due_s, self.account, self.region)
        self.calls.append(
            ScheduledCall(
                kind=found.kind,
                name=found.name,
                due_s=due_s,
                called_s=time.time(),
                function=function,
                qualifier=qualifier,
                request_id=self.start(function, qualifier, payload),
            )
        )
        if found.once and isinstance(found.expression, At):
            self._delete(found)

    def _delete(self, found: Definition) -> None:
        group, _, name = found.name.partition("/")
        scheduler: Any = self.clients("scheduler")
        with suppress(scheduler.exceptions.ResourceNotFoundException):
            scheduler.delete_schedule(Name=name, GroupName=group)


def _allowed(found: Definition, due_s: float) -> bool:
    """Return whether a time lies within a schedule's dates, which those that call once do not heed."""
    if isinstance(found.expression, At):
        return True
    return (found.start_s is None or due_s >= found.start_s) and (found.end_s is None or due_s <= found.end_s)
