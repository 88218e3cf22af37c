"""What a package holds and what of it its handler imports, summed up by what lies at its top."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from warmgate_ops.cold_starts.advising.package.archive import Archive
from warmgate_ops.cold_starts.advising.package.imports import Imported, imported_by
from warmgate_ops.cold_starts.advising.package.lint import AtImport, Kind, found_at_import

_NO_CODE = (".dist-info", ".egg-info", "__pycache__", ".data")
"""Folders that no import reaches and that are small: metadata of packages, and compiled files."""
_PARTS_OF = (".libs",)
"""Folders with the libraries of a package beside it: `numpy.libs` belongs to `numpy`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A package."""

    source: str
    bytes: int
    """Unpacked."""
    files: int
    is_python: bool
    """Whether the handler's module was found and followed; what is said of imports is empty otherwise."""
    unused: tuple[tuple[str, int], ...] = ()
    """What lies at the top and is never imported from the handler, with its bytes; the largest first."""
    by_name: tuple[str, ...] = ()
    """Places that import by a computed name: what is in `unused` may be used after all."""
    at_import: tuple[AtImport, ...] = ()
    """In the function's own modules."""
    in_libraries: int = 0
    """How many of the same were found in installed packages."""
    modules: int = 0
    """Files that run when the handler is imported."""

    def of(self, *kinds: Kind) -> tuple[AtImport, ...]:
        """Return what was found of some kinds."""
        return tuple(found for found in self.at_import if found.kind in kinds)


def inspected(archive: Archive, handler: str) -> Inspected:
    """Return what a package holds, as far as its sources say."""
    size, files = archive.total, len(archive.sizes)
    imported = imported_by(archive, handler)
    if imported is None:
        return Inspected(source=archive.source, bytes=size, files=files, is_python=False)
    installed = _installed(archive)
    own: list[AtImport] = []
    foreign = 0
    for name, tree in imported.trees:
        found = list(found_at_import(name, tree))
        if _top_of(name) in installed:
            foreign += sum(each.kind is not Kind.CLIENT for each in found)
        else:
            own += found
    return Inspected(
        source=archive.source,
        bytes=size,
        files=files,
        is_python=True,
        unused=_unused(archive, imported),
        by_name=tuple(place for place in imported.by_name if place.partition(":")[0] in imported.reached),
        at_import=tuple(sorted(own, key=lambda found: (found.file, found.line))),
        in_libraries=foreign,
        modules=len(imported.eager),
    )


def _unused(archive: Archive, imported: Imported) -> tuple[tuple[str, int], ...]:
    used = {_top_of(name) for name in imported.reached}
    sizes: Counter[str] = Counter()
    for name, size in archive.sizes.items():
        top = _top_of(name)
        if top not in used and not top.endswith(_NO_CODE) and _is_code(archive, top):
            sizes[top] += size
    return tuple(sizes.most_common())


def _is_code(archive: Archive, top: str) -> bool:
    """Return whether something at the top is source or holds some: what else lies there may be read as data."""
    if top.endswith((".py", ".so")):
        return True
    return any(name.startswith(f"{top}/") and name.endswith((".py", ".so")) for name in archive.sizes)


def _top_of(name: str) -> str:
    first = name.partition("/")[0]
    for ending in _PARTS_OF:
        first = first.removesuffix(ending)
    return first


def _installed(archive: Archive) -> frozenset[str]:
    """Return what of a package's top was installed by pip, by the lists that pip leaves beside it."""
    found: set[str] = set()
    for name in archive.sizes:
        if name.endswith(".dist-info/RECORD"):
            lines = (archive.text(name) or "").splitlines()
            found |= {_top_of(line.partition(",")[0]) for line in lines}
    return frozenset(found)
