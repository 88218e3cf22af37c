"""Guards that must share a quota, and guards that can read nothing: what they read instead, and what they say."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from bench.quotas.simulate import Setting, simulated
from support.fakes.shift_world import ShiftWorld
from support.traffic.shifts import Defect
from warmgate.errors import LogLookupError
from warmgate.live.watch import Ending, GuardResult
from warmgate.model.deployment import Deployment, Shift
from warmgate.model.traffic import MetricCounts

THROTTLED = LogLookupError("/aws/lambda/checkout could not be read: ThrottlingException", throttled=True)


@dataclass
class Kept:
    """Keeps what was counted."""

    found: dict[str, float] = field(default_factory=dict)

    def count(self, deployment: Deployment, counts: dict[str, float]) -> None:
        """Add."""
        for name, value in counts.items():
            self.found[name] = self.found.get(name, 0.0) + value


def guarded(world: ShiftWorld, kept: Kept, *, metrics: bool = True) -> GuardResult:
    """Run the guard over a whole shift."""
    guard = replace(world.guard(), counts=kept, metrics=world.metrics if metrics else None)
    return guard.run(Shift(deployment_id=world.deployment_id), world.deadline(890))


def test_what_nobody_could_read_for_a_minute_rings_and_stops_nothing() -> None:
    """Neither log nor metrics answer: people are told, and the shift goes on."""
    world, kept = ShiftWorld(seconds=200.0, defect=Defect(error_share=0.5)), Kept()
    world.logs.fails, world.metrics.fails = THROTTLED, True
    assert guarded(world, kept).ending is Ending.SHIFTED
    assert world.shifts.stopped == []
    assert 2 <= kept.found["LiveTrafficUnread"] <= 3
    assert kept.found["LogThrottles"] > 0
    assert any("could not be read for 6" in line for line in world.lines)


def test_counts_stop_what_the_log_cannot_show() -> None:
    """The log is refused for minutes; CloudWatch's counts leave no doubt, and the report says so."""
    world, kept = ShiftWorld(seconds=200.0), Kept()
    world.logs.fails = THROTTLED
    world.metrics.found = {"2": MetricCounts(calls=600, errors=300), "1": MetricCounts(calls=600, errors=0)}
    found = guarded(world, kept)
    assert found.ending is Ending.STOPPED
    assert world.shifts.stopped_at_ms is not None
    assert world.shifts.stopped_at_ms < (world.shifts.began_s + 60) * 1000
    assert "LiveTrafficUnread" not in kept.found
    ((judgement, _),) = world.reports.published
    assert "CloudWatch's metrics" in judgement.verdict.findings[0].details


def test_counts_alone_stop_nothing_while_the_log_is_read() -> None:
    """The log says more: metrics are not even asked."""
    world, kept = ShiftWorld(seconds=60.0), Kept()
    world.metrics.found = {"2": MetricCounts(calls=600, errors=300)}
    assert guarded(world, kept).ending is Ending.SHIFTED


def test_a_guard_without_metrics_goes_on_reading() -> None:
    """And a log that answers again is judged again."""
    world, kept = ShiftWorld(seconds=300.0, defect=Defect(error_share=0.5)), Kept()
    world.logs.fails = THROTTLED

    def answer() -> None:
        world.logs.fails = None

    world.clock.call_at(90_000.0, answer)
    assert guarded(world, kept, metrics=False).ending is Ending.STOPPED
    ((judgement, _),) = world.reports.published
    assert any("could not be read for" in note for note in judgement.notes)


def test_forty_guards_share_five_requests_a_second() -> None:
    """Every bad release is stopped, most within a minute, and no good one; none waits much longer than its turn."""
    setting = Setting(guards=40, filter_per_s=5.0, calls_per_s=4.0, seconds=240.0)
    good, bad = simulated(setting), simulated(replace(setting, bad=True))
    assert all(math.isinf(at) for at in good.stopped_s)
    assert all(at < 120 for at in bad.stopped_s)
    assert sum(at < 60 for at in bad.stopped_s) >= 36
    assert good.longest_gaps_s[-1] < 90
    assert good.unread == bad.unread == 0


def test_minutes_of_refusals_are_bridged_by_counts() -> None:
    """FilterLogEvents is refused for four minutes: metrics come a minute or two later, and stop what half fails."""
    setting = Setting(guards=3, filter_per_s=5.0, calls_per_s=20.0, seconds=600.0, bad=True, outage_s=(100.0, 500.0))
    found = simulated(setting)
    assert found.by_metrics == 3
    assert all(at < 240 for at in found.stopped_s)
