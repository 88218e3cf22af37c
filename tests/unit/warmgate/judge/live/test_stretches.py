"""Live traffic, stretch by stretch: what fails it, what passes it, what leaves it open."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from warmgate.judge.binomial import at_most
from warmgate.judge.live.body import fail_z
from warmgate.judge.live.rounds import Stretch
from warmgate.judge.live.shares import RARE_LIVE_CALLS, ruled_out_live
from warmgate.judge.live.stretches import has_live_limits, judge_live, too_little
from warmgate.judge.live.tail import fails_at
from warmgate.judge.verdict import WORST_FIRST
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.model.traffic import MetricCounts
from warmgate.model.verdict import Finding, Outcome, Verdict
from warmgate.policy.values import Limits, Live, PercentileLimit, Policy, RatioLimit

DURATION = Policy(name="live", live=Live(duration=RatioLimit(statistic="p95", ratio=1.2)))
ERRORS = Policy(name="live", live=Live(error_ratio=0.01))
COLD = Policy(name="live", live=Live(cold_start_ratio=0.05))
INIT = Policy(
    name="live",
    live=Live(error_ratio=0.5),
    limits=Limits(init=(PercentileLimit(percentile=0.95, limit_ms=500.0),), memory_ratio=0.85),
)


def call(arm: Arm, round_number: int, place: int, **changes: object) -> Sample:
    """Return a warm live call in one of five environments, with a spread of a tenth."""
    duration_ms = 100.0 * (1 + 0.02 * (place * 7 % 11 - 5))
    sample = Sample(
        arm=arm,
        round=round_number,
        position=place,
        probe="live traffic",
        phase=Phase.MEASURED,
        outcome=CallOutcome.OK,
        start=Start.WARM,
        environment=f"{arm} {place % 5}",
        duration_ms=duration_ms,
        memory_mb=100.0,
        memory_size_mb=256.0,
    )
    return replace(sample, **changes)  # type: ignore[arg-type]


def stretch(
    number: int = 1, rounds: int = 10, new: dict[str, object] | None = None, *, every: int = 1, old_count: int = 20
) -> Stretch:
    """Return a stretch of 20 new calls a round; every so-manieth of them is changed."""
    samples = []
    for round_number in range(1, rounds + 1):
        samples += [call(Arm.BASELINE, round_number, place) for place in range(old_count)]
        for place in range(20):
            changed = new if new and (place + round_number * 20) % every == 0 else {}
            samples.append(call(Arm.CANDIDATE, round_number, place, **changed))
    return Stretch(number=number, samples=tuple(samples), complete=True)


def slower(part: Stretch, times: float, *, share: int = 1, environments: int = 5) -> Stretch:
    """Return the stretch with every so-manieth new call slower, in some environments."""
    names = {f"{Arm.CANDIDATE} {number}" for number in range(environments)}
    samples = tuple(
        replace(s, duration_ms=(s.duration_ms or 0) * times)
        if s.arm is Arm.CANDIDATE and s.environment in names and (s.position + s.round) % share == 0
        else s
        for s in part.samples
    )
    return replace(part, samples=samples)


def finding(verdict: Verdict, check: str) -> Finding:
    """Return the worst finding of a check, or of those whose names begin so."""
    found = [f for f in verdict.findings if f.check.startswith(check)]
    return min(found, key=lambda f: WORST_FIRST.index(f.outcome))


def test_an_unchanged_version_passes() -> None:
    """Body and tail both exclude what the limit forbids."""
    found = finding(judge_live([stretch()], DURATION), "live.duration")
    assert found.outcome is Outcome.PASSED
    assert found.proven


@pytest.mark.parametrize(("times", "share"), [(1.5, 1), (4.0, 5)])
def test_a_slower_body_and_a_slow_path_fail(times: float, share: int) -> None:
    """All calls half as slow again, or one in five four times as slow."""
    found = finding(judge_live([slower(stretch(), times, share=share)], DURATION), "live.duration")
    assert found.outcome is Outcome.FAILED
    assert "5 new and 5 old environments" in found.details


def test_halves_of_two_stretches_are_no_pass() -> None:
    """A stretch too short for its tail, then a slowdown that the tail does not show: neither has passed both."""
    short, late = stretch(rounds=1), slower(stretch(number=2), 1.15)
    halves = [{f.check: f.outcome for f in judge_live([part], DURATION).findings} for part in (short, late)]
    assert halves == [
        {"live.duration.body": Outcome.PASSED, "live.duration.tail": Outcome.INCONCLUSIVE},
        {"live.duration.body": Outcome.INCONCLUSIVE, "live.duration.tail": Outcome.PASSED},
    ]
    assert judge_live([short, late], DURATION).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("times", [1.5, 6.0])
def test_two_slow_environments_fail_nothing(times: float) -> None:
    """Fewer than half of the environments may be chance: the median of environments stands."""
    found = finding(judge_live([slower(stretch(), times, environments=2)], DURATION), "live.duration")
    assert found.outcome is not Outcome.FAILED


def test_too_few_environments_decide_nothing() -> None:
    """However slow: two environments may both stand on a slow machine."""
    part = slower(stretch(), 3.0)
    few = tuple(replace(s, environment=f"{s.arm} {s.position % 2}") for s in part.samples)
    verdict = judge_live([replace(part, samples=few)], DURATION)
    found = finding(verdict, "live.duration")
    assert found.inconclusive_because == "too few environments"
    assert too_little(verdict)


def test_a_version_without_calls_is_no_data() -> None:
    """Nothing is compared with nothing."""
    only_new = tuple(s for s in stretch().samples if s.arm is Arm.CANDIDATE)
    verdict = judge_live([Stretch(number=1, samples=only_new, complete=True)], DURATION)
    assert finding(verdict, "live.duration").inconclusive_because == "no data"
    assert too_little(verdict)


def test_rounds_before_the_old_version_was_called_are_not_looked_at() -> None:
    """The first look is taken when both have been seen."""
    part = stretch()
    late = tuple(s for s in part.samples if s.arm is Arm.CANDIDATE or s.round > 4)
    found = finding(judge_live([replace(part, samples=late)], DURATION), "live.duration")
    assert found.outcome is Outcome.PASSED


def test_a_call_that_never_ended_is_slow() -> None:
    """A time-out has no duration, and counts as an hour."""
    part = stretch(new={"duration_ms": None, "outcome": CallOutcome.TIMEOUT}, every=3)
    found = finding(judge_live([part], DURATION), "live.duration")
    assert found.outcome is Outcome.FAILED


def test_cold_calls_are_not_compared() -> None:
    """What a first call takes longer is the cold start's, not the code's."""
    part = stretch(new={"start": Start.COLD, "init_ms": 300.0, "duration_ms": 5000.0}, every=2)
    assert finding(judge_live([part], DURATION), "live.duration").outcome is Outcome.PASSED


def test_no_traffic_at_all_is_no_data() -> None:
    """The verdict of nothing is open."""
    verdict = judge_live([], DURATION)
    assert verdict.findings[0].inconclusive_because == "no data"
    assert finding(judge_live([], ERRORS), "live.errors.rate").inconclusive_because == "no data"


def test_lines_grow_with_the_stretches() -> None:
    """The n-th stretch may err 1/n^2 times as often: the sum stays bounded."""
    assert fail_z(1) == 2.75
    assert fails_at(1) == 11
    assert fail_z(10) > fail_z(2) > fail_z(1)
    assert fails_at(10) > fails_at(2) > fails_at(1)


def test_one_bad_stretch_fails_the_shift_and_a_good_one_passes_an_open_one() -> None:
    """A change in the middle is not diluted."""
    good, bad = stretch(1), slower(stretch(2), 3.0)
    opened = replace(stretch(3, rounds=1), complete=True)
    assert judge_live([good, bad, opened], DURATION).outcome is Outcome.FAILED
    assert judge_live([good, opened], DURATION).outcome is Outcome.PASSED


def from_round(part: Stretch, begin: int, **changes: object) -> Stretch:
    """Return the stretch with every new call changed from one round on."""
    samples = tuple(
        replace(s, **changes) if s.arm is Arm.CANDIDATE and s.round >= begin else s  # type: ignore[arg-type]
        for s in part.samples
    )
    return replace(part, samples=samples)


@pytest.mark.parametrize("begin", range(1, 11))
@pytest.mark.parametrize(
    ("policy", "changes"),
    [(DURATION, {"duration_ms": 300.0}), (ERRORS, {"outcome": CallOutcome.ERROR})],
    ids=["three times as slow", "fails"],
)
def test_a_fault_that_begins_in_any_round_fails_the_stretch(
    policy: Policy, changes: dict[str, object], begin: int
) -> None:
    """The last round of ten is no better a hiding place than the first one."""
    part = from_round(stretch(old_count=60), begin, **changes)
    assert judge_live([part], policy).outcome is Outcome.FAILED


@pytest.mark.parametrize("share", [5, 3])
def test_what_begins_at_the_end_of_a_stretch_fails_the_next_one(share: int) -> None:
    """Its calls in both are counted together; the hook after the shift does so too."""

    def some(part: Stretch, rounds: range) -> Stretch:
        changed = slower(part, 3.0, share=share)
        return replace(
            part,
            samples=tuple(c if s.round in rounds else s for s, c in zip(part.samples, changed.samples, strict=True)),
        )

    late, next_one = some(stretch(1, old_count=60), range(9, 11)), some(stretch(2, rounds=2, old_count=60), range(1, 3))
    alone = [judge_live([part], DURATION).outcome for part in (late, next_one)]
    together = [judge_live([next_one], DURATION, before=late).outcome, judge_live([late, next_one], DURATION).outcome]
    assert Outcome.FAILED in {*alone, *together}
    assert together == [Outcome.FAILED] * 2


def test_an_environments_first_calls_are_no_typical_ones() -> None:
    """Whatever they take: without others nothing is compared; with others these are."""
    part = slower(stretch(), 2.0)
    fresh = replace(part, ages=(11,) * len(part.samples))
    found = finding(judge_live([fresh], DURATION), "live.duration.body")
    assert (found.outcome, found.inconclusive_because) == (Outcome.INCONCLUSIVE, "too few environments")
    assert (
        finding(judge_live([replace(part, ages=(12,) * 40)], DURATION), "live.duration.body").outcome is Outcome.FAILED
    )


def fading(level: float, *, seconds: float = 2.0) -> Stretch:
    """Return a stretch whose calls take so much longer at first, e-fold less in 20 s."""
    part = stretch()
    samples = tuple(
        replace(s, duration_ms=(s.duration_ms or 0.0) * (1 + level * math.exp(-seconds * (s.round - 1) / 20.0)))
        if s.arm is Arm.CANDIDATE
        else s
        for s in part.samples
    )
    return replace(part, samples=samples, rounds_s=tuple(seconds * number for number in range(10)))


@pytest.mark.parametrize(
    ("part", "grace_ms", "outcome"),
    [
        (fading(0.6), 30_000.0, Outcome.INCONCLUSIVE),
        (fading(0.6, seconds=60.0), 30_000.0, Outcome.PASSED),
        (fading(0.6), 0.0, Outcome.FAILED),
        (replace(slower(stretch(), 1.6), rounds_s=tuple(2.0 * n for n in range(10))), 30_000.0, Outcome.FAILED),
    ],
    ids=["fades", "has faded", "fades without grace", "stays"],
)
def test_a_slowness_that_fades_is_forgiven_and_told(part: Stretch, grace_ms: float, outcome: Outcome) -> None:
    """Until the grace is over; one that stays is failed as soon as that is sure."""
    policy = replace(DURATION, live=replace(DURATION.live, grace_ms=grace_ms))
    found = finding(judge_live([part], policy), "live.duration.body")
    assert found.outcome is outcome
    assert ("it fades, from 1." in found.reason) is (outcome is Outcome.INCONCLUSIVE)


def test_what_faded_at_first_is_told_when_a_later_stretch_passes() -> None:
    """Nobody has to look for it in the samples."""
    after = replace(stretch(2), rounds_s=tuple(20.0 + 2.0 * number for number in range(10)))
    verdict = judge_live([fading(0.6), after], DURATION)
    assert verdict.outcome is Outcome.PASSED
    assert "; at first it was slower, and faded from 1." in finding(verdict, "live.duration.body").reason
    assert "at first" not in finding(judge_live([stretch(), stretch(2)], DURATION), "live.duration.body").reason


FAILED_CALL: dict[str, object] = {"outcome": CallOutcome.ERROR, "error_type": "KeyError"}


@pytest.mark.parametrize(("every", "outcome"), [(7, Outcome.FAILED), (1000, Outcome.PASSED)])
def test_the_share_of_failed_calls(every: int, outcome: Outcome) -> None:
    """One in seven is beyond one per cent, none is not."""
    found = finding(judge_live([stretch(new=FAILED_CALL, every=every)], ERRORS), "live.errors.rate")
    assert found.outcome is outcome
    assert "by the log" in found.details
    if outcome is Outcome.FAILED:
        assert "KeyError" in found.reason
        assert "chance of that at the limit" in found.details


NONE = replace(ERRORS, live=Live(error_ratio=0.0))


def bad_calls(bad: int, count: int, changes: dict[str, object], old_bad: int = 0) -> Stretch:
    """Return a round of so many new calls, of which some are changed, beside 100 old ones."""
    samples = [call(Arm.CANDIDATE, 1, place, **(changes if place < bad else {})) for place in range(count)]
    samples += [call(Arm.BASELINE, 1, place, **(changes if place < old_bad else {})) for place in range(100)]
    return Stretch(number=1, samples=tuple(samples), complete=False)


BAD_CALLS = [
    ({"outcome": CallOutcome.ERROR}, NONE, "live.errors.rate"),
    ({"start": Start.COLD}, replace(COLD, live=Live(cold_start_ratio=0.0)), "live.cold_starts.share"),
]


@pytest.mark.parametrize(("changes", "policy", "check"), BAD_CALLS, ids=["errors", "cold starts"])
@pytest.mark.parametrize(
    ("bad", "count", "ended", "outcome"),
    [
        (1, 282, False, Outcome.INCONCLUSIVE),
        (1, 282, True, Outcome.FAILED),
        (1, 1, True, Outcome.FAILED),
        (1, 283, False, Outcome.PASSED),
        (1, 283, True, Outcome.PASSED),
        (2, 283, False, Outcome.FAILED),
        (2, 5000, False, Outcome.FAILED),
        (0, 283, True, Outcome.PASSED),
    ],
)
def test_none_may_be_bad(
    changes: dict[str, object], policy: Policy, check: str, bad: int, count: int, *, ended: bool, outcome: Outcome
) -> None:
    """A second one refuses at once; one alone counts when no more calls come, and among 283 it is a warning."""
    verdict = judge_live([bad_calls(bad, count, changes)], policy, ended=ended)
    found = finding(verdict, check)
    assert (found.outcome, found.warns) == (outcome, bad == 1 and outcome is Outcome.PASSED)
    assert bool(verdict.warnings) is (outcome is Outcome.INCONCLUSIVE or found.warns)
    if found.warns:
        assert "at most 1.67 % do (95 % confidence)" in found.reason
        assert found.measured is None


def test_what_is_rare_in_live_traffic_follows_from_what_a_pass_rules_out() -> None:
    """283 is the smallest number of calls of which one bad one excludes what 0 % has to exclude."""
    rare = [at_most(1, count, ruled_out_live(0.0)) <= 0.05 for count in (RARE_LIVE_CALLS - 1, RARE_LIVE_CALLS)]
    assert rare == [False, True]


def test_two_bad_calls_in_two_stretches_are_two() -> None:
    """A change in the middle of a shift is not diluted, and what is spread over it is counted together."""
    changes: dict[str, object] = {"outcome": CallOutcome.ERROR}
    first, second = bad_calls(1, 300, changes), replace(bad_calls(1, 300, changes), number=2)
    assert judge_live([first, second], NONE).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("bad", "count", "outcome"),
    [(1, 20, Outcome.INCONCLUSIVE), (2, 20, Outcome.INCONCLUSIVE), (2, 500, Outcome.PASSED)],
)
def test_failures_that_the_old_version_has_too_are_a_warning_under_none(bad: int, count: int, outcome: Outcome) -> None:
    """An outage that both share refuses nobody, and is never passed in silence."""
    verdict = judge_live([bad_calls(bad, count, {"outcome": CallOutcome.ERROR}, old_bad=10)], NONE, ended=True)
    found = finding(verdict, "live.errors.rate")
    assert (found.outcome, found.warns) == (outcome, outcome is Outcome.PASSED)


@pytest.mark.parametrize(
    ("errors", "calls", "outcome"), [(1, 282, Outcome.FAILED), (1, 900, Outcome.PASSED), (2, 90_000, Outcome.FAILED)]
)
def test_metrics_follow_the_same_rule(errors: int, calls: int, outcome: Outcome) -> None:
    """Their counts are looked at once, when the shift is over."""
    counts = {Arm.CANDIDATE: MetricCounts(calls=calls, errors=errors), Arm.BASELINE: MetricCounts(calls=90, errors=0)}
    verdict = judge_live([bad_calls(0, 20, {})], NONE, counts, ended=True)
    assert finding(verdict, "live.errors.rate").outcome is outcome


def test_failures_that_both_versions_share_refuse_nobody() -> None:
    """The baseline fails as often: the release did not do it."""
    part = stretch(new=FAILED_CALL, every=5)
    shared = tuple(
        replace(s, outcome=CallOutcome.ERROR) if s.arm is Arm.BASELINE and s.position % 5 == 0 else s
        for s in part.samples
    )
    found = finding(judge_live([replace(part, samples=shared)], ERRORS), "live.errors.rate")
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.inconclusive_because == "cap"
    assert not found.leans_to_fail


def test_a_few_calls_leave_the_share_open() -> None:
    """Ten good calls exclude little."""
    verdict = judge_live([replace(stretch(rounds=1), complete=True)], ERRORS)
    assert finding(verdict, "live.errors.rate").inconclusive_because == "too little traffic"
    assert too_little(verdict)


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ({Arm.CANDIDATE: MetricCounts(calls=300, errors=40)}, Outcome.FAILED),
        (
            {Arm.CANDIDATE: MetricCounts(calls=300, errors=40), Arm.BASELINE: MetricCounts(calls=300, errors=38)},
            Outcome.INCONCLUSIVE,
        ),
        ({Arm.CANDIDATE: MetricCounts(calls=300, errors=1)}, Outcome.PASSED),
        ({Arm.CANDIDATE: MetricCounts(calls=300, errors=0)}, Outcome.PASSED),
    ],
)
def test_metrics_are_the_second_source(counts: dict[Arm, MetricCounts], outcome: Outcome) -> None:
    """The larger share of failures counts, and the finding names its source."""
    found = finding(judge_live([stretch()], ERRORS, counts), "live.errors.rate")
    assert found.outcome is outcome
    assert ("by CloudWatch's metrics" in found.details) is (counts[Arm.CANDIDATE].errors > 0)


@pytest.mark.parametrize(
    ("counts", "every", "outcome"),
    [
        ({}, 1000, Outcome.INCONCLUSIVE),
        ({Arm.CANDIDATE: MetricCounts(calls=300, errors=0)}, 1000, Outcome.PASSED),
        ({Arm.CANDIDATE: MetricCounts(calls=300, errors=90)}, 1000, Outcome.FAILED),
        ({}, 2, Outcome.FAILED),
    ],
)
def test_a_log_that_does_not_tell_failures_passes_nobody_alone(
    counts: dict[Arm, MetricCounts], every: int, outcome: Outcome
) -> None:
    """CloudWatch's counts tell them; without them the finding says what is not known, and what failed still fails."""
    part = stretch(new=FAILED_CALL, every=every)
    found = finding(judge_live([part], ERRORS, counts, ended=True, hidden="java21 hides them"), "live.errors.rate")
    assert found.outcome is outcome
    assert "java21 hides them" in found.reason + found.details or "by CloudWatch's metrics" in found.details
    assert finding(judge_live([part], ERRORS, counts, ended=False), "live.errors.rate").inconclusive_because is None


