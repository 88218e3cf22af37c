"""The table of imports as lines for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warmgate_ops.cold_starts.importing.differences import Change, Row
from warmgate_ops.cold_starts.importing.finding import Detail, Findings, Side
from warmgate_ops.cold_starts.importing.origins import Kind

MOST_NAMES = 3
_STATED = {Kind.STANDARD: " (standard library)", Kind.LAYER: " (layer)", Kind.LAMBDA: " (Lambda's own)"}


def lines_of(findings: Findings, *, most: int = 20) -> list[str]:
    """Return the table and what it rests on.

    Args:
        findings: what was found.
        most: rows; what is left out is said.
    """
    return [_head(findings), *_table(findings, most), *_foot(findings)]


def _head(findings: Findings) -> str:
    table, new = findings.table, findings.new
    runs = f"{len(new.colds)} cold starts{' each' if findings.old else ''} on this machine"
    if findings.old is None:
        spread = f"quartiles {_ms(table.new_init.spread)} apart"
        return f"{new.label}: INIT REPORT {_ms(table.new_init.typical)} ({runs}, {spread})"
    spreads = f"quartiles {_ms(table.old_init.spread)} and {_ms(table.new_init.spread)} apart"
    inits = f"{table.old_init.typical:,.0f} -> {_ms(table.new_init.typical)} ({_signed(table.difference_ms)})"
    return f"{findings.old.label} -> {new.label}: INIT REPORT {inits}; {runs}, {spreads}"


def _table(findings: Findings, most: int) -> Iterator[str]:
    table = findings.table
    told = table.told
    if findings.old is not None and not told:
        yield "  no import and no module differs by more than the noise"
    cells = [_cells(row, findings) for row in told[:most]]
    left = sum(row.difference_ms for row in told[most:]) + table.others_ms
    count = len(table.rows) - len(cells)
    if count:
        each = "each within the noise" if findings.old else "each below 1 ms or 1 % of the init"
        others = f"{count} other{'s' if count > 1 else ''}"
        cells.append((_figure(left, findings), "", others, "" if len(told) > most else each))
    outside = "interpreter and runtime client, not the package"
    cells.append((_figure(table.runtime_ms, findings), "", "runtime", outside))
    cells.append((_figure(table.difference_ms, findings), "", "INIT REPORT", ""))
    yield from _aligned(cells)


def _aligned(cells: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
    """Yield a line a row; the last one is the sum."""
    first, second, third = (max(len(each[column]) for each in cells) for column in range(3))
    for number, (figure, change, unit, known) in enumerate(cells, 1):
        start = "=" if number == len(cells) else " "
        middle = f"  {change.ljust(second)}" if second else ""
        yield f"{start} {figure.rjust(first)}{middle}  {unit.ljust(third)}  {known}".rstrip()


def _cells(row: Row, findings: Findings) -> tuple[str, str, str, str]:
    """Return the cells of a row: difference, change, whose it is, what is known of it."""
    old, new = findings.versions(row)
    version = f" {old} -> {new}" if old and new and old != new else f" {new or old}".rstrip()
    unit = f"{row.origin.unit}{version}{_STATED.get(row.origin.kind, '')}"
    if row.origin.kind is Kind.OWN:
        unit = f"own code {row.origin.unit}"
    elif row.origin.kind is Kind.LINKING:
        unit = Kind.LINKING.value
    known = "; ".join(part for part in _known(row, findings.details.get(row.origin, Detail()), findings) if part)
    change = row.change.value if findings.old else ""
    return (_figure(row.difference_ms, findings), change, unit, known)


def _known(row: Row, detail: Detail, findings: Findings) -> Iterator[str]:
    if findings.old and row.change in {Change.SLOWER, Change.FASTER}:
        yield f"{row.old.typical:,.0f} -> {_ms(row.new.typical)}"
    if detail.statement:
        yield f"{detail.file} line {detail.statement.line}: {detail.statement.text}"
    elif detail.file and not detail.file.endswith(row.origin.unit):
        yield detail.file
    if detail.importer:
        yield _importer(row, detail)
    if row.thread:
        yield "in a thread that init waits for"
    if row.carried:
        names = [each.unit for each in row.carried[:MOST_NAMES]]
        more = len(row.carried) - len(names)
        word = "went" if row.change is Change.GONE else "with"
        yield f"{word} {', '.join(names)}{f' and {more} more' if more else ''}"
    if detail.use and row.change is not Change.GONE:
        yield _use(detail)


def _importer(row: Row, detail: Detail) -> str:
    importer = detail.importer
    assert importer is not None
    if not importer.file:
        return f"by {importer.via}" if importer.via else ""
    was = "was " if row.change is Change.GONE else ""
    line = f" line {importer.line}" if importer.line else ""
    return f"{was}imported by {importer.file}{line}{f' through {importer.via}' if importer.via else ''}"


def _use(detail: Detail) -> str:
    use = detail.use
    assert use is not None
    if use.at_module_level:
        return f"needed at module level, line {use.at_module_level}"
    if not use.can_wait:
        return ""
    if not use.inside:
        return f"not used in {detail.importer.file if detail.importer else 'its file'}"
    names = ", ".join(use.inside[:MOST_NAMES]) + (", ..." if len(use.inside) > MOST_NAMES else "")
    return f"used by {len(use.inside)} of {use.functions} functions ({names}): it can be imported there"


def _foot(findings: Findings) -> Iterator[str]:
    sides = [side for side in (findings.old, findings.new) if side]
    firsts = " and ".join(_ms(side.first_ms) for side in sides)
    yield f"first cold start{'s' if len(sides) > 1 else ''}, in no figure: {firsts}"
    yield from _cross_check(sides)
    for side in sides:
        if side.late:
            late = ", ".join(f"{origin.unit} {_ms(ms)}" for origin, ms in side.late[:5])
            yield f"{side.label}: imported in the call, not in init: {late}"
    yield "times are this machine's, not Lambda's: the order of the lines carries over, milliseconds do not"
    yield from (f"note: {note}" for note in findings.notes)


def _cross_check(sides: Sequence[Side]) -> Iterator[str]:
    """Yield one line on CPython's own log, which is of one cold start each."""
    parts = []
    for side in sides:
        agrees = side.agrees
        if agrees is not None and agrees.modules:
            count = agrees.modules + len(agrees.missing)
            parts.append(f"{agrees.modules} of {count} modules")
    if parts:
        yield f"cross-check: CPython's importtime has {' and '.join(parts)}"


def _figure(ms: float, findings: Findings) -> str:
    """Return a difference with its sign, or a time with its share of the init."""
    if findings.old:
        return _signed(ms)
    init = findings.table.new_init.typical
    return f"{_ms(ms)} {ms / init if init else 0:4.0%}"


def _signed(ms: float) -> str:
    rounded = round(ms)
    return f"{'+' if rounded >= 0 else '-'}{abs(rounded):,} ms"


def _ms(ms: float) -> str:
    return f"{ms:,.0f} ms" if ms >= 10 or abs(ms) < 0.05 else f"{ms:.1f} ms"
