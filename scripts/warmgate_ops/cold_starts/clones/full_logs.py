"""Calls whose log tail was cut: the platform's report is then read from the log group.

An answer holds the last 4 KB of a call's log alone (Lambda, Invoke), and extensions may write behind the report.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS
from warmgate.model.calls import Answer, Invocation
from warmgate.model.deadline import Deadline
from warmgate.ports.functions import Invoker
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.clones.naming import group_of

REPORTS = ("REPORT RequestId", '"platform.report"')
PATIENCE_MS = 15_000.0
"""Events can be read some seconds after they were written."""
POLL_MS = 1_000.0


class RememberingClient:
    """A Lambda client that keeps the request id of the call that its thread made last."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._last = threading.local()

    def invoke(self, **parameters: Any) -> Any:
        """Make the call."""
        self._last.request_id = ""
        answer = self._client.invoke(**parameters)
        self._last.request_id = str(answer.get("ResponseMetadata", {}).get("RequestId") or "")
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    @property
    def request_id(self) -> str:
        """Return the id of the call that this thread made last, empty where no answer came."""
        return str(getattr(self._last, "request_id", ""))


class FullLogs:
    """An invoker whose answers carry the report even where the tail was cut before it."""

    def __init__(
        self,
        inner: Invoker,
        request_id: Callable[[], str],
        clients: Callable[[str], Any],
        clock: Clock,
        *,
        function_group: Callable[[str], str] = group_of,
    ) -> None:
        self._inner = inner
        self._request_id = request_id
        self._clients = clients
        self._clock = clock
        self._group_of = function_group

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Make the call; where its tail holds no report, wait a little for the one in the log group."""
        answer = self._inner.invoke(invocation, deadline)
        if any(word in answer.log_tail for word in REPORTS):
            return answer
        text = self._logged(self._group_of(invocation.function), self._request_id(), deadline)
        return replace(answer, log_tail=text) if text else answer

    def _logged(self, group: str, request_id: str, deadline: Deadline) -> str:
        """Return the lines of a call that its log group holds, empty where its report does not come in time."""
        if not request_id:
            return ""
        until_ms = deadline.no_later_than(self._clock.now_ms() + PATIENCE_MS).at_ms
        while True:
            try:
                found = self._clients("logs").filter_log_events(logGroupName=group, filterPattern=f'"{request_id}"')
            except SDK_ERRORS:
                found = {}
            text = "\n".join(str(event.get("message", "")).strip() for event in found.get("events", []))
            if any(word in text for word in REPORTS) or self._clock.now_ms() + POLL_MS >= until_ms:
                return text if any(word in text for word in REPORTS) else ""
            self._clock.sleep_ms(POLL_MS)
