"""The account that the local CodeDeploy stands in: its store, its clock, its ids and its resource names."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate_ops.rehearsal.cloud.codedeploy.ids import Ids
from warmgate_ops.rehearsal.cloud.codedeploy.ports import Clock
from warmgate_ops.rehearsal.cloud.codedeploy.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account in one region."""

    store: Store
    clock: Clock
    ids: Ids
    region: str
    number: str

    def application_arn(self, application: str) -> str:
        """Return the ARN of an application."""
        return f"arn:aws:codedeploy:{self.region}:{self.number}:application:{application}"

    def group_arn(self, application: str, group: str) -> str:
        """Return the ARN of a deployment group."""
        return f"arn:aws:codedeploy:{self.region}:{self.number}:deploymentgroup:{application}/{group}"

    def alias_arn(self, function: str, alias: str) -> str:
        """Return the ARN of a function's alias; the function may be given as an ARN."""
        whole = (
            function
            if function.startswith("arn:")
            else f"arn:aws:lambda:{self.region}:{self.number}:function:{function}"
        )
        return f"{whole}:{alias}"
