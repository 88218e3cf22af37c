"""What reading a log group takes: how it is read, and what that costs at most; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from warmgate_ops.cold_starts.prices import LIST, Prices
from warmgate_ops.cold_starts.reading.functions import LoggingFunction
from warmgate_ops.cold_starts.reading.ways import Way

MOST_PAGES: Final = 200
"""Above so many pages FilterLogEvents takes minutes: an account and region allows 5 to 25 requests a second."""
INFREQUENT: Final = "INFREQUENT_ACCESS"
PASSES: Final = 3
"""How often queries scan a window at most: cold starts, warm calls, and crashed environments where there are any."""
_BYTES_A_CALL: Final = 450
"""Of the lines that the pattern lets through; a page holds a megabyte or 10,000 events (CloudWatch Logs API)."""
_BYTES_A_PAGE: Final = 1_000_000
_SCANNED_A_PAGE: Final = 20_000_000
"""How much of a log is looked through for a page in which little is found; not verified on AWS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """What is known of a log group before it is read."""

    name: str
    log_class: str = "STANDARD"
    bytes: float
    """Written in the window, by CloudWatch's own count or, where that is missing, all that is stored."""
    calls: float | None = None
    """Of its functions in the window, None where no metric tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """How a log group is read."""

    group: str
    functions: tuple[LoggingFunction, ...]
    way: Way
    pages: int
    bytes: float
    usd: float
    """At most."""


def plan_of(
    facts: GroupFacts, functions: Sequence[LoggingFunction], way: Way | None = None, prices: Prices = LIST
) -> GroupPlan:
    """Return the cheaper way to read a group, or the given one."""
    pages = pages_of(facts)
    chosen = way or (Way.INSIGHTS if facts.log_class == INFREQUENT or pages >= MOST_PAGES else Way.FILTER)
    usd = PASSES * facts.bytes / 10**9 * prices.logs_insights_gb if chosen is Way.INSIGHTS else 0.0
    return GroupPlan(group=facts.name, functions=tuple(functions), way=chosen, pages=pages, bytes=facts.bytes, usd=usd)


def pages_of(facts: GroupFacts) -> int:
    """Return how many pages FilterLogEvents gives, about."""
    if facts.calls is None:
        return max(1, ceil(facts.bytes / _BYTES_A_PAGE))
    return max(1, ceil(facts.calls * _BYTES_A_CALL / _BYTES_A_PAGE), ceil(facts.bytes / _SCANNED_A_PAGE))
