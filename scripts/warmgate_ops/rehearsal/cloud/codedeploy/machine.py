"""The lifecycle of a Lambda deployment as a pure function: no clock, no randomness, no input or output."""

from __future__ import annotations

from dataclasses import replace

from warmgate_ops.rehearsal.cloud.codedeploy.values import (
    HOOK_TIMEOUT_S,
    AlarmsRead,
    Begin,
    CallFailed,
    DeploymentState,
    DeploymentStatus,
    Effect,
    EmitNotice,
    ErrorReason,
    Event,
    EventName,
    EventStatus,
    Hook,
    HookStatus,
    Input,
    InvokeHook,
    Notice,
    Plan,
    RollbackCause,
    Schedule,
    SetWeights,
    StartRollback,
    StopAsked,
    WeightsAre,
)

BAD_APPSPEC = (
    "The deployment failed because the AppSpec file that specifies the AWS Lambda deployment configuration is missing "
    "or has an invalid configuration."
)
ALIAS_MISMATCH = f"{BAD_APPSPEC} The Lambda function alias version does not match the current version in AppSpec file."
HOOK_FAILED = "The deployment failed because one or more of the lifecycle event validation functions failed."
ACCEPTED_STATUSES = frozenset({EventStatus.SUCCEEDED.value, EventStatus.FAILED.value})

Step = tuple[DeploymentState, tuple[Effect, ...]]


def create(plan: Plan, now_s: float, candidate_share: float = 0.0) -> DeploymentState:
    """Return a deployment that waits for its start; a rollback's candidate may have traffic already."""
    events = (
        Event(name=EventName.START),
        Event(name=EventName.BEFORE_ALLOW_TRAFFIC, hook=plan.before),
        Event(name=EventName.ALLOW_TRAFFIC),
        Event(name=EventName.AFTER_ALLOW_TRAFFIC, hook=plan.after),
        Event(name=EventName.END),
    )
    return DeploymentState(plan=plan, created_s=now_s, clock_s=now_s, events=events, weight=candidate_share)


def rollback_of(failed: Plan, plan_id: str, next_id: str, hooks: tuple[Hook | None, Hook | None]) -> Plan:
    """Return the plan that puts the alias back to the version it had, all at once."""
    return Plan(
        deployment_id=plan_id,
        rollback_id=next_id,
        function=failed.function,
        alias=failed.alias,
        baseline=failed.candidate,
        candidate=failed.baseline,
        before=hooks[0],
        after=hooks[1],
        schedule=Schedule(),
        triggered_by=failed.deployment_id,
    )


def step(state: DeploymentState, happened: Input, now_s: float) -> Step:
    """Return the deployment after something happened, with what is to be done about it.

    Time is accounted for first: a status reported after the hook's hour came too late, whoever noticed it first.
    """
    if state.status.is_terminal:
        return state, ()
    now_s = max(now_s, state.clock_s)
    later, effects = _let_time_pass(replace(state, clock_s=now_s), now_s)
    if later.status.is_terminal:
        return later, effects
    after, more = _take(later, happened, now_s)
    return after, (*effects, *more)


def refusal_of(state: DeploymentState, reported: HookStatus) -> tuple[str, str] | None:
    """Return the error code and message for a status that cannot be accepted, None for one that can."""
    if reported.status not in ACCEPTED_STATUSES:
        return (
            "InvalidLifecycleEventHookExecutionStatusException",
            f"Lifecycle event hook status must be Succeeded or Failed, found {reported.status!r}",
        )
    event = _event_of(state, reported.execution_id)
    if event is None or event.status is EventStatus.PENDING:
        return (
            "InvalidLifecycleEventHookExecutionIdException",
            f"No lifecycle event hook of {state.plan.deployment_id} has the id {reported.execution_id[:24]!r}",
        )
    if event.status is not EventStatus.IN_PROGRESS:
        return (
            "LifecycleEventAlreadyCompletedException",
            f"{event.name} of {state.plan.deployment_id} has completed with status {event.status}",
        )
    return None


