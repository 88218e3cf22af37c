"""The body scoreboard: is the candidate slower than the baseline over the whole range, and by enough?

Old and new calls of a round are ranked together, so that what slows a whole round down slows both arms alike. Where
nothing changed, any environments of a function could have been the new ones: that gives the spread of the rank-sum,
whatever the latency's shape. Constants are Pocock's for eight looks: 1 % and 5 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, isinf, sqrt

from warmgate.judge.quantile import quantile
from warmgate.judge.ranks import mid_ranks
from warmgate.policy.rounds import COMPARED_ROUNDS

FAIL_Z = 2.88
OK_Z = -2.27
HALF_WAY_Z = 2.33
"""Where no calls follow: 1 % of what is slower by the root of the ratio."""
LOOKS = COMPARED_ROUNDS
CLEARLY = 1.125
"""A measured median so far beyond the limit fails at any look."""
SETTLED_FROM, LATEST = 4, 2
"""Less than that fails from the fourth look on, where the latest two rounds alone are beyond the limit, too."""
EXPECTED_CORRELATION = 0.3
EXPECTED_WEIGHT = 2
"""What calls of one environment are taken to share where environments are unknown, and how many rounds that weighs."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One call; a call that never came to an end took forever."""

    probe: str
    environment: str | None
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Round:
    """The calls of both arms in one round."""

    old: Sequence[Timing]
    new: Sequence[Timing]


@dataclass(frozen=True, slots=True)
class BodyStanding:
    """Where the body stands; `decision` is True for no slower, False for slower, None while open."""

    decision: bool | None
    z: float
    """Of new against old stretched by the square root of the allowed ratio."""
    median_ratio: float
    p95_ratio: float
    slower_share: float
    """How often a new call was slower than an old one of its round; equal ones count half."""
    call_count: int
    leans: bool
    """Whether it is at least half-way to FAIL, and more likely beyond the allowed ratio than within."""


NOTHING = BodyStanding(None, 0.0, 1.0, 1.0, 0.5, 0, leans=False)


def evaluate_body(rounds: Sequence[Round], ratio: float, *, by_p95: bool = False) -> BodyStanding:
    """Return where the body stands after the rounds, looked at after each of them.

    What has passed is watched while other checks go on. A new version may settle for longer than it was warmed for,
    while the old one is warm: a slowdown near the limit is given its rounds.

    Args:
        rounds: the rounds that hold calls of both arms.
        ratio: the allowed ratio; the null hypothesis is its square root, so that FAIL means sure and by enough.
        by_p95: whether only the p95 may show that it is enough, else the median may, too.
    """
    counted = rounds[:LOOKS]
    sure, beyond = _z_scores(counted, sqrt(ratio)), _z_scores(counted, ratio)
    passed = None
    for look in range(1, len(counted) + 1):
        z, z_beyond = sure[look - 1], beyond[look - 1]
        if z >= FAIL_Z and _stays(counted[:look], ratio, by_p95=by_p95):
            return _standing(counted[:look], z, False, leans=False)
        if z_beyond <= OK_Z and passed is None:
            passed = look
    if passed is not None:
        return _standing(counted[:passed], sure[passed - 1], True, leans=False)
    if not counted:
        return NOTHING
    beyond_limit = _enough(counted, ratio, by_p95=True) if by_p95 else beyond[-1] > 0
    leans = sure[-1] >= HALF_WAY_Z and beyond_limit and _stays(counted, ratio, by_p95=by_p95)
    return _standing(counted, sure[-1], None, leans=leans)


def _stays(rounds: Sequence[Round], ratio: float, *, by_p95: bool) -> bool:
    """Return whether the slowdown is beyond the limit, and either clearly or in the latest rounds as well."""
    if not _enough(rounds, ratio, by_p95=by_p95):
        return False
    old, new = _durations(rounds)
    if _ratio(quantile(new, 0.5), quantile(old, 0.5)) >= CLEARLY * ratio:
        return True
    return len(rounds) >= SETTLED_FROM and _enough(rounds[-LATEST:], ratio, by_p95=by_p95)


def _standing(rounds: Sequence[Round], z: float, decision: bool | None, *, leans: bool) -> BodyStanding:
    old, new = _durations(rounds)
    return BodyStanding(
        decision=decision,
        z=z,
        median_ratio=_ratio(quantile(new, 0.5), quantile(old, 0.5)),
        p95_ratio=_ratio(quantile(new, 0.95), quantile(old, 0.95)),
        slower_share=_slower_share(rounds),
        call_count=len(new),
        leans=leans,
    )


def _durations(rounds: Sequence[Round]) -> tuple[list[float], list[float]]:
    old = [call.duration_ms for round_ in rounds for call in round_.old]
    return old, [call.duration_ms for round_ in rounds for call in round_.new]


