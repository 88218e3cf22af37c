"""Answers with the price of a print; the price list is read once, when the environment starts."""

import json

PRICES = {"small": 290, "medium": 490, "large": 890}


def handler(event, context):
    """Price a format: {"format": "small", "count": 2}."""
    total = PRICES[event["format"]] * event["count"]
    return {"statusCode": 200, "body": json.dumps({"total_cents": total})}
