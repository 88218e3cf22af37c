"""Figures are as exact as they are large."""

from __future__ import annotations

import pytest

from warmgate_ops.cold_starts.finding import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.234, "1.2 ms"),
        (12.3, "12 ms"),
        (512.4, "512 ms"),
        (999.6, "1.00 s"),
        (1214.0, "1.21 s"),
        (723_000, "12 min 3 s"),
    ],
)
def test_durations(value: float, text: str) -> None:
    """Milliseconds below a second, then seconds, then minutes."""
    assert words.in_ms(value) == text


def test_other_figures() -> None:
    """Shares, money, sizes, chances, hours."""
    assert [words.share(2_911, 412_806), words.share(1, 2), words.share(0, 0)] == ["0.71 %", "50 %", "0 %"]
    assert [words.in_usd(each) for each in (0, 0.0021, 1234.5, 0.000001)] == [
        *("$0", "$0.0021", "$1,234.50", "less than $0.00001"),
    ]
    assert [words.in_bytes(each) for each in (410_000_000, 96e9, 120e9, 12e6)] == [
        "0.41 GB",
        "96 GB",
        "120 GB",
        "12 MB",
    ]
    assert [words.chance(0.0001), words.chance(0.0042)] == ["p<0.001", "p=0.0042"]
    assert [words.in_seconds(18_720), words.signed_ms(-3.0), words.at(0.0)] == ["5 h 12 min", "-3.0 ms", "-"]


def test_a_day_without_a_value_is_a_dot() -> None:
    """The highest day is a full bar, the lowest still one."""
    assert words.sparkline([600.0, None, 1200.0, 0.0], 1200.0) == "▄·█▁"
