"""An explanation as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from warmgate_ops.cold_starts.causes.beside import Beside
from warmgate_ops.cold_starts.causes.cause import Cause
from warmgate_ops.cold_starts.causes.explanation import FEWEST, Explanation
from warmgate_ops.cold_starts.causes.segments import PHASES
from warmgate_ops.cold_starts.causes.summary import Group
from warmgate_ops.cold_starts.causes.wording import minute

WIDTH = 118
COLUMN = 16


def lines_of(told: Explanation) -> list[str]:
    """Return what is printed for people."""
    return [*_head(told), *_groups(told), *_changes(told), *_traces(told), *_missing(told), *_next(told)]


def _head(told: Explanation) -> Iterator[str]:
    name = f"{told.function}:{told.qualifier}" if told.qualifier else told.function or "all functions"
    over = "" if told.over_ms is None else f" of more than {told.over_ms:,.0f} ms"
    count = len(told.explained)
    yield f"{name}, {minute(told.since_ms)} to {minute(told.until_ms)} UTC: {told.calls:,} calls, {count:,} cold{over}"
    if count < FEWEST and count:
        yield f"too few cold starts for a share or a trend: {count}, expected {FEWEST} at least"


def _groups(told: Explanation) -> Iterator[str]:
    if not told.explained:
        return
    yield f"{'':>7}  {'cause':<{COLUMN}} what stands behind it"
    for group in told.groups:
        first, *rest = textwrap.wrap(_said(group), WIDTH - COLUMN - 10, break_on_hyphens=False) or [""]
        yield f"{group.count:>7,}  {group.cause.value:<{COLUMN}} {first}"
        yield from (f"{'':>7}  {'':<{COLUMN}} {line}" for line in rest)


def _said(group: Group) -> str:
    """Return what stands behind a group, with how many of it are no more than probable."""
    if not group.probable or group.cause is Cause.RECYCLING:
        return group.words
    which = "probable" if group.probable == group.count else f"{group.probable:,} of them probable"
    ties = ", ".join(f"{cause.value} fits {count:,} too" for cause, count in group.ties.items())
    return f"{group.words} ({which}{f': {ties}' if ties else ''})"


def _changes(told: Explanation) -> Iterator[str]:
    for beside in told.changes:
        change = beside.change
        word = "slower" if change.ratio > 1 else "faster"
        chance = "p<0.001" if change.chance < 0.001 else f"p={change.chance:.3f}"
        medians = f"median {change.before:,.0f} -> {change.after:,.0f} ms"
        yield f"init became {word} at {minute(change.at_ms)} (change point, {medians}, {chance})" + _at_the_same(beside)
        if words := told.differences.get(beside.versions):
            yield f"  version {beside.versions[1]} against {beside.versions[0]}: {words}"


def _at_the_same(beside: Beside) -> str:
    if not beside.events:
        return ": nothing known happened in the 15 minutes before"
    return ", at the same time as " + " and ".join(f"{each.in_words()} {minute(each.at_ms)}" for each in beside.events)


def _traces(told: Explanation) -> Iterator[str]:
    traces = told.traces
    if traces is None:
        return
    kept = f"{traces.where}, {traces.asked} slowest with a trace ({traces.kept} kept)"
    note = f"; {traces.note}" if traces.note else ""
    if not traces.kept:
        yield f"{kept}: traces are sampled, and none is no finding{note}"
        return
    phases = [f"{name} {_time(traces.seconds[name])}" for name in PHASES if name in traces.seconds]
    waited = sorted(((s, name) for name, s in traces.seconds.items() if name not in PHASES), reverse=True)
    inside = [f"{name} {_time(seconds)}" for seconds, name in waited[:3]]
    yield f"{kept}: {', '.join(phases)}{', of it ' + ', '.join(inside) if inside else ''} (medians){note}"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _missing(told: Explanation) -> Iterator[str]:
    yield from told.not_asked
    yield from (f"note: {note}" for note in told.notes)


def _next(told: Explanation) -> Iterator[str]:
    if not told.function or not told.explained:
        return
    slower = [each for each in told.changes if each.change.ratio > 1 and each.versions[0] != each.versions[1]]
    if slower:
        old, new = slower[-1].versions
        yield f"next: warmgate cold imports --function {told.function} --old {old} --new {new}"
        return
    where = f" --alias {told.qualifier}" if told.qualifier and not told.qualifier.isdigit() else ""
    yield f"next: warmgate cold advise --function {told.function}{where}"
