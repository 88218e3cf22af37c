"""Provisioned concurrency that Application Auto Scaling sets: on which alias, by the id of what it scales."""

from __future__ import annotations

from collections.abc import Iterable, Set

from warmgate_ops.doctor.template.names import Unknown, parts_of, references_of
from warmgate_ops.doctor.template.nodes import Value

_DIMENSION = "lambda:function:ProvisionedConcurrency"


class Scaling:
    """The scalable targets of a template that are Lambda aliases."""

    def __init__(self, resources: Iterable[tuple[str, Value]]) -> None:
        self._targets = [
            (body.line, found)
            for _, body in resources
            if body.kind == "AWS::ApplicationAutoScaling::ScalableTarget"
            and (dimension := body.at("Properties", "ScalableDimension")) is not None
            and dimension.text() == _DIMENSION
            and (found := body.at("Properties", "ResourceId")) is not None
        ]

    def line_of(self, function: Value | None, logical_ids: Set[str], alias: Value | None) -> int | None:
        """Return the line of the target that is an alias of a function, None where none is.

        Args:
            function: its name as it is written.
            logical_ids: of the function, and of what else stands for the alias.
            alias: name of the alias.
        """
        name = (function.text() if function else None) or ""
        for line, target in self._targets:
            text = "".join(part for part in parts_of(target) if isinstance(part, str))
            is_function = bool(references_of(target) & logical_ids) or (name and f"function:{name}:" in text)
            if is_function and _may_be(text.rpartition(":")[2], parts_of(target), alias):
                return line
        return None


def _may_be(written: str, parts: tuple[str | Unknown, ...], alias: Value | None) -> bool:
    """Return whether the end of a resource id may name an alias; a version is no alias."""
    wanted = alias.text() if alias else None
    return isinstance(parts[-1], Unknown) or wanted is None or written == wanted
