"""The bake of a release as the report's section `bake`, and that section in words. Nothing is looked up here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from warmgate.model.bake import BakeEnd, BakeState
from warmgate.visible import one_line

HEADING = "## Bake"
"""Begins the section in Markdown, after what happened to the deployment."""
FAILED_ENDS = frozenset({BakeEnd.ROLLED_BACK.value, BakeEnd.NOT_ROLLED_BACK.value})


def bake_section(state: BakeState, *, rollback: str = "") -> dict[str, Any]:
    """Return the section `bake` of a report as a bake stands, with the deployment that it was rolled back with."""
    scope = state.scope
    return {
        "outcome": state.outcome,
        "reason": state.reason,
        "began_ms": state.began_ms,
        "ends_ms": state.ends_ms,
        "every_minutes": state.every_minutes,
        "until": clock_time(state.ends_ms),
        "looks": state.look,
        "judged_minutes": round(len(state.parts) * state.part_ms / 60_000),
        "calls": sum(part.calls for part in state.parts),
        "findings": [dict(finding) for finding in state.findings],
        "rollback": rollback or None,
        "notes": [
            *(scope.notes if scope else ()),
            *([f"{state.sampled} parts had too many calls to be read in full"] if state.sampled else []),
        ],
    }


def clock_time(at_ms: float) -> str:
    """Return an instant to the minute, as `2026-11-27T20:04Z`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")


def headline_of(section: dict[str, Any]) -> str:
    """Return what a headline says of a bake, in capitals."""
    if not section["outcome"]:
        return f"BAKING UNTIL {section['until']}"
    return {
        BakeEnd.RELEASED.value: "BAKE PASSED",
        BakeEnd.SUPERSEDED.value: "BAKE SUPERSEDED",
        BakeEnd.NOT_JUDGED.value: "BAKE NOT JUDGED",
    }.get(section["outcome"], "BAKE FAILED")


def bake_line(section: dict[str, Any]) -> str:
    """Return one line with where a bake stands, or how it ended and why."""
    if not section["outcome"]:
        said = f": {section['reason']}" if section["reason"] else ""
        return one_line(f"baking until {section['until']}{said}")
    return one_line(f"bake {section['outcome']}: {section['reason']}")


def bake_lines(section: dict[str, Any]) -> list[str]:
    """Return the section as lines for people, the reason first."""
    looked = f"{section['looks']} looks over {section['judged_minutes']} min, {section['calls']} calls"
    lines = [bake_line(section), *([looked] if section["looks"] else [])]
    lines += [f"rolled back with {section['rollback']}"] if section["rollback"] else []
    lines += [f"{each['outcome']} {each['check']}: {each['reason']}" for each in section["findings"]]
    return [one_line(str(line)) for line in (*lines, *section["notes"])]


def has_failed(document: dict[str, Any]) -> bool:
    """Return whether a report tells of a bake that failed."""
    return (document.get("bake") or {}).get("outcome") in FAILED_ENDS


def with_bake(markdown: str, section: dict[str, Any]) -> str:
    """Return a report's Markdown with the section in the place of an earlier one."""
    from warmgate.report.markdown import escaped

    kept = markdown.split(f"\n{HEADING}\n", maxsplit=1)[0].rstrip("\n")
    listed = "\n".join(f"- {escaped(line)}" for line in bake_lines(section))
    return f"{kept}\n\n{HEADING}\n\n**{headline_of(section)}**\n\n{listed}\n"
