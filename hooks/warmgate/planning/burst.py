"""How many environments a burst may open without taking concurrency that production needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from warmgate.model.calls import Burst
from warmgate.model.function import Capacity

GROWTH = 1.5
"""Production may grow by half while the probes run."""
UNKNOWN_USE_SHARE = 0.1
"""Share of the concurrency that is taken where its use cannot be read."""
UNKNOWN_POOL = 10
"""Concurrent calls where nothing is known: the concurrency that a new account starts with."""
PROBE_SHARE = 0.25
"""Share of what is free in the account that one hook takes: others may come to the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The concurrent calls that a pool has for probes."""

    source: str
    """The pool and its use, in words."""
    reserved: bool
    """Whether the pool is the function's own."""
    free: int
    """What production leaves, with room to grow: probes of all hooks together never take more."""
    probes: int
    """The part of it that probes of all hooks together take at most."""
    each: int
    """The part of it that one hook takes at most."""


def room_of(capacity: Capacity, share: float = PROBE_SHARE) -> Room:
    """Return the room for probes: half of what is free above what production uses now and half as much again.

    Versions of a function share its reserved concurrency, and functions without one share the account's: of that each
    hook takes a share. Where there is concurrency at all a single call is always in it.
    """
    pool, source = _pool(capacity)
    if capacity.reserved is None and capacity.account_unreserved is None and capacity.account_limit is None:
        free = probes = UNKNOWN_POOL
    elif capacity.in_use is None:
        free = probes = max(min(1, pool), math.floor(pool * UNKNOWN_USE_SHARE))
        source += ", use unknown,"
    else:
        free = max(min(1, pool), pool - math.ceil(capacity.in_use * GROWTH))
        probes = max(min(1, pool), free // 2)
        source += f" with {capacity.in_use} in use"
    shared = capacity.reserved is None and capacity.in_use is not None
    each = max(min(1, pool), math.floor(free * share)) if shared else probes
    return Room(source=source, reserved=capacity.reserved is not None, free=free, probes=probes, each=min(probes, each))


def grant_burst(asked: int, arm_count: int, capacity: Capacity) -> Burst:
    """Return how many environments an arm may open where no other hook probes."""
    room = room_of(capacity)
    return burst_of(asked, arm_count, room, room.each)


def burst_of(asked: int, arm_count: int, room: Room, allowed: int) -> Burst:
    """Return the burst of so many concurrent calls; `asked` is per arm, and every arm opens as many at once.

    Where there are fewer than arms, calls are made one at a time: a slow answer is better than none.
    """
    if asked * arm_count <= allowed:
        return Burst(asked=asked, granted=asked)
    reason = f"{room.source} leaves {allowed} concurrent calls for probes, {asked * arm_count} were asked for"
    at_once = allowed if 0 < allowed < arm_count else 0
    return Burst(asked=asked, granted=max(min(1, allowed), allowed // arm_count), reason=reason, at_once=at_once)


def _pool(capacity: Capacity) -> tuple[int, str]:
    if capacity.reserved is not None:
        return capacity.reserved, f"reserved concurrency {capacity.reserved}"
    known = [n for n in (capacity.account_unreserved, capacity.account_limit) if n is not None]
    return (known[0], f"unreserved account concurrency {known[0]}") if known else (UNKNOWN_POOL, "unknown concurrency")
