"""One endpoint on this machine for many executions at once; the path tells them apart, rules spoil their answers."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from campaign.wire.account import Account, Reply, Request, refused, refused_by_s3, said
from campaign.wire.faults import ACTS, KILLS, Rule, WireFault

LONGEST_S = 120.0
"""No connection is held longer, so that a campaign leaves no thread behind."""


@dataclass
class Execution:
    """One hook execution as the endpoint sees it: its account, its rules and what became of its requests."""

    account: Account
    rules: tuple[Rule, ...] = ()
    run: int = 0
    pid: int = 0
    began_s: float = field(default_factory=time.monotonic)
    counts: Counter[str] = field(default_factory=Counter)
    total: int = 0
    struck: list[Rule] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begins(self, run: int) -> None:
        """Count from one again: another run of the hook."""
        with self.lock:
            self.run, self.total = run, 0
            self.counts.clear()

    def fault_of(self, operation: str) -> Rule | None:
        """Return what befalls a request, which is counted."""
        with self.lock:
            self.counts[operation] += 1
            self.total += 1
            number, total = self.counts[operation], self.total
            rule = next((each for each in self.rules if each.hits(self.run, operation, number, total)), None)
            if rule is not None:
                self.struck.append(rule)
            self.note(f"{operation} {number}{f'  <- {rule.fault}' if rule else ''}")
            return rule

    def note(self, what: str) -> None:
        """Add a line to the story."""
        self.trace.append(f"{time.monotonic() - self.began_s:8.2f} s  run {self.run}  {what}")


@dataclass
class Endpoint:
    """Where executions send their requests."""

    url: str = ""
    executions: dict[str, Execution] = field(default_factory=dict)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    endpoint: Endpoint

    def handle(self) -> None:
        """Serve a connection; whoever asked may be dead by now."""
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        """Answer any request."""
        _, name, rest = (self.path + "/").split("/", 2)
        execution = self.endpoint.executions[name]
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # Whoever asked has died meanwhile: nothing was asked.
            self.close_connection = True
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        request = Request(self.command, "/" + rest.rstrip("/"), headers, body)
        rule = execution.fault_of(request.operation)
        reply = None
        if rule is None or rule.fault in ACTS:
            reply = execution.account.answer(request)
        if rule is None and reply is not None:
            self._send(reply)
        elif rule is not None:
            self._spoil(execution, rule, request, reply)

    do_GET = do_PUT = do_POST  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def _spoil(self, execution: Execution, rule: Rule, request: Request, reply: Reply | None) -> None:
        if rule.fault in KILLS:
            with suppress(ProcessLookupError):
                os.kill(execution.pid, signal.SIGKILL)
        if rule.fault in {WireFault.RESET, WireFault.LOST, *KILLS}:
            self._reset()
        elif rule.fault is WireFault.HANG:
            self._hang()
        elif reply is None or rule.fault in {WireFault.EMPTY, WireFault.BLANK}:
            self._send(_instead(rule.fault, request.operation))
        else:
            self._send_badly(rule, reply)

    def _send_badly(self, rule: Rule, reply: Reply) -> None:
        """Send the right answer: late, a byte a second, or not all of it."""
        if rule.fault is WireFault.SLOW:
            time.sleep(rule.seconds)
            return self._send(reply)
        if rule.fault is WireFault.CUT:
            self._head(reply, len(reply.body) + 40)
            self.wfile.write(reply.body)
            self.close_connection = True
            return None
        self._head(reply, max(len(reply.body), 60))
        for place in range(max(len(reply.body), 60)):
            self.wfile.write((reply.body + b" " * 60)[place : place + 1])
            self.wfile.flush()
            time.sleep(1.0)
        return None

    def _send(self, reply: Reply) -> None:
        self._head(reply, len(reply.body))
        self.wfile.write(reply.body)

    def _head(self, reply: Reply, length: int) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _hang(self) -> None:
        """Say nothing until the other side gives up."""
        self.connection.settimeout(LONGEST_S)
        with suppress(OSError):
            self.connection.recv(1)
        self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


def _instead(fault: WireFault, operation: str) -> Reply:
    """Return what is said in place of an answer."""
    page = {"Content-Type": "text/html"}
    s3 = operation in {"PutObject", "GetObject"}
    replies = {
        WireFault.INTERNAL: refused_by_s3("InternalError", 500) if s3 else refused("InternalFailure", 500),
        WireFault.UNAVAILABLE: Reply(503, b"<html>busy</html>", page),
        WireFault.THROTTLED: refused_by_s3("SlowDown", 503) if s3 else refused("ThrottlingException", 429),
        WireFault.EXPIRED: refused_by_s3("ExpiredToken", 400) if s3 else refused("ExpiredTokenException", 403),
        WireFault.PAGE: Reply(200, b"<html>welcome</html>", page),
        WireFault.NULL: Reply(200, b"null", {"Content-Type": "application/json"}),
        WireFault.EMPTY: Reply(200, b""),
        WireFault.BLANK: said({}),
    }
    return replies[fault]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    block_on_close = False


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Serve until the end of the block."""
    found = Endpoint()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"endpoint": found}))
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
