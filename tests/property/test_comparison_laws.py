"""Laws of the comparison, over environments with speeds of their own, slow paths, and names that may be unknown."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from warmgate.judge import judge
from warmgate.model.calls import Arm, Burst, CallOutcome, Closed, Evidence, Phase, Sample, Start
from warmgate.model.verdict import Outcome, Verdict
from warmgate.policy.values import Basis, Compare, Limits, Policy, RatioLimit

OTHER = {Arm.BASELINE: Arm.CANDIDATE, Arm.CANDIDATE: Arm.BASELINE}


@dataclass(frozen=True)
class Release:
    """How both arms of a run behave: the candidate by a factor, and by how often it takes a slow path."""

    seed: int
    factor: float
    speeds: float
    """Spread of the environments' own speeds."""
    slow_share: float
    rounds: int
    known: bool

    def samples(self) -> list[Sample]:
        """Return the burst and the measured rounds of both arms."""
        draw = random.Random(self.seed)
        speed = {(arm, i): 100 * draw.lognormvariate(0, self.speeds) for arm in Arm for i in range(20)}
        places = [(arm, number, i) for number in range(self.rounds + 1) for i in range(20) for arm in Arm]
        return [self._sample(draw, speed[arm, i], arm, number, i) for arm, number, i in places]

    def _sample(self, draw: random.Random, speed_ms: float, arm: Arm, number: int, place: int) -> Sample:
        new = arm is Arm.CANDIDATE
        ms = speed_ms * draw.lognormvariate(0, 0.2) * (self.factor if new else 1)
        ms *= 3 if new and draw.random() < self.slow_share else 1
        return Sample(
            arm=arm,
            round=max(1, number),
            position=2 * place + new,
            probe="default",
            phase=Phase.MEASURED if number else Phase.PREWARM,
            outcome=CallOutcome.OK,
            start=Start.WARM if number else Start.COLD,
            environment=f"{arm}-{place}" if self.known else None,
            duration_ms=ms,
            init_ms=None if number else ms,
        )


releases = st.builds(
    Release,
    seed=st.integers(0, 10_000),
    factor=st.sampled_from([0.8, 1.0, 1.1, 1.2, 1.3, 1.6]),
    speeds=st.sampled_from([0.0, 0.3, 0.6]),
    slow_share=st.sampled_from([0.0, 0.05, 0.15]),
    rounds=st.integers(1, 7),
    known=st.booleans(),
)


def verdict(samples: list[Sample], ratio: float = 1.2, basis: Basis = Basis.SLOWDOWN) -> Verdict:
    """Return the verdict of both comparisons at one ratio."""
    limit = RatioLimit(statistic="p95", ratio=ratio)
    policy = Policy(
        name="compare", limits=Limits(error_ratio=None), compare=Compare(init=limit, duration=limit, basis=basis)
    )
    return judge(Evidence(samples=tuple(samples), burst=Burst(asked=20, granted=20), closed=Closed.PLANNED), policy)


def outcomes(samples: list[Sample], ratio: float = 1.2, basis: Basis = Basis.SLOWDOWN) -> list[Outcome]:
    """Return the outcomes of both comparisons."""
    return [finding.outcome for finding in verdict(samples, ratio, basis).findings]


@given(release=releases, ratios=st.lists(st.sampled_from([1.05, 1.1, 1.2, 1.4, 2.0]), min_size=2, max_size=2))
def test_raising_a_ratio_never_turns_passed_into_failed(release: Release, ratios: list[float]) -> None:
    """What is not too slow at one ratio is not too slow at a higher one."""
    low, high = sorted(ratios)
    for strict, lax in zip(outcomes(release.samples(), low), outcomes(release.samples(), high), strict=True):
        assert (strict, lax) != (Outcome.PASSED, Outcome.FAILED)


@given(release=releases)
def test_two_versions_are_never_each_slower_than_the_other(release: Release) -> None:
    """Swapping the arms of one run fails no check both ways, however much the environments differ."""
    samples = release.samples()
    swapped = [replace(s, arm=OTHER[s.arm]) for s in samples]
    for there, back in zip(outcomes(samples), outcomes(swapped), strict=True):
        assert (there, back) != (Outcome.FAILED, Outcome.FAILED)


