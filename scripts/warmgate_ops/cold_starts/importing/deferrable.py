"""Whether what a line imports is needed when the module is loaded, or only inside some of its functions. Pure."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Where a module uses what one of its lines imports."""

    inside: tuple[str, ...]
    """Functions and methods that use it."""
    functions: int
    """How many functions and methods the module has."""
    at_module_level: int
    """The first line that needs it while the module is loaded; 0 where none does."""

    @property
    def can_wait(self) -> bool:
        """Return whether the import can be moved into the functions that use it."""
        return not self.at_module_level and bool(self.functions)


def use_of(text: str, line: int) -> Use | None:
    """Return where a line's import is used; None where the line has no import, or has it in a function."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    reader = _Reader()
    reader.visit(tree)
    found = next((each for each in reader.imports if each.lineno <= line <= (each.end_lineno or each.lineno)), None)
    if found is None:
        return None
    names = {(each.asname or each.name.partition(".")[0]) for each in found.names}
    inside = tuple(name for name in reader.functions if names & reader.used.get(name, set()))
    lines = [at for name, at in reader.at_module_level if name in names]
    if names == {"*"} or names & _exported(tree):
        lines.append(found.lineno)
    return Use(inside=inside, functions=len(reader.functions), at_module_level=min(lines, default=0))


def _exported(tree: ast.Module) -> set[str]:
    """Return what `__all__` names: others may import it from here."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == "__all__" for each in node.targets
        ):
            found |= {
                each.value
                for each in ast.walk(node.value)
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
    return found


@dataclass(slots=True)
class _Reader(ast.NodeVisitor):
    """Tells names that are read while a module is loaded from those that its functions read when they are called."""

    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    used: dict[str, set[str]] = field(default_factory=dict)
    at_module_level: list[tuple[str, int]] = field(default_factory=list)
    _classes: list[str] = field(default_factory=list)
    _inside: str = ""

    def visit_Import(self, node: ast.Import) -> None:
        if not self._inside:
            self.imports.append(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if not self._inside:
            self.imports.append(node)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            return
        if self._inside:
            self.used.setdefault(self._inside, set()).add(node.id)
        else:
            self.at_module_level.append((node.id, node.lineno))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        before, self._inside = self._inside, self._inside or f"lambda of line {node.lineno}"
        self.visit(node.body)
        self._inside = before

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Decorators, defaults and annotations are evaluated where the function is defined, its body is not."""
        for part in (*node.decorator_list, node.args, *((node.returns,) if node.returns else ())):
            self.visit(part)
        before = self._inside
        if not before:
            self._inside = ".".join([*self._classes, node.name])
            self.functions.append(self._inside)
        for statement in node.body:
            self.visit(statement)
        self._inside = before
