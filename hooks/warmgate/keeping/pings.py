"""A ping: the call that keeps an environment warm, and the answer that proves that no work was done for it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from warmgate.model.calls import Answer, Invocation

HOLD_MS = 75
"""How long an environment holds a ping, so that pings sent together meet different environments."""
LONGEST_HOLD_MS = 1_000
MARK = "warm"
CONTEXT = base64.b64encode(json.dumps({"custom": {"warmgate": MARK}}).encode()).decode()
"""The client context that stands beside the payload, as `warmgate: smoke` does in a gate's calls."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer of a handler that knows pings."""

    environment: str


def ping_of(function: str, qualifier: str, hold_ms: int = HOLD_MS, payload: bytes | None = None) -> Invocation:
    """Return a ping, or the call with a payload that its owner says is safe."""
    own = json.dumps({"warmgate": MARK, "hold_ms": min(hold_ms, LONGEST_HOLD_MS)}).encode()
    return Invocation(
        function=function,
        version=qualifier,
        payload=own if payload is None else payload,
        client_context=CONTEXT,
        timeout_s=900.0,
    )


def pong_of(answer: Answer) -> Pong | None:
    """Return what an answer says; None where it is not the answer to a ping."""
    if answer.function_error is not None:
        return None
    try:
        said = json.loads(answer.payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("warmgate") != MARK:
        return None
    environment = said.get("environment")
    return Pong(environment[:200]) if isinstance(environment, str) and environment else None
