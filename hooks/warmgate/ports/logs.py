"""What CloudWatch remembers of a function's calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.traffic import ColdStart, EnvironmentSummary, MetricCounts

if TYPE_CHECKING:
    from warmgate.logs.calls import Logged, Window
    from warmgate.model.log_stream import FunctionLog


class Logs(Protocol):
    """What functions' log groups remember, each function's own streams alone; every method raises LogLookupError."""

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline, most: int | None = None) -> Logged:
        """Return the calls that were reported inside a window; the newest may not be there yet.

        A log that cannot be read to its end before the deadline gives its earliest calls, and so does one that holds
        more than `most` events.
        """
        ...

    def cold_starts(
        self, log: FunctionLog, version: str, wanted: int, before_ms: float, deadline: Deadline
    ) -> tuple[ColdStart, ...]:
        """Return a version's latest cold starts before an instant, newest first, so many."""
        ...

    def summaries(
        self, log: FunctionLog, window: Window, deadline: Deadline, *, json_format: bool
    ) -> tuple[EnvironmentSummary, ...]:
        """Return what one query says of the environments that ran in a window: for logs too large to be read."""
        ...


class LiveMetrics(Protocol):
    """What CloudWatch counts of live traffic."""

    def counts(self, target: Target, version: str, window: Window, deadline: Deadline) -> MetricCounts | None:
        """Return what a version served through an alias, None where nothing was counted; raises LogLookupError."""
        ...
