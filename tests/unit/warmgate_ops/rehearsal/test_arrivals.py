"""Live traffic comes as it was asked for: seeded, at the rate of the hour, each probe with its weight."""

from __future__ import annotations

from collections import Counter
from itertools import islice, takewhile

from hypothesis import given
from hypothesis import strategies as st

from warmgate_ops.rehearsal.arrivals import Probe, Rate, arrivals

LIGHT, HEAVY = Probe(name="light", weight=1.0), Probe(name="heavy", weight=3.0)


@given(seed=st.integers(0, 2**32), rate=st.floats(0.5, 50.0))
def test_the_same_seed_brings_the_same_requests(seed: int, rate: float) -> None:
    """Two draws are equal and go forward in time."""
    first, second = (list(islice(arrivals([Rate(0.0, rate)], [LIGHT, HEAVY], seed), 50)) for _ in range(2))

    assert first == second
    assert [each.at_s for each in first] == sorted(each.at_s for each in first)


@given(seed=st.integers(0, 1000))
def test_each_step_has_its_rate(seed: int) -> None:
    """Ten a second for 100 s, nothing for 100 s, forty a second afterwards, give or take a Poisson count."""
    rates = [Rate(0.0, 10.0), Rate(100.0, 0.0), Rate(200.0, 40.0)]

    found = [each.at_s for each in takewhile(lambda each: each.at_s < 300.0, arrivals(rates, [LIGHT], seed))]

    counts = Counter(int(at_s // 100) for at_s in found)
    assert abs(counts[0] - 1000) < 200
    assert counts[1] == 0
    assert abs(counts[2] - 4000) < 400


@given(seed=st.integers(0, 1000))
def test_probes_come_by_their_weights(seed: int) -> None:
    """A probe of weight three comes three times as often as one of weight one."""
    found = Counter(each.probe.name for each in islice(arrivals([Rate(0.0, 1.0)], [LIGHT, HEAVY], seed), 2000))

    assert 0.69 < found["heavy"] / 2000 < 0.81


def test_a_last_rate_of_zero_ends_the_traffic() -> None:
    """What comes before it has come, and no more."""
    found = list(arrivals([Rate(1.0, 5.0), Rate(3.0, 0.0)], [LIGHT], 7))

    assert found
    assert all(1.0 <= each.at_s < 3.0 for each in found)
