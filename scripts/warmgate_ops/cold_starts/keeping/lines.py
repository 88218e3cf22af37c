"""How many environments are wanted at which hours: `Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from warmgate.errors import SettingsError, UnfitError
from warmgate.model.hours import Hours, Rhythm, read_hours, read_rhythm

MOST = 100
"""As many as a policy may ask for."""
WEEK_S = 7 * 24 * 3600
_STEP_S = 300
_PART = re.compile(r"\s*(?P<when>[^=]+?)\s*=\s*(?P<count>\d{1,4})\s*(?:,|$)|\s*(?:else\s+)?(?P<else>\d{1,4})\s*(?:,|$)")
_HINT = "write it as --keep 'Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1', or --keep 5 for always"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepLine:
    """Hours and how many environments are wanted in them."""

    hours: Hours
    environments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """All lines; the first whose hours hold counts."""

    lines: tuple[KeepLine, ...] = ()
    otherwise: int = 0

    def at(self, at_s: float) -> int:
        """Return how many environments are wanted at an instant, in seconds since the epoch."""
        return next((line.environments for line in self.lines if line.hours.hold_at(at_s)), self.otherwise)

    @property
    def most(self) -> int:
        """Return the most that are wanted at any time."""
        return max([line.environments for line in self.lines] + [self.otherwise])

    def environment_seconds(self, week_of_s: float) -> float:
        """Return the environments wanted times the seconds that they are, over the week that begins at an instant."""
        begin = int(week_of_s // _STEP_S) * _STEP_S
        return sum(self.at(begin + after) for after in range(0, WEEK_S, _STEP_S)) * float(_STEP_S)

    def __str__(self) -> str:
        """Return the text that it is read from."""
        parts = [f"{line.hours} = {line.environments}" for line in self.lines]
        return ", ".join([*parts, f"else {self.otherwise}" if parts else str(self.otherwise)])


def calls_a_week(keep: Keep, every: Rhythm, week_of_s: float) -> tuple[int, int]:
    """Return how often the keeper runs in the week that begins at an instant, and how many calls it makes."""
    zone = keep.lines[0].hours.zone if keep.lines else "UTC"
    begin = int(week_of_s // 60) * 60
    wanted = [keep.at(at_s) for at_s in range(begin, begin + WEEK_S, 60) if every.is_due(at_s - 60, at_s, zone)]
    return sum(count > 0 for count in wanted), sum(wanted)


def read_keep(text: str) -> Keep:
    """Return what a text wants; raises SettingsError."""
    lines: list[KeepLine] = []
    otherwise, at = None, 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or otherwise is not None:
            raise SettingsError(f"--keep: found {text[at:]!r}, expected `hours = number` or `else number`", hint=_HINT)
        at = found.end()
        if found["else"] is not None:
            otherwise = _count(found["else"])
        else:
            lines.append(KeepLine(hours=_hours(found["when"]), environments=_count(found["count"])))
    if not lines and otherwise is None:
        raise SettingsError("--keep: found nothing, expected a number of environments", hint=_HINT)
    return Keep(lines=tuple(lines), otherwise=otherwise or 0)


def read_every(text: str) -> Rhythm:
    """Return how often each environment is called; raises SettingsError."""
    try:
        return read_rhythm(text)
    except UnfitError as error:
        raise SettingsError(f"--every: {error.message}", hint=error.hint) from error


def _hours(text: str) -> Hours:
    try:
        return read_hours(text)
    except UnfitError as error:
        raise SettingsError(f"--keep: {error.message}", hint=error.hint) from error


def _count(text: str) -> int:
    if int(text) > MOST:
        hint = "calls that overlap come from one process: more environments are a case for provisioned concurrency"
        raise SettingsError(f"--keep: found {text} environments, expected at most {MOST}", hint=hint)
    return int(text)
