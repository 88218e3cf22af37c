"""What a guard costs: list prices of us-east-1 (AWS's price pages for Lambda, CloudWatch, DynamoDB), arm64."""

from __future__ import annotations

from bench.quotas.simulate import Result

MEMORY_GB = 0.5
LAMBDA_GB_S = 0.0000133334
METRIC_REQUESTED = 0.00001
"""GetMetricData: $0.01 for 1,000 metrics; FilterLogEvents costs nothing."""
METRICS_A_CALL = 2
TABLE_WRITE = 0.000000625
WRITES_PER_S = 0.4
"""The lease and the count of guards, every five seconds each."""
EMF_GB, EMF_BYTES = 0.50, 600
"""Counts of reading leave with the guard's own log, once a minute."""


def dollars_an_hour(guards: int, found: Result) -> float:
    """Return what guarding costs for an hour, all guards together."""
    run = 3600 * guards * MEMORY_GB * LAMBDA_GB_S
    metrics = 3600 * found.metrics_per_s * METRICS_A_CALL * METRIC_REQUESTED
    table = 3600 * guards * WRITES_PER_S * TABLE_WRITE
    log = 60 * guards * EMF_BYTES / 2**30 * EMF_GB
    return run + metrics + table + log
