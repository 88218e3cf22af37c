"""What the options of `warmgate cold find` ask of an account, what is kept of the answer, and how far reading is."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warmgate_ops.cold_starts.reading.account import Window
from warmgate_ops.cold_starts.reading.functions import LoggingFunction
from warmgate_ops.cold_starts.reading.plans import GroupPlan
from warmgate_ops.cold_starts.reading.states import ReadingState
from warmgate_ops.cold_starts.reading.ways import Way

ONE_S, SEVERAL_S = "7d", "24h"
"""How far back is read where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the options say."""

    function: str
    alias: str
    version: str
    match: tuple[str, ...]
    tags: tuple[str, ...]
    latest: bool
    since: str
    until: str
    way: Way | None
    max_usd: float
    yes: bool
    state: Path | None

    @property
    def begin(self) -> str:
        """How far back is read."""
        return self.since or (ONE_S if self.function else SEVERAL_S)

    def named(self) -> str:
        """Return what is read, as a reader calls it."""
        if self.function:
            qualifier = self.alias or self.version
            return f"{self.function}:{qualifier}" if qualifier else self.function
        names = [*self.match, *self.tags]
        return f"functions {', '.join(names)}" if names else "all functions"


def state_of(asked: Asked, window: Window, functions: Sequence[LoggingFunction]) -> ReadingState | None:
    """Return what was kept of this question; None for a single log group, which is read in one go."""
    if asked.state is None and len({function.log_group for function in functions}) < 2:
        return None
    question = {
        "named": asked.named(),
        "since": asked.begin,
        "until": asked.until,
        "before": window.before_ms is not None,
        "latest": asked.latest,
        "way": str(asked.way or ""),
        "functions": sorted(function.name for function in functions),
    }
    return ReadingState(asked.state or _cache() / f"{_digest(question)}.json", question)


def _digest(question: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:16]


def _cache() -> Path:
    """Return the user's cache folder (XDG Base Directory specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "warmgate" / "cold-find"


@contextmanager
def progress(plans: Sequence[GroupPlan]) -> Iterator[Callable[[str], None]]:
    """Show on standard error how much is read, where that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from warmgate_ops.cli.consoles import new_console

    console = new_console(stderr=True)
    columns = (TextColumn("reading"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total:.0f} pages"))
    shown = Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)
    with shown:
        pages = {plan.group: float(plan.pages if plan.way is Way.FILTER else 1) for plan in plans}
        task = shown.add_task("reading", total=sum(pages.values()) or 1.0)
        yield lambda _group: shown.advance(task)
