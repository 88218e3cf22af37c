"""Times at the border of the local CodeDeploy: inside they follow the scaled clock, outside they are the wall's.

Whoever reads a deployment's times compares them with log events, whose times are the wall's whatever the scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_TIMES = frozenset(
    {"createTime", "startTime", "endTime", "completeTime", "lastUpdatedAt"}
    | {"firstUsedTime", "lastUsedTime", "registerTime", "start", "end"}
)


def _as_it_is(at_s: float) -> float:
    return at_s


@dataclass(frozen=True, slots=True)
class Times:
    """Both ways across the border, in seconds since the epoch."""

    to_wall: Callable[[float], float] = _as_it_is
    from_wall: Callable[[float], float] = _as_it_is


def with_times(value: Any, convert: Callable[[float], float], key: str = "") -> Any:
    """Return a body with every time in it converted."""
    if isinstance(value, dict):
        return {name: with_times(each, convert, name) for name, each in value.items()}
    if isinstance(value, list):
        return [with_times(each, convert) for each in value]
    if key in _TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        return convert(value)
    return value
