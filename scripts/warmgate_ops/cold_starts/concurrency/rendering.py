"""What was found of concurrency, by the doctor's renderers, below a line of figures for each function."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.text import Text

from warmgate.visible import one_line
from warmgate_ops.cold_starts.concurrency.seen import RISE_IN_10_S, Concurrency, Use, room_in
from warmgate_ops.doctor.findings import Examination
from warmgate_ops.doctor.render.html import Section, render_html
from warmgate_ops.doctor.render.json_report import render_json
from warmgate_ops.doctor.render.text import render_text, summary


def text_of(examined: Examination, subjects: Sequence[Concurrency]) -> Text:
    """Return a text that knows its colours."""
    text = Text()
    for each in subjects:
        text.append(f"{one_line(heading_of(each))}\n", "bold")
    return text.append_text(render_text(examined))


def json_of(examined: Examination, subjects: Sequence[Concurrency]) -> str:
    """Return one JSON object: what the doctor's has, and the figures of each function."""
    return json.dumps({**json.loads(render_json(examined)), "functions": [_record(each) for each in subjects]})


def html_of(examined: Examination, subjects: Sequence[Concurrency]) -> str:
    """Return one HTML page that needs nothing else."""
    heading = subjects[0].name if len(subjects) == 1 else f"{len(subjects)} functions"
    section = Section(heading=heading, findings=examined.findings, asides=[heading_of(each) for each in subjects])
    return render_html("Concurrency", [section], summary(examined))


def heading_of(found: Concurrency) -> str:
    """Return the figures of a function in one line."""
    reserved = found.reserved if isinstance(found.reserved, int) else "nothing"
    words = [f"{found.name}: reserved {reserved}, provisioned {found.provisioned_total}"]
    if found.template is None:
        words.append(room_in(found))
    use = found.use
    if isinstance(use, Use):
        words.append(f"peak {use.demand} in {use.days:.3g} days, {use.throttles:,} refused, {use.invocations:,} calls")
        if use.rise is not None:
            words.append(f"steepest rise {use.rise:,} in 10 s (limit {RISE_IN_10_S:,})")
        if use.account_peak is not None:
            words.append(f"account peak {use.account_peak:,}")
    return "; ".join(words)


def _record(found: Concurrency) -> dict[str, object]:
    use = found.use if isinstance(found.use, Use) else None
    return {
        "function": found.name,
        "heading": heading_of(found),
        "reserved": found.reserved if isinstance(found.reserved, int) else None,
        "provisioned": found.provisioned_total,
        "peak": use.demand if use else None,
        "refused": use.throttles if use else None,
        "rise_in_10_s": use.rise if use else None,
    }
