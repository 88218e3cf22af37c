"""Reads what the runtime emulator says of one call: inits, the call's own duration, what the application wrote. Pure.

Emulator and application share one pipe, so that their order is the kernel's. The emulator's own REPORT is not believed:
it counts init into the duration and prints the configured memory as used memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_SAID = re.compile(r"\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d,\d{3} \[[A-Z]+\] \(rapid\) ([^\n]*)\n?")
_INIT_START = re.compile(r"INIT START\(type: [^,]+, phase: (\w+)\)")
_INIT_DONE = re.compile(r"INIT RTDONE\(status: (\w+)\)")
_INIT_REPORT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_DONE = re.compile(r"INVOKE RTDONE\(status: \w+, .*duration: ([0-9.]+)(ms|µs|us|s)\)")
_EXITED = re.compile(r"Process runtime-\d+ exited: (.+)")
_UNIT_MS = {"ms": 1.0, "µs": 0.001, "us": 0.001, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Init:
    """One initialisation; phase is init, or invoke where it happened inside a call after a crash or a time-out."""

    phase: str
    status: str
    duration_ms: float
    error_type: str = "Runtime.ExitError"
    """Lambda's word for how a failed one ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said between two calls."""

    inits: tuple[Init, ...]
    duration_ms: float | None
    """The call without its inits; None where the runtime did not finish it."""
    exited: str | None
    """How the runtime process ended, for example `exit status 3`."""
    init_lines: tuple[str, ...]
    """What the application wrote before its call began, where it was initialised."""
    lines: tuple[str, ...]
    again_lines: tuple[str, ...] = ()
    """What it wrote while it was initialised once more, after a failed init."""


def said_again(failed: Said, repeated: Said) -> Said:
    """Return what was said of a call whose init had failed and was run once more inside of it."""
    return replace(
        repeated,
        inits=(*failed.inits, *repeated.inits),
        init_lines=(*failed.init_lines, *failed.lines),
        again_lines=repeated.init_lines,
    )


def is_over(text: str, request_id: str) -> bool:
    """Return whether the emulator has said its last word on a call; its log comes a moment after its answer."""
    return f"REPORT RequestId: {request_id}" in text or "Invoke DONE failed" in text


def read_said(text: str, request_ids: Iterable[str]) -> Said:
    """Return what a stretch of log holds; the frames of `request_ids` are the emulator's and no output."""
    inits: list[Init] = []
    phase, status, duration_ms, exited = "init", "", None, None
    before, after, began = "", "", False
    place = 0
    for said in _SAID.finditer(text):
        written, place = text[place : said.start()], said.end()
        before, after = (before, after + written) if began else (before + written, after)
        words = said[1]
        began = began or words.startswith("INVOKE START")
        if found := _INIT_START.match(words):
            phase, status = found[1], ""
        elif found := _INIT_DONE.match(words):
            status = found[1]
        elif (found := _INIT_REPORT.match(words)) and status:
            # A report without an outcome is of an init that never began, after one that failed.
            inits.append(Init(phase, status, float(found[1])))
        elif found := _DONE.match(words):
            duration_ms = float(found[1]) * _UNIT_MS[found[2]]
        elif found := _EXITED.match(words):
            exited = found[1]
    after += text[place:]
    if not inits:
        before, after = "", before + after
    frames = tuple(request_ids)
    return Said(
        inits=tuple(inits),
        duration_ms=duration_ms,
        exited=exited,
        init_lines=_lines(before, frames),
        lines=_lines(after, frames),
    )


def _lines(text: str, request_ids: tuple[str, ...]) -> tuple[str, ...]:
    ids = "|".join(re.escape(each) for each in request_ids)
    kept = re.sub(rf"(?:START|END|REPORT) RequestId: (?:{ids})(?:[ \t][^\n]*)?(?:\n|$)", "", text) if ids else text
    return tuple(line for line in kept.split("\n") if line.strip())
