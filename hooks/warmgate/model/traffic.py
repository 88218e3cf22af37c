"""What CloudWatch and the logs say of live traffic in sum, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCounts:
    """What CloudWatch counted of a version over the whole shift."""

    calls: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteCounts:
    """What CloudWatch counted of an alias in one minute."""

    at_ms: float
    """When the minute began, in milliseconds since the epoch."""
    calls: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSummary:
    """What the log says of all calls of one environment."""

    environment: str
    version: str
    calls: int
    cold_starts: int
    median_ms: float
    p95_ms: float
    unbegun: int = 0
    """Reports of calls that never began: the function prints such lines itself, and they are in the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """What the log says of one cold start."""

    init_ms: float
    """Or the restore with SnapStart."""
    duration_ms: float | None = None
    """Of the call that met it."""
    init_failed: bool = False
    """Whether an init failed and was run again inside that call: `init_ms` is then a part of `duration_ms`."""
    failed_init_ms: float | None = None
    """How long it took to fail, ahead of the call; None where it is not told."""
