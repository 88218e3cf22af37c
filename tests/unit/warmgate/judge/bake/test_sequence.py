"""The sequential test of a bake's shares: how often it stops a good release, and how soon it finds a bad one.

Parts are drawn by seeds, so that every figure here is the same in each run.
"""

from __future__ import annotations

from random import Random

import pytest

from support.traffic.bakes import drawn
from warmgate.judge.bake.sequence import CHANCE, Beyond, Count, first_beyond, windows_of

ALLOWED = 0.005
CHECKS = 4


def stopped(counts: list[Count], allowed: float = ALLOWED) -> Beyond | None:
    """Return what the test finds in a whole bake."""
    return first_beyond(counts, allowed, part_count=len(counts), check_count=CHECKS)


@pytest.mark.parametrize("parts", [36, 144])
@pytest.mark.parametrize(
    ("share", "allowed", "clumped"),
    [(0.005, 0.005, 0.0), (0.003, 0.005, 0.5), (0.05, 0.05, 0.0), (0.03, 0.05, 0.3)],
    ids=["errors at the limit", "errors below it in clumps", "slow at the limit", "slow below it in clumps"],
)
def test_good_releases_are_stopped_in_less_than_one_of_a_hundred_bakes(
    parts: int, share: float, allowed: float, clumped: float
) -> None:
    """CHANCE is for the whole bake, whatever the number of looks: of 100 bakes at most one is stopped."""
    random = Random(f"{parts} {share} {clumped}")
    bakes = [drawn(random, parts, 100, lambda _part: share, clumped=clumped) for _ in range(100)]

    assert sum(stopped(bake, allowed) is not None for bake in bakes) <= 1


def test_the_chances_of_all_tests_add_up_to_the_chance_of_the_bake() -> None:
    """Alpha spending: what each test may err, times how many there are, is CHANCE over all checks together."""
    parts, tried = 144, list[float]()
    for bad in range(3, 200):
        counts = [Count(bad=bad, of=1000, worst=0, environments=8)] * 4
        found = first_beyond(counts, 0.05, part_count=parts, check_count=CHECKS)
        tried += [] if found is None else [found.chance]

    assert max(tried) <= CHANCE / (parts * len(windows_of(parts)) * CHECKS)


@pytest.mark.parametrize(("rate", "calls", "within"), [(0.02, 300, 10), (0.05, 300, 4), (0.05, 100, 8), (0.3, 40, 6)])
def test_errors_that_begin_half_way_are_found_within_so_many_parts(rate: float, calls: int, within: int) -> None:
    """In 19 of 20 bakes of 144 parts: of six hours, 3 minutes a part."""
    random, late = Random(f"{rate} {calls}"), 0
    for _ in range(40):
        counts = drawn(random, 144, calls, lambda part: rate if part >= 72 else 0.001)
        found = stopped(counts)
        late += found is None or not 72 < found.part <= 72 + within

    assert late <= 2


def test_an_outage_of_one_part_stops_nothing() -> None:
    """However bad it is, alone or across the line between two parts."""
    for bad in ([60], [60, 45]):
        counts = [Count(bad=0, of=100, worst=0, environments=8)] * 30
        counts[10 : 10 + len(bad)] = [Count(bad=each, of=100, worst=8, environments=8) for each in bad]

        assert stopped(counts) is None


def test_one_environment_that_fails_stops_nothing() -> None:
    """The others must be beyond the limit without it; where one carries all the traffic it counts."""
    alone = [Count(bad=12, of=100, worst=12, environments=8)] * 20

    assert stopped(alone) is None
    assert stopped([Count(bad=12, of=100, worst=12, environments=1)] * 20) is not None


def test_what_was_tested_before_is_not_tested_again() -> None:
    """A look finds what is new; the part that fails is the same whichever look sees it first."""
    random = Random(5)
    counts = drawn(random, 36, 200, lambda part: 0.1 if part >= 12 else 0.001)
    whole = stopped(counts)
    assert whole is not None

    for since in range(whole.part):
        assert first_beyond(counts, ALLOWED, part_count=36, check_count=CHECKS, since=since) == whole
