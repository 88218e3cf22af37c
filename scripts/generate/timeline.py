"""The picture of how a bad release is stopped while it shifts: who acts when. Draws values, measures nothing."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

SECONDS = 16.0
WIDTH, LEFT, TOP, LANE, BAR = 860, 210, 44, 46, 22
COLOURS = {"ours": "#0072B2", "aws": "#777777", "new": "#E69F00"}
"""Okabe and Ito's blue and orange are told apart by everybody."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasts."""

    lane: str
    whose: str
    from_s: float
    to_s: float
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens."""

    lane: str
    at_s: float
    words: str


LANES = (
    "CodeDeploy",
    "BeforeAllowTraffic hook",
    "share of the new version",
    "traffic guard",
    "rollback controller",
)
# As `warmgate rehearse --only real_callers` went: half of the real callers fail, no probe does.
SPANS = (
    Span("CodeDeploy", "aws", 0.0, 8.6, "deployment (a minute passes in a second)"),
    Span("CodeDeploy", "aws", 8.6, 10.2, "rollback"),
    Span("BeforeAllowTraffic hook", "ours", 0.4, 2.2, "warm, measure: Succeeded"),
    Span("share of the new version", "new", 2.3, 8.8, "50 %"),
    Span("traffic guard", "ours", 0.5, 8.7, "reads the log every two seconds"),
    Span("rollback controller", "ours", 8.9, 14.0, "completes the report"),
)
MARKS = (
    Mark("traffic guard", 8.5, "11 of 20 calls failed: StopDeployment"),
    Mark("rollback controller", 14.0, "one notice"),
)


def timeline_svg() -> str:
    """Return the picture as SVG."""
    height = TOP + LANE * len(LANES) + 40
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
            ' font-family="system-ui, sans-serif" font-size="13">'
        ),
        "<title>How a bad release is stopped while it shifts</title>",
        (
            "<desc>Lanes over sixteen seconds: CodeDeploy, the hook before the shift, the share of the new version,"
            " the traffic guard that stops the deployment, and the rollback controller.</desc>"
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    parts += [_tick(second, height) for second in range(0, int(SECONDS) + 1, 2)]
    parts += [
        f'<text x="{LEFT - 12}" y="{_y(lane) + BAR / 2 + 4:g}" text-anchor="end" fill="#222222">{escape(lane)}</text>'
        for lane in LANES
    ]
    parts += [_span(span) for span in SPANS]
    parts += [_mark(mark) for mark in MARKS]
    return "\n".join([*parts, "</svg>", ""])


def _x(at_s: float) -> float:
    return LEFT + at_s / SECONDS * (WIDTH - LEFT - 20)


def _y(lane: str) -> float:
    return TOP + LANE * LANES.index(lane)


def _tick(second: int, height: int) -> str:
    x = _x(second)
    return (
        f'<line x1="{x:g}" y1="{TOP - 10}" x2="{x:g}" y2="{height - 34}" stroke="#dddddd"/>'
        f'<text x="{x:g}" y="{height - 14}" text-anchor="middle" fill="#555555">{second} s</text>'
    )


def _span(span: Span) -> str:
    x, y, width = _x(span.from_s), _y(span.lane), _x(span.to_s) - _x(span.from_s)
    fits = width > 7 * len(span.words)
    place = f'x="{x + 8:g}" fill="#ffffff"' if fits else f'x="{x + width + 8:g}" fill="#222222"'
    if span.whose == "new":
        place = place.replace("#ffffff", "#222222")
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{BAR}" rx="3" fill="{COLOURS[span.whose]}"/>'
        f'<text {place} y="{y + BAR / 2 + 4:g}">{escape(span.words)}</text>'
    )


def _mark(mark: Mark) -> str:
    x, y = _x(mark.at_s), _y(mark.lane)
    return (
        f'<path d="M {x:g} {y - 4:g} l 6 8 l -6 8 l -6 -8 z" fill="#D55E00" stroke="#ffffff"/>'
        f'<text x="{x + 10:g}" y="{y - 6:g}" fill="#222222">{escape(mark.words)}</text>'
    )