def _enough(rounds: Sequence[Round], ratio: float, *, by_p95: bool) -> bool:
    old, new = _durations(rounds)
    return any(
        _ratio(quantile(new, share), quantile(old, share)) > ratio for share in ((0.95,) if by_p95 else (0.95, 0.5))
    )


def _ratio(new: float, old: float) -> float:
    if isinf(new):
        return 1.0 if isinf(old) else inf
    return new / old if old > 0 else (1.0 if new <= 0 else inf)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A round's rank scores: above 0 is slower than the middle of the round."""

    by_environment: dict[tuple[bool, str | None], float]
    """Sums by arm (True is new) and environment."""
    new_sum: float
    variance: float
    """Of `new_sum`, were the arms dealt to the calls at random."""


def _z_scores(rounds: Sequence[Round], stretch: float) -> list[float]:
    """Return the z-score of new against old stretched by a factor, after each round."""
    ranked = [_ranked(round_, stretch) for round_ in rounds]
    if all(call.environment is not None for round_ in rounds for call in (*round_.old, *round_.new)):
        return _z_of_environments(ranked)
    return _z_of_rounds(ranked)


def _z_of_environments(ranked: Iterable[_Ranked]) -> list[float]:
    """Deal the arms to whole environments: calls of one environment need not be independent."""
    sums: dict[tuple[bool, str | None], float] = {}
    found = []
    for round_ in ranked:
        for key, score in round_.by_environment.items():
            sums[key] = sums.get(key, 0.0) + score
        new_count = sum(is_new for is_new, _ in sums)
        total = sum(score for (is_new, _), score in sums.items() if is_new)
        found.append(_z(total, _permutation_variance(sums.values(), new_count)))
    return found


def _z_of_rounds(ranked: Sequence[_Ranked]) -> list[float]:
    """Deal the arms to calls, and widen by what calls of one environment share.

    Every round visits the same environments, so their speeds repeat in each round's sum while noise does not: the
    less the sums of rounds vary against what dealing makes them vary, the more of the difference is environments.
    """
    found = []
    for look in range(1, len(ranked) + 1):
        sums = [round_.new_sum for round_ in ranked[:look]]
        variance = sum(round_.variance for round_ in ranked[:look])
        centre, expected = sum(sums) / look, variance / look
        between = sum((value - centre) ** 2 for value in sums)
        own_share = (between / expected if expected > 0 else 0.0) + EXPECTED_WEIGHT * (1 - EXPECTED_CORRELATION)
        correlation = max(0.0, 1 - own_share / (look - 1 + EXPECTED_WEIGHT))
        found.append(_z(sum(sums), variance * (1 + (look - 1) * correlation)))
    return found


def _z(total: float, variance: float) -> float:
    return total / sqrt(variance) if variance > 1e-12 else 0.0


def _permutation_variance(scores: Iterable[float], new_count: int) -> float:
    """Return the variance of the sum of `new_count` of the scores, drawn at random; they sum to about 0."""
    listed = list(scores)
    count = len(listed)
    if count < 2:
        return 0.0
    return new_count * (count - new_count) / (count * (count - 1)) * sum(score * score for score in listed)


def _ranked(round_: Round, stretch: float) -> _Ranked:
    """Rank a round within each probe; van Elteren's weights let probes of different counts be added."""
    sums: dict[tuple[bool, str | None], float] = {}
    total = variance = 0.0
    for old, new in _by_probe(round_):
        count = len(old) + len(new)
        ranks = mid_ranks([call.duration_ms * stretch for call in old] + [call.duration_ms for call in new])
        scores = [rank / (count + 1) - 0.5 for rank in ranks]
        variance += _permutation_variance(scores, len(new))
        total += sum(scores[len(old) :])
        for place, (call, score) in enumerate(zip((*old, *new), scores, strict=True)):
            key = (place >= len(old), call.environment)
            sums[key] = sums.get(key, 0.0) + score
    return _Ranked(sums, total, variance)


def _by_probe(round_: Round) -> Iterable[tuple[list[Timing], list[Timing]]]:
    """Return the calls of each probe that both arms had in a round."""
    probes: dict[str, tuple[list[Timing], list[Timing]]] = {}
    for place, calls in enumerate((round_.old, round_.new)):
        for call in calls:
            probes.setdefault(call.probe, ([], []))[place].append(call)
    return [both for both in probes.values() if all(both)]


def _slower_share(rounds: Sequence[Round]) -> float:
    wins = comparisons = 0.0
    for round_ in rounds:
        for old, new in _by_probe(round_):
            ranks = mid_ranks([call.duration_ms for call in (*old, *new)])
            wins += sum(ranks[len(old) :]) - len(new) * (len(new) + 1) / 2
            comparisons += len(old) * len(new)
    return wins / comparisons if comparisons else 0.5
