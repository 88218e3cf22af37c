"""What reading a log for cold starts costs: a million reports, beside one regular expression on the same lines."""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

REPORTS: Final = 1_000_000
_COLD_SHARE: Final = 0.01
_BARE = re.compile(
    r"REPORT RequestId: (\S+)\tDuration: ([\d.]+) ms.*?Max Memory Used: (\d+) MB(?:\tInit Duration: ([\d.]+))?"
)


def measure_cold_find(reports: int = REPORTS) -> list[tuple[str, str, str]]:
    """Return rows (what, measured, goal), each of a process of its own on one core."""
    with tempfile.TemporaryDirectory() as folder:
        bare_log, whole_log = Path(folder) / "reports.log", Path(folder) / "whole.log"
        _write(bare_log, reports, whole=False)
        _write(whole_log, reports, whole=True)
        ours, whole, bare = (
            _child(kind, path) for kind, path in (("find", bare_log), ("find", whole_log), ("bare", bare_log))
        )
    count = f"{reports:,} reports"
    return [
        (
            f"cold find, {count} alone",
            f"{ours['cpu_s']:.1f} s of CPU, {ours['cpu_s'] / bare['cpu_s']:.1f}x of one regular expression",
            "<= 20 s",
        ),
        (f"cold find, {count} with START and END", f"{whole['cpu_s']:.1f} s of CPU", "none"),
        ("cold find, peak memory", f"{max(ours['peak_mb'], whole['peak_mb']):.0f} MB", "< 200 MB"),
    ]


def lines(reports: int, *, whole: bool, seed: int = 0) -> Iterator[str]:
    """Yield a log as `aws logs tail` prints it: environments of two versions, one call in a hundred cold."""
    chance = random.Random(seed)
    streams = [f"2026/11/24/[{6 + number % 2}]{chance.getrandbits(128):032x}" for number in range(200)]
    for number in range(reports):
        second, stream = number // 50 % 86_400, streams[number % len(streams)]
        at = f"2026-11-24T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.{number % 1000:03d}000+00:00"
        request = f"{number:08x}-2f86-4b1c-9f0a-{chance.getrandbits(48):012x}"
        init = f"Init Duration: {chance.lognormvariate(6.2, 0.2):.2f} ms\t" if chance.random() < _COLD_SHARE else ""
        if whole:
            yield f"{at} {stream} START RequestId: {request} Version: 6\n"
            yield f"{at} {stream} END RequestId: {request}\n"
        took = chance.uniform(5, 90)
        yield (
            f"{at} {stream} REPORT RequestId: {request}\tDuration: {took:.2f} ms\tBilled Duration: {int(took) + 1} ms\t"
            f"Memory Size: 512 MB\tMax Memory Used: 118 MB\t{init}\n"
        )


def _write(path: Path, reports: int, *, whole: bool) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines(reports, whole=whole))


def _child(kind: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.cold_find", kind, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _find(path: Path) -> int:
    from warmgate_ops.cold_starts.finding.document import document_of
    from warmgate_ops.cold_starts.finding.found import found_in
    from warmgate_ops.cold_starts.finding.gathered import Tally
    from warmgate_ops.cold_starts.finding.source import Source
    from warmgate_ops.cold_starts.reading.files import calls_in_files

    tally = Tally()
    for call in calls_in_files([str(path)]):
        tally.add(call)
    found = found_in(tally, None)
    document_of(found, Source(named=path.name), 1000.0)
    return sum(each.calls for each in found)


def _bare(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return sum(_BARE.search(line) is not None for line in file)


def main(kind: str, path: str) -> None:
    """Read a file one way, and print seconds of CPU, peak memory and reports."""
    began_s = time.process_time()
    found = (_find if kind == "find" else _bare)(Path(path))
    cpu_s = time.process_time() - began_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu_s": cpu_s, "peak_mb": peak_mb, "reports": found}))


if __name__ == "__main__":
    main(*sys.argv[1:3])
