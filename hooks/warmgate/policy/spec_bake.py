"""The keys of a policy that say for how long a release is judged after its deployment, as `6h`, in whole minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from warmgate.documents.nodes import Node
from warmgate.documents.place import Place
from warmgate.errors import PolicyError
from warmgate.policy.kinds import Text
from warmgate.policy.sections import Complaint, Key, Rule, Section
from warmgate.policy.values import EVERY, Bake

HOUR, DAY = 60, 24 * 60
SHORTEST, LONGEST = 10, 7 * DAY
_MINUTES_IN = {"m": 1, "h": HOUR, "d": DAY}
_PATTERN = r"[1-9][0-9]{0,4}[mhd]"


class Minutes(Text):
    """A length of time in whole minutes, hours or days, within bounds; it becomes minutes."""

    __slots__ = ("least", "longest")

    def __init__(self, least: int, longest: int, example: str) -> None:
        wanted = f"a time from {in_words(least)} to {in_words(longest)} in whole minutes, hours or days"
        super().__init__(wanted, pattern=_PATTERN, most=6, fix=f"write it like {example}")
        self.least, self.longest = least, longest

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


def _looks_happen(values: Mapping[str, int]) -> Iterator[Complaint]:
    """Complain of looks that lie further apart than the bake is long."""
    minutes, every = values.get("minutes"), values.get("every_minutes", EVERY)
    if minutes is not None and every > minutes:
        yield Complaint(
            path=("every",),
            found=f"{in_words(every)} between looks of a bake of {in_words(minutes)}",
            expected=f"at most {in_words(minutes)}",
            fix=f"write {in_words(minutes)} or less",
        )


BAKE = Section(
    Key(
        name="duration",
        field="minutes",
        kind=Minutes(SHORTEST, LONGEST, "6h"),
        required=True,
        text="For how long after the deployment's end the new version is judged.",
    ),
    Key(
        name="every",
        field="every_minutes",
        kind=Minutes(1, DAY, "10m"),
        text="How often it is looked at. What is looked at are whole parts of the bake, 144 at the most, so that more"
        " frequent looks find nothing new.",
    ),
    build=Bake,
    rules=(Rule(_looks_happen),),
)
