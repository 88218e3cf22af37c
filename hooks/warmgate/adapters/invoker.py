"""Synchronous invokes: an answer with its log tail, and retries of what is not the version's fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from warmgate.adapters.answers import BEGINNING, LONGEST_ANSWER, is_long, received, tail_of
from warmgate.adapters.faults import (
    SDK_ERRORS,
    NoLambdaAnswerError,
    code_of,
    fate_of,
    invoke_fault_of,
    is_reserved_throttle,
    is_throttle,
)
from warmgate.adapters.invoke_faults import ADVICE, Fate
from warmgate.errors import InvokeError
from warmgate.model.calls import Answer, Invocation, Reading
from warmgate.model.deadline import Deadline
from warmgate.ports.time import Clock

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0
RESERVED_KNOWN_MS = 5_000.0
"""How long a reserved concurrency that was read is believed: a burst of throttles asks once."""

_OFF = "reserved concurrency 0 switches the function off: raise it before the release"
_ENDS = {Fate.LOST: "has no answer", Fate.LASTING: "cannot run"}


class LambdaInvoker:
    """Calls versions through the SDK's Lambda client."""

    def __init__(self, client: Any, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._asking = threading.Lock()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="answers")
        self._reserved: dict[str, tuple[float, int | None]] = {}

    def invoke(self, invocation: Invocation, deadline: Deadline) -> Answer:
        """Make one call; what passes by itself is retried until the deadline, what may have run only with leave."""
        try:
            return self._once(invocation)
        except SDK_ERRORS as error:
            if not self._may_retry(invocation, error):
                raise self._refusal(invocation, error) from error
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
            **({"TenantId": invocation.tenant} if invocation.tenant else {}),
        )
        caller_ms = (time.perf_counter() - started) * 1000
        if not response.get("ExecutedVersion"):
            raise NoLambdaAnswerError
        error = response.get("FunctionError")
        payload, reading = self._read(response, invocation, error)
        return Answer(
            payload=payload,
            log_tail=tail_of(response),
            executed_version=response["ExecutedVersion"],
            function_error=error,
            status_code=response["StatusCode"],
            caller_ms=caller_ms,
            reading=reading,
        )

    def _read(self, response: dict[str, Any], invocation: Invocation, error: str | None) -> tuple[bytes, Reading]:
        whole = invocation.read_whole or error is not None

        def read() -> tuple[bytes, Reading]:
            payload = received(response["Payload"], LONGEST_ANSWER if whole else BEGINNING)
            return payload[:BEGINNING], invocation.read(payload, error)

        return self._one_at_a_time(read) if whole and is_long(response) else read()

    def _one_at_a_time(self, read: Callable[[], tuple[bytes, Reading]]) -> tuple[bytes, Reading]:
        """Read a long answer while no other one is held, and in the thread that reads all of them.

        40 of 5 MB took 517 MB when each thread read its own, and 280 MB one after the other, as the C library keeps
        for each thread what it has freed; in one thread they take 95 MB (measured).
        """
        return self._reader.submit(read).result()

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
            raise self._refusal(invocation, first) from first
        self._clock.sleep_ms(FIRST_WAIT_S * 1000)
        retrying: Callable[..., Answer] = Retrying(
            retry=retry_if_exception(lambda error: self._may_retry(invocation, error)),
            wait=wait,
            stop=out_of_time,
            sleep=lambda seconds: self._clock.sleep_ms(seconds * 1000),
            before_sleep=note,
            reraise=True,
        )
        try:
            answer = retrying(self._once, invocation)
        except SDK_ERRORS as error:
            raise self._refusal(invocation, error) from error
        return replace(answer, retries=len(faults), throttles=sum(is_throttle(error) for error in faults))

    def _may_retry(self, invocation: Invocation, error: BaseException) -> bool:
        fate = fate_of(error)
        if fate is Fate.LOST:
            return invocation.may_repeat()
        return fate in {Fate.THROTTLED, Fate.NOT_YET} and not self._is_switched_off(invocation.function, error)

    def _is_switched_off(self, function: str, error: BaseException) -> bool:
        """Whether a throttle can never clear: the answer names no number, but reserved concurrency 0 can be read."""
        return is_reserved_throttle(error) and self._reserved_of(function) == 0

    def _reserved_of(self, function: str) -> int | None:
        with self._asking:
            asked_ms, reserved = self._reserved.get(function, (None, None))
            if asked_ms is not None and self._clock.now_ms() - asked_ms < RESERVED_KNOWN_MS:
                return reserved
            try:
                reserved = self._client.get_function_concurrency(FunctionName=function).get(
                    "ReservedConcurrentExecutions"
                )
            except SDK_ERRORS:  # Not allowed to know: then it is a throttle like any other.
                reserved = None
            self._reserved[function] = (self._clock.now_ms(), reserved)
            return reserved

    def _refusal(self, invocation: Invocation, error: BaseException) -> InvokeError:
        code = code_of(error)
        off, fate = self._is_switched_off(invocation.function, error), fate_of(error)
        what = _ENDS.get(fate, "could not be called")
        return InvokeError(
            f"{invocation.function}:{invocation.version} {what}: {code}: {error}",
            code=code,
            # Switched off is neither: it does not clear, and it is the function's, not the version's.
            throttled=fate is Fate.THROTTLED and not off,
            lasting=fate is Fate.LASTING,
            lost=fate is Fate.LOST,
            hint=_OFF if off else ADVICE.get(invoke_fault_of(error), ""),
        )
