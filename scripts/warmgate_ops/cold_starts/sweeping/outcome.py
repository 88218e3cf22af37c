"""The outcome of a sweep as one value, from which each of its renderings is made."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.model.figures import ms
from warmgate_ops.cold_starts.prices import DATED, LIST
from warmgate_ops.cold_starts.sweeping.estimate import Estimate
from warmgate_ops.cold_starts.sweeping.limits import ColdLimits
from warmgate_ops.cold_starts.sweeping.recommending import USUAL_COLD_SHARE, Rated, Recommendation
from warmgate_ops.cold_starts.sweeping.telling import memory_sentence, proven_sentence

NOT_ON_AWS = "not yet seen on AWS: that init gets more CPU than the memory gives is reported, not measured here"
OVER, UNKNOWN = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep showed."""

    function: str
    version: str
    sweep_id: str
    seed: int
    rated: tuple[Rated, ...]
    recommendation: Recommendation
    limits: ColdLimits
    cold_share: float | None
    estimate: Estimate
    spent_usd: float
    calls: int
    seconds: float
    stopped: str = ""
    untouched: str = ""
    changed: bool = False
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return 0, 1 where no variant keeps the limits, 3 where too little was found out."""
        if self.recommendation.too_few or self.stopped:
            return UNKNOWN
        return 0 if self.recommendation.chosen is not None else OVER

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what the table shows, in words, one finding each."""
        found = [memory_sentence([each.row for each in self.rated]), self.advice, *self._aside()]
        return tuple(filter(None, found))

    @property
    def advice(self) -> str:
        """Return the recommendation with what its cold starts prove."""
        chosen, strategy = self.recommendation.chosen, self.recommendation.strategy
        if chosen is None:
            return f"recommended ({strategy}): {self.recommendation.why}"
        proven = proven_sentence(chosen.row, self.limits)
        text = f"recommended ({strategy}): {chosen.row.variant.memory_mb} MB, {self.recommendation.why}"
        text += f"; {proven}" if proven else ""
        if self.recommendation.as_good:
            others = ", ".join(f"{each.row.variant.memory_mb} MB" for each in self.recommendation.as_good)
            text += f"; chance alone may set it apart from {others}"
        return text

    @property
    def share_in_words(self) -> str:
        """Return the share of cold calls that costs are told at."""
        if self.cold_share is None:
            return f"unknown share of cold calls, times by {USUAL_COLD_SHARE * 100:g} %"
        return f"{self.cold_share * 100:.2g} % cold"

    @property
    def prices_in_words(self) -> str:
        """Return whose prices were used, and of when."""
        return f"list prices of {LIST.region}, {DATED}, not read from AWS; no free tier"

    def _aside(self) -> tuple[str, ...]:
        failures = [
            f"{each.row.variant.memory_mb} MB, {each.row.variant.rest}: "
            + ", ".join(f"{count} x {what}" for what, count in each.row.failures.most_common(3))
            for each in self.rated
            if each.row.failures
        ]
        warm = sum(each.row.met_warm for each in self.rated)
        again = sum(each.row.init_failures for each in self.rated)
        return (
            *(f"calls failed at {line}" for line in failures),
            f"{again} inits failed and were run again inside the call: not counted as cold starts" if again else "",
            f"{warm} calls of bursts met an environment that was warm already: not counted as cold starts"
            if warm
            else "",
            f"stopped early: {self.stopped}" if self.stopped else "",
        )


def spent_words(usd: float, calls: int, seconds: float) -> str:
    """Return what a run took."""
    return f"{calls} calls, ${usd:.4f}, {ms(seconds * 1000) if seconds < 1 else f'{seconds / 60:.1f} min'}"
