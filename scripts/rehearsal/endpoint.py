"""The one endpoint of the local cloud: CodeDeploy and Lambda invokes are answered here, the rest goes to MiniStack."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from rehearsal.codedeploy import CodeDeployService
from rehearsal.lambda_runtime.control import SIGNED, Control, Refused
from rehearsal.lambda_runtime.packages import PackageStore
from rehearsal.lambda_runtime.platform import Invoked, LambdaPlatform

_INVOKE = re.compile(r"^/2015-03-31/functions/(?P<name>[^/]+)/invocations$")
_CODE = re.compile(r"^/2015-03-31/functions(?:/(?P<name>[^/]+)/code)?/?$")
_FUNCTION = re.compile(r"^/20\d\d-\d\d-\d\d/functions/(?P<name>[^/]+)")
_ARN = re.compile(r"^(?:arn:[^:]*:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?(?P<name>[^:]+)(?::(?P<qualifier>[^:]+))?$")
_RETRY_WAITS_S = (60.0, 120.0)
_HOP = frozenset({"connection", "transfer-encoding", "content-encoding", "content-length", "host", "keep-alive"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncInvocation:
    """One attempt of an asynchronous call; attempts of one event share the request id."""

    function: str
    request_id: str
    attempt: int
    error: str | None
    started_s: float


@dataclass
class Endpoint:
    """The front: an aiohttp application and what it needs."""

    upstream: str
    codedeploy: CodeDeployService
    platform: LambdaPlatform
    control: Control
    packages: PackageStore
    now_s: Callable[[], float]
    scaled_sleep: Callable[[float], Awaitable[None]]
    async_invocations: list[AsyncInvocation] = field(default_factory=list)
    _http: aiohttp.ClientSession | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def application(self) -> web.Application:
        """Return the application that serves every path."""
        app = web.Application(client_max_size=512 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def open(self) -> None:
        """Begin to serve."""
        self._http = aiohttp.ClientSession(auto_decompress=False, connector=aiohttp.TCPConnector(limit=0))

    async def close(self) -> None:
        """End what runs in the background."""
        for task in self._running:
            task.cancel()
        if self._http is not None:
            await self._http.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        target = request.headers.get("X-Amz-Target", "")
        if target.startswith("CodeDeploy_20141006."):
            body = json.loads(await request.read() or b"{}")
            status, found = await asyncio.to_thread(self.codedeploy.answer, target, body)
            return _json(status, found, "application/x-amz-json-1.1")
        invoke = _INVOKE.match(request.path)
        if invoke and request.method == "POST":
            return await self._invoke(request, unquote(invoke["name"]))
        return await self._pass_on(request)

    async def _invoke(self, request: web.Request, name: str) -> web.StreamResponse:
        parts = _ARN.match(name)
        function = parts["name"] if parts else name
        qualifier = request.query.get("Qualifier") or (parts["qualifier"] if parts else None) or ""
        payload = await request.read() or b"{}"
        context = request.headers.get("X-Amz-Client-Context")
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        try:
            if kind == "DryRun":
                return web.Response(status=204)
            if kind == "Event":
                await self.control.version(function, (await self.control.route(function, qualifier, 0.0)).version)
                self.start_async(function, qualifier, payload)
                return web.Response(status=202)
            invoked = await self.platform.invoke(function, qualifier, payload, context)
        except Refused as refused:
            answer = _json(refused.status, refused.body)
            answer.headers["x-amzn-ErrorType"] = refused.code
            return answer
        return _invoked(invoked, tail=request.headers.get("X-Amz-Log-Type") == "Tail")

    def start_async(self, function: str, qualifier: str, payload: bytes) -> None:
        """Run an event in the background, repeated as Lambda repeats it: after one minute and after two more."""
        task = asyncio.get_running_loop().create_task(self._run_event(function, qualifier, payload))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run_event(self, function: str, qualifier: str, payload: bytes) -> None:
        request_id = str(uuid.uuid4())
        for attempt in range(3):
            started_s = self.now_s()
            error: str | None
            try:
                invoked = await self.platform.invoke(function, qualifier, payload, None, request_id)
                error = invoked.payload.decode("utf-8", "replace") if invoked.function_error else None
            except Refused as refused:
                error = f"{refused.code}: {refused}"
            self.async_invocations.append(
                AsyncInvocation(
                    function=function, request_id=request_id, attempt=attempt, error=error, started_s=started_s
                )
            )
            if error is None or attempt >= await self.control.retries(function):
                return
            await self.scaled_sleep(_RETRY_WAITS_S[min(attempt, 1)])

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        assert self._http is not None
        headers = {key: value for key, value in request.headers.items() if key.lower() not in _HOP}
        async with self._http.request(
            request.method,
            self.upstream + request.raw_path,
            data=body,
            headers={**headers, "Host": request.host},
            skip_auto_headers=("User-Agent", "Content-Type"),
            allow_redirects=False,
        ) as answer:
            found = await answer.read()
            kept = {key: value for key, value in answer.headers.items() if key.lower() not in _HOP}
            if "content-encoding" in answer.headers:
                kept["Content-Encoding"] = answer.headers["content-encoding"]
            status = answer.status
        if request.method in {"POST", "PUT", "DELETE"} and status < 300:
            await self._noticed(request, body, found)
        if request.method == "HEAD" and "content-length" in answer.headers:
            kept["Content-Length"] = answer.headers["content-length"]
        return web.Response(status=status, body=found, headers=kept)

    async def _noticed(self, request: web.Request, body: bytes, found: bytes) -> None:
        """Keep the code of a function as it is deployed, and forget what a change made stale."""
        code = _CODE.match(request.path)
        if code and request.method in {"POST", "PUT"}:
            await self._keep_code(code["name"], body, found)
        function = _FUNCTION.match(request.path)
        if function:
            parts = _ARN.match(unquote(function["name"]))
            self.control.forget(parts["name"] if parts else function["name"])

    async def _keep_code(self, name: str | None, body: bytes, found: bytes) -> None:
        sent: dict[str, Any] = json.loads(body or b"{}")
        code = sent.get("Code", sent) if name is None else sent
        if code.get("ZipFile"):
            archive = base64.b64decode(code["ZipFile"])
        else:
            function = str(json.loads(found)["FunctionName"])
            archive = await self._stored_code(function)
        await asyncio.to_thread(self.packages.keep, archive)

    async def _stored_code(self, function: str) -> bytes:
        assert self._http is not None
        async with self._http.get(f"{self.upstream}/2015-03-31/functions/{function}", headers=SIGNED) as answer:
            location = (await answer.json(content_type=None))["Code"]["Location"]
        async with self._http.get(location) as answer:
            return await answer.read()


def _json(status: int, body: dict[str, Any], content_type: str = "application/json") -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(body).encode(),
        headers={"Content-Type": content_type, "x-amzn-RequestId": str(uuid.uuid4())},
    )


def _invoked(invoked: Invoked, *, tail: bool) -> web.Response:
    headers = {
        "X-Amz-Executed-Version": invoked.executed_version,
        "x-amzn-RequestId": invoked.request_id,
        "Content-Type": "application/json",
    }
    if invoked.function_error:
        headers["X-Amz-Function-Error"] = invoked.function_error
    if tail:
        headers["X-Amz-Log-Result"] = base64.b64encode(invoked.log_tail).decode()
    return web.Response(status=200, body=invoked.payload, headers=headers)
