"""Which versions are called, and how often: what an alias serves decides, at the moment of the run."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from warmgate.model.release import AliasState

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The pings of one version."""

    version: str
    qualifier: str
    """What is called: the alias while it serves one version, else the version itself."""
    count: int


def parts_of(alias: str, state: AliasState, environments: int) -> tuple[Part, ...]:
    """Return the pings of each version with traffic: in proportion to its weight, rounded up."""
    weights = {version: share for version, share in state.weights if share > 0 and version != state.version}
    if not weights:
        return (Part(version=state.version, qualifier=alias, count=environments),) if environments else ()
    shares = {state.version: max(0.0, 1.0 - sum(weights.values())), **weights}
    # Rounded before it is rounded up: 0.1 + 0.2 of ten are not four.
    counts = {version: math.ceil(round(environments * share, 9)) for version, share in shares.items()}
    return tuple(Part(version=version, qualifier=version, count=count) for version, count in counts.items() if count)


def fitted(parts: tuple[Part, ...], room: int) -> tuple[Part, ...]:
    """Return the pings that there is room for, taken from the version with the most of them."""
    counts = [part.count for part in parts]
    while sum(counts) > max(0, room):
        counts[counts.index(max(counts))] -= 1
    return tuple(replace(part, count=count) for part, count in zip(parts, counts, strict=True) if count)
