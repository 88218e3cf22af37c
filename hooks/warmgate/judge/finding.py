"""What all findings share: an outcome from a decision, a reason to be open, and a margin that contradicts neither."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

from warmgate.model.calls import Closed
from warmgate.model.verdict import Because, Finding, Outcome, Unit

OUTCOMES = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.INCONCLUSIVE}
"""Of a decision, which is None while it is open."""


def without_data(check: str, limit: float, unit: Unit, closed: Closed | None, what: str) -> Finding:
    """Return the finding of a check that had nothing to count, decided only once nothing more is to come."""
    return Finding(
        check=check,
        outcome=Outcome.INCONCLUSIVE,
        reason=f"no data: {what}",
        decided=closed is not None,
        limit=limit,
        unit=unit,
        inconclusive_because=Because.NO_DATA,
    )


def why_open(closed: Closed | None) -> Because:
    """Return why a check between its lines is undecided: its calls were cut, or there were too few of them."""
    return Because(closed) if closed in {Closed.DEADLINE, Closed.BUDGET} else Because.CAP


def with_margin(finding: Finding) -> Finding:
    """Return a finding with its margin, and without figures that are none: a ratio to nothing is infinite.

    A check decides by counts and ranks, so a measured value may lie on the other side of the limit by chance; then no
    margin is shown, for it would say the opposite of the outcome.
    """
    if finding.measured is not None and not isfinite(finding.measured):
        return replace(finding, measured=None, margin=None)
    if finding.measured is None or not finding.limit:
        return replace(finding, margin=None)
    margin = 1 - finding.measured / finding.limit
    contradicts = margin < 0 if finding.outcome is Outcome.PASSED else margin > 0
    shown = None if contradicts and finding.outcome in {Outcome.PASSED, Outcome.FAILED} else margin
    return replace(finding, margin=shown)
