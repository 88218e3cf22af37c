"""A judgement as a plain mapping with a version: the report others may rely on. Samples are counted here, not held.

Keys are only ever added within a schema version; a key that changes its meaning or goes away makes a new version.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import product
from typing import Any

from warmgate.model import Arm, CallOutcome, Finding, Judgement, Phase, Sample, Spending, Status

SCHEMA_VERSION = "1"


def build_document(judgement: Judgement, status: Status) -> dict[str, Any]:
    """Return the report of a judgement and of the status that was told."""
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
        "decided": finding.decided,
        "measured": finite(finding.measured),
        "limit": finite(finding.limit),
        "unit": finding.unit,
        "margin": finite(finding.margin),
        "bad_count": finding.bad_count,
        "sample_count": finding.sample_count,
        "environment_count": finding.environment_count,
        "proven": finding.proven,
        "inconclusive_because": finding.inconclusive_because,
        "leans_to_fail": finding.leans_to_fail,
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


def finite(value: float | None) -> float | None:
    """Return a number that JSON can carry: it knows no infinity, which the margin of a limit of 0 may be."""
    return value if value is not None and math.isfinite(value) else None
