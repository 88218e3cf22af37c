"""What Lambda checks of aliases and versions before it changes them, where MiniStack takes whatever it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Control, Refused

OF_A_VERSION = {"Version", "FunctionArn", "RevisionId", "LastModified", "Description"}
"""What differs between a version and the code it was published from, whatever was changed."""
OF_A_MOMENT = {"State", "StateReason", "StateReasonCode", "LastUpdateStatus", "LastUpdateStatusReason"}


@dataclass(frozen=True, slots=True)
class Publishing:
    """Checks that ask the control plane."""

    control: Control
    arn_start: str

    async def admit_alias(self, function: str, body: dict[str, Any], alias: str = "") -> None:
        """Refuse an alias on versions that are not there, or with weights that it cannot have.

        Args:
            function: its name.
            body: the request.
            alias: the one that is changed; empty for a new one.
        """
        before = await self.control.alias(function, alias) if alias else {}
        version = str(body.get("FunctionVersion") or before.get("FunctionVersion") or "")
        routing = body["RoutingConfig"] if "RoutingConfig" in body else before.get("RoutingConfig")
        weights = (routing or {}).get("AdditionalVersionWeights") or {}
        check_weights(version, weights)
        for each in (version, *weights):
            await self._there(function, each)

    async def unchanged(self, function: str) -> dict[str, Any] | None:
        """Return the newest version where nothing has changed since it was published."""
        found = await self.control.versions(function)
        latest = next((each for each in found if each["Version"] == "$LATEST"), None)
        published = [each for each in found if each["Version"] != "$LATEST"]
        if latest is None or not published:
            return None
        newest = max(published, key=lambda each: int(each["Version"]))
        return newest if comparable(newest) == comparable(latest) else None

    async def _there(self, function: str, version: str) -> None:
        try:
            await self.control.configuration(function, version)
        except Refused as refused:
            if refused.status != 404:
                raise
            text = f"Function not found: {self.arn_start}:{function}:{version}"
            raise Refused(404, "ResourceNotFoundException", text) from refused


def check_weights(version: str, weights: dict[str, float]) -> None:
    """Refuse weights beside a version as Lambda does."""
    if not weights:
        return
    if len(weights) > 1:
        raise _invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    ((other, weight),) = weights.items()
    where = f"1 validation error detected: Value '{{{other}={weight}}}' at 'routingConfig.additionalVersionWeights'"
    if not 0.0 <= weight <= 1.0:
        rule = "[Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]"
        raise _unsatisfied(f"{where} failed to satisfy constraint: Map value must satisfy constraint: {rule}")
    if "$LATEST" in (other, version):
        raise _invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    if not other.isdigit():
        rule = "[Member must satisfy regular expression pattern: [0-9]+]"
        raise _unsatisfied(f"{where} failed to satisfy constraint: Map keys must satisfy constraint: {rule}")
    if other == version:
        already = f"Function version {version} is already included in routing configuration."
        raise _invalid(f"Invalid function version {version}. {already}")


def comparable(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return what makes a version another one: its code and its settings."""
    found = {key: value for key, value in configuration.items() if key not in OF_A_VERSION | OF_A_MOMENT}
    snap = found.get("SnapStart")
    if isinstance(snap, dict):
        found["SnapStart"] = {"ApplyOn": snap.get("ApplyOn", "None")}
    return found


def _invalid(text: str) -> Refused:
    return Refused(400, "InvalidParameterValueException", text)


def _unsatisfied(text: str) -> Refused:
    return Refused(400, "ValidationException", text)
