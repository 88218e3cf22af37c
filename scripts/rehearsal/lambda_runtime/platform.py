"""Serves invokes: finds the version, takes or makes an environment, admits calls to the cores, writes log and metrics."""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from rehearsal.lambda_runtime.control import Control, Refused, VersionSettings
from rehearsal.lambda_runtime.environment import Environment, Outcome, Package
from rehearsal.lambda_runtime.report import Ran, log_lines, tail_of
from rehearsal.lambda_runtime.telemetry import Telemetry

HOOK_PREFIX = "CodeDeployHook_"
HOOK_NICENESS = 5


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
        self, control: Control, telemetry: Telemetry, rie: Path, *, variables: dict[str, str], seed: int
    ) -> None:
        self._control = control
        self._telemetry = telemetry
        self._rie = rie
        self._variables = variables
        self._choose = random.Random(seed)
        self._idle: dict[tuple[str, str], list[Environment]] = defaultdict(list)
        self._all: set[Environment] = set()
        self._busy: dict[str, int] = defaultdict(int)
        cores = os.cpu_count() or 1
        # Twenty environments that start at once on two cores read an init of 2,358 ms each; two at a time, 200 ms.
        self._starting = asyncio.Semaphore(cores)
        # One core is left to the callers: a 10 ms call beside a busy caller reads as up to 40 ms (measured on 2 cores).
        self._running = asyncio.Semaphore(max(1, cores - 1))
        self._http: aiohttp.ClientSession | None = None
        self.init_reports: list[tuple[str, str, float]] = []
        """Function, version and the runtime's own INIT REPORT of every cold start, for those who check the measurement."""

    async def open(self) -> None:
        """Begin to serve."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def close(self) -> None:
        """End every environment."""
        await asyncio.gather(*(environment.close() for environment in self._all))
        self._all.clear()
        if self._http is not None:
            await self._http.close()

    async def retire(self, function: str) -> None:
        """End the idle environments of a function, so that its next call is cold."""
        for key in [key for key in self._idle if key[0] == function]:
            for environment in self._idle.pop(key):
                await self._end(environment)

    async def invoke(
        self,
        function: str,
        qualifier: str,
        payload: bytes,
        client_context: str | None = None,
        request_id: str | None = None,
    ) -> Invoked:
        """Make one call; raises Refused as the API would."""
        route = await self._control.route(function, qualifier, self._choose.random())
        settings = await self._control.version(function, route.version)
        self._admit(settings, await self._control.concurrency(function))
        self._busy[function] += 1
        try:
            return await self._served(settings, route.resource, route.weighted, payload, client_context, request_id)
        finally:
            self._busy[function] -= 1

    def _admit(self, settings: VersionSettings, reserved: int | None) -> None:
        if settings.state != "Active":
            raise Refused(
                409,
                "ResourceConflictException",
                f"The operation cannot be performed at this time. The function is currently in the following state: {settings.state}",
            )
        if reserved is not None and self._busy[settings.function] >= reserved:
            self._telemetry.throttled(settings.function)
            raise Refused(
                429,
                "TooManyRequestsException",
                "Rate Exceeded.",
                {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "Type": "User"},
            )

    async def _served(
        self,
        settings: VersionSettings,
        resource: str,
        weighted: bool,
        payload: bytes,
        client_context: str | None,
        request_id: str | None,
    ) -> Invoked:
        environment = await self._taken(settings)
        used_by_release = not settings.function.startswith(HOOK_PREFIX)
        assert self._http is not None
        if used_by_release:
            # An environment is taken first and the core afterwards: overlapping calls occupy environments of their own
            # and do not slow each other down. Hooks wait for other calls, so they must not hold a core.
            gate = self._starting if environment.calls == 0 else self._running
            async with gate:
                outcome = await environment.call(self._http, payload, client_context)
        else:
            outcome = await environment.call(self._http, payload, client_context)
        ran = self._ran(settings, outcome, request_id or str(uuid.uuid4()))
        lines = log_lines(ran, settings.logging)
        self._telemetry.served(ran, settings, resource, environment.stream, lines, weighted=weighted)
        if outcome.dead:
            await self._end(environment)
        else:
            self._idle[settings.function, settings.version].append(environment)
        return Invoked(
            payload=outcome.payload,
            function_error="Unhandled" if outcome.error else None,
            executed_version=settings.version,
            log_tail=tail_of(lines),
            request_id=ran.request_id,
        )

    def _ran(self, settings: VersionSettings, outcome: Outcome, request_id: str) -> Ran:
        if outcome.init_ms is not None:
            self.init_reports.append((settings.function, settings.version, outcome.init_ms))
        return Ran(
            request_id=request_id,
            version=settings.version,
            duration_ms=outcome.duration_ms,
            memory_mb=settings.memory_mb,
            peak_mb=outcome.peak_mb,
            init_ms=outcome.init_ms,
            status=outcome.status,
            error_type=outcome.error_type,
            lines=outcome.lines,
            first=outcome.first,
        )

    async def _taken(self, settings: VersionSettings) -> Environment:
        idle = self._idle[settings.function, settings.version]
        if idle:
            return idle.pop()
        stream = f"{datetime.now(UTC):%Y/%m/%d}/[{settings.version}]{uuid.uuid4().hex}"
        package = Package(
            function=settings.function,
            version=settings.version,
            folder=settings.folder,
            handler=settings.handler,
            memory_mb=settings.memory_mb,
            timeout_s=settings.timeout_s,
            variables={**self._variables, **settings.variables},
        )
        # The hook is a caller as well; what it measures goes first.
        niceness = HOOK_NICENESS if settings.function.startswith(HOOK_PREFIX) else 0
        environment = Environment(package, stream, niceness=niceness)
        self._all.add(environment)
        async with self._starting:
            await environment.start(self._rie)
        return environment

    async def _end(self, environment: Environment) -> None:
        self._all.discard(environment)
        await environment.close()
