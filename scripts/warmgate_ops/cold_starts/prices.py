"""List prices of AWS Lambda and of what is asked about it, in US dollars, as of one date; not read from AWS."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.planning.cost import USD_PER_GB_SECOND, USD_PER_REQUEST

DATED = "2026-11"
SOURCES = (
    "https://aws.amazon.com/lambda/pricing/",
    "https://aws.amazon.com/cloudwatch/pricing/",
    "https://aws.amazon.com/eventbridge/pricing/",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices of one region, without the free tier and without discounts for volume."""

    region: str = "us-east-1"
    gb_second_x86: float = USD_PER_GB_SECOND["x86_64"]
    gb_second_arm: float = USD_PER_GB_SECOND["arm64"]
    request: float = USD_PER_REQUEST
    provisioned_gb_second_x86: float = 0.0000041667
    provisioned_gb_second_arm: float = 0.0000033334
    provisioned_duration_gb_second_x86: float = 0.0000097222
    provisioned_duration_gb_second_arm: float = 0.0000077778
    snapstart_cache_gb_second: float = 0.0000015046
    snapstart_restore_gb: float = 0.0001397998
    logs_insights_gb: float = 0.005
    metric_requests: float = 0.01 / 1_000
    schedule: float = 1.00 / 1_000_000
    trace_retrieved: float = 0.50 / 1_000_000

    def gb_second(self, architecture: str) -> float:
        """Return the price of on-demand duration and, since August 2025, of init."""
        return self.gb_second_arm if architecture == "arm64" else self.gb_second_x86

    def duration_usd(self, billed_ms: float, memory_mb: float, architecture: str = "x86_64") -> float:
        """Return what a billed time costs, without the request."""
        return billed_ms / 1000 * memory_mb / 1024 * self.gb_second(architecture)


LIST = Prices()
