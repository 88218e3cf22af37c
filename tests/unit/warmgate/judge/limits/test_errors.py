"""Errors and unexpected answers in, a finding out."""

from __future__ import annotations

import pytest

from unit.warmgate.judge.series import evidence, sample
from warmgate.judge.binomial import at_most
from warmgate.judge.limits.errors import RARE_CALLS, RARE_SHARE, judge_answers, judge_errors
from warmgate.model.calls import Arm, CallOutcome, Closed, Phase, Sample, Start
from warmgate.model.verdict import Because, Finding, Outcome, Repeat, Unit
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
    ("bad", "count", "outcome", "warns"),
    [
        (0, 1, Outcome.PASSED, False),
        (0, 100, Outcome.PASSED, False),
        (1, 1, Outcome.FAILED, False),
        (1, 92, Outcome.FAILED, False),
        (1, 93, Outcome.PASSED, True),
        (2, 93, Outcome.FAILED, False),
        (2, 1000, Outcome.FAILED, False),
    ],
)
@pytest.mark.parametrize("closed", [Closed.PLANNED, Closed.BUDGET, Closed.DEADLINE])
def test_none_may_fail(closed: Closed, bad: int, count: int, outcome: Outcome, *, warns: bool) -> None:
    """A second failure refuses, and so does one alone, unless none of 92 other calls of its probe fails: a warning."""
    finding = judge_errors(0.0, evidence(errors(bad, count), closed=closed), 200)
    assert (finding.outcome, finding.warns, finding.decided) == (outcome, warns, True)


def test_what_is_rare_follows_from_its_share() -> None:
    """93 is the smallest number of calls of which one bad one excludes 5 %, 95 % sure."""
    assert [at_most(1, count, RARE_SHARE) <= 0.05 for count in (RARE_CALLS - 1, RARE_CALLS)] == [False, True]


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
        reason="no data: no call reached the function and was answered",
        limit=0.0,
        unit=Unit.RATIO,
        bad_count=0,
        inconclusive_because=Because.NO_DATA,
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
        "9 of 20 calls failed; the limit allows none: 3x Last, 2x A, 2x KeyError"
    )
    clean = judge_errors(0.0, evidence(errors(0, 100)), 200)
    assert (clean.reason, clean.proven) == ("None of 100 calls failed", "true rate at most 2.95 % (95 % confidence)")


@pytest.mark.parametrize(
    ("count", "closed", "others", "said"),
    [
        (20, Closed.BUDGET, 19, ", 92 would show that it was chance; the budget was spent first"),
        (2, Closed.DEADLINE, 1, ", 92 would show that it was chance; the deadline came first"),
        (9, Closed.PLANNED, 8, ", 92 would show that it was chance; no more calls were to come"),
        (93, Closed.PLANNED, 92, ": at most 5 % of them fail (95 % confidence)"),
        (300, None, 299, ": at most 1.57 % of them fail (95 % confidence)"),
    ],
)
def test_the_reason_of_one_failure(count: int, closed: Closed | None, others: int, said: str) -> None:
    """It says how rare the failure was shown to be, or what was missing to show it, in numbers."""
    finding = judge_errors(0.0, evidence(errors(1, count), closed=closed), 200)
    counted = f"1 of {count} calls failed; the limit allows none: 1x error"
    assert finding.reason == f"{counted}; the {others} other calls of its probe succeeded{said}"


def test_a_failure_of_a_cold_start_says_so() -> None:
    """Repeated calls meet warm environments: a reader learns how few of the others were like the one that failed."""
    burst = errors(1, 20, phase=Phase.PREWARM, start=Start.COLD)
    finding = judge_errors(0.0, evidence([*burst, *errors(0, 80)]), 200)
    assert finding.reason.endswith(
        "at most 4.66 % of them fail (95 % confidence); it met a cold start, as 19 of the others did"
    )
    assert finding.warns


