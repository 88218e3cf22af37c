"""What every implementation of Invoker promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest

from support.proxy import proxy
from support.stages.fakes import invocation
from support.stages.ports import InvokerStage
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.sdk import invoke_config
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import InvokeError
from warmgate.logs.invocations import record_of
from warmgate.model.deadline import Deadline
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS

pytestmark = pytest.mark.local_cloud


class TestInvoker:
    """One synchronous call."""

    def test_an_answer_comes_with_the_platforms_report(self, invoker: InvokerStage) -> None:
        """Payload, executed version, a duration in the log tail, and the caller's own clock above it."""
        answer = invoker.port.invoke(invoker.calling(), invoker.deadline())

        record = record_of(answer.log_tail, None)
        assert json.loads(answer.payload)["statusCode"] == 200
        assert (answer.executed_version, answer.function_error) == (invoker.version, None)
        assert record.duration_ms is not None
        assert answer.caller_ms >= record.duration_ms
        assert (answer.retries, answer.throttles) == (0, 0)

    def test_the_smoke_marker_reaches_the_function(self, invoker: InvokerStage) -> None:
        """A function can tell a probe from a customer by its client context."""
        answer = invoker.port.invoke(invoker.calling(), invoker.deadline())

        assert json.loads(answer.payload)["marker"] == {"warmgate": "smoke"}

    def test_an_exception_is_an_answer(self, invoker: InvokerStage) -> None:
        """A function error is what the version did, not an error of the port."""
        answer = invoker.port.invoke(invoker.calling("raise"), invoker.deadline())

        assert answer.function_error == "Unhandled"
        assert json.loads(answer.payload)["errorType"] == "KeyError"

    def test_a_time_out_is_an_answer(self, invoker: InvokerStage) -> None:
        """So is the function's timeout; the report says how long it was."""
        answer = invoker.port.invoke(invoker.calling("time out"), invoker.deadline())

        record = record_of(answer.log_tail, None)
        assert (answer.function_error, record.status, record.duration_ms) == ("Unhandled", "timeout", 1000.0)
        assert "timed out after 1.00 seconds" in json.loads(answer.payload)["errorMessage"]

    def test_an_unknown_version_is_the_ports_error(self, invoker: InvokerStage) -> None:
        """It is neither a throttle nor a property of the version."""
        with pytest.raises(InvokeError) as caught:
            invoker.port.invoke(invoker.calling(version="99"), invoker.deadline())

        found = caught.value
        assert (found.code, found.throttled, found.lasting) == ("ResourceNotFoundException", False, False)

    def test_throttles_are_retried_until_the_deadline(self, invoker: InvokerStage) -> None:
        """A call that gets no concurrency in time ends as a throttle, within its deadline."""
        invocation = invoker.calling()
        with invoker.occupied(0.9):
            started_ms = invoker.clock.now_ms()
            with pytest.raises(InvokeError) as caught:
                invoker.port.invoke(invocation, Deadline(started_ms + 300))
            took_ms = invoker.clock.now_ms() - started_ms

        assert caught.value.throttled
        assert took_ms <= 700

    def test_a_throttle_that_clears_is_counted(self, invoker: InvokerStage) -> None:
        """Once there is concurrency again the call is made, and its retries are told."""
        invocation = invoker.calling()
        with invoker.occupied(0.6):
            answer = invoker.port.invoke(invocation, invoker.deadline(20))

        assert json.loads(answer.payload)["statusCode"] == 200
        assert answer.retries == answer.throttles >= 1

    def test_a_function_that_is_switched_off_is_not_waited_for(self, invoker: InvokerStage) -> None:
        """Reserved concurrency 0 never clears: the error comes at once, and is no throttle."""
        invocation = invoker.calling()
        with invoker.switched_off():
            started_ms = invoker.clock.now_ms()
            with pytest.raises(InvokeError, match="reserved concurrency") as caught:
                invoker.port.invoke(invocation, invoker.deadline(60))

        assert (caught.value.throttled, caught.value.lasting) == (False, False)
        assert invoker.clock.now_ms() - started_ms < 5_000


CALL = invocation("contract-api", "2", "answer")


def test_a_service_that_cannot_be_reached_is_the_ports_error(unreachable: Callable[[str], Any]) -> None:
    """Nothing of the SDK gets out, and the deadline is kept."""
    clock = SystemClock()
    started_ms = clock.now_ms()

    with pytest.raises(InvokeError, match="EndpointConnectionError") as caught:
        LambdaInvoker(unreachable("lambda"), clock).invoke(CALL, Deadline(started_ms + 300))

    assert (caught.value.code, caught.value.throttled) == ("EndpointConnectionError", False)
    assert clock.now_ms() - started_ms < 5_000


def test_an_answer_that_is_not_lambdas_is_the_ports_error() -> None:
    """A proxy that answers for Lambda with a refusal of its own lets nothing of the SDK out."""
    clock = SystemClock()
    with proxy(403) as url:
        client = botocore.session.Session().create_client(
            "lambda", config=invoke_config(10), endpoint_url=url, region_name="us-east-1", **CREDENTIALS
        )
        with pytest.raises(InvokeError) as caught:
            LambdaInvoker(client, clock).invoke(CALL, Deadline(clock.now_ms() + 300))

    assert not caught.value.throttled
