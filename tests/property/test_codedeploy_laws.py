"""Laws of a deployment under every order of hooks, alarms, stops, failing calls and a clock that jumps both ways."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from support.fakes.codedeploy import House, appspec
from warmgate_ops.rehearsal.cloud.codedeploy.machine import create, refusal_of, step
from warmgate_ops.rehearsal.cloud.codedeploy.values import (
    HOOK_TIMEOUT_S,
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

SCHEDULES = st.one_of(
    st.just(Schedule()),
    st.builds(Schedule, st.just(Routing.CANARY), st.integers(1, 99), st.integers(1, 60)),
    st.builds(Schedule, st.just(Routing.LINEAR), st.integers(1, 99), st.integers(1, 20)),
)
PLANS = st.builds(
    Plan,
    deployment_id=st.just("d-AAAAAAAAA"),
    rollback_id=st.just("d-BBBBBBBBB"),
    function=st.just("checkout"),
    alias=st.just("live"),
    baseline=st.just("7"),
    candidate=st.just("8"),
    before=st.none() | st.just(Hook("before", "one")),
    after=st.none() | st.just(Hook("after", "two")),
    schedule=SCHEDULES,
    rollback_on=st.frozensets(st.sampled_from(list(RollbackCause))),
    triggered_by=st.sampled_from(["", "", "d-CCCCCCCCC"]),
)
CONFIRM = object()
"""Stands for the alias having taken the weight that was asked for last."""
HAPPENINGS: st.SearchStrategy[Any] = st.one_of(
    st.just(Begin("7")),
    st.just(TimePasses()),
    st.just(CONFIRM),
    st.just(CONFIRM),
    st.builds(
        HookStatus,
        st.sampled_from(["one", "two", "three"]),
        st.sampled_from(["Succeeded", "Succeeded", "Failed", "Skipped"]),
    ),
    st.builds(AlarmsRead, st.sampled_from([(), (), ("errors",)]), st.sampled_from(["", "", "", "no answer"])),
    st.builds(StopAsked, st.sampled_from([None, True, False])),
    st.builds(CallFailed, st.sampled_from(list(EventName)), st.just("INTERNAL_ERROR"), st.just("broken")),
    st.builds(WeightsAre, st.floats(0, 1)),
)
CALM: st.SearchStrategy[Any] = st.one_of(
    st.just(TimePasses()),
    st.just(CONFIRM),
    st.builds(HookStatus, st.sampled_from(["one", "two"]), st.sampled_from(["Succeeded", "Succeeded", "Failed"])),
)
GAPS_S = st.one_of(st.floats(0, 300), st.floats(0, 4000), st.floats(-4000, 0))
STORIES = st.one_of(
    st.lists(st.tuples(HAPPENINGS, GAPS_S), max_size=25),
    st.lists(st.tuples(CALM, GAPS_S), max_size=40).map(lambda story: [(Begin("7"), 0.0), *story]),
)


class Run:
    """Every state and effect of a story, in order."""

    def __init__(self, plan: Plan, story: list[tuple[Any, float]]) -> None:
        self.states = [create(plan, 0.0)]
        self.asked: list[list[Effect]] = [[]]
        self.accepted: Counter[str] = Counter()
        now_s = 0.0
        for happened, gap_s in story:
            now_s += gap_s
            self.see(WeightsAre(self.last.asked_weight) if happened is CONFIRM else happened, now_s)

    @property
    def last(self) -> DeploymentState:
        """Return the state at the end."""
        return self.states[-1]

    @property
    def effects(self) -> list[Effect]:
        """Return all that was asked for."""
        return [effect for effects in self.asked for effect in effects]

    @property
    def weights(self) -> list[SetWeights]:
        """Return all weights that were asked for."""
        return [effect for effect in self.effects if isinstance(effect, SetWeights)]

    def see(self, happened: Input, now_s: float) -> None:
        """Step on, counting the statuses that would have been accepted as the shell does."""
        if isinstance(happened, HookStatus):
            self.move(TimePasses(), now_s)
            if refusal_of(self.last, happened) is None:
                self.accepted[happened.execution_id] += 1
        self.move(happened, now_s)

    def move(self, happened: Input, now_s: float) -> None:
        """Step on."""
        state, effects = step(self.last, happened, now_s)
        self.states.append(state)
        self.asked.append(list(effects))


@given(PLANS, STORIES)
def test_a_hook_execution_gets_one_terminal_status_and_keeps_it(plan: Plan, story: list[tuple[Any, float]]) -> None:
    """At most one status is accepted, and a hook event that ended never changes again."""
    run = Run(plan, story)

    assert all(count == 1 for count in run.accepted.values())
    ended = {EventStatus.SUCCEEDED, EventStatus.FAILED, EventStatus.SKIPPED}
    for before, after in zip(run.states, run.states[1:], strict=False):
        for old, new in zip(before.events, after.events, strict=True):
            assert old.status not in ended or new == old
    if run.last.status.is_terminal:
        assert {event.status for event in run.last.events} <= ended


@given(PLANS, STORIES, STORIES)
def test_a_terminal_deployment_never_changes(
    plan: Plan, story: list[tuple[Any, float]], more: list[tuple[Any, float]]
) -> None:
    """Whatever happens after the end has no effect at all."""
    run = Run(plan, [*story, (Begin("7"), 0.0), (StopAsked(), 0.0)])
    assert run.last.status.is_terminal
    state = run.last

    for happened, now_s in more:
        assert step(state, WeightsAre(1.0) if happened is CONFIRM else happened, now_s) == (state, ())


@given(PLANS, STORIES)
def test_weights_move_in_allow_traffic_alone_and_only_upwards(plan: Plan, story: list[tuple[Any, float]]) -> None:
    """Every weight is asked for while AllowTraffic runs, above the one before, and the whole names one version."""
    run = Run(plan, story)

    for state, effects in zip(run.states, run.asked, strict=True):
        if any(isinstance(effect, SetWeights) for effect in effects):
            allow = next(event for event in state.events if event.name is EventName.ALLOW_TRAFFIC)
            assert allow.start_s is not None
    asked = [ask.weight for ask in run.weights]
    assert asked == sorted(set(asked))
    for ask in run.weights:
        assert (ask.version, ask.extra) == (("8", ()) if ask.weight == 1.0 else ("7", (("8", ask.weight),)))


@given(PLANS, STORIES)
def test_success_means_the_candidate_alone(plan: Plan, story: list[tuple[Any, float]]) -> None:
    """No deployment succeeds unless its last weight was everything, and was confirmed."""
    run = Run(plan, story)

    if run.last.status is DeploymentStatus.SUCCEEDED:
        assert run.last.weight == 1.0
        assert (run.weights[-1].version, run.weights[-1].extra) == ("8", ())
        assert {event.status for event in run.last.events} == {EventStatus.SUCCEEDED}


@given(PLANS, STORIES)
def test_no_traffic_before_the_first_hook_has_succeeded(plan: Plan, story: list[tuple[Any, float]]) -> None:
    """Unless BeforeAllowTraffic told Succeeded, no weight was asked for, however the deployment ended."""
    run = Run(replace(plan, before=Hook("before", "one")), story)
    before = next(event for event in run.last.events if event.name is EventName.BEFORE_ALLOW_TRAFFIC)

    if before.status is not EventStatus.SUCCEEDED:
        assert run.weights == []
        assert run.last.weight == 0.0


@given(PLANS, STORIES)
def test_nothing_is_done_twice(plan: Plan, story: list[tuple[Any, float]]) -> None:
    """Each hook is called once, each state told once, and there is one rollback at most, whatever the clock does."""
    run = Run(plan, story)

    assert len(run.effects) == len(set(run.effects))
    assert sum(isinstance(effect, StartRollback) for effect in run.effects) <= 1
    called = [effect.execution_id for effect in run.effects if isinstance(effect, InvokeHook)]
    assert len(called) == len(set(called))
    ends = [effect for effect in run.effects if isinstance(effect, EmitNotice) and effect.notice is not Notice.START]
    assert len(ends) == int(run.last.status.is_terminal)


@given(PLANS, STORIES, st.floats(0, 10_000))
def test_an_earlier_instant_is_read_as_the_latest_one(
    plan: Plan, story: list[tuple[Any, float]], back_s: float
) -> None:
    """Time that runs backward has no effect and moves nothing."""
    state = Run(plan, story).last
    settled, _ = step(state, TimePasses(), state.clock_s)

    assert step(settled, TimePasses(), settled.clock_s - back_s) == (settled, ())


@given(PLANS, STORIES, st.floats(0, 1e6))
def test_a_silent_hook_never_holds_a_deployment_longer_than_an_hour(
    plan: Plan, story: list[tuple[Any, float]], extra_s: float
) -> None:
    """After 3,600 s without a word the deployment has ended, and it is not a success."""
    state = Run(plan, story).last
    running = state.running
    if running is None or running.hook is None or running.start_s is None:
        return
    late, _ = step(state, TimePasses(), running.start_s + HOOK_TIMEOUT_S + extra_s)

    assert late.status is DeploymentStatus.FAILED


@given(PLANS, STORIES)
def test_a_rollback_is_started_only_where_it_is_wanted(plan: Plan, story: list[tuple[Any, float]]) -> None:
    """Never of a rollback, never before the start, never without a word for it, and it is always linked."""
    run = Run(plan, story)
    started = [effect for effect in run.effects if isinstance(effect, StartRollback)]

    assert bool(started) == bool(run.last.rollback_deployment_id)
    if started:
        assert not plan.is_rollback
        assert run.last.events[0].status is EventStatus.SUCCEEDED
        assert plan.rollback_on or any(happened == StopAsked(roll_back=True) for happened, _ in story)


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.sampled_from([0.0, 1.0, 60.0, 290.0, 3600.0])),
        st.tuples(st.just("tell"), st.sampled_from(["Succeeded", "Succeeded", "Failed"])),
        st.tuples(st.just("stop"), st.sampled_from([None, True, False])),
        st.tuples(st.just("alarm"), st.sampled_from(["ALARM", "OK"])),
        st.tuples(st.just("break"), st.sampled_from(["update_alias", "invoke_async", "none"])),
    ),
    max_size=12,
)


@given(DEEDS, st.booleans(), st.sampled_from([("before", "after"), ("before",), ("after",), ()]))
def test_every_release_ends_and_the_alias_stands_where_it_says(
    deeds: list[tuple[str, Any]], hooks_on_rollback: bool, hooks: tuple[str, ...]
) -> None:
    """Left alone, every deployment ends; each told START and one end; a success has the alias to itself."""
    house = House(
        group={
            "alarmConfiguration": {"enabled": True, "alarms": [{"name": "errors"}]},
            "autoRollbackConfiguration": {"enabled": True, "events": [cause.value for cause in RollbackCause]},
        },
        hooks_on_rollback=hooks_on_rollback,
    )
    linear = "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
    house.release(appspec(hooks=hooks), deploymentConfigName=linear)
    for deed, how in deeds:
        _do(house, deed, how)
    for _ in range(4):
        house.pass_s(3600)

    (last, *_) = ids = house.ask("ListDeployments")["deployments"]
    infos = [house.about(deployment_id) for deployment_id in ids]
    assert {about["status"] for about in infos} <= {"Succeeded", "Failed", "Stopped"}
    reported = Counter(
        (event["detail"]["deploymentId"], event["detail"]["state"] == "START") for event in house.events.kept
    )
    assert all(reported[deployment_id, started] == 1 for deployment_id in ids for started in (True, False))
    if house.about(last)["status"] == "Succeeded":
        assert house.alias == (house.target(last)["lambdaFunctionInfo"]["targetVersion"], {})


def _do(house: House, deed: str, how: Any) -> None:
    """Do one thing to a house; a refusal is an answer too."""
    if deed == "pass":
        house.pass_s(how)
    elif deed == "alarm":
        house.alarms.known["errors"] = how
    elif deed == "break":
        house.functions.broken = {how}
    elif deed == "stop":
        word = {} if how is None else {"autoRollbackEnabled": how}
        (newest, *_) = house.ask("ListDeployments")["deployments"]
        house.service.answer("StopDeployment", {"deploymentId": newest, **word})
    elif house.functions.calls:
        event = house.functions.calls[-1][1]
        ids = {
            "deploymentId": event["DeploymentId"],
            "lifecycleEventHookExecutionId": event["LifecycleEventHookExecutionId"],
        }
        house.service.answer("PutLifecycleEventHookExecutionStatus", {**ids, "status": how})
    house.service.tick()
