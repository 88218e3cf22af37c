"""Interleaved series of both arms in, a finding out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.warmgate.judge.series import cold, evidence, measured, paired, policy
from warmgate.judge import judge
from warmgate.judge.verdict import WORST_FIRST
from warmgate.model.calls import Arm, CallOutcome, Closed, Sample
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.values import Basis, Compare, RatioLimit

DURATION = Compare(duration=RatioLimit(statistic="p95", ratio=1.2))
INIT = Compare(init=RatioLimit(statistic="median", ratio=1.2))
STEADY = [[100.0 + i % 7 for i in range(20)] for _ in range(5)]


def times(factor: float, rounds: list[list[float]] = STEADY) -> list[list[float]]:
    """Return rounds with every duration multiplied."""
    return [[factor * ms for ms in series] for series in rounds]


def with_tail(every: int) -> list[list[float]]:
    """Return rounds in which one call in so many takes three times as long."""
    return [[ms * 3 if (i + number) % every == 0 else ms for i, ms in enumerate(s)] for number, s in enumerate(STEADY)]


def named(samples: list[Sample]) -> list[Sample]:
    """Return samples whose environments are known: the place in the round is the environment."""
    return [replace(s, environment=f"{s.arm}{s.position}") for s in samples]


def findings(samples: list[Sample], compare: Compare = DURATION) -> dict[str, Finding]:
    """Return the findings of a comparison by their names."""
    found = judge(evidence(samples, closed=Closed.PLANNED), policy(compare=compare)).findings
    return {finding.check: finding for finding in found}


def found(samples: list[Sample], compare: Compare = DURATION) -> Finding:
    """Return the finding that counts: the worst, and the first of them."""
    return min(findings(samples, compare).values(), key=lambda finding: WORST_FIRST.index(finding.outcome))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("new", "outcome"),
    [
        (STEADY, Outcome.PASSED),
        (times(0.5), Outcome.PASSED),
        (times(1.5), Outcome.FAILED),
        (times(3.0), Outcome.FAILED),
        (with_tail(4), Outcome.FAILED),
    ],
)
def test_slower_candidates(new: list[list[float]], outcome: Outcome, known: bool) -> None:
    """Unchanged and faster pass; clearly slower, or a clear tail, fails, with environments known or not."""
    samples = paired(STEADY, new)
    assert found(named(samples) if known else samples).outcome is outcome


def test_the_reason_tells_the_ratio() -> None:
    """The ratios of median and p95 stand in the reason, with the limit."""
    finding = found(paired(STEADY, times(1.5)))
    assert "1.50x" in finding.reason
    assert "1.2x" in finding.reason
    assert finding.check == "compare.duration.body"


def test_a_slower_body_with_an_equal_tail_contradicts_nothing() -> None:
    """With a median 1.45 times the old one and an equal p95 the body fails by the median, and the tail passes."""
    new = [[ms * 1.45 if i < 16 else ms * 3 for i, ms in enumerate(series)] for series in STEADY]
    old = [[ms if i < 16 else ms * 3 for i, ms in enumerate(series)] for series in STEADY]
    body, tail = findings(paired(old, new)).values()

    assert (body.check, body.outcome) == ("compare.duration.body", Outcome.FAILED)
    assert (body.measured, body.limit, body.margin) == pytest.approx((1.45, 1.2, 1 - 1.45 / 1.2))
    assert (tail.check, tail.outcome, tail.measured, tail.margin) == ("compare.duration.tail", Outcome.PASSED, 0.0, 1.0)


def test_a_longer_tail_of_an_equal_body_is_the_tails() -> None:
    """The share of calls beyond what old ones took is measured against the smallest that fails."""
    tail = findings(paired(STEADY, with_tail(4)))["compare.duration.tail"]

    assert tail.outcome is Outcome.FAILED
    assert (tail.measured, tail.limit) == pytest.approx((0.25, 0.07))
    assert tail.margin is not None
    assert tail.margin < 0


def test_a_certain_small_slowdown_does_not_fail() -> None:
    """Ten percent slower in every single pair is within a limit of twenty."""
    assert found(paired(STEADY, times(1.1))).outcome is not Outcome.FAILED


def test_a_basis_of_p95_alone_overlooks_no_tail() -> None:
    """With the p95 as the only measure a slowdown of every call still fails, by the p95 and by the tail."""
    alone = findings(paired(STEADY, times(1.5)), replace(DURATION, basis=Basis.P95))
    assert [(name, finding.outcome) for name, finding in alone.items()] == [
        ("compare.duration.p95", Outcome.FAILED),
        ("compare.duration.tail", Outcome.FAILED),
    ]
    assert alone["compare.duration.p95"].measured == pytest.approx(1.5)


def test_a_basis_of_p95_lets_no_median_refuse() -> None:
    """A median of 1.45 times the old one with an equal p95 is what the policy does not ask for."""
    new = [[ms * 1.45 if i < 16 else ms * 3 for i, ms in enumerate(series)] for series in STEADY]
    old = [[ms if i < 16 else ms * 3 for i, ms in enumerate(series)] for series in STEADY]
    alone = findings(paired(old, new), replace(DURATION, basis=Basis.P95))
    assert alone["compare.duration.p95"].outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("size", [1, 4, 9])
def test_few_environments_cannot_fail(size: int) -> None:
    """Below ten environments a comparison stays undecided."""
    old = [series[:size] for series in STEADY]
    finding = found(paired(old, times(3.0, old)))
    assert (finding.outcome, finding.inconclusive_because) == (Outcome.INCONCLUSIVE, "too few environments")


@pytest.mark.parametrize("closed", [None, Closed.PLANNED])
def test_few_environments_are_waited_for_while_calls_may_come(closed: Closed | None) -> None:
    """A candidate that is slower in nine environments is decided by no more than the end of its calls."""
    old = [series[:9] for series in STEADY]
    seen = evidence(paired(old, times(3.0, old)), closed=closed)
    verdict = judge(seen, policy(compare=DURATION))
    assert [finding.decided for finding in verdict.findings] == [closed is not None] * 2


def test_one_arm_alone_is_no_data() -> None:
    """A baseline whose candidate never answered compares nothing."""
    finding = found(measured(STEADY, arm=Arm.BASELINE))
    assert (finding.outcome, finding.inconclusive_because) == (Outcome.INCONCLUSIVE, "no data")


@pytest.mark.parametrize(
    ("factor", "outcome"), [(0.9, Outcome.PASSED), (1.0, Outcome.PASSED), (1.2, Outcome.PASSED), (1.5, Outcome.FAILED)]
)
def test_cold_starts_of_both_versions(factor: float, outcome: Outcome) -> None:
    """Twenty against twenty: the limit itself passes, half as much again fails."""
    inits = [200.0 + 3 * i for i in range(20)]
    samples = [*cold(inits, arm=Arm.BASELINE), *cold([factor * ms for ms in inits])]
    assert found(samples, INIT).outcome is outcome


@pytest.mark.parametrize("count", [0, 4])
def test_too_few_cold_starts_compare_nothing(count: int) -> None:
    """Five of each version are the fewest."""
    samples = [*cold([200.0] * 20), *cold([200.0] * count, arm=Arm.BASELINE), *cold([None], arm=Arm.BASELINE)]
    assert found(samples, INIT).inconclusive_because == "too few cold starts"


def test_rounds_of_the_candidate_alone_are_not_compared() -> None:
    """Nobody knows whether the baseline would have been as slow: neither check counts them."""
    new = with_tail(11)
    more = [replace(s, round=s.round + 5) for s in measured(new, arm=Arm.CANDIDATE)]
    alone, on = findings(paired(STEADY, new)), findings([*paired(STEADY, new), *more])
    assert [f.outcome for f in alone.values()] == [Outcome.PASSED, Outcome.INCONCLUSIVE]
    assert alone["compare.duration.tail"].sample_count == 100
    assert on == alone


@pytest.mark.parametrize("known", [True, False])
def test_versions_that_share_no_probe_are_not_ranked(known: bool) -> None:
    """Calls of different probes are no evidence of a slowdown, however slow they are."""
    samples = [replace(s, probe="new" if s.arm is Arm.CANDIDATE else "old") for s in paired(STEADY, times(9.0, STEADY))]
    finding = found(named(samples) if known else samples)
    assert finding.outcome is Outcome.INCONCLUSIVE
    assert "z=0.0" in finding.details


def test_a_candidate_that_never_answers_is_without_measure_slower() -> None:
    """A ratio without a figure reads as such, and no number stands in the finding."""
    samples = [
        replace(s, outcome=CallOutcome.TIMEOUT, duration_ms=None) if s.arm is Arm.CANDIDATE else s
        for s in paired(STEADY, STEADY)
    ]
    finding = found(samples)
    assert (finding.outcome, finding.measured, finding.margin) == (Outcome.FAILED, None, None)
    assert finding.reason == "the median call took ∞x the baseline's, the p95 ∞x; the limit is 1.2x"
