"""Shows a deployment that is followed: lines with their times, and below them on a terminal what holds now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from warmgate.model.release import AliasState
from warmgate.visible import visible_line
from warmgate_ops.release.following import Seen, checks_in_words

BAR = 30
MARKS = {"Succeeded": "✓", "Failed": "✕", "InProgress": "▶", "Pending": "○", "Skipped": "–"}
STYLES = {"Succeeded": "green", "Failed": "red", "InProgress": "bold"}
EVENTS = ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic")
"""CodeDeploy's own events around them, Start and End, say nothing of a release."""


class Lines:
    """Tells each change with its time, and shows nothing else."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], str]) -> None:
        self._tell, self._clock = tell, clock

    def tell(self, line: str) -> None:
        """Print a line."""
        self._tell(f"  {self._clock()}  {visible_line(line)}")

    def show(self, seen: Seen) -> None:
        """Show nothing: each change has its line."""


class View(Lines):
    """Keeps a block up to date below the lines."""

    def __init__(
        self, tell: Callable[[str], None], clock: Callable[[], str], candidate: str, now_s: Callable[[], float]
    ) -> None:
        super().__init__(tell, clock)
        self._candidate, self._now_s, self._began_s = candidate, now_s, now_s()
        self._seen = Seen()

    def show(self, seen: Seen) -> None:
        """Take what the block shows from now on."""
        self._seen = seen

    def __rich__(self) -> Group:
        """Return the block."""
        return block(self._seen, self._candidate, self._now_s() - self._began_s)


@contextmanager
def following_on(console: Console, head: str, candidate: str, complain: Callable[[str], None]) -> Iterator[Lines]:
    """Yield what hears of a deployment: lines go out by `complain`, on a terminal above a block that moves."""
    if not console.is_terminal:
        complain(head)
        yield Lines(complain, _wall_clock)
        return
    console.print(Text(visible_line(head), style="bold"), soft_wrap=True)

    def above(line: str) -> None:
        console.print(Text(line), soft_wrap=True)

    view = View(above, _wall_clock, candidate, time.monotonic)
    with Live(view, console=console, refresh_per_second=4, transient=True, redirect_stdout=False):
        yield view


def _wall_clock() -> str:
    return time.strftime("%H:%M:%S")


def block(seen: Seen, candidate: str, elapsed_s: float) -> Group:
    """Return what holds now: elapsed time, lifecycle events, how the traffic is shared, checks so far."""
    minutes, seconds = divmod(int(elapsed_s), 60)
    lines = [
        Text(f"  {minutes}:{seconds:02}  ") + _events(seen),
        Text("  traffic  ") + _traffic(seen.alias, candidate),
        Text(f"  checks   {checks_in_words(seen.report) if seen.report else 'no verdict stored yet'}"),
        Text("  Ctrl-C stops waiting; the deployment goes on", style="dim"),
    ]
    if seen.rollback_id:
        lines.insert(1, Text(visible_line(f"  rollback {seen.rollback_id} {seen.rollback_status}"), style="red"))
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*lines)


def _events(seen: Seen) -> Text:
    states = dict(seen.events)
    text = Text()
    for event in EVENTS:
        if event in states:
            state = states[event]
            text.append(visible_line(f"{MARKS.get(state, '?')} {event}  "), style=STYLES.get(state, "dim"))
    return text or Text(visible_line(f"deployment {seen.status or 'created'}"))


def _traffic(alias: AliasState | None, candidate: str) -> Text:
    """Return the candidate's share as a bar, and the alias in words."""
    if alias is None:
        return Text("not read yet", style="dim")
    share = dict(alias.weights).get(
        candidate, float(alias.version == candidate) * (1 - sum(dict(alias.weights).values()))
    )
    filled = round(BAR * share)
    text = Text("━" * filled, style="green")
    return text.append("━" * (BAR - filled), style="dim").append(visible_line(f"  {alias}"), style="")