@given(release=releases, order=st.randoms(use_true_random=False))
def test_the_order_inside_a_round_changes_no_byte(release: Release, order: random.Random) -> None:
    """Rounds are looked at as wholes: any order within them gives the same verdict to the last digit."""
    samples = release.samples()
    mixed = sorted(samples, key=lambda s: (s.phase is Phase.MEASURED, s.round, order.random()))
    assert repr(verdict(mixed)) == repr(verdict(samples))


@given(release=releases, factor=st.sampled_from([0.25, 4.0, 1024.0]), basis=st.sampled_from(Basis))
def test_scaling_both_arms_changes_no_outcome(release: Release, factor: float, basis: Basis) -> None:
    """A machine that is slower for both versions is no difference."""
    samples = release.samples()
    scaled = [
        replace(s, duration_ms=(s.duration_ms or 0) * factor, init_ms=s.init_ms and s.init_ms * factor) for s in samples
    ]
    assert outcomes(scaled, basis=basis) == outcomes(samples, basis=basis)


@given(release=releases)
def test_a_basis_of_p95_fails_no_body_that_slowdown_lets_pass(release: Release) -> None:
    """`basis: p95` asks for more to fail than `slowdown` does, and for the same to pass; both see the same tail."""
    slowdown, p95 = (verdict(release.samples(), basis=basis).findings for basis in (Basis.SLOWDOWN, Basis.P95))
    body, by_p95 = slowdown[1].outcome, p95[1].outcome
    assert by_p95 is body or (body, by_p95) != (Outcome.PASSED, Outcome.FAILED)
    assert (slowdown[0], slowdown[2:]) == (p95[0], p95[2:])


@given(release=releases, ratio=st.sampled_from([1.05, 1.2, 1.5, 3.0]), basis=st.sampled_from(Basis))
def test_no_finding_contradicts_itself(release: Release, ratio: float, basis: Basis) -> None:
    """A check that failed has no positive margin, one that passed no negative one, and a body or tail has its own."""
    for finding in verdict(release.samples(), ratio, basis).findings:
        if finding.outcome is Outcome.FAILED:
            assert finding.margin is None or finding.margin <= 0
            assert finding.measured is None or finding.limit is None or finding.measured > finding.limit
        if finding.outcome is Outcome.PASSED:
            assert finding.margin is None or finding.margin >= 0


@given(release=releases, text=st.text(min_size=1), outcome=st.sampled_from([CallOutcome.ERROR, CallOutcome.TIMEOUT]))
def test_a_reason_is_one_short_line_whatever_a_function_calls_its_errors(
    release: Release, text: str, outcome: CallOutcome
) -> None:
    """Names of errors come from the function: they break no line of a report or a log."""
    new = [sample for sample in release.samples() if sample.arm is Arm.CANDIDATE]
    samples = [replace(s, outcome=outcome, error_type=text * 50, duration_ms=None) for s in new]
    policy = Policy(name="errors", limits=Limits(error_ratio=0.0))
    told = judge(Evidence(samples=tuple(samples), burst=Burst(asked=20, granted=20), closed=Closed.PLANNED), policy)
    assert told.findings[0].outcome is Outcome.FAILED
    assert all(len(line.splitlines()) == 1 and len(line) < 400 for line in (told.reason, told.findings[0].reason))


@given(release=releases, slower=st.lists(st.tuples(st.integers(1, 8), st.integers(0, 19)), max_size=40))
def test_more_slow_calls_of_the_candidate_never_turn_a_failed_tail_into_a_passed_one(
    release: Release, slower: list[tuple[int, int]]
) -> None:
    """Whatever environments they fall on, named or not."""
    chosen = set(slower)
    samples = release.samples()
    more = [
        replace(s, duration_ms=1e6) if s.arm is Arm.CANDIDATE and (s.round, s.position // 2) in chosen else s
        for s in samples
    ]

    before, after = (_tail_of(found) for found in (samples, more))

    assert not (before is Outcome.FAILED and after is Outcome.PASSED)


def _tail_of(samples: list[Sample]) -> Outcome:
    evidence = Evidence(samples=tuple(samples), burst=Burst(asked=20, granted=20), closed=Closed.PLANNED)
    policy = Policy(
        name="law", limits=Limits(error_ratio=None), compare=Compare(duration=RatioLimit(statistic="p95", ratio=1.2))
    )
    return next(f.outcome for f in judge(evidence, policy).findings if f.check == "compare.duration.tail")
