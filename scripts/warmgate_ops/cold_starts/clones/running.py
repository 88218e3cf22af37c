"""Carries a prepared run out: clones are made, called and deleted; the function that serves is compared after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from warmgate.model.calls import Sample
from warmgate.model.deadline import Deadline
from warmgate_ops.cold_starts.clones.copying import LARGEST_ZIP, settings_of
from warmgate_ops.cold_starts.clones.custody import Custody, ended_by_signals
from warmgate_ops.cold_starts.clones.naming import clone_name, tags_of
from warmgate_ops.cold_starts.clones.ports import CloneSpec
from warmgate_ops.cold_starts.clones.preparing import Package, Prepared
from warmgate_ops.cold_starts.clones.records import Records
from warmgate_ops.cold_starts.clones.rounds import Bench, Rounds, Said
from warmgate_ops.cold_starts.clones.spending import Purse
from warmgate_ops.cold_starts.clones.untouched import changes
from warmgate_ops.cold_starts.clones.world import World
from warmgate_ops.cold_starts.sweeping.variants import Variant

LEAST_MINUTES = 60
"""Until a clone expires, though its run be short; a run ends five minutes earlier whatever it has done."""
SPARE_MINUTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a run gave."""

    samples: tuple[tuple[Variant, Sample], ...]
    spent_usd: float
    calls: int
    seconds: float
    stopped: str
    clones: tuple[str, ...]
    changed: tuple[str, ...]
    """Parts of the function that serves which are not what they were before: somebody else changed them."""
    unread: tuple[str, ...] = ()
    """Parts of it that could not be read."""


def carry_out(prepared: Prepared, world: World, say: Said) -> Ran:
    """Return what a run gave; whatever ends it, its clones are deleted.

    Raises:
        CloneError: a clone could not be made, configured or called.
    """
    began_ms, version = world.clock.now_ms(), next(iter(prepared.originals))
    minutes = max(LEAST_MINUTES, 3 * prepared.estimate.minutes + 30)
    deadline = Deadline(began_ms + (minutes - SPARE_MINUTES) * 60_000)
    before = world.originals.state(prepared.function, version)
    tags = tags_of(prepared.sweep_id, world.now() + timedelta(minutes=minutes))
    with ended_by_signals(), ExitStack() as clones:
        records = Records(world.records, prepared.sweep_id)
        custody = Custody(clones=world.clones, records=records, clock=world.clock, say=say)
        bench = Bench(
            clones=_made(prepared, world, custody, clones, tags, deadline),
            originals=prepared.originals,
            snapshots=any(variant.snap_start for variant in prepared.variants),
        )
        rounds = _rounds(prepared, world, bench, deadline, say)
        rounds.run(prepared.steps)
    after = world.originals.state(prepared.function, version)
    return Ran(
        samples=tuple(rounds.taken),
        spent_usd=rounds.purse.spent_usd,
        calls=rounds.purse.calls,
        seconds=(world.clock.now_ms() - began_ms) / 1000,
        stopped=rounds.stopped,
        clones=tuple(bench.clones.values()),
        changed=changes(before, after),
        unread=tuple(name for name, text in after.items() if text.startswith("could not be read")),
    )


def _rounds(prepared: Prepared, world: World, bench: Bench, deadline: Deadline, say: Said) -> Rounds:
    timeout_s = max(float(each.configuration.get("Timeout") or 3) for each in prepared.originals.values())
    purse = Purse(prepared.max_usd, timeout_s)
    purse.foresee(prepared.habits.slowest_ms, prepared.habits.memory_mb)
    return Rounds(
        bench=bench,
        clones=world.clones,
        invoker=world.invoking(prepared.burst),
        overlap=world.overlap,
        clock=world.clock,
        purse=purse,
        deadline=deadline,
        say=say,
    )


def _made(
    prepared: Prepared,
    world: World,
    custody: Custody,
    clones: ExitStack,
    tags: dict[str, str],
    deadline: Deadline,
) -> dict[tuple[str, str], str]:
    """Make every clone; the stack deletes them, the last one first."""
    found: dict[tuple[str, str], str] = {}
    for number, key in enumerate(prepared.clone_keys, start=1):
        version, architecture = key
        name = clone_name(prepared.function, prepared.sweep_id, number)
        with _code(prepared, world, version, name) as code:
            settings = settings_of(prepared.originals[version], name, architecture, code, tags)
            spec = CloneSpec(name=name, settings=settings)
            found[key] = clones.enter_context(custody.clone(spec, prepared.burst, deadline))
    return found


@contextmanager
def _code(prepared: Prepared, world: World, version: str, name: str) -> Iterator[dict[str, Any]]:
    """Give the code of a clone as CreateFunction takes it; what lay in a bucket for that is removed again."""
    package: Package = prepared.packages[version]
    if package.content is None:
        yield {"ImageUri": package.image}
        return
    if len(package.content) <= LARGEST_ZIP:
        yield {"ZipFile": package.content}
        return
    key = f"{name}.zip"
    try:
        world.upload(prepared.bucket, key, package.content)
        yield {"S3Bucket": prepared.bucket, "S3Key": key}
    finally:
        world.remove(prepared.bucket, key)
