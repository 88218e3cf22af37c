"""`python -m bench.bakes [RUNS]`: bakes alone, with so many of each kind; a thousand take half an hour."""

from __future__ import annotations

import sys

from bench.bakes.measure import RUNS, bake_rows


def main(arguments: list[str]) -> int:
    """Print the rows."""
    if len(arguments) > 1 or not all(argument.isdigit() and int(argument) for argument in arguments):
        print(f"bench.bakes: found {' '.join(arguments)}, expected one number of bakes", file=sys.stderr)
        return 2
    for what, measured in bake_rows(int(arguments[0]) if arguments else RUNS):
        print(f"{what}: {measured}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
