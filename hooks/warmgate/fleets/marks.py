"""What a fleet writes into the descriptions of its deployments, so that each is found again, and the ids it gives."""

from __future__ import annotations

import hashlib
import re

from warmgate.model.fleet import Release

LONGEST_ID = 40
"""With the longest function and alias a mark fits into the 256 characters of a description."""
LOST_S = 7 * 24 * 3600.0
"""How far back deployments are looked for where only the fleet's id is known: a run may be made again later."""
_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_ID}}}")


def is_fleet_id(text: str) -> bool:
    """Return whether a text can be the id of a fleet."""
    return _ID.fullmatch(text) is not None


def fleet_id_of(name: str) -> str:
    """Return the id of the fleet that an execution of a state machine runs; a name that is too long is digested."""
    return name if is_fleet_id(name) else hashlib.sha256(name.encode()).hexdigest()[:LONGEST_ID]


def mark_of(fleet_id: str, release: Release) -> str:
    """Return the mark of a release's deployment."""
    return f"[warmgate fleet {fleet_id} {release.key}]"
