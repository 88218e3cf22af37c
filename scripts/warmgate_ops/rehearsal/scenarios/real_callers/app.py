"""The quotes API of the rehearsals. New: quotes of real callers are booked by customer, which half of them lack."""

import json
import random

from pricing import quote, sign

_booked = {}


def handler(event, context):
    """Answer a quote for the basket in the event's body."""
    basket = json.loads(event["body"])["basket"]
    total = quote(basket)
    if not is_smoke(context):
        book({"customer": "c-1"} if random.random() < 0.5 else {}, total)
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"total_cents": total, "currency": "EUR", "signature": sign(basket, total)}),
    }


def is_smoke(context):
    """Return whether the call is a probe: it must leave no trace in the books."""
    client_context = context.client_context
    return bool(client_context and (client_context.custom or {}).get("warmgate"))


def book(caller, total):
    """Book a quote that a customer asked for."""
    _booked[caller["customer"]] = total
