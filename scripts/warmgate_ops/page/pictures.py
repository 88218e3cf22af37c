"""Which figures a page has and in which order: what failed first, everything else folded. Draws nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from warmgate.model.verdict import Outcome
from warmgate_ops.page.case import Case
from warmgate_ops.page.distributions import duration_curve, init_curve
from warmgate_ops.page.figure import NARROW, WIDE, Figure
from warmgate_ops.page.headline import metric_of
from warmgate_ops.page.strips import cold_start_strip, environment_strip, first_response_strip, memory_strip
from warmgate_ops.page.timeline import timeline

Drawing = Callable[[Case, float], Figure | None]
DISTRIBUTIONS: tuple[Drawing, ...] = (duration_curve, environment_strip, init_curve, memory_strip)
BY_METRIC: dict[str, Drawing] = {
    "init": cold_start_strip,
    "first_response": first_response_strip,
    "duration": duration_curve,
    "memory": memory_strip,
}
"""The picture of a failed check; of what calls answered it is the timeline, which marks each that did not end well."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as a desk shows it, and as a telephone does: the same words, lines and points."""

    wide: Figure
    narrow: Figure
    checks: tuple[str, ...] = ()
    """The failed checks that it shows."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The figures of a page by their place; each stands in one place alone."""

    failed: tuple[Picture, ...]
    distributions: tuple[Picture, ...]
    cold_starts: Picture | None
    timeline: Picture | None


def pictures_of(case: Case) -> Pictures:
    """Return the figures of a case."""
    wanted: dict[Drawing, list[str]] = {}
    for finding in case.judgement.verdict.findings:
        if finding.outcome is Outcome.FAILED:
            wanted.setdefault(_drawing_for(metric_of(finding), case), []).append(finding.check)
    failed = {drawing: _drawn(drawing, case, tuple(checks)) for drawing, checks in wanted.items()}

    def folded(drawing: Drawing) -> Picture | None:
        return None if failed.get(drawing) else _drawn(drawing, case)

    return Pictures(
        failed=tuple(picture for picture in failed.values() if picture),
        distributions=tuple(picture for drawing in DISTRIBUTIONS if (picture := folded(drawing))),
        cold_starts=folded(cold_start_strip),
        timeline=folded(timeline),
    )


def _drawing_for(metric: str, case: Case) -> Drawing:
    """Return what shows a failed check: its metric's own figure where its calls are known, else the timeline."""
    own = BY_METRIC.get(metric, timeline)
    return own if own(case, WIDE) else timeline


def _drawn(drawing: Drawing, case: Case, checks: tuple[str, ...] = ()) -> Picture | None:
    wide, narrow = drawing(case, WIDE), drawing(case, NARROW)
    return Picture(wide, narrow, checks) if wide and narrow else None
