"""The live feed: a delivery of a function's log in, what the traffic guard reads of it kept."""

from __future__ import annotations

from typing import Any

from warmgate.adapters.deliveries import delivery_of
from warmgate.bootstrap_feed import intake


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Keep a delivery of CloudWatch Logs; raises FeedError where it is none, or could not be kept."""
    return {"kept": intake().take(delivery_of(event))}
