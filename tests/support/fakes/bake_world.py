"""A release that bakes, on a virtual clock: traffic hour after hour, an engine, and runs that die.

Example:
    world = BakeWorld(traffic=Traffic(failing=lambda minute: 0.05 if minute >= 180 else 0.001))
    state = world.bake()
    assert state["outcome"] == "rolled back"
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from support.fakes.claims import FakeClaims
from support.fakes.release_world import FAILED, Death, FakeReleaseLineage, ReleaseWorld, Tripwire
from support.fakes.world import EPOCH_MS, POLICY, VirtualClock
from warmgate.baking.baker import Baker
from warmgate.baking.ending import Endings
from warmgate.baking.reading import PartReader
from warmgate.baking.scoping import Scoping
from warmgate.errors import LogLookupError
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.logs.calls import Logged, LoggedCall, Window
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Target
from warmgate.model.function import FunctionVersion
from warmgate.model.log_stream import FunctionLog
from warmgate.model.release import AliasState, StateChange
from warmgate.model.traffic import MinuteCounts
from warmgate.policy.values import Bake, Live, RatioLimit, RollbackMode
from warmgate.rollback.bake_start import BakeStart
from warmgate.rollback.controller import RollbackController
from warmgate.rollback.recovery import Recovery
from warmgate.rollback.telling import Telling

BASELINE, CANDIDATE = "6", "7"
SIZE_MB = 256.0
LOG = FunctionLog("/aws/lambda/checkout-api", "checkout-api")
BAKED = replace(
    POLICY,
    live=Live(duration=RatioLimit(statistic="p95", ratio=1.2), error_ratio=0.005, cold_start_ratio=0.2),
    bake=Bake(minutes=360),
    rollback=RollbackMode.ENFORCE,
)
RETRIES = 8
"""How often the engine runs a look again that failed."""


@dataclass
class Traffic:
    """What the alias serves: calls a minute, and by the minute of the bake how many fail and how long they take."""

    per_minute: int = 20
    environments: int = 5
    lives_minutes: int = 150
    failing: Callable[[int], float] = lambda _minute: 0.001
    slower: Callable[[int], float] = lambda _minute: 1.0
    used_mb: Callable[[float, int], float] = lambda _age_minutes, _minute: 90.0
    silent: Callable[[int], bool] = lambda _minute: False
    seed: int = 1
    before_minutes: int = 30

    def calls(self, minutes: int) -> list[LoggedCall]:
        """Return every call of the old version before the bake, and of the new one in so many minutes of it."""
        random = Random(self.seed)
        peaks: dict[str, float] = {}
        old = range(-self.before_minutes, 0)
        found = [self._call(random, m, k, BASELINE, peaks) for m in old for k in range(self.per_minute)]
        new = (m for m in range(minutes) if not self.silent(m))
        found += [self._call(random, m, k, CANDIDATE, peaks) for m in new for k in range(self.per_minute)]
        return sorted(found, key=lambda call: call.at_ms)

    def _call(self, random: Random, minute: int, number: int, version: str, peaks: dict[str, float]) -> LoggedCall:
        place = number % self.environments
        life = self.lives_minutes + 13 * place
        name = f"2026/01/01/[{version}]{place}-{minute // life}"
        first = name not in peaks
        is_new = version == CANDIDATE
        used = self.used_mb(minute % life, minute) + random.gauss(0, 2)
        peaks[name] = max(peaks.get(name, 0.0), used if is_new else 90.0)
        fails = random.random() < (self.failing(minute) if is_new else 0.001)
        duration = random.lognormvariate(4.0, 0.3) * (self.slower(minute) if is_new else 1.0)
        at_ms = EPOCH_MS + (minute * 60 + random.random() * 60) * 1000
        record = InvocationRecord(
            request_id=f"{minute}-{number}",
            duration_ms=duration,
            memory_mb=SIZE_MB,
            max_memory_mb=float(round(min(SIZE_MB, peaks[name]))),
            start=Start.COLD if first else Start.WARM,
            init_ms=200.0 if first else None,
            status="error" if fails else "success",
            at_ms=at_ms,
        )
        return LoggedCall(record=record, at_ms=at_ms, environment=name, version=version)


@dataclass
class FakeLogs:
    """The function's log, which shows an event when it has happened."""

    calls_seen: list[LoggedCall]
    clock: VirtualClock
    fails: Callable[[float], bool] = lambda _minute: False
    """Whether reading fails at a minute."""
    windows: list[Window] = field(default_factory=list)

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline) -> Logged:
        """Return the calls of a window."""
        if self.fails(self.clock.at_ms / 60_000):
            raise LogLookupError(f"{log.group} could not be read")
        self.windows.append(window)
        times = [call.at_ms for call in self.calls_seen]
        first, last = bisect_left(times, window.since_ms), bisect_right(times, window.until_ms)
        seen = [call for call in self.calls_seen[first:last] if call.at_ms <= self.clock.epoch_ms()]
        return Logged(calls=tuple(seen), read_to_ms=seen[-1].at_ms if seen else 0.0)


