"""Explained cold starts in groups: one for each cause, of deployments and schedules one for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Explained
from warmgate_ops.cold_starts.causes.wording import minute, span


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Cold starts with one cause."""

    cause: Cause
    cold_starts: tuple[Explained, ...]
    """By time."""
    words: str
    """What stands behind it."""

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.cold_starts)

    @property
    def probable(self) -> int:
        """Return how many of them something else could explain too."""
        return sum(each.evidence.certainty is Certainty.PROBABLE for each in self.cold_starts)

    @property
    def ties(self) -> dict[Cause, int]:
        """Return what else fits how many of them, most first."""
        return dict(Counter(tie.cause for each in self.cold_starts for tie in each.ties).most_common())


def grouped(explained: Sequence[Explained]) -> tuple[Group, ...]:
    """Return the groups, largest first; what is unknown stands last."""
    found: dict[tuple[Cause, str], list[Explained]] = {}
    for each in explained:
        found.setdefault((each.cause, _key(each)), []).append(each)
    groups = [Group(cause=cause, cold_starts=tuple(own), words=_words(cause, own)) for (cause, _), own in found.items()]
    return tuple(sorted(groups, key=lambda group: (group.cause is Cause.UNKNOWN, -group.count, group.cause.value)))


def _key(each: Explained) -> str:
    event = each.evidence.event
    return each.evidence.schedule or (f"{event.kind}{event.name}{event.at_ms}" if event is not None else "")


def _words(cause: Cause, own: Sequence[Explained]) -> str:
    special = _SPECIAL.get(cause)
    return special(own) if special else _common(own)


def _common(own: Sequence[Explained]) -> str:
    """Return the words that most of them share, without what differs."""
    event = own[0].evidence.event
    if event is not None:
        over = f": environments made until {event.version} had all traffic" if event.version else ""
        end = over if any("had all traffic" in each.evidence.words for each in own) else ""
        return f"{event.in_words()} {minute(event.at_ms)}{end}"
    return Counter(each.evidence.words for each in own).most_common(1)[0][0]


def _scale_out(own: Sequence[Explained]) -> str:
    peak = max(own, key=lambda each: each.at_once)
    return f"every live environment was busy; peak {peak.at_once} at once on {minute(peak.call.called_ms)}"


def _idle(own: Sequence[Explained]) -> str:
    gaps = sorted(each.evidence.gap_ms or 0.0 for each in own)
    return f"no call for {_range(gaps)}; {own[-1].evidence.words.partition('; ')[2]}"


def _schedule(own: Sequence[Explained]) -> str:
    fires = Counter(each.evidence.fired_ms for each in own)
    least, most = min(fires.values()), max(fires.values())
    count = f"{most}" if least == most else f"{least} to {most}"
    cold = "cold start" if count == "1" else "cold starts"
    return f"{own[0].evidence.schedule}: {count} {cold} each of {len(fires)} times it fired"


def _failure(own: Sequence[Explained]) -> str:
    kinds = Counter(each.evidence.failed for each in own).most_common()
    return ", ".join(f"{count} after {kind}" for kind, count in kinds)


def _recycling(own: Sequence[Explained]) -> str:
    ages = sorted(each.evidence.age_ms or 0.0 for each in own)
    return f"probably: environments ended at an age of {_range(ages)} while calls went on"


def _range(values: Sequence[float]) -> str:
    least, most = span(values[0]), span(values[-1])
    return least if least == most else f"{least} to {most}"


def _unknown(own: Sequence[Explained]) -> str:
    said = Counter(each.evidence.words for each in own).most_common()
    more = f"; and {len(said) - 1} other reasons" if len(said) > 2 else ""
    return "; ".join(words for words, _ in said[: 1 if more else 2]) + more


_SPECIAL: dict[Cause, Callable[[Sequence[Explained]], str]] = {
    Cause.SCALE_OUT: _scale_out,
    Cause.IDLE: _idle,
    Cause.SCHEDULE: _schedule,
    Cause.FAILURE: _failure,
    Cause.RECYCLING: _recycling,
    Cause.UNKNOWN: _unknown,
}
