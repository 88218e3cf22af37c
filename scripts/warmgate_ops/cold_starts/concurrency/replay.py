"""What recorded calls say of concurrency: its peak, how fast it rises, what a reservation would refuse."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush

from warmgate_ops.cold_starts.advising.facts import peak_of
from warmgate_ops.cold_starts.calls import Call

STRETCH_MS = 10_000.0


def reservation_of(calls: Iterable[Call]) -> int:
    """Return the least reservation that refuses none of these calls: the most that ran at once."""
    return peak_of(calls)


def refused_by(calls: Iterable[Call], reserved: int) -> int:
    """Return how many calls a reservation refuses: a call that finds as many running as reserved is not retried."""
    running: list[float] = []
    refused = 0
    for call in sorted(calls, key=lambda each: each.called_ms):
        while running and running[0] <= call.called_ms:
            heappop(running)
        if len(running) >= reserved:
            refused += 1
        else:
            heappush(running, call.ended_ms)
    return refused


def steepest_rise(calls: Iterable[Call]) -> int:
    """Return the most by which concurrency grew inside 10 s."""
    edges = sorted(edge for call in calls for edge in ((call.called_ms, 1), (call.ended_ms, -1)))
    lows: deque[tuple[float, int]] = deque()
    running = steepest = 0
    for at_ms, change in edges:
        while lows and lows[-1][1] >= running:
            lows.pop()
        lows.append((at_ms, running))
        running += change
        while lows and lows[0][0] < at_ms - STRETCH_MS:
            lows.popleft()
        steepest = max(steepest, running - lows[0][1]) if lows else steepest
    return steepest
