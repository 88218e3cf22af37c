"""The end of a bake: the report completed and people notified, each once, whatever run of a look dies when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from warmgate.errors import ReportError, UnsettledError
from warmgate.lineage.rollback_claims import is_made_by_warmgate
from warmgate.model.bake import BakeEnd, BakeState
from warmgate.model.deployment import Deployment
from warmgate.model.release import AliasState, RecoveryResult, ReleaseOutcome, StoredReport
from warmgate.ports.reports import StoredReports
from warmgate.report.bake import bake_section, with_bake
from warmgate.rollback.telling import Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """What stores and tells."""

    reports: StoredReports
    telling: Telling

    def end(self, state: BakeState, end: BakeEnd, reason: str, seen: RecoveryResult | None = None) -> BakeState:
        """Return the state of a bake that is over, once that is stored and people know.

        Raises:
            UnsettledError: the report could not be stored, or people could not be notified; the next look tries again.
        """
        ended = replace(state, ended=True, outcome=end.value, reason=reason, wait_s=0, unread_since_ms=0.0)
        self._tell(self._stored(ended, seen), "bake")
        return ended

    def tell_unread(self, state: BakeState) -> None:
        """Tell people, once a bake, that it cannot be read; raises UnsettledError."""
        stored = self._report(state)
        document = {**stored.document, "bake": bake_section(state)}
        self._tell(document, "bake unread")

    def _tell(self, document: dict[str, Any], about: str) -> None:
        _, troubles = self.telling.tell(document, about)
        if troubles:
            raise UnsettledError("; ".join(troubles), hint="the next look tries again")

    def _stored(self, ended: BakeState, seen: RecoveryResult | None) -> dict[str, Any]:
        stored = self._report(ended)
        document, rollback = stored.document, None if seen is None else seen.rollback
        section = bake_section(ended, rollback="" if rollback is None else rollback.deployment_id)
        section["notes"] += list(seen.notes) if seen is not None else []
        document = {**document, "bake": section, "release": _release(document["release"], ended, rollback, seen)}
        try:
            self.reports.write(ended.deployment_id, StoredReport(document, with_bake(stored.markdown, section)))
        except ReportError as error:
            raise UnsettledError(str(error), hint="the next look tries again") from error
        return document

    def _report(self, state: BakeState) -> StoredReport:
        try:
            stored = self.reports.read(state.deployment_id)
        except ReportError as error:
            raise UnsettledError(str(error), hint="the next look tries again") from error
        if stored is None or not stored.document.get("release"):
            raise UnsettledError(
                f"{state.deployment_id}: found no completed report, expected the one that this bake began with",
                hint="look whether somebody removed it from the bucket",
            )
        return stored


def _release(
    section: dict[str, Any], ended: BakeState, rollback: Deployment | None, seen: RecoveryResult | None
) -> dict[str, Any]:
    """Return the section `release` with what the bake changed: outcome, alias and rollback."""
    found = dict(section)
    if ended.outcome == BakeEnd.ROLLED_BACK:
        found["outcome"] = ReleaseOutcome.ROLLED_BACK.value
    if ended.outcome == BakeEnd.NOT_ROLLED_BACK and seen is not None:
        found["outcome"] = ReleaseOutcome.NOT_ROLLED_BACK.value
    if rollback is not None:
        by = "warmgate" if is_made_by_warmgate(rollback) else "codedeploy"
        found["rollback"] = {"deployment_id": rollback.deployment_id, "status": rollback.status, "by": by}
    if seen is not None and seen.alias is not None:
        found["alias"] = _alias(seen.alias)
    return found


def _alias(alias: AliasState) -> dict[str, Any]:
    return {"version": alias.version, "weights": [{"version": v, "share": share} for v, share in alias.weights]}
