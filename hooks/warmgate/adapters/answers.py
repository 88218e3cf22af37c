"""Receives answers within bounds: no more of one than is needed, and never more than Lambda gives."""

from __future__ import annotations

import base64
from typing import Any

LONGEST_ANSWER = 6 * 1024 * 1024 + 100
"""Bytes of a synchronous answer (Lambda quotas: 6 MB, and some bytes are seen beyond it)."""
BEGINNING = 64 * 1024
"""Bytes that are kept of an answer that nobody needs as a whole."""
CHUNK = 64 * 1024


def is_long(response: dict[str, Any]) -> bool:
    """Return whether a response is longer than its beginning; one that does not say may be."""
    length = str(response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-length", ""))
    return not length.isdecimal() or int(length) > BEGINNING


def received(body: Any, most: int) -> bytes:
    """Return the first bytes of a body; the rest is received and dropped, up to what Lambda gives at most."""
    kept, count = bytearray(), 0
    while chunk := body.read(CHUNK):
        count += len(chunk)
        kept += chunk[: max(0, most - len(kept))]
        if count > LONGEST_ANSWER:
            # The rest is not waited for: a connection that is closed brings nothing more.
            body.close()
            break
    return bytes(kept)


def tail_of(response: dict[str, Any]) -> str:
    """Return the log tail of a response, empty where what stands there is none."""
    try:
        return base64.b64decode(response.get("LogResult") or "").decode("utf-8", "replace")
    except ValueError:
        return ""
