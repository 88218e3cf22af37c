"""Draws rows of points: one row for each environment, and one for each arm's cold starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from warmgate.judge.environments import environments_known
from warmgate.judge.quantile import quantile
from warmgate.model.calls import Arm, Sample
from warmgate_ops.page.case import Case
from warmgate_ops.page.figure import (
    WIDE,
    Figure,
    Label,
    Scale,
    Shape,
    beside,
    box,
    in_mb,
    in_ms,
    line,
    marks,
    scale_for,
)
from warmgate_ops.page.limits import Mark, duration_marks, first_response_marks, init_marks, memory_marks
from warmgate_ops.page.thinning import thinned_points

LEFT, MARGIN, ROW, LABEL_ROW = 116.0, 16.0, 15.0, 15.0
BAND = 78.0
"""Height of the row of a version."""
MOST_ROWS = 30
"""Environments of an arm that are drawn; those with the slowest calls are kept."""
SCATTER = 13
"""Cold starts stand at so many heights of their row, in dispatch order, so that equal ones do not cover each other."""
UNKNOWN = (
    "Environments are not known: Lambda's answers do not name them. Calls of a round overlap, so each call of a row ran"
    " in an environment of its own."
)
Row = tuple[str, str, Sequence[float]]
"""A short name, the whole name and the durations."""


def environment_strip(case: Case, width: float = WIDE) -> Figure | None:
    """Return the durations of each environment; of each round where environments are not known."""
    counted = {
        arm: [s for s in case.measured(arm) if s.duration_ms is not None] for arm in (Arm.CANDIDATE, Arm.BASELINE)
    }
    counted = {arm: samples for arm, samples in counted.items() if samples}
    if not counted:
        return None
    known = all(environments_known(samples) for samples in counted.values())
    rows, notes = [], []
    for arm, samples in counted.items():
        found = _by_environment(samples) if known else _by_round(samples)
        if len(found) > MOST_ROWS:
            notes.append(f"Drawn: the {MOST_ROWS} of {len(found)} rows of the {arm.value} with the slowest calls.")
            slowest = sorted(found, key=lambda row: -max(row[2]))[:MOST_ROWS]
            found = [row for row in found if row in slowest]
        rows.append((arm, found))
    if not known:
        notes.append(UNKNOWN)
    what = "environment" if known else "round"
    return _rows(f"strip-{what}", f"Calls by {what}", rows, duration_marks(case), notes, width)


def _by_environment(samples: list[Sample]) -> list[Row]:
    """Return the environments of an arm, slowest median first."""
    found: dict[str, list[float]] = {}
    for sample in samples:
        found.setdefault(sample.environment or "", []).append(sample.duration_ms or 0.0)
    ordered = sorted(found.items(), key=lambda item: (-quantile(item[1], 0.5), item[0]))
    return [(_short(name), name, values) for name, values in ordered]


def _by_round(samples: list[Sample]) -> list[Row]:
    found: dict[int, list[float]] = {}
    for sample in samples:
        found.setdefault(sample.round, []).append(sample.duration_ms or 0.0)
    return [(f"round {number}", "", found[number]) for number in sorted(found)]


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"…{name[-12:]}"


def _rows(
    name: str, title: str, arms: list[tuple[Arm, list[Row]]], limits: list[Mark], notes: list[str], width: float
) -> Figure:
    values = [value for _, rows in arms for row in rows for value in row[2]]
    x = scale_for([*values, *(mark.value for mark in limits)], LEFT, width - MARGIN)
    shapes: list[Shape] = []
    labels: list[Label] = []
    top = y = _top(limits)
    for arm, rows in arms:
        labels.append(Label(4, y + 11, arm.value, "start", "strong"))
        y += ROW
        places = []
        for place, (short, full, found) in enumerate(rows):
            if place % 2 == 0:
                shapes.append(Shape("stripe", box(x.start, y, x.end, y + ROW)))
            labels.append(Label(x.start - 6, y + ROW - 4, short, "end", "", full))
            places += [(x.at(value), y + ROW / 2) for value in found]
            y += ROW
        kept, said = thinned_points(places, lambda place: place[0])
        notes = [*notes, said] if said else notes
        shapes.append(Shape("points", marks(kept, arm.value), arm.value))
        y += ROW / 2
    axis, axis_labels = _axis(x, top, y, limits)
    text = f"{title}: " + "; ".join(f"{len(rows)} rows of the {arm.value}" for arm, rows in arms) + "."
    return Figure(
        name=name,
        title=title,
        summary=text,
        height=y + 28,
        width=width,
        shapes=(*shapes, *axis),
        labels=(*labels, *axis_labels),
        notes=tuple(notes),
        arms=tuple(arm.value for arm, _ in arms),
    )


def _top(limits: list[Mark]) -> float:
    """Return where rows begin: the name of each limit has a line of its own above them."""
    return 8 + LABEL_ROW * len(limits)


def _axis(
    x: Scale, top: float, bottom: float, limits: list[Mark], words: Callable[[float], str] = in_ms
) -> tuple[list[Shape], list[Label]]:
    down = "".join(line(x.at(tick), top, x.at(tick), bottom) for tick in x.ticks())
    shapes = [Shape("grid", down)]
    labels = [Label(x.at(tick), bottom + 17, words(tick)) for tick in x.ticks()]
    for place, mark in enumerate(limits):
        at, above = x.at(mark.value), 12 + LABEL_ROW * place
        shapes.append(Shape("limit relative" if mark.relative else "limit", line(at, above - 9, at, bottom)))
        labels.append(beside(x, at, above, mark.label))
    return shapes, labels


def cold_start_strip(case: Case, width: float = WIDE) -> Figure | None:
    """Return the init durations of both arms' bursts, each with its median; None where there is none."""
    inits = {arm: case.inits(arm) for arm in (Arm.CANDIDATE, Arm.BASELINE)}
    return _bands(("cold-starts", "Cold starts of the burst", "cold starts"), inits, init_marks(case), in_ms, width)


