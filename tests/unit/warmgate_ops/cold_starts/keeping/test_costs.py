"""Prices worked out by hand, from AWS's own list."""

from __future__ import annotations

import pytest

from warmgate_ops.cold_starts.keeping.costs import (
    Size,
    break_even,
    has_snapstart,
    pings_usd,
    provisioned_usd,
    snapstart_usd,
)

SMALL = Size(memory_mb=512.0)
LARGE_ARM = Size(memory_mb=1024.0, architecture="arm64")


def test_pings_cost_requests_time_runs_and_inits() -> None:
    """A million of 75 ms at 512 MB, 1,000 runs of the keeper, and 100 inits of 800 ms."""
    requests, held = 0.20, 1e6 * 0.075 * 0.5 * 0.0000166667
    runs = 1000 * (1e-6 + 0.2e-6 + 1.5 * 0.5 * 0.0000133334)
    inits = 100 * 0.8 * 0.5 * 0.0000166667

    assert pings_usd(1e6, 1000, 80_000.0, SMALL) == pytest.approx(requests + held + runs + inits)


def test_provisioned_concurrency_is_held_and_its_duration_is_cheaper() -> None:
    """AWS's own example: 100 environments of 1,536 MB for four hours cost 9.00 dollars before any call."""
    assert provisioned_usd(100 * 4 * 3600, 0, Size(memory_mb=1536.0)) == pytest.approx(9.00, abs=0.005)
    saved = 3600 * 1.0 * (0.0000133334 - 0.0000077778)
    assert provisioned_usd(0, 3_600_000.0, LARGE_ARM) == pytest.approx(-saved)


@pytest.mark.parametrize("size", [SMALL, LARGE_ARM])
def test_provisioned_concurrency_is_cheaper_above_six_tenths(size: Size) -> None:
    """At that use an hour costs the same both ways, on either processor."""
    use = break_even(size)
    on_demand = 3600 * use * size.gb * (0.0000133334 if size.arm else 0.0000166667)

    assert use == pytest.approx(0.6, abs=0.001)
    assert provisioned_usd(3600.0, 3_600_000.0 * use, size) == pytest.approx(0.0, abs=1e-9 + on_demand * 1e-6)


def test_snapstart_costs_cache_and_restores_but_not_for_java() -> None:
    """Two versions of 1 GB for a month, restored 1,000 times."""
    usd = 2 * 730 * 3600 * 0.0000015046 + 1000 * 0.0001397998

    assert snapstart_usd(2, 1000, LARGE_ARM, "python3.13") == pytest.approx(usd)
    assert snapstart_usd(2, 1000, LARGE_ARM, "java21") == 0.0


@pytest.mark.parametrize(
    ("runtime", "offered"),
    [
        *(("python3.12", True), ("python3.13", True), ("python3.11", False), ("java11", True), ("java8.al2", False)),
        *(("dotnet8", True), ("dotnet6", False), ("nodejs22.x", False), ("provided.al2023", False), ("", False)),
    ],
)
def test_snapstart_is_offered_for_some_runtimes(runtime: str, offered: bool) -> None:
    """Java from 11 on, Python from 3.12, .NET from 8."""
    assert has_snapstart(runtime) is offered
