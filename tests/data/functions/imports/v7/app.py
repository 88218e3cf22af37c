"""Quotes, a monthly report, and an audit of both."""

import json
from typing import Any

from audit import audited
from pricing import quote


def handler(event: dict[str, Any], _context: object) -> Any:
    """Answer a quote, or the report of a month."""
    if event.get("report"):
        from report import monthly_report

        return audited(monthly_report(event["report"]))
    return {"statusCode": 200, "body": json.dumps({"total": quote(event["basket"])})}
