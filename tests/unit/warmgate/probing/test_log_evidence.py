"""What the log adds to a run: names that can take a refusal back, cold starts that make one possible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fakes.world import EXECUTION, POLICY, Served, World, report_line, served
from warmgate.errors import LogLookupError
from warmgate.judge import verdict_of_findings
from warmgate.logs.calls import LoggedCall
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import HISTORY, Arm, CallOutcome, Phase, Sample
from warmgate.model.deployment import Status
from warmgate.model.traffic import ColdStart
from warmgate.model.verdict import Finding, Outcome, Verdict
from warmgate.policy.values import Budget, Compare, Limits, PercentileLimit, Policy, RatioLimit
from warmgate.probing.log_evidence import names_matter

DURATION = replace(
    POLICY,
    limits=Limits(duration=(PercentileLimit(percentile=0.95, limit_ms=400.0),)),
    budget=Budget(invocations=400, seconds=300.0),
)
INIT = replace(POLICY, limits=Limits(), compare=Compare(init=RatioLimit(statistic="median", ratio=1.2)))
FIRST = replace(POLICY, limits=Limits(), compare=Compare(first_response=RatioLimit(statistic="median", ratio=1.2)))


def answering(world: World, *, slow: set[int], streams: int) -> None:
    """Let every call have a request id of its own and run in one of a few environments; some of them are slow."""
    numbers = iter(range(100_000))

    def answer(_index: int) -> Served:
        number = next(numbers)
        stream = number % streams
        request_id = f"request-{number}"
        tail = report_line(duration_ms=900.0 if stream in slow else 20.0).replace("8f507cfc-example", request_id)
        record = InvocationRecord(request_id=request_id, duration_ms=20.0)
        world.logs.written.append(
            LoggedCall(record=record, at_ms=world.clock.epoch_ms(), environment=f"[7]{stream}", version="7")
        )
        return served(log_tail=tail)

    world.invoker.answers = answer


def judged(world: World, policy: Policy) -> tuple[Verdict, tuple[str, ...]]:
    """Run the gate and return verdict and notes."""
    world.policies.policy = policy
    gated = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))
    assert gated.judgement is not None
    return gated.judgement.verdict, gated.judgement.notes


def test_slow_calls_of_two_environments_refuse_nothing_once_they_are_named() -> None:
    """Overlapping calls prove several environments only where each call had one of its own: names tell the truth."""
    world = World()
    answering(world, slow={0, 1}, streams=5)
    verdict, _ = judged(world, DURATION)
    (finding,) = [f for f in verdict.findings if f.check == "limits.duration.p95"]
    assert finding.outcome == "inconclusive"
    assert "from 2 of 5 environments" in finding.details


@pytest.mark.parametrize(("rate", "named"), [(0.01, True), (0.0, False)])
def test_failures_are_named_where_a_share_of_them_may_be(rate: float, *, named: bool) -> None:
    """Where they happened matters to a share; where none may fail, the log is not waited for."""
    finding = Finding(check="limits.errors.rate", outcome=Outcome.FAILED, reason="r", limit=rate)
    verdict = verdict_of_findings([finding], POLICY)
    sample = Sample(
        arm=Arm.CANDIDATE,
        round=1,
        position=0,
        probe="default",
        phase=Phase.MEASURED,
        outcome=CallOutcome.ERROR,
        request_id="r-1",
    )

    assert names_matter(verdict, [sample]) is named
    assert not names_matter(verdict, [replace(sample, environment="e")])


def test_without_the_log_the_same_calls_are_refused() -> None:
    """The bound from overlapping calls is all there is then, and the note says why."""
    world = World()
    answering(world, slow={0, 1}, streams=5)
    world.logs.fails = LogLookupError("/aws/lambda/checkout-api could not be read: AccessDeniedException")
    verdict, notes = judged(world, DURATION)
    assert verdict.status is Status.FAILED
    assert "at least" in verdict.findings[0].details
    assert any("AccessDeniedException" in note for note in notes)


def test_late_events_are_waited_for() -> None:
    """Names that come some seconds later still count."""
    world = World()
    answering(world, slow={0, 1}, streams=5)
    world.logs.late_ms = 4_000.0
    verdict, _ = judged(world, DURATION)
    assert "from 2 of 5 environments" in str([finding.details for finding in verdict.findings])


def test_events_that_never_come_are_not_waited_for_without_end() -> None:
    """The verdict comes within seconds, as without a log, and says so."""
    world = World()
    answering(world, slow={0, 1}, streams=5)
    world.logs.late_ms = 10_000_000.0
    before_ms = world.clock.now_ms()
    verdict, notes = judged(world, DURATION)
    assert verdict.status is Status.FAILED
    assert world.clock.now_ms() - before_ms < 60_000
    assert any("did not name" in note for note in notes)


@pytest.mark.parametrize("slow", [set(), set(range(5))])
def test_only_what_names_could_change_is_looked_up(slow: set[int]) -> None:
    """A release that passes is told at once; one that is slow everywhere is refused with names."""
    world = World()
    answering(world, slow=slow, streams=5)
    verdict, _ = judged(world, DURATION)
    assert verdict.status is (Status.FAILED if slow else Status.SUCCEEDED)
    assert (world.logs.reads > 0) is bool(slow)


def test_errors_are_told_without_asking_the_log() -> None:
    """Where another check has failed, names change nothing."""
    world = World()
    world.invoker.answers = lambda _index: served(function_error="Unhandled", payload=b'{"errorType":"KeyError"}')
    verdict, _ = judged(world, DURATION)
    assert verdict.status is Status.FAILED
    assert world.logs.reads == 0


def warm_baseline(world: World, init_ms: float) -> None:
    """Let the candidate's burst be cold and the baseline's warm."""
    world.invoker.answers = lambda _index: served(
        init_ms=init_ms if world.invoker.calls[-1].version == "7" and len(world.invoker.calls) <= 40 else None
    )


def remembered(*inits: float, duration_ms: float = 50.0) -> tuple[ColdStart, ...]:
    """Return cold starts of a log, each met by a call of some length."""
    return tuple(ColdStart(init_ms=init_ms, duration_ms=duration_ms) for init_ms in inits)


@pytest.mark.parametrize(("init_ms", "status"), [(300.0, Status.SUCCEEDED), (900.0, Status.FAILED)])
def test_a_warm_baseline_is_compared_by_the_cold_starts_that_its_log_remembers(init_ms: float, status: Status) -> None:
    """The finding says where they come from."""
    world = World()
    warm_baseline(world, init_ms)
    world.logs.earlier = remembered(*(300.0 + number for number in range(30)))
    verdict, notes = judged(world, INIT)
    assert verdict.status is status
    (finding,) = [f for f in verdict.findings if f.check == "compare.init.median"]
    assert "20 of them from the log of earlier days" in finding.details
    assert any("earlier cold starts" in note for note in notes)


@pytest.mark.parametrize(("duration_ms", "status"), [(20.0, Status.SUCCEEDED), (600.0, Status.FAILED)])
def test_the_log_remembers_first_responses_too(duration_ms: float, status: Status) -> None:
    """Each with the duration of the call that met the cold start, not with its init alone."""
    world = World()
    world.invoker.answers = lambda _index: served(
        duration_ms=duration_ms if len(world.invoker.calls) <= 40 else 20.0,
        init_ms=300.0 if world.invoker.calls[-1].version == "7" and len(world.invoker.calls) <= 40 else None,
    )
    world.logs.earlier = remembered(*(300.0 + number for number in range(30)), duration_ms=50.0)
    verdict, _ = judged(world, FIRST)
    assert verdict.status is status
    (finding,) = [f for f in verdict.findings if f.check == "compare.first_response.median"]
    assert "20 new and 20 old cold starts (20 of them from the log of earlier days" in finding.details
    assert "the baseline's 359 ms" in finding.reason


def test_remembered_cold_starts_are_samples_that_no_other_check_counts() -> None:
    """They are recorded for a replay, and are no calls."""
    world = World()
    warm_baseline(world, 300.0)
    world.logs.earlier = remembered(*[300.0] * 20)
    world.policies.policy = INIT
    judgement = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297)).judgement
    assert judgement is not None
    of_log = [sample for sample in judgement.samples if sample.probe == HISTORY]
    assert len(of_log) == 20
    assert {sample.arm for sample in of_log} == {Arm.BASELINE}
    assert judgement.spending.invocations == len(judgement.samples) - 20


@pytest.mark.parametrize("earlier", [(), (300.0, 310.0)])
def test_too_few_remembered_cold_starts_leave_the_comparison_open(earlier: tuple[float, ...]) -> None:
    """Nothing is made up: the finding says how many there were."""
    world = World()
    warm_baseline(world, 900.0)
    world.logs.earlier = remembered(*earlier)
    verdict, _ = judged(world, INIT)
    (finding,) = [f for f in verdict.findings if f.check == "compare.init.median"]
    assert finding.inconclusive_because == "too few cold starts"
    assert f"{len(earlier)} old cold starts" in f"{finding.reason} {finding.details}"


def test_an_unreadable_log_costs_a_note_and_never_the_release() -> None:
    """The absolute limits decide as before."""
    world = World()
    warm_baseline(world, 300.0)
    world.logs.fails = LogLookupError("/aws/lambda/checkout-api could not be read: AccessDeniedException")
    verdict, notes = judged(world, INIT)
    assert verdict.status is Status.SUCCEEDED
    assert any("earlier cold starts are not known" in note for note in notes)
