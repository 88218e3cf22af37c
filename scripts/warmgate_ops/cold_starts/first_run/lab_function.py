"""The function that the questions call. It is deployed alone, and needs nothing but Python."""

import hashlib
import os
import time
from typing import Any


def _work(rounds: int) -> float:
    began = time.perf_counter()
    digest = b"warmgate"
    for _ in range(rounds):
        digest = hashlib.sha256(digest).digest()
    return (time.perf_counter() - began) * 1000


ROUNDS = int(os.environ.get("WORK_ROUNDS", "0"))
INIT_WORK_MS = _work(ROUNDS)
READY = time.time()
CALLS: list[int] = []


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Say how the environment began, after the same work as in init where this is its first call."""
    ready_for_ms = (time.time() - READY) * 1000
    CALLS.append(1)
    first = len(CALLS) == 1
    call_work_ms = _work(ROUNDS) if first else 0.0
    time.sleep(event.get("hold_ms", 0) / 1000)
    return {
        "environment": context.log_stream_name,
        "is_first": first,
        "ready_for_ms": ready_for_ms,
        "init_work_ms": INIT_WORK_MS,
        "call_work_ms": call_work_ms,
    }
