"""What counts as the answer to a ping."""

from __future__ import annotations

import json

import pytest

from warmgate.keeping.pings import LONGEST_HOLD_MS, Pong, ping_of, pong_of
from warmgate.model.calls import Answer


def answer(payload: bytes, error: str | None = None) -> Answer:
    """Return an answer."""
    return Answer(
        payload=payload, log_tail="", executed_version="1", function_error=error, status_code=200, caller_ms=1.0
    )


@pytest.mark.parametrize(
    ("payload", "pong"),
    [
        (b'{"warmgate": "warm", "environment": "a"}', Pong("a")),
        (b'{"warmgate": "warm", "environment": "a", "cold": true}', Pong("a")),
        (b'{"warmgate": "warm", "environment": ""}', None),
        (b'{"warmgate": "warm", "environment": 7}', None),
        (b'{"warmgate": "smoke", "environment": "a"}', None),
        (b'"warm"', None),
        (b"null", None),
        (b"", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
    ],
)
def test_only_the_agreed_answer_is_one(payload: bytes, pong: Pong | None) -> None:
    """Whatever else a handler gives it may have worked for."""
    assert pong_of(answer(payload)) == pong


def test_an_error_is_no_answer() -> None:
    """Even where its payload looks like one."""
    assert pong_of(answer(b'{"warmgate": "warm", "environment": "a"}', error="Unhandled")) is None


def test_a_ping_holds_no_longer_than_a_second() -> None:
    """However many are sent together; a payload of the owner's is sent as it is."""
    assert json.loads(ping_of("f", "live", 9_999).payload)["hold_ms"] == LONGEST_HOLD_MS
    assert ping_of("f", "live", payload=b"{}").payload == b"{}"
