"""The changes that can be tried: one constant, comparison or operator of one file at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from mutants.sampling import CONSTANTS, Change

OPERATORS = (
    CONSTANTS,
    *(
        f"core/ReplaceComparisonOperator_{pair}"
        for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Eq_NotEq", "NotEq_Eq")
    ),
    *(f"core/ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul")),
    *(f"core/Replace{pair}" for pair in ("AndWithOr", "OrWithAnd", "TrueWithFalse", "FalseWithTrue")),
    "core/AddNot",
)
"""Boundaries and signs: what a wrong verdict would come from. A `|` in an annotation is not an operator."""


def changes_of(root: Path, folder: Path, only: str) -> list[Change]:
    """Return every change of the files below a folder whose path contains a text; paths are relative to the root."""
    files = [path for path in sorted(folder.rglob("*.py")) if only in str(path)]
    return [
        change for path in files for change in _changes_in(path.relative_to(root), path.read_text(encoding="utf-8"))
    ]


def _changes_in(path: Path, source: str) -> Iterator[Change]:
    tree = get_ast(source)
    for name in OPERATORS:
        operator = get_operator(name)()
        count = sum(1 for node in ast_nodes(tree) for _ in operator.mutation_positions(node))
        yield from (Change(path, name, occurrence) for occurrence in range(count))


def changed(source: str, change: Change) -> str:
    """Return the source with one change; as it is, where the operator finds nothing to change there."""
    after: str | None = mutate_code(source, get_operator(change.operator)(), change.occurrence)
    return source if after is None else after
