"""One execution environment: AWS's Runtime Interface Emulator with a real runtime process behind it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import re
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

_INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_DONE = re.compile(r"INVOKE RTDONE\(status: (\w+), .*duration: ([0-9.]+)(ms|µs|s)\)")
_FAILED = re.compile(r"Invoke failed|Reset initiated|Invoke DONE failed")
_FRAME = re.compile(r"(START|END|REPORT) RequestId: \S+.*$")
_UNIT = {"ms": 1.0, "µs": 0.001, "s": 1000.0}
_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What an environment runs: unpacked code and the function's settings."""

    function: str
    version: str
    folder: Path
    handler: str
    memory_mb: int
    timeout_s: int
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one call."""

    payload: bytes
    error: bool
    duration_ms: float
    init_ms: float | None
    peak_mb: int
    status: str
    error_type: str | None
    lines: tuple[str, ...]
    init_lines: tuple[str, ...]
    first: bool
    dead: bool = False


class Environment:
    """Runs one call at a time; `close` ends both processes."""

    def __init__(self, package: Package, stream: str, *, niceness: int = 0) -> None:
        self.package = package
        self.stream = stream
        self.calls = 0
        self._niceness = niceness
        self._stderr: list[str] = []
        self._stdout: list[str] = []
        self._process: asyncio.subprocess.Process | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._port = 0

    async def start(self, rie: Path) -> None:
        """Start the emulator; the runtime itself starts with the first call, as Lambda's init does."""
        self._port, runtime_port = free_port(), free_port()
        package = self.package
        variables = {
            **package.variables,
            "AWS_LAMBDA_FUNCTION_NAME": package.function,
            "AWS_LAMBDA_FUNCTION_VERSION": package.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(package.memory_mb),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(package.timeout_s),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{package.function}",
            "AWS_LAMBDA_LOG_STREAM_NAME": self.stream,
            "LAMBDA_TASK_ROOT": str(package.folder),
            "PYTHONPATH": str(package.folder),
            "PATH": os.environ.get("PATH", ""),
            "HOME": os.environ.get("HOME", "/tmp"),  # noqa: S108
        }
        self._process = await asyncio.create_subprocess_exec(
            str(rie),
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{self._port}",
            "--runtime-api-address",
            f"127.0.0.1:{runtime_port}",
            sys.executable,
            "-m",
            "awslambdaric",
            package.handler,
            cwd=package.folder,
            env=variables,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=8 * 1024 * 1024,
            start_new_session=True,
            preexec_fn=partial(_as_child, self._niceness),
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            asyncio.create_task(_collect(self._process.stdout, self._stdout)),
            asyncio.create_task(_collect(self._process.stderr, self._stderr)),
        ]
        await self._listening()

    async def _listening(self) -> None:
        for _ in range(400):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.close()
                return
            await asyncio.sleep(0.005)
        raise RuntimeError(f"{self.package.function}: the runtime emulator did not listen within 2 s")

    async def call(self, http: aiohttp.ClientSession, payload: bytes, client_context: str | None) -> Outcome:
        """Make one call and return what came of it, duration and init from the runtime's own log."""
        first, self.calls = self.calls == 0, self.calls + 1
        self._stderr.clear()
        self._stdout.clear()
        headers = {"X-Amz-Client-Context": client_context} if client_context else {}
        url = f"http://127.0.0.1:{self._port}/2015-03-31/functions/function/invocations"
        watch = asyncio.create_task(self._watch_memory())
        started = time.perf_counter()
        try:
            async with http.post(
                url, data=payload, headers=headers, timeout=aiohttp.ClientTimeout(self.package.timeout_s + 30)
            ) as answer:
                body, code = await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError):
            body, code = b"", 0
        waited_ms = (time.perf_counter() - started) * 1000
        watch.cancel()
        peak_mb, killed = await _result_of(watch)
        await self._settled()
        return self._outcome(body, code, waited_ms, max(1, peak_mb), killed=killed, first=first)

    async def _settled(self) -> None:
        """Wait until the runtime has logged how the call ended; its log comes a moment after its answer."""
        for _ in range(100):
            if any(_DONE.search(line) or _FAILED.search(line) for line in self._stderr):
                return
            await asyncio.sleep(0.001)

    async def _watch_memory(self) -> tuple[int, bool]:
        """Kill the runtime when it takes more memory than the function has; runs until it is cancelled."""
        peak = 0
        try:
            while True:
                resident, highest = self._memory_mb()
                peak = max(peak, highest)
                if resident > self.package.memory_mb:
                    self._kill_runtime()
                    return max(peak, self.package.memory_mb), True
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            return max(peak, self._memory_mb()[1]), False

    def _outcome(self, body: bytes, code: int, waited_ms: float, peak_mb: int, *, killed: bool, first: bool) -> Outcome:
        inits = [float(m[1]) for line in self._stderr if (m := _INIT.search(line))]
        done = [float(m[2]) * _UNIT[m[3]] for line in self._stderr if (m := _DONE.search(line))]
        timed_out = body.startswith(b"Task timed out after")
        limit_ms = self.package.timeout_s * 1000.0
        duration_ms = limit_ms if timed_out else done[-1] if done else waited_ms - sum(inits)
        status, error_type, payload = _told(body, code, limit_ms, timed_out=timed_out, killed=killed)
        cut = next((i for i, line in enumerate(self._stdout) if line.startswith("START RequestId")), 0)
        text = [_FRAME.sub("", line) for line in self._stdout[cut:]]
        return Outcome(
            payload=payload,
            error=status != "success" or _is_function_error(payload),
            duration_ms=max(0.0, duration_ms),
            # An init that follows a crash or a time-out runs inside the call and prints no Init Duration.
            init_ms=sum(inits) if first and inits else None,
            peak_mb=min(peak_mb, self.package.memory_mb),
            status=status,
            error_type=error_type,
            lines=tuple(line for line in text if line),
            init_lines=(),
            first=first,
            dead=killed or code == 0,
        )

    def _runtime_pids(self) -> list[int]:
        """Return the runtime's processes: children of any thread of the emulator, which is a Go program."""
        if self._process is None:
            return []
        found: list[int] = []
        for listed in Path(f"/proc/{self._process.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(word) for word in listed.read_text().split()]
        return found

    def _memory_mb(self) -> tuple[int, int]:
        """Return what the runtime holds now and the most it ever held."""
        seen = [_memory_of(pid) for pid in self._runtime_pids()]
        return max((now for now, _ in seen), default=0), max((peak for _, peak in seen), default=0)

    def _kill_runtime(self) -> None:
        for pid in self._runtime_pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def close(self) -> None:
        """End the emulator and its runtime."""
        if self._process is not None:
            self._kill_runtime()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        for reader in self._readers:
            reader.cancel()


def free_port() -> int:
    """Return a port of the loopback interface that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _told(body: bytes, code: int, limit_ms: float, *, timed_out: bool, killed: bool) -> tuple[str, str | None, bytes]:
    """Return the platform's status, the error type and the payload that Invoke answers."""
    if killed:
        message = {"errorType": "Runtime.OutOfMemory", "errorMessage": "Error: Runtime exited with error: signal: killed"}
        return "error", "Runtime.OutOfMemory", json.dumps(message).encode()
    if timed_out:
        message = {
            "errorType": "Sandbox.Timedout",
            "errorMessage": f"Error: Task timed out after {limit_ms / 1000:.2f} seconds",
        }
        return "timeout", None, json.dumps(message).encode()
    if code != 200:
        said = _parsed(body)
        return "error", str(said.get("errorType") or "Runtime.Unknown"), body or b'{"errorType":"Runtime.Unknown"}'
    return "success", None, body


def _is_function_error(payload: bytes) -> bool:
    """Whether a runtime reported an exception; awslambdaric answers it with these three keys."""
    return {"errorMessage", "errorType", "stackTrace"} <= _parsed(payload).keys() or _parsed(payload).keys() == {
        "errorType",
        "errorMessage",
    }


def _parsed(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _collect(reader: asyncio.StreamReader, into: list[str]) -> None:
    while line := await reader.readline():
        into.append(line.decode("utf-8", "replace").rstrip("\n"))


async def _result_of(watch: asyncio.Task[tuple[int, bool]]) -> tuple[int, bool]:
    try:
        return await watch
    except asyncio.CancelledError:
        # Cancelled before it ran at all: the call was over at once.
        return 0, False


def _memory_of(pid: int) -> tuple[int, int]:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0, 0
    found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", text, re.MULTILINE))
    return int(found.get("VmRSS", 0)) // 1024, int(found.get("VmHWM", 0)) // 1024


def die_with_parent() -> None:
    """Ask Linux to end this process with its parent, so that a killed rehearsal leaves nothing; nothing elsewhere."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)


def _as_child(niceness: int) -> None:
    die_with_parent()
    os.nice(niceness)
