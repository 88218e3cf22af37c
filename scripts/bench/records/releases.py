"""Releases made of recorded calls: both arms draw environments of one function, and only the change differs."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from bench.gatebench.changes import Kind
from bench.records.sebs import Recorded
from support.traffic.generators import ENVIRONMENTS, ROUNDS, Call, Change, Recording

SEED = "records 1"


def release_of(function: Recorded, kind: Kind, number: int) -> Recording:
    """Return the n-th release of a function: ten rounds of 20 and 20 calls."""
    random = Random(f"{SEED} {function.name} {kind.name} {number}")
    return Recording(
        old=_arm(function.by_environment, lambda ms, _random: ms, random),
        new=_arm(function.by_environment, kind.change(0.0), random),
    )


def _arm(recorded: Sequence[tuple[float, ...]], change: Change, random: Random) -> list[list[Call]]:
    """Return rounds in which an environment's calls stay together and in order; another follows where they end."""
    places = []
    for _ in range(ENVIRONMENTS):
        taken: list[float] = []
        while len(taken) < ROUNDS:
            taken += random.choice(recorded)
        places.append(taken[:ROUNDS])
    rounds = []
    for number in range(ROUNDS):
        calls = [Call(place, change(taken[number], random)) for place, taken in enumerate(places)]
        random.shuffle(calls)
        rounds.append(calls)
    return rounds


def p95_of(function: Recorded) -> float:
    """Return the p95 of all the calls that were recorded."""
    ordered = sorted(ms for taken in function.by_environment for ms in taken)
    return ordered[int(0.95 * len(ordered))]
