"""How many environments a burst may open without taking concurrency that production needs."""

from __future__ import annotations

import math

from warmgate.model import Burst, Capacity

GROWTH = 1.5
"""Production may grow by half while the probes run."""
UNKNOWN_USE_SHARE = 0.1
"""Share of the concurrency that is taken where its use cannot be read."""
UNKNOWN_POOL = 10
"""Concurrent calls where nothing is known: the concurrency that a new account starts with."""


def grant_burst(asked: int, arm_count: int, capacity: Capacity) -> Burst:
    """Return how many environments an arm may open; `asked` is per arm, and every arm opens as many at once.

    Half of what is free is left alone, on top of what production uses now and half as much again: versions of a
    function share its reserved concurrency, and functions without one share the account's.
    """
    granted, reason = asked, ""
    allowed, source = _allowed(capacity)
    if asked * arm_count > allowed:
        granted = allowed // arm_count
        reason = f"{source} leaves {allowed} concurrent calls for probes, {asked * arm_count} were asked for"
    return Burst(asked=asked, granted=granted, reason=reason)


def _allowed(capacity: Capacity) -> tuple[int, str]:
    if capacity.reserved is not None:
        pool, name = capacity.reserved, f"reserved concurrency {capacity.reserved}"
    else:
        known = [n for n in (capacity.account_unreserved, capacity.account_limit) if n is not None]
        if not known:
            return UNKNOWN_POOL, "unknown concurrency"
        pool, name = known[0], f"unreserved account concurrency {known[0]}"
    if capacity.in_use is None:
        return max(0, math.floor(pool * UNKNOWN_USE_SHARE)), f"{name}, use unknown,"
    free = pool - math.ceil(capacity.in_use * GROWTH)
    return max(0, free // 2), f"{name} with {capacity.in_use} in use"
