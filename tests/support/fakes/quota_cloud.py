"""CloudWatch of an account on a virtual clock, with the quotas, pages and delays that are documented.

Clients answer as botocore's do, its repeats included: the adapters in front of them are the real ones.

Example:
    account = QuotaAccount(SharedClock(), filter_per_s=5.0)
    clients = account.clients_of(FunctionTraffic(number=1, new_per_s=10.0, old_per_s=10.0))
    logs = CloudWatchLogs(clients, account.clock)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar
from zlib import crc32

from botocore.exceptions import ClientError

from support.fakes.world import EPOCH_MS, VirtualClock
from warmgate_ops.rehearsal.cloud.logs.quota import Quota

T = TypeVar("T")
FILTER_PER_S = {"us-east-1": 25.0, "eu-central-1": 5.0, "eu-west-1": 10.0}
"""FilterLogEvents a second, an account and region, not adjustable (CloudWatch Logs quotas). 5 also in ap-northeast-3,
ap-southeast-3, ca-west-1 and il-central-1, 10 elsewhere."""
METRICS_PER_S = 50.0
"""GetMetricData a second and region (CloudWatch quotas)."""
PAGE_EVENTS, PAGE_BYTES = 10_000, 1_000_000
EVENT_BYTES = 26
"""CloudWatch Logs counts so many on top of an event's own."""
ATTEMPTS = 4
"""botocore's, of a client for look-ups."""
EMPTY_SHARE = 0.1
"""Of first pages that hold nothing but a token."""
LOG_LATE_MS = 5_000.0
METRICS_LATE_MS = (60_000.0, 120_000.0)
"""After the end of its minute a data point can be read: one to three minutes after a call."""
ANSWER_MS, MS_PER_EVENT = 120.0, 0.05
WAYS = 0x1_0000_0000


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTraffic:
    """What callers do to one function, and what is wrong with its new version."""

    number: int
    new_per_s: float
    old_per_s: float
    began_ms: float = 0.0
    """When the new version got its first call, on the virtual clock."""
    bad_from_ms: float = math.inf
    error_share: float = 0.0
    """Of the new version's calls from then on."""
    old_error_share: float = 0.0
    bad_environment: bool = False
    """Whether one of twenty environments of the new version fails half of its calls."""

    def fails(self, version: str, place: int, at_ms: float, environment: int) -> bool:
        """Return whether a call fails."""
        share = self.old_error_share
        if version == "2" and at_ms >= self.bad_from_ms:
            share = max(share, self.error_share)
        if version == "2" and self.bad_environment and environment == 0:
            share = max(share, 0.5)
        return share > 0 and crc32(b"%d %s %d" % (self.number, version.encode(), place)) / WAYS < share

    def places(self, version: str, since_ms: float, until_ms: float) -> range:
        """Return the numbers of a version's calls that ended between two instants."""
        per_ms = (self.new_per_s if version == "2" else self.old_per_s) / 1000
        since_ms = max(since_ms, self.began_ms if version == "2" else 0.0)
        return range(math.ceil(since_ms * per_ms), math.floor(until_ms * per_ms) + 1)

    def at_ms(self, version: str, place: int) -> float:
        """Return when a call ended."""
        return place * 1000 / (self.new_per_s if version == "2" else self.old_per_s)

    def environments(self, version: str) -> int:
        """Return how many environments serve a version."""
        per_s = self.new_per_s if version == "2" else self.old_per_s
        return 20 if self.bad_environment else max(4, math.ceil(per_s / 10))

    def events(self, version: str, places: range) -> Iterator[tuple[float, str, str]]:
        """Yield time, stream and message of a version's log events; a call has two."""
        count = self.environments(version)
        for place in places:
            at_ms, environment = self.at_ms(version, place), place % count
            stream = f"2026/11/27/[{version}]{environment:032x}"
            request_id = f"{self.number:08x}-{version:0>4}-4000-8000-{place:012x}"
            yield at_ms, stream, f"START RequestId: {request_id} Version: {version}\n"
            spread = crc32(b"ms %d" % (place * 7 + int(version))) / WAYS
            duration_ms = 20.0 * math.exp(0.25 * math.sqrt(-2 * math.log(1e-9 + spread)) * math.cos(place))
            failed = "Status: error\tError Type: OSError\t" if self.fails(version, place, at_ms, environment) else ""
            took = f"Duration: {duration_ms:.2f} ms\tBilled Duration: {math.ceil(duration_ms)} ms"
            used = f"Memory Size: 256 MB\tMax Memory Used: 80 MB\t{failed}"
            yield at_ms, stream, f"REPORT RequestId: {request_id}\t{took}\t{used}\n"


@dataclass(slots=True)
class Used:
    """What was asked for."""

    answered: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    looks_ms: dict[int, list[float]] = field(default_factory=dict)
    """When a page was answered, by function."""


