"""A world on a virtual clock: CodeDeploy, Lambda and time without a network, each port a few lines.

Example:
    world = World()
    world.invoker.answers = lambda index: served(duration_ms=900)
    gated = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))
    assert world.codedeploy.told == [Status.FAILED]
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

from warmgate.errors import DeploymentLookupError, FunctionLookupError, InvokeError, StatusReportError
from warmgate.gate.gate import Gate
from warmgate.gate.known_bad import KnownBad, Refusals
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.logs.calls import Logged, LoggedCall, Window
from warmgate.model.calls import Answer, Invocation
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status, Target
from warmgate.model.function import Capacity, FunctionVersion, ProvisionedConcurrency
from warmgate.model.function_name import bare_name
from warmgate.model.log_stream import FunctionLog, LogStream
from warmgate.model.traffic import ColdStart, EnvironmentSummary
from warmgate.model.verdict import Judgement
from warmgate.policy.values import Budget, Limits, PercentileLimit, Policy, Probe
from warmgate.probing.assess import Assessor

T = TypeVar("T")
ROOM = Capacity(account_limit=1000, account_unreserved=1000, reserved=None, in_use=0)
EPOCH_MS = 1_767_225_600_000.0
"""2026-01-01T00:00:00Z."""
EXECUTION = HookExecution("d-ABCDEF123", "hook-execution-1")
VERSIONS = ("6", "7")
TARGET = Target("checkout-api", "live")
POLICY = Policy(
    name="checkout",
    probes=(Probe(name="health", payload={"path": "/health"}),),
    limits=Limits(
        init=(PercentileLimit(percentile=0.95, limit_ms=1500.0),),
        duration=(PercentileLimit(percentile=0.95, limit_ms=400.0),),
        memory_ratio=0.85,
    ),
    budget=Budget(invocations=400, seconds=300.0),
)


class VirtualClock:
    """Time that passes only when somebody lets it; what was to be called at an instant is called on the way."""

    def __init__(self) -> None:
        self._at_ms = 0.0
        self._calls: list[tuple[float, Callable[[], None]]] = []
        self._held = False

    @property
    def at_ms(self) -> float:
        """Return the virtual time."""
        return self._at_ms

    @at_ms.setter
    def at_ms(self, at_ms: float) -> None:
        while not self._held and (due := [call for call in self._calls if call[0] <= at_ms]):
            call = min(due, key=lambda each: each[0])
            self._calls.remove(call)
            self._at_ms = max(self._at_ms, call[0])
            call[1]()
        self._at_ms = at_ms

    @contextmanager
    def held(self) -> Iterator[None]:
        """Call nothing while time runs back and forth."""
        self._held, held = True, self._held
        try:
            yield
        finally:
            self._held = held

    def call_at(self, at_ms: float, action: Callable[[], None]) -> Callable[[], None]:
        """Call an action when time comes to an instant."""
        call = (at_ms, action)
        self._calls.append(call)
        return lambda: self._calls.remove(call) if call in self._calls else None

    def now_ms(self) -> float:
        """Return the virtual time."""
        return self.at_ms

    def sleep_ms(self, duration_ms: float) -> None:
        """Let time pass at once."""
        self.at_ms += duration_ms

    def utc_now(self) -> str:
        """Return a fixed day with the virtual seconds in it."""
        return f"2026-01-01T00:00:{int(self.at_ms / 1000) % 60:02d}Z"

    def epoch_ms(self) -> float:
        """Return the same day in milliseconds."""
        return EPOCH_MS + self.at_ms


class VirtualOverlap:
    """Runs tasks one after the other, each from the same start, and then lets the longest time pass."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def run(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | None]:
        """Return the results of the tasks that ended before the deadline."""
        started, ends, results = self._clock.at_ms, [], []
        with self._clock.held():
            for task in tasks:
                self._clock.at_ms = started
                result = task()
                ends.append(self._clock.at_ms)
                results.append(result if self._clock.at_ms <= deadline.at_ms else None)
            self._clock.at_ms = started
        self._clock.at_ms = max(started, min(max(ends, default=started), deadline.at_ms))
        return results


