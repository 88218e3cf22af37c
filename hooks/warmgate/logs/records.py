"""What a log says of one invocation, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.model.calls import Start


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationRecord:
    """What the platform reported of one invocation; None where it said nothing."""

    request_id: str | None
    duration_ms: float | None = None
    billed_ms: float | None = None
    memory_mb: float | None = None
    max_memory_mb: float | None = None
    """Peak memory used."""
    init_ms: float | None = None
    """Init before the duration began, which went well; an init inside the duration is in `suppressed_init_ms`."""
    restore_ms: float | None = None
    start: Start | None = None
    """None only where there is no report."""
    status: str | None = None
    """success, error, timeout or failure."""
    error_type: str | None = None
    suppressed_init_ms: float | None = None
    """An init that was run again inside the invocation: `duration_ms` contains it; None too where it is not told."""
    init_failed: bool = False
    """Whether an init ended in an error or a time-out: how long that took is no start-up time."""
    failed_init_ms: float | None = None
    """How long that took, ahead of the duration; None where there was none, or it is not told."""
    tenant: str | None = None
    """For whom it ran; told of functions with tenant isolation in JSON format alone."""
    log_stream: str | None = None
    absence: str = ""
    """Why there are no values; empty where there is a report."""
    at_ms: float | None = None
    """When the report was written, where it was said."""
    begun: bool = True
    """Whether the beginning of the invocation was seen, in a log that tells beginnings."""
    begun_ms: float | None = None
    """When its beginning was written, where an environment is known and that was said."""
    trace_id: str | None = None
    """X-Ray's id of the trace that it belongs to."""
    init_started_ms: float | None = None
    """When its environment began to initialise; of the first invocation of an environment, where that was said."""
    runtime_version: str | None = None
    """ARN of the version of the managed runtime, or its name; of the first invocation of an environment."""
    extensions: tuple[str, ...] = ()
    """Names of the extensions that the environment started with; of its first invocation."""

    @property
    def start_up_ms(self) -> float | None:
        """How long the init took that served this invocation, before or inside it; None where the log does not tell."""
        return self.suppressed_init_ms if self.init_ms is None else self.init_ms
