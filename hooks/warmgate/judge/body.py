"""The body scoreboard: is the candidate slower than the baseline over the whole range, and by enough?

Calls are paired old with new inside a round and ranked together; the sign of a pair's difference is as likely either
way where nothing changed, whatever the latency's shape. Constants are Pocock's for five looks: 1 % and 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from warmgate.judge.quantile import quantile
from warmgate.judge.ranks import mid_ranks

FAIL_Z = 2.75
OK_Z = -2.12
LOOKS = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """One call of each arm, neighbours in time with the same probe; names where environments are known."""

    probe: str
    old_ms: float
    new_ms: float
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class BodyStanding:
    """Where the body stands; `decision` is True for no slower, False for slower, None while open."""

    decision: bool | None
    z: float
    median_ratio: float
    p95_ratio: float
    pair_count: int
    wins: int
    looks: int

    @property
    def leans(self) -> bool:
        """Return whether it is at least half-way to FAIL."""
        return self.z >= FAIL_Z / 2


def stand_body(rounds: Sequence[Sequence[Pair]], ratio: float, *, p95_alone: bool) -> BodyStanding:
    """Return where the body stands after the rounds, looked at after each of the first five.

    Args:
        rounds: the pairs of each round.
        ratio: the allowed ratio; the null hypothesis is its square root, so that FAIL means sure and by enough.
        p95_alone: whether only the p95 may show that it is enough.
    """
    standing = BodyStanding(None, 0.0, 1.0, 1.0, 0, 0, 0)
    for look in range(1, min(LOOKS, len(rounds)) + 1):
        standing = _look(rounds[:look], ratio, p95_alone=p95_alone)
        if standing.decision is not None:
            break
    return standing


def _look(rounds: Sequence[Sequence[Pair]], ratio: float, *, p95_alone: bool) -> BodyStanding:
    pairs = [pair for round_ in rounds for pair in round_]
    old, new = [pair.old_ms for pair in pairs], [pair.new_ms for pair in pairs]
    median_ratio = _ratio(quantile(new, 0.5), quantile(old, 0.5))
    p95_ratio = _ratio(quantile(new, 0.95), quantile(old, 0.95))
    enough = p95_ratio > ratio or (median_ratio > ratio and not p95_alone)
    z = _z(rounds, sqrt(ratio))
    decision: bool | None = None
    if z >= FAIL_Z and enough:
        decision = False
    elif _z(rounds, ratio) <= OK_Z:
        decision = True
    wins = sum(pair.new_ms > pair.old_ms for pair in pairs)
    return BodyStanding(decision, z, median_ratio, p95_ratio, len(pairs), wins, len(rounds))


def _ratio(new: float, old: float) -> float:
    return new / old if old > 0 else (1.0 if new <= 0 else float("inf"))


def _z(rounds: Sequence[Sequence[Pair]], stretch: float) -> float:
    """Return the z-score of new against old stretched by a factor."""
    differences = _rank_differences(rounds, stretch)
    pairs = [pair for round_ in rounds for pair in round_]
    if all(pair.environment is not None for pair in pairs):
        by_environment: dict[str | None, float] = {}
        for pair, difference in zip(pairs, (d for round_ in differences for d in round_), strict=True):
            by_environment[pair.environment] = by_environment.get(pair.environment, 0.0) + difference
        return _score(list(by_environment.values()))
    flat = [difference for round_ in differences for difference in round_]
    return _score(flat) / sqrt(_inflation(differences))


def _score(differences: Sequence[float]) -> float:
    spread = sqrt(sum(difference**2 for difference in differences))
    return sum(differences) / spread if spread > 0 else 0.0


def _inflation(differences: Sequence[Sequence[float]]) -> float:
    """Return how much the variance is understated where environments are unknown.

    Every round visits the same environments, so their speeds repeat in each round's sum while noise does not: the
    less the sums of rounds vary against what their pairs vary, the more of the difference is environments.
    """
    count = len(differences)
    if count < 2:
        return 1.0
    flat = [d for round_ in differences for d in round_]
    mean = sum(flat) / len(flat)
    within = sum((d - mean) ** 2 for d in flat) / max(1, len(flat) - 1)
    sums = [sum(round_) for round_ in differences]
    centre = sum(sums) / count
    between = sum((s - centre) ** 2 for s in sums) / (count - 1)
    expected = within * len(flat) / count
    correlation = max(0.0, 1 - between / expected) if expected > 0 else 0.0
    return 1 + (count - 1) * correlation


def _rank_differences(rounds: Sequence[Sequence[Pair]], stretch: float) -> list[list[float]]:
    """Return new rank minus old rank of each pair; ranks are within a probe, as shares of its calls."""
    found = [[0.0] * len(round_) for round_ in rounds]
    places: dict[str, list[tuple[int, int]]] = {}
    for number, round_ in enumerate(rounds):
        for place, pair in enumerate(round_):
            places.setdefault(pair.probe, []).append((number, place))
    for listed in places.values():
        chosen = [rounds[number][place] for number, place in listed]
        ranks = mid_ranks([pair.old_ms * stretch for pair in chosen] + [pair.new_ms for pair in chosen])
        for i, (number, place) in enumerate(listed):
            found[number][place] = (ranks[len(chosen) + i] - ranks[i]) / len(chosen)
    return found
