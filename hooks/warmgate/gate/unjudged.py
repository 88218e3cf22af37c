"""What is said of a release that was not judged: because of an error, on purpose, or not yet."""

from __future__ import annotations

from typing import Any

from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status
from warmgate.model.verdict import Judgement, Outcome, Spending, Unjudged, Verdict
from warmgate.policy.values import Policy

NOTHING_JUDGED = Verdict(outcome=Outcome.ERROR, status=Status.FAILED, reason="nothing was judged")
OVERDUE = "no verdict in time: a look-up or a call held the hook past its deadline"
LOST_REPORT = "was reported by an earlier run of this hook that ended before it stored a report; its log has the reason"
ROLLBACK_PASSES = "a rollback is never blocked: passed without judging"
SKIPPED = "SKIPPED by the deployment's description, nothing was judged"
NO_SKIP = "NOT SKIPPED: a skip needs a reason, write [warmgate skip: reason]; judged as a release"


def error_verdict(reason: str, policy: Policy | None) -> Verdict:
    """Return the verdict where nothing could be found out."""
    # The judge is imported when there is something to judge: the first probe does not wait for it.
    from warmgate.judge import verdict_of_error

    return verdict_of_error(reason, policy)


def unjudged_verdict(because: Unjudged, reason: str) -> Verdict:
    """Return the verdict of a release that is let through on purpose, loudly; no judge is needed for it."""
    common: dict[str, Any] = {"status": Status.SUCCEEDED, "reason": reason, "warnings": (reason,), "unjudged": because}
    if because is Unjudged.SKIP:
        return Verdict(outcome=Outcome.SKIPPED, settled_by="the deployment's description", **common)
    return Verdict(outcome=Outcome.PASSED, **common)


def blank_judgement(execution: HookExecution, event: LifecycleEvent, now: str) -> Judgement:
    """Return the judgement of an execution of which nothing is known yet; its verdict is always replaced."""
    return Judgement(
        deployment=Deployment(deployment_id=execution.deployment_id, lifecycle_event=event),
        execution=execution,
        policy_name="",
        policy_source="",
        verdict=NOTHING_JUDGED,
        spending=Spending(),
        started_at=now,
    )


def unforeseen(error: Exception) -> str:
    """Return the words for an error that no port promises."""
    return f"unforeseen {type(error).__name__}: {error}"
