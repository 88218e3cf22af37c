"""Mappings whose keys are percentiles: p50, p95, p99.9."""

from __future__ import annotations

import re
from typing import Any

from warmgate.documents.nodes import Entry, Node
from warmgate.documents.place import Gathering, Place
from warmgate.errors import Fault, PolicyError
from warmgate.policy.kinds import Kind, Measure
from warmgate.policy.sections import Rule, judged, mapping_in
from warmgate.policy.values import PercentileLimit, RatioLimit

PERCENTILE = r"p(?:[1-9][0-9]?(?:\.[0-9]{0,3}[1-9])?|0\.[0-9]{0,3}[1-9])"
"""One spelling for each percentile, so that none stands twice."""


class Percentiles(Kind):
    """A mapping of percentiles to limits; it becomes a tuple in the order of the percentiles."""

    __slots__ = ("limit", "rules")

    def __init__(self, limit: Measure, *, rules: tuple[Rule, ...] = ()) -> None:
        self.limit = limit
        self.rules = rules

    @property
    def expected(self) -> str:
        """Return the keys' form and the limits' bounds."""
        return f"a mapping of percentiles such as p50, p95 or p99.9, each to {self.limit.expected}"

    def read(self, node: Node, at: Place) -> tuple[PercentileLimit, ...]:
        """Return the limits, the lowest percentile first."""
        mapping = mapping_in(node, at, self, "p95", self.limit)
        gathering = Gathering()
        if not mapping.entries:
            fix = "write for example p95: 400ms"
            gathering.add(at.fault(node.line, found="no key", expected=self.expected, fix=fix))
        for entry in mapping.entries:
            if re.fullmatch(PERCENTILE, entry.key):
                gathering.take(entry.key, self.limit.read, entry.value, at.key(entry.key))
            else:
                gathering.add(_unknown_percentile(entry, at))
        gathering.add(*judged(self.rules, gathering, mapping, at))
        gathering.settle()
        limits = [PercentileLimit(percentile=share_of(key), limit_ms=ms) for key, ms in gathering.values.items()]
        return tuple(sorted(limits, key=lambda limit: limit.percentile))

    def write(self, value: tuple[PercentileLimit, ...]) -> dict[str, Any]:
        """Return the limit of each percentile."""
        return {limit.name: self.limit.write(limit.limit_ms) for limit in value}


class OnePercentile(Kind):
    """A mapping of one percentile to a ratio."""

    __slots__ = ("ratio",)

    def __init__(self, ratio: Measure) -> None:
        self.ratio = ratio

    @property
    def expected(self) -> str:
        """Return the key's form and the ratio's bounds."""
        return f"one percentile such as p95, with {self.ratio.expected}"

    def read(self, node: Node, at: Place) -> RatioLimit:
        """Return the ratio with its percentile."""
        mapping = mapping_in(node, at, self, "p95", self.ratio)
        if len(mapping.entries) != 1:
            found = f"{len(mapping.entries)} keys"
            raise PolicyError(
                at.fault(node.line, found=found, expected=self.expected, fix="write for example p95: 1.2x")
            )
        entry = mapping.entries[0]
        if not re.fullmatch(PERCENTILE, entry.key):
            raise PolicyError(_unknown_percentile(entry, at))
        return RatioLimit(statistic=entry.key, ratio=self.ratio.number(entry.value, at.key(entry.key)))

    def write(self, value: RatioLimit) -> dict[str, Any]:
        """Return the ratio under its percentile."""
        return {value.statistic: self.ratio.write(value.ratio)}


def share_of(percentile: str) -> float:
    """Return the share that a percentile's name stands for: 0.95 for p95."""
    return float(f"{percentile[1:]}e-2")


def _unknown_percentile(entry: Entry, at: Place) -> Fault:
    expected = "a percentile above p0 and below p100, with at most four decimals and no zero at the end"
    digits = re.search(r"[1-9][0-9]?(?![0-9])", entry.key)
    fix = f"write p{digits[0]}" if digits else "write for example p95"
    return at.key(entry.key).fault(entry.line, found="an unknown key", expected=expected, fix=fix)
