"""How a release of a fleet ended: by where its alias points, and in the words of the verdict that refused it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from warmgate.errors import FunctionLookupError
from warmgate.model.deployment import Deployment
from warmgate.model.fleet import Entry, Release, State
from warmgate.model.release import AliasState, RecoveryResult
from warmgate.ports.fleets import FleetDeployments, Reasons
from warmgate.ports.functions import Aliases
from warmgate.ports.time import Clock
from warmgate.visible import one_line

LONGEST_REASON = 300
REPORT_GRACE_S = 10.0
"""A report is stored after CodeDeploy has heard the status, and after the alias has gone back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Reads how releases ended."""

    deployments: FleetDeployments
    aliases: Aliases
    reasons: Reasons | None
    clock: Clock

    def settle(self, release: Release, entry: Entry) -> Entry:
        """Return the entry of a release whose deployment is over; raises DeploymentLookupError."""
        deployment = self.deployments.describe(entry.deployment_id)
        try:
            alias = self.aliases.read(release.target)
        except FunctionLookupError as error:
            return self._ended(entry, State.UNKNOWN, error.message)
        state = state_of(release, deployment, alias)
        said = self.reasons.of(entry.deployment_id) if self.reasons else ""
        reason = said or deployment.error_message or f"{deployment.status}; {release.key} serves {alias}"
        ended = self._ended(entry, state, one_line(reason)[:LONGEST_REASON])
        return ended if said or state.is_good or self.reasons is None else self._patient(entry, ended)

    def _ended(self, entry: Entry, state: State, reason: str) -> Entry:
        ended_s = entry.ended_s or self.clock.epoch_ms() / 1000
        return replace(entry, state=state, reason=reason, ended_s=ended_s)

    def _patient(self, entry: Entry, ended: Entry) -> Entry:
        """Return an entry that runs on for a while, because the reason of a refusal comes later than its end."""
        now_s = self.clock.epoch_ms() / 1000
        if now_s - (ended.ended_s or now_s) >= REPORT_GRACE_S:
            return ended
        return replace(entry, ended_s=ended.ended_s)


def state_of(release: Release, deployment: Deployment, alias: AliasState) -> State:
    """Return where a release ended, by where its alias points."""
    if deployment.status == "Succeeded" and not alias.serves_alone(release.version):
        return State.UNKNOWN
    return State(RecoveryResult(release=deployment, alias=alias).outcome.value)
