"""A look's time is the one at which its engine began it."""

from __future__ import annotations

import time
from contextvars import copy_context

import pytest

from warmgate.adapters.look_clock import LookClock, set_look_time


def test_a_look_has_the_time_of_its_engine() -> None:
    """A retry an hour later reads the same traffic."""

    def look() -> float:
        set_look_time("2026-11-27T16:12:00.123Z")
        return LookClock().epoch_ms()

    assert copy_context().run(look) == 1795795920123.0


def test_outside_of_a_look_it_is_the_walls() -> None:
    """Nobody has said what time it is."""
    assert copy_context().run(LookClock().epoch_ms) == pytest.approx(time.time() * 1000, abs=5000)
