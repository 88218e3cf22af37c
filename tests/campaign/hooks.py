"""Both hooks of one deployment under a schedule: CodeDeploy, Lambda and everything between them may fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random
from typing import TypeVar

from campaign.faults import Fault, Kind, drawn
from campaign.outcome import Breach, Outcome
from campaign.runs import Lambda, Run
from support.fakes.lambda_runs import SharedClock
from support.fakes.shift_world import TYPICAL, FakeLiveMetrics
from support.fakes.world import (
    EPOCH_MS,
    POLICY,
    TARGET,
    FakeFunctions,
    FakeInvoker,
    FakeLineage,
    FakeLogs,
    FakePolicies,
    FakeReports,
    Served,
    served,
)
from support.traffic.shifts import NONE, Defect, live_calls
from warmgate.errors import DeploymentLookupError, StatusReportError
from warmgate.gate.gate import Gate
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.live.assess import LiveAssessor
from warmgate.logs.calls import LoggedCall
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status
from warmgate.model.marks import rollback_mark_of
from warmgate.model.traffic import MetricCounts
from warmgate.model.verdict import Mode
from warmgate.policy.values import Budget, ErrorAction, Limits, Live, PercentileLimit, Policy, Warm, When
from warmgate.probing.assess import Assessor
from warmgate.probing.assessment import Judging

T = TypeVar("T")
ID, FIRST = "d-CAMPAIGN0", "d-FIRST0000"
BEFORE, AFTER = LifecycleEvent.BEFORE_ALLOW_TRAFFIC, LifecycleEvent.AFTER_ALLOW_TRAFFIC
REPORTING_S, RESERVE_S = 3.0, 30.0
"""What the entry points keep back."""
HOUR_S = 3600.0
SHIFT_S = 60.0
BAD = Defect(error_share=0.5)
QUICK = Policy(
    name="quick",
    warm=Warm(environments=4, rounds=1),
    limits=Limits(duration=(PercentileLimit(percentile=0.5, limit_ms=400.0),), error_ratio=0.0),
    live=Live(error_ratio=0.05),
    budget=Budget(invocations=60, seconds=120.0),
)


class RequestError(Exception):
    """One request to CodeDeploy has failed."""

    def __init__(self, said: str, kind: Kind) -> None:
        super().__init__(said)
        self.passing = kind is not Kind.DENIED


class CompletedError(Exception):
    """CodeDeploy has the status of a hook execution already."""


@dataclass
class Accepted:
    """A status that CodeDeploy took."""

    event: LifecycleEvent
    status: Status
    at_ms: float


@dataclass
class HookedDeployment:
    """CodeDeploy with one deployment: its lifecycle events wait for their hooks, one after the other."""

    house: Lambda
    deployment: Deployment
    begins: Callable[[LifecycleEvent], None]
    """Calls the hook of an event."""
    serves_both: bool = False
    """Whether one hook is attached to both events."""
    accepted: list[Accepted] = field(default_factory=list)
    began_ms: dict[LifecycleEvent, float] = field(default_factory=dict)
    state: str = "InProgress"
    shift_began_ms: float | None = None
    shift_ended_ms: float | None = None

    def begin(self, event: LifecycleEvent) -> None:
        """Let an event wait for its hook, an hour at the most."""
        clock = self.house.clock
        self.began_ms[event] = clock.at_ms
        clock.start(clock.at_ms + HOUR_S * 1000, lambda: self._give_up(event))
        self.begins(event)

    def reported(self, event: LifecycleEvent) -> Status | None:
        """Return the status of an event."""
        return next((each.status for each in self.accepted if each.event is event), None)

    def stop(self) -> None:
        """End the deployment."""
        if self.state == "InProgress":
            self.state = "Stopped"

    def described(self, event: LifecycleEvent) -> Deployment:
        """Return the deployment as the hook of an event sees it."""
        waiting = next((each for each in self.began_ms if self.reported(each) is None), None)
        reported = self.reported(event) or (
            Status.FAILED if self.state != "InProgress" and event not in self.began_ms else None
        )
        running = waiting if self.state == "InProgress" else None
        if running is not None and reported is not None and not self.serves_both:
            running = None
        return replace(
            self.deployment,
            lifecycle_event=running or (None if reported else event),
            reported=reported,
            status=self.state,
            shift_began_ms=self.shift_began_ms,
            shift_ended_ms=self.shift_ended_ms,
        )

    def put(self, execution: HookExecution, status: Status) -> None:
        """Take the first status of an execution; raises CompletedError for every other one."""
        event = LifecycleEvent(execution.execution_id)
        if event not in self.began_ms:
            raise RequestError("InvalidLifecycleEventHookExecutionIdException", Kind.DENIED)
        if self.reported(event) is not None or self.state != "InProgress":
            raise CompletedError
        self.accepted.append(Accepted(event, status, self.house.clock.at_ms))
        self.house.trace.note("CodeDeploy", f"{event} {status} accepted")
        if status is Status.FAILED:
            self.state = "Failed"
        elif event is BEFORE:
            self.shift_began_ms = self.house.clock.at_ms + EPOCH_MS
            self.house.clock.start(self.house.clock.at_ms + SHIFT_S * 1000, self._shifted)
        else:
            self.state = "Succeeded"

    def _shifted(self) -> None:
        if self.state == "InProgress":
            self.shift_ended_ms = self.house.clock.at_ms + EPOCH_MS
            self.begin(AFTER)

    def _give_up(self, event: LifecycleEvent) -> None:
        if self.reported(event) is None and self.state == "InProgress":
            self.state = "Failed"
            self.house.trace.note("CodeDeploy", f"{event} got no status in an hour")


class Line:
    """One connection of a hook to CodeDeploy, which asks again what may pass, as the adapter does."""

    def __init__(
        self, service: HookedDeployment, run: Run, event: LifecycleEvent, name: str, *, patience_s: float, attempts: int
    ) -> None:
        self._service, self._run, self._event, self._name = service, run, event, name
        self._patience_s, self._attempts = patience_s, attempts

    def describe(self, execution: HookExecution, deadline: Deadline) -> Deployment:
        """Return the deployment."""
        try:
            return self._asked(deadline, "describe", lambda: self._service.described(self._event))
        except RequestError as error:
            raise DeploymentLookupError(f"{execution.deployment_id}: {error}") from error

    def report_status(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Report a status; what has been taken already is looked up where an attempt of ours may have done it."""
        tries = 0

        def put() -> None:
            nonlocal tries
            tries += 1
            self._service.put(execution, status)

        before = self._run.counts[f"{self._name}.put"]
        try:
            self._asked(deadline, "put", put)
        except CompletedError:
            repeated = self._run.counts[f"{self._name}.put"] - before > 1
            return repeated and self._took(execution, status, deadline)
        except RequestError as error:
            raise StatusReportError(f"{execution.deployment_id}: {error}") from error
        return True

    def _took(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        try:
            return self.describe(execution, deadline).reported is status
        except DeploymentLookupError as error:
            raise StatusReportError(str(error)) from error

    def _asked(self, deadline: Deadline, request: str, call: Callable[[], T]) -> T:
        pauses = self._pauses(deadline)
        while True:
            try:
                return self._run.called(
                    f"{self._name}.{request}", call, error_of=_request_error, patience_s=self._patience_s
                )
            except RequestError as error:
                if not error.passing or (pause_s := next(pauses, None)) is None:
                    raise
                self._run.sleep_ms(pause_s * 1000)

    def _pauses(self, deadline: Deadline) -> Iterator[float]:
        """Yield the pauses between attempts: the client's own, which knows no deadline, and ours, which does."""
        longest_s = 0.2
        while True:
            yield from (0.5 * 2**attempt for attempt in range(self._attempts - 1))
            if self._run.now_ms() + longest_s * 1000 >= deadline.at_ms:
                return
            yield longest_s
            longest_s = min(10.0, longest_s * 2)


def _request_error(operation: str, kind: Kind) -> Exception:
    return KeyError("deploymentInfo") if kind is Kind.UNFORESEEN else RequestError(f"{operation} {kind}", kind)


class Environments:
    """Execution environments: a call takes a free one, else a new one begins cold."""

    def __init__(self, clock: SharedClock, *, bad: bool) -> None:
        self._clock, self._bad = clock, bad
        self._free_at_ms: list[float] = []

    def answer(self, _: int) -> Served:
        """Return the answer to a call."""
        now_ms = self._clock.at_ms
        place = next((place for place, at_ms in enumerate(self._free_at_ms) if at_ms <= now_ms), None)
        found = served(
            duration_ms=900.0 if self._bad else 20.0,
            init_ms=300.0 if place is None else None,
            function_error="Unhandled" if self._bad and int(now_ms) % 2 else None,
        )
        if place is None:
            self._free_at_ms.append(0.0)
        self._free_at_ms[-1 if place is None else place] = now_ms + found.takes_ms
        return found


@lru_cache(maxsize=8)
def _live(seed: int, bad: bool) -> tuple[LoggedCall, ...]:
    defect = BAD if bad else NONE
    return tuple(
        live_calls(
            TYPICAL, f"live {seed}", seconds=SHIFT_S, old_per_s=3.0, new_per_s=3.0, error_share=0.0, defect=defect
        )
    )


def _counted(calls: tuple[LoggedCall, ...], version: str) -> MetricCounts:
    own = [call for call in calls if call.version == version]
    return MetricCounts(calls=len(own), errors=sum(call.record.error_type is not None for call in own))


OPERATIONS = (
    *("main.describe", "main.put") * 3,
    *("policies.find", "functions.version", "functions.provisioned", "invoker.invoke", "invoker.invoke"),
    *("lineage.described", "lineage.made_back", "last.put", "last.put", "last.describe"),
    *("sink.publish", "sink.publish", "archive.publish_missing", "logs.calls", "metrics.counts"),
)
EXCUSE = ("main.describe", "policies.", "functions.", "invoker.", "lineage.", "logs.", "metrics.")
"""Operations without whose answers a good version may be refused."""


@dataclass
class HooksSchedule:
    """One deployment, what is wrong with it, and what goes wrong with its hooks."""

    seed: int
    bad: bool
    bad_in: LifecycleEvent
    kind: str
    policy: Policy
    timeout_s: float
    faults: tuple[Fault, ...]
    again: tuple[tuple[float, LifecycleEvent], ...]
    """Events that are delivered again, so long after they were first."""
    serves_both: bool
    stops_at_s: float | None

    @property
    def lets_through(self) -> bool:
        """Return whether a bad version may get Succeeded."""
        errs = any(not fault.operation.endswith((".put", "publish", "publish_missing")) for fault in self.faults)
        observed = self.policy.mode is Mode.OBSERVE
        return self.kind in {"rollback", "skip"} or observed or (errs and self.policy.when.error is ErrorAction.PASS)

    def __str__(self) -> str:
        """Return the schedule for people."""
        what = f"{'bad' if self.bad else 'good'} version ({self.bad_in}), {self.kind}, time-out {self.timeout_s:g} s"
        more = f"{self.policy.mode}, when.error {self.policy.when.error}, stop at {self.stops_at_s} s"
        events = ", ".join(f"{event} again after {at_s:g} s" for at_s, event in self.again)
        return "; ".join([what, more, *([events] if events else []), *map(str, self.faults)])


KINDS = ("release",) * 6 + ("rollback", "forged", "forged record", "skip", "empty skip")
MILD = (Kind.SLOW, Kind.TRICKLE, Kind.REFUSED, Kind.LOST)


def schedule_of(seed: int) -> HooksSchedule:
    """Return the schedule of a seed."""
    random = Random(f"hooks {seed}")
    faults = [
        drawn(random, OPERATIONS, runs=(1, 1, 1, 1, 2, 2, 3)) for _ in range(random.choice((0, 2, 3, 4, 6, 8, 10)))
    ]
    return HooksSchedule(
        seed=seed,
        bad=random.random() < 0.5,
        bad_in=random.choice((BEFORE, BEFORE, AFTER)),
        kind=random.choice(KINDS),
        policy=replace(
            QUICK,
            mode=Mode.OBSERVE if random.random() < 0.1 else Mode.ENFORCE,
            when=When(error=ErrorAction.PASS if random.random() < 0.1 else ErrorAction.FAIL),
            limits=POLICY.limits if random.random() < 0.2 else QUICK.limits,
        ),
        timeout_s=random.choice((60.0, 300.0, 900.0, 900.0)),
        faults=tuple(faults),
        again=tuple(
            (random.choice((0.0, 0.5, 5.0, 61.0, 70.0, 200.0, 2000.0)), random.choice((BEFORE, BEFORE, AFTER)))
            for _ in range(random.choice((0, 0, 1, 2)))
        ),
        serves_both=random.random() < 0.2,
        stops_at_s=random.choice((1.0, 20.0, 80.0)) if random.random() < 0.08 else None,
    )


class HooksWorld:
    """All that a schedule needs, and the play."""

    def __init__(self, schedule: HooksSchedule) -> None:
        self.schedule = schedule
        self.clock = SharedClock()
        self.house = Lambda(self.clock, schedule.timeout_s, schedule.faults)
        self.lineage = FakeLineage()
        self.service = HookedDeployment(self.house, self._deployment(), self._deliver, serves_both=schedule.serves_both)
        self.functions = FakeFunctions(known=("1", "2"))
        self.invoker = FakeInvoker(self.clock, known=("1", "2"))
        self.invoker.answers = Environments(self.clock, bad=schedule.bad and schedule.bad_in is BEFORE).answer
        self.reports = {BEFORE: FakeReports(), AFTER: FakeReports()}
        self.logs = FakeLogs(self.clock)
        self.metrics = FakeLiveMetrics()
        self.probed_after_told: list[str] = []

    def _deployment(self) -> Deployment:
        kind = self.schedule.kind
        first = Deployment(deployment_id=FIRST, target=TARGET, baseline="2", candidate="1", lifecycle_event=None)
        mark = {
            "forged": rollback_mark_of(FIRST),
            "forged record": rollback_mark_of(FIRST),
            "skip": "[warmgate skip: the hotfix of tonight]",
            "empty skip": "[warmgate skip]",
        }
        if kind in {"rollback", "forged record"}:
            self.lineage.known[FIRST] = first
        if kind == "forged record":
            self.lineage.made[FIRST] = "d-ANOTHER00"
        return replace(
            first,
            deployment_id=ID,
            baseline="1",
            candidate="2",
            description=mark.get(kind, ""),
            creator="codeDeployRollback" if kind == "rollback" else "user",
            rollback_of=FIRST if kind == "rollback" else "",
        )

    def play(self) -> None:
        """Let the deployment run to its end, and everything after it."""
        self.clock.start(0.0, lambda: self.service.begin(BEFORE))
        if self.schedule.stops_at_s is not None:
            self.clock.start(self.schedule.stops_at_s * 1000, self.service.stop)
        self.clock.play()

    def _deliver(self, event: LifecycleEvent) -> None:
        if event is AFTER and self.service.shift_began_ms is not None:
            calls = _live(self.schedule.seed % 4, self.schedule.bad and self.schedule.bad_in is AFTER)
            self.logs.written = [replace(call, at_ms=call.at_ms + self.service.shift_began_ms) for call in calls]
            self.metrics.found = {version: _counted(calls, version) for version in ("1", "2")}
        for later_s in (0.0, *(at_s for at_s, which in self.schedule.again if which is event)):
            self.house.deliver(self.clock.at_ms / 1000 + later_s, event.value[:6], lambda run: self._hook(run, event))

    def _hook(self, run: Run, event: LifecycleEvent) -> object:
        reported, probed = self.service.reported(event), len(self.invoker.calls)
        try:
            gated = self._gate(run, event).run(
                HookExecution(ID, event.value), run.deadline(RESERVE_S), run.deadline(REPORTING_S)
            )
            return f"{gated.status} told {gated.reported}"
        finally:
            if reported is not None and not self.schedule.serves_both and len(self.invoker.calls) > probed:
                self.probed_after_told.append(run.name)

    def _gate(self, run: Run, event: LifecycleEvent) -> Gate:
        sink = self.reports[event]
        return Gate(
            deployments=Line(self.service, run, event, "main", patience_s=10.0, attempts=4),
            last_deployments=Line(self.service, run, event, "last", patience_s=3.0, attempts=1),
            proof=RollbackProof(run.wired(self.lineage, "lineage")),
            policies=run.wired(FakePolicies(self.schedule.policy), "policies"),
            judging=self._judging(run, event),
            clock=run,
            timer=run,
            event=event,
            reports=(run.wired(sink, "sink"),),
            archive=run.wired(sink, "archive"),
            log=lambda line: self.house.trace.note(run.name, f"log: {line}"),
        )

    def _judging(self, run: Run, event: LifecycleEvent) -> Judging:
        functions, logs = run.wired(self.functions, "functions"), run.wired(self.logs, "logs")
        own = Assessor(
            functions=functions, invoker=run.wired(self.invoker, "invoker"), overlap=run, clock=run, logs=logs
        )
        if event is BEFORE:
            return own
        metrics = run.wired(self.metrics, "metrics")
        return LiveAssessor(functions=functions, logs=logs, metrics=metrics, own_calls=own, clock=run)


def play(seed: int) -> Outcome:
    """Play the schedule of a seed and look at what it led to."""
    schedule = schedule_of(seed)
    world = HooksWorld(schedule)
    world.play()
    outcome = Outcome(
        seed,
        f"hooks: {schedule}",
        faults=world.house.injected,
        runs=len(world.house.runs),
        trace=world.house.trace.lines,
    )
    for event in world.service.began_ms:
        _look_at_status(world, event, outcome)
        _look_at_report(world, event, outcome)
    _look_at_times(world, outcome)
    raised = {type(error).__name__ for error in world.house.raised if not isinstance(error, StatusReportError)}
    outcome.expect(not raised, Breach.RAISED, f"{', '.join(raised)}")
    return outcome


def _struck(world: HooksWorld, *operations: str) -> list[Fault]:
    return [fault for fault in world.house.struck if fault.operation.startswith(operations)]


def _look_at_status(world: HooksWorld, event: LifecycleEvent, outcome: Outcome) -> None:
    schedule, service = world.schedule, world.service
    accepted = [each for each in service.accepted if each.event is event]
    outcome.expect(len(accepted) <= 1, Breach.TWICE, f"{event}: {len(accepted)} statuses")
    if not accepted:
        outcome.expect(service.state == "Stopped" or _all_died(world), Breach.NONE, f"{event} got no status")
        return
    status = accepted[0].status
    if schedule.bad and (event is schedule.bad_in):
        blind = bool(_struck(world, "logs.") and _struck(world, "metrics.")) or bool(_struck(world, "functions."))
        let = status is Status.FAILED or schedule.lets_through or (blind and event is AFTER)
        outcome.expect(let, Breach.WRONG, f"{event}: Succeeded for a bad version")
    elif not schedule.bad:
        excused = bool(_struck(world, *EXCUSE)) or bool(world.house.timed_out) or _killed(world)
        good = status is Status.SUCCEEDED or excused
        outcome.expect(good, Breach.WRONG, f"{event}: Failed for a good version and no fault but {world.house.struck}")
    outcome.expect(
        not world.probed_after_told or bool(_struck(world, "main.describe")), Breach.TWICE, "probed after told"
    )


def _look_at_times(world: HooksWorld, outcome: Outcome) -> None:
    """A run that its time ended has reported by then, unless its reports themselves went wrong."""
    for run in world.house.timed_out:
        event = BEFORE if run.name.startswith("Before") else AFTER
        reported = any(each.event is event and each.at_ms <= run.killed_at_ms for each in world.service.accepted)
        excused = any(fault.run == run.number and fault.operation.endswith(".put") for fault in world.house.struck)
        over = world.service.state == "Stopped"
        outcome.expect(reported or excused or over, Breach.LATE, f"{run.name} had not reported when its time was over")


def _killed(world: HooksWorld) -> bool:
    return any(fault.kind in {Kind.KILLED_BEFORE, Kind.KILLED_AFTER} for fault in world.house.struck)


def _all_died(world: HooksWorld) -> bool:
    """Return whether every run of an event has failed although Lambda tried three times: the alarm on it rings."""
    return world.house.given_up > 0


def _look_at_report(world: HooksWorld, event: LifecycleEvent, outcome: Outcome) -> None:
    reported = world.service.reported(event)
    published = world.reports[event].published
    if reported is None:
        return
    # What CodeDeploy took is not known to a run that cannot ask it, neither before nor after it reported.
    blind = len(_struck(world, "main.describe")) > 1
    excused = bool(_struck(world, "sink.", "archive.")) or blind or world.house.given_up > 0
    outcome.expect(bool(published) or excused, Breach.LOST, f"{event} was told {reported} and no report lies there")
    wrong = [
        status for judgement, status in published if status is not reported or judgement.verdict.status is not reported
    ]
    outcome.expect(not wrong, Breach.WRONG, f"{event} was told {reported}, a report says {wrong}")
