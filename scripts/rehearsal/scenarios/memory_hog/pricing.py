"""Prices a basket and signs the result. New: a price history of every article, held in memory."""

import hashlib
import json

PRICES_CENTS = {"apple": 40, "bread": 320, "coffee": 890}
SIGNING_ROUNDS = 40_000
HISTORY_MB = 205

# Multiplication writes every page, so that all of it is resident.
ONE_MB = b"2026-05-04T10;40;320;890\n" * (2**20 // 25)
HISTORY = ONE_MB * HISTORY_MB


def quote(basket):
    """Return the total of a basket in cents."""
    return sum(PRICES_CENTS[item["sku"]] * item["count"] for item in basket)


def sign(basket, total_cents):
    """Return the signature of a quote: a password hash, slow on purpose."""
    text = json.dumps({"basket": basket, "total_cents": total_cents}, sort_keys=True)
    return hashlib.pbkdf2_hmac("sha256", text.encode(), b"quotes", SIGNING_ROUNDS).hex()
