"""Prices a basket and signs the result, so that a quote can be redeemed later. New: tea."""

import hashlib
import json

PRICES_CENTS = {"apple": 40, "bread": 320, "coffee": 890, "tea": 450}
SIGNING_ROUNDS = 40_000


def quote(basket):
    """Return the total of a basket in cents."""
    return sum(PRICES_CENTS[item["sku"]] * item["count"] for item in basket)


def sign(basket, total_cents):
    """Return the signature of a quote: a password hash, slow on purpose."""
    text = json.dumps({"basket": basket, "total_cents": total_cents}, sort_keys=True)
    return hashlib.pbkdf2_hmac("sha256", text.encode(), b"quotes", SIGNING_ROUNDS).hex()
