"""Keep-warm pings: how one is known, and what answers it before a handler's own code runs."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from typing import Any

from warmgate_ready import deferred

Handler = Callable[[Any, Any], Any]

LONGEST_HOLD_MS = 1000.0
"""A ping holds its environment no longer, whatever it asks for: it is billed."""
SPARE_MS = 200.0
"""What is left of the function's timeout."""
_calls = [0]
"""How many calls this environment has served."""


def is_warming(event: Any, context: Any = None) -> bool:
    """Return whether a call is a keep-warm ping: Warmgate's, lambda-warmer's or serverless-plugin-warmup's.

    Call it once for each call of the function, before anything else: the first call tells a cold environment.
    """
    _calls[0] += 1
    custom = getattr(getattr(context, "client_context", None), "custom", None)
    return any(_is_ping(each) for each in (event, custom) if isinstance(each, dict))


def _is_ping(said: dict[str, Any]) -> bool:
    return (
        said.get("warmgate") == "warm" or said.get("warmer") is True or said.get("source") == "serverless-plugin-warmup"
    )


def warmed(event: Any, context: Any = None) -> dict[str, Any]:
    """Load everything, hold the environment for as long as the ping says, and return the answer.

    `cold` is whether this was the environment's first call and its init was not made ahead of calls; what failed to
    load stands in `failed`, and is tried again at its use.
    """
    began = time.monotonic()
    failed = deferred.load_all("warm")
    hold_ms = min(_hold_ms(event), LONGEST_HOLD_MS, _left_ms(context) - SPARE_MS)
    time.sleep(max(0.0, hold_ms / 1000 - (time.monotonic() - began)))
    ahead = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") in ("provisioned-concurrency", "lambda-managed-instances")
    answer: dict[str, Any] = {
        "warmgate": "warm",
        "environment": getattr(context, "log_stream_name", None),
        "cold": _calls[0] <= 1 and not ahead,
    }
    if failed:
        answer["failed"] = {name: type(error).__name__ for name, error in failed.items()}
    return answer


def _hold_ms(event: Any) -> float:
    asked = event.get("hold_ms") if isinstance(event, dict) else None
    return float(asked) if isinstance(asked, (int, float)) and asked > 0 else 0.0


def _left_ms(context: Any) -> float:
    left = getattr(context, "get_remaining_time_in_millis", None)
    return float(left()) if callable(left) else LONGEST_HOLD_MS + SPARE_MS


def warmable(handler: Handler) -> Handler:
    """Return a handler that answers pings itself; decorating waits for what was to be loaded by the end of init."""
    deferred.join()

    @functools.wraps(handler)
    def answering(event: Any, context: Any) -> Any:
        return warmed(event, context) if is_warming(event, context) else handler(event, context)

    return answering
