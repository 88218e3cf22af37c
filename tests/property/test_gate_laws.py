"""Promises of the gate under every interleaving of slow calls, errors and deadlines, on a virtual clock."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from support.fakes.world import EXECUTION, POLICY, Served, World, served
from warmgate.errors import (
    DeploymentLookupError,
    FunctionLookupError,
    InvokeError,
    PolicyLookupError,
    ReportError,
    StatusReportError,
)
from warmgate.model.deployment import Status
from warmgate.model.verdict import Mode, Outcome
from warmgate.policy.values import Compare, ErrorAction, OnInconclusive, Policy, RatioLimit, When

ANSWERS: st.SearchStrategy[Served | Exception] = st.one_of(
    st.builds(
        served,
        duration_ms=st.floats(0.5, 20_000),
        init_ms=st.none() | st.floats(0, 12_000),
        memory_mb=st.integers(30, 256),
        function_error=st.sampled_from([None, None, None, "Unhandled"]),
        payload=st.sampled_from(
            [
                b"{}",
                b"",
                b"not json",
                b'{"errorType":"ValueError"}',
                b'{"errorMessage":"Task timed out after 3.00 seconds"}',
            ]
        ),
        log_tail=st.sampled_from([None, None, None, "", "garbage", "REPORT RequestId: x\tDuration: ms"]),
    ),
    st.builds(
        InvokeError,
        st.just("refused"),
        code=st.sampled_from(["TooManyRequestsException", "KMSAccessDeniedException", "AccessDeniedException"]),
        throttled=st.booleans(),
        lasting=st.booleans(),
    ),
)
POLICIES = st.builds(
    lambda mode, compares, inconclusive, no_data, error: replace(
        POLICY,
        mode=mode,
        compare=Compare(duration=RatioLimit(statistic="p95", ratio=1.2)) if compares else Compare(),
        when=When(inconclusive=inconclusive, no_data=no_data, error=error),
    ),
    st.sampled_from(Mode),
    st.booleans(),
    st.sampled_from(OnInconclusive),
    st.sampled_from(ErrorAction),
    st.sampled_from(ErrorAction),
)
TROUBLES = st.sampled_from([None, None, None, ValueError("bug"), MemoryError("full")])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return a world in which anything may go wrong except telling."""
    world = World()
    world.policies.policy = draw(POLICIES)
    script = draw(st.lists(ANSWERS, min_size=1, max_size=12))
    world.invoker.answers = lambda index: script[index % len(script)]
    world.functions.states = draw(
        st.lists(
            st.sampled_from([{}, {"state": "Pending"}, {"state": "Failed"}, {"state": "Inactive"}]),
            min_size=1,
            max_size=4,
        )
    )
    world.functions.fails = draw(TROUBLES | st.just(FunctionLookupError("lambda is away")))
    world.policies.fails = draw(TROUBLES | st.just(PolicyLookupError("no policy")))
    world.codedeploy.describe_fails = draw(
        st.lists(st.sampled_from([DeploymentLookupError("no deployment"), KeyError("x")]), max_size=1)
    )
    world.reports.fails = draw(TROUBLES | st.just(ReportError("no bucket")))
    return world


@given(world=worlds(), left_s=st.floats(0, 900))
def test_every_execution_gets_exactly_one_status_before_the_reserve(world: World, left_s: float) -> None:
    """Promise 1: one terminal status, told before the hook's own timeout less the reserve."""
    world.gate().run(EXECUTION, world.deadline(left_s), world.deadline(left_s + 27))

    assert len(world.codedeploy.reported) == 1
    assert world.codedeploy.reported_at_ms[0] <= left_s * 1000 + 1e-6


@given(world=worlds(), left_s=st.floats(0, 900))
def test_succeeded_is_never_told_while_an_enforced_check_failed(world: World, left_s: float) -> None:
    """Promise 2, from the findings to the status."""
    gated = world.gate().run(EXECUTION, world.deadline(left_s), world.deadline(left_s + 27))

    assert gated.judgement is not None
    verdict = gated.judgement.verdict
    failed = [finding for finding in verdict.findings if finding.outcome is Outcome.FAILED]
    if failed and verdict.mode is Mode.ENFORCE:
        assert world.codedeploy.reported == [Status.FAILED]


@given(world=worlds(), left_s=st.floats(0, 900))
def test_every_verdict_has_its_reason(world: World, left_s: float) -> None:
    """Promise 5: one line, never empty."""
    gated = world.gate().run(EXECUTION, world.deadline(left_s), world.deadline(left_s + 27))

    assert gated.judgement is not None
    assert gated.judgement.verdict.reason.strip()
    assert "\n" not in gated.judgement.verdict.reason


@given(world=worlds(), left_s=st.floats(0, 900))
def test_a_rollback_is_never_blocked_whatever_happens(world: World, left_s: float) -> None:
    """Promise 3: once CodeDeploy has described a rollback, nothing else matters."""
    world.codedeploy.describe_fails = []
    world.roll_back()
    world.gate().run(EXECUTION, world.deadline(left_s), world.deadline(left_s + 27))

    assert world.codedeploy.reported == [Status.SUCCEEDED]


@given(world=worlds(), crashes=st.integers(0, 3))
def test_deliveries_and_retries_have_the_effect_of_one(world: World, crashes: int) -> None:
    """Promise 4: Lambda repeats an event whose run crashed; one status, at most one report, and then nothing more."""
    world.reports.fails = None
    world.codedeploy.tell_fails = [StatusReportError("no route")] * crashes
    for attempt in range(crashes + 2):
        start = 1_000.0 * attempt
        world.clock.at_ms = max(world.clock.at_ms, start * 1000)
        try:
            world.gate().run(EXECUTION, world.deadline(start + 300), world.deadline(start + 327))
        except StatusReportError:
            continue

    assert len(world.codedeploy.reported) == 1
    assert world.codedeploy.refused == []
    assert len(world.reports.published) == 1


@given(policy=POLICIES, left_s=st.floats(0, 900), call_ms=st.floats(1, 600_000))
def test_measuring_ends_at_the_deadline_however_slow_the_calls(policy: Policy, left_s: float, call_ms: float) -> None:
    """A round that is running at the deadline is cut, and none begins that cannot end."""
    world = World()
    world.policies.policy = policy
    world.invoker.answers = lambda index: served(duration_ms=call_ms)
    world.gate().run(EXECUTION, world.deadline(left_s), world.deadline(left_s + 27))

    assert world.codedeploy.reported_at_ms[0] <= left_s * 1000 + 1e-6


@given(calls=st.integers(0, 3))
def test_payloads_and_answers_are_never_logged(calls: int) -> None:
    """Promise 7: neither the log, nor the verdict, nor a sample holds what was sent or answered."""
    world = World()
    secret = b'{"errorType":"ValueError","errorMessage":"secret-4711"}'
    world.invoker.answers = lambda index: served(
        payload=secret, function_error="Unhandled" if index % 4 < calls else None, log_tail="secret-4711 noise"
    )
    world.policies.policy = replace(POLICY, probes=(replace(POLICY.probes[0], payload={"key": "secret-4711"}),))
    world.codedeploy.tell_fails = []
    gated = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))

    assert "secret-4711" not in repr(gated)
    assert not any("secret-4711" in line for line in world.lines)
