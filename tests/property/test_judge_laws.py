"""Laws of the judge: what must hold for any evidence."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from property.policy_strategies import policies
from warmgate.judge import judge, verdict_of_findings
from warmgate.judge.environments import spread_enough
from warmgate.model.calls import Arm, Burst, CallOutcome, Closed, DurationSource, Evidence, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.model.verdict import Finding, Mode, Outcome
from warmgate.policy.values import Basis, Compare, Expect, Limits, PercentileLimit, Policy, Probe, RatioLimit

BEST_FIRST = (Outcome.PASSED, Outcome.INCONCLUSIVE, Outcome.ERROR, Outcome.FAILED)
BAD = (CallOutcome.ERROR, CallOutcome.TIMEOUT, CallOutcome.UNEXPECTED_ANSWER)
CLOSINGS = (None, "planned", "cap", "deadline", "budget", "no data", "nonsense")
LIMITS = Policy(
    name="limits",
    limits=Limits(
        init=(PercentileLimit(percentile=0.95, limit_ms=300.0),),
        first_response=(PercentileLimit(percentile=0.95, limit_ms=500.0),),
        duration=(
            PercentileLimit(percentile=0.5, limit_ms=150.0),
            PercentileLimit(percentile=0.95, limit_ms=300.0),
            PercentileLimit(percentile=0.99, limit_ms=600.0),
        ),
        error_ratio=0.01,
        memory_ratio=0.8,
    ),
)
COMPARE = Policy(
    name="compare",
    limits=Limits(error_ratio=None),
    compare=Compare(
        init=RatioLimit(statistic="median", ratio=1.2),
        first_response=RatioLimit(statistic="median", ratio=1.2),
        duration=RatioLimit(statistic="p95", ratio=1.2),
    ),
)

wild = st.none() | st.floats() | st.sampled_from([0.0, -1.0, 5e-324, 1e12, 1e308])
rounds_of_durations = st.lists(
    st.lists(st.sampled_from([100.0, 140.0, 200.0, 299.0, 300.0, 301.0, 900.0]), min_size=3, max_size=20),
    min_size=1,
    max_size=11,
)
wild_samples = st.builds(
    Sample,
    arm=st.sampled_from(Arm),
    round=st.integers(-2, 30),
    position=st.integers(-2, 30),
    probe=st.sampled_from(["default", "other", ""]),
    phase=st.sampled_from(Phase),
    outcome=st.sampled_from(CallOutcome),
    start=st.none() | st.sampled_from(Start),
    environment=st.none() | st.sampled_from("abcdefghijkl"),
    duration_ms=wild,
    duration_source=st.sampled_from(DurationSource),
    init_ms=wild,
    init_failed=st.booleans(),
    failed_init_ms=wild,
    restore_ms=wild,
    memory_mb=wild,
    memory_size_mb=wild,
    error_type=st.none() | st.just("KeyError"),
)
findings = st.builds(
    Finding,
    check=st.just("c"),
    outcome=st.sampled_from([each for each in Outcome if each is not Outcome.SKIPPED]),
    reason=st.just("r"),
    decided=st.booleans(),
    inconclusive_because=st.sampled_from(["", "cap", "no data", "deadline"]),
    leans_to_fail=st.booleans(),
)


def sample(arm: Arm, number: int, position: int, duration: float, **changes: object) -> Sample:
    """Return a warm measured call with some fields changed."""
    fields: dict[str, object] = {
        "arm": arm,
        "round": number,
        "position": position,
        "probe": "default",
        "phase": Phase.MEASURED,
        "outcome": CallOutcome.OK,
        "start": Start.WARM,
        "duration_ms": duration,
        "memory_mb": duration / 10,
        "memory_size_mb": 100.0,
    }
    return Sample(**(fields | changes))  # type: ignore[arg-type]


def candidate(rounds: Sequence[Sequence[float]]) -> list[Sample]:
    """Return the candidate's measured rounds after a burst whose inits are the first round's durations."""
    burst = [
        sample(Arm.CANDIDATE, 1, i, ms, phase=Phase.PREWARM, start=Start.COLD, init_ms=ms)
        for i, ms in enumerate(rounds[0])
    ]
    return burst + [
        sample(Arm.CANDIDATE, number, position, ms)
        for number, series in enumerate(rounds, start=1)
        for position, ms in enumerate(series)
    ]


def both(seed: int, factor: float, spread: float, rounds: int, size: int = 20) -> list[Sample]:
    """Return interleaved log-normal rounds and bursts of both arms; the candidate's are longer by a factor."""
    draw = random.Random(seed)
    found = []
    for number in range(rounds + 1):
        for i in range(size):
            for offset, arm in enumerate(Arm):
                ms = 100 * draw.lognormvariate(0, spread) * (factor if arm is Arm.CANDIDATE else 1.0)
                position = 2 * i + offset
                if number == 0:
                    found.append(sample(arm, 1, position, ms, phase=Phase.PREWARM, start=Start.COLD, init_ms=ms))
                else:
                    found.append(sample(arm, number, position, ms))
    return found


