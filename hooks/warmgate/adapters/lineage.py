"""Where a deployment comes from, by CodeDeploy and Warmgate's own records: what proves that one is a rollback."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from warmgate.lineage.rollback_claims import author_of
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment
from warmgate.ports.time import Clock

if TYPE_CHECKING:
    from warmgate.adapters.releases import CodeDeployReleases

LOOKED_BACK_S = 24 * 3600.0
"""CloudFormation rolls a stack back within hours of the update that failed."""


class CodeDeployLineage:
    """Deployments through the SDK, and the table in which Warmgate records those that it makes, where there is one."""

    def __init__(self, clients: Callable[[str], Any], clock: Clock, table: str = "") -> None:
        self._clients = clients
        self._clock = clock
        self._table = table

    def described(self, deployment_id: str, deadline: Deadline) -> Deployment:  # noqa: ARG002 - look-ups are short
        """Return a deployment."""
        return self._releases.describe(deployment_id)

    def before(self, deployment: Deployment, deadline: Deadline) -> Deployment | None:
        """Return the last release of the group before a deployment."""
        itself = self.described(deployment.deployment_id, deadline)
        until_s = itself.created_s or self._clock.epoch_ms() / 1000
        found = self._releases.between(itself, until_s - LOOKED_BACK_S, until_s)
        earlier = [each for each in found if each.deployment_id != itself.deployment_id and author_of(each) is None]
        return self.described(earlier[-1].deployment_id, deadline) if earlier else None

    def made_back(self, deployment_id: str) -> str | None:
        """Return what the record of a deployment back says."""
        if not self._table:
            return None
        from warmgate.adapters.claims import TableClaims
        from warmgate.model.release import back_claim

        return TableClaims(self._clients, self._table).outcome_of(back_claim(deployment_id))

    @cached_property
    def _releases(self) -> CodeDeployReleases:
        # Only a deployment that is said to be a rollback needs it: the first probe of a release does not wait for it.
        from warmgate.adapters.releases import CodeDeployReleases

        return CodeDeployReleases(self._clients)
