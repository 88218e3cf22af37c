"""The event bus: takes events in, delivers them to functions as Lambda is called, leaves other targets to MiniStack.

Events of AWS's own services, which MiniStack takes from nobody, are delivered to queues and topics from here too.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.events.envelope import Event, envelope_of, payload_for, refusal_of
from warmgate_ops.rehearsal.cloud.events.rules import Rule, RuleBook, Target
from warmgate_ops.rehearsal.cloud.lambda_runtime.naming import named
from warmgate_ops.rehearsal.cloud.ministack import ACCOUNT
from warmgate_ops.rehearsal.cloud.upstream import Upstream

Answer = tuple[int, dict[str, Any]]
Clients = Callable[[str], Any]
REGION = "us-east-1"
_LOG = logging.getLogger(__name__)


class Functions(Protocol):
    """What calls a function asynchronously."""

    def start(self, function: str, qualifier: str, payload: bytes) -> str:
        """Put an event into a function's queue; return its request id."""
        ...


class EventBus:
    """EventBridge, as far as the front answers it. Its methods run in the event loop of the endpoint."""

    def __init__(self, upstream: Upstream, functions: Functions, clients: Clients, conditions: Conditions) -> None:
        self._upstream = upstream
        self._functions = functions
        self._clients = clients
        self._conditions = conditions
        self._rules = RuleBook(upstream)
        self._numbers: dict[tuple[str, str], Iterator[int]] = defaultdict(itertools.count)
        self._under_way: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Deliver nothing any more."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def answer(self, action: str, body: dict[str, Any]) -> Answer | None:
        """Return the answer of an operation that the front has a part in, None where it has none."""
        bus = str(body.get("EventBusName") or "default").rpartition("/")[2]
        match action:
            case "PutEvents":
                return await self._put_events(body.get("Entries", []))
            case "RelayEvents":
                await self._relay(body.get("Entries", []))
                return 200, {}
            case "PutTargets":
                return await self._put_targets(bus, body)
            case "RemoveTargets":
                self._rules.drop(bus, body.get("Rule", ""), body.get("Ids", []))
            case "DeleteRule":
                self._rules.drop(bus, body.get("Name", ""))
            case "ListTargetsByRule":
                return await self._list_targets(bus, body)
            case "ListRuleNamesByTarget":
                return await self._list_rule_names(bus, body)
        return None

    async def publish(self, event: Event, bus: str = "default") -> None:
        """Deliver an event of one of AWS's own services; its envelope is whole."""
        for rule in await self._rules.rules(bus):
            if await self._rules.matches(rule, event):
                self._deliver(rule, event, (*rule.functions, *rule.others))

    async def _put_events(self, entries: list[dict[str, Any]]) -> Answer:
        if len(entries) > 10:
            return await self._upstream.call("AWSEvents.PutEvents", {"Entries": entries})
        results: list[dict[str, Any]] = []
        for entry in entries:
            refusal = refusal_of(entry)
            results.append(
                {"ErrorCode": refusal[0], "ErrorMessage": refusal[1]} if refusal else await self._put_event(entry)
            )
        return 200, {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}

    async def _put_event(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Let MiniStack deliver to what it knows, once no function is left among it, and deliver to functions here."""
        bus = str(entry.get("EventBusName") or "default").rpartition("/")[2]
        rules = await self._rules.rules(bus)
        _, found = await self._upstream.call("AWSEvents.PutEvents", {"Entries": [entry]})
        result: dict[str, Any] = found["Entries"][0]
        if "EventId" in result:
            await self._to_functions(rules, envelope_of(entry, result["EventId"], **self._here()))
        return result

    async def _relay(self, entries: list[dict[str, Any]]) -> None:
        """Deliver events of a service that MiniStack plays to functions; to everything else it has done so itself."""
        rules = await self._rules.rules("default")
        for entry in entries:
            await self._to_functions(rules, envelope_of(entry, str(uuid.uuid4()), **self._here()))

    def _here(self) -> dict[str, Any]:
        return {"account": ACCOUNT, "region": REGION, "now_s": time.time()}

    async def _to_functions(self, rules: Sequence[Rule], event: Event) -> None:
        for rule in rules:
            if rule.functions and await self._rules.matches(rule, event):
                self._deliver(rule, event, rule.functions)

    async def _put_targets(self, bus: str, body: dict[str, Any]) -> Answer:
        for target in body.get("Targets", []):
            if target.get("InputTransformer"):
                text = f"InputTransformer of target {target.get('Id')}: not known to the local cloud, use InputPath"
                return 400, {"__type": "ValidationException", "message": text}
        status, found = await self._upstream.call("AWSEvents.PutTargets", body)
        if status < 300:
            await self._rules.adopt(bus, str(body.get("Rule", "")))
        return status, found

    async def _list_targets(self, bus: str, body: dict[str, Any]) -> Answer:
        name = str(body.get("Rule", ""))
        others = await self._rules.adopt(bus, name)
        return 200, {"Targets": [*self._rules.functions(bus, name), *others]}

    async def _list_rule_names(self, bus: str, body: dict[str, Any]) -> Answer:
        await self._rules.rules(bus)
        status, found = await self._upstream.call("AWSEvents.ListRuleNamesByTarget", body)
        names = self._rules.rules_of(bus, str(body.get("TargetArn", "")))
        return status, {**found, "RuleNames": [*found.get("RuleNames", []), *names]}

    def _deliver(self, rule: Rule, event: Event, targets: tuple[Target, ...]) -> None:
        delays = self._conditions.event_delays_s or (0.0,)
        delay_s = delays[next(self._numbers[rule.bus, rule.name]) % len(delays)]
        for target in targets:
            for _ in range(self._conditions.event_copies):
                task = asyncio.get_running_loop().create_task(self._deliver_one(rule, event, target, delay_s))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def _deliver_one(self, rule: Rule, event: Event, target: Target, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        try:
            await self._hand_over(str(target["Arn"]), payload_for(target, event))
        except Exception:  # noqa: BLE001 - a target that is gone is a failed delivery, not the end of the bus
            _LOG.exception("event %s was not delivered by rule %s to %s", event["id"], rule.name, target["Arn"])

    async def _hand_over(self, arn: str, payload: bytes) -> None:
        service = arn.split(":")[2]
        if service == "lambda":
            self._functions.start(*named(arn), payload)
        elif service == "sqs":
            await asyncio.to_thread(self._send, arn, payload.decode())
        elif service == "sns":
            await asyncio.to_thread(self._clients("sns").publish, TopicArn=arn, Message=payload.decode())
        else:
            raise NotImplementedError(f"{arn}: events of AWS's services reach functions, queues and topics alone")

    def _send(self, arn: str, message: str) -> None:
        sqs = self._clients("sqs")
        url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=message)
