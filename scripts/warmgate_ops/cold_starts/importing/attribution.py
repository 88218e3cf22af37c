"""Who brought a module, and what each import is worth: time of its own, and of what came with it alone. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from warmgate_ops.cold_starts.importing.origins import LINKING, Kind, Origin, Places
from warmgate_ops.cold_starts.importing.records import ColdStart, Loaded, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Which line of the function's own code imports something, directly or through a package."""

    file: str
    """From the function's folder; empty where no file of its own does."""
    line: int
    """0 where it is not known; for Node.js it is found in the file."""
    specifier: str = ""
    """What the line calls it, for Node.js."""
    via: str = ""
    """The package's module that has the import statement, where that is not the function's own."""


@dataclass(slots=True, kw_only=True)
class Share:
    """What one origin takes of one cold start."""

    ms: float = 0.0
    carried: dict[Origin, float] = field(default_factory=lambda: defaultdict(float))
    """Of that, what came with it and belongs to other packages."""
    importer: Importer | None = None
    thread: bool = False


def identity(module: Loaded) -> str:
    """Return what a module is known by in both versions: its file for Node.js, else its name."""
    return module.path if module.path.endswith((".js", ".mjs", ".cjs", ".json", ".node")) else module.name


def common_modules(colds: Sequence[ColdStart]) -> frozenset[str]:
    """Return the modules that most of some cold starts load in init."""
    counts: dict[str, int] = defaultdict(int)
    for cold in colds:
        for name in {identity(each) for each in cold.modules if each.phase is Phase.INIT and not each.failed}:
            counts[name] += 1
    return frozenset(name for name, count in counts.items() if 2 * count > len(colds))


def shares_of(cold: ColdStart, places: Places, there: frozenset[str]) -> dict[Origin, Share]:
    """Return what each origin takes of a cold start; together it is the init from the handler's import on.

    Args:
        cold: the cold start.
        places: where modules come from.
        there: modules that the other version loads too. One that it does not load counts as its importer's, up to what
            the function's own code or a module of both versions imports: that is what can be left out.
    """
    tree = _Tree(cold.modules, places)
    found: dict[Origin, Share] = defaultdict(Share)
    for number, module in enumerate(cold.modules):
        if module.phase is not Phase.INIT:
            continue
        root = tree.root(number, there)
        origin, own = tree.origin(root), tree.origin(number)
        share = found[origin]
        share.ms += module.self_ms
        share.thread = share.thread or module.thread
        if own != origin:
            share.carried[own] += module.self_ms
        if share.importer is None and origin.kind is not Kind.OWN:
            share.importer = tree.importer(root)
    if cold.linked_ms:
        found[LINKING] = Share(ms=cold.linked_ms)
    return dict(found)


def late_modules(cold: ColdStart, places: Places) -> list[tuple[Origin, float]]:
    """Return what was imported in the call, most time first."""
    found: dict[Origin, float] = defaultdict(float)
    tree = _Tree(cold.modules, places)
    for number, module in enumerate(cold.modules):
        if module.phase is Phase.CALL:
            found[tree.origin(tree.root(number, frozenset()))] += module.self_ms
    return sorted(found.items(), key=lambda each: -each[1])


class _Tree:
    """The modules of a cold start with who brought each."""

    def __init__(self, modules: Sequence[Loaded], places: Places) -> None:
        self._modules = modules
        self._places = places
        self._origins = [places.of(each) for each in modules]
        self._by_name: dict[str, int] = {}
        for number, each in enumerate(modules):
            for name in (each.name, each.path):
                self._by_name.setdefault(name, number)

    def origin(self, number: int) -> Origin:
        """Return where a module comes from; one that was not found is its importer's affair."""
        module, above = self._modules[number], self._above(number)
        if module.failed and not module.path and above is not None:
            return self.origin(above)
        return self._origins[number]

    def root(self, number: int, there: frozenset[str]) -> int:
        """Return the module that brought another: the highest that own code or a module of both versions imports."""
        if self.origin(number).kind is Kind.OWN or identity(self._modules[number]) in there:
            return number
        for above in self._chain(number):
            if self.origin(above).kind is Kind.OWN or identity(self._modules[above]) in there:
                break
            if self._modules[above].phase is not self._modules[number].phase:
                break
            number = above
        return number

    def importer(self, number: int) -> Importer:
        """Return the line of own code that a module's import goes back to."""
        via, at = "", number
        for above in [*self._chain(number), None]:
            module = self._modules[at]
            by = self._by_name.get(module.by)
            if by is not None and self._origins[by].kind is Kind.OWN:
                return self._at(by, module.by_line, module, via)
            via = via or (module.by if by is None or self._origins[by] != self._origins[number] else "")
            if above is not None and self.origin(above).kind is Kind.OWN:
                return self._at(above, module.parent_line, module, via)
            at = at if above is None else above
        return Importer(file="", line=0, specifier=self._modules[number].specifier, via=via)

    def _at(self, own: int, line: int, module: Loaded, via: str) -> Importer:
        file = self._places.file_of(self._modules[own].path)
        return Importer(file=file, line=line, specifier=module.specifier, via=via)

    def _above(self, number: int) -> int | None:
        module = self._modules[number]
        if module.parent is not None:
            return module.parent
        by = self._by_name.get(module.by) if module.by else None
        return None if by == number else by

    def _chain(self, number: int) -> Iterable[int]:
        """Yield the modules above one; ES modules may import each other in a circle."""
        seen = {number}
        above = self._above(number)
        while above is not None and above not in seen:
            seen.add(above)
            yield above
            above = self._above(above)


Finder = Callable[[str], str]
"""Reads a file of the function's own; empty where there is none."""


def with_line(importer: Importer, unit: str, read: Finder, own_files: Mapping[str, str]) -> Importer:
    """Return an importer whose line is known, found by what the line calls the package.

    Args:
        importer: as recorded.
        unit: the package's name.
        read: reads a file.
        own_files: texts of the function's own files, for ES modules whose importer is not recorded.
    """
    if importer.line:
        return importer
    names = {name for name in (importer.specifier, unit) if name}
    for file, text in [(importer.file, read(importer.file))] if importer.file else own_files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if any(f"{quote}{name}{quote}" in line for name in names for quote in "'\"`"):
                return Importer(file=file, line=number, specifier=importer.specifier, via=importer.via)
    return importer
