"""What the keeper of warm environments asks AWS: who is tagged, what earlier runs left, and where results go."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

from warmgate.adapters.port_errors import raised_as
from warmgate.adapters.table import Table
from warmgate.adapters.tags import tags_of
from warmgate.errors import FunctionLookupError, NoticeError
from warmgate.model.deployment import Target
from warmgate.model.function_name import bare_name
from warmgate.model.warming import Demand, Remembered, Warmed
from warmgate.ports.time import Clock

WARM_TAG = "warmgate:warm"
KEPT_S = 2 * 24 * 3600
"""How long an item outlives the last run."""


class TaggedFunctions:
    """Functions by the tag `warmgate:warm` = `true`; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def functions(self) -> tuple[str, ...]:
        """Return the names: one call for a hundred tagged functions, however many others there are."""
        found: list[str] = []
        asked: dict[str, Any] = {
            "TagFilters": [{"Key": WARM_TAG, "Values": ["true"]}],
            "ResourceTypeFilters": ["lambda:function"],
        }
        with raised_as(FunctionLookupError, f"functions tagged {WARM_TAG} were not found", "allow tag:GetResources"):
            while True:
                page = self._clients("resourcegroupstaggingapi").get_resources(**asked)
                found += [bare_name(each["ResourceARN"]) for each in page.get("ResourceTagMappingList", [])]
                if not page.get("PaginationToken"):
                    return tuple(sorted(set(found)))
                asked["PaginationToken"] = page["PaginationToken"]

    def wants_warmth(self, function: str) -> bool:
        """Return whether the function itself says so."""
        hint = "allow lambda:ListTags and lambda:GetFunctionConfiguration to the keeper's role"
        with raised_as(FunctionLookupError, f"{function}: its tags could not be read", hint):
            return tags_of(self._clients, function).get(WARM_TAG) == "true"

    def aliases(self, function: str) -> tuple[str, ...]:
        """Return the names of all aliases."""
        asked: dict[str, Any] = {"FunctionName": function}
        found: list[str] = []
        hint = "allow lambda:ListAliases to the keeper's role"
        with raised_as(FunctionLookupError, f"{function}: its aliases could not be read", hint):
            while True:
                page = self._clients("lambda").list_aliases(**asked)
                found += [each["Name"] for each in page.get("Aliases", [])]
                if not page.get("NextMarker"):
                    return tuple(sorted(found))
                asked["Marker"] = page["NextMarker"]


class TableWarmMemory:
    """What runs leave, as items `warm FUNCTION:ALIAS` of a DynamoDB table."""

    def __init__(self, clients: Callable[[str], Any], table: str, clock: Clock) -> None:
        self._table = Table(clients, table)
        self._clock = clock

    def read(self, target: Target) -> Remembered:
        """Return what is known; what is past its time may still lie in the table, and is not."""
        item = self._table.read(_key(target))
        now_s = self._clock.epoch_ms() / 1000
        if item.get("expiration", 0.0) < now_s:
            return Remembered()
        payload = str(item.get("payload", ""))
        demand = Demand(
            target=target,
            environments=int(item["environments"]),
            until_s=float(item["until_s"]),
            reserved_ratio=float(item["reserved_ratio"]),
            payload=payload.encode() if payload else None,
        )
        return Remembered(
            demand=demand,
            short_runs=int(item["short_runs"]),
            answering=_words(item["answering"]),
            deaf=_words(item["deaf"]) if float(item["deaf_until_s"]) > now_s else frozenset(),
            deaf_until_s=float(item["deaf_until_s"]),
        )

    def write(self, target: Target, known: Remembered) -> None:
        """Replace the item."""
        demand = known.demand
        if demand is None:
            return
        fields: dict[str, Any] = {
            "environments": demand.environments,
            "until_s": demand.until_s,
            "reserved_ratio": demand.reserved_ratio,
            "payload": (demand.payload or b"").decode(),
            "short_runs": known.short_runs,
            "answering": " ".join(sorted(known.answering)),
            "deaf": " ".join(sorted(known.deaf)),
            "deaf_until_s": known.deaf_until_s,
        }
        expiration = int(self._clock.epoch_ms() / 1000 + KEPT_S)
        sets = ", ".join(f"#{name} = :{name}" for name in (*fields, "expiration"))
        self._table.update(_key(target), f"SET {sets}", expiration=expiration, **fields)


class LogWarmResults:
    """One structured line in the keeper's log; `warmgate warm status` reads it."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def publish(self, warmed: Warmed) -> None:
        """Write the line."""
        line = {
            "warmgate": "keep-warm",
            "function": warmed.target.function,
            "alias": warmed.target.alias,
            "asked": warmed.asked,
            "granted": warmed.granted,
            "warmed": len(warmed.environments),
            "cold": warmed.cold,
            "calls": warmed.calls,
            "by_version": warmed.by_version,
            "environments": warmed.environments,
            "billed_ms": round(warmed.billed_ms, 3),
            "usd": round(warmed.usd, 10),
            "reason": warmed.reason,
            "failed": warmed.failed,
        }
        print(json.dumps(line, separators=(",", ":")), file=self._stream or sys.stdout, flush=True)


class MetricsWarmResults:
    """CloudWatch metrics in Embedded Metric Format: they leave with the log, so no call is made."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def publish(self, warmed: Warmed) -> None:
        """Write the metrics of a run for an alias."""
        from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

        metrics = EphemeralMetrics(namespace=self._namespace, service="")
        metrics.add_dimension("Function", warmed.target.function)
        metrics.add_dimension("Alias", warmed.target.alias)
        metrics.add_metric("WarmAsked", MetricUnit.Count, warmed.asked)
        metrics.add_metric("Warmed", MetricUnit.Count, len(warmed.environments))
        metrics.add_metric("WarmedCold", MetricUnit.Count, warmed.cold)
        metrics.add_metric("WarmShort", MetricUnit.Count, int(warmed.short))
        metrics.add_metric("WarmUsd", MetricUnit.NoUnit, warmed.usd)
        metrics.flush_metrics()


class TopicWarmNotices:
    """An SNS message."""

    def __init__(self, clients: Callable[[str], Any], topic_arn: str, role: str = "the keeper's role") -> None:
        self._clients = clients
        self.topic_arn = topic_arn
        self._role = role

    def send(self, subject: str, text: str) -> None:
        """Publish it; a subject has at most 100 ASCII characters (API_Publish)."""
        hint = f"check WARMGATE_TOPIC_ARN, and allow sns:Publish on it to {self._role}"
        with raised_as(NoticeError, f"{self.topic_arn} did not take the message", hint):
            short = subject.encode("ascii", "replace").decode()[:100]
            self._clients("sns").publish(TopicArn=self.topic_arn, Subject=short, Message=text)


def _key(target: Target) -> str:
    return f"warm {target.function}:{target.alias}"


def _words(text: Any) -> frozenset[str]:
    return frozenset(str(text).split())
