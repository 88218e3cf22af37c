"""Failed live calls: which of them are the release's."""

from __future__ import annotations

import pytest

from warmgate.judge.live.failures import CHANCE, Share, chance_of, failing_rounds, is_shared
from warmgate.judge.live.rounds import NO_BURST
from warmgate.model.calls import Arm, CallOutcome, Evidence, Phase, Sample

Failing = dict[str, set[int]]


def evidence(
    new: list[Failing], old: list[Failing] | None = None, *, calls: int = 20, environments: int = 5
) -> Evidence:
    """Return rounds of 20 new and 60 old calls; of each twenty, those turns of an environment fail that are named."""
    samples = []
    for arm, rounds in ((Arm.CANDIDATE, new), (Arm.BASELINE, old or [{} for _ in new])):
        for number, failing in enumerate(rounds, start=1):
            for place in range(20 if arm is Arm.CANDIDATE else 60):
                name, turn = "abcdefgh"[place % environments], place % 20 // environments
                bad = turn in failing.get(name, set())
                samples.append(
                    Sample(
                        arm=arm,
                        round=number,
                        position=place,
                        probe="live traffic",
                        phase=Phase.MEASURED,
                        outcome=CallOutcome.TIMEOUT if bad else CallOutcome.OK,
                        environment=f"{arm} {name}",
                    )
                )
    return Evidence(samples=tuple(samples), burst=NO_BURST)


HALF = {name: {0, 2} for name in "abcde"}
QUARTER = {name: {1} for name in "abcde"}
ONE_BAD = {"a": {0, 1, 2, 3}}


def fails(new: list[Failing], old: list[Failing] | None = None, *, number: int = 1, environments: int = 5) -> bool:
    """Return whether rounds fail a limit of one per cent."""
    return failing_rounds((), [(number, evidence(new, old, environments=environments))], 0.01) is not None


@pytest.mark.parametrize("begin", range(10))
def test_failures_of_the_latest_rounds_are_enough(begin: int) -> None:
    """However many good rounds were before them."""
    found = failing_rounds((), [(1, evidence([{}] * begin + [HALF] * (10 - begin)))], 0.01)
    assert found is not None
    share, chance = found
    assert share.bad / share.calls == 0.5
    assert chance == chance_of(Share(share.bad, share.calls), 0.01) <= CHANCE


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ([{}, HALF, HALF], [{}, HALF, HALF]),
        ([ONE_BAD] * 10, None),
        ([{"a": {0}}] * 2, None),
        ([ONE_BAD] * 9 + [{**ONE_BAD, "b": {1}, "c": {1}}], None),
    ],
    ids=["an outage", "one environment", "too few", "one environment and chance"],
)
def test_what_is_not_the_releases_fails_nothing(new: list[Failing], old: list[Failing] | None) -> None:
    """Both versions share it, or one environment has it, or it is chance."""
    assert not fails(new, old)
    assert is_shared([(1, evidence(new, old))], 0.01)


@pytest.mark.parametrize("environments", [1, 2])
def test_fewer_environments_than_three_fail_where_they_carry_all(environments: int) -> None:
    """A fast function with few callers has no more."""
    assert fails([{name: set(range(0, 20, 2)) for name in "ab"}] * 2, environments=environments)


def test_two_environments_of_which_one_fails_are_no_fault_of_the_release() -> None:
    """Nothing is known of the release where the other one is well."""
    assert not fails([{"a": {0, 1, 2, 3, 4}}] * 10, environments=2)


def test_later_stretches_need_more() -> None:
    """The n-th may err 1/n^2 times as often."""
    assert fails([QUARTER] * 2)
    assert not fails([QUARTER] * 2, number=10_000)


def test_the_stretch_before_counts_with_the_next_one_alone() -> None:
    """Stretches that do not follow each other have nothing between them."""
    first, second = evidence([*[{}] * 9, QUARTER]), evidence([QUARTER])
    assert failing_rounds((), [(1, first)], 0.01) is None
    assert failing_rounds((), [(2, second)], 0.01) is None
    assert failing_rounds([(1, first)], [(2, second)], 0.01) is not None
    assert failing_rounds((), [(1, first), (2, second)], 0.01) is not None
    assert failing_rounds((), [(1, first), (3, second)], 0.01) is None
