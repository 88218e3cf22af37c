"""What was found of a function's cold starts, as values to print or to store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from warmgate.judge.quantile import quantile
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.finding.counting import counted
from warmgate_ops.cold_starts.finding.gathered import Tally, VersionTally
from warmgate_ops.cold_starts.finding.trend import FEWEST, Change, History, changes_of, days_of

DAY_MS: Final = 86_400_000.0
MOST_DAYS: Final = 62
FACTOR: Final = 1.5
"""Times the median of cold starts before, that is expected where nobody says what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How long a caller of a cold start may wait, and who says so."""

    limit_ms: float | None
    """None where nobody says so and too little is known to tell."""
    why: str
    of_init: bool = False
    """Whether the limit is one on init alone, not on init and first call together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Median, 95th percentile and the longest of some durations, in milliseconds; each is one that was measured."""

    p50: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVersion:
    """What was found of a version; spreads are None where nobody waited for a cold start."""

    version: str
    calls: int
    cold: int
    restored: int
    init: Spread | None
    first_call: Spread | None
    together: Spread | None
    overhead_ms: float | None
    """Median of first calls less that of warm ones; None where there is none of either."""
    warm_median_ms: float | None
    over: int | None
    """How many waited longer than expected; None where nothing is expected."""
    days: tuple[float | None, ...]
    """How long callers waited, day by day, as medians."""

    @property
    def is_too_few(self) -> bool:
        """Whether there are too few cold starts to say anything of them."""
        return self.cold < FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFunction:
    """What was found of a function."""

    function: str
    expected: Expected
    first_at_ms: float
    last_at_ms: float
    versions: tuple[FoundVersion, ...]
    """By their first call."""
    changes: tuple[Change, ...]
    suppressed: int
    suppressed_max_ms: float
    ahead: int
    provisioned: int
    waited_s: float
    init_s: float
    init_usd: float
    slowest: tuple[Call, ...]
    """Over what is expected, else all; the longest first."""

    @property
    def calls(self) -> int:
        """How many calls were reported."""
        return sum(version.calls for version in self.versions)

    @property
    def cold(self) -> int:
        """How many of them waited for an init or a restore."""
        return sum(version.cold for version in self.versions)

    @property
    def over(self) -> int:
        """How many of those waited longer than expected."""
        return sum(version.over or 0 for version in self.versions)


def found_in(tally: Tally, expected: Expected | None) -> tuple[FoundFunction, ...]:
    """Return what was found, the function first whose callers waited longest.

    Args:
        tally: all calls.
        expected: what somebody says of every function; where None, that follows from the cold starts before.
    """
    by_function: dict[str, list[VersionTally]] = {}
    for version in tally.versions.values():
        by_function.setdefault(version.function, []).append(version)
    slowest = tally.slowest()
    found = [
        _function(name, versions, expected or expected_from(tally, name, versions), slowest)
        for name, versions in by_function.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.waited_s, each.function)))


def expected_from(tally: Tally, function: str, versions: Sequence[VersionTally]) -> Expected:
    """Return what follows from the cold starts before the window, else from all that there are."""
    before = tally.before.get(function, ())
    if len(before) >= FEWEST:
        why = f"1.5x the median of the {len(before):,} cold starts in the time before"
        return Expected(limit_ms=FACTOR * median(before), why=why)
    waited = [value for version in versions for value in version.cold.together()]
    if len(waited) >= FEWEST:
        return Expected(limit_ms=FACTOR * median(waited), why="1.5x the median of these: none before them are known")
    return Expected(limit_ms=None, why=f"{counted(len(waited), 'cold start')}: too few to say what is usual")


def _function(
    name: str, versions: Iterable[VersionTally], expected: Expected, slowest: Iterable[Call]
) -> FoundFunction:
    ordered = sorted(versions, key=lambda each: (each.first_at_ms, _number(each.version)))
    first_at_ms = min((each.first_at_ms for each in ordered if each.first_at_ms), default=0.0)
    last_at_ms = max((each.last_at_ms for each in ordered), default=0.0)
    begin_ms = first_at_ms // DAY_MS * DAY_MS
    days = min(MOST_DAYS, int((last_at_ms - begin_ms) // DAY_MS) + 1) if first_at_ms else 0
    limit_ms = expected.limit_ms
    own = (call for call in slowest if call.function == name)
    return FoundFunction(
        function=name,
        expected=expected,
        first_at_ms=first_at_ms,
        last_at_ms=last_at_ms,
        versions=tuple(_version(each, expected, begin_ms, days) for each in ordered),
        changes=changes_of([_history(each) for each in ordered]),
        suppressed=sum(each.suppressed for each in ordered),
        suppressed_max_ms=max((each.suppressed_max_ms for each in ordered), default=0.0),
        ahead=sum(each.ahead for each in ordered),
        provisioned=sum(each.provisioned for each in ordered),
        waited_s=sum(each.waited_ms for each in ordered) / 1000,
        init_s=sum(each.initialised_ms for each in ordered) / 1000,
        init_usd=sum(each.init_usd for each in ordered),
        slowest=tuple(call for call in own if limit_ms is None or _judged_ms(call, expected) > limit_ms),
    )


def _judged_ms(call: Call, expected: Expected) -> float:
    return (call.init_ms if expected.of_init else call.first_response_ms) or 0.0


def _version(tally: VersionTally, expected: Expected, begin_ms: float, days: int) -> FoundVersion:
    cold = tally.cold
    together = cold.together()
    warm_ms = quantile(tally.warm_ms, 0.5) if tally.warm_ms else tally.warm_median_ms
    first = _spread(cold.first_ms)
    return FoundVersion(
        version=tally.version,
        calls=tally.calls,
        cold=len(cold),
        restored=tally.restored,
        init=_spread(cold.init_ms),
        first_call=first,
        together=_spread(together),
        overhead_ms=first.p50 - warm_ms if first and warm_ms is not None else None,
        warm_median_ms=warm_ms,
        over=_over(cold.init_ms if expected.of_init else together, expected.limit_ms),
        days=tuple(days_of(cold.at_ms, together, begin_ms, days)) if days else (),
    )


def _over(values: Sequence[float], limit_ms: float | None) -> int | None:
    return None if limit_ms is None else sum(value > limit_ms for value in values)


def _history(tally: VersionTally) -> History:
    """Return the cold starts of a version by time; in the order of the log where it tells none."""
    pairs = sorted(zip(tally.cold.at_ms, tally.cold.together(), strict=True), key=lambda pair: pair[0])
    return History(
        version=tally.version, at_ms=[at_ms for at_ms, _ in pairs], waited_ms=[waited for _, waited in pairs]
    )


def _spread(values: Sequence[float]) -> Spread | None:
    if not values:
        return None
    ordered = sorted(values)
    return Spread(p50=quantile(ordered, 0.5), p95=quantile(ordered, 0.95), longest=ordered[-1])


def _number(version: str) -> tuple[int, str]:
    return (int(version), "") if version.isdecimal() else (0, version)
