"""Runs every rule on every family and change, in two processes, and counts what each said."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from random import Random

from bench.gatebench.changes import (
    ABSOLUTE_BAD,
    ABSOLUTE_GOOD,
    ABSOLUTE_TAIL_AT,
    BODY_BELOW,
    BY_NAME,
    KINDS,
    RELATIVE_BAD,
    RELATIVE_GOOD,
    UNDER_CONDITIONS,
    Kind,
)
from bench.gatebench.conditions.condition import Condition
from bench.gatebench.conditions.listed import CONDITIONS
from bench.gatebench.ours import Decision, absolute, relative
from bench.gatebench.peers import PEERS, durations
from support.traffic.generators import FAMILIES, Change, Family, Recording, record, true_durations

SEED = "gatebench 1"
SOURCES: dict[str, Family | Condition] = {source.name: source for source in (*FAMILIES, *CONDITIONS)}
TRUTHS = 150
"""Releases that a condition's percentiles are taken from."""
OURS = {True: "Warmgate, environments known", False: "Warmgate, environments unknown"}


@dataclass(frozen=True, slots=True)
class Row:
    """How one rule did in one cell."""

    form: str
    """absolute or relative."""
    rule: str
    family: str
    """Or condition."""
    change: str
    kind: str
    """good, bad or between: between is listed and counts for nothing."""
    runs: int
    failed: int
    inconclusive: int
    calls: float
    """Mean measured calls of both arms."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A family or condition, a change, a form and how often to draw it."""

    form: str
    source: str
    """The name of a family or a condition."""
    kind: Kind
    runs: int
    peers: bool


def cells(runs: int, *, peers: bool = True) -> list[Cell]:
    """Return every cell of the families."""
    return [
        Cell(form, family.name, kind, runs, peers)
        for form in ("relative", "absolute")
        for family in FAMILIES
        for kind in KINDS
    ]


def condition_cells(runs: int, *, peers: bool = True) -> list[Cell]:
    """Return every cell of the conditions."""
    return [
        Cell(form, condition.name, BY_NAME[name], runs, peers)
        for form, names in UNDER_CONDITIONS.items()
        for condition in CONDITIONS
        for name in names
    ]


def run_cells(chosen: Iterable[Cell], workers: int) -> list[Row]:
    """Return the rows of cells, in their order."""
    with ProcessPoolExecutor(max_workers=workers) as pool:
        return [row for rows in pool.map(run_cell, list(chosen)) for row in rows]


def run_cell(cell: Cell) -> list[Row]:
    """Return how every rule did in a cell; all of them see the same releases."""
    said: dict[str, list[Decision]] = {}
    change = cell.kind.change(_truth(cell.source)[0])
    for number in range(cell.runs):
        random = Random(f"{SEED} {cell.form} {cell.source} {cell.kind.name} {number}")
        recording = drawn(SOURCES[cell.source], change, random)
        for rule, decision in _decisions(cell, recording):
            said.setdefault(rule, []).append(decision)
    return [_row(cell, rule, decisions) for rule, decisions in said.items()]


def drawn(source: Family | Condition, change: Change, random: Random) -> Recording:
    """Return a release of a family, or under a condition."""
    return source.record(change, random) if isinstance(source, Condition) else record(source, change, random)


def _decisions(cell: Cell, recording: Recording) -> Iterator[tuple[str, Decision]]:
    old, new = durations(recording)
    limit_ms = _limit_ms(cell)
    for known, rule in OURS.items():
        if known and isinstance(SOURCES[cell.source], Condition):
            continue  # Half of the time, and environments are mostly unknown.
        found = (
            relative(recording, known=known) if cell.form == "relative" else absolute(recording, limit_ms, known=known)
        )
        yield rule, found
    for peer in PEERS if cell.peers else ():
        if cell.form == "relative" and peer.relative:
            yield peer.name, peer.relative(old, new)
        if cell.form == "absolute" and peer.absolute:
            yield peer.name, peer.absolute(new, limit_ms)


def _limit_ms(cell: Cell) -> float:
    """Return T: a scale of x0.8 has its p95 at 0.8 T; what is no scale changes a release at 0.8 T."""
    p95_ms, source = _truth(cell.source)[1], SOURCES[cell.source]
    is_scale = not cell.kind.slow_share and not cell.kind.body_only
    limit_ms = p95_ms if is_scale else p95_ms / ABSOLUTE_TAIL_AT
    whole = source.whole_ms and (isinstance(source, Condition) or not is_scale)
    return math.ceil(limit_ms) if whole else limit_ms


@lru_cache
def _truth(name: str) -> tuple[float, float]:
    """Return the p93 and p95 of a source, unchanged and, where durations are whole, before they are rounded up."""
    source = SOURCES[name]
    if isinstance(source, Condition):
        found = _durations_under(replace(source, whole_ms=False))
    else:
        found = true_durations(replace(source, whole_ms=False), _unchanged, SEED)
    return found[int(BODY_BELOW * len(found))], found[int(0.95 * len(found))]


def _durations_under(condition: Condition) -> list[float]:
    random = Random(f"{SEED} {condition.name} truth")
    releases = [condition.record(_unchanged, random).new for _ in range(TRUTHS)]
    return sorted(call.duration_ms for rounds in releases for round_ in rounds for call in round_)


def _unchanged(duration_ms: float, _random: Random) -> float:
    return duration_ms


def _row(cell: Cell, rule: str, decisions: list[Decision]) -> Row:
    return Row(
        form=cell.form,
        rule=rule,
        family=cell.source,
        change=cell.kind.name,
        kind=kind_of(cell.form, cell.kind.name),
        runs=len(decisions),
        failed=sum(decision.failed for decision in decisions),
        inconclusive=sum(decision.inconclusive for decision in decisions),
        calls=sum(decision.calls for decision in decisions) / len(decisions),
    )


def kind_of(form: str, change: str) -> str:
    """Return whether a change must pass, must be caught, or is between."""
    good, bad = (RELATIVE_GOOD, RELATIVE_BAD) if form == "relative" else (ABSOLUTE_GOOD, ABSOLUTE_BAD)
    return "good" if change in good else "bad" if change in bad else "between"


def write_rows(rows: list[Row], path: Path) -> None:
    """Write the rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Row)])
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
