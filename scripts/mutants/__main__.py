"""Changes a copy of the judge one place at a time, runs its tests on each, and lists the changes that none notices.

Usage:
    PYTHONPATH=scripts build/env/mutants/bin/python -m mutants --sample 150 --seed 0 --only compare/

The copies lie in build/mutants; the tests run in the environment of development. Survivors are to be read: some change
nothing that a verdict depends on, the others are missing tests. Exits with 1 where the tests fail without any change,
or where there is nothing to change.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutants.changes import changed, changes_of
from mutants.sampling import Change, described, sample_of

ROOT = Path(__file__).parents[2]
JUDGE = ROOT / "hooks/warmgate/judge"
COPIES = ROOT / "build/mutants"
PYTHON = ROOT / "build/env/dev/bin/python"
KEPT = ("hooks", "scripts", "tests", "policies", "docs", "README.md", "pyproject.toml")
LAWS = ("judge", "comparison", "live")
ELSEWHERE = {Path("replaying.py"): Path("tests/unit/warmgate_ops/cli/test_replay.py")}
"""Modules of the judge that the tests of the command show."""
LONGEST_S = 120
"""The tests take some ten seconds beside another copy of them; an endless loop is noticed too."""


def main() -> int:
    """Run the sample and print what survived; return the exit code."""
    asked = argparse.ArgumentParser(prog="make mutants")
    asked.add_argument("--sample", type=int, default=150)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--only", default="", metavar="PART")
    chosen = asked.parse_args()
    every = changes_of(ROOT, JUDGE, chosen.only)
    # What changes nothing would count as noticed.
    tried = [change for change in sample_of(every, chosen.sample, chosen.seed) if _changes_anything(change)]
    if not tried:
        print(f"no file of the judge has {chosen.only!r} in its path: see hooks/warmgate/judge", file=sys.stderr)
        return 1
    workers = os.cpu_count() or 1
    copies: queue.Queue[Path] = queue.Queue()
    for number in range(workers):
        copies.put(_copied(COPIES / str(number)))
    first = copies.get()
    if not _passes(first, JUDGE.relative_to(ROOT) / "__init__.py"):
        print("the tests of the judge fail without any change: see make unit", file=sys.stderr)
        return 1
    copies.put(first)
    began, survivors = time.monotonic(), 0
    with ThreadPoolExecutor(workers) as pool:
        for line in pool.map(lambda change: _survivor(change, copies), tried):
            survivors += bool(line)
            if line:
                print(line, flush=True)
    shutil.rmtree(COPIES)
    noticed = len(tried) - survivors
    print(
        f"{len(tried)} of {len(every)} changes tried (seed {chosen.seed}) in {time.monotonic() - began:.0f} s:"
        f" {noticed} noticed, {survivors} not ({noticed / len(tried):.1%})"
    )
    return 0


def _changes_anything(change: Change) -> bool:
    source = (ROOT / change.path).read_text(encoding="utf-8")
    return changed(source, change) != source


def _copied(copy: Path) -> Path:
    shutil.rmtree(copy, ignore_errors=True)
    for name in KEPT:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy2(source, copy / name)
    return copy


def _survivor(change: Change, copies: queue.Queue[Path]) -> str:
    """Return the line of a change that no test notices, empty where one does."""
    copy = copies.get()
    path = copy / change.path
    before = path.read_text(encoding="utf-8")
    try:
        after = changed(before, change)
        path.write_text(after, encoding="utf-8")
        return described(change.path, before, after) if _passes(copy, change.path) else ""
    finally:
        path.write_text(before, encoding="utf-8")
        copies.put(copy)


def _passes(copy: Path, module: Path) -> bool:
    """Return whether the tests pass: the changed file's own first, then all of the judge and its laws."""
    judge, inside = Path("tests/unit/warmgate/judge"), module.relative_to("hooks/warmgate/judge")
    own = ELSEWHERE.get(inside, judge / inside.parent / f"test_{inside.name}")
    tests = [
        *([str(own)] if (copy / own).exists() else []),
        str(judge),
        *(f"tests/property/test_{law}_laws.py" for law in LAWS),
    ]
    # A change may keep size and second of a file: code compiled before it would be taken for it.
    surroundings = {**os.environ, "HYPOTHESIS_PROFILE": "quick", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(PYTHON), "-m", "pytest", "-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", *tests]
    try:
        ran = subprocess.run(command, cwd=copy, env=surroundings, capture_output=True, timeout=LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
