"""Many guards at once in one account and region, on a virtual clock: the real use case and the real adapters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from bench.quotas.light import LightLogs
from support.fakes.lambda_runs import SharedClock
from support.fakes.quota_cloud import FunctionTraffic, QuotaAccount
from support.fakes.shift_world import LIVE, ShiftWorld
from warmgate.adapters.metrics import CloudWatchMetrics
from warmgate.live.pace import GUARDS_PART
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Shift
from warmgate.policy.values import Live

BEGAN_S, BAD_FROM_S = 30.0, 120.0
"""Of the shift, and of what is wrong with the new version: traffic was good for a while."""
NEW_PART = 0.5
"""Of the calls that the new version serves."""
ENOUGH = 20
"""Calls of the new version, half of which fail: what a guard needs that reads all at once."""
RUN_S = 890.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How many guards there are, where, and what they watch."""

    guards: int
    filter_per_s: float
    calls_per_s: float
    """Of each function, both versions together."""
    bad: bool = False
    seconds: float = 600.0
    bad_environment: bool = False
    old_error_share: float = 0.0
    outage_s: tuple[float, float] | None = None
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a setting."""

    stopped_s: tuple[float, ...]
    """After enough failing calls, by guard; infinite where it did not stop."""
    by_metrics: int
    """Of the stops."""
    reads_per_s: float
    metrics_per_s: float
    refused: float
    """Share of FilterLogEvents requests."""
    longest_gaps_s: tuple[float, ...]
    """Between two pages, by guard."""
    unread: int
    """How often a guard said that it could read nothing for a minute."""
    reads_per_guard_minute: float


class SimulatedTurns:
    """The queue of the guards of one run of the simulation, as the table keeps it."""

    def __init__(self, clock: SharedClock, per_s: float) -> None:
        self._clock, self._step_ms, self._next_ms = clock, 1000 / per_s, 0.0

    def take(self, requests: int) -> float:
        """Queue behind those that came before."""
        turn_ms = max(self._clock.at_ms, self._next_ms)
        self._next_ms = turn_ms + requests * self._step_ms
        return turn_ms - self._clock.at_ms


class _Counts:
    """Adds up what guards count."""

    def __init__(self) -> None:
        self.unread = 0

    def count(self, _deployment: Deployment, counts: dict[str, float]) -> None:
        """Add."""
        self.unread += int(counts.get("LiveTrafficUnread", 0))


def simulated(setting: Setting) -> Result:
    """Play a setting to its end."""
    clock, counts = SharedClock(), _Counts()
    account = QuotaAccount(clock, filter_per_s=setting.filter_per_s, seed=setting.seed)
    if setting.outage_s is not None:
        account.outages.append((setting.outage_s[0] * 1000, setting.outage_s[1] * 1000))
    turns = SimulatedTurns(clock, GUARDS_PART * setting.filter_per_s)
    worlds, ended_s = [], [0.0] * setting.guards
    for number in range(setting.guards):
        world = _world(clock, setting, number)
        worlds.append(world)
        traffic = _traffic(setting, number)

        def run(world: ShiftWorld = world, traffic: FunctionTraffic = traffic, number: int = number) -> None:
            clients = account.clients_of(traffic)
            guard = replace(
                world.guard(),
                logs=LightLogs(clients, clock),
                metrics=CloudWatchMetrics(clients),
                counts=counts,
                turns=turns,
            )
            guard.run(Shift(deployment_id=world.deployment_id), Deadline(clock.at_ms + RUN_S * 1000))
            ended_s[number] = clock.at_ms / 1000

        clock.start(10_000.0 * number / setting.guards, run)
    clock.play()
    return _result(setting, account, worlds, ended_s, counts.unread)


def _world(clock: SharedClock, setting: Setting, number: int) -> ShiftWorld:
    world = ShiftWorld(clock=clock, seconds=0.001, began_s=BEGAN_S)
    world.shifts.ended_s = BEGAN_S + setting.seconds
    world.deployment_id = world.shifts.deployment_id = f"d-{setting.seed}{number:08d}"
    world.policies.policy = replace(LIVE, live=Live(error_ratio=0.01))
    return world


def _traffic(setting: Setting, number: int) -> FunctionTraffic:
    return FunctionTraffic(
        number=number,
        new_per_s=NEW_PART * setting.calls_per_s,
        old_per_s=(1 - NEW_PART) * setting.calls_per_s,
        began_ms=BEGAN_S * 1000,
        bad_from_ms=BAD_FROM_S * 1000 if setting.bad else math.inf,
        error_share=0.5 if setting.bad else 0.0,
        old_error_share=setting.old_error_share,
        bad_environment=setting.bad_environment,
    )


def enough_s(setting: Setting) -> float:
    """Return when enough calls have failed."""
    return BAD_FROM_S + ENOUGH / (NEW_PART * setting.calls_per_s)


def _result(
    setting: Setting, account: QuotaAccount, worlds: list[ShiftWorld], ended_s: list[float], unread: int
) -> Result:
    stops = [world.shifts.stopped_at_ms for world in worlds]
    used, lasted_s = account.used, max(ended_s)
    answered, refused = used.answered["FilterLogEvents"], used.refused["FilterLogEvents"]
    gaps = [
        max((after - before for before, after in pairwise(at)), default=0.0)
        for at in (sorted([*used.looks_ms.get(number, []), end * 1000]) for number, end in enumerate(ended_s))
    ]
    return Result(
        stopped_s=tuple(math.inf if at is None else at / 1000 - enough_s(setting) for at in stops),
        by_metrics=sum("CloudWatch's metrics" in str(world.reports.published) for world in worlds),
        reads_per_s=answered / lasted_s,
        metrics_per_s=used.answered["GetMetricData"] / lasted_s,
        refused=refused / max(1, answered + refused),
        longest_gaps_s=tuple(sorted(gap / 1000 for gap in gaps)),
        unread=unread,
        reads_per_guard_minute=answered / (sum(ended_s) / 60),
    )
