"""Lays out the rounds of a judgement: a cold burst, warm-up rounds that are thrown away, then measured rounds."""

from __future__ import annotations

import math
import random
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from warmgate.model.calls import Arm, Burst, Phase
from warmgate.policy.rounds import COMPARED_ROUNDS, measures_warm_calls, round_width
from warmgate.policy.values import Policy, Probe

CAP = 500
"""Measured candidate calls after which no score would change its mind (decision table, p99)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One planned call."""

    arm: Arm
    probe: Probe


@dataclass(frozen=True, slots=True)
class Round:
    """Calls that overlap, in dispatch order."""

    phase: Phase
    number: int
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePlan:
    """Every call that may be made, in order, and what a budget left out."""

    burst: Burst
    seed: int
    rounds: tuple[Round, ...]
    left_out: tuple[str, ...] = ()

    @property
    def call_count(self) -> int:
        """Return how many calls the plan holds."""
        return sum(len(planned.calls) for planned in self.rounds)


def seed_of(text: str) -> int:
    """Return a seed derived from an id, so that a run can be repeated."""
    return zlib.crc32(text.encode())


def plan_probes(policy: Policy, burst: Burst, *, has_baseline: bool, seed: int) -> ProbePlan:
    """Return the plan for a burst of `burst.granted` environments an arm.

    Args:
        policy: whose budget bounds the number of calls and whose probes are mixed by weight.
        burst: what the concurrency allows; 0 granted gives an empty plan.
        has_baseline: whether there is a version to compare with; without one nothing is interleaved.
        seed: orders the calls inside a round.
    """
    if burst.granted < 1:
        return ProbePlan(burst=burst, seed=seed, rounds=(), left_out=("every call: no concurrency left",))
    shuffle = random.Random(seed)  # noqa: S311
    compares = has_baseline and policy.compare.needs_baseline
    arms = (Arm.BASELINE, Arm.CANDIDATE) if compares else (Arm.CANDIDATE,)
    wanted = _wanted_rounds(policy, burst, arms)
    rounds: list[Round] = []
    spent = 0
    mixed: Counter[Phase] = Counter()
    for phase, number, round_arms in wanted:
        width = _width(phase, number, burst, compared=_is_paired(policy, arms))
        cost = width * len(round_arms)
        if spent + cost > policy.budget.invocations:
            break
        spent += cost
        mix = _mix(policy.probes, width, mixed[phase])
        mixed[phase] += width
        rounds.append(Round(phase, number, _calls(mix, round_arms, shuffle)))
    left_out = _left_out(wanted, len(rounds), policy.budget.invocations)
    return ProbePlan(burst=burst, seed=seed, rounds=tuple(rounds), left_out=left_out)


def repeat_probe(plan: ProbePlan, place: int, probe: Probe, calls: int, left: int) -> ProbePlan:
    """Return the plan with the next of some more calls of one probe put at a place, to the candidate alone.

    Args:
        plan: of a run.
        place: of the round that would be next.
        probe: what to call again.
        calls: how many calls are missing; where they do not fit none is made, as fewer would show nothing.
        left: how many calls the budget has room for.
    """
    before, after = plan.rounds[:place], plan.rounds[place:]
    if calls > left and after:
        return plan
    if calls > left:
        what = f"{calls} more calls of probe {probe.name}, of which one failed: budget.invocations has room for {left}"
        return replace(plan, left_out=(*plan.left_out, what))
    number = 1 + sum(planned.phase is Phase.REPEATED for planned in before)
    overlapping = (Call(Arm.CANDIDATE, probe),) * min(calls, plan.burst.granted)
    return replace(plan, rounds=(*before, Round(Phase.REPEATED, number, overlapping), *after))


