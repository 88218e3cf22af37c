"""The relative error limit: not worse than the baseline by a margin, with a known share of false refusals."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from warmgate.judge import judge
from warmgate.judge.compare.errors import CHECK, Counts, chance_of, evaluate_errors
from warmgate.model.calls import Arm, Burst, CallOutcome, Closed, Evidence, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.values import Compare, Limits, Policy, When

WIDTHS = (20, 20, 20, 20, 10, 20, 20, 20, 20, 20, 20, 20)
"""A burst of 20, three rounds of warm-up, and eight compared rounds: what the default policy makes."""
FULL = sum(WIDTHS)
POLICY = Policy(name="errors", limits=Limits(error_ratio=None), compare=Compare(error_margin=0.0))
RELEASES = 500


def drawn(random: Random, new_share: float, old_share: float) -> list[Counts]:
    """Return the rounds of a release whose calls fail independently."""

    def failures(width: int, share: float) -> int:
        return sum(random.random() < share for _ in range(width))

    return [Counts(failures(width, new_share), width, failures(width, old_share), width) for width in WIDTHS]


def refused(new_share: float, old_share: float, margin: float, releases: int = RELEASES) -> float:
    """Return the share of seeded releases that are refused, those half-way at the end included."""
    random = Random(f"{new_share} {old_share} {margin}")
    count = 0
    for _ in range(releases):
        standing = evaluate_errors(drawn(random, new_share, old_share), margin, FULL)
        assert standing is not None
        count += standing.decision is False or standing.leans
    return count / releases


@pytest.mark.parametrize("share", [0.002, 0.02, 0.1, 0.5, 0.95])
@pytest.mark.parametrize("margin", [0.0, 0.01, 0.04])
def test_at_its_limit_at_most_one_release_in_a_hundred_is_refused(share: float, margin: float) -> None:
    """Whatever share of its calls the baseline fails: simulated, and below the bound that is proven."""
    assert refused(share + margin, share, margin) <= 0.01


@pytest.mark.parametrize(("new", "old", "margin"), [(0.2, 0.0, 0.0), (0.2, 0.0, 0.01), (0.3, 0.05, 0.0)])
def test_what_fails_much_more_than_the_baseline_is_refused(new: float, old: float, margin: float) -> None:
    """A candidate that fails one call in five where the baseline fails none: in 99 of 100 releases, nearly always."""
    assert refused(new, old, margin) >= 0.99


def test_the_chance_is_that_of_the_pack() -> None:
    """Four failures of 20 calls beside none of 20: C(20, 4) / C(40, 4)."""
    assert chance_of(Counts(4, 20, 0, 20), 0.0, 0.005) == pytest.approx(4845 / 91390)
    assert chance_of(Counts(0, 20, 5, 20), 0.0, 0.005) == 1.0


def samples(new: CallOutcome, old: CallOutcome, *, every: int = 1) -> list[Sample]:
    """Return the calls of a whole run; every n-th call of a version ends as said, in environments with names."""
    found = []
    phases = [(Phase.PREWARM, 1), *((Phase.WARMUP, n) for n in (1, 2, 3)), *((Phase.MEASURED, n) for n in range(1, 9))]
    for (phase, number), width in zip(phases, WIDTHS, strict=True):
        for place in range(width):
            for arm, outcome in ((Arm.BASELINE, old), (Arm.CANDIDATE, new)):
                found.append(
                    Sample(
                        arm=arm,
                        round=number,
                        position=2 * place,
                        probe="default",
                        phase=phase,
                        outcome=outcome if (place + number) % every == 0 else CallOutcome.OK,
                        start=Start.WARM,
                        environment=f"{arm} {place}",
                        duration_ms=20.0,
                    )
                )
    return found


def found(calls: list[Sample], policy: Policy = POLICY, closed: Closed | None = Closed.PLANNED) -> Finding:
    """Return the finding of the comparison."""
    verdict = judge(Evidence(samples=tuple(calls), burst=Burst(asked=20, granted=20), closed=closed), policy)
    return next(finding for finding in verdict.findings if finding.check == CHECK)


def test_a_worse_candidate_is_refused_with_both_rates() -> None:
    """The reason holds what people compare: failures and calls of both versions."""
    finding = found(samples(CallOutcome.ERROR, CallOutcome.OK, every=5))

    assert finding.outcome is Outcome.FAILED
    assert finding.reason == ("12 of 60 calls failed (20 %), 0 of the baseline's own 60 (0 %); the limit is +0 %")
    assert (finding.measured, finding.limit, finding.bad_count) == (0.2, 0.0, 12)


def test_a_baseline_that_fails_as_often_refuses_nothing() -> None:
    """One call in five of both."""
    finding = found(samples(CallOutcome.TIMEOUT, CallOutcome.TIMEOUT, every=5))

    assert finding.outcome is Outcome.PASSED


def test_a_release_without_a_failure_passes_after_three_rounds() -> None:
    """Sixty clean calls rule out that one call in ten fails."""
    calls = [each for each in samples(CallOutcome.OK, CallOutcome.OK) if each.phase is not Phase.MEASURED]
    early = [each for each in calls if each.phase is Phase.PREWARM or each.round == 1]

    assert found(early, closed=None).decided is False
    passed = found(calls, closed=None)
    assert (passed.outcome, passed.decided) == (Outcome.PASSED, True)
    assert passed.proven == "fewer than 10 % fail (95 % confidence)"


def test_one_broken_environment_refuses_nothing() -> None:
    """It fails every call that it gets; that is one bad neighbour."""
    calls = [
        replace(each, outcome=CallOutcome.ERROR) if each.environment == "candidate 3" else each
        for each in samples(CallOutcome.OK, CallOutcome.OK)
    ]
    assert found(calls).outcome is not Outcome.FAILED


def test_a_difference_that_may_be_chance_passes_with_a_warning() -> None:
    """Beyond the margin, and not surely so."""
    calls = samples(CallOutcome.OK, CallOutcome.OK)
    few = {20, 90, 150, 201, 260, 333}
    calls = [
        replace(each, outcome=CallOutcome.ERROR) if each.arm is Arm.CANDIDATE and place // 2 in few else each
        for place, each in enumerate(calls)
    ]
    policy = replace(POLICY, when=When())
    evidence = Evidence(samples=tuple(calls), burst=Burst(asked=20, granted=20), closed=Closed.PLANNED)
    verdict = judge(evidence, policy)

    assert verdict.status is Status.SUCCEEDED


def test_without_a_baseline_nothing_is_compared() -> None:
    """A first release passes saying so."""
    calls = [each for each in samples(CallOutcome.OK, CallOutcome.OK) if each.arm is Arm.CANDIDATE]

    assert found(calls).reason == "not compared: there is no baseline"


def test_without_a_usable_round_there_is_no_data() -> None:
    """Throttled calls say nothing of either version."""
    finding = found(samples(CallOutcome.THROTTLED, CallOutcome.OK))

    assert finding.inconclusive_because == "no data"
