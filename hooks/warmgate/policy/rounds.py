"""Which rounds of calls a policy asks for, and how wide they are: what planning makes of it, the judge expects."""

from __future__ import annotations

from warmgate.policy.values import Compare, Limits

COMPARED_ROUNDS = 8
"""Measured rounds of both versions, where the policy compares; the first is half as wide, for an early look."""


def measures_warm_calls(limits: Limits, compare: Compare) -> bool:
    """Return whether a check needs warm calls: without one the cold burst is all the evidence there is to gather."""
    return bool(limits.duration) or compare.in_rounds or bool(limits.error_ratio)


def round_width(number: int, environments: int, *, compared: bool) -> int:
    """Return how many calls an arm makes in a measured round; rounds are numbered from 1."""
    return (environments + 1) // 2 if compared and number == 1 else environments
