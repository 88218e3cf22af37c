"""CloudWatch's counts fail a release alone only where they leave no doubt, and call for the log where they look bad."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fakes.shift_world import LIVE
from warmgate.judge.live.counts import judge_counts, looks_worse
from warmgate.model.calls import Arm
from warmgate.model.traffic import MetricCounts
from warmgate.model.verdict import Outcome
from warmgate.policy.values import Live


def counts(new: tuple[int, int], old: tuple[int, int]) -> dict[Arm, MetricCounts]:
    """Return errors and calls of both versions."""
    return {
        Arm.CANDIDATE: MetricCounts(errors=new[0], calls=new[1]),
        Arm.BASELINE: MetricCounts(errors=old[0], calls=old[1]),
    }


@pytest.mark.parametrize(
    ("new", "old", "worse", "fails"),
    [
        ((0, 1000), (0, 1000), False, False),
        ((30, 60), (0, 600), True, True),
        ((30, 60), (300, 600), False, False),
        ((60, 1000), (0, 1000), True, False),
        ((1, 2), (0, 1000), False, False),
        ((10, 1000), (0, 1000), False, False),
        ((3, 3), (0, 0), True, True),
    ],
)
def test_counts_are_judged_with_the_old_version_beside_them(
    new: tuple[int, int], old: tuple[int, int], worse: bool, fails: bool
) -> None:
    """An outage that both share refuses nobody, and what one bad environment could be needs the log."""
    found = counts(new, old)
    assert looks_worse(found, LIVE) is worse
    verdict = judge_counts(found, LIVE, 1)
    assert (verdict is not None) is fails
    if verdict is not None:
        assert verdict.outcome is Outcome.FAILED
        assert "CloudWatch's metrics" in verdict.findings[0].details


def test_later_looks_need_more() -> None:
    """Often looking finds chance."""
    found = counts((4, 12), (0, 600))
    assert judge_counts(found, LIVE, 1) is not None
    assert judge_counts(found, LIVE, 1000) is None


def test_nothing_is_said_without_a_limit_or_without_counts() -> None:
    """A policy without a limit on errors is judged by the log alone."""
    policy = replace(LIVE, live=Live())
    assert judge_counts(counts((30, 60), (0, 60)), policy, 1) is None
    assert not looks_worse(counts((30, 60), (0, 60)), policy)
    assert judge_counts({}, LIVE, 1) is None
