"""Where a count stands after its rounds."""

from __future__ import annotations

import pytest

from warmgate.judge.derivation import Look, Rule
from warmgate.judge.score import (
    NOWHERE,
    Standing,
    afterwards,
    cap_for,
    in_words,
    proven,
    ruled_out_errors,
    ruled_out_share,
    stand,
    why_undecided,
)
from warmgate.model.calls import Closed
from warmgate.model.verdict import Because

P95 = Rule(0.05, 0.1, 200)


def rounds_of(*bad: int, size: int = 20) -> list[list[bool]]:
    """Return rounds with so many bad calls each."""
    return [[True] * count + [False] * (size - count) for count in bad]


def standing(*bad: int, size: int = 20, rule: Rule = P95, lasting: bool = False) -> Standing:
    """Return where rounds with so many bad calls stand, from enough environments."""
    return stand(rounds_of(*bad, size=size), rule, [True] * len(bad), lasting=lasting)


@pytest.mark.parametrize(
    ("bad", "decision"),
    [
        ((0,), None),
        ((0, 0), None),
        ((0, 0, 0), True),
        ((1, 0, 0), True),
        ((1, 1, 0), None),
        ((1, 1, 0, 0), True),
        ((5,), None),
        ((6,), False),
        ((4, 3), None),
        ((4, 4), False),
        ((3, 3, 3), None),
        ((3, 3, 4), False),
        ((2, 2, 2, 2, 2, 2, 2, 2, 2, 2), None),
        ((2, 2, 2, 2, 2, 2, 2, 2, 2, 3), False),
    ],
)
def test_the_counts_that_decide(bad: tuple[int, ...], decision: bool | None) -> None:
    """Rounds of 20 decide at the documented counts, and not one earlier."""
    found = standing(*bad)

    assert (found.decision, found.bad_count, found.call_count) == (decision, sum(bad), 20 * len(bad))


@pytest.mark.parametrize(("bad", "leans"), [((6, 0), False), ((5, 2), True), ((8, 4), False), ((1, 6), True)])
def test_half_way_at_the_end_of_forty_calls(bad: tuple[int, ...], leans: bool) -> None:
    """Seven of forty are half-way, six are not; what has failed is no longer half-way."""
    assert standing(*bad).leans is leans


def test_too_few_environments_neither_fail_nor_are_half_way() -> None:
    """A count beyond the line does not refuse while its bad calls came from too few environments."""
    found = stand(rounds_of(7), P95, [False])

    assert (found.decision, found.crossed, found.leans) == (None, True, False)
    assert in_words(found) == "6 of 20 or more fail"
    assert why_undecided(found, Closed.DEADLINE) is Because.TOO_FEW_ENVIRONMENTS


def test_too_few_strikes_do_not_fail_but_are_half_way() -> None:
    """Where one bad call may be chance, it waits."""
    rule = Rule(1e-7, 0.01, 200)
    alone, twice = (stand(rounds_of(1), rule, [True], struck=[struck]) for struck in (False, True))

    assert (alone.decision, alone.leans) == (None, True)
    assert twice.decision is False


@pytest.mark.parametrize(
    ("bad", "decision"),
    [
        ((6,), None),
        ((11,), None),
        ((12,), False),
        ((7, 7), None),
        ((8, 8), False),
        ((10, 0, 0), None),
        ((6, 6, 0), None),
        ((5, 5, 1), False),
        ((6, 0, 5, 5), None),
        ((5, 5, 5, 2), False),
        ((5, 0, 5, 0, 5, 0), None),
        ((4, 1, 4, 1, 4, 1), False),
        ((1, 1, 1, 0, 11), None),
        ((1, 1, 1, 0, 12), False),
    ],
)
def test_slowness_that_lasts_refuses_and_a_moment_does_not(bad: tuple[int, ...], decision: bool | None) -> None:
    """A tenth of the count lies outside the worst rounds, or a round is 60 % bad, or all are 40 %."""
    rounds = rounds_of(*bad)
    found = stand(rounds, Rule(0.05, 0.001, 200), [True] * len(bad), lasting=True)

    assert found.decision is decision
    assert standing(*bad).decision is False


@pytest.mark.parametrize(("bad", "leans"), [((7, 0), False), ((6, 1), True), ((5,), True)])
def test_where_two_rounds_are_all_one_counts(bad: tuple[int, ...], leans: bool) -> None:
    """At the end of one or two rounds, half-way asks for bad calls in each."""
    assert standing(*bad, lasting=True).leans is leans


@pytest.mark.parametrize(("bad", "leans"), [((9, 0, 0, 0, 0, 0, 9, 0, 0, 1), False), ((2,) * 9 + (1,), True)])
def test_a_moment_is_not_half_way(bad: tuple[int, ...], leans: bool) -> None:
    """Nineteen of 200, most in two rounds, are no lasting slowness; spread they are."""
    found = stand(rounds_of(*bad), Rule(0.05, 0.001, 200), [True] * 10, lasting=True)

    assert (found.decision, found.leans) == (None, leans)


def test_a_moment_beyond_the_line_says_so() -> None:
    """A reader sees why a count that fails has not."""
    found = standing(6, 6, 0, lasting=True)

    assert in_words(found) == "10 of 60 or more fail, but not those of a few rounds alone"
    assert why_undecided(found, Closed.DEADLINE) is Because.DEADLINE


