"""Carries log events and metrics to MiniStack behind the calls' back: one thread, batches, nothing waits for it.

Their times are those of the cloud's hastened clock; when they can be read follows the wall's.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Route, VersionSettings
from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Init
from warmgate_ops.rehearsal.cloud.lambda_runtime.report import Ran, allocation_lines, start_lines, times_s

_BATCH_S = 0.2
_Due = tuple[float, int, str, Any]
"""When it may be read, its number, what it is, itself."""


class Telemetry:
    """A queue of what happened and the thread that writes it, each thing no sooner than it may be read."""

    def __init__(
        self, client: Callable[[str], Any], conditions: Conditions, stamp: Callable[[float], float] = lambda at_s: at_s
    ) -> None:
        self._client = client
        self._stamp = stamp
        self._conditions = conditions
        self._waiting: queue.Queue[_Due] = queue.Queue()
        self._held: list[_Due] = []
        self._numbers = itertools.count()
        self._groups: set[str] = set()
        self._streams: set[tuple[str, str]] = set()
        self._stopping = threading.Event()
        self.faults: list[str] = []
        """What could not be written, for those who miss it."""
        self._thread = threading.Thread(target=self._write_on, name="telemetry", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, for a moment, and end."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def flush(self) -> None:
        """Return when everything so far has been written, which includes the delays."""
        self._waiting.join()

    def throttled(self, function: str) -> None:
        """Note a throttle; throttled requests are in neither Invocations nor Errors."""
        self._measured("Throttles", 1, [("FunctionName", function)], time.time())

    def concurrent(self, function: str, count: int, in_common: int) -> None:
        """Note how many calls run at the start of one: of its function, and of all that share the unreserved pool."""
        at_s = time.time()
        self._measured("ConcurrentExecutions", count, [("FunctionName", function)], at_s)
        self._measured("UnreservedConcurrentExecutions", in_common, [], at_s)

    def provisioned(self, function: str, qualifier: str, busy: int, allocated: int, *, spilled: bool) -> None:
        """Note how much provisioned concurrency is used at the start of a call, and whether the call got none of it."""
        at_s, names = time.time(), [("FunctionName", function), ("Resource", f"{function}:{qualifier}")]
        kind = "ProvisionedConcurrencySpilloverInvocations" if spilled else "ProvisionedConcurrencyInvocations"
        self._measured(kind, 1, names, at_s)
        self._measured("ProvisionedConcurrentExecutions", busy, names, at_s)
        self._measured("ProvisionedConcurrencyUtilization", busy / allocated, names, at_s)

    def allocated(self, init: Init, init_lines: tuple[str, ...], settings: VersionSettings, stream: str) -> None:
        """Note an environment that was initialised ahead of its calls."""
        ended_s = time.time()
        first, *others = allocation_lines(init, init_lines, settings.logging, ended_s) or ("",)
        began = (int(ended_s * 1000 - init.duration_ms), first)
        self._log_events(settings.log.group, stream, (began, *((int(ended_s * 1000), line) for line in others)))

    def begun(self, init_lines: tuple[str, ...], settings: VersionSettings, stream: str, began_s: float) -> None:
        """Note an environment that was initialised although nobody called; the first call's report tells how long."""
        self._logged(settings.log.group, stream, began_s, start_lines(init_lines, settings.logging, began_s))

    def served(self, ran: Ran, settings: VersionSettings, route: Route, stream: str, lines: tuple[str, ...]) -> None:
        """Note one call; its metrics carry the time of the invocation, whenever it failed."""
        times_ms = tuple(int(at_s * 1000) for at_s in times_s(ran, lines))
        self._log_events(settings.log.group, stream, tuple(zip(times_ms, lines, strict=True)))
        dimensions = [[("FunctionName", settings.function)]]
        if route.resource != settings.function:
            dimensions.append([("FunctionName", settings.function), ("Resource", route.resource)])
        if route.weighted:
            # ExecutedVersion comes only with calls through a weighted alias (Lambda, metrics).
            dimensions.append([*dimensions[-1], ("ExecutedVersion", ran.version)])
        values = {"Invocations": 1.0, "Errors": float(ran.failed), "Duration": ran.duration_ms}
        at_s = ran.ended_s - ran.duration_ms / 1000
        for names in dimensions:
            for name, value in values.items():
                self._measured(name, value, names, at_s)

    def _measured(self, name: str, value: float, dimensions: list[tuple[str, str]], at_s: float) -> None:
        due_s = self._conditions.metric_due_s(at_s, time.time())
        self._put(due_s, "metrics", _metric(name, value, dimensions, self._stamp(at_s)))

    def _logged(self, group: str, stream: str, at_s: float, lines: tuple[str, ...]) -> None:
        self._log_events(group, stream, tuple((int(at_s * 1000), line) for line in lines))

    def _log_events(self, group: str, stream: str, events: tuple[tuple[int, str], ...]) -> None:
        stamped = tuple((int(self._stamp(at_ms / 1000) * 1000), line) for at_ms, line in events)
        self._put(time.time() + self._conditions.log_delay_s, "events", (group, stream, stamped))

    def _put(self, due_s: float, kind: str, item: Any) -> None:
        self._waiting.put((due_s, next(self._numbers), kind, item))

    def _write_on(self) -> None:
        while not (self._stopping.is_set() and self._waiting.empty() and not self._held):
            batch = self._next_batch()
            try:
                self._write(batch)
            except Exception as error:  # noqa: BLE001 - telemetry that is lost must not end the cloud
                self.faults.append(f"{type(error).__name__}: {error}")
            for _ in batch:
                self._waiting.task_done()

    def _next_batch(self) -> list[_Due]:
        """Return what is due; a cloud that ends writes what is left at once."""
        with contextlib.suppress(queue.Empty):
            heapq.heappush(self._held, self._waiting.get(timeout=_BATCH_S))
            for _ in range(900):
                heapq.heappush(self._held, self._waiting.get_nowait())
        batch: list[_Due] = []
        now_s = float("inf") if self._stopping.is_set() else time.time()
        while self._held and self._held[0][0] <= now_s and len(batch) < 900:
            batch.append(heapq.heappop(self._held))
        return batch

    def _write(self, batch: list[_Due]) -> None:
        metrics = [item for _, _, kind, item in batch if kind == "metrics"]
        if metrics:
            self._client("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=metrics)
        by_stream: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for _, _, kind, item in batch:
            if kind == "events":
                group, stream, written = item
                by_stream.setdefault((group, stream), []).extend(
                    {"timestamp": at_ms, "message": line} for at_ms, line in written if line
                )
        for (group, stream), events in by_stream.items():
            if not events:  # At log level WARN a successful call says nothing.
                continue
            self._open(group, stream)
            self._client("logs").put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def _open(self, group: str, stream: str) -> None:
        logs = self._client("logs")
        if group not in self._groups:
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_group(logGroupName=group)
            self._groups.add(group)
        if (group, stream) not in self._streams:
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
            self._streams.add((group, stream))


def _metric(name: str, value: float, dimensions: list[tuple[str, str]], at_s: float) -> dict[str, Any]:
    return {
        "Timestamp": datetime.fromtimestamp(at_s, UTC),
        "MetricName": name,
        "Value": value,
        "Unit": "Milliseconds" if name == "Duration" else "Count",
        "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions],
    }
