"""What no test can do better: the truncated test of fewest calls, Wald's without an end, and Lorden's delay.

All of them know that calls are independent, which ours does not take for granted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from bench.gatebench.ours import absolute
from support.traffic.generators import ENVIRONMENTS, ROUNDS, Call, Recording
from warmgate.judge.binomial import chances
from warmgate.judge.derivation import FIRST_PASS, Rule, derive_lines

ALLOWED, RULED_OUT = 0.05, 0.10
"""Slow shares: what a p95 allows, and what a PASS of ours rules out."""
GOOD, BAD = (0.002, 0.01, 0.02, 0.03), (0.10, 0.15, 0.25, 0.40, 0.50, 0.90)
LOOKS = ROUNDS
SEED = "bound 1"


@dataclass(frozen=True, slots=True)
class Line:
    """The counts of slow calls that end a test after so many calls."""

    calls: int
    fails_from: int
    passes_to: int


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of a test where a share of calls is slow."""

    refused: float
    calls: float


Lines = tuple[Line, ...]


def course(lines: Lines, share: float) -> Course:
    """Return the exact chance of a refusal, and the mean calls; what is open at the end by `fails_from` is refused."""
    places, refused, calls, before = [1.0], 0.0, 0.0, 0
    for line in lines:
        size = line.calls - before
        calls += size * sum(places)
        places = _convolved(places, chances(size, share))
        refused += sum(places[line.fails_from :])
        places = [chance if line.passes_to < count < line.fails_from else 0.0 for count, chance in enumerate(places)]
        before = line.calls
    return Course(refused, calls)


def our_lines() -> Lines:
    """Return the judge's lines of a p95 in rounds of 20; half-way refuses at the end."""
    looks = derive_lines(Rule(ALLOWED, RULED_OUT, ENVIRONMENTS * LOOKS), [ENVIRONMENTS] * LOOKS)
    lines = [Line(look.calls, look.fails_from, look.passes_to) for look in looks]
    return (*lines[:-1], Line(looks[-1].calls, looks[-1].half_way_from, looks[-1].passes_to))


@cache
def fewest_calls(first_pass: int) -> Lines:
    """Return the truncated test with our error at 5 %, our power at 10 % and our looks that needs the fewest calls.

    Bayes' rule for two prices, of a refusal at 5 % and of a pass at 10 %; the prices are searched, calls cost one each.

    Args:
        first_pass: the look, from 1 on, at which it may pass first; ours waits for slowness that comes late.
    """
    ours = our_lines()
    error, power = course(ours, ALLOWED).refused, course(ours, RULED_OUT).refused
    low_pass, high_pass, best = 1.0, 1e7, ours
    for _ in range(STEPS):
        of_pass = math.sqrt(low_pass * high_pass)
        lines = _within_error(of_pass, error, first_pass)
        if course(lines, RULED_OUT).refused < power - SLACK:
            low_pass = of_pass
        else:
            high_pass, best = of_pass, lines
    return best


STEPS = 16
SLACK = 0.004
"""Counts are whole: a test has the same power where it is so close."""


def _within_error(of_pass: float, error: float, first_pass: int) -> Lines:
    low, high = 1.0, 1e9
    for _ in range(STEPS):
        of_refusal = math.sqrt(low * high)
        if course(_bayes(of_refusal, of_pass, first_pass), ALLOWED).refused > error + 1e-4:
            low = of_refusal
        else:
            high = of_refusal
    return _bayes(high, of_pass, first_pass)


def _bayes(of_refusal: float, of_pass: float, first_pass: int) -> Lines:
    """Return the lines that cost least, found from the last look backwards; weights are relative to a share of 5 %."""
    found: list[Line] = []
    of_round = chances(ENVIRONMENTS, ALLOWED)
    costs: list[float] = []
    for look in range(LOOKS, 0, -1):
        calls = look * ENVIRONMENTS
        stop = [(of_refusal, of_pass * ratio if look >= first_pass else math.inf) for ratio in _ratios(calls)]
        ends = [min(pair) for pair in stop]
        if not costs:
            goes_on, costs = [math.inf] * (calls + 1), ends
        else:
            goes_on = [
                price + sum(chance * costs[count + more] for more, chance in enumerate(of_round))
                for count, price in enumerate(_prices(calls))
            ]
            costs = [min(pair) for pair in zip(ends, goes_on, strict=True)]
        fails = [n for n in range(calls + 1) if ends[n] <= goes_on[n] and stop[n][0] <= stop[n][1]]
        fails_from = min(fails, default=calls + 1)
        passes = [n for n in range(fails_from) if ends[n] <= goes_on[n]]
        found.append(Line(calls, fails_from, max(passes, default=-1)))
    return tuple(reversed(found))


