"""What was refused is refused again at once: the same code, configuration and policy, and nothing else."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from support.fakes.refusals import FakeRefusals
from support.fakes.world import EXECUTION, POLICY, Served, World, served
from warmgate.errors import FunctionLookupError, ReportError
from warmgate.gate.gate import GateResult
from warmgate.model.deployment import HookExecution, Status
from warmgate.model.verdict import Mode, Outcome
from warmgate.policy.values import Limits, OnKnownBad, Policy

CODE = base64.b64encode(bytes(range(32))).decode()
OTHER_CODE = base64.b64encode(bytes(32)).decode()


def deployed(
    refusals: FakeRefusals,
    deployment_id: str,
    *,
    policy: Policy = POLICY,
    code: str = CODE,
    config: str = "c1",
    slow: bool = True,
    description: str = "",
) -> tuple[GateResult, World]:
    """Return how the gate ended for one deployment of a candidate, and its world."""
    world = World()
    execution = HookExecution(deployment_id, EXECUTION.execution_id)
    world.codedeploy.deployment = replace(
        world.codedeploy.deployment, deployment_id=deployment_id, description=description
    )
    world.policies.policy = policy
    world.functions.states = [{"code_sha256": code, "config_sha256": config}]
    if slow:
        world.invoker.answers = lambda i: served(duration_ms=900, init_ms=300 if i < 20 else None)
    gate = world.remembering(refusals)
    return gate.run(execution, world.deadline(270), world.deadline(297)), world


def test_a_refused_candidate_is_refused_again_without_a_call() -> None:
    """The second deployment of the same code makes no call; its reason names the first and what it failed."""
    refusals = FakeRefusals()
    deployed(refusals, "d-FIRST0000")
    again, world = deployed(refusals, "d-SECOND000")

    assert (world.codedeploy.reported, world.invoker.calls) == ([Status.FAILED], [])
    assert again.judgement is not None
    assert "known bad: d-FIRST0000" in again.judgement.verdict.reason
    assert "limits.duration.p95" in again.judgement.verdict.reason


def test_a_known_bad_refusal_keeps_naming_the_one_that_was_measured() -> None:
    """A third deployment names the first: what was not judged is not remembered."""
    refusals = FakeRefusals()
    for deployment_id in ("d-FIRST0000", "d-SECOND000"):
        deployed(refusals, deployment_id)
    third, _ = deployed(refusals, "d-THIRD0000")

    assert third.judgement is not None
    assert "d-FIRST0000" in third.judgement.verdict.reason


@pytest.mark.parametrize(
    "changed",
    [
        {"code": OTHER_CODE},
        {"config": "c2"},
        {"policy": replace(POLICY, limits=Limits())},
        {"policy": replace(POLICY, known_bad=OnKnownBad.JUDGE)},
        {"policy": replace(POLICY, mode=Mode.OBSERVE)},
    ],
    ids=["code", "configuration", "limits", "judge", "observe"],
)
def test_what_is_not_the_same_is_judged(changed: dict[str, object]) -> None:
    """Another code, memory size, limit or mode is measured anew."""
    refusals = FakeRefusals()
    deployed(refusals, "d-FIRST0000")
    _, world = deployed(refusals, "d-SECOND000", **changed)  # type: ignore[arg-type]

    assert world.invoker.calls


def test_the_escape_hatch_lets_a_known_bad_candidate_pass() -> None:
    """A skip with a reason stands above what was refused before."""
    refusals = FakeRefusals()
    deployed(refusals, "d-FIRST0000")
    _, world = deployed(refusals, "d-SECOND000", description="[warmgate skip: the backend was down]")

    assert world.codedeploy.reported == [Status.SUCCEEDED]


def test_the_same_deployment_is_judged_again() -> None:
    """A retry of a hook whose status was not told is no second deployment."""
    refusals = FakeRefusals()
    deployed(refusals, "d-FIRST0000")
    _, world = deployed(refusals, "d-FIRST0000")

    assert world.invoker.calls


@pytest.mark.parametrize("policy", [replace(POLICY, mode=Mode.OBSERVE), replace(POLICY, known_bad=OnKnownBad.JUDGE)])
def test_only_enforced_refusals_are_kept(policy: Policy) -> None:
    """What was only observed, or is always to be judged, is not remembered."""
    refusals = FakeRefusals()
    deployed(refusals, "d-FIRST0000", policy=policy)

    assert refusals.kept == {}


def test_errors_and_passes_are_not_kept() -> None:
    """Only findings make a candidate known bad."""
    refusals = FakeRefusals()
    deployed(refusals, "d-GOOD00000", slow=False)
    world = World()
    world.functions.fails = FunctionLookupError("lambda is away")
    world.remembering(refusals).run(EXECUTION, world.deadline(270), world.deadline(297))

    assert (refusals.kept, world.codedeploy.reported) == ({}, [Status.FAILED])


@pytest.mark.parametrize("error", [ReportError("bucket gone"), RuntimeError("bug")], ids=["port", "bug"])
def test_a_store_that_fails_never_fails_a_release(error: Exception) -> None:
    """A good candidate passes although nothing can be looked up, and a bad one is refused although nothing is kept."""
    good, world = deployed(FakeRefusals(fails=error), "d-FIRST0000", slow=False)
    bad, other = deployed(FakeRefusals(fails=error), "d-SECOND000")

    assert good.judgement is not None
    assert bad.judgement is not None
    assert (good.status, good.judgement.verdict.outcome) == (Status.SUCCEEDED, Outcome.PASSED)
    assert (bad.status, bad.judgement.verdict.outcome) == (Status.FAILED, Outcome.FAILED)
    assert any(str(error) in line for line in world.lines)
    assert any("refusal not kept" in line for line in other.lines)


def test_code_without_a_digest_is_judged() -> None:
    """Where Lambda does not say what the code is, nothing is known of it."""
    refusals = FakeRefusals()
    for deployment_id in ("d-FIRST0000", "d-SECOND000"):
        _, world = deployed(refusals, deployment_id, code="")

        assert world.invoker.calls
    assert refusals.kept == {}


def test_one_bad_call_alone_is_not_remembered() -> None:
    """It refuses where it was not shown to be chance, and the next deployment of the same code is judged."""
    refusals, policy = FakeRefusals(), replace(POLICY, limits=Limits(), budget=replace(POLICY.budget, invocations=80))

    def one_fails(index: int) -> Served:
        fails = {"function_error": "Unhandled", "payload": b'{"errorType":"KeyError"}'} if index == 3 else {}
        return served(init_ms=300 if index < 20 else None, **fails)  # type: ignore[arg-type]

    reported = []
    for deployment_id in ("d-FIRST0000", "d-SECOND000"):
        world = World()
        world.policies.policy = policy
        world.functions.states = [{"code_sha256": CODE, "config_sha256": "c1"}]
        world.codedeploy.deployment = replace(world.codedeploy.deployment, deployment_id=deployment_id)
        world.invoker.answers = one_fails
        gate = world.remembering(refusals)
        gate.run(HookExecution(deployment_id, EXECUTION.execution_id), world.deadline(270), world.deadline(297))
        reported.append((world.codedeploy.reported, bool(world.invoker.calls)))

    assert reported == [([Status.FAILED], True)] * 2
