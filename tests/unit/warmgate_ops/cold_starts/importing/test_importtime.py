"""CPython's own log: read as it is written, and held against what was recorded."""

from __future__ import annotations

import pytest

from support.cold_imports import Module, cold
from warmgate_ops.cold_starts.importing.importtime import agreement, log_lines, self_times

LOG = (
    "import time: self [us] | cumulative | imported package",
    "import time:       253 |        253 |   heavy.more",
    "what the function wrote",
    "import time:      1747 |       2000 | heavy",
)


def test_a_log_is_found_among_other_output() -> None:
    """As tuna reads it: the head and the rows."""
    assert log_lines(LOG) == (LOG[0], LOG[1], LOG[3])
    assert self_times(LOG) == {"heavy.more": 0.253, "heavy": 1.747}


def test_both_agree_on_the_modules_that_both_have() -> None:
    """The handler's module is in no log; what else is missing is named."""
    more = Module(name="heavy.more", path="/var/task/heavy/more.py", own=0.25)
    heavy = Module(name="heavy", path="/var/task/heavy/__init__.py", own=1.75, inside=[more])
    gone = Module(name="late", path="/var/task/late.py")
    found = agreement(LOG, [cold(Module(name="app", path="/var/task/app.py", inside=[heavy, gone]), init_ms=9)], "app")

    assert (found.modules, found.missing) == (2, ("late",))
    assert found.share == pytest.approx(1.0)


def test_nothing_recorded_is_no_disagreement() -> None:
    """A handler that imports nothing has nothing to compare."""
    assert agreement(LOG, [], "app").share == 1.0
