"""When and where a guard looks: the log at its pace, CloudWatch's counts where that is seldom, and what both said.

It judges no calls. What could not be read for a minute is told to people; it stops no release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from warmgate.errors import ClaimError, LogLookupError, WarmgateError
from warmgate.judge.live.counts import judge_counts, looks_worse
from warmgate.live.pace import HURRY_MS, Pace
from warmgate.logs.calls import LoggedCall, Window
from warmgate.model.calls import Arm
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment
from warmgate.model.traffic import MetricCounts
from warmgate.model.verdict import Verdict
from warmgate.policy.values import Policy
from warmgate.ports.live import LiveSource, Look, ReadingCounts, Turns
from warmgate.ports.logs import LiveMetrics
from warmgate.ports.time import Clock

UNREAD_MS = 60_000.0
"""Without a reading for so long, people are told; again after as long."""
SELDOM_MS = 10_000.0
"""Where the log is read less often, or could not be read for so long, CloudWatch's counts are read too."""
COUNTS_MS = 20_000.0
"""Between two readings of the counts."""
RECENT_MS = 5 * 60_000.0
"""Counts of so long are judged: a fault of the twentieth minute is not diluted."""
ALONE_MS = 15_000.0
"""Where counts look bad the log has so long to say more; then they decide alone."""
SHORT_LOOK_MS = 1_000.0
"""Of patience with refusals beyond the SDK's own, where guards are many: they would come back together."""
TOLD_MS = 60_000.0
UNREAD, READS, THROTTLES = "LiveTrafficUnread", "LogReads", "LogThrottles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is looked at."""

    open: Callable[[Deployment], LiveSource]
    """Makes the source of calls, at the first look; raises WarmgateError."""
    metrics: LiveMetrics | None
    counts: ReadingCounts | None
    clock: Clock
    log: Callable[[str], None]
    turns: Turns | None = None


@dataclass(slots=True)
class _Tally:
    reads: int = 0
    throttles: int = 0
    told_ms: float = 0.0


