"""One execution environment: AWS's Runtime Interface Emulator with a real runtime process behind it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
import uuid

import aiohttp

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.child import as_environment, leash
from warmgate_ops.rehearsal.cloud.lambda_runtime.cpu import Throttle, share_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Said, is_over, read_said, said_again
from warmgate_ops.rehearsal.cloud.lambda_runtime.limits import CALL_BEGINS, Limit, init_limit_s
from warmgate_ops.rehearsal.cloud.lambda_runtime.memory import children, kill_children, memory_of_children
from warmgate_ops.rehearsal.cloud.lambda_runtime.outcome import Answered, Outcome, init_is_repeated, named, outcome_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.relay import NO_CALL, Relay
from warmgate_ops.rehearsal.cloud.lambda_runtime.starting import Start, wrapped
from warmgate_ops.rehearsal.cloud.lambda_runtime.variables import Package

TRIES = 3
_SAMPLING_S = 0.005 if sys.platform == "linux" else 0.1


class NoEnvironmentError(RuntimeError):
    """An environment cannot be started: its runtime does not listen, or the cloud has ended."""


class Environment:
    """Runs one call at a time; `close` ends both processes."""

    def __init__(
        self,
        package: Package,
        stream: str,
        *,
        niceness: int = 0,
        provisioned: bool = False,
        conditions: Conditions | None = None,
    ) -> None:
        self.package = package
        self._conditions = conditions or Conditions()
        self.stream = stream
        self.provisioned = provisioned
        self.initialised = False
        self.allocation_init_ms: float | None = None
        self.dead = False
        self.prepared_s = 0.0
        """When it was initialised ahead of its calls, in seconds since the epoch."""
        self.made_s = self.idle_since_s = time.monotonic()
        self._niceness = niceness
        self._said = bytearray()
        self._frames: tuple[str, ...] = ()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._relay: Relay | None = None
        self._port = 0

    async def start(self, start: Start) -> None:
        """Start the emulator; the runtime itself starts with the first call, as Lambda's init does.

        Raises:
            NoEnvironmentError: it does not listen.
        """
        for _ in range(TRIES):
            await self._launch(start)
            if await self._listens():
                return
            await self.close()  # Between choosing a port and listening on it another process has taken it.
        said = " ".join(self._said.decode("utf-8", "replace").strip().splitlines()[-1:]) or "nothing"
        ended = f"the runtime emulator ended {TRIES} times before it listened, and said {said}"
        raise NoEnvironmentError(f"{self.package.function}: {ended}")

    async def _launch(self, start: Start) -> None:
        self._port, runtime_port = free_port(), free_port()
        runtime_api = f"127.0.0.1:{runtime_port}"
        variables = start.variables(self.package, self.stream, provisioned=self.provisioned)
        if start.launch.relay_variable:
            self._relay = await Relay(runtime_api, self.package.timeout_s).open()
            variables[start.launch.relay_variable] = self._relay.address
        self._process = await asyncio.create_subprocess_exec(
            start.emulator,
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{self._port}",
            "--runtime-api-address",
            runtime_api,
            *leash(),
            *wrapped(start.launch, variables),
            cwd=self.package.folder,
            env=variables,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=as_environment(self._niceness, start.sandbox),
        )
        assert self._process.stdout is not None
        self._reader = asyncio.create_task(_collect(self._process.stdout, self._said))

    async def _listens(self) -> bool:
        """Return whether the emulator listens; False where it has ended."""
        assert self._process is not None
        # A machine that runs other things as well needed more than two seconds, seldom.
        for _ in range(2000):
            if self._process.returncode is not None:
                return False
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.close()
                return True
            await asyncio.sleep(0.005)
        raise NoEnvironmentError(f"{self.package.function}: the runtime emulator did not listen within 10 s")

    async def prepare(self, http: aiohttp.ClientSession) -> Said:
        """Initialise the runtime without a call, as provisioned concurrency does; return what was said."""
        limit = self._limit(init_limit_s(self.package.timeout_s, ahead=True))
        answered, said = await self._ran(http, NO_CALL, None, str(uuid.uuid4()), limit)
        self.dead = b"Runtime.UnmarshalError" not in answered.body
        self.prepared_s = time.time()
        return said

    async def call(
        self, http: aiohttp.ClientSession, payload: bytes, client_context: str | None, request_id: str
    ) -> Outcome:
        """Make one call and return what came of it, duration and init from the runtime's own log."""
        first = not self.initialised
        limit = self._limit(init_limit_s(self.package.timeout_s, ahead=False) if first else None)
        answered, said = await self._ran(http, payload, client_context, request_id, limit)
        if first and init_is_repeated(answered, said):
            # Lambda initialises once more inside the call, within its timeout; the emulator with the call after it.
            answered, repeated = await self._ran(http, payload, client_context, request_id, self._limit(None))
            said = said_again(said, repeated)
        self.dead = answered.out_of_memory or answered.code == 0
        return outcome_of(answered, said)

    def _limit(self, init_s: float | None) -> Limit:
        return Limit(init_s, self.package.timeout_s, time.monotonic())

    async def _ran(
        self, http: aiohttp.ClientSession, payload: bytes, client_context: str | None, request_id: str, limit: Limit
    ) -> tuple[Answered, Said]:
        watch, throttle = asyncio.create_task(self._watch(limit)), self._throttle()
        started = time.perf_counter()
        body, code = await self._post(http, request_id, payload, client_context)
        waited_ms = (time.perf_counter() - started) * 1000
        await _ended(throttle)
        watch.cancel()
        peak_mb, ended = await _result_of(watch)
        answered = Answered(
            request_id=request_id,
            body=body,
            code=code,
            waited_ms=waited_ms,
            timeout_s=self.package.timeout_s,
            memory_mb=self.package.memory_mb,
            peak_mb=peak_mb,
            ended=ended,
        )
        return answered, named(await self._heard(request_id), answered)

    async def _post(
        self, http: aiohttp.ClientSession, request_id: str, payload: bytes, client_context: str | None
    ) -> tuple[bytes, int]:
        self.initialised = True
        url = f"http://127.0.0.1:{self._port}/2015-03-31/functions/function/invocations"
        headers = {"X-Amzn-RequestId": request_id}
        if client_context:
            headers["X-Amz-Client-Context"] = client_context
        limit = aiohttp.ClientTimeout(init_limit_s(self.package.timeout_s, ahead=True) + self.package.timeout_s + 30)
        try:
            async with http.post(url, data=payload, headers=headers, timeout=limit) as answer:
                return await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError):
            return b"", 0

    async def _heard(self, request_id: str) -> Said:
        """Return what was said up to a call's end; what comes later belongs to the next call, as in Lambda."""
        for _ in range(100):
            if is_over(self._said.decode("utf-8", "replace"), request_id):
                break
            await asyncio.sleep(0.001)
        text = self._said.decode("utf-8", "replace")
        self._said.clear()
        self._frames = (*self._frames[-1:], request_id)
        return read_said(text, self._frames)

    def _throttle(self) -> asyncio.Task[None] | None:
        """Begin to keep the runtime to what its memory buys: from its call on, or from its init where asked to."""
        share = share_of(self.package.memory_mb) if self._conditions.cpu_by_memory else None
        if share is None or self._process is None:
            return None
        at_once = self.initialised or self._conditions.cpu_in_init
        throttle = Throttle(self._process.pid, share)
        return asyncio.create_task(throttle.run(lambda: at_once or CALL_BEGINS in self._said))

    async def _watch(self, limit: Limit) -> tuple[int, str]:
        """Kill the runtime when it takes more memory or time than it has; runs until it is cancelled.

        Returns:
            The most memory it held in megabytes, and why it was killed: memory, time, init, or nothing.
        """
        assert self._process is not None
        peak_mb = 0
        try:
            while True:
                memory = memory_of_children(self._process.pid)
                peak_mb = max(peak_mb, memory.peak_mb)
                over = memory.now_mb > self.package.memory_mb
                why = "memory" if over else limit.passed(time.monotonic(), self._said)
                if why:
                    kill_children(self._process.pid)
                    return peak_mb, why
                await asyncio.sleep(_SAMPLING_S)
        except asyncio.CancelledError:
            return max(peak_mb, memory_of_children(self._process.pid).peak_mb), ""

    def kill(self) -> None:
        """End the runtime in the midst of what it does, as Lambda does where memory runs out."""
        if self._process is not None:
            kill_children(self._process.pid)

    async def close(self) -> None:
        """End the emulator and its runtime."""
        if self._process is not None:
            kill_children(self._process.pid)
            await self._reaped(self._process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 5)
        if self._reader is not None:
            self._reader.cancel()
        if self._relay is not None:
            await self._relay.close()

    async def _reaped(self, pid: int) -> None:
        """Let the emulator bury its runtime: in a container nobody else may do it."""
        for _ in range(20):
            if not children(pid):
                return
            await asyncio.sleep(0.005)


def free_port() -> int:
    """Return a port of the loopback interface that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _collect(reader: asyncio.StreamReader, into: bytearray) -> None:
    while chunk := await reader.read(65536):
        into += chunk


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _result_of(watch: asyncio.Task[tuple[int, str]]) -> tuple[int, str]:
    try:
        return await watch
    except asyncio.CancelledError:
        # Cancelled before it ran at all: the call was over at once.
        return 0, ""
