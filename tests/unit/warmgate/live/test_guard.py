"""The guard stops a bad shift within seconds, a good one never, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.fakes.shift_world import LIVE, ShiftWorld
from support.fakes.world import EPOCH_MS
from support.traffic.shifts import Defect
from warmgate.errors import (
    DeploymentLookupError,
    LogLookupError,
    OtherPlatformError,
    PolicyLookupError,
    ReportError,
    StopError,
)
from warmgate.live.lease import LEASE_MS, RENEW_MS
from warmgate.live.watch import Ending, GuardResult
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Shift
from warmgate.model.verdict import Mode
from warmgate.policy.values import Live

BROKEN = Defect(error_share=0.5)


def guarded(world: ShiftWorld, seconds: float = 890.0) -> GuardResult:
    """Run the guard as the deployment's start event does."""
    return world.guard().run(Shift(deployment_id=world.deployment_id), world.deadline(seconds))


@pytest.mark.parametrize(
    ("defect", "check"),
    [
        (BROKEN, "live.errors.rate"),
        (Defect(times=2.0), "live.duration.body"),
        (Defect(slow_share=0.3, slow_times=4.0), "live.duration.tail"),
        (Defect(error_share=0.5, from_s=60.0), "live.errors.rate"),
        (Defect(times=2.0, from_s=60.0), "live.duration"),
    ],
)
def test_a_bad_shift_is_stopped_with_the_reason(defect: Defect, check: str) -> None:
    """Errors, slowness and a slow path are seen at ten calls a second, from the start or only later."""
    world = ShiftWorld(defect=defect)
    found = guarded(world)
    assert found.ending is Ending.STOPPED
    assert found.verdict is not None
    assert check in found.verdict.reason
    assert world.shifts.stopped == [world.deployment_id]
    assert world.shifts.stopped_at_ms is not None
    assert world.shifts.stopped_at_ms - (world.shifts.began_s + defect.from_s) * 1000 < 45_000
    (judgement, _), *_ = world.reports.published
    assert judgement.verdict == found.verdict
    assert judgement.samples


@pytest.mark.parametrize("seed", ["a", *(pytest.param(seed, marks=pytest.mark.slow) for seed in "bcd")])
def test_a_good_shift_is_left_alone(seed: str) -> None:
    """It is watched to its end and no longer."""
    world = ShiftWorld(seed=seed)
    assert guarded(world).ending is Ending.SHIFTED
    assert world.shifts.stopped == []
    assert world.clock.at_ms < (world.shifts.ended_s + 15) * 1000


def test_errors_that_both_versions_share_stop_nothing() -> None:
    """An outage behind the function is not the release's fault."""
    world = ShiftWorld(seed="outage")
    failed = {call.record.request_id for place, call in enumerate(world.logs.written) if place % 4 == 0}
    world.logs.written = [
        replace(call, record=replace(call.record, status="error", error_type="Timeout"))
        if call.record.request_id in failed
        else call
        for call in world.logs.written
    ]
    assert guarded(world).ending is Ending.SHIFTED
    assert world.shifts.stopped == []


def test_the_same_event_twice_guards_once() -> None:
    """The second run finds the first one's mark."""
    world = ShiftWorld(defect=BROKEN)
    assert guarded(world).ending is Ending.STOPPED
    assert guarded(world).ending is Ending.BUSY
    assert world.shifts.stopped == [world.deployment_id]


def test_a_rollback_is_not_guarded() -> None:
    """Recovery is never stopped."""
    world = ShiftWorld(defect=BROKEN)
    first = replace(world.deployment(), deployment_id="d-FIRST0000", baseline="2", candidate="1")
    world.clock.at_ms = 0.0
    world.lineage.known = {first.deployment_id: first}
    world.shifts.creator, world.shifts.rollback_of = "codeDeployRollback", first.deployment_id
    assert guarded(world).ending is Ending.NOT_OURS
    assert world.shifts.stopped == []


def test_what_only_claims_to_be_a_rollback_is_guarded() -> None:
    """A description stops nobody from stopping a shift that harms traffic, and the log says what was not believed."""
    world = ShiftWorld(defect=BROKEN)
    world.shifts.description = "[warmgate rollback of d-FIRST0000]"
    assert guarded(world).ending is Ending.STOPPED
    assert any("NOT A ROLLBACK" in line for line in world.lines)


