"""Runs cold starts of a package in its real runtime, without credentials and a network, and reads what they say."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import aiohttp

from warmgate.errors import WarmgateError
from warmgate.model.log_stream import OWN_GROUPS, FunctionLog
from warmgate.visible import one_line
from warmgate_ops.cold_starts.importing.code import Code
from warmgate_ops.cold_starts.importing.origins import Places, places_of
from warmgate_ops.cold_starts.importing.recorders import IMPORTTIME, LINES, PLAIN, Recorder
from warmgate_ops.cold_starts.importing.records import MARK, ColdStart, cold_start
from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Said
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import Environment
from warmgate_ops.rehearsal.cloud.lambda_runtime.limits import Limit, init_limit_s
from warmgate_ops.rehearsal.cloud.lambda_runtime.outcome import Answered
from warmgate_ops.rehearsal.cloud.lambda_runtime.relay import NO_CALL
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import isolates
from warmgate_ops.rehearsal.cloud.lambda_runtime.starting import start_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.variables import Package
from warmgate_ops.rehearsal.cloud.tools import rie_command

INSIDE = Path(__file__).with_name("inside")
SEEN = "/var/rapid/imports"
"""Where a sandbox shows `INSIDE`."""
NOWHERE = "http://127.0.0.1:9"
"""A port that nothing listens on: the proxy of functions that cannot be kept from the network otherwise."""
REGION = "us-east-1"
_REASONS = 2_000


class ImportFailedError(WarmgateError):
    """A package cannot be imported here, so nothing is known of its imports."""


class Bench:
    """A package, unpacked and compiled, of which any number of cold starts can be run; one at a time."""

    def __init__(self, code: Code, event: bytes | None = None, *, es_modules: bool = False) -> None:
        self._code = code
        self._event = event
        self._es_modules = es_modules or code.is_es_module
        self._offline = isolates(offline=True)
        self._package = _package(code, offline=self._offline)
        self._start = start_of(self._package, rie_command(), offline=self._offline, more={SEEN: INSIDE})

    @property
    def label(self) -> str:
        """Return how the package is named to the reader."""
        return self._code.label

    @property
    def folder(self) -> Path:
        """Return where its code lies."""
        return self._code.folder

    @property
    def is_node(self) -> bool:
        """Return whether it runs on Node.js."""
        return self._code.is_node

    @cached_property
    def places(self) -> Places:
        """Return where its modules come from."""
        seen, mounted = self._start.places, self._start.launch.mounted
        brought = self._start.launch.variables.get("LAMBDA_RUNTIME_DIR", "")
        folder = mounted.get(brought, Path(brought)) if not self.is_node else None
        return places_of(
            (seen.task, self._code.folder),
            (seen.layers, self._code.layers) if self._code.layers else None,
            (brought, folder) if folder else None,
            self._code.handler.rpartition(".")[0].replace("/", "."),
        )

    def run(self, recorder: Recorder = PLAIN) -> tuple[ColdStart, tuple[str, ...]]:
        """Return one cold start, and what the process wrote in it; raises ImportFailedError."""
        return asyncio.run(self._run(recorder))

    async def _run(self, recorder: Recorder) -> tuple[ColdStart, tuple[str, ...]]:
        package = replace(self._package, variables={**self._package.variables, **self._recorded(recorder)})
        stream = package.log.prefixes(package.version, datetime.now(UTC).date())[0] + uuid.uuid4().hex
        environment = (Apart if self._offline else Beside)(package, stream)
        try:
            await environment.start(self._start)
            async with aiohttp.ClientSession() as http:
                answered, said = await environment.initialised_by(http, self._event)
        finally:
            await environment.close()
        lines = (*said.init_lines, *said.lines, *said.again_lines)
        init = next((each for each in said.inits if each.status == "success"), None)
        if init is None or not (self._event is not None or b"Runtime.UnmarshalError" in answered.body):
            raise ImportFailedError(
                f"{self._code.label}: the package cannot be imported here: {_why(answered, said)}",
                hint=self._code.hint(_why(answered, said)),
            )
        if recorder is not IMPORTTIME and not any(line.startswith(MARK) for line in lines):
            raise ImportFailedError(
                f"{self._code.label}: found no record of its imports, expected one once its init had ended",
                hint="see that it leaves sitecustomize, NODE_OPTIONS and standard output as they are",
            )
        return cold_start(init.duration_ms, lines, package.handler), lines

    def _recorded(self, recorder: Recorder) -> dict[str, str]:
        """Return the variables that put a recorder before the handler."""
        inside = SEEN if self._start.sandbox else str(INSIDE)
        if self._code.is_node:
            modules = {"WARMGATE_IMPORT_MODULES": "1"} if self._es_modules else {}
            options = f"--require {inside}/imports.cjs {self._package.variables.get('NODE_OPTIONS', '')}".strip()
            return {} if recorder is IMPORTTIME else {"NODE_OPTIONS": options, **modules}
        if recorder is IMPORTTIME:
            return {"PYTHONPROFILEIMPORTTIME": "1"}
        path = self._package.variables.get("PYTHONPATH") or self._start.launch.variables["PYTHONPATH"]
        path = f"{inside}:{path}"
        return {"PYTHONPATH": path, **({"WARMGATE_IMPORT_LINES": "1"} if recorder is LINES else {})}


class Beside(Environment):
    """An environment that is called over this machine's own loopback interface."""

    async def initialised_by(self, http: aiohttp.ClientSession, event: bytes | None) -> tuple[Answered, Said]:
        """Initialise it, by an event or by what reaches no handler, and return what came of that."""
        init = Limit(init_limit_s(self.package.timeout_s, ahead=True), self.package.timeout_s, _monotonic())
        return await self._ran(http, NO_CALL if event is None else event, None, str(uuid.uuid4()), init)