@pytest.mark.parametrize(("every", "outcome"), [(4, Outcome.FAILED), (1000, Outcome.PASSED)])
def test_the_share_of_cold_starts(every: int, outcome: Outcome) -> None:
    """A quarter of the calls wait for an init."""
    part = stretch(new={"start": Start.COLD, "init_ms": 300.0}, every=every)
    found = finding(judge_live([part], COLD), "live.cold_starts.share")
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("init_ms", "every", "outcome", "words"),
    [
        (900.0, 10, Outcome.FAILED, "All 20 live cold starts"),
        (300.0, 10, Outcome.PASSED, "None of 20 live cold starts"),
        (900.0, 100, Outcome.PASSED, "too few to judge"),
    ],
)
def test_live_cold_starts_meet_the_limit_on_init(init_ms: float, every: int, outcome: Outcome, words: str) -> None:
    """The policy's absolute limit holds for callers' cold starts too; a few are good news."""
    part = stretch(new={"start": Start.COLD, "init_ms": init_ms}, every=every)
    found = finding(judge_live([part], INIT), "live.init.p95")
    assert (found.outcome, words in found.reason) == (outcome, True)


@pytest.mark.parametrize(("duration_ms", "outcome"), [(4448.0, Outcome.FAILED), (300.0, Outcome.PASSED)])
def test_a_live_init_that_failed_and_was_run_again_is_slow(duration_ms: float, outcome: Outcome) -> None:
    """How long the second one took is not told: the whole call must be within the limit."""
    again: dict[str, object] = {"init_ms": None, "init_failed": True, "duration_ms": duration_ms}
    found = finding(judge_live([stretch(new={**again, "start": Start.COLD}, every=10)], INIT), "live.init.p95")
    assert (found.outcome, found.measured, found.sample_count) == (outcome, None, 20)
    assert "in 20 the init failed and was run again" in found.reason


