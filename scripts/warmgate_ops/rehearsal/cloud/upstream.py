"""Calls to MiniStack's JSON services from inside the event loop; what is only passed on does not come through here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from warmgate_ops.rehearsal.cloud.ministack import ACCOUNT

_SERVICES = {"AWSEvents": "events", "Logs_20140328": "logs"}


class Upstream:
    """MiniStack as the front asks it on its own account."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Begin to ask."""
        self._http = aiohttp.ClientSession()

    async def close(self) -> None:
        """Ask no more."""
        if self._http is not None:
            await self._http.close()

    async def call(self, target: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and answer of an operation, named as in X-Amz-Target."""
        assert self._http is not None
        service = _SERVICES[target.partition(".")[0]]
        headers = {
            "X-Amz-Target": target,
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": _signed(service),
        }
        async with self._http.post(self._url + "/", data=json.dumps(body).encode(), headers=headers) as answer:
            found: dict[str, Any] = json.loads(await answer.read() or b"{}")
            return answer.status, found

    async def get(self, service: str, path: str, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Return status and answer of a GET to a service whose operations are paths."""
        assert self._http is not None
        headers = {"Authorization": _signed(service)}
        async with self._http.get(self._url + path, params=query, headers=headers) as answer:
            found: dict[str, Any] = json.loads(await answer.read() or b"{}")
            return answer.status, found


def _signed(service: str) -> str:
    """Return a signature that names account and service, and that nobody checks."""
    scope = f"{ACCOUNT}/20260101/us-east-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
