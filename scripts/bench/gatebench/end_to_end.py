"""Whole releases against the default policy: what all its checks do together, and to each fault alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.gatebench.changes import SLOW_PATH
from bench.gatebench.intervals import interval
from bench.gatebench.ours import planned_rounds, sizes_of
from support.traffic.generators import FAMILIES, P95, Call, Change, record
from warmgate.judge.replaying import replay
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.parse import parse_policy

DEFAULT = Path(__file__).resolve().parents[3] / "policies" / "default.yaml"
POLICY = parse_policy(DEFAULT.read_text(encoding="utf-8"), DEFAULT.name)
ROUNDS = sizes_of(POLICY)
SEED = "end to end 1"
INIT_SPREAD = 0.25
"""Standard deviation of the logarithm of a cold start; of public records the median is 0.20."""
INIT_P95_MS = 3000.0
"""The limit of the default policy."""
MEMORY_MB = 256.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a new version is, beside the one that serves."""

    name: str
    goal: str = ""
    most: float | None = None
    """The share that may be refused, where the goal is one."""
    times: float = 1.0
    """By how much every call takes longer."""
    slow_share: float = 0.0
    """Of calls that take three times as long."""
    init_times: float = 1.0
    """By how much a cold start takes longer."""
    init_p95: float = 0.7
    """Of the new version, in units of its limit."""
    failing: float = 0.0
    """The share of calls that fail, independently."""
    memory: float = 0.5
    """The share of its memory that a call uses."""

    def change(self) -> Change:
        """Return what a call becomes."""

        def changed(duration_ms: float, random: Random) -> float:
            slow = self.slow_share and random.random() < self.slow_share
            return duration_ms * (SLOW_PATH if slow else self.times)

        return changed


RELEASES = (
    Release(name="unchanged", goal="<= 0.5 %", most=0.005),
    Release(
        name="every metric at 0.9 of its limit",
        goal="<= 2 %",
        most=0.02,
        times=1.08,
        init_times=1.08,
        init_p95=0.9,
        memory=0.81,
    ),
    Release(name="every metric at its limit", times=1.2, init_times=1.2, init_p95=1.0, memory=0.9),
    Release(name="calls 1.5 times as long", goal=">= 99 %", times=1.5),
    Release(name="1 call in 10 three times as long", goal=">= 80 %", slow_share=0.10),
    Release(name="1 call in 5 three times as long", goal=">= 95 %", slow_share=0.20),
    Release(name="cold starts 1.5 times as long", goal=">= 90 %", init_times=1.5),
    Release(name="cold starts at 1.5 times their limit", goal=">= 70 %", init_p95=1.5),
    Release(name="1 call in 20 fails", goal=">= 99 %", failing=0.05),
    Release(name="memory at 0.95", goal=">= 99 %", memory=0.95),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the releases of a kind."""

    release: Release
    runs: int
    refused: int
    calls: float
    by: Counter[str]
    """How many of the refusals each check takes part in."""


def measure(runs: int, workers: int, releases: Sequence[Release] = RELEASES) -> list[Told]:
    """Return what the default policy says of so many releases of each kind."""
    with ProcessPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(_measure, releases, [runs] * len(releases)))


def _measure(release: Release, runs: int) -> Told:
    refused, calls = 0, 0
    by: Counter[str] = Counter()
    for number in range(runs):
        found = replay(samples_of(release, number), POLICY)
        calls += found.calls
        if found.verdict.status is Status.FAILED:
            refused += 1
            by.update(finding.check for finding in found.verdict.findings if _refuses(finding))
    return Told(release, runs, refused, calls / runs, by)


def _refuses(finding: Finding) -> bool:
    return finding.outcome is Outcome.FAILED or (finding.outcome is Outcome.INCONCLUSIVE and finding.leans_to_fail)


def samples_of(release: Release, number: int) -> list[Sample]:
    """Return the n-th release as the hook would have recorded it: burst, warm-up, ten measured rounds; unnamed."""
    family = FAMILIES[number % len(FAMILIES)]
    random = Random(f"{SEED} {release.name} {number}")
    recording = record(family, release.change(), random)
    samples = []
    measured = list(planned_rounds(recording, ROUNDS))
    for place, (arm, opened) in enumerate(((Arm.BASELINE, recording.old), (Arm.CANDIDATE, recording.new))):
        samples += _arm(release, arm, opened, [calls[place] for calls in measured], random)
    return samples


def _arm(
    release: Release, arm: Arm, opened: list[list[Call]], measured: list[list[Call]], random: Random
) -> list[Sample]:
    phases = [(Phase.PREWARM, 1, opened[0]), *((Phase.WARMUP, n + 1, opened[n]) for n in range(POLICY.warm.rounds))]
    phases += [(Phase.MEASURED, n, calls) for n, calls in enumerate(measured, start=1)]
    return [
        Sample(
            arm=arm,
            round=number,
            position=place,
            probe="default",
            phase=phase,
            outcome=CallOutcome.OK,
            start=Start.COLD if phase is Phase.PREWARM else Start.WARM,
            duration_ms=call.duration_ms,
            init_ms=_init_ms(release, arm, random) if phase is Phase.PREWARM else None,
            memory_mb=MEMORY_MB * (release.memory if arm is Arm.CANDIDATE else 0.5),
            memory_size_mb=MEMORY_MB,
        )
        if arm is Arm.BASELINE or random.random() >= release.failing
        else _failed(phase, number, place)
        for phase, number, calls in phases
        for place, call in enumerate(calls)
    ]


def _init_ms(release: Release, arm: Arm, random: Random) -> float:
    median_ms = INIT_P95_MS * release.init_p95 / math.exp(P95 * INIT_SPREAD)
    times = 1.0 if arm is Arm.CANDIDATE else release.init_times
    return median_ms / times * math.exp(random.gauss(0, INIT_SPREAD))


def _failed(phase: Phase, number: int, place: int) -> Sample:
    return Sample(
        arm=Arm.CANDIDATE,
        round=number,
        position=place,
        probe="default",
        phase=phase,
        outcome=CallOutcome.ERROR,
        start=Start.COLD if phase is Phase.PREWARM else Start.WARM,
        error_type="Error",
    )


def table_of(told: list[Told]) -> str:
    """Return the figures as a Markdown table."""
    rows = ["| release | refused | 95 % interval | goal | calls | by check |", "|---|---:|---:|---:|---:|---|"]
    for each in told:
        low, high = interval(each.refused, each.runs)
        by = ", ".join(f"{check} {count / each.runs:.1%}" for check, count in each.by.most_common())
        rows.append(
            f"| {each.release.name} | {each.refused / each.runs:.1%} | {low:.1%} to {high:.1%}"
            f" | {each.release.goal} | {each.calls:.0f} | {by} |"
        )
    return "\n".join(rows) + "\n"
