"""Whole releases, judged by the default policy as it stands."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.gatebench.end_to_end import DEFAULT, RELEASES, Release, Told, measure, samples_of, table_of
from bench.gatebench.intervals import interval
from warmgate.judge.replaying import replay
from warmgate.model.calls import Arm, Phase
from warmgate.policy.parse import parse_policy

BY_NAME = {release.name: release for release in RELEASES}
POLICY = parse_policy(DEFAULT.read_text(encoding="utf-8"), DEFAULT.name)


def test_a_release_is_recorded_as_the_hook_would() -> None:
    """A burst and three warm-up rounds of both arms, eight compared rounds, the first half as wide: 460 calls."""
    samples = samples_of(RELEASES[0], 0)

    assert len(samples) == POLICY.budget.invocations == 460
    assert Counter((s.arm, s.phase) for s in samples) == {
        (Arm.BASELINE, Phase.PREWARM): 20,
        (Arm.CANDIDATE, Phase.PREWARM): 20,
        (Arm.BASELINE, Phase.WARMUP): 60,
        (Arm.CANDIDATE, Phase.WARMUP): 60,
        (Arm.BASELINE, Phase.MEASURED): 150,
        (Arm.CANDIDATE, Phase.MEASURED): 150,
    }
    assert samples == samples_of(RELEASES[0], 0)


def test_every_check_of_the_policy_is_asked() -> None:
    """Nothing is left out, and nothing is without data."""
    found = replay(samples_of(RELEASES[0], 0), POLICY)

    assert found.left_out == ()
    assert {finding.check for finding in found.verdict.findings} == {
        "limits.init.p95",
        "limits.errors.rate",
        "limits.memory.max",
        "compare.init.median",
        "compare.duration.body",
        "compare.duration.tail",
    }


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("calls 1.5 times as long", "compare.duration.body"),
        ("1 call in 5 three times as long", "compare.duration.tail"),
        ("cold starts 1.5 times as long", "compare.init.median"),
        ("cold starts at 1.5 times their limit", "limits.init.p95"),
        ("1 call in 20 fails", "limits.errors.rate"),
        ("memory at 0.95", "limits.memory.max"),
    ],
)
def test_a_fault_is_refused_by_its_own_check(name: str, check: str) -> None:
    """Of eight releases with one fault, most are refused, and by the check that the fault is one for."""
    (told,) = measure(8, 1, [BY_NAME[name]])

    assert told.refused >= 5
    assert told.by[check] >= told.refused - 1


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 100, 0.0, 0.0362), (5, 100, 0.0164, 0.1128), (100, 100, 0.9638, 1.0)]
)
def test_the_interval_is_that_of_clopper_and_pearson(count: int, of: int, low: float, high: float) -> None:
    """As tables of the exact binomial interval have it."""
    assert list(interval(count, of)) == pytest.approx([low, high], abs=1e-4)


def test_the_table_holds_interval_and_goal() -> None:
    """One row a kind of release, each with the checks that refused it."""
    told = Told(Release(name="unchanged", goal="<= 0.5 %"), 100, 5, 298.4, Counter({"limits.memory.max": 5}))

    assert table_of([told]).splitlines()[2] == (
        "| unchanged | 5.0% | 1.6% to 11.3% | <= 0.5 % | 298 | limits.memory.max 5.0% |"
    )


@pytest.mark.slow
def test_an_unchanged_release_is_rarely_refused() -> None:
    """All checks together: at most one in a hundred of 400 unchanged releases, one in thirty at 0.9 of every limit."""
    unchanged, near = measure(400, 2, RELEASES[:2])

    assert unchanged.refused <= 4
    assert near.refused <= 13
