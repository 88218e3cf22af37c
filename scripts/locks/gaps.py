"""What a lock lacks on one machine: a requirement without its pin, a pin that this Python refuses, a missing wheel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from locks.files import Pin
from locks.releases import Release
from locks.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """The pins of a lock that count on a machine, and what is known of them."""

    target: Target
    pins: tuple[Pin, ...]
    releases: Mapping[str, Release]

    def pin(self, name: str) -> Pin | None:
        """Return the pin of a package."""
        return next((pin for pin in self.pins if pin.name == name), None)

    def release(self, name: str) -> Release | None:
        """Return what is known of a package's pin."""
        pin = self.pin(name)
        return self.releases.get(pin.release) if pin else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A requirement and the package that has it, none for what was asked for."""

    requirement: Requirement
    by: str

    @property
    def name(self) -> str:
        """Return the package that is required."""
        return canonicalize_name(self.requirement.name)

    @property
    def extras(self) -> frozenset[str]:
        """Return the extras of it that are required."""
        return frozenset(canonicalize_name(extra) for extra in self.requirement.extras)


def gaps(locked: Locked, roots: Sequence[Requirement], *, alone: bool = False) -> list[str]:
    """Return a sentence for each thing that is missing; `alone` is for pins whose own requirements are not wanted."""
    demands = _demands(locked, roots, alone=alone)
    demanded = {demand.name for demand in demands}
    return sorted(
        {
            *(sentence for pin in locked.pins for sentence in _of_pin(pin, locked)),
            *(sentence for demand in demands for sentence in _of_demand(demand, locked)),
            *(f"{pin.release}: nothing requires it" for pin in locked.pins if pin.name not in demanded),
        }
    )


def _demands(locked: Locked, roots: Sequence[Requirement], *, alone: bool) -> set[Demand]:
    found: set[Demand] = set()
    waiting = [Demand(requirement=root, by="") for root in roots if locked.target.meets(root.marker)]
    while waiting:
        demand = waiting.pop()
        if demand not in found:
            found.add(demand)
            waiting += [] if alone else _demands_of(demand, locked)
    return found


def _demands_of(demand: Demand, locked: Locked) -> Iterator[Demand]:
    release = locked.release(demand.name)
    for requirement in release.requirements() if release else ():
        if any(locked.target.meets(requirement.marker, extra) for extra in ("", *demand.extras)):
            yield Demand(requirement=requirement, by=demand.name)


def _of_pin(pin: Pin, locked: Locked) -> Iterator[str]:
    release = locked.releases.get(pin.release)
    if sum(other.name == pin.name for other in locked.pins) > 1:
        yield f"{pin.release}: pinned twice"
    if release is None:
        yield f"{pin.release}: not in requirements/metadata.json, run make lock"
        return
    if not release.admits(f"{locked.target.version}.0"):
        yield f"{pin.release}: needs Python {release.requires_python}"
    if not any(locked.target.takes(wheel) for wheel in release.wheels):
        yield f"{pin.release}: no wheel in requirements/metadata.json, run make lock"


def _of_demand(demand: Demand, locked: Locked) -> Iterator[str]:
    pin, release = locked.pin(demand.name), locked.release(demand.name)
    by = f", required by {demand.by}" if demand.by else ""
    if pin is None:
        yield f"{demand.name}: not pinned{by}"
    elif not demand.requirement.specifier.contains(pin.version, prereleases=True):
        yield f"{pin.release}: expected {demand.requirement.specifier}{by}"
    elif release and not release.extras >= demand.extras:
        yield f"{pin.release}: {', '.join(sorted(demand.extras))} not in requirements/metadata.json, run make lock"