def _take(state: DeploymentState, happened: Input, now_s: float) -> Step:
    after: Step = (state, ())
    match happened:
        case Begin():
            after = _begin(state, happened, now_s)
        case HookStatus():
            after = _take_status(state, happened, now_s)
        case WeightsAre(weight):
            after = _confirm(state, weight, now_s)
        case AlarmsRead():
            after = _take_alarms(state, happened, now_s)
        case StopAsked():
            after = _stop(state, happened, now_s)
        case CallFailed():
            after = _take_failed_call(state, happened, now_s)
    return after


def _begin(state: DeploymentState, begin: Begin, now_s: float) -> Step:
    if state.status is not DeploymentStatus.CREATED:
        return state, ()
    plan = state.plan
    notice = EmitNotice(plan.deployment_id, Notice.START)
    started = _with(
        replace(state, status=DeploymentStatus.IN_PROGRESS, start_s=now_s),
        replace(state.events[0], status=EventStatus.IN_PROGRESS, start_s=now_s),
    )
    misplaced = not plan.is_rollback and (begin.version != plan.baseline or bool(begin.weights))
    if plan.fault or misplaced:
        reason = ErrorReason(plan.fault_code, plan.fault or ALIAS_MISMATCH)
        after, effects = _end(started, DeploymentStatus.FAILED, reason, RollbackCause.FAILURE, now_s)
    else:
        after, effects = _complete(started, EventStatus.SUCCEEDED, now_s)
    return after, (notice, *effects)


def _take_status(state: DeploymentState, reported: HookStatus, now_s: float) -> Step:
    if refusal_of(state, reported) is not None:
        return state, ()
    if reported.status == EventStatus.SUCCEEDED:
        return _complete(state, EventStatus.SUCCEEDED, now_s)
    reason = ErrorReason("HOOK_EXECUTION_FAILURE", HOOK_FAILED)
    return _end(state, DeploymentStatus.FAILED, reason, RollbackCause.FAILURE, now_s)


def _confirm(state: DeploymentState, weight: float, now_s: float) -> Step:
    running = state.running
    if running is None or running.name is not EventName.ALLOW_TRAFFIC or weight != state.asked_weight:
        return state, ()
    confirmed = replace(state, weight=weight)
    return _complete(confirmed, EventStatus.SUCCEEDED, now_s) if weight >= 1.0 else (confirmed, ())


def _take_alarms(state: DeploymentState, alarms: AlarmsRead, now_s: float) -> Step:
    if state.plan.is_rollback or not (alarms.active or alarms.unreadable):
        return state, ()
    rung = " ".join(f"<{name}>" for name in alarms.active)
    found = f"Activated alarms: {rung}" if rung else alarms.unreadable
    message = (
        "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the "
        f"affected deployments have been stopped. {found}"
    )
    reason = ErrorReason("ALARM_ACTIVE", message)
    return _end(state, DeploymentStatus.STOPPED, reason, RollbackCause.ALARM, now_s)


def _stop(state: DeploymentState, stop: StopAsked, now_s: float) -> Step:
    reason = ErrorReason("MANUAL_STOP", f"The deployment {state.plan.deployment_id} was stopped on request")
    return _end(state, DeploymentStatus.STOPPED, reason, RollbackCause.REQUEST, now_s, stop.roll_back)


def _take_failed_call(state: DeploymentState, failed: CallFailed, now_s: float) -> Step:
    running = state.running
    waits_for_start = state.status is DeploymentStatus.CREATED and failed.event is EventName.START
    if not waits_for_start and (running is None or running.name is not failed.event):
        return state, ()
    reason = ErrorReason(failed.code, failed.message)
    return _end(state, DeploymentStatus.FAILED, reason, RollbackCause.FAILURE, now_s)


