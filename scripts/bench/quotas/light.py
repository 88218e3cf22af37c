"""The adapter of CloudWatch Logs with a light reader of a simulated log's lines: pages and refusals are the real ones.

Reading real lines is most of a guard's processor time, which a simulation of two hundred guards has no use for; what it
costs is measured on its own (`bench.quotas.endurance`).
"""

from __future__ import annotations

from dataclasses import replace

from warmgate.adapters.logs import CloudWatchLogs, _Tally
from warmgate.logs.calls import LogEvent, Logged, LoggedCall, Window
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import FunctionLog


class LightLogs(CloudWatchLogs):
    """Gives the calls of lines that are known to be well formed."""

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline, most: int | None = None) -> Logged:
        """Return the calls of a window."""
        tally = _Tally()
        events = list(
            self._events(log.group, deadline, tally, most, startTime=int(window.since_ms), endTime=int(window.until_ms))
        )
        calls = tuple(_call(event) for event in events if event.message.startswith("REPORT"))
        read = Logged(calls=calls, read_to_ms=events[-1].at_ms if events else 0.0, events=len(events))
        return replace(read, requests=tally.requests, throttled=tally.throttled, cut=tally.cut)


def _call(event: LogEvent) -> LoggedCall:
    words = event.message.split(maxsplit=5)
    failed = "Status: error" in event.message
    return LoggedCall(
        record=InvocationRecord(
            request_id=words[2],
            duration_ms=float(words[4]),
            start=Start.WARM,
            status="error" if failed else "success",
            error_type="OSError" if failed else None,
        ),
        at_ms=event.at_ms,
        environment=event.stream,
        version=event.stream[12],
    )
