"""Cold starts of two versions become a table of differences that adds up to the difference of their inits. Pure.

A figure is the mean over the faster half of the cold starts, ranked by their inits. Medians of parts do not add up to
the median of their sum, means over the same cold starts do; and what else runs on a machine only ever adds time. On two
busy cores the interpreter's start differed by 6.1 ms between equal versions over the middle half of eleven cold starts,
by 3.8 ms over the faster one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import comb
from statistics import mean

from warmgate.judge.ranks import rank_sum_chance
from warmgate_ops.cold_starts.importing.attribution import Importer, Share, common_modules, shares_of
from warmgate_ops.cold_starts.importing.origins import Origin, Places
from warmgate_ops.cold_starts.importing.records import ColdStart

LEAST_MS = 1.0
LEAST_OF_INIT, LEAST_OF_ROW = 0.01, 0.05
"""Smaller differences are not told: two builds of the same package differ by so much."""
CHANCE = 0.001
_FEW = 1000
"""Numbers of orders below which ranks cannot show that chance: then both sides must lie apart."""


class Change(StrEnum):
    """What became of an origin from the old version to the new one."""

    NEW = "new"
    SLOWER = "slower"
    FASTER = "faster"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What one thing took in several cold starts of one version, in milliseconds."""

    each: tuple[float, ...]
    kept: tuple[int, ...]
    """The places of the faster half of the cold starts, by their inits."""

    @property
    def typical(self) -> float:
        """Return the mean over the faster half of the cold starts."""
        return mean(self.each[place] for place in self.kept) if self.kept else 0.0

    @property
    def spread(self) -> float:
        """Return the distance between the quartiles of all of them."""
        if len(self.each) < 2:
            return 0.0
        ordered, quarter = sorted(self.each), (len(self.each) - 1) / 4
        return _at(ordered, 3 * quarter) - _at(ordered, quarter)


def faster_half(inits: Sequence[float]) -> tuple[int, ...]:
    """Return the places of the faster half by value: two of three, three of five, six of eleven."""
    order = sorted(range(len(inits)), key=inits.__getitem__)
    return tuple(sorted(order[: (len(order) + 1) // 2]))


def _at(ordered: Sequence[float], place: float) -> float:
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One origin in both versions."""

    origin: Origin
    change: Change
    old: Times
    new: Times
    over_noise: bool
    carried: tuple[Origin, ...]
    """What else came, or went, with it; most time first."""
    importer: Importer | None
    thread: bool = False

    @property
    def difference_ms(self) -> float:
        """Return by how much the new version takes longer."""
        return self.new.typical - self.old.typical


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What the difference of two inits consists of; without an old version, what an init consists of."""

    old_init: Times
    new_init: Times
    old_runtime: Times
    new_runtime: Times
    """What inits take outside of the function's modules: in the interpreter and the runtime client."""
    over_noise: bool
    """Whether the inits differ by more than chance."""
    rows: tuple[Row, ...] = field(default=())
    """All of them, those over the noise first, the largest difference first."""

    @property
    def difference_ms(self) -> float:
        """Return by how much the new version's init is above the old one's."""
        return self.new_init.typical - self.old_init.typical

    @property
    def told(self) -> tuple[Row, ...]:
        """Return the rows that differ by more than chance."""
        return tuple(row for row in self.rows if row.over_noise)

    @property
    def others_ms(self) -> float:
        """Return what all other rows differ by together."""
        return sum(row.difference_ms for row in self.rows if not row.over_noise)

    @property
    def runtime_ms(self) -> float:
        """Return what differs outside of the function's modules."""
        return self.new_runtime.typical - self.old_runtime.typical

    @property
    def is_slower(self) -> bool:
        """Return whether the new version starts more slowly, by its init or by what is told of its imports."""
        if self.over_noise:
            return self.difference_ms > 0
        return sum(row.difference_ms for row in self.told) > 0


def table_of(old: Sequence[ColdStart], new: Sequence[ColdStart], old_places: Places, new_places: Places) -> Table:
    """Return how the inits of two versions differ; without any of the old version, what the new one's consists of."""
    there, then = common_modules(new), common_modules(old)
    before = [shares_of(cold, old_places, there) for cold in old]
    after = [shares_of(cold, new_places, then) for cold in new]
    old_side, new_side = _Side.of(old, before), _Side.of(new, after)
    scale = max(old_side.init.typical, new_side.init.typical)
    rows = [_row(each, old_side, new_side, scale) for each in sorted({*old_side.origins, *new_side.origins})]
    rows.sort(key=lambda row: (not row.over_noise, -abs(row.difference_ms)))
    return Table(
        old_init=old_side.init,
        new_init=new_side.init,
        old_runtime=old_side.runtime,
        new_runtime=new_side.runtime,
        over_noise=_is_over(old_side.init, new_side.init, max(LEAST_MS, LEAST_OF_INIT * scale)),
        rows=tuple(rows),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """The cold starts of one version, as shares."""

    shares: Sequence[dict[Origin, Share]]
    init: Times
    runtime: Times

    @classmethod
    def of(cls, colds: Sequence[ColdStart], shares: Sequence[dict[Origin, Share]]) -> _Side:
        inits = tuple(cold.init_ms for cold in colds)
        kept = faster_half(inits)
        rest = (init - sum(each.ms for each in own.values()) for init, own in zip(inits, shares, strict=True))
        return cls(shares, Times(each=inits, kept=kept), Times(each=tuple(rest), kept=kept))

    @property
    def origins(self) -> set[Origin]:
        return {origin for each in self.shares for origin in each}

    def times(self, origin: Origin) -> Times:
        each = tuple(shares[origin].ms if origin in shares else 0.0 for shares in self.shares)
        return Times(each=each, kept=self.init.kept)

    def has(self, origin: Origin) -> bool:
        return 2 * sum(origin in each for each in self.shares) > len(self.shares)


def _row(origin: Origin, old_side: _Side, new_side: _Side, init_ms: float) -> Row:
    old, new = old_side.times(origin), new_side.times(origin)
    change = Change.SLOWER if new.typical >= old.typical else Change.FASTER
    in_old, in_new = old_side.has(origin), new_side.has(origin)
    if in_old != in_new:
        change = Change.NEW if in_new else Change.GONE
    shown = [each[origin] for each in (new_side if in_new else old_side).shares if origin in each]
    least = max(LEAST_MS, LEAST_OF_INIT * init_ms, LEAST_OF_ROW * max(old.typical, new.typical))
    return Row(
        origin=origin,
        change=change,
        old=old,
        new=new,
        over_noise=_is_over(old, new, least),
        carried=_carried(shown),
        importer=next((share.importer for share in shown), None),
        thread=any(share.thread for share in shown),
    )


def _carried(shares: Sequence[Share]) -> tuple[Origin, ...]:
    total: dict[Origin, float] = {}
    for share in shares:
        for origin, ms in share.carried.items():
            total[origin] = total.get(origin, 0.0) + ms
    return tuple(sorted(total, key=lambda each: -total[each]))


def _is_over(old: Times, new: Times, least_ms: float) -> bool:
    """Return whether two sides differ by more than chance and by more than is worth a line."""
    if abs(new.typical - old.typical) < least_ms:
        return False
    if not old.each:
        return True
    larger, smaller = (new.each, old.each) if new.typical > old.typical else (old.each, new.each)
    if comb(len(larger) + len(smaller), len(larger)) >= _FEW:
        return rank_sum_chance(larger, smaller) < CHANCE
    return min(larger) > max(smaller) and abs(new.typical - old.typical) > old.spread + new.spread
