"""Events as a target gets them: the whole envelope, a part of it, or a constant. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Event = dict[str, Any]


def envelope_of(entry: Mapping[str, Any], event_id: str, *, account: str, region: str, now_s: float) -> Event:
    """Return the event that an entry of PutEvents becomes."""
    at_s = float(entry["Time"]) if entry.get("Time") is not None else now_s
    return {
        "version": "0",
        "id": event_id,
        "detail-type": entry.get("DetailType", ""),
        "source": entry.get("Source", ""),
        "account": account,
        "time": datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": list(entry.get("Resources") or []),
        "detail": json.loads(entry.get("Detail") or "{}"),
    }


def refusal_of(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return code and message where an entry of PutEvents cannot be taken."""
    if str(entry.get("Source", "")).startswith("aws."):
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    for key in ("Source", "DetailType", "Detail"):
        if not entry.get(key):
            return "InvalidArgument", f"Parameter {key} is not valid. Reason: {key} is a required argument."
    try:
        is_object = isinstance(json.loads(entry["Detail"]), dict)
    except ValueError:
        is_object = False
    return None if is_object else ("MalformedDetail", "Detail is malformed.")


def payload_for(target: Mapping[str, Any], event: Event) -> bytes:
    """Return what a target is called with; a path that leads nowhere leaves the whole event."""
    if target.get("Input"):
        return str(target["Input"]).encode()
    chosen: Any = event
    for part in str(target.get("InputPath") or "$").removeprefix("$").strip(".").split("."):
        if part and not (isinstance(chosen, dict) and part in chosen):
            chosen = event
            break
        chosen = chosen[part] if part else chosen
    return json.dumps(chosen).encode()
