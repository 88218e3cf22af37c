"""A figure as plain values: paths, labels and words, in units of its own drawing area. Knows no colour, no markup."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

WIDE, NARROW = 760.0, 358.0
"""Of a drawing on a desk, and of one on a telephone held upright: letters are as large on both."""
LETTER = 6.7
"""Width of a letter of a label, about."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A path and what it is; the style sheet says how that looks."""

    kind: str
    path: str
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A text in a figure; `full` is what a short text stands for."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    kind: str = ""
    full: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with the words that stand for it where it cannot be seen."""

    name: str
    title: str
    summary: str
    """What the figure shows, in figures, for those who do not see it."""
    height: float
    width: float = WIDE
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]
    notes: tuple[str, ...] = ()
    """What a reader must know: what was left out of the drawing, what it does not prove."""
    arms: tuple[str, ...] = ()
    """What its key must name."""


def number(value: float) -> str:
    """Return a coordinate as short as it may be: a tenth of a unit is not seen."""
    text = f"{value:.1f}"
    return "0" if text in {"0.0", "-0.0"} else text.removesuffix(".0")


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return the path of a straight line."""
    return f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"


def box(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return the path of a rectangle."""
    return f"M{number(x1)} {number(y1)}H{number(x2)}V{number(y2)}H{number(x1)}Z"


def dots(places: list[tuple[float, float]]) -> str:
    """Return a path of points: lines of no length, which round caps make visible."""
    return "".join(f"M{number(x)} {number(y)}h0" for x, y in places)


def crosses(places: list[tuple[float, float]], arm: float = 2.2) -> str:
    """Return a path of diagonal crosses."""
    side, back = number(2 * arm), number(-2 * arm)
    return "".join(f"M{number(x - arm)} {number(y - arm)}l{side} {side}m0 {back}l{back} {side}" for x, y in places)


def triangles(places: list[tuple[float, float]], size: float = 4.0) -> str:
    """Return a path of triangles."""
    return "".join(
        f"M{number(x)} {number(y - size)}l{number(size)} {number(2 * size)}h{number(-2 * size)}z" for x, y in places
    )


def marks(places: list[tuple[float, float]], arm: str) -> str:
    """Return the points of an arm: crosses are the baseline's, dots the candidate's, so that colour is not needed."""
    return crosses(places) if arm == "baseline" else dots(places)


def in_ms(value: float) -> str:
    """Return a duration for an axis or a label."""
    if value >= 10_000:
        return f"{value / 1000:.3g} s"
    return f"{value:.4g} ms" if value >= 100 else f"{value:.3g} ms"


def in_mb(value: float) -> str:
    """Return memory for an axis or a label."""
    return f"{value:.4g} MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From values to places along an axis; values beyond its ends stand at the end."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """Return the place of a value."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            share = (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 0) -> list[float]:
        """Return round values for an axis, in rising order; as many as its length has room for unless it is said."""
        most = most or max(2, min(7, int(abs(self.end - self.start) / 70)))
        if self.logarithmic:
            return _log_ticks(self.low, self.high, most)
        step = _round_step((self.high - self.low) / most)
        first = floor(self.low / step + 1 - 1e-9) if self.low > 0 else 0
        count = int((self.high - first * step) / step + 1e-9) + 1
        return [round((first + i) * step, 10) for i in range(count)]


def scale_for(values: list[float], start: float, end: float) -> Scale:
    """Return a scale that shows all values; a logarithmic one where they span more than a factor of 6."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    positive = [value for value in values if value > 0]
    if positive and high > 6 * min(positive) and low > 0:
        return Scale(low=low / 1.08, high=high * 1.08, start=start, end=end, logarithmic=True)
    space = max((high - low) * 0.05, high * 0.02, 1e-6)
    return Scale(low=max(0.0, low - space), high=high + space, start=start, end=end)


def _round_step(rough: float) -> float:
    power = 10 ** floor(log10(rough))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9)))


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [
            float(f"{factor}e{power}")
            for power in range(floor(log10(low)), floor(log10(high)) + 1)
            for factor in factors
            if low <= float(f"{factor}e{power}") <= high
        ]
        if len(ticks) <= most:
            return ticks
    return ticks[:: len(ticks) // most + 1]


def beside(x: Scale, at: float, y: float, text: str) -> Label:
    """Return the name of an upright line: on the side with more room, and never beyond the drawing."""
    long, left = LETTER * len(text) + 5, at > (x.start + x.end) / 2
    if left and at - long < 0:
        return Label(2, y, text, "start", "limit")
    if not left and at + long > x.end + 16:
        return Label(x.end + 14, y, text, "end", "limit")
    return Label(at + (-5 if left else 5), y, text, "end" if left else "start", "limit")
