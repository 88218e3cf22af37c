"""Reads results of SeBS, the Serverless Benchmark Suite: bursts of calls that found their environments warm.

Its artifact (github.com/spcl/serverless-benchmarks-artifact, DOI 10.5281/zenodo.5209001) has them under
data/performance/PLATFORM/FUNCTION/perf-cost/warm_results_MEMORY-processed.json: for each call the environment, when it
began, and how long the platform says that it ran. The functions for Node do not name their environments: each call is
taken for one of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from warmgate.errors import DocumentError, Fault

FILES = "*/perf-cost/warm_results_*-processed.json"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The warm calls of one function with one memory size."""

    name: str
    by_environment: tuple[tuple[float, ...], ...]
    """What each environment's calls took, in ms, in the order in which they came."""


def functions_in(folder: Path) -> list[Recorded]:
    """Return every function below a folder such as `data/performance/aws_perf_cost`.

    Raises:
        DocumentError: a file is not what SeBS writes, or the folder has none.
    """
    paths = sorted(folder.glob(FILES))
    if not paths:
        raise DocumentError(_fault(folder, "no results of SeBS"))
    return [_read(path) for path in paths]


def _fault(path: Path, found: str) -> Fault:
    fix = "give a folder such as data/performance/aws_perf_cost of the artifact"
    return Fault(source=str(path), line=None, path="", found=found, expected=f"files {FILES}", fix=fix)


def _read(path: Path) -> Recorded:
    try:
        invocations = json.loads(path.read_text(encoding="utf-8"))["_invocations"]
        calls = sorted(
            (
                float(output["begin"]),
                str(output.get("container_id") or output["request_id"]),
                call["provider_times"]["execution"] / 1000,
            )
            for of_function in invocations.values()
            for call in of_function.values()
            for output in [call["output"]]
            if not call["stats"]["cold_start"] and not call["stats"]["failure"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise DocumentError(_fault(path, found)) from error
    environments: dict[str, list[float]] = {}
    for _, environment, duration_ms in calls:
        environments.setdefault(environment, []).append(duration_ms)
    memory = path.name.removeprefix("warm_results_").removesuffix("-processed.json")
    name = f"{path.parent.parent.name}-{memory}"
    return Recorded(name, tuple(tuple(taken) for _, taken in sorted(environments.items())))


def _environment(output: dict[str, object]) -> str:
    return str(output.get("container_id") or output["request_id"])
