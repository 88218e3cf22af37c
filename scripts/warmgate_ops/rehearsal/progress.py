"""Shows how far a rehearsal is: a bar with what happens now on a terminal, a line a step elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from warmgate.visible import visible_line

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Steps:
    """Hears each step, and which scenarios have ended; prints a line a step."""

    def __init__(self, console: Console, names: Sequence[str], now_s: Callable[[], float] = time.monotonic) -> None:
        self._console, self._now_s, self._began_s = console, now_s, now_s()
        self._places = {name: place for place, name in enumerate(names, start=1)}

    def __call__(self, scenario: str, words: str) -> None:
        """Hear what happens now."""
        self._console.print(escape(f"{self._where(scenario)}{scenario}: {words}"), soft_wrap=True)

    def ended(self) -> None:
        """Hear that one more scenario has ended."""

    def _where(self, scenario: str) -> str:
        """Return which of how many scenarios it is, and the time gone; nothing where there is one alone."""
        if len(self._places) < 2 or scenario not in self._places:
            return ""
        return f"[{self._places[scenario]} of {len(self._places)}, {self._now_s() - self._began_s:.0f} s] "


class Bar(Steps):
    """Keeps one line up to date: a bar over the scenarios, the time gone, what happens now."""

    def __init__(self, console: Console, names: Sequence[str], drawn: Progress) -> None:
        super().__init__(console, names)
        self._drawn, self._count = drawn, len(names)
        self._task: TaskID = drawn.add_task("starting", total=self._count if self._count > 1 else None, place="")

    def __call__(self, scenario: str, words: str) -> None:
        """Show what happens now."""
        place = f"{self._places[scenario]} of {self._count}" if scenario in self._places and self._count > 1 else ""
        shown = f"[bold]{escape(visible_line(scenario))}[/bold] {escape(visible_line(words))}"
        self._drawn.update(self._task, description=shown, place=place)

    def ended(self) -> None:
        """Move the bar on."""
        self._drawn.advance(self._task)


@contextmanager
def progress(console: Console, names: Sequence[str]) -> Iterator[Steps]:
    """Yield what hears the steps of some scenarios."""
    if not console.is_terminal:
        yield Steps(console, names)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    words = TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1))
    place = TextColumn("{task.fields[place]}", table_column=Column(no_wrap=True))
    columns = (place, BarColumn(bar_width=12), TimeElapsedColumn(), words)
    with Progress(*columns, console=console, transient=True, expand=True) as drawn:
        yield Bar(console, names, drawn)
