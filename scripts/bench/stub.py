"""A stub of Lambda's Invoke that answers at once, in a process of its own: what is left is the caller's cost."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TAIL = (
    b"START RequestId: 8f507cfc Version: 2\nEND RequestId: 8f507cfc\nREPORT RequestId: 8f507cfc\tDuration: 12.34 ms\t"
    b"Billed Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\t\n"
)
_BODY = b'{"statusCode":200}'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Amz-Executed-Version: 2\r\nX-Amz-Log-Result: "
    + base64.b64encode(_TAIL)
    + b"\r\nContent-Length: %d\r\n\r\n" % len(_BODY)
    + _BODY
)


class _Answering(asyncio.Protocol):
    def __init__(self) -> None:
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport

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
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def stub_endpoint() -> Iterator[str]:
    """Run the stub in a process of its own and give its URL."""
    process = subprocess.Popen([sys.executable, "-m", "bench.stub"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
