"""What every rendered event says of account, region and time: the same each time, as a probe's calls must be alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ACCOUNT = "123456789012"
REGION = "us-east-1"
TIME = "2026-01-01T00:00:00Z"
TIME_MS = "2026-01-01T00:00:00.000Z"
EPOCH_S = 1_767_225_600
SOURCE_IP = "192.0.2.1"
USER_AGENT = "warmgate"
REQUEST_ID = "00000000-0000-4000-8000-000000000000"

Fields = Mapping[str, Any]


def request_id(number: int) -> str:
    """Return an id of its own for each record."""
    return f"{REQUEST_ID[:-6]}{number:06d}"


def arn(service: str, resource: str) -> str:
    """Return the ARN of a resource in the account and region of these events."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def as_text(value: Any) -> str:
    """Return text as it stands, and anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
