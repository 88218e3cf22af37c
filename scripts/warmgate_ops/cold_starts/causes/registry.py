"""All causes, in the order in which their evidence is looked for: the first that fits is the answer."""

from __future__ import annotations

from collections.abc import Callable

from warmgate_ops.cold_starts.causes import ahead, failure, moves, on_time, settings, traffic
from warmgate_ops.cold_starts.causes.cause import Evidence
from warmgate_ops.cold_starts.causes.scene import Scene

LOOKS: tuple[Callable[[Scene], Evidence | None], ...] = (
    ahead.look,
    failure.again,
    moves.deployment,
    moves.rollback,
    moves.moved,
    moves.new_version,
    failure.replaced,
    settings.configuration,
    settings.concurrency,
    settings.spill_over,
    on_time.look,
    traffic.scale_out,
    traffic.idle,
    traffic.recycling,
)