def evidence(samples: Sequence[Sample], closed: Closed | None = Closed.PLANNED) -> Evidence:
    """Return evidence of 20 environments."""
    return Evidence(samples=tuple(samples), burst=Burst(asked=20, granted=20), closed=closed)


def by_check(given_evidence: Evidence, policy: Policy) -> dict[str, Outcome]:
    """Return the outcome of each check."""
    return {finding.check: finding.outcome for finding in judge(given_evidence, policy).findings}


arms = st.builds(
    both,
    seed=st.integers(0, 10_000),
    factor=st.sampled_from([0.8, 1.0, 1.1, 1.2, 1.3, 1.6]),
    spread=st.sampled_from([0.05, 0.3, 0.8]),
    rounds=st.integers(1, 5),
)


@given(samples=st.lists(wild_samples, max_size=80), policy=policies(), closed=st.sampled_from(CLOSINGS))
def test_the_judge_never_raises(samples: list[Sample], policy: Policy, closed: Closed | None) -> None:
    """Whatever was sampled, and whatever the policy, there is a verdict with a reason."""
    given_evidence = replace(evidence(samples, closed), burst=Burst(asked=5, granted=len(samples) - 3))
    verdict = judge(given_evidence, replace(policy, budget=replace(policy.budget, invocations=len(samples))))
    assert verdict.reason
    assert all(finding.reason for finding in verdict.findings)


@given(
    samples=st.lists(wild_samples, max_size=80),
    compare=st.sampled_from(list(Basis)),
    ratio=st.floats(1, 1e6, exclude_min=True),
)
def test_comparing_wild_values_never_raises(samples: list[Sample], compare: Basis, ratio: float) -> None:
    """Each comparison gives its findings for any values of both arms."""
    limit = RatioLimit(statistic="p95", ratio=ratio)
    policy = replace(COMPARE, compare=Compare(init=limit, duration=limit, basis=compare))
    findings = judge(evidence(samples), policy).findings
    assert len(findings) == 3


@given(samples=st.lists(wild_samples, max_size=120), closed=st.sampled_from(CLOSINGS))
def test_no_margin_says_the_opposite_of_its_outcome(samples: list[Sample], closed: Closed | None) -> None:
    """Failed is never with room to spare, not even in what was measured, and passed never beyond the limit."""
    for policy in (LIMITS, COMPARE, replace(COMPARE, compare=replace(COMPARE.compare, basis=Basis.P95))):
        for finding in judge(evidence(samples, closed), policy).findings:
            margin = finding.margin or 0.0
            if finding.outcome is Outcome.FAILED and finding.measured is not None and finding.limit is not None:
                assert finding.measured >= finding.limit
            assert (finding.outcome, margin < 0) != (Outcome.PASSED, True)


@given(samples=st.lists(wild_samples, max_size=80), closed=st.sampled_from(CLOSINGS))
def test_same_evidence_same_verdict(samples: list[Sample], closed: Closed | None) -> None:
    """Nothing but the evidence and the policy decides."""
    for policy in (LIMITS, COMPARE):
        first = judge(evidence(samples, closed), policy)
        assert repr(first) == repr(judge(evidence(list(samples), closed), policy))


@given(samples=st.lists(wild_samples, max_size=60), order=st.randoms(use_true_random=False))
def test_the_order_of_samples_changes_no_absolute_check(samples: list[Sample], order: random.Random) -> None:
    """Rounds are looked at as wholes: any order of the samples gives the same findings."""
    shuffled = list(samples)
    order.shuffle(shuffled)
    assert judge(evidence(shuffled), LIMITS) == judge(evidence(samples), LIMITS)


