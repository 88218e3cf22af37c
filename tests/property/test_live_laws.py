"""Laws of the live judge, on seeded traffic."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from support.traffic.generators import FAMILIES
from support.traffic.shifts import Defect, live_calls
from warmgate.judge.live.rounds import Stretch
from warmgate.judge.live.stretches import judge_live
from warmgate.judge.verdict import WORST_FIRST
from warmgate.live.traffic import Traffic, add_calls
from warmgate.logs.calls import LoggedCall
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample
from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome, Verdict
from warmgate.policy.values import Live, Policy, RatioLimit

POLICY = Policy(
    name="live", live=Live(duration=RatioLimit(statistic="p95", ratio=1.2), error_ratio=0.01, cold_start_ratio=0.05)
)
SHIFTS = st.tuples(st.sampled_from([family for family in FAMILIES if not family.whole_ms]), st.integers(0, 10_000))
TIMES = st.floats(0.1, 30.0)


def calls_of(shift: tuple[object, int], defect: Defect = Defect()) -> list[LoggedCall]:  # noqa: B008 - frozen
    """Return the calls of a short shift."""
    family, seed = shift
    found = live_calls(family, str(seed), seconds=25, old_per_s=10, new_per_s=10, defect=defect)  # type: ignore[arg-type]
    return list(found)


def traffic_of(calls: list[LoggedCall], *, swapped: bool = False) -> Traffic:
    """Return the calls as traffic of version 1 against 2, or the other way round."""
    old, new = ("2", "1") if swapped else ("1", "2")
    return add_calls(Traffic(baseline=old, candidate=new), calls)


@given(SHIFTS, TIMES)
def test_scaling_both_versions_changes_no_outcome(shift: tuple[object, int], times: float) -> None:
    """Live limits are relative: a function ten times as slow is judged alike."""
    calls = calls_of(shift)
    scaled = [
        replace(call, record=replace(call.record, duration_ms=(call.record.duration_ms or 0.0) * times))
        for call in calls
    ]
    before, after = (judge_live(traffic_of(found).ended(), POLICY) for found in (calls, scaled))
    assert [f.outcome for f in before.findings] == [f.outcome for f in after.findings]


@given(SHIFTS, st.sampled_from([1.0, 1.1, 1.4, 2.0]), st.sampled_from([0.0, 0.3]), st.sampled_from([0.0, 0.05]))
def test_no_live_finding_contradicts_itself(
    shift: tuple[object, int], times: float, slow_share: float, error_share: float
) -> None:
    """What failed was measured beyond its limit, and what passed has no negative margin."""
    defect = Defect(times=times, slow_share=slow_share, slow_times=4.0, error_share=error_share)
    for finding in judge_live(traffic_of(calls_of(shift, defect)).ended(), POLICY).findings:
        if finding.outcome is Outcome.FAILED:
            assert finding.measured is not None
            assert finding.limit is not None
            assert finding.measured > finding.limit
        if finding.outcome is Outcome.PASSED:
            assert finding.margin is None or finding.margin >= 0


@given(SHIFTS)
def test_swapping_unchanged_versions_never_fails_both_ways(shift: tuple[object, int]) -> None:
    """At most one of two equal versions can look slower than the other."""
    calls = calls_of(shift)
    verdicts = [judge_live(traffic_of(calls, swapped=swapped).ended(), POLICY) for swapped in (False, True)]
    failed = [[f.check for f in v.findings if f.outcome is Outcome.FAILED] for v in verdicts]
    assert not set(failed[0]) & set(failed[1])


@given(SHIFTS, st.integers(1, 200))
def test_traffic_is_the_same_in_one_piece_and_in_many(shift: tuple[object, int], size: int) -> None:
    """What a run has seen is a value: reading in pieces, or going on elsewhere, changes nothing."""
    calls = calls_of(shift)
    pieces = Traffic(baseline="1", candidate="2")
    for begin in range(0, len(calls), size):
        pieces = add_calls(pieces, calls[begin : begin + size])
    assert pieces == traffic_of(calls)


@given(SHIFTS, st.floats(0.1, 0.9))
def test_more_failures_never_pass_what_failed(shift: tuple[object, int], share: float) -> None:
    """Errors of the new version only make its verdict worse."""
    calls = calls_of(shift, Defect(error_share=share))
    worse = [
        replace(call, record=replace(call.record, status="error")) if call.version == "2" and i % 3 == 0 else call
        for i, call in enumerate(calls)
    ]
    before, after = (judge_live(traffic_of(found).ended(), POLICY) for found in (calls, worse))
    errors = [next(f.outcome for f in v.findings if f.check == "live.errors.rate") for v in (before, after)]
    assert not (errors[0] is Outcome.FAILED and errors[1] is not Outcome.FAILED)


@given(SHIFTS, st.sampled_from([0.0, 0.1, 0.3]), st.floats(0, 20), st.floats(1.5, 20), st.floats(0.02, 1.0))
def test_more_slow_calls_never_pass_what_failed(
    shift: tuple[object, int], slow_share: float, from_s: float, times: float, share: float
) -> None:
    """Whichever calls of the new version take longer, and however many."""
    calls = calls_of(shift, Defect(slow_share=slow_share, from_s=from_s))
    random = Random(f"{shift} {share}")
    worse = [
        replace(call, record=replace(call.record, duration_ms=(call.record.duration_ms or 0.0) * times))
        if call.version == "2" and random.random() < share
        else call
        for call in calls
    ]
    before, after = (judge_live(traffic_of(found).ended(), POLICY) for found in (calls, worse))
    durations = [
        min((f.outcome for f in v.findings if "duration" in f.check), key=WORST_FIRST.index) for v in (before, after)
    ]
    assert durations != [Outcome.FAILED, Outcome.PASSED]


@given(SHIFTS, st.sampled_from([1, 7, 60]), st.sampled_from([0.0, 0.5]))
def test_what_fails_a_growing_shift_fails_it_to_the_end(
    shift: tuple[object, int], size: int, error_share: float
) -> None:
    """The hook after the shift refuses what a look in between, at whole rounds, has failed."""
    calls = calls_of(shift, Defect(error_share=error_share, times=1.5, from_s=12.0))
    whole = judge_live(traffic_of(calls).ended(), POLICY)
    for end in range(size, len(calls), max(size, 97)):
        part = traffic_of(calls[:end])
        if not part.round_count and part.stretches:
            failed = {f.check for f in judge_live(part.stretches, POLICY).findings if f.outcome is Outcome.FAILED}
            assert not failed or whole.outcome is Outcome.FAILED


@given(SHIFTS, st.sampled_from([1.0, 2.0]), st.integers(0, 100))
def test_the_same_traffic_gives_the_same_bytes(shift: tuple[object, int], times: float, seed: int) -> None:
    """Nothing is drawn at random, and the order in which rounds were read changes nothing."""
    calls = calls_of(shift, Defect(times=times))
    first = repr(judge_live(traffic_of(calls).ended(), POLICY)).encode()
    assert repr(judge_live(traffic_of(list(calls)).ended(), POLICY)).encode() == first
    parts = [replace(part, samples=mixed(part, seed)) for part in traffic_of(calls).ended()]
    assert repr(judge_live(parts, POLICY)).encode() == first


def mixed(part: Stretch, seed: int) -> tuple[Sample, ...]:
    """Return the samples of a stretch with those of different rounds in another order, each round's as they were."""
    rounds: dict[int, list[Sample]] = {}
    for sample in part.samples:
        rounds.setdefault(sample.round, []).append(sample)
    order = list(rounds)
    Random(seed).shuffle(order)
    return tuple(sample for number in order for sample in rounds[number])


