"""The statement of own code that differs most, whatever lines moved."""

from __future__ import annotations

from support.cold_imports import Module, cold
from warmgate_ops.cold_starts.importing.statements import slowest, times_of

OLD = "import json\nONE = client('a')\ndef f(): pass\n"
NEW = "import json\n\n\nONE = client('a')\nALL = [client(each) for each in range(10)]\ndef f(): pass\n"


def test_a_new_statement_is_named_with_its_line() -> None:
    """One that only moved is the same one."""
    found = slowest({1: 0.1, 2: 20.0, 3: 0.0}, OLD, {1: 0.1, 4: 21.0, 5: 80.0, 6: 0.0}, NEW)

    assert found is not None
    assert (found.line, found.text, found.difference_ms) == (5, "ALL = [client(each) for each in range(10)]", 80.0)


def test_a_statement_that_is_gone_is_named_by_its_old_line() -> None:
    """And takes its time with it."""
    found = slowest({2: 20.0, 3: 0.0}, OLD, {}, "")

    assert found is not None
    assert (found.line, found.difference_ms) == (2, -20.0)


def test_statements_that_take_no_time_are_not_named() -> None:
    """Nor is anything where nothing was timed."""
    assert slowest({1: 0.1}, OLD, {1: 0.2}, NEW) is None
    assert slowest({}, "", {}, "") is None


def test_a_long_statement_is_shortened() -> None:
    """To what fits a line of the table."""
    text = "X = " + "a" * 100
    found = slowest({}, "", {1: 5.0}, text)

    assert found is not None
    assert len(found.text) == 60


def test_the_median_of_each_statement_counts() -> None:
    """Over the cold starts that timed them."""
    app = Module(name="app", path="/var/task/app.py")
    colds = [cold(app, init_ms=10, lines={"app": {"4": us}}) for us in (5_000, 90_000, 7_000)]

    assert times_of(colds, "app") == {4: 7.0}
    assert times_of(colds, "other") == {}
