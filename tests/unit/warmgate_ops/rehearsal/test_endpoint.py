"""The front of the local cloud: what its parts raise is an answer of AWS, never a traceback."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, Mock

from aiohttp.test_utils import TestClient, TestServer

from warmgate_ops.rehearsal.cloud.endpoint import Endpoint
from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Refused
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import NoEnvironmentError


def answered(platform: Any, method: str, path: str) -> tuple[int, str, dict[str, Any]]:
    """Return status, error type and body of a request that a platform serves."""
    endpoint = Endpoint(
        upstream="http://unused",
        codedeploy=Mock(),
        platform=platform,
        control=Mock(),
        packages=Mock(),
        events=Mock(),
        recorder=Mock(note=AsyncMock()),
        rest_fronts={},
        trail=Mock(note=AsyncMock()),
        fronts={},
        conditions=Mock(),
        on_alarm=Mock(),
        on_schedule=Mock(),
    )

    async def ask() -> tuple[int, str, dict[str, Any]]:
        async with TestClient(TestServer(endpoint.application())) as client:
            answer = await client.request(method, path, data=b"{}")
            return answer.status, answer.headers.get("x-amzn-ErrorType", ""), await answer.json()

    return asyncio.run(ask())


def test_a_machine_that_starts_no_environment_is_a_fault_of_the_service() -> None:
    """A busy machine may not start one in time: the caller hears ServiceException, which SDKs try again."""
    why = "checkout-api: the runtime emulator did not listen within 10 s"
    status, code, body = answered(
        Mock(invoke=AsyncMock(side_effect=NoEnvironmentError(why))),
        "POST",
        "/2015-03-31/functions/checkout-api/invocations",
    )

    assert (status, code) == (500, "ServiceException")
    assert why in str(body)


def test_a_function_is_prepared_before_its_state_is_told() -> None:
    """Who waits until a function is Active has a first call that installs and compiles nothing."""
    asked: list[tuple[str, str]] = []

    async def prepare(function: str, qualifier: str) -> None:
        asked.append((function, qualifier))
        raise Refused(409, "ResourceConflictException", "seen before it was passed on")

    path = "/2015-03-31/functions/checkout-api/configuration?Qualifier=7"
    status, code, _ = answered(Mock(prepare=prepare), "GET", path)

    assert (status, code, asked) == (409, "ResourceConflictException", [("checkout-api", "7")])