@cache
def _ratios(calls: int) -> tuple[float, ...]:
    """Return by count how much likelier it is at 10 % than at 5 %."""
    return tuple(_likelier(count, calls, RULED_OUT) for count in range(calls + 1))


@cache
def _prices(calls: int) -> tuple[float, ...]:
    """Return by count what the next round costs, over the shares that calls are counted for."""
    shares = (*GOOD, *BAD)
    return tuple(
        ENVIRONMENTS * sum(_likelier(count, calls, share) for share in shares) / len(shares)
        for count in range(calls + 1)
    )


def _likelier(count: int, calls: int, share: float) -> float:
    logarithm = count * math.log(share / ALLOWED) + (calls - count) * math.log((1 - share) / (1 - ALLOWED))
    return math.exp(min(logarithm, 600.0))


def _convolved(before: Sequence[float], of_round: Sequence[float]) -> list[float]:
    after = [0.0] * (len(before) + len(of_round) - 1)
    for count, chance in enumerate(before):
        if chance:
            for more, part in enumerate(of_round):
                after[count + more] += chance * part
    return after


def wald_calls(share: float) -> float:
    """Return about how many calls Wald's test of 5 % against 10 % takes (1 % and 5 % errors, no end, any look)."""
    upper, lower = math.log((1 - 0.05) / 0.01), math.log(0.05 / (1 - 0.01))
    drift = share * math.log(RULED_OUT / ALLOWED) + (1 - share) * math.log((1 - RULED_OUT) / (1 - ALLOWED))
    return (upper if drift > 0 else lower) / drift


def lorden_calls(before: float, after: float, calls_a_false_alarm: float) -> float:
    """Return the fewest calls, about, in which any rule sees a share change, for calls between false alarms."""
    information = after * math.log(after / before) + (1 - after) * math.log((1 - after) / (1 - before))
    return math.log(calls_a_false_alarm) / information


def judged_calls(share: float, runs: int) -> float:
    """Return the mean calls of the judge itself, its rules of rounds and environments included; calls independent."""
    random = Random(f"{SEED} {share}")
    return sum(absolute(_drawn(share, random), 1.0, known=False).calls for _ in range(runs)) / runs


def _drawn(share: float, random: Random) -> Recording:
    rounds = [
        [Call(place, 2.0 if random.random() < share else 0.5) for place in range(ENVIRONMENTS)] for _ in range(LOOKS)
    ]
    return Recording(old=[], new=rounds)


def mean_calls(lines: Lines, shares: Sequence[float]) -> float:
    """Return the mean calls over shares."""
    return sum(course(lines, share).calls for share in shares) / len(shares)


def table(runs: int) -> str:
    """Return ours beside the bounds as a Markdown table; ours as judged is simulated, all else exact."""
    rows = [
        "| slow share | our lines | as judged | fewest calls, PASS from round 3 | fewest calls | Wald, no end |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    tests = our_lines(), fewest_calls(FIRST_PASS), fewest_calls(1)
    judged = {share: judged_calls(share, runs) for share in (*GOOD, ALLOWED, *BAD)}
    for share, as_judged in judged.items():
        ours, alike, free = (f"{course(lines, share).calls:.0f}" for lines in tests)
        wald = "" if share in (ALLOWED, RULED_OUT) else f"{wald_calls(share):.0f}"
        rows.append(f"| {share:.1%} | {ours} | {as_judged:.0f} | {alike} | {free} | {wald} |")
    for name, shares in (("mean of the good", GOOD), ("mean of the bad", BAD)):
        ours, alike, free = (f"{mean_calls(lines, shares):.0f}" for lines in tests)
        of_all = sum(judged[share] for share in shares) / len(shares)
        rows.append(f"| {name} | {ours} | {of_all:.0f} | {alike} | {free} | |")
    for name, share in (("refused where 5 % are slow", ALLOWED), ("refused where 10 % are slow", RULED_OUT)):
        ours, alike, free = (f"{course(lines, share).refused:.2%}" for lines in tests)
        rows.append(f"| {name} | {ours} | | {alike} | {free} | |")
    return "\n".join(rows) + "\n"
