"""Errors and unexpected answers in, a finding out."""

from __future__ import annotations

import pytest

from unit.judge.series import evidence, sample
from warmgate.judge.failures import judge_answers, judge_errors
from warmgate.model import Arm, CallOutcome, Finding, Outcome, Phase, Sample
from warmgate.policy.values import Expect, Probe

PROBE = Probe(name="default", expect=Expect(jmespath="ok"))


def calls(*outcomes: CallOutcome, count: int = 0, **changes: object) -> list[Sample]:
    """Return calls with these outcomes, filled up with good ones."""
    filled = [*outcomes, *[CallOutcome.OK] * (count - len(outcomes))]
    return [
        sample(position=i % 20, **({"round": i // 20 + 1, "outcome": outcome} | changes))
        for i, outcome in enumerate(filled)
    ]


def errors(bad: int, count: int, **changes: object) -> list[Sample]:
    """Return so many calls, the first of which failed."""
    return calls(*[CallOutcome.ERROR] * bad, count=count, **changes)


@pytest.mark.parametrize(
    ("bad", "count", "outcome"),
    [(0, 1, Outcome.PASSED), (0, 100, Outcome.PASSED), (1, 100, Outcome.INCONCLUSIVE), (2, 100, Outcome.FAILED)],
)
def test_two_strikes(bad: int, count: int, outcome: Outcome) -> None:
    """With no error allowed the second one decides."""
    assert judge_errors(0.0, evidence(errors(bad, count)), 200).outcome is outcome


@pytest.mark.parametrize("kind", [CallOutcome.ERROR, CallOutcome.TIMEOUT])
@pytest.mark.parametrize("phase", Phase)
def test_every_phase_and_kind_counts(kind: CallOutcome, phase: Phase) -> None:
    """Time-outs are errors, and an error in the first cold call is one too."""
    assert judge_errors(0.0, evidence(calls(kind, kind, count=20, phase=phase)), 200).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "changes",
    [{"arm": Arm.BASELINE}, {"outcome": CallOutcome.THROTTLED}],
)
def test_what_never_reached_the_candidate_is_no_error(changes: dict[str, object]) -> None:
    """Throttles and the baseline's own errors are not held against the candidate."""
    finding = judge_errors(0.0, evidence(errors(5, 5, **changes)), 200)
    assert finding == Finding(
        check="limits.errors.rate",
        outcome=Outcome.INCONCLUSIVE,
        reason="no data: not one call reached the function and was answered",
        limit=0.0,
        unit="ratio",
        bad_count=0,
        proven="nothing",
        inconclusive_because="no data",
    )


def test_the_reasons_of_strikes() -> None:
    """What failed is named, most frequent first, three kinds at most."""
    samples = [
        *errors(2, 2, error_type="KeyError"),
        *errors(2, 2, error_type="A"),
        *errors(1, 1, error_type=None, detail="cut"),
        *errors(3, 3, error_type="Last"),
        *calls(CallOutcome.TIMEOUT),
        *errors(0, 11),
    ]
    assert judge_errors(0.0, evidence(samples), 200).reason == (
        "9 of 20 calls failed (limit 0 %): 3x Last, 2x A, 2x KeyError"
    )
    assert judge_errors(0.0, evidence(errors(0, 100)), 200).reason == (
        "0 of 100 calls failed (excludes more than 2.95 %, 95 % sure)"
    )
    once = judge_errors(0.0, evidence(errors(1, 20)), 200)
    assert once.reason == "1 of 20 calls failed (1x error), others of its probe went well; 2 refuse"
    assert (once.leans_to_fail, once.inconclusive_because, once.measured) == (False, "cap", 0.05)


def test_a_failure_that_no_other_call_puts_right_leans_to_fail() -> None:
    """The payload is fixed: a probe whose only call failed has nothing that speaks for chance."""
    others = errors(0, 19, probe="other")
    alone = judge_errors(0.0, evidence([*errors(1, 1), *others]), 200)
    assert (alone.outcome, alone.leans_to_fail) == (Outcome.INCONCLUSIVE, True)
    assert "no other call of its probe went well" in alone.reason
    assert not judge_errors(0.0, evidence([*errors(1, 2), *others]), 200).leans_to_fail


def test_a_strike_asks_for_more_calls() -> None:
    """While more may come a single error is undecided; none, or two, are not."""
    assert [judge_errors(0.0, evidence(errors(n, 20), closed=None), 200).decided for n in (0, 1, 2)] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("bad", "outcome"), [(0, Outcome.PASSED), (1, Outcome.FAILED), (2, Outcome.FAILED), (20, Outcome.FAILED)]
)
def test_answers_are_judged_by_strikes_too(bad: int, outcome: Outcome) -> None:
    """One unexpected answer is a doubt, two refuse."""
    samples = calls(*[CallOutcome.UNEXPECTED_ANSWER] * bad, count=20)
    expected = Outcome.INCONCLUSIVE if bad == 1 else outcome
    finding = judge_answers(PROBE, evidence(samples))
    assert (finding.outcome, finding.check) == (expected, "probes.default.expect")


def test_a_probe_is_judged_by_its_own_answers() -> None:
    """Other probes' answers do not count, and an error is no answer."""
    unexpected = calls(*[CallOutcome.UNEXPECTED_ANSWER] * 3, probe="other")
    assert judge_answers(PROBE, evidence([*unexpected, *errors(0, 2)])).outcome is Outcome.PASSED
    assert judge_answers(PROBE, evidence(errors(3, 3))).inconclusive_because == "no data"
    finding = judge_answers(PROBE, evidence(calls(CallOutcome.UNEXPECTED_ANSWER, CallOutcome.UNEXPECTED_ANSWER)))
    assert finding.reason == "2 of 2 calls were answered unexpectedly (limit 0 %): 2x unexpected_answer"


@pytest.mark.parametrize(
    ("bad", "count", "outcome"),
    [
        (0, 80, Outcome.INCONCLUSIVE),
        (0, 100, Outcome.PASSED),
        (2, 20, Outcome.INCONCLUSIVE),
        (3, 20, Outcome.FAILED),
    ],
)
def test_an_allowed_rate_has_a_score(bad: int, count: int, outcome: Outcome) -> None:
    """1 % of 200 calls: +39 for an error, fails at +96, passes at -71, looked at after each round of 20."""
    assert judge_errors(0.01, evidence(errors(bad, count)), 200).outcome is outcome


def test_the_reason_of_a_score() -> None:
    """Counts, limit, kinds and the line stand in one sentence; what came after a decision is mentioned."""
    failed = judge_errors(0.01, evidence(errors(3, 20)), 200)
    assert failed.reason == "3 of 20 calls failed (limit 1 %): 3x error; score +100 >= +96"
    passed = judge_errors(0.01, evidence([*errors(0, 100), *errors(2, 20, phase=Phase.MEASURED, round=6)]), 200)
    assert passed.reason == (
        "0 of 100 calls failed (limit 1 %); score -83.3 <= -71; not counted: 2 of 20 calls after that"
    )
    assert (passed.measured, passed.margin, passed.proven) == (0.0, 1.0, "excluded: 5 % errors or more (95 % sure)")


@pytest.mark.parametrize(("closed", "because"), [(None, "cap"), ("planned", "cap"), ("deadline", "deadline")])
def test_an_open_error_score(closed: str | None, because: str) -> None:
    """An open score says why and how near it is: 2 of 20 stand at 60 of 96 points."""
    finding = judge_errors(0.01, evidence(errors(2, 20), closed=closed), 200)
    assert (finding.inconclusive_because, finding.leans_to_fail) == (because, True)
    assert finding.decided is (closed is not None)


def test_phases_follow_each_other_in_the_score() -> None:
    """Rounds are counted through the phases in their order, whatever order the samples are in."""
    samples = [
        *errors(0, 40, phase=Phase.MEASURED),
        *errors(0, 40, phase=Phase.WARMUP),
        *errors(3, 20, phase=Phase.PREWARM),
    ]
    assert judge_errors(0.01, evidence(samples), 200).sample_count == 20


@pytest.mark.parametrize("allowed", [1e-300, 0.3, 0.95, 1.0, 2.0])
def test_any_rate_is_judged(allowed: float) -> None:
    """No rate is too strange."""
    assert judge_errors(allowed, evidence(errors(1, 20)), 60).sample_count == 20
