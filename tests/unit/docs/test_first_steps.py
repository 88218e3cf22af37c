"""The three commands for a function of one's own are the same on every page that a newcomer meets, and early on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.first_steps import FIRST_STEPS, block

ROOT = Path(__file__).parents[3]
PAGES = ("README.md", "docs/tutorial/first-policy.md", "docs/how-to/rehearse-your-own-function.md")
SCREEN = 60
"""Lines that somebody reads before giving up."""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_the_commands_that_are_run(page: str) -> None:
    """Those that tests/rehearsal/test_first_steps.py runs as they stand, and no variant of them."""
    text = (ROOT / page).read_text(encoding="utf-8")

    assert text.count(block()) == 1
    assert text.count(FIRST_STEPS[1]) == 1


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/rehearse-your-own-function.md"])
def test_they_stand_on_the_first_screens_without_statistics(page: str) -> None:
    """Confidence and percentiles come after the first success."""
    above, _, below = (ROOT / page).read_text(encoding="utf-8").partition(block())
    shown = [*above.splitlines(), *FIRST_STEPS]

    assert len(shown) <= SCREEN
    assert "confidence" not in above + "\n".join(below.splitlines()[:SCREEN])
