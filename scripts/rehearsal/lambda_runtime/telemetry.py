"""Carries log events and metrics to MiniStack behind the calls' back: one thread, batches, nothing waits for it."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from rehearsal.lambda_runtime.control import Route, VersionSettings
from rehearsal.lambda_runtime.emulator_log import Init
from rehearsal.lambda_runtime.report import Ran, allocation_lines

_BATCH_S = 0.2


class Telemetry:
    """A queue of what happened and the thread that writes it."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self._waiting: queue.Queue[tuple[str, Any]] = queue.Queue()
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
        """Return when everything so far has been written."""
        self._waiting.join()

    def throttled(self, function: str) -> None:
        """Note a throttle; throttled requests are in neither Invocations nor Errors."""
        self._waiting.put(("metrics", _metric("Throttles", 1, [("FunctionName", function)])))

    def concurrent(self, function: str, count: int, in_common: int) -> None:
        """Note how many calls run at the start of one: of its function, and of all that share the unreserved pool."""
        self._waiting.put(("metrics", _metric("ConcurrentExecutions", count, [("FunctionName", function)])))
        self._waiting.put(("metrics", _metric("UnreservedConcurrentExecutions", in_common, [])))

    def allocated(self, init: Init, init_lines: tuple[str, ...], settings: VersionSettings, stream: str) -> None:
        """Note an environment that was initialised ahead of its calls."""
        lines = allocation_lines(init, init_lines, settings.logging, time.time())
        self._waiting.put(("events", (f"/aws/lambda/{settings.function}", stream, int(time.time() * 1000), lines)))

    def served(self, ran: Ran, settings: VersionSettings, route: Route, stream: str, lines: tuple[str, ...]) -> None:
        """Note one call."""
        self._waiting.put(("events", (f"/aws/lambda/{settings.function}", stream, int(ran.ended_s * 1000), lines)))
        dimensions = [[("FunctionName", settings.function)]]
        if route.resource != settings.function:
            dimensions.append([("FunctionName", settings.function), ("Resource", route.resource)])
        if route.weighted:
            # ExecutedVersion comes only with calls through a weighted alias (Lambda, metrics).
            dimensions.append([*dimensions[-1], ("ExecutedVersion", ran.version)])
        values = {"Invocations": 1.0, "Errors": float(ran.failed), "Duration": ran.duration_ms}
        for names in dimensions:
            for name, value in values.items():
                self._waiting.put(("metrics", _metric(name, value, names)))

    def _write_on(self) -> None:
        while not (self._stopping.is_set() and self._waiting.empty()):
            batch = self._next_batch()
            try:
                self._write(batch)
            except Exception as error:  # noqa: BLE001 - telemetry that is lost must not end the cloud
                self.faults.append(f"{type(error).__name__}: {error}")
            for _ in batch:
                self._waiting.task_done()

    def _next_batch(self) -> list[tuple[str, Any]]:
        try:
            batch = [self._waiting.get(timeout=_BATCH_S)]
        except queue.Empty:
            return []
        while len(batch) < 900:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch

    def _write(self, batch: list[tuple[str, Any]]) -> None:
        metrics = [item for kind, item in batch if kind == "metrics"]
        if metrics:
            self._client("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=metrics)
        by_stream: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for kind, item in batch:
            if kind == "events":
                group, stream, at_ms, lines = item
                by_stream.setdefault((group, stream), []).extend(
                    {"timestamp": at_ms, "message": line} for line in lines if line
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


def _metric(name: str, value: float, dimensions: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "MetricName": name,
        "Value": value,
        "Unit": "Milliseconds" if name == "Duration" else "Count",
        "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions],
    }
