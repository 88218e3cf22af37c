"""Consoles of rich for tables, colours and progress: all text on them is made visible, as `output` does for lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from warmgate.visible import visible
from warmgate_ops.cli.output import OutputError


class Shown:
    """A renderable whose text is made visible; what moves the cursor is rich's own."""

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Yield what the renderable consists of."""
        for part in console.render(self._inner, options):
            yield part if part.control else part._replace(text=visible(part.text))


class VisibleConsole(Console):
    """A console that raises OutputError where rich would end the process with 1; it is its own render hook."""

    def process_renderables(self, renderables: list[Any]) -> list[Any]:
        """Return what is printed in place of some renderables."""
        return [Shown(each) for each in renderables]

    def on_broken_pipe(self) -> NoReturn:
        """Raise OutputError."""
        raise OutputError("standard output was closed before everything was printed")


def new_console(*, stderr: bool = False, plain_width: int | None = None, quiet: bool = False) -> Console:
    """Return a console on standard output or error; `plain_width` is its width where that is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream is None or stream.isatty() else plain_width
    made = VisibleConsole(stderr=stderr, width=width, quiet=quiet, highlight=False, emoji=False)
    made.push_render_hook(made)  # type: ignore[arg-type]
    return made
