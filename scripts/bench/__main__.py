"""`python -m bench [NAME...]`: print the benchmarks, each beside its goal."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from bench.cold_find import measure_cold_find
from bench.cold_start import measure_cold_start
from bench.deferring import measure_deferring
from bench.environment_start import measure_environment_start
from bench.feed_cost import measure_feed_cost
from bench.gatebench.headline import measure_verdicts
from bench.overhead import measure_overhead
from bench.quotas.measure import measure_quotas
from bench.shifts.measure import measure_shifts
from bench.wall_time import measure_wall_time

BENCHMARKS: dict[str, Callable[[], list[tuple[str, str, str]]]] = {
    "cold_find": measure_cold_find,
    "cold_start": measure_cold_start,
    "environment_start": measure_environment_start,
    "deferring": measure_deferring,
    "wall_time": measure_wall_time,
    "overhead": measure_overhead,
    "verdicts": measure_verdicts,
    "shifts": measure_shifts,
    "quotas": measure_quotas,
    "feed_cost": measure_feed_cost,
}


def main(names: list[str]) -> int:
    """Run the benchmarks named, all of them by default."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"benchmark: found {', '.join(unknown)}, expected some of {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    table = Table("benchmark", "measured", "goal")
    for name in names or BENCHMARKS:
        for row in BENCHMARKS[name]():
            table.add_row(*row)
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
