"""Numbers with a written unit: `400ms`, `1.5s`, `85%`, `1.2x`. Reading and writing are exact in both directions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_BARE = re.compile(NUMBER)
_LOOSE = re.compile(rf"({NUMBER})\s*([a-zA-Z%]+)")
_MINUTES = ("m", "min", "minute", "minutes")
_SECONDS = ("sec", "secs", "second", "seconds")
SECONDS_IN = {"ms": 0.001} | dict.fromkeys(("s", *_SECONDS), 1.0) | dict.fromkeys(_MINUTES, 60.0) | {"h": 3600.0}
"""How long a unit is that is written where a key names seconds already."""


class Unit(NamedTuple):
    """A kind of number and its suffixes, each with its power of ten; the first suffix is the finest."""

    name: str
    suffixes: Mapping[str, int]
    example: str
    prefix: str = ""
    """What stands before the number where it is added to another."""

    @property
    def pattern(self) -> str:
        """Return the regular expression of a number with this unit."""
        return f"{re.escape(self.prefix)}{NUMBER}({'|'.join(self.suffixes)})"

    def parse(self, text: str) -> float | None:
        """Return the number in a text, None where the text is not written in this unit."""
        found = re.fullmatch(f"{re.escape(self.prefix)}({NUMBER})({'|'.join(self.suffixes)})", text)
        # A power of ten inside the literal is rounded once; a multiplication would round a second time.
        return float(f"{found[1]}e{self.suffixes[found[2]]}") if found else None

    def format(self, value: float) -> str:
        """Return the text that `parse` reads as exactly this number."""
        from decimal import Decimal  # writing policies is not what a hook starts for

        suffix, power = next(iter(self.suffixes.items()))
        if value >= 1000 and "s" in self.suffixes:
            suffix, power = "s", self.suffixes["s"]
        return f"{self.prefix}{positional(Decimal(repr(value)).scaleb(-power))}{suffix}"

    def guess(self, text: str) -> str | None:
        """Return what a text that is not in this unit may mean in it; None where it may mean nothing."""
        guessed = self._guess(text.strip().removeprefix(self.prefix)) if len(text) < 20 else None
        return f"{self.prefix}{guessed}" if guessed else None

    def _guess(self, text: str) -> str | None:
        if _BARE.fullmatch(text):
            return self._with_unit(text)
        loose = _LOOSE.fullmatch(text)
        if loose is None:
            return None
        number, suffix = loose[1], loose[2].lower()
        if suffix in self.suffixes:
            return f"{number}{suffix}"
        if "s" in self.suffixes:
            return _in_seconds(number, suffix)
        return _as_ratio(number) if "x" in self.suffixes and suffix == "%" else None

    def _with_unit(self, number: str) -> str:
        is_share = "%" in self.suffixes and 0 < float(number) < 1
        return f"{float(number) * 100:.10g}%" if is_share else f"{number}{next(iter(self.suffixes))}"


def _in_seconds(number: str, suffix: str) -> str | None:
    if suffix in _MINUTES:
        return f"{float(number) * 60:.10g}s"
    return f"{number}s" if suffix in _SECONDS else None


def _as_ratio(percentage: str) -> str:
    """Return 1.2x for both 120 % (of the baseline) and 20 % (more than the baseline)."""
    share = float(percentage) / 100
    return f"{share if share >= 1 else 1 + share:.10g}x"


def positional(number: Decimal) -> str:
    """Return a decimal number without an exponent and without zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


DURATION = Unit(name="duration", suffixes={"ms": 0, "s": 3}, example="400ms or 1.5s")
SMALL_SHARE = "0.5%"
"""Of calls that may fail: an example that is no advice to let many fail."""
PERCENT = Unit(name="percentage", suffixes={"%": -2}, example="85%")
ADDED_SHARE = Unit(name="percentage to add", suffixes={"%": -2}, example="+1%", prefix="+")
RATIO = Unit(name="ratio", suffixes={"x": 0}, example="1.2x")
