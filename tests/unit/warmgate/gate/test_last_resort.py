"""The status that is reported with the last seconds, whatever the hook is doing, on a virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from support.fakes.world import EXECUTION, FakeDeployments, World
from warmgate.errors import StatusReportError
from warmgate.gate.last_resort import RINGS_MS
from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome

HOUR_MS = 3_600_000.0


def hang_in_describe(world: World) -> None:
    """Let CodeDeploy's answer trickle in for an hour."""
    world.codedeploy.describe_takes_ms = HOUR_MS


def hang_in_policy(world: World) -> None:
    """Let the policy's source answer after an hour."""
    world.policies.takes_ms = HOUR_MS


def hang_in_report(world: World) -> None:
    """Let the status be taken, and its answer come after an hour."""
    world.last = FakeDeployments(world.clock, world.codedeploy.deployment, reported=world.codedeploy.reported)
    world.codedeploy.tell_takes_ms = HOUR_MS


def run(world: World) -> None:
    """Run the gate with 270 s for measuring and 27 more for reporting."""
    world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))


@pytest.mark.parametrize("hang", [hang_in_describe, hang_in_policy])
def test_a_hook_that_is_held_reports_failed_in_time(hang: Callable[[World], None]) -> None:
    """Nothing was decided: Failed, before the time is over, with its reason in log and report."""
    world = World()
    hang(world)

    run(world)

    assert world.codedeploy.reported == [Status.FAILED]
    assert world.codedeploy.reported_at_ms == [297_000.0 - RINGS_MS]
    (judgement, status), *_ = world.reports.published
    assert (judgement.verdict.outcome, status) == (Outcome.ERROR, Status.FAILED)
    assert "no verdict in time" in judgement.verdict.reason
    assert any("no verdict in time" in line for line in world.lines)


def test_what_was_decided_is_what_the_last_resort_reports() -> None:
    """A report that hangs is made again on another connection, with the verdict that was found."""
    world = World()
    hang_in_report(world)

    run(world)

    assert set(world.codedeploy.reported) == {Status.SUCCEEDED}
    (judgement, _), *_ = world.reports.published
    assert judgement.verdict.outcome is Outcome.PASSED


def test_a_run_that_reports_in_time_is_the_only_one() -> None:
    """The timer is called off: one status, and no call of the other connection."""
    world = World()
    world.last = FakeDeployments(world.clock)
    run(world)
    world.clock.sleep_ms(HOUR_MS)

    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert world.last.reported == []
    assert len(world.reports.published) == 1


def test_a_last_resort_that_fails_leaves_it_to_lambda() -> None:
    """Neither way works: the hook fails, so that Lambda delivers the event again, and the log says why."""
    world = World()
    world.last = FakeDeployments(world.clock, tell_fails=[StatusReportError("no route")])
    world.codedeploy.tell_takes_ms = 30_000.0
    world.policies.takes_ms = 280_000.0

    with pytest.raises(StatusReportError):
        run(world)

    assert any("as the last resort (no route)" in line for line in world.lines)


def test_a_run_that_is_late_says_what_was_reported() -> None:
    """What it found after the last resort had spoken changes nothing."""
    world = World()
    world.policies.takes_ms = 295_000.0

    gated = world.gate().run(EXECUTION, world.deadline(900), world.deadline(297))

    assert (gated.status, world.codedeploy.reported) == (Status.FAILED, [Status.FAILED])
    assert len(world.reports.published) == 1


def test_a_status_that_another_run_reported_without_a_report_gets_one() -> None:
    """A run that was killed between reporting and storing is completed by Lambda's next delivery."""
    world = World()
    world.codedeploy.deployment = replace(world.codedeploy.deployment, lifecycle_event=None, reported=Status.SUCCEEDED)

    run(world)
    run(world)

    ((judgement, status),) = world.reports.published
    assert (status, judgement.verdict.outcome) == (Status.SUCCEEDED, Outcome.ERROR)
    assert "its log has the reason" in judgement.verdict.reason
    assert world.codedeploy.reported == []


def test_the_last_resort_stores_the_status_that_was_reported() -> None:
    """Another run has reported Succeeded, and this one is held: no report says Failed."""
    world = World()
    world.last = FakeDeployments(world.clock, reported=[Status.SUCCEEDED])
    world.policies.takes_ms = HOUR_MS

    run(world)

    assert [status for _, status in world.reports.published] == [Status.SUCCEEDED]


def test_a_deployment_that_is_over_is_left_alone() -> None:
    """Stopped while the hook was on its way: nothing is called and nothing is reported."""
    world = World()
    world.codedeploy.deployment = replace(world.codedeploy.deployment, status="Stopped")

    run(world)

    assert (world.codedeploy.reported, world.invoker.calls) == ([], [])
    assert any("Stopped, nothing to do" in line for line in world.lines)
