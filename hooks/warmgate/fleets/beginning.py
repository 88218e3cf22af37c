"""Begins a release once: what an earlier run may have begun is looked for, and a deployment is asked for one time.

Nothing is waited for here: where a group is busy, or no answer came, the entry stays at beginning and is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.errors import CreateError, DeploymentLookupError, FunctionLookupError
from warmgate.fleets.marks import mark_of
from warmgate.model.fleet import Entry, Release, State
from warmgate.model.release import AliasState
from warmgate.ports.fleets import FleetDeployments
from warmgate.ports.functions import Aliases
from warmgate.ports.time import Clock

MOST_WAIT_S = 1_800.0
"""How long a release may stay at beginning: a rollback that holds its group is over by then."""
SKEW_S = 3_600.0
"""By how much the clock that the fleet's beginning was read from may be ahead of CodeDeploy's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Begins releases of one fleet."""

    fleet_id: str
    since_s: float
    """When the fleet began, in seconds since the epoch: none of its deployments is older."""
    deployments: FleetDeployments
    aliases: Aliases
    clock: Clock

    def begin(self, release: Release, entry: Entry, *, look_first: bool) -> Entry:
        """Return the entry after one try: running, still beginning, or ended without a deployment.

        Args:
            release: what is to be deployed.
            entry: with the instant of the first try, if there was one.
            look_first: whether an earlier try may have made the deployment.
        """
        now_s = self.clock.epoch_ms() / 1000
        began_s = now_s if entry.began_s is None else entry.began_s
        try:
            return self._tried(release, began_s, look_first=look_first)
        except (CreateError, DeploymentLookupError, FunctionLookupError) as error:
            lasting = isinstance(error, CreateError) and not (error.busy or error.unsure)
            if lasting or now_s - began_s >= MOST_WAIT_S:
                return Entry(state=State.COULD_NOT_BEGIN, reason=str(error), began_s=began_s, ended_s=now_s)
            return Entry(state=State.BEGINNING, reason=str(error), began_s=began_s)

    def _tried(self, release: Release, began_s: float, *, look_first: bool) -> Entry:
        found = self.found(release) if look_first else ""
        if not found:
            alias = self.aliases.read(release.target)
            if alias.serves_alone(release.version):
                reason = f"{release.key} served version {release.version} already"
                return Entry(state=State.ALREADY_SERVING, reason=reason, began_s=began_s, ended_s=began_s)
            found = self._created(release, alias)
        return Entry(state=State.RUNNING, deployment_id=found, began_s=began_s)

    def _created(self, release: Release, alias: AliasState) -> str:
        """Return the deployment that was made, by this try or by one whose answer was lost."""
        if fault := unfit(release, alias):
            raise CreateError(fault, busy=not alias.serves_alone(alias.version))
        try:
            return self.deployments.create(release, alias.version, mark_of(self.fleet_id, release))
        except CreateError as error:
            if (error.busy or error.unsure) and (found := self.found(release)):
                return found
            raise

    def found(self, release: Release) -> str:
        """Return the deployment that the fleet made of a release, empty for none; raises DeploymentLookupError."""
        return self.deployments.find(release, mark_of(self.fleet_id, release), self.since_s - SKEW_S)


def unfit(release: Release, alias: AliasState) -> str:
    """Return why CodeDeploy would fail a release of an alias as it is now, empty where it would not."""
    if not alias.serves_alone(alias.version):
        return (
            f"{release.key}: found {alias}, expected one version; a deployment is in progress, or one was stopped"
            " without a rollback: clear the alias's routing first"
        )
    if release.current and alias.version != release.current:
        return f"{release.key}: found {alias}, expected version {release.current}; correct `current`, or remove it"
    return ""
