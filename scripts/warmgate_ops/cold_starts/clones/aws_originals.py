"""Functions that serve, read through the SDK: a version, its package, and what the function is in all its parts."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.adapters.port_errors import raised_as
from warmgate.adapters.tags import tags_of
from warmgate_ops.cold_starts.clones.ports import CloneError, Original

LARGEST_PACKAGE = 250 * 1024 * 1024
"""Of a package, unpacked (Lambda quotas): no zip of one is larger."""
DOWNLOAD_S = 60.0
PAGE = 50


class LambdaOriginals:
    """Functions through the SDK; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def read(self, function: str, version: str) -> Original:
        """Return a published version with its code's place and the function's tags."""
        hint = "check that the version is published, and allow lambda:GetFunction and lambda:ListTags on the function"
        with raised_as(CloneError, f"{function}:{version} could not be read", hint):
            found = self._clients("lambda").get_function(FunctionName=function, Qualifier=version)
            tags = tags_of(self._clients, function)
        return Original(
            function=function,
            version=str(found["Configuration"].get("Version") or version),
            configuration=found["Configuration"],
            code=found.get("Code") or {},
            tags=tags,
        )

    def package(self, original: Original) -> bytes:
        """Return the zip of a version's code, of the very digest that the version has."""
        name = f"{original.function}:{original.version}"
        location = str(original.code.get("Location") or "")
        if not location.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise CloneError(f"{name}: GetFunction names no place of its code", hint="allow lambda:GetFunction")
        try:
            with urllib.request.urlopen(location, timeout=DOWNLOAD_S) as answer:  # noqa: S310 - scheme is looked at
                content: bytes = answer.read(LARGEST_PACKAGE + 1)
        except (OSError, urllib.error.URLError) as error:
            raise CloneError(f"{name}: its code could not be loaded: {error}", hint="check the network") from error
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        if digest != original.configuration.get("CodeSha256"):
            raise CloneError(f"{name}: the code that was loaded has another digest than the version", hint="try again")
        return content

    def state(self, function: str, version: str) -> Mapping[str, str]:
        """Return what the function is; a part that may not be read is one line that says so."""
        client = self._clients("lambda")
        parts: dict[str, Callable[[], Any]] = {
            f"version {version}": lambda: client.get_function_configuration(FunctionName=function, Qualifier=version),
            "$LATEST": lambda: client.get_function_configuration(FunctionName=function),
            "aliases": lambda: list(_pages(client.list_aliases, "Aliases", FunctionName=function)),
            "versions": lambda: list(_pages(client.list_versions_by_function, "Versions", FunctionName=function)),
            "reserved concurrency": lambda: client.get_function_concurrency(FunctionName=function),
        }
        return {name: _text(read) for name, read in parts.items()}


def _pages(call: Callable[..., Any], key: str, **where: Any) -> Iterator[Any]:
    marker: dict[str, str] = {}
    while True:
        page = call(**where, **marker, MaxItems=PAGE)
        yield from page.get(key, [])
        if not page.get("NextMarker"):
            return
        marker = {"Marker": page["NextMarker"]}


def _text(read: Callable[[], Any]) -> str:
    try:
        found = read()
    except SDK_ERRORS as error:
        return f"could not be read: {code_of(error)}"
    if isinstance(found, dict):
        found = {key: value for key, value in found.items() if key != "ResponseMetadata"}
    return json.dumps(found, sort_keys=True, default=str)
