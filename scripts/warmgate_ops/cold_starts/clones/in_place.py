"""Measures two versions where they stand, without clones: one burst of both, and what the log remembers of a warm one.

Nothing is changed; but a version in service is warm and meets few cold starts, clones as many as one asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from warmgate.adapters.functions import function_version
from warmgate.errors import LogLookupError, NoRoomError
from warmgate.logs.calls import Window
from warmgate.model.calls import HISTORY, Arm, Burst, CallOutcome, Phase, Sample, Start
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import log_of
from warmgate.planning import Call, Round, grant_burst
from warmgate.policy.values import Probe
from warmgate.probing.rounds import ArmVersion, Prober, RoundResult
from warmgate_ops.cold_starts.clones.asked import MeasureAsked
from warmgate_ops.cold_starts.clones.copying import own_variant, refuse
from warmgate_ops.cold_starts.clones.measure import wanted_calls
from warmgate_ops.cold_starts.clones.ports import CloneError, Original
from warmgate_ops.cold_starts.clones.preparing import Prepared, habits, refuse_cost
from warmgate_ops.cold_starts.clones.running import Ran
from warmgate_ops.cold_starts.clones.spending import Purse
from warmgate_ops.cold_starts.clones.untouched import changes
from warmgate_ops.cold_starts.clones.world import World
from warmgate_ops.cold_starts.sweeping.estimate import estimate_of
from warmgate_ops.cold_starts.sweeping.rows import FEWEST
from warmgate_ops.cold_starts.sweeping.schedule import Step, schedule
from warmgate_ops.cold_starts.sweeping.variants import Variant

RUN_MS = 30 * 60_000.0
HISTORY_MS = 7 * 24 * 3600 * 1000.0
PATIENCE_MS = 5_000.0
NOTE = "measured in place: each version was burst once; more cold starts need clones (without --in-place)"


def prepare_in_place(asked: MeasureAsked, world: World, sweep_id: str) -> Prepared:
    """Return a measurement in place that may be carried out; raises as `prepare_measure` does."""
    asked.counts.check()
    originals = {version: world.originals.read(asked.function, version) for version in (asked.before, asked.after)}
    for original in originals.values():
        refuse(original)
    variants = tuple(own_variant(original) for original in originals.values())
    wanted = asked.counts.cold * len(asked.policy.probes)
    burst = _granted(world, asked.function, wanted)
    found, unknown = habits(world, originals[asked.before])
    calls = replace(wanted_calls(asked, burst.granted), cold=burst.granted)
    steps = tuple(step for step in schedule(variants, calls, asked.counts.seed) if step.cold or step.warm)
    estimate = estimate_of(steps, found)
    refuse_cost(estimate, asked.counts.max_usd)
    return Prepared(
        function=asked.function,
        sweep_id=sweep_id,
        originals=originals,
        packages={},
        variants=variants,
        steps=steps,
        burst=burst.granted,
        habits=found,
        estimate=estimate,
        max_usd=asked.counts.max_usd,
        notes=tuple(filter(None, (NOTE, burst.reason, unknown))),
    )


def carry_out_in_place(asked: MeasureAsked, prepared: Prepared, world: World) -> Ran:
    """Return what both versions showed; raises CloneError where one cannot be called."""
    began_ms = world.clock.now_ms()
    before = world.originals.state(prepared.function, asked.after)
    purse = Purse(prepared.max_usd, max(_timeout(each) for each in prepared.originals.values()))
    purse.foresee(prepared.habits.slowest_ms, prepared.habits.memory_mb)
    by_arm = dict(zip((Arm.BASELINE, Arm.CANDIDATE), prepared.variants, strict=True))
    prober = Prober(world.invoking(2 * prepared.burst), world.overlap, _arms(prepared, by_arm))
    samples: list[tuple[Variant, Sample]] = []
    stopped = ""
    deadline = Deadline(began_ms + RUN_MS)
    for round_ in _rounds(prepared.steps, asked.policy.probes, prepared.burst):
        if not all(purse.allows(_as_step(round_, variant)) for variant in by_arm.values()):
            stopped = f"${purse.spent_usd:.4f} spent, the next calls could go beyond ${purse.allowed_usd:g} (--max-usd)"
            break
        samples += _taken(prober.run(round_, deadline), by_arm, purse)
    samples += _remembered(asked, prepared, world, samples)
    after = world.originals.state(prepared.function, asked.after)
    return Ran(
        samples=tuple(samples),
        spent_usd=purse.spent_usd,
        calls=purse.calls,
        seconds=(world.clock.now_ms() - began_ms) / 1000,
        stopped=stopped,
        clones=(),
        changed=changes(before, after),
        unread=tuple(name for name, text in after.items() if text.startswith("could not be read")),
    )


def _granted(world: World, function: str, wanted: int) -> Burst:
    capacity = world.functions.capacity(function)
    burst = grant_burst(wanted, 2, capacity)
    if burst.granted < 1 or capacity.reserved == 0:
        raise NoRoomError(f"{function}: no concurrency is left for probes", hint="try again when less is running")
    return burst


def _rounds(steps: Sequence[Step], probes: Sequence[Probe], burst: int) -> list[Round]:
    """Return one burst of both versions, then warm rounds, pairs side by side."""
    cold = [probes[place % len(probes)] for place in range(burst)]
    warm = [probe for step in steps[::2] for calls in step.warm for probe in calls]
    chunks = [warm[start : start + burst] for start in range(0, len(warm), burst)]
    rounds = [Round(Phase.PREWARM, 1, _pairs(cold))]
    return rounds + [Round(Phase.MEASURED, number, _pairs(chunk)) for number, chunk in enumerate(chunks, start=1)]


def _pairs(probes: Sequence[Probe]) -> tuple[Call, ...]:
    arms = (Arm.BASELINE, Arm.CANDIDATE)
    return tuple(Call(arm, probe) for place, probe in enumerate(probes) for arm in (arms if place % 2 else arms[::-1]))


def _as_step(round_: Round, variant: Variant) -> Step:
    calls = tuple(call.probe for call in round_.calls)
    return Step(number=0, pass_number=0, variant=replace(variant, snap_start=False), cold=calls, warm=())


def _taken(result: RoundResult, by_arm: Mapping[Arm, Variant], purse: Purse) -> list[tuple[Variant, Sample]]:
    if result.fault is not None:
        raise CloneError(f"the versions could not be called: {result.fault}") from result.fault
    for arm, variant in by_arm.items():
        own = [sample for sample in result.samples if sample.arm is arm]
        purse.take(own, len(own), variant)
    return [(by_arm[sample.arm], sample) for sample in result.samples]


def _remembered(
    asked: MeasureAsked, prepared: Prepared, world: World, samples: Sequence[tuple[Variant, Sample]]
) -> list[tuple[Variant, Sample]]:
    """Return the cold starts of real calls where a burst met too few; with one probe they stand beside its calls."""
    probe = asked.policy.probes[0].name if len(asked.policy.probes) == 1 else HISTORY
    found: list[tuple[Variant, Sample]] = []
    for variant in prepared.variants:
        own = [s for v, s in samples if v is variant and s.phase is Phase.PREWARM and s.start is not Start.WARM]
        if len(own) < FEWEST:
            found += ((variant, sample) for sample in _history(prepared.originals[variant.version], probe, world))
    return found


def _history(original: Original, probe: str, world: World) -> list[Sample]:
    version = function_version(original.function, original.version, dict(original.configuration))
    until_ms = world.clock.epoch_ms()
    deadline = Deadline(world.clock.now_ms() + PATIENCE_MS)
    try:
        calls = world.logs.calls(log_of(version), Window(until_ms - HISTORY_MS, until_ms), deadline).calls
    except LogLookupError:
        return []
    return [
        Sample(
            arm=Arm.BASELINE,
            round=1,
            position=place,
            probe=probe,
            phase=Phase.PREWARM,
            outcome=CallOutcome.OK,
            start=call.record.start,
            init_ms=call.record.init_ms,
            restore_ms=call.record.restore_ms,
            duration_ms=call.record.duration_ms,
        )
        for place, call in enumerate(calls)
        if call.version == original.version and call.record.start in {Start.COLD, Start.RESTORED}
    ]


def _arms(prepared: Prepared, by_arm: Mapping[Arm, Variant]) -> dict[Arm, ArmVersion]:
    return {
        arm: ArmVersion(
            function=prepared.function,
            version=variant.version,
            timeout_s=_timeout(prepared.originals[variant.version]),
        )
        for arm, variant in by_arm.items()
    }


def _timeout(original: Original) -> float:
    return float(original.configuration.get("Timeout") or 3)
