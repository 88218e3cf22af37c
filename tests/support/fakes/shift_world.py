"""A shift on a virtual clock: CodeDeploy that shifts by time, a log that is late, runs that share a table.

Example:
    world = ShiftWorld(defect=Defect(error_share=0.5, from_s=20))
    guarded = world.guard().run(Shift(deployment_id=world.deployment_id), world.deadline(900))
    assert world.shifts.stopped == [world.deployment_id]
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from support.fakes.claims import ClaimTable, FakeClaims
from support.fakes.world import (
    EPOCH_MS,
    TARGET,
    FakeFunctions,
    FakeLineage,
    FakeLogs,
    FakePolicies,
    FakeReports,
    VirtualClock,
)
from support.traffic.generators import FAMILIES, Family
from support.traffic.shifts import NONE, ORDINARY, Conditions, Defect, live_calls
from warmgate.errors import DeploymentLookupError, LogLookupError
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.live.guard import Guard
from warmgate.logs.calls import LoggedCall, Window
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, LifecycleEvent, Shift, Target
from warmgate.model.traffic import MetricCounts
from warmgate.policy.values import Budget, Live, Policy, RatioLimit

LIVE = Policy(
    name="live",
    live=Live(duration=RatioLimit(statistic="p95", ratio=1.2), error_ratio=0.01, cold_start_ratio=0.05),
    budget=Budget(invocations=400, seconds=120.0),
)
TYPICAL = next(family for family in FAMILIES if family.name == "typical")


@dataclass
class FakeShifts:
    """CodeDeploy with one deployment, whose traffic shifts between two moments of the virtual clock."""

    clock: VirtualClock
    began_s: float
    ended_s: float
    deployment_id: str = "d-ABCDEF123"
    described_from_s: float = 0.0
    """Before that the deployment has no target yet."""
    creator: str = "user"
    rollback_of: str = ""
    description: str = ""
    fails: list[Exception] = field(default_factory=list)
    stop_fails: list[Exception] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    stopped_at_ms: float | None = None
    refused: list[str] = field(default_factory=list)
    """Orders to stop what had ended."""
    stopping_s: float = 0.0
    """How long a deployment goes on after the order to stop it."""

    @property
    def ended(self) -> bool:
        """Return whether the deployment is over."""
        return self._is_stopped or self.clock.at_ms >= self.ended_s * 1000

    @property
    def _is_stopped(self) -> bool:
        stopped_ms = self.stopped_at_ms
        return stopped_ms is not None and self.clock.at_ms >= stopped_ms + self.stopping_s * 1000

    def describe(self, deployment_id: str, deadline: Deadline) -> Deployment:
        """Return the deployment as it is now."""
        if self.fails:
            raise self.fails.pop(0)
        if deployment_id != self.deployment_id or self.clock.at_ms < self.described_from_s * 1000:
            raise DeploymentLookupError(f"{deployment_id}: no such deployment")
        began = self.clock.at_ms >= self.began_s * 1000
        return Deployment(
            deployment_id=deployment_id,
            target=TARGET,
            baseline="1",
            candidate="2",
            lifecycle_event=None,
            creator=self.creator,
            rollback_of=self.rollback_of,
            description=self.description,
            status="Stopped" if self._is_stopped else "Succeeded" if self.ended else "InProgress",
            shift_began_ms=EPOCH_MS + self.began_s * 1000 if began else None,
            shift_ended_ms=EPOCH_MS + self.ended_s * 1000 if self.ended and not self._is_stopped else None,
        )

    def stop(self, deployment_id: str, deadline: Deadline) -> bool:
        """Stop the deployment, once."""
        if self.stop_fails:
            raise self.stop_fails.pop(0)
        if self.ended:
            self.refused.append(deployment_id)
            return False
        self.stopped.append(deployment_id)
        self.stopped_at_ms = self.stopped_at_ms or self.clock.at_ms
        return True


@dataclass
class FakeHandover:
    """Keeps the runs that were to be started; `fails` is raised in turn, after a run was started."""

    started: list[Shift] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def start(self, shift: Shift) -> None:
        """Keep a run."""
        self.started.append(shift)
        if self.fails:
            raise self.fails.pop(0)


@dataclass
class FakeLiveMetrics:
    """Counts by version, or an error."""

    found: dict[str, MetricCounts] = field(default_factory=dict)
    fails: bool = False

    def counts(self, target: Target, version: str, window: Window, deadline: Deadline) -> MetricCounts | None:
        """Return the counts of a version."""
        if self.fails:
            raise LogLookupError("metrics were not read: AccessDenied")
        return self.found.get(version)


class ShiftWorld:
    """One shift with live traffic."""

    def __init__(
        self,
        *,
        seed: str = "shift",
        family: Family = TYPICAL,
        defect: Defect = NONE,
        conditions: Conditions = ORDINARY,
        seconds: float = 120.0,
        new_per_s: float = 10.0,
        old_per_s: float = 10.0,
        began_s: float = 10.0,
        log_late_ms: float = 3_000.0,
        clock: VirtualClock | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.shifts = FakeShifts(self.clock, began_s=began_s, ended_s=began_s + seconds)
        self.deployment_id = self.shifts.deployment_id
        self.policies = FakePolicies(LIVE)
        self.functions = FakeFunctions(known=("1", "2"))
        self.logs = FakeLogs(self.clock, late_ms=log_late_ms)
        self.logs.written = list(_written(family, seed, seconds, old_per_s, new_per_s, defect, conditions, began_s))
        self.claims = ClaimTable(self.clock)
        self.lineage = FakeLineage()
        self.handover = FakeHandover()
        self.metrics = FakeLiveMetrics()
        self.reports = FakeReports()
        self.lines: list[str] = []

    def guard(self) -> Guard:
        """Return the guard of this world."""
        return Guard(
            shifts=self.shifts,
            proof=RollbackProof(self.lineage),
            policies=self.policies,
            functions=self.functions,
            logs=self.logs,
            claims=FakeClaims(self.claims),
            handover=self.handover,
            clock=self.clock,
            reports=(self.reports,),
            log=self.lines.append,
        )

    def deployment(self) -> Deployment:
        """Return the deployment when its shift is over and the hook after it runs."""
        self.clock.at_ms = max(self.clock.at_ms, self.shifts.ended_s * 1000)
        found = self.shifts.describe(self.deployment_id, self.deadline(10))
        return replace(found, status="InProgress", lifecycle_event=LifecycleEvent.AFTER_ALLOW_TRAFFIC)

    def deadline(self, seconds: float) -> Deadline:
        """Return the instant that many seconds from now."""
        return Deadline(self.clock.at_ms + seconds * 1000)


@lru_cache(maxsize=32)
def _written(
    family: Family,
    seed: str,
    seconds: float,
    old_per_s: float,
    new_per_s: float,
    defect: Defect,
    conditions: Conditions,
    began_s: float,
) -> tuple[LoggedCall, ...]:
    """Return the calls of a shift; making them takes longer than guarding it."""
    calls = live_calls(
        family,
        seed,
        seconds=seconds,
        old_per_s=old_per_s,
        new_per_s=new_per_s,
        defect=defect,
        conditions=conditions,
    )
    return tuple(replace(call, at_ms=EPOCH_MS + began_s * 1000 + call.at_ms) for call in calls)
