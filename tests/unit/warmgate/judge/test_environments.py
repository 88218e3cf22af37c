"""Failures by environment in, a finding out: a share of them refuses once it is more than some broken environments."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from unit.warmgate.judge.series import evidence, sample
from warmgate.judge.limits.errors import judge_errors
from warmgate.model.calls import CallOutcome, Sample
from warmgate.model.verdict import Because, Outcome


def in_environments(*places: int, named: bool = True, rounds: int = 14, size: int = 20) -> list[Sample]:
    """Return rounds in which the calls of some environments all fail."""
    return [
        sample(
            round=number,
            position=place,
            environment=str(place) if named else None,
            outcome=CallOutcome.ERROR if place in places else CallOutcome.OK,
        )
        for number in range(1, rounds + 1)
        for place in range(size)
    ]


@pytest.mark.parametrize(
    ("places", "named", "outcome"),
    [
        ((0,), True, Outcome.INCONCLUSIVE),
        ((0, 1), True, Outcome.INCONCLUSIVE),
        ((0, 1, 2), True, Outcome.FAILED),
        ((0,), False, Outcome.INCONCLUSIVE),
        ((0, 1), False, Outcome.FAILED),
    ],
)
def test_a_share_counts_from_as_many_environments_as_chance_does_not_break(
    places: tuple[int, ...], *, named: bool, outcome: Outcome
) -> None:
    """Under 1 %, two of 20 broken environments may be chance; unnamed, two that overlap are asked for, not three."""
    finding = judge_errors(0.01, evidence(in_environments(*places, named=named)), 300)

    assert finding.outcome is outcome
    if outcome is Outcome.INCONCLUSIVE:
        assert (finding.inconclusive_because, finding.leans_to_fail) == (Because.TOO_FEW_ENVIRONMENTS, False)
        assert finding.details.startswith(f"failures in {'' if named else 'at least '}{len(places)} environments; ")


@pytest.mark.parametrize(("size", "outcome"), [(1, Outcome.FAILED), (2, Outcome.FAILED)])
def test_all_environments_that_there_are_suffice(size: int, outcome: Outcome) -> None:
    """A function with one environment or two is refused by what they show."""
    assert judge_errors(0.01, evidence(in_environments(*range(size), size=size)), 300).outcome is outcome


@pytest.mark.parametrize(("always", "outcome"), [(True, Outcome.FAILED), (False, Outcome.INCONCLUSIVE)])
def test_a_probe_that_always_fails_needs_no_environments(outcome: Outcome, *, always: bool) -> None:
    """Unnamed, one call a round could be of one environment; those of a probe that never works are not."""
    samples = [
        replace(s, probe="rare") if s.position == 0 and (always or s.round > 1) else s
        for s in in_environments(0, named=False)
    ]
    fine = [replace(samples[1], round=1, position=20, probe="rare")]

    assert judge_errors(0.01, evidence(samples if always else [*samples, *fine]), 300).outcome is outcome


def test_moving_a_failure_between_rounds_of_one_environment_changes_nothing() -> None:
    """When an environment failed does not matter to how many did."""
    samples = [
        sample(round=number, position=place, environment=str(place), outcome=CallOutcome.OK)
        for number in range(1, 15)
        for place in range(20)
    ]
    bad = {(1, 3), (5, 4), (9, 4), (12, 7), (13, 7)}
    moved = {(2, 3), (5, 4), (11, 4), (12, 7), (14, 7)}
    findings = [
        judge_errors(
            0.01,
            evidence(replace(s, outcome=CallOutcome.ERROR) if (s.round, s.position) in failing else s for s in samples),
            300,
        )
        for failing in (bad, moved)
    ]

    assert findings[0] == findings[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "failing", "share", "named", "low", "high"),
    [
        (0.01, 1.0, 0.0, True, 0.0, 0.01),
        (0.01, 1.0, 0.0, False, 0.0, 0.03),
        (0.02, 0.5, 0.0, True, 0.0, 0.02),
        (0.0, 0.0, 0.01, True, 0.0, 0.02),
        (0.0, 0.0, 0.02, True, 0.13, 0.25),
        (0.0, 0.0, 0.04, True, 0.78, 0.92),
        (0.0, 0.0, 0.04, False, 0.78, 0.92),
    ],
)
def test_what_breaks_by_environment_is_no_rate(
    broken: float, failing: float, share: float, low: float, high: float, *, named: bool
) -> None:
    """Of versions at 1 % one in a hundred is refused, however failures come; what is beyond it is caught."""
    random, refused = Random(f"{broken} {failing} {share}"), 0
    for _ in range(300):
        shares = [failing if random.random() < broken else share for _ in range(20)]
        samples = [
            replace(s, outcome=CallOutcome.ERROR) if random.random() < shares[s.position] else s
            for s in in_environments(named=named)
        ]
        finding = judge_errors(0.01, evidence(samples), 280)
        refused += finding.outcome is Outcome.FAILED or finding.leans_to_fail

    assert low <= refused / 300 <= high
