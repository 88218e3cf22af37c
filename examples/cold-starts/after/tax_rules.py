"""The tax rules of all countries, read when the module is imported; only the report needs them."""

import hashlib
import time


def _rules():
    digest = b"rules"
    for _ in range(350_000):
        digest = hashlib.sha256(digest).digest()
    return {"de": 0.19, "fr": 0.20}


RULES = _rules()


def report(asked):
    time.sleep(asked.get("days", 1) / 10)
    return {"rules": len(RULES), "days": asked.get("days", 1)}
