"""Releases at their ends, and the completed reports of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.fakes.world import TARGET
from support.reports.judgements import REFUSED
from warmgate.model.deployment import UNKNOWN_TARGET, Deployment, HookRun
from warmgate.model.release import AlarmState, AliasState, LaterVerdict, RecoveryResult
from warmgate.model.verdict import Judgement
from warmgate.report.document import build_document
from warmgate.report.release import build_release

RELEASE = Deployment(
    deployment_id="d-ABCDEF123",
    application="shop",
    group="checkout",
    status="Failed",
    target=TARGET,
    baseline="6",
    candidate="7",
    completed_s=100.0,
    error_code="HOOK_EXECUTION_FAILURE",
    error_message="one or more of the lifecycle event validation functions failed",
    hooks=(HookRun(event="BeforeAllowTraffic", function="CodeDeployHook_warmgate-before", status="Failed"),),
)
BACK = replace(RELEASE, deployment_id="d-BACK00000", status="Succeeded", rollback_of="d-ABCDEF123", completed_s=112.0)
ENDS = {
    "released": RecoveryResult(
        release=replace(RELEASE, status="Succeeded", error_code=""), alias=AliasState(version="7")
    ),
    "rolled_back": RecoveryResult(release=RELEASE, alias=AliasState(version="6"), rollback=BACK),
    "not_rolled_back": RecoveryResult(
        release=replace(RELEASE, status="Stopped", error_code="ALARM_ACTIVE"),
        alias=AliasState(version="6", weights=(("7", 0.1),)),
        notes=("the policy says `rollback: verify`",),
    ),
    "superseded": RecoveryResult(release=RELEASE, alias=AliasState(version="8"), superseded_by="d-NEWER0000"),
    "unknown": RecoveryResult(release=replace(RELEASE, target=UNKNOWN_TARGET)),
}


def completed(
    end: RecoveryResult, judgement: Judgement = REFUSED, verdicts: tuple[LaterVerdict, ...] = ()
) -> dict[str, Any]:
    """Return a report with its release."""
    section = build_release(end, "2026-01-01T00:00:00Z", alarms=(AlarmState("errors", "ALARM"),), verdicts=verdicts)
    return {**build_document(judgement, judgement.verdict.status), "release": section}
