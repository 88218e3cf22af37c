"""Prices a basket and signs the result. New: the price history of every article, read into memory with the first quote."""

import functools
import hashlib
import json

PRICES_CENTS = {"apple": 40, "bread": 320, "coffee": 890}
SIGNING_ROUNDS = 40_000
HISTORY_MB = 215


@functools.cache
def history():
    """Return all records; multiplication writes every page, so that all of it is resident."""
    one_mb = b"2026-05-04T10;40;320;890\n" * (2**20 // 25)
    return one_mb * HISTORY_MB


def quote(basket):
    """Return the total of a basket in cents."""
    newest = history()[-25:].decode().strip().split(";")[1:]
    prices = dict(zip(PRICES_CENTS, map(int, newest), strict=True))
    return sum(prices[item["sku"]] * item["count"] for item in basket)


def sign(basket, total_cents):
    """Return the signature of a quote: a password hash, slow on purpose."""
    text = json.dumps({"basket": basket, "total_cents": total_cents}, sort_keys=True)
    return hashlib.pbkdf2_hmac("sha256", text.encode(), b"quotes", SIGNING_ROUNDS).hex()
