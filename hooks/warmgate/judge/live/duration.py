"""Judges how long live calls take, old against new, where each version runs in a few environments of its own.

Our own calls meet twenty environments of each arm; live traffic of a small share may meet three. So environments are
not dealt out but taken as a sample each: the difference of the arms is weighed against how much environments differ
(a random-effects mean), and a call is slow for the tail when it is slow for its own environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

from warmgate.judge.binomial import permutation_p_value
from warmgate.judge.compare.body import FAIL_Z, OK_Z
from warmgate.judge.compare.tail import (
    ALLOWED,
    BALANCE,
    CHANCE,
    DISCOUNT_ROUNDS,
    FAIL_AT,
    OK_AT,
    QUANTILE,
    RULED_OUT,
    WEIGHT,
)
from warmgate.judge.environments import FEWEST_ENVIRONMENTS
from warmgate.judge.finding import OUTCOMES, why_open, without_data
from warmgate.judge.limits.durations import measured_rounds
from warmgate.judge.quantile import quantile
from warmgate.judge.wording import counted, points
from warmgate.model.calls import Arm, Closed, Evidence, Sample
from warmgate.model.figures import percent, times
from warmgate.model.verdict import Because, Finding, Unit
from warmgate.policy.values import RatioLimit

BODY, TAIL = "live.duration.body", "live.duration.tail"
FEWEST_CALLS = 3
"""Of an environment, to have a median."""
LEAST_SPREAD = 0.10
"""Standard deviation of the logarithm of an environment's speed that is taken for granted: few show none by chance."""
LOOK_EVERY = 2
"""Rounds; a stretch of ten has five looks."""
MEDIAN_NOISE = 1.57
"""Variance of a median against that of a mean, for the normal distribution (pi / 2)."""
QUARTILES = 1.349
"""Quartile distance of the normal distribution, in standard deviations."""


_Rounds = list[list[Sample]]


@dataclass(frozen=True, slots=True)
class _Body:
    decision: bool | None = None
    z: float = 0.0
    ratio: float = 1.0
    calls: int = 0
    leans: bool = False


@dataclass(frozen=True, slots=True)
class _Tail:
    decision: bool | None = None
    score: float = 0.0
    slow: int = 0
    calls: int = 0
    old_slow: int = 0
    old_calls: int = 0
    leans: bool = False


def fail_z(stretch: int) -> float:
    """Return the FAIL line of the n-th stretch: it may err 1/n^2 times as often as the first.

    A normal tail falls like exp(-z^2/2); the sum of 1/n^2 is 1.64, however long the watch lasts.
    """
    return sqrt(FAIL_Z * FAIL_Z + 4 * log(stretch))


def tail_fails_at(stretch: int) -> float:
    """Return the FAIL line of the tail's score in the n-th stretch, likewise.

    A point is worth ln((1 - allowed) / (1 - ruled out)) of a likelihood ratio, by which Wald bounds reaching a line.
    """
    return FAIL_AT + 2 * log(stretch) / log((1 - ALLOWED) / (1 - RULED_OUT))


def judge_live_durations(limit: RatioLimit, evidence: Evidence, stretch: int) -> list[Finding]:
    """Return the findings of body and tail for one stretch: the tail after every round, the body at five."""
    old, new = measured_rounds(evidence, Arm.BASELINE), measured_rounds(evidence, Arm.CANDIDATE)
    if not old or not new:
        what = "not one warm live call of each version"
        return [
            without_data(BODY, limit.ratio, Unit.TIMES, evidence.closed, what),
            without_data(TAIL, BALANCE, Unit.RATIO, evidence.closed, what),
        ]
    body, tail = _Body(), _Tail()
    numbers = [round_[0].round for round_ in new]
    for seen, until in enumerate(numbers, start=1):
        before = [sample for round_ in old if round_[0].round <= until for sample in round_]
        after = [sample for round_ in new if round_[0].round <= until for sample in round_]
        if not before:
            continue
        if body.decision is None and (seen % LOOK_EVERY == 0 or seen == len(numbers)):
            body = _stand_body(before, after, limit.ratio, stretch)
        if tail.decision is None:
            tail = _stand_tail(before, after, limit.ratio, seen, stretch)
        if body.decision is False or tail.decision is False:
            break
    seen_by = _Seen.of(old, new, stretch, evidence.closed)
    return [_body_finding(body, limit.ratio, seen_by), _tail_finding(tail, limit.ratio, seen_by)]


