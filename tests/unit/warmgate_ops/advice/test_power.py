"""Exact ends of a count in rounds, against the judge's own."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmgate.judge.derivation import Rule
from warmgate.judge.score import stand
from warmgate_ops.advice.power import clean_calls_needed, clean_calls_to_pass, count_ends, surely_failed_share

P95 = Rule(0.05, 0.10, 200)
TWENTIES = [20] * 10


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.05, 0.10, 0.20])
def test_the_exact_ends_are_those_of_many_runs_of_the_judge(share: float) -> None:
    """The judge's own count, played four thousand times, ends as computed."""
    random, runs = Random(f"power {share}"), 4000
    failed = passed = leaning = 0
    for _ in range(runs):
        rounds = [[random.random() < share for _ in range(20)] for _ in range(10)]
        standing = stand(rounds, P95, [True] * 10)
        failed, passed = failed + (standing.decision is False), passed + (standing.decision is True)
        leaning += standing.leans
    found = count_ends(share, P95, TWENTIES)
    assert failed / runs == pytest.approx(found.failed, abs=0.025)
    # The judge goes on after a PASS where calls follow: it may still fail then.
    assert passed / runs == pytest.approx(found.passed, abs=0.05)
    assert leaning / runs == pytest.approx(found.leaning, abs=0.02)


@given(st.floats(0.001, 0.9), st.integers(1, 10))
@settings(max_examples=40, deadline=None)
def test_ends_are_shares(share: float, rounds: int) -> None:
    """Nothing is lost or counted twice."""
    found = count_ends(share, P95, [20] * rounds)
    assert 0 <= found.leaning <= found.opened + 1e-9
    assert found.failed + found.passed + found.opened == pytest.approx(1.0)


@given(st.integers(1, 9), st.floats(0.05, 0.5))
@settings(max_examples=30, deadline=None)
def test_more_budget_never_lowers_detection(rounds: int, share: float) -> None:
    """A further round can only add failures."""
    fewer, more = (count_ends(share, P95, [20] * count).failed for count in (rounds, rounds + 1))
    assert more >= fewer - 1e-12


@given(st.floats(0.01, 0.4))
@settings(max_examples=30, deadline=None)
def test_more_slow_calls_never_lower_detection(share: float) -> None:
    """What is worse is refused oftener."""
    assert count_ends(share * 1.2, P95, TWENTIES).failed >= count_ends(share, P95, TWENTIES).failed - 1e-9


def test_strikes_ask_for_more_than_the_lines_do() -> None:
    """Where one bad call would refuse, two are asked for."""
    rule = Rule(0.0001, 0.02, 200)
    lenient, strict = (count_ends(0.01, rule, [20], strikes=strikes) for strikes in (0, 2))
    assert lenient.failed + lenient.leaning == pytest.approx(1 - 0.99**20)
    assert strict.failed + strict.leaning == pytest.approx(1 - 0.99**20 - 20 * 0.01 * 0.99**19)


def test_clean_calls_to_pass() -> None:
    """Three rounds of twenty are the fewest; too few rounds never pass."""
    assert clean_calls_to_pass(P95, TWENTIES) == 60
    assert clean_calls_to_pass(P95, [20, 20]) is None
    assert clean_calls_needed(P95) == 29
    assert clean_calls_needed(Rule(0.05, 0.05, 200)) == 59


def test_the_share_that_is_surely_refused() -> None:
    """Half-way included it is smaller; without any round there is none."""
    strict, lenient = (surely_failed_share(P95, TWENTIES, half=half) for half in (False, True))
    assert strict is not None
    assert lenient is not None
    assert 0.05 < lenient <= strict < 0.25
    assert surely_failed_share(P95, [], half=True) is None
