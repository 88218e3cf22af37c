"""The use case of a sweep: looked at first, agreed to by who pays, then carried out and counted."""

from __future__ import annotations

from warmgate_ops.cold_starts.clones.asked import SweepAsked
from warmgate_ops.cold_starts.clones.copying import (
    LEFT_OUT,
    check_architectures,
    check_layers,
    check_snap_start,
    own_variant,
    refuse,
)
from warmgate_ops.cold_starts.clones.naming import clone_name
from warmgate_ops.cold_starts.clones.packages import names_in
from warmgate_ops.cold_starts.clones.ports import Original
from warmgate_ops.cold_starts.clones.preparing import Prepared, habits, package_of, refuse_cost, room_for
from warmgate_ops.cold_starts.clones.running import Ran
from warmgate_ops.cold_starts.clones.untouched import untouched_sentence
from warmgate_ops.cold_starts.clones.world import World
from warmgate_ops.cold_starts.sweeping.estimate import estimate_of
from warmgate_ops.cold_starts.sweeping.limits import limits_of
from warmgate_ops.cold_starts.sweeping.outcome import Swept
from warmgate_ops.cold_starts.sweeping.recommending import Strategy, rated, recommend
from warmgate_ops.cold_starts.sweeping.rows import FEWEST_TO_RECOMMEND, rows_of
from warmgate_ops.cold_starts.sweeping.schedule import Wanted, schedule
from warmgate_ops.cold_starts.sweeping.variants import variants_of


def prepare_sweep(asked: SweepAsked, world: World, sweep_id: str) -> Prepared:
    """Return a sweep that may be carried out; nothing is changed and nothing is called.

    Raises:
        SettingsError: the function may not be cloned, or would cost more than is allowed.
        NoRoomError: no concurrency is left.
        CloneError: something could not be read.
    """
    asked.counts.check()
    original = world.originals.read(asked.function, asked.version)
    refuse(original)
    check_layers(original, asked.axes.without_layers)
    if any(asked.axes.snap_start):
        check_snap_start(original)
    package = package_of(world, original, asked.bucket)
    check_architectures(original, asked.axes.architectures, names_in(package.content))
    variants = variants_of(original.version, asked.axes, own_variant(original))
    clone_count = len({variant.architecture for variant in variants})
    wanted = min(asked.counts.burst, asked.counts.cold)
    burst, reason = room_for(world, clone_name(asked.function, sweep_id, 1), wanted, clone_count)
    found, unknown = habits(world, original)
    calls = Wanted(cold=asked.counts.cold, warm=asked.counts.warm, burst=burst, probes=asked.policy.probes)
    steps = schedule(variants, calls, asked.counts.seed)
    estimate = estimate_of(steps, found)
    refuse_cost(estimate, asked.counts.max_usd)
    return Prepared(
        function=asked.function,
        sweep_id=sweep_id,
        originals={original.version: original},
        packages={original.version: package},
        variants=variants,
        steps=steps,
        burst=burst,
        habits=found,
        estimate=estimate,
        max_usd=asked.counts.max_usd,
        bucket=asked.bucket,
        notes=tuple(filter(None, (*notes_of(original, burst, wanted, reason, unknown), _few(asked)))),
    )


def swept(asked: SweepAsked, prepared: Prepared, ran: Ran) -> Swept:
    """Return what a sweep that was carried out shows."""
    share = asked.cold_share if asked.cold_share is not None else prepared.habits.cold_share
    limits = limits_of(asked.policy, asked.within_ms)
    strategy = asked.strategy or (Strategy.COST if limits.any else Strategy.BALANCED)
    found = rated(rows_of(prepared.variants, ran.samples), limits, share)
    return Swept(
        function=prepared.function,
        version=asked.version,
        sweep_id=prepared.sweep_id,
        seed=asked.counts.seed,
        rated=found,
        recommendation=recommend(found, strategy, limits, share),
        limits=limits,
        cold_share=share,
        estimate=prepared.estimate,
        spent_usd=ran.spent_usd,
        calls=ran.calls,
        seconds=ran.seconds,
        stopped=ran.stopped,
        untouched=untouched_sentence(prepared.function, ran.changed, ran.unread),
        changed=bool(ran.changed),
        notes=prepared.notes,
    )


def notes_of(original: Original, burst: int, wanted: int, reason: str, unknown: str) -> tuple[str, ...]:
    """Return what a user must know of a clone before and after it ran."""
    found = original.configuration
    pinned = (found.get("RuntimeVersionConfig") or {}).get("RuntimeVersionArn")
    return (
        f"not cloned: {LEFT_OUT}",
        f"a burst opens {burst} environments instead of {wanted}: {reason}" if burst < wanted else "",
        unknown,
        "layers and extensions that count functions for a licence count the clone" if found.get("Layers") else "",
        "the clone mounts the same file system" if found.get("FileSystemConfigs") else "",
        "the clone may run on a newer version of the runtime than this one" if pinned else "",
    )


def _few(asked: SweepAsked) -> str:
    if asked.counts.cold >= FEWEST_TO_RECOMMEND:
        return ""
    return f"{asked.counts.cold} cold starts a variant allow no recommendation: {FEWEST_TO_RECOMMEND} are needed"
