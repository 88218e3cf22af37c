"""What X-Ray is told of a call: when it was initialised, when it ran, and what the rest took. Pure."""

from __future__ import annotations

from warmgate_ops.rehearsal.cloud.lambda_runtime.control import VersionSettings
from warmgate_ops.rehearsal.cloud.lambda_runtime.report import Ran
from warmgate_ops.rehearsal.cloud.traces.documents import Traced


def traced(ran: Ran, settings: VersionSettings, arn: str, *, waited_ms: float, prepared_s: float) -> Traced:
    """Return a call that is sampled as its segments tell it.

    Args:
        ran: the call.
        settings: of its version.
        arn: of its function.
        waited_ms: how long the environment was waited for.
        prepared_s: when it was initialised, where that was ahead of the call; its init is told there, however long ago.
    """
    assert ran.trace is not None
    own_init_ms = (ran.init_ms or 0.0) if ran.first else 0.0
    overhead_s = max(0.0, waited_ms - own_init_ms - ran.duration_ms) / 1000
    began_s = ran.ended_s - overhead_s - ran.duration_ms / 1000
    init_end_s = began_s if ran.first else prepared_s
    return Traced(
        ids=ran.trace,
        function=settings.function,
        arn=arn,
        request_id=ran.request_id,
        log_group=settings.log.group,
        init=None if ran.init_ms is None else (init_end_s - ran.init_ms / 1000, init_end_s),
        invocation=(began_s, ran.ended_s - overhead_s),
        overhead_s=overhead_s,
        failed=ran.failed,
    )
