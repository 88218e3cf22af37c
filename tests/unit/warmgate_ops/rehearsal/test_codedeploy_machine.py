"""The lifecycle of a deployment as a pure function."""

from __future__ import annotations

from dataclasses import replace

import pytest

from warmgate_ops.rehearsal.cloud.codedeploy.machine import ALIAS_MISMATCH, create, refusal_of, rollback_of, step
from warmgate_ops.rehearsal.cloud.codedeploy.values import (
    AlarmsRead,
    Begin,
    CallFailed,
    DeploymentState,
    DeploymentStatus,
    Effect,
    EmitNotice,
    EventName,
    EventStatus,
    Hook,
    HookStatus,
    Input,
    InvokeHook,
    Notice,
    Plan,
    RollbackCause,
    Routing,
    Schedule,
    SetWeights,
    StartRollback,
    StopAsked,
    TimePasses,
    WeightsAre,
)

LINEAR = Schedule(Routing.LINEAR, 10, 2)
CANARY = Schedule(Routing.CANARY, 10, 5)
PLAN = Plan(
    deployment_id="d-AAAAAAAAA",
    rollback_id="d-BBBBBBBBB",
    function="checkout",
    alias="live",
    baseline="7",
    candidate="8",
    before=Hook("CodeDeployHook_before", "one"),
    after=Hook("CodeDeployHook_after", "two"),
    schedule=CANARY,
    rollback_on=frozenset({RollbackCause.FAILURE}),
)
BEGIN = Begin("7")
BARE = replace(PLAN, before=None, after=None)


def after(plan: Plan, *happened: tuple[Input, float]) -> tuple[DeploymentState, list[Effect]]:
    """Return a deployment after several things happened, with all it asked for."""
    state, asked = create(plan, 0.0), list[Effect]()
    for what, now_s in happened:
        state, effects = step(state, what, now_s)
        asked += effects
    return state, asked


def statuses(state: DeploymentState) -> dict[EventName, EventStatus]:
    """Return the status of each lifecycle event."""
    return {event.name: event.status for event in state.events}


@pytest.mark.parametrize(
    ("schedule", "minutes", "weight"),
    [
        (Schedule(), 0, 1.0),
        (CANARY, 0, 0.1),
        (CANARY, 4.99, 0.1),
        (CANARY, 5, 1.0),
        (LINEAR, 0, 0.1),
        (LINEAR, 1.99, 0.1),
        (LINEAR, 2, 0.2),
        (LINEAR, 17.9, 0.9),
        (LINEAR, 18, 1.0),
        (LINEAR, 500, 1.0),
        (Schedule(Routing.LINEAR, 33, 1), 3, 1.0),
        (Schedule(Routing.LINEAR, 33, 1), 2, 0.99),
    ],
)
def test_weight_follows_the_schedule(schedule: Schedule, minutes: float, weight: float) -> None:
    """The first increment is due at once, the next after each interval, and never more than everything."""
    assert schedule.weight_at(minutes * 60) == weight


@pytest.mark.parametrize("plan", [PLAN, BARE])
def test_lifecycle_has_every_event_whatever_the_appspec_names(plan: Plan) -> None:
    """A hook event that nobody serves is there all the same, and succeeds at once."""
    assert [event.name for event in create(plan, 0).events] == list(EventName)


def test_an_event_without_a_hook_succeeds_at_once() -> None:
    """Nobody is called and nothing is waited for, before the shift and after it."""
    state, asked = after(BARE, (BEGIN, 0), (WeightsAre(0.1), 1), (TimePasses(), 300), (WeightsAre(1.0), 300))

    assert set(statuses(state).values()) == {EventStatus.SUCCEEDED}
    assert not [ask for ask in asked if isinstance(ask, InvokeHook)]


def test_several_alarms_stand_in_brackets_of_their_own() -> None:
    """As CodeDeploy writes them."""
    state, _ = after(PLAN, (BEGIN, 0), (AlarmsRead(("errors", "latency")), 1))

    assert state.error is not None
    assert state.error.message.endswith("Activated alarms: <errors> <latency>")


def test_begin_calls_the_first_hook_and_moves_nothing() -> None:
    """BeforeAllowTraffic is called with its two ids before any weight is set."""
    state, asked = after(PLAN, (BEGIN, 5.0))

    assert state.running == replace(create(PLAN, 0).events[1], status=EventStatus.IN_PROGRESS, start_s=5.0)
    assert asked == [
        EmitNotice("d-AAAAAAAAA", Notice.START),
        InvokeHook(EventName.BEFORE_ALLOW_TRAFFIC, "CodeDeployHook_before", "d-AAAAAAAAA", "one"),
    ]


