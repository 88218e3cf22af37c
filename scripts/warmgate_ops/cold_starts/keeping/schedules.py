"""A keep becomes schedules of EventBridge Scheduler: one for each line, by the clock of its time zone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from warmgate.model.deployment import Target
from warmgate.model.hours import DAY_MINUTES, Hours, Rhythm
from warmgate_ops.cold_starts.keeping.lines import Keep

SCHEDULED = "<aws.scheduler.scheduled-time>"
"""What Scheduler replaces by the time at which a schedule was to call."""
_LONGEST_NAME = 64
_WEEK = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One schedule: when, and what the keeper is told."""

    name: str
    expression: str
    zone: str
    input: dict[str, Any]


def prefix_of(target: Target) -> str:
    """Return how the names of an alias's schedules begin; no function and no alias has a dot in its name."""
    whole = f"{target.function}.{target.alias}."
    if len(whole) <= _LONGEST_NAME - 2:
        return whole
    return f"{target.function[:50]}.{hashlib.sha256(whole.encode()).hexdigest()[:8]}."


def schedules_of(
    target: Target, keep: Keep, every: Rhythm, *, of_reserved: float = 0.1, payload: Any = None
) -> tuple[Schedule, ...]:
    """Return the schedules; a line that wants no environments has none."""
    told = {"warmgate": "keep-warm", "at": SCHEDULED, "function": target.function, "alias": target.alias}
    own = {"every": str(every), "of_reserved": of_reserved, **({} if payload is None else {"payload": payload})}

    def schedules() -> Iterator[Schedule]:
        before: list[Hours] = []
        for number, line in enumerate(keep.lines, 1):
            said = {**told, "environments": line.environments, **own, "only": str(line.hours), **_unless(before)}
            expression = _expression(every, line.hours)
            yield Schedule(name=name(number), expression=expression, zone=line.hours.zone, input=said)
            before.append(line.hours)
        said = {**told, "environments": keep.otherwise, **own, **_unless(before)}
        zone = before[0].zone if before else "UTC"
        yield Schedule(name=name(len(keep.lines) + 1), expression=_expression(every, None), zone=zone, input=said)

    def name(number: int) -> str:
        return f"{prefix_of(target)}{number}"

    return tuple(each for each in schedules() if each.input["environments"])


def _unless(hours: Sequence[Hours]) -> dict[str, Any]:
    return {"unless": [str(each) for each in hours]} if hours else {}


def _expression(every: Rhythm, hours: Hours | None) -> str:
    """Return a cron expression that fires in every hour that the hours touch; the keeper leaves out what is outside."""
    if every.cron is not None:
        return str(every)
    minutes = "0" if every.minutes == 60 else f"0/{every.minutes}"
    if hours is None:
        return f"cron({minutes} * * * ? *)"
    return f"cron({minutes} {_hour_field(hours)} ? * {_day_field(hours)} *)"


def _over_midnight(hours: Hours) -> bool:
    return hours.until_minute <= hours.from_minute


def _hour_field(hours: Hours) -> str:
    first, last = hours.from_minute // 60, (hours.until_minute - 1) // 60
    if not _over_midnight(hours):
        return "*" if (first, last) == (0, 23) else _range(first, last)
    return _range(first, 23) if hours.until_minute == 0 else f"{_range(0, last)},{_range(first, 23)}"


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _day_field(hours: Hours) -> str:
    spills = _over_midnight(hours) and hours.until_minute % DAY_MINUTES > 0
    days = sorted(hours.days | ({(day + 1) % 7 for day in hours.days} if spills else set()))
    if len(days) == 7:
        return "*"
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{_WEEK[days[0]]}-{_WEEK[days[-1]]}"
    return ",".join(_WEEK[day] for day in days)
