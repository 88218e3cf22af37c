"""How a log group is read."""

from __future__ import annotations

from enum import StrEnum


class Way(StrEnum):
    """How a log group is read."""

    FILTER = "filter"
    """FilterLogEvents: every report, without a charge for each gigabyte."""
    INSIGHTS = "insights"
    """Logs Insights: cold starts one by one, warm calls as figures; charged by the gigabyte."""
