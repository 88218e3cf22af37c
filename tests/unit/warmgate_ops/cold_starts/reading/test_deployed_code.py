"""A version's code is what Lambda's answer points to, with the hash that the answer names, or it is not used."""

from __future__ import annotations

import base64
import hashlib
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from warmgate.errors import FunctionLookupError
from warmgate_ops.cold_starts.reading.deployed_code import deployed_code

CODE, LAYER = b"the code", b"the layer"


def hash_of(content: bytes) -> str:
    """Return what Lambda calls CodeSha256."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """Give the address of a store of zips."""

    class Store(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = {"/code": CODE, "/layer": LAYER}.get(self.path)
            self.send_response(200 if found else 403)
            self.end_headers()
            self.wfile.write(found or b"<Code>AccessDenied</Code>")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Lambda:
    """Answers as Lambda does for one function."""

    def __init__(self, store: str, **changed: Any) -> None:
        self.asked: list[dict[str, str]] = []
        self._store = store
        self._changed = changed

    def get_function(self, **asked: str) -> dict[str, Any]:
        """Answer GetFunction."""
        self.asked.append(asked)
        about = {
            "Version": "7",
            "Handler": "app.handler",
            "Runtime": "python3.12",
            "MemorySize": 512,
            "Timeout": 9,
            "Architectures": ["arm64"],
            "CodeSha256": hash_of(CODE),
            "Layers": [{"Arn": "arn:layer:1"}],
        }
        changed = dict(self._changed)
        location = changed.pop("Location", f"{self._store}/code")
        return {"Configuration": {**about, **changed}, "Code": {"Location": location}}

    def get_layer_version_by_arn(self, **asked: str) -> dict[str, Any]:
        """Answer GetLayerVersion."""
        self.asked.append(asked)
        return {"Content": {"Location": f"{self._store}/layer", "CodeSha256": hash_of(LAYER)}}


def test_code_and_layers_come_with_their_settings(store: str) -> None:
    """Of the version that an alias points to."""
    client = Lambda(store)

    found = deployed_code(lambda _: client, "checkout-api", "live")

    assert (found.code, found.layers, found.version) == (CODE, (LAYER,), "7")
    assert (found.handler, found.runtime, found.memory_mb, found.timeout_s) == ("app.handler", "python3.12", 512, 9)
    assert found.architecture == "arm64"
    assert client.asked == [{"FunctionName": "checkout-api", "Qualifier": "live"}, {"Arn": "arn:layer:1"}]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"CodeSha256": hash_of(b"other")}, "found code with the hash"),
        ({"PackageType": "Image"}, "container image"),
        ({"Location": ""}, "container image"),
        ({"Location": "file:///etc/passwd"}, "none of HTTP"),
        ({"Location": "http://127.0.0.1:1/code"}, "not downloaded"),
    ],
)
def test_code_that_cannot_be_trusted_or_read_is_not_used(store: str, changed: dict[str, str], said: str) -> None:
    """Whatever else it may be."""
    client = Lambda(store, **changed)

    with pytest.raises(FunctionLookupError, match=said):
        deployed_code(lambda _: client, "checkout-api", "7")


def test_an_address_that_is_no_longer_valid_is_not_shown(store: str) -> None:
    """It holds a signature."""
    client = Lambda(store, Location=f"{store}/gone?X-Amz-Signature=secret")

    with pytest.raises(FunctionLookupError, match="not downloaded: ") as raised:
        deployed_code(lambda _: client, "checkout-api", "7")

    assert "secret" not in str(raised.value)
