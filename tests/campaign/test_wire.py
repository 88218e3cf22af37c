"""The hook keeps its promises as a process of its own, over real HTTP, whatever becomes of its requests."""

from __future__ import annotations

import pytest

from campaign.figures import Figures, table
from campaign.wire.schedules import play

EXECUTIONS = 25


@pytest.mark.slow
def test_every_execution_gets_one_status_and_one_report_over_the_wire() -> None:
    """Resets, pages, silence, lost answers and kills: one status in time, none wrong, and its report."""
    figures = Figures("wire")
    for outcome in play(range(EXECUTIONS), at_once=EXECUTIONS):
        figures.add(outcome)
        assert not outcome.breaches, f"python -m campaign wire --seed {outcome.seed}\n{outcome}"

    assert figures.faults.total() > EXECUTIONS, table([figures])
