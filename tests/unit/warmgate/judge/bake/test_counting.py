"""What a bake counts, and the line that calls are slow beyond."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fakes.bake_world import BAKED
from warmgate.judge.bake.counting import NOT_ONE, Base, checks_of, part_of
from warmgate.model.bake import ShareCheck, ShareKind, Tally
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.traffic import MetricCounts
from warmgate.policy.values import Limits, Live

SAMPLE = Sample(
    arm=Arm.CANDIDATE,
    round=1,
    position=0,
    probe="live traffic",
    phase=Phase.MEASURED,
    outcome=CallOutcome.OK,
    start=Start.WARM,
    environment="a",
    duration_ms=50.0,
    memory_mb=100.0,
)
ERRORS = ShareCheck(check="bake.errors.rate", kind=ShareKind.ERRORS, allowed=0.005)


def test_the_line_stands_above_the_percentile_s_own_uncertainty() -> None:
    """With 200 calls the 99 % bound of p95 is the 197th of them; the limit is a multiple of that."""
    checks, notes = checks_of(BAKED, Base(warm_ms=tuple(map(float, range(1, 201))), per_part=60.0), 256)
    (slow,) = [check for check in checks if check.kind is ShareKind.SLOW]

    assert slow.limit == pytest.approx(1.2 * 197)
    assert (slow.allowed, slow.least, notes) == (0.05, 30.0, ())
    assert slow.base == "1.2 times the old version's p95, at most 197 ms (99 % sure) by 200 calls"


def test_too_few_calls_of_the_old_version_are_said() -> None:
    """A percentile that nothing bounds is not compared."""
    checks, notes = checks_of(BAKED, Base(warm_ms=(50.0,) * 20, per_part=60.0), 256)

    assert [check.kind for check in checks] == [ShareKind.ERRORS, ShareKind.COLD_STARTS, ShareKind.MEMORY]
    assert notes == ("durations are not compared: 20 warm calls of the old version are too few",)


def test_none_may_fail_means_one_in_a_thousand_over_hours() -> None:
    """Of a million calls two that failed are no sign of a bad release."""
    checks, _ = checks_of(replace(BAKED, live=Live(error_ratio=0.0), limits=Limits()), Base(), None)

    assert [(check.kind, check.allowed) for check in checks] == [(ShareKind.ERRORS, NOT_ONE)]


def test_each_kind_counts_its_own_calls() -> None:
    """Cold and failed calls are not slow ones; the environment with the most bad calls stands apart."""
    checks = (
        ERRORS,
        replace(ERRORS, kind=ShareKind.COLD_STARTS),
        replace(ERRORS, kind=ShareKind.SLOW, limit=100.0),
        replace(ERRORS, kind=ShareKind.MEMORY, limit=200.0),
    )
    samples = [
        SAMPLE,
        replace(SAMPLE, duration_ms=150.0, environment="b"),
        replace(SAMPLE, outcome=CallOutcome.ERROR, duration_ms=900.0),
        replace(SAMPLE, outcome=CallOutcome.TIMEOUT),
        replace(SAMPLE, start=Start.COLD, duration_ms=900.0, memory_mb=None),
        replace(SAMPLE, memory_mb=201.0),
    ]
    part = part_of(samples, checks, None)

    assert (part.calls, part.environments) == (6, 2)
    assert part.tallies == (
        Tally(bad=2, of=6, worst=2),
        Tally(bad=1, of=6, worst=1),
        Tally(bad=1, of=3, worst=1),
        Tally(bad=1, of=5, worst=1),
    )


@pytest.mark.parametrize(
    ("counted", "tally"),
    [
        (MetricCounts(calls=4, errors=3), Tally(bad=3, of=4, worst=0)),
        (MetricCounts(calls=900, errors=0), Tally(bad=0, of=2, worst=0)),
        (MetricCounts(calls=0, errors=0), Tally(bad=0, of=2, worst=0)),
    ],
)
def test_the_larger_share_of_errors_counts(counted: MetricCounts, tally: Tally) -> None:
    """Some runtimes do not log every failure: CloudWatch counts it all the same."""
    assert part_of([SAMPLE, SAMPLE], (ERRORS,), counted).tallies == (tally,)


def test_a_quiet_part_says_nothing_of_cold_starts_and_slow_calls() -> None:
    """At night environments end and caches cool in any version; errors and memory count at every hour."""
    busy = replace(ERRORS, kind=ShareKind.COLD_STARTS, least=2.0)
    night, day = [replace(SAMPLE, start=Start.COLD)], [replace(SAMPLE, start=Start.COLD)] * 2

    assert part_of(night, (busy, ERRORS), None).tallies == (Tally(), Tally(of=1))
    assert part_of(day, (busy, ERRORS), None).tallies[0] == Tally(bad=2, of=2, worst=2)


def test_without_a_call_of_the_old_version_cold_starts_are_not_judged() -> None:
    """How busy is usual is not known then, and that is said."""
    checks, notes = checks_of(BAKED, Base(), 256)

    assert [check.kind for check in checks] == [ShareKind.ERRORS, ShareKind.MEMORY]
    assert len(notes) == 2
