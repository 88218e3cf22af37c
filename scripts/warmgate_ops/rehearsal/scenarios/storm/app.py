"""The quotes API of the rehearsals. New: real callers wait 16 times as long: many more environments serve."""

import json
import time

from pricing import STOCK_S, quote, sign


def handler(event, context):
    """Answer a quote for the basket in the event's body."""
    basket = json.loads(event["body"])["basket"]
    total = quote(basket)
    if not is_smoke(context):
        time.sleep(16 * STOCK_S)
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"total_cents": total, "currency": "EUR", "signature": sign(basket, total)}),
    }


def is_smoke(context):
    """Return whether the call is a probe: it must leave no trace in the books."""
    client_context = context.client_context
    return bool(client_context and (client_context.custom or {}).get("warmgate"))
