"""`python -m bench.records FOLDER [--runs N] [--samples FILE]`: judges releases made of recorded calls.

FOLDER holds results of SeBS (see `bench.records.sebs`); `--samples` writes unchanged releases for `warmgate replay`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.gatebench.changes import BY_NAME
from bench.gatebench.intervals import interval
from bench.gatebench.ours import Decision, absolute, compared_samples, relative
from bench.records.releases import p95_of, release_of
from bench.records.sebs import Recorded, functions_in
from warmgate.errors import DocumentError

ASKED = (
    *(("relative", name, 1.0) for name in ("x1", "x1.05", "x1.1", "x1.5", "tail 10%", "tail 20%")),
    *(("absolute", name, 1.0) for name in ("x0.8", "x0.9", "x1", "x1.2", "x1.5", "x2")),
    *(("absolute", name, 0.8) for name in ("tail 10%", "tail 20%")),
)
"""The form, the change, and where the recorded p95 stands, in units of an absolute limit."""
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Task:
    """A function and what to ask of it."""

    function: Recorded
    form: str
    change: str
    stands_at: float
    runs: int


def main(arguments: list[str]) -> int:
    """Print the table; returns an exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.records", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=40, help="releases of each function and change")
    parser.add_argument("--samples", type=Path, help="file to write the unchanged releases to, for warmgate replay")
    chosen = parser.parse_args(arguments)
    try:
        functions = functions_in(chosen.folder)
    except DocumentError as error:
        print(f"bench.records: {error}", file=sys.stderr)
        return 2
    if chosen.samples:
        _write_samples(functions, chosen.runs, chosen.samples)
    print(f"{len(functions)} functions, {chosen.runs} releases of each\n")
    print("| limit | change | refused | 95 % interval | worst function | calls |\n|---|---|---:|---:|---:|---:|")
    with ProcessPoolExecutor(WORKERS) as pool:
        for form, change, stands_at in ASKED:
            tasks = [Task(function, form, change, stands_at, chosen.runs) for function in functions]
            print(_row(form, change, list(pool.map(decisions, tasks))), flush=True)
    return 0


def decisions(task: Task) -> list[Decision]:
    """Return what the judge says of each release, environments unknown."""
    kind = BY_NAME[task.change]
    limit_ms = p95_of(task.function) / task.stands_at
    recordings = (release_of(task.function, kind, number) for number in range(task.runs))
    if task.form == "relative":
        return [relative(recording, known=False) for recording in recordings]
    return [absolute(recording, limit_ms, known=False) for recording in recordings]


def _row(form: str, change: str, found: Sequence[Sequence[Decision]]) -> str:
    every = [decision for of_function in found for decision in of_function]
    refused = sum(decision.failed for decision in every)
    low, high = interval(refused, len(every))
    worst = max(sum(decision.failed for decision in of_function) / len(of_function) for of_function in found)
    calls = sum(decision.calls for decision in every) / len(every)
    shares = f"{refused / len(every):.2%} | {low:.2%} to {high:.2%} | {worst:.1%}"
    return f"| {form} | {change} | {shares} | {calls:.0f} |"


def _write_samples(functions: Sequence[Recorded], runs: int, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for function in functions:
            for number in range(runs):
                for sample in compared_samples(release_of(function, BY_NAME["x1"], number), known=False):
                    line = {
                        "run": f"{function.name} {number}",
                        "arm": sample.arm,
                        "round": sample.round,
                        "environment": None,
                        "probe": sample.probe,
                        "phase": sample.phase,
                        "start": sample.start,
                        "init_ms": None,
                        "restore_ms": None,
                        "duration_ms": sample.duration_ms,
                        "memory_mb": None,
                        "outcome": sample.outcome,
                    }
                    file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
