"""Serves invokes: finds the version, admits the call, runs it in an environment, writes log and metrics."""

from __future__ import annotations

import asyncio
import os
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Control, Refused, Route, VersionSettings
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import Environment
from warmgate_ops.rehearsal.cloud.lambda_runtime.environments import Ended, EnvironmentRecord, Made
from warmgate_ops.rehearsal.cloud.lambda_runtime.outcome import Outcome
from warmgate_ops.rehearsal.cloud.lambda_runtime.pool import Pool, is_own
from warmgate_ops.rehearsal.cloud.lambda_runtime.provisioned import Provisioned
from warmgate_ops.rehearsal.cloud.lambda_runtime.report import Ran, log_lines, tail_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.snapshots import Restore, restore_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.telemetry import Telemetry
from warmgate_ops.rehearsal.cloud.lambda_runtime.told import told
from warmgate_ops.rehearsal.cloud.lambda_runtime.tracing import traced
from warmgate_ops.rehearsal.cloud.traces.documents import TraceIds, ids_of
from warmgate_ops.rehearsal.cloud.traces.store import TraceStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked for; an asynchronous call keeps its request id through its retries."""

    function: str
    qualifier: str = ""
    payload: bytes = b"{}"
    client_context: str | None = None
    request_id: str = ""
    trace: str = ""
    """X-Amzn-Trace-Id of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoked:
    """What Invoke answers."""

    payload: bytes
    function_error: str | None
    executed_version: str
    log_tail: bytes
    request_id: str