@dataclass
class FakeDeployments:
    """CodeDeploy with one deployment; `describe_fails` and `tell_fails` are raised in turn."""

    clock: VirtualClock
    deployment: Deployment = field(
        default_factory=lambda: Deployment(
            deployment_id=EXECUTION.deployment_id,
            target=TARGET,
            baseline="6",
            candidate="7",
            lifecycle_event=LifecycleEvent.BEFORE_ALLOW_TRAFFIC,
        )
    )
    describe_fails: list[Exception] = field(default_factory=list)
    tell_fails: list[Exception] = field(default_factory=list)
    reported: list[Status] = field(default_factory=list)
    reported_at_ms: list[float] = field(default_factory=list)
    refused: list[Status] = field(default_factory=list)
    execution_id: str = EXECUTION.execution_id
    describe_takes_ms: float = 0.0
    tell_takes_ms: float = 0.0
    unanswered: int = 0
    """So many reports are taken, and their answers lost."""

    def describe(self, execution: HookExecution, deadline: Deadline) -> Deployment:
        """Return the deployment, with what was told so far."""
        self.clock.sleep_ms(self.describe_takes_ms)
        if self.describe_fails:
            raise self.describe_fails.pop(0)
        if execution.deployment_id != self.deployment.deployment_id:
            raise DeploymentLookupError(f"{execution.deployment_id}: no such deployment")
        if self.reported:
            return replace(self.deployment, lifecycle_event=None, reported=self.reported[0])
        return self.deployment

    def report_status(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Take the first status, refuse every other."""
        self.clock.sleep_ms(self.tell_takes_ms)
        if self.tell_fails:
            raise self.tell_fails.pop(0)
        if self.clock.at_ms > deadline.at_ms:
            raise StatusReportError("the deadline has passed")
        if execution != HookExecution(self.deployment.deployment_id, self.execution_id):
            raise StatusReportError(f"{execution.deployment_id}: no such hook execution")
        if self.reported:
            self.refused.append(status)
            return False
        self.reported.append(status)
        self.reported_at_ms.append(self.clock.at_ms)
        return True


@dataclass
class FakeLineage:
    """Other deployments, the last one before any, and what was recorded as made back."""

    known: dict[str, Deployment] = field(default_factory=dict)
    last: Deployment | None = None
    made: dict[str, str] = field(default_factory=dict)
    fails: Exception | None = None

    def described(self, deployment_id: str, deadline: Deadline) -> Deployment:
        """Return a known deployment."""
        if self.fails is not None:
            raise self.fails
        if deployment_id not in self.known:
            raise DeploymentLookupError(f"{deployment_id}: no such deployment")
        return self.known[deployment_id]

    def before(self, deployment: Deployment, deadline: Deadline) -> Deployment | None:
        """Return the last deployment."""
        if self.fails is not None:
            raise self.fails
        return self.last

    def made_back(self, deployment_id: str) -> str | None:
        """Return what was recorded."""
        if self.fails is not None:
            raise self.fails
        return self.made.get(deployment_id)


@dataclass
class FakePolicies:
    """One policy for every target, or an error."""

    policy: Policy = POLICY
    fails: Exception | None = None
    clock: VirtualClock | None = None
    takes_ms: float = 0.0

    def find(self, target: Target, deadline: Deadline) -> tuple[Policy, str]:
        """Return the policy."""
        if self.clock is not None:
            self.clock.sleep_ms(self.takes_ms)
        if self.fails is not None:
            raise self.fails
        return self.policy, "fake:policy"


@dataclass
class FakeFunctions:
    """Versions that are Active unless told otherwise; `states` is what version() says in turn, the last one stays."""

    states: list[dict[str, object]] = field(default_factory=lambda: [{}])
    provisions: list[ProvisionedConcurrency] = field(
        default_factory=lambda: [ProvisionedConcurrency(requested=0, available=0, status="NONE")]
    )
    room: Capacity = ROOM
    fails: Exception | None = None
    known: tuple[str, ...] = VERSIONS

    def version(self, function: str, version: str) -> FunctionVersion:
        """Return the next state."""
        if self.fails is not None:
            raise self.fails
        if version not in self.known:
            raise FunctionLookupError(f"{function}:{version}: no such version")
        said = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        active = FunctionVersion(
            function=function,
            version=version,
            state="Active",
            memory_mb=256,
            timeout_s=10,
            runtime="python3.13",
            log_group=f"/aws/lambda/{bare_name(function)}",
        )
        return replace(active, **said)  # type: ignore[arg-type]

    def capacity(self, function: str) -> Capacity:
        """Return the room there is."""
        return self.room

    def provisioned(self, function: str, version: str) -> ProvisionedConcurrency:
        """Return the next provisioning state."""
        return self.provisions.pop(0) if len(self.provisions) > 1 else self.provisions[0]


def report_line(
    *, duration_ms: float = 20.0, init_ms: float | None = None, memory_mb: int = 90, size_mb: int = 256, extra: str = ""
) -> str:
    """Return the REPORT line Lambda would print for a call."""
    init = f"Init Duration: {init_ms:.2f} ms\t" if init_ms is not None else ""
    return (
        f"REPORT RequestId: 8f507cfc-example\tDuration: {duration_ms:.2f} ms\tBilled Duration: {duration_ms:.0f} ms\t"
        f"Memory Size: {size_mb} MB\tMax Memory Used: {memory_mb} MB\t{init}{extra}\n"
    )


@dataclass(frozen=True)
class Served:
    """An answer and the time it takes."""

    answer: Answer
    takes_ms: float


def served(
    *,
    duration_ms: float = 20.0,
    init_ms: float | None = None,
    memory_mb: int = 90,
    payload: bytes = b'{"statusCode":200}',
    function_error: str | None = None,
    log_tail: str | None = None,
    version: str = "",
    extra: str = "",
) -> Served:
    """Return a served call; the cold part is what the caller waits longer."""
    tail = log_tail
    if tail is None:
        tail = report_line(duration_ms=duration_ms, init_ms=init_ms, memory_mb=memory_mb, extra=extra)
    takes_ms = duration_ms + (init_ms or 0.0) + 3.0
    return Served(
        Answer(
            payload=payload,
            log_tail=tail,
            executed_version=version,
            function_error=function_error,
            status_code=200,
            caller_ms=takes_ms,
        ),
        takes_ms,
    )


@dataclass
class FakeInvoker:
    """Lambda's data plane: the first K calls of a version overlap in a burst and are cold, later ones are warm."""

    clock: VirtualClock
    cold_calls: int = 20
    init_ms: float = 300.0
    answers: Callable[[int], Served | Exception] | None = None
    by_version: dict[str, Callable[[int], Served | Exception]] = field(default_factory=dict)
    """Of versions that answer otherwise than `answers` says."""
    calls: list[Invocation] = field(default_factory=list)
    known: tuple[str, ...] = VERSIONS
    busy_until_ms: float = 0.0
    """Until then every attempt is throttled."""
    retry_after_ms: float = 200.0
    switched_off: bool = False
    """Whether the function's reserved concurrency is 0."""

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Serve a call and let its time pass; a throttled one is repeated until the deadline."""
        if invocation.version not in self.known:
            raise InvokeError(f"{invocation.version}: no such version", code="ResourceNotFoundException")
        if self.switched_off:
            raise InvokeError("reserved concurrency is 0", code="TooManyRequestsException")
        throttles = 0
        while self.clock.at_ms < self.busy_until_ms:
            throttles += 1
            if self.clock.at_ms + self.retry_after_ms >= deadline.at_ms:
                raise InvokeError("no concurrency left", code="TooManyRequestsException", throttled=True)
            self.clock.sleep_ms(self.retry_after_ms)
        answer = self._served(invocation)
        return replace(answer, retries=answer.retries + throttles, throttles=answer.throttles + throttles)

    def _served(self, invocation: Invocation) -> Answer:
        index = sum(call.version == invocation.version for call in self.calls)
        self.calls.append(invocation)
        answers = self.by_version.get(invocation.version, self.answers)
        if answers is not None:
            found = answers(index)
        else:
            found = served(init_ms=self.init_ms if index < self.cold_calls else None)
        if isinstance(found, Exception):
            raise found
        self.clock.sleep_ms(found.takes_ms)
        return replace(
            found.answer,
            executed_version=found.answer.executed_version or invocation.version,
            reading=invocation.read(found.answer.payload, found.answer.function_error),
        )


@dataclass
class FakeLogs:
    """A log group of calls, by time, and of earlier cold starts; events can be read `late_ms` after their time."""

    clock: VirtualClock
    written: list[LoggedCall] = field(default_factory=list)
    earlier: tuple[ColdStart, ...] = ()
    late_ms: float = 0.0
    fails: Exception | None = None
    reads: int = 0
    summarised: tuple[EnvironmentSummary, ...] = ()

    def summaries(
        self, log: FunctionLog, window: Window, deadline: Deadline, *, json_format: bool
    ) -> tuple[EnvironmentSummary, ...]:
        """Return the given summaries."""
        if self.fails is not None:
            raise self.fails
        return self.summarised

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline, most: int | None = None) -> Logged:
        """Return what may be read by now; a call has two events."""
        self.reads += 1
        if self.fails is not None:
            raise self.fails
        newest_ms = min(window.until_ms, self.clock.epoch_ms() - self.late_ms)
        first, last = (bisect_left(self.written, at_ms, key=_time) for at_ms in (window.since_ms, newest_ms + 0.001))
        end = last if most is None else min(last, first + most // 2)
        found = tuple(call for call in self.written[first:end] if _is_of(call.environment, log))
        read_to_ms = self.written[end - 1].at_ms if first < end else 0.0
        return Logged(calls=found, read_to_ms=read_to_ms, events=2 * (end - first), requests=1, cut=end < last)

    def cold_starts(
        self, log: FunctionLog, version: str, wanted: int, before_ms: float, deadline: Deadline
    ) -> tuple[ColdStart, ...]:
        """Return the earlier cold starts."""
        if self.fails is not None:
            raise self.fails
        return self.earlier[:wanted] if before_ms >= EPOCH_MS else ()


@lru_cache(maxsize=4096)
def _is_of(environment: str, log: FunctionLog) -> bool:
    """Return whether an environment is a function's; tests that have one function alone name no stream."""
    stream = LogStream.named(environment)
    return not stream.version or log.holds(stream)


def _time(call: LoggedCall) -> float:
    return call.at_ms


@dataclass
class FakeReports:
    """Keeps what was published, or fails."""

    published: list[tuple[Judgement, Status]] = field(default_factory=list)
    fails: Exception | None = None

    def publish_missing(self, judgement: Judgement, status: Status) -> bool:
        """Keep a judgement where none is kept."""
        if self.published:
            return False
        self.publish(judgement, status)
        return True

    def publish(self, judgement: Judgement, status: Status) -> None:
        """Keep a judgement."""
        if self.fails is not None:
            raise self.fails
        self.published.append((judgement, status))


class World:
    """All ports together."""

    def __init__(self, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.codedeploy = FakeDeployments(self.clock)
        self.lineage = FakeLineage()
        self.policies = FakePolicies(clock=self.clock)
        self.functions = FakeFunctions()
        self.invoker = FakeInvoker(self.clock)
        self.logs = FakeLogs(self.clock)
        self.reports = FakeReports()
        self.last: FakeDeployments | None = None
        """Through what the last resort reports, where that is another way."""
        self.lines: list[str] = []

    def roll_back(self) -> None:
        """Let the deployment be CodeDeploy's own rollback of an earlier one."""
        deployment = self.codedeploy.deployment
        first = replace(deployment, deployment_id="d-FIRST0000", baseline=deployment.candidate, candidate="6")
        self.lineage.known = {first.deployment_id: first}
        self.codedeploy.deployment = replace(deployment, creator="codeDeployRollback", rollback_of=first.deployment_id)

    def assessor(self) -> Assessor:
        """Return the assessor of this world."""
        return Assessor(
            functions=self.functions,
            invoker=self.invoker,
            overlap=VirtualOverlap(self.clock),
            clock=self.clock,
            logs=self.logs,
        )

    def gate(self) -> Gate:
        """Return the gate of this world."""
        return Gate(
            deployments=self.codedeploy,
            last_deployments=self.last or self.codedeploy,
            proof=RollbackProof(self.lineage),
            policies=self.policies,
            judging=self.assessor(),
            clock=self.clock,
            timer=self.clock,
            reports=(self.reports,),
            archive=self.reports,
            log=self.lines.append,
        )

    def remembering(self, refusals: Refusals) -> Gate:
        """Return the gate of this world with a place for refusals."""
        known_bad = KnownBad(refusals=refusals, functions=self.functions, log=self.lines.append)
        return replace(self.gate(), known_bad=known_bad)

    def deadline(self, seconds: float) -> Deadline:
        """Return the deadline that many seconds from the world's beginning."""
        return Deadline(seconds * 1000)
