"""Figures as people read them."""

from __future__ import annotations

import pytest

from warmgate.model.figures import ms, percent, quantity
from warmgate.model.verdict import Unit


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234.5, Unit.MS, "1234 ms"),
        (99.96, Unit.MS, "100 ms"),
        (4.25, Unit.MS, "4.25 ms"),
        (0.05, Unit.RATIO, "5 %"),
        (1.234, Unit.TIMES, "1.23x"),
        (float("inf"), Unit.TIMES, "∞x"),
        (12.0, Unit.COUNT, "12"),
        (0.04, Unit.MS, "0.04 ms"),
    ],
)
def test_quantities(value: float, unit: Unit, text: str) -> None:
    """A value is written with its unit and the digits that matter."""
    assert quantity(value, unit) == text


def test_plain_words() -> None:
    """Milliseconds and percent."""
    assert (ms(400.0), percent(0.001), percent(1 / 3)) == ("400 ms", "0.1 %", "33.3 %")
