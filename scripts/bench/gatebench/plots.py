"""Draws the two plots: false rollbacks against detection, and calls per decision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from bench.gatebench.summary import HEADINGS, MOST_FALSE_ROLLBACKS, Summary

OURS, SOUND, OUT = "#c2410c", "#1d4ed8", "#9ca3af"
FLOOR = 0.0005
"""Where a rule without any false rollback is drawn: a logarithm knows no 0."""


def draw_quality(found: Sequence[tuple[str, Sequence[Summary]]], path: Path) -> None:
    """Draw false rollbacks of good releases against detection; up and to the left is better."""
    figure = Figure(figsize=(13, 6))
    axes = figure.subplots(1, len(found), sharey=True)
    for axis, (form, listed) in zip(axes, found, strict=True):
        axis.set_xscale("log")
        axis.set_xlim(FLOOR / 1.3, 3)
        axis.axvline(MOST_FALSE_ROLLBACKS, color=OUT, linestyle="--", linewidth=1)
        for number, summary in enumerate(listed, start=1):
            x, y = max(summary.good, FLOOR), summary.detection
            axis.scatter(x, y, color=_color(summary), s=40, zorder=3)
            shift = (-11, 5) if number % 2 else (6, -10)
            axis.annotate(str(number), (x, y), xytext=shift, textcoords="offset points", fontsize=8)
        names = "\n".join(f"{number}  {summary.rule}" for number, summary in enumerate(listed, start=1))
        axis.text(0.52, 0.03, names, transform=axis.transAxes, fontsize=8, linespacing=1.4)
        axis.set_title(f"{form} limit")
        axis.set_xlabel("false rollbacks (good releases refused)")
        axis.set_ylim(0, 1.06)
        axis.xaxis.set_major_formatter(lambda value, _place: f"{value:.1%}")
        axis.yaxis.set_major_formatter(lambda value, _place: f"{value:.0%}")
        axis.grid(alpha=0.2)
    axes[0].set_ylabel("detection (bad releases refused)")
    _save(figure, path)


def draw_calls(found: Sequence[tuple[str, Sequence[Summary]]], path: Path) -> None:
    """Draw how many measured calls a decision takes on a good and on a bad release."""
    figure = Figure(figsize=(13, 6))
    axes = figure.subplots(1, len(found))
    for axis, (form, listed) in zip(axes, found, strict=True):
        ordered = list(reversed(listed))
        places = range(len(ordered))
        colors = [_color(summary) for summary in ordered]
        axis.barh([p + 0.2 for p in places], [s.calls_good for s in ordered], height=0.38, color=colors)
        axis.barh([p - 0.2 for p in places], [s.calls_bad for s in ordered], height=0.38, color=colors, alpha=0.45)
        axis.set_yticks(list(places), [s.rule for s in ordered], fontsize=7)
        _, _, _, good, bad = HEADINGS[form]
        axis.set_title(f"{form} limit")
        axis.set_xlabel(f"full: {good}, pale: {bad}; grey: too many false rollbacks")
        axis.grid(axis="x", alpha=0.2)
    _save(figure, path)


def _color(summary: Summary) -> str:
    if summary.rule.startswith("Warmgate"):
        return OURS
    return OUT if summary.disqualified else SOUND


def _save(figure: Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
