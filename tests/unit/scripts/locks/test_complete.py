"""Each lock holds all that an install needs, on every Python and platform it is for: nothing is left to be resolved."""

from __future__ import annotations

import re
import tomllib

import pytest

from locks.files import LOCKS, MACHINES, ROOT, Lock, counted, parse_pins, pins, project, roots
from locks.gaps import Locked, gaps
from locks.releases import FILE, parse_releases, render_releases
from locks.targets import PYTHONS, Target

RELEASES = parse_releases(FILE.read_text())


@pytest.mark.parametrize(("lock", "target"), MACHINES, ids=lambda value: getattr(value, "file", str(value)))
def test_a_lock_is_complete(lock: Lock, target: Target) -> None:
    """Every requirement has its pin, every pin a wheel, and the development lock serves pyproject.toml too."""
    asked = [*roots(lock), *(project() if lock.file == "requirements/dev.txt" else ())]
    locked = Locked(target=target, pins=pins(lock, target), releases=RELEASES)

    assert gaps(locked, asked, alone=bool(lock.alone_because)) == []


def test_what_is_known_is_what_is_pinned() -> None:
    """A lock that was edited by hand has other pins than requirements/metadata.json: make lock writes both."""
    assert set(RELEASES) == counted()
    assert FILE.read_text() == render_releases(RELEASES)


def test_every_lock_is_looked_at() -> None:
    """No lock file lies beside those that are tested, and each is made by `make lock`."""
    files = {str(path.relative_to(ROOT)) for path in (*ROOT.glob("requirements/*.txt"), *ROOT.glob("hooks/*.txt"))}

    assert {lock.file for lock in LOCKS} == files
    asked = {f"requirements/{path.name}" for path in ROOT.glob("requirements/*.in")}
    assert {lock.source for lock in LOCKS} == {*asked, "pyproject.toml"}


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock.agrees_with], ids=lambda lock: lock.file)
def test_locks_agree(lock: Lock) -> None:
    """What is deployed is what was tested: where two locks pin a package, they pin the same version of it."""
    own, other = (parse_pins((ROOT / name).read_text()) for name in (lock.file, lock.agrees_with))
    shared = {pin.name for pin in own} & {pin.name for pin in other}

    assert shared
    assert {pin.release for pin in own if pin.name in shared} <= {pin.release for pin in other}


def test_every_pin_has_hashes() -> None:
    """An install compares what it gets with its lock."""
    bare = [pin.release for lock in LOCKS for pin in parse_pins((ROOT / lock.file).read_text()) if not pin.hashes]

    assert bare == []


def test_one_range_of_pythons_is_named_everywhere() -> None:
    """The locks, the package's classifiers and the Makefile mean the same Pythons."""
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    classified = re.findall(r"Python :: (\d)\.(\d+)", " ".join(package["classifiers"]))

    assert tuple((int(major), int(minor)) for major, minor in classified) == PYTHONS
    assert package["requires-python"] == ">={}.{}".format(*PYTHONS[0])
    assert f"{PYTHONS[0]} <= sys.version_info[:2] <= {PYTHONS[-1]}" in (ROOT / "Makefile").read_text()
