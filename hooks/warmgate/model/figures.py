"""Figures as people read them: the same in a reason, a report and a command's output."""

from __future__ import annotations

import math

from warmgate.model.verdict import Unit


def ms(value: float) -> str:
    """Return milliseconds with as many digits as matter."""
    return f"{value:.0f} ms" if value >= 100 else f"{value:.3g} ms"


def percent(share: float) -> str:
    """Return a share in percent with three digits at most."""
    return f"{share * 100:.3g} %"


def times(ratio: float) -> str:
    """Return a ratio to the baseline; to what took no time, or of what never came to an end, it is infinite."""
    return f"{ratio:.2f}x" if math.isfinite(ratio) else "∞x"


def quantity(value: float, unit: Unit | None) -> str:
    """Return a value with its unit; a ratio is given in percent."""
    if unit is Unit.MS:
        return ms(value)
    if unit is Unit.RATIO:
        return percent(value)
    return times(value) if unit is Unit.TIMES else f"{value:.6g}"
