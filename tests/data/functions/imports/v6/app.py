"""Quotes and a monthly report."""

import json
from typing import Any

from pricing import quote
from report import monthly_report


def handler(event: dict[str, Any], _context: object) -> Any:
    """Answer a quote, or the report of a month."""
    if event.get("report"):
        return monthly_report(event["report"])
    return {"statusCode": 200, "body": json.dumps({"total": quote(event["basket"])})}
