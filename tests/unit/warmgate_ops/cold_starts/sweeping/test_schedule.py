"""The order of calls: three passes, every variant alike, in an order that a seed repeats."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.errors import SettingsError
from warmgate.policy.values import Probe
from warmgate_ops.cold_starts.sweeping.schedule import Wanted, schedule
from warmgate_ops.cold_starts.sweeping.variants import Axes, Variant, read_memory, read_words, variants_of

PROBES = (Probe(name="often", weight=9), Probe(name="seldom", weight=1))
OWN = Variant(version="7", memory_mb=512)


@given(cold=st.integers(1, 80), warm=st.integers(0, 120), burst=st.integers(1, 20), sizes=st.integers(1, 6))
def test_every_variant_gets_the_same_calls(cold: int, warm: int, burst: int, sizes: int) -> None:
    """As many cold and warm ones as were asked for, by the same probes, no burst or round wider than allowed."""
    variants = [Variant(version="7", memory_mb=128 + 64 * size) for size in range(sizes)]
    steps = schedule(variants, Wanted(cold=cold, warm=warm, burst=burst, probes=PROBES), seed=cold)

    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert all(len(step.cold) <= burst and all(len(calls) <= burst for calls in step.warm) for step in steps)
    for variant in variants:
        own = [step for step in steps if step.variant == variant]
        assert sum(len(step.cold) for step in own) == cold
        assert sum(len(calls) for step in own for calls in step.warm) == warm
        assert [step.cold for step in own] == [step.cold for step in steps if step.variant == variants[0]]


def test_three_passes_in_changing_order() -> None:
    """Each pass calls every size before the next begins; the seed decides, and repeats, the order."""
    variants = [Variant(version="7", memory_mb=size) for size in (256, 512, 1024, 1769)]
    wanted = Wanted(cold=21, warm=60, burst=10, probes=PROBES)

    steps = schedule(variants, wanted, 5)

    assert Counter(step.pass_number for step in steps) == {1: 4, 2: 4, 3: 4}
    assert [step.pass_number for step in steps] == sorted(step.pass_number for step in steps)
    assert schedule(variants, wanted, 5) == steps
    assert len({tuple(step.variant for step in schedule(variants, wanted, seed)) for seed in range(20)}) > 10


def test_probes_come_by_weight_or_evenly() -> None:
    """Nine of ten by weight; half of them where each is to be compared by itself."""
    weighted = schedule([OWN], Wanted(cold=20, warm=0, burst=10, probes=PROBES), 0)
    evenly = schedule([OWN], Wanted(cold=20, warm=0, burst=10, probes=PROBES, evenly=True), 0)

    assert Counter(probe.name for step in weighted for probe in step.cold) == {"often": 18, "seldom": 2}
    assert Counter(probe.name for step in evenly for probe in step.cold) == {"often": 10, "seldom": 10}


def test_axes_multiply() -> None:
    """Every combination is a variant with a key of its own; what is not varied stays as it is."""
    axes = Axes(memory_mb=(256, 512), snap_start=(True, False), without_layers=(2,))

    found = variants_of("7", axes, OWN)

    assert len(found) == len({variant.key for variant in found}) == 8
    assert {variant.architecture for variant in found} == {"x86_64"}
    assert {variant.without_layer for variant in found} == {0, 2}


@pytest.mark.parametrize("text", ["", "64", "256,", "256;512", "20000", "1e3"])
def test_memory_that_is_none_is_told(text: str) -> None:
    """What was found and what is expected."""
    with pytest.raises(SettingsError, match="expected MB from 128 to 10240"):
        read_memory(text)


def test_lists_are_read_once_each_and_in_order() -> None:
    """Sizes rise; words stand as they were written."""
    assert read_memory("1024, 256,256 MB") == (256, 1024)
    assert read_words("--snapstart", "on,off,on", {"on": True, "off": False}) == (True, False)
    with pytest.raises(SettingsError, match="found both, expected some of on, off"):
        read_words("--snapstart", "both", {"on": True, "off": False})
