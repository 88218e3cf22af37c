"""A catalogue behind an HTTP API."""

import json
from typing import Any

ITEMS = {"1": {"name": "print", "cents": 290}, "2": {"name": "frame", "cents": 1900}}


def handler(event: dict[str, Any], _context: object) -> Any:
    """Return an item, or all of them."""
    route = event["routeKey"]
    if route == "GET /items":
        return answer(200, list(ITEMS.values()))
    if route == "GET /items/{id}":
        item = ITEMS.get(event["pathParameters"]["id"])
        return answer(200, item) if item else answer(404, {"message": "no such item"})
    item = json.loads(event["body"])
    return answer(201, item)


def answer(status: int, body: Any) -> dict[str, Any]:
    """Return an answer with JSON."""
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
