"""Numbers with a written unit: `400ms`, `1.5s`, `85%`, `1.2x`. Reading and writing are exact in both directions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_BARE = re.compile(NUMBER)
_LOOSE = re.compile(rf"({NUMBER})\s*([a-zA-Z%\u00b5\u03bc\u00d7]+)")
_FEW = 10
"""Below it a number without a unit may as well be seconds as milliseconds."""
_MANY = 5
"""From it on, below 100, a number without a unit may as well be a percentage as a ratio."""
_SPELLED = (
    (("us", "usec", "\u00b5s", "\u03bcs"), 1e-6),
    (("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"), 0.001),
    (("s", "sec", "secs", "second", "seconds"), 1.0),
    (("m", "min", "mins", "minute", "minutes"), 60.0),
    (("h", "hr", "hrs", "hour", "hours"), 3600.0),
)
SECONDS_IN = {word: length for words, length in _SPELLED for word in words}
"""How long each unit of time is that somebody may write."""
_SHARES = ("%", "percent", "pct")
_TIMES = ("x", "times", "\u00d7")


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

    def guesses(self, text: str) -> tuple[str, ...]:
        """Return what a text that is not in this unit may mean in it, each in this unit; nothing where it may not."""
        guessed = self._guesses(plain(text)) if len(text) < 20 else ()
        return tuple(f"{self.prefix}{each}" for each in guessed)

    def _guesses(self, text: str) -> tuple[str, ...]:
        if _BARE.fullmatch(text):
            return self._bare(float(text))
        loose = _LOOSE.fullmatch(text)
        if loose is None:
            return ()
        number, suffix = float(loose[1]), loose[2].lower()
        if "s" in self.suffixes:
            return (_lasting(number * SECONDS_IN[suffix]),) if suffix in SECONDS_IN else ()
        if "%" in self.suffixes:
            return (f"{number:.10g}%",) if suffix in _SHARES else ()
        if suffix in _TIMES:
            return (f"{number:.10g}x",)
        return (_as_ratio(number),) if suffix in _SHARES else ()

    def _bare(self, number: float) -> tuple[str, ...]:
        if "s" in self.suffixes:
            short = f"{number:.10g}ms"
            return (_lasting(number), short) if 0 < number < _FEW else (short,)
        if "%" in self.suffixes:
            share = f"{number * 100:.10g}%"
            return (share,) if 0 < number < 1 else (f"{number:.10g}%", share) if number == 1 else (f"{number:.10g}%",)
        times = (f"{number:.10g}x",) if number > 1 else ()
        if number < 1:
            return (_as_ratio(number * 100),)
        return times if number < _MANY else (_as_ratio(number), *times)


def plain(text: str) -> str:
    """Return a written number without what other tools put around it: `<400ms`, `+20%`, `.5s`, `0,5%`."""
    bare = re.sub(r"^(?:<=?|\+)\s*", "", text.strip())
    bare = re.sub(r"^([0-9]+),([0-9]{1,2}(?![0-9]))", r"\1.\2", bare)
    return f"0{bare}" if bare.startswith(".") else bare


def _lasting(seconds: float) -> str:
    return f"{seconds * 1000:.10g}ms" if seconds < 1 else f"{seconds:.10g}s"


def _as_ratio(percentage: float) -> str:
    """Return 1.2x for both 120 % (of the baseline) and 20 % (more than the baseline)."""
    share = percentage / 100
    return f"{share if share > 1 else 1 + share:.10g}x"


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
