"""How many environments calls came from: by name where names are known, else by what overlapping calls prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from warmgate.model import Sample


def environment_count(samples: Iterable[Sample]) -> int:
    """Return the number of environments, at least: calls that overlap in a round ran in different ones."""
    listed = list(samples)
    names = {sample.environment for sample in listed}
    if None not in names:
        return len(names)
    return max(Counter((sample.phase, sample.round) for sample in listed).values(), default=0)
