"""Draws the release as it ran: every call in dispatch order, its rounds, and where the judge stopped."""

from __future__ import annotations

from itertools import groupby

from warmgate.judge.replaying import PHASES
from warmgate.model.calls import Arm, CallOutcome, Phase
from warmgate_ops.page.case import Call, Case
from warmgate_ops.page.figure import WIDE, Figure, Label, Scale, Shape, box, in_ms, line, marks, scale_for, triangles
from warmgate_ops.page.limits import Mark, duration_marks
from warmgate_ops.page.thinning import thinned_points

LEFT, MARGIN, TOP, BOTTOM, HEIGHT = 62.0, 16.0, 76.0, 300.0, 340.0
PHASE_ROW = 13.0
"""Phases may be too short for their names, so each name stands on a line of its own."""
ODD_ROW = 62.0
"""Height at which calls that did not end well are marked."""


def timeline(case: Case, width: float = WIDE) -> Figure | None:
    """Return every call against its duration, None where no call was made."""
    if not case.calls:
        return None
    known = [call.sample.duration_ms for call in case.calls if call.sample.duration_ms is not None]
    limits = [mark for mark in duration_marks(case) if not mark.relative]
    y = scale_for([*known, *(mark.value for mark in limits)], BOTTOM, TOP)
    x = Scale(low=0.5, high=len(case.calls) + 0.5, start=LEFT, end=width - MARGIN)
    bands, phases = _rounds(case, x)
    axes, axis_labels = _axes(x, y, limits)
    points, notes = _points(case, x, y)
    behind, stop, stop_labels = _stop(case, x)
    return Figure(
        name="timeline",
        title="The release, call by call",
        summary=f"{len(case.calls):,} calls in the order of dispatch. {stop_in_words(case)}",
        height=HEIGHT,
        width=width,
        shapes=(*bands, *behind, *axes, *points, *stop),
        labels=(*phases, *axis_labels, *stop_labels),
        notes=("Every other round has a grey ground. An init is no part of its call's duration.", *notes),
        arms=tuple(arm.value for arm in Arm if any(call.sample.arm is arm for call in case.calls)),
    )


def stop_in_words(case: Case) -> str:
    """Return where the judge stopped, and what it did not read."""
    last, unread = _last(case), sum(not call.judged for call in case.calls)
    if not last:
        return "The judge looked at no call: not even the first round fits the policy's budget."
    sample, after = case.calls[last - 1].sample, len(case.calls) - last
    text = f"The judge stopped after call {last:,}, {sample.phase.value} round {sample.round}"
    if after:
        text += f"; {after:,} recorded calls come after it and were not read"
    if unread > after:
        text += f"; {unread - after:,} calls before it are read by no check"
    return text + "."


def _last(case: Case) -> int:
    """Return the number of the last call that was judged, 0 where none was."""
    return max((call.number for call in case.calls if call.judged), default=0)


def _rounds(case: Case, x: Scale) -> tuple[list[Shape], list[Label]]:
    """Return a band for every other round, and a label where a phase begins."""
    shapes, labels = [], []
    phase: Phase | None = None
    for number, (place, group) in enumerate(groupby(case.calls, lambda c: (c.sample.phase, c.sample.round))):
        calls = list(group)
        start, end = x.at(calls[0].number - 0.5), x.at(calls[-1].number + 0.5)
        if number % 2:
            shapes.append(Shape("stripe", box(start, ODD_ROW - 8, end, BOTTOM)))
        if place[0] is not phase:
            phase = place[0]
            top = 2 + PHASE_ROW * PHASES.index(phase)
            shapes.append(Shape("phase", line(start, top, start, BOTTOM)))
            labels.append(Label(start + 4, top + 10, phase.value, "start", "strong"))
    return shapes, labels


def _axes(x: Scale, y: Scale, limits: list[Mark]) -> tuple[list[Shape], list[Label]]:
    shapes = [Shape("grid", "".join(line(x.start, y.at(tick), x.end, y.at(tick)) for tick in y.ticks(7)))]
    labels = [Label(x.start - 6, y.at(tick) + 4, in_ms(tick), "end") for tick in y.ticks(7)]
    for mark in limits:
        shapes.append(Shape("limit", line(x.start, y.at(mark.value), x.end, y.at(mark.value))))
        labels.append(Label(x.end - 3, y.at(mark.value) - 5, mark.label, "end", "limit"))
    ticks = [tick for tick in x.ticks() if tick == int(tick) and tick >= 1]
    labels += [Label(x.at(tick), BOTTOM + 17, f"{tick:,.0f}") for tick in ticks]
    scale = " (durations: log scale)" if y.logarithmic else ""
    labels.append(Label((x.start + x.end) / 2, BOTTOM + 35, f"call, in order of dispatch{scale}"))
    return shapes, labels


def _points(case: Case, x: Scale, y: Scale) -> tuple[list[Shape], list[str]]:
    shapes, notes = [], []
    for arm in Arm:
        for judged in (True, False):
            timed = [
                (call.number, call.sample.duration_ms)
                for call in case.calls
                if call.sample.arm is arm and call.judged is judged and call.sample.duration_ms is not None
            ]
            kept, said = thinned_points(timed, lambda item: item[1])
            places = [(x.at(number), y.at(duration)) for number, duration in kept]
            if places:
                shapes.append(Shape("points" if judged else "points unread", marks(places, arm.value), arm.value))
            notes += (
                [f"Calls of the {arm.value}{'' if judged else ' that were not judged'}: {said[0].lower()}{said[1:]}"]
                if said
                else []
            )
    odd = [call for call in case.calls if call.sample.outcome is not CallOutcome.OK]
    if odd:
        kept_odd, said = thinned_points(odd, lambda call: call.sample.duration_ms or 0.0)
        shapes.append(Shape("odd", triangles([(x.at(call.number), ODD_ROW) for call in kept_odd])))
        notes.append(f"Triangles: {len(odd):,} calls that did not end well ({_outcomes(odd)}). {said}".rstrip())
    return shapes, notes


def _outcomes(calls: list[Call]) -> str:
    found = [call.sample.outcome for call in calls]
    return ", ".join(f"{found.count(word)} {word.value.replace('_', ' ')}" for word in CallOutcome if word in found)


def _stop(case: Case, x: Scale) -> tuple[list[Shape], list[Shape], list[Label]]:
    """Return the ground of what comes after the stop, the line behind the last judged call, and its name."""
    last = _last(case)
    if not last:
        return [], [], []
    at = x.at(last + 0.5)
    left = at > (x.start + x.end) / 2
    name = Label(at + (-5 if left else 5), ODD_ROW - 12, "the judge stopped here", "end" if left else "start", "limit")
    behind = [Shape("after", box(at, ODD_ROW - 8, x.end, BOTTOM))] if last < len(case.calls) else []
    return behind, [Shape("stop", line(at, ODD_ROW - 20, at, BOTTOM))], [name]
