"""The rollback controller: from a terminal state change to a completed report and one notice. No AWS in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warmgate.errors import (
    DeploymentLookupError,
    FunctionLookupError,
    ReportError,
    UnsettledError,
)
from warmgate.feed.ending import FeedEnding
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Status
from warmgate.model.release import FINAL, AlarmState, LaterVerdict, StateChange, StoredReport
from warmgate.model.verdict import Judgement, Outcome, Spending, Unjudged, Verdict
from warmgate.ports.codedeploy import Alarms, Releases
from warmgate.ports.functions import AllowTag
from warmgate.ports.once import Claims
from warmgate.ports.reports import Notices, StoredReports
from warmgate.ports.time import Clock
from warmgate.rollback.recovery import POLL_MS, Recovery
from warmgate.rollback.telling import Telling

if TYPE_CHECKING:
    from warmgate.rollback.bake_start import BakeStart

REPORT_APPEARS_MS = 20_000.0
"""How long a hook may take to store its report: it reports the status to CodeDeploy first."""
UNGATED = "RELEASED WITHOUT A GATE: the AppSpec names no hook of Warmgate, nothing was judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerResult:
    """What a run ended with; `notified` names the ways in which people were notified by this very run."""

    deployment_id: str
    document: dict[str, Any]
    notified: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackController:
    """The use case of a terminal state change."""

    releases: Releases
    proof: RollbackProof
    allow_tag: AllowTag
    recovery: Recovery
    alarms: Alarms
    reports: StoredReports
    claims: Claims
    clock: Clock
    notices: tuple[Notices, ...] = ()
    baking: BakeStart | None = None
    log: Callable[[str], None] = lambda _line: None
    feed_ending: FeedEnding | None = None
    """None where the installation begins no log subscriptions."""

    def run(self, change: StateChange, deadline: Deadline) -> ControllerResult | None:
        """Settle the release that a state change is about; None for a deployment that Warmgate does not know.

        Raises:
            UnsettledError: the release has not ended, or storing or notifying failed; Lambda runs it again.
            DeploymentLookupError, ClaimError: CodeDeploy or the table did not answer.
        """
        release, doubt = self._subject(change.deployment_id, deadline)
        left = self.feed_ending.end(release) if self.feed_ending is not None and release.ended else ()
        try:
            stored = self.reports.read(release.deployment_id)
            known = release.is_ours or stored is not None or bool(self.reports.later(release.deployment_id))
        except ReportError as error:
            if not release.is_ours:
                raise UnsettledError(str(error)) from error
            stored, known = None, True
        if not known and not self._is_ungated(release):
            self.log(f"{change.deployment_id}: not judged by Warmgate, nothing to do")
            return None
        troubles: tuple[str, ...] = ()
        if (document := _final(stored)) is None:
            document, troubles = self._settled(release.deployment_id, deadline, doubt)
        if self.baking is not None and not troubles:
            document, troubles = self.baking.begin(document, release, deadline, doubt=doubt)
        notified, not_notified = self._notify(document)
        troubles += (*not_notified, *left)
        if troubles:
            raise UnsettledError("; ".join(troubles), hint="the event is delivered again")
        return ControllerResult(deployment_id=release.deployment_id, document=document, notified=notified)

    def _subject(self, deployment_id: str, deadline: Deadline) -> tuple[Deployment, str]:
        """Return the deployment a change is about, for a rollback the one that it rolls back, and what is in doubt."""
        release = self.releases.describe(deployment_id)
        claim = self.proof.claim_of(release, deadline)
        if claim is not None and claim.unchecked:  # As a release of its own it would be reported as one without a gate.
            raise UnsettledError(f"{deployment_id}: {claim.reason}", hint="the event is delivered again")
        if claim is None or not claim.proven:
            return release, "" if claim is None else claim.reason
        # Where AWS names what it rolls back, that can be described; where the look-up failed, it raises here.
        return (self.releases.describe(claim.rolls_back) if claim.rolls_back else release), ""

    def _is_ungated(self, release: Deployment) -> bool:
        """Return whether a version was released without a gate to a function whose owner asks for one."""
        if release.status != "Succeeded" or not release.target.is_known:
            return False
        try:
            return self.allow_tag.allows(release.target)
        except FunctionLookupError as error:
            raise UnsettledError(f"{release.deployment_id}: whether it needs a gate is not known: {error}") from error

    def _settled(self, deployment_id: str, deadline: Deadline, doubt: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Follow a release to its end; return its completed report, stored, and what went wrong with storing it."""
        from warmgate.report.release import build_release, with_release

        seen = self.recovery.follow(deployment_id, deadline)
        alarms, notes = self._alarms(seen.release)
        notes += (doubt,) if doubt else ()
        verdicts: tuple[LaterVerdict, ...] = ()
        try:
            stored, verdicts = self._awaited(seen.release, deadline)
            section = build_release(seen, self.clock.utc_now(), alarms=alarms, verdicts=verdicts, notes=notes)
            stored = stored or _without_verdict(seen.release)
            document = {**stored.document, "release": section}
            self.reports.write(deployment_id, StoredReport(document, with_release(stored.markdown, section)))
        except ReportError as error:
            # People are notified of what is known without the report; the verdict's reason is in the hook's log.
            blank = _placeholder(seen.release, f"the stored verdict could not be completed: {error}")
            section = build_release(seen, self.clock.utc_now(), alarms=alarms, verdicts=verdicts, notes=notes)
            return {**blank.document, "release": section}, (str(error),)
        return document, (seen.unread,) if seen.unread else ()

    def _awaited(self, release: Deployment, deadline: Deadline) -> tuple[StoredReport | None, tuple[LaterVerdict, ...]]:
        """Return the stored report and the verdicts on live traffic; what may be on its way is waited for."""
        patience = deadline.no_later_than(self.clock.now_ms() + REPORT_APPEARS_MS)
        while True:
            stored, later = self.reports.read(release.deployment_id), self.reports.later(release.deployment_id)
            lacks = (stored is None and release.is_ours) or release.awaited_verdicts - {each.by for each in later}
            if not lacks or patience.passed(self.clock.now_ms() + POLL_MS):
                return stored, later
            self.clock.sleep_ms(POLL_MS)

    def _alarms(self, release: Deployment) -> tuple[tuple[AlarmState, ...], tuple[str, ...]]:
        try:
            return self.alarms.of(release), ()
        except DeploymentLookupError as error:
            return (), (f"alarms not read: {error}",)

    def _notify(self, document: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        telling = Telling(
            reports=self.reports, claims=self.claims, clock=self.clock, notices=self.notices, log=self.log
        )
        return telling.tell(document)


def _final(stored: StoredReport | None) -> dict[str, Any] | None:
    """Return the document of a report that nothing later changes here; with a bake's section it is the bake's."""
    if stored is None:
        return None
    if stored.document.get("bake"):
        return stored.document
    return stored.document if (stored.document.get("release") or {}).get("outcome") in FINAL else None


def _without_verdict(release: Deployment) -> StoredReport:
    """Return the report of a release of which no hook stored one: that none of Warmgate's ran, or what became of it."""
    if not release.is_ours:
        return _placeholder(release, UNGATED, outcome=Outcome.SKIPPED, unjudged=Unjudged.NO_HOOKS)
    hooks = ", ".join(f"{hook.event} {hook.status}" for hook in release.hooks) or "no hook ran"
    return _placeholder(release, f"no verdict was stored by a hook: {hooks}")


def _placeholder(
    release: Deployment, reason: str, *, outcome: Outcome = Outcome.ERROR, unjudged: Unjudged | None = None
) -> StoredReport:
    """Return the report of a release of which there is no verdict."""
    from warmgate.report.document import build_document
    from warmgate.report.markdown import render_markdown

    status = Status.SUCCEEDED if release.status == "Succeeded" else Status.FAILED
    warnings = (reason,) if unjudged else ()
    verdict = Verdict(outcome=outcome, status=status, reason=reason, warnings=warnings, unjudged=unjudged)
    judgement = Judgement(
        deployment=release,
        execution=None,
        policy_name="",
        policy_source="",
        verdict=verdict,
        spending=Spending(),
    )
    return StoredReport(build_document(judgement, status), render_markdown(judgement, status))
