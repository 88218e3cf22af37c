"""Cold starts of both arms in, a finding out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.warmgate.judge.series import cold, evidence
from warmgate.judge.compare.init import judge_init_comparison
from warmgate.model.calls import Arm, Closed
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.values import RatioLimit

INITS = [200.0 + 3 * i for i in range(20)]


def found(old: list[float], new: list[float]) -> Finding:
    """Return the finding of a limit of 1.2 times the median."""
    samples = [*cold(old, arm=Arm.BASELINE), *cold(new)]
    return judge_init_comparison(RatioLimit(statistic="median", ratio=1.2), evidence(samples))


@pytest.mark.parametrize(
    ("factor", "count", "outcome"),
    [
        (1.19, 20, Outcome.PASSED),
        (1.3, 20, Outcome.FAILED),
        (1.21, 5, Outcome.FAILED),
        (1.21, 4, Outcome.INCONCLUSIVE),
        (2.0, 5, Outcome.FAILED),
    ],
)
def test_both_size_and_certainty_are_needed(factor: float, count: int, outcome: Outcome) -> None:
    """A median within the limit passes however certain the difference is; one beyond it fails when it is certain."""
    assert found(INITS[:count], [ms * factor for ms in INITS[:count]]).outcome is outcome


def test_a_large_but_uncertain_difference_is_open() -> None:
    """Medians 1.5 times apart within groups that overlap widely leave the check inconclusive."""
    finding = found([100, 150, 200, 400, 600], [90, 160, 300, 410, 590])

    assert (finding.outcome, finding.inconclusive_because) == (Outcome.INCONCLUSIVE, "cap")
    assert not finding.leans_to_fail


@pytest.mark.parametrize(
    ("nearest", "chance", "outcome"), [(112.0, "0.016", Outcome.FAILED), (111.0, "0.028", Outcome.INCONCLUSIVE)]
)
def test_no_more_than_two_in_a_hundred_and_no_half_way(nearest: float, chance: str, outcome: Outcome) -> None:
    """Of five and five, 4 of 252 orders refuse and 7 do not, though the median is beyond the limit; nothing leans."""
    finding = found([100, 101, 102, 103, 104], [nearest, 200, 201, 202, 203])

    assert (finding.outcome, finding.leans_to_fail) == (outcome, False)
    assert f"p={chance}" in finding.details


def test_the_reason_holds_medians_counts_and_chance() -> None:
    """The sentence names both medians, the ratio, the limit, the counts and p."""
    finding = found(INITS, [ms * 2 for ms in INITS])
    reason = f"{finding.reason}; {finding.details}"

    for part in ("454 ms", "2.00x", "227 ms", "limit is 1.2x", "20 new and 20 old", "p="):
        assert part in reason


def test_a_baseline_that_starts_in_no_time_breaks_nothing() -> None:
    """Against a median of nothing any init is beyond the limit, and the margin is no number."""
    finding = found([0.0] * 5, [1.0] * 5)

    assert (finding.outcome, finding.measured) == (Outcome.FAILED, float("inf"))


@pytest.mark.parametrize(("failed", "outcome"), [(0, Outcome.PASSED), (5, Outcome.PASSED), (21, Outcome.INCONCLUSIVE)])
def test_cold_starts_whose_init_failed_cannot_pass_untold(failed: int, outcome: Outcome) -> None:
    """Where the median may be one whose second init is not told, nothing is shown."""
    again = [replace(each, init_ms=None, init_failed=True) for each in cold([1.0] * failed)]
    samples = [*cold(INITS, arm=Arm.BASELINE), *cold(INITS), *again]
    finding = judge_init_comparison(RatioLimit(statistic="median", ratio=1.2), evidence(samples))

    assert (finding.outcome, finding.leans_to_fail) == (outcome, failed == 21)
    assert (f"{failed} more whose init failed" in finding.details) is (failed > 0)


def test_the_chance_is_that_of_a_difference_by_enough() -> None:
    """Each init is longer, but 15 of 25 pairs alone differ by the root of the limit: as likely as 87 of 252 orders."""
    finding = found([100, 101, 102, 103, 104], [106, 107, 130, 131, 132])

    assert finding.outcome is Outcome.INCONCLUSIVE
    assert finding.details.endswith("p=0.35 against 1.10x")


def test_inits_of_no_time_are_equal() -> None:
    """Nothing is as long as nothing."""
    finding = found([0.0] * 5, [0.0] * 5)

    assert (finding.outcome, finding.measured) == (Outcome.PASSED, 1.0)


@pytest.mark.parametrize(("count", "closed", "decided"), [(2, None, True), (0, None, False), (0, Closed.PLANNED, True)])
def test_too_few_cold_starts_stay_too_few(count: int, closed: Closed | None, decided: bool) -> None:
    """The burst comes first and comes once: no later call adds to it."""
    seen = evidence(cold(INITS[:count]), closed=closed)
    finding = judge_init_comparison(RatioLimit(statistic="median", ratio=1.2), seen)

    assert (finding.inconclusive_because, finding.decided) == ("too few cold starts", decided)
