"""The gate on a virtual clock: every path ends in one status, with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from support.fakes.world import EXECUTION, POLICY, World, served
from warmgate.errors import (
    DeploymentLookupError,
    FunctionLookupError,
    InvokeError,
    PolicyLookupError,
    ReportError,
    StatusReportError,
)
from warmgate.gate.gate import GateResult
from warmgate.model.deployment import Deployment, LifecycleEvent, Status
from warmgate.model.function import Capacity, ProvisionedConcurrency
from warmgate.model.verdict import Mode, Outcome, Unjudged
from warmgate.policy.values import Budget, Compare, ErrorAction, Expect, RatioLimit, When


def run(world: World, *, left_s: float = 270.0) -> GateResult:
    """Run the gate with that many seconds for measuring and 27 more for telling."""
    return world.gate().run(EXECUTION, world.deadline(left_s), world.deadline(left_s + 27))


def reason(gated: GateResult) -> str:
    """Return the verdict's reason."""
    assert gated.judgement is not None
    return gated.judgement.verdict.reason


def test_a_healthy_candidate_succeeds() -> None:
    """Warm calls of 20 ms and inits of 300 ms meet the policy; CodeDeploy hears Succeeded, once."""
    world = World()

    gated = run(world)

    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert gated.judgement is not None
    assert gated.judgement.verdict.outcome is Outcome.PASSED


def test_only_the_candidate_is_called_without_a_comparison() -> None:
    """Every call names the candidate's version, never the alias."""
    world = World()
    run(world)

    assert {call.version for call in world.invoker.calls} == {"7"}


def test_a_comparison_calls_both_versions() -> None:
    """Baseline and candidate are called in the same rounds."""
    world = World()
    world.policies.policy = replace(POLICY, compare=Compare(duration=RatioLimit(statistic="p95", ratio=1.2)))
    run(world)

    assert {call.version for call in world.invoker.calls} == {"6", "7"}


def test_probes_carry_the_smoke_marker() -> None:
    """A function can recognise a probe by its client context."""
    import base64

    world = World()
    run(world)

    marker = json.loads(base64.b64decode(world.invoker.calls[0].client_context))
    assert marker == {"custom": {"warmgate": "smoke"}}


@pytest.mark.parametrize(
    ("answers", "check"),
    [
        (lambda i: served(duration_ms=900, init_ms=300 if i < 20 else None), "limits.duration.p95"),
        (lambda i: served(init_ms=2500 if i < 20 else None), "limits.init.p95"),
        (
            lambda i: served(
                init_ms=300 if i < 20 else None, function_error="Unhandled", payload=b'{"errorType":"KeyError"}'
            ),
            "limits.errors.rate",
        ),
        (lambda i: served(init_ms=300 if i < 20 else None, memory_mb=250), "limits.memory.max"),
    ],
    ids=["slow", "slow-init", "broken", "memory-hog"],
)
def test_a_bad_candidate_fails_for_its_own_reason(answers: Callable[[int], object], check: str) -> None:
    """The status is Failed and the reason names the check that refused it."""
    world = World()
    world.invoker.by_version["7"] = answers  # type: ignore[assignment]

    gated = run(world)

    assert world.codedeploy.reported == [Status.FAILED]
    assert check in reason(gated)


def test_a_bad_candidate_is_refused_early() -> None:
    """A candidate that fails every call is refused after the burst and three calls that the baseline answers."""
    world = World()
    world.invoker.by_version["7"] = lambda i: served(
        init_ms=300, function_error="Unhandled", payload=b'{"errorType":"ImportError"}'
    )
    run(world)

    assert [call.version for call in world.invoker.calls] == ["7"] * 20 + ["6"] * 3


def test_a_rollback_is_never_blocked() -> None:
    """A rollback deployment passes at once, without a call and without a policy."""
    world = World()
    world.roll_back()
    world.policies.fails = PolicyLookupError("no policy")

    gated = run(world)

    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert world.invoker.calls == []
    assert "rollback" in reason(gated)


