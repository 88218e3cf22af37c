"""Keep-warm pings are known by what sends them, answered before a handler's own code runs, and never held for long."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from warmgate_ready import deferred, is_warming, warmable, warmed, warming

PING = {"warmgate": "warm", "hold_ms": 75}


@dataclass
class Context:
    """What of Lambda's context is read."""

    custom: dict[str, Any] = field(default_factory=dict)
    left_ms: int = 3000
    log_stream_name: str = "2026/11/27/[7]aa"

    @property
    def client_context(self) -> SimpleNamespace:
        """Return it as the runtime gives it."""
        return SimpleNamespace(custom=self.custom)

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of the timeout."""
        return self.left_ms


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test run in a new environment, on demand."""
    monkeypatch.setattr(deferred, "_items", [])
    monkeypatch.setattr(warming, "_calls", [0])
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    monkeypatch.setenv("WARMGATE_READY_LOG", "0")


@pytest.mark.parametrize(
    ("event", "custom", "is_ping"),
    [
        (PING, {}, True),
        ({"body": "{}"}, {"warmgate": "warm"}, True),
        ({"warmer": True, "concurrency": 3}, {}, True),
        ({"source": "serverless-plugin-warmup"}, {}, True),
        ({}, {"source": "serverless-plugin-warmup"}, True),
        ({"warmgate": "smoke"}, {"warmgate": "smoke"}, False),
        ({"warmer": "yes"}, {}, False),
        ({"source": "aws.events"}, {}, False),
        ([PING], {}, False),
        ("warm", {}, False),
        (None, {}, False),
    ],
)
def test_a_ping_is_known_by_payload_or_client_context(event: object, custom: dict[str, Any], is_ping: bool) -> None:
    """Warmgate's own, and those of two tools that are in use; no other call is one."""
    assert is_warming(event, Context(custom)) is is_ping


@pytest.mark.parametrize("context", [None, SimpleNamespace(client_context=None)])
def test_a_call_without_a_client_context_is_no_trouble(context: object) -> None:
    """Most calls have none."""
    assert is_warming({}, context) is False


def test_a_ping_never_reaches_the_handler() -> None:
    """It loads everything, and is answered with the environment's name and whether it was cold."""
    seen: list[object] = []
    loaded: list[int] = []
    deferred.value(lambda: loaded.append(1))

    @warmable
    def handler(event: Any, context: Any) -> str:
        """Serve."""
        seen.append(event)
        return "served"

    first, call, again = handler(PING, Context()), handler({"a": 1}, Context()), handler(PING, Context())

    assert first == {"warmgate": "warm", "environment": "2026/11/27/[7]aa", "cold": True}
    assert call == "served"
    assert again["cold"] is False
    assert (seen, loaded) == ([{"a": 1}], [1])
    assert (handler.__name__, handler.__doc__) == ("handler", "Serve.")


@pytest.mark.parametrize(
    ("kind", "cold"),
    [("on-demand", True), ("snap-start", True), ("provisioned-concurrency", False)],
)
def test_an_environment_that_was_initialised_ahead_was_not_cold(
    kind: str, cold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waited for it; a restore was waited for."""
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)

    assert warmable(lambda _event, _context: None)(PING, Context())["cold"] is cold


@pytest.mark.parametrize(
    ("hold_ms", "left_ms", "least_s", "most_s"),
    [
        (75, 3000, 0.07, 0.3),
        (60_000, 3000, 0.95, 1.4),
        (60_000, 300, 0.09, 0.35),
        (75, 100, 0.0, 0.05),
        ("long", 3000, 0.0, 0.05),
        (-5, 3000, 0.0, 0.05),
        (float("nan"), 3000, 0.0, 0.05),
        (None, 3000, 0.0, 0.05),
    ],
)
def test_a_ping_is_held_for_as_long_as_it_says_and_no_longer(
    hold_ms: object, left_ms: int, least_s: float, most_s: float
) -> None:
    """A second at most, and never into the function's timeout; what is no time is none."""
    began = time.perf_counter()
    warmed({"warmgate": "warm", "hold_ms": hold_ms}, Context(left_ms=left_ms))

    assert least_s <= time.perf_counter() - began < most_s


def test_loading_counts_for_the_hold() -> None:
    """An environment that is busy loading is held already."""
    deferred.value(lambda: time.sleep(0.2))
    began = time.perf_counter()
    warmed({"hold_ms": 200}, Context())

    assert time.perf_counter() - began < 0.38


def test_what_fails_to_load_stands_in_the_answer() -> None:
    """A ping does not fail for it, and the next use tries again."""
    failures = [OSError("no network")]

    def load() -> str:
        if failures:
            raise failures.pop()
        return "rates"

    rates = deferred.value(load, name="rates")

    assert warmed(PING, Context())["failed"] == {"rates": "OSError"}
    assert rates() == "rates"


def test_decorating_waits_for_what_was_to_be_done_in_init() -> None:
    """A handler is declared last, so init ends after it."""
    done: list[int] = []

    def load() -> None:
        time.sleep(0.1)
        done.append(1)

    deferred.value(load, start=True)

    warmable(lambda _event, _context: None)

    assert done == [1]
