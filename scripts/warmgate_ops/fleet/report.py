"""The one report of a fleet, as JSON's values, Markdown, an HTML page and JUnit. Pure: it sees values only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from warmgate.model.fleet import Fleet, Release, State
from warmgate.report.junit import render_junit
from warmgate.report.markdown import escaped
from warmgate_ops.fleet.progress import Progress, exit_code_of, in_state, is_halted, is_over, summary_of

SCHEMA_VERSION = 1
WORDS = {0: "RELEASED", 1: "REFUSED", 3: "UNKNOWN"}
"""By exit code."""
JUNIT = {State.RELEASED: "passed", State.ALREADY_SERVING: "passed", State.NOT_BEGUN: "skipped"}
JUNIT |= dict.fromkeys((State.ROLLED_BACK, State.NOT_ROLLED_BACK, State.SUPERSEDED), "failed")


def report_of(fleet: Fleet, progress: Progress) -> dict[str, Any]:
    """Return the report as JSON's values."""
    code = exit_code_of(fleet, progress)
    return {
        "schema_version": SCHEMA_VERSION,
        "fleet": fleet.name,
        "fleet_id": progress.fleet_id,
        "outcome": WORDS[code].lower(),
        "exit_code": code,
        "is_over": is_over(fleet, progress),
        "summary": headline_of(fleet, progress),
        "began": _instant(progress.began_s),
        "releases": [_row(release, number, progress) for number, wave in enumerate(fleet.waves, 1) for release in wave],
    }


def headline_of(fleet: Fleet, progress: Progress) -> str:
    """Return in one line how a fleet ended, or how far it came."""
    line = f"{WORDS[exit_code_of(fleet, progress)]}: {summary_of(fleet, progress)}"
    left = len(in_state(fleet, progress, State.NOT_BEGUN))
    if left and is_halted(fleet, progress):
        line += f"; {left} not begun because on_refusal is stop"
    return line


def markdown_of(report: dict[str, Any]) -> str:
    """Return the report as Markdown."""
    lines = [f"# Fleet {escaped(report['fleet'])}", "", escaped(report["summary"]), ""]
    lines += ["| wave | release | version | state | deployment | seconds | reason |", "| --- " * 7 + "|"]
    lines += [f"| {' | '.join(escaped(cell) for cell in cells_of(row))} |" for row in report["releases"]]
    return "\n".join([*lines, "", escaped(f"Fleet {report['fleet_id']}, begun {report['began']}"), ""])


def cells_of(row: dict[str, Any]) -> list[str]:
    """Return a release's cells of a table."""
    took = "" if row["seconds"] is None else f"{row['seconds']:.0f}"
    name, state = f"{row['function']}:{row['alias']}", row["state"].replace("_", " ")
    return [str(row["wave"]), name, row["version"], state, row["deployment_id"], took, row["reason"]]


def page_of(report: dict[str, Any]) -> str:
    """Return the report as one HTML page that needs nothing else."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("warmgate_ops.fleet", "")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    rows = [(row, cells_of(row)) for row in report["releases"]]
    return environment.get_template("page.html.j2").render(report=report, rows=rows)


def junit_of(report: dict[str, Any]) -> str:
    """Return the report as JUnit XML: one test case a release."""
    findings = [
        {
            "check": f"{row['function']}:{row['alias']}",
            "outcome": JUNIT.get(State(row["state"]), "error"),
            "reason": row["reason"] or row["state"].replace("_", " "),
        }
        for row in report["releases"]
    ]
    about = {"deployment_id": f"fleet {report['fleet_id']}", "target": {"function": report["fleet"]}}
    return render_junit({**about, "outcome": "passed", "reason": report["summary"], "findings": findings})


def _row(release: Release, wave: int, progress: Progress) -> dict[str, Any]:
    entry = progress.of(release)
    return {
        "wave": wave,
        "function": release.function,
        "alias": release.alias,
        "version": release.version,
        "state": entry.state.value,
        "deployment_id": entry.deployment_id,
        "seconds": None if entry.seconds is None else round(entry.seconds, 1),
        "reason": entry.reason,
    }


def _instant(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
