"""Lengths of time and instants are read, or said to be none."""

from __future__ import annotations

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.cold_starts.reading.spans import instant_ms, span_ms
from warmgate_ops.cold_starts.reading.times import time_in, time_of

NOW_MS = 1_795_510_800_000.0


@pytest.mark.parametrize(("text", "value"), [("800ms", 800.0), ("1.5s", 1500.0), ("2 min", 120e3), ("1w", 6.048e8)])
def test_a_length_of_time_has_a_unit(text: str, value: float) -> None:
    """From milliseconds to weeks."""
    assert span_ms(text, "--over") == value


@pytest.mark.parametrize("text", ["", "800", "0s", "-1s", "7 days", "1e3s"])
def test_what_is_none_is_named(text: str) -> None:
    """With how it is written."""
    with pytest.raises(SettingsError, match=f"--over: found {text!r}"):
        span_ms(text, "--over")


def test_an_instant_is_a_time_or_so_long_ago() -> None:
    """A time without a zone is UTC."""
    assert instant_ms("1h", NOW_MS, "--since") == NOW_MS - 3_600_000
    assert instant_ms("2026-11-24T09:00", NOW_MS, "--since") == instant_ms("2026-11-24T10:00+01:00", NOW_MS, "--since")
    with pytest.raises(SettingsError, match="--until: found 'soon'"):
        instant_ms("soon", NOW_MS, "--until")


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-11-24T09:00:07.5Z ", 1_795_510_807_500.0),
        ("2026-11-24 10:00:07,500 (+01:00) ", 1_795_510_807_500.0),
        ("2026-11-25T00:00:00Z pod 2026-11-24T09:00:07.500+0000 ", 1_795_510_807_500.0),
        ("EVENTS\t1795510807500\t", 1_795_510_807_500.0),
        ("Nov 24 09:00:07 web-1 ", None),
        ("2026-13-45T09:00:07Z ", None),
    ],
)
def test_the_last_time_of_a_prefix_counts(text: str, at_ms: float | None) -> None:
    """Who carries a log on writes its own time first; a time without a year is none."""
    assert time_in(text) == at_ms


@pytest.mark.parametrize("value", [1_795_510_807.5, 1_795_510_807_500, "1795510807500000", 1_795_510_807_500_000_000])
def test_a_number_is_a_time_in_any_unit(value: object) -> None:
    """Seconds, milliseconds, microseconds, nanoseconds."""
    assert time_of(value) == pytest.approx(1_795_510_807_500.0)
    assert (time_of(True), time_of("x"), time_of(None), time_of(7)) == (None, None, None, None)
