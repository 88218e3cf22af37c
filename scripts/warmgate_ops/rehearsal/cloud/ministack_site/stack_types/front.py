"""Calls from MiniStack's CloudFormation to the front that stands before MiniStack."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Body = dict[str, Any]
Call = Callable[[str, Body], Body]
"""An operation of CodeDeploy by its name, with its request; raises FrontError."""

_SIGNED = (
    "AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/{service}/aws4_request,"
    " SignedHeaders=host, Signature=none"
)
_PATIENCE_S = 60.0
_LONGEST_S = 910.0
"""Longer than any function may run."""
_TRIES, _PAUSE_S = 100, 0.05


class FrontError(Exception):
    """The front refused a request; the code is the service's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} (Service: CodeDeploy, Error Code: {code})" if code else message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Invoked:
    """What came of a call of a function; where it was refused, the body is why."""

    body: bytes
    failed: bool = False
    """Whether the answer is an error of the function's own."""
    refused: str = ""
    """Lambda's code for it, or other words where it did not answer at all; empty where it answered."""


@dataclass(frozen=True, slots=True)
class Front:
    """The front, whose address stands in a file: it opens after MiniStack has started."""

    endpoint_file: Path
    account: str

    def codedeploy(self, operation: str, body: Body) -> Body:
        """Return the answer of an operation of CodeDeploy; raises FrontError."""
        headers = {"X-Amz-Target": f"CodeDeploy_20141006.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        found: Body = json.loads(self._send("POST", "/", "codedeploy", json.dumps(body).encode(), headers) or b"{}")
        return found

    def prepare_function(self, name: str) -> None:
        """Wait until a function that was deployed can be started, and its update is over; raises FrontError."""
        path = f"/2015-03-31/functions/{name}/configuration"
        for _ in range(_TRIES):
            found = json.loads(self._send("GET", path, "lambda", None, {}))
            if found.get("LastUpdateStatus") != "InProgress":
                return
            time.sleep(_PAUSE_S)

    def take_snapshot(self, name: str, version: str) -> str | None:
        """Initialise a version with SnapStart; return why that failed, empty if it did not, None if nobody finds it."""
        path = f"/warmgate/functions/{name}/versions/{version}/snapshot"
        try:
            failed = json.loads(self._send("POST", path, "lambda", b"", {}))["failed"]
        except FrontError as error:
            return None if error.code == "ResourceNotFoundException" else f"No snapshot was taken: {error}"
        return "The function failed to initialise" if failed else ""

    def invoke(self, function: str, payload: bytes) -> Invoked:
        """Call a function by name or ARN, and wait for its answer."""
        path = f"/2015-03-31/functions/{urllib.parse.quote(function, safe='')}/invocations"
        try:
            with self._open("POST", path, "lambda", payload, {}, _LONGEST_S) as answer:
                return Invoked(bytes(answer.read()), failed="X-Amz-Function-Error" in answer.headers)
        except FrontError as error:
            return Invoked(str(error).encode(), refused=error.code or "no answer")

    def relay_events(self, entries: list[Body]) -> None:
        """Let functions hear of events of an AWS service that MiniStack plays; what does not arrive is lost."""
        with contextlib.suppress(FrontError):
            headers = {"X-Amz-Target": "AWSEvents.RelayEvents"}
            self._send("POST", "/", "events", json.dumps({"Entries": entries}).encode(), headers)

    def delete_function(self, name: str) -> None:
        """Delete a function by Lambda's own API, so that the front forgets its versions; raises FrontError."""
        self._send("DELETE", f"/2015-03-31/functions/{name}", "lambda", None, {})

    def _send(self, method: str, path: str, service: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        with self._open(method, path, service, body, headers, _PATIENCE_S) as answer:
            return bytes(answer.read())

    @contextlib.contextmanager
    def _open(
        self, method: str, path: str, service: str, body: bytes | None, headers: dict[str, str], patience_s: float
    ) -> Iterator[Any]:
        """Give the answer to a request; raises FrontError."""
        signed = {**headers, "Authorization": _SIGNED.format(account=self.account, service=service)}
        try:
            url = self.endpoint_file.read_text(encoding="utf-8").strip() + path
            request = urllib.request.Request(url, data=body, headers=signed, method=method)  # noqa: S310 - our own URL
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=patience_s) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            raise _refusal(error.read(), error.headers.get("x-amzn-ErrorType") or f"HTTP {error.code}") from error
        except OSError as error:
            raise FrontError("", f"{method} {path}: the local cloud does not answer: {error}") from error


def _refusal(body: bytes, named: str) -> FrontError:
    try:
        found = json.loads(body)
    except ValueError:
        found = {}
    code = str(found.get("__type") or found.get("code") or named).rpartition("#")[2]
    return FrontError(code, str(found.get("message") or found.get("Message") or "no message"))
