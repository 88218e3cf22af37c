"""How a verdict or a release stands: its word, whose word decided where no check did, and the exit code.

Both tables of exit codes are here.
"""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.model.deployment import Status
from warmgate.model.release import ReleaseOutcome
from warmgate.model.verdict import Because, Outcome, Verdict

PASSED, REFUSED, UNKNOWN = 0, 1, 3
"""Exit codes: passed or let through, refused, could not find out; 2 is wrong usage."""
RELEASE_EXIT_CODES = {
    ReleaseOutcome.RELEASED: PASSED,
    ReleaseOutcome.ROLLED_BACK: REFUSED,
    ReleaseOutcome.NOT_ROLLED_BACK: REFUSED,
    ReleaseOutcome.SUPERSEDED: REFUSED,
    ReleaseOutcome.UNKNOWN: UNKNOWN,
}
LACKS_EVIDENCE = frozenset(
    {Because.NO_DATA, Because.TOO_FEW_COLD_STARTS, Because.TOO_FEW_ENVIRONMENTS, Because.TOO_LITTLE_TRAFFIC}
)
"""Why a finding is inconclusive where there was nothing, or too little, to judge; the others have judged and wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What people and pipelines hear of a verdict."""

    word: str
    """PASSED, REFUSED, FAILED (only observed), SKIPPED, INCONCLUSIVE or ERROR."""
    aside: str
    """Whose word decided where no check did: `let through by when.inconclusive: half`."""
    exit_code: int


def standing_of(verdict: Verdict, status: Status) -> Standing:
    """Return how a verdict stands with the status that was reported for it."""
    through = status is Status.SUCCEEDED
    if verdict.outcome is Outcome.PASSED and through:
        return Standing(word="PASSED", aside="", exit_code=PASSED)
    if verdict.outcome in {Outcome.PASSED, Outcome.FAILED} and not through:
        return Standing(word="REFUSED", aside="", exit_code=REFUSED)
    aside = "let through" if through else "refused"
    if verdict.settled_by:
        aside = f"{aside} by {verdict.settled_by}"
    unknown = verdict.outcome is Outcome.ERROR or lacks_evidence(verdict)
    exit_code = UNKNOWN if unknown else PASSED if through else REFUSED
    return Standing(word=verdict.outcome.value.upper(), aside=aside, exit_code=exit_code)


def lacks_evidence(verdict: Verdict) -> bool:
    """Return whether a verdict is inconclusive because a limit met nothing, or too little, to be judged by."""
    if verdict.outcome is not Outcome.INCONCLUSIVE:
        return False
    open_ = [finding for finding in verdict.findings if finding.outcome is Outcome.INCONCLUSIVE]
    return not open_ or any(finding.inconclusive_because in LACKS_EVIDENCE for finding in open_)
