"""Prices a basket at what the stock service has today. The same code in both versions; its neighbours are not quiet.

Each environment has a speed of its own, up to 1.5 times slower than the best, and all of them slow down and recover
together by 15 % every few seconds.
"""

import hashlib
import json
import math
import os
import random
import time

PRICES_CENTS = {"apple": 40, "bread": 320, "coffee": 890}
STOCK_S = 0.05

_random = random.Random()
_place = hashlib.sha256(os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "").encode()).digest()[0] / 255
SLOWNESS = 1 + 0.5 * _place


def quote(basket):
    """Return the total of a basket in cents."""
    ask_stock(basket)
    return sum(PRICES_CENTS[item["sku"]] * item["count"] for item in basket)


def ask_stock(basket):
    """Wait as long as the stock service takes, and longer where the neighbours are busy."""
    wave = 1 + 0.15 * math.sin(time.time() * 2 * math.pi / 7)
    time.sleep(STOCK_S * SLOWNESS * wave * _random.lognormvariate(0, 0.16))


def sign(basket, total_cents):
    """Return the signature of a quote."""
    text = json.dumps({"basket": basket, "total_cents": total_cents}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
