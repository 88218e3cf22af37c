"""Records what passes the front, and answers LookupEvents; trails themselves are MiniStack's."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from warmgate_ops.rehearsal.cloud.api_calls import SignedRequest, operation_of, principal_of, service_of
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.logs.quota import Quota
from warmgate_ops.rehearsal.cloud.trail.entries import SOURCES, Asked, event_of
from warmgate_ops.rehearsal.cloud.trail.history import History, TrailRefusal

_DATA = ("Invoke", "InvokeAsync", "InvokeWithResponseStream", "PutEvents")
"""Data events, which the event history does not hold."""
Answer = tuple[int, dict[str, Any]]


class TrailFront:
    """The event history of the account and region. Runs in the event loop of the endpoint."""

    def __init__(
        self, account: str, region: str, conditions: Conditions, role_of: Callable[[str], Awaitable[str]]
    ) -> None:
        self._account = account
        self._region = region
        self._conditions = conditions
        self._role_of = role_of
        self._roles: dict[str, str] = {account: ""}
        self._history = History()
        self._reads = Quota()

    async def answer(self, action: str, body: dict[str, Any]) -> Answer | None:
        """Return the answer of LookupEvents, None for every other operation."""
        if action != "LookupEvents":
            return None
        if not self._reads.take(self._conditions.trail_reads_per_s, time.monotonic()):
            return 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}
        try:
            return 200, self._history.lookup(body, time.time(), self._conditions.trail_delay_s)
        except TrailRefusal as refusal:
            return 400, {"__type": refusal.code, "message": str(refusal)}

    async def note(self, request: web.Request, answered: web.StreamResponse) -> None:
        """Record a call of a service whose calls are recorded."""
        authorization = request.headers.get("Authorization", "")
        service = service_of(authorization)
        if service not in SOURCES:
            return
        target = request.headers.get("X-Amz-Target", "")
        signed = SignedRequest(
            authorization=authorization,
            method=request.method,
            path=request.rel_url.raw_path,
            query=dict(request.query),
            target=target,
            body=await request.read(),
        )
        operation, parameters = operation_of(service, signed)
        if operation in _DATA or not operation.isalnum():
            return
        answer = _parsed(answered.body if isinstance(answered, web.Response) else b"")
        in_body = {} if target else _parsed(signed.body)
        key, at_s = principal_of(authorization), time.time()
        asked = Asked(
            service=service,
            operation=operation,
            parameters={**in_body, **{name: value for name, value in parameters.items() if value}},
            answer=answer,
            status=answered.status,
            access_key=key,
            agent=request.headers.get("User-Agent", ""),
            role=await self._role(key),
            error_code=_code(answered.headers.get("x-amzn-ErrorType") or str(answer.get("__type") or "")),
            request_id=answered.headers.get("x-amzn-RequestId", ""),
            at_s=at_s,
        )
        self._history.add(event_of(asked, self._account, self._region), at_s)

    async def _role(self, key: str) -> str:
        """Return the role of the function that signs with a name, asked for once."""
        if key not in self._roles:
            self._roles[key] = await self._role_of(key)
        return self._roles[key]


def _parsed(text: Any) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, bytes) and text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _code(named: str) -> str:
    return named.partition(":")[0].rpartition("#")[2]
