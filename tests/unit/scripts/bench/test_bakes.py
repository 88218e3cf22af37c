"""`python -m bench.bakes`: a row for every kind of bake, none of a good one stopped."""

from __future__ import annotations

import pytest

from bench.bakes.__main__ import main


def test_it_prints_a_row_for_each_kind(capsys: pytest.CaptureFixture[str]) -> None:
    """Good releases, errors that begin, memory that climbs."""
    assert main(["1"]) == 0

    rows = capsys.readouterr().out.splitlines()
    assert "stopped, 0.5 % fail, limit 0.5 %, 36 parts: 0 of 1 [0 % to 97.5 %]" in rows
    assert any(row.startswith("minutes, 20% fail after 3 h, 300 calls a part: 1 of 1 found, median ") for row in rows)
    assert "minutes, memory: flat, 5 environments: none of 1 found" in rows


def test_it_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """One number."""
    assert main(["many"]) == 2
    assert "expected one number of bakes" in capsys.readouterr().err
