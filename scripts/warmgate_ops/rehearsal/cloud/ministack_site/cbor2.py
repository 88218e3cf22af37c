"""As much of the package cbor2 as MiniStack uses and its lock does not hold: CloudWatch's newest protocol, RPC v2 CBOR.

Reading is botocore's, which lies beside MiniStack; botocore writes by the shape of a service's model alone.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from botocore.parsers import RpcV2CBORParser

_SIMPLE = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}


@dataclass(frozen=True)
class CBORTag:
    """A value that is more than its type says: tag 1 is a time in seconds since the epoch."""

    tag: int
    value: Any


def loads(text: bytes) -> Any:
    """Return what was encoded; a time is a datetime."""
    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(text))


def dumps(value: Any) -> bytes:  # noqa: PLR0911 - one line a type
    """Return a value encoded."""
    if isinstance(value, bool) or value is None:
        return _SIMPLE[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list | tuple):
        return _head(4, len(value)) + b"".join(map(dumps, value))
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(dumps(each) for item in value.items() for each in item)
    if isinstance(value, CBORTag):
        return _head(6, value.tag) + dumps(value.value)
    raise TypeError(f"{type(value).__name__}: found a value that CBOR does not know, expected one of JSON's or bytes")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in range(4) if number < 1 << (8 << size))
    return bytes([major << 5 | 24 + size]) + number.to_bytes(1 << size, "big")