def test_one_failure_that_passes_shows_no_rate_beyond_its_limit() -> None:
    """A row that passes does not say 1.08 % of 0 %: what was judged stands in the reason."""
    passed, failed = (judge_errors(0.0, evidence(errors(1, count)), 200) for count in (93, 50))
    assert (passed.measured, passed.limit, passed.bad_count, passed.sample_count) == (None, 0.0, 1, 93)
    assert failed.measured == 0.02


def test_only_calls_of_its_own_probe_speak_for_chance() -> None:
    """The payload is fixed: what other probes do says nothing of the one that failed."""
    others = errors(0, 200, probe="other")
    assert judge_errors(0.0, evidence([*errors(1, 92), *others]), 500).outcome is Outcome.FAILED
    assert judge_errors(0.0, evidence([*errors(1, 93), *others]), 500).outcome is Outcome.PASSED
    assert judge_errors(0.0, evidence([*errors(1, 93), *errors(1, 1, probe="other")]), 500).outcome is Outcome.FAILED


def test_one_failure_asks_for_calls_of_its_probe() -> None:
    """While more may come one failure is undecided and says what it waits for; none, or two, are not."""
    none, one, two = (judge_errors(0.0, evidence(errors(n, 20), closed=None), 200) for n in (0, 1, 2))
    assert [finding.decided for finding in (none, one, two)] == [True, False, True]
    assert (one.outcome, one.leans_to_fail, one.repeat) == (
        Outcome.INCONCLUSIVE,
        True,
        Repeat(probe="default", calls=73),
    )
    assert (none.repeat, two.repeat) == (None, None)


def test_one_failure_is_left_open_where_another_check_has_refused() -> None:
    """It was not asked about any more: names of environments may yet take the other refusal back."""
    finding = judge_errors(0.0, evidence(errors(1, 20), closed=Closed.STOPPED_EARLY), 200)
    assert (finding.outcome, finding.decided, finding.repeat) == (Outcome.INCONCLUSIVE, True, None)


@pytest.mark.parametrize(
    ("bad", "count", "outcome"),
    [
        (0, 20, Outcome.PASSED),
        (1, 20, Outcome.FAILED),
        (1, 93, Outcome.PASSED),
        (2, 93, Outcome.FAILED),
        (20, 20, Outcome.FAILED),
    ],
)
def test_answers_are_judged_as_failures_are(bad: int, count: int, outcome: Outcome) -> None:
    """Unexpected answers refuse by the same rule and the same numbers."""
    finding = judge_answers(PROBE, evidence(calls(*[CallOutcome.UNEXPECTED_ANSWER] * bad, count=count)))
    assert (finding.outcome, finding.check) == (outcome, "probes.default.expect")


def test_a_probe_is_judged_by_its_own_answers() -> None:
    """Other probes' answers do not count, and an error is no answer."""
    unexpected = calls(*[CallOutcome.UNEXPECTED_ANSWER] * 3, probe="other")
    assert judge_answers(PROBE, evidence([*unexpected, *errors(0, 2)])).outcome is Outcome.PASSED
    assert judge_answers(PROBE, evidence(errors(3, 3))).inconclusive_because == "no data"
    finding = judge_answers(PROBE, evidence(calls(CallOutcome.UNEXPECTED_ANSWER, CallOutcome.UNEXPECTED_ANSWER)))
    assert finding.reason == "All 2 calls returned an unexpected answer; the limit allows none: 2x unexpected_answer"


@pytest.mark.parametrize(
    ("bad", "count", "outcome"),
    [
        (0, 80, Outcome.INCONCLUSIVE),
        (0, 100, Outcome.PASSED),
        (3, 20, Outcome.INCONCLUSIVE),
        (4, 20, Outcome.FAILED),
    ],
)
def test_an_allowed_rate_has_lines(bad: int, count: int, outcome: Outcome) -> None:
    """1 % of 300 calls: 4 of the first 20 fail, none of 100 pass, looked at after each round of 20."""
    assert judge_errors(0.01, evidence(errors(bad, count)), 300).outcome is outcome


