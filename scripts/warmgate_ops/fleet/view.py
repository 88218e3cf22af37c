"""Shows a fleet: a line for each change, and below them on a terminal a table of what holds now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from warmgate.model.fleet import Fleet, Release, State
from warmgate.visible import visible_line
from warmgate_ops.fleet.progress import Progress, ended_badly, in_state, summary_of

STYLES = {State.RUNNING: "bold", State.BEGINNING: "bold", State.NOT_BEGUN: "dim", State.COULD_NOT_BEGIN: "red"}
STYLES |= dict.fromkeys((State.RELEASED, State.ALREADY_SERVING), "green")
STYLES |= dict.fromkeys((State.ROLLED_BACK, State.NOT_ROLLED_BACK, State.SUPERSEDED, State.UNKNOWN), "red")
ROWS = 20
"""Rows of the table at most; the line above counts the rest."""


class FleetLines:
    """Tells each change with its time, and shows nothing else."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def tell(self, line: str) -> None:
        """Print a line."""
        self._tell(f"  {time.strftime('%H:%M:%S')}  {visible_line(line)}")

    def show(self, progress: Progress) -> None:
        """Show nothing: each change has its line."""


class FleetView(FleetLines):
    """Keeps a table up to date below the lines."""

    def __init__(self, tell: Callable[[str], None], fleet: Fleet, progress: Progress, rows: int) -> None:
        super().__init__(tell)
        self._fleet, self._progress, self._rows = fleet, progress, rows

    def show(self, progress: Progress) -> None:
        """Take what the table shows from now on."""
        self._progress = progress

    def __rich__(self) -> Group:
        """Return the table."""
        return block(self._fleet, self._progress, time.time(), self._rows)


@contextmanager
def watching_on(
    console: Console, fleet: Fleet, progress: Progress, complain: Callable[[str], None]
) -> Iterator[FleetLines]:
    """Yield what hears of a fleet: lines go out by `complain`, on a terminal above a table that moves."""
    if not console.is_terminal:
        yield FleetLines(complain)
        return

    def above(line: str) -> None:
        console.print(Text(line), soft_wrap=True)

    view = FleetView(above, fleet, progress, max(1, min(ROWS, console.height - 8)))
    with Live(view, console=console, refresh_per_second=4, transient=True, redirect_stdout=False):
        yield view


def block(fleet: Fleet, progress: Progress, now_s: float, rows: int) -> Group:
    """Return what holds now: how many came how far, and those that run or did not end well."""
    waves = {release.key: number for number, wave in enumerate(fleet.waves, 1) for release in wave}
    table = Table("wave", "release", "to", "state", "deployment", "s", box=None, header_style="dim", pad_edge=False)
    for release in _shown(fleet, progress)[:rows]:
        entry = progress.of(release)
        ended_s = entry.ended_s if entry.ended_s is not None else now_s
        took = f"{ended_s - entry.began_s:.0f}" if entry.began_s is not None else ""
        state = Text(entry.state.value.replace("_", " "), style=STYLES[entry.state])
        table.add_row(f"{waves[release.key]}", release.key, release.version, state, entry.deployment_id, took)
    minutes, seconds = divmod(int(now_s - progress.began_s), 60)
    return Group(
        Text(f"  {fleet.name}  {minutes}:{seconds:02}  {summary_of(fleet, progress)}", style="bold"),
        table,
        Text("  Ctrl-C begins nothing new and follows what runs; a second one leaves at once", style="dim"),
    )


def _shown(fleet: Fleet, progress: Progress) -> list[Release]:
    return [*in_state(fleet, progress, State.RUNNING, State.BEGINNING), *ended_badly(fleet, progress)]