def first_response_strip(case: Case, width: float = WIDE) -> Figure | None:
    """Return what the first callers of both arms' bursts waited for, each with its median; None where there is none."""
    found = {arm: case.first_responses(arm) for arm in (Arm.CANDIDATE, Arm.BASELINE)}
    titles = ("first-responses", "First responses of the burst: init and then that same call", "first responses")
    return _bands(titles, found, first_response_marks(case), in_ms, width)


def memory_strip(case: Case, width: float = WIDE) -> Figure | None:
    """Return the memory that every judged call used; None where no call showed it."""
    memory = {arm: case.memory(arm) for arm in (Arm.CANDIDATE, Arm.BASELINE)}
    return _bands(("memory", "Memory used, every judged call", "calls"), memory, memory_marks(case), in_mb, width)


def _bands(
    titles: tuple[str, str, str],
    series: dict[Arm, list[float]],
    limits: list[Mark],
    words: Callable[[float], str],
    width: float,
) -> Figure | None:
    """Return a band of points for each version, with its median."""
    name, title, what = titles
    shown = {arm: found for arm, found in series.items() if found}
    if not shown:
        return None
    values = [value for found in shown.values() for value in found]
    x = scale_for([*values, *(mark.value for mark in limits)], LEFT, width - MARGIN)
    shapes: list[Shape] = []
    labels: list[Label] = []
    notes = []
    top = y = _top(limits)
    for arm, found in shown.items():
        band, said, under = _band(arm, found, x, y, words)
        shapes += band
        labels += under
        notes += said
        y += BAND
    axis, axis_labels = _axis(x, top, y, limits, words)
    return Figure(
        name=name,
        title=title,
        summary=" ".join(
            f"{arm.value.capitalize()}: {len(found)} {what}, median {words(quantile(found, 0.5))},"
            f" from {words(min(found))} to {words(max(found))}."
            for arm, found in shown.items()
        ),
        height=y + 28,
        width=width,
        shapes=(*shapes, *axis),
        labels=(*labels, *axis_labels),
        notes=("The upright bar is the median. The height of a point inside its row means nothing.", *notes),
        arms=tuple(arm.value for arm in shown),
    )


def _band(
    arm: Arm, found: list[float], x: Scale, y: float, words: Callable[[float], str]
) -> tuple[list[Shape], list[str], list[Label]]:
    """Return the ground, points and median of a version, what was left out, and its labels."""
    middle, median = y + BAND / 2, quantile(found, 0.5)
    kept, said = thinned_points(list(enumerate(found)), lambda item: item[1])
    places = [(x.at(value), middle + ((place * 5) % SCATTER - SCATTER // 2) * 4.0) for place, value in kept]
    at = x.at(median)
    shapes = [
        Shape("stripe", box(x.start, y + 3, x.end, y + BAND - 3)),
        Shape("points", marks(places, arm.value), arm.value),
        Shape("median", line(at, y + 6, at, y + BAND - 6), arm.value),
    ]
    labels = [
        Label(4, middle - 11, arm.value, "start", "strong"),
        Label(4, middle + 5, f"median {words(median)}", "start", "small"),
        Label(4, middle + 20, f"{len(found)} measured", "start", "small"),
    ]
    return shapes, [said] if said else [], labels
