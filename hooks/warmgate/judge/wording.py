"""Numbers and reasons as a sentence holds them."""

from __future__ import annotations

import math


def ms(value: float) -> str:
    """Return milliseconds with as many digits as matter."""
    return f"{value:.0f} ms" if value >= 100 else f"{value:.3g} ms"


def percent(share: float) -> str:
    """Return a share in percent with three digits at most."""
    return f"{share * 100:.3g} %"


def points(score: float) -> str:
    """Return a score with its sign, cut towards zero so that it never seems to have reached a line that it has not."""
    return f"{math.trunc(score * 10) / 10:+g}"


def quantity(value: float, unit: str) -> str:
    """Return a value with its unit: ms, ratio (in percent), times, count."""
    if unit == "ms":
        return ms(value)
    if unit == "ratio":
        return percent(value)
    return f"{value:.2f}x" if unit == "times" else f"{value:.6g}"


def margin_of(measured: float, limit: float) -> float | None:
    """Return 1 - measured / limit, None where the limit is 0."""
    return 1 - measured / limit if limit > 0 else None
