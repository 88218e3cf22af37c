"""Stands between the emulator and a custom runtime: tells it deadline and ARN of each call, and answers what is none.

Managed runtimes are told by what Warmgate runs in front of the handler; a bootstrap speaks to the runtime API itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Self

import aiohttp
from aiohttp import web

from warmgate_ops.rehearsal.cloud.lambda_runtime.told import heard

NO_CALL = b"\xff"
"""What is no JSON and reaches no handler: it initialises a runtime without a call."""
_INVOCATION = "/2018-06-01/runtime/invocation"
_CONTEXT, _ID = "Lambda-Runtime-Client-Context", "Lambda-Runtime-Aws-Request-Id"
_HOP = frozenset({"connection", "transfer-encoding", "content-length", "host", "keep-alive", "date", "trailer"})


class Relay:
    """The runtime API of one environment, as its runtime sees it."""

    def __init__(self, emulator: str, timeout_s: int) -> None:
        self._emulator = f"http://{emulator}"
        self._timeout_s = timeout_s
        self._http: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self.address = ""
        """Host and port, known once it serves."""

    async def open(self) -> Self:
        """Begin to serve on a free port."""
        # A runtime waits for its next call for as long as it takes.
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        # A runtime that was ended waits no more: else it would take the next call from the one after it.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def close(self) -> None:
        """Serve no more."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._http is not None:
            await self._http.close()

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            while True:
                status, headers, body = await self._asked(request.method, request.raw_path, request.headers, request)
                if request.path != f"{_INVOCATION}/next" or body != NO_CALL:
                    break
                await self._refuse(headers[_ID])
        except aiohttp.ClientError:
            return web.Response(status=500)
        if request.path == f"{_INVOCATION}/next" and status == 200:
            headers = told_apart(headers, int((time.time() + self._timeout_s) * 1000))
        return web.Response(status=status, headers=headers, body=body)

    async def _asked(
        self, method: str, path: str, headers: Mapping[str, str], request: web.Request
    ) -> tuple[int, dict[str, str], bytes]:
        assert self._http is not None
        sent = {name: text for name, text in headers.items() if name.lower() not in _HOP}
        body = await request.read() if method != "GET" else None
        async with self._http.request(method, self._emulator + path, headers=sent, data=body) as answer:
            kept = {name: text for name, text in answer.headers.items() if name.lower() not in _HOP}
            return answer.status, kept, await answer.read()

    async def _refuse(self, request_id: str) -> None:
        """Answer what is no call as the managed runtimes do, before it is seen."""
        assert self._http is not None
        error = {"errorType": "Runtime.UnmarshalError", "errorMessage": "no call"}
        url = f"{self._emulator}{_INVOCATION}/{request_id}/error"
        headers = {"Lambda-Runtime-Function-Error-Type": error["errorType"]}
        async with self._http.post(url, data=json.dumps(error), headers=headers):
            pass


def told_apart(headers: Mapping[str, str], deadline_ms: int) -> dict[str, str]:
    """Return the headers of a call as Lambda would send them."""
    arn, context, trace = heard(headers.get(_CONTEXT, ""))
    kept = {name: text for name, text in headers.items() if name != _CONTEXT}
    kept["Lambda-Runtime-Deadline-Ms"] = str(deadline_ms)
    if arn:
        kept["Lambda-Runtime-Invoked-Function-Arn"] = arn
    if trace:
        kept["Lambda-Runtime-Trace-Id"] = trace
    if context is not None:
        kept[_CONTEXT] = context
    return kept