def test_the_reason_of_a_share() -> None:
    """Counts, limit, kinds and the line stand in one sentence; what came after a decision is mentioned."""
    failed = judge_errors(0.01, evidence(errors(4, 20)), 300)
    assert failed.reason == "4 of 20 calls failed (20 %; the limit allows 1 %): 4x error"
    assert failed.details == "failures in at least 4 environments; 4 of 20 or more fail"
    passed = judge_errors(0.01, evidence([*errors(0, 100), *errors(2, 20, phase=Phase.MEASURED, round=6)]), 300)
    assert (passed.reason, passed.details) == (
        "None of 100 calls failed",
        "0 of 100 or fewer pass; not counted: 2 of 20 calls after that",
    )
    assert (passed.measured, passed.proven) == (0.0, "fewer than 5 % errors (95 % confidence)")


@pytest.mark.parametrize(("closed", "because"), [(None, "cap"), ("planned", "cap"), ("deadline", "deadline")])
def test_an_open_share_of_errors(closed: Closed | None, because: str) -> None:
    """An open count says why and how near it is: 3 of 20 are half-way."""
    finding = judge_errors(0.01, evidence(errors(3, 20), closed=closed), 300)
    assert (finding.inconclusive_because, finding.leans_to_fail) == (because, True)
    assert finding.decided is (closed is not None)


def test_phases_follow_each_other() -> None:
    """Rounds are counted through the phases in their order, whatever order the samples are in."""
    samples = [
        *errors(0, 40, phase=Phase.MEASURED),
        *errors(0, 40, phase=Phase.WARMUP),
        *errors(4, 20, phase=Phase.PREWARM),
    ]
    assert judge_errors(0.01, evidence(samples), 200).sample_count == 20


@pytest.mark.parametrize("allowed", [1e-300, 0.3, 0.95, 1.0, 2.0])
def test_any_rate_is_judged(allowed: float) -> None:
    """No rate is too strange."""
    assert judge_errors(allowed, evidence(errors(1, 20)), 60).sample_count == 20


def test_one_failure_alone_never_fails_a_share() -> None:
    """A limit of 0.02 % refuses no release that 0 % lets pass: one failure leans to fail until it was chance."""
    early, rare = (judge_errors(0.0002, evidence(errors(1, count)), 500) for count in (20, 100))
    assert (early.outcome, early.leans_to_fail, early.inconclusive_because) == (Outcome.INCONCLUSIVE, True, "cap")
    assert (rare.outcome, rare.leans_to_fail) == (Outcome.INCONCLUSIVE, False)
    assert judge_errors(0.0002, evidence(errors(2, 20)), 500).outcome is Outcome.FAILED


def test_one_failure_that_leans_asks_for_calls_of_its_probe() -> None:
    """As under 0 %; one that does not lean asks for none."""
    repeats = [judge_errors(rate, evidence(errors(1, 20), closed=None), 200).repeat for rate in (0.0002, 0.01)]
    assert repeats == [Repeat(probe="default", calls=73), None]


def test_one_call_that_is_missing_is_asked_for() -> None:
    """92 calls are one too few to show that a failure was chance: the check waits for the 93rd."""
    short, enough = (
        judge_errors(1e-5, evidence(errors(1, count), closed=None), 500) for count in (RARE_CALLS - 1, RARE_CALLS)
    )
    assert (short.repeat, short.decided) == (Repeat(probe="default", calls=1), False)
    assert enough.repeat is None


def test_repeated_calls_are_no_sample_of_the_mix() -> None:
    """A share is not counted over calls of one probe; a failure among them is said, and is a second one."""
    again = [*errors(1, 20, phase=Phase.REPEATED), *errors(0, 20)]
    finding = judge_errors(0.01, evidence(again), 200)
    assert (finding.sample_count, finding.bad_count) == (20, 0)
    assert finding.details.endswith("; not counted: 1 of 20 repeated calls")
    twice = [*errors(1, 20), *errors(1, 20, phase=Phase.REPEATED)]
    assert judge_errors(1e-6, evidence(twice), 500).outcome is Outcome.FAILED
    assert judge_errors(1e-6, evidence(twice[:20]), 500).outcome is Outcome.INCONCLUSIVE
    assert judge_errors(0.01, evidence(errors(0, 20, phase=Phase.REPEATED)), 200).sample_count == 20
