"""Every outcome with every status: the word, whose word decided, and the exit code."""

from __future__ import annotations

import pytest

from support.reports.judgements import COMPARED, ERRORS, SLOW, UNSEEN
from warmgate.model.deployment import Status
from warmgate.model.verdict import Because, Finding, Mode, Outcome, Verdict
from warmgate.report.standing import LACKS_EVIDENCE, standing_of

COLD = Finding(
    check="limits.init.p95",
    outcome=Outcome.INCONCLUSIVE,
    reason="0 cold starts in 10 calls, at least 5 are needed",
    inconclusive_because=Because.TOO_FEW_COLD_STARTS,
)
THROUGH, REFUSED = Status.SUCCEEDED, Status.FAILED


@pytest.mark.parametrize(
    ("outcome", "status", "findings", "settled_by", "word", "aside", "exit_code"),
    [
        ("passed", THROUGH, [ERRORS], "", "PASSED", "", 0),
        ("failed", REFUSED, [SLOW], "", "REFUSED", "", 1),
        ("failed", REFUSED, [SLOW, COLD], "", "REFUSED", "", 1),
        ("failed", THROUGH, [SLOW], "mode: observe", "FAILED", "let through by mode: observe", 0),
        ("inconclusive", THROUGH, [COMPARED], "when.x: y", "INCONCLUSIVE", "let through by when.x: y", 0),
        ("inconclusive", REFUSED, [COMPARED], "when.x: y", "INCONCLUSIVE", "refused by when.x: y", 1),
        ("inconclusive", THROUGH, [ERRORS, COLD], "when.x: y", "INCONCLUSIVE", "let through by when.x: y", 3),
        ("inconclusive", REFUSED, [COMPARED, UNSEEN], "when.x: y", "INCONCLUSIVE", "refused by when.x: y", 3),
        ("inconclusive", REFUSED, [], "", "INCONCLUSIVE", "refused", 3),
        ("error", THROUGH, [], "when.error: pass", "ERROR", "let through by when.error: pass", 3),
        ("error", REFUSED, [], "", "ERROR", "refused", 3),
    ],
)
def test_the_whole_table(
    outcome: str, status: Status, findings: list[Finding], settled_by: str, word: str, aside: str, exit_code: int
) -> None:
    """PASSED is said of what passed alone, and 0 of what passed or was let through with evidence."""
    verdict = Verdict(
        outcome=Outcome(outcome), status=status, reason="", findings=tuple(findings), settled_by=settled_by
    )

    standing = standing_of(verdict, status)

    assert (standing.word, standing.aside, standing.exit_code) == (word, aside, exit_code)


@pytest.mark.parametrize("because", sorted(LACKS_EVIDENCE))
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("status", Status)
def test_no_policy_makes_a_pass_of_a_limit_without_evidence(because: Because, mode: Mode, status: Status) -> None:
    """Whatever `when` and `mode` say, the exit code is that of what could not be found out."""
    finding = Finding(check="c", outcome=Outcome.INCONCLUSIVE, reason="", inconclusive_because=because)
    verdict = Verdict(outcome=Outcome.INCONCLUSIVE, status=status, reason="", findings=(ERRORS, finding), mode=mode)

    assert standing_of(verdict, status).exit_code == 3
