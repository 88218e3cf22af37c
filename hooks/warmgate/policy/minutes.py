"""Lengths of time in whole minutes, hours or days: `90m`, `6h`, `7d` in a document, minutes as a value."""

from __future__ import annotations

from warmgate.documents.nodes import Node
from warmgate.documents.place import Place
from warmgate.errors import PolicyError
from warmgate.policy.kinds import Text

HOUR, DAY = 60, 24 * 60
_MINUTES_IN = {"m": 1, "h": HOUR, "d": DAY}
_PATTERN = r"[1-9][0-9]{0,4}[mhd]"


class Minutes(Text):
    """A length of time in whole minutes, hours or days, within bounds; it becomes minutes."""

    __slots__ = ("least", "longest")

    def __init__(self, least: int, longest: int, example: str) -> None:
        wanted = f"a time from {in_words(least)} to {in_words(longest)} in whole minutes, hours or days"
        super().__init__(wanted, pattern=_PATTERN, most=6, fix=f"write it like {example}")
        self.least, self.longest = least, longest

    @property
    def expected(self) -> str:
        """Return the bounds in words."""
        return self.wanted

    def read(self, node: Node, at: Place) -> int:  # type: ignore[override]
        """Return the minutes."""
        text = super().read(node, at)
        minutes = int(text[:-1]) * _MINUTES_IN[text[-1]]
        if not self.least <= minutes <= self.longest:
            raise PolicyError(at.fault_of(node, self.expected, self.fix))
        return minutes

    def write(self, value: int) -> str:  # type: ignore[override]
        """Return the text."""
        return in_words(value)


def in_words(minutes: int) -> str:
    """Return minutes in their largest whole unit: `90m`, `6h`, `7d`."""
    unit, length = next(
        (unit, length) for unit, length in reversed(_MINUTES_IN.items()) if minutes % length == 0 or length == 1
    )
    return f"{minutes // length}{unit}"