@pytest.mark.parametrize(("duration_ms", "outcome"), [(900.0, Outcome.FAILED), (100.0, Outcome.PASSED)])
def test_live_first_responses_meet_their_limit(duration_ms: float, outcome: Outcome) -> None:
    """Init and that same call together, of callers' cold starts."""
    policy = replace(INIT, limits=replace(INIT.limits, init=(), first_response=INIT.limits.init))
    part = stretch(new={"start": Start.COLD, "init_ms": 150.0, "duration_ms": duration_ms}, every=10)
    found = finding(judge_live([part], policy), "live.first_response.p95")
    assert (found.outcome, "20 live first responses" in found.reason) == (outcome, True)


def test_restores_are_cold_starts() -> None:
    """SnapStart's restore is what the caller waits for."""
    part = stretch(new={"start": Start.RESTORED, "restore_ms": 900.0}, every=10)
    assert finding(judge_live([part], INIT), "live.init.p95").outcome is Outcome.FAILED


@pytest.mark.parametrize(("memory_mb", "outcome"), [(240.0, Outcome.FAILED), (120.0, Outcome.PASSED)])
def test_live_calls_meet_the_limit_on_memory(memory_mb: float, outcome: Outcome) -> None:
    """Real payloads may be larger than the probe's."""
    part = stretch(new={"memory_mb": memory_mb}, every=50)
    assert finding(judge_live([part], INIT), "live.memory.max").outcome is outcome


