"""The benchmark `quotas`: requests, dollars and stops of guards by their number, by traffic and by region."""

from __future__ import annotations

import math

from bench.quotas.endurance import measure_endurance
from bench.quotas.prices import dollars_an_hour
from bench.quotas.simulate import ENOUGH, Result, Setting, simulated

REGIONS = {5.0: "eu-central-1", 10.0: "most regions", 25.0: "us-east-1"}
TABLE = (
    *((guards, 5.0, 4.0) for guards in (1, 50, 200)),
    *((guards, 10.0, 4.0) for guards in (50, 200)),
    (200, 25.0, 4.0),
    *((1, 10.0, rate) for rate in (1.0, 100.0, 1_000.0, 10_000.0)),
    (50, 10.0, 100.0),
)
GOOD_S, BAD_S = 240.0, 400.0


def measure_quotas() -> list[tuple[str, str, str]]:
    """Return the rows (what, measured, goal)."""
    rows: list[tuple[str, str, str]] = []
    for guards, per_s, rate in TABLE:
        what = f"{guards} guards, {rate:g} calls/s each, {per_s:g} FilterLogEvents/s ({REGIONS[per_s]})"
        good = simulated(Setting(guards=guards, filter_per_s=per_s, calls_per_s=rate, seconds=GOOD_S))
        bad = simulated(Setting(guards=guards, filter_per_s=per_s, calls_per_s=rate, seconds=BAD_S, bad=True))
        rows.append((what, used_in_words(guards, good), f"<= {per_s:g} reads/s, none stopped"))
        rows.append(("  half of the calls fail", stops_in_words(bad), "all stopped, half of them within 60 s"))
    return rows + measure_endurance()


def used_in_words(guards: int, found: Result) -> str:
    """Return what good shifts took."""
    stopped = sum(math.isfinite(at) for at in found.stopped_s)
    gaps = found.longest_gaps_s
    return (
        f"{60 * found.reads_per_s:.0f} reads/min, {found.refused:.0%} of requests refused,"
        f" {60 * found.metrics_per_s:.0f} GetMetricData/min, ${dollars_an_hour(guards, found):.2f}/h;"
        f" longest gap median {gaps[len(gaps) // 2]:.0f} s, max {gaps[-1]:.0f} s; {stopped} good stopped,"
        f" {found.unread} unread"
    )


def stops_in_words(found: Result) -> str:
    """Return how soon bad shifts were stopped."""
    times = sorted(found.stopped_s)
    middle, late = times[(len(times) - 1) // 2], times[min(len(times) - 1, int(0.95 * len(times)))]
    within = sum(at <= 60 for at in times)
    return (
        f"{sum(map(math.isfinite, times))} of {len(times)} stopped, {within} within 60 s of {ENOUGH} calls; median"
        f" {middle:.0f} s, p95 {late:.0f} s, last {times[-1]:.0f} s; {found.by_metrics} by metrics alone"
    )
