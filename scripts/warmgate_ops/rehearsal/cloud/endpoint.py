"""The one endpoint of the local cloud: what MiniStack cannot do is answered here, the rest goes to MiniStack."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from warmgate_ops.rehearsal.cloud.answers import invoked_answer, json_answer, refusal_answer, rest_answer
from warmgate_ops.rehearsal.cloud.api_calls import service_of
from warmgate_ops.rehearsal.cloud.codedeploy import CodeDeployService
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.async_events import AsyncEvents
from warmgate_ops.rehearsal.cloud.lambda_runtime.control import SIGNED, Control, Refused
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import NoEnvironmentError
from warmgate_ops.rehearsal.cloud.lambda_runtime.naming import named
from warmgate_ops.rehearsal.cloud.lambda_runtime.packages import PackageStore
from warmgate_ops.rehearsal.cloud.lambda_runtime.platform import Call, LambdaPlatform
from warmgate_ops.rehearsal.cloud.lambda_runtime.publishing import Publishing
from warmgate_ops.rehearsal.cloud.lambda_runtime.requests import (
    KINDS,
    LOG_TYPES,
    check_context,
    check_payload,
    check_word,
    one_qualifier,
)
from warmgate_ops.rehearsal.cloud.ministack import ACCOUNT
from warmgate_ops.rehearsal.cloud.recorder import Recorder
from warmgate_ops.rehearsal.cloud.trail import TrailFront

_INVOKE = re.compile(r"^/2015-03-31/functions/(?P<name>[^/]+)/invocations$")
_CODE = re.compile(r"^/2015-03-31/functions(?:/(?P<name>[^/]+)/code)?/?$")
_FUNCTION = re.compile(r"^/20\d\d-\d\d-\d\d/functions/(?P<name>[^/]+)")
_ALIAS = re.compile(r"^/2015-03-31/functions/(?P<name>[^/]+)/aliases(?:/(?P<alias>[^/]+))?/?$")
_SNAPSHOT = re.compile(r"^/warmgate/functions/(?P<name>[^/]+)/versions/(?P<version>\d+)/snapshot$")
"""Asked by MiniStack where a version with SnapStart was published."""
_CONFIGURATION = re.compile(r"^/2015-03-31/functions/(?P<name>[^/]+)(?:/configuration)?/?$")
_VERSIONS = re.compile(r"^/2015-03-31/functions/(?P<name>[^/]+)/versions/?$")
_ALARM = re.compile(r"PutMetricAlarm|CreateStack|UpdateStack|ExecuteChangeSet")
_PROVISIONED = re.compile(r"^/2019-09-30/functions/(?P<name>[^/]+)/provisioned-concurrency$")
_ARN_START = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function"
_SCHEDULING = ("events", "scheduler", "cloudformation")
_NO_SCHEDULE = re.compile(r"\.(?:PutEvents|TestEventPattern|List|Describe)")
_PAGE = 50
"""Configurations of provisioned concurrency in a list, at most."""
_LONG = 2**16
"""A payload beyond it is parsed beside the event loop."""
_LARGE = 2**20
"""aiohttp writes longer bytes in one go, and warns of it."""
_HOP = frozenset({"connection", "transfer-encoding", "content-encoding", "content-length", "host", "keep-alive"})


class Front(Protocol):
    """A service of the JSON protocol that is answered here in part."""

    async def answer(self, action: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """Return status and answer of an operation, None for one that MiniStack answers alone."""
        ...


class RestFront(Protocol):
    """A service whose operations are paths, answered here in part."""

    async def answer(
        self, method: str, path: str, query: Mapping[str, str], body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]] | None:
        """Return status and answer of a request, None for one that MiniStack answers alone."""
        ...


@dataclass
class Endpoint:
    """The front: an aiohttp application and what it needs."""

    upstream: str
    codedeploy: CodeDeployService
    platform: LambdaPlatform
    control: Control
    packages: PackageStore
    events: AsyncEvents
    recorder: Recorder
    fronts: dict[str, Front]
    """By the prefix of X-Amz-Target."""
    rest_fronts: dict[str, RestFront]
    """By the name that signatures have of the service."""
    trail: TrailFront
    """Keeps what was called; its LookupEvents is one of the fronts."""
    conditions: Conditions
    on_alarm: Callable[[], None]
    """Called when somebody may have put an alarm."""
    on_schedule: Callable[[str], None]
    """Called with the service when somebody may have changed a rule or a schedule."""
    _http: aiohttp.ClientSession | None = None

    @property
    def publishing(self) -> Publishing:
        """Return what checks aliases and versions."""
        return Publishing(self.control, _ARN_START)

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
        await self.events.close()
        if self._http is not None:
            await self._http.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        answered = await self._answered(request)
        await self.trail.note(request, answered)
        service, target = service_of(request.headers.get("Authorization", "")), request.headers.get("X-Amz-Target", "")
        if service in _SCHEDULING and request.method != "GET" and not _NO_SCHEDULE.search(target):
            self.on_schedule(service)
        return answered

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        target = request.headers.get("X-Amz-Target", "")
        await self.recorder.note(request)
        if target.startswith("CodeDeploy_20141006."):
            body = json.loads(await request.read() or b"{}")
            status, found = await asyncio.to_thread(self.codedeploy.answer, target, body)
            return json_answer(status, found, "application/x-amz-json-1.1")
        prefix, _, action = target.rpartition(".")
        if prefix in self.fronts:
            answered = await self.fronts[prefix].answer(action, json.loads(await request.read() or b"{}"))
            if answered is not None:
                return json_answer(*answered, "application/x-amz-json-1.1")
        rest = self.rest_fronts.get(service_of(request.headers.get("Authorization", "")))
        if rest is not None:
            body = json.loads(await request.read() or b"{}")
            answered = await rest.answer(request.method, unquote(request.rel_url.raw_path), request.query, body)
            if answered is not None:
                return rest_answer(*answered)
        try:
            return await self._of_lambda(request) or await self._pass_on(request)
        except NoEnvironmentError as error:
            return refusal_answer(Refused(500, "ServiceException", str(error)))
        except Refused as refused:
            return refusal_answer(refused)

    async def _of_lambda(self, request: web.Request) -> web.StreamResponse | None:
        """Answer what MiniStack's Lambda cannot, or only checks less of; None for what it answers alone."""
        if (invoke := _INVOKE.match(request.path)) and request.method == "POST":
            return await self._invoke(request, unquote(invoke["name"]))
        if provisioned := _PROVISIONED.match(request.path):
            return await self._provisioned(request, unquote(provisioned["name"]))
        if snapshot := _SNAPSHOT.match(request.path):
            failed = await self.platform.snapshot(unquote(snapshot["name"]), snapshot["version"])
            return json_answer(200, {"failed": failed})
        if (found := _CONFIGURATION.match(request.path)) and request.method == "GET":
            # Lambda prepares a function before it says that it is Active; a first call would else pay for it.
            await self.platform.prepare(*named(unquote(found["name"]), request.query.get("Qualifier")))
        if (alias := _ALIAS.match(request.path)) and request.method in {"POST", "PUT"}:
            await self._admit_alias(request, unquote(alias["name"]), unquote(alias["alias"] or ""))
        elif (versions := _VERSIONS.match(request.path)) and request.method == "POST":
            known = await self._published(request, unquote(versions["name"]))
            return None if known is None else json_answer(201, known)
        return None

    async def _invoke(self, request: web.Request, name: str) -> web.StreamResponse:
        function, qualifier = one_qualifier(name, request.query.get("Qualifier"))
        payload = await request.read() or b"{}"
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        check_word(kind, KINDS, "invocationType")
        check_word(request.headers.get("X-Amz-Log-Type", "None"), LOG_TYPES, "logType")
        check_context(request.headers.get("X-Amz-Client-Context"))
        check = partial(check_payload, payload, is_event=kind == "Event")
        await asyncio.to_thread(check) if len(payload) > _LONG else check()
        if kind != "RequestResponse":
            await self.control.version(function, (await self.control.route(function, qualifier, 1.0)).version)
        if kind == "DryRun":
            return web.Response(status=204)
        if kind == "Event":
            request_id = self.events.start(function, qualifier, payload)
            return web.Response(status=202, headers={"x-amzn-RequestId": request_id})
        context = request.headers.get("X-Amz-Client-Context")
        trace = request.headers.get("X-Amzn-Trace-Id", "")
        call = Call(function=function, qualifier=qualifier, payload=payload, client_context=context, trace=trace)
        return invoked_answer(await self.platform.invoke(call), tail=request.headers.get("X-Amz-Log-Type") == "Tail")

    async def _provisioned(self, request: web.Request, name: str) -> web.StreamResponse:
        """Answer what MiniStack only pretends: environments that are really initialised ahead of their calls."""
        function, qualifier = named(name, request.query.get("Qualifier"))
        provisioned = self.platform.provisioned
        if "List" in request.query:
            await self.control.configuration(function)
            most = min(int(request.query.get("MaxItems") or _PAGE), _PAGE)
            return json_answer(200, provisioned.page(function, _ARN_START, request.query.get("Marker", ""), most))
        if request.method == "GET":
            return json_answer(200, provisioned.get(function, qualifier))
        if request.method == "DELETE":
            await provisioned.delete(function, qualifier)
            return web.Response(status=204)
        requested = int(json.loads(await request.read())["ProvisionedConcurrentExecutions"])
        return json_answer(202, await provisioned.put(function, qualifier, requested))

    async def _admit_alias(self, request: web.Request, name: str, alias: str) -> None:
        function, body = named(name)[0], json.loads(await request.read() or b"{}")
        if alias and self.conditions.refuses_alias_update(function, body):
            text = "The operation cannot be performed at this time. An update is in progress for resource: the alias"
            raise Refused(409, "ResourceConflictException", text)
        await self.publishing.admit_alias(function, body, alias)

    async def _published(self, request: web.Request, name: str) -> dict[str, Any] | None:
        """Return the newest version where publishing makes no new one; what is to be checked first is MiniStack's."""
        asked = json.loads(await request.read() or b"{}")
        if asked.get("CodeSha256") or asked.get("RevisionId"):
            return None
        return await self.publishing.unchanged(named(name)[0])

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert self._http is not None
        headers = {key: value for key, value in request.headers.items() if key.lower() not in _HOP}
        async with self._http.request(
            request.method,
            self.upstream + request.raw_path,
            data=io.BytesIO(body) if len(body) > _LARGE else body,
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
        if _ALARM.search(f"{request.path} {request.headers.get('X-Amz-Target', '')} {body[:200]!r}"):
            self.on_alarm()
        code = _CODE.match(request.path)
        if code and request.method in {"POST", "PUT"}:
            await self._keep_code(code["name"], body, found)
        function = _FUNCTION.match(request.path)
        if function:
            self.control.forget(named(unquote(function["name"]))[0], deleted=request.method == "DELETE")

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