@given(samples=arms, order=st.randoms(use_true_random=False))
def test_the_order_of_samples_in_the_tuple_changes_no_comparison(samples: list[Sample], order: random.Random) -> None:
    """Positions make pairs, not places in the tuple: within a round any order gives the same outcomes."""
    keys = {id(s): order.random() for s in samples}
    shuffled = sorted(samples, key=lambda s: (s.phase != Phase.PREWARM, s.round, keys[id(s)]))
    assert by_check(evidence(shuffled), COMPARE) == by_check(evidence(samples), COMPARE)


@given(samples=arms, order=st.randoms(use_true_random=False))
def test_the_order_of_pairs_changes_no_comparison(samples: list[Sample], order: random.Random) -> None:
    """Which pair of a round came first does not matter."""
    places = {key: order.sample(range(20), 20) for key in {(s.phase, s.round) for s in samples}}
    moved = [replace(s, position=2 * places[s.phase, s.round][s.position // 2] + s.position % 2) for s in samples]
    assert by_check(evidence(moved), COMPARE) == by_check(evidence(samples), COMPARE)


@given(rounds=rounds_of_durations, raised=st.floats(1, 4), certify=st.booleans())
def test_raising_a_limit_never_turns_passed_into_failed(
    rounds: list[list[float]], raised: float, certify: bool
) -> None:
    """A check that passes passes, or stays undecided, at any higher limit; one that fails higher fails lower too."""
    limits = replace(LIMITS.limits, certify=certify, memory_ratio=0.2)
    higher = replace(
        limits,
        init=tuple(replace(limit, limit_ms=limit.limit_ms * raised) for limit in limits.init),
        first_response=tuple(replace(limit, limit_ms=limit.limit_ms * raised) for limit in limits.first_response),
        duration=tuple(replace(limit, limit_ms=limit.limit_ms * raised) for limit in limits.duration),
        memory_ratio=0.2 * raised,
    )
    before = by_check(evidence(candidate(rounds)), replace(LIMITS, limits=limits))
    after = by_check(evidence(candidate(rounds)), replace(LIMITS, limits=higher))
    for check, outcome in after.items():
        assert BEST_FIRST.index(outcome) <= BEST_FIRST.index(before[check])


@given(rates=st.lists(st.sampled_from([0.0, 0.001, 0.005, 0.01, 0.02, 0.05]), min_size=2, max_size=2), data=st.data())
def test_raising_an_error_rate_never_turns_passed_into_failed(rates: list[float], data: st.DataObject) -> None:
    """More allowed errors refuse no release that fewer let pass."""
    low, high = sorted(rates)
    bad = data.draw(st.sets(st.integers(0, 199), max_size=8))
    samples = [
        sample(Arm.CANDIDATE, i // 20 + 1, i % 20, 1.0, outcome=CallOutcome.ERROR if i in bad else CallOutcome.OK)
        for i in range(200)
    ]
    strict, lax = (
        by_check(evidence(samples), Policy(name="e", limits=Limits(error_ratio=rate)))["limits.errors.rate"]
        for rate in (low, high)
    )
    assert (strict, lax) != (Outcome.PASSED, Outcome.FAILED)


@st.composite
def few_failures(draw: st.DrawFn, most: int = 3) -> list[Sample]:
    """Return some rounds of two probes, repeated ones among them, of which a few calls failed or answered wrongly."""
    count = draw(st.sampled_from([1, 20, 60, 92, 93, 94, 110, 200, 300]))
    bad = draw(st.dictionaries(st.integers(0, count - 1), st.sampled_from(BAD), max_size=most))
    rare = draw(st.sampled_from([1, 2, 10]))
    return [
        sample(
            Arm.CANDIDATE,
            i // 20 + 1,
            i % 20,
            1.0,
            outcome=bad.get(i, CallOutcome.OK),
            probe="default" if i % rare == 0 else "other",
            phase=draw(st.sampled_from([Phase.MEASURED, Phase.REPEATED])) if i % 20 == 0 else Phase.MEASURED,
        )
        for i in range(count)
    ]


@given(
    samples=few_failures(),
    rate=st.sampled_from([1e-15, 1e-7, 1e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2, 0.05, 0.5]),
    closed=st.sampled_from([Closed.PLANNED, Closed.BUDGET, Closed.DEADLINE]),
)
def test_no_error_rate_is_stricter_than_none(samples: list[Sample], rate: float, closed: Closed) -> None:
    """What 0 % lets through, with a warning or without, every rate above it lets through, half-way scores included."""
    none, some = (judge(evidence(samples, closed), Policy(name="e", limits=Limits(error_ratio=r))) for r in (0.0, rate))
    assert (none.status, some.status) != (Status.SUCCEEDED, Status.FAILED)
    assert (none.outcome, some.outcome) != (Outcome.PASSED, Outcome.FAILED)


@given(samples=few_failures(), rate=st.sampled_from([0.0, 1e-4, 1e-3, 1e-2]), bad=st.sampled_from(BAD), data=st.data())
def test_one_more_failure_improves_nothing(
    samples: list[Sample], rate: float, bad: CallOutcome, data: st.DataObject
) -> None:
    """A call more that fails, or a call that fails instead, makes neither outcome nor status better."""
    probes = tuple(Probe(name=name, expect=Expect(jmespath="ok")) for name in ("default", "other"))
    policy = Policy(name="e", limits=Limits(error_ratio=rate), probes=probes)
    place = data.draw(st.integers(0, len(samples) - 1))
    worse = [*samples[:place], replace(samples[place], outcome=bad), *samples[place + 1 :]]
    more = [*samples, replace(samples[-1], position=20, outcome=bad)]
    before = judge(evidence(samples), policy)
    for found in [more] + ([worse] if samples[place].outcome is CallOutcome.OK else []):
        after = judge(evidence(found), policy)
        assert BEST_FIRST.index(after.outcome) >= BEST_FIRST.index(before.outcome)
        assert (before.status, after.status) != (Status.FAILED, Status.SUCCEEDED)


@given(
    bad=st.sets(st.tuples(st.integers(1, 10), st.integers(0, 19)), max_size=12),
    order=st.randoms(use_true_random=False),
    known=st.booleans(),
)
def test_a_call_moved_between_rounds_of_its_environment_changes_no_error_check(
    bad: set[tuple[int, int]], order: random.Random, known: bool
) -> None:
    """Under 0 % not a byte; under a rate not whether failures came from environments enough, where these are known."""
    failures = {place: order.sample(range(1, 11), 10) for place in range(20)}
    outcomes = {(number, place): (number, place) in bad for number in range(1, 11) for place in range(20)}
    moved = {(number, place): outcomes[failures[place][number - 1], place] for number, place in outcomes}
    before, after = (
        [
            sample(
                Arm.CANDIDATE,
                number,
                place,
                1.0,
                environment=f"{place}" if known else None,
                outcome=CallOutcome.ERROR if failed else CallOutcome.OK,
            )
            for (number, place), failed in found.items()
        ]
        for found in (outcomes, moved)
    )
    assert judge(evidence(before), Policy(name="e")) == judge(evidence(after), Policy(name="e"))
    failed = [[s for s in found if s.outcome is CallOutcome.ERROR] for found in (before, after)]
    if known:
        assert spread_enough(failed[0], before, 0.01) is spread_enough(failed[1], after, 0.01)


@given(samples=few_failures(), closed=st.sampled_from(CLOSINGS))
def test_under_none_a_failure_never_passes_in_silence(samples: list[Sample], closed: Closed | None) -> None:
    """It refuses, is open while calls may come, or is a warning that counts it; no row that passes is beyond 0 %."""
    (finding,) = judge(evidence(samples, closed), Policy(name="e")).findings
    failed = sum(s.outcome in {CallOutcome.ERROR, CallOutcome.TIMEOUT} for s in samples)
    assert finding.warns is (finding.outcome is Outcome.PASSED and failed > 0)
    assert (finding.outcome is Outcome.FAILED) >= (failed >= 2)
    if failed and closed is not None:
        assert finding.warns or finding.outcome is Outcome.FAILED
    if finding.outcome is Outcome.PASSED:
        assert (finding.measured or 0.0) <= (finding.limit or 0.0)
    if finding.warns:
        assert f"1 of {len(samples)} calls failed" in finding.reason


@given(rounds=rounds_of_durations, data=st.data(), certify=st.booleans())
def test_more_slow_calls_never_turn_failed_into_passed(
    rounds: list[list[float]], data: st.DataObject, certify: bool
) -> None:
    """Calls that become slower improve no finding, and no status."""
    policy = replace(LIMITS, limits=replace(LIMITS.limits, certify=certify))
    slower = [[data.draw(st.sampled_from([ms, ms, 5000.0])) for ms in series] for series in rounds]
    before, after = judge(evidence(candidate(rounds)), policy), judge(evidence(candidate(slower)), policy)
    for old, new in zip(before.findings, after.findings, strict=True):
        assert BEST_FIRST.index(new.outcome) >= BEST_FIRST.index(old.outcome)
    assert (before.status, after.status) != (Status.FAILED, Status.SUCCEEDED)


@given(found=st.lists(findings, min_size=1, max_size=6), added=findings, policy=policies())
def test_a_failing_finding_improves_nothing(found: list[Finding], added: Finding, policy: Policy) -> None:
    """Worst-of is monotone: one more finding never makes outcome or status better."""
    before = verdict_of_findings(tuple(found), policy)
    after = verdict_of_findings((*found, added), policy)
    assert BEST_FIRST.index(after.outcome) >= BEST_FIRST.index(before.outcome)
    assert (before.status, after.status) != (Status.FAILED, Status.SUCCEEDED)
    if added.outcome is Outcome.FAILED:
        assert after.outcome is Outcome.FAILED
        assert after.decided


@given(found=st.lists(findings, max_size=6), policy=policies())
def test_succeeded_is_never_said_of_a_failed_check(found: list[Finding], policy: Policy) -> None:
    """A policy that enforces refuses every failed check, whatever `when` says; nothing undecided passes silently."""
    verdict = verdict_of_findings(tuple(found), policy)
    failed = any(finding.outcome is Outcome.FAILED for finding in found)
    if policy.mode is Mode.ENFORCE and failed:
        assert verdict.status is Status.FAILED
    if verdict.status is Status.SUCCEEDED and verdict.outcome is not Outcome.PASSED:
        assert verdict.warnings


@given(samples=st.lists(wild_samples, max_size=80), policy=policies(), closed=st.sampled_from(CLOSINGS))
def test_a_failed_check_is_refused_whatever_was_sampled(
    samples: list[Sample], policy: Policy, closed: Closed | None
) -> None:
    """From evidence to status, an enforced failure is Failed."""
    verdict = judge(evidence(samples, closed), replace(policy, mode=Mode.ENFORCE))
    if any(finding.outcome is Outcome.FAILED for finding in verdict.findings):
        assert verdict.status is Status.FAILED


@given(samples=arms, factor=st.sampled_from([0.125, 0.5, 2.0, 64.0]))
def test_scaling_both_arms_changes_no_comparison(samples: list[Sample], factor: float) -> None:
    """A comparison knows ratios only: a slower machine for both is no difference."""
    scaled = [
        replace(s, duration_ms=(s.duration_ms or 0) * factor, init_ms=s.init_ms and s.init_ms * factor) for s in samples
    ]
    assert by_check(evidence(scaled), COMPARE) == by_check(evidence(samples), COMPARE)


@given(samples=arms)
def test_not_both_versions_are_slower_than_each_other(samples: list[Sample]) -> None:
    """Swapping the arms of one run never fails a check both ways."""
    other = {Arm.BASELINE: Arm.CANDIDATE, Arm.CANDIDATE: Arm.BASELINE}
    there = by_check(evidence(samples), COMPARE)
    back = by_check(evidence([replace(s, arm=other[s.arm]) for s in samples]), COMPARE)
    for check, outcome in there.items():
        assert (outcome, back[check]) != (Outcome.FAILED, Outcome.FAILED)


@given(rounds=rounds_of_durations)
def test_a_check_that_failed_stays_failed(rounds: list[list[float]]) -> None:
    """Rounds that follow a failed score do not mend it: the hook may stop there."""
    samples = candidate(rounds)
    failed: set[str] = set()
    for last in range(1, len(rounds) + 1):
        seen = [s for s in samples if s.phase is Phase.PREWARM or s.round <= last]
        outcomes = by_check(evidence(seen, closed=None), LIMITS)
        assert failed <= {check for check, outcome in outcomes.items() if outcome is Outcome.FAILED}
        failed = {check for check, outcome in outcomes.items() if outcome is Outcome.FAILED}
