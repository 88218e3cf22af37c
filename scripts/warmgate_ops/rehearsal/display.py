"""Shows how a rehearsal ended: a line a scenario, one table, or the verdict on a user's own release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from warmgate.visible import visible, visible_line
from warmgate_ops.rehearsal.expect import RehearsedRelease, Row
from warmgate_ops.rehearsal.own.log_lines import worth_showing

LONGEST_REASON = 240
MOST_ROWS = 12
"""Of one event of a log; a traceback begins with the function's own code."""
COLUMNS = ("scenario", "expected", "sent", "outcome", "alias", "calls", "s")
RIGHT = {"calls", "s"}
AS_IT_IS: Any = {"soft_wrap": True, "markup": False, "highlight": False}


def show_row(console: Console, row: Row) -> None:
    """Print how one scenario ended."""
    mark = "[green]as expected[/green]" if not row.differences else "[red]NOT AS EXPECTED[/red]"
    console.print(f"[bold]{escape(row.scenario)}[/bold] {mark} in {row.seconds:.1f} s", soft_wrap=True)
    for difference in row.differences:
        console.print(f"  [red]{escape(difference)}[/red]", soft_wrap=True)


def show_table(console: Console, rows: Iterable[Row], seconds: float) -> None:
    """Print the table of all scenarios, the reason of each below its line: a column of its own would be too narrow."""
    rows = tuple(rows)
    cells = [_cells(row) for row in rows]
    widths = {name: max(len(name), *(len(each[name]) for each in cells)) for name in COLUMNS}
    console.print(_line({name: name for name in COLUMNS}, widths), style="bold", **AS_IT_IS)
    for row, each in zip(rows, cells, strict=True):
        console.print(_line(each, widths), style="red" if row.differences else "", **AS_IT_IS)
        for told in _below(row):
            # Off a terminal a reason is one line, whatever its length: it is searched, not read.
            indented = Padding(Text(told, style="dim"), (0, 0, 0, 2)) if console.is_terminal else Text(f"  {told}")
            console.print(indented, soft_wrap=not console.is_terminal)
    bad = [row.scenario for row in rows if row.differences]
    summary = f"{len(rows) - len(bad)} of {len(rows)} releases ended as expected in {seconds:.0f} s"
    console.print(escape(f"{summary}; not: {', '.join(bad)}" if bad else summary), soft_wrap=True)


def _line(cells: Mapping[str, str], widths: Mapping[str, int]) -> str:
    placed = (cells[name].rjust(widths[name]) if name in RIGHT else cells[name].ljust(widths[name]) for name in COLUMNS)
    return "  ".join(placed).rstrip()


def _cells(row: Row) -> dict[str, str]:
    shown = {
        "scenario": f"{row.scenario} ({row.runtime})" if row.runtime else row.scenario,
        "expected": row.expected,
        "sent": row.status,
        "outcome": row.outcome,
        "alias": f"{row.alias_before} -> {row.alias_after}",
        "calls": str(row.calls),
        "s": f"{row.seconds:.1f}",
    }
    return {name: visible_line(text) for name, text in shown.items()}


def _below(row: Row) -> Iterator[str]:
    """Yield the reason, and where live traffic judged how the release ended."""
    yield visible_line(_shortened(row.reason))
    if row.ended:
        by = f", refused by {row.refused_by}" if row.refused_by else ""
        failed = f", {row.live_errors} failed" if row.live_errors else ""
        yield visible_line(f"{row.ended}{by}; {row.live_calls} live calls{failed}")


def _shortened(reason: str) -> str:
    """Return the beginning of a reason; the report holds all of it."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 3]}..."


def show_imports(console: Console, lines: Sequence[str], scenario: str = "") -> None:
    """Print which import makes the cold starts of a refused version slower; nothing where nobody looked."""
    if lines:
        console.print(f"  imports of {scenario}:" if scenario else "  imports:", **AS_IT_IS)
    for line in lines:
        console.print(f"    {visible_line(line)}", **AS_IT_IS)


def show_verdict(console: Console, row: Row, release: RehearsedRelease) -> None:
    """Print the verdict of one release with a line for each check."""
    went = "released" if row.status == "Succeeded" else "refused"
    by = (release.report or {}).get("settled_by", "")
    aside = f"{row.outcome}, let through by {by}" if by and went == "released" else row.outcome
    console.print(f"[bold]{went}[/bold] ({escape(aside)}): {escape(row.reason)}", soft_wrap=True)
    for finding in (release.report or {}).get("findings", []):
        line = visible_line(f"  {finding['outcome']:<13} {finding['check']:<24} {finding['reason']}")
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    for note in (*(release.report or {}).get("warnings", []), *(release.report or {}).get("notes", [])):
        console.print(f"  note: {visible_line(note)}", soft_wrap=True, markup=False, highlight=False)
    for note in release.notes:
        console.print(f"  note: {visible_line(note)}", soft_wrap=True, markup=False, highlight=False)
    for difference in row.differences:
        console.print(f"  [red]{escape(difference)}[/red]", soft_wrap=True)
    if shown := worth_showing(release.log):
        console.print("  log of the first call that failed:", highlight=False)
    for line in shown:
        # Runtimes write a carriage return between the rows of one event, such as a traceback.
        for text in line.replace("\r", "\n").split("\n")[:MOST_ROWS]:
            console.print(f"    {visible(text.expandtabs(1))}", soft_wrap=True, markup=False, highlight=False)
    console.print(
        f"  alias {row.alias_before} -> {row.alias_after}, {row.calls} calls, {row.seconds:.1f} s", highlight=False
    )
