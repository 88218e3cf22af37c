"""A proxy that stands between the hook and AWS and answers with pages of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


@contextmanager
def proxy(status: int) -> Iterator[str]:
    """Give the URL of a proxy that answers everything with a page and this status."""
    server = HTTPServer(("127.0.0.1", 0), _Blocked)
    server.page_status = status  # type: ignore[attr-defined]
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


class _Blocked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        page = b"<html>blocked</html>"
        self.send_response(self.server.page_status)  # type: ignore[attr-defined]
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
