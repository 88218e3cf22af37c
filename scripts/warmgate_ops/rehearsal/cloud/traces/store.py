"""Traces that can be read, each from when its delay is over. Pure; the clock is passed in."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

from warmgate_ops.rehearsal.cloud.traces.documents import Traced, documents

MOST_TRACES = 20_000
KEPT_S = 30 * 86_400.0
X_RAY, LOGS = "XRay", "CloudWatchLogs"


class TraceStore:
    """Segments by trace, as X-Ray or, with Transaction Search, CloudWatch Logs holds them."""

    def __init__(self) -> None:
        self.destination = X_RAY
        self._traces: OrderedDict[tuple[str, str], list[tuple[float, str, str]]] = OrderedDict()

    def add(self, traced: Traced, due_s: float) -> None:
        """Keep the segments of a call where segments go at present; they can be read from a time on."""
        found = self._traces.setdefault((self.destination, traced.ids.trace_id), [])
        found += [(due_s, ident, document) for ident, document in documents(traced)]
        while len(self._traces) > MOST_TRACES:
            self._traces.popitem(last=False)

    def read(self, destination: str, trace_ids: list[str], now_s: float, member: str) -> list[dict[str, Any]]:
        """Return the traces that one place holds, their segments under the name that its API has for them."""
        found = []
        for trace_id in dict.fromkeys(trace_ids):
            held = self._traces.get((destination, trace_id), [])
            segments = [(ident, text) for due_s, ident, text in held if due_s <= now_s < due_s + KEPT_S]
            if segments:
                times = [json.loads(text) for _, text in segments]
                duration_s = max(each["end_time"] for each in times) - min(each["start_time"] for each in times)
                named = [{"Id": ident, "Document": text} for ident, text in segments]
                found.append({"Id": trace_id, "Duration": round(duration_s, 3), member: named})
        return found
