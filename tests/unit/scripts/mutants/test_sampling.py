"""Which changes of the judge are tried, and how a change reads."""

from __future__ import annotations

from pathlib import Path

from mutants.sampling import CONSTANTS, Change, described, sample_of

EVERY = [Change(Path("a.py"), CONSTANTS, each) for each in range(50)] + [
    Change(Path("a.py"), "core/AddNot", each) for each in range(10)
]


def test_half_of_a_sample_are_constants_where_there_are_as_many() -> None:
    """What is short of the one kind is made up by the other, and a seed gives the same sample twice."""
    kinds = [change.operator for change in sample_of(EVERY, 12, seed=1)]

    assert (kinds.count(CONSTANTS), kinds.count("core/AddNot")) == (6, 6)
    assert [change.operator for change in sample_of(EVERY, 40, seed=1)].count("core/AddNot") == 10
    assert sample_of(EVERY, 40, seed=3) == sample_of(EVERY, 40, seed=3) != sample_of(EVERY, 40, seed=4)


def test_a_sample_of_more_than_there_are_is_all_of_them() -> None:
    """None is tried twice."""
    assert sample_of(EVERY, 60, seed=0) == EVERY


def test_a_change_reads_as_one_line() -> None:
    """Where, the line as it was, the line as it is."""
    assert described(Path("a.py"), "x = 1\ny = 2 < z\n", "x = 1\ny = 2 <= z\n") == "a.py:2: y = 2 < z  ->  y = 2 <= z"
