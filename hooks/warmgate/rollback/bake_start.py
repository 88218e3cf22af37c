"""Starts the bake of a release whose policy asks for one. What is begun stands in the report before it is started."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from warmgate.errors import BakeStartError, PolicyError, PolicyLookupError, ReportError
from warmgate.lineage.rollback_claims import author_of
from warmgate.model.bake import BakeEnd, BakeState, begun
from warmgate.model.bake_state import document_of
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment
from warmgate.model.release import ReleaseOutcome, StoredReport
from warmgate.policy.values import Bake
from warmgate.ports.baking import Bakes
from warmgate.ports.policies import Policies
from warmgate.ports.reports import StoredReports
from warmgate.ports.time import Clock
from warmgate.report.bake import bake_section, with_bake

NO_ENGINE = "the policy asks for a bake, and the stack is installed without `Bakes`"


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeStart:
    """What the controller does with a release that serves all traffic."""

    policies: Policies
    reports: StoredReports
    clock: Clock
    bakes: Bakes | None = None
    """None where the stack is installed without the engine."""

    def begin(
        self, document: dict[str, Any], release: Deployment, deadline: Deadline, *, doubt: str = ""
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Start a release's bake where it has one, as often as asked; return its report, and what went wrong.

        A proven rollback has none; one that is only claimed, and in `doubt`, is a release.
        """
        try:
            if _is_new(release) or doubt:
                document = self._with_section(document, release, deadline)
            section = document.get("bake")
            if section is not None and not section["outcome"] and self.bakes is not None:
                self.bakes.start(document_of(_state(release, section)))
        except (BakeStartError, PolicyLookupError, ReportError) as error:
            return document, (f"the bake of {release.deployment_id} was not started: {error}",)
        return document, ()

    def _with_section(self, document: dict[str, Any], release: Deployment, deadline: Deadline) -> dict[str, Any]:
        if document.get("bake") or document["release"]["outcome"] != ReleaseOutcome.RELEASED:
            return document
        bake = self._asked(release, deadline)
        if bake is None:
            return document
        ended_ms = self.clock.epoch_ms() if release.completed_s is None else release.completed_s * 1000
        state = begun(release.deployment_id, ended_ms, bake.minutes, bake.every_minutes)
        if self.bakes is None:
            state = replace(state, ended=True, outcome=BakeEnd.NOT_JUDGED.value, reason=NO_ENGINE)
        section = bake_section(state)
        document, stored = {**document, "bake": section}, self.reports.read(release.deployment_id)
        markdown = with_bake("" if stored is None else stored.markdown, section)
        self.reports.write(release.deployment_id, StoredReport(document, markdown))
        return document

    def _asked(self, release: Deployment, deadline: Deadline) -> Bake | None:
        try:
            policy, _ = self.policies.find(release.target, deadline)
        except PolicyError:
            return None  # No hook judged by it either: the release's own report says so.
        except PolicyLookupError:
            if self.bakes is None:
                return None  # Nothing would be started: an installation without bakes needs no more rights for them.
            raise
        return policy.bake


def _is_new(release: Deployment) -> bool:
    """Return whether a deployment is one that Warmgate judged, and nobody's rollback."""
    return release.is_ours and release.target.is_known and author_of(release) is None


def _state(release: Deployment, section: dict[str, Any]) -> BakeState:
    """Return the state that a stored section began with: the same whenever it is asked for."""
    return BakeState(
        deployment_id=release.deployment_id,
        began_ms=section["began_ms"],
        ends_ms=section["ends_ms"],
        every_minutes=section["every_minutes"],
    )
