"""Conditions of other tools: `result[0] >= 0.95`, `p(95)<500`."""

from __future__ import annotations

import re
from typing import NamedTuple

_LONGEST = 500
_COMPARED = re.compile(r"^[^<>=!*/+-]*?(<=?|>=?)\s*([0-9]{1,12}(?:\.[0-9]{1,12})?)\W*$")
_NOT = re.compile(r"\bnot\b")
_OF_DATA = re.compile(r"len\(|isNaN|isInf|nil\b", re.IGNORECASE)


class Bound(NamedTuple):
    """What a value must keep to."""

    is_upper: bool
    number: float


def bound_in(condition: str, *, fails: bool = False) -> Bound | None:
    """Return the one bound that a condition sets; None where it sets none, or more than one.

    Args:
        condition: of success, in which what only asks whether there is data is left out.
        fails: whether it is a condition of failure, so that the opposite is asked for.
    """
    parts = re.split(r"&&|\|\||\band\b|\bor\b", condition[:_LONGEST])
    asked = [part for part in parts if not _OF_DATA.search(part)]
    found = _COMPARED.match(asked[0].strip()) if len(asked) == 1 and not _NOT.search(asked[0]) else None
    if found is None:
        return None
    is_upper = found[1].startswith("<")
    return Bound(is_upper != fails, float(found[2]))
