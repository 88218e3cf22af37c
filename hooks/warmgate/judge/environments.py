"""How many environments calls came from: by name where names are known, else by what overlapping calls prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from warmgate.judge.binomial import at_least
from warmgate.model.calls import Sample

FEWEST_ENVIRONMENTS = 3
"""Slow calls of fewer environments may be one bad neighbour."""
OVERLAPPING = 2
BROKEN_ERROR = 0.01
"""Of more broken environments than were found, where a limit's share of them is broken and they fail every call."""


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


@lru_cache(maxsize=64)
def fewest_broken(share: float, environments: int) -> int:
    """Return how many of some environments must have failed, to be more than a share of broken ones by chance."""
    return next(
        n for n in range(1, environments + 1) if n == environments or at_least(n, environments, share) <= BROKEN_ERROR
    )


def spread_enough(failed: Sequence[Sample], calls: Sequence[Sample], share: float) -> bool:
    """Return whether failed calls came from more environments than a share that is allowed to be broken explains.

    Where environments are not known, overlapping failures prove them, and one fewer is asked for, though not fewer than
    two where two are: failures that are independent rarely all overlap. A probe whose every call failed needs no proof.
    """
    if not failed:
        return False
    wanted = fewest_broken(share, environment_count(calls))
    if not environments_known(failed):
        wanted = max(wanted - 1, min(wanted, OVERLAPPING))
    return environment_count(failed) >= wanted or _one_always_fails(failed, calls)


def _one_always_fails(failed: Sequence[Sample], calls: Sequence[Sample]) -> bool:
    of_probe = Counter(sample.probe for sample in calls)
    return any(
        n >= FEWEST_ENVIRONMENTS and n == of_probe[probe] for probe, n in Counter(s.probe for s in failed).items()
    )