def test_the_escape_hatch_says_so_loudly() -> None:
    """A skip in the description passes without a call, and its reason is in the verdict."""
    world = World()
    world.codedeploy.deployment = replace(
        world.codedeploy.deployment, description="hotfix [Warmgate skip: incident 4711 ]"
    )

    gated = run(world)

    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert world.invoker.calls == []
    assert "SKIPPED" in reason(gated)
    assert "incident 4711" in reason(gated)


def test_the_same_event_twice_has_the_effect_of_one() -> None:
    """A second delivery finds the hook's status told, calls nothing and reports nothing."""
    world = World()
    run(world)
    calls = len(world.invoker.calls)

    again = run(world)

    assert (again.reported, again.judgement) == (False, None)
    assert len(world.invoker.calls) == calls
    assert len(world.reports.published) == 1


def test_two_runs_at_once_make_one_report() -> None:
    """A run that finds the event completed when it tells publishes nothing and says what it found."""
    world = World()
    world.codedeploy.report_status = lambda execution, status, deadline: False  # type: ignore[method-assign]

    gated = run(world)

    assert gated.reported is False
    assert world.reports.published == []
    assert "completed by another run" in world.lines[-1]


@pytest.mark.parametrize(
    "error",
    [DeploymentLookupError("denied"), RuntimeError("boom"), KeyError("deploymentInfo")],
    ids=lambda e: type(e).__name__,
)
def test_an_undescribed_deployment_fails(error: Exception) -> None:
    """Without a deployment there is no policy that could let it pass: the status is Failed."""
    world = World()
    world.codedeploy.describe_fails = [error]

    gated = run(world)

    assert world.codedeploy.reported == [Status.FAILED]
    assert str(error.args[0]) in reason(gated)


@pytest.mark.parametrize("error", [PolicyLookupError("ssm:/x is missing"), ValueError("bug")], ids=["lookup", "bug"])
def test_an_unreadable_policy_fails(error: Exception) -> None:
    """An error while the policy is sought is told as Failed, with its text."""
    world = World()
    world.policies.fails = error

    assert str(error) in reason(run(world))
    assert world.codedeploy.reported == [Status.FAILED]


@pytest.mark.parametrize(
    ("on_error", "status"), [(ErrorAction.FAIL, Status.FAILED), (ErrorAction.PASS, Status.SUCCEEDED)]
)
def test_an_error_of_ours_becomes_what_the_policy_says(on_error: ErrorAction, status: Status) -> None:
    """when.error decides what a failed look-up becomes."""
    world = World()
    world.policies.policy = replace(POLICY, when=When(error=on_error))
    world.functions.fails = FunctionLookupError("throttled")

    gated = run(world)

    assert world.codedeploy.reported == [status]
    assert gated.judgement is not None
    assert gated.judgement.verdict.outcome is Outcome.ERROR


def test_observe_measures_and_never_blocks() -> None:
    """In mode observe a failed verdict is told as Succeeded and keeps its outcome."""
    world = World()
    world.policies.policy = replace(POLICY, mode=Mode.OBSERVE)
    world.invoker.answers = lambda i: served(duration_ms=900, init_ms=300 if i < 20 else None)

    gated = run(world)

    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert gated.judgement is not None
    assert gated.judgement.verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize("error", [ReportError("bucket gone"), RuntimeError("bug in a sink")], ids=["port", "bug"])
def test_a_failing_sink_never_changes_the_status(error: Exception) -> None:
    """The report is lost, the status stands, the log says why."""
    world = World()
    world.reports.fails = error

    gated = run(world)

    assert (world.codedeploy.reported, gated.reported) == ([Status.SUCCEEDED], True)
    assert str(error) in world.lines[-1]


def test_a_status_that_cannot_be_told_is_raised_for_lambda_to_retry() -> None:
    """The hook fails, so that Lambda runs the event again; the log has the reason."""
    world = World()
    world.codedeploy.tell_fails = [StatusReportError("no route")]

    with pytest.raises(StatusReportError):
        run(world)

    assert "passed" in world.lines[0] or "ms" in world.lines[0]


