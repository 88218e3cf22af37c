"""Some thousands of texts for every parser; `make fuzz` runs as many as one likes, with other seeds."""

from __future__ import annotations

import pytest

from fuzz.targets import TARGETS, UnseenError, check_seen

RUNS = {"log": 2000, "appspec": 4000, "policy": 2500, "samples": 2000, "report": 2000, "template": 800}


@pytest.mark.parametrize("one_of", [50, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # jmespath's, of a way to write literals
@pytest.mark.parametrize("name", TARGETS)
def test_any_text_gives_results_or_faults_that_can_be_seen(name: str, one_of: int) -> None:
    """Nothing but documented errors comes out, and nothing shown holds a character that a reader would obey or miss."""
    runs = RUNS[name] // one_of
    taken = [TARGETS[name].run(text) for text in TARGETS[name].inputs(runs, seed=1)]

    assert any(taken)
    assert len(taken) == runs


@pytest.mark.parametrize("text", ["\x1b[2J", "a\x00", "\x85", "\u202e", "\ud800", "\r"])
def test_what_is_looked_for_is_found(text: str) -> None:
    """The harness can fail: a raw control character, a turn of direction or a lone surrogate is one."""
    with pytest.raises(UnseenError):
        check_seen(f"visible {text} text")
