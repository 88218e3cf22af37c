"""The page of the public suites names tests of ours that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
UNIT = ROOT / "tests" / "unit" / "warmgate_ops" / "rehearsal"
FILES = {
    **{
        name: UNIT / f"test_codedeploy_{name}.py"
        for name in ("operations", "applications", "wire", "service", "machine")
    },
    **{name: ROOT / "tests" / "rehearsal" / f"test_lambda_{name}.py" for name in ("rules", "fidelity", "ahead")},
    "local_lambda": ROOT / "tests" / "contract" / "test_local_lambda.py",
}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "reference" / "local-cloud-suites.md").read_text().splitlines()
    if line.startswith(("| `", "| class"))
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_a_test_that_exists_or_says_why_there_is_none(row: list[str]) -> None:
    """A claim that something is kept is worth as much as the test behind it."""
    _, ours, why_not = row
    found = re.fullmatch(r"(\w+): `(test_\w+)`", ours)

    assert found or why_not
    assert found is None or f"\ndef {found[2]}(" in FILES[found[1]].read_text()