def test_a_report_that_breaks_in_an_unforeseen_way_is_one_that_failed() -> None:
    """Whatever reporting raises, Lambda is told the one error that it retries on purpose."""
    world = World()
    world.codedeploy.tell_fails = [RuntimeError("can't start new thread")]
    with pytest.raises(StatusReportError, match="unforeseen RuntimeError: can't start new thread"):
        run(world)


def test_a_run_that_cannot_look_up_completes_the_report_of_one_that_died() -> None:
    """It hears that the status was reported only when it reports: the report gets that status, not this run's."""
    world = World()
    world.codedeploy.reported = [Status.SUCCEEDED]
    world.codedeploy.describe_fails = [DeploymentLookupError("no route")]

    run(world)

    ((judgement, status),) = world.reports.published
    assert (status, judgement.verdict.status) == (Status.SUCCEEDED, Status.SUCCEEDED)
    assert "its log has the reason" in judgement.verdict.reason


def test_what_another_run_reported_may_stay_unknown() -> None:
    """Neither look-up is answered: no report is made up, and the log says that one may be missing."""
    world = World()
    world.codedeploy.reported = [Status.SUCCEEDED]
    world.codedeploy.describe_fails = [DeploymentLookupError("no route"), DeploymentLookupError("no route")]

    run(world)

    assert world.reports.published == []
    assert "report not completed" in world.lines[-1]


def test_a_retry_after_an_untold_status_tells_it() -> None:
    """Lambda's second run of the event judges again and tells, once."""
    world = World()
    world.codedeploy.tell_fails = [StatusReportError("no route")]
    with pytest.raises(StatusReportError):
        run(world)

    run(world, left_s=600)

    assert world.codedeploy.reported == [Status.SUCCEEDED]


def test_throttles_are_not_held_against_the_candidate() -> None:
    """Calls that never got concurrency are no evidence: with nothing else there is no data."""
    world = World()
    world.invoker.answers = lambda i: InvokeError("throttled", code="TooManyRequestsException", throttled=True)

    gated = run(world)

    assert gated.judgement is not None
    assert gated.judgement.verdict.outcome is not Outcome.FAILED
    assert {sample.outcome.value for sample in gated.judgement.samples} == {"throttled"}


def test_a_version_that_cannot_run_is_the_candidates_failure() -> None:
    """A key that denies, or a broken image, is a property of the version."""
    world = World()
    world.invoker.answers = lambda i: InvokeError("key denied", code="KMSAccessDeniedException", lasting=True)

    gated = run(world)

    assert world.codedeploy.reported == [Status.FAILED]
    assert "KMSAccessDeniedException" in reason(gated)


def test_a_fault_of_ours_is_an_error_not_a_failure() -> None:
    """A missing permission to invoke is not the candidate's."""
    world = World()
    world.invoker.answers = lambda i: InvokeError("denied", code="AccessDeniedException", hint="allow it")

    gated = run(world)

    assert gated.judgement is not None
    assert gated.judgement.verdict.outcome is Outcome.ERROR


def test_another_version_that_answers_is_an_error() -> None:
    """ExecutedVersion is compared with the version meant."""
    world = World()
    world.invoker.answers = lambda i: served(version="6")

    assert "called version 7, version 6 answered" in reason(run(world))


def test_a_capped_burst_is_said() -> None:
    """The notes name the pool that was too small."""
    world = World()
    world.functions.room = Capacity(account_limit=1000, account_unreserved=900, reserved=30, in_use=10)

    gated = run(world)

    assert gated.judgement is not None
    assert any("burst of 7 instead of 20: reserved concurrency 30" in note for note in gated.judgement.notes)


def test_a_failed_version_is_refused_without_a_call() -> None:
    """State Failed needs no probe."""
    world = World()
    world.functions.states = [{"state": "Failed", "state_reason": "image deleted"}]

    gated = run(world)

    assert world.codedeploy.reported == [Status.FAILED]
    assert "image deleted" in reason(gated)
    assert world.invoker.calls == []


def test_a_pending_version_is_waited_for() -> None:
    """State Pending is polled until Active."""
    world = World()
    world.functions.states = [{"state": "Pending"}, {"state": "Pending"}, {}]

    run(world)

    assert world.codedeploy.reported == [Status.SUCCEEDED]


