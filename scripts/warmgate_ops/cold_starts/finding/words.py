"""Figures as words: times, counts, shares, amounts of money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from warmgate_ops.cold_starts.finding.counting import instant

BARS: Final = "▁▂▃▄▅▆▇█"
NO_DAY: Final = "·"


def in_ms(value: float) -> str:
    """Return a duration: 512 ms, 1.21 s, 12 min 3 s."""
    if value < 99.95:
        return f"{value:.1f} ms" if value < 9.95 else f"{value:.0f} ms"
    if value < 999.5:
        return f"{value:.0f} ms"
    if value < 99_995:
        return f"{value / 1000:.2f} s"
    return in_seconds(value / 1000)


def in_seconds(seconds: float) -> str:
    """Return a long duration: 43 s, 12 min 3 s, 5 h 12 min."""
    whole = round(seconds)
    if whole < 100:
        return f"{seconds:.1f} s" if whole < 10 else f"{whole} s"
    if whole < 6000:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def signed_ms(value: float) -> str:
    """Return a difference of durations with its sign."""
    return f"{'-' if value < 0 else '+'}{in_ms(abs(value))}"


def share(part: int, whole: int) -> str:
    """Return a share in per cent with two digits that say something."""
    percent = 100 * part / whole if whole else 0.0
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.2g} %"


def in_usd(amount: float) -> str:
    """Return an amount of money, as exact as it is large."""
    if amount >= 0.095:
        return f"${amount:,.2f}"
    return f"${amount:.2g}" if amount >= 0.00001 else "less than $0.00001" if amount > 0 else "$0"


def in_bytes(count: float) -> str:
    """Return an amount of log: 0.41 GB, 12 MB."""
    if count >= 10**11:
        return f"{count / 10**9:,.0f} GB"
    return f"{count / 10**9:.2g} GB" if count >= 10**8 else f"{max(count, 0) / 10**6:.2g} MB"


def chance(value: float) -> str:
    """Return a chance as papers print it."""
    return "p<0.001" if value < 0.001 else f"p={value:.2g}"


def at(at_ms: float, *, seconds: bool = False) -> str:
    """Return an instant in UTC, to the minute; a dash where no time is known."""
    if not at_ms:
        return "-"
    return instant(at_ms).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def sparkline(values: Sequence[float | None], highest: float) -> str:
    """Return a bar a day, as high as its value is to the highest of all."""
    return "".join(NO_DAY if value is None else _bar(value, highest) for value in values)


def _bar(value: float, highest: float) -> str:
    return BARS[min(len(BARS) - 1, max(0, int(value / highest * len(BARS) - 0.001)))] if highest > 0 else BARS[0]