def test_a_failed_verdict_is_not_for_lack_of_traffic() -> None:
    """Nothing needs to be asked any more."""
    verdict = judge_live([slower(stretch(), 3.0)], DURATION)
    assert verdict.status is Status.FAILED
    assert not too_little(verdict)


@pytest.mark.parametrize(
    ("live", "has"),
    [
        (Live(), False),
        (Live(error_ratio=0.0), True),
        (Live(cold_start_ratio=0.05), True),
        (Live(duration=RatioLimit(statistic="p95", ratio=1.2)), True),
    ],
)
def test_a_policy_has_live_limits_or_not(live: Live, *, has: bool) -> None:
    """Zero is a limit."""
    assert has_live_limits(Policy(name="p", live=live)) is has


@pytest.mark.parametrize(("complete", "decided"), [(False, False), (True, True)])
def test_an_open_finding_waits_for_the_end_of_its_stretch(complete: bool, decided: bool) -> None:
    """One round leaves the tail open: as long as the stretch goes on, the next may decide."""
    part = replace(stretch(rounds=1), complete=complete)
    assert finding(judge_live([part], DURATION), "live.duration.tail").decided is decided


def test_the_comparison_reads_a_part_of_busy_rounds() -> None:
    """20 calls of the new version and 100 of the old one: the lines hold for 200 of the new, in ten rounds."""
    busy = [call(arm, 1, place) for arm in Arm for place in range(300)]
    found = finding(judge_live([Stretch(number=1, samples=tuple(busy), complete=True)], DURATION), "live.duration.tail")
    assert (found.sample_count, "the old version's own 100" in found.reason) == (20, True)