class Looking:
    """The looks of one run."""

    def __init__(self, sources: Sources, deployment: Deployment, policy: Policy) -> None:
        self._sources, self._policy, self._deployment = sources, policy, deployment
        self._source: LiveSource | None = None
        self._pace, self._looks = Pace(), 0
        now_ms = sources.clock.now_ms()
        self._next_ms = self._read_ms = self._called_ms = self._told_ms = self._counts_ms = now_ms
        self._began_ms: float | None = None
        self._alone_ms: float | None = None
        self._counted = 0
        self._slow_told = self._has_turn = False
        self._owed = 0
        self._tally = _Tally(told_ms=now_ms)
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a report has to say of the reading."""
        return tuple(self._notes)

    def begin(self, deployment: Deployment) -> None:
        """Count from here: traffic has begun to shift."""
        self._deployment = deployment
        if self._began_ms is None:
            self._began_ms = self._read_ms = self._called_ms = self._told_ms = self._sources.clock.now_ms()

    def pause_ms(self) -> float:
        """Return how long nothing is to be read."""
        counted = self._sources.metrics is not None and self._is_seldom()
        due_ms = min(self._next_ms, self._counts_ms + COUNTS_MS) if counted else self._next_ms
        return max(0.0, due_ms - self._sources.clock.now_ms())

    def calls(self, deadline: Deadline) -> tuple[LoggedCall, ...]:
        """Return new calls where it is time to look, none where it is not or where they could not be read."""
        clock = self._sources.clock
        if clock.now_ms() < self._next_ms or not self._turn():
            return ()
        found = self._look(deadline)
        self._looks += 1
        self._next_ms = clock.now_ms() + self._pace.pause_ms(self._chance())
        self._tell()
        return found

    def failing_counts(self, deadline: Deadline) -> Verdict | None:
        """Return the verdict that CloudWatch's counts fail alone, where the log has been asked in vain."""
        clock, metrics = self._sources.clock, self._sources.metrics
        now_ms = clock.now_ms()
        if metrics is None or not self._is_seldom() or now_ms < self._counts_ms + COUNTS_MS:
            return None
        self._counts_ms = now_ms
        try:
            counts = self._recent(metrics, deadline)
        except LogLookupError as error:
            self._say(f"CloudWatch's counts were not read: {error}")
            return None
        self._read_ms = clock.now_ms()
        if not looks_worse(counts, self._policy):
            self._alone_ms = None
            return None
        self._counted += 1
        failing = judge_counts(counts, self._policy, self._counted)
        if self._alone_ms is None or self._called_ms > self._alone_ms:
            # The log says which environments fail, and how: it comes first.
            self._alone_ms = now_ms
            self._next_ms, self._has_turn = min(self._next_ms, now_ms + HURRY_MS * self._chance()), True
            return None
        return failing if now_ms - self._alone_ms >= ALONE_MS else None

    def close(self) -> None:
        """Let go of the source, and count what is left to count."""
        if self._source is not None:
            self._source.close()
        self._count_reading()

    def _turn(self) -> bool:
        """Return whether it is this guard's turn now; where it is not yet, wait for it."""
        turns, clock = self._sources.turns, self._sources.clock
        if turns is None or self._has_turn:
            return True
        self._has_turn = True
        try:
            wait_ms = turns.take(1 + self._owed)
        except ClaimError as error:
            self._say(f"no turn could be taken, refusals alone set the pace ({error})")
            wait_ms = 0.0
        self._owed = 0
        self._pace = self._pace.waiting(wait_ms)
        self._next_ms = clock.now_ms() + wait_ms
        return wait_ms <= 0

    def _look(self, deadline: Deadline) -> tuple[LoggedCall, ...]:
        clock = self._sources.clock
        bound = deadline.no_later_than(clock.now_ms() + SHORT_LOOK_MS) if self._pace.is_stretched else deadline
        try:
            if self._source is None:
                self._source = self._sources.open(self._deployment)
            look = self._source.look(bound)
        except WarmgateError as error:
            throttled = isinstance(error, LogLookupError) and error.throttled
            self._tally.reads += 1
            self._tally.throttles += throttled
            # Who was refused keeps its turn: to queue again would cost a whole round.
            self._pace, self._has_turn = self._pace.after(refused=throttled), throttled
            self._say(f"live traffic could not be read, still watching ({error})")
            return ()
        self._seen(look)
        return look.calls

    def _chance(self) -> float:
        """Return a number from 0 to 1 that differs from guard to guard and from look to look."""
        return Random(f"{self._deployment.deployment_id} {self._looks}").random()  # noqa: S311 - it spreads pauses

    def _seen(self, look: Look) -> None:
        self._tally.reads += look.requests
        self._tally.throttles += look.throttled
        self._pace = self._pace.after(refused=look.throttled > 0)
        # Who asked nothing of the log, because a subscription delivers, needs no turn to look again.
        self._has_turn, self._owed = look.requests == 0, max(0, look.requests - look.throttled - 1)
        self._read_ms = self._called_ms = self._sources.clock.now_ms()
        for note in look.notes:
            self._note(note)
        if self._pace.interval_ms > COUNTS_MS and not self._slow_told:
            self._slow_told = True
            self._note("the log was read less often than every 20 s: others use the account's quota of FilterLogEvents")

    def _is_seldom(self) -> bool:
        """Return whether the log alone would leave a fault unseen for long."""
        silent_ms = self._sources.clock.now_ms() - self._called_ms
        return self._looks > 0 and (self._pace.interval_ms >= SELDOM_MS or silent_ms >= SELDOM_MS)

    def _recent(self, metrics: LiveMetrics, deadline: Deadline) -> Mapping[Arm, MetricCounts]:
        deployment, now_ms = self._deployment, self._sources.clock.epoch_ms()
        window = Window(max(deployment.shift_began_ms or 0.0, now_ms - RECENT_MS), now_ms)
        arms = {Arm.CANDIDATE: deployment.candidate, Arm.BASELINE: deployment.baseline}
        found = {arm: metrics.counts(deployment.target, v, window, deadline) for arm, v in arms.items() if v}
        return {arm: counts for arm, counts in found.items() if counts is not None}

    def _tell(self) -> None:
        """Tell people of what nobody could read, and count the reading once a minute."""
        now_ms = self._sources.clock.now_ms()
        if now_ms - max(self._read_ms, self._told_ms) >= UNREAD_MS:
            self._told_ms = now_ms
            seconds = (now_ms - self._read_ms) / 1000
            self._note(f"live traffic could not be read for {seconds:.0f} s: what failed then was not seen")
            self._count({UNREAD: 1.0})
        if now_ms - self._tally.told_ms >= TOLD_MS:
            self._count_reading()

    def _count_reading(self) -> None:
        tally, self._tally = self._tally, _Tally(told_ms=self._sources.clock.now_ms())
        if tally.reads:
            self._count({READS: float(tally.reads), THROTTLES: float(tally.throttles)})

    def _count(self, counts: dict[str, float]) -> None:
        if self._sources.counts is not None:
            self._sources.counts.count(self._deployment, counts)

    def _note(self, note: str) -> None:
        if note not in self._notes:
            self._notes[note] = None
            self._say(note)

    def _say(self, text: str) -> None:
        self._sources.log(f"{self._deployment.deployment_id}: {text}")
