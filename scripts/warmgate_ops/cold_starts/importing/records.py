"""What a process recorded of its imports becomes one cold start: who loaded what, when, and for how long. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

MARK = "\x1ewarmgate-imports "
"""Begins the lines that the recorders in `inside` write."""


class Phase(StrEnum):
    """When a module was loaded."""

    RUNTIME = "runtime"
    """Before the handler's module: the interpreter and the runtime's own client."""
    INIT = "init"
    CALL = "call"
    """Once a call had come: what is imported inside a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One module of one cold start; times are milliseconds, `began` and `ended` on the process's own clock."""

    name: str
    path: str
    """Its file as the function sees it, or a word such as `built-in`; empty where it was not found."""
    parent: int | None
    """The place of the module that was being loaded at that time, in the same thread."""
    parent_line: int
    """At which line that one stood; 0 where it is not known."""
    by: str
    """The module whose code imported it; a file where the runtime is Node.js."""
    by_line: int
    specifier: str
    """What the importing code calls it, where that is not its name."""
    began: float
    ended: float
    self_ms: float
    """Without the modules that were loaded inside it."""
    waited_ms: float
    """Of that, without the processor: in locks, for threads, for the disk."""
    thread: bool
    """Whether another thread than the main one loaded it."""
    failed: bool
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """One cold start: the emulator's INIT REPORT, and what was loaded in it."""

    init_ms: float
    modules: tuple[Loaded, ...]
    linked_ms: float = 0.0
    """Between the first look at the handler's file and the first call in no module: ES modules are found and linked."""
    lines: Mapping[str, Mapping[int, float]] | None = None
    """Milliseconds by module and line of its own statements, where these were timed."""


def cold_start(init_ms: float, said: Iterable[str], handler: str) -> ColdStart:
    """Return what lines of output say of a cold start.

    Args:
        init_ms: INIT REPORT's.
        said: the output; what others wrote is passed over.
        handler: as the function names it; its module's import is where init begins for the function.
    """
    parts = [json.loads(line.removeprefix(MARK)) for line in said if line.startswith(MARK)]
    rows: list[list[Any]] = [row for part in parts for row in part["rows"]]
    first: dict[str, Any] = parts[0] if parts else {"ready": 0, "began": 0, "lines": {}, "rows": []}
    counted = len(first["rows"])
    began = first.get("began") or _handler_began(rows, handler.rpartition(".")[0].replace("/", "."))
    modules: list[Loaded] = []
    for number, row in enumerate(rows):
        above = modules[row[1]] if 0 <= row[1] < number else None
        modules.append(_loaded(row, above, began, is_call=number >= counted))
    settled = _without_waits(modules)
    linked = _linked(first, rows, settled) if first.get("began") else 0.0
    lines = {name: {int(line): us / 1000 for line, us in each.items()} for name, each in first["lines"].items()}
    return ColdStart(init_ms=init_ms, modules=tuple(settled), linked_ms=linked, lines=lines)


def _handler_began(rows: Sequence[Sequence[Any]], module: str) -> int:
    """Return when the handler's module was asked for; a row without an end or a beginning is no beginning of it."""
    return next((int(row[5]) for row in rows if row[0] == module and row[1] < 0 and row[5]), 0)


def _loaded(row: Sequence[Any], above: Loaded | None, began: float, *, is_call: bool) -> Loaded:
    name, parent, parent_line, by, by_line, since, until, own, cpu, thread, failed, path = row[:12]
    is_whole = until >= since
    phase = Phase.CALL if is_call else Phase.INIT if began and since >= began else Phase.RUNTIME
    return Loaded(
        name=name,
        path=path.removeprefix("file://"),
        parent=parent if above is not None else None,
        parent_line=parent_line,
        by=by.removeprefix("file://"),
        by_line=by_line,
        specifier=row[12] if len(row) > 12 else "",
        began=since / 1000,
        ended=(until if is_whole else since) / 1000,
        self_ms=max(0, own) / 1000 if is_whole else 0.0,
        waited_ms=max(0, own - cpu) / 1000 if is_whole else 0.0,
        thread=bool(thread),
        failed=bool(failed),
        phase=phase if above is None or is_call else above.phase,
    )


def _linked(first: Mapping[str, Any], rows: Sequence[Sequence[Any]], modules: Sequence[Loaded]) -> float:
    """Return how long the handler was being loaded without any module's code running."""
    counted = len(first["rows"])
    inside = sum(each.self_ms for each, _ in zip(modules[:counted], rows, strict=False) if each.phase is Phase.INIT)
    return max(0.0, float(first["ready"] - first["began"]) / 1000 - inside)


def _without_waits(modules: list[Loaded]) -> list[Loaded]:
    """Give threads the time for which the main thread waited while they imported; what ran beside it is nobody's.

    So the parts add up to the time that passed, whatever the number of threads.
    """
    threads = [each for each in modules if each.thread and each.phase is Phase.INIT]
    taken = sum(each.self_ms for each in threads)
    if not taken:
        return modules
    busy = _joined((each.began, each.ended) for each in threads)
    children: dict[int, list[tuple[float, float]]] = {}
    for each in modules:
        if each.parent is not None:
            children.setdefault(each.parent, []).append((each.began, each.ended))
    waits: dict[int, float] = {}
    for number, each in enumerate(modules):
        if not each.thread and each.phase is Phase.INIT and each.waited_ms:
            own = _minus((each.began, each.ended), _joined(children.get(number, [])))
            waits[number] = min(each.waited_ms, sum(_overlap(part, busy) for part in own))
    share = min(1.0, sum(waits.values()) / taken)
    return [
        replace(each, self_ms=each.self_ms * share)
        if each.thread and each.phase is Phase.INIT
        else replace(each, self_ms=each.self_ms - waits.get(number, 0.0))
        for number, each in enumerate(modules)
    ]


def _joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _minus(whole: tuple[float, float], holes: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    left, since = [], whole[0]
    for begin, end in holes:
        left.append((since, begin))
        since = end
    return [part for part in [*left, (since, whole[1])] if part[1] > part[0]]


def _overlap(part: tuple[float, float], spans: Iterable[tuple[float, float]]) -> float:
    return sum(max(0.0, min(part[1], end) - max(part[0], begin)) for begin, end in spans)
