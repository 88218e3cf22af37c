"""What the sandbox costs at the start of an execution environment, against the same one without it beside it."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp

from warmgate.model.log_stream import FunctionLog
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import Environment
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import isolates
from warmgate_ops.rehearsal.cloud.lambda_runtime.starting import Start, start_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.variables import Package
from warmgate_ops.rehearsal.cloud.tools import rie_command
from warmgate_ops.rehearsal.stage import RUNTIME

_WHAT, _GOAL = "environment from its start to its first answer, sandbox on", "<= 1.2x"
_APP = "import json, logging, urllib.request\n\n\ndef handler(event, context):\n    return {}\n"


def measure_environment_start(turns: int = 20) -> list[tuple[str, str, str]]:
    """Return a row (what, measured, goal); environments with and without a sandbox take turns, medians count."""
    if not isolates():
        return [(_WHAT, "this machine gives nobody a sandbox", _GOAL)]
    with tempfile.TemporaryDirectory() as work:
        # Both begin without compiled files and compile their own.
        alone, bare = (_start(Path(work, kind), isolated=kind == "alone") for kind in ("alone", "bare"))
        on_ms, off_ms = asyncio.run(_measured(alone, bare, turns))
    on, off = statistics.median(on_ms), statistics.median(off_ms)
    return [(_WHAT, f"{on:.0f} ms, {on / off:.2f}x of the one without ({off:.0f} ms)", _GOAL)]


def _start(folder: Path, *, isolated: bool) -> tuple[Package, Start]:
    code = folder / "code" / "package"
    code.mkdir(parents=True)
    (code / "app.py").write_text(_APP)
    package = Package(
        function="bench",
        version="1",
        folder=code,
        handler="app.handler",
        memory_mb=512,
        timeout_s=10,
        log=FunctionLog("/aws/lambda/bench", "bench"),
        log_format="Text",
        runtime=RUNTIME,
    )
    return package, start_of(package, rie_command(), isolated=isolated)


async def _measured(
    alone: tuple[Package, Start], bare: tuple[Package, Start], turns: int
) -> tuple[list[float], list[float]]:
    on_ms: list[float] = []
    off_ms: list[float] = []
    async with aiohttp.ClientSession() as http:
        await _took_ms(http, *alone)
        await _took_ms(http, *bare)
        for _ in range(turns):
            on_ms.append(await _took_ms(http, *alone))
            off_ms.append(await _took_ms(http, *bare))
    return on_ms, off_ms


async def _took_ms(http: aiohttp.ClientSession, package: Package, start: Start) -> float:
    environment, began_s = Environment(package, "bench"), time.perf_counter()
    try:
        await environment.start(start)
        outcome = await environment.call(http, b"{}", None, "bench-1")
        took_ms = (time.perf_counter() - began_s) * 1000
    finally:
        await environment.close()
    if outcome.failed:
        raise RuntimeError(f"the bench's function failed: {outcome.payload!r}")
    return took_ms
