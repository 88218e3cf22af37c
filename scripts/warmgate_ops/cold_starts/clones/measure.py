"""The use case of a measurement: two versions, each as a clone that is called in turns, or both where they stand."""

from __future__ import annotations

from dataclasses import replace

from warmgate.errors import SettingsError
from warmgate_ops.cold_starts.clones.asked import MeasureAsked
from warmgate_ops.cold_starts.clones.copying import own_variant, refuse
from warmgate_ops.cold_starts.clones.naming import clone_name
from warmgate_ops.cold_starts.clones.preparing import Prepared, habits, package_of, refuse_cost, room_for
from warmgate_ops.cold_starts.clones.running import Ran
from warmgate_ops.cold_starts.clones.sweep import notes_of
from warmgate_ops.cold_starts.clones.untouched import untouched_sentence
from warmgate_ops.cold_starts.clones.world import World
from warmgate_ops.cold_starts.sweeping.estimate import estimate_of
from warmgate_ops.cold_starts.sweeping.limits import limits_of
from warmgate_ops.cold_starts.sweeping.measured import Measured
from warmgate_ops.cold_starts.sweeping.measuring import compare
from warmgate_ops.cold_starts.sweeping.rows import rows_of
from warmgate_ops.cold_starts.sweeping.schedule import Wanted, schedule
from warmgate_ops.cold_starts.sweeping.variants import Variant


def prepare_measure(asked: MeasureAsked, world: World, sweep_id: str) -> Prepared:
    """Return a measurement that may be carried out; nothing is changed and nothing is called.

    Raises:
        SettingsError: the function may not be cloned, or would cost more than is allowed.
        NoRoomError: no concurrency is left.
        CloneError: something could not be read.
    """
    asked.counts.check()
    if asked.before == asked.after:
        raise SettingsError(f"--before and --after: found {asked.after} twice, expected two versions")
    originals = {version: world.originals.read(asked.function, version) for version in (asked.before, asked.after)}
    for original in originals.values():
        refuse(original)
    packages = {version: package_of(world, original, asked.bucket) for version, original in originals.items()}
    variants = tuple(_variant(own_variant(original), asked.memory_mb) for original in originals.values())
    wanted = min(asked.counts.burst, asked.counts.cold * len(asked.policy.probes))
    burst, reason = room_for(world, clone_name(asked.function, sweep_id, 1), wanted, len(variants))
    found, unknown = habits(world, originals[asked.before])
    steps = schedule(variants, wanted_calls(asked, burst), asked.counts.seed)
    estimate = estimate_of(steps, found)
    refuse_cost(estimate, asked.counts.max_usd)
    notes = notes_of(originals[asked.after], burst, wanted, reason, unknown)
    return Prepared(
        function=asked.function,
        sweep_id=sweep_id,
        originals=originals,
        packages=packages,
        variants=variants,
        steps=steps,
        burst=burst,
        habits=found,
        estimate=estimate,
        max_usd=asked.counts.max_usd,
        bucket=asked.bucket,
        notes=tuple(filter(None, (*notes, _unlike(variants)))),
    )


def wanted_calls(asked: MeasureAsked, burst: int) -> Wanted:
    """Return the calls of each version: as many for each probe, for each is compared by itself."""
    probes = asked.policy.probes
    return Wanted(
        cold=asked.counts.cold * len(probes),
        warm=asked.counts.warm * len(probes),
        burst=burst,
        probes=probes,
        evenly=True,
    )


def measured(asked: MeasureAsked, prepared: Prepared, ran: Ran) -> Measured:
    """Return what a measurement that was carried out shows."""
    before, after = rows_of(prepared.variants, ran.samples)
    return Measured(
        function=prepared.function,
        sweep_id=prepared.sweep_id,
        comparison=compare(before, after, asked.policy.probes),
        limits=limits_of(asked.policy, asked.within_ms),
        spent_usd=ran.spent_usd,
        calls=ran.calls,
        seconds=ran.seconds,
        stopped=ran.stopped,
        untouched=untouched_sentence(prepared.function, ran.changed, ran.unread),
        changed=bool(ran.changed),
        notes=prepared.notes,
    )


def _variant(own: Variant, memory_mb: int) -> Variant:
    return replace(own, memory_mb=memory_mb) if memory_mb else own


def _unlike(variants: tuple[Variant, ...]) -> str:
    before, after = variants
    if (before.memory_mb, before.rest) == (after.memory_mb, after.rest):
        return ""
    sides = " against ".join(f"{each.memory_mb} MB, {each.rest}" for each in variants)
    return f"the versions differ in more than their code: {sides}; --memory makes their sizes the same"
