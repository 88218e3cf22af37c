"""Lambda's Invoke on a socket of this machine: a test says what a call is answered, or how its connection ends."""

from __future__ import annotations

import base64
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.session

from support.fakes.world import report_line
from warmgate.adapters.sdk import invoke_config

CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
TAIL = base64.b64encode(report_line().encode()).decode()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer on the wire; with `cut` the connection ends after so many bytes of the body, 0 before any byte."""

    body: bytes = b'{"statusCode":200}'
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"X-Amz-Executed-Version": "7", "X-Amz-Log-Result": TAIL})
    cut: int | None = None


PAGE = Reply(body=b"<html>portal</html>", headers={"Content-Type": "text/html"})
CUT_BEFORE = Reply(cut=0)
CUT_WITHIN = Reply(cut=5)


def refusal(code: str, status: int) -> Reply:
    """Return Lambda's answer to a call that it does not run."""
    return Reply(body=b'{"message":"stub"}', status=status, headers={"x-amzn-errortype": code})


def failure(body: bytes) -> Reply:
    """Return the answer of a function that raised."""
    return Reply(body=body, headers={**Reply().headers, "X-Amz-Function-Error": "Unhandled"})


class LambdaStub(ThreadingHTTPServer):
    """Answers call number n, counted from 0, with `reply(n)`; `runs` counts the calls that reached the code."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, reply: Callable[[int], Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Invoking)
        self.reply = reply
        self.requests = 0
        self.runs = 0
        self.tenants: list[str | None] = []
        self.counting = threading.Lock()

    @property
    def url(self) -> str:
        """Return the endpoint."""
        return f"http://127.0.0.1:{self.server_port}"

    def client(self) -> Any:
        """Return the hook's own client of this endpoint."""
        return botocore.session.Session().create_client(
            "lambda", config=invoke_config(100), endpoint_url=self.url, region_name="us-east-1", **CREDENTIALS
        )

    def next_reply(self) -> Reply:
        """Return the answer of the next call."""
        with self.counting:
            reply = self.reply(self.requests)
            self.requests += 1
            self.runs += reply.status == 200 and reply is not PAGE
            return reply


class _Invoking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LambdaStub

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.tenants.append(self.headers.get("X-Amz-Tenant-Id"))
        reply = self.server.next_reply()
        if reply.cut == 0:
            self._reset()
            return
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut])
        if reply.cut:
            self._reset()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def handle_error(self, *_: object) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Close what may be closed already."""
        with suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def lambda_stub(reply: Callable[[int], Reply] = lambda _number: Reply()) -> Iterator[LambdaStub]:
    """Serve until the end of the block."""
    server = LambdaStub(reply)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield server
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
