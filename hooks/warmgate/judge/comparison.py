"""Judges the candidate's durations against the baseline's of the same rounds: a body and a tail scoreboard."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.judge.body import FAIL_Z, BodyStanding, Pair, stand_body
from warmgate.judge.durations import measured_rounds
from warmgate.judge.environments import environment_count
from warmgate.judge.quantile import quantile
from warmgate.model import Arm, Evidence, Finding, Outcome, Sample
from warmgate.policy.values import Basis, RatioLimit

FEWEST_ENVIRONMENTS = 10
TAIL_QUANTILE = 0.97
TAIL_WEIGHT = 13
TAIL_FAIL = 50
TAIL_OK = -50
DISCOUNT = 0.05


@dataclass(frozen=True, slots=True)
class TailStanding:
    """Where the tail stands; `decision` as for the body."""

    decision: bool | None
    score: float
    slow_count: int
    call_count: int
    limit: float
    environments: int


def judge_comparison(limit: RatioLimit, basis: Basis, evidence: Evidence) -> Finding:
    """Return the finding of the relative duration limit."""
    check = f"compare.duration.{limit.statistic}"
    old, new = measured_rounds(evidence, Arm.BASELINE), measured_rounds(evidence, Arm.CANDIDATE)
    if not old or not new:
        return _undecided(check, limit, evidence, "no data: not one measured call of each version", "no data")
    paired = _pairs(old, new)
    environments = min(environment_count(s for r in arm for s in r) for arm in (old, new))
    body = stand_body(paired, limit.ratio, p95_alone=basis is Basis.P95)
    tail = _stand_tail(old, new, limit.ratio)
    outcome = _outcome(body, tail)
    told = f"{_told_body(body, limit)}; {_told_tail(tail, limit)}"
    if outcome is not Outcome.PASSED and environments < FEWEST_ENVIRONMENTS:
        few = f"{environments} environments of {FEWEST_ENVIRONMENTS} needed; {told}"
        return _undecided(check, limit, evidence, few, "too few environments")
    closed = "cap" if evidence.closed in {None, "planned"} else evidence.closed
    undecided = outcome is Outcome.INCONCLUSIVE
    return Finding(
        check=check,
        outcome=outcome,
        reason=told,
        decided=not undecided or evidence.closed is not None,
        measured=body.p95_ratio,
        limit=limit.ratio,
        unit="times",
        margin=1 - body.p95_ratio / limit.ratio,
        bad_count=tail.slow_count,
        sample_count=tail.call_count,
        environment_count=environments,
        proven=_proven(body, tail, limit),
        inconclusive_because=closed if undecided and closed else "",
        leans_to_fail=undecided and (body.leans or tail.score >= TAIL_FAIL / 2),
    )


def _pairs(old: list[list[Sample]], new: list[list[Sample]]) -> list[list[Pair]]:
    """Return the pairs of each interleaved round: the i-th call of a probe in one arm with its i-th in the other."""
    by_round = {round_[0].round: round_ for round_ in new}
    rounds = []
    for old_round in old:
        waiting: dict[str, list[Sample]] = {}
        for sample in sorted(by_round.get(old_round[0].round, []), key=lambda s: s.position):
            waiting.setdefault(sample.probe, []).append(sample)
        pairs = []
        for sample in sorted(old_round, key=lambda s: s.position):
            if waiting.get(sample.probe):
                pairs.append(_pair(sample, waiting[sample.probe].pop(0)))
        if pairs:
            rounds.append(pairs)
    return rounds


def _pair(old: Sample, new: Sample) -> Pair:
    known = f"{old.environment} {new.environment}" if old.environment and new.environment else None
    return Pair(old.probe, old.duration_ms or 0.0, new.duration_ms or 0.0, known)


def _stand_tail(old: list[list[Sample]], new: list[list[Sample]], ratio: float) -> TailStanding:
    standing = TailStanding(None, 0.0, 0, 0, 0.0, 0)
    for look in range(1, len(new) + 1):
        seen_old = [s for round_ in old[:look] for s in round_]
        seen_new = [s for round_ in new[:look] for s in round_]
        standing = _tail_look(seen_old, seen_new, ratio, look)
        if standing.decision is not None:
            break
    return standing


def _tail_look(old: list[Sample], new: list[Sample], ratio: float, look: int) -> TailStanding:
    """Count new calls beyond `ratio` times the 97th percentile of old ones, each probe in units of its old median."""
    units = {probe: quantile([s.duration_ms or 0.0 for s in old if s.probe == probe], 0.5) for probe in {s.probe for s in old}}
    scaled_old = [_scaled(s, units) for s in old]
    limit = ratio * quantile(scaled_old, TAIL_QUANTILE)
    slow = [s for s in new if s.probe in units and _scaled(s, units) > limit]
    score = (len(slow) * TAIL_WEIGHT - (len(new) - len(slow))) / (1 + DISCOUNT * (look - 1))
    environments = environment_count(slow)
    decision: bool | None = None
    if score >= TAIL_FAIL and look >= 2 and environments >= 3:
        decision = False
    elif score <= TAIL_OK:
        decision = True
    return TailStanding(decision, score, len(slow), len(new), limit / ratio, environments)


def _scaled(sample: Sample, units: dict[str, float]) -> float:
    unit = units.get(sample.probe, 0.0)
    duration = sample.duration_ms if sample.duration_ms is not None else float("inf")
    return duration / unit if unit > 0 else duration


def _outcome(body: BodyStanding, tail: TailStanding) -> Outcome:
    if body.decision is False or tail.decision is False:
        return Outcome.FAILED
    if body.decision is True and tail.decision is True:
        return Outcome.PASSED
    return Outcome.INCONCLUSIVE


def _told_body(body: BodyStanding, limit: RatioLimit) -> str:
    sign = ">=" if body.z >= FAIL_Z else "<"
    return (
        f"new is typically {body.median_ratio:.2f}x old (median), p95 {body.p95_ratio:.2f}x (limit {limit.ratio:g}x):"
        f" slower in {body.wins} of {body.pair_count} pairs, z={body.z:.1f} {sign} {FAIL_Z}"
    )


def _told_tail(tail: TailStanding, limit: RatioLimit) -> str:
    return (
        f"{tail.slow_count} of {tail.call_count} calls beyond {limit.ratio:g}x old p97,"
        f" score {tail.score:+.0f} (fails at {TAIL_FAIL:+d}, passes at {TAIL_OK:+d})"
    )


def _proven(body: BodyStanding, tail: TailStanding, limit: RatioLimit) -> str:
    proven = []
    if body.decision is True:
        proven.append(f"excluded: typically {limit.ratio:g}x slower")
    if tail.decision is True:
        proven.append(f"excluded: a tail beyond {limit.ratio:g}x old p97 in 10 % of calls")
    return "; ".join(proven) or "nothing"


def _undecided(check: str, limit: RatioLimit, evidence: Evidence, reason: str, because: str) -> Finding:
    return Finding(
        check=check,
        outcome=Outcome.INCONCLUSIVE,
        reason=reason,
        decided=evidence.closed is not None,
        limit=limit.ratio,
        unit="times",
        inconclusive_because=because,
        proven="nothing",
    )
