"""`warmgate why`: what it prints of each kind of report, and its exit codes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from support.reports.judgements import ALL, REFUSED
from support.reports.releases import ENDS, RELEASE, completed
from warmgate.lineage.rollback_claims import Author, RollbackClaim
from warmgate.report.document import build_document
from warmgate_ops.cli.main import app
from warmgate_ops.cli.why import exit_code, lines_of


def stored(name: str) -> dict[str, Any]:
    """Return a report that the controller has not completed."""
    return build_document(ALL[name], ALL[name].verdict.status)


@pytest.mark.parametrize(
    ("end", "code"),
    [("released", 0), ("rolled_back", 1), ("not_rolled_back", 1), ("superseded", 1), ("unknown", 3)],
)
def test_a_completed_report_says_all(end: str, code: int) -> None:
    """Headline, reason, what happened to the alias, every check; the exit code is the end's."""
    document = completed(ENDS[end])
    lines = lines_of(document, None)

    assert lines[0].endswith("checkout-api:live version 8 (from 7)")
    assert any(str(document["release"]["summary"]) in line for line in lines)
    assert all(any(finding.check in line for line in lines) for finding in REFUSED.verdict.findings)
    assert exit_code(document, None) == code


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("refused", "InProgress", 1),
        ("passed", "Succeeded", 0),
        ("passed", "Stopped", 1),
        ("passed", "InProgress", 3),
    ],
)
def test_a_report_before_the_end_is_completed_by_codedeploy(name: str, status: str, code: int) -> None:
    """A verdict alone does not say whether the version serves."""
    document, seen = stored(name), replace(RELEASE, status=status)

    assert exit_code(document, seen) == code
    assert any(f"CodeDeploy says: {status}" in line for line in lines_of(document, seen))


def test_without_a_report_codedeploy_is_all_there_is() -> None:
    """Status, error, versions and hooks are printed, and the exit code says that no report was found."""
    lines = lines_of(None, RELEASE)

    assert lines[0] == "no report is stored"
    assert "HOOK_EXECUTION_FAILURE" in lines[1]
    assert "from version 6 to 7" in lines[2]
    assert exit_code(None, RELEASE) == 3


def test_a_rollback_points_at_what_it_rolled_back() -> None:
    """A rollback has no reason of its own."""
    claim = RollbackClaim(by=Author.CODEDEPLOY, rolls_back="d-FIRST0000", proven=True, reason="so")

    assert any("it rolls back d-FIRST0000" in line for line in lines_of(None, RELEASE, claim))


def test_a_claim_that_is_not_proven_is_said_with_its_reason() -> None:
    """What a description says of itself is no way to a report."""
    claim = RollbackClaim(by=Author.DESCRIPTION, rolls_back="d-FIRST0000", proven=False, reason="NOT A ROLLBACK: no")

    lines = lines_of(None, RELEASE, claim)
    assert "  NOT A ROLLBACK: no" in lines
    assert not any("it rolls back" in line for line in lines)


def test_what_is_no_deployment_id_is_wrong_usage() -> None:
    """Another kind of name ends before anything is asked."""
    result = CliRunner().invoke(app, ["why", "checkout-api"])

    assert result.exit_code == 2
    assert "d-ABCDEF123" in result.stderr
