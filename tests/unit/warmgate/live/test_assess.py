"""After the shift: live traffic decides where there is enough of it, calls of our own where there is not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from support.fakes.shift_world import LIVE, ShiftWorld
from support.fakes.world import EPOCH_MS, EXECUTION, FakeDeployments, FakeLineage
from support.traffic.shifts import Defect
from warmgate.errors import InvokeError, LogLookupError
from warmgate.gate.gate import Gate
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.live.assess import LiveAssessor
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, LifecycleEvent, Status
from warmgate.model.traffic import EnvironmentSummary, MetricCounts
from warmgate.model.verdict import Finding, Outcome, Spending, Verdict
from warmgate.policy.values import Live, Policy
from warmgate.probing.assessment import Assessment


@dataclass
class OwnCalls:
    """Calls of our own with a given end."""

    outcome: Outcome = Outcome.PASSED
    fails: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def judge_release(self, deployment: Deployment, policy: Policy, deadline: Deadline) -> Assessment:
        """Return the end."""
        self.asked.append(deployment.deployment_id)
        if self.fails is not None:
            raise self.fails
        finding = Finding(check="limits.duration.p95", outcome=self.outcome, reason="as told", sample_count=100)
        status = Status.FAILED if self.outcome is Outcome.FAILED else Status.SUCCEEDED
        verdict = Verdict(
            outcome=self.outcome, status=status, reason="limits.duration.p95: as told", findings=(finding,)
        )
        return Assessment(verdict=verdict, spending=Spending(invocations=140))


def judged(world: ShiftWorld, own: OwnCalls | None = None, policy: Policy = LIVE, seconds: float = 270.0) -> Assessment:
    """Judge the release when its shift is over."""
    deployment = world.deployment()
    assessor = LiveAssessor(
        functions=world.functions,
        logs=world.logs,
        metrics=world.metrics,
        own_calls=own or OwnCalls(fails=InvokeError("not to be asked", code="Unexpected")),
        clock=world.clock,
    )
    return assessor.judge_release(deployment, policy, world.deadline(seconds))


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_good_release_passes_by_its_live_traffic(seed: str) -> None:
    """No call of our own is made, and every check says how much traffic it rests on."""
    found = judged(ShiftWorld(seed=seed))
    assert found.verdict.status is Status.SUCCEEDED
    assert {f.check for f in found.verdict.findings} == {
        "live.duration.body",
        "live.duration.tail",
        "live.errors.rate",
        "live.cold_starts.share",
    }
    assert all("by the log" in f.details for f in found.verdict.findings)
    assert found.spending.invocations == 0
    assert any("live calls of the new version" in note for note in found.notes)


@pytest.mark.parametrize(
    ("defect", "check"),
    [
        (Defect(error_share=0.05), "live.errors.rate"),
        (Defect(times=1.6), "live.duration.body"),
        (Defect(error_share=0.2, from_s=100.0), "live.errors.rate"),
    ],
)
def test_a_bad_release_fails_by_its_live_traffic(defect: Defect, check: str) -> None:
    """The stretch that fails is the reason, however good the rest was."""
    found = judged(ShiftWorld(defect=defect))
    assert found.verdict.status is Status.FAILED
    assert found.verdict.reason.startswith(check)
    assert found.samples


def test_late_log_events_are_waited_for() -> None:
    """The end of the shift is judged too, though its events come later than the hook."""
    world = ShiftWorld(defect=Defect(error_share=0.6, from_s=112.0), log_late_ms=12_000.0)
    found = judged(world)
    assert found.verdict.status is Status.FAILED


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.PASSED, Status.SUCCEEDED), (Outcome.FAILED, Status.FAILED)])
def test_too_little_traffic_lets_our_own_calls_decide(outcome: Outcome, status: Status) -> None:
    """A night without callers is no verdict; what stayed open is a warning."""
    own = OwnCalls(outcome)
    found = judged(ShiftWorld(new_per_s=0.01, old_per_s=0.05), own)
    assert own.asked == ["d-ABCDEF123"]
    assert found.verdict.status is status
    assert found.spending.invocations == 140
    assert any(warning.startswith("live.duration.body: inconclusive") for warning in found.verdict.warnings)


def test_no_traffic_and_no_calls_of_our_own_is_an_error() -> None:
    """Nothing was found out: the gate maps it by the policy."""
    with pytest.raises(InvokeError):
        judged(
            ShiftWorld(new_per_s=0.001, old_per_s=0.001),
            OwnCalls(fails=InvokeError("no concurrency", code="Throttled")),
        )


def test_an_unreadable_log_lets_our_own_calls_decide() -> None:
    """The note says what is missing."""
    world = ShiftWorld(defect=Defect(error_share=0.5))
    world.logs.fails = LogLookupError("/aws/lambda/checkout-api could not be read: AccessDeniedException")
    own = OwnCalls()
    found = judged(world, own)
    assert own.asked
    assert any("AccessDeniedException" in note for note in found.notes)


def test_errors_that_only_the_metrics_show_fail_the_release() -> None:
    """In text format a report does not tell every failure: CloudWatch's count does, and the finding says so."""
    world = ShiftWorld()
    world.metrics.found = {"2": MetricCounts(calls=1200, errors=90), "1": MetricCounts(calls=1200, errors=2)}
    found = judged(world)
    assert found.verdict.status is Status.FAILED
    assert "90 of 1200 live calls failed" in found.verdict.reason
    assert any("by CloudWatch's metrics" in finding.details for finding in found.verdict.findings)


