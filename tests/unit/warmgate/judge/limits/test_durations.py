"""A series of durations in, a finding out: the absolute limit on a percentile."""

from __future__ import annotations

import pytest

from unit.warmgate.judge.series import FAST, LIMIT, POLICY, SLOW, evidence, measured, policy, sample, slow_rounds
from warmgate.judge.limits.durations import judge_duration, measured_rounds
from warmgate.model.calls import Arm, CallOutcome, Closed, DurationSource, Evidence, Phase, Start
from warmgate.model.verdict import Because, Finding, Outcome, Unit
from warmgate.policy.values import PercentileLimit

CERTIFY = policy(duration=(LIMIT,), certify=True)


def found(given: Evidence, limit: PercentileLimit = LIMIT, cap: int = 200) -> Finding:
    """Return the finding of p95 <= 400 ms."""
    return judge_duration(limit, given, POLICY, cap)


@pytest.mark.parametrize(
    ("slow_counts", "outcome"),
    [
        ((0, 0), Outcome.INCONCLUSIVE),
        ((0, 0, 0), Outcome.PASSED),
        ((1, 1, 0), Outcome.INCONCLUSIVE),
        ((1, 1, 0, 0), Outcome.PASSED),
        ((11,), Outcome.INCONCLUSIVE),
        ((12,), Outcome.FAILED),
        ((7, 8), Outcome.INCONCLUSIVE),
        ((8, 8), Outcome.FAILED),
        ((3, 3, 3), Outcome.INCONCLUSIVE),
        ((3, 3, 4), Outcome.FAILED),
        ((5, 5, 0), Outcome.INCONCLUSIVE),
        ((0, 0, 0, 20), Outcome.FAILED),
        ((20,), Outcome.FAILED),
    ],
)
def test_slow_calls_by_round(slow_counts: tuple[int, ...], outcome: Outcome) -> None:
    """Rounds of 20 with so many slow calls each decide at the documented counts."""
    assert found(evidence(measured(slow_rounds(*slow_counts)))).outcome is outcome


@pytest.mark.parametrize(("duration", "bad"), [(399.999, 0), (400.0, 0), (400.001, 20)])
def test_a_call_at_the_limit_is_not_slow(duration: float, bad: int) -> None:
    """Slower means above the limit, not at it."""
    assert found(evidence(measured([[duration] * 20]))).bad_count == bad


def test_a_failure_says_everything() -> None:
    """The reason holds the counts, the limit, the environments and the line."""
    samples = [
        sample(SLOW if i < slow else FAST, round=number, position=i, environment=f"e{i}")
        for number, slow in ((1, 8), (2, 9))
        for i in range(20)
    ]
    finding = found(evidence(samples))
    assert finding == Finding(
        check="limits.duration.p95",
        outcome=Outcome.FAILED,
        reason="17 of 40 calls took longer than 400 ms (42.5 %; the limit allows 5 %)",
        details="slow calls from 9 of 20 environments; 8 of 40 or more fail",
        measured=900.0,
        limit=400.0,
        unit=Unit.MS,
        bad_count=17,
        sample_count=40,
        environment_count=20,
        proven="more than 5 % slow calls (99 % confidence)",
    )


def test_a_pass_says_what_it_excludes() -> None:
    """Sixty clean calls exclude twice the allowance, and no more is claimed."""
    finding = found(evidence(measured(slow_rounds(0, 0, 0)), closed=None))
    assert (finding.reason, finding.details) == ("None of 60 calls took longer than 400 ms", "1 of 60 or fewer pass")
    assert finding.proven == "fewer than 10 % slow calls (95 % confidence)"
    assert (finding.decided, finding.measured) == (True, 100.0)


