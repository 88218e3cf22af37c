"""The folders of the project: in a picture with the way of an event through them, and in a table with a line each."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH, TOP, ROW, BOX_WIDTH, BOX, LEFT = 900, 50, 62, 128, 38, 20
ENTRY = "entry points"
STEPS = (
    (ENTRY, "CodeDeploy's event becomes a value"),
    ("bootstrap", "settings; each adapter built once"),
    ("gate", "what is deployed, and is it to be judged?"),
    ("policy", "the policy of the function"),
    ("planning", "which calls, in which order"),
    ("probing", "calls to both versions, within the budget"),
    ("logs", "what the platform says of each call"),
    ("judge", "findings, and a verdict"),
    ("report", "document, Markdown, notices"),
    ("adapters", "status sent to CodeDeploy, report stored"),
)
"""The way of a BeforeAllowTraffic event."""
PLACES = ("hooks/warmgate", "scripts", "scripts/warmgate_ops", "tests")
BEGIN, END = "<!-- rooms: written by `python -m generate` -->", "<!-- end of rooms -->"


class PageError(ValueError):
    """A page or the list of steps does not fit the folders."""


def layers_of(root: Path) -> list[list[str]]:
    """Return the folders and modules of `hooks/warmgate` in the layers that `make imports` enforces, highest first."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found = next(contract for contract in contracts if contract.get("containers") == ["warmgate"])
    return [[name.strip() for name in layer.split("|")] for layer in found["layers"]]


def rooms_svg(root: Path) -> str:
    """Return the picture as SVG: a row for each layer, and the steps of an event by number."""
    layers = [[ENTRY], *layers_of(root)]
    places = {
        name: (LEFT + column * (BOX_WIDTH + 10), TOP + row * ROW)
        for row, names in enumerate(layers)
        for column, name in enumerate(names)
    }
    height = TOP + ROW * len(layers)
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
                ' font-family="system-ui, sans-serif" font-size="13">'
            ),
            "<title>The way of a BeforeAllowTraffic event through the folders</title>",
            "<desc>A row for each layer, highest first; imports go down. Numbered steps stand beside them.</desc>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="28" font-weight="600">imports go down; numbers are the way of an event</text>',
            *(_box(name, x, y) for name, (x, y) in places.items()),
            *_steps(places, max(len(names) for names in layers)),
            "</svg>\n",
        ]
    )


def _box(name: str, x: int, y: int) -> str:
    number = {room: step for step, (room, _) in enumerate(STEPS, 1)}.get(name)
    fill, ink = ("#0072B2", "#ffffff") if number else ("#eeeeee", "#333333")
    words = f"{number}  {name}" if number else name
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX}" rx="4" fill="{fill}"/>'
        f'<text x="{x + 10}" y="{y + 24}" fill="{ink}">{escape(words)}</text>'
    )


def _steps(places: dict[str, tuple[int, int]], columns: int) -> Iterator[str]:
    x = LEFT + columns * (BOX_WIDTH + 10) + 20
    yield f'<path d="M {x - 12} {TOP} V {TOP + ROW * (len(STEPS) - 1) + BOX}" stroke="#0072B2" stroke-width="2"/>'
    for step, (room, words) in enumerate(STEPS):
        if room not in places:
            raise PageError(f"{room}: found in the steps of an event, expected a folder of the layers")
        y = TOP + ROW * step + 18
        yield f'<text x="{x}" y="{y}" font-weight="600">{step + 1}  {escape(room)}</text>'
        yield f'<text x="{x}" y="{y + 17}" fill="#333333">{escape(words)}</text>'


def with_rooms(text: str, root: Path) -> str:
    """Return a page with the table of folders between its two marks; raises PageError where they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise PageError(f"CONTRIBUTING.md: found no `{BEGIN}` with `{END}` after it, expected the place of the table")
    return f"{before}{BEGIN}\n\n{_table(root)}\n{END}{after}"


def _table(root: Path) -> str:
    rows = [f"| `{path}` | {words} |\n" for place in PLACES for path, words in _folders(root, place)]
    return "| folder | what may go in |\n| --- | --- |\n" + "".join(rows)


def _folders(root: Path, place: str) -> Iterator[tuple[str, str]]:
    for init in sorted((root / place).glob("*/__init__.py")):
        words = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""
        yield init.parent.relative_to(root).as_posix(), words.partition("\n")[0].removesuffix(".")
