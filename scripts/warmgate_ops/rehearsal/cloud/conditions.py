"""What a scenario may change about the local cloud: how late things come, how often they come, what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Conditions:
    """The conditions of a cloud; read whenever they matter, so that a scenario may change them at any time.

    All seconds are real ones, whatever CodeDeploy's time scale.
    """

    log_delay_s: float = 0.0
    """How long a log event of a function cannot be read yet."""
    metric_delay_s: float = 0.0
    """How long after its minute a metric cannot be read yet; without a delay it can be read within the minute."""
    minute_s: float = 60.0
    """How long a minute of metrics lasts for the delay and for alarms; shorter ones let a rehearsal see alarms soon."""
    log_reads_per_s: float | None = None
    """How many FilterLogEvents calls a second are answered; the others are throttled."""
    log_page_events: int = 10_000
    """From how many events FilterLogEvents makes a page; with few, pages are empty although more follow."""
    feed_copies: int = 1
    """How often a subscription filter delivers each batch; CloudWatch Logs promises at least once."""
    feed_delays_s: tuple[float, ...] = (0.0,)
    """How late batches are delivered, used in turn by each filter; on AWS usually less than three minutes."""
    feed_lost: bool = False
    """Whether batches are skipped just now, as those of a filter are whose destination refused one for good."""
    query_s: float = 0.1
    """How long a query of Logs Insights takes."""
    trace_delay_s: float = 0.0
    """How long a trace cannot be read yet."""
    trail_delay_s: float = 0.0
    """How long LookupEvents does not find a call yet; on AWS some minutes."""
    trail_reads_per_s: float | None = 2.0
    """How many LookupEvents calls a second are answered, as on AWS; the others are throttled."""
    event_copies: int = 1
    """How often EventBridge delivers each event; it promises at least once."""
    event_delays_s: tuple[float, ...] = (0.0,)
    """How late events are delivered, used in turn by each rule: with (2.0, 0.0) the second overtakes the first."""
    schedule_scale: float = 1.0
    """How many times as fast as the wall's the clock of schedules passes; at 60 a minute's rate calls every second."""
    refused_alias_updates: int = 0
    """How many of the next UpdateAlias calls are refused; counted down with each."""
    refused_alias_version: str = ""
    """Narrows that to calls that point the alias at this version alone, such as those of a rollback to it."""
    refused_alias_function: str = ""
    """Narrows it to the aliases of this function."""
    hooks_on_rollback: bool = False
    """Whether a rollback deployment calls the hooks of its release; AWS was seen not to, and does not document it."""
    no_function_info: bool = False
    """Whether a target says nothing of its function before BeforeAllowTraffic has ended, as users of AWS report."""

    idle_s: float | None = None
    """After how long without a call an environment ends; None keeps it for ever. AWS states no time."""
    life_s: float | None = None
    """At which age an environment ends, once it is idle; None keeps it for ever. AWS states no time."""

    cpu_by_memory: bool = False
    """Whether a call gets processor time in proportion to its function's memory, one vCPU at 1,769 MB; a model."""
    cpu_in_init: bool = False
    """Whether an init does so too; else it has a whole processor, as users of AWS report."""

    def metric_due_s(self, at_s: float, now_s: float) -> float:
        """Return when a metric of an instant can be read: with a delay, that long after its minute is over."""
        if not self.metric_delay_s:
            return now_s
        return (at_s // self.minute_s + 1) * self.minute_s + self.metric_delay_s

    def refuses_alias_update(self, function: str, body: Mapping[str, Any]) -> bool:
        """Return whether an UpdateAlias call is to be refused, and count it."""
        weights = (body.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
        alone = body.get("FunctionVersion") == self.refused_alias_version and not weights
        if self.refused_alias_function and function != self.refused_alias_function:
            return False
        if self.refused_alias_updates < 1 or (self.refused_alias_version and not alone):
            return False
        self.refused_alias_updates -= 1
        return True
