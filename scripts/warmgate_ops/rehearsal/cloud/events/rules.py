"""The rules of the event buses: MiniStack keeps them, but the targets that are functions are held here.

MiniStack would run a function in its own executor, without a log, a report, metrics or Lambda's retries. So a function
is taken out of a rule at MiniStack as soon as the rule is looked at, and comes back only in what is listed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from warmgate_ops.rehearsal.cloud.events.envelope import Event
from warmgate_ops.rehearsal.cloud.upstream import Upstream

Target = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a bus with its targets: those held here and those left to MiniStack."""

    bus: str
    name: str
    pattern: str
    enabled: bool
    functions: tuple[Target, ...]
    others: tuple[Target, ...]


class RuleBook:
    """Every rule of the account. Its methods run in the event loop of the endpoint."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._held: dict[tuple[str, str], dict[str, Target]] = {}

    async def rules(self, bus: str) -> list[Rule]:
        """Return the rules of a bus; none of them has a function left at MiniStack afterwards."""
        found: list[dict[str, Any]] = []
        token: str | None = ""
        while token is not None:
            page = {"EventBusName": bus, **({"NextToken": token} if token else {})}
            _, listed = await self._upstream.call("AWSEvents.ListRules", page)
            found += listed.get("Rules", [])
            token = listed.get("NextToken")
        names = {rule["Name"] for rule in found}
        for key in [key for key in self._held if key[0] == bus and key[1] not in names]:
            del self._held[key]
        return [await self._rule(bus, rule) for rule in found]

    async def adopt(self, bus: str, name: str) -> tuple[Target, ...]:
        """Take the functions out of a rule at MiniStack; return its other targets."""
        _, listed = await self._upstream.call("AWSEvents.ListTargetsByRule", {"Rule": name, "EventBusName": bus})
        targets: list[Target] = listed.get("Targets", [])
        functions = [target for target in targets if _is_function(target)]
        if functions:
            self._held.setdefault((bus, name), {}).update({target["Id"]: target for target in functions})
            ids = [target["Id"] for target in functions]
            await self._upstream.call("AWSEvents.RemoveTargets", {"Rule": name, "EventBusName": bus, "Ids": ids})
        others = tuple(target for target in targets if not _is_function(target))
        for target in others:
            self._held.get((bus, name), {}).pop(target["Id"], None)
        return others

    def functions(self, bus: str, name: str) -> tuple[Target, ...]:
        """Return the targets of a rule that are held here."""
        return tuple(self._held.get((bus, name), {}).values())

    def drop(self, bus: str, name: str, ids: list[str] | None = None) -> None:
        """Forget targets of a rule, all of them without ids."""
        held = self._held.get((bus, name), {})
        for key in list(held) if ids is None else ids:
            held.pop(key, None)

    def rules_of(self, bus: str, arn: str) -> list[str]:
        """Return the rules that have a function as a target."""
        return [
            name
            for (of, name), held in self._held.items()
            if of == bus and any(target["Arn"] == arn for target in held.values())
        ]

    async def matches(self, rule: Rule, event: Event) -> bool:
        """Return whether a rule lets an event through, as MiniStack's own matcher sees it."""
        if not rule.enabled or not rule.pattern:
            return False
        asked = {"EventPattern": rule.pattern, "Event": json.dumps(event)}
        _, found = await self._upstream.call("AWSEvents.TestEventPattern", asked)
        return bool(found.get("Result"))

    async def _rule(self, bus: str, found: dict[str, Any]) -> Rule:
        name = str(found["Name"])
        others = await self.adopt(bus, name)
        enabled = found.get("State") == "ENABLED"
        return Rule(bus, name, str(found.get("EventPattern") or ""), enabled, self.functions(bus, name), others)


def _is_function(target: Target) -> bool:
    return str(target.get("Arn", "")).split(":")[2:3] == ["lambda"]
