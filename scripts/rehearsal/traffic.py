"""Live traffic against an alias: open loop, seeded, so that the weights of a shift matter to somebody."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol


class Cloud(Protocol):
    """Whatever gives a Lambda client."""

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One request of the traffic."""

    at_s: float
    version: str
    outcome: str
    latency_ms: float


class LiveTraffic:
    """Requests at exponentially distributed intervals; an answer that is late delays no other request."""

    def __init__(
        self, cloud: Cloud, function: str, alias: str, rate_per_s: float, payloads: Sequence[Any] = ({},), seed: int = 0
    ) -> None:
        self._client = cloud.client("lambda")
        self._function = function
        self._alias = alias
        self._rate_per_s = rate_per_s
        self._payloads = [json.dumps(payload).encode() for payload in payloads]
        self._random = random.Random(seed)
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max(4, int(rate_per_s)), thread_name_prefix="traffic")
        self._thread = threading.Thread(target=self._arrive, name="traffic", daemon=True)
        self.served: list[Served] = []

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more and wait for what is under way."""
        self._stopping.set()
        self._thread.join(timeout=5)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _arrive(self) -> None:
        while not self._stopping.wait(self._random.expovariate(self._rate_per_s)):
            self._pool.submit(self._send, self._random.choice(self._payloads))

    def _send(self, payload: bytes) -> None:
        at_s = started = time.time()
        version, outcome = "", "refused"
        try:
            answer = self._client.invoke(FunctionName=self._function, Qualifier=self._alias, Payload=payload)
            version = str(answer.get("ExecutedVersion", ""))
            outcome = "error" if answer.get("FunctionError") else "ok"
            answer["Payload"].read()
        except Exception as error:  # noqa: BLE001 - a refused request is a result of the traffic, not its end
            outcome = type(error).__name__
        self.served.append(
            Served(at_s=at_s, version=version, outcome=outcome, latency_ms=(time.time() - started) * 1000)
        )
