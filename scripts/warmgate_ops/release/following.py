"""What to say of a deployment between two looks, and how it ended. Pure: it sees values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warmgate.model.deployment import ENDED_STATUSES, Deployment
from warmgate.model.release import AliasState, RecoveryResult, ReleaseOutcome
from warmgate.report.release import refusal_in
from warmgate.visible import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look at a deployment."""

    status: str = ""
    error: str = ""
    events: tuple[tuple[str, str], ...] = ()
    """Lifecycle events with their states, in their order."""
    alias: AliasState | None = None
    rollback_id: str = ""
    rollback_status: str = ""
    report: dict[str, Any] | None = None
    """The stored report, once there is one."""

    @property
    def over(self) -> bool:
        """Return whether deployment and rollback have ended."""
        return self.status in ENDED_STATUSES and (not self.rollback_id or self.rollback_status in ENDED_STATUSES)


def lines_between(before: Seen, now: Seen) -> Iterator[str]:
    """Yield a line for everything that has changed."""
    if now.status != before.status:
        yield f"deployment {now.status}" + (f": {now.error}" if now.error else "")
    known = dict(before.events)
    for event, state in now.events:
        if known.get(event, "Pending") != state:
            yield f"{event} {state}"
    if now.alias != before.alias:
        yield f"alias serves {now.alias}"
    if now.report is not None and before.report is None:
        yield f"verdict {now.report['outcome']}: {checks_in_words(now.report)}"
    if now.rollback_id and now.rollback_status != before.rollback_status:
        yield f"rollback {now.rollback_id} {now.rollback_status}"


def checks_in_words(report: dict[str, Any]) -> str:
    """Return how many checks passed, and the names of the others; the reason itself is the last line's."""
    findings = report["findings"]
    passed = sum(finding["outcome"] == "passed" for finding in findings)
    parts = [f"{passed} of {len(findings)} checks passed"]
    parts += [
        f"{outcome} {', '.join(one_line(str(finding['check'])) for finding in found)}"
        for outcome in ("failed", "inconclusive", "error")
        if (found := [finding for finding in findings if finding["outcome"] == outcome])
    ]
    return "; ".join(parts)


def outcome_of(seen: Seen, baseline: str, candidate: str) -> ReleaseOutcome:
    """Return where a release ended, by where the alias points."""
    if not seen.over or seen.alias is None:
        return ReleaseOutcome.UNKNOWN
    if seen.status == "Succeeded" and not seen.alias.serves_alone(candidate):
        return ReleaseOutcome.UNKNOWN
    deployment = Deployment(deployment_id="", status=seen.status, baseline=baseline, candidate=candidate)
    return RecoveryResult(release=deployment, alias=seen.alias).outcome


def reason_of(seen: Seen) -> str:
    """Return in one line why it ended so."""
    if seen.report is None:
        return one_line(seen.error or "no verdict was read")
    return refusal_in(seen.report) or one_line(seen.error or str(seen.report["reason"]))
