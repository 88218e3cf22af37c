"""The recommendation on simulated samples whose best size is known, in many seeds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import ceil, exp

import pytest

from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.policy.values import PercentileLimit
from warmgate_ops.cold_starts.sweeping.costs import costs_of
from warmgate_ops.cold_starts.sweeping.limits import ColdLimits
from warmgate_ops.cold_starts.sweeping.pareto import points_of
from warmgate_ops.cold_starts.sweeping.recommending import Recommendation, Strategy, rated, recommend
from warmgate_ops.cold_starts.sweeping.rows import Row
from warmgate_ops.cold_starts.sweeping.telling import memory_sentence, proven_sentence
from warmgate_ops.cold_starts.sweeping.variants import Variant, cpu_share

SIZES = (256, 512, 1024, 1769, 3008)
SHARE = 0.01


def row(memory: int, draw: random.Random, *, cold: int = 20, noise: float = 0.06, wait_ms: float = 0.0) -> Row:
    """Return the samples of a size: 400 ms of init, 200 ms of CPU in the first call, 20 ms in each, and a wait."""

    def sample(phase: Phase, start: Start, cpu: float, init: float | None) -> Sample:
        duration = (cpu / cpu_share(memory) + wait_ms) * exp(draw.gauss(0, noise))
        return Sample(
            arm=Arm.CANDIDATE,
            round=1,
            position=0,
            probe="quote",
            phase=phase,
            outcome=CallOutcome.OK,
            start=start,
            duration_ms=duration,
            init_ms=init,
            billed_ms=ceil(duration + (init or 0.0)),
        )

    colds = [sample(Phase.PREWARM, Start.COLD, 220, 400 * exp(draw.gauss(0, noise))) for _ in range(cold)]
    warms = [sample(Phase.MEASURED, Start.WARM, 20, None) for _ in range(60)]
    return Row(variant=Variant(version="7", memory_mb=memory), samples=(*colds, *warms))


def chosen(rows: Sequence[Row], strategy: Strategy, within_ms: float | None = None) -> Recommendation:
    """Return the recommendation under a limit of the cold first response."""
    first = (PercentileLimit(percentile=0.95, limit_ms=within_ms),) if within_ms else ()
    limits = ColdLimits(first_response=first, source="--within")
    return recommend(rated(rows, limits, SHARE), strategy, limits, SHARE)


@pytest.mark.parametrize(
    ("strategy", "within_ms", "best"),
    [
        (Strategy.COST, 900.0, 1024),
        (Strategy.COST, 1400.0, 512),
        (Strategy.COST, 700.0, 1769),
        (Strategy.COST, None, 256),
        (Strategy.BALANCED, None, 1769),
    ],
)
def test_the_planted_size_is_found(strategy: Strategy, within_ms: float | None, best: int) -> None:
    """In 9 of 10 seeds at least, with 6 % of noise on each figure."""
    found = []
    for seed in range(10):
        draw = random.Random(seed)
        recommendation = chosen([row(size, draw) for size in SIZES], strategy, within_ms)
        assert recommendation.chosen is not None
        found.append(recommendation.chosen.row.variant.memory_mb)

    assert found.count(best) >= 9, found


@pytest.mark.parametrize("strategy", [Strategy.SPEED, Strategy.INIT])
def test_beyond_one_vcpu_nothing_is_faster_here(strategy: Strategy) -> None:
    """Speed takes one of the two largest, and says that chance alone may set it apart from the other."""
    draw = random.Random(4)
    found = chosen([row(size, draw) for size in SIZES], strategy)

    assert found.chosen is not None
    both = {found.chosen.row.variant.memory_mb, *(each.row.variant.memory_mb for each in found.as_good)}
    assert both == {1769, 3008}


def test_who_only_waits_needs_no_memory() -> None:
    """A function that waits for others costs more with each size: the smallest is the cheapest."""
    draw = random.Random(0)
    waits = [row(size, draw, wait_ms=500.0) for size in SIZES]

    found = chosen(waits, Strategy.COST)

    assert found.chosen is not None
    assert found.chosen.row.variant.memory_mb == 256


def test_nine_cold_starts_of_one_size_recommend_nothing() -> None:
    """Whatever the others have."""
    draw = random.Random(0)
    found = chosen([row(256, draw), row(512, draw, cold=9)], Strategy.COST)

    assert (found.chosen, found.too_few) == (None, True)
    assert "512 MB 9" in found.why


def test_costs_are_the_means_of_what_is_billed() -> None:
    """A million warm calls are a million times the mean; a share of cold ones weighs both; requests are counted."""
    one = row(1024, random.Random(0), noise=0.0)
    warm_ms, cold_ms = ceil(20 * 1769 / 1024), ceil(400 + 220 * 1769 / 1024)
    rate = 0.0000166667 / 1000

    found = costs_of(one, 0.01)

    assert found.million_warm == pytest.approx(1e6 * (warm_ms * rate + 0.2e-6), rel=1e-6)
    assert found.thousand_cold == pytest.approx(1e3 * (cold_ms * rate + 0.2e-6), rel=1e-6)
    assert found.million == pytest.approx(1e6 * ((0.99 * warm_ms + 0.01 * cold_ms) * rate + 0.2e-6), rel=1e-6)
    assert costs_of(one, None).million is None


def test_the_frontier_holds_what_nothing_beats() -> None:
    """The size beyond one vCPU costs more and is no faster; chance apart, it is not on it."""
    rows = [row(size, random.Random(size), noise=0.0) for size in SIZES]
    points = points_of(rated(rows, ColdLimits(), SHARE))

    assert {point.rated.row.variant.memory_mb for point in points if point.best} == {256, 512, 1024, 1769}


def test_memory_is_told_apart_from_chance() -> None:
    """Init is said not to depend on memory, the first call to get shorter; too few are said to be too few."""
    rows = [row(256, random.Random(1)), row(1769, random.Random(2))]

    said = memory_sentence(rows)

    assert "init does not depend on memory here" in said
    assert "the first call gets shorter with memory" in said
    assert "too few" in memory_sentence([row(256, random.Random(1), cold=4), rows[1]])
    assert memory_sentence(rows[:1]) == ""


def test_no_p95_is_claimed_of_twenty() -> None:
    """What is proven is told, and how many would prove the limit's percentile."""
    limits = ColdLimits(first_response=(PercentileLimit(percentile=0.95, limit_ms=1500.0),))

    said = proven_sentence(row(1024, random.Random(0)), limits)

    assert said == (
        "0 of 20 over 1500 ms (95 % sure: at least 86 % of cold starts within 1500 ms;"
        " `--cold 59` without a slow one would prove 95 %)"
    )
