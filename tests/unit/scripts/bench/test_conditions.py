"""The fifteen conditions are what their names say, and the goals and tables add up what was said under them."""

from __future__ import annotations

import itertools
import math
from random import Random

import pytest

from bench.gatebench.bound import (
    ALLOWED,
    BAD,
    GOOD,
    RULED_OUT,
    Line,
    course,
    fewest_calls,
    judged_calls,
    lorden_calls,
    mean_calls,
    our_lines,
    wald_calls,
)
from bench.gatebench.changes import BY_NAME
from bench.gatebench.conditions.condition import Condition
from bench.gatebench.conditions.listed import BIMODAL, CONDITIONS, SETTLES
from bench.gatebench.failing import refused
from bench.gatebench.goals import Count, goal_cells, table
from bench.gatebench.ours import COMPARED, planned_rounds
from bench.gatebench.run import OURS, Row, condition_cells, run_cell
from bench.gatebench.under_conditions import conditions_table, rules_table
from support.traffic.generators import FAMILIES, Call, Recording, record
from warmgate.judge.derivation import FIRST_PASS

NAMED = {condition.name: condition for condition in CONDITIONS}


def unchanged(duration_ms: float, _random: Random) -> float:
    """Return a duration as it is."""
    return duration_ms


def drawn(condition: Condition, count: int = 30) -> list[Recording]:
    """Return unchanged releases."""
    random = Random("conditions")
    return [condition.record(unchanged, random) for _ in range(count)]


def durations(recordings: list[Recording], *, new: bool = True, round_: int | None = None) -> list[float]:
    """Return the durations of an arm, of one round or of all, sorted."""
    arms = [recording.new if new else recording.old for recording in recordings]
    rounds = [r for arm in arms for r in (arm if round_ is None else [arm[round_]])]
    return sorted(call.duration_ms for calls in rounds for call in calls)


def by_environment(calls: list[list[Call]]) -> list[list[float]]:
    """Return each environment's durations, in order."""
    return [[c.duration_ms for round_ in calls for c in round_ if c.environment == place] for place in range(20)]


def test_there_are_fifteen_and_each_is_drawn_again_by_its_seed() -> None:
    """Ten rounds of 20 environments, both arms, the same to the last digit."""
    assert len(NAMED) == 15
    for condition in CONDITIONS:
        recording = condition.record(unchanged, Random("a"))
        assert recording == condition.record(unchanged, Random("a"))
        assert [len(round_) for round_ in (*recording.old, *recording.new)] == [20] * 20
        assert all(call.duration_ms > 0 for round_ in recording.new for call in round_)


