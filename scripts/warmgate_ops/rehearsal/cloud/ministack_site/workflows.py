"""Step Functions in MiniStack: functions are called by the front, in the cloud's own runtimes, not from here.

So are functions that hear of executions. Waits, retries and times follow the cloud's hastened clock. Errors of tasks
have the names that Step Functions gives them, so that a definition's Retry and Catch meet the same ones.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, Protocol

_EXISTS = "ExecutionAlreadyExists"


class Invoked(Protocol):
    """What came of a call: an answer, which may be an error of the function's own, or why there is none."""

    @property
    def body(self) -> bytes:
        """Return the answer, or why there is none."""
        ...

    @property
    def failed(self) -> bool:
        """Return whether the answer is an error of the function's own."""
        ...

    @property
    def refused(self) -> str:
        """Return Lambda's code where it refused the call, or other words where it gave no answer."""
        ...


class Front(Protocol):
    """What calls functions."""

    def invoke(self, function: str, payload: bytes) -> Invoked:
        """Call a function by name or ARN."""
        ...

    def relay_events(self, entries: list[dict[str, Any]]) -> None:
        """Let functions hear of events."""
        ...


class Clock(Protocol):
    """What time it is for executions."""

    def now_iso(self) -> str:
        """Return the time."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


def install(states: dict[str, Any], eventbridge: dict[str, Any], front: Front, clock: Clock) -> None:
    """Replace what calls, waits and tells; raises KeyError where a name of MiniStack's modules has changed."""
    for name in ("_call_lambda", "_scaled_sleep", "now_iso"):
        del states[name]
    states["_call_lambda"] = lambda function, event: call_function(function, event, front, states["_ExecutionError"])
    states.update(_scaled_sleep=clock.sleep, now_iso=clock.now_iso)

    start: Callable[[str, Any], Any] = states["_invoke_nested_start_execution"]
    states["_invoke_nested_start_execution"] = lambda resource, given: _started(
        start, resource, given, states["_ExecutionError"]
    )

    put: Callable[..., Any] = eventbridge["_put_events"]

    def put_events(data: dict[str, Any], *more: Any, **named: Any) -> Any:
        answer = put(data, *more, **named)
        if named.get("allow_aws_source"):
            # MiniStack is in the midst of a request, which the front may be waiting for.
            threading.Thread(target=front.relay_events, args=(data["Entries"],), daemon=True).start()
        return answer

    eventbridge["_put_events"] = put_events


def call_function(function: str, event: Any, front: Front, error: Callable[[str, str], Exception]) -> Any:
    """Return a function's answer; raises what a task of it fails with."""
    answer = front.invoke(function, json.dumps(event).encode())
    if answer.refused:
        known = answer.refused if answer.refused.endswith("Exception") else "SdkClientException"
        raise error(f"Lambda.{known}", answer.body.decode("utf-8", "replace"))
    found = json.loads(answer.body or b"null")
    if answer.failed:
        raise error(str((found or {}).get("errorType") or "Lambda.Unknown"), json.dumps(found))
    return found


def _started(start: Callable[[str, Any], Any], resource: str, given: Any, error: type[Exception]) -> Any:
    try:
        return start(resource, given)
    except error as failed:
        if vars(failed).get("error") == _EXISTS:
            raise error(f"StepFunctions.{_EXISTS}Exception", vars(failed)["cause"]) from failed
        raise
