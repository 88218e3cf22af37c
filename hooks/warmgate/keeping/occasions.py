"""Why the keeper runs: a schedule for all functions, a schedule of one function, or the end of a deployment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warmgate.errors import UnfitError
from warmgate.model.deployment import Target
from warmgate.model.hours import Hours, Rhythm, ZoneUnknownError, read_hours, read_rhythm
from warmgate.model.warming import Demand

KIND = "keep-warm"
ENDED = frozenset({"SUCCESS", "FAILURE", "STOP"})
SWEEP_S = 300.0
"""How often the stack's own schedule looks at the policies of all tagged functions."""
GRACE_S = 90.0
"""A schedule may be so late before what it said is no longer true."""
MOST = 100
_HINT = 'send {"warmgate": "keep-warm"}, with function, alias and environments for one function alone'


@dataclass(frozen=True, slots=True)
class Sweep:
    """All tagged functions, each as its policy says."""

    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """One function, as its own schedule says."""

    demand: Demand
    at_s: float
    only: Hours | None = None
    unless: tuple[Hours, ...] = ()

    def holds(self) -> bool:
        """Return whether its hours hold; where their zone is unknown here, the schedule has looked at it itself."""
        try:
            inside = self.only is None or self.only.hold_at(self.at_s)
            return inside and not any(hours.hold_at(self.at_s) for hours in self.unless)
        except ZoneUnknownError:
            return True


@dataclass(frozen=True, slots=True)
class Ended:
    """A deployment has ended."""

    deployment_id: str
    at_s: float


Occasion = Sweep | Scheduled | Ended


def occasion_of(event: Mapping[str, Any], now_s: float) -> Occasion | None:
    """Return why the keeper was called, None for a deployment that has not ended; raises UnfitError."""
    if event.get("source") == "aws.codedeploy":
        detail = event.get("detail") or {}
        return Ended(str(detail.get("deploymentId", "")), now_s) if detail.get("state") in ENDED else None
    if event.get("warmgate") != KIND:
        raise UnfitError("found an event of another kind, expected one of keep-warm", hint=_HINT)
    at_s = _instant(event.get("at"), now_s)
    return _scheduled(event, at_s) if "function" in event else Sweep(at_s)


def _scheduled(event: Mapping[str, Any], at_s: float) -> Scheduled:
    function, alias = event["function"], event.get("alias")
    if not (isinstance(function, str) and isinstance(alias, str) and function and alias):
        raise UnfitError(f"found function {function!r} and alias {alias!r}, expected two names", hint=_HINT)
    count = event.get("environments")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST:
        raise UnfitError(f"found environments {count!r}, expected a whole number from 0 to {MOST}", hint=_HINT)
    rhythm, payload = read_rhythm(str(event.get("every", "5m"))), event.get("payload")
    demand = Demand(
        target=Target(function, alias),
        environments=count,
        until_s=at_s + lasting_s(rhythm),
        reserved_ratio=float(event.get("of_reserved", 0.1)),
        payload=None if payload is None else json.dumps(payload).encode(),
    )
    return Scheduled(
        demand=demand,
        at_s=at_s,
        only=read_hours(event["only"]) if event.get("only") else None,
        unless=tuple(read_hours(text) for text in event.get("unless", ())),
    )


def lasting_s(rhythm: Rhythm) -> float:
    """Return how long a demand stands that is said again in this rhythm."""
    return (rhythm.minutes or 60) * 60 + GRACE_S


def _instant(text: object, now_s: float) -> float:
    """Return when a schedule was to call; Scheduler writes it as 2022-03-22T18:59:43Z."""
    if not isinstance(text, str):
        return now_s
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return now_s
    return found.timestamp() if found.tzinfo else now_s