def test_one_environment_in_ten_is_slow() -> None:
    """Their medians have two modes, a tenth of them at twice the time."""
    medians = [sorted(taken)[5] for r in drawn(BIMODAL) for taken in by_environment(r.new)]
    assert sum(median > 150 for median in medians) / len(medians) == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(
    ("name", "new_ratio", "old_ratio"),
    [
        ("candidate settles, baseline warm", 1.13, 1.0),
        ("baseline settles, candidate warm", 1.0, 1.13),
        ("compiler warms for ten calls", 1.33, 1.33),
    ],
)
def test_what_settles_is_slower_in_its_first_round(name: str, new_ratio: float, old_ratio: float) -> None:
    """By the fourth power of what is left with each call, in the arm that the name says."""
    found = drawn(NAMED[name])
    for is_new, ratio in ((True, new_ratio), (False, old_ratio)):
        first, last = (durations(found, new=is_new, round_=number) for number in (0, 9))
        assert first[len(first) // 2] / last[len(last) // 2] == pytest.approx(ratio, abs=0.03)


def test_collections_of_garbage_are_in_step() -> None:
    """Most of a round's environments collect together, once in seven rounds."""
    condition = NAMED["garbage every 7th call, in step"]
    shares = [sum(c.duration_ms > 140 for c in round_) / 20 for r in drawn(condition) for round_ in r.new]
    assert sum(share > 0.5 for share in shares) / len(shares) == pytest.approx(1 / 7, abs=0.03)


def test_an_upstream_slows_both_arms_in_the_same_rounds() -> None:
    """1.6 times as long, from a round in the middle to the end."""
    for recording in drawn(NAMED["upstream 1.6x from some round"]):
        old, new = ([sorted(c.duration_ms for c in r)[10] > 126 for r in arm] for arm in (recording.old, recording.new))
        assert old == sorted(old)
        assert sum(o != n for o, n in zip(old, new, strict=True)) <= 1


def test_one_bad_environment_is_bad_in_both_arms() -> None:
    """Three times as slow, one of twenty."""
    for recording in drawn(NAMED["1 environment of 20 three times as slow"], 5):
        for arm in (recording.old, recording.new):
            assert sum(sorted(taken)[5] > 220 for taken in by_environment(arm)) == 1


def test_whole_milliseconds_tie() -> None:
    """Four values hold nearly all calls."""
    found = durations(drawn(NAMED["2 ms in whole ms"]))
    assert {ms % 1 for ms in found} == {0.0}
    assert sum(2 <= ms <= 4 for ms in found) / len(found) > 0.95


def test_storms_fill_some_rounds_of_both_arms() -> None:
    """In 15 % of rounds three calls of ten take twice as long or more."""
    slow = [sum(c.duration_ms > 190 for c in round_) for r in drawn(NAMED["storms of retries"], 60) for round_ in r.new]
    assert sum(count >= 3 for count in slow) / len(slow) == pytest.approx(0.15, abs=0.04)


def test_a_quota_makes_steps_and_pareto_a_tail() -> None:
    """Few durations between the steps; one call in a hundred far beyond the others."""
    steps = durations(drawn(NAMED["steps of a CPU quota"]))
    assert sum(72 < ms < 77 for ms in steps) < sum(77 < ms < 82 for ms in steps) / 5
    tail = durations(drawn(NAMED["Pareto 1.2 on 15 % of calls"]))
    assert tail[int(0.99 * len(tail))] / tail[len(tail) // 2] > 4


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("speed is the environment's (ICC 0.9)", 0.9),
        ("each environment wanders, AR(1) 0.8", 0.7),
        ("slow tide, AR(1) 0.95", 0.23),
        ("half of the hosts 1.25x as slow", 0.8),
    ],
)
def test_neighbours_in_time_are_alike(name: str, alike: float) -> None:
    """The logarithms of an environment's calls, one after the other, correlate as the name says."""
    pairs = [
        (math.log(a), math.log(b))
        for recording in drawn(NAMED[name], 60)
        for taken in by_environment(recording.new)
        for a, b in itertools.pairwise(taken)
    ]
    means = [sum(pair[i] for pair in pairs) / len(pairs) for i in (0, 1)]
    spread = [math.sqrt(sum((pair[i] - means[i]) ** 2 for pair in pairs)) for i in (0, 1)]
    together = sum((a - means[0]) * (b - means[1]) for a, b in pairs)
    assert together / math.prod(spread) == pytest.approx(alike, abs=0.08)


def test_rounds_are_those_that_the_hook_plans() -> None:
    """The sizes of the plan, in the order of the recording; what the recording does not hold is not made up."""
    recording = record(FAMILIES[0], unchanged, Random("p"))
    found = list(planned_rounds(recording, COMPARED))
    assert [(len(old), len(new)) for old, new in found] == COMPARED[: len(found)]
    assert [c for old, _ in found for c in old] == [c for r in recording.old for c in r][: sum(n for n, _ in COMPARED)]
    assert list(planned_rounds(Recording(old=[], new=recording.new), [(0, 20), (20, 20)])) == [([], recording.new[0])]


def test_a_condition_is_asked_of_ours_and_of_every_peer() -> None:
    """Environments unknown; a row a rule."""
    cell = next(cell for cell in condition_cells(2) if cell.source == SETTLES.name)
    rows = run_cell(cell)
    assert next(row.rule for row in rows) == OURS[False]
    assert len({row.rule for row in rows}) == len(rows) == 14
    assert OURS[True] not in {row.rule for row in rows}