@pytest.mark.parametrize(
    ("bad", "decision"), [((12,), None), ((13,), False), ((12, 2, 11), None), ((12, 3, 11), False)]
)
def test_where_much_is_allowed_a_moment_must_be_worse_to_speak_for_itself(
    bad: tuple[int, ...], decision: bool | None
) -> None:
    """Where a quarter may be slow, 62.5 % of a round or 43.75 % of all are asked for, not 60 or 40 %."""
    rule = Rule(0.25, 0.4, 60)
    found = stand(rounds_of(*bad), rule, [True] * len(bad), lasting=True)

    assert found.crossed
    assert found.decision is decision


def test_a_pass_stands_where_it_was_reached() -> None:
    """Later calls that do not fail leave the pass and its counts alone, and are mentioned if some were bad."""
    rounds = rounds_of(0, 0, 0, 2, 2)
    found = stand(rounds, P95, [True] * 5)

    assert (found.decision, found.call_count, found.bad_count, found.looks) == (True, 60, 0, 3)
    assert afterwards(found, rounds) == "; not counted: 4 of 40 calls after that"
    assert afterwards(found, rounds[:3]) == ""


def test_a_pass_falls_to_a_later_fail() -> None:
    """Calls that other checks asked for can still refuse what had passed."""
    found = standing(0, 0, 0, 20)

    assert (found.decision, found.bad_count, found.call_count) == (False, 20, 80)


def test_nothing_counts_beyond_the_cap() -> None:
    """Ten rounds of 20 are all that the lines of 200 calls hold for; slow calls after that change nothing."""
    found = standing(*[2] * 6, *[1] * 4, *[20] * 3)

    assert (found.decision, found.call_count, found.exhausted) == (None, 200, True)
    assert why_undecided(found, Closed.DEADLINE) is Because.CAP
    assert found == standing(*[2] * 6, *[1] * 4)
    assert not standing(*[2] * 6, *[1] * 3).exhausted


def test_a_round_that_would_cross_the_cap_is_left_out() -> None:
    """Rounds of 16 end at 192 of 200; a first round larger than the cap is looked at once."""
    assert stand(rounds_of(*[1] * 13, size=16), P95, [True] * 13).call_count == 192
    assert stand([[False] * 260 + [True] * 20], P95, [True]).call_count == 280


def test_no_round_stands_nowhere() -> None:
    """Without calls nothing is decided."""
    assert stand([], P95, []) == NOWHERE == Standing(None, 0, 0, 0, Look(0, 1, -1, 1))


@pytest.mark.parametrize(("clean", "decision"), [(3, None), (4, True)])
def test_to_certify_takes_more_calls(clean: int, decision: bool | None) -> None:
    """To rule out the limit itself, 60 clean calls are too few and 80 are enough."""
    assert standing(*[0] * clean, rule=Rule(0.05, 0.05, 200)).decision is decision


def test_what_is_told() -> None:
    """A count is shown beside the line that it reached, or between those that it did not."""
    assert in_words(standing(4, 4)) == "8 of 40 or more fail"
    assert in_words(standing(0, 0, 0)) == "1 of 60 or fewer pass"
    assert in_words(standing(1, 1, 0)) == ("of 60, 1 or fewer pass, 8 or more are half-way to failed, 10 or more fail")
    assert in_words(standing(0)) == "of 20, 5 or more are half-way to failed, 6 or more fail"
    assert in_words(standing(1, size=1)) == "of 1, no count decides"


def test_what_is_proven() -> None:
    """A line that was reached says what it rules out; between them the counts do."""
    assert proven(standing(0, 0, 0), P95, "slow calls") == "fewer than 10 % slow calls (95 % confidence)"
    assert proven(standing(4, 5), P95, "errors") == "more than 5 % errors (99 % confidence)"
    assert proven(standing(1, 1, 1), P95, "slow calls") == "at most 12.4 % slow calls (95 % confidence)"


@pytest.mark.parametrize(
    ("closed", "because"),
    [(None, "cap"), ("planned", "cap"), ("no data", "cap"), ("deadline", "deadline"), ("budget", "budget")],
)
def test_why_a_count_is_open(closed: Closed | None, because: str) -> None:
    """What ended the calls is the reason, where the calls themselves were not."""
    assert why_undecided(standing(1, 1), closed) == because


@pytest.mark.parametrize(
    ("calls", "cap"), [(0, 20), (40, 40), (41, 60), (60, 60), (61, 100), (140, 200), (201, 300), (301, 500), (900, 500)]
)
def test_the_cap_for_a_number_of_calls(calls: int, cap: int) -> None:
    """The smallest cap that holds them all: its lines are exact for fewer calls too."""
    assert cap_for(calls) == cap


@pytest.mark.parametrize(
    ("allowed", "ruled_out"),
    [(0.001, 0.003), (0.01, 0.03), (0.02, 0.04), (0.05, 0.1), (0.1, 0.2), (0.25, 0.4), (0.5, 0.65), (0.9, 0.95)],
)
def test_the_share_that_a_pass_rules_out(allowed: float, ruled_out: float) -> None:
    """Three times the allowance for a p99 and beyond, twice for most, and always below all calls."""
    assert ruled_out_share(allowed) == ruled_out


@pytest.mark.parametrize(
    ("allowed", "ruled_out"),
    [(0.001, 0.02), (0.005, 0.033333), (0.01, 0.05), (0.02, 0.083333), (0.05, 0.183333), (0.1, 0.25), (0.9, 0.95)],
)
def test_the_error_rate_that_a_pass_rules_out(allowed: float, ruled_out: float) -> None:
    """Small rates leave room for what few calls can show."""
    assert ruled_out_errors(allowed) == ruled_out