def _let_time_pass(state: DeploymentState, now_s: float) -> Step:
    running = state.running
    if running is None or running.start_s is None:
        return state, ()
    if running.name is EventName.ALLOW_TRAFFIC:
        return _shift(state, running.start_s, now_s)
    if running.hook is not None and now_s - running.start_s >= HOOK_TIMEOUT_S:
        reason = ErrorReason("HOOK_EXECUTION_FAILURE", HOOK_FAILED)
        late = f"{running.hook.function} reported no status within {HOOK_TIMEOUT_S:.0f} s"
        reported = _with(state, replace(running, message=late))
        return _end(reported, DeploymentStatus.FAILED, reason, RollbackCause.FAILURE, now_s)
    return state, ()


def _shift(state: DeploymentState, start_s: float, now_s: float) -> Step:
    """Ask for the weight that is due; increments missed by a late clock are not made up one by one."""
    plan = state.plan
    due = plan.schedule.weight_at(now_s - start_s)
    if due <= state.asked_weight:
        return state, ()
    whole = due >= 1.0
    ask = SetWeights(
        event=EventName.ALLOW_TRAFFIC,
        deployment_id=plan.deployment_id,
        function=plan.function,
        alias=plan.alias,
        version=plan.candidate if whole else plan.baseline,
        extra=() if whole else ((plan.candidate, due),),
        weight=due,
    )
    return replace(state, asked_weight=due), (ask,)


def _complete(state: DeploymentState, status: EventStatus, now_s: float) -> Step:
    """End the running event well and enter the next one."""
    running = state.running
    if running is not None:
        state = _with(state, replace(running, status=status, end_s=now_s))
    entered = next(event for event in state.events if event.status is EventStatus.PENDING)
    if entered.name is EventName.END:
        ended = replace(entered, status=EventStatus.SUCCEEDED, start_s=now_s, end_s=now_s)
        after = replace(_with(state, ended), status=DeploymentStatus.SUCCEEDED, complete_s=now_s)
        return after, (EmitNotice(state.plan.deployment_id, Notice.SUCCESS),)
    after = _with(state, replace(entered, status=EventStatus.IN_PROGRESS, start_s=now_s))
    if entered.name is EventName.ALLOW_TRAFFIC:
        return _shift(after, now_s, now_s)
    if entered.hook is None:
        return _complete(after, EventStatus.SUCCEEDED, now_s)
    call = InvokeHook(entered.name, entered.hook.function, state.plan.deployment_id, entered.hook.execution_id)
    return after, (call,)


def _end(
    state: DeploymentState,
    status: DeploymentStatus,
    reason: ErrorReason,
    cause: RollbackCause,
    now_s: float,
    asked: bool | None = None,
) -> Step:
    """End the deployment badly; nothing is rolled back that never got past its start."""
    plan = state.plan
    events = tuple(_cut_off(event, reason, now_s) for event in state.events)
    after = replace(state, status=status, error=reason, events=events, complete_s=now_s)
    notice = Notice.STOP if status is DeploymentStatus.STOPPED else Notice.FAILURE
    effects: tuple[Effect, ...] = (EmitNotice(plan.deployment_id, notice),)
    wanted = cause in plan.rollback_on if asked is None else asked
    started = state.events[0].status is EventStatus.SUCCEEDED
    if not wanted or not started or plan.is_rollback:
        return after, effects
    triggered = f"Automatic rollback is triggered with a DeploymentId {plan.rollback_id}."
    message = f"Deployment {plan.deployment_id} terminated. {triggered}"
    after = replace(after, rollback_deployment_id=plan.rollback_id, rollback_message=message)
    return after, (*effects, StartRollback(plan.rollback_id, plan.deployment_id, message))


def _cut_off(event: Event, reason: ErrorReason, now_s: float) -> Event:
    if event.status is EventStatus.PENDING:
        return replace(event, status=EventStatus.SKIPPED)
    if event.status is EventStatus.IN_PROGRESS:
        return replace(event, status=EventStatus.FAILED, end_s=now_s, message=event.message or reason.message)
    return event


def _with(state: DeploymentState, changed: Event) -> DeploymentState:
    events = tuple(changed if event.name is changed.name else event for event in state.events)
    return replace(state, events=events)


def _event_of(state: DeploymentState, execution_id: str) -> Event | None:
    return next((event for event in state.events if event.hook and event.hook.execution_id == execution_id), None)