def test_errors_that_the_metrics_show_count_where_the_log_cannot_be_read() -> None:
    """A log that shows no call is no evidence against CloudWatch's count: calls of our own do not outweigh it."""
    world = ShiftWorld()
    world.logs.fails = LogLookupError("/aws/lambda/checkout-api could not be read: ReadTimeoutError")
    world.metrics.found = {"2": MetricCounts(calls=1200, errors=90), "1": MetricCounts(calls=1200, errors=2)}
    assert judged(world).verdict.status is Status.FAILED


def test_metrics_that_cannot_be_read_are_a_note() -> None:
    """The log is enough."""
    world = ShiftWorld()
    world.metrics.fails = True
    found = judged(world)
    assert found.verdict.status is Status.SUCCEEDED
    assert any("counts were not read" in note for note in found.notes)


@pytest.mark.parametrize(("times", "status"), [(1.0, Status.SUCCEEDED), (2.0, Status.FAILED)])
def test_all_at_once_is_compared_with_the_traffic_before(times: float, status: Status) -> None:
    """The old version serves nothing after the shift: the ten minutes before it are the baseline."""
    world = ShiftWorld(seed="all", seconds=240.0, defect=Defect(times=times), new_per_s=10, old_per_s=10)
    shift_ms = EPOCH_MS + 200_000
    world.logs.written = [call for call in world.logs.written if (call.version == "1") == (call.at_ms < shift_ms)]
    world.shifts.began_s = world.shifts.ended_s = 200.0
    found = judged(world)
    assert found.verdict.status is status
    assert any("of the old version before the shift" in note for note in found.notes)


def test_a_policy_without_live_limits_judges_nothing() -> None:
    """The hook may be attached before the policy knows of it: it passes, and says so."""
    found = judged(ShiftWorld(defect=Defect(error_share=0.5)), policy=replace(LIVE, live=Live()))
    assert found.verdict.status is Status.SUCCEEDED
    assert "no live limits" in found.verdict.reason


def test_the_gate_after_the_shift_tells_its_own_lifecycle_event() -> None:
    """The promises are those of the first hook; the report names this one."""
    world = ShiftWorld(defect=Defect(error_share=0.5))
    deployments = FakeDeployments(
        world.clock, deployment=replace(world.deployment(), deployment_id=EXECUTION.deployment_id)
    )
    gate = Gate(
        deployments=deployments,
        last_deployments=deployments,
        proof=RollbackProof(FakeLineage()),
        timer=world.clock,
        policies=world.policies,
        judging=LiveAssessor(
            functions=world.functions, logs=world.logs, metrics=world.metrics, own_calls=OwnCalls(), clock=world.clock
        ),
        clock=world.clock,
        event=LifecycleEvent.AFTER_ALLOW_TRAFFIC,
        reports=(world.reports,),
    )
    gated = gate.run(EXECUTION, world.deadline(270), world.deadline(297))
    assert (gated.status, deployments.reported) == (Status.FAILED, [Status.FAILED])
    (judgement, _), *_ = world.reports.published
    assert judgement.deployment.lifecycle_event is LifecycleEvent.AFTER_ALLOW_TRAFFIC


@pytest.mark.parametrize(("p95_ms", "status"), [(150.0, Status.SUCCEEDED), (500.0, Status.FAILED)])
def test_a_very_busy_function_is_judged_by_one_query(p95_ms: float, status: Status) -> None:
    """More calls than can be read: the log is asked for a summary of each environment."""
    world = ShiftWorld(seconds=20.0)
    world.metrics.found = {"2": MetricCounts(calls=40_000, errors=10), "1": MetricCounts(calls=360_000, errors=90)}
    world.logs.summarised = tuple(
        EnvironmentSummary(
            environment=f"[{version}]{place}",
            version=version,
            calls=1000,
            cold_starts=1,
            median_ms=100.0 + place,
            p95_ms=(p95_ms if version == "2" else 150.0) + place,
        )
        for version in ("1", "2")
        for place in range(15)
    )
    found = judged(world)
    assert found.verdict.status is status
    assert world.logs.reads == 0
    assert any("by a query of the log" in note for note in found.notes)


def test_a_runtime_whose_log_tells_no_exception_is_judged_by_calls_of_our_own() -> None:
    """CloudWatch counts nothing where all traffic moves at once: no failure in the log is no proof of none."""
    world = ShiftWorld()
    world.functions.states = [{"runtime": "java21"}]
    own = OwnCalls()
    found = judged(world, own)
    assert own.asked
    assert any("java21 writes an exception in Text format" in warning for warning in found.verdict.warnings)


def test_environments_whose_figures_are_not_the_platforms_are_left_out() -> None:
    """A function that prints REPORT lines itself would be judged by what it prints."""
    world = ShiftWorld(seconds=20.0)
    world.metrics.found = {"2": MetricCounts(calls=80_000, errors=10)}
    summary = EnvironmentSummary(
        environment="[2]a", version="2", calls=1000, cold_starts=1, median_ms=1.0, p95_ms=2.0, unbegun=499
    )
    world.logs.summarised = (summary, replace(summary, environment="[2]b", unbegun=0))
    found = judged(world, OwnCalls())
    assert "1000 live calls in 1 environments, by a query of the log" in found.notes
    assert any("1 environments left out: the function prints REPORT lines" in note for note in found.notes)


def test_a_query_that_is_denied_lets_our_own_calls_decide() -> None:
    """The metrics' counts are still judged."""
    world = ShiftWorld(seconds=20.0)
    world.metrics.found = {"2": MetricCounts(calls=80_000, errors=10)}
    world.logs.fails = LogLookupError("/aws/lambda/checkout-api could not be queried: AccessDeniedException")
    own = OwnCalls()
    found = judged(world, own)
    assert own.asked
    assert any("AccessDeniedException" in note for note in found.notes)
