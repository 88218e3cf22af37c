"""Where a score stands after its rounds."""

from __future__ import annotations

from math import comb

import pytest

from warmgate.judge.derivation import ScoreLine
from warmgate.judge.score import (
    Standing,
    afterwards,
    allowed_share,
    cap_for,
    in_words,
    line_for,
    proven,
    ruled_out_errors,
    ruled_out_share,
    stand,
    why_undecided,
)
from warmgate.judge.score_table import TABLE
from warmgate.model.calls import Closed
from warmgate.model.verdict import Because

P95 = ScoreLine(0.05, 0.1, 200, 13, 75, -50)
STRICT = ScoreLine(0.01, 0.05, 200, 39, 96, -71)


def rounds_of(bad: int, calls: int, size: int = 20) -> list[list[bool]]:
    """Return rounds with all bad calls in the last one, which may be cut short."""
    flags = [False] * (calls - bad) + [True] * bad
    return [flags[i : i + size] for i in range(0, calls, size)]


def standing(bad: int, calls: int, size: int = 20, line: ScoreLine = P95) -> Standing:
    """Return where calls stand whose bad ones came last, from enough environments."""
    rounds = rounds_of(bad, calls, size)
    return stand(rounds, line, [True] * len(rounds))


def spread(bad: int, calls: int) -> Standing:
    """Return where calls stand whose bad ones came first, looked at once more when the last call is in."""
    flags = [True] * bad + [False] * (calls - bad)
    rounds = [flags[i : i + 20] for i in range(0, calls, 20)]
    return stand(rounds, P95, [False] * (len(rounds) - 1) + [True])


@pytest.mark.parametrize(("bad", "calls"), list(enumerate((56, 72, 88, 105, 119))))
def test_the_calls_that_a_p95_needs_to_pass(bad: int, calls: int) -> None:
    """With 20 environments a p95 passes at so many calls."""
    assert spread(bad, calls).decision is True


@pytest.mark.parametrize(("bad", "calls"), list(enumerate((54, 71, 87, 104, 118))))
def test_fewer_calls_do_not_pass(bad: int, calls: int) -> None:
    """One call fewer stands above the line; 55 clean calls stand on it exactly (55 / 1.1 = 50) and pass."""
    assert spread(bad, calls).decision is None
    assert spread(0, 55).decision is True


@pytest.mark.parametrize(("bad", "calls"), [(6, 9), (7, 20), (8, 33), (9, 43), (10, 57)])
def test_the_calls_within_which_bad_ones_fail(bad: int, calls: int) -> None:
    """So many slow calls fail within so many calls; not with one call more, nor with one slow call less."""
    assert standing(bad, calls).decision is False
    assert spread(bad, calls).decision is False
    assert spread(bad, calls + 1).decision is not False
    assert spread(bad - 1, calls).decision is not False


@pytest.mark.parametrize(
    ("bad", "calls", "decision", "score"),
    [(0, 60, True, -60 / 1.1), (0, 40, None, -40 / 1.05), (6, 20, None, 64.0), (7, 20, False, 78.0)],
)
def test_the_score_at_the_end_of_a_round(bad: int, calls: int, decision: bool | None, score: float) -> None:
    """A score is divided by 1 + 0.05 (round - 1)."""
    found = standing(bad, calls)
    assert (found.decision, found.bad_count, found.call_count) == (decision, bad, calls)
    assert found.score == pytest.approx(score)


def test_rounds_of_one_call_are_divided_so_much_that_they_cannot_pass() -> None:
    """One environment says little, however often it is asked."""
    assert standing(0, 200, size=1).decision is None
    assert standing(6, 6, size=1).decision is None
    assert standing(7, 7, size=1).decision is None
    # 7 * 13 / 1.3 = 70; 8 * 13 / 1.35 = 77.04
    assert standing(8, 8, size=1).decision is False


@pytest.mark.parametrize(("bad", "leans"), [(3, False), (4, True)])
def test_half_way_to_fail(bad: int, leans: bool) -> None:
    """37.5 of 75 points is half-way: 3 of 20 stand at 22, 4 of 20 at 36, 4 of 18 at 38."""
    assert standing(bad, 18).leans(P95) is leans
    assert standing(4, 20).leans(P95) is False


def test_too_few_environments_cross_without_failing() -> None:
    """A score beyond the line does not fail while its slow calls came from too few environments."""
    rounds = [[True] * 7 + [False] * 13]
    found = stand(rounds, P95, [False])
    assert (found.decision, found.crossed) == (None, True)
    assert in_words(found, P95) == "score +78 >= +75"
    assert why_undecided(found, Closed.DEADLINE) is Because.TOO_FEW_ENVIRONMENTS


def test_a_pass_stands_where_it_was_reached() -> None:
    """Later calls that do not fail leave the pass and its counts alone, and are mentioned if some were bad."""
    rounds = [[False] * 20] * 3 + [[True] * 2 + [False] * 18] * 2
    found = stand(rounds, P95, [True] * 5)
    assert (found.decision, found.call_count, found.bad_count, found.looks) == (True, 60, 0, 3)
    assert afterwards(found, rounds) == "; not counted: 4 of 40 calls after that"
    assert afterwards(found, rounds[:3]) == ""


def test_a_pass_falls_to_a_later_fail() -> None:
    """Calls that other checks asked for can still refuse what had passed."""
    rounds = [[False] * 20] * 3 + [[True] * 20]
    found = stand(rounds, P95, [True] * 4)
    assert (found.decision, found.bad_count, found.call_count) == (False, 20, 80)


