"""The lock files of this repository, and what stands in them and in the files that they are made from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from locks.targets import LAMBDA, LINUX, LINUX_AND_MACOS, RUNTIMES, Target

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock file, what it is made from, and the machines that it is installed on."""

    file: str
    source: str
    targets: tuple[Target, ...]
    agrees_with: str = ""
    """The lock file that pins the same versions where both pin a package."""
    alone_because: str = ""
    """Why what its pins require is not wanted; empty where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A line of a lock."""

    name: NormalizedName
    version: str
    marker: Marker | None
    hashes: frozenset[str]

    @property
    def release(self) -> str:
        """Return name and version."""
        return f"{self.name}=={self.version}"


LOCKS = (
    Lock(file="requirements/dev.txt", source="requirements/dev.in", targets=LINUX_AND_MACOS),
    Lock(
        file="requirements/runtime.txt",
        source="requirements/runtime.in",
        targets=LINUX_AND_MACOS,
        agrees_with="requirements/dev.txt",
    ),
    Lock(file="requirements/python-runtimes.txt", source="requirements/python-runtimes.in", targets=RUNTIMES),
    Lock(
        file="requirements/install.txt",
        source="pyproject.toml",
        targets=LINUX_AND_MACOS,
        agrees_with="requirements/dev.txt",
    ),
    Lock(file="requirements/dist.txt", source="requirements/dist.in", targets=LINUX),
    Lock(file="requirements/awscli.txt", source="requirements/awscli.in", targets=LINUX),
    Lock(file="requirements/ministack.txt", source="requirements/ministack.in", targets=LINUX),
    Lock(file="requirements/sam-cli.txt", source="requirements/sam-cli.in", targets=LINUX),
    Lock(file="requirements/cdk.txt", source="requirements/cdk.in", targets=LINUX),
    Lock(file="requirements/docs.txt", source="requirements/docs.in", targets=LINUX_AND_MACOS),
    Lock(file="requirements/checkov.txt", source="requirements/checkov.in", targets=LINUX),
    Lock(
        file="requirements/mutants.txt",
        source="requirements/mutants.in",
        targets=LINUX,
        alone_because="only what changes a line of code is used, and none of cosmic-ray's databases and reports",
    ),
    Lock(
        file="requirements/lock.txt",
        source="requirements/lock.in",
        targets=LINUX_AND_MACOS,
        agrees_with="requirements/dev.txt",
    ),
    Lock(
        file="hooks/requirements.txt",
        source="requirements/package.in",
        targets=LAMBDA,
        agrees_with="requirements/dev.txt",
    ),
    Lock(
        file="requirements/sam.txt",
        source="requirements/sam.in",
        targets=LINUX,
        agrees_with="requirements/sam-cli.txt",
        alone_because="one program inside the wheel is run, the Runtime Interface Emulator, and no Python of it",
    ),
)


MACHINES = tuple((lock, target) for lock in LOCKS for target in lock.targets)
"""Each lock on each machine that it is for."""


def pins(lock: Lock, target: Target) -> tuple[Pin, ...]:
    """Return the lines of a lock that count on a machine."""
    return tuple(pin for pin in parse_pins((ROOT / lock.file).read_text()) if target.meets(pin.marker))


def counted() -> frozenset[str]:
    """Return every release that counts on any machine."""
    return frozenset(pin.release for lock, target in MACHINES for pin in pins(lock, target))


def parse_pins(text: str) -> tuple[Pin, ...]:
    """Return the lines of a lock's text."""
    return tuple(_pin(line) for line in text.replace("\\\n", " ").splitlines())


def _pin(line: str) -> Pin:
    text, *hashes = line.split("--hash=sha256:")
    requirement = Requirement(text)
    (exact,) = requirement.specifier
    return Pin(
        name=canonicalize_name(requirement.name),
        version=exact.version,
        marker=requirement.marker,
        hashes=frozenset(text.strip() for text in hashes),
    )


def roots(lock: Lock) -> tuple[Requirement, ...]:
    """Return what a lock is made from: its own lines, and those of the files that it names."""
    if lock.source == "pyproject.toml":
        return installing()
    return _asked(ROOT / lock.source)


def _asked(path: Path) -> tuple[Requirement, ...]:
    found: list[Requirement] = []
    for line in path.read_text().splitlines():
        if line.startswith("-r "):
            found += _asked(path.parent / line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return tuple(found)


def project() -> tuple[Requirement, ...]:
    """Return what pyproject.toml asks for: to build, to run, and its extras."""
    found = _pyproject()
    optional = (text for extra in found["project"]["optional-dependencies"].values() for text in extra)
    asked = (*found["build-system"]["requires"], *found["project"]["dependencies"], *optional)
    return tuple(Requirement(text) for text in asked)


def installing() -> tuple[Requirement, ...]:
    """Return what pyproject.toml asks for to run and to rehearse; pictures are left to who wants them."""
    found = _pyproject()["project"]
    return tuple(Requirement(text) for text in (*found["dependencies"], *found["optional-dependencies"]["rehearsal"]))


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
