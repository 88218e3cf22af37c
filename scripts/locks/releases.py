"""What each pinned release requires and which wheels it has: requirements/metadata.json, so that nobody has to ask."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from locks.files import ROOT

FILE = ROOT / "requirements" / "metadata.json"
_EXTRA = re.compile(r'extra == "([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of a package: what its metadata says, and the wheels that the targets take."""

    requires: tuple[str, ...]
    requires_python: str
    extras: frozenset[str]
    """The extras that somebody asks for; what others would require is left out."""
    wheels: frozenset[str]

    def admits(self, python: str) -> bool:
        """Return whether it may run with a Python."""
        return SpecifierSet(self.requires_python).contains(python)

    def requirements(self) -> tuple[Requirement, ...]:
        """Return what it requires."""
        return tuple(Requirement(text) for text in self.requires)

    def joined(self, other: Release) -> Release:
        """Return the release with the extras and wheels of both."""
        return Release(
            requires=tuple(sorted({*self.requires, *other.requires})),
            requires_python=other.requires_python,
            extras=self.extras | other.extras,
            wheels=self.wheels | other.wheels,
        )


def without_other_extras(requires: list[str], extras: frozenset[str]) -> tuple[str, ...]:
    """Return the requirements that count without an extra or with one of these."""
    named = {text: {canonicalize_name(extra) for extra in _EXTRA.findall(str(Requirement(text)))} for text in requires}
    return tuple(sorted(text for text, found in named.items() if not found or found & extras))


def parse_releases(text: str) -> dict[str, Release]:
    """Return the releases by name and version."""
    return {
        name: Release(
            requires=tuple(entry["requires"]),
            requires_python=entry["requires_python"],
            extras=frozenset(entry["extras"]),
            wheels=frozenset(entry["wheels"]),
        )
        for name, entry in json.loads(text).items()
    }


def render_releases(releases: Mapping[str, Release]) -> str:
    """Return the text of the file: a line for each release, the same for the same releases."""
    lines = (f"{json.dumps(name)}: {json.dumps(_entry(release))}" for name, release in sorted(releases.items()))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _entry(release: Release) -> dict[str, str | list[str]]:
    return {
        "requires_python": release.requires_python,
        "requires": list(release.requires),
        "extras": sorted(release.extras),
        "wheels": sorted(release.wheels),
    }