def test_nothing_counts_beyond_the_cap() -> None:
    """Ten rounds of 20 are all that the lines of 200 calls hold for; slow calls after that change nothing."""
    open_rounds = [[True] + [False] * 19] * 10
    found = stand(open_rounds + [[True] * 20] * 3, P95, [True] * 13)
    assert (found.decision, found.call_count, found.exhausted) == (None, 200, True)
    assert why_undecided(found, Closed.DEADLINE) is Because.CAP
    assert found == stand(open_rounds, P95, [True] * 10)
    assert not stand(open_rounds[:9], P95, [True] * 9).exhausted


def test_a_round_that_would_cross_the_cap_is_left_out() -> None:
    """Rounds of 16 end at 192 of 200; a first round larger than the cap is looked at once."""
    assert stand([[False] * 15 + [True]] * 13, P95, [True] * 13).call_count == 192
    assert stand([[False] * 260 + [True] * 20], P95, [True]).call_count == 280


def test_no_round_stands_nowhere() -> None:
    """Without calls nothing is decided."""
    assert stand([], P95, []) == Standing(None, 0.0, 0, 0, 0, crossed=False)


@pytest.mark.parametrize(("bad", "calls", "decision"), [(0, 80, None), (0, 100, True), (7, 20, False), (2, 80, None)])
def test_a_strict_line_passes_later_and_fails_alike(bad: int, calls: int, decision: bool | None) -> None:
    """To certify, the pass line is another; the fail line stays."""
    rounds = rounds_of(bad, calls)
    assert stand(rounds, P95, [True] * len(rounds), STRICT).decision is decision


def test_what_is_told() -> None:
    """A score is shown beside the line that it reached, or between those that it did not."""
    assert in_words(standing(9, 43), P95) == "score +75.4 >= +75"
    assert in_words(standing(0, 60), P95) == "score -54.5 <= -50"
    assert in_words(standing(1, 40), P95) == "score -24.7 between -50 and +75"
    certified = stand([[False] * 20] * 5, P95, [True] * 5, STRICT)
    assert in_words(certified, P95, STRICT) == "score -83.3 < +75, to certify -83.3 <= -71"
    assert in_words(standing(1, 40), P95, STRICT) == "score -24.7 < +75, to certify 0 > -71".replace(" 0 ", " +0 ")


def test_what_is_proven() -> None:
    """A line that was reached says what it rules out; between them the counts do."""
    assert proven(standing(0, 60), P95, "slow calls") == "fewer than 10 % slow calls (95 % confidence)"
    assert proven(standing(9, 40), P95, "errors") == "more than 5 % errors (99 % confidence)"
    assert proven(spread(3, 80), P95, "slow calls") == "at most 9.41 % slow calls (95 % confidence)"


@pytest.mark.parametrize(
    ("closed", "because"),
    [(None, "cap"), ("planned", "cap"), ("no data", "cap"), ("deadline", "deadline"), ("budget", "budget")],
)
def test_why_a_score_is_open(closed: Closed | None, because: str) -> None:
    """What ended the calls is the reason, where the calls themselves were not."""
    assert why_undecided(standing(1, 40), closed) == because


@pytest.mark.parametrize(
    ("calls", "cap"), [(0, 60), (60, 60), (61, 100), (100, 100), (140, 200), (201, 500), (900, 500)]
)
def test_the_cap_for_a_number_of_calls(calls: int, cap: int) -> None:
    """The smallest tabled cap that holds them all: its lines are exact for fewer calls too."""
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


def test_the_usual_lines_are_tabled() -> None:
    """Percentiles and rates that policies use are not derived while a hook waits."""
    for cap in (60, 100, 200):
        for percentile in (0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999):
            share = allowed_share(percentile)
            assert any(line is line_for(share, ruled_out_share(share), cap) for line in TABLE), percentile
        for rate in (0.001, 0.005, 0.01, 0.02, 0.05):
            assert any(line is line_for(rate, ruled_out_errors(rate), cap) for line in TABLE), rate
    assert line_for(0.03, 0.06, 60).cap == 60


@pytest.mark.parametrize("line", [line for line in TABLE if line.cap <= 200 or line.allowed <= 0.01], ids=str)
@pytest.mark.parametrize("size", [5, 20, 50])
def test_a_limit_met_exactly_fails_one_run_in_a_hundred_at_most(line: ScoreLine, size: int) -> None:
    """The whole procedure, exactly: rounds, division, cap, and the watch after a pass; independent calls."""
    share, failed = line.allowed, 0.0
    round_chances = [comb(size, k) * share**k * (1 - share) ** (size - k) for k in range(size + 1)]
    places = {0: 1.0}
    for number in range(line.cap // size):
        reached: dict[int, float] = {}
        calls = size * (number + 1)
        for before, chance in places.items():
            for slow, part in enumerate(round_chances):
                if (chance * part) > 1e-14:
                    reached[before + slow] = reached.get(before + slow, 0.0) + chance * part
        beyond = {bad for bad in reached if (bad * line.weight - (calls - bad)) * 20 >= line.fail_at * (20 + number)}
        failed += sum(reached[bad] for bad in beyond)
        places = {bad: chance for bad, chance in reached.items() if bad not in beyond}
    assert failed <= 0.01
