"""Exact ends of a score in rounds, against the plain derivation and against counting."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmgate.judge.derivation import ends
from warmgate.judge.score import line_for, stand
from warmgate_ops.advice.power import clean_calls_to_pass, score_ends, surely_failed_share

P95 = line_for(0.05, 0.10, 200)
TWENTIES = [20] * 10


def test_looking_after_every_call_agrees_with_the_derivation() -> None:
    """Rounds of one call without a discount are what the lines were derived for; a discount only lowers FAIL."""
    exact, _ = ends(0.05, P95.weight, P95.fail_at, P95.pass_at, P95.cap)
    assert score_ends(0.05, P95, [1] * 200).failed <= exact <= 0.01


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.05, 0.10, 0.20])
def test_the_exact_ends_are_those_of_many_runs_of_the_judge(share: float) -> None:
    """The judge's own score, played four thousand times, ends as computed."""
    random, runs = Random(f"power {share}"), 4000
    failed = passed = 0
    for _ in range(runs):
        rounds = [[random.random() < share for _ in range(20)] for _ in range(10)]
        decision = stand(rounds, P95, [True] * 10).decision
        failed, passed = failed + (decision is False), passed + (decision is True)
    found = score_ends(share, P95, TWENTIES)
    assert failed / runs == pytest.approx(found.failed, abs=0.025)
    # The judge goes on after a PASS where calls follow: it may still fail then.
    assert passed / runs == pytest.approx(found.passed, abs=0.05)


@given(st.floats(0.001, 0.9), st.integers(1, 10))
@settings(max_examples=40, deadline=None)
def test_ends_are_shares(share: float, rounds: int) -> None:
    """Nothing is lost or counted twice."""
    found = score_ends(share, P95, [20] * rounds)
    assert 0 <= found.leaning <= found.opened + 1e-9
    assert found.failed + found.passed + found.opened == pytest.approx(1.0)


@given(st.integers(1, 9), st.floats(0.05, 0.5))
@settings(max_examples=30, deadline=None)
def test_more_budget_never_lowers_detection(rounds: int, share: float) -> None:
    """A further round can only add failures."""
    fewer, more = (score_ends(share, P95, [20] * count).failed for count in (rounds, rounds + 1))
    assert more >= fewer - 1e-12


@given(st.floats(0.01, 0.4))
@settings(max_examples=30, deadline=None)
def test_more_slow_calls_never_lower_detection(share: float) -> None:
    """What is worse is refused oftener."""
    assert score_ends(share * 1.2, P95, TWENTIES).failed >= score_ends(share, P95, TWENTIES).failed - 1e-9


def test_clean_calls_to_pass() -> None:
    """Fifty points in rounds of twenty are sixty calls; too few rounds never pass."""
    assert clean_calls_to_pass(P95, TWENTIES) == 60
    assert clean_calls_to_pass(P95, [20, 20]) is None


def test_the_share_that_is_surely_refused() -> None:
    """Half-way included it is smaller; without any round there is none."""
    strict, lenient = (surely_failed_share(P95, TWENTIES, half=half) for half in (False, True))
    assert strict is not None
    assert lenient is not None
    assert 0.05 < lenient <= strict < 0.25
    assert surely_failed_share(P95, [], half=True) is None