def test_tables_name_the_best_other_rule() -> None:
    """The one that catches most of a slow path, of those that refuse few unchanged releases here."""
    rows = [
        Row("relative", rule, "c", change, "good", 100, failed, 0, 40.0)
        for rule, light, tail in ((OURS[False], 0, 80), ("hasty", 5, 100), ("calm", 1, 90))
        for change, failed in (
            ("x1", light),
            ("x1.05", 0),
            ("x1.1", 0),
            ("x1.5", 100),
            ("tail 10%", tail),
            ("tail 20%", 100),
        )
    ]
    by_condition, by_rule = conditions_table(rows, "relative"), rules_table(rows, "relative")
    assert "| c | 0.0 | 0.0 | 0.0 | 100.0 | 80.0 | 100.0 | 40 | 90.0, 40 calls: calm |" in by_condition
    assert "| hasty | 5.0 | 0.0 | 0.0 | 100.0 | 100.0 | 100.0 | 5.0 | 40 | 40 |" in by_rule


@pytest.mark.parametrize(
    ("count", "runs", "met"), [(0, 1000, "yes"), (0, 100, "likely"), (2, 150, "unlikely"), (30, 1000, "no")]
)
def test_a_goal_is_met_where_the_whole_interval_is(count: int, runs: int, met: str) -> None:
    """And missed where none of it is; between, the table says which is likelier."""
    line = Count("x", count, runs, 0.01).line()
    assert line[3] == met
    assert line[1].startswith(f"{count / runs:.2%} [")
    assert f"| {' | '.join(line)} |" in table([line])


def test_goals_are_asked_of_ours_alone() -> None:
    """No peer makes them slow."""
    assert [(cell.form, cell.kind.name, cell.peers) for cell in goal_cells(3)] == [
        ("relative", "x1", False),
        ("relative", "x1", False),
        ("relative", "x1.05", False),
        ("absolute", "x0.8", False),
    ]
    assert BY_NAME["x1.05"].factor == 1.05


def test_the_course_of_a_test_is_exact() -> None:
    """One look at two calls: refused where both are slow, passed where none is, and so at the end in between."""
    lines = (Line(1, 2, -1), Line(2, 2, 0))
    assert course(lines, 0.5).refused == pytest.approx(0.25)
    assert course(lines, 0.5).calls == pytest.approx(2.0)
    assert course((Line(1, 1, -1), Line(2, 2, 0)), 0.5).calls == pytest.approx(1.5)


def test_no_test_of_the_same_errors_needs_many_fewer_calls() -> None:
    """As sure at 5 % and as strong at 10 % as ours, and 1.15 times of its calls is more than ours needs."""
    ours, best = our_lines(), fewest_calls(FIRST_PASS)
    assert course(best, ALLOWED).refused <= course(ours, ALLOWED).refused + 1e-4
    assert course(best, RULED_OUT).refused >= course(ours, RULED_OUT).refused - 0.004
    assert mean_calls(best, (*GOOD, *BAD)) <= mean_calls(ours, (*GOOD, *BAD)) <= 1.15 * mean_calls(best, (*GOOD, *BAD))
    assert mean_calls(ours, GOOD) <= 1.15 * mean_calls(best, GOOD)


def test_the_judge_takes_the_calls_that_its_lines_say() -> None:
    """Where nothing is slow, three rounds; where everything is, one."""
    assert judged_calls(0.0, 3) == 60.0
    assert judged_calls(1.0, 3) == 20.0


def test_bounds_are_those_of_the_textbooks() -> None:
    """ln(0.99 / 0.05) over ln(0.95 / 0.90) where nothing is slow; Lorden's 62 calls for 3 to 20 %."""
    assert wald_calls(0.0) == pytest.approx(math.log(0.99 / 0.05) / math.log(0.95 / 0.90))
    assert lorden_calls(0.03, 0.20, 1.2e6) == pytest.approx(62.1, abs=0.1)


def test_environments_that_fail_every_call_are_no_rate_of_calls() -> None:
    """Of versions of which 1 % of environments are so, few are refused under 1 %, named or not."""
    assert refused(200, known=True) <= refused(200, known=False) <= 10
