"""What becomes of a call that brings no answer: over real HTTP, by how its connection or Lambda ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, repeat

import pytest

from support.fakes.lambda_stub import CUT_BEFORE, CUT_WITHIN, PAGE, LambdaStub, Reply, lambda_stub, refusal
from support.fakes.world import POLICY, FakeFunctions
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.waiting import SystemClock, ThreadOverlap
from warmgate.errors import InvokeError
from warmgate.model.calls import Answer, CallOutcome, Invocation, never
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Status, Target
from warmgate.model.verdict import Outcome
from warmgate.policy.values import Budget, ErrorAction, OnInconclusive, Policy, Probe, When
from warmgate.probing.assess import Assessor
from warmgate.probing.assessment import Assessment, Subject

BAD_GATEWAY = Reply(body=b"<html>no</html>", status=503, headers={"Content-Type": "text/html"})
LOST = [CUT_BEFORE, CUT_WITHIN, PAGE, BAD_GATEWAY, refusal("ServiceException", 500)]
NOT_YET = [
    refusal("TooManyRequestsException", 429),
    refusal("ENINotReadyException", 502),
    refusal("ResourceConflictException", 409),
]


def called(stub: LambdaStub, may_repeat: Callable[[], bool] = never, left_ms: float = 5_000.0) -> Answer:
    """Make one call."""
    invocation = Invocation(
        function="f", version="7", payload=b"{}", client_context="", timeout_s=3, may_repeat=may_repeat
    )
    clock = SystemClock()
    return LambdaInvoker(stub.client(), clock).invoke(invocation, Deadline(clock.now_ms() + left_ms))


def first(reply: Reply) -> Callable[[int], Reply]:
    """Return what answers the first call like that, and all others well."""
    return lambda number: reply if number == 0 else Reply()


@pytest.mark.parametrize("reply", LOST, ids=["reset", "cut", "page", "503", "ServiceException"])
def test_a_call_that_may_have_run_is_not_made_twice(reply: Reply) -> None:
    """Where the answer is lost the call ends as lost, after one attempt."""
    with lambda_stub(first(reply)) as stub, pytest.raises(InvokeError) as caught:
        called(stub)

    assert (caught.value.lost, caught.value.throttled, caught.value.lasting) == (True, False, False)
    assert stub.requests == 1


@pytest.mark.slow
@pytest.mark.parametrize("reply", LOST, ids=["reset", "cut", "page", "503", "ServiceException"])
def test_a_call_that_may_run_twice_is_made_again_while_there_is_leave(reply: Reply) -> None:
    """Leave is asked for before each repetition, and no attempt is made without it."""
    leaves = chain([True, True], repeat(False))
    with lambda_stub(lambda _number: reply) as stub, pytest.raises(InvokeError) as caught:
        called(stub, lambda: next(leaves))

    assert caught.value.lost
    assert stub.requests == 3


@pytest.mark.slow
@pytest.mark.parametrize("reply", NOT_YET, ids=["throttle", "network", "pending"])
def test_a_call_that_never_reached_the_code_is_made_again(reply: Reply) -> None:
    """What Lambda refused before the code ran needs no leave."""
    with lambda_stub(first(reply)) as stub:
        answer = called(stub)

    assert (answer.retries, stub.requests, stub.runs) == (1, 2, 1)


def test_a_call_names_its_tenant_where_it_has_one() -> None:
    """Lambda reads it from a header, and refuses it where the function isolates none."""
    with lambda_stub() as stub:
        for tenant in ("", "blue"):
            clock = SystemClock()
            call = Invocation(function="f", version="7", payload=b"{}", client_context="", timeout_s=3, tenant=tenant)
            LambdaInvoker(stub.client(), clock).invoke(call, Deadline(clock.now_ms() + 5_000))

    assert stub.tenants == [None, "blue"]


VERSIONS_FAULTS = [
    refusal("SnapStartException", 400),
    refusal("SnapStartTimeoutException", 408),
    refusal("EFSMountTimeoutException", 408),
    refusal("KMSAccessDeniedException", 502),
    Reply(
        body=b'{"message":"The role defined for the function cannot be assumed by Lambda."}',
        status=403,
        headers={"x-amzn-errortype": "AccessDeniedException"},
    ),
]


@pytest.mark.parametrize("reply", VERSIONS_FAULTS, ids=["restore", "restore-time-out", "mount", "key", "role"])
def test_what_keeps_the_version_from_starting_is_its_fault(reply: Reply) -> None:
    """Its callers would get the same: it is refused whatever the policy says of errors, and told how to mend."""
    policy = replace(POLICY, when=When(inconclusive=OnInconclusive.PASS, error=ErrorAction.PASS))
    with lambda_stub(lambda _number: reply) as stub:
        found = assessed(stub, policy)

    assert (found.verdict.outcome, found.verdict.status) == (Outcome.FAILED, Status.FAILED)
    assert {sample.outcome for sample in found.samples} == {CallOutcome.ERROR}
    assert all("cannot run" in sample.detail and sample.advice for sample in found.samples)


def test_a_permission_that_the_caller_lacks_is_not_the_versions_fault() -> None:
    """The same code without the words on the role: nothing is known of the version, and the caller's role is named."""
    with lambda_stub(lambda _number: refusal("AccessDeniedException", 403)) as stub:
        found = assessed(stub, POLICY)

    assert found.verdict.outcome is Outcome.ERROR
    assert found.samples == ()
    assert "allow lambda:InvokeFunction" in found.verdict.reason


def assessed(stub: LambdaStub, policy: Policy, seconds: float = 60.0) -> Assessment:
    """Return the assessment of the stub's function, with the hook's own calls."""
    clock = SystemClock()
    assessor = Assessor(
        functions=FakeFunctions(), invoker=LambdaInvoker(stub.client(), clock), overlap=ThreadOverlap(), clock=clock
    )
    subject = Subject(target=Target("f", "live"), baseline="6", candidate="7")
    return assessor.assess(subject, policy, Deadline(clock.now_ms() + seconds * 1000), seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("repeatable", [False, True])
@pytest.mark.parametrize("lost_every", [1, 2])
def test_no_more_calls_run_than_the_budget_has(repeatable: bool, lost_every: int) -> None:
    """With every answer, or every other one, lost after the call ran, each run is counted and the budget holds."""
    policy = Policy(
        name="p",
        probes=(Probe(name="a", repeatable=repeatable),),
        limits=POLICY.limits,
        budget=Budget(invocations=110, seconds=60.0),
    )
    with lambda_stub(lambda number: CUT_BEFORE if number % lost_every == 0 else Reply()) as stub:
        found = assessed(stub, policy)

    assert stub.runs == found.spending.invocations <= 110
    assert any("their answer was lost" in note for note in found.notes)


@pytest.mark.slow
def test_lost_answers_are_no_data_and_no_failure() -> None:
    """A version of which no answer arrived is not refused for what it did: nothing is known of it."""
    with lambda_stub(lambda _number: CUT_BEFORE) as stub:
        found = assessed(stub, Policy(name="p", budget=Budget(invocations=20, seconds=60.0)))

    assert {sample.outcome for sample in found.samples} == {CallOutcome.LOST}
    assert {finding.inconclusive_because for finding in found.verdict.findings} == {"no data"}
