"""The goals of the verdicts, each with its figure and what that leaves possible: 95 % intervals (Clopper-Pearson)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.gatebench.bound import BAD, GOOD, fewest_calls, judged_calls, mean_calls, our_lines
from bench.gatebench.changes import BY_NAME
from bench.gatebench.conditions.listed import BIMODAL, SETTLES, STORMS
from bench.gatebench.end_to_end import Told
from bench.gatebench.failing import refused
from bench.gatebench.intervals import interval
from bench.gatebench.run import OURS, Cell, Row
from support.traffic.generators import FAMILIES
from warmgate.judge.derivation import FIRST_PASS

NAMES = {family.name for family in FAMILIES}
WANTED = (
    ("relative", BIMODAL.name, "x1", 0.01),
    ("relative", SETTLES.name, "x1", 0.01),
    ("relative", SETTLES.name, "x1.05", 0.03),
    ("absolute", STORMS.name, "x0.8", 0.01),
)
"""The most releases that may be refused under a condition, environments unknown."""
OF_FAMILIES = (
    ("relative", "x1", 0.003, 120.0),
    ("relative", "x1.1", 0.02, None),
    ("relative", "x1.5", None, 32.0),
    ("absolute", "x0.8", 0.001, None),
    ("absolute", "x0.9", 0.007, None),
)
"""The most releases of all families that may be refused, and the most calls on average."""
MOST_ERRORS = 0.02
MOST_TIMES_THE_BOUND = 1.15
Line = tuple[str, str, str, str]
"""What, the figure, the goal, and whether it is met."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some releases were refused, and how many may be."""

    what: str
    refused: int
    runs: int
    most: float

    def line(self) -> Line:
        """Return it in words; `open` where the goal lies within the interval."""
        low, high = interval(self.refused, self.runs)
        shown = f"{self.refused / self.runs:.2%} [{low:.2%} to {high:.2%}] of {self.runs}"
        met = "yes" if high <= self.most else "no" if low > self.most else "likely" if self.within else "unlikely"
        return self.what, shown, f"<= {self.most:.1%}", met

    @property
    def within(self) -> bool:
        """Return whether the share that was seen is within the goal."""
        return self.refused <= self.most * self.runs


def goal_cells(runs: int) -> list[Cell]:
    """Return the cells of the conditions that have a goal, of our judge alone."""
    return [Cell(form, name, BY_NAME[change], runs, peers=False) for form, name, change, _ in WANTED]


def goal_lines(rows: Sequence[Row], under: Sequence[Row], whole: Iterable[Told], runs: int) -> list[Line]:
    """Return every goal.

    Args:
        rows: of the families.
        under: of `goal_cells`.
        whole: releases against the default policy.
        runs: of what is drawn here.
    """
    counts = [
        Count(f"{form} limit, {name}: {change} refused", row.failed, row.runs, most)
        for (form, name, change, most), row in zip(WANTED, under, strict=True)
    ]
    counts += [
        Count(f"default policy, {told.release.name}: refused", told.refused, told.runs, told.release.most)
        for told in whole
        if told.release.most is not None
    ]
    counts += [
        Count(
            f"1 % of environments fail every call at a limit of 1 %, {word}: refused",
            refused(runs, known=known),
            runs,
            MOST_ERRORS,
        )
        for known, word in ((False, "environments unknown"), (True, "environments known"))
    ]
    return [*_of_families(rows), *(count.line() for count in counts), *_of_bound(runs)]


def _of_families(rows: Sequence[Row]) -> list[Line]:
    lines: list[Line] = []
    for form, change, most, calls in OF_FAMILIES:
        found = [r for r in rows if (r.form, r.rule, r.change) == (form, OURS[False], change) and r.family in NAMES]
        if most is not None:
            count = Count(f"{form} limit, families: {change} refused", *_sums(found), most)
            lines.append(count.line())
        if calls is not None:
            mean = sum(row.calls for row in found) / len(found)
            what = f"{form} limit, families: calls {change}"
            lines.append((what, f"{mean:.0f}", f"<= {calls:.0f}", "yes" if mean <= calls else "no"))
    return lines


def _sums(rows: Sequence[Row]) -> tuple[int, int]:
    return sum(row.failed for row in rows), sum(row.runs for row in rows)


def _of_bound(runs: int) -> list[Line]:
    ours, best = our_lines(), fewest_calls(FIRST_PASS)
    lines: list[Line] = []
    for word, shares in (("good", GOOD), ("bad", BAD)):
        bound = mean_calls(best, shares)
        judged = sum(judged_calls(share, runs // 4) for share in shares) / len(shares) / bound
        by_lines = mean_calls(ours, shares) / bound
        most = MOST_TIMES_THE_BOUND
        met = "yes" if max(judged, by_lines) <= most else "by the lines alone" if by_lines <= most else "no"
        what = f"absolute limit, calls on {word} releases beside the fewest"
        lines.append((what, f"{by_lines:.2f}x by the lines, {judged:.2f}x as judged", f"<= {most}x", met))
    return lines


def table(lines: Iterable[Line]) -> str:
    """Return goals as a Markdown table."""
    rows = ["| what | measured | goal | met |", "|---|---|---|---|", *(f"| {' | '.join(line)} |" for line in lines)]
    return "\n".join(rows) + "\n"
