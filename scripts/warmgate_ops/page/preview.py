"""A picture of 1200 by 630 points that a chat or a wiki shows for a link to a page: badge, headline, one drawing."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from warmgate.model.calls import Arm
from warmgate.model.verdict import Finding, Outcome
from warmgate.visible import visible_line
from warmgate_ops.page.case import Case
from warmgate_ops.page.figure import in_mb, in_ms
from warmgate_ops.page.headline import headline_of, metric_of, worst_of
from warmgate_ops.page.limits import Mark, duration_marks, first_response_marks, init_marks, memory_marks
from warmgate_ops.page.thinning import thinned_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 1200, 630, 100
INK, SOFT, GROUND = "#1b1f24", "#4d5661", "#ffffff"
BADGES = {"passed": "#00694c", "failed": "#a3240b"}
OPEN = "#7a5200"
ARMS = {Arm.BASELINE: ("#0072b2", "x"), Arm.CANDIDATE: ("#c24e00", "o")}
LONGEST_LINE, LONGEST_TITLE = 52, 70
MOST_POINTS = 400


def render_preview(case: Case, badge: str, kind: str, title: str) -> bytes:
    """Return the picture of a case as PNG; the same case gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    _words(figure, case, badge, BADGES.get(kind, OPEN), title)
    _drawn(figure, case)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
    return out.getvalue()


def _words(figure: Figure, case: Case, badge: str, colour: str, title: str) -> None:
    said = headline_of(case)
    box = {"facecolor": colour, "edgecolor": "none", "boxstyle": "round,pad=0.4"}
    _text(figure, 0.9, badge, size=22, color=GROUND, weight="bold", bbox=box, x=0.055)
    _text(figure, 0.79, _cut(title, LONGEST_TITLE), size=24, color=SOFT)
    large = _cut(said.text, LONGEST_LINE)
    _text(figure, 0.66, large, size=44 if len(large) <= 34 else 30, weight="bold")
    _text(figure, 0.565, _cut(said.aside, LONGEST_TITLE + 10), size=18, color=SOFT)
    _text(figure, 0.035, "Measured by Warmgate", size=14, color=SOFT)


def _text(figure: Figure, y: float, text: str, *, x: float = 0.045, **style: Any) -> None:
    """Write a line; what others have named is no formula and no escape."""
    figure.text(x, y, visible_line(text), parse_math=False, va="center", **{"color": INK, **style})


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _drawn(figure: Figure, case: Case) -> None:
    """Draw the calls of both versions where the worst failed check is one of figures; of a pass its durations."""
    found = _series(case)
    if found is None:
        return
    series, limits, words = found
    axes = figure.add_axes((0.13, 0.17, 0.82, 0.3))
    for row, arm in enumerate((Arm.CANDIDATE, Arm.BASELINE)):
        _points(axes, arm, row, series[arm])
    axes.set_ylim(1.6, -0.65)
    axes.set_xlim(left=0)
    _limit(axes, limits, worst_of(case.judgement.verdict))
    axes.set_yticks([0, 1], ["new", "old"], size=16)
    axes.xaxis.set_major_formatter(lambda value, _: words(value))
    axes.tick_params(axis="x", labelsize=13, colors=SOFT)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _limit(axes: Axes, limits: list[Mark], worst: Finding | None) -> None:
    """Draw one limit: that of the headline, else the first."""
    chosen = next((mark for mark in limits if worst and mark.check == worst.check), limits[0] if limits else None)
    if chosen is None:
        return
    high = max(axes.get_xlim()[1], chosen.value * 1.05)
    axes.set_xlim(0, high)
    axes.axvline(chosen.value, color=INK, linewidth=2, linestyle=":" if chosen.relative else "-")
    side = "right" if chosen.value > high / 2 else "left"
    axes.text(chosen.value, -0.62, f" {chosen.label} ", size=13, weight="bold", parse_math=False, va="bottom", ha=side)


def _points(axes: Axes, arm: Arm, row: int, values: list[float]) -> None:
    colour, marker = ARMS[arm]
    kept, _ = thinned_points(values, lambda value: value, MOST_POINTS)
    heights = [row + ((place * 5) % 13 - 6) / 24 for place in range(len(kept))]
    axes.scatter(kept, heights, c=colour, marker=marker, s=60, alpha=0.75)


def _series(case: Case) -> tuple[dict[Arm, list[float]], list[Mark], Callable[[float], str]] | None:
    verdict = case.judgement.verdict
    worst = worst_of(verdict)
    metric = metric_of(worst) if worst else ("duration" if verdict.outcome is not Outcome.ERROR else "")
    kinds: dict[str, tuple[Callable[[Arm], list[float]], list[Mark], Callable[[float], str]]] = {
        "init": (case.inits, init_marks(case), in_ms),
        "first_response": (case.first_responses, first_response_marks(case), in_ms),
        "duration": (lambda arm: case.durations(arm)[0], duration_marks(case), in_ms),
        "memory": (case.memory, memory_marks(case), in_mb),
    }
    if metric not in kinds:
        return None
    read, limits, words = kinds[metric]
    series = {arm: read(arm) for arm in Arm}
    return (series, limits, words) if any(series.values()) else None
