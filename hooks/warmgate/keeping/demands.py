"""What is wanted warm at the moment: by the policies of all tagged functions, by a schedule, or after a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from warmgate.errors import OtherPlatformError, WarmgateError
from warmgate.keeping.occasions import SWEEP_S, Ended, Occasion, Scheduled, Sweep, lasting_s
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.hours import Hours, Rhythm, read_hours, read_rhythm
from warmgate.model.warming import Demand, Warmed
from warmgate.policy.match import matches
from warmgate.policy.values import KeepWarm, Policy
from warmgate.ports.keeping import EndedDeployments, Tagged, WarmMemory
from warmgate.ports.policies import Policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """Finds what is wanted; what cannot be found out for one function is a result of its own."""

    tagged: Tagged
    policies: Policies
    deployments: EndedDeployments
    memory: WarmMemory

    def of(self, occasion: Occasion, deadline: Deadline) -> Iterator[Demand | Warmed]:
        """Yield what is wanted, function by function."""
        match occasion:
            case Scheduled():
                if occasion.holds():
                    yield occasion.demand
            case Ended():
                yield from self._after(occasion, deadline)
            case Sweep():
                for function in self.tagged.functions():
                    yield from self._of_policies(function, occasion.at_s, deadline)

    def _of_policies(self, function: str, at_s: float, deadline: Deadline) -> Iterator[Demand | Warmed]:
        try:
            # Its own word: the list of tagged functions may be older, and may name one that is gone.
            aliases = self.tagged.aliases(function) if self.tagged.wants_warmth(function) else ()
        except WarmgateError as error:
            yield _unknown(Target(function, "?"), error)
            return
        for alias in aliases:
            target = Target(function, alias)
            try:
                keep = self._kept(target, deadline)
                if keep is not None and is_due(keep, at_s):
                    yield demand_of(target, keep, at_s)
            except WarmgateError as error:
                yield _unknown(target, error)

    def _kept(self, target: Target, deadline: Deadline) -> KeepWarm | None:
        policy: Policy = self.policies.find(target, deadline)[0]
        # A policy that a tag names is for the function; where it names aliases, it means these.
        return policy.keep_warm if not policy.match or matches(policy, target) else None

    def _after(self, ended: Ended, deadline: Deadline) -> Iterator[Demand | Warmed]:
        """Yield what is wanted of the alias that a deployment has shifted: its versions are others now."""
        try:
            target = self.deployments.describe(ended.deployment_id).target
        except OtherPlatformError:
            return
        except WarmgateError as error:
            yield _unknown(Target("?", "?"), error)
            return
        if not target.is_known:
            return
        try:
            if not self.tagged.wants_warmth(target.function):
                return
            known = self.memory.read(target).demand
            keep = self._kept(target, deadline)
        except WarmgateError as error:
            yield _unknown(target, error)
            return
        if known is not None and known.until_s >= ended.at_s:
            yield known
        elif keep is not None and _holds(keep, ended.at_s):
            yield demand_of(target, keep, ended.at_s)


def is_due(keep: KeepWarm, at_s: float) -> bool:
    """Return whether a sweep at an instant must call; raises UnfitError where a time zone is not known."""
    hours, rhythm = _times(keep)
    zone = hours.zone if hours else "UTC"
    return (hours is None or hours.hold_at(at_s)) and rhythm.is_due(at_s - SWEEP_S, at_s, zone)


def demand_of(target: Target, keep: KeepWarm, at_s: float) -> Demand:
    """Return what a policy wants."""
    return Demand(
        target=target,
        environments=keep.environments,
        until_s=at_s + lasting_s(_times(keep)[1]),
        reserved_ratio=keep.reserved_ratio,
    )


def _holds(keep: KeepWarm, at_s: float) -> bool:
    hours = _times(keep)[0]
    try:
        return hours is None or hours.hold_at(at_s)
    except WarmgateError:  # the next sweep says so
        return False


def _times(keep: KeepWarm) -> tuple[Hours | None, Rhythm]:
    return read_hours(keep.only) if keep.only else None, read_rhythm(keep.every)


def _unknown(target: Target, error: WarmgateError) -> Warmed:
    return Warmed(target=target, reason=str(error), failed=True)