def try_probes(plan: ProbePlan, place: int, probes: Sequence[tuple[Probe, int]], left: int) -> ProbePlan:
    """Return the plan with calls of some probes to the baseline next, in rounds that are no wider than the burst.

    Args:
        plan: of a run.
        place: of the round that would be next.
        probes: what to call, and how often.
        left: how many calls the budget has room for; where they do not fit none is made.
    """
    calls = tuple(Call(Arm.BASELINE, probe) for probe, count in probes for _ in range(count))
    if len(calls) > left:
        return plan
    before, after = plan.rounds[:place], plan.rounds[place:]
    first = 1 + sum(planned.phase is Phase.TRIAL for planned in before)
    width = max(1, plan.burst.granted)
    chunks = [calls[start : start + width] for start in range(0, len(calls), width)]
    trials = (Round(Phase.TRIAL, number, chunk) for number, chunk in enumerate(chunks, start=first))
    return replace(plan, rounds=(*before, *trials, *after))


def _wanted_rounds(policy: Policy, burst: Burst, arms: tuple[Arm, ...]) -> list[tuple[Phase, int, tuple[Arm, ...]]]:
    # As many calls as were asked for where fewer may overlap: the later ones show no cold start, but all else.
    bursts = math.ceil(burst.asked / burst.granted)
    wanted = [(Phase.PREWARM, number, arms) for number in range(1, bursts + 1)]
    if not measures_warm_calls(policy.limits, policy.compare):
        return wanted
    wanted += [(Phase.WARMUP, number, arms) for number in range(1, policy.warm.rounds + 1)]
    compared = COMPARED_ROUNDS if _is_paired(policy, arms) else 0
    last = max(compared, math.ceil(CAP / burst.granted))
    wanted += [(Phase.MEASURED, number, arms) for number in range(1, compared + 1)]
    # No comparison counts these: they are for limits of the candidate alone.
    wanted += [(Phase.MEASURED, number, (Arm.CANDIDATE,)) for number in range(compared + 1, last + 1)]
    return wanted


def _is_paired(policy: Policy, arms: tuple[Arm, ...]) -> bool:
    """Return whether warm calls are compared with the baseline's."""
    return Arm.BASELINE in arms and policy.compare.in_rounds


def _width(phase: Phase, number: int, burst: Burst, *, compared: bool) -> int:
    """Return how many calls an arm makes in a round: the last burst holds what is left of those that were asked for."""
    if phase is Phase.MEASURED:
        return round_width(number, burst.granted, compared=compared)
    left = burst.asked - (number - 1) * burst.granted if phase is Phase.PREWARM else burst.granted
    return min(burst.granted, left)


def _calls(mix: list[Probe], arms: tuple[Arm, ...], shuffle: random.Random) -> tuple[Call, ...]:
    shuffle.shuffle(mix)
    calls: list[Call] = []
    for probe in mix:
        # The i-th call of one arm and the i-th of the other form a pair: same probe, neighbours in time, random order.
        pair = [Call(arm, probe) for arm in arms]
        shuffle.shuffle(pair)
        calls += pair
    return tuple(calls)


def _mix(probes: tuple[Probe, ...], size: int, offset: int) -> list[Probe]:
    """Return `size` probes in proportion to their weights; rounds continue each other so that rare probes get turns."""
    cycle = [probe for probe in probes for _ in range(probe.weight)]
    stride = _coprime_stride(len(cycle))
    return [cycle[(offset + i) * stride % len(cycle)] for i in range(size)]


def _coprime_stride(length: int) -> int:
    """Return a step near the golden section of `length` that visits every place: it spreads equal probes apart."""
    stride = max(1, round(length * 0.618))
    while math.gcd(stride, length) != 1:
        stride += 1
    return stride


def _left_out(wanted: list[tuple[Phase, int, tuple[Arm, ...]]], kept: int, invocations: int) -> tuple[str, ...]:
    cut = wanted[kept:]
    interleaved = sum(len(arms) > 1 for phase, _, arms in cut if phase is Phase.MEASURED)
    messages = []
    if kept == 0:
        messages.append(f"every call: the burst alone needs more than budget.invocations {invocations}")
    elif any(phase is Phase.WARMUP for phase, _, _ in cut):
        messages.append(f"all measured rounds: budget.invocations {invocations} ends within the warm-up")
    elif interleaved:
        messages.append(f"{interleaved} of {COMPARED_ROUNDS} compared rounds: budget.invocations {invocations}")
    return tuple(messages)
