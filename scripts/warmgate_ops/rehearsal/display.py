"""Shows a rehearsal on a terminal: what happens now, then one table. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from warmgate.visible import visible, visible_line
from warmgate_ops.rehearsal.expect import RehearsedRelease, Row, Step
from warmgate_ops.rehearsal.own.log_lines import worth_showing

LONGEST_REASON = 240
MOST_ROWS = 12
"""Of one event of a log; a traceback begins with the function's own code."""
COLUMNS = (
    "scenario",
    "expected",
    "status sent",
    "outcome",
    "ended",
    "refused by",
    "alias",
    "calls",
    "live",
    "s",
    "reason",
)
LIVE_COLUMNS = {"ended", "refused by"}
"""Only shown where a release was judged by live traffic."""


@contextmanager
def progress(console: Console) -> Iterator[Step]:
    """Yield a step listener: a line that moves on a terminal, a line a step elsewhere."""
    if not console.is_terminal:
        yield lambda scenario, words: console.print(escape(f"{scenario}: {words}"), soft_wrap=True)
        return
    with console.status("starting") as status:
        yield lambda scenario, words: status.update(f"[bold]{escape(scenario)}[/bold] {escape(visible_line(words))}")


def show_row(console: Console, row: Row) -> None:
    """Print how one scenario ended."""
    mark = "[green]as expected[/green]" if not row.differences else "[red]NOT AS EXPECTED[/red]"
    console.print(f"[bold]{escape(row.scenario)}[/bold] {mark} in {row.seconds:.1f} s", soft_wrap=True)
    for difference in row.differences:
        console.print(f"  [red]{escape(difference)}[/red]", soft_wrap=True)


def show_table(console: Console, rows: Iterable[Row], seconds: float) -> None:
    """Print the table of all scenarios."""
    rows = tuple(rows)
    table = Table(show_lines=False, pad_edge=False)
    names = COLUMNS if any(row.ended for row in rows) else [name for name in COLUMNS if name not in LIVE_COLUMNS]
    for name in names:
        table.add_column(name, overflow="fold", justify="right" if name in {"calls", "live", "s"} else "left")
    for row in rows:
        cells = _cells(row)
        table.add_row(*(escape(cells[name]) for name in names), style="" if not row.differences else "red")
    console.print(table)
    bad = [row.scenario for row in rows if row.differences]
    summary = f"{len(rows) - len(bad)} of {len(rows)} releases ended as expected in {seconds:.0f} s"
    console.print(escape(f"{summary}; not: {', '.join(bad)}" if bad else summary), soft_wrap=True)


def _cells(row: Row) -> dict[str, str]:
    return {
        "scenario": f"{row.scenario} ({row.runtime})" if row.runtime else row.scenario,
        "expected": row.expected,
        "status sent": row.status,
        "outcome": row.outcome,
        "ended": row.ended or "-",
        "refused by": row.refused_by or "-",
        "alias": f"{row.alias_before} -> {row.alias_after}",
        "calls": str(row.calls),
        "live": f"{row.live_calls}, {row.live_errors} failed" if row.live_errors else str(row.live_calls),
        "s": f"{row.seconds:.1f}",
        "reason": _shortened(row.reason),
    }


def _shortened(reason: str) -> str:
    """Return the beginning of a reason; the report holds all of it."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 3]}..."


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
