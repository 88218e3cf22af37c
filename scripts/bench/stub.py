"""A stub of Lambda's Invoke that answers at once, in a process of its own: what is left is the caller's cost."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

_BODY = b'{"statusCode":200}'


def _answer(init_ms: float) -> bytes:
    init = b"Init Duration: %.2f ms\t" % init_ms if init_ms else b""
    tail = (
        b"START RequestId: 8f507cfc Version: 2\nEND RequestId: 8f507cfc\nREPORT RequestId: 8f507cfc\t"
        b"Duration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\t%b\n" % init
    )
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Amz-Executed-Version: 2\r\nX-Amz-Log-Result: "
    return head + base64.b64encode(tail) + b"\r\nContent-Length: %d\r\n\r\n" % len(_BODY) + _BODY


@dataclass
class Delays:
    """How long the stub lets a call wait: the first `cold_count` calls start cold."""

    cold_count: int = 0
    cold_ms: float = 0.0
    warm_ms: float = 0.0
    calls: int = 0

    def next_answer(self) -> tuple[float, bytes]:
        """Return the wait in seconds and the answer of the next call."""
        self.calls += 1
        if self.calls <= self.cold_count:
            return (self.cold_ms + self.warm_ms) / 1000, _answer(self.cold_ms)
        return self.warm_ms / 1000, _answer(0.0)


class _Answering(asyncio.Protocol):
    def __init__(self, delays: Delays) -> None:
        self._waiting = b""
        self._delays = delays

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head = self._waiting[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._waiting) < end + 4 + length:
                return
            self._waiting = self._waiting[end + 4 + length :]
            wait_s, answer = self._delays.next_answer()
            if wait_s:
                asyncio.get_running_loop().call_later(wait_s, self._transport.write, answer)
            else:
                self._transport.write(answer)


async def _serve(delays: Delays) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Answering(delays), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def stub_endpoint(cold_count: int = 0, cold_ms: float = 0.0, warm_ms: float = 0.0) -> Iterator[str]:
    """Run the stub in a process of its own and give its URL."""
    command = [sys.executable, "-m", "bench.stub", str(cold_count), str(cold_ms), str(warm_ms)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(_serve(Delays(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))))
