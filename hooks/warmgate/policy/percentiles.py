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
    meant = meant_percentile(entry.key)
    fix = f"write {meant}" if meant else _WORDS.get(entry.key.lower(), "write for example p95")
    return at.key(entry.key).fault(entry.line, found="an unknown key", expected=expected, fix=fix)


_MEDIANS = ("median", "med", "p50th")
_NO_MEAN = "an average hides slow calls: write p50 for the usual call, or p95"
_NO_MOST = "the slowest of few calls says little: write a percentile such as p99"
_WORDS = dict.fromkeys(("avg", "mean", "average"), _NO_MEAN) | dict.fromkeys(("max", "p100", "maximum"), _NO_MOST)


def meant_percentile(word: str) -> str | None:
    """Return the one spelling of a percentile that is written in another: p999, P95, p(95), 95th, 0.95, median."""
    text = word.strip().lower()
    if text in _MEDIANS:
        return "p50"
    found = re.fullmatch(r"(?:p|percentile|perc)?[\s_(.-]*([0-9]{1,6})(?:([._,])([0-9]{1,9}))?\s*(?:\)|th|%)?", text)
    if found is None:
        return None
    whole, decimals = found[1], (found[3] or "")[:4].rstrip("0")
    if found[2] and whole == "0" and not text.startswith("p"):  # a quantile: 0.95, 0.999
        whole, decimals = decimals[:2].ljust(2, "0"), decimals[2:]
    elif not found[2] and len(whole := whole.lstrip("0")) > 2 and not whole.startswith("100"):  # p999, as it is spoken
        whole, decimals = whole[:2], whole[2:].rstrip("0")
    spelled = f"p{whole.lstrip('0') or '0'}" + (f".{decimals}" if decimals else "")
    return spelled if re.fullmatch(PERCENTILE, spelled) else None