class QuotaAccount:
    """One account and region."""

    def __init__(
        self, clock: VirtualClock, *, filter_per_s: float = 10.0, log_late_ms: float = LOG_LATE_MS, seed: str = ""
    ) -> None:
        self.clock, self.used = clock, Used()
        self._late_ms, self._seed = log_late_ms, seed
        self.per_s = {"FilterLogEvents": filter_per_s, "GetMetricData": METRICS_PER_S}
        self.outages: list[tuple[float, float]] = []
        """From and until when FilterLogEvents is refused whoever asks, on the virtual clock."""
        self._quotas = {name: Quota() for name in self.per_s}

    def clients_of(self, traffic: FunctionTraffic) -> Callable[[str], Any]:
        """Return what gives the clients of somebody who reads one function."""
        client = _Client(self, traffic, Random(f"{self._seed} {traffic.number}"))
        return lambda _service: client

    def taken(self, operation: str) -> bool:
        """Return whether a request is answered."""
        now_ms = self.clock.at_ms
        out = operation == "FilterLogEvents" and any(since <= now_ms < until for since, until in self.outages)
        answered = not out and self._quotas[operation].take(self.per_s[operation], now_ms / 1000)
        (self.used.answered if answered else self.used.refused)[operation] += 1
        return answered

    def readable_ms(self) -> float:
        """Return up to when log events can be read."""
        return self.clock.at_ms - self._late_ms


class _Client:
    """Both clients that a reader of one function has."""

    def __init__(self, account: QuotaAccount, traffic: FunctionTraffic, random: Random) -> None:
        self._account, self._traffic, self._random = account, traffic, random

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        """Return one page of events."""
        return self._repeated("FilterLogEvents", lambda: self._page(**asked))

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        """Return the sums of some minutes."""
        return self._repeated("GetMetricData", lambda: self._sums(**asked))

    def _repeated(self, operation: str, answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        for attempt in range(ATTEMPTS):
            if self._account.taken(operation):
                return {**answer(), "ResponseMetadata": {"RetryAttempts": attempt, "HTTPStatusCode": 200}}
            if attempt < ATTEMPTS - 1:
                self._account.clock.sleep_ms(1000 * self._random.random() * 2**attempt)
        said = {"Code": "ThrottlingException", "Message": "Rate exceeded"}
        met = {"RetryAttempts": ATTEMPTS - 1, "HTTPStatusCode": 400}
        raise ClientError({"Error": said, "ResponseMetadata": met}, operation)

    def _page(self, **asked: Any) -> dict[str, Any]:
        since_ms, limit, token = asked["startTime"] - EPOCH_MS, asked["limit"], asked.get("nextToken", "")
        until_ms = min(asked["endTime"] - EPOCH_MS, self._account.readable_ms())
        self._account.used.looks_ms.setdefault(self._traffic.number, []).append(self._account.clock.at_ms)
        if not token and self._random.random() < EMPTY_SHARE:
            self._account.clock.sleep_ms(ANSWER_MS)
            return {"events": [], "nextToken": "0"}
        events, more = self._events(since_ms, until_ms, int(token or 0), min(limit, PAGE_EVENTS))
        self._account.clock.sleep_ms(ANSWER_MS + MS_PER_EVENT * len(events))
        following = {"nextToken": str(int(token or 0) + len(events))} if more else {}
        return {"events": events, **following}

    def _events(self, since_ms: float, until_ms: float, skip: int, limit: int) -> tuple[list[dict[str, Any]], bool]:
        """Return events in the order of time, and whether there are more."""
        traffic, wanted = self._traffic, skip + limit
        found = list[tuple[float, str, str]]()
        more = False
        for version in "12":
            places = traffic.places(version, since_ms, until_ms)
            more = more or 2 * len(places) > wanted
            found += traffic.events(version, places[: wanted // 2 + 1])
        found.sort(key=lambda event: event[0])
        page, size = list[dict[str, Any]](), 0
        for at_ms, stream, message in found[skip:wanted]:
            size += len(message) + EVENT_BYTES
            if size > PAGE_BYTES:
                break
            page.append({"timestamp": int(EPOCH_MS + at_ms), "logStreamName": stream, "message": message})
        return page, more or skip + len(page) < len(found)

    def _sums(self, *, MetricDataQueries: list[Any], StartTime: Any, EndTime: Any) -> dict[str, Any]:  # noqa: N803
        self._account.clock.sleep_ms(ANSWER_MS)
        first, end = (int(at.timestamp() - EPOCH_MS / 1000) // 60 for at in (StartTime, EndTime))
        minutes = range(first, end)
        results = list[dict[str, Any]]()
        for query in MetricDataQueries:
            metric = query["MetricStat"]["Metric"]
            version = next(d["Value"] for d in metric["Dimensions"] if d["Name"] == "ExecutedVersion")
            counted = [self._minute(version, minute, metric["MetricName"]) for minute in minutes]
            results.append({"Id": query["Id"], "Values": [value for value in counted if value is not None]})
        return {"MetricDataResults": results}

    def _minute(self, version: str, minute: int, metric: str) -> float | None:
        """Return the data point of a minute, None where it cannot be read yet."""
        low, high = METRICS_LATE_MS
        wait_ms = low + (high - low) * crc32(f"late {self._traffic.number} {minute}".encode()) / WAYS
        if minute < 0 or self._account.clock.at_ms < (minute + 1) * 60_000 + wait_ms:
            return None
        places = self._traffic.places(version, minute * 60_000, (minute + 1) * 60_000 - 0.001)
        if metric == "Invocations":
            return float(len(places))
        count, at_ms = self._traffic.environments(version), self._traffic.at_ms
        step = max(1, len(places) // 5_000)
        failed = sum(self._traffic.fails(version, p, at_ms(version, p), p % count) for p in places[::step])
        return float(failed * step)
