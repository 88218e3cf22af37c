"""Peak memory in, a finding out."""

from __future__ import annotations

import pytest

from unit.warmgate.judge.series import evidence, sample
from warmgate.judge.limits.memory import judge_memory
from warmgate.model.calls import Arm, Sample
from warmgate.model.verdict import Outcome


def used(*peaks: float | None, **changes: object) -> list[Sample]:
    """Return calls that used so much of 100 MB."""
    return [sample(**({"memory_mb": peak, "memory_size_mb": 100.0} | changes)) for peak in peaks]


@pytest.mark.parametrize(("peak", "outcome"), [(84.0, Outcome.PASSED), (85.0, Outcome.PASSED), (86.0, Outcome.FAILED)])
def test_the_largest_peak_decides(peak: float, outcome: Outcome) -> None:
    """At the limit is within it; one call beyond it fails."""
    assert judge_memory(0.85, evidence(used(10.0, peak, 20.0))).outcome is outcome


def test_the_reasons() -> None:
    """The peak, the size, the share and the counts are named."""
    passed = judge_memory(0.85, evidence(used(50.0, 70.0)))
    failed = judge_memory(0.85, evidence(used(50.0, 90.0, 95.0)))
    assert passed.reason == "calls used up to 70 MB of 100 MB (70 %; the limit allows 85 %)"
    assert failed.reason == "calls used up to 95 MB of 100 MB (95 %; the limit allows 85 %)"
    assert (failed.measured, failed.bad_count, failed.sample_count) == (0.95, 2, 3)
    assert passed.measured == pytest.approx(0.7)


@pytest.mark.parametrize(
    "samples",
    [
        [],
        used(None),
        used(90.0, memory_size_mb=None),
        used(90.0, memory_size_mb=0.0),
        used(90.0, arm=Arm.BASELINE),
    ],
)
def test_without_a_report_there_is_no_data(samples: list[Sample]) -> None:
    """Calls of the candidate that name both figures count, no others."""
    finding = judge_memory(0.85, evidence(samples))
    assert (finding.outcome, finding.inconclusive_because) == (Outcome.INCONCLUSIVE, "no data")
    assert judge_memory(0.85, evidence(samples, closed=None)).decided is False