class Apart(Beside):
    """An environment in a network of its own: whoever calls it must go in."""

    async def _listens(self) -> bool:
        """Wait for nothing: the call itself does."""
        return True

    async def _post(
        self, http: aiohttp.ClientSession, request_id: str, payload: bytes, client_context: str | None
    ) -> tuple[bytes, int]:
        del http
        assert self._process is not None
        self.initialised = True
        seconds = init_limit_s(self.package.timeout_s, ahead=True) + self.package.timeout_s + 30
        asked = [str(self._process.pid), str(self._port), request_id, client_context or "", str(seconds)]
        asking = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(INSIDE / "ask.py"),
            *asked,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        answer, _ = await asking.communicate(payload)
        status, _, body = answer.partition(b"\n")
        return (body, int(status)) if status.isdigit() else (b"", 0)


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


def _package(code: Code, *, offline: bool) -> Package:
    """Return what an environment runs; it is given no credentials, and none of this machine's variables."""
    # A client that is made at module level looks for credentials: in 2 x 1 s of silence if it may ask the machine.
    given = {"AWS_REGION": code.region or REGION, "AWS_DEFAULT_REGION": code.region or REGION}
    given |= {"AWS_EC2_METADATA_DISABLED": "true"}
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    if not offline:
        given |= dict.fromkeys(proxies, NOWHERE) | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return Package(
        function=code.function,
        version="$LATEST",
        folder=code.folder,
        handler=code.handler,
        memory_mb=code.memory_mb,
        timeout_s=code.timeout_s,
        log=FunctionLog(OWN_GROUPS + code.function, code.function),
        log_format="Text",
        runtime=code.runtime,
        layers=code.layers,
        variables={**given, **code.variables},
    )


def _why(answered: Answered, said: Said) -> str:
    """Return why an init did not end well: the runtime's error, else how its process ended."""
    if answered.ended == "init":
        return "its init did not end in time"
    if answered.out_of_memory:
        return f"it takes more than {answered.memory_mb} MB"
    try:
        body: Mapping[str, object] = json.loads(answered.body)
        text = f"{body.get('errorType', '')}: {body.get('errorMessage', '')}".strip(": ")
    except (ValueError, AttributeError):
        text = ""
    written = [line for line in (*said.init_lines, *said.lines) if not line.startswith(MARK)]
    return one_line(text or said.exited or " ".join(written)[-_REASONS:] or "it said nothing")


def not_apart() -> tuple[str, ...]:
    """Return what a function finds here although it should not, a line each."""
    if isolates(offline=True):
        return ()
    line = (
        "the network is NOT CUT OFF here: that needs Linux which lets users have namespaces; only proxies are set to a "
        "closed port, which code may ignore"
    )
    return (line,)
