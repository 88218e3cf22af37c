"""Adds up the cells of a rule to the headline figures, and prints them as Markdown. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.gatebench.run import Row

MOST_FALSE_ROLLBACKS = 0.01
"""A rule that refuses more good releases than this is listed, and out of the running."""
LIGHT, HARD, CLEAR = {"relative": "x1", "absolute": "x0.8"}, {"relative": "x1.1", "absolute": "x0.9"}, "x1.5"
HEADINGS = {
    "relative": ("unchanged", "+10 %", "worst family unchanged", "calls unchanged", "calls +50 %"),
    "absolute": ("0.8 T", "0.9 T", "worst family 0.9 T", "calls 0.8 T", "calls 1.5 T"),
}


@dataclass(frozen=True, slots=True)
class Summary:
    """How a rule did over all families; shares are of releases."""

    rule: str
    light: float
    """False rollbacks of an unchanged release, or at 0.8 T."""
    hard: float
    """False rollbacks at +10 %, or at 0.9 T."""
    worst: float
    """False rollbacks in the family that suffers most from it."""
    good: float
    """False rollbacks over every change that must pass."""
    detection: float
    calls_good: float
    calls_bad: float
    inconclusive: float
    """Of good releases."""

    @property
    def disqualified(self) -> bool:
        """Return whether it refuses too many good releases."""
        return self.good > MOST_FALSE_ROLLBACKS


def summaries(rows: Sequence[Row], form: str) -> list[Summary]:
    """Return a summary of every rule of a form, in the order of the rows."""
    rules = dict.fromkeys(row.rule for row in rows if row.form == form)
    return [_summary(rule, [row for row in rows if row.form == form and row.rule == rule], form) for rule in rules]


def _summary(rule: str, rows: Sequence[Row], form: str) -> Summary:
    light = [row for row in rows if row.change == LIGHT[form]]
    hard = [row for row in rows if row.change == HARD[form]]
    good = [row for row in rows if row.kind == "good"]
    return Summary(
        rule=rule,
        light=_failed(light),
        hard=_failed(hard),
        worst=max(row.failed / row.runs for row in (light if form == "relative" else hard)),
        good=_failed(good),
        detection=_failed(row for row in rows if row.kind == "bad"),
        calls_good=_calls(light),
        calls_bad=_calls([row for row in rows if row.change == CLEAR]),
        inconclusive=sum(row.inconclusive for row in good) / sum(row.runs for row in good),
    )


def _failed(rows: Iterable[Row]) -> float:
    listed = list(rows)
    return sum(row.failed for row in listed) / sum(row.runs for row in listed)


def _calls(rows: Sequence[Row]) -> float:
    return sum(row.calls for row in rows) / len(rows)


def table(found: Sequence[Summary], form: str) -> str:
    """Return the summaries of a form as a Markdown table."""
    light, hard, worst, calls_good, calls_bad = HEADINGS[form]
    head = [
        "rule",
        f"FRR {light}",
        f"FRR {hard}",
        f"FRR {worst}",
        "detection",
        calls_good,
        calls_bad,
        "inconclusive",
        "",
    ]
    lines = [" | ".join(["", *head, ""]).strip(), "|---|" + "---:|" * (len(head) - 2) + "---|"]
    for s in found:
        shares = [f"{share:.1%}".replace("%", " %") for share in (s.light, s.hard, s.worst, s.detection)]
        calls = [f"{s.calls_good:.0f}", f"{s.calls_bad:.0f}", f"{s.inconclusive:.0%}".replace("%", " %")]
        lines.append(" | ".join(["", s.rule, *shares, *calls, "disqualified" if s.disqualified else "", ""]).strip())
    return "\n".join(lines) + "\n"


def family_table(rows: Sequence[Row], form: str, rule: str) -> str:
    """Return how often a rule failed a release, by change and family, as a Markdown table."""
    chosen = [row for row in rows if row.form == form and row.rule == rule]
    families = list(dict.fromkeys(row.family for row in chosen))
    lines = [f"| change | must | {' | '.join(families)} |", "|---|---|" + "---:|" * len(families)]
    for change in dict.fromkeys(row.change for row in chosen):
        cells = [row for row in chosen if row.change == change]
        must = {"good": "pass", "bad": "fail", "between": "-"}[cells[0].kind]
        lines.append(f"| {change} | {must} | {' | '.join(f'{100 * r.failed / r.runs:.1f}' for r in cells)} |")
    return "\n".join(lines) + "\n"
