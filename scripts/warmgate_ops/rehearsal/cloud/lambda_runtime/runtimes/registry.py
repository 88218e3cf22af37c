"""Which family serves a runtime identifier."""

from __future__ import annotations

from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.launch import Family, NotHere
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.node import Node
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.provided import Provided
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.python import Python
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.unsupported import Unsupported

FAMILIES: tuple[Family, ...] = (Python(), Node(), Provided(), Unsupported())
"""The last one serves whatever is left."""


def family_of(runtime: str) -> Family:
    """Return the family that serves an identifier; empty is the identifier of a container image."""
    return next(family for family in FAMILIES if family.serves(runtime))


def why_not_here(runtime: str) -> NotHere | None:
    """Return why a runtime cannot be rehearsed on this machine, None where it can."""
    return family_of(runtime).why_not_here(runtime)
