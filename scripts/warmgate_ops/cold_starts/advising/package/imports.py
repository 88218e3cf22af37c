"""What a handler imports, followed through a package's sources by `ast`: what runs at import, what is reached."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from warmgate_ops.cold_starts.advising.package.archive import Archive

_BY_NAME = frozenset({"import_module", "__import__", "iter_entry_points", "entry_points", "load_module", "find_loader"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What was reached from a handler."""

    eager: frozenset[str]
    """Files that run when the handler's module is imported."""
    lazy: frozenset[str]
    """Files that are only imported inside functions."""
    by_name: tuple[str, ...] = ()
    """Places that import what only a running program knows: what is not reached may be reached by them."""
    trees: tuple[tuple[str, ast.Module], ...] = ()
    """Sources of `eager`, parsed."""

    @property
    def reached(self) -> frozenset[str]:
        """Return all files that an import reaches."""
        return self.eager | self.lazy


def imported_by(archive: Archive, handler: str) -> Imported | None:
    """Return what a handler such as `app.main.handler` imports; None where its module is not in the package."""
    start = _file_of(archive, handler.rpartition(".")[0].replace("/", "."))
    if start is None or not start.endswith(".py"):
        return None
    walk = _Walk(archive)
    walk.follow(start, eager=True)
    eager, trees = frozenset(walk.found), tuple(walk.trees.items())
    for origin, wanted in walk.later:
        walk.want(origin, wanted, eager=False)
    return Imported(eager=eager, lazy=frozenset(walk.found) - eager, by_name=tuple(walk.by_name), trees=trees)


class _Walk:
    """Follows imports breadth first; each file is parsed once."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.found: dict[str, None] = {}
        self.trees: dict[str, ast.Module] = {}
        self.later: list[tuple[str, str]] = []
        """Imports inside functions: the file, and the module that it wants."""
        self.by_name: list[str] = []

    def follow(self, start: str, *, eager: bool) -> None:
        """Follow the imports of a file and of what it imports."""
        waiting = deque([start])
        while waiting:
            name = waiting.popleft()
            if name in self.found:
                continue
            self.found[name] = None
            waiting.extend(self._wanted_by(name, eager=eager))

    def want(self, origin: str, module: str, *, eager: bool) -> None:
        """Follow one module that a file wants."""
        for name in _files_of(self._archive, module, origin):
            self.follow(name, eager=eager)

    def _wanted_by(self, name: str, *, eager: bool) -> Iterator[str]:
        tree = _parsed(self._archive, name)
        if tree is None:
            return
        self.trees[name] = tree
        here = _module_of(name)
        at_once, inside, by_name = _imports(tree, here, name.endswith("__init__.py"))
        self.by_name += [f"{name}:{line}" for line in by_name]
        if eager:
            self.later += [(name, module) for module in inside]
        for module in at_once if eager else (*at_once, *inside):
            yield from _files_of(self._archive, module, name)


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when a module is imported: no bodies of functions, nothing for type checkers."""
    waiting = [*ast.iter_child_nodes(tree)][::-1]
    while waiting:  # no recursion: a sum of thousands is as deep as it is long
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            below = [*getattr(node, "decorator_list", ()), *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.If) and _is_guarded(node.test):
            below = [*node.orelse]
        else:
            yield node
            below = [*ast.iter_child_nodes(node)]
        waiting += below[::-1]


def _is_guarded(test: ast.expr) -> bool:
    """Return whether a branch is for type checkers, or for a file that is run as a program."""
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    is_main = isinstance(test, ast.Compare) and getattr(test.left, "id", "") == "__name__"
    return name == "TYPE_CHECKING" or is_main


def _imports(tree: ast.Module, here: str, is_package: bool) -> tuple[list[str], list[str], list[int]]:
    """Return modules imported at once, those imported inside functions, and the lines that import by a name."""
    at_once = [module for node in at_import(tree) for module in _named(node, here, is_package)]
    everywhere = [module for node in ast.walk(tree) for module in _named(node, here, is_package)]
    inside = [module for module in dict.fromkeys(everywhere) if module not in set(at_once)]
    by_name = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _imports_by_name(node)]
    return list(dict.fromkeys(at_once)), inside, by_name


def _named(node: ast.AST, here: str, is_package: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = here.split(".") if here else []
            keep = len(parts) - node.level + (1 if is_package else 0)
            base = ".".join([*parts[: max(0, keep)], *([base] if base else [])])
        yield base
        yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names if alias.name != "*")
    elif isinstance(node, ast.Call) and _is_import_call(node) and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and not first.value.startswith("."):
            yield first.value


def _is_import_call(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in _BY_NAME


def _imports_by_name(node: ast.Call) -> bool:
    first = node.args[0] if node.args else None
    return _is_import_call(node) and not (isinstance(first, ast.Constant) and isinstance(first.value, str))


def _parsed(archive: Archive, name: str) -> ast.Module | None:
    text = archive.text(name) if name.endswith(".py") else None
    if text is None:
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _module_of(name: str) -> str:
    """Return the dotted name of a file; what stands below `python/` is a layer's."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".").removesuffix("__init__")


def _files_of(archive: Archive, module: str, origin: str) -> Iterator[str]:
    """Yield the files that importing a module runs: its packages from the top, then itself."""
    parts = [part for part in module.split(".") if part]
    for count in range(1, len(parts) + 1):
        found = _file_of(archive, ".".join(parts[:count]))
        if found is not None and found != origin:
            yield found


def _file_of(archive: Archive, module: str) -> str | None:
    """Return the file of a module: source, package, or compiled."""
    path = module.replace(".", "/")
    if not path:
        return None
    for name in (f"{path}.py", f"{path}/__init__.py"):
        if name in archive.sizes:
            return name
    return next((name for name in _compiled(archive, path)), None)


def _compiled(archive: Archive, path: str) -> Iterator[str]:
    folder, _, stem = path.rpartition("/")
    start = f"{folder}/{stem}." if folder else f"{stem}."
    for ending in ("so", "abi3.so"):
        if f"{start}{ending}" in archive.sizes:
            yield f"{start}{ending}"
    for version in range(8, 20):
        for machine in ("x86_64", "aarch64"):
            name = f"{start}cpython-3{version}-{machine}-linux-gnu.so"
            if name in archive.sizes:
                yield name
