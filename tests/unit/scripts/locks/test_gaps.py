"""A lock that lacks anything is told from a complete one."""

from __future__ import annotations

import pytest

from locks.releases import Release
from locks.targets import LINUX, LINUX_AND_MACOS
from unit.scripts.locks.cases import missing, release

WHOLE = {"a==1": release("b>=2", "c; extra == 'more'", extras=("more",)), "b==2": release(), "c==3": release()}
MACOS = LINUX_AND_MACOS[-1]


def test_a_complete_lock_lacks_nothing() -> None:
    """What is asked for, and what that requires with the extra asked for, is pinned."""
    assert missing("a==1\nb==2\nc==3", WHOLE, "a[more]") == []


@pytest.mark.parametrize(
    ("lock", "root", "sentence"),
    [
        ("b==2", "a", "a: not pinned"),
        ("a==1", "a", "b: not pinned, required by a"),
        ("a==1\nb==2", "a[more]", "c: not pinned, required by a"),
        ("a==1\nb==2", "a>1", "a==1: expected >1"),
        ("a==1\nb==2\nc==3", "a", "c==3: nothing requires it"),
        ("a==1\nb==2\nb==3", "a", "b==2: pinned twice"),
        ("a==1\nb==4", "a", "b==4: not in requirements/metadata.json, run make lock"),
        ("a==1\nb==2", "a[less]", "a==1: less not in requirements/metadata.json, run make lock"),
    ],
)
def test_what_is_missing_is_named(lock: str, root: str, sentence: str) -> None:
    """A root, a requirement of a pin, an extra's requirement, a version, a release that nobody asked about."""
    assert sentence in missing(lock, WHOLE, root)


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (release("b>2"), "b==2: expected >2, required by a"),
        (release("b", python="<3.13"), "a==1: needs Python <3.13"),
        (release("b", wheels=("a-1-cp312-cp312-manylinux_2_17_x86_64.whl",)), "a==1: no wheel"),
        (release("b", wheels=("a-1-cp313-cp313-manylinux_2_35_x86_64.whl",)), "a==1: no wheel"),
        (release("b", wheels=("a-1-cp313-cp313-macosx_11_0_arm64.whl",)), "a==1: no wheel"),
        (release("b", wheels=("a-1-cp313-cp313t-manylinux_2_17_x86_64.whl",)), "a==1: no wheel"),
    ],
)
def test_a_release_that_cannot_be_installed_is_named(known: Release, sentence: str) -> None:
    """A pin outside of a requirement's range, another Python's release, another machine's wheel."""
    (found,) = missing("a==1\nb==2", {**WHOLE, "a==1": known}, "a")

    assert found.startswith(sentence)


@pytest.mark.parametrize(
    "wheel",
    ["a-1-cp38-abi3-manylinux2014_x86_64.whl", "a-1-py2.py3-none-any.whl", "a-1-py3-none-manylinux_2_17_x86_64.whl"],
)
def test_a_wheel_for_more_than_one_python_is_one(wheel: str) -> None:
    """A stable interface, pure Python, and a program in a wheel."""
    assert missing("a==1\nb==2", {**WHOLE, "a==1": release("b", wheels=(wheel,))}, "a") == []


def test_markers_count_for_the_machine_asked_about() -> None:
    """Not for the Python that the test runs with."""
    lock = "a==1\nb==2 ; python_full_version < '3.12'"
    known = {"a==1": release("b; python_version < '3.12'", "c; sys_platform == 'darwin'"), "b==2": release()}

    assert missing(lock, known, "a", target=LINUX[0]) == missing(lock, known, "a", target=LINUX[3]) == []
    assert missing(lock, known, "a", target=MACOS) == ["c: not pinned, required by a"]


def test_pins_that_stand_alone_require_nothing() -> None:
    """Where only a file of a wheel is used, its requirements are not asked for."""
    assert missing("a==1", WHOLE, "a", alone=True) == []
