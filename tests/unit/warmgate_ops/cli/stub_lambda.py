"""A Lambda endpoint that describes one function and answers its calls as a test wants, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CODE = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
CONFIGURATION = {
    "FunctionName": "f",
    "FunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:f:7",
    "Version": "7",
    "State": "Active",
    "LastUpdateStatus": "Successful",
    "Timeout": 3,
    "MemorySize": 128,
    "Runtime": "python3.13",
    "Architectures": ["arm64"],
    "CodeSha256": CODE,
}
Answer = Callable[[BaseHTTPRequestHandler], None]


def answer(request: BaseHTTPRequestHandler, status: int, body: Any, error: str = "") -> None:
    """Send a JSON answer, an AWS error where one is named."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    if error:
        request.send_header("x-amzn-ErrorType", error)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


@contextmanager
def lambda_endpoint(invoked: Answer, described: Answer | None = None) -> Iterator[str]:
    """Yield the address of an endpoint; its threads end with the test, whatever is still open."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.endswith("/invocations") or "/invocations?" in self.path:
                invoked(self)
            elif described is not None:
                described(self)
            elif "/configuration" in self.path:
                answer(self, 200, CONFIGURATION)
            else:
                answer(self, 404, {"Message": "no"}, "ProvisionedConcurrencyConfigNotFoundException")

        do_GET = do_POST = do_PUT = _serve  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
