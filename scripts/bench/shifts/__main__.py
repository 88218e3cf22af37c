"""`python -m bench.shifts [RUNS]`: shifts alone, with so many runs of each condition and fault; hundreds take hours."""

from __future__ import annotations

import sys

from bench.shifts.measure import RUNS, shift_rows


def main(arguments: list[str]) -> int:
    """Print the rows."""
    if len(arguments) > 1 or not all(argument.isdigit() and int(argument) for argument in arguments):
        print(f"bench.shifts: found {' '.join(arguments)}, expected one number of runs", file=sys.stderr)
        return 2
    for what, measured, goal in shift_rows(int(arguments[0]) if arguments else RUNS):
        print(f"{what}: {measured}; goal {goal}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