@pytest.mark.parametrize(
    ("closed", "because", "decided"),
    [
        (None, Because.CAP, False),
        (Closed.PLANNED, Because.CAP, True),
        (Closed.DEADLINE, Because.DEADLINE, True),
        (Closed.BUDGET, Because.BUDGET, True),
    ],
)
def test_an_open_score_says_why(closed: Closed | None, because: Because, decided: bool) -> None:
    """What ended the calls is the reason; while more may come the check has not decided."""
    finding = found(evidence(measured(slow_rounds(1, 1)), closed=closed))
    assert (finding.outcome, finding.inconclusive_because) == (Outcome.INCONCLUSIVE, because)
    assert finding.decided is decided
    assert finding.reason == "2 of 40 calls took longer than 400 ms (5 %; the limit allows 5 %)"
    assert finding.details == (
        "slow calls from at least 1 of 20 environments; of 40, 7 or more are half-way to failed, 8 or more fail"
    )
    assert finding.proven == "at most 14.9 % slow calls (95 % confidence)"


@pytest.mark.parametrize(("slow", "leans"), [(4, False), (5, True)])
def test_half_way(slow: int, leans: bool) -> None:
    """4 of 20 are not half-way to failed, 5 of 20 are."""
    assert found(evidence(measured(slow_rounds(slow)))).leans_to_fail is leans


def test_the_cap_decides_even_while_more_calls_come() -> None:
    """After 200 calls the check asks for no more, and calls beyond them are mentioned only."""
    rounds = slow_rounds(*[2] * 6, *[1] * 4)
    finding = found(evidence(measured(rounds), closed=None))
    assert (finding.outcome, finding.inconclusive_because, finding.decided) == (Outcome.INCONCLUSIVE, "cap", True)
    more = found(evidence(measured(rounds + slow_rounds(20, 20)), closed=None))
    assert (more.sample_count, more.bad_count) == (200, 16)
    assert more.details == finding.details + "; not counted: 40 of 40 calls after that"


@pytest.mark.parametrize(
    ("environments", "outcome"), [(1, Outcome.INCONCLUSIVE), (2, Outcome.INCONCLUSIVE), (3, Outcome.FAILED)]
)
def test_fewer_than_three_environments_cannot_fail(environments: int, outcome: Outcome) -> None:
    """Slow calls of one or two known environments may be a bad neighbour."""
    samples = [
        sample(SLOW if i < 12 else FAST, position=i, environment=f"e{i % environments if i < 12 else i}")
        for i in range(20)
    ]
    finding = found(evidence(samples))
    assert finding.outcome is outcome
    assert (finding.inconclusive_because is Because.TOO_FEW_ENVIRONMENTS) is (outcome is Outcome.INCONCLUSIVE)
    assert not finding.leans_to_fail


def test_overlap_proves_environments() -> None:
    """Two slow calls a round never prove three environments; three in one round do."""
    assert found(evidence(measured(slow_rounds(2, 2, 2, 2, size=5)))).inconclusive_because == "too few environments"
    assert found(evidence(measured(slow_rounds(2, 2, 2, 3, size=5)))).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "changes",
    [
        {"start": Start.COLD},
        {"start": Start.RESTORED},
        {"phase": Phase.PREWARM},
        {"phase": Phase.WARMUP},
        {"arm": Arm.BASELINE},
        {"outcome": CallOutcome.ERROR},
        {"outcome": CallOutcome.THROTTLED},
        {"duration_ms": None},
        {"outcome": CallOutcome.TIMEOUT, "start": Start.COLD},
    ],
)
def test_what_does_not_count(changes: dict[str, object]) -> None:
    """Cold, unmeasured, failed and unread calls are no evidence of a warm duration."""
    finding = found(evidence(measured(slow_rounds(20), **changes)))
    assert (finding.outcome, finding.inconclusive_because) == (Outcome.INCONCLUSIVE, "no data")


@pytest.mark.parametrize(
    "changes",
    [
        {"start": Start.PROVISIONED},
        {"start": None},
        {"outcome": CallOutcome.UNEXPECTED_ANSWER},
        {"outcome": CallOutcome.TIMEOUT, "duration_ms": None},
        {"outcome": CallOutcome.TIMEOUT, "duration_ms": 10.0},
    ],
)
def test_what_counts(changes: dict[str, object]) -> None:
    """A time-out is slow whatever it shows; an unexpected answer took as long as it took."""
    assert found(evidence(measured(slow_rounds(20), **changes))).outcome is Outcome.FAILED


