"""Draws rows of points: one row for each environment, and one for each arm's cold starts."""

from __future__ import annotations

from collections.abc import Sequence

from warmgate.judge.environments import environments_known
from warmgate.judge.quantile import quantile
from warmgate.model.calls import Arm, Sample
from warmgate_ops.page.case import Case
from warmgate_ops.page.figure import WIDTH, Figure, Label, Scale, Shape, box, in_ms, line, marks, scale_for
from warmgate_ops.page.limits import Mark, duration_marks, init_marks
from warmgate_ops.page.thinning import thinned_points

LEFT, RIGHT, ROW, LABEL_ROW = 128.0, WIDTH - 16, 15.0, 15.0
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


def environment_strip(case: Case) -> Figure | None:
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
    return _rows(f"strip-{what}", f"Calls by {what}", rows, duration_marks(case), notes)


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


def _rows(name: str, title: str, arms: list[tuple[Arm, list[Row]]], limits: list[Mark], notes: list[str]) -> Figure:
    values = [value for _, rows in arms for row in rows for value in row[2]]
    x = scale_for([*values, *(mark.value for mark in limits)], LEFT, RIGHT)
    shapes: list[Shape] = []
    labels: list[Label] = []
    top = y = _top(limits)
    for arm, rows in arms:
        labels.append(Label(4, y + 11, arm.value, "start", "strong"))
        y += ROW
        places = []
        for place, (short, full, found) in enumerate(rows):
            if place % 2 == 0:
                shapes.append(Shape("stripe", box(LEFT, y, RIGHT, y + ROW)))
            labels.append(Label(LEFT - 6, y + ROW - 4, short, "end", "", full))
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
        shapes=(*shapes, *axis),
        labels=(*labels, *axis_labels),
        notes=tuple(notes),
        arms=tuple(arm.value for arm, _ in arms),
    )


def _top(limits: list[Mark]) -> float:
    """Return where rows begin: the name of each limit has a line of its own above them."""
    return 8 + LABEL_ROW * len(limits)


def _axis(x: Scale, top: float, bottom: float, limits: list[Mark]) -> tuple[list[Shape], list[Label]]:
    down = "".join(line(x.at(tick), top, x.at(tick), bottom) for tick in x.ticks())
    shapes = [Shape("grid", down)]
    labels = [Label(x.at(tick), bottom + 17, in_ms(tick)) for tick in x.ticks()]
    for place, mark in enumerate(limits):
        at, beside = x.at(mark.value), 12 + LABEL_ROW * place
        shapes.append(Shape("limit relative" if mark.relative else "limit", line(at, beside - 9, at, bottom)))
        left = at > (LEFT + RIGHT) / 2
        labels.append(Label(at + (-5 if left else 5), beside, mark.label, "end" if left else "start", "limit"))
    return shapes, labels


def cold_start_strip(case: Case) -> Figure | None:
    """Return the init durations of both arms' bursts, each with its median; None where there is none."""
    inits = {arm: found for arm in (Arm.CANDIDATE, Arm.BASELINE) if (found := case.inits(arm))}
    if not inits:
        return None
    limits, height = init_marks(case), 78.0
    x = scale_for([*(v for found in inits.values() for v in found), *(mark.value for mark in limits)], LEFT, RIGHT)
    shapes: list[Shape] = []
    labels: list[Label] = []
    notes = []
    top = y = _top(limits)
    for arm, found in inits.items():
        middle = y + height / 2
        kept, said = thinned_points(list(enumerate(found)), lambda item: item[1])
        notes += [said] if said else []
        places = [(x.at(value), middle + ((place * 5) % SCATTER - SCATTER // 2) * 4.0) for place, value in kept]
        median = x.at(quantile(found, 0.5))
        shapes += [
            Shape("stripe", box(LEFT, y + 3, RIGHT, y + height - 3)),
            Shape("points", marks(places, arm.value), arm.value),
            Shape("median", line(median, y + 6, median, y + height - 6), arm.value),
        ]
        labels += [
            Label(4, middle - 3, arm.value, "start", "strong"),
            Label(4, middle + 13, f"{len(found)}, median {in_ms(quantile(found, 0.5))}", "start", "small"),
        ]
        y += height
    axis, axis_labels = _axis(x, top, y, limits)
    return Figure(
        name="cold-starts",
        title="Cold starts of the burst",
        summary=" ".join(
            f"{arm.value.capitalize()}: {len(found)} cold starts, median {in_ms(quantile(found, 0.5))},"
            f" from {in_ms(min(found))} to {in_ms(max(found))}."
            for arm, found in inits.items()
        ),
        height=y + 28,
        shapes=(*shapes, *axis),
        labels=(*labels, *axis_labels),
        notes=("The upright bar is the median. The height of a point inside its row means nothing.", *notes),
        arms=tuple(arm.value for arm in inits),
    )
