"""Where a module comes from: the function's own code, an installed package with its version, a layer, the language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import Distribution, distributions
from pathlib import Path

from warmgate_ops.cold_starts.importing.records import Loaded

_NODE_PACKAGE = re.compile(r"(?:^|/)node_modules/((?:@[^/]+/)?[^/]+)/")
_IN_LAYER = re.compile(r"(?:python(?:/lib/python3\.\d+/site-packages)?|nodejs(?:/node\d+)?)/")


class Kind(StrEnum):
    """Whose a module is."""

    OWN = "own code"
    PACKAGE = "package"
    LAYER = "layer"
    LAMBDA = "Lambda's own package"
    STANDARD = "standard library"
    LINKING = "ES modules found and linked"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """One line of the table: a module of the function, a package, or a part of the standard library."""

    kind: Kind
    unit: str
    """Of own code the module or file, of packages their name in the index, else the first part of the name."""


LINKING = Origin(Kind.LINKING, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder as the function sees it, and which installed packages its files belong to."""

    seen: str
    kind: Kind
    packages: Mapping[str, str] = field(default_factory=dict)
    """Names by the path of a file below `seen`, and by the first part of that path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """All that a function can import from, besides the language itself."""

    places: tuple[Place, ...]
    handler: str
    """The module or file of the handler."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of the installed packages by name."""

    def of(self, module: Loaded) -> Origin:
        """Return where a module comes from."""
        for place in self.places:
            if module.path.startswith(f"{place.seen}/"):
                return self._inside(place, module.path[len(place.seen) + 1 :], module.name)
        name = module.name.removeprefix("node:")
        return Origin(Kind.STANDARD, re.split(r"[./]", name, maxsplit=1)[0])

    def file_of(self, path: str) -> str:
        """Return a path from the function's own folder, else the path."""
        own = next((place.seen for place in self.places if place.kind is Kind.OWN), "")
        return path.removeprefix(f"{own}/")

    def _inside(self, place: Place, inside: str, name: str) -> Origin:
        found = _NODE_PACKAGE.search(f"/{inside}")
        if found:
            return Origin(Kind.PACKAGE if place.kind is Kind.OWN else place.kind, found[1])
        start = _IN_LAYER.match(inside) if place.kind is Kind.LAYER else None
        within = inside[start.end() :] if start else inside
        first = within.partition("/")[0]
        package = place.packages.get(within) or place.packages.get(first)
        if package:
            return Origin(Kind.PACKAGE if place.kind is Kind.OWN else place.kind, package)
        if place.kind is not Kind.OWN:
            return Origin(place.kind, re.split(r"[./]", within, maxsplit=1)[0])
        if within.endswith((".js", ".mjs", ".cjs", ".json", ".node")):
            return Origin(Kind.OWN, within)
        # What was copied in without its metadata has many modules, and is none of those that the handler lies among.
        top = name.partition(".")[0]
        return Origin(Kind.OWN, name if top == self.handler.partition(".")[0] or "/" not in within else top)


def places_of(
    task: tuple[str, Path], layers: tuple[str, Path] | None, runtime: tuple[str, Path] | None, handler: str
) -> Places:
    """Return what lies in the folders of a function.

    Args:
        task: where the code is seen, and where it lies on this machine.
        layers: where the layers are; None where there are none.
        runtime: where the packages are that Lambda brings; None where it brings none.
        handler: the handler's module.
    """
    versions: dict[str, str] = {}
    found: list[Place] = []
    for kind, pair in ((Kind.OWN, task), (Kind.LAYER, layers), (Kind.LAMBDA, runtime)):
        if pair is not None:
            seen, folder = pair
            roots = [folder, folder / "python", *folder.glob("python/lib/python3.*/site-packages")]
            packages: dict[str, str] = {}
            for root in roots if kind is Kind.LAYER else roots[:1]:
                _add(root, packages, versions)
            _add_node(folder, versions)
            found.append(Place(seen=seen, kind=kind, packages=packages))
    return Places(places=tuple(found), handler=handler, versions=versions)


def _add(folder: Path, packages: dict[str, str], versions: dict[str, str]) -> None:
    for each in distributions(path=[str(folder)]):
        name = each.metadata["Name"]
        if name:
            versions.setdefault(name, each.version)
            for path in _paths_of(each):
                packages.setdefault(path, name)


def _paths_of(package: Distribution) -> set[str]:
    """Return the files of a package and, where they say it alone, the first parts of their paths."""
    files = [file.as_posix() for file in package.files or ()]
    listed = (package.read_text("top_level.txt") or "").split()
    # Several packages may share the first part, google for example: their files tell them apart.
    return {*files, *(listed if not files else ())}


def _add_node(folder: Path, versions: dict[str, str]) -> None:
    for pattern in ("node_modules/*/package.json", "node_modules/@*/*/package.json"):
        for described in folder.glob(f"**/{pattern}"):
            try:
                said = json.loads(described.read_text("utf-8"))
                versions.setdefault(str(said["name"]), str(said["version"]))
            except (ValueError, KeyError, TypeError, OSError):
                continue