@given(SHIFTS)
def test_calls_of_other_versions_change_nothing(shift: tuple[object, int]) -> None:
    """A function's log holds calls by number and through other aliases."""
    calls = calls_of(shift)
    others = [replace(call, version="9") for call in calls]
    mixed = sorted((*calls, *others), key=lambda call: call.at_ms)
    assert traffic_of(mixed) == traffic_of(calls)


LIVE_SHARES = st.tuples(st.integers(0, 4), st.sampled_from([4, 60, 282, 283, 284, 400, 3000]), st.integers(0, 2))


def live_errors(share: tuple[int, int, int], rate: float, *, ended: bool) -> Verdict:
    """Judge so many failures of so many new calls beside some failures of 100 old ones."""
    bad, count, old_bad = share
    arms = ((Arm.CANDIDATE, bad, count), (Arm.BASELINE, old_bad, 100))
    samples = tuple(
        Sample(
            arm=arm,
            round=1,
            position=place,
            probe="live traffic",
            phase=Phase.MEASURED,
            outcome=CallOutcome.ERROR if place < failing else CallOutcome.OK,
        )
        for arm, failing, calls in arms
        for place in range(calls)
    )
    stretch = Stretch(number=1, samples=samples, complete=False)
    return judge_live([stretch], Policy(name="e", live=Live(error_ratio=rate)), ended=ended)


@given(share=LIVE_SHARES, rate=st.sampled_from([1e-9, 1e-5, 2e-4, 1e-3, 0.01, 0.1]), ended=st.booleans())
def test_no_live_error_rate_is_stricter_than_none(share: tuple[int, int, int], rate: float, *, ended: bool) -> None:
    """What 0 % lets through every rate above it lets through."""
    none, some = (live_errors(share, allowed, ended=ended) for allowed in (0.0, rate))
    assert (none.status, some.status) != (Status.SUCCEEDED, Status.FAILED)
    assert (none.outcome, some.outcome) != (Outcome.PASSED, Outcome.FAILED)


@given(share=LIVE_SHARES, rate=st.sampled_from([0.0, 1e-3, 0.01]), ended=st.booleans())
def test_one_more_live_failure_improves_nothing(share: tuple[int, int, int], rate: float, *, ended: bool) -> None:
    """A call that fails instead makes neither outcome nor status better."""
    bad, count, old_bad = share
    before, after = (
        live_errors((min(count, failing), count, old_bad), rate, ended=ended) for failing in (bad, bad + 1)
    )
    assert WORST_FIRST.index(after.outcome) <= WORST_FIRST.index(before.outcome)
    assert (before.status, after.status) != (Status.FAILED, Status.SUCCEEDED)
