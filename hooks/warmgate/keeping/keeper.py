"""The use case: one event in, and each alias that is to be kept warm called as often as there is room for.

A ping is a call of the owner's code, so that everything here errs towards fewer: without the tag nothing is called; a
version is called alone until it has answered once as one that knows pings; a call that is throttled ends the run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from warmgate.errors import KeepWarmError, NoticeError, WarmgateError
from warmgate.keeping.burst import Bursts, Seen
from warmgate.keeping.demands import Demands
from warmgate.keeping.occasions import occasion_of
from warmgate.keeping.shares import LATEST, Part, fitted, parts_of
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.function import FunctionVersion
from warmgate.model.warming import SHORT_RUNS, Demand, Remembered, Warmed
from warmgate.planning.burst import grant_burst
from warmgate.planning.cost import USD_PER_REQUEST, call_cost_usd
from warmgate.ports.functions import Aliases, Functions
from warmgate.ports.keeping import Tagged, WarmMemory, WarmNotices, WarmResults
from warmgate.ports.time import Clock

MOST_CALLS = 500
"""Of one run for all functions together: a cent at the most, and no flood where a tag was set by mistake."""

NAMED = 5
"""Aliases that an error names."""

DEAF_S = 24 * 3600
"""A version that took a ping for work may have been in trouble of its own: after a day it is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Keeps environments warm."""

    tagged: Tagged
    demands: Demands
    aliases: Aliases
    functions: Functions
    bursts: Bursts
    memory: WarmMemory
    results: tuple[WarmResults, ...]
    notices: tuple[WarmNotices, ...]
    clock: Clock
    log: Callable[[str], None]

    def run(self, event: Mapping[str, Any], deadline: Deadline) -> tuple[Warmed, ...]:
        """Keep warm what an event asks for; raises UnfitError for an event that says nothing of the kind."""
        occasion = occasion_of(event, self.clock.epoch_ms() / 1000)
        results: list[Warmed] = []
        for wanted in self.demands.of(occasion, deadline) if occasion is not None else ():
            result = wanted if isinstance(wanted, Warmed) else self._kept(wanted, results, deadline)
            if result is None:
                continue
            results.append(result)
            for each in self.results:
                each.publish(result)
        return tuple(results)

    def _kept(self, demand: Demand, before: list[Warmed], deadline: Deadline) -> Warmed | None:
        """Return what became of one demand, None where nothing is wanted."""
        if not demand.environments:
            return None
        nothing = Warmed(target=demand.target, asked=demand.environments)
        if any(result.throttled for result in before):
            return replace(nothing, reason="not called: a call of this run was throttled", excused=True)
        if deadline.passed(self.clock.now_ms()):
            return replace(nothing, reason="not called: this run has no time left", failed=True)
        try:
            if not self.tagged.wants_warmth(demand.target.function):
                reason = "not called: the function has no tag warmgate:warm = true"
                return replace(nothing, reason=reason, excused=True)
            known = self.memory.read(demand.target)
            result, known = self._called(demand, known, MOST_CALLS - sum(each.calls for each in before), deadline)
            self._remember(demand, result, known)
        except WarmgateError as error:
            return replace(nothing, reason=str(error), failed=True)
        return result

    def _called(
        self, demand: Demand, known: Remembered, calls_left: int, deadline: Deadline
    ) -> tuple[Warmed, Remembered]:
        target, nothing = demand.target, Warmed(target=demand.target, asked=demand.environments)
        parts = parts_of(target.alias, self.aliases.read(target), demand.environments)
        nothing = replace(nothing, asked=sum(part.count for part in parts))
        if reason := self._no_need(target, parts):
            return replace(nothing, reason=reason, excused=True), known
        version = self.functions.version(target.function, parts[0].version)
        if reason := _unfit(version) or _deaf(parts, known):
            return replace(nothing, reason=reason), known
        granted, reason = self._room(demand, nothing.asked, calls_left)
        allowed = fitted(parts, granted)
        trial = self._tried(demand, allowed, known, deadline)
        seen = trial if trial.is_over else _joined(trial, self._burst(demand, allowed, deadline))
        known = _learnt(known, parts, seen, self.clock.epoch_ms() / 1000)
        return _result(replace(nothing, granted=granted), seen, version, reason, demand), known

    def _burst(self, demand: Demand, parts: tuple[Part, ...], deadline: Deadline) -> Seen:
        return self.bursts.ping(demand.target.function, parts, deadline, demand.payload)

    def _tried(self, demand: Demand, parts: tuple[Part, ...], known: Remembered, deadline: Deadline) -> Seen:
        """Call each version alone that has not yet answered a ping as one: if it works instead, it works once."""
        seen = Seen()
        for part in parts if demand.payload is None else ():
            if part.version not in known.answering and not seen.is_over:
                seen = _joined(seen, self._burst(demand, (replace(part, count=1),), deadline))
        return seen

    def _no_need(self, target: Target, parts: tuple[Part, ...]) -> str:
        if target.alias == LATEST or any(part.version == LATEST for part in parts):
            return f"not called: {LATEST} is what nobody is released to"
        for qualifier in (target.alias, *(part.version for part in parts)):
            if found := self.functions.provisioned(target.function, qualifier).requested:
                return f"not called: provisioned concurrency {found} on {qualifier} keeps its environments"
        return ""

    def _room(self, demand: Demand, asked: int, calls_left: int) -> tuple[int, str]:
        """Return how many calls may overlap, and what bounds them where it is less than was asked for."""
        capacity = self.functions.capacity(demand.target.function)
        burst = grant_burst(asked, 1, capacity)
        bounds = [
            (burst.granted, burst.reason.replace(" for probes,", ",")),
            (calls_left // 2 - 1, f"a run makes {MOST_CALLS} calls at most"),
        ]
        if capacity.reserved is not None:
            most = math.floor(capacity.reserved * demand.reserved_ratio)
            share = f"{demand.reserved_ratio * 100:g} % of reserved concurrency {capacity.reserved}"
            bounds.append((most, f"{share} are {most} calls at once, {asked} were asked for"))
        room, reason = min(bounds, key=lambda bound: bound[0])
        return (asked, "") if room >= asked else (max(0, room), reason)

    def _remember(self, demand: Demand, result: Warmed, known: Remembered) -> None:
        before = known.short_runs
        short = before + 1 if result.short else 0
        self.memory.write(demand.target, replace(known, demand=demand, short_runs=short))
        if before < SHORT_RUNS <= short:
            name = f"{demand.target.function}:{demand.target.alias}"
            subject = f"warmgate: {name} has {len(result.environments)} of {result.asked} environments warm"
            self._tell(subject, f"{subject}, as in the {SHORT_RUNS - 1} runs before.\n{result.reason}\n")

    def _tell(self, subject: str, text: str) -> None:
        for notices in self.notices:
            try:
                notices.send(subject, text)
            except NoticeError as error:
                self.log(f"notice not sent: {error}")


def raise_failures(results: tuple[Warmed, ...]) -> None:
    """Raise KeepWarmError where something could not be found out: Lambda counts the run as failed, and people hear."""
    failed = [f"{each.target.function}:{each.target.alias}: {each.reason}" for each in results if each.failed]
    if failed:
        more = f" and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
        raise KeepWarmError(f"not kept warm: {'; '.join(failed[:NAMED])}{more}", hint="the log has a line for each")


def _unfit(version: FunctionVersion) -> str:
    if version.tenant_isolation:
        return "not called: a function with tenant isolation has environments for each tenant, and a ping has none"
    if version.managed_instances:
        return "not called: managed instances keep their environments"
    return ""


def _deaf(parts: tuple[Part, ...], known: Remembered) -> str:
    deaf = sorted(part.version for part in parts if part.version in known.deaf)
    return f"not called: version {', '.join(deaf)} took a ping for work" if deaf else ""


def _joined(first: Seen, second: Seen) -> Seen:
    environments = {version: set(found) for version, found in first.environments.items()}
    for version, found in second.environments.items():
        environments.setdefault(version, set()).update(found)
    return Seen(
        calls=first.calls + second.calls,
        cold=first.cold + second.cold,
        billed_ms=first.billed_ms + second.billed_ms,
        environments=environments,
        strange={**second.strange, **first.strange},
        refusal=first.refusal or second.refusal,
        throttled=first.throttled or second.throttled,
    )


def _learnt(known: Remembered, parts: tuple[Part, ...], seen: Seen, now_s: float) -> Remembered:
    """Return what is known of versions now; what is not served any more is forgotten."""
    served = frozenset(part.version for part in parts)
    answering = served & (known.answering | frozenset(seen.environments))
    if deaf := frozenset(seen.strange) - answering:
        return replace(known, answering=answering, deaf=deaf, deaf_until_s=now_s + DEAF_S)
    return replace(known, answering=answering, deaf=known.deaf & served)


def _result(nothing: Warmed, seen: Seen, version: FunctionVersion, reason: str, demand: Demand) -> Warmed:
    found = sorted(environment for each in seen.environments.values() for environment in each)
    if seen.strange:
        version_named, gave = next(iter(seen.strange.items()))
        reason = f"version {version_named} gave {gave}: not called again in this run"
    elif seen.refusal:
        reason = seen.refusal
    elif not reason and demand.payload is None and len(found) < nothing.asked:
        reason = f"{seen.calls} calls met {len(found)} environments: they did not overlap"
    usd = call_cost_usd(seen.billed_ms, version.memory_mb, version.architecture) - USD_PER_REQUEST
    return replace(
        nothing,
        calls=seen.calls,
        environments=tuple(found),
        by_version={name: len(each) for name, each in sorted(seen.environments.items())},
        cold=seen.cold,
        billed_ms=seen.billed_ms,
        usd=usd + seen.calls * USD_PER_REQUEST,
        reason=reason,
        throttled=seen.throttled,
        excused=demand.payload is not None and not seen.is_over,
    )
