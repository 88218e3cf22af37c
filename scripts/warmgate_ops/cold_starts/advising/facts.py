"""What the calls of a window say of a function's cold starts: counts and figures, no advice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from warmgate.judge.quantile import quantile
from warmgate_ops.cold_starts.calls import WAITED, Beginning, Call

FEWEST = 5
"""Cold starts below which nothing is said of their times."""
DAY_MS = 86_400_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long something took, in milliseconds, and how often it was seen."""

    count: int
    median: float
    p95: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdFacts:
    """What one version did in a window; a figure is None where nothing was seen of it."""

    version: str
    days: float
    """Length of the window."""
    calls: int
    cold: int
    """Cold starts and restores that a caller waited for; a call whose init ran inside it again is in `suppressed`."""
    restored: int = 0
    """Of `cold`, those from a snapshot."""
    suppressed: int = 0
    ahead: int = 0
    """Environments made before anybody called: nobody waited."""
    provisioned: int = 0
    """Calls that provisioned environments served."""
    provisioned_ms: float = 0.0
    """How long these ran together."""
    busy_ms: float = 0.0
    """How long all calls ran together, inits left out."""
    init: Times | None = None
    first: Times | None = None
    """Init or restore, and the duration of that same call."""
    warm: Times | None = None
    """Duration of warm calls."""
    overhead_ms: float | None = None
    """Median duration of a cold start's call less that of warm ones."""
    billed_ms: float | None = None
    """Mean of all calls."""
    memory_mb: float | None = None
    max_memory_mb: float | None = None
    peak: int = 0
    """The most calls that ran at once."""
    overlapping: int = 0
    """Cold starts that began while another call of the version ran: one environment kept warm does not help them."""
    timeouts: int = 0
    by_cause: Mapping[str, int] = field(default_factory=dict)
    """Cold starts by cause, where somebody found that out."""

    @property
    def enough(self) -> bool:
        """Whether times of cold starts may be spoken of."""
        return self.cold >= FEWEST

    @property
    def share(self) -> float:
        """Return the share of calls that were cold starts."""
        return self.cold / self.calls if self.calls else 0.0

    @property
    def busy(self) -> float:
        """Return the mean of calls that run at once (Little's law: their time over the window's)."""
        return self.busy_ms / (self.days * DAY_MS) if self.days else 0.0

    def a_month(self, count: float) -> float:
        """Return how often something happens in 30 days that happened so often in the window."""
        return count / self.days * 30 if self.days else 0.0


def cold_facts(
    calls: Iterable[Call], version: str, since_ms: float, until_ms: float, by_cause: Mapping[str, int] | None = None
) -> ColdFacts:
    """Return what the calls of one version say; those of other versions and outside the window are left out."""
    own = [call for call in calls if call.version == version and since_ms <= call.ended_ms <= until_ms]
    began = {kind: [call for call in own if call.beginning is kind] for kind in Beginning}
    cold = [*began[Beginning.COLD], *began[Beginning.RESTORED]]
    warm, provisioned = began[Beginning.WARM], began[Beginning.PROVISIONED]
    first = _times([waited for call in cold if (waited := call.first_response_ms) is not None])
    took, usual = _times([call.duration_ms for call in cold]), _times([call.duration_ms for call in warm])
    memory = [call.memory_mb for call in own if call.memory_mb is not None]
    used = [call.max_memory_mb for call in own if call.max_memory_mb is not None]
    billed = [call.billed_ms for call in own if call.billed_ms is not None]
    return ColdFacts(
        version=version,
        days=max(0.0, until_ms - since_ms) / DAY_MS,
        calls=len(own),
        cold=len(cold),
        restored=len(began[Beginning.RESTORED]),
        suppressed=len(began[Beginning.SUPPRESSED]),
        ahead=len(began[Beginning.AHEAD]),
        provisioned=len(provisioned),
        provisioned_ms=sum(call.duration_ms for call in provisioned),
        busy_ms=sum(call.duration_ms for call in own),
        init=_times([call.init_ms for call in cold if call.init_ms is not None]),
        first=first,
        warm=usual,
        overhead_ms=took.median - usual.median if took and usual else None,
        billed_ms=sum(billed) / len(billed) if billed else None,
        memory_mb=memory[-1] if memory else None,
        max_memory_mb=max(used, default=None),
        peak=peak_of(own),
        overlapping=_overlapping(own),
        timeouts=sum(call.status == "timeout" for call in own),
        by_cause=by_cause or {},
    )


def peak_of(calls: Iterable[Call]) -> int:
    """Return the most calls that ran at once; one that ends as another begins does not overlap it."""
    edges = [edge for call in calls for edge in ((call.called_ms, 1), (call.ended_ms, -1))]
    running = most = 0
    for _, change in sorted(edges):
        running += change
        most = max(most, running)
    return most


def _overlapping(calls: Sequence[Call]) -> int:
    """Return how many waited-for environments were made while another call ran."""
    edges = [(call.ended_ms, 0, False) for call in calls]
    edges += [(call.called_ms, 1, call.beginning in WAITED) for call in calls]
    running = found = 0
    for _, begins, is_cold in sorted(edges):
        found += bool(begins and is_cold and running)
        running += 1 if begins else -1
    return found


def _times(values: Sequence[float]) -> Times | None:
    if not values:
        return None
    return Times(count=len(values), median=quantile(values, 0.5), p95=quantile(values, 0.95), most=max(values))