def _stand_body(old: Sequence[Sample], new: Sequence[Sample], ratio: float, stretch: int) -> _Body:
    levels = _round_levels(old)
    arms = [_environment_logs(samples, levels) for samples in (old, new)]
    if min(len(arm) for arm in arms) < FEWEST_ENVIRONMENTS:
        return _Body()
    noise = _call_variance(arms)
    spread = max(LEAST_SPREAD**2, _between_variance(arms, noise))
    (old_mean, old_variance), (new_mean, new_variance) = (_weighted(arm, spread, noise) for arm in arms)
    difference, error = new_mean - old_mean, sqrt(old_variance + new_variance)
    z, z_beyond = (difference - log(ratio) / 2) / error, (difference - log(ratio)) / error
    decision: bool | None = None
    if z >= fail_z(stretch) and difference > log(ratio):
        decision = False
    elif z_beyond <= OK_Z:
        decision = True
    return _Body(
        decision, z, exp(difference), len(new), leans=z >= fail_z(stretch) / sqrt(2) and difference > log(ratio)
    )


def _round_levels(old: Sequence[Sample]) -> dict[int, float]:
    """Return the logarithm of the baseline's median by round: what slows a while down slows both versions down."""
    rounds: dict[int, list[float]] = {}
    for sample in old:
        rounds.setdefault(sample.round, []).append(_log(sample))
    return {number: quantile(values, 0.5) for number, values in rounds.items()}


def _log(sample: Sample) -> float:
    # A call that never came to an end took an hour: a median does not mind how long.
    return log(max(sample.duration_ms, 0.01)) if sample.duration_ms is not None else log(3.6e6)


def _environment_logs(samples: Sequence[Sample], levels: dict[int, float]) -> list[list[float]]:
    """Return the logarithms of durations by environment, against the baseline's level of the round."""
    middle = quantile(list(levels.values()), 0.5)
    found: dict[str | None, list[float]] = {}
    for sample in samples:
        found.setdefault(sample.environment, []).append(_log(sample) - levels.get(sample.round, middle))
    return [values for values in found.values() if len(values) >= FEWEST_CALLS]


def _call_variance(arms: Sequence[Sequence[Sequence[float]]]) -> float:
    """Return the variance of calls around the median of their environment, by quartiles: a tail does not move it."""
    centred = [v - quantile(values, 0.5) for arm in arms for values in arm for v in values]
    return ((quantile(centred, 0.75) - quantile(centred, 0.25)) / QUARTILES) ** 2


def _between_variance(arms: Sequence[Sequence[Sequence[float]]], noise: float) -> float:
    """Return how much medians of environments of one arm vary beyond what the noise of calls explains."""
    squares = freedom = 0.0
    for arm in arms:
        medians = [quantile(values, 0.5) for values in arm]
        centre = sum(medians) / len(medians)
        expected = sum(MEDIAN_NOISE * noise / len(values) for values in arm) / len(arm)
        squares += sum((value - centre) ** 2 for value in medians) - (len(arm) - 1) * expected
        freedom += len(arm) - 1
    return max(0.0, squares / freedom)


def _weighted(arm: Sequence[Sequence[float]], spread: float, noise: float) -> tuple[float, float]:
    """Return the random-effects mean of an arm's environments and its variance."""
    weights = [1 / (spread + MEDIAN_NOISE * noise / len(values)) for values in arm]
    total = sum(weights)
    mean = sum(weight * quantile(values, 0.5) for weight, values in zip(weights, arm, strict=True)) / total
    return mean, 1 / total


def _stand_tail(old: Sequence[Sample], new: Sequence[Sample], ratio: float, looked: int, stretch: int) -> _Tail:
    """Count calls that are slow for their own environment: an environment that is slow as a whole is the body's."""
    levels = _round_levels(old)
    old_excess, new_excess = (_excess(samples, levels) for samples in (old, new))
    limit = log(ratio) + quantile([value for _, value in old_excess], QUANTILE)
    old_slow = sum(value > limit for _, value in old_excess)
    slow = [name for name, value in new_excess if value > limit]
    worst = max(set(slow), key=lambda name: (slow.count(name), str(name)), default=None)
    rest_slow, rest = sum(name != worst for name in slow), sum(name != worst for name, _ in new_excess)
    score, rest_score = _score(len(slow), len(new_excess), looked), _score(rest_slow, rest, looked)
    line = tail_fails_at(stretch)
    enough = len(set(slow)) >= FEWEST_ENVIRONMENTS and rest_score >= line / 2
    decision: bool | None = None
    chance = permutation_p_value(len(slow), len(new_excess), old_slow, len(old_excess))
    if enough and score >= line and chance <= CHANCE / stretch**2:
        decision = False
    elif score <= OK_AT:
        decision = True
    return _Tail(
        decision=decision,
        score=score,
        slow=len(slow),
        calls=len(new_excess),
        old_slow=old_slow,
        old_calls=len(old_excess),
        leans=enough and score >= line / 2,
    )


