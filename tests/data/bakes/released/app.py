"""A function that does as its callers say: it answers, raises, or keeps memory."""

from typing import Any

KEPT: list[bytes] = []


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer; `fail` raises, `kept_mb` is what the environment keeps from now on."""
    if event.get("fail"):
        raise RuntimeError("the backend is gone")
    while len(KEPT) < event.get("kept_mb", 0):
        KEPT.append(b"x" * 2**20)
    return {"statusCode": 200}
