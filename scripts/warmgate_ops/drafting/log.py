"""What a function's own log shows of it: the latest calls of the version that serves, as recorded durations."""

from __future__ import annotations

from collections.abc import Iterable

from warmgate.logs.calls import LoggedCall
from warmgate.model.calls import Arm, Start
from warmgate_ops.advice.recorded import Recorded

HOURS, PATIENCE_S = 24, 20.0
"""How far back a log is read, and for how long: a busy function's log holds far more than a limit needs."""
RUN = "log"


def recorded_in_log(calls: Iterable[LoggedCall], version: str) -> Recorded:
    """Return the cold starts and warm calls of a version; a call that failed or timed out is no example."""
    found = Recorded()
    found.starts[RUN] += 0
    for call in calls:
        record = call.record
        if call.version != version or record.duration_ms is None:
            continue
        found.calls += 1
        if record.status in {"error", "timeout", "failure"} or record.error_type:
            continue
        init_ms = record.restore_ms or record.start_up_ms
        if record.start in {Start.COLD, Start.RESTORED} and init_ms is not None:
            found.starts[RUN] += 1
            found.inits[Arm.CANDIDATE].add(init_ms)
        elif record.start is Start.WARM:
            found.durations[Arm.CANDIDATE].add(record.duration_ms)
    return found
