"""What a log says of an execution environment ahead of a call: how it began, and how long that took."""

from __future__ import annotations

from dataclasses import dataclass, replace

from warmgate.logs.platform import (
    ON_DEMAND,
    PROVISIONED,
    Initialised,
    InitStarted,
    KindStated,
    Reported,
    Restored,
)
from warmgate.model.calls import Start

FAILED = ("error", "timeout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What was said of an environment since its last report: it belongs to its next one."""

    fresh: bool = False
    kind: str = ""
    init_ms: float | None = None
    suppressed_ms: float | None = None
    suppressed: bool = False
    failed: bool = False
    """Whether an init failed: Lambda runs it again inside a call for no other reason."""
    failed_ms: float | None = None
    """How long it took until it failed, ahead of any call."""
    restored: bool = False
    restore_ms: float | None = None
    time: str = ""
    """When that was said, in the words of the log's viewer."""


def said(environment: Environment, event: InitStarted | Initialised | Restored | KindStated) -> Environment:
    """Add what an event says of an environment."""
    match event:
        case InitStarted():
            again = event.phase == "invoke"
            suppressed, failed = environment.suppressed or again, environment.failed or again
            kind = event.kind or environment.kind
            return replace(environment, fresh=True, kind=kind, suppressed=suppressed, failed=failed)
        case Initialised() if event.phase == "invoke":
            # A time-out is the least that the init takes; an error says nothing of it.
            told_ms = None if event.status == "error" else event.duration_ms
            return replace(environment, suppressed=True, suppressed_ms=told_ms, failed=True)
        case Initialised() if event.status in FAILED:
            # Lambda runs the init again inside the next invocation.
            kind = event.kind or environment.kind or ON_DEMAND
            return replace(environment, kind=kind, suppressed=True, failed=True, failed_ms=event.duration_ms)
        case Initialised():
            kind = event.kind or environment.kind or ON_DEMAND
            # Other kinds initialise ahead of any call: their init is not part of a call's start.
            return replace(environment, kind=kind, init_ms=event.duration_ms if kind == ON_DEMAND else None)
        case Restored():
            return replace(environment, restored=True, restore_ms=event.duration_ms or environment.restore_ms)
        case KindStated():
            return replace(environment, kind=event.kind)


def start_of(report: Reported, environment: Environment) -> Start:
    """Return how an invocation found its environment."""
    if report.restore_ms or environment.restored:
        return Start.RESTORED
    # The first call of a provisioned environment prints the Init Duration of its allocation, and is no cold start.
    if environment.kind == PROVISIONED:
        return Start.PROVISIONED
    first = environment.fresh and environment.kind in {"", ON_DEMAND} and report.init_ms is None
    return Start.COLD if report.init_ms or environment.init_ms or environment.suppressed or first else Start.WARM
