"""What keeping an alias warm would bring: recorded calls replayed through each cure, beside what it costs a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from warmgate.model.deployment import Target
from warmgate.model.hours import Rhythm
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.keeping.arrivals import COLD, Arrival, arrivals_of
from warmgate_ops.cold_starts.keeping.costs import (
    MONTH_S,
    Size,
    break_even,
    has_snapstart,
    init_usd,
    pings_usd,
    provisioned_usd,
    snapstart_usd,
)
from warmgate_ops.cold_starts.keeping.fitting import Fitted, fitted
from warmgate_ops.cold_starts.keeping.lines import WEEK_S, Keep, calls_a_week
from warmgate_ops.cold_starts.keeping.replay import Habits, Means, Replayed, replay
from warmgate_ops.cold_starts.prices import LIST, Prices

FEWEST = 5
"""Cold starts below which nothing is said of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody plans for."""

    target: Target
    keep: Keep
    every: Rhythm
    size: Size
    runtime: str = ""
    idle_s: float | None = None
    """How long an idle environment lives; None takes what fits the recorded calls best."""
    kept_versions: int = 2
    recorded_s: float = 0.0
    """How much time the calls are of; at least from the first to the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One way, and a month of it."""

    name: str
    usd: float | None
    """None where it cannot be had."""
    cold: float | None
    """Cold starts left; None where it cannot be had."""
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The table and what stands around it."""

    wanted: Wanted
    calls: int
    recorded_s: float
    cold: int
    """Recorded cold starts that somebody waited for, restarts after a crash left out."""
    crashes: int
    habits: Habits
    fit: Fitted | None
    """What the habits were taken from; None where they were given, or there were too few cold starts."""
    replayed_cold: int
    """What the model makes of the recorded calls with these habits, beside `cold`."""
    rows: tuple[Row, ...]
    pings: float
    """Calls of the keeper, a month."""
    break_even: float
    used: float
    """The share of its time that each of the environments would work."""
    peak: int
    beyond: float
    """Of the cold starts that pings leave, those of more callers at once than are kept, a month."""
    advice: str


def plan_of(calls: Sequence[Call], wanted: Wanted, prices: Prices = LIST) -> Plan:
    """Return the plan; the calls are one function's, and those on provisioned concurrency count for nothing."""
    own = [call for call in calls if call.beginning is not Beginning.PROVISIONED]
    usable = [call for call in own if call.beginning is not Beginning.SUPPRESSED]
    arrivals = arrivals_of(usable)
    cold = sum(arrival.was_cold for arrival in arrivals)
    between_s = (arrivals[-1].at_ms - arrivals[0].at_ms) / 1000 if arrivals else 0.0
    recorded_s = max(1.0, between_s, wanted.recorded_s)
    fit = fitted(usable, arrivals) if cold >= FEWEST and not wanted.idle_s else None
    habits = fit.habits if fit else Habits(idle_s=wanted.idle_s or Habits().idle_s)
    table = _Table(wanted, arrivals, habits, MONTH_S / recorded_s, prices)
    pinged = table.replayed(Means(keep=wanted.keep, every=wanted.every))
    rows = table.rows(pinged)
    return Plan(
        wanted=wanted,
        calls=len(own),
        recorded_s=recorded_s,
        cold=cold,
        crashes=len(own) - len(usable),
        habits=habits,
        fit=fit,
        replayed_cold=table.nothing.cold,
        rows=rows,
        pings=table.scheduled[1],
        break_even=break_even(wanted.size, prices),
        used=table.nothing.busy_ms / 1000 / (max(1, wanted.keep.most) * recorded_s),
        peak=table.nothing.peak,
        beyond=table.left(pinged) * pinged.beyond / max(1, pinged.cold),
        advice=_advice(wanted, rows, cold, table.nothing.peak),
    )


