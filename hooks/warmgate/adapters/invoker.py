"""Synchronous invokes: an answer with its log tail, and retries of what is not the version's fault."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from warmgate.adapters.faults import (
    LASTING,
    SDK_ERRORS,
    code_of,
    is_passing,
    is_switched_off,
    is_throttle,
)
from warmgate.deadline import Deadline
from warmgate.errors import InvokeError
from warmgate.model import Answer, Invocation
from warmgate.ports import Clock

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0


class LambdaInvoker:
    """Calls versions through the SDK's Lambda client."""

    def __init__(self, client: Any, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Make one call; what passes by itself is retried until the deadline."""
        try:
            return self._once(invocation)
        except SDK_ERRORS as error:
            if not _may_retry(error):
                raise _invoke_error(invocation, error) from error
            return self._again(invocation, deadline, error)

    def _once(self, invocation: Invocation) -> Answer:
        started = time.perf_counter()
        response = self._client.invoke(
            FunctionName=invocation.function,
            Qualifier=invocation.version,
            InvocationType="RequestResponse",
            LogType="Tail",
            ClientContext=invocation.client_context,
            Payload=invocation.payload,
        )
        payload = response["Payload"].read()
        return Answer(
            payload=payload,
            log_tail=base64.b64decode(response.get("LogResult", "")).decode("utf-8", "replace"),
            executed_version=response.get("ExecutedVersion", ""),
            function_error=response.get("FunctionError"),
            status_code=response["StatusCode"],
            caller_ms=(time.perf_counter() - started) * 1000,
        )

    def _again(self, invocation: Invocation, deadline: Deadline, first: BaseException) -> Answer:
        """Retry until the deadline, counting; tenacity is imported only where something went wrong."""
        from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

        faults = [first]

        def note(state: RetryCallState) -> None:
            if state.outcome is not None and (error := state.outcome.exception()) is not None:
                faults.append(error)

        def out_of_time(state: RetryCallState) -> bool:
            return self._clock.now_ms() + state.upcoming_sleep * 1000 >= deadline.at_ms

        wait = wait_random_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S)
        if self._clock.now_ms() + FIRST_WAIT_S * 1000 >= deadline.at_ms:
            raise _invoke_error(invocation, first) from first
        self._clock.sleep_ms(FIRST_WAIT_S * 1000)
        retrying: Callable[..., Answer] = Retrying(
            retry=retry_if_exception(_may_retry),
            wait=wait,
            stop=out_of_time,
            sleep=lambda seconds: self._clock.sleep_ms(seconds * 1000),
            before_sleep=note,
            reraise=True,
        )
        try:
            answer = retrying(self._once, invocation)
        except SDK_ERRORS as error:
            raise _invoke_error(invocation, error) from error
        return replace(answer, retries=len(faults), throttles=sum(is_throttle(error) for error in faults))


def _may_retry(error: BaseException) -> bool:
    return is_passing(error) and not is_switched_off(error) and "ReadTimeout" not in type(error).__name__


def _invoke_error(invocation: Invocation, error: BaseException) -> InvokeError:
    code = code_of(error)
    off = is_switched_off(error)
    return InvokeError(
        f"{invocation.function}:{invocation.version} could not be called: {code}: {error}",
        code=code,
        throttled=is_throttle(error) and not off,
        lasting=code in LASTING,
        hint=_hint(code, off=off),
    )


def _hint(code: str, *, off: bool) -> str:
    if off:
        return "reserved concurrency 0 switches the function off: raise it before the release"
    if code in {"AccessDeniedException", "AccessDenied"}:
        return "allow lambda:InvokeFunction on the function's versions to the caller's role"
    if code == "ResourceNotFoundException":
        return "check that the version is published in this region"
    return ""