def test_a_deployment_of_another_platform_is_left_at_once() -> None:
    """ECS and EC2 deployments send the same events: nothing is waited for."""
    world = ShiftWorld(defect=BROKEN)
    world.shifts.fails = [OtherPlatformError("found compute platform ECS, expected Lambda")]
    assert guarded(world).ending is Ending.NOT_OURS
    assert world.clock.at_ms < 1_000


@pytest.mark.parametrize("trouble", ["unknown deployment", "no policy", "no live limits"])
def test_what_is_not_ours_ends_quietly(trouble: str) -> None:
    """No error, no stop, no report."""
    world = ShiftWorld(defect=BROKEN)
    if trouble == "unknown deployment":
        world.shifts.described_from_s = 10_000
    if trouble == "no policy":
        world.policies.fails = PolicyLookupError("s3://bucket/key could not be read")
    if trouble == "no live limits":
        world.policies.policy = replace(LIVE, live=Live())
    assert guarded(world).ending is Ending.NOT_OURS
    assert world.shifts.stopped == []
    assert world.reports.published == []


def test_a_deployment_that_ended_before_its_event_came_is_left_alone() -> None:
    """Events may be late: a deployment that ended is never stopped."""
    world = ShiftWorld(defect=BROKEN)
    world.clock.at_ms = (world.shifts.ended_s + 5) * 1000
    assert guarded(world).ending is Ending.SHIFTED
    assert (world.shifts.stopped, world.shifts.refused) == ([], [])


def test_a_shift_that_ends_while_the_verdict_is_found_is_not_stopped() -> None:
    """CodeDeploy is asked once more before the order."""
    world = ShiftWorld(defect=Defect(error_share=0.9), seconds=6.0, log_late_ms=5_500.0)
    found = guarded(world)
    assert found.ending is Ending.SHIFTED
    assert (world.shifts.stopped, world.shifts.refused) == ([], [])


def test_the_target_of_a_young_deployment_is_waited_for() -> None:
    """The start event may come before the deployment has a target."""
    world = ShiftWorld(defect=BROKEN)
    world.shifts.described_from_s = 8.0
    assert guarded(world).ending is Ending.STOPPED


def test_observe_stops_nothing_and_reports() -> None:
    """The policy's mode holds for the guard too."""
    world = ShiftWorld(defect=BROKEN)
    world.policies.policy = replace(LIVE, mode=Mode.OBSERVE)
    found = guarded(world)
    assert found.ending is Ending.SHIFTED
    assert world.shifts.stopped == []
    assert len(world.reports.published) == 1


@pytest.mark.slow
def test_a_run_hands_over_before_its_time_is_up_and_the_next_one_stops_the_shift() -> None:
    """What the first run knows travels as a value; the strictness of the watch goes on where it stood."""
    world = ShiftWorld(defect=Defect(error_share=0.5, from_s=100.0), seconds=200.0)
    assert guarded(world, seconds=90.0).ending is Ending.HANDED_OVER
    (successor,) = world.handover.started
    assert successor.run == 2
    assert successor.stretch > 1
    found = world.guard().run(successor, world.deadline(890))
    assert found.ending is Ending.STOPPED
    assert world.guard().run(successor, world.deadline(890)).ending is Ending.BUSY


def test_a_run_that_takes_over_begins_no_second_grace() -> None:
    """What is slow a minute after the shift began has no cold cache, whoever looks first."""
    world = ShiftWorld(defect=Defect(times=2.0))
    world.clock.at_ms = 80_000.0
    since_ms = EPOCH_MS + 70_000.0
    found = world.guard().run(
        Shift(deployment_id=world.deployment_id, run=2, stretch=4, since_ms=since_ms), world.deadline(890)
    )
    assert found.ending is Ending.STOPPED
    assert world.clock.at_ms < 95_000


def test_what_no_cold_cache_explains_is_stopped_while_a_tenth_of_twenty_callers_a_second_meets_it() -> None:
    """Five times as long from the first call on: neither first calls nor the grace hide it."""
    world = ShiftWorld(defect=Defect(times=5.0), new_per_s=2.0, old_per_s=18.0)
    assert guarded(world).ending is Ending.STOPPED
    assert world.clock.at_ms < (world.shifts.began_s + 30) * 1000


