"""Numbers as a sentence holds them."""

from __future__ import annotations


def ms(value: float) -> str:
    """Return milliseconds with as many digits as matter."""
    return f"{value:.0f} ms" if value >= 100 else f"{value:.3g} ms"


def percent(share: float) -> str:
    """Return a share in percent with three digits at most."""
    return f"{share * 100:.3g} %"


def quantity(value: float, unit: str) -> str:
    """Return a value with its unit: ms, ratio (in percent), times, count."""
    if unit == "ms":
        return ms(value)
    if unit == "ratio":
        return percent(value)
    return f"{value:.2f}x" if unit == "times" else f"{value:.6g}"