class LambdaPlatform:
    """Lambda's data plane. Every method runs in the event loop of the endpoint."""

    def __init__(
        self,
        control: Control,
        telemetry: Telemetry,
        rie: Path,
        *,
        variables: dict[str, str],
        seed: int,
        arn_start: str,
        conditions: Conditions,
        traces: TraceStore,
    ) -> None:
        self._control = control
        self._telemetry = telemetry
        self._arn_start = arn_start
        self._choose = random.Random(seed)
        self._pool = Pool(rie, variables, conditions)
        self._conditions = conditions
        self._traces = traces
        self._keeping: asyncio.Task[None] | None = None
        self._busy: dict[str, int] = defaultdict(int)
        # One core is left to the callers: a 10 ms call beside a busy caller reads as up to 40 ms (measured on 2 cores).
        self._running = asyncio.Semaphore(max(1, (os.cpu_count() or 1) - 1))
        self._http: aiohttp.ClientSession | None = None
        self.init_reports: list[tuple[str, str, float]] = []
        """Function, version and the runtime's own INIT REPORT of every cold start."""

    async def open(self) -> None:
        """Begin to serve."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self.provisioned = Provisioned(self._control, self._pool, self._telemetry, self._http)
        self._keeping = asyncio.get_running_loop().create_task(self._pool.keep_time())

    async def close(self) -> None:
        """End every environment."""
        if self._keeping is not None:
            self._keeping.cancel()
        await self.provisioned.close()
        await self._pool.close()
        if self._http is not None:
            await self._http.close()

    async def retire(self, function: str) -> None:
        """End the idle on-demand environments of a function, so that its next call is cold."""
        await self._pool.retire(function)

    async def kill(self, function: str) -> None:
        """End the runtimes of a function in the midst of their calls."""
        self._pool.kill(function)

    async def prepare(self, function: str, qualifier: str) -> None:
        """Make what environments of a version are started with, where it is there and can run on this machine."""
        with suppress(Refused):
            route = await self._control.route(function, qualifier, 1.0)
            await self._pool.prepare_start(await self._control.version(function, route.version))

    async def snapshot(self, function: str, version: str) -> bool:
        """Initialise a version with SnapStart as it is published, and return whether that failed."""
        assert self._http is not None
        environment, _ = await self._pool.prepare(
            self._http, await self._control.version(function, version), Made.SNAPSHOT
        )
        failed = environment.dead
        await self._pool.end(environment, Ended.SNAPSHOT)
        return failed

    async def initialise_ahead(self, function: str, qualifier: str, count: int) -> None:
        """Initialise environments that nobody has called for, as Lambda does now and then; raises Refused."""
        route = await self._control.route(function, qualifier, 1.0)
        settings = await self._control.version(function, route.version)
        await asyncio.gather(*(self._ahead(settings) for _ in range(count)))

    async def _ahead(self, settings: VersionSettings) -> None:
        assert self._http is not None
        began_s = time.time()
        environment, said = await self._pool.prepare(self._http, settings, Made.PROACTIVE)
        self._telemetry.begun(said.init_lines, settings, environment.stream, began_s)
        # Its REPORT tells the init with the first call, however long ago it was.
        environment.allocation_init_ms = next((init.duration_ms for init in said.inits), None)
        await self._pool.give_back(environment)

    def in_flight(self, functions: Collection[str]) -> int:
        """Return how many calls of functions are admitted and have not ended: what Lambda counts as concurrency."""
        return sum(self._busy.get(name, 0) for name in functions)

    def environments(self) -> list[EnvironmentRecord]:
        """Return every environment there was, and why."""
        return self._pool.journal.records()

    async def invoke(self, call: Call) -> Invoked:
        """Make one call; raises Refused as the API would."""
        route = await self._control.route(call.function, call.qualifier, self._choose.random())
        settings = await self._control.version(call.function, route.version)
        reserved = await self._control.concurrency(call.function)
        self._admit(settings, reserved, await self._control.unreserved(), route)
        self._busy[call.function] += 1
        self._telemetry.concurrent(call.function, self._busy[call.function], self._in_common())
        try:
            return await self._served(call, settings, route)
        finally:
            self._busy[call.function] -= 1

    def _in_common(self) -> int:
        """Return the calls under way of functions without reserved concurrency."""
        return sum(count for name, count in self._busy.items() if not self._control.is_reserved(name))

    def _admit(self, settings: VersionSettings, reserved: int | None, unreserved: int, route: Route) -> None:
        if settings.snapshot and settings.state == "Pending":
            text = "Lambda is initializing your function. It will be ready to invoke once your function state becomes "
            raise Refused(409, "SnapStartNotReadyException", text + "ACTIVE.")
        if settings.state != "Active":
            text = "The operation cannot be performed at this time. The function is currently in the following state: "
            raise Refused(409, "ResourceConflictException", text + settings.state)
        full = reserved is not None and self._busy[settings.function] >= reserved
        if full or (reserved is not None and self._all_provisioned(settings, reserved, route)):
            reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
        elif reserved is None and self._in_common() >= unreserved:
            reason = "ConcurrentInvocationLimitExceeded"
        else:
            return
        self._telemetry.throttled(settings.function)
        raise Refused(429, "TooManyRequestsException", "Rate Exceeded.", {"Reason": reason})

    def _all_provisioned(self, settings: VersionSettings, reserved: int, route: Route) -> bool:
        """Return whether all of a reservation is provisioned for other versions than the one that is called."""
        found = self.provisioned.listed(settings.function, "")["ProvisionedConcurrencyConfigs"]
        by_qualifier = {
            each["FunctionArn"].rpartition(":")[2]: each["RequestedProvisionedConcurrentExecutions"] for each in found
        }
        own = {settings.version, route.resource.partition(":")[2]} & {*by_qualifier}
        return not own and 0 < reserved <= sum(by_qualifier.values())

    async def _served(self, call: Call, settings: VersionSettings, route: Route) -> Invoked:
        environment = await self.provisioned.more(settings)
        if environment is None:
            environment = await self._pool.take(settings, patient=route.by_alias)
        request_id = call.request_id or str(uuid.uuid4())
        self._measure_provisioned(settings, spilled=not environment.provisioned)
        try:
            restore = await self._restored(environment)
            first = not environment.initialised
            ids = ids_of(call.trace, active=settings.traced, now_s=time.time())
            header = ids.header if ids else ""
            began_s = time.perf_counter()
            outcome = await self._called(environment, call, request_id, header, by_alias=route.by_alias)
            waited_ms = (time.perf_counter() - began_s) * 1000
        except BaseException:
            # The call was abandoned half way: nobody knows the state of its environment.
            await self._pool.end(environment, Ended.ABANDONED)
            raise
        self._noted(environment, outcome, request_id)
        ran = self._ran(settings, outcome, environment, request_id, first=first, restore=restore, trace=ids)
        if ids is not None:
            arn = f"{self._arn_start}:{settings.function}"
            seen = traced(ran, settings, arn, waited_ms=waited_ms, prepared_s=environment.prepared_s)
            self._traces.add(seen, ran.ended_s + self._conditions.trace_delay_s)
        lines = log_lines(ran, settings.logging)
        self._telemetry.served(ran, settings, route, environment.stream, lines)
        await self._pool.give_back(environment)
        return Invoked(
            payload=outcome.payload,
            function_error="Unhandled" if outcome.failed else None,
            executed_version=settings.version,
            log_tail=tail_of(lines),
            request_id=request_id,
        )

    def _measure_provisioned(self, settings: VersionSettings, *, spilled: bool) -> None:
        found = self.provisioned.allocated(settings.function, settings.version)
        if found is not None:
            there, idle = self._pool.provisioned(settings.function, settings.version)
            qualifier, allocated = found
            self._telemetry.provisioned(settings.function, qualifier, there - idle, allocated, spilled=spilled)

    def _noted(self, environment: Environment, outcome: Outcome, request_id: str) -> None:
        if outcome.init_ms is not None:
            self._pool.journal.initialised(environment.stream, outcome.init_ms)
        self._pool.journal.called(environment.stream, request_id, outcome.restarts)

    async def _restored(self, environment: Environment) -> Restore | None:
        """Initialise an environment of SnapStart apart from its call, as its snapshot was made; None for any other."""
        if environment.initialised or not environment.package.snapshot:
            return None
        assert self._http is not None
        async with self._pool.starting:
            said = await environment.prepare(self._http)
        environment.dead = False  # What fails to initialise shows its error in the call.
        return restore_of(said.init_lines)

    async def _called(
        self, environment: Environment, call: Call, request_id: str, trace: str, *, by_alias: bool
    ) -> Outcome:
        """Run a call; environments are taken first and cores afterwards.

        So overlapping probes occupy environments of their own and do not slow each other down. What waits for other
        calls must not hold a core, and live traffic, which nobody measures by the clock here, would only queue for one.
        """
        assert self._http is not None
        context = told(
            ":".join(filter(None, (self._arn_start, call.function, call.qualifier))), call.client_context, trace
        )
        free = is_own(call.function) or (by_alias and environment.initialised)
        if free:
            return await environment.call(self._http, call.payload, context, request_id)
        async with self._running if environment.initialised else self._pool.starting:
            return await environment.call(self._http, call.payload, context, request_id)

    def _ran(
        self,
        settings: VersionSettings,
        outcome: Outcome,
        environment: Environment,
        request_id: str,
        *,
        first: bool,
        restore: Restore | None,
        trace: TraceIds | None,
    ) -> Ran:
        if outcome.init_ms is not None:
            self.init_reports.append((settings.function, settings.version, outcome.init_ms))
        # Lambda prints the init of a provisioned environment with its first call although that call waited for none.
        allocated_ms, environment.allocation_init_ms = environment.allocation_init_ms, None
        return Ran(
            request_id=request_id,
            version=settings.version,
            duration_ms=outcome.duration_ms,
            memory_mb=settings.memory_mb,
            peak_mb=outcome.peak_mb,
            init_ms=outcome.init_ms if outcome.init_ms is not None else allocated_ms,
            failed_inits=outcome.failed_inits,
            status=outcome.status,
            error_type=outcome.error_type,
            failed=outcome.failed,
            lines=outcome.lines,
            init_lines=outcome.init_lines,
            again_lines=outcome.again_lines,
            first=first,
            provisioned=environment.provisioned,
            restore=restore,
            trace=trace,
            ended_s=time.time(),
        )