class _Table:
    """The rows of a plan, scaled from the recorded time to a month."""

    def __init__(
        self, wanted: Wanted, arrivals: Sequence[Arrival], habits: Habits, months: float, prices: Prices
    ) -> None:
        self._wanted, self._arrivals, self._habits = wanted, arrivals, habits
        self._months, self._prices = months, prices
        self._recorded = sum(arrival.was_cold for arrival in arrivals)
        self._init_ms = sum(arrival.init_ms for arrival in arrivals if arrival.was_cold)
        self.nothing = self.replayed(Means())
        begin_s = arrivals[0].at_ms / 1000 if arrivals else 0.0
        runs, pings = calls_a_week(wanted.keep, wanted.every, begin_s)
        # By the schedule and not by the replay, which knows no version before the first call and after the last.
        self.scheduled = (runs * MONTH_S / WEEK_S, pings * MONTH_S / WEEK_S)

    def replayed(self, means: Means) -> Replayed:
        """Return the recorded calls with a cure."""
        return replay(self._arrivals, self._habits, means)

    def left(self, replayed: Replayed) -> float:
        """Return the cold starts left in a month: the model's share of its own, applied to those recorded."""
        return self._recorded * replayed.cold / max(1, self.nothing.cold) * self._months

    def rows(self, pinged: Replayed) -> tuple[Row, ...]:
        """Return all ways."""
        keep, size = self._wanted.keep, self._wanted.size
        always = Keep(otherwise=keep.most)
        inits_usd = init_usd(self._init_ms * self._months, size, self._prices)
        month = self._recorded * self._months
        return (
            Row(name="nothing", usd=inits_usd, cold=month, says="what init is billed today; so is what is left below"),
            Row(
                name="scheduled pings",
                usd=self._init_left(pinged) + self._pings_usd(pinged),
                cold=self.left(pinged),
                says="at best: no promise by AWS, and more callers at once than are kept stay cold",
            ),
            self._snapstart(month),
            self._provisioned(f"PC {_text(keep)}, same hours", keep),
            self._provisioned(f"PC {keep.most}, always", always),
        )

    def _init_left(self, replayed: Replayed) -> float:
        share = replayed.cold_init_ms / max(1.0, self.nothing.cold_init_ms)
        return init_usd(self._init_ms * self._months, self._wanted.size, self._prices) * share

    def _pings_usd(self, pinged: Replayed) -> float:
        runs, pings = self.scheduled
        ping_init_ms = pings * pinged.ping_init_ms / max(1, pinged.pings)
        return pings_usd(pings, runs, ping_init_ms, self._wanted.size, self._prices)

    def _snapstart(self, month: float) -> Row:
        wanted = self._wanted
        if not has_snapstart(wanted.runtime):
            unknown = "the runtime is not known: pass --runtime"
            says = f"not offered for {wanted.runtime}" if wanted.runtime else unknown
            return Row(name="SnapStart", usd=None, cold=None, says=says)
        usd = snapstart_usd(wanted.kept_versions, month, wanted.size, wanted.runtime, self._prices)
        says = f"restores instead of inits, as many; {wanted.kept_versions} kept versions; how long they take: measure"
        return Row(name="SnapStart", usd=usd, cold=month, says=says)

    def _provisioned(self, name: str, keep: Keep) -> Row:
        replayed = self.replayed(Means(keep=keep, provisioned=True))
        begin_s = self._arrivals[0].at_ms / 1000 if self._arrivals else 0.0
        held_s = keep.environment_seconds(begin_s) * MONTH_S / WEEK_S
        usd = provisioned_usd(held_s, replayed.provisioned_ms * self._months, self._wanted.size, self._prices)
        says = f"more than {keep.most} callers at once spill over; the price of duration is lower"
        return Row(name=name, usd=usd + self._init_left(replayed), cold=self.left(replayed), says=says)


def _text(keep: Keep) -> str:
    return " / ".join(str(each) for each in [*(line.environments for line in keep.lines), keep.otherwise])


def _advice(wanted: Wanted, rows: Sequence[Row], cold: int, peak: int) -> str:
    if cold < FEWEST:
        return f"{cold} recorded cold starts are too few to say what would become of them; record {FEWEST} at least"
    nothing, pings = rows[0], rows[1]
    if not wanted.keep.most:
        return "nothing is kept, and nothing is called"
    cut = 1 - (pings.cold or 0.0) / (nothing.cold or 1.0)
    more_usd = (pings.usd or 0.0) - (nothing.usd or 0.0)
    saved = f"pings remove {cut * 100:.0f} % of the cold starts for ${more_usd:.2f} a month more"
    if cut >= 0.5:
        return saved
    if peak > wanted.keep.most:
        return f"{saved}: up to {peak} callers come at once, and pings cannot help beyond {wanted.keep.most};" + _OTHER
    return f"{saved};" + _OTHER


_OTHER = " less work in init or SnapStart shortens all of them"


def init_median_ms(calls: Sequence[Call]) -> float | None:
    """Return the median init of recorded cold starts."""
    found = [call.init_ms for call in calls if call.beginning in COLD and call.init_ms is not None]
    return median(found) if found else None
