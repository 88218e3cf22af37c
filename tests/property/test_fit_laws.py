"""Laws of probes that do not fit: a baseline excuses its own way to fail and nothing else."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from warmgate.judge import judge
from warmgate.judge.fit import TRIES, way_of
from warmgate.model.calls import Arm, Burst, CallOutcome, Closed, Evidence, Phase, Sample
from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome, Verdict
from warmgate.policy.values import ErrorAction, Expect, Limits, Policy, Probe, When

PROBE = Probe(name="default", expect=Expect(jmespath="ok"))
POLICY = Policy(name="fit", probes=(PROBE,), limits=Limits(), when=When(probe_unfit=ErrorAction.PASS))
TYPES = (None, "KeyError", "TypeError", "Unhandled", "Runtime.ImportModuleError", "Runtime.MarshalError")
ends = st.one_of(
    st.just((CallOutcome.OK, None, "", False)),
    st.tuples(st.just(CallOutcome.ERROR), st.sampled_from(TYPES), st.just(""), st.booleans()),
    st.tuples(st.just(CallOutcome.TIMEOUT), st.just("Sandbox.Timedout"), st.just(""), st.just(False)),
    st.tuples(
        st.just(CallOutcome.UNEXPECTED_ANSWER), st.none(), st.sampled_from(["", "statusCode 400"]), st.just(False)
    ),
)
End = tuple[CallOutcome, str | None, str, bool]
runs = st.lists(ends, min_size=2, max_size=6)


def calls(arm: Arm, found: list[End]) -> list[Sample]:
    """Return the calls of a version that end so."""
    return [
        Sample(
            arm=arm,
            round=1,
            position=place,
            probe="default",
            phase=Phase.PREWARM,
            outcome=outcome,
            error_type=error_type,
            message=message,
            init_failed=init_failed,
        )
        for place, (outcome, error_type, message, init_failed) in enumerate(found)
    ]


def judged(old: list[End], new: list[End]) -> Verdict:
    """Return the verdict on a release."""
    samples = (*calls(Arm.BASELINE, old), *calls(Arm.CANDIDATE, new))
    return judge(Evidence(samples=samples, burst=Burst(asked=6, granted=6), closed=Closed.PLANNED), POLICY)


@given(old=runs, new=runs)
def test_two_failures_of_a_kind_that_the_baseline_has_not_refuse(old: list[End], new: list[End]) -> None:
    """Whatever else is excused."""
    own = {way_of(sample) for sample in calls(Arm.BASELINE, old)}
    bad = [s for s in calls(Arm.CANDIDATE, new) if s.outcome is not CallOutcome.OK]
    other = [s for s in bad if way_of(s) is None or way_of(s) not in own]
    errors = [s for s in other if s.outcome is not CallOutcome.UNEXPECTED_ANSWER]
    assume(len(errors) >= 2 or len(other) - len(errors) >= 2)

    assert judged(old, new).status is Status.FAILED


@given(old=runs, new=runs)
def test_a_baseline_that_answers_once_excuses_nothing(old: list[End], new: list[End]) -> None:
    """One good call of it and two failures of the candidate, of one kind."""
    assume(any(outcome is CallOutcome.OK for outcome, *_ in old))
    assume(sum(outcome is CallOutcome.ERROR for outcome, *_ in new) >= 2)
    verdict = judged(old, new)

    assert verdict.status is Status.FAILED
    assert all(finding.check != "probes.default.fit" for finding in verdict.findings)


@given(end=ends, count=st.integers(TRIES, 6))
def test_what_fails_the_same_way_in_the_handler_is_let_through_and_told(end: End, count: int) -> None:
    """Under `when.probe_unfit: pass`; what fails before the handler, or without a type, is not."""
    assume(end[0] is not CallOutcome.OK)
    (sample,) = calls(Arm.BASELINE, [end])
    verdict = judged([end] * count, [end] * count)

    if way_of(sample) is None:
        assert verdict.outcome is Outcome.FAILED
    else:
        assert (verdict.status, verdict.settled_by) == (Status.SUCCEEDED, "when.probe_unfit: pass")
        assert len(verdict.warnings) == 1
