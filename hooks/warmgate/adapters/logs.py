"""CloudWatch Logs as a use case needs it: the platform's reports in a function's log group, read by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from warmgate.adapters.faults import SDK_ERRORS, code_of, is_passing, is_throttle, repeats_of
from warmgate.adapters.port_errors import raised_as
from warmgate.adapters.waiting import repeat_until
from warmgate.errors import LogLookupError
from warmgate.model.deadline import Deadline
from warmgate.model.traffic import ColdStart, EnvironmentSummary
from warmgate.ports.time import Clock

if TYPE_CHECKING:
    from warmgate.logs.calls import LogEvent, Logged, Window
    from warmgate.logs.records import InvocationRecord
    from warmgate.model.log_stream import FunctionLog, LogStream

PAGE = 10_000
"""The most events that FilterLogEvents gives at once."""
MOST_PAGES = 200
HISTORY_DAYS = 7
PAUSE_S = 1.0
"""FilterLogEvents allows few requests a second in an account and region: who is refused waits."""
LONGEST_PAUSE_S = 8.0
READING_HINT = "allow logs:FilterLogEvents on the function's log group to the role"
_QUERY = (
    'filter {type} in ["{start}", "{report}"] and @logStream like /^[0-9]{{4}}.[0-9]{{2}}.[0-9]{{2}}.{function}\\[/'
    " | stats count(*) as lines, count({duration}) as calls, count({init}) as cold,"
    " pct({duration}, 50) as median, pct({duration}, 95) as p95 by @logStream | limit 10000"
)
_TEXT = {"type": "@type", "start": "START", "report": "REPORT", "duration": "@duration", "init": "@initDuration"}
_JSON = {
    "type": "type",
    "start": "platform.start",
    "report": "platform.report",
    "duration": "record.metrics.durationMs",
    "init": "record.metrics.initDurationMs",
}
_COLUMNS = {"@logStream", "lines", "calls", "cold", "median", "p95"}


def query_of(log: FunctionLog, *, json_format: bool) -> str:
    """Return the query that sums up the environments of one function, whoever else logs to its group."""
    function = f"({log.function})?" if log.is_own else log.function
    return _QUERY.format(function=function, **(_JSON if json_format else _TEXT))


@dataclass(slots=True)
class _Tally:
    """What one reading took."""

    requests: int = 0
    throttled: int = 0
    cut: bool = False


class CloudWatchLogs:
    """Log groups of functions; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], clock: Clock) -> None:
        self._clients = clients
        self._clock = clock

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline, most: int | None = None) -> Logged:
        """Return the calls that were reported inside a window, as far as the log holds them by now."""
        from warmgate.logs.calls import logged

        where: dict[str, Any] = {"startTime": int(window.since_ms), "endTime": int(window.until_ms)}
        tally = _Tally()
        read = logged(self._events(log.group, deadline, tally, most, **where), log)
        return replace(read, requests=tally.requests, throttled=tally.throttled, cut=tally.cut)

    def cold_starts(
        self, log: FunctionLog, version: str, wanted: int, before_ms: float, deadline: Deadline
    ) -> tuple[ColdStart, ...]:
        """Return a version's latest cold starts before an instant whose init is told, newest first.

        A stream's name begins with the day on which its environment was made, and names the version.
        """
        from warmgate.logs.calls import logged

        found: list[ColdStart] = []
        today = datetime.now(UTC).date()
        for day in (today - timedelta(days=back) for back in range(HISTORY_DAYS)):
            wheres = ({"logStreamNamePrefix": p, "endTime": int(before_ms)} for p in log.prefixes(version, day))
            events = (event for where in wheres for event in self._events(log.group, deadline, _Tally(), **where))
            records = (call.record for call in reversed(logged(events, log).calls))
            found += filter(None, map(_cold_start, records))
            if len(found) >= wanted:
                break
        return tuple(found[:wanted])

    def summaries(
        self, log: FunctionLog, window: Window, deadline: Deadline, *, json_format: bool
    ) -> tuple[EnvironmentSummary, ...]:
        """Return the environments of a window by one Logs Insights query."""
        from warmgate.model.log_stream import LogStream

        rows = self._queried(log.group, query_of(log, json_format=json_format), window, deadline)
        found = ((LogStream.named(row["@logStream"]), row) for row in rows if row.keys() >= _COLUMNS)
        return tuple(_summary(stream, row) for stream, row in found if log.holds(stream))

    def _queried(self, log_group: str, query: str, window: Window, deadline: Deadline) -> list[dict[str, str]]:
        """Start a query and wait for its end."""
        hint = "allow logs:StartQuery and logs:GetQueryResults on the function's log group to the role"
        with raised_as(LogLookupError, f"{log_group} could not be queried", hint):
            started = repeat_until(
                deadline,
                self._clock,
                self._clients("logs").start_query,
                logGroupName=log_group,
                startTime=int(window.since_ms / 1000),
                endTime=int(window.until_ms / 1000) + 1,
                queryString=query,
            )
            while True:
                found = self._clients("logs").get_query_results(queryId=started["queryId"])
                if found["status"] not in {"Scheduled", "Running"} or self._clock.now_ms() >= deadline.at_ms:
                    break
                self._clock.sleep_ms(PAUSE_S * 1000)
        if found["status"] != "Complete":
            raise LogLookupError(f"{log_group} could not be queried: the query is {found['status']}, expected Complete")
        return [{field["field"]: field["value"] for field in row} for row in found.get("results", [])]

    def _events(
        self, log_group: str, deadline: Deadline, tally: _Tally, most: int | None = None, **where: Any
    ) -> Iterator[LogEvent]:
        # Imported with the first read: most releases are judged without the log.
        from warmgate.logs.calls import PATTERN, LogEvent

        token: dict[str, str] = {}
        left = PAGE * MOST_PAGES if most is None else most
        for _ in range(MOST_PAGES):
            limit = min(PAGE, left)
            asked = {"logGroupName": log_group, "filterPattern": PATTERN, "limit": limit, **where, **token}
            with raised_as(LogLookupError, f"{log_group} could not be read", READING_HINT, throttled=is_throttle):
                page = self._page(deadline, asked, tally)
            left -= len(page.get("events", []))
            for event in page.get("events", []):
                yield LogEvent(
                    stream=str(event.get("logStreamName") or ""),
                    at_ms=float(event.get("timestamp") or 0),
                    message=str(event.get("message") or ""),
                )
            # Events come by their timestamps (CloudWatch Logs, FilterLogEvents): the deadline cuts off the last ones.
            tally.cut = bool(page.get("nextToken"))
            if not tally.cut or left <= 0 or self._clock.now_ms() >= deadline.at_ms:
                return
            token = {"nextToken": page["nextToken"]}

    def _page(self, deadline: Deadline, asked: dict[str, Any], tally: _Tally) -> dict[str, Any]:
        pause_s = PAUSE_S
        while True:
            try:
                found: dict[str, Any] = self._clients("logs").filter_log_events(**asked)
                repeats = int(found.get("ResponseMetadata", {}).get("RetryAttempts") or 0)
                tally.requests += 1 + repeats
                # The SDK does not say why it asked again; for a look-up in a busy account it is the rate.
                tally.throttled += repeats
                return found
            except SDK_ERRORS as error:
                tally.requests += 1 + repeats_of(error)
                tally.throttled += (1 + repeats_of(error)) * is_throttle(error)
                if code_of(error) == "ResourceNotFoundException":
                    return {}  # A function that has logged nothing yet has no log group.
                waits = self._clock.now_ms() + pause_s * 1000 < deadline.at_ms
                if not (waits and is_passing(error)):
                    raise
            self._clock.sleep_ms(pause_s * 1000)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _cold_start(record: InvocationRecord) -> ColdStart | None:
    init_ms = record.restore_ms or record.start_up_ms
    if init_ms is None or record.start not in {"cold", "restored"}:
        return None
    return ColdStart(
        init_ms=init_ms,
        duration_ms=record.duration_ms,
        init_failed=record.init_failed,
        failed_init_ms=record.failed_init_ms,
    )


def _summary(stream: LogStream, row: dict[str, str]) -> EnvironmentSummary:
    calls, lines = int(float(row["calls"])), int(float(row["lines"]))
    return EnvironmentSummary(
        environment=stream.name,
        version=stream.version,
        calls=calls,
        cold_starts=int(float(row["cold"])),
        median_ms=float(row["median"]),
        p95_ms=float(row["p95"]),
        # One call may have begun before the window.
        unbegun=max(0, calls - (lines - calls) - 1),
    )
