"""Lambda's aliases: what one serves, and the one edit that is ever made to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.faults import code_of, is_passing
from warmgate.adapters.port_errors import raised_as
from warmgate.errors import FunctionLookupError, RollbackError
from warmgate.model.deployment import Target
from warmgate.model.release import AliasState


class LambdaAliases:
    """Aliases through the SDK; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def read(self, target: Target) -> AliasState:
        """Return version, weights and revision."""
        what, hint = (
            f"{target.function}:{target.alias} could not be read",
            "allow lambda:GetAlias to the controller's role",
        )
        with raised_as(FunctionLookupError, what, hint):
            found = self._clients("lambda").get_alias(FunctionName=target.function, Name=target.alias)
        weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        return AliasState(
            version=found.get("FunctionVersion", ""),
            weights=tuple(sorted((version, float(share)) for version, share in weights.items())),
            revision=found.get("RevisionId", ""),
        )

    def put_back(self, target: Target, version: str, revision: str) -> None:
        """Set version and no weights, on the condition that nobody changed the alias since it was read."""
        with raised_as(
            RollbackError,
            f"{target.function}:{target.alias} was not set to version {version}",
            "allow lambda:UpdateAlias on the function to the controller's role",
            busy=_is_changed_meanwhile,
            unsure=is_passing,
        ):
            self._clients("lambda").update_alias(
                FunctionName=target.function,
                Name=target.alias,
                FunctionVersion=version,
                RoutingConfig={"AdditionalVersionWeights": {}},
                RevisionId=revision,
            )


def _is_changed_meanwhile(error: BaseException) -> bool:
    return code_of(error) in {"PreconditionFailedException", "ResourceConflictException"}
