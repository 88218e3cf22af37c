"""Log groups read by FilterLogEvents: every beginning and report of a window, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from warmgate.adapters.faults import SDK_ERRORS, is_passing
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.reading.carried import read_lines
from warmgate_ops.cold_starts.reading.said import Said

PATTERN: Final = (
    '?"START RequestId" ?"platform.start" ?"REPORT RequestId" ?"platform.report" ?"INIT_START" ?"platform.initStart"'
    ' ?"INIT_REPORT" ?"platform.initReport" ?"RESTORE_REPORT" ?"platform.restoreReport"'
)
"""CloudWatch Logs filter of the lines that tell of cold starts; it lets other lines through too."""
PAGE: Final = 10_000
PAUSE_MS: Final = 1000.0
LONGEST_PAUSE_MS: Final = 30_000.0
PATIENCE: Final = 12
"""How often in succession a request is made again that the account's quota refuses."""


def filtered(
    clients: Callable[[str], Any],
    clock: Clock,
    group: str,
    since_ms: float,
    until_ms: float,
    turned: Callable[[], None] = lambda: None,
) -> Iterator[Said]:
    """Yield the platform's messages of a log group, in the order of time; raises what the SDK raises.

    Args:
        clients: gives the client of a service.
        clock: waits where the quota is used up.
        group: its name.
        since_ms: begin of the window.
        until_ms: its end.
        turned: called after each page.
    """
    asked: dict[str, Any] = {
        "logGroupName": group,
        "filterPattern": PATTERN,
        "limit": PAGE,
        "startTime": int(since_ms),
        "endTime": int(until_ms),
    }
    while True:
        page = patiently(clock, lambda: clients("logs").filter_log_events(**asked))
        for event in page.get("events", []):
            stream, at_ms = str(event.get("logStreamName") or ""), float(event.get("timestamp") or 0)
            yield from said_of(stream, at_ms, str(event.get("message") or ""))
        turned()
        if not page.get("nextToken"):
            return
        asked["nextToken"] = page["nextToken"]


def said_of(stream: str, at_ms: float, message: str) -> Iterator[Said]:
    """Yield what one log event says."""
    for said in read_lines(message.rstrip("\n").split("\n")):
        yield said._replace(stream=stream, at_ms=at_ms)


def patiently(clock: Clock, ask: Callable[[], Any]) -> Any:
    """Return an answer, asked for again with growing pauses while the quota is used up; raises what the SDK raises."""
    pause_ms = PAUSE_MS
    for _ in range(PATIENCE):
        try:
            return ask()
        except SDK_ERRORS as error:
            if not is_passing(error):
                raise
        clock.sleep_ms(pause_ms)
        pause_ms = min(2 * pause_ms, LONGEST_PAUSE_MS)
    return ask()