def test_canary_shifts_in_two_steps_and_ends_at_one_version() -> None:
    """The candidate is an additional version during the shift and the alias's only one at its end."""
    state, asked = after(
        BARE,
        (BEGIN, 0),
        (WeightsAre(0.1), 1),
        (TimePasses(), 299),
        (TimePasses(), 300),
        (WeightsAre(1.0), 301),
    )

    weights = [(ask.version, ask.extra) for ask in asked if isinstance(ask, SetWeights)]
    assert weights == [("7", (("8", 0.1),)), ("8", ())]
    assert state.status is DeploymentStatus.SUCCEEDED
    assert (state.start_s, state.complete_s, state.weight) == (0, 301, 1.0)
    assert asked[-1] == EmitNotice("d-AAAAAAAAA", Notice.SUCCESS)


def test_late_clock_skips_increments_but_not_the_schedule() -> None:
    """Increments that were missed are not made up one by one, and later ones stay where they were due."""
    linear = replace(BARE, schedule=LINEAR)
    _, asked = after(
        linear, (BEGIN, 0), (WeightsAre(0.1), 0), (TimePasses(), 250), (TimePasses(), 359), (TimePasses(), 360)
    )

    assert [ask.weight for ask in asked if isinstance(ask, SetWeights)] == [0.1, 0.3, 0.4]


def test_shift_waits_for_the_alias() -> None:
    """AllowTraffic has not succeeded before the alias was seen to have changed."""
    state, _ = after(replace(BARE, schedule=Schedule()), (BEGIN, 0), (TimePasses(), 9))

    assert statuses(state)[EventName.ALLOW_TRAFFIC] is EventStatus.IN_PROGRESS
    assert state.weight == 0


@pytest.mark.parametrize(
    ("happened", "status", "code", "rolls_back"),
    [
        (HookStatus("one", "Failed"), DeploymentStatus.FAILED, "HOOK_EXECUTION_FAILURE", True),
        (AlarmsRead(("errors",)), DeploymentStatus.STOPPED, "ALARM_ACTIVE", False),
        (AlarmsRead(unreadable="no answer"), DeploymentStatus.STOPPED, "ALARM_ACTIVE", False),
        (StopAsked(), DeploymentStatus.STOPPED, "MANUAL_STOP", False),
        (StopAsked(roll_back=True), DeploymentStatus.STOPPED, "MANUAL_STOP", True),
        (CallFailed(EventName.BEFORE_ALLOW_TRAFFIC, "X", "y"), DeploymentStatus.FAILED, "X", True),
    ],
)
def test_bad_ends_before_traffic_shift_nothing(
    happened: Input, status: DeploymentStatus, code: str, rolls_back: bool
) -> None:
    """However it ends before AllowTraffic, no weight was asked for, and what did not run is skipped."""
    state, asked = after(PLAN, (BEGIN, 0), (happened, 60))

    assert state.status is status
    assert state.error is not None
    assert state.error.code == code
    assert not [ask for ask in asked if isinstance(ask, SetWeights)]
    assert any(isinstance(ask, StartRollback) for ask in asked) is rolls_back
    assert list(statuses(state).values()) == ["Succeeded", "Failed", "Skipped", "Skipped", "Skipped"]


def test_hook_that_says_nothing_fails_after_an_hour() -> None:
    """3,600 s is the limit, to the second; who tells later is told that it is over."""
    in_time, _ = after(PLAN, (BEGIN, 0), (HookStatus("one", "Succeeded"), 3599.9))
    late, _ = after(PLAN, (BEGIN, 0), (HookStatus("one", "Succeeded"), 3600))

    assert in_time.status is DeploymentStatus.IN_PROGRESS
    assert late.status is DeploymentStatus.FAILED
    assert late.events[1].message == "CodeDeployHook_before reported no status within 3600 s"
    refusal = refusal_of(late, HookStatus("one", "Succeeded"))
    assert refusal is not None
    assert refusal[0] == "LifecycleEventAlreadyCompletedException"


