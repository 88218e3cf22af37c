"""Quantiles, environments, readings and wording: the small parts of the judge."""

from __future__ import annotations

import math

import pytest

from unit.warmgate.judge.series import cold, evidence, sample
from warmgate.judge.environments import environment_count, environments_known
from warmgate.judge.quantile import quantile
from warmgate.judge.readings import LARGEST, readable
from warmgate.judge.wording import LONGEST_WORD, points, word
from warmgate.model.calls import Phase


@pytest.mark.parametrize(
    ("count", "share", "expected"),
    [(1, 0.95, 1), (20, 0.95, 19), (21, 0.95, 20), (100, 0.97, 97), (10, 0.5, 5), (4, 0.0, 1), (4, 1.0, 4)],
)
def test_the_quantile_is_a_value_that_was_seen(count: int, share: float, expected: float) -> None:
    """The smallest value that at least so many do not exceed."""
    assert quantile(list(range(count, 0, -1)), share) == expected


@pytest.mark.parametrize(
    ("names", "rounds", "count"),
    [
        ([], [], 0),
        (["a", "a", "b"], [1, 2, 3], 2),
        ([None, None, None], [1, 1, 2], 2),
        (["a", "b", "c", None], [1, 2, 3, 4], 3),
        ([None, "a", None], [1, 1, 1], 3),
    ],
)
def test_environments_at_least(names: list[str | None], rounds: list[int], count: int) -> None:
    """Names are counted where they are known; overlapping calls prove as many as there are."""
    samples = [sample(environment=name, round=number) for name, number in zip(names, rounds, strict=True)]
    assert environment_count(samples) == count
    assert environments_known(samples) is (None not in names)


def test_rounds_of_different_phases_do_not_overlap() -> None:
    """Round 1 of the burst and round 1 of the measured calls are two rounds."""
    assert environment_count([sample(), sample(phase=Phase.PREWARM)]) == 1


@pytest.mark.parametrize("wild", [math.nan, math.inf, -math.inf, -1.0, LARGEST * 10])
def test_impossible_readings_are_missing(wild: float) -> None:
    """What no clock can have read is None; everything else stays."""
    fields = dict.fromkeys(("duration_ms", "init_ms", "restore_ms", "memory_mb", "memory_size_mb"), wild)
    given = evidence([sample(), sample(**fields)])
    mended = readable(given).samples
    assert mended[0] is given.samples[0]
    assert mended[1] == sample(None)


def test_good_evidence_is_left_alone() -> None:
    """Without an impossible reading the evidence is the same object."""
    given = evidence([sample(0.0, memory_mb=10.0, memory_size_mb=128.0), *cold([200.0])])
    assert readable(given) is given


@pytest.mark.parametrize(
    ("score", "text"), [(75.0, "+75"), (74.99, "+74.9"), (-49.99, "-49.9"), (-50.0, "-50"), (0.0, "+0"), (-0.01, "+0")]
)
def test_a_score_never_seems_nearer_than_it_is(score: float, text: str) -> None:
    """Scores are cut, not rounded, so that 74.99 does not read as 75."""
    assert points(score) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("KeyError", "KeyError"),
        ("Key\nError\r\n  at\tline 3", "Key Error at line 3"),
        ("\x1b[31mred\u2028\u202e", "[31mred"),
        (" \n", ""),
        ("x" * 5000, "x" * (LONGEST_WORD - 4) + " ..."),
        ("x" * LONGEST_WORD, "x" * LONGEST_WORD),
    ],
)
def test_somebody_else_s_text_is_a_few_words_on_one_line(text: str, told: str) -> None:
    """What a function calls its errors breaks no line, moves no cursor and fills no report."""
    assert word(text) == told
