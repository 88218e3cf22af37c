"""What CodeDeploy does to the rest of the account: through the public API that everybody uses, but for its events."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Clients = Callable[[str], Any]
"""Gives the client of a service; asked with every use, since the endpoint stands only after the gateways are made."""


@dataclass(frozen=True, slots=True)
class LambdaThroughApi:
    """Aliases and asynchronous calls."""

    clients: Clients

    def get_alias(self, function: str, alias: str) -> tuple[str, Mapping[str, float]]:
        """Return the main version of an alias and the weights of the others."""
        found = self.clients("lambda").get_alias(FunctionName=function, Name=alias)
        return found["FunctionVersion"], (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}

    def update_alias(self, function: str, alias: str, version: str, weights: Mapping[str, float]) -> None:
        """Set both."""
        self.clients("lambda").update_alias(
            FunctionName=function,
            Name=alias,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": dict(weights)},
        )

    def invoke_async(self, function: str, event: dict[str, str]) -> None:
        """Put an event into the function's queue."""
        self.clients("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode())


@dataclass(frozen=True, slots=True)
class AlarmsThroughApi:
    """Alarm states."""

    clients: Clients

    def states(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the states of the alarms that exist."""
        found = self.clients("cloudwatch").describe_alarms(AlarmNames=list(names)).get("MetricAlarms", [])
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}


@dataclass(frozen=True, slots=True)
class EventsOnBus:
    """The default event bus, which takes events of AWS's own services from nobody but them."""

    publish: Callable[[dict[str, Any]], None]

    def put(self, event: dict[str, Any]) -> None:
        """Publish an event."""
        self.publish(event)
