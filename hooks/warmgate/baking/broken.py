"""Bakes that ended outside of a look: from Step Functions' status change to one notification. No AWS in here.

A bake ends with a verdict in a look. One that somebody stopped, that failed between looks or took too long has none:
its version goes on serving, and people must hear that nobody judges it any more. Its report says the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from warmgate.errors import NoticeError, ReportError, UnsettledError
from warmgate.model.bake import BakeEnd
from warmgate.model.execution import STOPPED, TOLD, EndedExecution
from warmgate.model.release import Claim, StoredReport
from warmgate.ports.once import Claims
from warmgate.ports.reports import StoredReports
from warmgate.report.bake import with_bake

LEASE_MS = 30_000.0
LONGEST = 2_000
"""Characters of a cause in a message."""
BROKEN = frozenset({"ABORTED", "FAILED", "TIMED_OUT"})
ONWARD = "Its version goes on serving, and nobody judges it any more."


class Executions(Protocol):
    """Executions of the state machine of bakes."""

    def describe(self, arn: str) -> EndedExecution:
        """Return an execution; raises BakeLookupError."""
        ...


class Texts(Protocol):
    """A way to notify people."""

    def send(self, subject: str, text: str) -> None:
        """Notify them; raises NoticeError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenBakes:
    """The use case of an event `Step Functions Execution Status Change`."""

    executions: Executions
    reports: StoredReports
    claims: Claims
    texts: Texts
    log: Callable[[str], None] = lambda _line: None

    def run(self, event: dict[str, Any]) -> EndedExecution | None:
        """Notify people of a bake that broke, once however often its event comes; None where there is nothing to say.

        Raises:
            UnsettledError: another run is notifying just now, or the end cannot be seen yet; the event comes again.
            BakeLookupError, ClaimError, NoticeError: Step Functions, the table or the topic did not answer.
        """
        detail = event["detail"]
        if detail["status"] not in BROKEN:
            return None
        ended = self._ended(detail)
        self.log(f"{ended.deployment_id}: its bake has ended without a verdict: {ended.status} {ended.error}")
        self._note(ended)
        if ended.error == TOLD:
            return None
        # One that is resumed has the same ARN, and may be stopped once more.
        key = f"notice bake {ended.arn} {detail.get('redriveCount') or 0}"
        match self.claims.claim(key, LEASE_MS):
            case Claim.DONE:
                return None
            case Claim.HELD:
                hint = "the event is delivered again"
                raise UnsettledError(f"{ended.deployment_id}: another run is notifying of its bake", hint=hint)
        try:
            self.texts.send(f"Warmgate: nobody judges {ended.deployment_id} any more", text_of(ended))
        except NoticeError:
            self.claims.give_up(key)
            raise
        self.claims.settle(key)
        return ended

    def _note(self, ended: EndedExecution) -> None:
        """Complete the report that says that it bakes; one that cannot be completed keeps nobody from hearing."""
        try:
            stored = self.reports.read(ended.deployment_id)
            section = None if stored is None else stored.document.get("bake")
            if stored is None or not section or section["outcome"]:
                return
            section = {**section, "outcome": BakeEnd.NOT_JUDGED.value, "reason": f"it {happened_to(ended)}"}
            document = {**stored.document, "bake": section}
            self.reports.write(ended.deployment_id, StoredReport(document, with_bake(stored.markdown, section)))
        except ReportError as error:
            self.log(f"{ended.deployment_id}: its report still says that it bakes ({error})")

    def _ended(self, detail: dict[str, Any]) -> EndedExecution:
        """Return the execution as Step Functions describes it, which may be behind its own event."""
        found = self.executions.describe(detail["executionArn"])
        if found.status not in BROKEN:
            hint = "the event is delivered again"
            raise UnsettledError(f"{found.arn}: found {found.status}, expected {detail['status']}", hint=hint)
        return found


def text_of(ended: EndedExecution) -> str:
    """Return what people are told: what happened, why, and what they can do."""
    resume = f"To go on with it: aws stepfunctions redrive-execution --execution-arn {ended.arn}"
    if ended.status == "TIMED_OUT":
        resume = "To bake it again, deploy it again."
    return f"The bake of deployment {ended.deployment_id} {happened_to(ended)}. {ONWARD} {resume}"


def happened_to(ended: EndedExecution) -> str:
    """Return what ended a bake, and why, as far as anybody said."""
    why = ": ".join(part for part in ("" if ended.error == STOPPED else ended.error, ended.cause[:LONGEST]) if part)
    match ended.status:
        case "ABORTED":
            return f"was stopped by somebody: {why or 'no reason was given'}"
        case "TIMED_OUT":
            return "took longer than it may, and was ended"
        case _:
            return f"failed outside of a look: {why or 'no cause was given'}"