@pytest.mark.parametrize(("number", "outcome"), [(1, Outcome.FAILED), (2, Outcome.PASSED)])
def test_cold_starts_of_later_stretches_need_more(number: int, outcome: Outcome) -> None:
    """4 of 10 beyond a p95 are seen once in 1000 shifts: less than 0.3 %, more than a quarter of it."""
    inits = [900.0] * 4 + [300.0] * 6
    slow = [call(Arm.CANDIDATE, 1, place, start=Start.COLD, init_ms=ms) for place, ms in enumerate(inits)]
    part = Stretch(number=number, samples=tuple(slow), complete=True)
    assert finding(judge_live([part], INIT), "live.init.p95").outcome is outcome


@pytest.mark.parametrize(("errors", "by_metrics"), [(40, True), (30, False), (20, False)])
def test_the_larger_share_of_failures_is_judged(errors: int, by_metrics: bool) -> None:
    """The log shows 20 of 200; of 300 that CloudWatch counted, 30 are the same share, and 20 a smaller one."""
    counts = {Arm.CANDIDATE: MetricCounts(calls=300, errors=errors)}
    part = bad_calls(20, 200, {"outcome": CallOutcome.ERROR}, old_bad=10)
    found = finding(judge_live([part], replace(ERRORS, live=Live(error_ratio=0.2)), counts), "live.errors.rate")
    assert ("by CloudWatch's metrics" in found.details) is by_metrics
