"""The lines of the scores: derived, tabled, and exact."""

from __future__ import annotations

import pytest

from bench.write_score_table import TABLE as TABLE_PATH
from bench.write_score_table import table_text
from warmgate.judge.derivation import ScoreLine, derive_line, ends
from warmgate.judge.score_table import TABLE

PRINTED = {
    (0.1, 0.2, 100): (6, 36, -23),
    (0.1, 0.2, 200): (6, 39, -25),
    (0.05, 0.1, 60): (13, 56, -35),
    (0.05, 0.1, 100): (13, 64, -43),
    (0.05, 0.1, 200): (13, 75, -50),
    (0.05, 0.1, 500): (13, 84, -54),
    (0.01, 0.03, 500): (54, 199, -140),
    (0.01, 0.05, 100): (39, 88, -61),
    (0.01, 0.05, 200): (39, 96, -71),
    (0.001, 0.02, 200): (156, 167, -149),
}
"""(allowed, ruled out, cap) -> points of a bad call, FAIL line, PASS line, as the documentation has them."""

FIRST_FAILS = [
    (0.1, 0.2, 100, ((6, 6), (7, 13))),
    (0.1, 0.2, 200, ((7, 10),)),
    (0.05, 0.1, 60, ((5, 14),)),
    (0.05, 0.1, 100, ((5, 6),)),
    (0.05, 0.1, 200, ((6, 9),)),
    (0.05, 0.1, 500, ((7, 14),)),
    (0.01, 0.03, 500, ((4, 21), (5, 76))),
    (0.01, 0.05, 100, ((3, 32),)),
    (0.01, 0.05, 200, ((3, 24), (4, 64))),
    (0.001, 0.02, 200, ((2, 147),)),
]


def tabled(allowed: float, ruled_out: float, cap: int) -> ScoreLine:
    """Return a line of the table."""
    return next(line for line in TABLE if (line.allowed, line.ruled_out, line.cap) == (allowed, ruled_out, cap))


@pytest.mark.slow
def test_the_table_is_what_the_derivation_writes() -> None:
    """The table can be rewritten byte for byte: no constant was typed."""
    assert table_text() == TABLE_PATH.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", PRINTED, ids=str)
def test_the_table_holds_the_documented_constants(key: tuple[float, float, int]) -> None:
    """Weights and lines are the documented ones."""
    line = tabled(*key)
    assert (line.weight, line.fail_at, line.pass_at) == PRINTED[key]


@pytest.mark.parametrize(("allowed", "ruled_out", "cap", "firsts"), FIRST_FAILS)
def test_the_first_fails_are_the_documented_ones(
    allowed: float, ruled_out: float, cap: int, firsts: tuple[tuple[int, int], ...]
) -> None:
    """So many bad calls fail within so many calls, and not within one more."""
    line = tabled(allowed, ruled_out, cap)
    for bad, calls in firsts:
        assert bad * line.weight - (calls - bad) >= line.fail_at
        assert bad * line.weight - (calls + 1 - bad) < line.fail_at


@pytest.mark.parametrize(("bad", "calls"), list(enumerate((71, 111, 151, 191))))
def test_certifying_takes_the_documented_calls(bad: int, calls: int) -> None:
    """A p95 is certified after so many calls with so many slow ones, and not one earlier."""
    line = tabled(0.01, 0.05, 200)
    assert bad * line.weight - (calls - bad) <= line.pass_at < bad * line.weight - (calls - 1 - bad)


@pytest.mark.parametrize("line", TABLE, ids=str)
def test_a_line_errs_no_more_than_it_says(line: ScoreLine) -> None:
    """After every call: FAIL at the limit in at most 1 % of runs, PASS at the excluded share in at most 5 %."""
    assert ends(line.allowed, line.weight, line.fail_at, line.pass_at, line.cap)[0] <= 0.01
    assert ends(line.ruled_out, line.weight, line.fail_at, line.pass_at, line.cap)[1] <= 0.05


@pytest.mark.parametrize("line", [line for line in TABLE if line.allowed == 0.05], ids=str)
def test_a_line_is_as_near_as_it_can_be(line: ScoreLine) -> None:
    """One point nearer, either line would err more than it may."""
    assert ends(line.allowed, line.weight, line.fail_at - 1, line.pass_at, line.cap)[0] > 0.01
    assert ends(line.ruled_out, line.weight, line.fail_at, line.pass_at + 1, line.cap)[1] > 0.05


def test_the_default_line_errs_as_documented() -> None:
    """The p95 of 200 calls fails 0.998 % of runs at its limit."""
    assert round(ends(0.05, 13, 75, -50, 200)[0], 5) == 0.00998


def test_a_walk_small_enough_for_a_hand_is_exact() -> None:
    """Two calls, one point each way: two bad calls fail, two good ones pass."""
    assert ends(0.5, 1, 2, -2, 2) == (0.25, 0.25)


@pytest.mark.parametrize("allowed", [1e-9, 0.0001, 0.37, 0.75, 0.99])
def test_any_share_has_a_line(allowed: float) -> None:
    """A percentile that is not tabled is derived, and holds its error."""
    line = derive_line(allowed, (1 + allowed) / 2, 60)
    assert ends(allowed, line.weight, line.fail_at, line.pass_at, 60)[0] <= 0.01
