"""Findings as JSON."""

from __future__ import annotations

import json

from warmgate_ops.doctor.findings import Examination, Finding, Severity


def render_json(examined: Examination) -> str:
    """Return one JSON object: the findings, how many there are of each severity, and which checks looked."""
    found = examined.findings
    return json.dumps(
        {
            "counts": {word.value: sum(finding.severity is word for finding in found) for word in Severity},
            "looked": list(examined.looked),
            "not_looked": list(examined.not_looked),
            "findings": [finding_record(finding) for finding in found],
        }
    )


def finding_record(finding: Finding) -> dict[str, object]:
    """Return a finding as a JSON object."""
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
        **finding.more(),
    }