@dataclass
class FakeAliasMetrics:
    """CloudWatch's counts of the alias by the minute; `hides` is the share of errors that the log does not show."""

    logs: FakeLogs
    busy: int = 0
    """Calls a minute that are counted instead of those in the log."""

    def minutes(self, target: Target, window: Window, deadline: Deadline) -> tuple[MinuteCounts, ...]:
        """Return what was served in each minute of a window."""
        found: dict[float, list[int]] = {}
        for call in self.logs.calls_seen:
            if call.version == CANDIDATE and window.since_ms <= call.at_ms < window.until_ms:
                counts = found.setdefault(call.at_ms // 60_000 * 60_000, [0, 0])
                counts[0] += 1
                counts[1] += call.record.status == "error"
        return tuple(MinuteCounts(at_ms=at, calls=self.busy or n, errors=bad) for at, (n, bad) in sorted(found.items()))


@dataclass
class FakeVersions:
    """Lambda's control plane, as far as a bake asks it."""

    def version(self, function: str, version: str) -> FunctionVersion:
        """Return a published version."""
        return FunctionVersion(
            function=function,
            version=version,
            state="Active",
            memory_mb=int(SIZE_MB),
            timeout_s=10,
            log_group=LOG.group,
        )


@dataclass
class FakeBakes:
    """The engine: executions by their deployment's id; one that was started stays as it was started."""

    started: dict[str, dict[str, Any]] = field(default_factory=dict)
    fails: Exception | None = None

    def start(self, state: dict[str, Any]) -> None:
        """Start a bake, unless it is there."""
        if self.fails is not None:
            raise self.fails
        self.started.setdefault(str(state["deployment_id"]), json.loads(json.dumps(state)))


class BakeWorld(ReleaseWorld):
    """A deployment from version 6 to 7 that has succeeded, its traffic, and the engine."""

    def __init__(self, *, traffic: Traffic | None = None, minutes: int = 360, every_minutes: int = 10) -> None:
        super().__init__(status="Succeeded", alias=AliasState(version=CANDIDATE), rollback=RollbackMode.ENFORCE)
        self.policies.policy = replace(BAKED, bake=Bake(minutes=minutes, every_minutes=every_minutes))
        self.codedeploy.release = replace(self.codedeploy.release, completed_s=EPOCH_MS / 1000)
        self.bakes = FakeBakes()
        self.logs = FakeLogs((traffic or Traffic()).calls(minutes), self.clock)
        self.metrics = FakeAliasMetrics(self.logs)
        self.looks: list[dict[str, Any]] = []
        self.raised: list[BaseException] = []

    @property
    def deployment(self) -> Deployment:
        """Return the deployment that bakes."""
        return self.codedeploy.release

    def controller(self) -> RollbackController:
        """Return the controller, which starts bakes."""
        baking = BakeStart(policies=self.policies, reports=self.reports, clock=self.clock, bakes=self.bakes)
        return replace(super().controller(), baking=baking)

    def baker(self) -> Baker:
        """Return the baker of this world, every port behind a tripwire."""

        def wired(port: Any) -> Any:
            return Tripwire(port, self)

        claims, releases, aliases = wired(FakeClaims(self.claims)), wired(self.codedeploy), wired(self.alias_port)
        policies, reports, logs = wired(self.policies), wired(self.reports), wired(self.logs)
        recovery = Recovery(
            releases=releases,
            proof=RollbackProof(FakeReleaseLineage(self.codedeploy, self.claims, self.proof_fails)),
            aliases=aliases,
            allow_tag=wired(self.allow_tag),
            policies=policies,
            claims=claims,
            clock=self.clock,
        )
        telling = Telling(
            reports=reports, claims=claims, clock=self.clock, notices=(wired(self.notices),), log=self.lines.append
        )
        return Baker(
            releases=releases,
            aliases=aliases,
            policies=policies,
            scoping=Scoping(policies=policies, functions=FakeVersions(), logs=logs, clock=self.clock),  # type: ignore[arg-type]
            reader=PartReader(logs=logs, metrics=wired(self.metrics), clock=self.clock),
            recovery=recovery,
            endings=Endings(reports=reports, telling=telling),
            clock=self.clock,
            log=self.lines.append,
        )

    def begin(self) -> dict[str, Any]:
        """Deliver the deployment's SUCCESS to the controller; return the state that the bake began with."""
        self.deliver("SUCCESS")
        return self.bakes.started[FAILED]

    def look(self, state: dict[str, Any], *, left_s: float = 280.0) -> dict[str, Any]:
        """Take one look as Step Functions does it: JSON in, JSON out, run again where a run dies."""
        for attempt in range(RETRIES):
            try:
                given = json.loads(json.dumps(state))
                return self.baker().look(given, Deadline(self.clock.at_ms + left_s * 1000))
            except (Exception, Death) as error:  # noqa: BLE001 - whatever ends a run, the engine starts another
                self.raised.append(error)
                self.clock.sleep_ms(10_000 * 2**attempt)
        raise self.raised[-1]

    def bake(self, *, most: int = 400) -> dict[str, Any]:
        """Run a bake from the controller's start to its end; return the last state."""
        return self.go_on(self.begin(), most=most)

    def go_on(self, state: dict[str, Any], *, most: int = 400) -> dict[str, Any]:
        """Run a bake to its end from a state."""
        for _ in range(most):
            state = self.look(state)
            self.looks.append(state)
            if state["ended"]:
                return state
            self.clock.sleep_ms(state["wait_s"] * 1000)
        raise AssertionError(f"the bake has not ended after {most} looks: {state['reason']}")

    def deliver_success(self, deployment_id: str = FAILED) -> None:
        """Deliver SUCCESS of a deployment to the controller, as CodeDeploy's event."""
        self.controller().run(StateChange(deployment_id, "SUCCESS"), Deadline(self.clock.at_ms + 270_000))
