"""Findings as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from doctor.findings import Finding, Severity


def render_json(findings: Sequence[Finding], check_count: int) -> str:
    """Return one JSON object: `findings`, how many there are of each severity, and how many checks looked."""
    return json.dumps(
        {
            "checks": check_count,
            "counts": {word.value: sum(found.severity is word for found in findings) for word in Severity},
            "findings": [_finding(found) for found in findings],
        }
    )


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.check.id,
        "severity": finding.severity.value,
        "title": finding.check.title,
        "message": finding.message,
        "name": finding.place.name,
        "file": finding.place.file or None,
        "line": finding.place.line,
        "why": finding.check.why,
        "fix": finding.check.fix,
        "sources": list(finding.check.sources),
    }
