"""Live traffic against an alias: open loop, seeded, so that the weights of a shift matter to somebody."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from warmgate_ops.rehearsal.arrivals import Arrival, Probe, Rate, arrivals

_PATIENCE_S = 30.0


class Cloud(Protocol):
    """Where the function is."""

    @property
    def endpoint_url(self) -> str:
        """Return the endpoint of Lambda."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One request of the traffic."""

    at_s: float
    version: str
    outcome: str
    """ok, error where the function failed, or the code of the refusal."""
    latency_ms: float
    probe: str = ""
    late_ms: float = 0.0
    """How much later than planned it was sent: a machine that is too busy sends late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionServed:
    """What one version answered."""

    calls: int
    errors: int
    latencies_ms: tuple[float, ...]
    """In the order of sending."""


class LiveTraffic:
    """Requests that wait for nobody: an answer that is late delays no other request, and needs no thread."""

    def __init__(
        self,
        cloud: Cloud,
        function: str,
        alias: str,
        rate: float | Sequence[Rate],
        payloads: Sequence[Any] = ({},),
        seed: int = 0,
    ) -> None:
        """Prepare the traffic.

        Args:
            cloud: where the function is.
            function: its name.
            alias: what is called.
            rate: requests a second, or steps of it.
            payloads: what is sent, each as often as the others, unless they are probes with weights.
            seed: decides when which payload comes.
        """
        self._url = f"{cloud.endpoint_url}/2015-03-31/functions/{function}/invocations?Qualifier={alias}"
        rates = [Rate(0.0, rate)] if isinstance(rate, int | float) else list(rate)
        self._arrivals = arrivals(rates, [_probe(payload) for payload in payloads], seed)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self.served: list[Served] = []

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more and wait for what is under way."""
        self._stopping.set()
        self._thread.join(timeout=_PATIENCE_S + 5.0)

    def by_version(self) -> dict[str, VersionServed]:
        """Return what each version answered so far; requests that reached none are under an empty name."""
        found: dict[str, list[Served]] = defaultdict(list)
        for served in sorted(self.served, key=lambda served: served.at_s):
            found[served.version].append(served)
        return {
            version: VersionServed(
                calls=len(each),
                errors=sum(served.outcome != "ok" for served in each),
                latencies_ms=tuple(served.latency_ms for served in each),
            )
            for version, each in found.items()
        }

    def _run(self) -> None:
        asyncio.run(self._send_on())

    async def _send_on(self) -> None:
        under_way: set[asyncio.Task[None]] = set()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http:
            began_s = time.monotonic()
            for arrival in self._arrivals:
                if not await self._waited(began_s + arrival.at_s):
                    break
                task = asyncio.create_task(self._send(http, arrival, began_s))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            if under_way:
                _, late = await asyncio.wait(under_way, timeout=_PATIENCE_S)
                for task in late:
                    task.cancel()

    async def _waited(self, until_s: float) -> bool:
        """Return whether to go on, once the time has come; looks for the end several times a second."""
        while not self._stopping.is_set():
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                return True
            await asyncio.sleep(min(left_s, 0.2))
        return False

    async def _send(self, http: aiohttp.ClientSession, arrival: Arrival, began_s: float) -> None:
        at_s, sent_s = time.time(), time.monotonic()
        version = ""
        try:
            async with http.post(self._url, data=json.dumps(arrival.probe.payload).encode()) as answer:
                await answer.read()
                version = answer.headers.get("X-Amz-Executed-Version", "")
                refusal = answer.headers.get("x-amzn-ErrorType") or str(answer.status)
                failed = "error" if "X-Amz-Function-Error" in answer.headers else "ok"
                outcome = failed if answer.status == 200 else refusal
        except (aiohttp.ClientError, OSError) as error:
            # A request that failed is a result of the traffic, not its end.
            outcome = type(error).__name__
        self.served.append(
            Served(
                at_s=at_s,
                version=version,
                outcome=outcome,
                latency_ms=(time.monotonic() - sent_s) * 1000,
                probe=arrival.probe.name,
                late_ms=(sent_s - began_s - arrival.at_s) * 1000,
            )
        )


def _probe(payload: Any) -> Probe:
    return payload if isinstance(payload, Probe) else Probe(payload=payload)
