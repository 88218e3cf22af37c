"""`python -m bench.gatebench [--quick]`: run GateBench, write its results and print its tables.

Writes results.csv, table.md and two plots to build/gatebench; `--docs` renews the documentation's copies as well.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import time
from pathlib import Path

from bench.gatebench import bound, goals
from bench.gatebench.end_to_end import measure, table_of
from bench.gatebench.run import OURS, Row, cells, condition_cells, run_cells, write_rows
from bench.gatebench.summary import family_table, summaries, table
from bench.gatebench.under_conditions import conditions_table, rules_table

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs" / "explanation"
FORMS = ("relative", "absolute")
RUNS, QUICK_RUNS = 250, 30
UNDER_CONDITIONS = 0.4
"""Releases under a condition for each release of a family."""
WORKERS = 2
WHOLE = 4
"""Releases of a kind for each release of a cell: the default policy's goals are fractions of a percent."""


def main(arguments: list[str]) -> int:
    """Run the benchmark; returns an exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.gatebench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_RUNS} releases a cell instead of {RUNS}")
    parser.add_argument("--runs", type=int, default=0, help="releases a cell")
    parser.add_argument("--docs", action="store_true", help="renew the tables and plots of the documentation")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "gatebench", help="folder to write to")
    chosen = parser.parse_args(arguments)
    runs = chosen.runs or (QUICK_RUNS if chosen.quick else RUNS)
    started_s = time.monotonic()
    rows = run_cells(cells(runs), WORKERS)
    under = run_cells(condition_cells(max(1, int(UNDER_CONDITIONS * runs))), WORKERS)
    whole = measure(WHOLE * runs, WORKERS)
    aimed = run_cells(goals.goal_cells(WHOLE * runs), WORKERS)
    told = goals.table(goals.goal_lines(rows, aimed, whole, WHOLE * runs))
    chosen.out.mkdir(parents=True, exist_ok=True)
    write_rows([*rows, *under], chosen.out / "results.csv")
    text = "\n".join(
        [
            f"### Goals\n\n{told}",
            tables(rows),
            _under(under),
            f"### The default policy, all its checks at once\n\n{table_of(whole)}",
            f"### Calls of a p95 beside what no test can do better\n\n{bound.table(runs)}",
        ]
    )
    (chosen.out / "table.md").write_text(text, encoding="utf-8")
    print(text)
    plots = _drawn(rows, chosen.out)
    print(f"{runs} releases a cell, {time.monotonic() - started_s:.0f} s; in {chosen.out}")
    if chosen.docs:
        _renew(text, plots)
    return 0


def tables(rows: list[Row]) -> str:
    """Return every table: all rules by form, then ours by family."""
    parts = [f"### {form.capitalize()} limit\n\n{table(summaries(rows, form), form)}" for form in FORMS]
    for form in FORMS:
        title = f"### Failed, in % of releases: {form} limit, environments unknown"
        parts.append(f"{title}\n\n{family_table(rows, form, OURS[False])}")
    return "\n".join(parts)


def _under(rows: list[Row]) -> str:
    """Return the tables of the conditions."""
    parts = []
    for form in FORMS:
        title = f"Fifteen conditions, {form} limit: refused, in %"
        parts.append(f"### {title}, by rule\n\n{rules_table(rows, form)}")
        parts.append(f"### {title}, by condition\n\n{conditions_table(rows, form)}")
    return "\n".join(parts)


def _drawn(rows: list[Row], folder: Path) -> list[Path]:
    try:
        from bench.gatebench.plots import draw_calls, draw_quality
    except ImportError:
        print("no plots: matplotlib is not installed", file=sys.stderr)
        return []
    found = [(form, summaries(rows, form)) for form in FORMS]
    paths = [folder / "gatebench-quality.png", folder / "gatebench-calls.png"]
    draw_quality(found, paths[0])
    draw_calls(found, paths[1])
    return paths


def _renew(text: str, plots: list[Path]) -> None:
    page = DOCS / "gatebench.md"
    before = page.read_text(encoding="utf-8")
    marked = re.compile(r"(<!-- tables -->\n).*(<!-- end of tables -->)", re.DOTALL)
    page.write_text(marked.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", before), encoding="utf-8")
    for plot in plots:
        shutil.copy(plot, DOCS / "img" / plot.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
