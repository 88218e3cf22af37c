"""The picture of a sweep: each variant between what a million calls cost and how long a cold first response takes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from warmgate_ops.cold_starts.sweeping.pareto import Point, points_of
from warmgate_ops.cold_starts.sweeping.recommending import Rated
from warmgate_ops.page.figure import WIDE, Figure, Label, Scale, Shape, crosses, dots, in_ms, line, scale_for

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300.0, 80.0, WIDE - 40.0, 20.0, 250.0
INK, SOFT, CHOSEN = "#1b1f24", "#4d5661", "#c24e00"


def figure_of(rated_rows: Sequence[Rated], chosen: Rated | None) -> Figure | None:
    """Return the figure for a page, None where no variant has both figures."""
    points = points_of(rated_rows)
    if not points:
        return None
    x = scale_for([point.usd for point in points], LEFT, RIGHT)
    y = scale_for([point.ms for point in points], BOTTOM, TOP)
    best = [point for point in points if point.best]
    others = [(x.at(p.usd), y.at(p.ms)) for p in points if p.rated is not chosen]
    shapes = [Shape("grid", line(LEFT, y.at(tick), RIGHT, y.at(tick))) for tick in y.ticks(5)]
    shapes.append(Shape("curve", _path(best, x, y), "candidate"))
    shapes.append(Shape("points", crosses(others, 4.0), "baseline"))
    taken = [(x.at(p.usd), y.at(p.ms)) for p in points if p.rated is chosen]
    shapes.append(Shape("points", dots(taken), "candidate"))
    return Figure(
        name="pareto",
        title="Cold first response against cost",
        summary="; ".join(_said(point, chosen) for point in points),
        height=HEIGHT,
        shapes=tuple(shape for shape in shapes if shape.path),
        labels=tuple(_labels(points, x, y, chosen)),
        notes=("The line joins the variants to which no other is both cheaper and faster.",),
    )


def _labels(points: Sequence[Point], x: Scale, y: Scale, chosen: Rated | None) -> list[Label]:
    found = [Label(LEFT - 8, y.at(tick) + 4, in_ms(tick), "end") for tick in y.ticks(5)]
    found += [Label(x.at(tick), BOTTOM + 20, f"${tick:.3g}") for tick in x.ticks(6)]
    found.append(Label((LEFT + RIGHT) / 2, BOTTOM + 40, "US dollars for a million calls"))
    found += [
        Label(
            x.at(p.usd), y.at(p.ms) - 9, str(p.rated.row.variant.memory_mb), kind="limit" if p.rated is chosen else ""
        )
        for p in points
    ]
    return found


def _path(points: Sequence[Point], x: Scale, y: Scale) -> str:
    places = [f"{x.at(point.usd):.1f} {y.at(point.ms):.1f}" for point in points]
    return f"M{'L'.join(places)}" if len(places) > 1 else ""


def _said(point: Point, chosen: Rated | None) -> str:
    word = ", recommended" if point.rated is chosen else ""
    variant = point.rated.row.variant
    return f"{variant.memory_mb} MB ({variant.rest}): {in_ms(point.ms)} at ${point.usd:.2f}{word}"


def render_png(rated_rows: Sequence[Rated], chosen: Rated | None, title: str) -> bytes:
    """Return the picture as PNG; the same figures give the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Drawing

    drawing = Drawing(figsize=(9, 5), dpi=100, facecolor="#ffffff")
    FigureCanvasAgg(drawing)
    axes = drawing.add_axes((0.11, 0.13, 0.85, 0.76))
    points = points_of(rated_rows)
    best = [point for point in points if point.best]
    axes.plot([p.usd for p in best], [p.ms for p in best], color=SOFT, linewidth=1, zorder=1)
    for point in points:
        is_chosen = point.rated is chosen
        colour, marker = (CHOSEN, "D") if is_chosen else (INK, "o")
        axes.scatter([point.usd], [point.ms], c=colour, marker=marker, zorder=2)
        text: dict[str, Any] = {"textcoords": "offset points", "xytext": (7, 6), "parse_math": False}
        axes.annotate(f"{point.rated.row.variant.memory_mb} MB", (point.usd, point.ms), **text)
    axes.set_title(title, parse_math=False)
    axes.set_xlabel("US dollars for a million calls")
    axes.set_ylabel("cold first response, median, ms")
    axes.margins(0.12)
    axes.set_ylim(bottom=0)
    axes.grid(visible=True, alpha=0.3)
    out = io.BytesIO()
    drawing.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
