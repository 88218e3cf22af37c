"""What a bake counts: the checks that a policy asks for, and the calls of one part of its time under each of them.

The old version serves nothing any more. Its calls around the shift give the line that calls are slow beyond; that line
stands above the percentile's own uncertainty, and does not move for the whole bake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warmgate.judge.binomial import at_most
from warmgate.judge.live.failures import is_failed
from warmgate.judge.live.shares import is_cold
from warmgate.model.bake import Part, ShareCheck, ShareKind, Tally
from warmgate.model.calls import Sample
from warmgate.model.figures import ms
from warmgate.model.traffic import MetricCounts
from warmgate.policy.values import Policy, RatioLimit

SURE = 0.99
"""That the old version's percentile lies below the value that stands for it."""
NOT_ONE = 0.001
"""What `0%` allows in a bake: among the calls of hours, two that failed are no sign of a bad release."""


QUIET = 0.5
"""Of the old version's traffic: in parts with less, as at night, environments end and caches cool in any version, and
neither cold starts nor slow calls are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The old version's calls before and during the shift."""

    warm_ms: tuple[float, ...] = ()
    """Durations of its warm calls that went well."""
    per_part: float = 0.0
    """Its calls in so much time as a part of the bake lasts."""


def checks_of(policy: Policy, base: Base, memory_mb: float | None) -> tuple[tuple[ShareCheck, ...], tuple[str, ...]]:
    """Return the checks of a bake and notes on what cannot be checked.

    Args:
        policy: whose `live` limits and `limits.memory` hold.
        base: the old version's calls.
        memory_mb: the new version's memory size, None where it is not known.
    """
    live, found, notes = policy.live, list[ShareCheck](), list[str]()
    if live.error_ratio is not None:
        allowed = max(NOT_ONE, live.error_ratio)
        found.append(ShareCheck(check="bake.errors.rate", kind=ShareKind.ERRORS, allowed=allowed))
    if live.cold_start_ratio is not None and base.per_part:
        cold = ShareCheck(
            check="bake.cold_starts.share",
            kind=ShareKind.COLD_STARTS,
            allowed=max(NOT_ONE, live.cold_start_ratio),
            least=QUIET * base.per_part,
        )
        found.append(cold)
    elif live.cold_start_ratio is not None:
        notes.append("cold starts are not judged: not one call of the old version tells how busy is usual")
    if live.duration is not None:
        slow = _slow_check(live.duration, base)
        found += [] if slow is None else [slow]
        few = f"durations are not compared: {len(base.warm_ms)} warm calls of the old version are too few"
        notes += [few] if slow is None else []
    if policy.limits.memory_ratio is not None and memory_mb:
        limit = policy.limits.memory_ratio * memory_mb
        found.append(ShareCheck(check="bake.memory.max", kind=ShareKind.MEMORY, allowed=NOT_ONE, limit=limit))
    return tuple(found), tuple(notes)


def _slow_check(limit: RatioLimit, base: Base) -> ShareCheck | None:
    percentile, ordered = float(limit.statistic[1:]) / 100, sorted(base.warm_ms)
    rank = next((r for r in range(1, len(ordered) + 1) if at_most(r - 1, len(ordered), percentile) >= SURE), None)
    if rank is None:
        return None
    value = ordered[rank - 1]
    return ShareCheck(
        check=f"bake.duration.{limit.statistic}",
        kind=ShareKind.SLOW,
        allowed=round(1 - percentile, 9),
        limit=limit.ratio * value,
        base=f"{limit.ratio:g} times the old version's {limit.statistic}, at most {ms(value)} (99 % sure)"
        f" by {len(ordered)} calls",
        least=QUIET * base.per_part,
    )


def part_of(samples: Sequence[Sample], checks: Sequence[ShareCheck], counted: MetricCounts | None) -> Part:
    """Return the counts of one part; CloudWatch's count of errors stands where it is the larger one.

    Args:
        samples: the new version's calls, or those of some of the part's time.
        checks: of the bake.
        counted: what CloudWatch counted in the whole part, None where it counted nothing or was not asked.
    """
    tallies = []
    calls = max(len(samples), counted.calls if counted else 0)
    for check in checks:
        tally = _tally(samples, check) if calls >= check.least else Tally()
        tallies.append(_with_counts(tally, counted) if check.kind is ShareKind.ERRORS else tally)
    return Part(calls=calls, environments=len({s.environment for s in samples}), tallies=tuple(tallies))


def _tally(samples: Sequence[Sample], check: ShareCheck) -> Tally:
    of, bad = 0, Counter[str | None]()
    for sample in samples:
        is_bad = READ[check.kind](sample, check.limit or 0.0)
        of += is_bad is not None
        if is_bad:
            bad[sample.environment] += 1
    return Tally(bad=bad.total(), of=of, worst=max(bad.values(), default=0))


def _with_counts(tally: Tally, counted: MetricCounts | None) -> Tally:
    """Return the tally of the source that shows the larger share of errors; which environment had them is unknown."""
    if counted is None or not counted.calls or counted.errors * max(1, tally.of) <= tally.bad * counted.calls:
        return tally
    return Tally(bad=min(counted.errors, counted.calls), of=counted.calls, worst=tally.worst)


def _is_slow(sample: Sample, limit: float) -> bool | None:
    if is_cold(sample) or is_failed(sample) or sample.duration_ms is None:
        return None
    return sample.duration_ms > limit


def _is_beyond_memory(sample: Sample, limit: float) -> bool | None:
    return None if sample.memory_mb is None else sample.memory_mb > limit


READ: dict[ShareKind, Callable[[Sample, float], bool | None]] = {
    ShareKind.ERRORS: lambda sample, _limit: is_failed(sample),
    ShareKind.COLD_STARTS: lambda sample, _limit: is_cold(sample),
    ShareKind.SLOW: _is_slow,
    ShareKind.MEMORY: _is_beyond_memory,
}
"""Whether a call is bad under a check of each kind, None where it does not count."""
