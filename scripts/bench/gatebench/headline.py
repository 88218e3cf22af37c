"""GateBench in a minute: the headline figures of our judge, and the best of the other rules beside them."""

from __future__ import annotations

from bench.gatebench.run import OURS, cells, run_cells
from bench.gatebench.summary import Summary, summaries

RUNS = 30
"""Releases a cell: about a minute on two cores. One more or less is a quarter of a per mille of false rollbacks."""
WORKERS = 2
GOALS = {
    "relative": (0.006, 0.025, 0.93, 150.0, 45.0),
    "absolute": (0.001, 0.007, 0.88, 75.0, 30.0),
}
"""False rollbacks light and hard, detection, calls on good and on bad releases."""
LIGHT, HARD, BAD = (
    {"relative": "unchanged", "absolute": "0.8 T"},
    {"relative": "+10 %", "absolute": "0.9 T"},
    {"relative": "+50 %", "absolute": "1.5 T"},
)


def measure_verdicts(runs: int = RUNS) -> list[tuple[str, str, str]]:
    """Return the rows (what, measured, goal) of both forms, environments unknown."""
    rows = run_cells(cells(runs), WORKERS)
    found = []
    for form in GOALS:
        rules = {summary.rule: summary for summary in summaries(rows, form)}
        found += _rows(form, rules.pop(OURS[False]), [s for s in rules.values() if s.rule not in OURS.values()])
    return found


def _rows(form: str, ours: Summary, peers: list[Summary]) -> list[tuple[str, str, str]]:
    light, hard, detection, calls_good, calls_bad = GOALS[form]
    return [
        (
            f"{form} limit: false rollbacks {LIGHT[form]} / {HARD[form]}",
            f"{ours.light:.1%} / {ours.hard:.1%}",
            f"<= {light:.1%} / {hard:.1%}",
        ),
        (f"{form} limit: detection", f"{ours.detection:.1%}, {_best(peers)}", f">= {detection:.0%}"),
        (
            f"{form} limit: calls {LIGHT[form]} / {BAD[form]}",
            f"{ours.calls_good:.0f} / {ours.calls_bad:.0f}",
            f"<= {calls_good:.0f} / {calls_bad:.0f}",
        ),
    ]


def _best(peers: list[Summary]) -> str:
    """Return the rule that detects most among those that refuse few good releases."""
    eligible = [peer for peer in peers if not peer.disqualified]
    if not eligible:
        return "no other rule stays below 1 % of false rollbacks"
    best = max(eligible, key=lambda peer: peer.detection)
    return f"best other {best.detection:.1%} ({best.rule}, {best.calls_good:.0f} calls)"
