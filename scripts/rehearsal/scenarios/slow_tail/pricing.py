"""Prices a basket and signs the result. New: one quote in five also renews the signatures of the nine before it."""

import hashlib
import json
import os

PRICES_CENTS = {"apple": 40, "bread": 320, "coffee": 890}
SIGNING_ROUNDS = 40_000

_environment = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
_signed = 0


def quote(basket):
    """Return the total of a basket in cents."""
    return sum(PRICES_CENTS[item["sku"]] * item["count"] for item in basket)


def sign(basket, total_cents):
    """Return the signature of a quote: a password hash, slow on purpose."""
    global _signed
    _signed += 1
    # The turn comes from a hash of environment and count: one call in five, in no pattern that a warm-up could use up.
    turn = hashlib.sha256(f"{_environment}:{_signed}".encode()).digest()[0]
    text = json.dumps({"basket": basket, "total_cents": total_cents}, sort_keys=True).encode()
    for earlier in range(9 if turn < 51 else 0):
        hashlib.pbkdf2_hmac("sha256", text, b"quotes-%d" % earlier, SIGNING_ROUNDS)
    return hashlib.pbkdf2_hmac("sha256", text, b"quotes", SIGNING_ROUNDS).hex()
