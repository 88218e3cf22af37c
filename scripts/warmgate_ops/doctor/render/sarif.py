"""Findings as SARIF 2.1.0, which code hosts show beside the lines of a template."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import Any, Final

from warmgate.visible import visible
from warmgate_ops.doctor.findings import Check, Finding, Severity

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    # "open": the rule was evaluated without enough to decide (SARIF 2.1.0, 3.27.9); its level must be "none".
    Severity.UNKNOWN: "none",
}


def render_sarif(findings: Sequence[Finding], checks: Sequence[Check], tool: str = "warmgate doctor") -> str:
    """Return a SARIF log of one run."""
    places = {check.id: index for index, check in enumerate(checks)}
    driver = {"name": tool, "version": _version(), "rules": [_rule(check) for check in checks]}
    run = {"tool": {"driver": driver}, "results": [_result(found, places[found.check.id]) for found in findings]}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "help": {"text": f"{check.fix}\n\nSources: {'; '.join(check.sources)}"},
        "defaultConfiguration": {"level": LEVELS[check.severity]},
    }


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    return {
        "ruleId": finding.check.id,
        "ruleIndex": rule_index,
        "kind": "open" if finding.severity is Severity.UNKNOWN else "fail",
        "level": LEVELS[finding.severity],
        "message": {"text": visible(f"{finding.check.title}: {finding.message}. Fix: {finding.check.fix}")},
        "locations": [_location(finding)],
        **({"properties": dict(more)} if (more := finding.more()) else {}),
    }


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.place
    location: dict[str, Any] = {}
    if place.file and place.line is not None:
        uri = visible(PurePath(place.file).as_posix())
        location["physicalLocation"] = {"artifactLocation": {"uri": uri}, "region": {"startLine": place.line}}
    name = place.name or (place.file if place.line is None else "")
    if name:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(name), "kind": "resource"}]
    return location


def _version() -> str:
    try:
        return version("warmgate")
    except PackageNotFoundError:
        return "0"
