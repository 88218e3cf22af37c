"""Takes paid orders from a queue; what cannot be taken stays in it."""

import json
from typing import Any


def handler(event: dict[str, Any], _context: object) -> Any:
    """Return the messages that are to be delivered again."""
    failures = []
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
            print("order", order.get("id", "without an id"), "of", record["eventSourceARN"])
        except ValueError:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
