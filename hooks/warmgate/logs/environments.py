"""What a log says of an execution environment ahead of a call: how it began, and how long that took."""

from __future__ import annotations

from dataclasses import dataclass, replace

from warmgate.logs.platform import (
    ON_DEMAND,
    PROVISIONED,
    ExtensionStarted,
    Initialised,
    InitStarted,
    KindStated,
    Reported,
    Restored,
)
from warmgate.model.calls import Start

FAILED = ("error", "timeout")
MOST_EXTENSIONS = 20
"""Lambda allows ten (Lambda quotas, Registered Lambda extensions); a log may say anything."""


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
    started_ms: float | None = None
    """When its latest init began."""
    runtime_version: str | None = None
    extensions: tuple[str, ...] = ()


def said(
    environment: Environment,
    event: InitStarted | Initialised | Restored | KindStated | ExtensionStarted,
    at_ms: float | None = None,
) -> Environment:
    """Add what an event says of an environment, and when it was written."""
    match event:
        case InitStarted():
            return _started(environment, event, at_ms)
        case Initialised():
            return _initialised(environment, event)
        case Restored():
            return replace(environment, restored=True, restore_ms=event.duration_ms or environment.restore_ms)
        case KindStated():
            return replace(environment, kind=event.kind)
        case ExtensionStarted():
            return replace(environment, extensions=(*environment.extensions, event.name)[:MOST_EXTENSIONS])


def _started(environment: Environment, event: InitStarted, at_ms: float | None) -> Environment:
    again = event.phase == "invoke"
    return replace(
        environment,
        fresh=True,
        kind=event.kind or environment.kind,
        suppressed=environment.suppressed or again,
        failed=environment.failed or again,
        started_ms=at_ms,
        runtime_version=event.runtime_version or environment.runtime_version,
        extensions=(),
    )


def _initialised(environment: Environment, event: Initialised) -> Environment:
    if event.phase == "invoke":
        # A time-out is the least that the init takes; an error says nothing of it.
        told_ms = None if event.status == "error" else event.duration_ms
        return replace(environment, suppressed=True, suppressed_ms=told_ms, failed=True)
    kind = event.kind or environment.kind or ON_DEMAND
    if event.status in FAILED:
        # Lambda runs the init again inside the next invocation.
        return replace(environment, kind=kind, suppressed=True, failed=True, failed_ms=event.duration_ms)
    # Other kinds initialise ahead of any call: their init is not part of a call's start.
    return replace(environment, kind=kind, init_ms=event.duration_ms if kind == ON_DEMAND else None)


def start_of(report: Reported, environment: Environment) -> Start:
    """Return how an invocation found its environment."""
    if report.restore_ms or environment.restored:
        return Start.RESTORED
    # The first call of a provisioned environment prints the Init Duration of its allocation, and is no cold start.
    if environment.kind == PROVISIONED:
        return Start.PROVISIONED
    first = environment.fresh and environment.kind in {"", ON_DEMAND} and report.init_ms is None
    return Start.COLD if report.init_ms or environment.init_ms or environment.suppressed or first else Start.WARM
