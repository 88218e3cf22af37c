"""The quotes API of the rehearsals: a basket in, a signed total out."""

import json

from pricing import quote, sign

_quoted = 0


def handler(event, context):
    """Answer a quote for the basket in the event's body."""
    basket = json.loads(event["body"])["basket"]
    total = quote(basket)
    if not is_smoke(context):
        count_quote()
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"total_cents": total, "currency": "EUR", "signature": sign(basket, total)}),
    }


def is_smoke(context):
    """Return whether the call is a probe: it must leave no trace in the books."""
    client_context = context.client_context
    return bool(client_context and (client_context.custom or {}).get("warmgate"))


def count_quote():
    """Book a quote that a customer asked for."""
    global _quoted
    _quoted += 1
