"""What a sweep shows in sentences: what memory does to init and to the first call, and what a count proves."""

from __future__ import annotations

from collections.abc import Sequence

from warmgate.model.figures import ms
from warmgate.policy.values import PercentileLimit
from warmgate_ops.cold_starts.sweeping.intervals import median, needed_for, two_sided, within_share
from warmgate_ops.cold_starts.sweeping.limits import ColdLimits
from warmgate_ops.cold_starts.sweeping.rows import FEWEST, Row

SURE = 0.05
TELLING = 1.15
"""Medians closer than that are no finding, however sure the ranks are."""


def memory_sentence(rows: Sequence[Row]) -> str:
    """Return what memory does here: the smallest size of the first kind of variant against its largest."""
    kind = [row for row in rows if row.variant.rest == rows[0].variant.rest] if rows else []
    sized = sorted(kind, key=lambda row: row.variant.memory_mb)
    if len(sized) < 2:
        return ""
    small, large = sized[0], sized[-1]
    if min(len(small.cold), len(large.cold)) < FEWEST:
        return f"too few cold starts to say what memory does; at least {FEWEST} of each size are needed"
    init = _effect("init", small.inits_ms, large.inits_ms)
    first = _effect("the first call", small.firsts_ms, large.firsts_ms)
    return f"{small.variant.memory_mb} against {large.variant.memory_mb} MB: {init}; {first}"


def _effect(what: str, small: Sequence[float], large: Sequence[float]) -> str:
    chance, before, after = two_sided(small, large), median(small), median(large)
    ratio = max(before, after) / max(1e-9, min(before, after))
    said = f"p={chance:.2f}" if chance >= 0.01 else "p<0.01"
    if chance > SURE or ratio < TELLING:
        return f"{what} does not depend on memory here ({ms(before)} and {ms(after)}, {said})"
    word = "shorter" if after < before else "longer"
    return f"{what} gets {word} with memory ({ms(before)} to {ms(after)}, {said})"


def proven_sentence(row: Row, limits: ColdLimits) -> str:
    """Return what the cold starts of a variant prove of a limit: the narrowest of the first response, else of init."""
    limit, values = _told(row, limits)
    if limit is None or not values:
        return ""
    slow = sum(value > limit.limit_ms for value in values)
    share = within_share(slow, len(values))
    text = f"{slow} of {len(values)} over {ms(limit.limit_ms)}"
    text += f" (95 % sure: at least {share * 100:.0f} % of cold starts within {ms(limit.limit_ms)}"
    wanted = needed_for(limit.percentile)
    if slow == 0 and len(values) < wanted:
        text += f"; `--cold {wanted}` without a slow one would prove {limit.percentile * 100:.6g} %"
    return text + ")"


def _told(row: Row, limits: ColdLimits) -> tuple[PercentileLimit | None, tuple[float, ...]]:
    if limits.first_response:
        return min(limits.first_response, key=lambda each: each.limit_ms), row.together_ms
    if limits.init:
        return min(limits.init, key=lambda each: each.limit_ms), row.inits_ms
    return None, ()
