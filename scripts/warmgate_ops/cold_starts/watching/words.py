"""A week of cold starts as a message: a subject and plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate.visible import visible_line
from warmgate_ops.cold_starts.watching.week import Week

MOST = 20
"""Functions that a message lists."""
MOST_EVENTS = 3
LONGEST_SUBJECT = 100
"""Characters that SNS takes."""
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What people get."""

    subject: str
    text: str


def message_of(weeks: Sequence[Week], since: str, until: str) -> Message:
    """Return the report of a week; functions that made callers wait longest come first."""
    seen = sorted((week for week in weeks if week.cold), key=lambda week: (-week.init_s, week.function))
    worse = sorted((week for week in seen if week.worse), key=lambda week: -(week.worse.ratio if week.worse else 0))
    head = f"{sum(week.cold for week in seen):,} cold starts in {len(seen)} of {len(weeks)} functions"
    subject = f"[warmgate] {head}, {len(worse)} slower than the week before"
    lines = [
        f"Cold starts, {since} to {until} (UTC)",
        f"{head}: {_time(sum(week.init_s for week in seen))} of init, about ${sum(week.usd for week in seen):.2f}",
    ]
    if worse:
        lines += ["", "Init takes longer than in the week before:"]
        lines += [line for week in worse[:MOST] for line in _worse_lines(week)]
    if seen:
        lines += ["", "By time waited:"]
        lines += [line for week in seen[:MOST] for line in _lines(week)]
    left_out = len(seen) - MOST
    if left_out > 0:
        lines.append(f"  and {left_out} more")
    unread = [week.function for week in weeks if week.unread]
    if unread:
        lines += ["", f"Not all of the week was read: {_named(unread)}"]
    return Message(subject=subject[:LONGEST_SUBJECT], text="\n".join(visible_line(line) for line in lines) + "\n")


def _worse_lines(week: Week) -> list[str]:
    worse = week.worse
    if worse is None:
        return []
    versions = f"version {worse.versions[0]} -> {worse.versions[1]}" if len({*worse.versions}) > 1 else "same version"
    counts = f"{worse.counts[0]} and {worse.counts[1]} cold starts"
    took = f"{worse.before_ms:.0f} -> {worse.after_ms:.0f} ms"
    line = f"  {week.function}: {took} ({worse.ratio:.1f}x, {counts}, {versions})"
    events = list(dict.fromkeys(week.events))
    shown = [f"    at the same time: {event}" for event in events[:MOST_EVENTS]]
    return [line, *shown, f"    warmgate cold explain --function {week.function} --since 14d"]


def _lines(week: Week) -> list[str]:
    share = week.cold / week.calls
    took = "too few for a percentile"
    if week.p50_ms is not None and week.p95_ms is not None:
        took = f"init p50 {week.p50_ms:.0f} ms, p95 {week.p95_ms:.0f} ms"
    over = f", {week.over:,} over the expected value" if week.over else ""
    causes = ", ".join(f"{count:,} {cause}" for cause, count in week.causes)
    return [
        f"  {week.function}: {week.cold:,} of {week.calls:,} calls cold ({share:.1%}), {took}{over}",
        f"    {_time(week.init_s)} of init, ${week.usd:.2f}{f'; {causes}' if causes else ''}",
    ]


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * MINUTE_S else f"{seconds / MINUTE_S:.0f} min"


def _named(functions: Sequence[str]) -> str:
    more = len(functions) - MOST
    return ", ".join(functions[:MOST]) + (f" and {more} more" if more > 0 else "")
