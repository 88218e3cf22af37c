"""Reads a function's settings, layers, concurrency and event sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warmgate_ops.cold_starts.advising.function import Concurrency, Event, Layer
from warmgate_ops.doctor.facts import Denied, Fact, Missing
from warmgate_ops.doctor.gathering.looking import Clients, look, pages

Settings = Mapping[str, Any]
_SPECIAL = (
    ("CapacityProviderConfig", "runs on Lambda Managed Instances"),
    ("TenancyConfig", "isolates tenants"),
    ("DurableConfig", "is a durable function"),
)


def read_settings(clients: Clients, name: str, qualifier: str) -> Settings | Denied | Missing:
    """Return the configuration of a version or alias, as Lambda answers it."""
    asked = {"FunctionName": name} | ({"Qualifier": qualifier} if qualifier else {})
    place = f"lambda:{name}{':' * bool(qualifier)}{qualifier}"
    found: Settings | Denied | Missing = look(
        place, "lambda:GetFunctionConfiguration", lambda: clients("lambda").get_function_configuration(**asked)
    )
    return found


def of_settings(found: Settings) -> dict[str, Any]:
    """Return what a configuration says, by the names of a function's facts."""
    logging = found.get("LoggingConfig") or {}
    image = found.get("PackageType") == "Image"
    files = found.get("FileSystemConfigs") or ()
    return {
        "runtime": "" if image else found.get("Runtime"),
        "image": image,
        "architecture": (found.get("Architectures") or ["x86_64"])[0],
        "memory_mb": found.get("MemorySize") or 128,
        "timeout_s": found.get("Timeout") or 3,
        "storage_mb": (found.get("EphemeralStorage") or {}).get("Size") or 512,
        "vpc": bool((found.get("VpcConfig") or {}).get("SubnetIds")),
        "efs": any(":elasticfilesystem:" in each.get("Arn", "") for each in files),
        "snap_start": (found.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions",
        "handler": found.get("Handler"),
        "hides_reports": logging.get("LogFormat") == "JSON" and str(logging.get("SystemLogLevel")).upper() == "WARN",
        "special": next((words for key, words in _SPECIAL if found.get(key)), ""),
        "code_bytes": None if image else found.get("CodeSize"),
    }


def read_layers(clients: Clients, settings: Settings) -> tuple[Layer, ...]:
    """Return the layers with their sizes; one that may not be read has none."""
    return tuple(_layer(clients, each) for each in settings.get("Layers") or ())


def _layer(clients: Clients, answer: Mapping[str, Any]) -> Layer:
    size = answer.get("CodeSize")
    if size is None:
        arn, _, version = answer["Arn"].rpartition(":")
        found = look(
            answer["Arn"],
            "lambda:GetLayerVersion",
            lambda: clients("lambda").get_layer_version(LayerName=arn, VersionNumber=int(version)),
        )
        size = found.get("Content", {}).get("CodeSize") if isinstance(found, dict) else None
    return Layer(arn=answer["Arn"], size=size)


def read_provisioned(clients: Clients, name: str, qualifiers: tuple[str, ...]) -> Fact[int]:
    """Return how many environments are provisioned on these qualifiers together."""

    def read() -> int:
        key = "ProvisionedConcurrencyConfigs"
        found = pages(clients("lambda"), "list_provisioned_concurrency_configs", key, FunctionName=name)
        return sum(
            each.get("RequestedProvisionedConcurrentExecutions", 0)
            for each in found
            if each["FunctionArn"].rpartition(":")[2] in qualifiers
        )

    return look(f"lambda:{name}", "lambda:ListProvisionedConcurrencyConfigs", read)


def read_concurrency(clients: Clients, name: str) -> Fact[Concurrency]:
    """Return what the function and the account may run at once."""

    def read() -> Concurrency:
        own = clients("lambda").get_function_concurrency(FunctionName=name)
        limit = clients("lambda").get_account_settings().get("AccountLimit") or {}
        return Concurrency(
            reserved=own.get("ReservedConcurrentExecutions"),
            account=limit.get("ConcurrentExecutions"),
            unreserved=limit.get("UnreservedConcurrentExecutions"),
        )

    return look(f"lambda:{name}", "lambda:GetFunctionConcurrency and lambda:GetAccountSettings", read)


def read_events(clients: Clients, name: str) -> Fact[tuple[Event, ...]]:
    """Return the event sources of the function's bare name, each with the qualifier that it calls."""

    def read() -> tuple[Event, ...]:
        found = pages(clients("lambda"), "list_event_source_mappings", "EventSourceMappings", FunctionName=name)
        return tuple(_event(each) for each in found)

    return look(f"lambda:{name}", "lambda:ListEventSourceMappings", read)


def _event(answer: Mapping[str, Any]) -> Event:
    parts = str(answer.get("FunctionArn", "")).split(":")
    source = str(answer.get("EventSourceArn") or answer.get("UUID") or "").rpartition(":")[2]
    return Event(source=source, qualifier=parts[7] if len(parts) > 7 else "")


def read_update_mode(clients: Clients, name: str, qualifier: str) -> str | None:
    """Return whether the runtime is updated; None where that may not be read: nothing rests on it alone."""
    asked = {"FunctionName": name} | ({"Qualifier": qualifier} if qualifier else {})
    found = look(
        f"lambda:{name}",
        "lambda:GetRuntimeManagementConfig",
        lambda: clients("lambda").get_runtime_management_config(**asked),
    )
    return found.get("UpdateRuntimeOn") if isinstance(found, dict) else None


def read_optimizer(clients: Clients, arn: str) -> Fact[str]:
    """Return what AWS Compute Optimizer recommends for the unpublished version, in its own words."""
    bare = ":".join(arn.split(":")[:7])

    def read() -> str:
        answer = clients("compute-optimizer").get_lambda_function_recommendations(functionArns=[bare])
        found = next(iter(answer.get("lambdaFunctionRecommendations") or ()), None)
        if found is None:
            return "no recommendation (it asks for 50 calls in 14 days, and 1,792 MB at most)"
        sizes = [str(each.get("memorySize")) for each in found.get("memorySizeRecommendationOptions") or ()]
        options = f", options {', '.join(sizes)} MB" if sizes else ""
        return f"{found.get('finding')} at {found.get('currentMemorySize')} MB{options}"

    return look("compute-optimizer", "compute-optimizer:GetLambdaFunctionRecommendations", read)
