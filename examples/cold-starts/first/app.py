"""Prices of a basket: the version that serves before the release."""

PRICES = {"bread": 320, "milk": 140}


def handler(event, context):
    basket = event.get("basket", [])
    return {"total": sum(PRICES.get(line["sku"], 0) * line["count"] for line in basket)}
