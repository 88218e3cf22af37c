"""What fleets need of CodeDeploy and of stored reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from warmgate.model.deployment import Deployment
from warmgate.model.fleet import Release


class Standing(NamedTuple):
    """How a deployment stands."""

    status: str
    """CodeDeploy's word."""
    is_over: bool
    """Whether it has ended, and its rollback where it has one."""


class FleetDeployments(Protocol):
    """Deployments as a fleet makes them; all that only reads raises DeploymentLookupError."""

    def create(self, release: Release, baseline: str, description: str) -> str:
        """Return the id of a new deployment, asked for once; raises CreateError."""
        ...

    def find(self, release: Release, mark: str, since_s: float) -> str:
        """Return the first deployment of the release's group made since then whose description has a mark, else ''."""
        ...

    def standings(self, deployment_ids: Sequence[str]) -> Mapping[str, Standing]:
        """Return how each of them stands; one that is not known is left out."""
        ...

    def describe(self, deployment_id: str) -> Deployment:
        """Return a deployment with its versions."""
        ...


class Reasons(Protocol):
    """Why deployments ended as they did."""

    def of(self, deployment_id: str) -> str:
        """Return the reason in the stored report, empty where there is none or it cannot be read."""
        ...


class Stops(Protocol):
    """What the runs of one fleet know together; every method raises ClaimError."""

    def stopped_by(self, fleet_id: str) -> str:
        """Return the release that stopped the fleet, empty while none has."""
        ...

    def stop(self, fleet_id: str, key: str) -> None:
        """Note that a release has stopped the fleet."""
        ...
