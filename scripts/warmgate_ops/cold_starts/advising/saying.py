"""What a rule says: advice with its gain, its risk, its price and the change; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from warmgate_ops.doctor.findings import Check, Finding, Place, Severity, Symptom


class Rank(StrEnum):
    """How much an advice is worth a look; `high` is only given where figures or the text itself prove it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Gain(StrEnum):
    """How sure what is gained is."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


SEVERITIES: Mapping[Rank, Severity] = {
    Rank.HIGH: Severity.WARNING,
    Rank.MEDIUM: Severity.INFO,
    Rank.LOW: Severity.INFO,
}
"""What code hosts show of an advice: none of them fails a build."""
RANKS = tuple(Rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Check):
    """A check of a function's cold starts; `severity` is that of its usual rank."""

    measure: str = ""
    """The command that measures what is gained; with {function} for the options that name the function."""
    risk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised(Symptom):
    """An advice, in one sentence with the figures that it rests on."""

    rank: Rank
    gain: Gain = Gain.UNKNOWN
    gained: str = ""
    """How much, with the formula where it is estimated."""
    usd_month: float | None = None
    """What it costs in 30 days, below zero where it saves."""
    cost: str = ""
    """How that is made up."""
    change: str = ""
    """A diff of the template, else the property lines."""
    hazards: tuple[str, ...] = ()
    cold: int | None = None
    """Cold starts that stand behind it."""
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What else the command of its rule names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoIssue(Symptom):
    """Why a rule has nothing to say of this function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAdvised(Symptom):
    """A cure that does not fit this function, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice(Finding):
    """An advice of one rule for one function."""

    said: Advised
    measure: str = ""

    @property
    def word(self) -> str:
        """Return its rank."""
        return self.said.rank.value

    def details(self) -> tuple[tuple[str, str], ...]:
        """Return what is told below it, each line with its title."""
        said = self.said
        told = (
            ("do", self.check.fix),
            ("gain", f"{said.gain.value}{': ' if said.gained else ''}{said.gained}"),
            ("cost", self._cost()),
            ("risk", self.check.risk if isinstance(self.check, Rule) else ""),
            ("hazards", "\n".join(("", *said.hazards)) if said.hazards else ""),
            ("change", f"\n{said.change}" if said.change else ""),
            ("measure", self.measure),
        )
        return tuple((title, text) for title, text in told if text)

    def more(self) -> Mapping[str, object]:
        """Return what it has beside what every finding has, for JSON and SARIF."""
        said = self.said
        return {
            "rank": said.rank.value,
            "gain": said.gain.value,
            "gained": said.gained or None,
            "usd_month": None if said.usd_month is None else round(said.usd_month, 4),
            "cost": said.cost or None,
            "risk": (self.check.risk if isinstance(self.check, Rule) else "") or None,
            "hazards": list(said.hazards),
            "change": said.change or None,
            "measure": self.measure or None,
            "cold_starts": said.cold,
        }

    def _cost(self) -> str:
        usd, made_up = self.said.usd_month, self.said.cost
        if usd is None:
            return made_up
        about = "about " if abs(usd) >= 0.005 else ""
        return f"{about}{usd_of(usd)} a month{': ' if made_up else ''}{made_up}"


def usd_of(usd: float) -> str:
    """Return a price with two digits; with what is saved as a negative one."""
    sign, size = "-" if usd < 0 else "", abs(usd)
    return f"{sign}${size:,.2f}" if size >= 0.005 or not size else "less than $0.01"


def no_issue(place: Place, reason: str) -> NoIssue:
    """Return why there is nothing to say."""
    return NoIssue(place=place, message=reason)


def not_advised(place: Place, reason: str) -> NotAdvised:
    """Return why a cure does not fit."""
    return NotAdvised(place=place, message=reason)
