"""A judgement as a plain mapping with a version: the report others may rely on. Samples are counted here, not held.

Keys are only ever added within a schema version; a key that changes its meaning or goes away makes a new version.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import product
from typing import Any

from warmgate.model.calls import Arm, CallOutcome, Phase, Sample
from warmgate.model.deployment import Status
from warmgate.model.release import ReleaseOutcome
from warmgate.model.verdict import Finding, Judgement, Spending

SCHEMA_VERSION = "1"
FINDING = {"check": str, "outcome": str, "reason": str}
VERDICT: dict[str, Any] = {"outcome": str, "status": str, "reason": str, "findings": [FINDING]}
READ_KEYS: dict[str, Any] = {
    **VERDICT,
    "schema_version": frozenset({SCHEMA_VERSION}),
    "deployment_id": str,
    "target": {"function": str, "alias": str},
    "baseline": str,
    "candidate": str,
}
"""What is read of a report that lies in the bucket, where others may write too."""
READ_RELEASE_KEYS: dict[str, Any] = {
    "outcome": frozenset(map(str, ReleaseOutcome)),
    "summary": str,
    "deployment": {"status": str, "application": str, "group": str, "error_code": str, "error_message": str},
    "rollback": (None, {"deployment_id": str}),
    "seconds_to_rollback": (None, float, int),
    "hooks": [{"event": str, "function": str, "status": str}],
    "alarms": [{"name": str, "state": str}],
    "notes": [str],
}
READ_BAKE_KEYS: dict[str, Any] = {
    **dict.fromkeys(("outcome", "reason", "until"), str),
    **dict.fromkeys(("began_ms", "ends_ms", "every_minutes", "looks", "judged_minutes", "calls"), (int, float)),
    "findings": [FINDING],
    "rollback": (None, str),
    "notes": [str],
}
READ_LATER_KEYS = {**VERDICT, "by": str}


def build_document(judgement: Judgement, status: Status) -> dict[str, Any]:
    """Return the report of a judgement and of the status that was reported."""
    deployment, verdict = judgement.deployment, judgement.verdict
    event = deployment.lifecycle_event
    return {
        "schema_version": SCHEMA_VERSION,
        "deployment_id": deployment.deployment_id,
        "lifecycle_event": None if event is None else event.value,
        "hook_execution_id": None if judgement.execution is None else judgement.execution.execution_id,
        "is_rollback": deployment.is_rollback,
        "target": {"function": deployment.target.function, "alias": deployment.target.alias},
        "baseline": deployment.baseline,
        "candidate": deployment.candidate,
        "policy": {"name": judgement.policy_name, "source": judgement.policy_source},
        "mode": verdict.mode.value,
        "outcome": verdict.outcome.value,
        "status": status.value,
        "reason": verdict.reason,
        "unjudged": None if verdict.unjudged is None else verdict.unjudged.value,
        "settled_by": verdict.settled_by,
        "decided": verdict.decided,
        "findings": [_finding(finding) for finding in verdict.findings],
        "warnings": list(verdict.warnings),
        "notes": list(judgement.notes),
        "spending": _spending(judgement.spending),
        "started_at": judgement.started_at,
        "samples": _counts(judgement.samples),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "details": finding.details,
        "decided": finding.decided,
        "measured": finite(finding.measured),
        "limit": finite(finding.limit),
        "unit": finding.unit or "",
        "margin": finite(finding.margin),
        "bad_count": finding.bad_count,
        "sample_count": finding.sample_count,
        "environment_count": finding.environment_count,
        "proven": finding.proven,
        "inconclusive_because": finding.inconclusive_because or "",
        "leans_to_fail": finding.leans_to_fail,
        "warns": finding.warns,
    }


def _spending(spending: Spending) -> dict[str, Any]:
    return {
        "invocations": spending.invocations,
        "seconds": spending.seconds,
        "cost_usd": spending.cost_usd,
        "throttles": spending.throttles,
        "retries": spending.retries,
    }


def _counts(samples: tuple[Sample, ...]) -> list[dict[str, Any]]:
    """Return how many samples there are of each arm, phase and outcome, in the model's order."""
    counts = Counter((sample.arm, sample.phase, sample.outcome) for sample in samples)
    return [
        {"arm": arm.value, "phase": phase.value, "outcome": outcome.value, "count": counts[arm, phase, outcome]}
        for arm, phase, outcome in product(Arm, Phase, CallOutcome)
        if counts[arm, phase, outcome]
    ]


def is_report(value: Any) -> bool:
    """Return whether a JSON value is a report of this schema version, as far as it is read."""
    if not fits(value, READ_KEYS):
        return False
    section = value.get("release")
    if value.get("bake") and not fits(value["bake"], READ_BAKE_KEYS):
        return False
    return not section or (fits(section, READ_RELEASE_KEYS) and fits(section.get("verdicts", []), [READ_LATER_KEYS]))


def fits(value: Any, shape: Any) -> bool:
    """Return whether a JSON value has a shape.

    Args:
        value: what was read.
        shape: None, a type, a set of texts, a mapping of keys that must be there, a list of the one shape of its items,
            or a tuple of shapes of which one must fit.
    """
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(key in value and fits(value[key], part) for key, part in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if isinstance(shape, tuple):
        return any(fits(value, part) for part in shape)
    if isinstance(shape, frozenset):
        return isinstance(value, str) and value in shape
    return value is None if shape is None else isinstance(value, shape)


def finite(value: float | None) -> float | None:
    """Return a number that JSON can carry: it knows no infinity, which the margin of a limit of 0 may be."""
    return value if value is not None and math.isfinite(value) else None
