"""Samples as `warmgate replay` reads them: of a sweep one run a variant, of a measurement one with both arms."""

from __future__ import annotations

from collections.abc import Sequence

from warmgate.model.calls import Arm
from warmgate.report.samples import render_run
from warmgate_ops.cold_starts.sweeping.rows import Row, as_arm


def sweep_lines(sweep_id: str, rows: Sequence[Row]) -> str:
    """Return the samples of a sweep; each variant is a run of its own, whose candidate it is."""
    return "".join(render_run(f"sweep-{sweep_id}-{row.variant.key}", as_arm(row, Arm.CANDIDATE)) for row in rows)


def measured_lines(sweep_id: str, before: Row, after: Row) -> str:
    """Return the samples of a measurement: the version before is the baseline."""
    samples = (*as_arm(before, Arm.BASELINE), *as_arm(after, Arm.CANDIDATE))
    return render_run(f"measure-{sweep_id}", samples)
