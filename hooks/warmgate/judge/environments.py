"""How many environments calls came from: by name where names are known, else by what overlapping calls prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from warmgate.model.calls import Sample

FEWEST_ENVIRONMENTS = 3
"""Slow calls of fewer environments may be one bad neighbour."""


def environment_count(samples: Iterable[Sample]) -> int:
    """Return the number of environments, at least: calls of an arm that overlap in a round ran in different ones."""
    listed = list(samples)
    names = {sample.environment for sample in listed}
    if None not in names:
        return len(names)
    overlapping = max(Counter((sample.phase, sample.round) for sample in listed).values())
    return max(len(names) - 1, overlapping)


def environments_known(samples: Sequence[Sample]) -> bool:
    """Return whether every call names its environment, so that a count of them is exact."""
    return all(sample.environment is not None for sample in samples)
