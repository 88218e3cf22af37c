"""A custom runtime's API: calls come with what Lambda tells of them, and what is no call never comes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from warmgate_ops.rehearsal.cloud.lambda_runtime.relay import NO_CALL, Relay
from warmgate_ops.rehearsal.cloud.lambda_runtime.told import told

ARN = "arn:aws:lambda:us-east-1:123456789012:function:checkout:live"
API = "/2018-06-01/runtime/invocation"


class Emulator:
    """Gives calls out one after the other, and keeps what is posted."""

    def __init__(self, *calls: bytes) -> None:
        self.calls: asyncio.Queue[bytes] = asyncio.Queue()
        for each in calls:
            self.calls.put_nowait(each)
        self.posted: list[tuple[str, bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as the runtime API does."""
        if request.method == "POST":
            self.posted.append((request.path, await request.read()))
            return web.Response(status=202)
        context = base64.b64decode(told(ARN, None)).decode()
        headers = {"Lambda-Runtime-Aws-Request-Id": "id-1", "Lambda-Runtime-Client-Context": context}
        return web.Response(body=await self.calls.get(), headers=headers)


@asynccontextmanager
async def served(emulator: Emulator) -> AsyncIterator[str]:
    """Serve an emulator and a relay in front of it; give the relay's URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", emulator.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    relay = await Relay(f"127.0.0.1:{runner.addresses[0][1]}", 3).open()
    yield f"http://{relay.address}{API}"
    await relay.close()
    await runner.cleanup()


def test_what_initialises_a_runtime_is_answered_for_it_and_the_next_call_comes() -> None:
    """The emulator is told as by the managed runtimes; the call has its ARN and a deadline of its own."""
    emulator = Emulator(NO_CALL, b'{"a": 1}')

    async def scene() -> tuple[bytes, str, bool]:
        async with served(emulator) as url, aiohttp.ClientSession() as http:
            async with http.get(f"{url}/next") as answer:
                body, headers = await answer.read(), answer.headers
            async with http.post(f"{url}/id-1/response", data=b"[1]") as answer:
                assert answer.status == 202
        arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        return body, arn, "Lambda-Runtime-Client-Context" in headers

    assert asyncio.run(scene()) == (b'{"a": 1}', ARN, False)
    (where, error), answered = emulator.posted
    assert (where, json.loads(error)["errorType"]) == (f"{API}/id-1/error", "Runtime.UnmarshalError")
    assert answered == (f"{API}/id-1/response", b"[1]")


def test_a_runtime_that_has_ended_takes_no_call_from_the_one_after_it() -> None:
    """Its wait ends with it."""
    emulator = Emulator()

    async def scene() -> bytes:
        async with served(emulator) as url:
            async with aiohttp.ClientSession() as ended:
                waiting = asyncio.create_task(ended.get(f"{url}/next"))
                await asyncio.sleep(0.05)
                waiting.cancel()
            await asyncio.sleep(0.05)
            emulator.calls.put_nowait(b"{}")
            async with aiohttp.ClientSession() as http, http.get(f"{url}/next") as answer:
                return await answer.read()

    assert asyncio.run(asyncio.wait_for(scene(), 5)) == b"{}"
