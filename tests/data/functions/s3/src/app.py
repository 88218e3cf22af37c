"""Names the thumbnail of each uploaded picture."""

from typing import Any
from urllib.parse import unquote_plus


def handler(event: dict[str, Any], _context: object) -> Any:
    """Return the thumbnails' keys."""
    made = []
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        if not key.startswith("in/") or not key.endswith(".jpg"):
            raise ValueError(f"{key} is no upload")
        made.append({"bucket": record["s3"]["bucket"]["name"], "key": f"out/{key.removeprefix('in/')}"})
    return made
