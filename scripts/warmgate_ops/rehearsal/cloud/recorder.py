"""Keeps who called what at the local cloud's front; what a call is in IAM's words is worked out when somebody asks."""

from __future__ import annotations

from collections import defaultdict

from aiohttp import web

from warmgate_ops.rehearsal.cloud.api_calls import ApiCall, GroupOf, SignedRequest, call_of, principal_of

_LONGEST_BODY = 256 * 1024
"""Only bodies that name an operation or a resource are needed, and those are short."""


class Recorder:
    """Requests by who signed them; the account's own (tests, rehearsals) are not kept."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._requests: dict[str, list[SignedRequest]] = defaultdict(list)

    async def note(self, request: web.Request) -> None:
        """Keep a request."""
        authorization = request.headers.get("Authorization", "")
        principal = principal_of(authorization)
        if not principal or principal == self._account:
            return
        target = request.headers.get("X-Amz-Target", "")
        # The payloads of invokes may hold secrets and name no resource: they are not kept.
        named_in_body = bool(target) or request.content_type == "application/x-www-form-urlencoded"
        body = await request.read() if named_in_body else b""
        self._requests[principal].append(
            SignedRequest(
                authorization=authorization,
                method=request.method,
                path=request.rel_url.raw_path,
                query=dict(request.query),
                target=target,
                body=body if len(body) <= _LONGEST_BODY else b"",
            )
        )

    def calls_of(self, principal: str, group_of: GroupOf) -> list[ApiCall]:
        """Return the calls of a principal, in order."""
        found = (call_of(request, self._account, group_of) for request in tuple(self._requests[principal]))
        return [call for call in found if call is not None]
