"""Laws of the relative error limit: its false refusals are bounded exactly, and more failures never help."""

from __future__ import annotations

from functools import lru_cache
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.judge.binomial import chances
from warmgate.judge.compare.errors import Counts, chance_of, evaluate_errors

SIZES = (6, 6, 4)
FULL = sum(SIZES)
courses = st.tuples(*(st.integers(0, size) for size in SIZES))
counts = st.integers(0, 12)
margins = st.sampled_from([0.0, 0.01, 0.05, 0.2])


def refuses(new: tuple[int, ...], old: tuple[int, ...], margin: float) -> bool:
    """Return whether a release with such failures in its rounds is refused, half-way included."""
    rounds = [Counts(a, size, b, size) for a, b, size in zip(new, old, SIZES, strict=True)]
    standing = evaluate_errors(rounds, margin, FULL)
    assert standing is not None
    return standing.decision is False or standing.leans


@lru_cache(maxsize=8)
def refused_pairs(margin: float) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return all courses of failures over the rounds that are refused."""
    each = [range(size + 1) for size in SIZES]
    every = [(a, b, c) for a in each[0] for b in each[1] for c in each[2]]
    return tuple((new, old) for new in every for old in every if refuses(new, old, margin))


def chance_of_course(course: tuple[int, ...], share: float) -> float:
    """Return how likely a course of failures is where calls fail independently."""
    likely = 1.0
    for count, size in zip(course, SIZES, strict=True):
        likely *= chances(size, share)[count]
    return likely


@given(share=st.floats(0.001, 0.98), margin=st.sampled_from([0.0, 0.05]))
def test_at_the_limit_at_most_one_release_in_a_hundred_is_refused(share: float, margin: float) -> None:
    """Summed over every course that the failures of three rounds can take, for any rate of the baseline."""
    new_share = min(0.99, share + margin)
    total = sum(chance_of_course(new, new_share) * chance_of_course(old, share) for new, old in refused_pairs(margin))
    assert total <= 0.01


@given(new=courses, old=courses)
def test_more_failures_of_the_candidate_never_help_it(new: tuple[int, ...], old: tuple[int, ...]) -> None:
    """What is refused stays refused with one more failed call."""
    if not refuses(new, old, 0.0):
        return
    for place, size in enumerate(SIZES):
        if new[place] < size:
            more = tuple(count + (index == place) for index, count in enumerate(new))
            assert refuses(more, old, 0.0)


@given(a=counts, b=counts, margin=margins, wider=st.floats(0.001, 0.5))
def test_a_larger_margin_makes_no_chance_smaller(a: int, b: int, margin: float, wider: float) -> None:
    """A looser limit refuses nothing that a tighter one lets pass."""
    seen = Counts(a, 12, b, 12)
    assert chance_of(seen, margin + wider, 0.005) >= chance_of(seen, margin, 0.005) - 1e-12


def test_the_tail_of_a_pack_sums_to_one() -> None:
    """Beside the formula: all shares of the failures that a deal can give the candidate."""
    seen = Counts(0, 12, 5, 12)
    assert chance_of(seen, 0.0, 0.005) == 1.0
    assert chance_of(Counts(5, 12, 0, 12), 0.0, 0.005) == pytest.approx(comb(12, 5) / comb(24, 5))