def test_a_version_pending_at_the_deadline_is_an_error() -> None:
    """Waiting ends at the deadline, and the status is told in time."""
    world = World()
    world.functions.states = [{"state": "Pending", "snap_start": True}]

    gated = run(world)

    assert "SnapStart snapshot" in reason(gated)
    assert world.codedeploy.reported_at_ms[0] <= 270_000


def test_provisioned_concurrency_is_waited_for_and_its_init_is_no_cold_start() -> None:
    """A provisioned environment prints an init with its first call; it is not counted."""
    world = World()
    world.functions.provisions = [
        ProvisionedConcurrency(requested=20, available=0, status="IN_PROGRESS"),
        ProvisionedConcurrency(requested=20, available=20, status="READY"),
    ]

    gated = run(world)

    assert gated.judgement is not None
    assert {sample.start for sample in gated.judgement.samples} == {"provisioned"}
    assert all(sample.init_ms is None for sample in gated.judgement.samples)


def test_failed_provisioning_is_refused() -> None:
    """Provisioned concurrency that failed would leave the release without its warm environments."""
    world = World()
    world.functions.provisions = [
        ProvisionedConcurrency(requested=20, available=3, status="FAILED", reason="init timed out")
    ]

    assert "init timed out" in reason(run(world))
    assert world.codedeploy.reported == [Status.FAILED]


def test_a_hook_with_no_time_left_still_tells() -> None:
    """A hook whose timeout is below the reserve measures nothing and says Failed within its time."""
    world = World()

    run(world, left_s=0)

    assert world.codedeploy.reported == [Status.FAILED]
    assert world.invoker.calls == []


def test_a_hidden_report_falls_back_to_the_callers_clock() -> None:
    """At system log level WARN there is no report: few environments, the caller's clock, and a note."""
    world = World()
    world.functions.states = [{"log_format": "JSON", "system_log_level": "WARN"}]
    world.invoker.answers = lambda i: served(log_tail="")

    gated = run(world)

    assert gated.judgement is not None
    assert {sample.duration_source for sample in gated.judgement.samples} == {"caller"}
    assert max(s.position for s in gated.judgement.samples) == 4
    assert any("caller's clock" in note for note in gated.judgement.notes)


@pytest.mark.parametrize(
    ("cost_usd", "calls"),
    [(1e-9, 0), (20 * 4.2e-5, 40), (2.0, 80)],
    ids=["nothing", "the burst's worst case", "default"],
)
def test_a_round_that_could_go_beyond_the_cost_budget_is_not_made(cost_usd: float, calls: int) -> None:
    """Before the first call each may take its timeout of 10 s, later ones as long as the longest one did."""
    world = World()
    world.policies.policy = replace(POLICY, budget=Budget(invocations=400, seconds=300.0, cost_usd=cost_usd))

    gated = run(world)

    assert gated.judgement is not None
    assert len(world.invoker.calls) >= calls
    assert gated.judgement.spending.cost_usd <= cost_usd
    assert (calls > 0) == (len(world.invoker.calls) > 0)


def test_the_cost_is_estimated() -> None:
    """Twenty calls or more cost more than their requests alone."""
    world = World()
    gated = run(world)

    assert gated.judgement is not None
    assert gated.judgement.spending.cost_usd > gated.judgement.spending.invocations * 0.2e-6


def test_an_after_event_in_progress_is_judged_too() -> None:
    """One function attached to both events is judged at either, never left untold."""
    world = World()
    world.codedeploy.deployment = replace(
        world.codedeploy.deployment, lifecycle_event=LifecycleEvent.AFTER_ALLOW_TRAFFIC, reported=Status.SUCCEEDED
    )

    run(world)

    assert world.codedeploy.reported == [Status.SUCCEEDED]


def test_a_first_deployment_without_baseline_is_judged_alone() -> None:
    """No version to compare with is no error."""
    world = World()
    world.codedeploy.deployment = Deployment(
        deployment_id=EXECUTION.deployment_id,
        target=world.codedeploy.deployment.target,
        baseline="",
        candidate="7",
        lifecycle_event=LifecycleEvent.BEFORE_ALLOW_TRAFFIC,
    )

    run(world)

    assert world.codedeploy.reported == [Status.SUCCEEDED]


