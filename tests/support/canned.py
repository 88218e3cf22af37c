"""An endpoint on this machine that answers each operation with what a test has laid out, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Said = tuple[int, bytes]


def said(body: Any, status: int = 200) -> Said:
    """Return a JSON answer."""
    return status, json.dumps(body).encode()


def refused(code: str, status: int = 400) -> Said:
    """Return an error of a JSON protocol."""
    return said({"__type": code, "message": code}, status)


LOST: Said = (0, b"")
"""The call has its effect, and the connection is closed without an answer."""


@dataclass
class Canned:
    """What is answered, by operation: in turn, the last one for ever; and what was asked."""

    url: str = ""
    answers: dict[str, list[Said]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def count(self, operation: str) -> int:
        """Return how often an operation was called."""
        return sum(name == operation for name, _ in self.asked)

    def next(self, operation: str) -> Said:
        """Return the next answer of an operation."""
        laid_out = self.answers.get(operation) or [refused("UnknownOperationException")]
        return laid_out.pop(0) if len(laid_out) > 1 else laid_out[0]


@contextmanager
def canned_endpoint() -> Iterator[Canned]:
    """Serve until the end of the block."""
    canned = Canned()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            operation = (self.headers.get("X-Amz-Target") or self.path).rpartition(".")[2]
            canned.asked.append((operation, json.loads(body) if body[:1] == b"{" else {}))
            status, answer = canned.next(operation)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    canned.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield canned
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