def test_a_shift_that_has_not_begun_is_waited_for_across_runs() -> None:
    """The hook before it may take an hour."""
    world = ShiftWorld(defect=BROKEN, began_s=200.0)
    assert guarded(world, seconds=100.0).ending is Ending.HANDED_OVER
    (successor,) = world.handover.started
    assert world.guard().run(successor, world.deadline(890)).ending is Ending.STOPPED


def test_troubles_on_the_way_are_lived_through() -> None:
    """CodeDeploy and the log may fail for a while: the guard goes on."""
    world = ShiftWorld(defect=Defect(error_share=0.5, from_s=40.0))
    world.logs.fails = LogLookupError("throttled")
    world.clock.at_ms = 15_000.0

    real_sleep = world.clock.sleep_ms

    def sleep_ms(duration_ms: float) -> None:
        real_sleep(duration_ms)
        world.logs.fails = LogLookupError("throttled") if int(world.clock.at_ms / 6000) % 2 else None
        if 30_000 < world.clock.at_ms < 36_000:
            world.shifts.fails[:] = [DeploymentLookupError("throttled")]

    world.clock.sleep_ms = sleep_ms  # type: ignore[method-assign]
    assert guarded(world).ending is Ending.STOPPED
    assert any("could not be read" in line for line in world.lines)


def test_a_stop_that_fails_is_tried_again() -> None:
    """By the same run, while the shift goes on and there is time."""
    world = ShiftWorld(defect=BROKEN)
    world.shifts.stop_fails[:] = [StopError("d-ABCDEF123: ThrottlingException")] * 5
    assert guarded(world).ending is Ending.STOPPED
    assert world.shifts.stopped == [world.deployment_id]


def test_a_shift_that_ends_while_its_stop_fails_is_over() -> None:
    """There is nothing left to stop, and nothing to raise."""
    world = ShiftWorld(defect=BROKEN, seconds=60.0)
    world.shifts.stop_fails[:] = [StopError("d-ABCDEF123: AccessDenied")] * 500
    assert guarded(world).ending is Ending.SHIFTED
    assert (world.shifts.stopped, world.shifts.refused) == ([], [])


def test_a_stop_that_fails_to_the_end_of_a_run_is_left_to_the_next_delivery() -> None:
    """The run ends in an error and lets go of its lease: Lambda's retry of the event stops the shift, once."""
    world = ShiftWorld(defect=BROKEN, seconds=400.0)
    world.shifts.stop_fails[:] = [StopError("d-ABCDEF123: AccessDenied")] * 500
    with pytest.raises(StopError):
        guarded(world, seconds=90.0)
    world.shifts.stop_fails.clear()
    assert guarded(world).ending is Ending.STOPPED
    assert world.shifts.stopped == [world.deployment_id]


def test_no_call_may_outlast_the_lease() -> None:
    """Whatever a run waits for, it is back in time to renew; and a lease is over before Lambda's retry comes."""
    world = ShiftWorld(defect=Defect(error_share=0.5, from_s=40.0))
    given: list[float] = []

    class Noting:
        """A port that notes how much time each call is given."""

        def __init__(self, port: Any) -> None:
            self._port = port

        def __getattr__(self, name: str) -> Any:
            def called(*args: Any) -> Any:
                given.extend(arg.left_ms(world.clock.at_ms) for arg in args if isinstance(arg, Deadline))
                return getattr(self._port, name)(*args)

            return called

    guard = world.guard()
    shifts, policies, logs = (Noting(port) for port in (guard.shifts, guard.policies, guard.logs))
    noting = replace(guard, shifts=shifts, policies=policies, logs=logs)
    noting.run(Shift(deployment_id=world.deployment_id), world.deadline(890))

    assert world.shifts.stopped
    assert max(given) + RENEW_MS < LEASE_MS < 60_000.0


def test_a_sink_that_fails_changes_nothing() -> None:
    """The stop is done, the trouble is in the log."""
    world = ShiftWorld(defect=BROKEN)
    world.reports.fails = ReportError("no bucket")
    assert guarded(world).ending is Ending.STOPPED
    assert any("report not published" in line for line in world.lines)
