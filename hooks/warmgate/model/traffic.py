"""What CloudWatch and the logs say of live traffic in sum, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCounts:
    """What CloudWatch counted of a version over the whole shift."""

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
