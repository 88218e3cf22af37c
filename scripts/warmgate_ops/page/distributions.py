"""Draws how a metric is spread: the empirical distribution of both arms, and the corner that each limit asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from warmgate.judge.quantile import quantile
from warmgate.model.calls import Arm
from warmgate_ops.page.case import Case
from warmgate_ops.page.figure import WIDE, Figure, Label, Scale, Shape, beside, in_ms, line, marks, number, scale_for
from warmgate_ops.page.limits import Mark, duration_marks, init_marks
from warmgate_ops.page.thinning import STEPS, ecdf, thinned_steps

LEFT, MARGIN, TOP, BOTTOM, HEIGHT = 46.0, 16.0, 22.0, 300.0, 340.0
CORNER = (
    "The candidate's measured percentile is within a limit where its curve passes above and left of the limit's corner;"
    " the verdict counts calls, and stops when the count is certain."
)
DASHED = (
    "A dotted limit follows from the baseline's own calls on this page; ranks and counts decide a comparison, not this"
    " line."
)
Series = dict[Arm, tuple[list[float], int]]
"""Values of each arm, and how many calls are slower than all of them."""


def duration_curve(case: Case, width: float = WIDE) -> Figure | None:
    """Return how the durations of both versions are spread."""
    durations = {arm: case.durations(arm) for arm in Arm}
    return draw("ecdf-duration", "Duration of warm, measured calls", durations, duration_marks(case), in_ms, width)


def init_curve(case: Case, width: float = WIDE) -> Figure | None:
    """Return how the init durations of both versions are spread."""
    inits = {arm: (case.inits(arm), 0) for arm in Arm}
    return draw("ecdf-init", "Init of the burst's cold starts", inits, init_marks(case), in_ms, width)


def draw(
    name: str,
    title: str,
    series: Series,
    limits: Sequence[Mark],
    words: Callable[[float], str],
    width: float = WIDE,
) -> Figure | None:
    """Return the distribution of one metric, None where no call showed it."""
    shown = {arm: found for arm, found in series.items() if found[0]}
    if not shown:
        return None
    values = [value for found, _ in shown.values() for value in found]
    x = scale_for([*values, *(mark.value for mark in limits)], LEFT, width - MARGIN)
    y = Scale(low=0, high=1, start=BOTTOM, end=TOP)
    axes, labels = _axes(x, y, words)
    curves = [_curve(arm, found, unfinished, x, y) for arm, (found, unfinished) in shown.items()]
    limit_shapes, limit_labels = _limits(limits, x, y)
    return Figure(
        name=name,
        title=title,
        summary=" ".join(_in_words(arm, found, unfinished, words) for arm, (found, unfinished) in shown.items())
        + "".join(f" Limit: {mark.label}." for mark in limits),
        height=HEIGHT,
        width=width,
        shapes=(*axes, *limit_shapes, *curves),
        labels=(*labels, *limit_labels),
        notes=tuple(_notes(shown, limits)),
        arms=tuple(arm.value for arm in shown),
    )


def _axes(x: Scale, y: Scale, words: Callable[[float], str]) -> tuple[list[Shape], list[Label]]:
    shares = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
    across = "".join(line(x.start, y.at(share), x.end, y.at(share)) for share in shares)
    down = "".join(line(x.at(tick), TOP, x.at(tick), BOTTOM) for tick in x.ticks())
    labels = [Label(x.start - 6, y.at(share) + 4, f"{share:.0%}", "end") for share in shares]
    labels += [Label(x.at(tick), BOTTOM + 17, words(tick)) for tick in x.ticks()]
    scale = " (log scale)" if x.logarithmic else ""
    labels.append(Label((x.start + x.end) / 2, BOTTOM + 35, f"share of calls that take no longer{scale}"))
    return [Shape("grid", across + down)], labels


def _curve(arm: Arm, values: list[float], unfinished: int, x: Scale, y: Scale) -> Shape:
    """Return a staircase: it rises at each value and ends at the right edge."""
    steps = thinned_steps(ecdf(values, unfinished))
    path = f"M{number(x.at(steps[0][0]))} {number(y.at(0))}" + "".join(
        f"H{number(x.at(value))}V{number(y.at(share))}" for value, share in steps
    )
    return Shape("curve", f"{path}H{number(x.end)}", arm.value)


def _limits(limits: Sequence[Mark], x: Scale, y: Scale) -> tuple[list[Shape], list[Label]]:
    """Return each limit as a line, with the corner that the candidate's curve must pass above and left of."""
    shapes, labels = [], []
    for place, mark in enumerate(limits):
        at, kind = x.at(mark.value), "limit relative" if mark.relative else "limit"
        shapes.append(Shape(kind, line(at, TOP, at, BOTTOM)))
        if mark.share is not None:
            corner = marks([(at, y.at(mark.share))], "candidate")
            shapes += [Shape(kind, line(at, y.at(mark.share), x.end, y.at(mark.share))), Shape("corner", corner)]
        labels.append(beside(x, at, BOTTOM - 10 - 17 * place, mark.label))
    return shapes, labels


def _in_words(arm: Arm, values: list[float], unfinished: int, words: Callable[[float], str]) -> str:
    figures = ", ".join(f"p{share * 100:g} {words(quantile(values, share))}" for share in (0.5, 0.95, 0.99))
    late = f", {unfinished} more timed out" if unfinished else ""
    return f"{arm.value.capitalize()}: {len(values)} calls{late}, {figures}, largest {words(max(values))}."


def _notes(shown: Series, limits: Sequence[Mark]) -> list[str]:
    notes = []
    if any(mark.share is not None and not mark.relative for mark in limits):
        notes.append(CORNER)
    if any(mark.relative for mark in limits):
        notes.append(DASHED)
    notes += [
        f"{unfinished} calls of the {arm.value} timed out without a duration: its curve ends below 100 %."
        for arm, (_, unfinished) in shown.items()
        if unfinished
    ]
    if any(len(found) > STEPS for found, _ in shown.values()):
        notes.append(f"Curves are drawn in steps of {1 / STEPS:.2%}, their ends call by call.")
    return notes
