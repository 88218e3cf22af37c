"""What a call costs at list price, to keep a budget and to show it; tiers and savings plans are not known here."""

from __future__ import annotations

USD_PER_REQUEST = 0.20 / 1_000_000
USD_PER_GB_SECOND = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
"""On-demand duration price, first tier, us-east-1 (AWS Lambda pricing page, 2026)."""


def call_cost_usd(billed_ms: float, memory_mb: float, architecture: str) -> float:
    """Return the estimated price of one call in US dollars."""
    rate = USD_PER_GB_SECOND.get(architecture, USD_PER_GB_SECOND["x86_64"])
    return USD_PER_REQUEST + billed_ms / 1000 * memory_mb / 1024 * rate
