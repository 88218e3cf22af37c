"""What people use today: a CloudWatch alarm on a one-minute metric that must breach in two periods of two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from warmgate.logs.calls import LoggedCall

PERIOD_S = 60.0
PERIODS = 2


def alarm_rings_s(calls: Sequence[LoggedCall], bad: Iterable[bool], threshold: float, delay_s: float) -> float | None:
    """Return when an alarm on the share of bad calls of the candidate rings, None where it does not.

    Args:
        calls: of the candidate, by time, `at_ms` from any beginning of a minute.
        bad: of each call.
        threshold: share of bad calls beyond which a period breaches.
        delay_s: how long after its end a period's metrics can be read.
    """
    periods: dict[int, list[bool]] = {}
    for call, is_bad in zip(calls, bad, strict=True):
        periods.setdefault(int(call.at_ms / 1000 // PERIOD_S), []).append(is_bad)
    breaching = 0
    for period in sorted(periods):
        share = sum(periods[period]) / len(periods[period])
        breaching = breaching + 1 if share > threshold else 0
        if breaching == PERIODS:
            return (period + 1) * PERIOD_S + delay_s
    return None
