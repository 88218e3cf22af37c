"""Gathers the facts of a function's concurrency in an account; each look-up is of its own, and nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from warmgate_ops.cold_starts.advising.reading.functions import Settings, read_settings
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.concurrency.metrics import read_use
from warmgate_ops.cold_starts.concurrency.seen import (
    Account,
    Alias,
    Concurrency,
    Provisioned,
    Scaling,
    ScalingAlarm,
    Source,
)
from warmgate_ops.doctor.facts import Denied, Fact, Missing
from warmgate_ops.doctor.findings import Place
from warmgate_ops.doctor.gathering.looking import Clients, look, pages

_LAMBDA: Mapping[str, str] = {
    "ServiceNamespace": "lambda",
    "ScalableDimension": "lambda:function:ProvisionedConcurrency",
}
_BATCHES_OF_A_SHARD = 1


def gather_concurrency(
    clients: Clients, name: str, days: float, now_ms: float, calls: Sequence[Call] | None
) -> Concurrency | Denied | Missing:
    """Return the facts; what the lookup of its configuration says where that was denied or there is none.

    Args:
        clients: gives the client of a service.
        name: of the function.
        days: how far back metrics are read.
        now_ms: milliseconds since the epoch.
        calls: from its log; None where that was not read.
    """
    settings = read_settings(clients, name, "")
    if isinstance(settings, Denied | Missing):
        return settings
    provisioned = _provisioned(clients, name)
    aliases = _aliases(clients, name)
    qualifiers = [each.qualifier for each in provisioned] if isinstance(provisioned, tuple) else []
    return Concurrency(
        name=name,
        at=Place(name=f"lambda:{name}"),
        memory_mb=settings.get("MemorySize"),
        architecture=_architecture(settings),
        account=_account(clients),
        reserved=_reserved(clients, name),
        provisioned=provisioned,
        aliases=aliases,
        sources=_sources(clients, name, aliases),
        scaling=_scaling(clients, name, now_ms),
        use=read_use(clients, name, qualifiers, days, now_ms, calls),
    )


def _architecture(settings: Settings) -> str:
    return str((settings.get("Architectures") or ["x86_64"])[0])


def _account(clients: Clients) -> Fact[Account]:
    def read() -> Account:
        limit = clients("lambda").get_account_settings()["AccountLimit"]
        return Account(limit=limit["ConcurrentExecutions"], unreserved=limit["UnreservedConcurrentExecutions"])

    return look("lambda", "lambda:GetAccountSettings", read)


def _reserved(clients: Clients, name: str) -> Fact[int]:
    def read() -> int | None:
        found: int | None = (
            clients("lambda").get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
        )
        return found

    return look(f"lambda:{name}", "lambda:GetFunctionConcurrency", read)


def _provisioned(clients: Clients, name: str) -> Fact[tuple[Provisioned, ...]]:
    def read() -> tuple[Provisioned, ...]:
        key = "ProvisionedConcurrencyConfigs"
        found = pages(clients("lambda"), "list_provisioned_concurrency_configs", key, FunctionName=name)
        return tuple(
            Provisioned(
                qualifier=each["FunctionArn"].rpartition(":")[2],
                requested=each.get("RequestedProvisionedConcurrentExecutions", 0),
                status=each.get("Status", ""),
            )
            for each in found
        )

    return look(f"lambda:{name}", "lambda:ListProvisionedConcurrencyConfigs", read)


def _aliases(clients: Clients, name: str) -> Fact[tuple[Alias, ...]]:
    def read() -> tuple[Alias, ...]:
        return tuple(
            Alias(
                name=each["Name"],
                version=each["FunctionVersion"],
                weights=(each.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {},
            )
            for each in pages(clients("lambda"), "list_aliases", "Aliases", FunctionName=name)
        )

    return look(f"lambda:{name}", "lambda:ListAliases", read)


def _sources(clients: Clients, name: str, aliases: Fact[tuple[Alias, ...]]) -> Fact[tuple[Source, ...]]:
    """Return what calls the function or an alias; asked by its name Lambda may leave out mappings of aliases."""
    named = [name, *(f"{name}:{each.name}" for each in aliases)] if isinstance(aliases, tuple) else [name]

    def read() -> tuple[Source, ...]:
        found: dict[str, Mapping[str, Any]] = {}
        for each in named:
            listed = pages(clients("lambda"), "list_event_source_mappings", "EventSourceMappings", FunctionName=each)
            found |= {answer["UUID"]: answer for answer in listed}
        active = [each for each in found.values() if each.get("State") not in {"Disabled", "Disabling"}]
        return tuple(_source(clients, each) for each in active)

    return look(f"lambda:{name}", "lambda:ListEventSourceMappings", read)


def _source(clients: Clients, answer: Mapping[str, Any]) -> Source:
    arn = str(answer.get("EventSourceArn") or "")
    parts, called = arn.split(":"), str(answer.get("FunctionArn", "")).split(":")
    kind = parts[2] if len(parts) > 2 else ""
    most = (answer.get("ScalingConfig") or {}).get("MaximumConcurrency") if kind == "sqs" else None
    if kind == "kinesis":
        shards = _shards(clients, parts[-1].rpartition("/")[2])
        most = shards * (answer.get("ParallelizationFactor") or _BATCHES_OF_A_SHARD) if shards else None
    name = parts[-1].rpartition("/")[2] or str(answer.get("UUID", ""))
    return Source(name=f"{kind}:{name}", kind=kind, qualifier=called[7] if len(called) > 7 else "", most=most)


def _shards(clients: Clients, stream: str) -> int | None:
    found = look(
        f"kinesis:{stream}",
        "kinesis:DescribeStreamSummary",
        lambda: clients("kinesis").describe_stream_summary(StreamName=stream),
    )
    summary = found.get("StreamDescriptionSummary", {}) if isinstance(found, dict) else {}
    count: int | None = summary.get("OpenShardCount")
    return count


def _scaling(clients: Clients, name: str, now_ms: float) -> Fact[tuple[Scaling, ...]]:
    def read() -> tuple[Scaling, ...]:
        client = clients("application-autoscaling")
        targets = pages(client, "describe_scalable_targets", "ScalableTargets", **_LAMBDA)
        own = [each for each in targets if each["ResourceId"].startswith(f"function:{name}:")]
        return tuple(_scaled(clients, each, now_ms) for each in own)

    return look(f"application-autoscaling:{name}", "application-autoscaling:DescribeScalableTargets", read)


def _scaled(clients: Clients, target: Mapping[str, Any], now_ms: float) -> Scaling:
    client, resource = clients("application-autoscaling"), target["ResourceId"]
    policies = list(pages(client, "describe_scaling_policies", "ScalingPolicies", **_LAMBDA, ResourceId=resource))
    actions = pages(client, "describe_scheduled_actions", "ScheduledActions", **_LAMBDA, ResourceId=resource)
    names = [alarm["AlarmName"] for policy in policies for alarm in policy.get("Alarms") or ()]
    tracked = [policy.get("TargetTrackingScalingPolicyConfiguration") or {} for policy in policies]
    customized = [each.get("CustomizedMetricSpecification") or {} for each in tracked]
    return Scaling(
        qualifier=resource.rpartition(":")[2],
        least=target.get("MinCapacity", 0),
        most=target.get("MaxCapacity", 0),
        alarms=_alarms(clients, names, now_ms),
        schedules=tuple(str(each.get("Schedule", "")) for each in actions),
        statistic=next((str(each["Statistic"]) for each in customized if each.get("Statistic")), ""),
    )


def _alarms(clients: Clients, names: Sequence[str], now_ms: float) -> tuple[ScalingAlarm, ...]:
    if not names:
        return ()
    found = clients("cloudwatch").describe_alarms(AlarmNames=list(names)).get("MetricAlarms") or ()
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    return tuple(
        ScalingAlarm(
            name=each["AlarmName"],
            state=each.get("StateValue", ""),
            statistic=each.get("Statistic") or "",
            lowers=str(each.get("ComparisonOperator", "")).startswith("LessThan"),
            days=max(0.0, (now - each["StateUpdatedTimestamp"]).total_seconds() / 86_400)
            if each.get("StateUpdatedTimestamp")
            else 0.0,
        )
        for each in found
    )
