"""What cures of cold starts cost in a month of 30 days, from a function's own figures and list prices."""

from __future__ import annotations

from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.prices import DATED, Prices

MONTH_S = 30 * 86_400
PING_MINUTES = 5
PING_MS = 100.0
"""Billed by one ping, a guess at its upper end: a handler that answers at once takes a few milliseconds."""


def provisioned_usd(count: int, memory_gb: float, architecture: str, prices: Prices) -> float:
    """Return what so many provisioned environments cost, without the duration of their calls."""
    arm = architecture == "arm64"
    return count * memory_gb * MONTH_S * (prices.provisioned_gb_second_arm if arm else prices.provisioned_gb_second_x86)


def break_even(architecture: str, prices: Prices) -> float:
    """Return the share of time that a provisioned environment must be busy to be cheaper than on demand."""
    arm = architecture == "arm64"
    kept = prices.provisioned_gb_second_arm if arm else prices.provisioned_gb_second_x86
    busy = prices.provisioned_duration_gb_second_arm if arm else prices.provisioned_duration_gb_second_x86
    return kept / (prices.gb_second(architecture) - busy)


def snapstart_usd(cold: ColdFacts | None, memory_gb: float, runtime: str, prices: Prices) -> tuple[float, float]:
    """Return what keeping one version's snapshot costs, and what its restores do; Java is not charged for either."""
    if runtime.startswith("java"):
        return 0.0, 0.0
    restores = cold.a_month(cold.cold + cold.ahead) if cold else 0.0
    return (
        memory_gb * MONTH_S * prices.snapstart_cache_gb_second,
        restores * memory_gb * prices.snapstart_restore_gb,
    )


def pings_usd(count: int, memory_gb: float, architecture: str, prices: Prices) -> float:
    """Return what scheduled calls to so many environments cost."""
    calls = count * MONTH_S / 60 / PING_MINUTES
    each = prices.request + prices.schedule + PING_MS / 1000 * memory_gb * prices.gb_second(architecture)
    return calls * each


def duration_usd(cold: ColdFacts, memory_gb: float, architecture: str, prices: Prices) -> float | None:
    """Return what the billed time of all calls costs at a memory, were it as long as now."""
    if cold.billed_ms is None:
        return None
    return cold.a_month(cold.calls) * cold.billed_ms / 1000 * memory_gb * prices.gb_second(architecture)


def priced(prices: Prices) -> str:
    """Return whose prices these are."""
    return f"list prices of {prices.region}, {DATED}"