def _excess(samples: Sequence[Sample], levels: dict[int, float]) -> list[tuple[str | None, float]]:
    """Return environment and logarithm of each call against the median of its environment."""
    middle = quantile(list(levels.values()), 0.5)
    logs: dict[str | None, list[float]] = {}
    for sample in samples:
        logs.setdefault(sample.environment, []).append(_log(sample) - levels.get(sample.round, middle))
    typical = quantile([value for values in logs.values() for value in values], 0.5)
    found = []
    for name, values in logs.items():
        centre = quantile(values, 0.5) if len(values) >= FEWEST_CALLS else typical
        found += [(name, value - centre) for value in values]
    return found


def _score(slow: int, calls: int, looked: int) -> float:
    return (slow * WEIGHT - (calls - slow)) * DISCOUNT_ROUNDS / (DISCOUNT_ROUNDS + looked - 1)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What both findings rest on."""

    stretch: int
    closed: Closed | None
    old_environments: int
    new_environments: int
    p95_ratio: float

    @staticmethod
    def of(old: _Rounds, new: _Rounds, stretch: int, closed: Closed | None) -> _Seen:
        counts = [len({s.environment for round_ in arm for s in round_}) for arm in (old, new)]
        before, after = ([_duration(s) for round_ in arm for s in round_] for arm in (old, new))
        ratio = quantile(after, 0.95) / max(quantile(before, 0.95), 0.01)
        return _Seen(stretch, closed, counts[0], counts[1], ratio)

    def why_open(self) -> Because:
        few = min(self.old_environments, self.new_environments) < FEWEST_ENVIRONMENTS
        return Because.TOO_FEW_ENVIRONMENTS if few else why_open(self.closed)

    def in_words(self) -> str:
        return f"{self.new_environments} new and {self.old_environments} old environments; by the log"


def _body_finding(body: _Body, ratio: float, seen: _Seen) -> Finding:
    return Finding(
        check=BODY,
        outcome=OUTCOMES[body.decision],
        reason=f"the median live call took {times(body.ratio)} the old version's, the p95 {times(seen.p95_ratio)};"
        f" the limit is {ratio:g}x",
        details=f"medians by environment, z={body.z:.1f} (fails at {fail_z(seen.stretch):.3g}); {seen.in_words()}",
        decided=body.decision is not None or seen.closed is not None,
        measured=body.ratio,
        limit=ratio,
        unit=Unit.TIMES,
        sample_count=body.calls,
        environment_count=min(seen.old_environments, seen.new_environments),
        proven=f"not {ratio:g}x slower as a whole (95 % confidence)" if body.decision else "",
        inconclusive_because=seen.why_open() if body.decision is None else None,
        leans_to_fail=body.decision is None and body.leans,
    )


def _tail_finding(tail: _Tail, ratio: float, seen: _Seen) -> Finding:
    beyond = f"{ratio:g}x the old p{QUANTILE * 100:g}"
    return Finding(
        check=TAIL,
        outcome=OUTCOMES[tail.decision],
        reason=f"{counted(tail.slow, tail.calls, 'live call')} took longer than {beyond} of their environment"
        f" ({tail.old_slow} of the old version's own {tail.old_calls})",
        details=f"score {points(tail.score)} (fails at {tail_fails_at(seen.stretch):+.0f}); {seen.in_words()}",
        decided=tail.decision is not None or seen.closed is not None,
        measured=tail.slow / tail.calls if tail.calls else None,
        limit=BALANCE,
        unit=Unit.RATIO,
        bad_count=tail.slow,
        sample_count=tail.calls,
        environment_count=min(seen.old_environments, seen.new_environments),
        proven=f"fewer than {percent(RULED_OUT)} beyond {beyond} (95 % confidence)" if tail.decision else "",
        inconclusive_because=seen.why_open() if tail.decision is None else None,
        leans_to_fail=tail.decision is None and tail.leans,
    )


def _duration(sample: Sample) -> float:
    return inf if sample.duration_ms is None else sample.duration_ms
