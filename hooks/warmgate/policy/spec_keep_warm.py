"""The keys of a policy that say what is kept warm between releases."""

from __future__ import annotations

from warmgate.policy.kinds import Checked, Measure, Whole
from warmgate.policy.sections import Key, Section
from warmgate.policy.units import PERCENT
from warmgate.policy.values import KeepWarm

MOST = 100
"""Calls that overlap are made from one process; who needs more buys provisioned concurrency."""
_EVERY_PATTERN = r"(?:5|10|15|20|30|60)m|cron\([0-9A-Za-z*?/, -]{11,80}\)"
_ONLY_PATTERN = r"[A-Za-z,-]{3,40} [0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2} [A-Za-z0-9_+/-]{1,40}"


def _check_every(text: str) -> None:
    from warmgate.model.hours import read_rhythm  # most policies keep nothing warm

    read_rhythm(text)


def _check_only(text: str) -> None:
    from warmgate.model.hours import read_hours

    read_hours(text)


KEEP_WARM = Section(
    Key(
        name="environments",
        kind=Whole(0, MOST),
        required=True,
        text="How many environments are kept warm; while traffic shifts they are shared out among both versions by"
        " weight, rounded up. With 0 nothing is called.",
    ),
    Key(
        name="every",
        kind=Checked(
            "5m, 10m, 15m, 20m, 30m, 60m or cron(minutes hours day-of-month month day-of-week year)",
            pattern=_EVERY_PATTERN,
            most=90,
            fix="write 5m or cron(0/5 7-18 ? * MON-FRI *)",
            check=_check_every,
        ),
        text="How often each of them is called. A cron expression has AWS's six fields without `L`, `W` and `#`, in the"
        " time zone of `only`, else in UTC.",
    ),
    Key(
        name="only",
        kind=Checked(
            "days, hours and a time zone, as Mon-Fri 07:30-19:00 Europe/Berlin",
            pattern=_ONLY_PATTERN,
            most=100,
            fix="write it as Mon-Fri 07:30-19:00 Europe/Berlin",
            check=_check_only,
        ),
        text="The hours in which they are kept warm, on the clock of a time zone of the IANA database. Without it,"
        " always.",
    ),
    Key(
        name="of_reserved",
        field="reserved_ratio",
        kind=Measure(unit=PERCENT, least=0, most=1, least_allowed=False, example="10%"),
        text="Of the function's reserved concurrency, what these calls take at most at once, rounded down: callers are"
        " refused where it is used up. It counts only where concurrency is reserved.",
    ),
    build=KeepWarm,
)
