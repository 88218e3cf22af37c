"""Unit tests stand where what they test stands: a folder for a folder, and mostly a file for a file."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"
HOMES = {"warmgate": ROOT / "hooks" / "warmgate", "warmgate_ops": ROOT / "scripts" / "warmgate_ops"}
ACROSS = {
    "warmgate": {"golden", "faults", "shipped", "repeated_calls", "rule_as_judged", "small_parts", "invoker_faults"}
    | {"unfit_probes"}
}
"""Tests that no single module stands for: the words of a whole folder, a rule through several of them."""


@pytest.mark.parametrize("home", HOMES)
def test_each_folder_of_tests_is_a_folder_of_the_house(home: str) -> None:
    """A stranger finds the tests of a folder by its path."""
    tested = {path.parent.relative_to(UNIT / home) for path in (UNIT / home).rglob("test_*.py")}

    assert {folder for folder in tested if not (HOMES[home] / folder).is_dir()} == set()


def test_each_test_of_the_hooks_names_its_module() -> None:
    """`judge/limits/test_init.py` tests `judge/limits/init.py`."""
    tests = [path.relative_to(UNIT / "warmgate") for path in (UNIT / "warmgate").rglob("test_*.py")]
    named = [path for path in tests if path.stem.removeprefix("test_") not in ACROSS["warmgate"]]

    assert [path for path in named if not (HOMES["warmgate"] / _module(path)).is_file()] == []


def _module(path: Path) -> Path:
    return path.with_name(path.name.removeprefix("test_"))
