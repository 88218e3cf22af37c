"""A policy document becomes frozen values, or every fault in it at once.

The names here are imported when they are first asked for: who needs the values alone does not load a YAML library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warmgate.policy.match import matches
    from warmgate.policy.parse import parse_policy
    from warmgate.policy.render import render_policy

__all__ = ["matches", "parse_policy", "render_policy"]

_HOMES = {"matches": "match", "parse_policy": "parse", "render_policy": "render"}


def __getattr__(name: str) -> Any:
    """Return a public name from the module it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