@pytest.mark.parametrize("begin", [Begin("6"), Begin("7", (("6", 0.1),))])
def test_alias_must_point_at_the_current_version_alone(begin: Begin) -> None:
    """A misplaced or weighted alias fails the deployment with AWS's words, and nothing is rolled back."""
    state, asked = after(PLAN, (begin, 0))

    assert state.error is not None
    assert (state.error.code, state.error.message) == ("INVALID_LAMBDA_CONFIGURATION", ALIAS_MISMATCH)
    assert asked == [EmitNotice("d-AAAAAAAAA", Notice.START), EmitNotice("d-AAAAAAAAA", Notice.FAILURE)]


def test_failed_after_hook_leaves_the_alias_to_the_rollback() -> None:
    """All traffic is on the candidate when AfterAllowTraffic fails; only the rollback deployment moves it back."""
    shifted = (BEGIN, 0), (WeightsAre(1.0), 0), (HookStatus("two", "Failed"), 30)
    plan = replace(PLAN, before=None, schedule=Schedule())
    state, asked = after(plan, *shifted)
    unasked, nothing = after(replace(plan, rollback_on=frozenset()), *shifted)

    assert (state.weight, state.rollback_deployment_id) == (1.0, "d-BBBBBBBBB")
    assert isinstance(asked[-1], StartRollback)
    assert (unasked.weight, unasked.rollback_deployment_id) == (1.0, "")
    assert isinstance(nothing[-1], EmitNotice)


def test_rollback_swaps_the_versions_and_takes_any_alias() -> None:
    """A rollback goes back all at once, wherever the alias stands, and whatever the alarms say."""
    plan = rollback_of(PLAN, "d-BBBBBBBBB", "d-CCCCCCCCC", (None, None))
    state, asked = after(plan, (AlarmsRead(("errors",)), 0), (Begin("8", (("7", 0.5),)), 0), (WeightsAre(1.0), 1))

    assert (plan.baseline, plan.candidate, plan.triggered_by) == ("8", "7", "d-AAAAAAAAA")
    assert [(ask.version, ask.extra) for ask in asked if isinstance(ask, SetWeights)] == [("7", ())]
    assert state.status is DeploymentStatus.SUCCEEDED


@pytest.mark.parametrize("end", [HookStatus("one", "Failed"), StopAsked(roll_back=True)])
def test_rollback_that_ends_badly_is_not_rolled_back(end: Input) -> None:
    """Recovery does not chase its own tail, not even on request."""
    plan = rollback_of(PLAN, "d-BBBBBBBBB", "d-CCCCCCCCC", (PLAN.before, None))
    state, asked = after(plan, (Begin(""), 0), (end, 1))

    assert state.status.is_terminal
    assert not any(isinstance(ask, StartRollback) for ask in asked)


def test_confirmation_of_another_weight_is_not_taken() -> None:
    """The alias having everything is believed only after everything was asked for."""
    state, _ = after(BARE, (BEGIN, 0))
    same, asked = step(state, WeightsAre(1.0), 0)

    assert (same, asked) == (state, ())


@pytest.mark.parametrize("end", [StopAsked(roll_back=True), CallFailed(EventName.START, "X", "no alias")])
def test_nothing_is_rolled_back_that_never_began(end: Input) -> None:
    """Before its start a deployment has changed nothing, and its alias may stand anywhere."""
    state, asked = after(PLAN, (end, 0))

    assert state.status.is_terminal
    assert not any(isinstance(ask, StartRollback) for ask in asked)


def test_failure_of_a_call_whose_event_is_over_changes_nothing() -> None:
    """A hook that reported its status although its call seemed to fail was called."""
    state, _ = after(PLAN, (BEGIN, 0), (HookStatus("one", "Succeeded"), 1))
    same, asked = step(state, CallFailed(EventName.BEFORE_ALLOW_TRAFFIC, "X", "lost answer"), 1)

    assert (same, asked) == (state, ())


@pytest.mark.parametrize(
    ("reported", "code"),
    [
        (HookStatus("one", "Skipped"), "InvalidLifecycleEventHookExecutionStatusException"),
        (HookStatus("one", ""), "InvalidLifecycleEventHookExecutionStatusException"),
        (HookStatus("three", "Succeeded"), "InvalidLifecycleEventHookExecutionIdException"),
        (HookStatus("two", "Succeeded"), "InvalidLifecycleEventHookExecutionIdException"),
    ],
)
def test_status_that_cannot_be_taken_is_refused(reported: HookStatus, code: str) -> None:
    """Only Succeeded or Failed, only for a hook that was called."""
    state, _ = after(PLAN, (BEGIN, 0))
    refusal = refusal_of(state, reported)

    assert refusal is not None
    assert refusal[0] == code
    assert step(state, reported, 0) == (state, ())
