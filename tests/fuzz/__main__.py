"""`python -m fuzz`: runs a target, or all, on any number of texts, and writes down those that break it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from fuzz.targets import TARGETS, Target


def main(arguments: list[str]) -> int:
    """Run targets and return 1 where one broke, else 0."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Fuzz parsers and renderers.")
    parser.add_argument("--target", choices=[*TARGETS, "all"], default="all")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=Path("build/fuzz"), help="Folder of the texts that broke one.")
    chosen = parser.parse_args(arguments)
    names = list(TARGETS) if chosen.target == "all" else [chosen.target]
    return max(_run(name, TARGETS[name], chosen.runs, chosen.seed, chosen.output) for name in names)


def _run(name: str, target: Target, runs: int, seed: int, output: Path) -> int:
    broken: dict[str, str] = {}
    taken, slowest_s, began_s = 0, 0.0, time.monotonic()
    for text in target.inputs(runs, seed):
        started_s = time.monotonic()
        try:
            taken += target.run(text)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            broken.setdefault(f"{type(error).__name__} {str(error)[:80]}", text)
        slowest_s = max(slowest_s, time.monotonic() - started_s)
    seconds = time.monotonic() - began_s
    print(f"{name}: {runs} texts in {seconds:.0f} s, {taken} taken, slowest {slowest_s * 1000:.0f} ms")
    output.mkdir(parents=True, exist_ok=True)
    for number, (what, text) in enumerate(broken.items()):
        path = output / f"{name}-{seed}-{number}.txt"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        print(f"  {what!a}: {path}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
