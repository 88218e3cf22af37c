"""Runs every rule on every family and change, in two processes, and counts what each said."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from random import Random

from bench.gatebench.changes import (
    ABSOLUTE_BAD,
    ABSOLUTE_GOOD,
    ABSOLUTE_TAIL_AT,
    BODY_BELOW,
    KINDS,
    RELATIVE_BAD,
    RELATIVE_GOOD,
    Kind,
)
from bench.gatebench.ours import Decision, absolute, relative
from bench.gatebench.peers import PEERS, durations
from support.traffic.generators import FAMILIES, Family, Recording, record, true_durations

SEED = "gatebench 1"
OURS = {True: "Warmgate, environments known", False: "Warmgate, environments unknown"}


@dataclass(frozen=True, slots=True)
class Row:
    """How one rule did in one cell."""

    form: str
    """absolute or relative."""
    rule: str
    family: str
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
    """A family, a change, a form and how often to draw it."""

    form: str
    family: Family
    kind: Kind
    runs: int
    peers: bool


def cells(runs: int, *, peers: bool = True) -> list[Cell]:
    """Return every cell of the benchmark."""
    return [
        Cell(form, family, kind, runs, peers)
        for form in ("relative", "absolute")
        for family in FAMILIES
        for kind in KINDS
    ]


def run_cells(chosen: Iterable[Cell], workers: int) -> list[Row]:
    """Return the rows of cells, in their order."""
    with ProcessPoolExecutor(max_workers=workers) as pool:
        return [row for rows in pool.map(run_cell, list(chosen)) for row in rows]


def run_cell(cell: Cell) -> list[Row]:
    """Return how every rule did in a cell; all of them see the same releases."""
    said: dict[str, list[Decision]] = {}
    change = cell.kind.change(_truth(cell.family)[0])
    for number in range(cell.runs):
        random = Random(f"{SEED} {cell.form} {cell.family.name} {cell.kind.name} {number}")
        recording = record(cell.family, change, random)
        for rule, decision in _decisions(cell, recording):
            said.setdefault(rule, []).append(decision)
    return [_row(cell, rule, decisions) for rule, decisions in said.items()]


def _decisions(cell: Cell, recording: Recording) -> Iterator[tuple[str, Decision]]:
    old, new = durations(recording)
    limit_ms = _limit_ms(cell)
    for known, rule in OURS.items():
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
    p95_ms = _truth(cell.family)[1]
    if not cell.kind.slow_share and not cell.kind.body_only:
        return p95_ms
    limit_ms = p95_ms / ABSOLUTE_TAIL_AT
    return math.ceil(limit_ms) if cell.family.whole_ms else limit_ms


@lru_cache
def _truth(family: Family) -> tuple[float, float]:
    """Return a family's p93 and p95, unchanged and, where durations are whole, before they are rounded up."""
    plain = Family(**{f.name: getattr(family, f.name) for f in fields(family) if f.name != "whole_ms"})
    found = true_durations(plain, lambda duration_ms, _random: duration_ms, SEED)
    return found[int(BODY_BELOW * len(found))], found[int(0.95 * len(found))]


def _row(cell: Cell, rule: str, decisions: list[Decision]) -> Row:
    return Row(
        form=cell.form,
        rule=rule,
        family=cell.family.name,
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
