"""An explanation as one HTML page: the init of each cold start in time by its cause, events as marks, the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from warmgate.visible import visible
from warmgate_ops.cold_starts.causes.cause import Cause, Explained
from warmgate_ops.cold_starts.causes.explanation import Explanation
from warmgate_ops.cold_starts.causes.happened import Event
from warmgate_ops.cold_starts.causes.lines import lines_of
from warmgate_ops.cold_starts.causes.summary import Group
from warmgate_ops.cold_starts.causes.wording import minute, second
from warmgate_ops.page.figure import WIDE, Figure, Label, Scale, Shape, dots, in_ms, line, scale_for

LEFT, MARGIN, TOP, ROW, CURVE = 116.0, 16.0, 30.0, 18.0, 170.0
MOST_POINTS, MOST_ROWS, MOST_MARKS = 4_000, 200, 40


def page_of(told: Explanation, events: Sequence[Event] = ()) -> str:
    """Return the page; it needs nothing else, and the same explanation gives the same text."""
    css = files("warmgate_ops.page").joinpath("page.css").read_text(encoding="utf-8")
    title = escape(visible(f"Cold starts of {told.function or 'a log'}"))
    body = "\n".join(
        (
            f'<header><h1>{title}</h1><p class="headline"><strong>{_text(lines_of(told)[0])}</strong></p></header>',
            "<main>",
            _drawn(figure) if (figure := strip(told, events)) else "",
            _table("By cause", ("cold starts", "probable", "cause", "what stands behind it"), map(_row, told.groups)),
            _slowest(told.explained),
            "".join(f'<p class="note">{_text(each)}</p>' for each in _said(told)),
            "</main>",
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title} - Warmgate</title>\n<style>\n{css}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def strip(told: Explanation, events: Sequence[Event]) -> Figure | None:
    """Return the init of each cold start over its time, a row of marks for each cause, and a line for each event."""
    timed = [each for each in told.explained if each.call.init_ms]
    if not timed:
        return None
    causes = [cause for cause in Cause if any(each.cause is cause for each in told.explained)]
    y = scale_for([each.call.init_ms or 0.0 for each in timed], TOP + CURVE, TOP + 14)
    x = Scale(low=told.since_ms, high=max(told.until_ms, told.since_ms + 1), start=LEFT, end=WIDE - MARGIN)
    points = [(x.at(each.call.called_ms), y.at(each.call.init_ms or 0.0)) for each in timed[:MOST_POINTS]]
    bottom = TOP + CURVE + 24 + ROW * len(causes)
    shapes = [Shape("grid", "".join(line(LEFT, y.at(tick), WIDE - MARGIN, y.at(tick)) for tick in y.ticks(5)))]
    labels = [Label(LEFT - 6, y.at(tick) + 4, in_ms(tick), "end") for tick in y.ticks(5)]
    shapes.append(Shape("points", dots(points), "candidate"))
    for row, cause in enumerate(causes):
        height = TOP + CURVE + 24 + ROW * (row + 0.5)
        own = [(x.at(each.call.called_ms), height) for each in told.explained[:MOST_POINTS] if each.cause is cause]
        shapes.append(Shape("points", dots(own), "candidate"))
        labels.append(Label(LEFT - 6, height + 4, cause.value, "end"))
    for number, event in enumerate(_shown(events, told), 1):
        at = x.at(event.at_ms)
        shapes.append(Shape("limit", line(at, TOP - 4, at, bottom)))
        labels.append(Label(at, TOP - 8, str(number), "middle", "limit", event.in_words()))
    labels += [
        Label(LEFT, bottom + 16, minute(told.since_ms), "start"),
        Label(WIDE - MARGIN, bottom + 16, minute(told.until_ms), "end"),
    ]
    notes = tuple(f"{n}: {e.in_words()}, {minute(e.at_ms)}" for n, e in enumerate(_shown(events, told), 1))
    return Figure(
        name="causes",
        title="Init of each cold start, and its cause",
        summary=f"{len(timed):,} cold starts with an init; below, one row of points for each cause.",
        height=bottom + 28,
        shapes=tuple(shapes),
        labels=tuple(labels),
        notes=notes,
    )


def _shown(events: Sequence[Event], told: Explanation) -> list[Event]:
    inside = [event for event in events if told.since_ms <= event.at_ms <= told.until_ms]
    return inside[-MOST_MARKS:]


def _drawn(figure: Figure) -> str:
    paths = "".join(
        f'<path class="{shape.kind}{f" {shape.arm}" if shape.arm else ""}" d="{shape.path}"/>'
        for shape in figure.shapes
        if shape.path
    )
    texts = "".join(
        f'<text x="{label.x:.1f}" y="{label.y:.1f}" text-anchor="{label.anchor}"'
        f"{f' class={label.kind!r}' if label.kind else ''}>{_text(label.text)}"
        f"{f'<title>{_text(label.full)}</title>' if label.full else ''}</text>"
        for label in figure.labels
    )
    notes = "".join(f'<p class="note">{_text(note)}</p>' for note in figure.notes)
    return (
        f'<figure id="{figure.name}"><figcaption><h3>{_text(figure.title)}</h3></figcaption>'
        f'<svg viewBox="0 0 {figure.width:g} {figure.height:g}" role="img" aria-label="{_text(figure.summary)}">'
        f'{paths}{texts}</svg><p class="summary">{_text(figure.summary)}</p>{notes}</figure>'
    )


def _row(group: Group) -> tuple[str, ...]:
    return (f"{group.count:,}", f"{group.probable:,}", group.cause.value, group.words)


def _slowest(explained: Sequence[Explained]) -> str:
    known = [each for each in explained if each.call.first_response_ms is not None]
    known.sort(key=lambda each: -(each.call.first_response_ms or 0.0))
    head = ("first response", "called at (UTC)", "version", "cause", "certainty", "what stands behind it", "request")
    rows = (
        (
            in_ms(each.call.first_response_ms or 0.0),
            second(each.call.called_ms),
            each.call.version,
            each.cause.value,
            each.evidence.certainty.value,
            each.evidence.words,
            each.call.request_id,
        )
        for each in known[:MOST_ROWS]
    )
    return _table(f"The slowest {min(len(known), MOST_ROWS)} of {len(known):,}", head, rows) if known else ""


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    names = "".join(f'<th scope="col">{_text(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{_text(title)}, table"><table>'
        f"<caption>{_text(title)}</caption><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _said(told: Explanation) -> list[str]:
    lines = lines_of(told)
    return [
        each
        for each in lines
        if each.startswith(("init became", "  version", "X-Ray", "CloudWatch", "not asked", "note"))
    ]


def _text(value: str) -> str:
    return escape(visible(value))
