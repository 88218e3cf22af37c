"""The use case: cold starts of one package, or of two in turn, become a table with what can be done about each line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from warmgate_ops.cold_starts.importing.attribution import Importer, late_modules, with_line
from warmgate_ops.cold_starts.importing.deferrable import Use, use_of
from warmgate_ops.cold_starts.importing.differences import Change, Row, Table, table_of
from warmgate_ops.cold_starts.importing.importtime import Agreement, agreement, log_lines
from warmgate_ops.cold_starts.importing.origins import Kind, Origin, Places
from warmgate_ops.cold_starts.importing.recorders import IMPORTTIME, LINES, PLAIN, Recorder
from warmgate_ops.cold_starts.importing.records import ColdStart
from warmgate_ops.cold_starts.importing.statements import Statement, slowest, times_of

_OWN_ENDS = (".js", ".mjs", ".cjs", ".ts")
Say = Callable[[str], None]


class Runs(Protocol):
    """A package whose cold starts can be run."""

    @property
    def label(self) -> str:
        """Return how it is named to the reader."""
        ...

    @property
    def folder(self) -> Path:
        """Return where its code lies."""
        ...

    @property
    def places(self) -> Places:
        """Return where its modules come from."""
        ...

    @property
    def is_node(self) -> bool:
        """Return whether it runs on Node.js."""
        ...

    def run(self, recorder: Recorder = PLAIN) -> tuple[ColdStart, tuple[str, ...]]:
        """Return one cold start, and what the process wrote in it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What was measured of one version."""

    label: str
    places: Places
    first_ms: float
    """The init of the first cold start, which is in no median."""
    colds: tuple[ColdStart, ...]
    timed: tuple[ColdStart, ...] = ()
    """Cold starts that timed each statement of the function's own modules."""
    log: tuple[str, ...] = ()
    """CPython's own log of one cold start."""
    agrees: Agreement | None = None
    late: tuple[tuple[Origin, float], ...] = ()
    """What the call imported that was made, in milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What is known of a row besides its times."""

    importer: Importer | None = None
    use: Use | None = None
    """Where the importing file uses it; None where that is not known."""
    statement: Statement | None = None
    """Of own code, the statement that differs most."""
    file: str = ""
    """Of own code, its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The table, and what it rests on."""

    table: Table
    old: Side | None
    new: Side
    details: Mapping[Origin, Detail] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def versions(self, row: Row) -> tuple[str, str]:
        """Return the versions of a row's package, empty where a side lacks it or nobody knows it."""
        old = self.old.places.versions.get(row.origin.unit, "") if self.old else ""
        new = self.new.places.versions.get(row.origin.unit, "")
        is_package = row.origin.kind in {Kind.PACKAGE, Kind.LAYER, Kind.LAMBDA}
        return (
            ("" if row.change is Change.NEW else old, "" if row.change is Change.GONE else new)
            if is_package
            else ("", "")
        )


def find(
    old: Runs | None,
    new: Runs,
    *,
    runs: int,
    line_runs: int = 3,
    checked: bool = True,
    say: Say = lambda _: None,
    notes: Sequence[str] = (),
) -> Findings:
    """Return what makes the init of a package, or what makes that of a new one differ from an old one's.

    Args:
        old: the package to compare with; None for the new one alone.
        new: the package.
        runs: how many cold starts of each are compared.
        line_runs: how many more time each statement of the function's own modules.
        checked: whether CPython's own log of one more cold start is held against them.
        say: told what is done.
        notes: what a reader must know besides.
    """
    benches = [each for each in (old, new) if each is not None]
    measured = [
        _checked(each, bench, line_runs, checked=checked)
        for each, bench in zip(_measured(benches, runs, say), benches, strict=True)
    ]
    table = table_of(measured[0].colds if old else (), measured[-1].colds, measured[0].places, measured[-1].places)
    texts = [_Texts(old) if old else None, _Texts(new)]
    sides = (measured[0] if old else None, measured[-1])
    details = {row.origin: _detail(row, sides, texts) for row in table.told}
    return Findings(table=table, old=sides[0], new=sides[1], details=details, notes=tuple(notes))


def _measured(benches: Sequence[Runs], runs: int, say: Say) -> list[Side]:
    """Run the cold starts in turn, so that what slows this machine down for a while slows all of them."""
    first = [bench.run()[0] for bench in benches]
    colds: list[list[ColdStart]] = [[] for _ in benches]
    for number in range(runs):
        say(f"cold start {number + 1} of {runs}")
        order = range(len(benches)) if number % 2 == 0 else reversed(range(len(benches)))
        for place in order:
            colds[place].append(benches[place].run()[0])
    say("the lines of module-level code")
    return [
        Side(
            label=bench.label,
            places=bench.places,
            first_ms=begin.init_ms,
            colds=tuple(each),
            late=tuple(late_modules(each[-1], bench.places)),
        )
        for bench, begin, each in zip(benches, first, colds, strict=True)
    ]


def _checked(side: Side, bench: Runs, line_runs: int, *, checked: bool) -> Side:
    if bench.is_node:
        return side
    timed = tuple(bench.run(LINES)[0] for _ in range(line_runs))
    if not checked:
        return replace(side, timed=timed)
    log = log_lines(bench.run(IMPORTTIME)[1])
    return replace(side, timed=timed, log=log, agrees=agreement(log, side.colds, side.places.handler))


class _Texts:
    """The files of a function's own code."""

    def __init__(self, bench: Runs) -> None:
        self._folder = bench.folder
        self._own: dict[str, str] | None = None

    def read(self, file: str) -> str:
        """Return a file's text, empty where there is none."""
        path = self._folder / file
        return path.read_text("utf-8", "replace") if file and path.is_file() else ""

    @property
    def own(self) -> dict[str, str]:
        """Return the texts of JavaScript files outside of node_modules."""
        if self._own is None:
            paths = (path for path in sorted(self._folder.rglob("*")) if path.suffix in _OWN_ENDS)
            inside = (path.relative_to(self._folder) for path in paths)
            self._own = {
                each.as_posix(): self.read(each.as_posix()) for each in inside if "node_modules" not in each.parts
            }
        return self._own


def _detail(row: Row, sides: tuple[Side | None, Side], texts: Sequence[_Texts | None]) -> Detail:
    if row.origin.kind is Kind.OWN:
        return _own_detail(row, sides, texts)
    text = texts[0] if row.change is Change.GONE else texts[1]
    if row.importer is None or text is None:
        return Detail()
    importer = with_line(row.importer, row.origin.unit, text.read, text.own)
    is_direct = not importer.via and importer.file.endswith(".py")
    return Detail(importer=importer, use=use_of(text.read(importer.file), importer.line) if is_direct else None)


def _own_detail(row: Row, sides: tuple[Side | None, Side], texts: Sequence[_Texts | None]) -> Detail:
    """Return which statement of a module of the function's own differs most."""
    known: list[tuple[dict[int, float], str, str]] = []
    for side, text in zip(sides, texts, strict=True):
        file = _file_of(row.origin.unit, side) if side else ""
        known.append((times_of(side.timed, row.origin.unit) if side else {}, text.read(file) if text else "", file))
    (old_times, old_text, old_file), (new_times, new_text, new_file) = known
    statement = slowest(old_times, old_text, new_times, new_text)
    return Detail(statement=statement, file=new_file or old_file)


def _file_of(unit: str, side: Side) -> str:
    names = (side.places.file_of(each.path) for cold in side.colds[:1] for each in cold.modules if each.name == unit)
    return next(names, unit if unit.endswith(_OWN_ENDS) else "")
