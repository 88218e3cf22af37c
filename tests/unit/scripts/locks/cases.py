"""Pins, releases and wheels that the tests of the locks make up."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

from locks.files import parse_pins
from locks.gaps import Locked, gaps
from locks.releases import Release
from locks.targets import LINUX, Target

TARGET = LINUX[2]
"""Python 3.13 on Linux x86_64."""


def release(
    *requires: str,
    python: str = ">=3.9",
    extras: tuple[str, ...] = (),
    wheels: tuple[str, ...] = ("x-1-py3-none-any.whl",),
) -> Release:
    """Return what is known of a release."""
    return Release(requires=requires, requires_python=python, extras=frozenset(extras), wheels=frozenset(wheels))


def missing(
    lock: str, releases: dict[str, Release], *roots: str, target: Target = TARGET, alone: bool = False
) -> list[str]:
    """Return what a lock of these lines lacks."""
    pins = tuple(pin for pin in parse_pins(lock) if target.meets(pin.marker))
    return gaps(Locked(target=target, pins=pins, releases=releases), [Requirement(root) for root in roots], alone=alone)


def write_wheel(folder: Path, tag: str, *requires: str) -> str:
    """Write a wheel of thing 1.0 and return its hash."""
    metadata = ["Metadata-Version: 2.1", "Name: thing", "Version: 1.0", "Requires-Python: >=3.8"]
    metadata += [f"Requires-Dist: {text}" for text in requires]
    file = folder / f"thing-1.0-{tag}.whl"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr("thing-1.0.dist-info/METADATA", "\n".join(metadata) + "\n")
        wheel.writestr("thing-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr("thing-1.0.dist-info/RECORD", "")
    return hashlib.sha256(file.read_bytes()).hexdigest()
