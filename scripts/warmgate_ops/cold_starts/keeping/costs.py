"""What each way to have fewer cold starts costs a month, at list price, and when provisioned concurrency is cheaper."""

from __future__ import annotations

import math
from dataclasses import dataclass

from warmgate_ops.cold_starts.keeping.replay import HOLD_MS
from warmgate_ops.cold_starts.prices import LIST, Prices

MONTH_S = 730 * 3600.0
"""As AWS's own examples count a month."""
KEEPER_MB, KEEPER_RUN_MS = 512.0, 1_500.0
"""The keeper's own size, and how long its run for one alias is taken to be; not measured on AWS."""
ROUNDED_S = 300.0
"""Provisioned concurrency is billed in steps of so long (Lambda pricing page)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What decides the price of a function's time."""

    memory_mb: float
    architecture: str = "x86_64"

    @property
    def gb(self) -> float:
        """Return the memory in GB."""
        return self.memory_mb / 1024

    @property
    def arm(self) -> bool:
        """Return whether it is the cheaper processor."""
        return self.architecture == "arm64"


def init_usd(init_ms: float, size: Size, prices: Prices = LIST) -> float:
    """Return what init costs; it is billed as duration since August 2025."""
    return prices.duration_usd(init_ms, size.memory_mb, size.architecture)


def pings_usd(pings: float, runs: float, ping_init_ms: float, size: Size, prices: Prices = LIST) -> float:
    """Return what calls that keep environments warm cost: themselves, their init, the keeper's runs, its schedule."""
    held = prices.request + prices.duration_usd(math.ceil(HOLD_MS), size.memory_mb, size.architecture)
    run = prices.schedule + prices.request + prices.duration_usd(KEEPER_RUN_MS, KEEPER_MB, "arm64")
    return pings * held + runs * run + init_usd(ping_init_ms, size, prices)


def provisioned_usd(environment_s: float, served_ms: float, size: Size, prices: Prices = LIST) -> float:
    """Return what provisioned concurrency costs, less what its lower price for duration saves."""
    held = environment_s * size.gb * _provisioned(size, prices)
    saved = served_ms / 1000 * size.gb * (prices.gb_second(size.architecture) - _provisioned_duration(size, prices))
    return held - saved


def snapstart_usd(versions: int, restores: float, size: Size, runtime: str, prices: Prices = LIST) -> float:
    """Return what snapshots cost: their cache for each version that is kept, and each restore; Java has no charge."""
    if runtime.startswith("java"):
        return 0.0
    cache = versions * size.gb * MONTH_S * prices.snapstart_cache_gb_second
    return cache + restores * size.gb * prices.snapstart_restore_gb


def break_even(size: Size, prices: Prices = LIST) -> float:
    """Return the share of its time that a provisioned environment must work to be no dearer than on-demand."""
    return _provisioned(size, prices) / (prices.gb_second(size.architecture) - _provisioned_duration(size, prices))


def has_snapstart(runtime: str) -> bool:
    """Return whether Lambda offers SnapStart for a managed runtime."""
    for family, least in _SNAPSTART.items():
        digits = runtime.removeprefix(family).split(".")
        if runtime.startswith(family) and all(each.isdigit() for each in digits):
            return tuple(map(int, digits)) >= least
    return False


_SNAPSTART: dict[str, tuple[int, ...]] = {"java": (11,), "python": (3, 12), "dotnet": (8,)}
"""The first version of each runtime that has it (Lambda developer guide, SnapStart)."""


def _provisioned(size: Size, prices: Prices) -> float:
    return prices.provisioned_gb_second_arm if size.arm else prices.provisioned_gb_second_x86


def _provisioned_duration(size: Size, prices: Prices) -> float:
    return prices.provisioned_duration_gb_second_arm if size.arm else prices.provisioned_duration_gb_second_x86
