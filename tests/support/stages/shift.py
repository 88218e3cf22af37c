"""What the contracts of the guard and of the hook after the shift are played on, each port twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from support.fakes.bake_world import CANDIDATE, BakeWorld, Traffic
from support.fakes.lambda_calls import publish
from support.fakes.shift_world import FakeShifts
from support.fakes.world import EPOCH_MS, FakeLogs, VirtualClock
from support.stages.ports import create, start_deployment
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.adapters.metrics import CloudWatchMetrics
from warmgate.adapters.shifts import CodeDeployShifts
from warmgate.adapters.waiting import SystemClock
from warmgate.logs.calls import LoggedCall, Window
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.log_stream import FunctionLog
from warmgate.model.traffic import ColdStart
from warmgate.ports.baking import AliasMetrics
from warmgate.ports.codedeploy import Shifts
from warmgate.ports.logs import Logs
from warmgate.ports.time import Clock
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

RAISING = "def handler(event, context):\n    if event.get('how') == 'raise': raise KeyError('price')\n    return 1\n"
PRINTING = (
    "def handler(event, context):\n"
    "    print('REPORT RequestId: x\\tDuration: 900.00 ms\\tBilled Duration: 900 ms\\tMemory Size: 256 MB')\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftsStage:
    """CodeDeploy with room for deployments that can be stopped."""

    port: Shifts
    clock: Clock
    open: Callable[[], str]
    """Start a deployment and return its id."""

    def deadline(self) -> Deadline:
        """Return the instant five seconds from now."""
        return Deadline(self.clock.now_ms() + 5_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsStage:
    """The log group of a function that was called: cold, warm, and once in vain."""

    port: Logs
    clock: Clock
    log: FunctionLog
    version: str
    window: Window
    request_ids: tuple[str, str, str]

    def calls(self) -> tuple[LoggedCall, ...]:
        """Return what the log holds of the function."""
        return self.port.calls(self.log, self.window, self.deadline()).calls

    def deadline(self) -> Deadline:
        """Return the instant five seconds from now."""
        return Deadline(self.clock.now_ms() + 5_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasMetricsStage:
    """CloudWatch's counts of an alias without weights that was called so often."""

    port: AliasMetrics
    target: Target
    window: Window
    """Of whole minutes."""
    calls: int
    errors: int


def fake_alias_metrics() -> AliasMetricsStage:
    """Return the stage of AliasMetrics on the fake."""
    world = BakeWorld(traffic=Traffic(per_minute=5, failing=lambda _minute: 0.5), minutes=10)
    served = [call for call in world.logs.calls_seen if call.version == CANDIDATE]
    return AliasMetricsStage(
        port=world.metrics,
        target=world.deployment.target,
        window=Window(EPOCH_MS, EPOCH_MS + 600_000),
        calls=len(served),
        errors=sum(call.record.status == "error" for call in served),
    )


def real_alias_metrics(cloud: LocalCloud) -> AliasMetricsStage:
    """Return the stage of AliasMetrics on the local cloud."""
    name = create(cloud, f"counted-{time.monotonic_ns()}", RAISING)
    client, began_ms = cloud.client("lambda"), time.time() * 1000
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=publish(cloud, name))
    for payload in (b"{}", b"{}", b'{"how": "raise"}'):
        client.invoke(FunctionName=name, Qualifier="live", Payload=payload)
    cloud.flush_logs()
    window = Window(began_ms // 60_000 * 60_000, time.time() * 1000 + 60_000)
    return AliasMetricsStage(
        port=CloudWatchMetrics(cloud.client), target=Target(name, "live"), window=window, calls=3, errors=1
    )


def fake_shifts() -> ShiftsStage:
    """Return the stage of Shifts on the fake."""
    clock = VirtualClock()
    fake = FakeShifts(clock, began_s=0.0, ended_s=600.0)
    return ShiftsStage(port=fake, clock=clock, open=lambda: fake.deployment_id)


def real_shifts(cloud: LocalCloud) -> ShiftsStage:
    """Return the stage of Shifts on the local cloud."""
    clock = SystemClock()
    return ShiftsStage(
        port=CodeDeployShifts(cloud.client("codedeploy"), clock),
        clock=clock,
        open=lambda: start_deployment(cloud).deployment_id,
    )


def fake_logs() -> LogsStage:
    """Return the stage of Logs on the fake."""
    clock = VirtualClock()
    clock.at_ms = 10_000.0
    cold = InvocationRecord(request_id="r-0", duration_ms=3.0, init_ms=120.0, start=Start.COLD, status="success")
    records = (
        cold,
        replace(cold, request_id="r-1", init_ms=None, start=Start.WARM),
        replace(cold, request_id="r-2", init_ms=None, start=Start.WARM, status="error", error_type="KeyError"),
    )
    written = [
        LoggedCall(record=record, at_ms=EPOCH_MS + 1000.0 * place, environment="2026/01/01/[1]aa", version="1")
        for place, record in enumerate(records)
    ]
    port = FakeLogs(clock, written=written, earlier=(ColdStart(init_ms=120.0, duration_ms=12.0),))
    window = Window(EPOCH_MS, EPOCH_MS + 9_000)
    return LogsStage(
        port=port,
        clock=clock,
        log=FunctionLog("/aws/lambda/f", "f"),
        version="1",
        window=window,
        request_ids=("r-0", "r-1", "r-2"),
    )


def real_logs(cloud: LocalCloud, *, code: str = RAISING, log_format: str = "Text", shared: bool = False) -> LogsStage:
    """Return the stage of Logs on the local cloud.

    Args:
        cloud: where the function is.
        code: of the function.
        log_format: of the function.
        shared: whether the log group is a custom one, in which a neighbour of the same version logs too.
    """
    number = time.monotonic_ns()
    group = f"/shop-{number}" if shared else f"/aws/lambda/logged-{number}"
    logging = {"LogFormat": log_format, **({"LogGroup": group} if shared else {})}
    name = create(cloud, f"logged-{number}", code, LoggingConfig=logging)
    version = publish(cloud, name)
    client, began_ms = cloud.client("lambda"), time.time() * 1000
    payloads = (b"{}", b"{}", b'{"how": "raise"}')
    if shared:
        neighbour = create(cloud, f"neighbour-{number}", RAISING, LoggingConfig=logging)
        for payload in payloads:
            client.invoke(FunctionName=neighbour, Qualifier=publish(cloud, neighbour), Payload=payload)
    answers = [client.invoke(FunctionName=name, Qualifier=version, Payload=payload) for payload in payloads]
    ids = tuple(answer["ResponseMetadata"]["RequestId"] for answer in answers)
    cloud.flush_logs()
    clock = SystemClock()
    return LogsStage(
        port=CloudWatchLogs(cloud.client, clock),
        clock=clock,
        log=FunctionLog(group, name),
        version=version,
        window=Window(began_ms - 1000, time.time() * 1000 + 1000),
        request_ids=(ids[0], ids[1], ids[2]),
    )
