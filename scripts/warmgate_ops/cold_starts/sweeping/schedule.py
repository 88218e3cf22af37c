"""Lays out the calls of a run: passes over all variants in random order, each a cold burst and warm rounds."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warmgate.policy.values import Probe
from warmgate_ops.cold_starts.sweeping.variants import Variant

PASSES = 3
"""A slow quarter of an hour then meets every variant alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A variant is configured anew, called by an overlapping burst, then called warm."""

    number: int
    """From 1, in the order in which they are made."""
    pass_number: int
    variant: Variant
    cold: tuple[Probe, ...]
    warm: tuple[tuple[Probe, ...], ...]
    """By rounds, none wider than the burst was."""

    @property
    def calls(self) -> int:
        """Return how many calls it makes."""
        return len(self.cold) + sum(map(len, self.warm))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many calls each variant gets."""

    cold: int
    warm: int
    burst: int
    """How many calls may overlap."""
    probes: tuple[Probe, ...]
    evenly: bool = False
    """Whether each probe gets as many calls as the others, whatever its weight."""


def schedule(variants: Sequence[Variant], wanted: Wanted, seed: int) -> tuple[Step, ...]:
    """Return the steps of a run; each variant gets the same calls, so that they can be compared."""
    shuffle = random.Random(seed)
    cold = _mixed(wanted, wanted.cold)
    warm = _mixed(wanted, wanted.warm)
    pieces = _pieces(cold, wanted.burst)
    warm_parts = _parts(warm, len(pieces))
    steps: list[Step] = []
    for (pass_number, calls), after in zip(pieces, warm_parts, strict=True):
        order = list(variants)
        shuffle.shuffle(order)
        rounds = tuple(_chunks(after, max(1, len(calls))))
        steps += [
            Step(number=number, pass_number=pass_number, variant=variant, cold=calls, warm=rounds)
            for number, variant in enumerate(order, start=len(steps) + 1)
        ]
    return tuple(steps)


def once_more(step: Step, cold: int, number: int) -> Step:
    """Return a step that makes up for cold starts that a burst did not meet; it calls nothing warm."""
    return Step(number=number, pass_number=PASSES + 1, variant=step.variant, cold=step.cold[:cold], warm=())


def _pieces(cold: tuple[Probe, ...], burst: int) -> list[tuple[int, tuple[Probe, ...]]]:
    """Return the bursts with the pass that each belongs to."""
    found = []
    for pass_number, part in enumerate(_parts(cold, min(PASSES, max(1, len(cold)))), start=1):
        bursts = math.ceil(len(part) / burst)
        found += [(pass_number, calls) for calls in _parts(part, max(1, bursts))]
    return found


def _parts(items: tuple[Probe, ...], count: int) -> list[tuple[Probe, ...]]:
    """Return items in so many parts that differ by one at most, in order."""
    size, more = divmod(len(items), count)
    parts, start = [], 0
    for place in range(count):
        end = start + size + (place < more)
        parts.append(items[start:end])
        start = end
    return parts


def _chunks(items: tuple[Probe, ...], width: int) -> Iterator[tuple[Probe, ...]]:
    for start in range(0, len(items), width):
        yield items[start : start + width]


def _mixed(wanted: Wanted, count: int) -> tuple[Probe, ...]:
    """Return so many probes by weight, each spread evenly: the one that is owed most is next."""
    weights = [1 if wanted.evenly else probe.weight for probe in wanted.probes]
    owed = [0] * len(weights)
    found = []
    for _ in range(count):
        owed = [each + weight for each, weight in zip(owed, weights, strict=True)]
        place = owed.index(max(owed))
        owed[place] -= sum(weights)
        found.append(wanted.probes[place])
    return tuple(found)
