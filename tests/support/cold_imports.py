"""What a recorder would have written of a cold start, and a package whose cold starts are made up of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warmgate_ops.cold_starts.importing.origins import Kind, Place, Places
from warmgate_ops.cold_starts.importing.recorders import IMPORTTIME, LINES, PLAIN, Recorder
from warmgate_ops.cold_starts.importing.records import MARK, ColdStart, cold_start
from warmgate_ops.rehearsal.expect import RehearsedRelease

TASK = Place(
    seen="/var/task",
    kind=Kind.OWN,
    packages={"heavy/__init__.py": "heavy", "heavy/more.py": "heavy", "other/__init__.py": "other"},
)
LAYER = Place(seen="/opt", kind=Kind.LAYER, packages={"shared.py": "shared"})
RUNTIME = Place(seen="/var/runtime", kind=Kind.LAMBDA, packages={"boto3/__init__.py": "boto3"})
PLACES = Places(places=(TASK, LAYER, RUNTIME), handler="app", versions={"heavy": "1.0", "boto3": "1.44.5"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module that is loaded, with those inside it; times in milliseconds."""

    name: str
    path: str = "built-in"
    own: float = 1.0
    waited: float = 0.0
    inside: Sequence[Module] = ()
    line: int = 0
    """At which line of the module above its import stands."""
    by: str | None = None
    """Who imports it, where that is not the module above."""
    specifier: str = ""
    failed: bool = False
    thread: bool = False
    at: float | None = None
    """When it begins, where that is not right after what was before."""


@dataclass(slots=True)
class Recording:
    """Rows as a recorder writes them, in the order in which modules are asked for."""

    rows: list[list[Any]] = field(default_factory=list)
    first: int = 0
    """The place of the first row among all that the process records."""

    def load(self, module: Module, since_ms: float = 0.0, parent: int = -1, above: str = "") -> float:
        """Add a module with all inside it; return when it has ended."""
        began = since_ms if module.at is None else module.at
        number, now = len(self.rows), began
        self.rows.append([])
        for each in module.inside:
            now = self.load(each, now, self.first + number, module.name)
        ended = now + module.own
        by, line = (above, module.line) if module.by is None else (module.by, module.line)
        own_us, waited_us = round(module.own * 1000), round(module.waited * 1000)
        self.rows[number] = [
            *(module.name, parent, 0 if parent < 0 else module.line, by, line),
            *(round(began * 1000), round(ended * 1000), own_us, own_us - waited_us),
            *(int(module.thread), int(module.failed), module.path, module.specifier),
        ]
        return ended


def said(*modules: Module, ready_ms: float = 0.0, began_ms: float = 0.0, lines: object = None, first: int = 0) -> str:
    """Return the line that a recorder writes of some modules."""
    recording, now = Recording(first=first), 10.0
    for module in modules:
        now = recording.load(module, now)
    body = {"first": first, "ready": ready_ms * 1000, "began": began_ms * 1000, "rows": recording.rows}
    return MARK + json.dumps({**body, "lines": lines or {}})


def cold(*modules: Module, init_ms: float, lines: object = None) -> ColdStart:
    """Return a cold start of a function whose handler is app.handler."""
    return cold_start(init_ms, [said(*modules, lines=lines)], "app.handler")


@dataclass(slots=True)
class FakeBench:
    """A package whose cold starts are given."""

    label: str
    folder: Path
    colds: list[ColdStart]
    timed: list[ColdStart] = field(default_factory=list)
    log: tuple[str, ...] = ()
    places: Places = PLACES
    is_node: bool = False
    asked: list[Recorder] = field(default_factory=list)

    def run(self, recorder: Recorder = PLAIN) -> tuple[ColdStart, tuple[str, ...]]:
        """Return the next cold start; the last one again where there is no other."""
        self.asked.append(recorder)
        if recorder is IMPORTTIME:
            return self.colds[0], self.log
        found = self.timed if recorder is LINES else self.colds
        return (found.pop(0) if len(found) > 1 else found[0]), ()


def release_of(*findings: tuple[str, str]) -> RehearsedRelease:
    """Return a rehearsed release whose report has some checks, each with its outcome."""
    report: dict[str, Any] = {"findings": [{"check": check, "outcome": outcome} for check, outcome in findings]}
    return RehearsedRelease(
        deployment_id="d-1",
        deployment_status="Failed",
        baseline="1",
        candidate="2",
        alias_before="1",
        alias_after="1",
        highest_weight=0.0,
        reported={},
        report=report,
    )
