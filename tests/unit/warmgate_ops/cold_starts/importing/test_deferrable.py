"""Whether an import can wait until a function needs it, by where the file uses what it names."""

from __future__ import annotations

import pytest

from warmgate_ops.cold_starts.importing.deferrable import use_of

FOUR = """import json
import pandas as pd
from heavy import (
    one,
    two,
)

def a(): return json.dumps(1)
def monthly_report(event): return pd.DataFrame(event)
class Report:
    def rows(self):
        def inner(): return one()
        return inner()
async def b(): return 1
"""


@pytest.mark.parametrize(
    ("line", "inside"), [(1, ("a",)), (2, ("monthly_report",)), (3, ("Report.rows",)), (5, ("Report.rows",))]
)
def test_functions_that_use_an_import_are_named(line: int, inside: tuple[str, ...]) -> None:
    """Methods by their class; a statement over several lines is found by each of them."""
    found = use_of(FOUR, line)

    assert found is not None
    assert (found.inside, found.functions, found.at_module_level, found.can_wait) == (inside, 4, 0, True)


@pytest.mark.parametrize(
    "use",
    [
        "CLIENT = heavy.client()",
        "def f(x=heavy.DEFAULT): pass",
        "@heavy.cached\ndef f(): pass",
        "class A(heavy.Base): pass",
        "class A:\n    x = heavy.X",
        "def f(x: heavy.Type): pass",
        "def f() -> heavy.Type: pass",
        "x: heavy.Type = 1",
        "f = lambda x=heavy.X: x",
        "__all__ = ['heavy']",
        "if heavy.FAST: pass",
    ],
)
def test_what_is_needed_while_the_module_loads_cannot_wait(use: str) -> None:
    """Defaults, decorators, bases and annotations are evaluated then, and others may import what `__all__` names."""
    found = use_of(f"import heavy.part\ndef g(): return heavy\n{use}\n", 1)

    assert found is not None
    assert found.at_module_level > 0
    assert not found.can_wait


@pytest.mark.parametrize("use", ["f = lambda: heavy.X", "def f():\n    @heavy.cached\n    def g(): pass"])
def test_what_runs_with_a_function_can_wait(use: str) -> None:
    """The body of a lambda too."""
    found = use_of(f"import heavy\ndef g(): return heavy\n{use}\n", 1)

    assert found is not None
    assert found.can_wait


def test_an_import_of_everything_cannot_wait() -> None:
    """Nobody knows what it names."""
    found = use_of("from heavy import *\ndef f(): return thing\n", 1)

    assert found is not None
    assert not found.can_wait


@pytest.mark.parametrize(("text", "line"), [("def f():\n    import heavy\n", 2), ("x = 1\n", 1), ("import (", 1)])
def test_a_line_without_an_import_of_the_module_says_nothing(text: str, line: int) -> None:
    """Nor does one inside a function, or a file that is no Python."""
    assert use_of(text, line) is None
