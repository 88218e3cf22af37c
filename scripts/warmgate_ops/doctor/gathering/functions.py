"""Reads a function, its versions, its alias and the concurrency it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from warmgate.adapters.functions import LambdaFunctions, function_version
from warmgate.model.deployment import Target
from warmgate.model.function import Capacity
from warmgate_ops.doctor.facts import AliasFacts, Denied, Fact, Missing, VersionFacts
from warmgate_ops.doctor.gathering.looking import Clients, look, pages

FROZEN: Final = (
    *("Handler", "Runtime", "Role", "MemorySize", "Timeout", "Layers", "Environment", "VpcConfig", "KMSKeyArn"),
    *("TracingConfig", "EphemeralStorage", "Architectures", "LoggingConfig", "DeadLetterConfig", "FileSystemConfigs"),
    *("SnapStart", "ImageConfigResponse", "TenancyConfig", "CapacityProviderConfig", "DurableConfig"),
)
"""Settings that a published version freezes (Lambda, Manage function versions)."""


def read_latest(clients: Clients, target: Target) -> Fact[VersionFacts]:
    """Return the unpublished version."""
    return look(
        f"lambda:{target.function}",
        "lambda:GetFunctionConfiguration",
        lambda: version_facts(
            target.function, clients("lambda").get_function_configuration(FunctionName=target.function)
        ),
    )


def read_versions(clients: Clients, target: Target) -> Fact[tuple[VersionFacts, ...]]:
    """Return the published versions, the newest last."""

    def read() -> tuple[VersionFacts, ...]:
        found = pages(clients("lambda"), "list_versions_by_function", "Versions", FunctionName=target.function)
        published = [answer for answer in found if answer["Version"].isdigit()]
        published.sort(key=lambda answer: int(answer["Version"]))
        return tuple(version_facts(target.function, answer) for answer in published)

    return look(f"lambda:{target.function}", "lambda:ListVersionsByFunction", read)


def read_alias(clients: Clients, target: Target) -> Fact[AliasFacts]:
    """Return the alias."""

    def read() -> AliasFacts:
        found = clients("lambda").get_alias(FunctionName=target.function, Name=target.alias)
        weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        return AliasFacts(version=found["FunctionVersion"], weights=weights)

    return look(_place(target), "lambda:GetAlias", read)


def read_provisioned_on_alias(clients: Clients, target: Target) -> Fact[int]:
    """Return how many environments are provisioned on the alias."""

    def read() -> int:
        configs = pages(
            clients("lambda"),
            "list_provisioned_concurrency_configs",
            "ProvisionedConcurrencyConfigs",
            FunctionName=target.function,
        )
        return sum(
            found.get("RequestedProvisionedConcurrentExecutions", 0)
            for found in configs
            if found["FunctionArn"].rpartition(":")[2] == target.alias
        )

    return look(_place(target), "lambda:ListProvisionedConcurrencyConfigs", read)


def read_capacity(clients: Clients, target: Target) -> Fact[Capacity]:
    """Return the concurrency that probes can use; denied where none of its figures may be read."""
    place = f"lambda:{target.function}"
    reserved = look(
        place,
        "lambda:GetFunctionConcurrency",
        lambda: clients("lambda").get_function_concurrency(FunctionName=target.function),
    )
    if isinstance(reserved, Denied | Missing):
        return reserved
    found = LambdaFunctions(clients).capacity(target.function)
    if found.reserved is None and found.account_limit is None and found.account_unreserved is None:
        reason = "lambda:GetAccountSettings: not answered; allow it to the caller"
        return Denied(place=place, reason=reason)
    if found.in_use is None:
        reason = "cloudwatch:GetMetricData: not answered; allow it to the caller"
        return Denied(place=place, reason=reason)
    return found


def version_facts(function: str, answer: Mapping[str, Any]) -> VersionFacts:
    """Return the facts of a configuration as Lambda answers it."""
    described = function_version(function, answer["Version"], dict(answer))
    settings = {key: _comparable(key, answer[key]) for key in FROZEN if key in answer}
    return VersionFacts(described=described, configuration={key: value for key, value in settings.items() if value})


def _comparable(key: str, value: Any) -> Any:
    """Return a setting without what Lambda adds to it once the version is published."""
    if key == "SnapStart":
        return value.get("ApplyOn") if value.get("ApplyOn") != "None" else None
    if key == "Layers":
        return [layer["Arn"] for layer in value]
    if key == "VpcConfig":
        return sorted(value.get("SubnetIds") or []) + sorted(value.get("SecurityGroupIds") or [])
    return value


def _place(target: Target) -> str:
    return f"lambda:{target.function}:{target.alias}"
