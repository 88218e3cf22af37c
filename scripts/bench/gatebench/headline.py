"""GateBench in two minutes: every goal with its interval, and the best of the other rules beside ours."""

from __future__ import annotations

from bench.gatebench.end_to_end import RELEASES, measure
from bench.gatebench.goals import goal_cells, goal_lines
from bench.gatebench.run import OURS, cells, run_cells
from bench.gatebench.summary import Summary, summaries

RUNS = 30
"""Releases a cell. One more or less is a quarter of a per mille of false rollbacks."""
GOAL_RUNS = 300
"""Releases for each goal that has a condition, a policy or a source of failures of its own."""
WORKERS = 2
DETECTION = {"relative": 0.93, "absolute": 0.88}


def measure_verdicts(runs: int = RUNS, goal_runs: int = GOAL_RUNS) -> list[tuple[str, str, str]]:
    """Return the rows (what, measured, goal), environments unknown where nothing else is said."""
    rows = run_cells(cells(runs), WORKERS)
    found = []
    for form, least in DETECTION.items():
        rules = {summary.rule: summary for summary in summaries(rows, form)}
        ours, peers = rules[OURS[False]], [rule for name, rule in rules.items() if name not in OURS.values()]
        found.append((f"{form} limit: detection", f"{ours.detection:.1%}, {_best(peers)}", f">= {least:.0%}"))
    whole = measure(goal_runs, WORKERS, [release for release in RELEASES if release.most is not None])
    lines = goal_lines(rows, run_cells(goal_cells(goal_runs), WORKERS), whole, goal_runs)
    return [*found, *((what, measured, goal) for what, measured, goal, _ in lines)]


def _best(peers: list[Summary]) -> str:
    """Return the rule that detects most among those that refuse few good releases."""
    eligible = [peer for peer in peers if not peer.disqualified]
    if not eligible:
        return "no other rule stays below 1 % of false rollbacks"
    best = max(eligible, key=lambda peer: peer.detection)
    return f"best other {best.detection:.1%} ({best.rule}, {best.calls_good:.0f} calls)"
