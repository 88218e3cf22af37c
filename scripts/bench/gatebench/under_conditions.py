"""Adds up what rules said under the fifteen conditions: each rule over all of them, and ours by condition."""

from __future__ import annotations

from collections.abc import Sequence

from bench.gatebench.changes import UNDER_CONDITIONS
from bench.gatebench.run import OURS, Row
from bench.gatebench.summary import MOST_FALSE_ROLLBACKS

LIGHT = {"relative": "x1", "absolute": "x0.8"}
TAIL = "tail 10%"
BEYOND = ("2 ms in whole ms", "x1.1")
"""In whole milliseconds 10 % more is truly a third more: it may be refused."""


def rules_table(rows: Sequence[Row], form: str) -> str:
    """Return what every rule refused, in % over all conditions, as a Markdown table."""
    changes = UNDER_CONDITIONS[form]
    chosen = [row for row in rows if row.form == form and (row.family, row.change) != BEYOND]
    head = ["rule", *changes, f"worst {LIGHT[form]}", f"calls {LIGHT[form]}", "calls x1.5"]
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    for rule in dict.fromkeys(row.rule for row in chosen):
        own = [row for row in chosen if row.rule == rule]
        by_change = {change: [row for row in own if row.change == change] for change in changes}
        shares = [f"{100 * _failed(by_change[change]):.1f}" for change in changes]
        worst = max(100 * row.failed / row.runs for row in by_change[LIGHT[form]])
        calls = [f"{_calls(by_change[change]):.0f}" for change in (LIGHT[form], "x1.5")]
        lines.append(f"| {' | '.join([rule, *shares, f'{worst:.1f}', *calls])} |")
    return "\n".join(lines) + "\n"


def conditions_table(rows: Sequence[Row], form: str) -> str:
    """Return what ours refused, in %, by condition, with the peer that catches most of a slow path of one in ten."""
    changes = UNDER_CONDITIONS[form]
    head = ["condition", *changes, f"calls {LIGHT[form]}", "best other at 10 % slow"]
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 2) + "---|"]
    chosen = [row for row in rows if row.form == form]
    for condition in dict.fromkeys(row.family for row in chosen):
        own = {r.change: r for r in chosen if (r.rule, r.family) == (OURS[False], condition)}
        shares = [f"{100 * own[change].failed / own[change].runs:.1f}" for change in changes]
        others = [row for row in chosen if row.family == condition and row.rule not in OURS.values()]
        cells = [condition, *shares, f"{own[LIGHT[form]].calls:.0f}", _best(others, form)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _best(rows: Sequence[Row], form: str) -> str:
    """Return who detects most of those that refuse few good releases under this condition."""
    light = {row.rule: row for row in rows if row.change == LIGHT[form]}
    sound = [rule for rule, row in light.items() if row.failed <= MOST_FALSE_ROLLBACKS * row.runs]
    tails = [row for row in rows if row.change == TAIL and row.rule in sound]
    if not tails:
        return "none"
    best = max(tails, key=lambda row: (row.failed / row.runs, -row.calls))
    return f"{100 * best.failed / best.runs:.1f}, {light[best.rule].calls:.0f} calls: {best.rule}"


def _failed(rows: Sequence[Row]) -> float:
    return sum(row.failed for row in rows) / sum(row.runs for row in rows)


def _calls(rows: Sequence[Row]) -> float:
    return sum(row.calls for row in rows) / len(rows)