def test_a_timeout_shows_at_least_the_limit() -> None:
    """A call that never met the limit is not reported below it; a duration of 0 is a duration."""
    timeouts = measured(slow_rounds(20), outcome=CallOutcome.TIMEOUT, duration_ms=None)
    assert found(evidence(timeouts)).measured == 400.0
    assert found(evidence(measured([[0.0] * 20]))).measured == 0.0


@pytest.mark.parametrize(
    ("closed", "reason", "decided"),
    [
        (None, "no data: not one warm measured call with a duration", False),
        ("planned", "no data: not one warm measured call with a duration", True),
        ("deadline", "no data: not one warm measured call with a duration (deadline)", True),
    ],
)
def test_no_data_is_no_data_whatever_ended_the_calls(closed: Closed | None, reason: str, decided: bool) -> None:
    """Nothing measured is never a close call."""
    finding = found(evidence([], closed=closed))
    assert (finding.reason, finding.decided, finding.inconclusive_because) == (reason, decided, "no data")


def test_the_callers_clock_is_named() -> None:
    """Durations of another clock than the platform's are said to be."""
    finding = found(evidence(measured(slow_rounds(0, 0, 0), duration_source=DurationSource.CALLER)))
    assert finding.reason.endswith(", by the caller's clock")


def test_certifying_asks_for_more() -> None:
    """To certify, 60 clean calls are too few and 80 are enough; failing stays the same."""
    assert judge_duration(LIMIT, evidence(measured(slow_rounds(0, 0, 0))), CERTIFY, 200).outcome is Outcome.INCONCLUSIVE
    sure = judge_duration(LIMIT, evidence(measured(slow_rounds(*[0] * 4))), CERTIFY, 200)
    assert (sure.outcome, sure.proven) == (Outcome.PASSED, "fewer than 5 % slow calls (95 % confidence)")
    assert judge_duration(LIMIT, evidence(measured(slow_rounds(0, 0, 0, 20))), CERTIFY, 200).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("percentile", "calls", "line"),
    [
        (0.95, 200, "14 or more fail"),
        (0.95, 500, "14 or more fail"),
        (0.95, 100, "13 or more fail"),
        (0.99, 500, "6 or more fail"),
        (0.9, 100, "20 or more fail"),
    ],
)
def test_the_line_is_that_of_the_calls_there_can_be(percentile: float, calls: int, line: str) -> None:
    """The plan's size chooses the cap, up to 200 calls and for a p99 up to 500."""
    limit = PercentileLimit(percentile=percentile, limit_ms=400.0)
    slow = [1] * 5 if percentile > 0.9 else [3] * 5
    assert found(evidence(measured(slow_rounds(*slow))), limit, calls).details.endswith(line)


@pytest.mark.parametrize("percentile", [0.000001, 0.1, 0.37, 0.999999, 1.0, 0.0])
@pytest.mark.parametrize("certify", [True, False])
def test_any_percentile_is_judged(percentile: float, certify: bool) -> None:
    """No percentile is too strange to count for."""
    limit = PercentileLimit(percentile=percentile, limit_ms=400.0)
    given = evidence(measured(slow_rounds(3, 0)))
    asked = policy(duration=(limit,), certify=certify)
    assert judge_duration(limit, given, asked, 60).sample_count in {20, 40}


def test_rounds_come_in_their_order() -> None:
    """Samples of one arm are grouped by round, whatever order they are in."""
    samples = measured(slow_rounds(1, 2, 3))
    assert [[s.round for s in r] for r in measured_rounds(evidence(reversed(samples)))] == [
        [1] * 20,
        [2] * 20,
        [3] * 20,
    ]