def test_a_clock_or_a_module_that_breaks_still_ends_in_a_status() -> None:
    """Even where the path that turns errors into verdicts breaks, CodeDeploy hears Failed and why."""
    world = World()

    class Unprintable(Exception):  # noqa: N818
        def __str__(self) -> str:
            raise RecursionError("an error that cannot even be printed")

    world.policies.fails = Unprintable()
    gated = run(world)

    assert world.codedeploy.reported == [Status.FAILED]
    assert "RecursionError" in reason(gated)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_wrong_answer_is_shown_only_where_the_policy_says_so(keeps: bool) -> None:
    """`store_payloads` puts the beginning of a wrong answer into the notes; without it nothing is kept."""
    world = World()
    expecting = replace(POLICY.probes[0], expect=Expect(jmespath="statusCode == `200`"))
    world.policies.policy = replace(POLICY, store_payloads=keeps, probes=(expecting,))
    world.invoker.answers = lambda i: served(init_ms=300, payload=b'{"statusCode":500,"why":"no prices"}')

    gated = run(world)

    assert gated.judgement is not None
    assert ("no prices" in repr(gated.judgement)) is keeps


def test_the_notes_say_how_many_cold_environments_the_burst_met() -> None:
    """A burst that met warm environments is not taken for as many cold starts as it has calls."""
    world = World()
    world.invoker.answers = lambda i: served(init_ms=300 if i < 17 else None)

    gated = run(world)

    assert gated.judgement is not None
    assert "17 of 20 calls of the burst met cold environments" in gated.judgement.notes


@pytest.mark.parametrize("description", ["[warmgate skip]", "[warmgate skip: ]"])
def test_a_skip_without_a_reason_is_no_skip(description: str) -> None:
    """The version is judged, and the report says why nothing was skipped."""
    world = World()
    world.codedeploy.deployment = replace(world.codedeploy.deployment, description=description)

    gated = run(world)

    assert world.invoker.calls
    assert gated.judgement is not None
    assert gated.judgement.verdict.unjudged is None
    assert any("a skip needs a reason" in warning for warning in gated.judgement.verdict.warnings)
    assert any("a skip needs a reason" in line for line in world.lines)


def test_a_skip_is_never_passed() -> None:
    """Its outcome is its own, so that no metric, report or notice counts it among the judged."""
    world = World()
    world.codedeploy.deployment = replace(world.codedeploy.deployment, description="[warmgate skip: incident 4711]")

    gated = run(world)

    assert gated.judgement is not None
    assert (gated.judgement.verdict.outcome, gated.judgement.verdict.unjudged) == (Outcome.SKIPPED, Unjudged.SKIP)


def test_a_claimed_rollback_is_judged_and_said_loudly() -> None:
    """A description makes no rollback: the broken version is refused, with a warning in report and log."""
    world = World()
    world.codedeploy.deployment = replace(
        world.codedeploy.deployment, description="hotfix [warmgate rollback of d-ABCDEF000]"
    )
    world.invoker.answers = lambda i: served(
        init_ms=300, function_error="Unhandled", payload=b'{"errorType":"KeyError"}'
    )

    gated = run(world)

    assert world.codedeploy.reported == [Status.FAILED]
    assert gated.judgement is not None
    assert not gated.judgement.deployment.is_rollback
    assert any("NOT A ROLLBACK" in warning for warning in gated.judgement.verdict.warnings)
    assert any("NOT A ROLLBACK" in line for line in world.lines)


def test_a_reason_outlives_a_run_that_dies_while_it_reports() -> None:
    """The log has it before CodeDeploy has the status."""
    world = World()
    world.invoker.answers = lambda i: served(init_ms=2500 if i < 20 else None)

    class KilledError(BaseException):
        """Nothing tidies up."""

    def killed(*_: object) -> bool:
        raise KilledError

    world.codedeploy.report_status = killed  # type: ignore[method-assign, assignment]
    with pytest.raises(KilledError):
        run(world)

    assert any("reporting Failed (failed): limits.init.p95" in line for line in world.lines)
